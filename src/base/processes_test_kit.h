/* What tests share that let several processes do the same at once. */
#ifndef BLN_BASE_PROCESSES_TEST_KIT_H
#define BLN_BASE_PROCESSES_TEST_KIT_H

#include "base/base_test.h"

#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TEST_PROCESSES_MAX = 16 };

/* Runs WORK in COUNT processes at once, each with its number from 0 on, and waits until all have ended; each must have found all
 * to be well. What is wrong WORK had better say on stderr: an assertion that fails there is seen as well, but after the tests that
 * follow have run in that process too. */
static inline void test_processes(int count, bool (*work)(void *context, int self), void *context)
{
	pid_t children[TEST_PROCESSES_MAX];

	assert_true(count <= TEST_PROCESSES_MAX);
	fflush(NULL);
	for (int i = 0; i < count; i++) {
		children[i] = fork();
		assert_true(children[i] >= 0);
		if (children[i] == 0)
			_exit(work(context, i) ? 0 : 1);
	}
	for (int i = 0; i < count; i++) {
		int ended;

		assert_int_equal(waitpid(children[i], &ended, 0), children[i]);
		assert_true(WIFEXITED(ended) && WEXITSTATUS(ended) == 0);
	}
}

#endif
