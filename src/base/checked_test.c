#include "base/base_test.h"

#include "base/checked.h"

static void integers_are_checked(void **state)
{
	int64_t out = 7;
	(void)state;

	assert_false(bln_int64_add(INT64_MAX, 1, &out));
	assert_false(bln_int64_add(INT64_MIN, -1, &out));
	assert_int_equal(out, 7);
	assert_true(bln_int64_add(INT64_MAX, INT64_MIN, &out) && out == -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers_are_checked),
	};

	return cmocka_run_group_tests_name("checked", tests, NULL, NULL);
}
