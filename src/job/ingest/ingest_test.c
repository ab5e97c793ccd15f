/* The ingest job over a small archive of Kraken's: what is new is loaded, once, whatever happens on the way. */
#include "base/processes_test_kit.h"

#include "job/job_test_kit.h"

#include "source/zip/make_test.h"

static struct kit *kit;

static const char *const yaml = "properties: {symbols: all}\n"
				"settings: {threads: 2}\n"
				"sources:\n"
				"  archive: {kind: kraken_archive, path: in}\n"
				"  large: {kind: kraken_archive, path: in, memory: 1}\n"
				"  unset: {kind: kraken_archive, path: \"${run:nothing}\"}\n"
				"  unknown: {kind: krakn_archive, path: in}\n"
				"jobs:\n"
				"  load: {kind: ingest, source: archive, into: bronze.cryptos}\n"
				"  load-large: {kind: ingest, source: large, into: bronze.cryptos}\n"
				"  load-forex: {kind: ingest, source: archive, into: bronze.forex}\n"
				"  load-other: {kind: ingest, source: archive, into: bronze.forexx}\n"
				"  load-unset: {kind: ingest, source: unset, into: bronze.cryptos}\n"
				"  load-unknown: {kind: ingest, source: unknown, into: bronze.cryptos}\n";

static int set_up(void **state)
{
	*state = kit = kit_new(yaml, 1);
	snprintf(made_folder, sizeof(made_folder), "%s", kit->folder);
	return 0;
}

/* COUNT candles of a quarter of an hour from START (seconds) on; good until the next call but three. */
static const char *candles(int64_t start, int count)
{
	static char texts[4][1 << 16];
	static int next;
	char *text = texts[next++ % 4];
	size_t length = 0;

	for (int i = 0; i < count; i++)
		length += (size_t)snprintf(text + length, sizeof(texts[0]) - length,
					   "%" PRId64 ",%d.5,200,1,2,3.25,4\n", start + i * 900, i % 90 + 2);
	return text;
}

enum { START = 1500000300, HOUR = 1500001200, LATER = 1510000200 }; /* s; HOUR opens one */

static void assert_loaded(int64_t rows, const char *units)
{
	char wanted[128];

	snprintf(wanted, sizeof(wanted), "%" PRId64 "|%" PRId64 "|%s\n", rows, rows, units);
	assert_rows(kit,
		    "SELECT count(*), count(DISTINCT (symbol, frequency, datetime)), (SELECT count(*) || ' ' || "
		    "count(DISTINCT unit) || ' ' || CAST(sum(rows) AS VARCHAR) FROM bronze.units) FROM bronze.cryptos",
		    wanted);
}

static void what_is_new_is_loaded(void **state)
{
	struct bln_job_result result;
	(void)state;

	text_make("in/XBTUSD_15.csv", candles(START, 10));
	text_make("in/ETHUSD_15.csv", candles(START, 20));
	result = kit_run(kit, "load");
	assert_int_equal(result.units, 2);
	assert_int_equal(result.rows_in, 30);
	assert_int_equal(result.rows_out, 30);
	assert_loaded(30, "2 2 30");
	assert_rows(
		kit,
		"SELECT symbol, frequency, base_currency, origin, source, count(*), min(epoch_us(loaded_at) // 1000000) FROM "
		"bronze.cryptos GROUP BY ALL ORDER BY 1",
		"ETHUSD|15m|USD|historic|kraken|20|1700000001\nXBTUSD|15m|USD|historic|kraken|10|1700000001\n");
	assert_rows(kit, "SELECT count(*) FROM bronze.cryptos c ANTI JOIN bronze.units u ON c.source_unit = u.unit",
		    "0\n");
	/* again: nothing to do */
	result = kit_run(kit, "load");
	assert_true(result.is_idle);
	assert_int_equal(result.units_known, 2);
	/* a new file, and one whose content is another */
	text_make("in/more/XBTUSD_60.csv", candles(HOUR, 1));
	text_make("in/ETHUSD_15.csv", candles(LATER, 5));
	result = kit_run(kit, "load");
	assert_int_equal(result.units, 2);
	assert_int_equal(result.units_known, 1);
	assert_loaded(36,
		      "5 5 36"); /* the folder's files go on longer now: so does what the one that stayed speaks for */
	assert_rows(kit, "SELECT count(*) FROM bronze.units WHERE symbol = 'XBTUSD' AND frequency = '15m' AND rows = 0",
		    "1\n");
	/* of two loads it is certain which was later */
	assert_rows(kit, "SELECT count(DISTINCT loaded_at) FROM bronze.units", "2\n");
}

static void the_same_content_counts_once(void **state)
{
	struct bln_job_result result;
	(void)state;

	text_make("in/a/XBTUSD_15.csv", candles(START, 10));
	text_make("in/b/XBTUSD_15.csv", candles(START, 10));
	result = kit_run(kit, "load");
	assert_int_equal(result.units, 1);
	assert_int_equal(result.units_known, 1);
	assert_loaded(10, "1 1 10");
	text_make("in/c/XBTUSD_15.csv", candles(START, 10)); /* a third time, later */
	assert_true(kit_run(kit, "load").is_idle);
	assert_loaded(10, "1 1 10");
}

/* A file that is as it was is not opened: its hash is remembered. */
static void what_was_seen_is_not_read_again(void **state)
{
	const struct timespec times[2] = { { .tv_sec = KIT_START_S - 5000, .tv_nsec = 1 },
					   { .tv_sec = KIT_START_S - 5000, .tv_nsec = 1 } };
	char path[KIT_PATH_SIZE];
	FILE *file;
	(void)state;

	text_make("in/XBTUSD_15.csv", candles(START, 10));
	snprintf(path, sizeof(path), "%s", kit_path(kit, "in/XBTUSD_15.csv"));
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
	assert_int_equal(kit_run(kit, "load").units, 1);
	file = fopen(path, "r+");
	assert_non_null(file);
	assert_int_equal(fwrite("1400000400", 1, 10, file), 10);
	fclose(file);
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
	assert_true(kit_run(kit, "load").is_idle);
	/* touched, it is */
	assert_int_equal(utimensat(AT_FDCWD, path,
				   (struct timespec[2]){ { .tv_sec = KIT_START_S }, { .tv_sec = KIT_START_S } }, 0),
			 0);
	assert_int_equal(kit_run(kit, "load").units, 1);
}

/* Of an archive the entries that can be read are loaded; the run says which could not. */
static void a_damaged_entry_is_missed(void **state)
{
	const struct made_entry entries[] = {
		{ .name = "ADAUSD_15.csv", .text = candles(START, 10), .is_stored = true },
		{ .name = "ETHUSD_15.csv", .text = candles(START, 20), .is_stored = true },
		{ .name = "XBTUSD_15.csv", .text = candles(START, 30), .is_stored = true },
	};
	const char *needle = "1500009300,"; /* the eleventh: not in the first entry */
	struct bln_job_result result;
	size_t length;
	char *bytes;
	(void)state;

	assert_int_equal(mkdir(kit_path(kit, "in"), 0755), 0);
	zip_make("in/archive.zip", entries, 3);
	bytes = file_bytes("in/archive.zip", &length);
	bytes[bytes_find(bytes, length, needle, strlen(needle), 0) + 9] = '9';
	file_make("in/archive.zip", bytes, length);
	free(bytes);
	for (int again = 0; again < 2; again++) {
		assert_ok(kit_try(kit, again ? "load-large" : "load", &result), &kit->err);
		assert_true(result.is_partial);
		assert_false(result.is_idle);
		assert_says(result.missed.at, "ETHUSD_15.csv");
		assert_null(strstr(result.missed.at, "ADAUSD"));
		bln_job_result_clean_up(&result);
		assert_loaded(40, "2 2 40");
	}
}

/* What becomes of files while the job reads others. */
static const char *victim;
static bool is_truncated;

static void spoil(void *context, int64_t done, int64_t total, const char *unit, const char *what)
{
	(void)context, (void)done, (void)total, (void)unit;
	if (!victim || strcmp(what, "reading") != 0)
		return;
	if (is_truncated)
		assert_int_equal(truncate(kit_path(kit, victim), 100), 0);
	else
		assert_int_equal(unlink(kit_path(kit, victim)), 0);
	victim = NULL;
}

static void a_file_that_goes_while_others_are_read(void **state)
{
	struct bln_job_result result;
	struct bln_text large = { 0 };
	(void)state;

	text_make("in/ADAUSD_15.csv", candles(START, 10));
	text_make("in/XBTUSD_15.csv", candles(START, 30));
	for (int i = 0; i < 40; i++)
		bln_text_add(&large, candles(START + i * 900 * 1500, 1500));
	kit->context.progress = spoil;
	for (int round = 0; round < 2; round++) {
		text_make("in/ZECUSD_15.csv", large.at);
		victim = "in/ZECUSD_15.csv";
		is_truncated = round == 1;
		if (round == 1) /* something to end before it */
			text_make("in/BCHUSD_15.csv", candles(START, 5));
		assert_ok(kit_try(kit, "load-large", &result), &kit->err);
		assert_null(victim);
		/* read before it was spoilt, it is whole; else it is not there at all */
		if (result.is_partial) {
			assert_says(result.missed.at, "ZECUSD");
			assert_rows(kit, "SELECT count(*) FROM bronze.cryptos WHERE symbol = 'ZECUSD'", "0\n");
		} else {
			assert_rows(kit, "SELECT count(*) FROM bronze.cryptos WHERE symbol = 'ZECUSD'", "60000\n");
		}
		assert_rows(kit,
			    "SELECT count(*), count(DISTINCT datetime) FROM bronze.cryptos WHERE symbol = 'XBTUSD'",
			    "30|30\n");
		bln_job_result_clean_up(&result);
		if (!is_truncated)
			continue;
		assert_rows(kit, "SELECT count(*) FROM bronze.cryptos WHERE symbol = 'BCHUSD'", "5\n");
	}
	kit->context.progress = NULL;
	bln_text_clean_up(&large);
	assert_int_equal(kit_orphans(kit), 0);
}

/* Refused rows are in the quarantine before the others are in the table, and once however often it is tried. */
static void refused_rows_are_kept_once(void **state)
{
	struct bln_job_result result;
	(void)state;

	text_make("in/XBTUSD_15.csv",
		  "1500000300,1,2,1,2,3,4\nnonsense \"ü\"\n1500001200,1,2,1,x,3,4\n1500002100,1,2,1,2,3,4\n");
	/* what is committed: both tables' creation, the quarantine, the rows */
	kit_lake(kit, "fail@4+:put_if_absent");
	kit->may_have_orphans = true;
	assert_int_not_equal(kit_try(kit, "load", &result), BLN_OK);
	bln_job_result_clean_up(&result);
	kit_lake(kit, NULL);
	assert_rows(kit, "SELECT count(*) FROM silver.quarantine", "2\n");
	assert_rows(kit, "SELECT count(*) FROM bronze.cryptos", "0\n");
	assert_int_equal(kit_run(kit, "load").refused, 2);
	assert_rows(kit, "SELECT count(*), count(DISTINCT id) FROM silver.quarantine", "2|2\n");
	assert_rows(
		kit,
		"SELECT line, raw, q.symbol, q.unit = u.unit FROM silver.quarantine q, bronze.units u ORDER BY line",
		"2|nonsense \"ü\"|XBTUSD|true\n3|1500001200,1,2,1,x,3,4|XBTUSD|true\n");
	/* the one without a time lies between two that were taken */
	assert_rows(kit,
		    "SELECT line, epoch_us(after_datetime) // 1000000, epoch_us(before_datetime) // 1000000 "
		    "FROM silver.quarantine ORDER BY line",
		    "2|1500000300|1500002100\n3|NULL|NULL\n");
	assert_rows(kit, "SELECT rows, refused FROM bronze.units", "2|2\n");
	assert_true(kit_run(kit, "load").is_idle);
}

/* The rows are in, and the process dies before bronze.units knows: the next one folds, and loads nothing again. */
static void a_fold_that_was_missed_is_made_up_for(void **state)
{
	struct bln_job_result result;
	(void)state;

	text_make("in/XBTUSD_15.csv", candles(START, 10));
	/* what is committed: the table's creation, the rows, then bronze.units */
	kit_lake(kit, "fail@3+:put_if_absent");
	assert_int_not_equal(kit_try(kit, "load", &result), BLN_OK);
	bln_job_result_clean_up(&result);
	kit_lake(kit, NULL);
	assert_rows(kit, "SELECT count(*) FROM bronze.cryptos", "10\n");
	assert_int_equal(kit_run(kit, "load").units_known, 1);
	assert_loaded(10, "1 1 10");
}

static bool load_in_a_process(void *context, int self)
{
	struct bln_job_result result = { 0 };
	enum bln_status status;

	bln_random_init(&kit->random, 1000 + (uint64_t)self);
	status = bln_state_open(context, BLN_STATE_EXISTING, &kit->context.state, &kit->err);
	if (status == BLN_OK)
		status = bln_job_run(&kit->context, bln_project_job(kit->project, "load"), &result, &kit->err);
	if (status != BLN_OK)
		fprintf(stderr, "%s\n", kit->err.message);
	return status == BLN_OK;
}

/* Two with the same files: each unit is loaded by one of them. */
static void processes_load_at_once(void **state)
{
	char state_path[KIT_PATH_SIZE];
	(void)state;

	for (int i = 0; i < 12; i++) {
		char name[64];

		snprintf(name, sizeof(name), "in/S%cUSD_15.csv", 'A' + i);
		text_make(name, candles(START + i * 900, 10));
	}
	bln_state_close(kit->state); /* SQLite's connections do not go into other processes */
	snprintf(state_path, sizeof(state_path), "%s", kit_path(kit, BLN_PROJECT_STATE));
	test_processes(2, load_in_a_process, state_path);
	assert_ok(bln_state_open(state_path, BLN_STATE_EXISTING, &kit->state, &kit->err), &kit->err);
	kit->context.state = kit->state;
	assert_loaded(120, "12 12 120");
	assert_int_equal(kit_orphans(kit), 0);
	assert_true(kit_run(kit, "load").is_idle);
}

static void a_run_takes_what_its_properties_say(void **state)
{
	struct bln_property items[] = { { .name = "symbols", .text = " ETHUSD , XBTUSD" },
					{ .name = "freq", .text = "1h" } };
	(void)state;

	text_make("in/XBTUSD_15.csv", candles(START, 10));
	text_make("in/ETHUSD_60.csv", candles(HOUR, 1));
	text_make("in/ADAUSD_60.csv", candles(HOUR, 1));
	kit->properties = (struct bln_properties){ .items = items, .count = 2 };
	assert_int_equal(kit_run(kit, "load").units, 1);
	assert_rows(kit, "SELECT symbol, frequency FROM bronze.cryptos", "ETHUSD|1h\n");
	items[1].text = "1 parsec";
	kit_fails(kit, "load", BLN_INVALID, "the property freq");
	items[0].text = "all";
	items[1].text = "";
	assert_int_equal(kit_run(kit, "load").units, 2);
}

/* A folder may be called anything; what is said of its files is told all the same, with U+FFFD for what is no character. */
static void names_may_be_of_any_bytes(void **state)
{
	(void)state;
	text_make("in/caf\xe9/XBTUSD_15.csv", candles(START, 3));
	text_make("in/caf\xe9/ETHUSD_15.csv", "not a row\n");
	assert_int_equal(kit_run(kit, "load").units, 2);
	assert_rows(kit, "SELECT count(*) FROM bronze.units WHERE path LIKE '%/in/caf\uFFFD/%USD_15.csv'", "2\n");
	assert_rows(kit, "SELECT count(*) FROM silver.quarantine WHERE path LIKE '%/in/caf\uFFFD/ETHUSD_15.csv'",
		    "1\n");
	assert_true(kit_run(kit, "load").is_idle);
}

/* Kraken's archive has pairs of currencies too: the table says what they are taken for. */
static void the_table_says_the_class(void **state)
{
	(void)state;
	text_make("in/EURUSD_15.csv", candles(START, 2));
	assert_int_equal(kit_run(kit, "load").units, 1);
	assert_int_equal(kit_run(kit, "load-forex").units, 1);
	assert_rows(kit, "SELECT DISTINCT type FROM bronze.cryptos", "crypto\n");
	assert_rows(kit, "SELECT DISTINCT type FROM bronze.forex", "forex\n");
	assert_rows(kit, "SELECT table_name, type FROM bronze.units ORDER BY 1",
		    "bronze.cryptos|crypto\nbronze.forex|forex\n");
}

static void what_is_wrong_is_named(void **state)
{
	(void)state;
	kit_fails(kit, "load", BLN_NOT_FOUND, "/in");
	kit_fails(kit, "load-unset", BLN_INVALID, "the run has no property 'nothing'");
	assert_says(kit->err.message, "bullion.yaml:");
	kit_fails(kit, "load-other", BLN_INVALID,
		  "into: 'bronze.forexx' takes no candles as they are received; did you mean 'bronze.forex'?");
	assert_says(kit->err.message, "bullion.yaml:");
	kit_fails(kit, "load-unknown", BLN_INVALID, "kraken_archive");
	assert_says(kit->err.message, "bullion.yaml:");
	assert_int_equal(kit_version(kit, "bronze.cryptos"), -1);
}

static void no_memory_is_survived(void **state)
{
	enum { DRAWS = 10, ALLOCATIONS = 1500 };
	(void)state;

	text_make("in/XBTUSD_15.csv", candles(START, 10));
	text_make("in/ETHUSD_15.csv", "1500000300,1,2,1,2,3,4\nnonsense\n");
	for (int i = 0; i < DRAWS; i++) {
		struct bln_job_result result;

		kit_memory_fails(kit, ALLOCATIONS);
		(void)kit_memory_failed(kit, kit_try(kit, "load", &result));
		bln_job_result_clean_up(&result);
	}
	(void)kit_run(kit, "load");
	assert_loaded(11, "2 2 11");
	assert_rows(kit, "SELECT count(*) FROM silver.quarantine", "1\n");
	assert_int_equal(kit_orphans(kit), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(processes_load_at_once),
		kit_test(what_is_new_is_loaded),
		kit_test(the_same_content_counts_once),
		kit_test(what_was_seen_is_not_read_again),
		kit_test(a_damaged_entry_is_missed),
		kit_test(a_file_that_goes_while_others_are_read),
		kit_test(refused_rows_are_kept_once),
		kit_test(a_fold_that_was_missed_is_made_up_for),
		kit_test(a_run_takes_what_its_properties_say),
		kit_test(names_may_be_of_any_bytes),
		kit_test(the_table_says_the_class),
		kit_test(what_is_wrong_is_named),
		kit_test(no_memory_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
