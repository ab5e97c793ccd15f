#include "base/base_test.h"

#include "base/frequency.h"
#include "base/random.h"

static struct bln_frequency parsed(const char *text)
{
	struct bln_frequency frequency = { 0 };
	struct bln_err err = { 0 };

	assert_ok(bln_frequency_parse(text, strlen(text), &frequency, &err), &err);
	return frequency;
}

static void assert_opens(const char *frequency, const char *time, const char *open)
{
	char text[BLN_TIME_TEXT_SIZE];
	struct bln_err err = { 0 };
	int64_t time_us = 0;

	assert_ok(bln_time_parse(time, strlen(time), &time_us, &err), &err);
	bln_time_format(bln_frequency_open_us(parsed(frequency), time_us), text);
	assert_string_equal(text, open);
}

static void candles_open_on_the_grid(void **state)
{
	(void)state;
	assert_opens("15m", "2024-03-31T01:59:59.999999Z", "2024-03-31T01:45:00Z");
	assert_opens("15m", "2024-03-31T02:00:00Z", "2024-03-31T02:00:00Z");
	assert_opens("4h", "2024-02-29T23:59:59Z", "2024-02-29T20:00:00Z");
	assert_opens("1d", "2024-02-29T23:59:59Z", "2024-02-29T00:00:00Z");
	assert_opens("1w", "2024-01-07T23:59:59Z", "2024-01-01T00:00:00Z"); /* a Sunday, so the Monday before */
	assert_opens("1w", "2024-01-08", "2024-01-08T00:00:00Z");
	assert_opens("1w", "1969-12-31", "1969-12-29T00:00:00Z");
	assert_opens("1h", "1969-12-31T23:59:59.999999Z", "1969-12-31T23:00:00Z");
}

static void texts_are_written_with_the_largest_unit(void **state)
{
	static const char *const pairs[][2] = {
		{ "15m", "15m" }, { "60m", "1h" }, { "90m", "90m" }, { "1440m", "1d" }, { "24h", "1d" },
		{ "168h", "7d" }, { "7d", "7d" },  { "1w", "1w" },   { "52w", "52w" },	{ "10000m", "10000m" },
	};
	char text[BLN_FREQUENCY_TEXT_SIZE];
	(void)state;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		bln_frequency_format(parsed(pairs[i][0]), text);
		assert_string_equal(text, pairs[i][1]);
	}
}

static void what_is_no_frequency_is_refused_with_its_text(void **state)
{
	static const char *const bad[] = {
		"",    "h",   "15", "0m", "00d",  "-5m",    "+5m", " 5m",
		"5 m", "5m ", "5M", "5s", "1.5h", "10001m", "1mh", "18446744073709551617m",
	};
	(void)state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct bln_frequency frequency = { .step_us = 3, .origin_us = 5 };
		struct bln_err err = { 0 };

		assert_int_equal(bln_frequency_parse(bad[i], strlen(bad[i]), &frequency, &err), BLN_INVALID);
		assert_true(frequency.step_us == 3 && frequency.origin_us == 5);
		assert_says(err.message, bad[i]);
	}
}

static void a_time_lies_in_one_candle_that_closes_once(void **state)
{
	struct bln_random random;
	(void)state;

	bln_random_init(&random, test_seed(15));
	for (int i = 0; i < 100000; i++) {
		char text[BLN_FREQUENCY_TEXT_SIZE];
		int64_t time_us = (int64_t)(bln_random_next(&random) >> 1) - BLN_TIME_US_MAX;
		struct bln_frequency frequency;
		int64_t open_us;

		snprintf(text, sizeof(text), "%d%c", 1 + (int)(bln_random_next(&random) % BLN_FREQUENCY_COUNT_MAX),
			 "wdhm"[bln_random_next(&random) % 4]);
		frequency = parsed(text);
		open_us = bln_frequency_open_us(frequency, time_us);
		assert_true(open_us <= time_us && time_us - open_us < frequency.step_us);
		assert_int_equal((open_us - frequency.origin_us) % frequency.step_us, 0);
		if (time_us < BLN_TIME_US_MAX - frequency.step_us) {
			assert_false(bln_frequency_is_committed(frequency, open_us, open_us + frequency.step_us - 1));
			assert_true(bln_frequency_is_committed(frequency, open_us, open_us + frequency.step_us));
		}
		bln_frequency_format(frequency, text);
		assert_int_equal(parsed(text).step_us, frequency.step_us);
		assert_int_equal(parsed(text).origin_us, frequency.origin_us);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(candles_open_on_the_grid),
		cmocka_unit_test(texts_are_written_with_the_largest_unit),
		cmocka_unit_test(what_is_no_frequency_is_refused_with_its_text),
		cmocka_unit_test(a_time_lies_in_one_candle_that_closes_once),
	};

	return cmocka_run_group_tests_name("frequency", tests, NULL, NULL);
}
