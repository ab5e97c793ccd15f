#include "base/base_test.h"

#include <limits.h>
#include <locale.h>
#include <math.h>

#include "base/number.h"
#include "base/random.h"

static uint64_t bits_of(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

static void assert_reads_like_the_library(const char *text)
{
	double value = 7;

	if (!bln_double_parse(text, strlen(text), &value))
		fail_msg("'%s' was refused", text);
	if (bits_of(value) != bits_of(strtod(text, NULL)))
		fail_msg("'%s' became %.17g", text, value);
}

static void doubles_of_known_text(void **state)
{
	static const char *const good[] = {
		"0",
		"-0",
		"0.0",
		"-0.0",
		"1",
		"-1",
		"+1.5",
		".5",
		"5.",
		"-.5e1",
		"1e-06",
		"1E+06",
		"0.1",
		"122.0",
		"0.00000001",
		"9007199254740992",
		"9007199254740993",
		"9007199254740993.0",
		"18446744073709551615",
		"18446744073709551616",
		"99999999999999999999",
		"9223372036854775807.5",
		"00000000000000000000000000000000001",
		"1e22",
		"1e23",
		"1e-22",
		"1e-23",
		"123456789012345678e-30",
		"0.30000000000000004",
		"1.7976931348623157e308",
		"4.9e-324",
		"2.4e-324",
		"1e-400",
		"-1e-99999999999",
		"2.2250738585072011e-308",
		"0e999999999",
		"0.000000000000000000000000000000000001e36",
		"9007199254740992e22",
		"4503599627370497.5",
		"1090544144181609348671888949248",
	};
	(void)state;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_reads_like_the_library(good[i]);
}

static void what_is_no_double_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"-",
		"+",
		".",
		"-.",
		"e5",
		".e5",
		"1e",
		"1e+",
		"1e-",
		"1e5.",
		"1.2.3",
		"1,5",
		" 1",
		"1 ",
		"1\n",
		"+-1",
		"--1",
		"inf",
		"-inf",
		"nan",
		"NaN",
		"infinity",
		"0x10",
		"0x1p3",
		"1d",
		"1f",
		"1_000",
		"1e309",
		"-1e309",
		"1e99999999999",
		"179769313486231570000000000000000000000e280",
		"12a",
		"a12",
		"1e5e5",
		"\xd9\xa1",
	};
	char digits[BLN_NUMBER_TEXT_MAX + 1];
	double value = 7;
	(void)state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (bln_double_parse(bad[i], strlen(bad[i]), &value))
			fail_msg("'%s' became %.17g", bad[i], value);
		assert_true(value == 7);
	}
	assert_false(bln_double_parse("1\0002", 3, &value));
	memset(digits, '0', sizeof(digits));
	assert_false(bln_double_parse(digits, sizeof(digits), &value));
	assert_true(bln_double_parse(digits, sizeof(digits) - 1, &value));
	assert_true(value == 0);
}

static void the_bytes_behind_are_not_read(void **state)
{
	double value = 0;
	(void)state;

	assert_true(bln_double_parse("12.5e3junk", 4, &value));
	assert_true(value == 12.5);
	assert_true(bln_double_parse("12.5e3junk", 6, &value));
	assert_true(value == 12500);
}

/* Every shape that a source may send: prices, volumes, 17 digits, exponents near and far, halfway cases. */
static void random_text(struct bln_random *random, char text[static 128])
{
	uint64_t digits = bln_random_next(random);
	int shape = (int)(bln_random_next(random) % 6);
	int decimals = (int)(bln_random_next(random) % 20);
	int exponent = (int)(bln_random_next(random) % 700) - 350;
	double near;

	switch (shape) {
	case 0:
		snprintf(text, 128, "%llu.%0*llu", (unsigned long long)(digits % 100000), 1 + decimals % 10,
			 (unsigned long long)(bln_random_next(random) % 10));
		break;
	case 1:
		snprintf(text, 128, "-%llu.%llu", (unsigned long long)(digits >> (digits % 64)),
			 (unsigned long long)bln_random_next(random));
		break;
	case 2:
		snprintf(text, 128, "%llue%d", (unsigned long long)(digits >> (digits % 64)), exponent % 40);
		break;
	case 3:
		snprintf(text, 128, "%llu.%llue%d", (unsigned long long)(digits % 10),
			 (unsigned long long)bln_random_next(random), exponent % 290);
		break;
	case 4:
		snprintf(text, 128, "0.%0*llu", 1 + decimals, (unsigned long long)(digits >> (digits % 64)));
		break;
	default: /* exactly between two doubles below 2^60: the next digit would decide */
		near = (double)(digits >> 4);
		snprintf(text, 128, "%.0f.%s", near, digits % 3 ? "5" : "50000000000000000000000001");
		break;
	}
}

static void random_texts_read_like_the_library(void **state)
{
	struct bln_random random;
	char text[128];
	(void)state;

	bln_random_init(&random, test_seed(20131006));
	for (int i = 0; i < 1000000; i++) {
		random_text(&random, text);
		assert_reads_like_the_library(text);
	}
}

static void every_double_survives_its_text(void **state)
{
	struct bln_random random;
	char text[BLN_NUMBER_TEXT_SIZE];
	(void)state;

	bln_random_init(&random, test_seed(20170810));
	for (int i = 0; i < 500000; i++) {
		uint64_t bits = bln_random_next(&random);
		double value;
		double again = 7;
		size_t length;

		if (i % 2)
			value = (double)(int64_t)(bits >> (bits % 60)) / bln_number_powers[bits % 12];
		else
			memcpy(&value, &bits, sizeof(value));
		length = bln_double_format(value, text);
		assert_int_equal(length, strlen(text));
		if (!isfinite(value)) {
			assert_false(bln_double_parse(text, length, &again));
			continue;
		}
		assert_true(bln_double_parse(text, length, &again));
		assert_true(bits_of(again) == bits_of(value));
	}
}

static void doubles_are_written_short(void **state)
{
	static const struct {
		double value;
		const char *text;
	} cases[] = {
		{ 0.1, "0.1" },
		{ 1e-6, "1e-06" },
		{ -0.0, "-0" },
		{ 122, "122" },
		{ 0.1 + 0.2, "0.30000000000000004" },
		{ 5e-324, "4.94065645841247e-324" },
		{ NAN, "nan" },
		{ -NAN, "nan" },
		{ INFINITY, "inf" },
		{ -INFINITY, "-inf" },
	};
	char text[BLN_NUMBER_TEXT_SIZE];
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(bln_double_format(cases[i].value, text), strlen(cases[i].text));
		assert_string_equal(text, cases[i].text);
	}
}

static void another_locale_changes_nothing(void **state)
{
	static const char *const with_comma[] = { "de_DE.UTF-8", "es_ES.UTF-8", "fr_FR.UTF-8", "de_DE", "es_ES" };
	char text[BLN_NUMBER_TEXT_SIZE];
	double value = 0;
	bool is_set = false;
	(void)state;

	for (size_t i = 0; i < sizeof(with_comma) / sizeof(with_comma[0]) && !is_set; i++)
		is_set = setlocale(LC_ALL, with_comma[i]) != NULL;
	if (!is_set)
		skip();
	bln_double_format(0.1, text);
	assert_true(bln_double_parse("0.12345678901234567890", 22, &value));
	setlocale(LC_ALL, "C");
	assert_string_equal(text, "0.1");
	assert_true(value == 0.12345678901234568);
}

static void integers_at_their_edges(void **state)
{
	static const char *const bad[] = {
		"",
		"-",
		"+1",
		" 1",
		"1 ",
		"1.0",
		"1e3",
		"0x1",
		"--1",
		"9223372036854775808",
		"-9223372036854775809",
		"18446744073709551616",
		"99999999999999999999999",
	};
	int64_t value = 7;
	uint64_t natural = 7;
	(void)state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(bln_int64_parse(bad[i], strlen(bad[i]), &value));
	assert_true(value == 7);
	assert_false(bln_uint64_parse("-1", 2, &natural));
	assert_false(bln_uint64_parse("18446744073709551616", 20, &natural));
	assert_false(bln_uint64_parse("28446744073709551615", 20, &natural));
	assert_true(natural == 7);

	assert_true(bln_int64_parse("9223372036854775807", 19, &value) && value == INT64_MAX);
	assert_true(bln_int64_parse("-9223372036854775808", 20, &value) && value == INT64_MIN);
	assert_true(bln_int64_parse("-0", 2, &value) && value == 0);
	assert_true(bln_int64_parse("1381095255x", 10, &value) && value == 1381095255);
	assert_true(bln_uint64_parse("18446744073709551615", 20, &natural) && natural == UINT64_MAX);
	assert_true(bln_uint64_parse("007", 3, &natural) && natural == 7);
}

static void hexadecimal_digits_have_values(void **state)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	(void)state;

	for (int c = CHAR_MIN; c <= CHAR_MAX; c++) {
		const char *at = c ? strchr(digits, c) : NULL;
		const int place = at ? (int)(at - digits) : -1;

		assert_int_equal(bln_hex_value((char)c), place > 15 ? place - 6 : place);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(doubles_of_known_text),	  cmocka_unit_test(what_is_no_double_is_refused),
		cmocka_unit_test(the_bytes_behind_are_not_read),  cmocka_unit_test(random_texts_read_like_the_library),
		cmocka_unit_test(every_double_survives_its_text), cmocka_unit_test(doubles_are_written_short),
		cmocka_unit_test(another_locale_changes_nothing), cmocka_unit_test(integers_at_their_edges),
		cmocka_unit_test(hexadecimal_digits_have_values),
	};

	return cmocka_run_group_tests_name("number", tests, NULL, NULL);
}
