/* The table writer among others: what ends a race and what does not, failures of the store and of memory at each step. After
 * each, the table has all rows of a commit or none, and no data file lies about that is in none. */
#include "job/job_test_kit.h"

static struct kit *kit;
static uint64_t seed;

static const struct bln_write_spec add = { .table = "silver.t", .mode = BLN_WRITE_ADD };
static const struct bln_write_spec add_new = { .table = "silver.t", .mode = BLN_WRITE_ADD_NEW, .key = KIT_LIST("k") };
static const struct bln_write_spec upsert = { .table = "silver.t", .mode = BLN_WRITE_UPSERT, .key = KIT_LIST("k") };
static const struct bln_write_spec all = { .table = "silver.t", .mode = BLN_WRITE_ALL };

static int set_up(void **state)
{
	*state = kit = kit_new("", seed);
	kit_work(kit);
	return 0;
}

/* Rows of the keys [FROM, TO), all with VALUE. */
static void writer_add(struct bln_table_writer *writer, int from, int to, int value)
{
	char sql[128];

	snprintf(sql, sizeof(sql), "SELECT i AS k, %d AS v FROM range(%d, %d) t(i)", value, from, to);
	assert_ok(bln_table_writer_add(writer, sql, &kit->err), &kit->err);
}

static void write_rows(const struct bln_write_spec *spec, int from, int to, int value)
{
	struct bln_table_writer *writer = kit_writer(kit, spec);
	struct bln_commit_result result;

	writer_add(writer, from, to, value);
	assert_ok(kit_writer_commit(kit, writer, &result), &kit->err);
	bln_table_writer_close(writer);
}

/* While a writer of SPEC with rows [10, 20), of ADD_NEW [190, 210), waits for its commit, another one of OTHER writes the rows
 * [FROM, TO). */
static enum bln_status race(const struct bln_write_spec *spec, const struct bln_write_spec *other, int from, int to,
			    struct bln_commit_result *result)
{
	struct bln_table_writer *writer;
	enum bln_status status;

	write_rows(&all, 0, 100, 0);
	write_rows(&add, 100, 200, 0);
	writer = kit_writer(kit, spec);
	if (spec == &add_new)
		writer_add(writer, 190, 210, 1);
	else
		writer_add(writer, 10, 20, 1);
	write_rows(other, from, to, 2);
	kit->err.message[0] = '\0';
	status = kit_writer_commit(kit, writer, result);
	bln_table_writer_close(writer);
	assert_int_equal(kit_orphans(kit), 0);
	return status;
}

static void assert_race(const struct bln_write_spec *spec, const struct bln_write_spec *other, int from, int to,
			enum bln_race wanted, const char *rows)
{
	struct bln_commit_result result;
	enum bln_status status = race(spec, other, from, to, &result);

	assert_int_equal(status, wanted == BLN_RACE_NONE ? BLN_OK : BLN_CONFLICT);
	assert_int_equal(result.race, wanted);
	if (status != BLN_OK)
		assert_memory_equal(kit->err.message, "silver.t: ", 10);
	assert_rows(kit, "SELECT v, count(*) FROM silver.t GROUP BY 1 ORDER BY 1", rows);
}

static void what_ends_a_race(void **state)
{
	(void)state;
	/* rows are added, whatever others do */
	assert_race(&add, &add, 10, 20, BLN_RACE_NONE, "0|200\n1|10\n2|10\n");
	assert_race(&add, &upsert, 10, 20, BLN_RACE_NONE, "0|190\n1|10\n2|10\n");
	/* keys elsewhere, in files of their own */
	assert_race(&upsert, &add, 200, 210, BLN_RACE_NONE, "0|190\n1|10\n2|10\n");
	assert_race(&upsert, &upsert, 150, 160, BLN_RACE_NONE, "0|180\n1|10\n2|10\n");
	/* the same keys, or the same file */
	assert_race(&upsert, &upsert, 12, 13, BLN_RACE_FILES, "0|199\n2|1\n");
	assert_race(&upsert, &add, 19, 25, BLN_RACE_FILES, "0|200\n2|6\n");
	assert_race(&upsert, &upsert, 50, 51, BLN_RACE_FILES, "0|199\n2|1\n");
	/* who looked at everything */
	assert_race(&add_new, &add, 500, 501, BLN_RACE_FILES, "0|200\n2|1\n");
	assert_race(&all, &add, 500, 501, BLN_RACE_FILES, "0|200\n2|1\n");
	assert_race(&upsert, &all, 500, 501, BLN_RACE_FILES, "2|1\n");
}

/* A compaction moves rows and changes none: in the way only of who rewrites one of its inputs. */
static void compactions_are_in_the_way_of_few(void **state)
{
	const struct bln_write_spec *const specs[] = { &add, &upsert, &add_new };
	(void)state;

	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
		struct bln_table_writer *writer;
		struct bln_commit_result result;
		struct bln_snapshot *snapshot;
		struct bln_text lines = { 0 };
		enum bln_status status;

		write_rows(&all, 0, 100, 0);
		snapshot = kit_snapshot(kit, "silver.t");
		assert_int_equal(snapshot->file_count, 1);
		writer = kit_writer(kit, specs[i]);
		writer_add(writer, 10, 20, 1);
		/* the file under another name, as if compacted with nothing else */
		bln_text_add_format(&lines,
				    "{\"remove\":{\"path\":\"%.*s\",\"deletionTimestamp\":1,\"dataChange\":false}}\n",
				    (int)snapshot->files[0].path.length, snapshot->files[0].path.at);
		bln_text_add_format(&lines,
				    "{\"add\":{\"path\":\"./%.*s\",\"partitionValues\":{},\"size\":%" PRId64
				    ",\"modificationTime\":1,\"dataChange\":false}}\n",
				    (int)snapshot->files[0].path.length, snapshot->files[0].path.at,
				    snapshot->files[0].size_bytes);
		kit_commit(kit, "silver.t", lines.at);
		bln_text_clean_up(&lines);
		bln_snapshot_destroy(snapshot);
		status = kit_writer_commit(kit, writer, &result);
		bln_table_writer_close(writer);
		if (specs[i] == &upsert) {
			assert_int_equal(status, BLN_CONFLICT);
			assert_int_equal(result.race, BLN_RACE_FILES);
		} else {
			assert_ok(status, &kit->err);
		}
		assert_int_equal(kit_orphans(kit), 0);
	}
}

static void other_columns_stop_everybody(void **state)
{
	struct bln_table_writer *writer;
	struct bln_commit_result result;
	(void)state;

	write_rows(&add, 0, 10, 0);
	writer = kit_writer(kit, &add);
	writer_add(writer, 10, 20, 1);
	kit_commit(kit, "silver.t", KIT_METADATA("x", KIT_FIELD("k", "long", true)));
	assert_int_equal(kit_writer_commit(kit, writer, &result), BLN_CONFLICT);
	assert_int_equal(result.race, BLN_RACE_METADATA);
	bln_table_writer_close(writer);
}

/* Somebody did our work: the files wait for what the job makes of it. */
static void a_writer_of_the_same_stream_is_met(void **state)
{
	const struct bln_txn first = { .app_id = bln_slice_of("stream"), .version = 1, .updated_ms = -1 };
	const struct bln_txn second = { .app_id = bln_slice_of("stream"), .version = 2, .updated_ms = -1 };
	const struct bln_write_commit one = { .txns = &first, .txn_count = 1, .bullion = bln_slice_of("{\"a\":1}") };
	const struct bln_write_commit two = { .txns = &second, .txn_count = 1 };
	struct bln_table_writer *writers[3];
	struct bln_commit_result result;
	(void)state;

	for (int i = 0; i < 3; i++) { /* none of them finds a table */
		writers[i] = kit_writer(kit, &add);
		assert_null(bln_table_writer_snapshot(writers[i]));
	}
	for (int i = 0; i < 3; i++)
		writer_add(writers[i], 10 * i, 10 * i + 10, i);
	assert_ok(bln_table_writer_commit(writers[0], &one, &result, &kit->err), &kit->err);
	for (int i = 1; i < 3; i++) {
		assert_int_equal(bln_table_writer_commit(writers[i], &one, &result, &kit->err), BLN_CONFLICT);
		assert_int_equal(result.race, BLN_RACE_APP_ID);
		assert_int_equal(result.other_txn_version, 1);
	}
	/* one goes on with the same files, the other lets it be */
	assert_ok(bln_table_writer_rebase(writers[1], &kit->err), &kit->err);
	assert_int_equal(bln_snapshot_txn(bln_table_writer_snapshot(writers[1]), "stream"), 1);
	assert_ok(bln_table_writer_commit(writers[1], &two, &result, &kit->err), &kit->err);
	for (int i = 0; i < 3; i++)
		bln_table_writer_close(writers[i]);
	assert_int_equal(kit_orphans(kit), 0);
	assert_rows(kit, "SELECT v, count(*) FROM silver.t GROUP BY 1 ORDER BY 1", "0|10\n1|10\n");
}

/* The staged files go on top of what others did, more than once, with their partitions. */
static void partitioned_files_are_committed_after_races(void **state)
{
	const struct bln_write_spec spec = { .table = "bronze.cryptos", .mode = BLN_WRITE_ADD };
	struct bln_txn txn = { .app_id = bln_slice_of("stream"), .updated_ms = -1 };
	const struct bln_write_commit commit = { .txns = &txn, .txn_count = 1 };
	static const char ours[] = "SELECT 'XBTUSD' AS symbol, DATE '2024-01-02' AS load_date";
	static const char theirs[] = "SELECT 'ETHUSD' AS symbol, DATE '2024-01-01' AS load_date";
	struct bln_table_writer *writer = kit_writer(kit, &spec);
	struct bln_commit_result result;
	(void)state;

	assert_ok(bln_table_writer_add(writer, ours, &kit->err), &kit->err);
	for (txn.version = 0; txn.version < 3; txn.version++) {
		struct bln_table_writer *other = kit_writer(kit, &spec);

		assert_ok(bln_table_writer_add(other, theirs, &kit->err), &kit->err);
		assert_ok(bln_table_writer_commit(other, &commit, &result, &kit->err), &kit->err);
		bln_table_writer_close(other);
		assert_int_equal(bln_table_writer_commit(writer, &commit, &result, &kit->err), BLN_CONFLICT);
		assert_int_equal(result.race, BLN_RACE_APP_ID);
		assert_ok(bln_table_writer_rebase(writer, &kit->err), &kit->err);
	}
	assert_ok(bln_table_writer_commit(writer, &commit, &result, &kit->err), &kit->err);
	bln_table_writer_close(writer);
	assert_rows(kit, "SELECT symbol, load_date, count(*) FROM bronze.cryptos GROUP BY ALL ORDER BY ALL",
		    "ETHUSD|2024-01-01|3\nXBTUSD|2024-01-02|1\n");
}

/* Whoever found no table does not take what others put there since for what it has read. */
static void a_table_found_missing_is_met_at_the_commit(void **state)
{
	const struct bln_write_spec spec = { .table = "silver.t", .mode = BLN_WRITE_ADD };
	const struct bln_write_spec new = { .table = "silver.t", .mode = BLN_WRITE_ADD, .is_new = true };
	const struct bln_txn txn = { .app_id = bln_slice_of("stream"), .version = 1, .updated_ms = -1 };
	const struct bln_write_commit commit = { .txns = &txn, .txn_count = 1 };
	struct bln_table_writer *writer = kit_writer(kit, &spec);
	struct bln_commit_result result;
	(void)state;

	assert_ok(bln_table_writer_add(writer, "SELECT 1 AS a", &kit->err), &kit->err);
	assert_ok(bln_table_writer_commit(writer, &commit, &result, &kit->err), &kit->err);
	bln_table_writer_close(writer);
	writer = kit_writer(kit, &new);
	assert_ok(bln_table_writer_add(writer, "SELECT 1 AS a", &kit->err), &kit->err);
	assert_int_equal(bln_table_writer_commit(writer, &commit, &result, &kit->err), BLN_CONFLICT);
	assert_int_equal(result.race, BLN_RACE_APP_ID);
	bln_table_writer_close(writer);
	assert_rows(kit, "SELECT count(*) FROM silver.t", "1\n");
}

/* Two that both found no table and planned for an empty one. */
static void two_creators(void **state)
{
	struct bln_table_writer *first;
	struct bln_table_writer *second;
	struct bln_commit_result result;
	(void)state;

	first = kit_writer(kit, &upsert);
	second = kit_writer(kit, &upsert);
	writer_add(first, 0, 10, 1);
	assert_ok(kit_writer_commit(kit, first, &result), &kit->err);
	writer_add(second, 5, 15, 2);
	assert_int_equal(kit_writer_commit(kit, second, &result), BLN_CONFLICT);
	assert_int_equal(result.race, BLN_RACE_FILES);
	bln_table_writer_close(first);
	bln_table_writer_close(second);
	assert_rows(kit, "SELECT v, count(*) FROM silver.t GROUP BY 1 ORDER BY 1", "1|10\n");
}

/* Others made it, with rows, in its first commit. */
static void a_table_that_was_made_with_rows_meanwhile(void **state)
{
	struct bln_table_writer *writer = kit_writer(kit, &upsert);
	(void)state;

	kit_file(kit, "lake/silver/t/_delta_log/00000000000000000000.json",
		 KIT_PROTOCOL KIT_METADATA(
			 "x", KIT_FIELD("k", "long",
					true)) "{\"add\":{\"path\":\"a.parquet\",\"partitionValues\":{},\"size\":1,"
					       "\"modificationTime\":1,\"dataChange\":true}}\n");
	assert_int_equal(bln_table_writer_add(writer, "SELECT 1::BIGINT AS k", &kit->err), BLN_CONFLICT);
	assert_says(kit->err.message, "silver.t");
	bln_table_writer_close(writer);
	assert_int_equal(kit_version(kit, "silver.t"), 0);
}

/* --- A store that fails. --- */

/* Sets the value of the keys [0, 30) under PLAN; *IS_THERE: the table has it then. */
static enum bln_status set_under(const char *plan, int value, bool *is_there, bool *is_in_doubt)
{
	struct bln_commit_result result;
	enum bln_status status;
	char sql[128];
	char wanted[64];
	const char *rows;

	kit_lake(kit, plan);
	snprintf(sql, sizeof(sql), "SELECT i AS k, %d AS v FROM range(30) t(i)", value);
	status = kit_try_write(kit, &upsert, (const char *[]){ sql, NULL }, NULL, &result);
	kit_lake(kit, NULL);
	/* the keys' rows, each once, all with one value; and all others as they were */
	snprintf(wanted, sizeof(wanted), "30|30|%d|%d\n", value, value);
	rows = kit_rows(kit,
			"SELECT count(*), count(DISTINCT k), min(v), max(v) FROM silver.t GROUP BY k >= 30 ORDER BY 1");
	*is_there = strncmp(rows, wanted, strlen(wanted)) == 0;
	assert_memory_equal(rows, "30|30|", 6);
	assert_string_equal(strchr(rows, '\n'), "\n70|70|-1|-1\n");
	if (status != BLN_OK)
		assert_true(kit->err.message[0] != '\0');
	*is_in_doubt = result.is_in_doubt;
	return status;
}

/* How many calls the next few writes make at most: each reads one commit more, one of ten writes a checkpoint. */
static int calls_of_a_write(int value)
{
	char plan[KIT_PATH_SIZE];
	bool is_there;
	bool is_in_doubt;
	char line[32] = "";
	int count;
	FILE *file;

	snprintf(plan, sizeof(plan), "count=%s", kit_path(kit, "calls"));
	assert_ok(set_under(plan, value, &is_there, &is_in_doubt), &kit->err);
	file = fopen(kit_path(kit, "calls"), "r");
	assert_non_null(file);
	assert_non_null(fgets(line, sizeof(line), file));
	fclose(file);
	count = (int)strtol(line, NULL, 10);
	assert_true(count > 4);
	return count + 12;
}

static void each_call_fails_once(void **state)
{
	static const char *const writes[] = { "lose@1:put_files",     "torn@1:put_files",     "nospace@1:put_files",
					      "lose@1:put_if_absent", "torn@1:put_if_absent", "fail@2:put_files" };
	char plan[32];
	bool is_there;
	bool is_in_doubt;
	int value = 0;
	int calls;
	(void)state;

	write_rows(&add, 0, 100, -1);
	calls = calls_of_a_write(value++);
	for (int n = 1; n <= calls + (int)(sizeof(writes) / sizeof(writes[0])); n++) {
		enum bln_status status;

		snprintf(plan, sizeof(plan), "fail@%d", n);
		if (n > calls)
			snprintf(plan, sizeof(plan), "%s", writes[n - calls - 1]);
		status = set_under(plan, value++, &is_there, &is_in_doubt);
		assert_int_equal(is_there, status == BLN_OK); /* one failure leaves no doubt */
		assert_false(is_in_doubt);
		if (kit_orphans(kit))
			fail_msg("%s leaves files behind", plan);
	}
}

/* An answer is lost and no other comes: what may be in a commit stays in the store. */
static void in_doubt_nothing_is_taken_back(void **state)
{
	bool is_there;
	bool is_in_doubt;
	int doubts = 0;
	int value = 0;
	int calls;
	(void)state;

	write_rows(&add, 0, 100, -1);
	calls = calls_of_a_write(value++);
	for (int n = calls / 3; n <= calls; n++) { /* the first third is reading */
		char plan[64];
		enum bln_status status;

		snprintf(plan, sizeof(plan), "lose@%d,fail@%d+", n, n + 1);
		status = set_under(plan, value++, &is_there, &is_in_doubt); /* reads all rows, so all files */
		if (status == BLN_OK || is_in_doubt)
			assert_true(is_there);
		else
			assert_false(is_there);
		doubts += is_in_doubt;
	}
	assert_true(doubts > 0);
	/* what could not be taken back lies there, in no commit: vacuum's */
	test_folder_remove(kit_path(kit, "lake"));
}

static void no_memory_is_survived(void **state)
{
	enum { DRAWS = 25, ALLOCATIONS = 400 };
	static const char *const ten[] = { "SELECT i AS k, 7 AS v FROM range(10) t(i)", NULL };
	int failed = 0;
	(void)state;

	write_rows(&add, 0, 100, -1);
	for (int i = 0; i < DRAWS; i++) {
		kit_memory_fails(kit, ALLOCATIONS);
		failed += kit_memory_failed(kit, kit_try_write(kit, &upsert, ten, NULL, NULL));
		assert_rows(kit, "SELECT count(*), count(DISTINCT k) FROM silver.t", "100|100\n");
		assert_int_equal(kit_orphans(kit), 0);
	}
	assert_true(failed > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(what_ends_a_race),
		kit_test(compactions_are_in_the_way_of_few),
		kit_test(other_columns_stop_everybody),
		kit_test(a_writer_of_the_same_stream_is_met),
		kit_test(partitioned_files_are_committed_after_races),
		kit_test(a_table_found_missing_is_met_at_the_commit),
		kit_test(two_creators),
		kit_test(a_table_that_was_made_with_rows_meanwhile),
		kit_test(each_call_fails_once),
		kit_test(in_doubt_nothing_is_taken_back),
		kit_test(no_memory_is_survived),
	};

	seed = test_seed(1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
