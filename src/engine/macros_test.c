#include "engine/table_test.h"

#include "engine/macros.h"

static void candles_open_and_close(void **state)
{
	static const struct {
		const char *sql;
		const char *rows;
	} cases[] = {
		{ "SELECT frequency_us('1m'), frequency_us('15m'), frequency_us('4h'), frequency_us('1d'), frequency_us('2w')",
		  "60000000|900000000|14400000000|86400000000|1209600000000\n" },
		{ "SELECT candle_open(TIMESTAMPTZ '2024-02-29 13:59:59.999999+00', f) FROM unnest(['1m', '15m', '1h', '1d']) t(f)",
		  "2024-02-29 13:59:00+00\n2024-02-29 13:45:00+00\n2024-02-29 13:00:00+00\n2024-02-29 00:00:00+00\n" },
		/* what opens a candle is in it */
		{ "SELECT candle_open(TIMESTAMPTZ '2024-02-29 13:45:00+00', '15m')", "2024-02-29 13:45:00+00\n" },
		/* weeks begin on Monday: 2024-02-26 is one */
		{ "SELECT candle_open(TIMESTAMPTZ '2024-02-26 00:00:00+00', '1w'), "
		  "candle_open(TIMESTAMPTZ '2024-02-25 23:59:59+00', '1w'), candle_open(TIMESTAMPTZ '2024-03-03 12:00:00+00', '1w')",
		  "2024-02-26 00:00:00+00|2024-02-19 00:00:00+00|2024-02-26 00:00:00+00\n" },
		/* before 1970 time goes forward, too */
		{ "SELECT candle_open(TIMESTAMPTZ '1969-12-31 23:59:59+00', '1h'), "
		  "candle_open(TIMESTAMPTZ '1969-12-31 23:59:59+00', '1w'), candle_open(TIMESTAMPTZ '1969-12-28 23:59:59+00', '1w')",
		  "1969-12-31 23:00:00+00|1969-12-29 00:00:00+00|1969-12-22 00:00:00+00\n" },
		{ "SELECT candle_close(TIMESTAMPTZ '2024-02-29 23:45:00+00', '15m'), candle_close(TIMESTAMPTZ '2024-02-26', '1w')",
		  "2024-03-01 00:00:00+00|2024-03-04 00:00:00+00\n" },
		{ "SELECT frequency_us('1x'), candle_open(NULL::TIMESTAMPTZ, '1h'), candle_close(now(), NULL)",
		  "NULL|NULL|NULL\n" },
		/* every moment lies in the candle that it opens */
		{ "SELECT count(*) FROM (SELECT make_timestamptz(i * 7919000001 - 4000000000000000) AS t, f FROM range(1000) r(i), "
		  "unnest(['1m', '15m', '1h', '1d', '1w']) u(f)) WHERE NOT (candle_open(t, f) <= t AND t < candle_close(candle_open(t, "
		  "f), f) AND candle_open(candle_open(t, f), f) = candle_open(t, f))",
		  "0\n" },
	};
	struct table table;
	struct bln_err err = { 0 };
	(void)state;

	table_open(&table);
	assert_ok(bln_engine_macros(table.engine, &err), &err);
	assert_ok(bln_engine_macros(table.engine, &err), &err); /* again is fine */
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_rows(&table, cases[i].sql, cases[i].rows);
	table_close(&table);
}

static void candles_that_come_again_are_found(void **state)
{
	/* Three symbols and two frequencies, with hours that grow, but for what ORDER and the numbers make of it. */
	static const char make[] =
		"CREATE OR REPLACE TABLE c AS SELECT i, CASE i %% 7 WHEN 0 THEN NULL ELSE 'S' || (hash(i, 1) %% 3) END AS symbol, "
		"['1h', '4h'][1 + (hash(i, 7) %% 2)::INT] AS frequency, TIMESTAMPTZ '2024-01-01' + INTERVAL 1 HOUR * "
		"(CASE WHEN hash(i, 3) %% %d = 0 THEN (hash(i, 4) %% 3000)::BIGINT ELSE i END)::INT AS datetime "
		"FROM range(3000) r(i) ORDER BY %s";
	static const char *const orders[] = { "i", "symbol, frequency, datetime", "datetime DESC", "hash(i)",
					      "i % 2, i" };
	static const int shares[] = { 1, 10, 1000, 1000000 }; /* one in so many comes at any time */
	struct table table;
	struct bln_err err = { 0 };
	(void)state;

	table_open(&table);
	assert_ok(bln_engine_macros(table.engine, &err), &err);
	/* as it is while staging writes files */
	assert_ok(bln_engine_exec(table.engine, "SET preserve_insertion_order = false", &err), &err);
	for (size_t o = 0; o < sizeof(orders) / sizeof(orders[0]); o++)
		for (size_t s = 0; s < sizeof(shares) / sizeof(shares[0]); s++) {
			struct bln_text sql = { 0 };

			bln_text_add_format(&sql, make, shares[s], orders[o]);
			assert_ok(bln_text_check(&sql, &err), &err);
			assert_ok(bln_engine_exec(table.engine, sql.at, &err), &err);
			bln_text_clean_up(&sql);
			assert_rows(
				&table,
				"WITH n AS (FROM c WHERE symbol IS NOT NULL "
				"QUALIFY count(*) OVER (PARTITION BY symbol, frequency, datetime) > 1), "
				"m AS (FROM repeated_candles('c')) "
				"SELECT (SELECT count(*) FROM (FROM n EXCEPT ALL FROM m)), "
				"(SELECT count(*) FROM (FROM m EXCEPT ALL FROM n)), "
				"(SELECT count(*) > 0 FROM n) OR (SELECT count(DISTINCT datetime) = count(*) FROM c)",
				"0|0|true\n");
		}
	/* what a query has named is found as well, and a candle without a time, or none, is no candle twice */
	assert_rows(
		&table,
		"WITH named AS (SELECT 'A' AS symbol, '1h' AS frequency, CAST(NULL AS TIMESTAMPTZ) AS datetime FROM range(2) "
		"UNION ALL SELECT 'B', '1h', TIMESTAMPTZ '2024-01-01 01:00:00+00' FROM range(2)) "
		"SELECT symbol, count(*) FROM repeated_candles('named') GROUP BY ALL",
		"B|2\n");
	/* by whatever name */
	assert_rows(&table, "WITH overlap AS (FROM c LIMIT 0) SELECT count(*) FROM repeated_candles('overlap')", "0\n");
	assert_rows(&table, "WITH stretches AS (FROM c LIMIT 0) SELECT count(*) FROM repeated_candles('stretches')",
		    "0\n");
	assert_rows(&table, "WITH candidates AS (FROM c LIMIT 0) SELECT count(*) FROM repeated_candles('candidates')",
		    "0\n");
	assert_rows(&table, "SELECT count(*) FROM repeated_candles('c') WHERE false", "0\n");
	table_close(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(candles_open_and_close),
					    cmocka_unit_test(candles_that_come_again_are_found) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
