#include "base/base_test.h"

#include "base/utf8.h"

/* Every code point, written by the rules of the standard. */
static size_t encode(uint32_t code, char out[static 4])
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xc0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xe0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3f));
		out[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3f));
	out[2] = (char)(0x80 | (code >> 6 & 0x3f));
	out[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

static void every_code_point_is_known_by_its_bytes(void **state)
{
	(void)state;
	for (uint32_t code = 0; code < 0x1fffff; code++) {
		const bool is_good = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
		char bytes[4];
		size_t length = encode(code, bytes);

		if (bln_utf8_character(bytes, length) != (is_good ? length : 0))
			fail_msg("U+%X", code);
		if (length > 1)
			assert_int_equal(bln_utf8_character(bytes, length - 1), 0);
	}
}

static void what_is_malformed_is_found_and_cleaned(void **state)
{
	static const char *const bad[][2] = {
		{ "\x80", "?" },	   { "\xff", "?" },
		{ "\xc0\x80", "??" },	   { "\xc1\xbf", "??" },
		{ "\xe0\x9f\xbf", "???" }, { "\xf0\x8f\xbf\xbf", "????" },
		{ "\xed\xa0\x80", "???" }, { "\xf4\x90\x80\x80", "????" },
		{ "a\xc3", "a?" },	   { "\xc3\xa9\xc3z", "\xc3\xa9?z" },
		{ "\xe2\x82", "??" },	   { "\xf0\x9f\x92z", "???z" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char copy[8];
		size_t length = strlen(bad[i][0]);

		memcpy(copy, bad[i][0], length + 1);
		assert_false(bln_utf8_is_valid(copy, length));
		bln_utf8_clean(copy, length);
		assert_string_equal(copy, bad[i][1]);
		assert_true(bln_utf8_is_valid(copy, length));
	}
	assert_true(bln_utf8_is_valid("", 0));
	assert_true(bln_utf8_is_valid("a\0\xe2\x82\xac", 5));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_point_is_known_by_its_bytes),
		cmocka_unit_test(what_is_malformed_is_found_and_cleaned),
	};

	return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
