#include "state/state_look.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/percent.h"

static bool is_denied(const char *path)
{
	return faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) != 0;
}

bool bln_state_must_look(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? bln_mem_strndup(path, (size_t)(slash - path) + 1) : NULL;
	const bool must = faccessat(AT_FDCWD, path, F_OK, AT_EACCESS) == 0 &&
			  (is_denied(path) || (slash && !folder) || is_denied(folder ? folder : "."));

	bln_mem_free(folder);
	return must;
}

static enum bln_status open_as(struct bln_state *state, const char *how, int *code, struct bln_err *err)
{
	static const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	struct bln_text uri = { 0 };
	enum bln_status status;

	bln_text_add(&uri, "file:");
	bln_percent_encode(&uri, state->path, strlen(state->path), bln_percent_keep_path);
	bln_text_add_format(&uri, "?%s", how);
	BLN_TRY(bln_text_check(&uri, err));
	*code = sqlite3_open_v2(uri.at, &state->db, flags, NULL);
	if (*code == SQLITE_OK)
		*code = sqlite3_exec(state->db, "PRAGMA schema_version", NULL, NULL,
				     NULL); /* the first that reads it */
done:
	bln_text_clean_up(&uri);
	return status;
}

/* How large the file is whose name is STATE's and ENDING; -1 where there is none. */
static int64_t size_beside(const struct bln_state *state, const char *ending)
{
	struct bln_text path = { 0 };
	struct stat file;
	int64_t size = -1;

	bln_text_add_format(&path, "%s%s", state->path, ending);
	if (!path.has_failed && stat(path.at, &file) == 0)
		size = file.st_size;
	bln_text_clean_up(&path);
	return size;
}

/* SQLite reads a file in WAL mode with the help of -wal and -shm, and makes them where it may. Where nothing lies beside the
 * file nobody has it open and it is all there is: SQLite takes it as it is if told that it does not change. */
enum bln_status bln_state_look(struct bln_state *state, struct bln_err *err)
{
	const int64_t log = size_beside(state, "-wal");
	const bool is_all = log <= 0 && size_beside(state, "-shm") < 0 && size_beside(state, "-journal") < 0;
	enum bln_status status;
	int code = SQLITE_OK;

	BLN_TRY(open_as(state, is_all ? "immutable=1" : "readonly_shm=1", &code, err));
	if ((code & 0xff) == SQLITE_CANTOPEN && log > 0)
		status = bln_err_set(
			err, BLN_DENIED,
			"cannot read %s: its newest records are in %s-wal, for which a file must be made beside "
			"it: give yourself write permission on its folder",
			state->path, state->path);
	else if (code != SQLITE_OK)
		status = bln_db_fail(state, code, "read", err);
done:
	return status;
}
