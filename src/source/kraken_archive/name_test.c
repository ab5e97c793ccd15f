#include "source/kraken_archive/name.h"

#include "base/base_test.h"
#include "base/time.h"

static void names_say_symbol_and_frequency(void **state)
{
	static const struct {
		const char *name;
		const char *symbol;
		int minutes;
	} good[] = {
		{ "XBTUSD_15.csv", "XBTUSD", 15 },     { "XBTUSD_1440.csv", "XBTUSD", 1440 },
		{ "1INCHUSD_1.CSV", "1INCHUSD", 1 },   { "ETH2.SETH_60.csv", "ETH2.SETH", 60 },
		{ "USDTUSD_720.Csv", "USDTUSD", 720 },
	};
	static const char *const bad[] = {
		"",
		".csv",
		"_15.csv",
		"XBTUSD.csv",
		"XBTUSD_.csv",
		"XBTUSD_15",
		"XBTUSD_15.csv.gz",
		"XBTUSD_0.csv",
		"XBTUSD_015.csv",
		"XBTUSD_-15.csv",
		"XBTUSD_7.csv",
		"XBTUSD_2024.csv",
		"XBTUSD_2880.csv",
		"XBTUSD_15x.csv",
		"XBT USD_15.csv",
		"XBT_USD_15.csv",
		".XBTUSD_15.csv",
		"XBT/USD_15.csv",
		"XBTUSD_99999999999999999999.csv",
		"ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF_15.csv",
	};
	struct kraken_name name;
	(void)state;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(kraken_name_parse(bln_slice_of(good[i].name), &name));
		assert_true(bln_slice_is(name.symbol, good[i].symbol));
		assert_int_equal(name.minutes, good[i].minutes);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (kraken_name_parse(bln_slice_of(bad[i]), &name))
			fail_msg("%s was taken", bad[i]);
}

static void symbols_end_with_the_base_currency(void **state)
{
	static const char *const pairs[][2] = {
		{ "XBTUSD", "USD" }, { "USDTUSD", "USD" }, { "XBTUSDT", "USDT" }, { "XBTUSDC", "USDC" },
		{ "ETHXBT", "XBT" }, { "USDEUR", "EUR" },  { "USD", "" },	  { "XBTFOO", "" },
		{ "", "" },	     { "AUDJPY", "JPY" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		assert_string_equal(kraken_base_currency(bln_slice_of(pairs[i][0])), pairs[i][1]);
}

static void what_is_wrong_with_a_name_is_said(void **state)
{
	static const char *const minutes[] = { "XBTUSD_7.csv", "XBTUSD_10080.csv", "x_1441.CSV" };
	static const char *const names[] = { "notes.txt",     "XBTUSD_15.csv.bak", "XBTUSD_0.csv",
					     "XBTUSD-15.csv", "_15.csv",	   "XBT/USD_15.csv" };
	(void)state;

	for (size_t i = 0; i < sizeof(minutes) / sizeof(minutes[0]); i++)
		assert_string_equal(kraken_name_fault(bln_slice_of(minutes[i])),
				    "a day is no whole number of candles of so many minutes");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_string_equal(kraken_name_fault(bln_slice_of(names[i])), "its name is not SYMBOL_MINUTES.csv");
}

static void quarters_are_found_in_names(void **state)
{
	static const struct {
		const char *name;
		int year, month;
	} good[] = {
		{ "Kraken_OHLCVT_Q1_2024.zip", 2024, 1 },
		{ "Q4_2023", 2023, 10 },
		{ "2024Q1", 2024, 1 },
		{ "2024_q3", 2024, 7 },
		{ "Q22025", 2025, 4 },
		{ "kraken-q2-2024 (1).zip", 2024, 4 },
		{ "Q1_2024 copy of Q1_2024", 2024, 1 },
	};
	static const char *const bad[] = {
		"Kraken_OHLCVT.zip", "master_q4", "Q5_2024",	     "Q0_2024", "Q1_24", "XQ1_2024",  "Q1_20245",
		"Q1_1999",	     "Q1__2024",  "Q1_2024-Q3_2024", "2024",	"",	 "FAQ1_2024", "Q1_2O24"
	};
	int64_t from_us, to_us;
	(void)state;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		const int next = good[i].month % 12 + 3;

		assert_true(kraken_quarter_parse(bln_slice_of(good[i].name), &from_us, &to_us));
		assert_int_equal(from_us, bln_days_from_civil(good[i].year, good[i].month, 1) * BLN_US_PER_DAY);
		assert_int_equal(to_us, bln_days_from_civil(good[i].year + (next > 12), next > 12 ? 1 : next, 1) *
						BLN_US_PER_DAY);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (kraken_quarter_parse(bln_slice_of(bad[i]), &from_us, &to_us))
			fail_msg("%s was taken for a quarter", bad[i]);
}

static void entries_stay_in_their_archive(void **state)
{
	static const char *const good[] = { "a", "a/b.csv", "a..b/c", "…/x" };
	static const char *const bad[] = { "",	   "/a", "../a", "a/../b", "a/..",  "./a",
					   "a//b", "a/", "a\\b", "a\nb",   "a\x7f", "\xff" };
	(void)state;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(kraken_entry_is_safe(bln_slice_of(good[i])));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (kraken_entry_is_safe(bln_slice_of(bad[i])))
			fail_msg("%s was taken", bad[i]);
	assert_false(kraken_entry_is_safe((struct bln_slice){ "a\0b", 3 }));
	assert_true(kraken_is_litter(bln_slice_of("__MACOSX/._XBTUSD_15.csv")));
	assert_true(kraken_is_litter(bln_slice_of("a/.DS_Store")));
	assert_false(kraken_is_litter(bln_slice_of("../XBTUSD_15.csv")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_say_symbol_and_frequency),
		cmocka_unit_test(symbols_end_with_the_base_currency),
		cmocka_unit_test(what_is_wrong_with_a_name_is_said),
		cmocka_unit_test(quarters_are_found_in_names),
		cmocka_unit_test(entries_stay_in_their_archive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
