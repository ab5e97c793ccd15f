/* DuckDB, as the rest of the program sees it: run SQL, stream rows, be stopped, stay within limits.
 *
 * One engine is one in-memory database, for one thread of ours at a time; DuckDB's own threads are within. The engine writes
 * no file but into its spill folder and where a COPY of ours says. */
#ifndef BLN_ENGINE_ENGINE_H
#define BLN_ENGINE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cancel.h"
#include "base/status.h"
#include "base/text.h"

struct bln_engine;

struct bln_engine_settings {
	int64_t memory_bytes; /* what DuckDB may hold; its resident peak reaches half as much again */
	int threads; /* 0: as many as there are cores */
	const char *spill_dir; /* an existing folder for what does not fit; NULL: nothing may spill */
	struct bln_cancel *cancel; /* asked several times a millisecond of work; may be NULL; must outlive the engine */
	/* Told now and then during long work, 0 to 100; may be NULL. */
	void (*on_progress)(void *context, double percent);
	void *context;
};

/* BLN_NOT_FOUND where DuckDB's library is not there, BLN_INVALID for settings it refuses. */
BLN_MUST_CHECK enum bln_status bln_engine_open(const struct bln_engine_settings *settings, struct bln_engine **engine,
					       struct bln_err *err);
void bln_engine_close(struct bln_engine *engine);

/* Runs one or several statements and drops what they return. SQL that DuckDB refuses is BLN_INVALID with its message. */
BLN_MUST_CHECK enum bln_status bln_engine_exec(struct bln_engine *engine, const char *sql, struct bln_err *err);

/* Whether SQL, one statement, could be run: what DuckDB says against it points into SQL as it is, not into whatever a caller
 * puts around it. */
BLN_MUST_CHECK enum bln_status bln_engine_check(struct bln_engine *engine, const char *sql, struct bln_err *err);

/* Rows of one statement, in chunks of up to BLN_ROWS_CHUNK, each value as DuckDB prints it or typed (vector.h). */
struct bln_rows;
enum { BLN_ROWS_CHUNK = 2048 };

/* Starts SQL, one statement. The rows come as they are made: a large result is never in memory as a whole. */
BLN_MUST_CHECK enum bln_status bln_engine_query(struct bln_engine *engine, const char *sql, struct bln_rows **rows,
						struct bln_err *err);
void bln_rows_destroy(struct bln_rows *rows);

/* Runs COUNT statements side by side, as many at once as the engine has threads, and holds what they return: for small
 * results of work that DuckDB gives to one thread. They see nothing that is temporary in the engine, and no settings but those of
 * the whole database. ROWS[i], of SQL[i], are the caller's to destroy, also on failure, where some may be NULL. */
BLN_MUST_CHECK enum bln_status bln_engine_query_all(struct bln_engine *engine, const char *const *sql, size_t count,
						    struct bln_rows **rows, struct bln_err *err);

size_t bln_rows_column_count(const struct bln_rows *rows);

/* The next chunk: *COUNT rows, 0 at the end. What was read from the chunk before is gone. */
BLN_MUST_CHECK enum bln_status bln_rows_next(struct bln_rows *rows, size_t *count, struct bln_err *err);

/* Values of the chunk. The column must have the type asked for: VARCHAR, BIGINT, BOOLEAN (cast in the SQL). */
bool bln_rows_is_null(const struct bln_rows *rows, size_t column, size_t row);
struct bln_slice bln_rows_text(const struct bln_rows *rows, size_t column, size_t row); /* { NULL, 0 } for a null */
int64_t bln_rows_int64(const struct bln_rows *rows, size_t column, size_t row);
bool bln_rows_bool(const struct bln_rows *rows, size_t column, size_t row);

/* One BIGINT, the first of the first row; *IS_NULL (if not NULL) when there is no row or it is null. */
BLN_MUST_CHECK enum bln_status bln_engine_query_int64(struct bln_engine *engine, const char *sql, int64_t *out,
						      bool *is_null, struct bln_err *err);

#endif
