#include "state/state_test_kit.h"

#include "state/runs.h"

static struct bln_run job_of(const char *id, const char *name)
{
	return (struct bln_run){ .id = id, .kind = BLN_RUN_JOB, .name = name, .attempt = 1, .created_at_us = 100 };
}

static struct bln_run step_of(const char *id, const char *parent_id, const char *step)
{
	struct bln_run run = job_of(id, step);

	run.parent_id = parent_id;
	run.step = step;
	return run;
}

static void create(struct bln_state *opened, struct bln_run run)
{
	struct bln_err err = { 0 };

	assert_ok(bln_run_create(opened, &run, &err), &err);
}

static void change_to(struct bln_state *opened, const char *id, enum bln_run_state to, int64_t at_us)
{
	const struct bln_run_change change = { .to = to, .at_us = at_us };
	struct bln_err err = { 0 };

	assert_ok(bln_run_change(opened, id, &change, &err), &err);
}

/* The ids of what FILTER takes, joined by spaces, in TEXT. */
static const char *listed(struct bln_state *opened, struct bln_run_filter filter)
{
	static char text[1024];
	struct bln_arena arena = { 0 };
	struct bln_run *runs = NULL;
	size_t count = 99;
	size_t used = 0;
	struct bln_err err = { 0 };

	text[0] = '\0';
	assert_ok(bln_runs_list(opened, &filter, &arena, &runs, &count, &err), &err);
	for (size_t i = 0; i < count; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", i ? " " : "", runs[i].id);
	bln_arena_clean_up(&arena);
	return text;
}

static void what_was_recorded_is_read_back(void **state)
{
	struct kit kit = kit_new();
	struct bln_state *opened = kit_open(&kit);
	struct bln_arena arena = { 0 };
	struct bln_run run = { 0 };
	struct bln_err err = { 0 };
	struct bln_process self = { 0 };
	(void)state;

	assert_ok(bln_process_of(getpid(), &self, &err), &err);
	run = (struct bln_run){ .id = "w-1",
				.kind = BLN_RUN_WORKFLOW,
				.name = "historical",
				.attempt = 1,
				.properties = "{\"base\":\"it's \\\"USD\\\"\"}",
				.log_path = "logs/w-1",
				.created_at_us = 7,
				.process = self,
				.state = BLN_RUN_ERROR,
				.reason = "not looked at" };
	create(opened, run);
	create(opened, step_of("s-1", "w-1", "ingest"));
	assert_ok(bln_run_get(opened, "w-1", &arena, &run, &err), &err);
	assert_int_equal(run.state, BLN_RUN_WAITING);
	assert_int_equal(run.kind, BLN_RUN_WORKFLOW);
	assert_string_equal(run.name, "historical");
	assert_string_equal(run.properties, "{\"base\":\"it's \\\"USD\\\"\"}");
	assert_string_equal(run.log_path, "logs/w-1");
	assert_int_equal(run.created_at_us, 7);
	assert_int_equal(run.started_at_us, 0);
	assert_null(run.parent_id);
	assert_null(run.reason);
	assert_null(run.result);
	assert_int_equal(run.process.pid, self.pid);
	assert_int_equal(run.process.start_ticks, self.start_ticks);
	assert_string_equal(run.process.space, self.space);

	const struct bln_run_change began = { .to = BLN_RUN_RUNNING, .at_us = 200, .process = &self };
	const struct bln_run_change ended = {
		.to = BLN_RUN_FAILED, .at_us = 300, .reason = "a row has 6 columns", .result = "{\"rows\": 12}"
	};

	assert_ok(bln_run_change(opened, "s-1", &began, &err), &err);
	assert_ok(bln_run_change(opened, "s-1", &ended, &err), &err);
	assert_ok(bln_run_get(opened, "s-1", &arena, &run, &err), &err);
	assert_string_equal(run.parent_id, "w-1");
	assert_string_equal(run.step, "ingest");
	assert_string_equal(run.properties, "{}");
	assert_string_equal(run.reason, "a row has 6 columns");
	assert_string_equal(run.result, "{\"rows\": 12}");
	assert_int_equal(run.state, BLN_RUN_FAILED);
	assert_int_equal(run.started_at_us, 200);
	assert_int_equal(run.ended_at_us, 300);
	assert_int_equal(run.process.pid, self.pid);
	assert_int_equal(bln_run_get(opened, "nobody", &arena, &run, &err), BLN_NOT_FOUND);
	assert_string_equal(err.message, "there is no run 'nobody'");
	bln_arena_clean_up(&arena);
	bln_state_close(opened);
	kit_remove(&kit);
}

static void what_cannot_be_a_run_is_refused(void **state)
{
	static const char id_long[] = "0123456789012345678901234567890123456789012345678901234567890123x";
	static char name_long[BLN_RUN_NAME_LENGTH_MAX + 2];
	static char json_long[BLN_RUN_JSON_LENGTH_MAX + 2];
	struct kit kit = kit_new();
	struct bln_state *opened = kit_open(&kit);
	struct bln_err err = { 0 };
	struct bln_run run;
	(void)state;

	memset(name_long, 'n', sizeof(name_long) - 1);
	memset(json_long, ' ', sizeof(json_long) - 1);
	const struct {
		struct bln_run run;
		enum bln_status expected;
		const char *words;
	} bad[] = {
		{ job_of("../x", "n"), BLN_INVALID, "'../x' is not a run's id" },
		{ job_of("", "n"), BLN_INVALID, "'' is not a run's id" },
		{ job_of(id_long, "n"), BLN_INVALID, "is not a run's id" },
		{ job_of("a", ""), BLN_INVALID, "run a has no name" },
		{ job_of("a", name_long), BLN_INVALID, "name is longer than 256 bytes" },
		{ step_of("a", "nobody", "s"), BLN_NOT_FOUND, "there is no run 'nobody'" },
		{ step_of("a", NULL, "s"), BLN_INVALID, "only a step has" },
		{ step_of("a", "w", NULL), BLN_INVALID, "has no name" },
		{ { .id = "a", .name = "n" }, BLN_INVALID, "attempt 0" },
		{ { .id = "a", .name = "n", .attempt = 1, .properties = "[1]" },
		  BLN_INVALID,
		  "a JSON object, not '[1]'" },
		{ { .id = "a", .name = "n", .attempt = 1, .properties = "{" }, BLN_INVALID, "a JSON object, not '{'" },
		{ { .id = "a", .name = "n", .attempt = 1, .properties = json_long },
		  BLN_INVALID,
		  "longer than 1048576" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(bln_run_create(opened, &bad[i].run, &err), bad[i].expected);
		if (!strstr(err.message, bad[i].words))
			fail_msg("expected '%s' in: %s", bad[i].words, err.message);
	}
	assert_string_equal(listed(opened, (struct bln_run_filter){ 0 }), "");

	create(opened, job_of("a", "n"));
	run = job_of("a", "m");
	assert_int_equal(bln_run_create(opened, &run, &err), BLN_EXISTS);
	create(opened, step_of("s1", "a", "s"));
	run = step_of("s2", "a", "s");
	assert_int_equal(bln_run_create(opened, &run, &err), BLN_EXISTS); /* the same step twice */
	run.attempt = 2;
	create(opened, run);
	assert_string_equal(listed(opened, (struct bln_run_filter){ 0 }), "s2 s1 a");
	bln_state_close(opened);
	kit_remove(&kit);
}

static void put_in_state(struct bln_state *opened, const char *id, enum bln_run_kind kind, enum bln_run_state into)
{
	struct bln_run run = job_of(id, "n");

	run.kind = kind;
	create(opened, run);
	if (into == BLN_RUN_WAITING)
		return;
	if (!bln_run_state_may(kind, BLN_RUN_WAITING, into))
		change_to(opened, id, BLN_RUN_RUNNING, 200);
	change_to(opened, id, into, 300);
}

static void every_change_follows_the_table_and_a_refused_one_changes_nothing(void **state)
{
	struct kit kit = kit_new();
	struct bln_state *opened = kit_open(&kit);
	struct bln_arena arena = { 0 };
	struct bln_err err = { 0 };
	int refused = 0;
	(void)state;

	assert_ok(bln_db_exec(opened, "PRAGMA synchronous = OFF", "hasten", &err), &err);
	for (int i = 0; i < BLN_RUN_KINDS * BLN_RUN_STATES * BLN_RUN_STATES; i++) {
		enum bln_run_kind kind = (enum bln_run_kind)(i % BLN_RUN_KINDS);
		enum bln_run_state from = (enum bln_run_state)(i / BLN_RUN_KINDS % BLN_RUN_STATES);
		enum bln_run_state to = (enum bln_run_state)(i / BLN_RUN_KINDS / BLN_RUN_STATES);
		const struct bln_run_change change = { .to = to, .at_us = 400, .reason = "why", .result = "{\"a\":1}" };
		bool may = bln_run_state_may(kind, from, to);
		bool can_be_in = from == BLN_RUN_WAITING || bln_run_state_may(kind, BLN_RUN_RUNNING, from) ||
				 bln_run_state_may(kind, BLN_RUN_WAITING, from);
		struct bln_run before;
		struct bln_run after;
		enum bln_status status;
		char id[16];

		if (!can_be_in)
			continue;
		snprintf(id, sizeof(id), "r%d", i);
		put_in_state(opened, id, kind, from);
		assert_ok(bln_run_get(opened, id, &arena, &before, &err), &err);
		assert_int_equal(before.state, from);
		status = bln_run_change(opened, id, &change, &err);
		assert_ok(bln_run_get(opened, id, &arena, &after, &err), &err);
		assert_int_equal(status, may ? BLN_OK : BLN_CONFLICT);
		assert_int_equal(after.state, may ? to : from);
		assert_true(may ? strcmp(after.reason, "why") == 0 && strcmp(after.result, "{\"a\":1}") == 0
				: !after.reason && !after.result);
		assert_true((after.ended_at_us != 0) == bln_run_state_is_end(after.state));
		assert_true(may || after.ended_at_us == before.ended_at_us);
		refused += !may;
	}
	assert_true(refused > 50);
	const struct bln_run_change change = { .to = BLN_RUN_RUNNING };

	change_to(opened, "r0", BLN_RUN_RUNNING, 1);
	assert_int_equal(bln_run_change(opened, "r0", &change, &err), BLN_CONFLICT);
	assert_string_equal(err.message, "run r0 of workflow n is RUNNING and cannot become RUNNING");
	assert_int_equal(bln_run_change(opened, "nobody", &change, &err), BLN_NOT_FOUND);
	bln_arena_clean_up(&arena);
	bln_state_close(opened);
	kit_remove(&kit);
}

static void a_clock_set_back_makes_no_negative_durations(void **state)
{
	struct kit kit = kit_new();
	struct bln_state *opened = kit_open(&kit);
	struct bln_arena arena = { 0 };
	struct bln_run run = { 0 };
	struct bln_err err = { 0 };
	(void)state;

	create(opened, job_of("a", "n")); /* at 100 */
	change_to(opened, "a", BLN_RUN_RUNNING, 90);
	change_to(opened, "a", BLN_RUN_SUCCEEDED, 20);
	assert_ok(bln_run_get(opened, "a", &arena, &run, &err), &err);
	assert_int_equal(run.started_at_us, 100);
	assert_int_equal(run.ended_at_us, 100);
	bln_arena_clean_up(&arena);
	bln_state_close(opened);
	kit_remove(&kit);
}

static void lists_are_newest_first_and_filtered(void **state)
{
	struct kit kit = kit_new();
	struct bln_state *opened = kit_open(&kit);
	struct bln_run run = job_of("w1", "historical");
	(void)state;

	run.kind = BLN_RUN_WORKFLOW;
	run.created_at_us = 900; /* the clock was ahead: the order is that of recording */
	create(opened, run);
	create(opened, step_of("s1", "w1", "ingest"));
	create(opened, step_of("s2", "w1", "silver"));
	create(opened, job_of("j1", "ingest"));
	run.id = "w2";
	run.created_at_us = 50;
	create(opened, run);
	change_to(opened, "s1", BLN_RUN_RUNNING, 1);
	change_to(opened, "s1", BLN_RUN_SUCCEEDED, 2);
	change_to(opened, "j1", BLN_RUN_RUNNING, 3);

	assert_string_equal(listed(opened, (struct bln_run_filter){ 0 }), "w2 j1 s2 s1 w1");
	assert_string_equal(listed(opened, (struct bln_run_filter){ .limit = 2 }), "w2 j1");
	assert_string_equal(listed(opened, (struct bln_run_filter){ .limit = 2, .older_than = "j1" }), "s2 s1");
	assert_string_equal(listed(opened, (struct bln_run_filter){ .older_than = "nobody" }), "");
	assert_string_equal(listed(opened, (struct bln_run_filter){ .is_top = true }), "w2 j1 w1");
	assert_string_equal(listed(opened, (struct bln_run_filter){ .parent_id = "w1" }), "s2 s1");
	assert_string_equal(listed(opened, (struct bln_run_filter){ .name = "ingest" }), "j1 s1");
	assert_string_equal(listed(opened, (struct bln_run_filter){ .name = "ingest", .is_active = true }), "j1");
	assert_string_equal(listed(opened, (struct bln_run_filter){ .name = "x' OR '1' = '1" }), "");
	assert_string_equal(listed(opened, (struct bln_run_filter){ .states = 1u << BLN_RUN_SUCCEEDED |
									      1u << BLN_RUN_RUNNING }),
			    "j1 s1");
	assert_string_equal(listed(opened, (struct bln_run_filter){ .created_from_us = 100, .created_before_us = 900 }),
			    "j1 s2 s1");
	bln_state_close(opened);
	kit_remove(&kit);
}

/* A process that is gone. */
static struct bln_process the_dead(void)
{
	struct bln_process process = { 0 };
	struct bln_err err = { 0 };
	siginfo_t info;
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
	assert_ok(bln_process_of(child, &process, &err), &err);
	assert_int_equal(waitpid(child, NULL, 0), child);
	return process;
}

static void create_of(struct bln_state *opened, struct bln_run run, const struct bln_process *process, bool is_running)
{
	run.process = *process;
	create(opened, run);
	if (is_running)
		change_to(opened, run.id, BLN_RUN_RUNNING, 200);
}

static void expect_state(struct bln_state *opened, const char *id, enum bln_run_state expected, const char *words)
{
	struct bln_arena arena = { 0 };
	struct bln_run run = { 0 };
	struct bln_err err = { 0 };

	assert_ok(bln_run_get(opened, id, &arena, &run, &err), &err);
	assert_string_equal(bln_run_state_name(run.state), bln_run_state_name(expected));
	assert_true(words ? run.reason && strstr(run.reason, words) : !run.reason);
	assert_int_equal(run.ended_at_us, bln_run_state_is_end(expected) ? 5000 : 0);
	bln_arena_clean_up(&arena);
}

static void runs_of_dead_processes_are_ended_with_the_reason(void **state)
{
	struct kit kit = kit_new();
	struct bln_state *opened = kit_open(&kit);
	struct bln_process dead = the_dead();
	struct bln_process alive = { 0 };
	struct bln_process elsewhere;
	const struct bln_process nobody = { 0 };
	struct bln_run workflow = job_of("w-dead", "w");
	struct bln_err err = { 0 };
	size_t count = 0;
	(void)state;

	assert_ok(bln_process_of(getpid(), &alive, &err), &err);
	elsewhere = alive;
	elsewhere.space[strlen(elsewhere.space) - 1] ^= 1;
	workflow.kind = BLN_RUN_WORKFLOW;
	create_of(opened, workflow, &dead, true);
	create_of(opened, step_of("s-dead", "w-dead", "a"), &dead, true);
	create_of(opened, step_of("s-alive", "w-dead", "b"), &alive, true);
	create_of(opened, step_of("s-never", "w-dead", "c"), &dead, false);
	workflow.id = "w-alive";
	create_of(opened, workflow, &alive, true);
	create_of(opened, step_of("s-watched", "w-alive", "a"), &dead, true);
	create_of(opened, job_of("j-dead", "j"), &dead, true);
	change_to(opened, "j-dead", BLN_RUN_STOPPING, 300);
	create_of(opened, job_of("j-alive", "j"), &alive, true);
	create_of(opened, job_of("j-queued", "j"), &nobody, false);
	create_of(opened, job_of("j-elsewhere", "j"), &elsewhere, true);

	assert_ok(bln_runs_reap(opened, 5000, &count, &err), &err);
	assert_int_equal(count, 4);
	expect_state(opened, "w-dead", BLN_RUN_ERROR, "is gone without having said how it ended");
	expect_state(opened, "s-dead", BLN_RUN_FAILED, "is gone without having said how it ended");
	expect_state(opened, "s-never", BLN_RUN_STOPPED, "never began");
	expect_state(opened, "j-dead", BLN_RUN_FAILED, "is gone");
	expect_state(opened, "s-alive", BLN_RUN_RUNNING, NULL);
	expect_state(opened, "w-alive", BLN_RUN_RUNNING, NULL);
	expect_state(opened, "s-watched", BLN_RUN_RUNNING, NULL);
	expect_state(opened, "j-alive", BLN_RUN_RUNNING, NULL);
	expect_state(opened, "j-queued", BLN_RUN_WAITING, NULL);
	expect_state(opened, "j-elsewhere", BLN_RUN_RUNNING, NULL);
	assert_ok(bln_runs_reap(opened, 6000, &count, &err), &err);
	assert_int_equal(count, 0);
	bln_state_close(opened);
	kit_remove(&kit);
}

/* Each of PROCESSES tries to begin each of RUNS: one of them does. */
static void of_many_processes_one_begins_a_run(void **state)
{
	enum { PROCESSES = 6, RUNS = 20 };
	struct kit kit = kit_new();
	struct bln_state *opened = kit_open(&kit);
	pid_t children[PROCESSES];
	int won[2];
	char bytes[PROCESSES * RUNS];
	ssize_t total = 0;
	ssize_t got;
	char id[16];
	(void)state;

	for (int i = 0; i < RUNS; i++) {
		snprintf(id, sizeof(id), "r%d", i);
		create(opened, job_of(id, "n"));
	}
	bln_state_close(opened);
	assert_int_equal(pipe(won), 0);
	for (int p = 0; p < PROCESSES; p++) {
		children[p] = fork();
		if (children[p] != 0)
			continue;
		const struct bln_run_change change = { .to = BLN_RUN_RUNNING, .at_us = 1000 };
		struct bln_err err = { 0 };

		if (bln_state_open(kit.path, BLN_STATE_EXISTING, &opened, &err) != BLN_OK)
			_exit(1);
		for (int i = 0; i < RUNS; i++) {
			enum bln_status status;

			snprintf(id, sizeof(id), "r%d", i);
			status = bln_run_change(opened, id, &change, &err);
			if (status == BLN_OK && write(won[1], id, 1) != 1)
				_exit(1);
			if (status != BLN_OK && status != BLN_CONFLICT) {
				print_error("%s\n", err.message);
				_exit(1);
			}
		}
		bln_state_close(opened);
		_exit(0);
	}
	close(won[1]);
	while ((got = read(won[0], bytes, sizeof(bytes))) > 0)
		total += got;
	close(won[0]);
	for (int p = 0; p < PROCESSES; p++)
		assert_true(kit_child_ended_well(children[p]));
	assert_int_equal(total, RUNS);
	kit_remove(&kit);
}

static enum bln_status a_life(struct bln_state *opened, const char *id, const struct bln_process *dead,
			      struct bln_err *err)
{
	const struct bln_run_change change = { .to = BLN_RUN_RUNNING, .at_us = 1000, .result = "{}", .reason = "r" };
	const struct bln_run_filter filter = { .name = "n", .states = 1u << BLN_RUN_FAILED, .is_top = true };
	struct bln_run run = job_of(id, "n");
	struct bln_arena arena = { 0 };
	struct bln_run *runs;
	size_t count;
	enum bln_status status;

	run.process = *dead;
	BLN_TRY(bln_run_create(opened, &run, err));
	BLN_TRY(bln_run_change(opened, id, &change, err));
	BLN_TRY(bln_runs_reap(opened, 5000, &count, err));
	BLN_TRY(bln_runs_list(opened, &filter, &arena, &runs, &count, err));
	assert_string_equal(runs[0].id, id);
done:
	bln_arena_clean_up(&arena);
	return status;
}

static void no_memory_at_any_request_is_told_and_the_connection_goes_on(void **state)
{
	struct kit kit = kit_new();
	struct bln_state *opened = kit_open(&kit);
	struct bln_process dead = the_dead();
	bool has_passed = false;
	uint64_t at = 1;
	(void)state;

	for (; !has_passed; at++) {
		struct bln_err err = { 0 };
		enum bln_status status;
		char id[16];

		snprintf(id, sizeof(id), "r%d", (int)at);
		bln_mem_fail_at(at, at % 2 == 0);
		status = a_life(opened, id, &dead, &err);
		has_passed = bln_mem_fail_at(0, false) < at;
		if (status != BLN_OK && status != BLN_NO_MEMORY)
			fail_msg("request %d: %s: %s", (int)at, bln_status_name(status), err.message);
		assert_true(!has_passed || status == BLN_OK);
		assert_ok(bln_state_check(opened, &err), &err);
	}
	assert_true(at > 100);
	bln_state_close(opened);
	kit_remove(&kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_recorded_is_read_back),
		cmocka_unit_test(what_cannot_be_a_run_is_refused),
		cmocka_unit_test(every_change_follows_the_table_and_a_refused_one_changes_nothing),
		cmocka_unit_test(a_clock_set_back_makes_no_negative_durations),
		cmocka_unit_test(lists_are_newest_first_and_filtered),
		cmocka_unit_test(runs_of_dead_processes_are_ended_with_the_reason),
		cmocka_unit_test(of_many_processes_one_begins_a_run),
		cmocka_unit_test(no_memory_at_any_request_is_told_and_the_connection_goes_on),
	};

	return cmocka_run_group_tests_name("runs", tests, kit_set_up, NULL);
}
