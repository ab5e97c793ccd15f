/* The command job: a user's program. */
#include "job/job_test_kit.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>

static struct kit *kit;

static const char *const yaml =
	"properties: {base: USD, my-name: \"a b'c\", folder: \"${project:folder}\"}\n"
	"jobs:\n"
	"  fine: {kind: command, argv: [\"true\"]}\n"
	"  three: {kind: command, argv: [sh, -c, \"exit 3\"]}\n"
	"  killed: {kind: command, argv: [sh, -c, \"kill -9 $$\"]}\n"
	"  nowhere: {kind: command, argv: [no-such-program]}\n"
	"  say: {kind: command, argv: [sh, -c, \"env | grep ^BULLION_ > out; pwd >> out; cat >> out; echo \\\"$0\\\" >> out\", \"${run:base}\"]}\n"
	"  unset: {kind: command, argv: [echo, \"${run:nothing}\"]}\n"
	"  file: {kind: command, file: jobs/run.sh}\n"
	"  slow: {kind: command, argv: [sh, -c, \"echo $$ > pid; sleep 600 & echo $! > pid2; wait\"]}\n"
	"  deaf: {kind: command, argv: [sh, -c, \"trap '' TERM; echo $$ > pid; while :; do sleep 1; done\"]}\n";

static int set_up(void **state)
{
	*state = kit = kit_new(yaml, 1);
	return 0;
}

static void assert_file(const char *name, const char *wanted)
{
	char text[4096];
	FILE *file = fopen(kit_path(kit, name), "r");
	size_t length;

	assert_non_null(file);
	length = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[length] = '\0';
	assert_says(text, wanted);
}

static void how_it_ends_is_told(void **state)
{
	struct bln_job_result result;
	(void)state;

	result = kit_run(kit, "fine");
	assert_int_equal(result.version, -1);
	assert_false(result.is_idle);
	kit_fails(kit, "three", BLN_IO, "job three: sh ended with exit code 3");
	kit_fails(kit, "killed", BLN_IO, "job killed: sh was killed by signal 9 (SIGKILL): `bullion runs logs`");
	kit_fails(kit, "nowhere", BLN_NOT_FOUND, "no-such-program");
}

static void what_it_is_given(void **state)
{
	char wanted[KIT_PATH_SIZE];
	(void)state;

	(void)kit_run(kit, "say");
	assert_file("out", "BULLION_PROPERTY_BASE=USD\n");
	assert_file("out", "BULLION_PROPERTY_MY_NAME=a b'c\n");
	snprintf(wanted, sizeof(wanted), "BULLION_PROPERTY_FOLDER=%s\n", kit->folder);
	assert_file("out", wanted);
	snprintf(wanted, sizeof(wanted), "BULLION_PROJECT=%s\n", kit->folder);
	assert_file("out", wanted);
	snprintf(wanted, sizeof(wanted), "\n%s\nUSD\n", kit->folder); /* nothing on its stdin */
	assert_file("out", wanted);
	kit_fails(kit, "unset", BLN_INVALID, "the run has no property 'nothing'");
	assert_says(kit->err.message, "bullion.yaml:");
}

static void a_file_is_run_as_a_program(void **state)
{
	(void)state;
	kit_fails(kit, "file", BLN_NOT_FOUND, "jobs/run.sh");
	kit_file(kit, "jobs/run.sh", "#!/bin/sh\necho ran > out\n");
	kit_fails(kit, "file", BLN_DENIED, "jobs/run.sh");
	assert_int_equal(chmod(kit_path(kit, "jobs/run.sh"), 0755), 0);
	(void)kit_run(kit, "file");
	assert_file("out", "ran\n");
}

static pid_t pid_read(const char *name)
{
	long pid = 0;
	FILE *file = NULL;

	for (int i = 0; i < 500 && pid == 0; i++) {
		char line[32] = "";

		file = fopen(kit_path(kit, name), "r");
		if (file) {
			if (fgets(line, sizeof(line), file) && strchr(line, '\n'))
				pid = strtol(line, NULL, 10);
			fclose(file);
		}
		usleep(10000);
	}
	assert_true(pid > 0);
	return (pid_t)pid;
}

/* Asks for the end as soon as the program runs. */
static void *cancel_soon(void *name)
{
	(void)pid_read(name);
	bln_cancel_request(kit->context.cancel);
	return NULL;
}

static void assert_gone(const char *name)
{
	pid_t pid = pid_read(name);

	for (int i = 0; i < 300 && kill(pid, 0) == 0; i++)
		usleep(10000);
	assert_int_equal(kill(pid, 0), -1);
	assert_int_equal(errno, ESRCH);
}

static void it_is_stopped_with_all_that_it_started(void **state)
{
	static const char *const jobs[] = { "slow", "deaf" };
	(void)state;

	for (size_t i = 0; i < 2; i++) {
		struct bln_cancel cancel = { 0 };
		pthread_t thread;

		(void)unlink(kit_path(kit, "pid"));
		kit->context.cancel = &cancel;
		if (i == 0)
			kit->context.clock = bln_clock_system();
		else /* its time stands still but for who waits: the grace is over at once */
			kit->context.clock = &kit->clock.clock;
		assert_int_equal(pthread_create(&thread, NULL, cancel_soon, (char[]){ "pid" }), 0);
		kit_fails(kit, jobs[i], BLN_CANCELLED, "job ");
		assert_int_equal(pthread_join(thread, NULL), 0);
		assert_gone("pid");
		if (i == 0)
			assert_gone("pid2");
	}
	kit->context.cancel = NULL;
}

static void it_is_out_of_time(void **state)
{
	struct bln_cancel cancel = { 0 };
	(void)state;

	kit->context.clock = bln_clock_system();
	kit->context.cancel = &cancel;
	bln_cancel_set_timeout(&cancel, kit->context.clock, 200000);
	kit_fails(kit, "slow", BLN_CANCELLED, "time");
	kit->context.cancel = NULL;
}

static void no_memory_starts_nothing(void **state)
{
	(void)state;
	for (uint64_t nth = 1;; nth++) {
		struct bln_job_result result;
		enum bln_status status;

		assert_true(nth < 200);
		bln_mem_fail_at(nth, false);
		status = kit_try(kit, "fine", &result);
		bln_mem_fail_at(0, false);
		if (status == BLN_OK)
			break;
		assert_int_equal(status, BLN_NO_MEMORY);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(how_it_ends_is_told),	      kit_test(what_it_is_given),
		kit_test(a_file_is_run_as_a_program), kit_test(it_is_stopped_with_all_that_it_started),
		kit_test(it_is_out_of_time),	      kit_test(no_memory_starts_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
