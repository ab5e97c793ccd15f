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

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(candles_open_and_close) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
