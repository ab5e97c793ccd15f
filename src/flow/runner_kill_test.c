/* The runner killed at any moment: its jobs die with it, the state is put right by the next run, and that run goes
 * well. */
#include "flow/runner_test_kit.h"

#include <dirent.h>

enum { ROUNDS = 8, LIFE_US_MAX = 250000 };

static const char yaml[] = "properties:\n"
			   "  do: |\n"
			   "    echo $$ > pids.$STEP.$$\n"
			   "    if [ -e finish ]; then exit 0; fi\n"
			   "    n=0; while [ $n -lt 3 ]; do sleep 0.01; n=$((n+1)); done\n"
			   "jobs:\n"
			   "  say: {kind: command, argv: [true], retries: 1, retry_delay: 10ms}\n"
			   "workflows:\n"
			   "  talk:\n"
			   "    max_concurrent: 1\n"
			   "    steps:\n"
			   "      a: {job: say}\n"
			   "      b: {job: say}\n"
			   "      c: {job: say, after: [a, b]}\n"
			   "      d: {job: say, after: [c]}\n";

static bool is_alive(pid_t pid)
{
	char path[64];
	char text[512] = { 0 };
	FILE *file;
	char *name_end;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	name_end = strrchr(text, ')');
	return name_end && name_end[2] != 'Z' && name_end[2] != 'X';
}

/* Waits until the shells that wrote their number into the folder are gone. */
static void assert_jobs_are_gone(struct kit *kit)
{
	DIR *folder = opendir(kit->folder);
	struct dirent *entry;

	assert_non_null(folder);
	while ((entry = readdir(folder))) {
		if (strncmp(entry->d_name, "pids.", 5) != 0)
			continue;
		while (is_alive((pid_t)strtol(kit_read(kit, entry->d_name), NULL,
					      10))) /* 0, where it had not written it yet, is not */
			usleep(1000);
	}
	closedir(folder);
}

static void kill_the_runner_after(struct kit *kit, useconds_t life_us)
{
	int how = 0;
	pid_t pid = fork();

	if (pid == 0) {
		struct bln_run_outcome outcome;

		kit_open(kit);
		bln_random_init(&kit->random, (uint64_t)getpid()); /* not the ids of the run that follows */
		kit->runner.event = NULL;
		_exit(bln_runner_run(&kit->runner, &kit->plan, NULL, &outcome, NULL) == BLN_OK ? 0 : 1);
	}
	assert_true(pid > 0);
	usleep(life_us);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &how, 0), pid);
	assert_true(WIFSIGNALED(how) || WEXITSTATUS(how) == 0);
}

static void assert_nothing_is_under_way(struct kit *kit)
{
	const struct bln_run_filter active = { .is_active = true };
	struct bln_run *runs = NULL;
	size_t count = 0;
	struct bln_err err = { 0 };

	assert_ok(bln_runs_list(kit->state, &active, &kit->arena, &runs, &count, &err), &err);
	assert_int_equal(count, 0);
}

static void a_runner_killed_at_any_moment_leaves_nothing_in_the_way(void **state)
{
	struct bln_random random;
	(void)state;

	bln_random_init(&random, test_seed(12));
	for (int round = 0; round < ROUNDS; round++) {
		struct kit *kit = kit_new_closed(yaml, "talk");
		struct bln_err err = { 0 };
		size_t reaped = 0;
		char finish[128];

		kit->runner.concurrent_max = 1 + round % 3;
		kill_the_runner_after(kit, (useconds_t)bln_random_below(&random, LIFE_US_MAX));
		assert_jobs_are_gone(kit);
		kit_open(kit);
		if (round % 2) { /* or let the next run do it */
			assert_ok(bln_runs_reap(kit->state, bln_clock_now_us(bln_clock_system()), &reaped, &err), &err);
			assert_nothing_is_under_way(kit);
		}
		snprintf(finish, sizeof(finish), "%s/finish", kit->folder);
		fclose(fopen(finish, "we"));
		kit->events[0] = '\0';
		assert_int_equal(kit_run(kit), BLN_RUN_SUCCEEDED); /* max_concurrent is 1: the dead are not counted */
		assert_nothing_is_under_way(kit);
		kit_destroy(kit);
	}
}

static void a_killed_run_is_recorded_as_such(void **state)
{
	struct kit *kit =
		kit_new_closed("jobs:\n"
			       "  say: {kind: command, argv: [true], properties: {do: touch begun; exec sleep 1000}}\n"
			       "workflows: {talk: {steps: {one: {job: say}, two: {job: say, after: [one]}}}}\n",
			       "talk");
	char begun[128];
	size_t reaped = 0;
	struct bln_err err = { 0 };
	pid_t pid = fork();
	(void)state;

	if (pid == 0) {
		kit_open(kit);
		_exit(bln_runner_run(&kit->runner, &kit->plan, NULL, &kit->outcome, NULL) == BLN_OK ? 0 : 1);
	}
	snprintf(begun, sizeof(begun), "%s/begun", kit->folder);
	while (access(begun, F_OK) != 0)
		usleep(1000);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	kit_open(kit);
	assert_string_equal(kit_records(kit), "talk RUNNING, one/1 RUNNING, ");
	assert_ok(bln_runs_reap(kit->state, bln_clock_now_us(bln_clock_system()), &reaped, &err), &err);
	assert_int_equal(reaped, 2);
	assert_string_equal(kit_records(kit), "talk ERROR, one/1 FAILED, ");
	kit_destroy(kit);
}

/* Whatever request fails, the run says so or goes well, and no process is left. */
static void without_memory_it_says_so(void **state)
{
	struct kit *kit = kit_new("jobs:\n"
				  "  say: {kind: command, argv: [true]}\n"
				  "workflows: {talk: {steps: {one: {job: say}, two: {job: say, after: [one]}}}}\n",
				  "talk");
	enum bln_status status = BLN_NO_MEMORY;
	struct bln_err err = { 0 };
	uint64_t nth;
	(void)state;

	kit->runner.file = "/bin/true"; /* many runs, and what they do is not the matter */
	for (nth = 1; nth < 300; nth += 1 + nth / 8) {
		bln_mem_fail_at(0, false);
		bln_mem_fail_at(nth, false);
		status = bln_runner_run(&kit->runner, &kit->plan, NULL, &kit->outcome, &err);
		bln_mem_fail_at(0, false);
		assert_true(status == BLN_NO_MEMORY || status == BLN_OK);
		assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
		assert_int_equal(errno, ECHILD);
		if (status == BLN_NO_MEMORY)
			assert_string_equal(err.message, "out of memory");
	}
	assert_int_equal(status, BLN_OK);
	kit_destroy(kit);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_killed_run_is_recorded_as_such),
	cmocka_unit_test(a_runner_killed_at_any_moment_leaves_nothing_in_the_way),
	cmocka_unit_test(without_memory_it_says_so),
};

KIT_MAIN("runner_kill")
