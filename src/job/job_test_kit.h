/* What tests of src/job share: a project in a folder of its own, a lake in it, a clock that stands still, randomness with a
 * seed, and ways to look at what a job left behind. */
#ifndef BLN_JOB_TEST_KIT_H
#define BLN_JOB_TEST_KIT_H

#include "base/folder_test_kit.h"

#include <fcntl.h>
#include <inttypes.h>

#include "base/mem.h"
#include "delta/log_read.h"
#include "engine/checkpoint.h"
#include "engine/macros.h"
#include "engine/rows_test_kit.h"
#include "engine/statement.h"
#include "job/job.h"
#include "job/write/table_write.h"
#include "job/work.h"

enum { KIT_PATH_SIZE = 512, KIT_START_S = 1700000000 };

#define KIT_LIST(...)                                                                                                  \
	{                                                                                                              \
		.items = (const char *const[]){ __VA_ARGS__ },                                                         \
		.count = sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *)                           \
	}

/* Lines of a log: what a table needs that its readers and writers know, and one with FIELDS. */
#define KIT_PROTOCOL "{\"protocol\":{\"minReaderVersion\":1,\"minWriterVersion\":2}}\n"
#define KIT_METADATA(id, fields)                                                                                       \
	"{\"metaData\":{\"id\":\"" id "\",\"format\":{\"provider\":\"parquet\",\"options\":{}},\"schemaString\":"      \
	"\"{\\\"type\\\":\\\"struct\\\",\\\"fields\\\":[" fields                                                       \
	"]}\",\"partitionColumns\":[],\"configuration\":{}}}\n"
#define KIT_FIELD(name, type, nullable)                                                                                \
	"{\\\"name\\\":\\\"" name "\\\",\\\"type\\\":\\\"" type "\\\",\\\"nullable\\\":" #nullable                     \
	",\\\"metadata\\\":{}}"

struct kit {
	char folder[64];
	struct bln_project *project;
	struct bln_properties properties; /* of the runs */
	struct bln_expander expander;
	struct bln_state *state;
	struct bln_clock_virtual clock;
	struct bln_random random;
	struct bln_parquet_lazy parquet;
	struct bln_lake lake;
	struct bln_arena arena;
	struct bln_job_context context;
	struct bln_engine *reader; /* of the tests' own questions; made when first asked */
	bool may_have_orphans; /* the test took commits away, or left one in doubt */
	struct bln_err err;
};

/* FOLDER/NAME; good until the fourth call from now. */
static inline const char *kit_path(const struct kit *kit, const char *name)
{
	static char paths[4][KIT_PATH_SIZE];
	static int next;
	char *path = paths[next++ % 4];

	assert_true(snprintf(path, KIT_PATH_SIZE, "%s/%s", kit->folder, name) < KIT_PATH_SIZE);
	return path;
}

static inline void kit_file(const struct kit *kit, const char *name, const char *text)
{
	test_file_write(kit->folder, name, text);
}

/* The lake with the faults of PLAN (store/fault_plan.h), NULL for none. */
static inline void kit_lake(struct kit *kit, const char *plan)
{
	const struct bln_store_options options = { .threads = 2, .faults = plan ? plan : "" };

	bln_lake_close(&kit->lake);
	assert_ok(bln_lake_open(kit_path(kit, "lake"), &options, &kit->parquet.port, &kit->lake, &kit->err), &kit->err);
}

/* YAML: what stands in bullion.yaml behind its name. */
static inline struct kit *kit_new(const char *yaml, uint64_t seed)
{
	struct kit *kit = calloc(1, sizeof(*kit));
	struct bln_text text = { 0 };

	assert_non_null(kit);
	test_folder_make(kit->folder, sizeof(kit->folder), "job");
	bln_text_add_format(&text, "project: test\n%s", yaml);
	assert_ok(bln_project_parse(kit->folder, text.at, text.length, &kit->project, NULL, &kit->err), &kit->err);
	bln_text_clean_up(&text);
	assert_int_equal(mkdir(kit_path(kit, ".bullion"), 0700), 0);
	assert_ok(bln_state_open(kit_path(kit, BLN_PROJECT_STATE), BLN_STATE_CREATE, &kit->state, &kit->err),
		  &kit->err);
	bln_clock_virtual_init(&kit->clock, KIT_START_S * INT64_C(1000000));
	bln_random_init(&kit->random, seed);
	bln_parquet_lazy_init(&kit->parquet, NULL);
	kit_lake(kit, NULL);
	kit->properties = kit->project->properties;
	kit->expander =
		(struct bln_expander){ .project = kit->project, .properties = &kit->properties, .arena = &kit->arena };
	kit->context = (struct bln_job_context){ .project = kit->project,
						 .expander = &kit->expander,
						 .lake = &kit->lake,
						 .state = kit->state,
						 .clock = &kit->clock.clock,
						 .random = &kit->random,
						 .arena = &kit->arena };
	return kit;
}

static inline void kit_free(struct kit *kit)
{
	bln_engine_close(kit->reader);
	bln_engine_close(kit->context.engine);
	bln_work_close(kit->context.work);
	bln_lake_close(&kit->lake);
	bln_parquet_lazy_clean_up(&kit->parquet);
	bln_state_close(kit->state);
	bln_project_close(kit->project);
	bln_arena_clean_up(&kit->arena);
	test_folder_remove(kit->folder);
	free(kit);
}

/* What bln_job_run gives to a job: for tests of what stands below one. */
static inline void kit_work(struct kit *kit)
{
	assert_ok(bln_work_open(kit->folder, &kit->random, &kit->arena, &kit->context.work, &kit->err), &kit->err);
}

/* And the end of it. */
static inline void kit_work_end(struct kit *kit)
{
	bln_engine_close(kit->context.engine);
	bln_work_close(kit->context.work);
	kit->context.engine = NULL;
	kit->context.work = NULL;
}

static inline enum bln_status kit_try(struct kit *kit, const char *name, struct bln_job_result *result)
{
	const struct bln_job *job = bln_project_job(kit->project, name);
	enum bln_status status;

	assert_non_null(job);
	*result = (struct bln_job_result){ 0 };
	kit->err.message[0] = '\0';
	bln_clock_virtual_advance(&kit->clock, 1000000);
	status = bln_job_run(&kit->context, job, result, &kit->err);
	assert_null(kit->context.engine);
	assert_null(kit->context.work);
	return status;
}

/* Runs the job and expects it to work. */
static inline struct bln_job_result kit_run(struct kit *kit, const char *name)
{
	struct bln_job_result result;

	assert_ok(kit_try(kit, name, &result), &kit->err);
	bln_job_result_clean_up(&result);
	return result;
}

/* Runs the job and expects STATUS, with TEXT in the message. */
static inline void kit_fails(struct kit *kit, const char *name, enum bln_status status, const char *text)
{
	struct bln_job_result result;

	assert_int_equal(kit_try(kit, name, &result), status);
	bln_job_result_clean_up(&result);
	assert_says(kit->err.message, text);
}

/* Runs it with --full, for which see sql.h. */
static inline struct bln_job_result kit_run_full(struct kit *kit, const char *name)
{
	struct bln_job_result result;

	kit->context.is_full = true;
	result = kit_run(kit, name);
	kit->context.is_full = false;
	return result;
}

/* One of the next MOST allocations fails, in what is done until kit_memory_failed. */
static inline void kit_memory_fails(struct kit *kit, uint64_t most)
{
	bln_mem_fail_at(1 + bln_random_below(&kit->random, most), false);
}

/* That STATUS, which came of it, is no other error than that. True: it is one. */
static inline bool kit_memory_failed(const struct kit *kit, enum bln_status status)
{
	bln_mem_fail_at(0, false);
	if (status != BLN_OK && status != BLN_NO_MEMORY)
		fail_msg("no memory: %s", kit->err.message);
	return status == BLN_NO_MEMORY;
}

/* --- Writers: to be called between kit_work and kit_work_end. --- */

static inline struct bln_table_writer *kit_writer(struct kit *kit, const struct bln_write_spec *spec)
{
	struct bln_table_writer *writer;

	assert_ok(bln_table_writer_open(&kit->context, spec, NULL, &writer, &kit->err), &kit->err);
	return writer;
}

static inline enum bln_status kit_writer_commit(struct kit *kit, struct bln_table_writer *writer,
						struct bln_commit_result *result)
{
	const struct bln_write_commit nothing_else = { 0 };

	return bln_table_writer_commit(writer, &nothing_else, result, &kit->err);
}

/* One writer: adds what the SQLs give, up to NULL, and commits, with what COMMIT says besides (NULL: nothing). RESULT may be
 * NULL. */
static inline enum bln_status kit_try_write(struct kit *kit, const struct bln_write_spec *spec, const char *const *sqls,
					    const struct bln_write_commit *commit, struct bln_commit_result *result)
{
	const struct bln_write_commit nothing_else = { 0 };
	struct bln_table_writer *writer = NULL;
	struct bln_commit_result own;
	enum bln_status status;

	result = result ? result : &own;
	*result = (struct bln_commit_result){ 0 };
	kit->err.message[0] = '\0';
	BLN_TRY(bln_table_writer_open(&kit->context, spec, NULL, &writer, &kit->err));
	for (size_t i = 0; sqls[i]; i++)
		BLN_TRY(bln_table_writer_add(writer, sqls[i], &kit->err));
	BLN_TRY(bln_table_writer_commit(writer, commit ? commit : &nothing_else, result, &kit->err));
done:
	bln_table_writer_close(writer);
	return status;
}

/* Writes the rows of SQL and expects it to work. Returns the table's version. */
static inline int64_t kit_write(struct kit *kit, const struct bln_write_spec *spec, const char *sql)
{
	struct bln_commit_result result;

	assert_ok(kit_try_write(kit, spec, (const char *[]){ sql, NULL }, NULL, &result), &kit->err);
	return result.version;
}

/* Writes the rows of SQL into SPEC's table, as a job of its own would. */
static inline void kit_fill(struct kit *kit, const struct bln_write_spec *spec, const char *sql)
{
	kit_work(kit);
	(void)kit_write(kit, spec, sql);
	kit_work_end(kit);
}

/* Adds them. */
static inline void kit_append(struct kit *kit, const char *table, const char *sql)
{
	const struct bln_write_spec spec = { .table = table, .mode = BLN_WRITE_ADD };

	kit_fill(kit, &spec, sql);
}

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

/* Writes the rows of SQL and expects STATUS, with TEXT in the message; a table that is there stays as it was. */
static inline void kit_write_fails(struct kit *kit, const struct bln_write_spec *spec, const char *sql,
				   enum bln_status status, const char *text)
{
	const int64_t before = kit_version(kit, spec->table);

	assert_int_equal(kit_try_write(kit, spec, (const char *[]){ sql, NULL }, NULL, NULL), status);
	assert_says(kit->err.message, text);
	if (before >= 0)
		assert_int_equal(kit_version(kit, spec->table), before);
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

/* Commits LINES (of a log, each with '\n' behind) as the table's next version, as another program would. */
static inline void kit_commit(struct kit *kit, const char *table, const char *lines)
{
	char name[64];
	FILE *file;

	snprintf(name, sizeof(name), "_delta_log/%020" PRId64 ".json", kit_version(kit, table) + 1);
	file = fopen(kit_table_path(kit, table, name), "wbx");
	assert_non_null(file);
	assert_int_equal(fwrite(lines, 1, strlen(lines), file), strlen(lines));
	assert_int_equal(fclose(file), 0);
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

/* A test between set_up, which leaves its kit in *STATE, and kit_tear_down. */
#define kit_test(test) cmocka_unit_test_setup_teardown(test, set_up, kit_tear_down)

static inline int kit_tear_down(void **state)
{
	struct kit *kit = *state;

	if (!kit->may_have_orphans)
		assert_int_equal(kit_orphans(kit), 0);
	kit_free(kit);
	return 0;
}

#endif
