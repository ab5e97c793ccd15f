#include "base/base_test.h"

#include "base/mem.h"
#include "base/text.h"

static void appends_keep_order_and_the_nul(void **state)
{
	struct bln_text text = { 0 };
	(void)state;

	bln_text_add(&text, "a");
	bln_text_add_format(&text, "%d-%s", 12, "b");
	bln_text_add_bytes(&text, "\0c", 2);
	assert_int_equal(text.length, 7);
	assert_memory_equal(text.at, "a12-b\0c", 8);
	bln_text_clean_up(&text);
}

static void long_appends_grow(void **state)
{
	struct bln_text text = { 0 };
	(void)state;

	for (int i = 0; i < 10000; i++)
		bln_text_add_format(&text, "%08d", i);
	assert_int_equal(text.length, 80000);
	assert_memory_equal(text.at + 8 * 9999, "00009999", 9);
	bln_text_clean_up(&text);
}

static void quotes_are_doubled(void **state)
{
	struct bln_text text = { 0 };
	(void)state;

	bln_text_add_quoted(&text, '\'', "it's", 4);
	bln_text_add_quoted(&text, '"', "a\"b", 3);
	assert_string_equal(text.at, "'it''s'\"a\"\"b\"");
	bln_text_clean_up(&text);
}

static void every_failed_allocation_is_told_at_the_end(void **state)
{
	uint64_t n = 1;
	bool passed = false;
	(void)state;

	for (; !passed; n++) {
		struct bln_text text = { 0 };

		bln_mem_fail_at(n, false);
		for (int i = 0; i < 100; i++)
			bln_text_add(&text, "0123456789");
		bln_mem_fail_at(0, false);
		passed = bln_text_check(&text, NULL) == BLN_OK;
		assert_true(!passed || text.length == 1000);
		bln_text_clean_up(&text);
	}
	assert_true(n > 3);
}

/* A text that failed keeps nothing, not even what it has. */
static void what_is_kept_outlives_the_text(void **state)
{
	struct bln_arena arena = { 0 };
	struct bln_text text = { 0 };
	struct bln_slice empty;
	struct bln_slice kept;
	struct bln_err err = { 0 };
	(void)state;

	assert_int_equal(bln_text_keep(&text, &arena, &empty, &err), BLN_OK);
	bln_text_add_bytes(&text, "a\0b", 3);
	assert_int_equal(bln_text_keep(&text, &arena, &kept, &err), BLN_OK);
	bln_mem_fail_at(1, false);
	assert_int_equal(bln_text_keep(&text, &(struct bln_arena){ 0 }, &kept, &err), BLN_NO_MEMORY);
	for (int i = 0; i < 100; i++)
		bln_text_add(&text, "0123456789");
	bln_mem_fail_at(0, false);
	text.has_failed = true;
	assert_int_equal(bln_text_keep(&text, &arena, &kept, &err), BLN_NO_MEMORY);
	bln_text_clean_up(&text);
	assert_string_equal(empty.at, "");
	assert_int_equal(empty.length, 0);
	assert_int_equal(kept.length, 3);
	assert_memory_equal(kept.at, "a\0b", 4);
	bln_arena_clean_up(&arena);
}

static void cutting_walks_the_fields(void **state)
{
	struct bln_slice rest = bln_slice_of("a,,b");
	(void)state;

	assert_true(bln_slice_is(bln_slice_cut(&rest, ','), "a"));
	assert_true(bln_slice_is(bln_slice_cut(&rest, ','), ""));
	assert_true(bln_slice_is(bln_slice_cut(&rest, ','), "b"));
	assert_null(rest.at);
	assert_true(bln_slice_starts(bln_slice_of("part-1"), "part"));
	assert_false(bln_slice_starts(bln_slice_of("pa"), "part"));
	assert_true(bln_slice_ends(bln_slice_of("a.csv"), ".csv"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appends_keep_order_and_the_nul),
		cmocka_unit_test(long_appends_grow),
		cmocka_unit_test(quotes_are_doubled),
		cmocka_unit_test(every_failed_allocation_is_told_at_the_end),
		cmocka_unit_test(what_is_kept_outlives_the_text),
		cmocka_unit_test(cutting_walks_the_fields),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
