/* A query's rows as staged Parquet data files, each with what a Delta commit must say about it.
 *
 * Files lie on the local disk, in a folder of the caller's: the store takes them from there into the lake. Nothing here
 * knows the lake. */
#ifndef BLN_ENGINE_STAGE_H
#define BLN_ENGINE_STAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "delta/action.h"
#include "delta/schema.h"
#include "engine/engine.h"

enum bln_compression { BLN_COMPRESSION_DEFAULT, BLN_COMPRESSION_ZSTD, BLN_COMPRESSION_SNAPPY, BLN_COMPRESSION_NONE };

enum {
	BLN_STAGE_COLUMNS_MAX = 1000, /* of a table that is written */
	BLN_STAGE_KEYS_MAX = 16, /* partition, split and sort columns each */
	BLN_STAGE_FILES_MAX = 1000000,
};

struct bln_stage_spec {
	const char *folder; /* exists; on the local disk */
	const struct bln_schema
		*schema; /* what the files must hold: names are found in the query's columns, capitals aside */
	const char *const *partition; /* columns that are not in the files; a file has one value of each */
	size_t partition_count;
	struct bln_pairs
		fixed; /* of those, the ones whose value is the same in all rows, as text in Delta's form: the query
	                         * does not give them */
	const char *const *split; /* columns of which a file has one value each, and that stay in the file */
	size_t split_count;
	const char *const *sort; /* how rows are sorted within a file */
	size_t sort_count;
	bool comes_sorted; /* most rows come in the order of their files: they are not sorted, only files that turn out not to
	                    * be are, afterwards. With partition or split columns only */
	bool is_unique; /* whether rows have the same partition, split and sort values is to be found out */
	int64_t rows_per_file_max; /* a file has at most this and two row groups; 0: no limit */
	int64_t rows_per_group; /* 0: 122,880, where values tell files apart 49,152 */
	enum bln_compression compression;
	bool is_clustered; /* rows come already as they are to lie in the files, thread by thread: nothing is sorted. Fastest
	                    * where all partition columns are fixed and nothing is split: then each thread writes its own file */
	int64_t stats_columns_max; /* how many columns get statistics: delta.dataSkippingNumIndexedCols; 0: 32, below: all */
	bool may_drop_columns; /* columns of the query that SCHEMA has not are dropped, else refused */
};

/* A file that was written. Everything is the arena's. */
struct bln_staged {
	const char *path; /* FOLDER/UUID.parquet */
	struct bln_pairs partition; /* values as text in Delta's form, in SPEC's order; keys are the schema's names */
	struct bln_pairs split; /* the same for split columns */
	int64_t size_bytes;
	int64_t rows;
	struct bln_slice stats; /* Delta's JSON (protocol, "Per-file Statistics") */
};

struct bln_staged_list {
	const struct bln_staged *items; /* by partition, then split values */
	size_t count;
	int64_t rows;
	int64_t size_bytes;
	size_t mended; /* files that had to be sorted after they were written */
	bool may_repeat; /* with IS_UNIQUE: two rows have the same partition, split and sort values, or it is not known */
};

/* Runs SQL, one SELECT, and writes its rows. A query without rows gives no file. The engine's settings must not be locked.
 *
 * Each column is cast to the schema's type where no value is changed by it: whole numbers into others and into decimals
 * (what does not fit fails), into double up to 32 bits, decimals into double up to 15 digits and into decimals of at least
 * their scale, dates into timestamps, timestamps without a zone into those with one as UTC. Columns of the schema that the
 * query has not become null. BLN_INVALID names: columns that the schema has not; columns whose type does not fit, with both
 * types; a column that must not be null and is, or is absent; an empty text in a partition column, which Delta takes for
 * null. BLN_CANCELLED, and what DuckDB refuses, as in engine.h.
 *
 * On failure none of the files it made is left. */
BLN_MUST_CHECK enum bln_status bln_stage(struct bln_engine *engine, const char *sql, const struct bln_stage_spec *spec,
					 struct bln_arena *arena, struct bln_staged_list *out, struct bln_err *err);

/* The columns of SQL as a table's schema, all nullable: what a table made from it would have. BLN_UNSUPPORTED names a column
 * whose type Delta has not. */
BLN_MUST_CHECK enum bln_status bln_stage_schema(struct bln_engine *engine, const char *sql, struct bln_arena *arena,
						struct bln_schema *schema, struct bln_err *err);

#endif
