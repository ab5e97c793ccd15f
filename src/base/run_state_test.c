#include "base/base_test.h"

#include "base/run_state.h"

static void names_parse_back(void **state)
{
	(void)state;
	for (int i = 0; i < BLN_RUN_STATES; i++) {
		enum bln_run_state parsed = BLN_RUN_STATES;

		assert_true(bln_run_state_parse(bln_slice_of(bln_run_state_name((enum bln_run_state)i)), &parsed));
		assert_int_equal(parsed, i);
	}
	for (int i = 0; i < BLN_RUN_KINDS; i++) {
		enum bln_run_kind parsed = BLN_RUN_KINDS;

		assert_true(bln_run_kind_parse(bln_slice_of(bln_run_kind_name((enum bln_run_kind)i)), &parsed));
		assert_int_equal(parsed, i);
	}
	enum bln_run_state untouched = BLN_RUN_ERROR;

	assert_false(bln_run_state_parse(bln_slice_of("succeeded"), &untouched));
	assert_int_equal(untouched, BLN_RUN_ERROR);
	assert_string_equal(bln_run_state_name((enum bln_run_state)99), "UNKNOWN");
	assert_string_equal(bln_run_kind_name((enum bln_run_kind)99), "unknown");
}

/* The whole table, written out a second time as the sentences people rely on. */
static void what_may_follow_what(void **state)
{
	static const struct {
		const char *from;
		const char *of_jobs;
		const char *of_workflows;
	} rows[] = {
		{ "WAITING", "RUNNING STOPPED ERROR SKIPPED", "RUNNING STOPPED ERROR" },
		{ "RUNNING", "STOPPING SUCCEEDED FAILED TIMEOUT STOPPED ERROR",
		  "STOPPING SUCCEEDED COMPLETED STOPPED ERROR" },
		{ "STOPPING", "SUCCEEDED FAILED TIMEOUT STOPPED ERROR", "SUCCEEDED COMPLETED STOPPED ERROR" },
		{ "SUCCEEDED", "", "" },
		{ "COMPLETED", "", "" },
		{ "FAILED", "", "" },
		{ "TIMEOUT", "", "" },
		{ "STOPPED", "", "" },
		{ "ERROR", "", "" },
		{ "SKIPPED", "", "" },
	};
	(void)state;

	assert_int_equal(sizeof(rows) / sizeof(rows[0]), BLN_RUN_STATES);
	for (size_t i = 0; i < BLN_RUN_STATES; i++) {
		enum bln_run_state from = BLN_RUN_STATES;

		assert_true(bln_run_state_parse(bln_slice_of(rows[i].from), &from));
		assert_true(bln_run_state_is_end(from) == (rows[i].of_jobs[0] == '\0'));
		for (int kind = 0; kind < BLN_RUN_KINDS; kind++) {
			struct bln_text may = { 0 };

			for (int to = 0; to < BLN_RUN_STATES; to++)
				if (bln_run_state_may((enum bln_run_kind)kind, from, (enum bln_run_state)to))
					bln_text_add_format(&may, "%s%s", may.length ? " " : "",
							    bln_run_state_name((enum bln_run_state)to));
			assert_string_equal(may.at ? may.at : "",
					    kind == BLN_RUN_JOB ? rows[i].of_jobs : rows[i].of_workflows);
			bln_text_clean_up(&may);
		}
	}
}

static void failed_means_failed_timeout_or_error(void **state)
{
	(void)state;
	for (int i = 0; i < BLN_RUN_STATES; i++)
		assert_true(bln_run_state_is_failure((enum bln_run_state)i) ==
			    (i == BLN_RUN_FAILED || i == BLN_RUN_TIMEOUT || i == BLN_RUN_ERROR));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_parse_back),
		cmocka_unit_test(what_may_follow_what),
		cmocka_unit_test(failed_means_failed_timeout_or_error),
	};

	return cmocka_run_group_tests_name("run_state", tests, NULL, NULL);
}
