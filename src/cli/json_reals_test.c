#include "base/base_test.h"

#include "cli/json_reals.h"

/* In pieces of SIZE bytes. */
static const char *passed(const char *text, size_t size)
{
	static char out[BLN_JSON_REALS_SIZE(1024) + 1];
	struct bln_json_reals state = { 0 };
	size_t length = strlen(text);
	size_t count = 0;

	assert_true(length < 1024);
	for (size_t i = 0; i < length; i += size) {
		size_t piece = length - i < size ? length - i : size;
		size_t wrote = bln_json_reals_pass(&state, text + i, piece, out + count);

		assert_true(wrote <= BLN_JSON_REALS_SIZE(piece));
		count += wrote;
	}
	out[count] = '\0';
	return out;
}

static void what_is_no_json_becomes_null(void **state)
{
	static const char *const cases[][2] = {
		{ "[{\"a\":NaN,\"b\":-Infinity},{\"c\":[Infinity,-1.5e-7,-0]}]",
		  "[{\"a\":null,\"b\":null},{\"c\":[null,-1.5e-7,-0]}]" },
		{ "{\"NaN\":\"-Infinity\",\"\\\"NaN\":\"a\\\\\",\"x\":NaN}",
		  "{\"NaN\":\"-Infinity\",\"\\\"NaN\":\"a\\\\\",\"x\":null}" },
		{ "[true,false,null,-3,\"-\",{}]", "[true,false,null,-3,\"-\",{}]" },
		{ "NaN", "null" },
		{ "[NaN,NaN\n]", "[null,null\n]" },
		{ "", "" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t size = 1; size < 12; size++)
			assert_string_equal(passed(cases[i][0], size), cases[i][1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(what_is_no_json_becomes_null) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
