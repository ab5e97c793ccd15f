#include "state/schema.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

/* seq is the order in which runs were recorded: "newest first" must not depend on clocks. One row per attempt; a step of a
 * workflow run has parent_id and step. result and properties are JSON objects. */
static const char *const steps[] = {
	"CREATE TABLE runs ("
	"  seq INTEGER PRIMARY KEY,"
	"  id TEXT NOT NULL UNIQUE,"
	"  parent_id TEXT REFERENCES runs (id) ON DELETE CASCADE,"
	"  kind TEXT NOT NULL,"
	"  name TEXT NOT NULL,"
	"  step TEXT,"
	"  attempt INTEGER NOT NULL CHECK (attempt >= 1),"
	"  state TEXT NOT NULL,"
	"  reason TEXT,"
	"  properties TEXT NOT NULL,"
	"  result TEXT,"
	"  log_path TEXT,"
	"  created_at_us INTEGER NOT NULL,"
	"  started_at_us INTEGER,"
	"  ended_at_us INTEGER,"
	"  pid INTEGER,"
	"  pid_start_ticks INTEGER,"
	"  pid_space TEXT,"
	"  CHECK ((parent_id IS NULL) = (step IS NULL))"
	") STRICT;"
	"CREATE UNIQUE INDEX runs_by_step ON runs (parent_id, step, attempt) WHERE parent_id IS NOT NULL;"
	"CREATE INDEX runs_by_name ON runs (name, seq);"
	"CREATE INDEX runs_active ON runs (seq) WHERE ended_at_us IS NULL;",

	"CREATE TABLE seen_files ("
	"  seq INTEGER PRIMARY KEY,"
	"  source TEXT NOT NULL,"
	"  path TEXT NOT NULL,"
	"  entry TEXT NOT NULL,"
	"  size_bytes INTEGER NOT NULL,"
	"  mtime_ns INTEGER NOT NULL,"
	"  inode INTEGER NOT NULL,"
	"  hash BLOB NOT NULL CHECK (length(hash) = 16),"
	"  seen_at_ns INTEGER NOT NULL,"
	"  UNIQUE (source, path, entry)"
	") STRICT;"
	"CREATE INDEX seen_files_by_age ON seen_files (seen_at_ns);",
};
enum { STEPS = sizeof(steps) / sizeof(steps[0]) };

int bln_schema_version(void)
{
	return STEPS;
}

const char *bln_schema_step(int version)
{
	assert(version >= 1 && version <= STEPS);
	return steps[version - 1];
}

static enum bln_status version_read(const struct bln_state *state, int64_t *version, struct bln_err *err)
{
	return bln_db_int(state, "PRAGMA user_version", version, err);
}

/* What is read belongs together: it is read in one transaction. */
static enum bln_status facts_check(const struct bln_state *state, int target, struct bln_err *err)
{
	int64_t application = 0;
	int64_t version = 0;
	int64_t tables = 0;
	enum bln_status status;

	BLN_TRY(bln_db_int(state, "PRAGMA application_id", &application, err));
	BLN_TRY(version_read(state, &version, err));
	BLN_TRY(bln_db_int(state, "SELECT count(*) FROM sqlite_schema", &tables, err));
	if (tables == 0 && version == 0)
		return BLN_OK;
	if (application != BLN_SCHEMA_APPLICATION_ID || version < 0)
		return bln_err_set(err, BLN_INVALID,
				   "%s is another program's SQLite file, not bullion's state: move it away, or name "
				   "another project",
				   state->path);
	if (version > target)
		return bln_err_set(err, BLN_UNSUPPORTED,
				   "%s was written by a newer bullion (schema %" PRId64 ", this one knows %d): "
				   "upgrade bullion, or move the file away to begin an empty history",
				   state->path, version, target);
done:
	return status;
}

enum bln_status bln_schema_check(const struct bln_state *state, int target, struct bln_err *err)
{
	enum bln_status status = bln_db_begin_reading(state, err);

	return status == BLN_OK ? bln_db_end(state, facts_check(state, target, err), "read", err) : status;
}

enum bln_status bln_schema_check_current(const struct bln_state *state, struct bln_err *err)
{
	int64_t version = 0;
	enum bln_status status;

	BLN_TRY(bln_schema_check(state, STEPS, err));
	BLN_TRY(version_read(state, &version, err));
	if (version < STEPS)
		status = bln_err_set(err, BLN_UNSUPPORTED,
				     "%s was written by an older bullion (schema %" PRId64
				     ", this one's is %d), and cannot be "
				     "brought up to date: give yourself write permission on it and its folder",
				     state->path, version, STEPS);
done:
	return status;
}

/* Under the lock the version is read again: another process may just have taken this step. */
static enum bln_status step_take(const struct bln_state *state, int target, int64_t *version, struct bln_err *err)
{
	static const char doing[] = "bring up to date";
	char mark[96];
	enum bln_status status = bln_db_begin(state, doing, err);

	if (status != BLN_OK)
		return status;
	BLN_TRY(version_read(state, version, err));
	if (*version < target) {
		BLN_TRY(bln_db_exec(state, steps[*version], doing, err));
		++*version;
		snprintf(mark, sizeof(mark), "PRAGMA application_id = %d; PRAGMA user_version = %" PRId64,
			 BLN_SCHEMA_APPLICATION_ID, *version);
		BLN_TRY(bln_db_exec(state, mark, doing, err));
	}
done:
	return bln_db_end(state, status, doing, err);
}

enum bln_status bln_schema_migrate(const struct bln_state *state, int target, struct bln_err *err)
{
	int64_t version = 0;
	enum bln_status status = version_read(state, &version, err);

	assert(target <= STEPS);
	while (status == BLN_OK && version < target)
		status = step_take(state, target, &version, err);
	/* A newer bullion may have migrated the file since it was checked. */
	return status == BLN_OK ? bln_schema_check(state, STEPS, err) : status;
}
