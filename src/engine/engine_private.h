/* What the files of src/engine share of an engine. */
#ifndef BLN_ENGINE_PRIVATE_H
#define BLN_ENGINE_PRIVATE_H

#include "engine/engine.h"
#include "engine/handover.h"
#include "engine/library.h"
#include "engine/vector.h"

struct bln_scan_slot;

struct bln_engine {
	struct bln_duckdb db;
	duckdb_database database;
	duckdb_connection connection;
	struct bln_scan_slot *scans; /* its views, see scan_private.h; freed after the database */
	size_t scan_count;
	int threads; /* that DuckDB has */
	struct bln_cancel *cancel;
	void (*on_progress)(void *context, double percent);
	void *context;
	struct bln_stage_numbers *stage_numbers; /* stage_number.c; NULL before the first */
	struct bln_row_sources *row_sources; /* row_source.c; NULL while there are none */
};

enum { BLN_ROWS_COLUMNS_MAX = 4096 };

struct bln_rows {
	struct bln_engine *engine;
	duckdb_result result;
	duckdb_data_chunk chunk;
	struct bln_vector *columns; /* of the chunk */
	size_t column_count;
};

/* Runs one prepared statement to its result, asking for cancellation and telling progress in between. */
BLN_MUST_CHECK enum bln_status bln_engine_run(struct bln_engine *engine, const char *sql, bool is_streaming,
					      duckdb_result *result, struct bln_err *err);

/* As bln_engine_query, with all rows in memory, so that they outlive the connection. */
BLN_MUST_CHECK enum bln_status bln_engine_query_held(struct bln_engine *engine, const char *sql, struct bln_rows **rows,
						     struct bln_err *err);

/* What a callback of a row source failed with since the last time, and forgets it; BLN_OK for nothing. */
struct bln_row_sources;
enum bln_status bln_row_sources_take_error(struct bln_engine *engine, struct bln_err *err);
void bln_row_sources_destroy(struct bln_row_sources *sources);

struct bln_stage_numbers;
void bln_stage_numbers_destroy(struct bln_stage_numbers *numbers);

/* The status that MESSAGE of DuckDB (NULL: it gave none) stands for, with ERR set; where we stopped
 * it or one of our callbacks failed, our reason. */
enum bln_status bln_engine_failed(struct bln_engine *engine, const char *message, struct bln_err *err);

#endif
