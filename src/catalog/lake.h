/* The lake: where the tables of a project are, and by which names people call them.
 *
 * A table is called "layer.table" and lies in the lake's store under layer/table/. A layer or a table has 1 to
 * BLN_TABLE_NAME_PART_MAX letters, digits and '_', a letter or '_' first. What the lake holds is what lies there: there is no
 * other list to keep in step. Read standard.h next: what the tables that bullion itself knows look like. */
#ifndef BLN_CATALOG_LAKE_H
#define BLN_CATALOG_LAKE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "delta/snapshot.h"
#include "store/store.h"

enum {
	BLN_TABLE_NAME_PART_MAX = 64,
	BLN_TABLE_NAME_SIZE = 2 * BLN_TABLE_NAME_PART_MAX + 2,
	BLN_LAKE_TABLES_MAX = 100000,
};

/* Members are to be read by all, and set by bln_lake_open. */
struct bln_lake {
	struct bln_store *store;
	const struct bln_parquet *parquet;
	const char *const *roots; /* foreign_roots: other places that absolute paths in logs may lead to */
	size_t root_count;
};

/* Opens the store at URL. OPTIONS may be NULL; PARQUET and ROOTS are the caller's and outlive the lake. Nothing is made: a lake
 * that is not there yet has no tables. */
BLN_MUST_CHECK enum bln_status bln_lake_open(const char *url, const struct bln_store_options *options,
					     const struct bln_parquet *parquet, struct bln_lake *lake,
					     struct bln_err *err);
void bln_lake_close(struct bln_lake *lake); /* of { 0 } is fine */

/* BLN_INVALID, saying what a table's name is. */
BLN_MUST_CHECK enum bln_status bln_table_name_check(struct bln_slice name, struct bln_err *err);

/* Where NAME lies or would lie, in ARENA. Looks at nothing. BLN_INVALID for what is no name. */
BLN_MUST_CHECK enum bln_status bln_lake_table(const struct bln_lake *lake, const char *name, struct bln_arena *arena,
					      struct bln_table *table, struct bln_err *err);

/* The table at VERSION. BLN_NOT_FOUND names the nearest table there is; else as bln_snapshot_load, ERR naming the table. */
BLN_MUST_CHECK enum bln_status bln_lake_snapshot(const struct bln_lake *lake, const char *name, int64_t version,
						 struct bln_snapshot **snapshot, struct bln_err *err);

/* The same; *SNAPSHOT is NULL where there is no such table yet. */
BLN_MUST_CHECK enum bln_status bln_lake_snapshot_if_any(const struct bln_lake *lake, const char *name,
							struct bln_snapshot **snapshot, struct bln_err *err);

/* The names of all tables, sorted, in ARENA: folders two below the lake that have a log. */
BLN_MUST_CHECK enum bln_status bln_lake_tables(const struct bln_lake *lake, struct bln_arena *arena,
					       const char *const **names, size_t *count, struct bln_err *err);

/* Says that there is no table NAME, whatever NAME is, and which was probably meant. Returns BLN_NOT_FOUND. */
enum bln_status bln_lake_not_found(const struct bln_lake *lake, const char *name, struct bln_err *err);

/* A table that lies anywhere: a path or URL, which must outlive TABLE. *STORE is opened for it, and the caller's to close. */
BLN_MUST_CHECK enum bln_status bln_lake_foreign(const struct bln_lake *lake, const char *url, struct bln_store **store,
						struct bln_table *table, struct bln_err *err);

#endif
