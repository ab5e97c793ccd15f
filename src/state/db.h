/* SQLite's handles and result codes, turned into ours. Only for src/state. */
#ifndef BLN_STATE_DB_H
#define BLN_STATE_DB_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/process.h"
#include "base/status.h"

struct bln_state {
	sqlite3 *db;
	char *path;
	bool is_read_only;
	sqlite3_stmt *rollback; /* compiled when opened, so that undoing needs no memory when there is none */
};

/* The status of SQLite's result CODE, with ERR saying "cannot DOING PATH: SQLite's words; what to do next". */
enum bln_status bln_db_fail(const struct bln_state *state, int code, const char *doing, struct bln_err *err);

/* Runs statements without results. */
BLN_MUST_CHECK enum bln_status bln_db_exec(const struct bln_state *state, const char *sql, const char *doing,
					   struct bln_err *err);

/* Compiles the one statement SQL into *STATEMENT, to be finalized by the caller (also when it is NULL). */
BLN_MUST_CHECK enum bln_status bln_db_prepare(const struct bln_state *state, const char *sql, sqlite3_stmt **statement,
					      struct bln_err *err);

/* Binds by the parameter's NAME (":id"), which must be in the statement. NULL text and nobody bind NULL. What is bound must
 * live until the statement was stepped, and be smaller than a value may be (state.c). */
void bln_db_bind_text(sqlite3_stmt *statement, const char *name, const char *text);
void bln_db_bind_blob(sqlite3_stmt *statement, const char *name, const void *bytes, size_t length);
void bln_db_bind_int(sqlite3_stmt *statement, const char *name, int64_t value);

/* Steps: *HAS_ROW tells whether there is a row to read. */
BLN_MUST_CHECK enum bln_status bln_db_row(const struct bln_state *state, sqlite3_stmt *statement, const char *doing,
					  bool *has_row, struct bln_err *err);

/* Steps a statement that gives no rows, and makes it ready for the next values. */
BLN_MUST_CHECK enum bln_status bln_db_run(const struct bln_state *state, sqlite3_stmt *statement, const char *doing,
					  struct bln_err *err);

/* The one integer that SQL gives. */
BLN_MUST_CHECK enum bln_status bln_db_int(const struct bln_state *state, const char *sql, int64_t *out,
					  struct bln_err *err);

/* The column's text, copied into ARENA: NULL for NULL. False when there was no memory. */
bool bln_db_column_text(sqlite3_stmt *statement, int column, struct bln_arena *arena, const char **out);

/* A transaction that writes, or that only reads: what it reads is of one moment. End keeps what was done when STATUS is BLN_OK
 * and undoes it otherwise; it returns STATUS, or why keeping failed. */
BLN_MUST_CHECK enum bln_status bln_db_begin(const struct bln_state *state, const char *doing, struct bln_err *err);
BLN_MUST_CHECK enum bln_status bln_db_begin_reading(const struct bln_state *state, struct bln_err *err);
BLN_MUST_CHECK enum bln_status bln_db_end(const struct bln_state *state, enum bln_status status, const char *doing,
					  struct bln_err *err);

#endif
