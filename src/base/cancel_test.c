#include "base/base_test.h"

#include "base/cancel.h"

static void a_request_ends_the_work(void **state)
{
	struct bln_cancel cancel = { 0 };
	struct bln_err err = { 0 };
	(void)state;

	assert_int_equal(bln_cancel_check(NULL, &err), BLN_OK);
	assert_int_equal(bln_cancel_check(&cancel, &err), BLN_OK);
	bln_cancel_request(&cancel);
	assert_int_equal(bln_cancel_check(&cancel, &err), BLN_CANCELLED);
	assert_string_equal(err.message, "interrupted");
}

static void time_ends_the_work(void **state)
{
	struct bln_clock_virtual clock;
	struct bln_cancel cancel = { 0 };
	struct bln_err err = { 0 };
	(void)state;

	bln_clock_virtual_init(&clock, 0);
	bln_cancel_set_timeout(&cancel, &clock.clock, 1000);
	bln_clock_sleep_us(&clock.clock, 999);
	assert_int_equal(bln_cancel_check(&cancel, &err), BLN_OK);
	bln_clock_sleep_us(&clock.clock, 1);
	assert_int_equal(bln_cancel_check(&cancel, &err), BLN_CANCELLED);
	assert_string_equal(err.message, "out of time");
	bln_cancel_set_timeout(&cancel, &clock.clock, INT64_MAX);
	assert_int_equal(bln_cancel_check(&cancel, &err), BLN_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_ends_the_work),
		cmocka_unit_test(time_ends_the_work),
	};

	return cmocka_run_group_tests_name("cancel", tests, NULL, NULL);
}
