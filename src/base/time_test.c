#include "base/base_test.h"

#include <time.h>

#include "base/time.h"
#include "base/random.h"

static int64_t parsed(const char *text)
{
	struct bln_err err = { 0 };
	int64_t time_us = 0;

	assert_ok(bln_time_parse(text, strlen(text), &time_us, &err), &err);
	return time_us;
}

static void every_spelling_of_a_time_is_read(void **state)
{
	static const struct {
		const char *text;
		int64_t time_us;
	} cases[] = {
		{ "1970-01-01", 0 },
		{ "2024-01-31", INT64_C(1706659200000000) },
		{ "2024-01-31T12:34:56Z", INT64_C(1706704496000000) },
		{ "2024-01-31 12:34:56", INT64_C(1706704496000000) },
		{ "2024-01-31T12:34", INT64_C(1706704440000000) },
		{ "2024-01-31T12:34Z", INT64_C(1706704440000000) },
		{ "2024-01-31T12:34:56.5Z", INT64_C(1706704496500000) },
		{ "2024-01-31 12:34:56.000001+00", INT64_C(1706704496000001) },
		{ "2024-01-31T12:34:56.1234569999Z", INT64_C(1706704496123456) },
		{ "2024-01-31T14:34:56+02:00", INT64_C(1706704496000000) },
		{ "2024-01-31T14:34:56+0200", INT64_C(1706704496000000) },
		{ "2024-01-31T14:34:56+02", INT64_C(1706704496000000) },
		{ "2024-01-31T07:04:56-05:30", INT64_C(1706704496000000) },
		{ "1969-12-31T23:59:59.9999999Z", -1 },
		{ "2000-02-29T00:00:00Z", INT64_C(951782400000000) },
		{ "0000-01-01", INT64_C(-62167219200000000) },
		{ "9999-12-31T23:59:59.999999Z", INT64_C(253402300799999999) },
		{ "+010000-01-01", INT64_C(253402300800000000) },
		{ "+10000-01-01", INT64_C(253402300800000000) },
		{ "-0001-12-31T23:59:59Z", INT64_C(-62167219201000000) },
		{ "-000001-12-31T23:59:59Z", INT64_C(-62167219201000000) },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (parsed(cases[i].text) != cases[i].time_us)
			fail_msg("'%s' became %lld", cases[i].text, (long long)parsed(cases[i].text));
}

static void what_is_no_time_is_refused_with_its_text(void **state)
{
	static const char *const bad[] = {
		"",
		"2024",
		"2024-01",
		"2024-1-1",
		"24-01-01",
		"2024/01/01",
		"2024-00-01",
		"2024-13-01",
		"2024-01-00",
		"2024-01-32",
		"2023-02-29",
		"1900-02-29",
		"2024-04-31",
		"2024-01-31T",
		"2024-01-31x12:34",
		"2024-01-31T1:02",
		"2024-01-31T24:00:00Z",
		"2024-01-31T12:60:00Z",
		"2024-01-31T12:34:60Z",
		"2024-01-31T12:34:56.Z",
		"2024-01-31T12:34:56z",
		"2024-01-31T12:34:56ZZ",
		"2024-01-31T12:34:56+2",
		"2024-01-31T12:34:56+02:",
		"2024-01-31T12:34:56+02:60",
		"2024-01-31T12:34:56+24:00",
		"2024-01-31T12:34:56 +02:00",
		"2024-01-31Z",
		"2024-01-31+02:00",
		" 2024-01-31",
		"2024-01-31 ",
		"-024-01-31",
		"+0012345-01-31",
		"+2024-01-31",
		"12024-01-31",
		"1706704496",
		"2024-01-31T12:34:5",
		"2024-01-31T12:34:",
		"2024-01-31T-1:00:00",
	};
	static const char *const far[] = { "+148109-01-01", "-144170-01-01", "+999999-12-31",
					   "-999999-01-01T00:00:00Z" };
	struct bln_err err;
	int64_t value = 7;
	(void)state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		err = (struct bln_err){ 0 };
		if (bln_time_parse(bad[i], strlen(bad[i]), &value, &err) != BLN_INVALID)
			fail_msg("'%s' became %lld", bad[i], (long long)value);
		assert_says(err.message, bad[i]);
	}
	for (size_t i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
		err = (struct bln_err){ 0 };
		assert_int_equal(bln_time_parse(far[i], strlen(far[i]), &value, &err), BLN_INVALID);
		assert_says(err.message, "further from 1970");
		assert_int_equal(bln_date_parse(far[i], 13, &value, &err), BLN_INVALID);
		assert_says(err.message, "further from 1970");
	}
	assert_int_equal(bln_time_parse("+148108-07-06T14:00:27.387904Z", 30, &value, NULL), BLN_INVALID);
	assert_int_equal(bln_time_parse("+148108-07-06T00:00:00-23:59", 28, &value, NULL), BLN_INVALID);
	assert_int_equal(bln_date_parse("2024-01-31T00:00:00Z", 20, &value, NULL), BLN_INVALID);
	assert_int_equal(bln_date_parse("2024-02-30", 10, &value, NULL), BLN_INVALID);
	assert_true(value == 7);
	assert_ok(bln_date_parse("2024-01-31T", 10, &value, &err), &err);
	assert_int_equal(value, 19753);
}

static void times_are_written_as_short_as_they_are(void **state)
{
	static const struct {
		int64_t time_us;
		const char *text;
		const char *text_us;
	} cases[] = {
		{ 0, "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000000Z" },
		{ -1, "1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z" },
		{ INT64_C(1706704496500000), "2024-01-31T12:34:56.5Z", "2024-01-31T12:34:56.500000Z" },
		{ INT64_C(1706704490000010), "2024-01-31T12:34:50.00001Z", "2024-01-31T12:34:50.000010Z" },
		{ INT64_C(253402300800000000), "+010000-01-01T00:00:00Z", "+010000-01-01T00:00:00.000000Z" },
		{ INT64_C(-62167219201000000), "-000001-12-31T23:59:59Z", "-000001-12-31T23:59:59.000000Z" },
		{ BLN_TIME_US_MAX, "+148108-07-06T14:00:27.387903Z", "+148108-07-06T14:00:27.387903Z" },
	};
	char text[BLN_TIME_TEXT_SIZE];
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bln_time_format(cases[i].time_us, text);
		assert_string_equal(text, cases[i].text);
		bln_time_format_us(cases[i].time_us, text);
		assert_string_equal(text, cases[i].text_us);
	}
	assert_true(parsed("+148108-07-06T14:00:27.387903Z") == BLN_TIME_US_MAX);
	bln_time_format(-BLN_TIME_US_MAX, text);
	assert_true(parsed(text) == -BLN_TIME_US_MAX);
	bln_date_format(19753, text);
	assert_string_equal(text, "2024-01-31");
}

/* The C library's own calendar is the oracle. */
static void random_times_agree_with_the_library(void **state)
{
	struct bln_random random;
	(void)state;

	bln_random_init(&random, test_seed(20240229));
	for (int i = 0; i < 300000; i++) {
		int64_t span = i % 2 ? BLN_TIME_US_MAX - BLN_US_PER_DAY : INT64_C(4000000000000000);
		int64_t time_us = (int64_t)(bln_random_next(&random) % (uint64_t)(2 * span)) - span;
		time_t seconds = (time_t)(time_us / BLN_US_PER_SECOND - (time_us % BLN_US_PER_SECOND < 0));
		struct bln_civil civil = bln_time_to_civil(time_us);
		char text[BLN_TIME_TEXT_SIZE];
		struct tm tm = { 0 };

		assert_non_null(gmtime_r(&seconds, &tm));
		assert_int_equal(civil.year, tm.tm_year + 1900);
		assert_int_equal(civil.month, tm.tm_mon + 1);
		assert_int_equal(civil.day, tm.tm_mday);
		assert_int_equal(civil.hour, tm.tm_hour);
		assert_int_equal(civil.minute, tm.tm_min);
		assert_int_equal(civil.second, tm.tm_sec);
		assert_true(bln_time_from_civil(&civil) == time_us);
		bln_time_format(time_us, text);
		assert_true(parsed(text) == time_us);
		bln_time_format_us(time_us, text);
		assert_true(parsed(text) == time_us);
	}
}

static void every_day_of_eight_centuries_follows_the_one_before(void **state)
{
	int64_t days = bln_days_from_civil(1599, 12, 31);
	(void)state;

	for (int32_t year = 1600; year < 2400; year++) {
		for (int month = 1; month <= 12; month++) {
			for (int day = 1; day <= bln_days_of_month(year, month); day++) {
				struct bln_civil civil = bln_days_to_civil(++days);

				assert_true(bln_days_from_civil(year, month, day) == days);
				assert_true(civil.year == year && civil.month == month && civil.day == day);
			}
		}
	}
	assert_int_equal(bln_days_of_month(2024, 13), 0);
	assert_int_equal(bln_days_of_month(2024, 0), 0);
	assert_int_equal(bln_time_days(-1), -1);
	assert_int_equal(bln_time_days(BLN_US_PER_DAY), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_spelling_of_a_time_is_read),
		cmocka_unit_test(what_is_no_time_is_refused_with_its_text),
		cmocka_unit_test(times_are_written_as_short_as_they_are),
		cmocka_unit_test(random_times_agree_with_the_library),
		cmocka_unit_test(every_day_of_eight_centuries_follows_the_one_before),
	};

	return cmocka_run_group_tests_name("time", tests, NULL, NULL);
}
