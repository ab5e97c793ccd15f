/* What the tests of src/state share: a folder of their own, SQLite's memory and system calls under their hand. */
#ifndef BLN_STATE_TEST_KIT_H
#define BLN_STATE_TEST_KIT_H

#include "base/folder_test_kit.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "state/schema.h"
#include "state/state.h"

enum { KIT_PATH_SIZE = 256 };

/* A new folder and the path of a state file in it. */
struct kit {
	char folder[KIT_PATH_SIZE];
	char path[KIT_PATH_SIZE + 16];
};

static inline struct kit kit_new(void)
{
	struct kit kit = { 0 };

	test_folder_make(kit.folder, sizeof(kit.folder), "state");
	snprintf(kit.path, sizeof(kit.path), "%s/state.db", kit.folder);
	return kit;
}

static inline void kit_remove(const struct kit *kit)
{
	test_folder_remove(kit->folder);
}

static inline struct bln_state *kit_open(const struct kit *kit)
{
	struct bln_state *opened = NULL;
	struct bln_err err = { 0 };

	assert_ok(bln_state_open(kit->path, BLN_STATE_CREATE, &opened, &err), &err);
	return opened;
}

/* Runs SQL on the file with SQLite alone. */
static inline void kit_sql(const char *path, const char *sql)
{
	sqlite3 *db = NULL;
	char *message = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA synchronous = OFF", NULL, NULL, NULL), SQLITE_OK); /* quick */
	if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s: %s", sql, message);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static inline int64_t kit_int(const char *path, const char *sql)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *statement = NULL;
	int64_t value;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	value = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	return value;
}

/* A file as the bullion of schema VERSION left it, with the rows that ROWS inserts. */
static inline void kit_make_version(const char *path, int version, const char *rows)
{
	char mark[128];

	kit_sql(path, "PRAGMA journal_mode = WAL");
	for (int i = 1; i <= version; i++)
		kit_sql(path, bln_schema_step(i));
	if (version > 0) {
		snprintf(mark, sizeof(mark), "PRAGMA application_id = %d; PRAGMA user_version = %d",
			 BLN_SCHEMA_APPLICATION_ID, version);
		kit_sql(path, mark);
		kit_sql(path, rows);
	}
}

/* SQLite's memory through base/mem, so that a fault loop fails its requests too. */
static inline void *kit_mem_alloc(int size)
{
	return bln_mem_alloc((size_t)size);
}

static inline void *kit_mem_realloc(void *block, int size)
{
	return bln_mem_realloc(block, (size_t)size);
}

static inline int kit_mem_size(void *block)
{
	return block ? (int)malloc_usable_size(block) : 0;
}

static inline int kit_mem_round_up(int size)
{
	return (size + 7) & ~7;
}

static inline int kit_mem_init(void *nothing)
{
	(void)nothing;
	return SQLITE_OK;
}

static inline void kit_mem_shutdown(void *nothing)
{
	(void)nothing;
}

static inline int kit_set_up(void **state)
{
	static const sqlite3_mem_methods methods = {
		.xMalloc = kit_mem_alloc,
		.xFree = bln_mem_free,
		.xRealloc = kit_mem_realloc,
		.xSize = kit_mem_size,
		.xRoundup = kit_mem_round_up,
		.xInit = kit_mem_init,
		.xShutdown = kit_mem_shutdown,
	};

	(void)state;
	return sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) || sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0) ||
	       sqlite3_initialize();
}

/* The Nth write, truncation or removal that SQLite makes from now on kills the process (code 0), or fails with errno CODE
 * and all after it. */
static int kit_calls;
static int kit_fault_at;
static int kit_fault_code;
static ssize_t (*kit_pwrite_real)(int, const void *, size_t, off_t);
static int (*kit_ftruncate_real)(int, off_t);
static int (*kit_unlink_real)(const char *);

static inline bool kit_call_fails(void)
{
	kit_calls++;
	if (kit_fault_at == 0 || kit_calls < kit_fault_at)
		return false;
	if (kit_fault_code == 0)
		kill(getpid(), SIGKILL);
	errno = kit_fault_code;
	return true;
}

static inline ssize_t kit_pwrite(int fd, const void *bytes, size_t length, off_t offset)
{
	return kit_call_fails() ? -1 : kit_pwrite_real(fd, bytes, length, offset);
}

static inline int kit_ftruncate(int fd, off_t length)
{
	return kit_call_fails() ? -1 : kit_ftruncate_real(fd, length);
}

static inline int kit_unlink(const char *path)
{
	return kit_call_fails() ? -1 : kit_unlink_real(path);
}

static inline void kit_fault(int at, int code)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find("unix");
	const char *pwrite_name = vfs->xGetSystemCall(vfs, "pwrite64") ? "pwrite64" : "pwrite";

	if (!kit_pwrite_real) {
		kit_pwrite_real = (ssize_t(*)(int, const void *, size_t, off_t))vfs->xGetSystemCall(vfs, pwrite_name);
		kit_ftruncate_real = (int (*)(int, off_t))vfs->xGetSystemCall(vfs, "ftruncate");
		kit_unlink_real = (int (*)(const char *))vfs->xGetSystemCall(vfs, "unlink");
		vfs->xSetSystemCall(vfs, pwrite_name, (sqlite3_syscall_ptr)kit_pwrite);
		vfs->xSetSystemCall(vfs, "ftruncate", (sqlite3_syscall_ptr)kit_ftruncate);
		vfs->xSetSystemCall(vfs, "unlink", (sqlite3_syscall_ptr)kit_unlink);
	}
	kit_calls = 0;
	kit_fault_at = at;
	kit_fault_code = code;
}

/* In the parent: whether the child CHILD ended with exit code 0; a SIGKILL is false, anything else fails the test. */
static inline bool kit_child_ended_well(pid_t child)
{
	int how = 0;

	assert_int_equal(waitpid(child, &how, 0), child);
	if (WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL)
		return false;
	assert_true(WIFEXITED(how));
	assert_int_equal(WEXITSTATUS(how), 0);
	return true;
}

#endif
