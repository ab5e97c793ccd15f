#include "engine/library.h"

#include <dlfcn.h>
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where the library lies, relative to the program: installed, unpacked beside it, then in a source tree, build/PRESET. */
static const char *const beside_program[] = { "../lib/bullion/libduckdb.so", "lib/libduckdb.so", "libduckdb.so",
					      "../../deps/cache/duckdb-library/libduckdb.so" };

static void *library_open(struct bln_err *err)
{
	const char *given = getenv("BULLION_DUCKDB");
	char program[PATH_MAX] = "";
	char path[2 * PATH_MAX];
	char reason[2 * PATH_MAX] = "";
	void *handle = NULL;
	ssize_t length;

	if (given && given[0]) {
		handle = dlopen(given, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
		if (!handle)
			bln_err_set(err, BLN_NOT_FOUND, "cannot load DuckDB from BULLION_DUCKDB: %s", dlerror());
		return handle;
	}
	length = readlink("/proc/self/exe", program, sizeof(program) - 1);
	program[length > 0 ? length : 0] = '\0';
	for (size_t i = 0; !handle && i < sizeof(beside_program) / sizeof(beside_program[0]); i++) {
		char folder[PATH_MAX];

		memcpy(folder, program, sizeof(folder));
		snprintf(path, sizeof(path), "%s/%s", dirname(folder), beside_program[i]);
		handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
		if (!handle && (access(path, F_OK) == 0 || errno == EACCES)) /* it may well lie there */
			snprintf(reason, sizeof(reason), "%s", dlerror());
	}
	if (!handle && reason[0])
		bln_err_set(err, BLN_NOT_FOUND, "cannot load DuckDB: %s", reason);
	else if (!handle)
		bln_err_set(err, BLN_NOT_FOUND,
			    "cannot find libduckdb.so beside %s: run deps/install, or set BULLION_DUCKDB to its path",
			    program);
	return handle;
}

static struct bln_duckdb loaded; /* written once */

static void remember(const struct bln_duckdb *db)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

	pthread_mutex_lock(&lock);
	if (!loaded.handle)
		loaded = *db;
	pthread_mutex_unlock(&lock);
}

const struct bln_duckdb *bln_duckdb_loaded(void)
{
	return &loaded;
}

enum bln_status bln_duckdb_load(struct bln_duckdb *db, struct bln_err *err)
{
	void *symbol;

	memset(db, 0, sizeof(*db));
	db->handle = library_open(err);
	if (!db->handle)
		return BLN_NOT_FOUND;

#define X(name)                                                                                                        \
	symbol = dlsym(db->handle, "duckdb_" #name);                                                                   \
	if (!symbol) {                                                                                                 \
		bln_duckdb_unload(db);                                                                                 \
		return bln_err_set(err, BLN_UNSUPPORTED,                                                               \
				   "libduckdb.so has no duckdb_" #name ": it is not the version of deps/lock");        \
	}                                                                                                              \
	memcpy(&db->name, &symbol, sizeof(symbol));
	BLN_DUCKDB_FUNCTIONS(X)
#undef X
	remember(db);
	return BLN_OK;
}

void bln_duckdb_unload(struct bln_duckdb *db)
{
	if (db->handle)
		dlclose(db->handle);
	memset(db, 0, sizeof(*db));
}
