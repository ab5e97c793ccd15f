#include "state/db.h"

#include <assert.h>
#include <string.h>

#define DAMAGED                                                                                                        \
	"it is damaged: put a backup in its place, or move it away to begin an empty history (the lake is not "        \
	"affected)"

/* By SQLite's result codes, those that say more first. What is not listed is the disk's or the system's failure: BLN_IO.
 * SQLITE_ERROR is a statement that does not fit the tables: ours are fixed, so the tables are not what they should be. */
static const struct meaning {
	int code;
	enum bln_status status;
	const char *advice;
} meanings[] = {
	{ SQLITE_IOERR_NOMEM, BLN_NO_MEMORY, NULL },
	{ SQLITE_IOERR_CORRUPTFS, BLN_CORRUPT, DAMAGED },
	/* of a file that it shares with other processes, whose growth it does not explain */
	{ SQLITE_IOERR_SHMSIZE, BLN_IO, "most often there is no space left: free some" },
	{ SQLITE_READONLY_DBMOVED, BLN_IO, "it was moved or removed while in use" },
	{ SQLITE_BUSY, BLN_IO, "another process kept it locked: try again" },
	{ SQLITE_LOCKED, BLN_IO, "another process kept it locked: try again" },
	{ SQLITE_NOMEM, BLN_NO_MEMORY, NULL },
	{ SQLITE_ERROR, BLN_CORRUPT, DAMAGED },
	{ SQLITE_CORRUPT, BLN_CORRUPT, DAMAGED },
	{ SQLITE_NOTADB, BLN_CORRUPT, DAMAGED },
	{ SQLITE_READONLY, BLN_DENIED, "give yourself write permission on it and its folder" },
	{ SQLITE_PERM, BLN_DENIED, "give yourself write permission on it and its folder" },
	{ SQLITE_FULL, BLN_IO, "free some space" },
	{ SQLITE_INTERRUPT, BLN_CANCELLED, NULL },
	{ SQLITE_CONSTRAINT, BLN_EXISTS, NULL },
	{ SQLITE_TOOBIG, BLN_INVALID, NULL },
	{ SQLITE_MISUSE, BLN_BUG, NULL },
	{ SQLITE_RANGE, BLN_BUG, NULL },
};
enum { MEANINGS = sizeof(meanings) / sizeof(meanings[0]) };

static const struct meaning *meaning_find(int code)
{
	for (size_t i = 0; i < MEANINGS; i++)
		if (meanings[i].code == code || meanings[i].code == (code & 0xff))
			return &meanings[i];
	return NULL;
}

enum bln_status bln_db_fail(const struct bln_state *state, int code, const char *doing, struct bln_err *err)
{
	const struct meaning *meaning = meaning_find(code);
	const char *words = state->db ? sqlite3_errmsg(state->db) : sqlite3_errstr(code);
	int system = state->db ? sqlite3_system_errno(state->db) : 0;

	if (system != 0 && ((code & 0xff) == SQLITE_CANTOPEN || (!meaning && (code & 0xff) == SQLITE_IOERR)))
		return bln_err_errno(err, system, "cannot %s %s", doing, state->path);
	if (!meaning)
		return bln_err_set(err, BLN_IO, "cannot %s %s: %s", doing, state->path, words);
	if (meaning->status == BLN_NO_MEMORY)
		return bln_err_memory(err);
	return bln_err_set(err, meaning->status, "cannot %s %s: %s%s%s", doing, state->path, words,
			   meaning->advice ? ": " : "", meaning->advice ? meaning->advice : "");
}

enum bln_status bln_db_exec(const struct bln_state *state, const char *sql, const char *doing, struct bln_err *err)
{
	int code = sqlite3_exec(state->db, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? BLN_OK : bln_db_fail(state, code, doing, err);
}

enum bln_status bln_db_prepare(const struct bln_state *state, const char *sql, sqlite3_stmt **statement,
			       struct bln_err *err)
{
	int code = sqlite3_prepare_v2(state->db, sql, -1, statement, NULL);

	return code == SQLITE_OK ? BLN_OK : bln_db_fail(state, code, "read", err);
}

static int parameter_find(sqlite3_stmt *statement, const char *name)
{
	int index = sqlite3_bind_parameter_index(statement, name);

	assert(index > 0 && "a parameter that the statement does not have");
	return index;
}

/* Static bytes are not copied, so that binding needs no memory; it fails only beyond SQLite's limit on a value, which the
 * limits of the callers keep away from. */
void bln_db_bind_text(sqlite3_stmt *statement, const char *name, const char *text)
{
	(void)sqlite3_bind_text(statement, parameter_find(statement, name), text, -1, SQLITE_STATIC);
}

void bln_db_bind_blob(sqlite3_stmt *statement, const char *name, const void *bytes, size_t length)
{
	(void)sqlite3_bind_blob64(statement, parameter_find(statement, name), bytes, length, SQLITE_STATIC);
}

void bln_db_bind_int(sqlite3_stmt *statement, const char *name, int64_t value)
{
	(void)sqlite3_bind_int64(statement, parameter_find(statement, name), value);
}

enum bln_status bln_db_row(const struct bln_state *state, sqlite3_stmt *statement, const char *doing, bool *has_row,
			   struct bln_err *err)
{
	int code = sqlite3_step(statement);

	*has_row = code == SQLITE_ROW;
	return code == SQLITE_ROW || code == SQLITE_DONE ? BLN_OK : bln_db_fail(state, code, doing, err);
}

enum bln_status bln_db_run(const struct bln_state *state, sqlite3_stmt *statement, const char *doing,
			   struct bln_err *err)
{
	bool has_row;
	enum bln_status status = bln_db_row(state, statement, doing, &has_row, err);

	(void)sqlite3_reset(statement); /* its code is the step's, told already */
	return status;
}

enum bln_status bln_db_int(const struct bln_state *state, const char *sql, int64_t *out, struct bln_err *err)
{
	sqlite3_stmt *statement = NULL;
	bool has_row = false;
	enum bln_status status;

	BLN_TRY(bln_db_prepare(state, sql, &statement, err));
	BLN_TRY(bln_db_row(state, statement, "read", &has_row, err));
	if (has_row)
		*out = sqlite3_column_int64(statement, 0);
	else
		status = bln_err_set(err, BLN_BUG, "%s: nothing came of %s", state->path, sql);
done:
	sqlite3_finalize(statement);
	return status;
}

bool bln_db_column_text(sqlite3_stmt *statement, int column, struct bln_arena *arena, const char **out)
{
	const unsigned char *text;

	*out = NULL;
	if (sqlite3_column_type(statement, column) == SQLITE_NULL)
		return true;
	text = sqlite3_column_text(statement, column);
	if (text)
		*out = bln_arena_strndup(arena, (const char *)text, (size_t)sqlite3_column_bytes(statement, column));
	return *out != NULL;
}

static void undo(const struct bln_state *state)
{
	if (sqlite3_get_autocommit(state->db))
		return;
	(void)sqlite3_step(state->rollback); /* if it fails the next begin tries again, and the next open undoes it */
	(void)sqlite3_reset(state->rollback);
}

enum bln_status bln_db_begin(const struct bln_state *state, const char *doing, struct bln_err *err)
{
	undo(state);
	return bln_db_exec(state, "BEGIN IMMEDIATE", doing, err);
}

enum bln_status bln_db_begin_reading(const struct bln_state *state, struct bln_err *err)
{
	undo(state);
	return bln_db_exec(state, "BEGIN", "read", err);
}

enum bln_status bln_db_end(const struct bln_state *state, enum bln_status status, const char *doing,
			   struct bln_err *err)
{
	if (status == BLN_OK)
		status = bln_db_exec(state, "COMMIT", doing, err);
	if (status != BLN_OK)
		undo(state);
	return status;
}
