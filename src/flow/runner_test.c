#include "flow/runner_test_kit.h"

#define JOBS "jobs:\n  say: {kind: command, argv: [true], retry_delay: 0s"

static void steps_run_in_their_order_and_are_recorded(void **state)
{
	struct kit *kit = kit_new("properties: {do: echo hello from $STEP}\n" JOBS "}\n"
				  "workflows:\n"
				  "  talk:\n"
				  "    steps:\n"
				  "      last: {job: say, after: [left, right]}\n"
				  "      left: {job: say, after: [first]}\n"
				  "      right: {job: say, after: [first]}\n"
				  "      first: {job: say}\n",
				  "talk");
	struct bln_run run;
	(void)state;

	assert_int_equal(kit_run(kit), BLN_RUN_SUCCEEDED);
	assert_int_equal(kit->outcome.exit_code, 0);
	assert_string_equal(kit_read(kit, "order"), "first left right last ");
	assert_string_equal(
		kit_records(kit),
		"talk SUCCEEDED, first/1 SUCCEEDED, left/1 SUCCEEDED, right/1 SUCCEEDED, last/1 SUCCEEDED, ");
	assert_string_equal(kit->events,
			    "run BEGAN, first BEGAN, first SUCCEEDED, left BEGAN, left SUCCEEDED, right BEGAN, "
			    "right SUCCEEDED, last BEGAN, last SUCCEEDED, run SUCCEEDED, ");
	run = kit_record(kit, "talk");
	assert_string_equal(run.id, kit->outcome.run_id);
	run = kit_record(kit, "left");
	assert_string_equal(run.parent_id, kit->outcome.run_id);
	assert_string_equal(run.name, "say");
	assert_string_equal(run.properties, "{\"do\":\"echo hello from $STEP\"}");
	assert_string_equal(kit_read(kit, run.log_path), "hello from left\n");
	kit_destroy(kit);
}

/* Each waits until the other is there: one at a time, the first would never end. */
static void several_run_at_once_where_they_may(void **state)
{
	struct kit *kit = kit_new("properties: {do: 'touch begun.$STEP; while [ ! -e begun.one ] || [ ! -e begun.two "
				  "]; do sleep 0.01; done'}\n" JOBS "}\n"
				  "workflows:\n"
				  "  talk:\n"
				  "    steps: {one: {job: say}, two: {job: say}}\n",
				  "talk");
	(void)state;

	kit->runner.concurrent_max = 2;
	assert_int_equal(kit_run(kit), BLN_RUN_SUCCEEDED);
	kit_destroy(kit);
}

static const char alone[] = "mkdir alone || exit 1; sleep 0.02; rmdir alone";

static void and_never_more_than_they_may(void **state)
{
	struct kit *kit;
	char yaml[1024];
	(void)state;

	snprintf(yaml, sizeof(yaml),
		 "properties: {do: '%s'}\n" JOBS
		 "}\nworkflows:\n  talk:\n    steps: {a: {job: say}, b: {job: say}, c: {job: say}}\n",
		 alone);
	kit = kit_new(yaml, "talk");
	assert_int_equal(kit_run(kit), BLN_RUN_SUCCEEDED);
	kit_destroy(kit);
}

/* The job's own limit, where the workflow's would allow more. */
static void steps_wait_for_other_runs_of_their_job(void **state)
{
	struct kit *kit;
	char yaml[1024];
	(void)state;

	snprintf(
		yaml, sizeof(yaml),
		"properties: {do: '%s'}\n" JOBS
		", max_concurrent: 1}\nworkflows:\n  talk:\n    steps: {a: {job: say}, b: {job: say}, c: {job: say}}\n",
		alone);
	kit = kit_new(yaml, "talk");
	kit->runner.concurrent_max = 3;
	assert_int_equal(kit_run(kit), BLN_RUN_SUCCEEDED);
	assert_string_equal(kit_read(kit, "order"), "a b c ");
	assert_non_null(strstr(kit->events, "b QUEUED, c QUEUED, "));
	kit_destroy(kit);
}

static void failures_take_their_branches(void **state)
{
	struct kit *kit = kit_new(JOBS "}\n"
				       "workflows:\n"
				       "  talk:\n"
				       "    steps:\n"
				       "      good: {job: say}\n"
				       "      bad: {job: say, properties: {do: echo the cause; exit 1}}\n"
				       "      both: {job: say, after: [good, bad]}\n"
				       "      behind: {job: say, after: [both]}\n"
				       "      either: {job: say, after: {any: [good, bad]}}\n"
				       "      alarm: {job: say, after: {any: [good, bad]}, when: FAILED}\n"
				       "      unneeded: {job: say, after: [good], when: FAILED}\n",
				  "talk");
	struct bln_run run;
	(void)state;

	assert_int_equal(kit_run(kit), BLN_RUN_COMPLETED);
	assert_int_equal(kit->outcome.exit_code, 1);
	assert_int_equal(kit_record(kit, "bad").state, BLN_RUN_FAILED);
	assert_string_equal(kit_record(kit, "bad").reason, "exit code 1: the cause");
	assert_int_equal(kit_record(kit, "both").state, BLN_RUN_SKIPPED);
	assert_int_equal(kit_record(kit, "behind").state, BLN_RUN_SKIPPED);
	assert_int_equal(kit_record(kit, "unneeded").state, BLN_RUN_SKIPPED);
	assert_int_equal(kit_record(kit, "either").state, BLN_RUN_SUCCEEDED);
	assert_int_equal(kit_record(kit, "alarm").state, BLN_RUN_SUCCEEDED);
	run = kit_record(kit, "talk");
	assert_int_equal(run.state, BLN_RUN_COMPLETED);
	assert_string_equal(run.reason, "bad FAILED: exit code 1: the cause");
	kit_destroy(kit);
}

static void what_takes_too_long_is_ended(void **state)
{
	struct kit *kit =
		kit_new("jobs:\n"
			"  slow: {kind: command, argv: [true], timeout: 50ms, properties: {do: exec sleep 1000}}\n"
			"  say: {kind: command, argv: [true]}\n"
			"workflows:\n"
			"  talk:\n"
			"    steps: {slow: {job: slow}, alarm: {job: say, after: [slow], when: TIMEOUT}}\n",
			"talk");
	(void)state;

	assert_int_equal(kit_run(kit), BLN_RUN_COMPLETED);
	assert_string_equal(kit_records(kit), "talk COMPLETED, slow/1 TIMEOUT, alarm/1 SUCCEEDED, ");
	assert_string_equal(kit_record(kit, "slow").reason, "it took longer than its timeout, 50ms, and was stopped");
	kit_destroy(kit);
}

static void what_failed_is_tried_again(void **state)
{
	struct kit *kit = kit_new("properties: {do: exit $((3 - ATTEMPT))}\n" JOBS ", retries: 5}\n"
				  "workflows: {talk: {steps: {one: {job: say}}}}\n",
				  "talk");
	(void)state;

	/* Exit codes 2 (ERROR: trying again does not help), then 1 and 0. */
	assert_int_equal(kit_run(kit), BLN_RUN_COMPLETED);
	assert_string_equal(kit_records(kit), "talk COMPLETED, one/1 ERROR, ");
	kit_destroy(kit);
	kit = kit_new("properties: {do: '[ $ATTEMPT = 3 ]'}\n" JOBS ", retries: 5}\n"
		      "workflows: {talk: {steps: {one: {job: say}}}}\n",
		      "talk");
	assert_int_equal(kit_run(kit), BLN_RUN_SUCCEEDED);
	assert_string_equal(kit_records(kit), "talk SUCCEEDED, one/1 FAILED, one/2 FAILED, one/3 SUCCEEDED, ");
	assert_string_equal(kit->events,
			    "run BEGAN, one BEGAN, one RETRY, one BEGAN, one RETRY, one BEGAN, one SUCCEEDED, "
			    "run SUCCEEDED, ");
	kit_destroy(kit);
	kit = kit_new("properties: {do: exit 1}\n" JOBS ", retries: 2}\n", "say");
	assert_int_equal(kit_run(kit), BLN_RUN_FAILED);
	assert_string_equal(kit_records(kit), "say/1 FAILED, say/2 FAILED, say/3 FAILED, ");
	assert_string_equal(kit->outcome.run_id, kit_record(kit, "say").id);
	kit_destroy(kit);
}

static void the_run_of_a_job_is_that_job(void **state)
{
	static const struct {
		const char *script;
		enum bln_run_state state;
		int exit_code;
		bool is_partial, has_nothing_done;
	} cases[] = {
		{ "exit 0", BLN_RUN_SUCCEEDED, 0, false, false }, { "exit 3", BLN_RUN_SUCCEEDED, 3, false, true },
		{ "exit 6", BLN_RUN_SUCCEEDED, 6, true, false },  { "exit 1", BLN_RUN_FAILED, 1, false, false },
		{ "exit 4", BLN_RUN_FAILED, 4, false, false },	  { "exit 5", BLN_RUN_FAILED, 5, false, false },
		{ "exit 9", BLN_RUN_FAILED, 1, false, false },	  { "exit 2", BLN_RUN_ERROR, 2, false, false },
		{ "exit 70", BLN_RUN_ERROR, 70, false, false },	  { "kill -9 $$", BLN_RUN_FAILED, 1, false, false },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bln_properties given = { 0 };
		struct bln_err err = { 0 };
		struct kit *kit = kit_new("properties: {do: unset, other: stays}\n" JOBS "}\n", "say");
		struct bln_run run;

		assert_ok(bln_properties_set(&given, (struct bln_property){ .name = "do", .text = cases[i].script },
					     &kit->arena, &err),
			  &err);
		assert_ok(bln_runner_run(&kit->runner, &kit->plan, &given, &kit->outcome, &err), &err);
		assert_int_equal(kit->outcome.state, cases[i].state);
		assert_int_equal(kit->outcome.exit_code, cases[i].exit_code);
		assert_int_equal(kit->outcome.is_partial, cases[i].is_partial);
		assert_int_equal(kit->outcome.has_nothing_done, cases[i].has_nothing_done);
		run = kit_record(kit, "say");
		assert_int_equal(run.state, cases[i].state);
		assert_int_equal(run.kind, BLN_RUN_JOB);
		assert_null(run.parent_id);
		assert_non_null(strstr(run.properties, "\"other\":\"stays\""));
		if (cases[i].is_partial)
			assert_string_equal(run.result, "{\"partial\":true}");
		kit_destroy(kit);
	}
}

/* Where its failures have one exit code between them, that says more than 1. */
static void a_workflow_passes_on_why_it_failed(void **state)
{
	static const struct {
		const char *one, *two;
		int exit_code;
	} cases[] = { { "exit 5", "exit 0", 5 }, { "exit 2", "exit 2", 2 }, { "exit 5", "exit 4", 1 },
		      { "exit 5", "exit 1", 1 }, { "exit 4", "exit 6", 4 }, { "exit 0", "exit 9", 1 } };
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char project[512];
		struct kit *kit;

		snprintf(project, sizeof(project),
			 "%s}\nworkflows:\n  talk:\n    steps:\n      one: {job: say, properties: {do: %s}}\n"
			 "      two: {job: say, properties: {do: %s}}\n      behind: {job: say, after: [one, two]}\n",
			 JOBS, cases[i].one, cases[i].two);
		kit = kit_new(project, "talk");
		assert_int_equal(kit_run(kit), BLN_RUN_COMPLETED);
		assert_int_equal(kit->outcome.exit_code, cases[i].exit_code);
		kit_destroy(kit);
	}
}

static void a_workflow_may_be_done_in_part(void **state)
{
	struct kit *kit = kit_new(JOBS "}\n"
				       "workflows:\n"
				       "  talk:\n"
				       "    steps:\n"
				       "      part: {job: say, properties: {do: exit 6}}\n"
				       "      behind: {job: say, after: [part], properties: {do: exit 3}}\n",
				  "talk");
	(void)state;

	assert_int_equal(kit_run(kit), BLN_RUN_SUCCEEDED);
	assert_int_equal(kit->outcome.exit_code, 6);
	assert_false(kit->outcome.has_nothing_done);
	assert_string_equal(kit_record(kit, "talk").result, "{\"partial\":true}");
	assert_string_equal(kit_record(kit, "part").result, "{\"partial\":true}");
	assert_null(kit_record(kit, "behind").result);
	kit_destroy(kit);
}

static void progress_and_results_come_through(void **state)
{
	struct kit *kit = kit_new("properties:\n"
				  "  do: |\n"
				  "    echo '{\"progress\":{\"done\":1,\"total\":2}}' >&3\n"
				  "    echo '{\"result\":{\"rows\":5}}' >&3\n"
				  "    echo $FULL\n" JOBS "}\n",
				  "say");
	(void)state;

	kit->runner.is_full = true;
	assert_int_equal(kit_run(kit), BLN_RUN_SUCCEEDED);
	assert_string_equal(kit->events, "run BEGAN, say BEGAN, say PROGRESS, say SUCCEEDED, run SUCCEEDED, ");
	assert_string_equal(kit_record(kit, "say").result, "{\"rows\":5}");
	assert_string_equal(kit_read(kit, kit_record(kit, "say").log_path), "full\n");
	kit_destroy(kit);
}

static void what_cannot_be_started_is_an_error(void **state)
{
	struct kit *kit = kit_new(JOBS ", retries: 3}\nworkflows: {talk: {steps: {one: {job: say}}}}\n", "talk");
	(void)state;

	kit->runner.file = "/no/such/program";
	assert_int_equal(kit_run(kit), BLN_RUN_COMPLETED);
	assert_string_equal(kit_records(kit), "talk COMPLETED, one/1 ERROR, ");
	assert_non_null(strstr(kit_record(kit, "one").reason, "/no/such/program"));
	kit_destroy(kit);
}

static void a_secret_among_the_properties_is_refused(void **state)
{
	struct kit *kit = kit_new("properties: {key: hunter2hunter2}\n" JOBS "}\n", "say");
	struct bln_err err = { 0 };
	(void)state;

	assert_ok(bln_secrets_add(&kit->secrets, bln_slice_of("hunter2hunter2"), &err), &err);
	assert_int_equal(bln_runner_run(&kit->runner, &kit->plan, NULL, &kit->outcome, &err), BLN_INVALID);
	assert_string_equal(kit_records(kit), "");
	kit_destroy(kit);
}

static void a_workflow_without_steps_succeeds(void **state)
{
	const struct bln_workflow empty = { .name = "empty", .max_concurrent = 1 };
	struct kit *kit = kit_new(JOBS "}\n", "say");
	struct bln_err err = { 0 };
	(void)state;

	assert_ok(bln_plan_of_workflow(&empty, &kit->arena, &kit->plan, &err), &err);
	assert_int_equal(kit_run(kit), BLN_RUN_SUCCEEDED);
	assert_string_equal(kit_records(kit), "empty SUCCEEDED, ");
	kit_destroy(kit);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(steps_run_in_their_order_and_are_recorded),
	cmocka_unit_test(several_run_at_once_where_they_may),
	cmocka_unit_test(and_never_more_than_they_may),
	cmocka_unit_test(steps_wait_for_other_runs_of_their_job),
	cmocka_unit_test(failures_take_their_branches),
	cmocka_unit_test(what_takes_too_long_is_ended),
	cmocka_unit_test(what_failed_is_tried_again),
	cmocka_unit_test(the_run_of_a_job_is_that_job),
	cmocka_unit_test(a_workflow_passes_on_why_it_failed),
	cmocka_unit_test(a_workflow_may_be_done_in_part),
	cmocka_unit_test(progress_and_results_come_through),
	cmocka_unit_test(what_cannot_be_started_is_an_error),
	cmocka_unit_test(a_secret_among_the_properties_is_refused),
	cmocka_unit_test(a_workflow_without_steps_succeeds),
};

KIT_MAIN("runner")
