/* What the files of staging share. Read stage.c first. */
#ifndef BLN_ENGINE_STAGE_PRIVATE_H
#define BLN_ENGINE_STAGE_PRIVATE_H

#include "engine/engine_private.h"
#include "engine/scan.h"
#include "engine/stage.h"

/* The user's statement, as a view that COPY can read from whatever stands at the statement's end. */
#define BLN_STAGE_INPUT_NAME "bullion staged"
#define BLN_STAGE_INPUT "\"" BLN_STAGE_INPUT_NAME "\""

/* The column that says which file a row goes into while a COPY runs; no column of a table has this name. */
#define BLN_STAGE_FILE "__bln_file"

/* A column that a statement gives. */
struct bln_stage_column {
	const char *name;
	duckdb_type duckdb; /* as it comes; INVALID inside nested types */
	struct bln_type type; /* the Delta type that holds each of its values; only where IS_KNOWN */
	bool is_known;
};

struct bln_stage_columns {
	struct bln_stage_column *items;
	size_t count;
};

/* The columns of SQL, one SELECT, without running it; in ARENA. BLN_INVALID names one that comes twice. */
BLN_MUST_CHECK enum bln_status bln_stage_columns_load(struct bln_engine *engine, const char *sql,
						      struct bln_arena *arena, struct bln_stage_columns *out,
						      struct bln_err *err);

/* What DuckDB calls the type of COLUMN, near enough for a message. */
const char *bln_stage_column_type(const struct bln_stage_column *column, struct bln_arena *arena);

/* Whether each value of COLUMN is one of TYPE or is refused when it is cast, so that none is changed silently. */
bool bln_stage_type_fits(const struct bln_stage_column *column, const struct bln_type *type);

struct bln_stage {
	struct bln_engine *engine;
	const struct bln_stage_spec *spec;
	struct bln_arena *arena;
	const struct bln_field **partition; /* the columns of SPEC, found in the schema */
	const struct bln_field **split;
	const char *select; /* what COPY selects, behind SELECT */
	const char *order; /* " ORDER BY …" or "" */
	const char *copy; /* the options of COPY */
	const char *sort; /* SPEC's sort columns, or "" */
	const char *rewrite; /* the options of a COPY that writes a file once more */
	int64_t rows_per_group;
	bool has_keys; /* there are partition or split values to tell apart */
	bool has_several; /* COPY may write more than one file */
	bool may_repeat; /* as in struct bln_staged_list */
	size_t mended; /* likewise */
	struct bln_staged *items;
	size_t count, capacity;
	char **folders; /* made by this call */
	size_t folder_count, folder_capacity;
};

/* Marks those of COLUMNS that are nothing but null: DuckDB calls them integers. The input must be there. */
BLN_MUST_CHECK enum bln_status bln_stage_nulls_mark(struct bln_stage *stage, struct bln_stage_columns *columns,
						    struct bln_err *err);

/* Checks SPEC against the columns of the query and writes what COPY is told. */
BLN_MUST_CHECK enum bln_status bln_stage_plan(struct bln_stage *stage, const struct bln_stage_columns *columns,
					      struct bln_err *err);

/* From now on the function of stage_number.c numbers values of so many columns from 0. */
BLN_MUST_CHECK enum bln_status bln_stage_numbers_begin(struct bln_engine *engine, size_t columns, struct bln_err *err);

/* Appends its call: ARGUMENTS are the columns' values as texts. */
void bln_stage_numbers_add_call(const char *arguments, struct bln_text *sql);

/* The values that have this number, of each column one, until the next begin; NULL: none have. */
const struct bln_slice *bln_stage_numbers_values(const struct bln_engine *engine, int64_t number);

/* Writes the rows of the input, and adds their files. */
BLN_MUST_CHECK enum bln_status bln_stage_copy(struct bln_stage *stage, struct bln_err *err);

/* What a COPY takes: a folder of its own, and in it the path of a file where it writes only one; both the arena's. */
BLN_MUST_CHECK enum bln_status bln_stage_folder_make(struct bln_stage *stage, const char **folder, struct bln_err *err);
BLN_MUST_CHECK enum bln_status bln_stage_target_make(const struct bln_stage *stage, const char *folder,
						     const char **target, struct bln_err *err);

/* Adds the files that ROWS, what a COPY has returned, tell of. Their values are those of PART_OF, or what ROWS say (NULL). */
BLN_MUST_CHECK enum bln_status bln_stage_files_read(struct bln_stage *stage, struct bln_rows *rows,
						    const struct bln_staged *part_of, struct bln_err *err);

/* Moves the files from FIRST on out of the folder of their COPY, under names that nothing else has. */
BLN_MUST_CHECK enum bln_status bln_stage_files_move(struct bln_stage *stage, size_t first, struct bln_err *err);

/* Puts the files from FIRST on, which are the last, with their rows in order in their places. */
BLN_MUST_CHECK enum bln_status bln_stage_sort(struct bln_stage *stage, size_t first, struct bln_err *err);

/* Puts the last file, row for row, as files of at most as many rows as the spec says in its place. */
BLN_MUST_CHECK enum bln_status bln_stage_cut(struct bln_stage *stage, struct bln_err *err);

/* Negative, 0, positive, by partition, then split values. */
int bln_staged_compare(const void *a, const void *b);

/* Writes files once more that are too large or not in order, and sees whether rows repeat. */
BLN_MUST_CHECK enum bln_status bln_stage_mend(struct bln_stage *stage, struct bln_err *err);

/* The statistics of a file as Delta's JSON. STATISTICS is what RETURN_STATS says of its columns, in row ROW.
 * BLN_INVALID names a column that must not be null and is. */
BLN_MUST_CHECK enum bln_status bln_stage_stats(const struct bln_stage *stage, const struct bln_vector *statistics,
					       idx_t row, int64_t rows, struct bln_slice *json, struct bln_err *err);

/* The text that a partition has in Delta for what DuckDB printed of a value of FIELD. */
BLN_MUST_CHECK enum bln_status bln_stage_value(const struct bln_stage *stage, const struct bln_field *field,
					       struct bln_slice printed, struct bln_pair *pair, struct bln_err *err);

#endif
