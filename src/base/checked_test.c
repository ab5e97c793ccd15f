#include "base/base_test.h"

#include "base/checked.h"

static void sizes_are_checked(void **state)
{
	size_t out = 7;
	(void)state;

	assert_false(bln_size_add(SIZE_MAX, 1, &out));
	assert_false(bln_size_multiply(SIZE_MAX / 2 + 1, 2, &out));
	assert_int_equal(out, 7);
	assert_true(bln_size_add(SIZE_MAX - 1, 1, &out) && out == SIZE_MAX);
	assert_true(bln_size_multiply(SIZE_MAX / 2, 2, &out) && out == SIZE_MAX - 1);
}

static void integers_are_checked(void **state)
{
	int64_t out = 7;
	(void)state;

	assert_false(bln_int64_add(INT64_MAX, 1, &out));
	assert_false(bln_int64_add(INT64_MIN, -1, &out));
	assert_false(bln_int64_subtract(INT64_MIN, 1, &out));
	assert_false(bln_int64_subtract(0, INT64_MIN, &out));
	assert_false(bln_int64_multiply(INT64_MIN, -1, &out));
	assert_int_equal(out, 7);
	assert_true(bln_int64_add(INT64_MAX, INT64_MIN, &out) && out == -1);
	assert_true(bln_int64_subtract(-1, INT64_MAX, &out) && out == INT64_MIN);
	assert_true(bln_int64_multiply(INT64_MIN, 1, &out) && out == INT64_MIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_checked),
		cmocka_unit_test(integers_are_checked),
	};

	return cmocka_run_group_tests_name("checked", tests, NULL, NULL);
}
