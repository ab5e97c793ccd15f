#include "state/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "state/db.h"

/* Fsyncs the folder that PATH is in, so that the new name survives a power cut. */
static enum bln_status folder_sync(const char *path, struct bln_err *err)
{
	const char *slash = strrchr(path, '/');
	char *folder =
		slash ? bln_mem_strndup(path, slash == path ? 1 : (size_t)(slash - path)) : bln_mem_strndup(".", 1);
	enum bln_status status = BLN_OK;
	int fd;

	if (!folder)
		return bln_err_memory(err);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) != 0)
		status = bln_err_errno(err, errno, "cannot sync the folder %s", folder);
	if (fd >= 0)
		close(fd);
	bln_mem_free(folder);
	return status;
}

/* All pages in one step: in WAL mode that holds up no writer, and a writer cannot make it begin again. */
static enum bln_status pages_copy(const struct bln_state *from, const struct bln_state *to, struct bln_err *err)
{
	sqlite3_backup *backup = sqlite3_backup_init(to->db, "main", from->db, "main");
	enum bln_status status = BLN_OK;
	int code;

	if (!backup)
		return bln_db_fail(to, sqlite3_errcode(to->db), "write", err);
	code = sqlite3_backup_step(backup, -1);
	if (code != SQLITE_DONE)
		status = bln_err_set(err, BLN_IO, "cannot copy %s to %s: %s", from->path, to->path,
				     sqlite3_errstr(code));
	if ((code & 0xff) == SQLITE_NOMEM)
		status = bln_err_memory(err);
	(void)sqlite3_backup_finish(backup);
	return status;
}

/* Leaves a synced, closed copy at PARTIAL. */
static enum bln_status partial_write(const struct bln_state *state, char *partial, struct bln_err *err)
{
	struct bln_state copy = { .path = partial };
	enum bln_status status = BLN_OK;
	int code;
	int fd = open(partial, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return bln_err_errno(err, errno, "cannot make %s", partial);
	close(fd);
	code = sqlite3_open_v2(partial, &copy.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
			       NULL);
	if (code != SQLITE_OK) {
		status = bln_db_fail(&copy, code, "open", err);
		goto done;
	}
	BLN_TRY(bln_db_exec(&copy, "PRAGMA synchronous = FULL", "write", err));
	BLN_TRY(pages_copy(state, &copy, err));
	BLN_TRY(bln_db_exec(&copy, "PRAGMA journal_mode = DELETE", "write", err)); /* the copy is one file, not three */
done:
	code = sqlite3_close(copy.db);
	if (status == BLN_OK && code != SQLITE_OK)
		status = bln_err_set(err, BLN_IO, "cannot finish %s: %s", partial, sqlite3_errstr(code));
	return status;
}

enum bln_status bln_state_backup(struct bln_state *state, const char *to, struct bln_err *err)
{
	struct bln_text partial = { 0 };
	enum bln_status status;

	if (access(to, F_OK) == 0)
		return bln_err_set(err, BLN_EXISTS, "%s exists: give the backup a new name", to);
	bln_text_add_format(&partial, "%s.partial", to);
	BLN_TRY(bln_text_check(&partial, err));
	if (unlink(partial.at) != 0 && errno != ENOENT) {
		status = bln_err_errno(err, errno, "cannot remove %s", partial.at);
		goto done;
	}
	BLN_TRY(partial_write(state, partial.at, err));
	if (link(partial.at, to) != 0) { /* unlike rename, never over somebody else's file */
		status = bln_err_errno(err, errno, "cannot make %s", to);
		goto done;
	}
	status = folder_sync(to, err);
done:
	if (partial.at && partial.length)
		(void)unlink(partial.at);
	bln_text_clean_up(&partial);
	return status;
}
