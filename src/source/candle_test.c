#include "base/base_test.h"

#include "base/mem.h"
#include "source/candle.h"

static void raw_text_is_utf8_and_bounded(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
		const char *text;
	} cases[] = {
		{ "1,2,3", 5, "1,2,3" },
		{ "a\0b", 3,
		  "a\xEF\xBF\xBD"
		  "b" },
		{ "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", 9, "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80" },
		{ "\xC3", 1, "\xEF\xBF\xBD" },
		{ "\xC0\xAF", 2, "\xEF\xBF\xBD\xEF\xBF\xBD" }, /* overlong */
		{ "\xED\xA0\x80", 3, "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD" }, /* a surrogate */
		{ "\xF4\x90\x80\x80", 4, "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD" }, /* beyond U+10FFFF */
		{ "\xE2\x82"
		  "7",
		  3,
		  "\xEF\xBF\xBD\xEF\xBF\xBD"
		  "7" },
		{ "\xFF\xFE", 2, "\xEF\xBF\xBD\xEF\xBF\xBD" },
	};
	char text[BLN_REFUSAL_RAW_MAX + 1];
	char longer[2 * BLN_REFUSAL_RAW_MAX];
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(bln_raw_text(cases[i].bytes, cases[i].length, text), strlen(cases[i].text));
		assert_string_equal(text, cases[i].text);
	}
	memset(longer, 'x', sizeof(longer));
	assert_int_equal(bln_raw_text(longer, sizeof(longer), text), BLN_REFUSAL_RAW_MAX);
	memcpy(longer + BLN_REFUSAL_RAW_MAX - 1, "\xC3\xA9", 2); /* would be cut in two */
	assert_int_equal(bln_raw_text(longer, sizeof(longer), text), BLN_REFUSAL_RAW_MAX - 1);
}

static void units_are_named_by_their_content_and_empty_ones_by_their_range(void **state)
{
	struct bln_unit unit = {
		.source = "kraken",
		.symbol = "XBTUSD",
		.frequency = "15m",
		.hash = "0123456789abcdef0123456789abcdef",
		.from_us = INT64_C(1704067200000000),
		.to_us = INT64_C(1711929600000000),
		.is_read = true,
		.rows = 1,
	};
	char id[BLN_UNIT_ID_SIZE];
	(void)state;

	bln_unit_id(&unit, id);
	assert_string_equal(id, "kraken/XBTUSD/15m/0123456789abcdef0123456789abcdef");
	unit.rows = 0;
	bln_unit_id(&unit, id);
	assert_string_equal(id, "kraken/XBTUSD/15m/0123456789abcdef0123456789abcdef/1704067200-1711929600");
}

static void a_chunk_has_room_or_is_not_there(void **state)
{
	struct bln_chunk *chunk;
	(void)state;

	bln_mem_fail_at(1, false);
	assert_null(bln_chunk_new());
	bln_mem_fail_at(0, false);
	chunk = bln_chunk_new();
	chunk->line[BLN_CHUNK_ROWS_MAX - 1] = 1;
	chunk->vwap[BLN_CHUNK_ROWS_MAX - 1] = 1;
	chunk->trades_valid[BLN_CHUNK_VALID_WORDS - 1] = 1;
	assert_int_equal(chunk->count, 0);
	bln_mem_free(chunk);
}

static void reasons_have_codes_of_their_own(void **state)
{
	(void)state;
	for (enum bln_reason a = 0; a < BLN_REASONS; a++) {
		assert_true(strlen(bln_reason_code(a)) > 2 && strlen(bln_reason_text(a)) > 10);
		for (enum bln_reason b = 0; b < a; b++)
			assert_string_not_equal(bln_reason_code(a), bln_reason_code(b));
	}
	assert_false(bln_reason_is_kept(BLN_REASON_DUPLICATE));
	assert_true(bln_reason_is_kept(BLN_REASON_CRLF));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(raw_text_is_utf8_and_bounded),
		cmocka_unit_test(units_are_named_by_their_content_and_empty_ones_by_their_range),
		cmocka_unit_test(a_chunk_has_room_or_is_not_there),
		cmocka_unit_test(reasons_have_codes_of_their_own),
	};

	return cmocka_run_group_tests_name("candle", tests, NULL, NULL);
}
