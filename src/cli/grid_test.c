#include "base/base_test.h"

#include "base/json.h"
#include "base/mem.h"
#include "cli/grid.h"
#include "cli/width.h"

static const struct bln_column columns[] = {
	{ .name = "name" },
	{ .name = "rows_in", .type = BLN_COLUMN_NUMBER },
	{ .name = "more", .type = BLN_COLUMN_JSON, .only = BLN_COLUMN_ONLY_JSON },
	{ .name = "note", .only = BLN_COLUMN_ONLY_TEXT },
};

static struct bln_grid filled(void)
{
	struct bln_grid grid = { .columns = columns, .column_count = 4 };

	bln_grid_add(&grid, "a");
	bln_grid_add_int(&grid, 5);
	bln_grid_add(&grid, "{\"x\":true}");
	bln_grid_add(&grid, "first");
	bln_grid_add(&grid, "\xe6\x97\xa5\xe6\x9c\xac\"x"); /* 日本"x */
	bln_grid_add_int(&grid, -123456789);
	bln_grid_add(&grid, NULL);
	bln_grid_add(&grid, NULL);
	bln_grid_add(&grid, "e\xcc\x81\033[2J"); /* é of two characters, and a command to the terminal */
	bln_grid_add(&grid, NULL);
	bln_grid_add(&grid, "[]");
	bln_grid_add(&grid, "\xc2\x9b"
			    "1mx");
	return grid;
}

static void columns_line_up(void **state)
{
	struct bln_grid grid = filled();
	struct bln_text text = { 0 };
	struct bln_grid_left left;
	struct bln_err err = { 0 };
	(void)state;

	assert_ok(bln_grid_format(&grid, &text, &left, &err), &err);
	assert_string_equal(text.at, "NAME       ROWS IN  NOTE\n"
				     "a                5  first\n"
				     "\xe6\x97\xa5\xe6\x9c\xac\"x  -123456789  -\n"
				     "e\xcc\x81?[2J            -  ?1mx\n");
	bln_text_clean_up(&text);
	bln_grid_clean_up(&grid);
}

static void json_is_json(void **state)
{
	struct bln_grid grid = filled();
	struct bln_text text = { 0 };
	struct bln_grid_left left;
	struct bln_err err = { 0 };
	json_t *json = NULL;
	(void)state;

	assert_ok(bln_grid_format_json(&grid, &text, &err), &err);
	assert_ok(bln_json_parse(text.at, text.length, "grid", &json, &err), &err);
	assert_int_equal(json_array_size(json), 3);
	assert_int_equal(json_object_size(json_array_get(json, 0)), 3);
	assert_int_equal(json_integer_value(json_object_get(json_array_get(json, 1), "rows_in")), -123456789);
	assert_string_equal(json_string_value(json_object_get(json_array_get(json, 1), "name")),
			    "\xe6\x97\xa5\xe6\x9c\xac\"x");
	assert_true(json_is_null(json_object_get(json_array_get(json, 1), "more")));
	assert_true(json_is_true(json_object_get(json_object_get(json_array_get(json, 0), "more"), "x")));
	json_decref(json);
	bln_text_clean_up(&text);
	bln_grid_clean_up(&grid);

	grid = (struct bln_grid){ .columns = columns, .column_count = 4 };
	assert_ok(bln_grid_format_json(&grid, &text, &err), &err);
	assert_string_equal(text.at, "[]\n");
	bln_text_clear(&text);
	assert_ok(bln_grid_format(&grid, &text, &left, &err), &err);
	assert_int_equal(text.length, 0);
	bln_text_clean_up(&text);
}

static void widths_are_a_terminals(void **state)
{
	static const struct {
		const char *text;
		size_t width;
	} cases[] = {
		{ "", 0 },
		{ "abc", 3 },
		{ "\xc3\xa9", 1 },
		{ "e\xcc\x81", 1 },
		{ "\xe6\x97\xa5", 2 },
		{ "\xf0\x9f\x98\x80", 2 },
		{ "\xff\xfe", 2 },
		{ "\xe2\x82\xac", 1 }, /* € */
		{ "\xef\xbc\xa1", 2 }, /* full width A */
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(bln_width(cases[i].text, strlen(cases[i].text)), cases[i].width);
}

static void expect_fitted(const struct bln_grid *grid, size_t columns_left, bool has_cut, const char *expected)
{
	struct bln_text text = { 0 };
	struct bln_grid_left left;
	struct bln_err err = { 0 };

	assert_ok(bln_grid_format(grid, &text, &left, &err), &err);
	assert_string_equal(text.at, expected);
	assert_int_equal(left.columns, columns_left);
	assert_int_equal(left.has_cut, has_cut);
	bln_text_clean_up(&text);
}

static void what_is_too_wide_is_left_out(void **state)
{
	static const struct bln_column four[] = {
		{ .name = "a" }, { .name = "b" }, { .name = "n", .type = BLN_COLUMN_NUMBER }, { .name = "last" }
	};
	struct bln_grid grid = { .columns = four, .column_count = 4, .has_own_heads = true };
	(void)state;

	bln_grid_add(&grid, "日日日日日日日日日日日日日日日"); /* 30 wide */
	bln_grid_add(&grid, "b");
	bln_grid_add(&grid, "1234567890123456789012345");
	bln_grid_add(&grid, "end");
	grid.width_max = 66;
	expect_fitted(&grid, 0, false,
		      "a                               b                          n  last\n"
		      "日日日日日日日日日日日日日日日  b  1234567890123456789012345  end\n");
	grid.width_max = 60; /* 24 for a: half a character is nothing to show */
	expect_fitted(&grid, 0, true,
		      "a                         b                          n  last\n"
		      "日日日日日日日日日日日…   b  1234567890123456789012345  end\n");
	grid.width_max = 55; /* 19 would be too few; and a number is not cut */
	expect_fitted(&grid, 1, false,
		      "a                               b  …  last\n"
		      "日日日日日日日日日日日日日日日  b  …  end\n");
	grid.width_max = 1;
	expect_fitted(&grid, 3, true,
		      "a                     …\n"
		      "日日日日日日日日日…   …\n");

	grid.has_own_heads = false; /* a list of ours: nothing is cut, the last may run on */
	grid.cells[3] = "a sentence of some length";
	grid.width_max = 70;
	expect_fitted(&grid, 0, false,
		      "A                               B                          N  LAST\n"
		      "日日日日日日日日日日日日日日日  b  1234567890123456789012345  a sentence of some length\n");
	grid.width_max = 69;
	expect_fitted(&grid, 1, false,
		      "A                               B  …  LAST\n"
		      "日日日日日日日日日日日日日日日  b  …  a sentence of some length\n");
	bln_grid_clean_up(&grid);
}

static void lines_have_a_value_each(void **state)
{
	struct bln_grid grid = filled();
	struct bln_text text = { 0 };
	struct bln_err err = { 0 };
	(void)state;

	grid.width_max = 1; /* which is no matter here */
	grid.cells[4] = "";
	assert_ok(bln_grid_format_lines(&grid, &text, &err), &err);
	assert_string_equal(text.at, "NAME     a\nROWS IN  5\nNOTE     first\n\n"
				     "NAME\nROWS IN  -123456789\nNOTE     -\n\n"
				     "NAME     e\xcc\x81?[2J\nROWS IN  -\nNOTE     ?1mx\n");
	bln_text_clean_up(&text);
	bln_grid_clean_up(&grid);
}

static void lacking_memory_is_told(void **state)
{
	enum bln_status status = BLN_NO_MEMORY;
	struct bln_err err;
	uint64_t nth = 0;
	(void)state;

	while (status == BLN_NO_MEMORY) {
		struct bln_text text = { 0 };
		struct bln_grid_left left;
		struct bln_grid grid;

		bln_mem_fail_at(++nth, true);
		grid = filled();
		status = bln_grid_format(&grid, &text, &left, &err);
		bln_mem_fail_at(0, false);
		bln_text_clean_up(&text);
		bln_grid_clean_up(&grid);
	}
	assert_int_equal(status, BLN_OK);
	assert_true(nth > 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_line_up),	   cmocka_unit_test(json_is_json),
		cmocka_unit_test(widths_are_a_terminals),  cmocka_unit_test(what_is_too_wide_is_left_out),
		cmocka_unit_test(lines_have_a_value_each), cmocka_unit_test(lacking_memory_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
