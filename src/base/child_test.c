#include "base/base_test.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/mem.h"
#include "base/process.h"
#include "base/time.h"

/* What a pipe holds, up to its end; lives until the next call. */
static const char *pipe_text(int fd)
{
	static char text[65536];
	size_t length = 0;
	ssize_t got;

	while ((got = read(fd, text + length, sizeof(text) - 1 - length)) != 0) {
		if (got > 0)
			length += (size_t)got;
		else
			assert_int_equal(errno, EINTR);
	}
	text[length] = '\0';
	return text;
}

/* Runs "sh -c SCRIPT", and gives what it wrote; *END says how it ended. */
static const char *run(struct bln_child_start start, const char *script, struct bln_child_end *end)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	struct bln_child child = { 0 };
	struct bln_err err = { 0 };
	const char *text;
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	start.argv = argv;
	start.out = &fds[1];
	start.err = &fds[1];
	assert_ok(bln_child_start(&start, &child, &err), &err);
	close(fds[1]);
	text = pipe_text(fds[0]);
	close(fds[0]);
	bln_child_wait(&child, end);
	assert_int_equal(child.pid, 0);
	return text;
}

static void it_runs_and_says_how_it_ended(void **state)
{
	struct bln_child_end end;
	(void)state;

	assert_string_equal(run((struct bln_child_start){ 0 }, "echo out; echo err >&2; exit 7", &end), "out\nerr\n");
	assert_false(end.is_signal);
	assert_int_equal(end.code, 7);
	assert_string_equal(bln_child_end_text(&end).text, "exit code 7");
	(void)run((struct bln_child_start){ 0 }, "kill -SEGV $$", &end);
	assert_true(end.is_signal);
	assert_int_equal(end.code, SIGSEGV);
	assert_says(bln_child_end_text(&end).text, "signal 11");
}

static void it_gets_its_folder_variables_and_nothing_to_read(void **state)
{
	const char *const env[] = { "BLN_TEST_A=two words", "BLN_TEST_B=", NULL };
	struct bln_child_end end;
	(void)state;

	setenv("BLN_TEST_A", "other", 1);
	setenv("BLN_TEST_AB", "stays", 1);
	assert_string_equal(
		run((struct bln_child_start){ .env = env, .cwd = "/usr" },
		    "pwd; echo \"$BLN_TEST_A|${BLN_TEST_B-unset}|$BLN_TEST_AB\"; env | grep -c '^BLN_TEST_A='; cat",
		    &end),
		"/usr\ntwo words||stays\n1\n");
	assert_int_equal(end.code, 0);
}

/* Also where the numbers cross, and none that was not asked for. */
static void it_inherits_the_descriptors_asked_for(void **state)
{
	struct bln_child_fd fds[2];
	struct bln_child_end end;
	int pair[2];
	int leak = open("/dev/null", O_RDONLY); /* on purpose not O_CLOEXEC */
	(void)state;

	assert_int_equal(pipe2(pair, O_CLOEXEC), 0);
	assert_true(pair[0] > 2 && pair[1] <= BLN_CHILD_FD_MAX);
	fds[0] = (struct bln_child_fd){ .ours = pair[0], .theirs = pair[1] };
	fds[1] = (struct bln_child_fd){ .ours = pair[1], .theirs = pair[0] };
	{
		char script[256];
		char expected[64];
		int numbers = snprintf(expected, sizeof(expected), "passed\n0\n1\n2\n%d\n%d\n", pair[0], pair[1]);

		assert_true(numbers > 0);
		snprintf(script, sizeof(script),
			 "echo passed >&%d; read -r line <&%d; echo \"$line\"; for i in /proc/self/fd/*; do [ -e "
			 "\"$i\" ] && echo ${i##*/}; done",
			 pair[0], pair[1]);
		assert_string_equal(run((struct bln_child_start){ .fds = fds, .fds_count = 2 }, script, &end),
				    expected);
	}
	close(leak);
	close(pair[0]);
	close(pair[1]);
}

static void signals_are_as_a_new_program_expects(void **state)
{
	struct bln_child_end end;
	sigset_t blocked;
	sigset_t before;
	(void)state;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigprocmask(SIG_BLOCK, &blocked, &before);
	signal(SIGINT, SIG_IGN);
	/* Signals 32 and 33 are the C library's own, which no program can set: we may have been started with them ignored. */
	assert_string_equal(run((struct bln_child_start){ 0 },
				"while read -r k v; do case $k in SigBlk:|SigIgn:) "
				"printf '%s %x\n' $k $((0x$v & ~0x180000000));; esac; done </proc/self/status",
				&end),
			    "SigBlk: 0\nSigIgn: 0\n");
	signal(SIGINT, SIG_DFL);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

static void what_cannot_be_started_is_told(void **state)
{
	static const struct {
		const char *name, *cwd, *message;
		enum bln_status status;
	} cases[] = {
		{ "no-such-program-at-all", NULL, "cannot run no-such-program-at-all: there is no such program in PATH",
		  BLN_NOT_FOUND },
		{ "/no/such/file", NULL, "cannot run /no/such/file: No such file", BLN_NOT_FOUND },
		{ "/etc/passwd", NULL, "cannot run /etc/passwd: Permission denied", BLN_DENIED },
		{ "sh", "/no/such/folder", "cannot start sh in /no/such/folder: No such file", BLN_NOT_FOUND },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *const argv[] = { cases[i].name, NULL };
		const struct bln_child_start start = { .argv = argv, .cwd = cases[i].cwd };
		struct bln_child child = { 0 };
		struct bln_err err = { 0 };

		assert_int_equal(bln_child_start(&start, &child, &err), cases[i].status);
		if (strstr(err.message, cases[i].message) != err.message)
			fail_msg("%s", err.message);
		assert_int_equal(child.pid, 0);
	}
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* none is left */
	assert_int_equal(errno, ECHILD);
}

/* Starts "sh -c SCRIPT" and waits for its first line. */
static struct bln_child start_and_hear(const char *script, bool stays_in_group, char *line, size_t size)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	struct bln_child child = { 0 };
	struct bln_err err = { 0 };
	struct bln_child_start start = { .argv = argv, .stays_in_group = stays_in_group };
	size_t length = 0;
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	start.out = &fds[1];
	assert_ok(bln_child_start(&start, &child, &err), &err);
	close(fds[1]);
	while (length < size - 1 && read(fds[0], line + length, 1) == 1 && line[length] != '\n')
		length++;
	line[length] = '\0';
	close(fds[0]);
	return child;
}

static void stopping_is_asked_for_first(void **state)
{
	struct bln_child_end end;
	char line[64];
	struct bln_child child = start_and_hear("trap 'exit 5' TERM; echo ready; while :; do sleep 0.01; done", false,
						line, sizeof(line));
	(void)state;

	assert_false(bln_child_has_ended(&child, &end));
	bln_child_stop(&child, bln_clock_system(), BLN_US_PER_MINUTE, &end);
	assert_false(end.is_signal);
	assert_int_equal(end.code, 5);
	bln_child_signal(&child, SIGTERM); /* nobody */
}

static void and_enforced_then(void **state)
{
	struct bln_clock_virtual clock;
	struct bln_child_end end;
	char line[64];
	struct bln_child child =
		start_and_hear("trap '' TERM; echo ready; while :; do sleep 0.01; done", false, line, sizeof(line));
	(void)state;

	bln_clock_virtual_init(&clock, 0);
	bln_child_stop(&child, &clock.clock, BLN_US_PER_MINUTE, &end);
	assert_true(clock.monotonic_us >= BLN_US_PER_MINUTE);
	assert_true(end.is_signal);
	assert_int_equal(end.code, SIGKILL);
}

/* Waits for the kernel to have taken PID; a zombie somebody else is to reap is as good as gone. */
static void assert_gone(pid_t pid)
{
	char path[64];
	char text[512];

	for (;;) {
		FILE *file;
		char *name_end;
		bool is_zombie;

		snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
		file = fopen(path, "re");
		if (!file)
			return;
		text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
		fclose(file);
		name_end = strrchr(text, ')');
		is_zombie = !name_end || name_end[2] == 'Z' || name_end[2] == 'X';
		if (is_zombie)
			return;
		usleep(1000);
	}
}

static void its_group_ends_with_it(void **state)
{
	struct bln_child_end end;
	char line[64];
	struct bln_child child = start_and_hear("sleep 1000 & echo $!", false, line, sizeof(line));
	(void)state;

	bln_child_wait(&child, &end);
	assert_int_equal(end.code, 0);
	assert_gone((pid_t)strtol(line, NULL, 10));
}

static void one_that_stays_in_our_group_is_signalled_alone(void **state)
{
	struct bln_child_end end;
	char line[64];
	struct bln_child child = start_and_hear("read -r a b c d pgid rest </proc/$$/stat; echo $pgid; exec sleep 1000",
						true, line, sizeof(line));
	(void)state;

	assert_int_equal(strtol(line, NULL, 10), getpgrp());
	bln_child_signal(&child, SIGTERM);
	bln_child_wait(&child, &end);
	assert_int_equal(end.code, SIGTERM);
}

static void the_end_can_be_polled_for(void **state)
{
	struct bln_child_end end;
	char line[64];
	struct bln_child child = start_and_hear("echo; exec sleep 1000", false, line, sizeof(line));
	struct pollfd fd = { .fd = child.pidfd, .events = POLLIN };
	(void)state;

	if (child.pidfd >= 0) {
		assert_int_equal(poll(&fd, 1, 0), 0);
		bln_child_signal(&child, SIGKILL);
		assert_int_equal(poll(&fd, 1, -1), 1);
	}
	bln_child_signal(&child, SIGKILL);
	bln_child_wait(&child, &end);
	assert_int_equal(end.code, SIGKILL);
}

/* The parent is killed with SIGKILL: it can do nothing about its child; the kernel does. */
static void it_does_not_outlive_its_parent(void **state)
{
	int fds[2];
	pid_t parent;
	pid_t pid = 0;
	(void)state;

	assert_int_equal(pipe(fds), 0);
	parent = fork();
	if (parent == 0) {
		const char *const argv[] = { "sleep", "1000", NULL };
		struct bln_child child = { 0 };

		if (bln_child_start(&(struct bln_child_start){ .argv = argv }, &child, NULL) != BLN_OK ||
		    write(fds[1], &child.pid, sizeof(child.pid)) != sizeof(child.pid))
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(fds[0], &pid, sizeof(pid)), sizeof(pid));
	assert_int_equal(kill(pid, 0), 0);
	kill(parent, SIGKILL);
	assert_int_equal(waitpid(parent, NULL, 0), parent);
	assert_gone(pid);
	close(fds[0]);
	close(fds[1]);
}

static void without_memory_it_says_so(void **state)
{
	const char *const argv[] = { "sh", "-c", "exit 0", NULL };
	const char *const env[] = { "A=b", NULL };
	const struct bln_child_start start = { .argv = argv, .env = env };
	struct bln_child child = { 0 };
	struct bln_err err = { 0 };
	struct bln_child_end end;
	enum bln_status status = BLN_NO_MEMORY;
	uint64_t nth;
	(void)state;

	for (nth = 1; status == BLN_NO_MEMORY; nth++) {
		bln_mem_fail_at(nth, false);
		status = bln_child_start(&start, &child, &err);
		bln_mem_fail_at(0, false);
	}
	assert_ok(status, &err);
	assert_true(nth > 2);
	bln_child_wait(&child, &end);
	assert_int_equal(end.code, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_runs_and_says_how_it_ended),
		cmocka_unit_test(it_gets_its_folder_variables_and_nothing_to_read),
		cmocka_unit_test(it_inherits_the_descriptors_asked_for),
		cmocka_unit_test(signals_are_as_a_new_program_expects),
		cmocka_unit_test(what_cannot_be_started_is_told),
		cmocka_unit_test(stopping_is_asked_for_first),
		cmocka_unit_test(and_enforced_then),
		cmocka_unit_test(its_group_ends_with_it),
		cmocka_unit_test(one_that_stays_in_our_group_is_signalled_alone),
		cmocka_unit_test(the_end_can_be_polled_for),
		cmocka_unit_test(it_does_not_outlive_its_parent),
		cmocka_unit_test(without_memory_it_says_so),
	};

	return cmocka_run_group_tests_name("child", tests, NULL, NULL);
}
