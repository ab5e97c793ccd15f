/* What a job left behind: tables as text, versions, actions, files that no commit names. */
#ifndef BLN_JOB_LOOK_TEST_KIT_H
#define BLN_JOB_LOOK_TEST_KIT_H

#include "job/job_run_test_kit.h"

#include <fcntl.h>

#include "delta/log_read.h"
#include "engine/macros.h"
#include "engine/rows_test_kit.h"
#include "engine/statement.h"

static inline struct bln_snapshot *kit_snapshot(struct kit *kit, const char *table)
{
	struct bln_snapshot *snapshot = NULL;

	assert_ok(bln_lake_snapshot(&kit->lake, table, BLN_VERSION_LATEST, &snapshot, &kit->err), &kit->err);
	return snapshot;
}

static inline int64_t kit_version(struct kit *kit, const char *table)
{
	struct bln_snapshot *snapshot = NULL;
	int64_t version;

	assert_ok(bln_lake_snapshot_if_any(&kit->lake, table, &snapshot, &kit->err), &kit->err);
	version = snapshot ? snapshot->version : -1;
	bln_snapshot_destroy(snapshot);
	return version;
}

/* The version of the txn APP_ID in TABLE: of a sql job's marker. */
static inline int64_t kit_txn(struct kit *kit, const char *table, const char *app_id)
{
	struct bln_snapshot *snapshot = kit_snapshot(kit, table);
	int64_t version = bln_snapshot_txn(snapshot, app_id);

	bln_snapshot_destroy(snapshot);
	return version;
}

/* The tables that a question names, for the time of the question. */
struct kit_tables {
	struct kit *kit;
	struct bln_snapshot *snapshots[16];
	size_t count;
};

static inline enum bln_status kit_resolve(void *context, const struct bln_relation *relation, struct bln_resolved *out,
					  struct bln_err *err)
{
	struct kit_tables *tables = context;
	struct bln_snapshot **snapshot = &tables->snapshots[tables->count];
	enum bln_status status;

	assert_true(tables->count < 16);
	status = bln_lake_snapshot(&tables->kit->lake, relation->name, BLN_VERSION_LATEST, snapshot, err);
	if (status == BLN_OK) {
		tables->count++;
		*out = (struct bln_resolved){ .snapshot = *snapshot, .is_all = true };
	}
	return status;
}

/* What SQL over the lake gives, as text: columns with '|' between, rows with '\n' behind. Good until the next call. */
static inline const char *kit_rows(struct kit *kit, const char *sql)
{
	static char out[1 << 18];
	const struct bln_engine_settings settings = { .memory_bytes = INT64_C(256) << 20, .threads = 2 };
	const struct bln_statement_options options = { .may_read_files = true };
	struct kit_tables tables = { .kit = kit };
	const struct bln_resolver resolver = { .context = &tables, .resolve = kit_resolve };
	struct bln_arena arena = { 0 };
	struct bln_err err = { 0 };

	if (!kit->reader) {
		assert_ok(bln_engine_open(&settings, &kit->reader, &err), &err);
		assert_ok(bln_engine_macros(kit->reader, &err), &err);
		assert_ok(bln_engine_exec(kit->reader, "SET TimeZone = 'UTC'", &err), &err);
	}
	assert_ok(bln_statement_resolve(kit->reader, sql, &options, &resolver, &arena, NULL, &err), &err);
	test_rows(kit->reader, sql, out, sizeof(out));
	for (size_t i = 0; i < tables.count; i++)
		bln_snapshot_destroy(tables.snapshots[i]);
	bln_arena_clean_up(&arena);
	return out;
}

#define assert_rows(kit, sql, expected) assert_string_equal(kit_rows(kit, sql), expected)

static inline int kit_line_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The lines of TEXT, which is cut into them, sorted; the caller's to free. */
static inline char **kit_lines(char *text, size_t *count)
{
	char **lines = calloc(strlen(text) + 1, sizeof(*lines));

	assert_non_null(lines);
	*count = 0;
	for (char *end; (end = strchr(text, '\n')); text = end + 1) {
		*end = '\0';
		lines[(*count)++] = text;
	}
	qsort(lines, *count, sizeof(*lines), kit_line_compare);
	return lines;
}

/* That SQL gives the rows of WANTED, whatever their order; empties it. */
static inline void assert_same_rows(struct kit *kit, const char *sql, struct bln_text *wanted)
{
	size_t count;
	size_t wanted_count;
	char **lines = kit_lines((char *)kit_rows(kit, sql), &count);
	char **wanted_lines;

	bln_text_add(wanted, "");
	wanted_lines = kit_lines(wanted->at, &wanted_count);
	for (size_t i = 0; i < count && i < wanted_count; i++)
		assert_string_equal(lines[i], wanted_lines[i]);
	assert_int_equal(count, wanted_count);
	bln_text_clear(wanted);
	free(lines);
	free(wanted_lines);
}

/* "silver.t" → "lake/silver/t/NAME" in the kit's folder. */
static inline const char *kit_table_path(const struct kit *kit, const char *table, const char *name)
{
	char inner[KIT_PATH_SIZE];

	snprintf(inner, sizeof(inner), "lake/%s/%s", table, name);
	*strchr(inner, '.') = '/';
	return kit_path(kit, inner);
}

/* Actions of the table's commits, counted. */
struct kit_actions {
	int adds;
	int removes;
	int txns;
	int metadatas;
};

static inline enum bln_status kit_action_count(void *context, const struct bln_log_entry *entry, struct bln_err *err)
{
	struct kit_actions *actions = context;

	(void)err;
	for (size_t i = 0; i < entry->action_count; i++) {
		actions->adds += entry->actions[i].kind == BLN_ACTION_ADD;
		actions->removes += entry->actions[i].kind == BLN_ACTION_REMOVE;
		actions->txns += entry->actions[i].kind == BLN_ACTION_TXN;
		actions->metadatas += entry->actions[i].kind == BLN_ACTION_METADATA;
	}
	return BLN_OK;
}

/* Those of versions FROM to TO. */
static inline struct kit_actions kit_actions(struct kit *kit, const char *table, int64_t from, int64_t to)
{
	struct kit_actions actions = { 0 };
	struct bln_table place;

	assert_ok(bln_lake_table(&kit->lake, table, &kit->arena, &place, &kit->err), &kit->err);
	assert_ok(bln_commits_read(&place, from, to, kit_action_count, &actions, NULL, &kit->err), &kit->err);
	return actions;
}

/* The data files in the lake that no commit names: what a writer left that did not clean up. */
struct kit_walk {
	struct bln_text log; /* all commits there are */
	size_t orphans;
};
static struct kit_walk kit_walk;

static inline int kit_log_take(const char *path, const struct stat *info, int type, struct FTW *at)
{
	char *bytes;
	int fd;

	(void)at;
	if (type != FTW_F || !strstr(path, "/_delta_log/") || !strstr(path, ".json"))
		return 0;
	fd = open(path, O_RDONLY);
	bytes = malloc((size_t)info->st_size + 1);
	assert_true(fd >= 0 && bytes);
	assert_int_equal(read(fd, bytes, (size_t)info->st_size), info->st_size);
	bln_text_add_bytes(&kit_walk.log, bytes, (size_t)info->st_size);
	free(bytes);
	close(fd);
	return 0;
}

static inline int kit_orphan_find(const char *path, const struct stat *info, int type, struct FTW *at)
{
	const char *name = path + at->base;

	(void)info;
	if (type == FTW_F && !strstr(path, "/_delta_log/") &&
	    !memmem(kit_walk.log.at, kit_walk.log.length, name, strlen(name))) {
		print_message("orphan: %s\n", path);
		kit_walk.orphans++;
	}
	return 0;
}

static inline size_t kit_orphans(struct kit *kit)
{
	bln_text_clear(&kit_walk.log);
	bln_text_add(&kit_walk.log, "");
	kit_walk.orphans = 0;
	nftw(kit_path(kit, "lake"), kit_log_take, 16, FTW_PHYS);
	nftw(kit_path(kit, "lake"), kit_orphan_find, 16, FTW_PHYS);
	bln_text_clean_up(&kit_walk.log);
	return kit_walk.orphans;
}

#endif
