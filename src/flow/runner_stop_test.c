#include "flow/runner_test_kit.h"

#include "flow/stop.h"

#define JOBS "jobs:\n  say: {kind: command, argv: [true], retry_delay: 0s"

static const char two_steps[] = JOBS ", retries: 3}\n"
				     "workflows:\n"
				     "  talk:\n"
				     "    max_concurrent: 1\n"
				     "    steps:\n"
				     "      first: {job: say, properties: {do: exec sleep 1000}}\n"
				     "      second: {job: say, after: [first]}\n";

static void cancel_when_begun(struct kit *kit, const struct bln_run_event *event)
{
	if (event->kind == BLN_RUN_ACTION_BEGAN)
		bln_cancel_request(&kit->cancel);
}

static void hurry_when_begun(struct kit *kit, const struct bln_run_event *event)
{
	if (event->kind == BLN_RUN_ACTION_BEGAN)
		bln_cancel_request(&kit->hurry);
}

/* As `bullion runs cancel` does from another process. */
static void stop_the_record_when_begun(struct kit *kit, const struct bln_run_event *event)
{
	enum bln_run_state state;
	struct bln_err err = { 0 };

	if (event->kind != BLN_RUN_ACTION_BEGAN)
		return;
	for (int i = 0; i < 2; i++) { /* twice is as good as once */
		assert_ok(bln_run_stop(kit->state, kit_record(kit, "talk").id, 1, &state, &err), &err);
		assert_int_equal(state, BLN_RUN_STOPPING);
	}
}

static void a_run_can_be_stopped(void **state)
{
	static void (*const ways[])(struct kit *, const struct bln_run_event *) = { cancel_when_begun, hurry_when_begun,
										    stop_the_record_when_begun };
	(void)state;

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct kit *kit = kit_new(two_steps, "talk");

		kit->on_event = ways[i];
		assert_int_equal(kit_run(kit), BLN_RUN_STOPPED);
		assert_int_equal(kit->outcome.exit_code, 130);
		assert_string_equal(kit_records(kit), "talk STOPPED, first/1 STOPPED, second/1 STOPPED, ");
		assert_string_equal(kit_record(kit, "second").reason, "never began: the run was stopped");
		assert_null(strstr(kit_record(kit, "talk").reason, "second")); /* which is no reason of it */
		assert_memory_equal(kit_record(kit, "talk").reason, "first STOPPED: ", 15);
		assert_null(strstr(kit_read(kit, "order"), "second")); /* the first may have died before it could say */
		kit_destroy(kit);
	}
}

static void a_job_that_is_deaf_is_killed_in_a_hurry(void **state)
{
	struct kit *kit =
		kit_new("properties: {do: 'trap \"\" TERM; touch deaf; while :; do sleep 0.01; done'}\n" JOBS "}\n",
			"say");
	(void)state;

	kit->on_event = hurry_when_begun;
	assert_int_equal(kit_run(kit), BLN_RUN_STOPPED);
	assert_string_equal(kit_records(kit), "say/1 STOPPED, ");
	kit_destroy(kit);
}

static void stop_the_step_when_begun(struct kit *kit, const struct bln_run_event *event)
{
	enum bln_run_state state;
	struct bln_err err = { 0 };

	if (event->kind == BLN_RUN_ACTION_BEGAN && strcmp(event->action->name, "first") == 0)
		assert_ok(bln_run_stop(kit->state, event->run_id, 1, &state, &err), &err);
}

static void a_step_can_be_stopped_alone(void **state)
{
	struct kit *kit = kit_new("jobs:\n"
				  "  say: {kind: command, argv: [true], retries: 3}\n"
				  "workflows:\n"
				  "  talk:\n"
				  "    steps:\n"
				  "      first: {job: say, properties: {do: exec sleep 1000}}\n"
				  "      second: {job: say, after: [first], when: STOPPED}\n",
				  "talk");
	(void)state;

	kit->on_event = stop_the_step_when_begun;
	assert_int_equal(kit_run(kit), BLN_RUN_STOPPED);
	assert_string_equal(kit_records(kit), "talk STOPPED, first/1 STOPPED, second/1 SUCCEEDED, ");
	kit_destroy(kit);
}

static void stop_the_first_when_the_other_begins(struct kit *kit, const struct bln_run_event *event)
{
	enum bln_run_state state;
	struct bln_err err = { 0 };

	if (event->kind != BLN_RUN_ACTION_BEGAN || strcmp(event->action->name, "other") != 0)
		return;
	assert_int_equal(kit_record(kit, "first").attempt, 2);
	assert_ok(bln_run_stop(kit->state, kit_record(kit, "first").id, 1, &state, &err), &err);
	assert_int_equal(state, BLN_RUN_STOPPED);
}

/* Its next attempt is an hour away, and nobody waits for that. */
static void a_step_that_waits_to_be_tried_again_can_be_stopped(void **state)
{
	struct kit *kit = kit_new("jobs:\n"
				  "  fails: {kind: command, argv: [true], retries: 3, retry_delay: 1h}\n"
				  "  say: {kind: command, argv: [true]}\n"
				  "workflows:\n"
				  "  talk:\n"
				  "    steps:\n"
				  "      first: {job: fails, properties: {do: exit 1}}\n"
				  "      other: {job: say}\n",
				  "talk");
	(void)state;

	kit->on_event = stop_the_first_when_the_other_begins;
	assert_int_equal(kit_run(kit), BLN_RUN_STOPPED);
	assert_string_equal(kit_records(kit), "talk STOPPED, first/1 FAILED, first/2 STOPPED, other/1 SUCCEEDED, ");
	kit_destroy(kit);
}

static void only_what_has_not_ended_can_be_stopped(void **state)
{
	const struct bln_run waiting = {
		.id = "waiting", .name = "say", .kind = BLN_RUN_JOB, .attempt = 1, .properties = "{}"
	};
	struct kit *kit = kit_new(JOBS "}\n", "say");
	enum bln_run_state is = BLN_RUN_RUNNING;
	struct bln_err err = { 0 };
	(void)state;

	assert_ok(bln_run_create(kit->state, &waiting, &err), &err);
	assert_ok(bln_run_stop(kit->state, "waiting", 1, &is, &err), &err);
	assert_int_equal(is, BLN_RUN_STOPPED);
	assert_int_equal(kit_run(kit), BLN_RUN_SUCCEEDED);
	assert_int_equal(bln_run_stop(kit->state, kit->outcome.run_id, 1, &is, &err), BLN_CONFLICT);
	assert_int_equal(is, BLN_RUN_SUCCEEDED);
	assert_non_null(strstr(err.message, "has ended already: SUCCEEDED"));
	assert_int_equal(bln_run_stop(kit->state, "nobody", 1, &is, &err), BLN_NOT_FOUND);
	kit_destroy(kit);
}

static void only_so_many_run_at_once(struct kit *kit, const struct bln_run_event *event)
{
	struct bln_run_outcome outcome;
	struct bln_err err = { 0 };
	struct bln_runner other = kit->runner;

	if (event->kind != BLN_RUN_ACTION_BEGAN)
		return;
	other.event = NULL;
	assert_int_equal(bln_runner_run(&other, &kit->plan, NULL, &outcome, &err), BLN_CONFLICT);
	assert_non_null(strstr(err.message, kit_record(kit, "first").parent_id));
	assert_non_null(strstr(err.message, "talk is under way already"));
	bln_cancel_request(&kit->cancel);
}

static void a_second_run_is_refused_where_one_may_be(void **state)
{
	struct kit *kit = kit_new(two_steps, "talk");
	(void)state;

	kit->on_event = only_so_many_run_at_once;
	assert_int_equal(kit_run(kit), BLN_RUN_STOPPED);
	assert_string_equal(kit_records(kit), "talk STOPPED, first/1 STOPPED, talk STOPPED, second/1 STOPPED, ");
	kit_destroy(kit);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_run_can_be_stopped),
	cmocka_unit_test(a_step_can_be_stopped_alone),
	cmocka_unit_test(a_step_that_waits_to_be_tried_again_can_be_stopped),
	cmocka_unit_test(only_what_has_not_ended_can_be_stopped),
	cmocka_unit_test(a_job_that_is_deaf_is_killed_in_a_hurry),
	cmocka_unit_test(a_second_run_is_refused_where_one_may_be),
};

KIT_MAIN("runner_stop")
