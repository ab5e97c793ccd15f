#include "base/base_test.h"

#include "base/json.h"

static void members_are_typed_and_null_is_absent(void **state)
{
	static const char source[] = "{\"a\":\"x\",\"n\":12,\"b\":true,\"z\":null,\"o\":{}}";
	struct bln_err err = { 0 };
	struct bln_slice text = { 0 };
	int64_t number = 7;
	bool flag = false;
	json_t *json;
	json_t *object;
	(void)state;

	assert_ok(bln_json_parse(source, strlen(source), "test", &json, &err), &err);
	assert_ok(bln_json_get_text(json, "a", &text, &err), &err);
	assert_true(bln_slice_is(text, "x"));
	assert_ok(bln_json_get_int(json, "z", &number, &err), &err);
	assert_int_equal(number, 7);
	assert_ok(bln_json_get_int(json, "n", &number, &err), &err);
	assert_int_equal(number, 12);
	assert_ok(bln_json_get_bool(json, "b", &flag, &err), &err);
	assert_true(flag);
	assert_ok(bln_json_get_object(json, "o", &object, &err), &err);
	assert_non_null(object);
	assert_int_equal(bln_json_get_int(json, "a", &number, &err), BLN_CORRUPT);
	assert_string_equal(err.message, "'a' is not an integer");
	json_decref(json);
}

static void what_is_not_json_is_placed(void **state)
{
	struct bln_err err = { 0 };
	json_t *json;
	(void)state;

	assert_int_equal(bln_json_parse("{\n \"a\": }", 9, "00.json", &json, &err), BLN_CORRUPT);
	assert_says(err.message, "00.json: not JSON at line 2");
	assert_int_equal(bln_json_parse(NULL, 0, "empty", &json, &err), BLN_CORRUPT);
}

static void strings_survive_the_way_out_and_back(void **state)
{
	static const char hard[] = "a\"b\\c\nd\te\x01/é";
	struct bln_err err = { 0 };
	struct bln_text text = { 0 };
	json_t *json;
	(void)state;

	bln_json_add_string(&text, hard, strlen(hard));
	assert_ok(bln_json_parse(text.at, text.length, "test", &json, &err), &err);
	assert_string_equal(json_string_value(json), hard);
	bln_text_clear(&text);
	bln_json_add(&text, json);
	json_decref(json);
	assert_ok(bln_json_parse(text.at, text.length, "test", &json, &err), &err);
	assert_string_equal(json_string_value(json), hard);
	json_decref(json);
	bln_text_clean_up(&text);
}

/* Latin-1, a cut character, a surrogate: one U+FFFD for each byte that belongs to no character. */
static void what_is_not_utf8_is_json_all_the_same(void **state)
{
	static const char bytes[] = "caf\xe9/\xf0\x9f\x98/\xed\xa0\x80\"\xc3\xa9\xc3";
	static const char bad[] = "\xef\xbf\xbd";
	struct bln_err err = { 0 };
	struct bln_text text = { 0 };
	char wanted[128];
	json_t *json;
	(void)state;

	snprintf(wanted, sizeof(wanted), "caf%s/%s%s%s/%s%s%s\"\xc3\xa9%s", bad, bad, bad, bad, bad, bad, bad, bad);
	bln_json_add_string(&text, bytes, strlen(bytes));
	assert_ok(bln_json_parse(text.at, text.length, "test", &json, &err), &err);
	assert_string_equal(json_string_value(json), wanted);
	json_decref(json);
	bln_text_clean_up(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_typed_and_null_is_absent),
		cmocka_unit_test(what_is_not_json_is_placed),
		cmocka_unit_test(strings_survive_the_way_out_and_back),
		cmocka_unit_test(what_is_not_utf8_is_json_all_the_same),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
