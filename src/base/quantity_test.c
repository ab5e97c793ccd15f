#include "base/base_test.h"

#include "base/quantity.h"
#include "base/random.h"
#include "base/time.h"

typedef enum bln_status parse_fn(const char *text, size_t length, int64_t *out, struct bln_err *err);

static int64_t parsed(parse_fn *parse, const char *text)
{
	struct bln_err err = { 0 };
	int64_t value = 0;

	assert_ok(parse(text, strlen(text), &value, &err), &err);
	return value;
}

static void assert_refused(parse_fn *parse, const char *text)
{
	struct bln_err err = { 0 };
	int64_t value = 7;

	if (parse(text, strlen(text), &value, &err) != BLN_INVALID)
		fail_msg("'%s' became %lld", text, (long long)value);
	assert_int_equal(value, 7);
	assert_says(err.message, text);
}

static void amounts_are_read_in_their_units(void **state)
{
	(void)state;
	assert_int_equal(parsed(bln_size_parse, "0"), 0);
	assert_int_equal(parsed(bln_size_parse, "4096"), 4096);
	assert_int_equal(parsed(bln_size_parse, "64MiB"), 64 << 20);
	assert_int_equal(parsed(bln_size_parse, "3KiB"), 3072);
	assert_int_equal(parsed(bln_size_parse, "3kB"), 3000);
	assert_int_equal(parsed(bln_size_parse, "2TB"), INT64_C(2000000000000));
	assert_int_equal(parsed(bln_size_parse, "9223372036854775807B"), INT64_MAX);
	assert_int_equal(parsed(bln_duration_parse, "500ms"), 500000);
	assert_int_equal(parsed(bln_duration_parse, "30m"), 30 * BLN_US_PER_MINUTE);
	assert_int_equal(parsed(bln_duration_parse, "7d"), 7 * BLN_US_PER_DAY);
	assert_int_equal(parsed(bln_duration_parse, "0s"), 0);
	assert_int_equal(parsed(bln_duration_parse, "4611686018427387903us"), BLN_TIME_US_MAX);
}

static void what_is_no_amount_is_refused_with_its_text(void **state)
{
	static const char *const sizes[] = {
		"",	      "MiB", "-1", "1.5MiB", "64 MiB", "64mib", "64M", " 64", "64MiBs", "9223372036854775808",
		"8388608TiB",
	};
	static const char *const durations[] = { "",	    "30",   "m",   "-1s",
						 "1h30m",   "30 m", "30M", "4611686018427387904us",
						 "8000000w" };
	(void)state;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		assert_refused(bln_size_parse, sizes[i]);
	for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++)
		assert_refused(bln_duration_parse, durations[i]);
}

static void amounts_are_written_with_the_largest_whole_unit(void **state)
{
	char text[BLN_QUANTITY_TEXT_SIZE];
	struct bln_random random;
	(void)state;

	bln_size_format(64 << 20, text);
	assert_string_equal(text, "64MiB");
	bln_size_format(1000000, text);
	assert_string_equal(text, "1000000B");
	bln_size_format(0, text);
	assert_string_equal(text, "0B");
	bln_duration_format(90 * BLN_US_PER_SECOND, text);
	assert_string_equal(text, "90s");
	bln_duration_format(14 * BLN_US_PER_DAY, text);
	assert_string_equal(text, "2w");

	bln_random_init(&random, test_seed(9));
	for (int i = 0; i < 20000; i++) {
		int64_t value = (int64_t)(bln_random_next(&random) >> (2 + bln_random_below(&random, 62)));

		if (i % 2)
			value = value / BLN_US_PER_DAY * BLN_US_PER_DAY;
		bln_size_format(value, text);
		assert_true(parsed(bln_size_parse, text) == value);
		bln_duration_format(value, text);
		assert_true(parsed(bln_duration_parse, text) == value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(amounts_are_read_in_their_units),
		cmocka_unit_test(what_is_no_amount_is_refused_with_its_text),
		cmocka_unit_test(amounts_are_written_with_the_largest_whole_unit),
	};

	return cmocka_run_group_tests_name("quantity", tests, NULL, NULL);
}
