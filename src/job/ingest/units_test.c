/* Unit records on their way from commits into bronze.units. */
#include "base/processes_test_kit.h"

#include "job/job_test_kit.h"

#include "base/time.h"
#include "job/ingest/units.h"

static struct kit *kit;

static int set_up(void **state)
{
	*state = kit = kit_new("", 1);
	return 0;
}

/* Folds as a job of its own would. */
static enum bln_status fold(const char *table)
{
	int64_t version;
	enum bln_status status;

	kit_work(kit);
	kit->err.message[0] = '\0';
	status = table ? bln_units_fold(&kit->context, table, &version, &kit->err)
		       : bln_units_fold_all(&kit->context, &kit->err);
	kit_work_end(kit);
	return status;
}

static void assert_folds(const char *table)
{
	assert_ok(fold(table), &kit->err);
}

/* A commit of ours: one row, and BULLION in its commitInfo. */
static void commit(const char *table, const char *bullion)
{
	const struct bln_write_spec spec = { .table = table, .mode = BLN_WRITE_ADD };
	const struct bln_write_commit what = { .bullion = bln_slice_of(bullion) };
	static const char *const sqls[] = { "SELECT 'XBTUSD' AS symbol, DATE '2024-01-01' AS load_date", NULL };

	kit_work(kit);
	assert_ok(kit_try_write(kit, &spec, sqls, &what, NULL), &kit->err);
	kit_work_end(kit);
}

/* COUNT units called NAME/0, NAME/1, … as a commit says them. */
static void commit_units(const char *table, const char *name, size_t count, int64_t loaded_at_us)
{
	struct bln_text json = { 0 };
	char id[64];

	bln_text_add_format(&json, "{\"loaded_at\":%" PRId64 ",\"units\":[", loaded_at_us);
	for (size_t i = 0; i < count; i++) {
		struct bln_unit_record record = { .source = bln_slice_of("kraken"),
						  .symbol = bln_slice_of("XBTUSD"),
						  .frequency = bln_slice_of("15m"),
						  .hash = bln_slice_of("abc"),
						  .base_currency = bln_slice_of("USD"),
						  .type = bln_slice_of("crypto"),
						  .path = bln_slice_of("/a"),
						  .first_us = 1,
						  .rows = 3 };

		snprintf(id, sizeof(id), "%s/%zu", name, i);
		record.unit = bln_slice_of(id);
		bln_text_add(&json, i ? "," : "");
		bln_unit_record_add_json(&record, &json);
	}
	bln_text_add(&json, "]}");
	assert_ok(bln_text_check(&json, &kit->err), &kit->err);
	commit(table, json.at);
	bln_text_clean_up(&json);
}

static void a_record_comes_back_as_it_was(void **state)
{
	const struct bln_unit_record record = { .unit = bln_slice_of("kraken/X/15m/\"\\\n"),
						.source = bln_slice_of("kraken"),
						.symbol = bln_slice_of("ü€😀"),
						.frequency = bln_slice_of("15m"),
						.hash = bln_slice_of("0123"),
						.base_currency = bln_slice_of(""),
						.type = bln_slice_of("crypto"),
						.path = bln_slice_of("/a b/c.zip:d.csv"),
						.from_us = -5,
						.to_us = INT64_C(1700000000000001),
						.first_us = 0,
						.last_us = 0,
						.rows = INT64_C(1) << 53,
						.refused = 7 };
	const struct bln_unit_record empty = { .unit = bln_slice_of("e"),
					       .source = bln_slice_of("s"),
					       .symbol = bln_slice_of("s"),
					       .frequency = bln_slice_of("f"),
					       .hash = bln_slice_of("h"),
					       .base_currency = bln_slice_of("b"),
					       .type = bln_slice_of("t"),
					       .path = bln_slice_of("p"),
					       .from_us = 3,
					       .to_us = 3,
					       .first_us = 1 };
	struct bln_text json = { 0 };
	(void)state;

	bln_text_add(&json, "{\"loaded_at\":1700000000000000,\"units\":[");
	bln_unit_record_add_json(&record, &json);
	bln_text_add(&json, ",");
	bln_unit_record_add_json(&empty, &json);
	bln_text_add(&json, "]}");
	commit("bronze.cryptos", json.at);
	bln_text_clean_up(&json);
	assert_folds("bronze.cryptos");
	assert_rows(
		kit,
		"SELECT unit = 'kraken/X/15m/\"\\' || chr(10), source, symbol, frequency, epoch_us(\"from\"), epoch_us(\"to\"), rows, "
		"hash, epoch_us(loaded_at), table_name, base_currency, type, path, epoch_us(first_datetime), "
		"epoch_us(last_datetime), refused FROM bronze.units ORDER BY unit DESC",
		"true|kraken|ü€😀|15m|-5|1700000000000001|9007199254740992|0123|1700000000000000|bronze.cryptos||crypto|"
		"/a b/c.zip:d.csv|0|0|7\n"
		"false|s|s|f|NULL|NULL|0|h|1700000000000000|bronze.cryptos|b|t|p|NULL|NULL|0\n");
}

static void each_commit_is_folded_once(void **state)
{
	struct bln_snapshot *units;
	int64_t version;
	(void)state;

	assert_folds("bronze.cryptos"); /* no such table */
	assert_folds(NULL);
	assert_int_equal(kit_version(kit, "bronze.units"), -1);
	commit_units("bronze.cryptos", "a", 2, 5);
	/* commits of others, and of ours that say nothing of units */
	kit_commit(kit, "bronze.cryptos", "{\"commitInfo\":{\"operation\":\"OPTIMIZE\"}}\n");
	kit_commit(kit, "bronze.cryptos", "{\"commitInfo\":{\"bullion\":{\"else\":[]}}}\n");
	kit_commit(kit, "bronze.cryptos", "{\"txn\":{\"appId\":\"x\",\"version\":1}}\n");
	commit_units("bronze.cryptos", "b", 1, 6);
	assert_folds("bronze.cryptos");
	assert_rows(kit, "SELECT unit, epoch_us(loaded_at) FROM bronze.units ORDER BY unit", "a/0|5\na/1|5\nb/0|6\n");
	units = kit_snapshot(kit, "bronze.units");
	assert_int_equal(bln_snapshot_txn(units, "units:bronze.cryptos"), kit_version(kit, "bronze.cryptos"));
	bln_snapshot_destroy(units);
	version = kit_version(kit, "bronze.units");
	assert_folds("bronze.cryptos");
	assert_folds(NULL);
	assert_int_equal(kit_version(kit, "bronze.units"), version);
	/* each table has its own mark */
	commit_units("bronze.forex", "c", 1, 7);
	commit_units("silver.mine", "d", 1, 7); /* no bronze */
	assert_folds(NULL);
	assert_rows(kit, "SELECT table_name, count(*) FROM bronze.units GROUP BY 1 ORDER BY 1",
		    "bronze.cryptos|3\nbronze.forex|1\n");
}

static void many_units_of_one_commit(void **state)
{
	(void)state;
	commit_units("bronze.cryptos", "many", 5000, 5);
	assert_folds("bronze.cryptos");
	assert_rows(kit, "SELECT count(*), count(DISTINCT unit) FROM bronze.units", "5000|5000\n");
}

/* The units that are known of the tables of cryptos and of forex. */
#define assert_units(expected)                                                                                         \
	assert_rows(kit,                                                                                               \
		    "SELECT table_name, string_agg(unit, ' ' ORDER BY unit) FROM bronze.units GROUP BY 1 ORDER BY 1",  \
		    expected)

static void restore(const char *parameters)
{
	char line[256];

	snprintf(line, sizeof(line), "{\"commitInfo\":{\"operation\":\"RESTORE\",\"operationParameters\":%s}}\n",
		 parameters);
	kit_commit(kit, "bronze.cryptos", line);
}

static void what_a_restore_undid_is_forgotten(void **state)
{
	char parameters[64];
	int64_t first, second, version;
	(void)state;

	commit_units("bronze.cryptos", "a", 1, 5);
	first = kit_version(kit, "bronze.cryptos");
	commit_units("bronze.cryptos", "b", 1, 6);
	second = kit_version(kit, "bronze.cryptos");
	commit_units("bronze.cryptos", "c", 2, 7);
	commit_units("bronze.forex", "f", 1, 7);
	assert_folds(NULL);
	assert_units("bronze.cryptos|a/0 b/0 c/0 c/1\nbronze.forex|f/0\n");
	snprintf(parameters, sizeof(parameters), "{\"version\":\"%" PRId64 "\"}", second); /* as delta-rs says it */
	restore(parameters);
	assert_folds(NULL);
	assert_units("bronze.cryptos|a/0 b/0\nbronze.forex|f/0\n");
	version = kit_version(kit, "bronze.units");
	assert_folds(NULL);
	assert_int_equal(kit_version(kit, "bronze.units"), version);
	/* one that is undone itself does not count; what comes behind does */
	commit_units("bronze.cryptos", "d", 1, 8);
	restore("{\"version\":-7}"); /* to nowhere, but undone before anybody looks */
	snprintf(parameters, sizeof(parameters), "{\"version\":%" PRId64 "}", second + 1);
	restore(parameters);
	commit_units("bronze.cryptos", "e", 1, 9);
	assert_folds(NULL);
	assert_units("bronze.cryptos|a/0 b/0 c/0 c/1 e/0\nbronze.forex|f/0\n");
	snprintf(parameters, sizeof(parameters), "{\"version\":%" PRId64 ",\"timestamp\":null}", first);
	restore(parameters);
	assert_folds("bronze.cryptos");
	assert_units("bronze.cryptos|a/0\nbronze.forex|f/0\n");
	restore("{\"version\":0}");
	assert_folds("bronze.cryptos");
	assert_units("bronze.forex|f/0\n");
}

static void a_restore_to_a_time(void **state)
{
	char parameters[64];
	struct stat stat_;
	(void)state;

	commit_units("bronze.cryptos", "a", 1, 5);
	commit_units("bronze.cryptos", "b", 1, 6);
	assert_folds(NULL);
	assert_int_equal(stat(kit_table_path(kit, "bronze.cryptos", "_delta_log/00000000000000000001.json"), &stat_),
			 0);
	snprintf(parameters, sizeof(parameters), "{\"datetime\":\"%lld\"}",
		 (long long)stat_.st_mtim.tv_sec * 1000 + stat_.st_mtim.tv_nsec / 1000000);
	restore(parameters);
	assert_folds(NULL);
	assert_units("bronze.cryptos|a/0\n");
	restore("{\"timestamp\":\"2024-01-01\"}"); /* of which zone? */
	assert_int_equal(fold("bronze.cryptos"), BLN_UNSUPPORTED);
	assert_says(kit->err.message, "version 4 restores the table, and does not say to which version");
	restore("{\"version\":9}");
	assert_int_equal(fold("bronze.cryptos"), BLN_CORRUPT);
}

/* Somebody took the newest commits away, and others came in their place. */
static void what_was_rolled_back_by_hand_is_forgotten(void **state)
{
	char last[KIT_PATH_SIZE];
	(void)state;

	kit->may_have_orphans = true;
	commit_units("bronze.cryptos", "a", 1, 5);
	commit_units("bronze.cryptos", "b", 1, 6);
	commit_units("bronze.forex", "f", 1, 7);
	assert_folds(NULL);
	assert_units("bronze.cryptos|a/0 b/0\nbronze.forex|f/0\n");
	snprintf(last, sizeof(last), "%s",
		 kit_table_path(kit, "bronze.cryptos", "_delta_log/00000000000000000002.json"));
	assert_int_equal(unlink(last), 0);
	assert_int_equal(fold("bronze.cryptos"), BLN_INVALID);
	assert_says(kit->err.message, "was replaced or rolled back");
	commit_units("bronze.cryptos", "c", 1, 8);
	assert_folds(NULL);
	assert_units("bronze.cryptos|a/0 c/0\nbronze.forex|f/0\n");
	/* the same where more has come than there was */
	assert_int_equal(unlink(last), 0);
	commit_units("bronze.cryptos", "d", 1, 9);
	commit_units("bronze.cryptos", "e", 1, 10);
	assert_folds(NULL);
	assert_units("bronze.cryptos|a/0 d/0 e/0\nbronze.forex|f/0\n");
	/* where the log no longer tells all, nothing is guessed */
	assert_int_equal(unlink(kit_table_path(kit, "bronze.cryptos", "_delta_log/00000000000000000003.json")), 0);
	commit_units("bronze.cryptos", "g", 1, 11);
	for (int i = 0; i < 12; i++) /* a checkpoint, so that the log's beginning can go */
		commit_units("bronze.cryptos", "h", 0, 11);
	assert_int_equal(unlink(kit_table_path(kit, "bronze.cryptos", "_delta_log/00000000000000000000.json")), 0);
	assert_int_equal(fold("bronze.cryptos"), BLN_NOT_FOUND);
	assert_says(kit->err.message, "its log does not go back to its beginning");
}

static void damage_is_named(void **state)
{
	static const struct {
		const char *bullion;
		const char *message;
	} damaged[] = {
		{ "{\"units\":5}", "units" },
		{ "{\"units\":[5]}", "a unit that is no object" },
		{ "{\"units\":[{\"unit\":\"a\"}]}", "a unit without source" },
		{ "{\"units\":[{\"unit\":7}]}", "unit" },
		{ "[]", "bullion" },
		{ "{\"loaded_at\":\"now\",\"units\":[]}", "loaded_at" },
	};
	char lines[256];
	(void)state;

	for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
		char table[32];

		snprintf(table, sizeof(table), "bronze.t%zu", i);
		commit_units(table, "a", 1, 5);
		snprintf(lines, sizeof(lines), "{\"commitInfo\":{\"bullion\":%s}}\n", damaged[i].bullion);
		kit_commit(kit, table, lines);
		assert_int_equal(fold(table), BLN_CORRUPT);
		snprintf(lines, sizeof(lines), "bronze.units from %s: ", table);
		assert_memory_equal(kit->err.message, lines, strlen(lines));
		assert_says(kit->err.message, "version 2");
		assert_says(kit->err.message, damaged[i].message);
	}
	assert_int_equal(kit_version(kit, "bronze.units"), -1);
}

static void commits_that_are_gone_are_missed(void **state)
{
	(void)state;

	commit_units("bronze.cryptos", "a", 1, 5);
	assert_folds("bronze.cryptos");
	for (int i = 0; i < 12; i++)
		commit_units("bronze.cryptos", "b", 1, 6);
	assert_int_equal(unlink(kit_table_path(kit, "bronze.cryptos", "_delta_log/00000000000000000002.json")), 0);
	assert_int_equal(unlink(kit_table_path(kit, "bronze.cryptos", "_delta_log/00000000000000000001.json")), 0);
	assert_int_equal(unlink(kit_table_path(kit, "bronze.cryptos", "_delta_log/00000000000000000000.json")), 0);
	assert_int_equal(fold("bronze.cryptos"), BLN_NOT_FOUND);
	assert_says(kit->err.message, "bronze.units from bronze.cryptos");
	/* the table was made anew, and has fewer versions than were folded */
	test_folder_remove(kit_path(kit, "lake/bronze/cryptos"));
	kit_file(kit, "lake/bronze/cryptos/_delta_log/00000000000000000000.json", KIT_PROTOCOL KIT_METADATA("x", ""));
	assert_int_equal(fold("bronze.cryptos"), BLN_INVALID);
	assert_says(kit->err.message, "was replaced");
}

static bool fold_in_a_process(void *context, int self)
{
	const int round = *(const int *)context;
	enum bln_status status;

	bln_random_init(&kit->random, 1000 + 10 * (uint64_t)round + (uint64_t)self);
	status = fold("bronze.cryptos");
	if (status != BLN_OK)
		fprintf(stderr, "%s\n", kit->err.message);
	return status == BLN_OK;
}

/* Several fold the same commits at the same time, the first of them making the table. */
static void processes_fold_at_once(void **state)
{
	(void)state;

	for (int round = 0; round < 2; round++) {
		commit_units("bronze.cryptos", round ? "second" : "first", 20, 5);
		test_processes(3, fold_in_a_process, &round);
	}
	assert_rows(kit, "SELECT count(*), count(DISTINCT unit) FROM bronze.units", "40|40\n");
}

static void what_is_known(void **state)
{
	struct bln_map known = { 0 };
	int64_t loaded_at_us = -1;
	(void)state;

	kit_work(kit);
	assert_ok(bln_units_known(&kit->context, "bronze.cryptos", &kit->arena, &known, &loaded_at_us, &kit->err),
		  &kit->err);
	assert_int_equal(known.count, 0);
	assert_int_equal(loaded_at_us, 0);
	kit_work_end(kit);
	commit_units("bronze.cryptos", "a", 3, 900);
	commit_units("bronze.cryptos", "b", 1, 800);
	commit_units("bronze.forex", "c", 1, 1000);
	assert_folds(NULL);
	kit_work(kit);
	assert_ok(bln_units_known(&kit->context, "bronze.cryptos", &kit->arena, &known, &loaded_at_us, &kit->err),
		  &kit->err);
	assert_int_equal(known.count, 4);
	assert_int_equal(loaded_at_us, 900);
	assert_non_null(bln_map_find(&known, "a/2", 3));
	assert_null(bln_map_find(&known, "c/0", 3));
	bln_map_clean_up(&known);
	kit_work_end(kit);
}

static void no_memory_is_survived(void **state)
{
	enum { DRAWS = 25, ALLOCATIONS = 400 };
	(void)state;

	commit_units("bronze.cryptos", "a", 20, 5);
	for (int i = 0; i < DRAWS; i++) {
		kit_memory_fails(kit, ALLOCATIONS);
		(void)kit_memory_failed(kit, fold("bronze.cryptos"));
	}
	assert_folds("bronze.cryptos");
	assert_rows(kit, "SELECT count(*), count(DISTINCT unit) FROM bronze.units", "20|20\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(a_record_comes_back_as_it_was),
		kit_test(processes_fold_at_once),
		kit_test(each_commit_is_folded_once),
		kit_test(many_units_of_one_commit),
		kit_test(what_a_restore_undid_is_forgotten),
		kit_test(a_restore_to_a_time),
		kit_test(what_was_rolled_back_by_hand_is_forgotten),
		kit_test(damage_is_named),
		kit_test(commits_that_are_gone_are_missed),
		kit_test(what_is_known),
		kit_test(no_memory_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
