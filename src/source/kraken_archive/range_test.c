#include "source/kraken_archive/range.h"

#include "base/random.h"
#include "source/kraken_archive/kit_test.h"

/* A daily candle of the day the archive was made, a finer one that says when: the day is not over. */
static void base_archive(const char *name)
{
	char a[1 << 12], b[1 << 12], c[1 << 12], d[1 << 12];

	snprintf(a, sizeof(a), "%s", candles("2023-11-29T21:00", "2023-11-30T11:00", 60));
	snprintf(b, sizeof(b), "%s", candles("2023-11-28", "2023-11-30", 1440));
	snprintf(c, sizeof(c), "%s", candles("2023-11-29T08:00", "2023-11-29T09:00", 60));
	snprintf(d, sizeof(d), "%s", candles("2023-11-29", "2023-11-29", 1440));
	if (name) {
		const struct made_entry entries[] = {
			{ .name = "XBTUSD_60.csv", .text = a },
			{ .name = "XBTUSD_1440.csv", .text = b },
			{ .name = "ADAUSD_60.csv", .text = c },
			{ .name = "ADAUSD_1440.csv", .text = d },
		};

		zip_make(name, entries, 4);
		return;
	}
	text_make("base/XBTUSD_60.csv", a);
	text_make("base/XBTUSD_1440.csv", b);
	text_make("base/ADAUSD_60.csv", c);
	text_make("base/ADAUSD_1440.csv", d);
}

/* From a symbol's first row to the end of the whole archive, whichever way it comes, and whatever the bound on
 * memory. */
static void a_base_archive_ends_as_a_whole(void **state)
{
	static const char *const forms[] = { "base", "Kraken_OHLCVT.zip", "base", "Kraken_OHLCVT.zip" };
	struct kit kit;
	(void)state;

	base_archive(NULL);
	base_archive("Kraken_OHLCVT.zip");
	for (size_t i = 0; i < 4; i++) {
		assert_ok(kit_open(&kit, forms[i], i < 2 ? NULL : "memory=1"), &kit.err);
		assert_ok(kit_list(&kit, NULL), &kit.err);
		assert_int_equal(kit.count, 4);
		kit_take(&kit);
		assert_range(&kit.units[0], "2023-11-29T08:00", "2023-11-30T12:00"); /* ADAUSD 1h */
		assert_range(&kit.units[1], "2023-11-29", "2023-11-30"); /* ADAUSD 1d */
		assert_range(&kit.units[2], "2023-11-29T21:00", "2023-11-30T12:00"); /* XBTUSD 1h */
		assert_range(&kit.units[3], "2023-11-28",
			     "2023-11-30"); /* XBTUSD 1d: its last candle was still trading */
		assert_int_equal(kit.units[3].rows, 2);
		assert_int_equal(kit.units[3].refused, 1);
		assert_part(kit.refusals.at, "XBTUSD 3 not_committed 1701302400,");
		kit_clean_up(&kit);
	}
}

/* 23:58 is the last minute with a trade: the candles that close at midnight are whole all the same. */
static void a_quiet_end_costs_nothing(void **state)
{
	struct kit kit;
	(void)state;

	text_make("quiet/XBTUSD_1.csv", candles("2023-11-30T22:00", "2023-11-30T23:58", 1));
	text_make("quiet/XBTUSD_60.csv", candles("2023-11-30", "2023-11-30T23:00", 60));
	text_make("quiet/XBTUSD_1440.csv", candles("2023-11-29", "2023-11-30", 1440));
	kit_make(&kit, "quiet");
	kit_take(&kit);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(kit.units[i].refused, 0);
		assert_int_equal(kit.units[i].to_us, kit_time("2023-12-01"));
	}
	kit_clean_up(&kit);

	/* a symbol that rarely trades, at a quarter's end */
	text_make("rare/ADAUSD_15.csv", candles("2023-12-31T03:00", "2023-12-31T04:00", 15));
	text_make("rare/ADAUSD_1440.csv", candles("2023-12-30", "2023-12-31", 1440));
	kit_make(&kit, "rare");
	kit_take(&kit);
	assert_int_equal(kit.units[1].refused, 0);
	assert_range(&kit.units[0], "2023-12-31T03:00", "2024-01-01");
	kit_clean_up(&kit);
}

/* What one run reads first must not change what it says: settle in two batches, the second not read yet at the first. */
static void batches_settle_alike(void **state)
{
	struct kit kit;
	(void)state;

	text_make("two/ADAUSD_15.csv", candles("2023-01-01", "2023-01-01T05:00", 15));
	text_make("two/XBTUSD_15.csv", candles("2023-01-01", "2023-01-02T23:45", 15));
	kit_make(&kit, "two");
	assert_ok(kit_read(&kit, &kit.units[0], NULL), &kit.err);
	assert_ok(bln_source_settle(kit.source, kit.units, 1, &kit.err), &kit.err);
	assert_range(&kit.units[0], "2023-01-01", "2023-01-03");
	kit_clean_up(&kit);

	/* XBTUSD was recalled with its range: it is not looked at again, not even when it has gone. */
	kit_make(&kit, "two");
	kit.units[1].is_hashed = true;
	kit.units[1].from_us = kit_time("2023-01-01");
	kit.units[1].to_us = kit_time("2023-01-03");
	assert_int_equal(remove(made_path("two/XBTUSD_15.csv")), 0);
	assert_ok(kit_read(&kit, &kit.units[0], NULL), &kit.err);
	assert_ok(bln_source_settle(kit.source, kit.units, 2, &kit.err), &kit.err);
	assert_range(&kit.units[0], "2023-01-01", "2023-01-03");
	assert_range(&kit.units[1], "2023-01-01", "2023-01-03");
	kit_clean_up(&kit);
}

/* Files of different ages in one folder contradict each other: no row is refused for it. */
static void a_mixed_folder_loses_nothing(void **state)
{
	struct kit kit;
	(void)state;

	text_make("mixed/XBTUSD_60.csv", candles("2021-01-01", "2021-01-01T05:00", 60));
	text_make("mixed/XBTUSD_1440.csv", candles("2021-01-01", "2021-02-28", 1440));
	kit_make(&kit, "mixed");
	kit_take(&kit);
	assert_int_equal(kit.units[0].rows, 6);
	assert_int_equal(kit.units[1].rows, 59);
	assert_int_equal(kit.units[1].refused, 0);
	assert_range(&kit.units[0], "2021-01-01", "2021-01-01T06:00"); /* nothing is said of the other 58 days' hours */
	assert_range(&kit.units[1], "2021-01-01", "2021-03-01");
	kit_clean_up(&kit);
}

/* Bytes behind the last row that no time can be read of: how far the file went is not known, whatever its name says. */
static void what_cannot_be_read_is_not_silence(void **state)
{
	static const struct {
		const char *name;
		const char *text; /* behind two rows, where it begins with none of its own */
		bool has_rows;
	} cases[] = {
		{ "CUTUSD_60.csv", "17041", true },
		{ "DATEUSD_60.csv", "2024-01-01 02:00:00,2,3,1,2,5,1\n", true },
		{ "NULUSD_60.csv", "\xff\xfe\n\x01,\n", true },
		{ "QUOTEUSD_60.csv", "\"1704067200\",2,3,1,2,5,1\n", false },
		{ "SEMIUSD_60.csv", "1704067200;2;3;1;2;5;1\n", false },
	};
	struct kit kit;
	(void)state;

	for (int quarter = 0; quarter < 2; quarter++) {
		const char *folder = quarter ? "cut/Q1_2024" : "cut/base";
		char path[128], text[1 << 12];

		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			snprintf(path, sizeof(path), "%s/%s", folder, cases[i].name);
			snprintf(text, sizeof(text), "%s%s",
				 cases[i].has_rows ? candles("2024-01-01", "2024-01-01T01:00", 60) : "", cases[i].text);
			text_make(path, text);
		}
		snprintf(path, sizeof(path), "%s/WHOLEUSD_60.csv", folder);
		text_make(path, candles("2024-01-01", "2024-01-02", 60));
		snprintf(path, sizeof(path), "%s/ZEROUSD_60.csv", folder);
		text_make(path, "");
		snprintf(path, sizeof(path), "%s/ZMILLIUSD_60.csv", folder);
		text_make(path, "1704067200000,2,3,1,2,5,1\n");
		kit_make(&kit, folder);
		kit_take(&kit);
		for (size_t i = 0; i < 3; i++)
			assert_range(&kit.units[i], "2024-01-01", "2024-01-01T02:00");
		for (size_t i = 3; i < 5; i++)
			assert_true(kit.units[i].from_us == 0 && kit.units[i].to_us == 0);
		assert_range(&kit.units[5], "2024-01-01", quarter ? "2024-04-01" : "2024-01-02T01:00");
		for (size_t i = 6; i < 8 && quarter;
		     i++) /* an empty file, and one that tells which candles were refused */
			assert_range(&kit.units[i], "2024-01-01", "2024-04-01");
		kit_clean_up(&kit);
	}

	/* Recalled while its archive has become longer, it is looked at again. */
	kit_make(&kit, "cut/base");
	for (size_t i = 0; i < 6; i++) {
		struct bln_unit *unit = &kit.units[i];

		if (i >= 3 && i < 5)
			continue;
		unit->is_hashed = true;
		unit->first_us = unit->from_us = kit_time("2024-01-01");
		unit->to_us = kit_time("2024-01-01T02:00");
		unit->last_us = kit_time("2024-01-01T01:00");
	}
	assert_ok(kit_read(&kit, &kit.units[6], NULL), &kit.err);
	kit.units[5].to_us = kit_time("2024-01-02T01:00");
	assert_ok(bln_source_settle(kit.source, kit.units, kit.count, &kit.err), &kit.err);
	for (size_t i = 0; i < 3; i++)
		assert_range(&kit.units[i], "2024-01-01", "2024-01-01T02:00");
	kit_clean_up(&kit);
}

/* What another file of the symbol has rows for did not stay without a trade. */
static void a_file_left_behind_ends_with_itself(void **state)
{
	const struct made_entry entries[] = {
		{ .name = "2020/XBTUSD_1440.csv", .text = candles("2020-01-01", "2020-01-31", 1440) },
		{ .name = "2021/XBTUSD_1440.csv", .text = candles("2021-01-01", "2021-01-31", 1440) },
		{ .name = "2021/XBTUSD_60.csv", .text = candles("2021-01-31", "2021-02-03T23:00", 60) },
	};
	struct kit kit;
	(void)state;

	zip_make("left.zip", entries, 3);
	text_make("left/ADAUSD_60.csv",
		  candles("2021-01-01", "2021-01-01T05:00", 60)); /* alone: it says nothing traded */
	text_make("left/XBTUSD_60.csv", candles("2021-03-30", "2021-04-02T11:00", 60));
	text_make("left/XBTUSD_240.csv",
		  candles("2021-03-30", "2021-04-02T04:00", 240)); /* the next is quiet, or not over */
	text_make("left/XBTUSD_1440.csv", candles("2021-03-28", "2021-03-30", 1440));
	kit_make(&kit, "left");
	kit_take(&kit);
	assert_range(&kit.units[0], "2021-01-01", "2021-04-02T12:00");
	assert_range(&kit.units[1], "2021-03-30", "2021-04-02T12:00");
	assert_range(&kit.units[2], "2021-03-30", "2021-04-02T08:00");
	assert_range(&kit.units[3], "2021-03-28", "2021-03-31");
	kit_clean_up(&kit);

	/* years in folders of their own: nobody speaks for the time between them */
	for (int recalled = 0; recalled < 3; recalled++) {
		kit_make(&kit, "left.zip");
		for (size_t i = 0; i < 2 && recalled > 0; i++) { /* one: looked into; two: known from before */
			kit.units[i].is_hashed = recalled > 1;
			kit.units[i].from_us = recalled > 1 ? kit_time(i == 0 ? "2021-01-31" : "2020-01-01") : 0;
			kit.units[i].to_us = recalled > 1 ? kit_time(i == 0 ? "2021-02-04" : "2020-02-01") : 0;
		}
		for (size_t i = recalled > 0 ? 2 : 0; i < 3; i++)
			assert_ok(kit_read(&kit, &kit.units[i], NULL), &kit.err);
		assert_ok(bln_source_settle(kit.source, kit.units, kit.count, &kit.err), &kit.err);
		if (recalled != 1) {
			assert_range(&kit.units[0], "2021-01-31", "2021-02-04");
			assert_range(&kit.units[1], "2020-01-01", "2020-02-01");
		}
		assert_range(&kit.units[2], "2021-01-01", "2021-02-01");
		kit_clean_up(&kit);
	}
}

static void a_quarter_is_what_its_name_says(void **state)
{
	const struct made_entry inside[] = { { .name = "Q3_2023/XBTUSD_60.csv",
					       .text = candles("2023-08-01", "2023-08-02", 60) } };
	struct kit kit;
	(void)state;

	text_make("q/Q1_2023/XBTUSD_60.csv", candles("2023-01-05", "2023-01-06", 60));
	text_make("q/Q1_2023/ADAUSD_60.csv", ""); /* nothing traded: said for the quarter */
	zip_make("q/Kraken_OHLCVT_Q3_2023.zip", inside, 1);
	kit_make(&kit, "q");
	assert_int_equal(kit.count, 3);
	kit_take(&kit);
	assert_range(&kit.units[0], "2023-01-01", "2023-04-01");
	assert_int_equal(kit.units[0].rows, 0);
	assert_range(&kit.units[1], "2023-01-01", "2023-04-01");
	assert_range(&kit.units[2], "2023-07-01", "2023-10-01"); /* nobody speaks for the second quarter */
	kit_clean_up(&kit);

	/* the folder given itself, and a file given in it */
	kit_make(&kit, "q/Q1_2023");
	kit_take(&kit);
	assert_range(&kit.units[1], "2023-01-01", "2023-04-01");
	kit_clean_up(&kit);
	kit_make(&kit, "q/Q1_2023/XBTUSD_60.csv");
	kit_take(&kit);
	assert_range(&kit.units[0], "2023-01-01", "2023-04-01");
	kit_clean_up(&kit);
}

static void rows_beyond_a_quarter_are_in_the_range(void **state)
{
	struct kit kit;
	(void)state;

	text_make("over/Q2_2023/ADAUSD_60.csv", candles("2023-06-30T22:00", "2023-07-01", 60)); /* one, still trading */
	text_make("over/Q2_2023/ETHUSD_60.csv", candles("2023-06-30T22:00", "2023-07-01T05:00", 60));
	text_make("over/Q2_2023/LINKUSD_60.csv", candles("2023-03-31T12:00", "2023-04-01T05:00", 60));
	text_make("over/Q2_2023/XBTUSD_60.csv", candles("2023-09-01", "2023-09-02", 60)); /* not what the name says */
	kit_make(&kit, "over");
	kit_take(&kit);
	assert_int_equal(kit.units[0].rows, 2);
	assert_part(kit.refusals.at, "ADAUSD 3 not_committed ");
	assert_range(&kit.units[0], "2023-04-01", "2023-07-01");
	assert_int_equal(kit.units[1].rows, 7);
	assert_range(&kit.units[1], "2023-04-01", "2023-07-01T05:00");
	assert_int_equal(kit.units[2].refused, 0);
	assert_range(&kit.units[2], "2023-03-31T12:00", "2023-07-01");
	assert_int_equal(kit.units[3].refused, 0);
	assert_range(&kit.units[3], "2023-09-01", "2023-09-02T01:00");
	kit_clean_up(&kit);
}

static void nothing_is_said_about_the_future(void **state)
{
	struct kit kit;
	(void)state;

	text_make("now/Q1_2026/XBTUSD_60.csv", candles("2026-01-14T22:00", "2026-01-15T03:00", 60));
	text_make("now/loose/XBTUSD_60.csv", candles("2026-01-14T22:00", "2026-01-15T03:00", 60));
	assert_ok(kit_open(&kit, "now", NULL), &kit.err);
	bln_clock_virtual_set(&kit.clock, kit_time("2026-01-15T00:30"));
	assert_ok(kit_list(&kit, NULL), &kit.err);
	kit_take(&kit);
	assert_range(&kit.units[0], "2026-01-14T22:00", "2026-01-15");
	assert_range(&kit.units[1], "2026-01-01", "2026-01-15");
	assert_int_equal(kit.units[1].rows, 2);
	assert_int_equal(kit.units[1].refused, 4);
	kit_clean_up(&kit);
}

static void an_empty_file_of_a_base_archive_says_nothing(void **state)
{
	struct kit kit;
	(void)state;

	text_make("silent/ADAUSD_60.csv", "");
	text_make("silent/XBTUSD_60.csv", candles("2023-01-01", "2023-01-02", 60));
	kit_make(&kit, "silent");
	kit_take(&kit);
	assert_int_equal(kit.units[0].from_us, 0);
	assert_int_equal(kit.units[0].to_us, 0);
	assert_part(kit.refusals.at, "ADAUSD 0 empty_file");
	kit_clean_up(&kit);
}

/* For any archives: the range of a unit contains its rows, lies on its grid, and is the same from the folder and the
 * ZIP. */
static void ranges_contain_their_rows(void **state)
{
	static const char *const names[] = { "r/a", "r/Q1_2023", "r/Q2_2023" };
	static const int minutes[] = { 15, 60, 1440 };
	struct bln_random random;
	(void)state;

	bln_random_init(&random, test_seed(20260101));
	for (int round = 0; round < 20; round++) {
		struct kit kit;

		for (size_t i = 0; i < 3; i++) {
			for (int j = 0; j < 3; j++) {
				char name[64], text[256];
				size_t length = 0;
				int64_t at =
					bln_days_from_civil(2022, 12, 20) + (int64_t)bln_random_below(&random, 200);

				at *= 86400;
				for (uint64_t rows = bln_random_below(&random, 4); rows-- > 0;) {
					at += (int64_t)(minutes[j] * 60) *
					      (int64_t)(1 + bln_random_below(&random, 100));
					length += (size_t)snprintf(text + length, sizeof(text) - length,
								   "%lld,1,1,1,1,1,1\n", (long long)at);
				}
				snprintf(name, sizeof(name), "%s/XBTUSD_%d.csv", names[i], minutes[j]);
				file_make(name, text, length);
			}
		}
		kit_make(&kit, "r");
		assert_int_equal(kit.count, 9);
		kit_take(&kit);
		for (size_t i = 0; i < kit.count; i++) {
			const struct bln_unit *unit = &kit.units[i];

			assert_int_equal(unit->from_us % unit->step_us, 0);
			assert_int_equal(unit->to_us % unit->step_us, 0);
			assert_true(unit->from_us <= unit->to_us);
			if (unit->rows > 0)
				assert_true(unit->from_us <= unit->first_us &&
					    unit->last_us + unit->step_us <= unit->to_us);
		}
		kit_clean_up(&kit);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_base_archive_ends_as_a_whole),
		cmocka_unit_test(a_quiet_end_costs_nothing),
		cmocka_unit_test(batches_settle_alike),
		cmocka_unit_test(a_mixed_folder_loses_nothing),
		cmocka_unit_test(what_cannot_be_read_is_not_silence),
		cmocka_unit_test(a_file_left_behind_ends_with_itself),
		cmocka_unit_test(a_quarter_is_what_its_name_says),
		cmocka_unit_test(rows_beyond_a_quarter_are_in_the_range),
		cmocka_unit_test(nothing_is_said_about_the_future),
		cmocka_unit_test(an_empty_file_of_a_base_archive_says_nothing),
		cmocka_unit_test(ranges_contain_their_rows),
	};

	return cmocka_run_group_tests(tests, kit_set_up, kit_tear_down);
}
