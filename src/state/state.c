#include "state/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/time.h"
#include "state/schema.h"
#include "state/state_look.h"

enum {
	VALUE_BYTES_MAX = 16 << 20, /* one text or blob in the file: a larger one is a lie */
	WAL_TRY_MS = 5, /* between tries to switch a new file to WAL */
};

/* A name of its own in the folder it is in, for its owner only: tokens will be in it. SQLite gives its -wal and -shm files
 * the same permissions. O_EXCL: closing a descriptor of an existing database would drop this process's locks on it. */
static enum bln_status file_create(const char *path, struct bln_err *err)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash && slash != path ? bln_mem_strndup(path, (size_t)(slash - path)) : NULL;
	enum bln_status status = BLN_OK;
	int fd;

	if (slash && slash != path && !folder)
		return bln_err_memory(err);
	if (folder && mkdir(folder, 0777) != 0 && errno != EEXIST) {
		status = bln_err_errno(err, errno, "cannot make the folder %s", folder);
		goto done;
	}
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0)
		close(fd);
	else if (errno != EEXIST)
		status = bln_err_errno(err, errno, "cannot make %s", path);
done:
	bln_mem_free(folder);
	return status;
}

/* What holds for the connection, before anything of the file is believed. */
static enum bln_status connection_set_up(struct bln_state *state, struct bln_err *err)
{
	static const char settings[] =
		"PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA foreign_keys = ON;"
		"PRAGMA synchronous = FULL";
	enum bln_status status;

	(void)sqlite3_extended_result_codes(state->db, 1);
	(void)sqlite3_busy_timeout(state->db, BLN_STATE_BUSY_MS);
	(void)sqlite3_limit(state->db, SQLITE_LIMIT_LENGTH, VALUE_BYTES_MAX);
	(void)sqlite3_db_config(state->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	/* A file that is refused stays as it is, its write-ahead log too. */
	(void)sqlite3_db_config(state->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	status = bln_db_exec(state, settings, "open", err);
	return status == BLN_OK ? bln_db_prepare(state, "ROLLBACK", &state->rollback, err) : status;
}

/* The switch needs the file for itself, and SQLite does not wait for that by its busy timeout. File systems that cannot
 * share memory refuse it: then the rollback journal, as safe but slower with several processes, stays. */
static enum bln_status wal_switch(const struct bln_state *state, struct bln_err *err)
{
	struct bln_clock *clock = bln_clock_system();
	const int64_t end_us = bln_clock_monotonic_us(clock) + BLN_STATE_BUSY_MS * BLN_US_PER_MS;
	int code;

	/* A try may wait as well, for whoever reads what the file is: what counts is the time, not the tries. */
	for (;;) {
		code = sqlite3_exec(state->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
		if ((code & 0xff) != SQLITE_BUSY || bln_clock_monotonic_us(clock) >= end_us)
			break;
		sqlite3_sleep(WAL_TRY_MS);
	}
	return code == SQLITE_OK ? BLN_OK : bln_db_fail(state, code, "open", err);
}

/* To write, also where it is only looked at: whoever may bring it up to date does. */
static enum bln_status writer_open(struct bln_state *state, struct bln_err *err)
{
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	const int code = sqlite3_open_v2(state->path, &state->db, flags, NULL);
	enum bln_status status;

	if (code != SQLITE_OK)
		return bln_db_fail(state, code, "open", err);
	if (sqlite3_db_readonly(state->db, "main") == 1)
		return bln_err_set(err, BLN_DENIED,
				   "cannot write %s: give yourself write permission on it and its folder", state->path);
	BLN_TRY(connection_set_up(state, err));
	BLN_TRY(bln_schema_check(state, bln_schema_version(), err));
	BLN_TRY(wal_switch(state, err));
	BLN_TRY(bln_schema_migrate(state, bln_schema_version(), err));
	(void)sqlite3_db_config(state->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
done:
	return status;
}

static enum bln_status reader_open(struct bln_state *state, struct bln_err *err)
{
	enum bln_status status;

	state->is_read_only = true;
	BLN_TRY(bln_state_look(state, err));
	BLN_TRY(connection_set_up(state, err));
	BLN_TRY(bln_schema_check_current(state, err));
done:
	return status;
}

enum bln_status bln_state_open(const char *path, enum bln_state_open how, struct bln_state **out, struct bln_err *err)
{
	struct bln_state *state = bln_mem_calloc(1, sizeof(*state));
	enum bln_status status = BLN_OK;

	if (state)
		state->path = bln_mem_strndup(path, strlen(path));
	if (!state || !state->path) {
		status = bln_err_memory(err);
		goto done;
	}
	if (how == BLN_STATE_CREATE)
		BLN_TRY(file_create(path, err));
	if (how == BLN_STATE_LOOK && bln_state_must_look(path))
		BLN_TRY(reader_open(state, err));
	else
		BLN_TRY(writer_open(state, err));
	*out = state;
done:
	if (status != BLN_OK)
		bln_state_close(state);
	return status;
}

bool bln_state_is_read_only(const struct bln_state *state)
{
	return state->is_read_only;
}

void bln_state_close(struct bln_state *state)
{
	if (!state)
		return;
	sqlite3_finalize(state->rollback);
	sqlite3_close_v2(state->db);
	bln_mem_free(state->path);
	bln_mem_free(state);
}

enum bln_status bln_state_check(struct bln_state *state, struct bln_err *err)
{
	sqlite3_stmt *statement = NULL;
	const char *finding;
	bool has_row = false;
	enum bln_status status;

	BLN_TRY(bln_db_prepare(state, "PRAGMA integrity_check(1)", &statement, err));
	BLN_TRY(bln_db_row(state, statement, "check", &has_row, err));
	finding = has_row ? (const char *)sqlite3_column_text(statement, 0) : NULL;
	if (!finding || strcmp(finding, "ok") != 0) {
		status = bln_err_set(err, BLN_CORRUPT, "%s is damaged: %s", state->path,
				     finding ? finding : "no answer");
		goto done;
	}
	sqlite3_finalize(statement);
	statement = NULL;
	BLN_TRY(bln_db_prepare(state, "PRAGMA foreign_key_check", &statement, err));
	BLN_TRY(bln_db_row(state, statement, "check", &has_row, err));
	if (has_row)
		status = bln_err_set(err, BLN_CORRUPT, "%s is damaged: a run refers to one that is not there",
				     state->path);
done:
	sqlite3_finalize(statement);
	return status;
}
