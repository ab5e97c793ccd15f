/* What is written, and where: layout, casts, refusals. What is said of it: stage_stats_test.c. */
#include "engine/stage_test_kit.h"

#include "base/mem.h"

#define CANDLES                                                                                                        \
	"SELECT 'S' || (i % 3) AS symbol, make_timestamptz((1577836800 + i * 900) * 1000000) AS datetime, "            \
	"2020 + i // 30000 AS year, CASE WHEN i % 2 = 0 THEN '15m' ELSE '1h' END AS frequency, i / 8.0 AS close, "     \
	"i AS n FROM range(60000) r(i)"

static const char *const by_symbol_year[] = { "symbol", "year" };
static const char *const by_frequency[] = { "frequency" };
static const char *const by_time[] = { "datetime" };

static const struct bln_schema *candles(struct kit *kit)
{
	return kit_schema(kit, "SELECT NULL::VARCHAR AS symbol, NULL::TIMESTAMPTZ AS datetime, NULL::INT AS year, "
			       "NULL::VARCHAR AS frequency, NULL::DOUBLE AS close, NULL::BIGINT AS n");
}

static struct bln_stage_spec silver(struct kit *kit)
{
	return (struct bln_stage_spec){
		.folder = kit->folder,
		.schema = candles(kit),
		.partition = by_symbol_year,
		.partition_count = 2,
		.split = by_frequency,
		.split_count = 1,
		.sort = by_time,
		.sort_count = 1,
	};
}

/* How often a row of the file sorts before the one above it. */
static int64_t seams(struct kit *kit, const char *path)
{
	return kit_number(kit,
			  "SELECT count(*) FROM (SELECT datetime - lag(datetime) OVER (ORDER BY file_row_number) AS d "
			  "FROM read_parquet('%s', file_row_number = true)) WHERE d < INTERVAL 0 SECOND",
			  path);
}

/* Every file holds what its partition and split values say, sorted. */
static void layout_check(struct kit *kit, const struct bln_staged_list *list)
{
	int64_t rows = 0;

	for (size_t i = 0; i < list->count; i++) {
		const struct bln_staged *file = &list->items[i];
		char symbol[64], year[64], frequency[64];

		snprintf(symbol, sizeof(symbol), "%.63s", kit_value(file->partition, "symbol"));
		snprintf(year, sizeof(year), "%.63s", kit_value(file->partition, "year"));
		snprintf(frequency, sizeof(frequency), "%.63s", kit_value(file->split, "frequency"));
		assert_int_equal(kit_number(kit, "SELECT count(*) FROM (DESCRIBE FROM read_parquet('%s'))", file->path),
				 4);
		assert_int_equal(kit_number(kit,
					    "SELECT count(*) FROM read_parquet('%s') JOIN (%s) q USING (n) "
					    "WHERE q.symbol = '%s' AND q.year = %s AND q.frequency = '%s'",
					    file->path, CANDLES, symbol, year, frequency),
				 file->rows);
		assert_int_equal(seams(kit, file->path), 0);
		rows += file->rows;
	}
	assert_int_equal(rows, 60000);
	assert_int_equal(list->rows, 60000);
}

static void files_hold_one_partition_and_one_split_value_in_order(void **state)
{
	struct kit kit = { 0 };
	struct bln_staged_list list;
	struct bln_stage_spec spec;
	(void)state;

	kit_open(&kit);
	spec = silver(&kit);
	list = kit_stage(&kit, CANDLES " ORDER BY hash(i)", &spec);
	assert_in_range(list.count, 12,
			24); /* 3 symbols, 2 years, 2 frequencies; a thread's end may cut a file in two */
	layout_check(&kit, &list);
	for (size_t i = 1; i < list.count; i++)
		assert_true(strcmp(list.items[i - 1].partition.items[0].value.at,
				   list.items[i].partition.items[0].value.at) <= 0);
	kit_close(&kit);
}

/* Rows that are said to come in order, and do, or mostly, or not at all: in their files they are. */
static void what_comes_out_of_order_is_mended(void **state)
{
	static const struct {
		const char *order;
		bool is_sorted;
	} cases[] = {
		{ CANDLES " ORDER BY datetime", true },
		{ CANDLES " ORDER BY i % 100 = 7, datetime", false },
		{ CANDLES " ORDER BY hash(i)", false },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kit kit = { 0 };
		struct bln_staged_list list;
		struct bln_stage_spec spec;

		kit_open(&kit);
		spec = silver(&kit);
		spec.comes_sorted = true;
		spec.is_unique = true;
		list = kit_stage(&kit, cases[i].order, &spec);
		layout_check(&kit, &list);
		if (!cases[i].is_sorted)
			assert_true(list.mended > 0);
		assert_in_range(list.mended, 0, list.count);
		kit_close(&kit);
	}
}

static void a_limit_of_rows_holds_with_and_without_partitions(void **state)
{
	struct kit kit = { 0 };
	struct bln_staged_list list;
	struct bln_stage_spec spec;
	(void)state;

	kit_open(&kit);
	spec = silver(&kit);
	spec.rows_per_group = 2048;
	spec.rows_per_file_max = 2048;
	list = kit_stage(&kit, CANDLES, &spec);
	assert_true(list.count > 24);
	layout_check(&kit, &list);
	for (size_t i = 0; i < list.count; i++)
		assert_in_range(list.items[i].rows, 1, 3 * 2048);
	for (size_t i = 0; i < list.count; i++)
		unlink(list.items[i].path);

	spec.partition_count = spec.split_count = 0;
	spec.rows_per_file_max = 8192;
	list = kit_stage(&kit, CANDLES, &spec);
	assert_in_range(list.count, 5, 8);
	assert_int_equal(list.rows, 60000);
	for (size_t i = 0; i < list.count; i++)
		assert_int_equal(seams(&kit, list.items[i].path), 0);
	for (size_t i = 0; i < list.count; i++)
		assert_in_range(list.items[i].rows, 1, 8192 + 2 * 2048);
	kit_close(&kit);
}

static void clustered_rows_go_where_their_thread_writes(void **state)
{
	static const char *const by_day[] = { "day" };
	const struct bln_pair day = { bln_slice_of("day"), bln_slice_of("2024-05-06"), false };
	struct kit kit = { 0 };
	struct bln_staged_list list;
	struct bln_stage_spec spec;
	(void)state;

	kit_open(&kit);
	spec = (struct bln_stage_spec){
		.folder = kit.folder,
		.schema = kit_schema(&kit, "SELECT NULL::BIGINT AS n, NULL::DATE AS day"),
		.partition = by_day,
		.partition_count = 1,
		.fixed = { &day, 1 },
		.is_clustered = true,
	};
	list = kit_stage(&kit, "SELECT i AS n FROM range(500000) r(i)", &spec);
	assert_in_range(list.count, 1, 2);
	assert_int_equal(list.rows, 500000);
	assert_string_equal(kit_value(list.items[0].partition, "day"), "2024-05-06");
	assert_int_equal(kit_number(&kit, "SELECT count(*) FROM (DESCRIBE FROM read_parquet('%s'))",
				    list.items[0].path),
			 1);
	for (size_t i = 0; i < list.count; i++)
		unlink(list.items[i].path);
	spec.rows_per_file_max = 20000;
	spec.rows_per_group = 10000;
	list = kit_stage(&kit, "SELECT i AS n FROM range(500000) r(i)", &spec);
	assert_in_range(list.count, 13, 30);
	for (size_t i = 0; i < list.count; i++) {
		assert_int_equal(
			kit_number(&kit,
				   "SELECT count(*) FROM (SELECT n - lag(n) OVER (ORDER BY file_row_number) AS d "
				   "FROM read_parquet('%s', file_row_number = true)) WHERE d < 0",
				   list.items[i].path),
			0);
		assert_in_range(list.items[i].rows, 1, 40000);
		unlink(list.items[i].path);
	}
	kit_refused(&kit, "SELECT 1 AS n, DATE '2024-05-06' AS day", &spec, BLN_INVALID, "'day'", "same value");
	kit_close(&kit);
}

/* Of rows of two files with the same partition it is not known, and a thread's end may make two of one: so those cases without
 * repetition have no partition or a row in each. */
static void rows_that_repeat_are_seen(void **state)
{
	static const char *const columns[] = { "symbol", "year", "frequency", "datetime" };
	static const struct {
		const char *sql;
		size_t partitions, splits, sorts;
		bool does_repeat;
	} cases[] = {
		{ CANDLES " UNION ALL (" CANDLES " LIMIT 1)", 2, 1, 1, true },
		{ CANDLES " ORDER BY hash(i)", 0, 0, 4, false },
		{ CANDLES " UNION ALL (" CANDLES " LIMIT 1)", 0, 0, 4, true },
		{ CANDLES " LIMIT 2", 0, 0, 0, true },
		{ "SELECT 'a' AS symbol, 1 AS year, '1h' AS frequency, CAST(NULL AS TIMESTAMPTZ) AS datetime, i AS n FROM range(2) t(i)",
		  2, 1, 1, true },
		{ "SELECT 'a' || i AS symbol, 1 AS year, '1h' AS frequency, CAST(NULL AS TIMESTAMPTZ) AS datetime, i AS n FROM range(9) t(i)",
		  1, 0, 2, false },
		/* more files than COPY keeps open: the second of a pair goes into another file */
		{ "SELECT 'a' || i % 700 AS symbol, 1 AS year, '1h' AS frequency, TIMESTAMPTZ '2024-01-01 00:00:00+00' AS datetime, "
		  "CAST(i AS BIGINT) AS n FROM range(1400) t(i)",
		  1, 0, 3, true },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kit kit = { 0 };
		struct bln_staged_list list;

		kit_open(&kit);
		const struct bln_stage_spec spec = { .folder = kit.folder,
						     .schema = kit_schema(&kit, cases[i].sql),
						     .partition = columns,
						     .partition_count = cases[i].partitions,
						     .split = columns + cases[i].partitions,
						     .split_count = cases[i].splits,
						     .sort = columns + cases[i].partitions + cases[i].splits,
						     .sort_count = cases[i].sorts,
						     .is_unique = true };
		list = kit_stage(&kit, cases[i].sql, &spec);
		if (list.may_repeat != cases[i].does_repeat)
			fail_msg("case %zu: %s", i, list.may_repeat ? "rows repeat" : "no row repeats");
		kit_close(&kit);
	}
}

static void a_query_without_rows_gives_no_file(void **state)
{
	struct kit kit = { 0 };
	struct bln_stage_spec spec;
	(void)state;

	kit_open(&kit);
	spec = silver(&kit);
	assert_int_equal(kit_stage(&kit, CANDLES " WHERE i < 0", &spec).count, 0);
	spec.partition_count = spec.split_count = 0;
	assert_int_equal(kit_stage(&kit, CANDLES " WHERE i < 0", &spec).count, 0);
	spec.is_clustered = true;
	assert_int_equal(kit_stage(&kit, CANDLES " WHERE i < 0", &spec).count, 0);
	kit_close(&kit);
}

static void columns_are_cast_filled_up_and_found_whatever_their_capitals(void **state)
{
	struct kit kit = { 0 };
	struct bln_staged_list list;
	struct bln_stage_spec spec;
	(void)state;

	kit_open(&kit);
	spec = (struct bln_stage_spec){
		.folder = kit.folder,
		.schema = kit_schema(&kit,
				     "SELECT NULL::DOUBLE AS price, NULL::BIGINT AS trades, NULL::TIMESTAMPTZ AS seen, "
				     "NULL::VARCHAR AS note, NULL::DECIMAL(20,4) AS exact, NULL::INT[] AS list, "
				     "NULL::STRUCT(a BIGINT) AS pair"),
	};
	list = kit_stage(
		&kit,
		"SELECT 1.5 AS PRICE, sum(i) AS trades, TIMESTAMP '2024-01-01 10:00:00' AS seen, NULL AS exact, "
		"[1::SMALLINT] AS list, {'a': 7} AS pair FROM range(4) r(i); -- the end",
		&spec);
	assert_int_equal(list.count, 1);
	assert_int_equal(
		kit_number(&kit,
			   "SELECT count(*) FROM read_parquet('%s') WHERE price = 1.5::DOUBLE AND trades = 6 AND "
			   "seen = TIMESTAMPTZ '2024-01-01 10:00:00+00' AND note IS NULL AND exact IS NULL AND "
			   "list = [1] AND pair.a = 7 AND typeof(seen) = 'TIMESTAMP WITH TIME ZONE' AND "
			   "typeof(trades) = 'BIGINT' AND typeof(list) = 'INTEGER[]'",
			   list.items[0].path),
		1);
	kit_close(&kit);
}

static void what_does_not_fit_is_refused_by_name(void **state)
{
	static const struct {
		const char *sql, *text, *also;
	} cases[] = {
		{ "SELECT 1 AS n, 2 AS clos", "'clos'", "did you mean 'close'?" },
		{ "SELECT 1.5::DOUBLE AS n", "'n' is DOUBLE", "long" },
		{ "SELECT 1::BIGINT AS close", "'close' is BIGINT", "double" },
		{ "SELECT sum(i) AS close FROM range(3) r(i)", "'close' is HUGEINT", "double" },
		{ "SELECT 1.2345678901234567::DECIMAL(17,16) AS close", "'close' is DECIMAL(17,16)", "double" },
		{ "SELECT '2024-01-01' AS datetime", "'datetime' is VARCHAR", "timestamp" },
		{ "SELECT now()::TIMESTAMP::DATE AS datetime, TIME '10:00:00' AS symbol", "'symbol' is TIME",
		  "string" },
		{ "SELECT TIMESTAMP_NS '2024-01-01 00:00:00' AS datetime", "'datetime' is TIMESTAMP_NS", "timestamp" },
		{ "SELECT [1] AS n", "'n' is INTEGER[]", "long" },
		{ "SELECT {'a': 1} AS n", "'n' is STRUCT", "long" },
		{ "SELECT 1e30::HUGEINT AS n, 'a' AS symbol, 1 AS year, 'x' AS frequency", "INT64", "" },
		{ "SELECT '' AS symbol, 1 AS year, 'x' AS frequency", "'symbol'", "empty text" },
		{ "SELECT nonsense", "nonsense", "" },
		{ "SELECT 1 AS n; SELECT 2", "multiple", "" },
		{ "DROP TABLE x", "", "" },
	};
	struct kit kit = { 0 };
	struct bln_stage_spec spec;
	(void)state;

	kit_open(&kit);
	spec = silver(&kit);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		kit_refused(&kit, cases[i].sql, &spec, BLN_INVALID, cases[i].text, cases[i].also);
	spec.may_drop_columns = true;
	assert_int_equal(
		kit_stage(&kit, "SELECT 1 AS n, 2 AS clos, 'S' AS symbol, 1 AS year, 'x' AS frequency", &spec).rows, 1);
	kit_close(&kit);
}

static void null_where_none_may_be_is_refused(void **state)
{
	struct kit kit = { 0 };
	struct bln_stage_spec spec;
	(void)state;

	kit_open(&kit);
	spec = silver(&kit);
	kit_require(&kit, "n");
	kit_refused(&kit, "SELECT 'S' AS symbol, 1 AS year, 'x' AS frequency", &spec, BLN_INVALID, "'n'",
		    "does not give it");
	kit_refused(&kit,
		    "SELECT 'S' || i AS symbol, 1 AS year, 'x' AS frequency, nullif(i, 7) AS n FROM range(9) r(i)",
		    &spec, BLN_INVALID, "'n' must not be null", "1 rows");
	kit_require(&kit, "symbol");
	kit_refused(&kit,
		    "SELECT nullif('S' || i, 'S7') AS symbol, 1 AS year, 'x' AS frequency, i AS n FROM range(9) r(i)",
		    &spec, BLN_INVALID, "'symbol' must not be null", "");
	kit_require(&kit, "frequency");
	kit_refused(&kit, "SELECT 'S' AS symbol, 1 AS year, NULL AS frequency, 1 AS n", &spec, BLN_INVALID,
		    "'frequency' must not be null", "");
	spec = (struct bln_stage_spec){ .folder = kit.folder, .schema = kit_schema(&kit, "SELECT [1] AS list") };
	kit_require(&kit, "list");
	kit_refused(&kit, "SELECT nullif([i], [3]) AS list FROM range(5) r(i)", &spec, BLN_INVALID,
		    "'list' must not be null", "");
	kit_close(&kit);
}

static void keys_must_be_columns_that_can_be_told_apart(void **state)
{
	static const char *const unknown[] = { "symbl" };
	static const char *const nested[] = { "list" };
	struct kit kit = { 0 };
	struct bln_stage_spec spec = { 0 };
	(void)state;

	kit_open(&kit);
	spec = (struct bln_stage_spec){ .folder = kit.folder,
					.partition = unknown,
					.partition_count = 1,
					.schema = kit_schema(&kit, "SELECT 'a' AS symbol, [1] AS list") };
	kit_refused(&kit, "SELECT 'a' AS symbol", &spec, BLN_INVALID, "'symbl'", "'symbol'");
	spec.partition = nested;
	kit_refused(&kit, "SELECT 'a' AS symbol", &spec, BLN_UNSUPPORTED, "'list'", "nested");
	spec.partition_count = 0;
	spec.split = unknown;
	spec.split_count = 1;
	kit_refused(&kit, "SELECT 'a' AS symbol", &spec, BLN_INVALID, "split column 'symbl'", "");
	spec.split_count = 0;
	spec.sort = unknown;
	spec.sort_count = 1;
	kit_refused(&kit, "SELECT 'a' AS symbol", &spec, BLN_INVALID, "sort column 'symbl'", "");
	kit_close(&kit);
}

static void partition_values_have_deltas_form(void **state)
{
	static const char *const keys[] = { "t", "d", "b", "x", "s", "e" };
	struct kit kit = { 0 };
	struct bln_staged_list list;
	struct bln_stage_spec spec;
	(void)state;

	kit_open(&kit);
	spec = (struct bln_stage_spec){ .folder = kit.folder,
					.partition = keys,
					.partition_count = 6,
					.schema = kit_schema(&kit,
							     "SELECT 1::BIGINT AS n, NULL::TIMESTAMPTZ AS t, "
							     "NULL::DATE AS d, NULL::BOOLEAN AS b, NULL::DOUBLE AS x, "
							     "NULL::VARCHAR AS s, NULL::DECIMAL(10,2) AS e") };
	list = kit_stage(
		&kit,
		"SELECT 1 AS n, TIMESTAMPTZ '2024-01-31 12:34:56.5+00' AS t, DATE '2024-02-29' AS d, true AS b, "
		"'inf'::DOUBLE AS x, 'a=b/ü%' AS s, NULL AS e",
		&spec);
	assert_int_equal(list.count, 1);
	assert_string_equal(kit_value(list.items[0].partition, "t"), "2024-01-31T12:34:56.500000Z");
	assert_string_equal(kit_value(list.items[0].partition, "d"), "2024-02-29");
	assert_string_equal(kit_value(list.items[0].partition, "b"), "true");
	assert_string_equal(kit_value(list.items[0].partition, "x"), "Infinity");
	assert_string_equal(kit_value(list.items[0].partition, "s"), "a=b/ü%");
	assert_null(kit_value(list.items[0].partition, "e"));
	kit_close(&kit);
}

static void stopping_leaves_nothing(void **state)
{
	struct kit kit = { 0 };
	struct bln_stage_spec spec;
	(void)state;

	kit_open(&kit);
	spec = silver(&kit);
	for (int64_t us = 2000; us <= 512000; us *= 4) {
		bln_cancel_set_timeout(&kit.cancel, bln_clock_system(), us);
		kit_refused(&kit,
			    "SELECT 'S' || (i % 40) AS symbol, i // 1000 % 50 AS year, 'x' AS frequency, i AS n "
			    "FROM range(2000000000) r(i)",
			    &spec, BLN_CANCELLED, "out of time", "");
		kit.cancel.clock = NULL;
	}
	spec.is_clustered = true;
	spec.partition_count = spec.split_count = 0;
	bln_cancel_set_timeout(&kit.cancel, bln_clock_system(), 100000);
	kit_refused(&kit, "SELECT 'S' AS symbol, i AS n FROM range(2000000000) r(i)", &spec, BLN_CANCELLED,
		    "out of time", "");
	kit.cancel.clock = NULL;
	assert_int_equal(kit_number(&kit, "SELECT current_setting('preserve_insertion_order')::INT::BIGINT"), 1);
	kit_close(&kit);
}

static void what_fails_on_its_way_leaves_nothing(void **state)
{
	struct kit kit = { 0 };
	struct bln_stage_spec spec;
	(void)state;

	kit_open(&kit);
	spec = silver(&kit);
	kit_refused(&kit,
		    "SELECT 'S' AS symbol, i // 100000 AS year, 'x' AS frequency, CASE WHEN i = 900000 THEN "
		    "error('broken here')::BIGINT ELSE i END AS n FROM range(1000000) r(i)",
		    &spec, BLN_INVALID, "broken here", "");
	spec.folder = "/tmp/bln-stage-not-there";
	kit_refused(&kit, CANDLES, &spec, BLN_NOT_FOUND, "bln-stage-not-there", "");
	kit_close(&kit);
}

static void without_memory_nothing_is_left(void **state)
{
	struct kit kit = { 0 };
	struct bln_stage_spec spec;
	enum bln_status status = BLN_NO_MEMORY;
	struct bln_staged_list list = { 0 };
	(void)state;

	kit_open(&kit);
	spec = silver(&kit);
	for (uint64_t nth = 1; status == BLN_NO_MEMORY && nth < 5000; nth += nth < 100 ? 1 : 37) {
		bln_mem_fail_at(nth, true);
		status = bln_stage(kit.engine,
				   "SELECT 'S' || i AS symbol, 1 AS year, 'x' AS frequency, i AS n FROM range(3) r(i)",
				   &spec, &kit.arena, &list, &kit.err);
		bln_mem_fail_at(0, false);
		if (status != BLN_OK)
			assert_int_equal(kit_entries(&kit), 0);
	}
	assert_ok(status, &kit.err);
	assert_int_equal(list.count, 3);
	kit_close(&kit);
}

static void a_query_says_what_table_it_would_make(void **state)
{
	struct kit kit = { 0 };
	struct bln_text text = { 0 };
	struct bln_schema schema;
	(void)state;

	kit_open(&kit);
	bln_schema_format(
		kit_schema(&kit, "SELECT 'a' AS s, 1::UBIGINT AS u, 1.50 AS d, now() AS t, [1] AS l, {'x': 1} AS o, "
				 "MAP {'k': 2.5::FLOAT} AS m, 'b'::BLOB AS b, sum(1) AS h"),
		&text);
	assert_says(text.at, "{\"name\":\"u\",\"type\":\"decimal(20,0)\"");
	assert_says(text.at, "{\"name\":\"d\",\"type\":\"decimal(3,2)\"");
	assert_says(text.at, "{\"name\":\"t\",\"type\":\"timestamp\"");
	assert_says(text.at, "\"elementType\":\"integer\"");
	assert_says(text.at, "\"valueType\":\"float\"");
	assert_says(text.at, "{\"name\":\"h\",\"type\":\"long\"");
	bln_text_clean_up(&text);
	assert_int_equal(bln_stage_schema(kit.engine, "SELECT INTERVAL 1 DAY AS pause", &kit.arena, &schema, &kit.err),
			 BLN_UNSUPPORTED);
	assert_says(kit.err.message, "'pause' is INTERVAL");
	kit_close(&kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_hold_one_partition_and_one_split_value_in_order),
		cmocka_unit_test(what_comes_out_of_order_is_mended),
		cmocka_unit_test(a_limit_of_rows_holds_with_and_without_partitions),
		cmocka_unit_test(clustered_rows_go_where_their_thread_writes),
		cmocka_unit_test(rows_that_repeat_are_seen),
		cmocka_unit_test(a_query_without_rows_gives_no_file),
		cmocka_unit_test(columns_are_cast_filled_up_and_found_whatever_their_capitals),
		cmocka_unit_test(what_does_not_fit_is_refused_by_name),
		cmocka_unit_test(null_where_none_may_be_is_refused),
		cmocka_unit_test(keys_must_be_columns_that_can_be_told_apart),
		cmocka_unit_test(partition_values_have_deltas_form),
		cmocka_unit_test(stopping_leaves_nothing),
		cmocka_unit_test(what_fails_on_its_way_leaves_nothing),
		cmocka_unit_test(without_memory_nothing_is_left),
		cmocka_unit_test(a_query_says_what_table_it_would_make),
	};

	return cmocka_run_group_tests_name("stage", tests, NULL, NULL);
}
