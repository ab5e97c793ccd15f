/* A Delta table at one version as a view that SQL can name.
 *
 * The view has the table's columns, in its order, with its names and these types: string VARCHAR, long BIGINT, integer
 * INTEGER, short SMALLINT, byte TINYINT, float FLOAT, double DOUBLE, decimal DECIMAL, boolean BOOLEAN, binary BLOB, date
 * DATE, timestamp TIMESTAMP WITH TIME ZONE, timestamp_ntz TIMESTAMP, struct STRUCT, array LIST, map MAP.
 *
 * Partition columns come from the log, never from the names of folders; filters on them keep DuckDB from opening the files
 * of other partitions. Rows in deletion vectors are not seen. Columns that a file does not have are null. Column mapping,
 * by name and by id, is undone. */
#ifndef BLN_ENGINE_SCAN_H
#define BLN_ENGINE_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "delta/snapshot.h"
#include "engine/engine.h"

struct bln_scan {
	const struct bln_snapshot *snapshot;
	const struct bln_add *const *files; /* which of the snapshot's files; ignored where IS_ALL */
	size_t file_count;
	bool is_all;
};

/* Creates or replaces the view "SCHEMA_NAME"."VIEW_NAME", the schema too where there is none (NULL: DuckDB's own, "main").
 * The names may hold anything. The snapshot may be destroyed afterwards: what the view needs of it is the engine's, until the
 * view is replaced or the engine closed. A view must not be replaced while rows of it are still being read. On failure it
 * is as it was.
 *
 * The engine's TimeZone must stay UTC, as it was opened: timestamps in files that do not say their zone are read by it.
 *
 * BLN_CORRUPT or BLN_NOT_FOUND names the table and the data file that is shorter than the log says, or not there.
 * BLN_UNSUPPORTED: the store's objects are no local files. BLN_DENIED: a path that leads out of the table. */
BLN_MUST_CHECK enum bln_status bln_scan_view(struct bln_engine *engine, const char *schema_name, const char *view_name,
					     const struct bln_scan *scan, struct bln_err *err);

/* Appends the SQL type of a Delta type: "TIMESTAMP WITH TIME ZONE", 'STRUCT("a" BIGINT)'. With the physical names of the
 * members of structs where IS_PHYSICAL. */
void bln_type_sql(const struct bln_type *type, bool is_physical, struct bln_text *text);

#endif
