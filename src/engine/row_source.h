/* Rows made in C as a table function of SQL: "SELECT … FROM NAME()" calls back for blocks of up to BLN_ROWS_CHUNK rows.
 *
 * Columns are DuckDB's own vectors, so that a parser writes each value once, where it stays. DuckDB asks from several of
 * its threads; each has a thread state of the source's and its rows keep their order, so that a source that hands out whole
 * units of work in `next` gets the rows of a unit together in what that thread writes (stage.h, is_clustered). */
#ifndef BLN_ENGINE_ROW_SOURCE_H
#define BLN_ENGINE_ROW_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "engine/engine.h"

enum bln_row_type {
	BLN_ROW_VARCHAR, /* set with bln_row_block_set_text only */
	BLN_ROW_BIGINT, /* int64_t */
	BLN_ROW_INTEGER, /* int32_t */
	BLN_ROW_DOUBLE, /* double */
	BLN_ROW_TIMESTAMPTZ, /* int64_t: µs since the epoch */
	BLN_ROW_DATE, /* int32_t: days since the epoch */
	BLN_ROW_BOOLEAN, /* bool */
	BLN_ROW_TYPES
};

struct bln_row_column {
	const char *name;
	enum bln_row_type type;
	bool is_nullable; /* the block has validity words for it */
};

enum { BLN_ROW_COLUMNS_MAX = 256, BLN_ROW_VALID_WORDS = BLN_ROWS_CHUNK / 64 };

struct bln_row_vector {
	void *values; /* room for BLN_ROWS_CHUNK; NULL: the statement does not ask for this column */
	uint64_t *validity; /* nullable columns asked for: a bit per row, lowest first, 1 for a value; all 1 at first */
	void *vector; /* DuckDB's */
};

struct bln_row_block {
	size_t count; /* to be set: rows in the block, 0 at the end */
	const struct bln_row_vector *columns; /* in the order of the source's table */
	size_t column_count;
	const struct bln_row_column *types; /* the source's table */
	const struct bln_duckdb *db;
};

/* Sets a text, which is copied and must be UTF-8. Nothing happens for columns that are not asked for. */
void bln_row_block_set_text(const struct bln_row_block *block, size_t column, size_t row, const char *bytes,
			    size_t length);

/* The column has one value in all rows of this block: no value is written per row, by the source or by DuckDB. int64 is for
 * BIGINT, INTEGER, TIMESTAMPTZ, DATE and BOOLEAN. */
void bln_row_block_set_constant_text(const struct bln_row_block *block, size_t column, const char *bytes,
				     size_t length);
void bln_row_block_set_constant_int64(const struct bln_row_block *block, size_t column, int64_t value);
void bln_row_block_set_constant_null(const struct bln_row_block *block, size_t column);

struct bln_row_source {
	const char *name; /* of the function: letters, digits, '_' */
	const struct bln_row_column *columns;
	size_t column_count;
	int threads_max; /* how many threads ask at most; 0: as many as the engine has */
	int64_t rows_estimate; /* for DuckDB's plan; 0: not known */
	void *context;

	/* A thread begins. WANTED has a flag per column: whether the statement asks for it; it lives until thread_close. */
	enum bln_status (*thread_open)(void *context, const bool *wanted, void **thread, struct bln_err *err);
	/* Fills BLOCK. Not called again after an error or after count 0. Cancellation is asked for by the engine before each
	 * call; a block should take milliseconds, not minutes. */
	enum bln_status (*next)(void *thread, struct bln_row_block *block, struct bln_err *err);
	/* The thread ends; also after errors. May be called by any thread. */
	void (*thread_close)(void *thread);
};

/* Makes "NAME()" known to ENGINE, or lets the known one give these rows. SOURCE, its table and its context are the caller's
 * and must live until bln_row_source_remove or bln_engine_close.
 *
 * When a callback fails, the statement that reads fails with that status and message, unchanged. */
BLN_MUST_CHECK enum bln_status bln_row_source_add(struct bln_engine *engine, const struct bln_row_source *source,
						  struct bln_err *err);

/* Statements that name it fail from now on. No statement may be running. */
void bln_row_source_remove(struct bln_engine *engine, const char *name);

#endif
