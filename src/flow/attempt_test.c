#include "base/base_test.h"

#include <signal.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/time.h"
#include "flow/attempt.h"

static char log_path[64];
static struct bln_secrets secrets;

static int set_up(void **state)
{
	struct bln_err err = { 0 };

	(void)state;
	snprintf(log_path, sizeof(log_path), "/tmp/bln-attempt-%d.log", (int)getpid());
	assert_ok(bln_secrets_add(&secrets, bln_slice_of("hunter2hunter2"), &err), &err);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	bln_secrets_clean_up(&secrets);
	return unlink(log_path) && 0;
}

static struct bln_attempt *begin(const char *script, int64_t timeout_us, int64_t grace_us, struct bln_clock *clock)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	const struct bln_attempt_start start = { .argv = argv,
						 .log_path = log_path,
						 .log_bytes_max = 1 << 20,
						 .timeout_us = timeout_us,
						 .grace_us = grace_us,
						 .secrets = &secrets };
	struct bln_attempt *attempt = NULL;
	struct bln_err err = { 0 };

	(void)unlink(log_path);
	assert_ok(bln_attempt_new(&start, clock, &attempt, &err), &err);
	return attempt;
}

/* Pumps it to its end and destroys it. */
static struct bln_attempt_end finish(struct bln_attempt *attempt)
{
	struct bln_attempt_end end = { 0 };
	struct bln_err err = { 0 };
	bool has_ended = false;

	while (!has_ended) {
		struct pollfd fds[BLN_ATTEMPT_POLL_FDS];
		size_t count = bln_attempt_poll(attempt, fds);

		assert_true(poll(fds, count, 20) >= 0);
		assert_ok(bln_attempt_pump(attempt, &has_ended, &end, &err), &err);
	}
	bln_attempt_destroy(attempt);
	return end;
}

static const char *log_text(void)
{
	static char text[4096];
	FILE *file = fopen(log_path, "re");

	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	return text;
}

static void ends_have_states_and_reasons(void **state)
{
	static const struct {
		const char *script, *reason, *result;
		enum bln_run_state state;
		int exit_code;
		bool is_partial, has_nothing_done;
	} cases[] = {
		{ "exit 0", "", "", BLN_RUN_SUCCEEDED, 0, false, false },
		{ "echo '{\"result\":{\"rows\":2}}' >&3", "", "{\"rows\":2}", BLN_RUN_SUCCEEDED, 0, false, false },
		{ "echo much said; exit 3", "", "", BLN_RUN_SUCCEEDED, 3, false, true },
		{ "exit 6", "", "{\"partial\":true}", BLN_RUN_SUCCEEDED, 6, true, false },
		{ "echo '{\"result\":{\"rows\":2,\"partial\":false}}' >&3; exit 6", "", "{\"rows\":2,\"partial\":true}",
		  BLN_RUN_SUCCEEDED, 6, true, false },
		{ "exit 1", "exit code 1", "", BLN_RUN_FAILED, 1, false, false },
		{ "echo one; echo 'the last hunter2hunter2'; echo; exit 4", "exit code 4: the last ***", "",
		  BLN_RUN_FAILED, 4, false, false },
		{ "echo noise; echo '{\"error\":{\"message\":\"no hunter2hunter2\"}}' >&3; exit 5", "no ***", "",
		  BLN_RUN_FAILED, 5, false, false },
		{ "exit 2", "exit code 2", "", BLN_RUN_ERROR, 2, false, false },
		{ "exit 70", "exit code 70", "", BLN_RUN_ERROR, 70, false, false },
		{ "exit 130", "stopped", "", BLN_RUN_STOPPED, 130, false, false },
		{ "kill -SEGV $$", "killed by signal 11 (SIGSEGV)", "", BLN_RUN_FAILED, -1, false, false },
		{ "echo so much; kill -KILL $$",
		  "killed by signal 9 (SIGKILL), perhaps because there was no memory left; last words: so much", "",
		  BLN_RUN_FAILED, -1, false, false },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bln_attempt_end end = finish(begin(cases[i].script, 0, 0, bln_clock_system()));

		assert_string_equal(end.reason, cases[i].reason);
		assert_int_equal(end.state, cases[i].state);
		assert_int_equal(end.exit_code, cases[i].exit_code);
		assert_int_equal(end.is_partial, cases[i].is_partial);
		assert_int_equal(end.has_nothing_done, cases[i].has_nothing_done);
		assert_string_equal(end.result.at ? end.result.at : "", cases[i].result);
		bln_text_clean_up(&end.result);
	}
}

static void what_it_writes_comes_to_its_log(void **state)
{
	struct bln_attempt_end end =
		finish(begin("echo out; echo hunter2hunter2 >&2; printf 'no end'", 0, 0, bln_clock_system()));
	(void)state;

	assert_int_equal(end.state, BLN_RUN_SUCCEEDED);
	assert_string_equal(log_text(), "out\n***\nno end");
}

/* More than a pipe holds, and the end of it right before the process ends. */
static void all_that_it_wrote_is_read(void **state)
{
	struct bln_attempt_end end = finish(begin(
		"i=0; while [ $i -lt 3000 ]; do echo \"a line that is about sixty characters long, number $i ......\"; "
		"i=$((i+1)); done; echo last; exit 1",
		0, 0, bln_clock_system()));
	(void)state;

	assert_string_equal(end.reason, "exit code 1: last");
}

/* The clock stands still until the test moves it: what ends the job is its deadline and nothing else. */
static void its_time_is_watched(void **state)
{
	static const struct {
		const char *script, *reason;
		enum bln_run_state state;
		int exit_code;
	} cases[] = {
		{ "trap 'exit 1' TERM; echo; while :; do sleep 0.01; done",
		  "it took longer than its timeout, 30m, and was stopped", BLN_RUN_TIMEOUT, 1 },
		{ "trap '' TERM; echo; while :; do sleep 0.01; done",
		  "it took longer than its timeout, 30m, and was stopped", BLN_RUN_TIMEOUT, -1 },
		{ "trap 'exit 0' TERM; echo; while :; do sleep 0.01; done", "", BLN_RUN_SUCCEEDED, 0 },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bln_clock_virtual clock;
		struct bln_attempt_end end = { 0 };
		struct bln_attempt *attempt;
		struct bln_err err = { 0 };
		bool has_ended = false;

		bln_clock_virtual_init(&clock, 0);
		attempt = begin(cases[i].script, 30 * BLN_US_PER_MINUTE, BLN_US_PER_MINUTE, &clock.clock);
		assert_true(bln_attempt_due_us(attempt) == 30 * BLN_US_PER_MINUTE);
		while (attempt->log.bytes_left == 1 << 20) /* until it has set its trap */
			assert_ok(bln_attempt_pump(attempt, &has_ended, &end, &err), &err);
		bln_clock_virtual_advance(&clock, 30 * BLN_US_PER_MINUTE - 1);
		assert_ok(bln_attempt_pump(attempt, &has_ended, &end, &err), &err);
		assert_false(attempt->is_timed_out);
		bln_clock_virtual_advance(&clock, 1);
		assert_ok(bln_attempt_pump(attempt, &has_ended, &end, &err), &err);
		assert_true(attempt->is_timed_out);
		assert_true(bln_attempt_due_us(attempt) == 31 * BLN_US_PER_MINUTE);
		if (cases[i].exit_code < 0)
			bln_clock_virtual_advance(&clock, BLN_US_PER_MINUTE);
		end = finish(attempt);
		assert_string_equal(end.reason, cases[i].reason);
		assert_int_equal(end.state, cases[i].state);
		assert_int_equal(end.exit_code, cases[i].exit_code);
	}
}

static void it_can_be_stopped(void **state)
{
	static const char *const scripts[] = { "trap 'exit 1' TERM; echo; while :; do sleep 0.01; done",
					       "trap '' TERM; echo; while :; do sleep 0.01; done" };
	(void)state;

	for (int is_now = 0; is_now < 2; is_now++) {
		struct bln_clock_virtual clock;
		struct bln_attempt_end end = { 0 };
		struct bln_attempt *attempt;
		struct bln_err err = { 0 };
		bool has_ended = false;

		bln_clock_virtual_init(&clock, 0);
		attempt = begin(scripts[is_now], 0, BLN_US_PER_MINUTE, &clock.clock);
		while (attempt->log.bytes_left == 1 << 20)
			assert_ok(bln_attempt_pump(attempt, &has_ended, &end, &err), &err);
		assert_true(bln_attempt_due_us(attempt) == INT64_MAX);
		bln_attempt_stop(attempt, false);
		if (is_now)
			bln_attempt_stop(attempt, true);
		end = finish(attempt);
		assert_int_equal(end.state, BLN_RUN_STOPPED);
		assert_string_equal(end.reason, "stopped");
	}
}

static void what_cannot_be_started_leaves_nothing(void **state)
{
	const char *const argv[] = { "no-such-program-at-all", NULL };
	struct bln_attempt_start start = { .argv = argv, .log_path = log_path, .log_bytes_max = 1000 };
	struct bln_attempt *attempt = NULL;
	struct bln_err err = { 0 };
	(void)state;

	assert_int_equal(bln_attempt_new(&start, bln_clock_system(), &attempt, &err), BLN_NOT_FOUND);
	assert_null(attempt);
	start.log_path = "/no/such/folder/log";
	assert_int_equal(bln_attempt_new(&start, bln_clock_system(), &attempt, &err), BLN_NOT_FOUND);
	assert_non_null(strstr(err.message, "/no/such/folder/log"));
	bln_attempt_destroy(NULL);
	bln_attempt_destroy(begin("sleep 1000", 0, 0, bln_clock_system())); /* kills it: else this test hangs */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_have_states_and_reasons),
		cmocka_unit_test(what_it_writes_comes_to_its_log),
		cmocka_unit_test(all_that_it_wrote_is_read),
		cmocka_unit_test(its_time_is_watched),
		cmocka_unit_test(it_can_be_stopped),
		cmocka_unit_test(what_cannot_be_started_leaves_nothing),
	};

	return cmocka_run_group_tests_name("attempt", tests, set_up, tear_down);
}
