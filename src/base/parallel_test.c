#include "base/base_test.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/parallel.h"

enum { ITEMS = 1000 };

struct tally {
	atomic_int done[ITEMS];
	atomic_int inside;
	atomic_int inside_max;
	size_t fails_from; /* this item and all behind it fail */
};

static enum bln_status count_one(void *context, size_t index, struct bln_err *err)
{
	struct tally *tally = context;
	int inside = atomic_fetch_add(&tally->inside, 1) + 1;
	int most = atomic_load(&tally->inside_max);

	while (inside > most && !atomic_compare_exchange_weak(&tally->inside_max, &most, inside))
		;
	usleep(50);
	atomic_fetch_add(&tally->done[index], 1);
	atomic_fetch_sub(&tally->inside, 1);
	if (index >= tally->fails_from)
		return bln_err_set(err, BLN_IO, "item %zu", index);
	return BLN_OK;
}

static void every_item_is_done_once_by_no_more_threads_than_asked(void **state)
{
	struct bln_err err = { 0 };
	(void)state;

	for (int threads = 1; threads <= 8; threads *= 2) {
		struct tally tally = { .fails_from = ITEMS };

		assert_ok(bln_parallel_run(ITEMS, threads, count_one, &tally, &err), &err);
		for (int i = 0; i < ITEMS; i++)
			assert_int_equal(atomic_load(&tally.done[i]), 1);
		assert_true(atomic_load(&tally.inside_max) <= threads);
		assert_true(threads == 1 || atomic_load(&tally.inside_max) > 1);
	}
	assert_ok(bln_parallel_run(0, 8, count_one, NULL, &err), &err);
}

static void the_first_failure_ends_it_and_is_told(void **state)
{
	(void)state;

	for (int threads = 1; threads <= 8; threads *= 2) {
		struct tally tally = { .fails_from = 17 };
		struct bln_err err = { 0 };
		int done = 0;

		assert_int_equal(bln_parallel_run(ITEMS, threads, count_one, &tally, &err), BLN_IO);
		assert_string_equal(err.message, "item 17");
		for (int i = 0; i < ITEMS; i++)
			done += atomic_load(&tally.done[i]);
		assert_true(done >= 18 && done < 18 + threads);
	}
}

static enum bln_status count_blocked(void *context, size_t index, struct bln_err *err)
{
	atomic_int *open_threads = context;
	sigset_t blocked;
	(void)index;
	(void)err;

	pthread_sigmask(SIG_SETMASK, NULL, &blocked);
	if (!sigismember(&blocked, SIGINT))
		atomic_fetch_add(open_threads, 1);
	return BLN_OK;
}

static void only_the_callers_thread_takes_signals(void **state)
{
	atomic_int open_threads = 0;
	sigset_t blocked;
	struct bln_err err = { 0 };
	sigset_t before;
	(void)state;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGINT);
	pthread_sigmask(SIG_BLOCK, &blocked, &before); /* then no thread at all may have it open */
	assert_ok(bln_parallel_run(100, 4, count_blocked, &open_threads, &err), &err);
	assert_int_equal(atomic_load(&open_threads), 0);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	assert_ok(bln_parallel_run(1, 4, count_blocked, &open_threads, &err), &err);
	assert_int_equal(atomic_load(&open_threads), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_item_is_done_once_by_no_more_threads_than_asked),
		cmocka_unit_test(the_first_failure_ends_it_and_is_told),
		cmocka_unit_test(only_the_callers_thread_takes_signals),
	};

	return cmocka_run_group_tests_name("parallel", tests, NULL, NULL);
}
