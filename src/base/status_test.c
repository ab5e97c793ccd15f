#include "base/base_test.h"

#include <errno.h>

#include "base/status.h"

static void a_place_is_put_before_the_cause(void **state)
{
	struct bln_err err = { 0 };
	(void)state;

	assert_int_equal(bln_err_errno(&err, EACCES, "cannot open %s", "lake/x"), BLN_DENIED);
	assert_string_equal(err.message, "cannot open lake/x: Permission denied");
	assert_int_equal(bln_err_where(&err, BLN_DENIED, "job %s", "a"), BLN_DENIED);
	assert_string_equal(err.message, "job a: cannot open lake/x: Permission denied");
}

static void a_long_place_leaves_the_cause_readable(void **state)
{
	struct bln_err err = { 0 };
	char place[4 * BLN_ERR_MESSAGE_SIZE];
	(void)state;

	memset(place, 'x', sizeof(place));
	place[sizeof(place) - 1] = '\0';
	bln_err_set(&err, BLN_IO, "the disk is full");
	assert_int_equal(bln_err_where(&err, BLN_IO, "%s", place), BLN_IO);
	assert_says(err.message, "the disk is full");
}

static void statuses_have_names_and_no_err_is_needed(void **state)
{
	(void)state;
	for (int i = 0; i < BLN_STATUSES; i++)
		assert_non_null(bln_status_name((enum bln_status)i));
	assert_string_equal(bln_status_name((enum bln_status)99), "unknown");
	assert_int_equal(bln_err_set(NULL, BLN_IO, "x"), BLN_IO);
	assert_int_equal(bln_err_errno(NULL, ENOENT, "x"), BLN_NOT_FOUND);
	assert_int_equal(bln_err_where(NULL, BLN_IO, "x"), BLN_IO);
}

static void outside_bytes_are_made_harmless(void **state)
{
	(void)state;
	assert_string_equal(bln_quote("a\x1b[31m\n\xff", 8).text, "a?[31m??");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_place_is_put_before_the_cause),
		cmocka_unit_test(a_long_place_leaves_the_cause_readable),
		cmocka_unit_test(statuses_have_names_and_no_err_is_needed),
		cmocka_unit_test(outside_bytes_are_made_harmless),
	};

	return cmocka_run_group_tests_name("status", tests, NULL, NULL);
}
