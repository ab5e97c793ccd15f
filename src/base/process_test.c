#include "base/base_test.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"

static void oneself_is_alive(void **state)
{
	struct bln_process self = { 0 };
	struct bln_err err = { 0 };
	(void)state;

	assert_ok(bln_process_of(getpid(), &self, &err), &err);
	assert_int_equal(self.pid, getpid());
	assert_true(self.start_ticks > 0);
	assert_int_equal(bln_process_life(&self), BLN_PROCESS_ALIVE);
}

static void a_child_is_alive_until_it_is_waited_for(void **state)
{
	struct bln_process child = { 0 };
	struct bln_err err = { 0 };
	siginfo_t info;
	pid_t pid = fork();
	(void)state;

	assert_true(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_NAME, "a) (b) 1 2 3"); /* fields must be counted after the name */
		raise(SIGSTOP);
		_exit(0);
	}
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WSTOPPED), 0);
	assert_ok(bln_process_of(pid, &child, &err), &err);
	assert_int_equal(bln_process_life(&child), BLN_PROCESS_ALIVE);
	kill(pid, SIGKILL);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(bln_process_life(&child), BLN_PROCESS_ALIVE);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(bln_process_life(&child), BLN_PROCESS_DEAD);
	assert_int_equal(bln_process_of(pid, &child, &err), BLN_NOT_FOUND);
}

static void the_same_pid_is_not_the_same_process(void **state)
{
	struct bln_process self = { 0 };
	struct bln_process other;
	struct bln_err err = { 0 };
	(void)state;

	assert_ok(bln_process_of(getpid(), &self, &err), &err);
	other = self;
	other.start_ticks--;
	assert_int_equal(bln_process_life(&other), BLN_PROCESS_DEAD);
	other = self;
	other.space[0] = other.space[0] == 'x' ? 'y' : 'x'; /* another boot */
	assert_int_equal(bln_process_life(&other), BLN_PROCESS_DEAD);
	other = self;
	other.space[strlen(other.space) - 1] ^= 1; /* a container of this boot */
	assert_int_equal(bln_process_life(&other), BLN_PROCESS_UNKNOWN);
	other = (struct bln_process){ 0 };
	assert_int_equal(bln_process_life(&other), BLN_PROCESS_DEAD);
	assert_int_equal(bln_process_of(-1, &other, &err), BLN_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(oneself_is_alive),
		cmocka_unit_test(a_child_is_alive_until_it_is_waited_for),
		cmocka_unit_test(the_same_pid_is_not_the_same_process),
	};

	return cmocka_run_group_tests_name("process", tests, NULL, NULL);
}
