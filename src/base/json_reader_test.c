#include "base/base_test.h"

#include <jansson.h>

#include "base/json_reader.h"
#include "base/mem.h"
#include "base/random.h"

/* Writes what the reader takes as JSON again, all of it, into TEXT. */
static void retell(struct bln_json_reader *reader, struct bln_text *text, int depth)
{
	struct bln_slice slice;
	int64_t number;
	bool is_first = true;

	assert_true(depth < 1000);
	switch (bln_json_reader_peek(reader)) {
	case BLN_JSON_OBJECT:
		bln_json_reader_open(reader);
		bln_text_add(text, "{");
		while (bln_json_reader_member(reader, &slice)) {
			bln_text_add_format(text, "%s\"%.*s\":", is_first ? "" : ",", (int)slice.length, slice.at);
			is_first = false;
			retell(reader, text, depth + 1);
		}
		bln_text_add(text, "}");
		break;
	case BLN_JSON_ARRAY:
		bln_json_reader_open(reader);
		bln_text_add(text, "[");
		while (bln_json_reader_item(reader)) {
			bln_text_add(text, is_first ? "" : ",");
			is_first = false;
			retell(reader, text, depth + 1);
		}
		bln_text_add(text, "]");
		break;
	case BLN_JSON_STRING:
		if (bln_json_reader_string(reader, &slice)) {
			assert_int_equal(slice.at[slice.length], 0);
			bln_text_add_format(text, "\"%.*s\"", (int)slice.length, slice.at);
		}
		break;
	case BLN_JSON_NUMBER:
		if (bln_json_reader_int(reader, &number))
			bln_text_add_format(text, "%lld", (long long)number);
		else
			bln_text_add(text, reader->wrong ? "" : "real");
		break;
	default:
		if (bln_json_reader_skip(reader, &slice))
			bln_text_add_bytes(text, slice.at, slice.length);
	}
}

static void values_come_in_their_order(void **state)
{
	static const struct {
		const char *json;
		const char *retold;
	} cases[] = {
		{ "{}", "{}" },
		{ " { \"a\" : [ ] , \"b\":{\"c\":{}},\"d\" : null}\r\n", "{\"a\":[],\"b\":{\"c\":{}},\"d\":null}" },
		{ "[1,-0,0,9223372036854775807,-9223372036854775808,1.5,1e3,-2E-7]",
		  "[1,0,0,9223372036854775807,-9223372036854775808,real,real,real]" },
		{ "[true,false,null]", "[true,false,null]" },
		{ "\"a\\\"\\\\\\/\\b\\f\\n\\r\\tz\"", "\"a\"\\/\b\f\n\r\tz\"" },
		{ "\"\\u0041\\u00e9\\u20aC\\ud83d\\uDE00\"", "\"A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"" },
		{ "\"\xf0\x9f\x98\x80\x7f\"", "\"\xf0\x9f\x98\x80\x7f\"" },
		{ "{\"\\u0061\":\"\"}", "{\"a\":\"\"}" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bln_json_reader reader;
		struct bln_arena arena = { 0 };
		struct bln_text text = { 0 };

		bln_json_reader_init(&reader, cases[i].json, strlen(cases[i].json), &arena);
		retell(&reader, &text, 0);
		assert_true(bln_json_reader_end(&reader));
		assert_string_equal(text.at, cases[i].retold);
		bln_text_clean_up(&text);
		bln_arena_clean_up(&arena);
	}
}

static void what_is_wrong_is_placed(void **state)
{
	static const struct {
		const char *json;
		const char *said;
	} cases[] = {
		{ "", "column 1: a value expected" },
		{ "{\"a\":1,}", "column 8: a string expected" },
		{ "{\"a\" 1}", "column 6: ':' expected" },
		{ "{\"a\":1 \"b\":2}", "column 8: ',' or '}' expected" },
		{ "[1 2]", "column 4: ',' or ']' expected" },
		{ "[1,]", "column 4: a value expected" },
		{ "[01]", "column 3: ',' or ']' expected" },
		{ "\"\\x\"", "a wrong escape in a string" },
		{ "\"\\u0000\"", "a wrong escape" },
		{ "\"\\ud800\"", "a wrong escape" },
		{ "\"\\ud800\\u0041\"", "a wrong escape" },
		{ "\"\\udc00\"", "a wrong escape" },
		{ "\"\\u12\"", "a wrong escape" },
		{ "\"a", "without end" },
		{ "\"a\\", "without end" },
		{ "\"a\nb\"", "a control character" },
		{ "\"\xc0\x80\"", "not UTF-8" },
		{ "1 2", "column 3: more behind the value" },
		{ "nul", "column 1: a value expected" },
		{ "[9223372036854775808]", "too large" },
		{ "-", "a wrong number" },
		{ "1.", "a wrong number" },
		{ "1e+", "a wrong number" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bln_json_reader reader;
		struct bln_arena arena = { 0 };
		struct bln_text text = { 0 };
		struct bln_err err = { 0 };

		bln_json_reader_init(&reader, cases[i].json, strlen(cases[i].json), &arena);
		retell(&reader, &text, 0);
		assert_false(bln_json_reader_end(&reader));
		assert_int_equal(bln_json_reader_error(&reader, "x.json", &err), BLN_CORRUPT);
		if (!strstr(err.message, cases[i].said) || !strstr(err.message, "x.json: not JSON at column"))
			fail_msg("'%s': '%s' does not say '%s'", cases[i].json, err.message, cases[i].said);
		bln_text_clean_up(&text);
		bln_arena_clean_up(&arena);
	}
}

static bool skips(const char *json, size_t length)
{
	struct bln_json_reader reader;
	struct bln_arena arena = { 0 };
	bool is_ok;

	bln_json_reader_init(&reader, json, length, &arena);
	is_ok = bln_json_reader_skip(&reader, NULL) && bln_json_reader_end(&reader);
	bln_arena_clean_up(&arena);
	return is_ok;
}

static void depth_has_an_end(void **state)
{
	char json[2 * BLN_JSON_DEPTH_MAX + 3];
	(void)state;

	for (int depth = BLN_JSON_DEPTH_MAX; depth <= BLN_JSON_DEPTH_MAX + 1; depth++) {
		memset(json, '[', (size_t)depth);
		memset(json + depth, ']', (size_t)depth);
		assert_int_equal(skips(json, 2 * (size_t)depth), depth == BLN_JSON_DEPTH_MAX);
	}
}

/* What jansson says of the same bytes; numbers that it finds too large are told apart. */
static bool jansson_takes(const char *json, size_t length, bool *is_number_too_large)
{
	json_error_t error = { 0 };
	json_t *value = json_loadb(json, length, JSON_DECODE_ANY, &error);
	bool is_ok = value != NULL;

	*is_number_too_large = !is_ok && json_error_code(&error) == json_error_numeric_overflow;
	json_decref(value);
	return is_ok;
}

static void jansson_takes_and_refuses_the_same(void **state)
{
	static const char *const seeds[] = {
		"{\"add\":{\"path\":\"s=a%20b\",\"size\":12,\"tags\":{\"t\":null},\"stats\":\"{\\\"n\\\":3}\"}}",
		"[1,-2.5e-3,true,false,null,\"\\ud83d\\ude00\\u00e9\\/\",{\"a\":[[],{}]}]",
		" \"\xc3\xa9\xf0\x9f\x98\x80\" ",
		"{\"a\":{\"b\":{\"c\":[0,0.0,0e0]}}}",
	};
	static const char bytes[] = "{}[]\",:\\u09aDd8. -+eEntf\n\xc3\xa9\xff\x01";
	struct bln_random random;
	size_t taken = 0;
	(void)state;

	bln_random_init(&random, test_seed(11));
	for (int i = 0; i < 60000; i++) {
		const char *seed = seeds[bln_random_below(&random, sizeof(seeds) / sizeof(seeds[0]))];
		size_t length = strlen(seed);
		bool is_number_too_large;
		bool expected;
		char json[128];

		memcpy(json, seed, length);
		for (uint64_t changes = bln_random_below(&random, 4); changes > 0 && length > 1; changes--) {
			size_t at = (size_t)bln_random_below(&random, length);

			if (bln_random_below(&random, 3) == 0) {
				memmove(json + at, json + at + 1, length - at - 1);
				length--;
			} else {
				json[at] = bytes[bln_random_below(&random, sizeof(bytes) - 1)];
			}
		}
		expected = jansson_takes(json, length, &is_number_too_large);
		taken += expected;
		if (!is_number_too_large && skips(json, length) != expected)
			fail_msg("'%.*s': jansson %s it", (int)length, json, expected ? "takes" : "refuses");
	}
	assert_in_range(taken, 18000, 54000);
}

static void every_failed_allocation_is_told(void **state)
{
	static const char json[] = "{\"\\u0061\":\"b\",\"c\":[\"d\\n\"]}";
	bool is_over = false;
	(void)state;

	for (uint64_t n = 1; !is_over; n++) {
		struct bln_json_reader reader;
		struct bln_arena arena = { 0 };
		struct bln_text text = { 0 };

		bln_text_add(&text, "                                                               ");
		bln_text_clear(&text);
		bln_json_reader_init(&reader, json, strlen(json), &arena);
		bln_mem_fail_at(n, false);
		retell(&reader, &text, 0);
		bln_mem_fail_at(0, false);
		is_over = bln_json_reader_end(&reader);
		if (is_over)
			assert_string_equal(text.at, "{\"a\":\"b\",\"c\":[\"d\n\"]}");
		else
			assert_int_equal(bln_json_reader_error(&reader, "x", NULL), BLN_NO_MEMORY);
		bln_text_clean_up(&text);
		bln_arena_clean_up(&arena);
		assert_true(n < 10);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_come_in_their_order),
		cmocka_unit_test(what_is_wrong_is_placed),
		cmocka_unit_test(depth_has_an_end),
		cmocka_unit_test(jansson_takes_and_refuses_the_same),
		cmocka_unit_test(every_failed_allocation_is_told),
	};

	return cmocka_run_group_tests_name("json_reader", tests, NULL, NULL);
}
