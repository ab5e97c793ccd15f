#include "base/parallel.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

struct crew {
	size_t count;
	bln_parallel_work *work;
	void *context;
	atomic_size_t next;
	atomic_bool is_over;
};

struct worker {
	struct crew *crew;
	pthread_t thread;
	size_t item; /* the one that failed, when status is not BLN_OK */
	enum bln_status status;
	struct bln_err err;
};

static void *worker_run(void *argument)
{
	struct worker *worker = argument;
	struct crew *crew = worker->crew;

	while (worker->status == BLN_OK && !atomic_load(&crew->is_over)) {
		worker->item = atomic_fetch_add(&crew->next, 1);
		if (worker->item >= crew->count)
			break;
		worker->status = crew->work(crew->context, worker->item, &worker->err);
	}
	if (worker->status != BLN_OK)
		atomic_store(&crew->is_over, true);
	return NULL;
}

enum bln_status bln_parallel_run(size_t count, int threads, bln_parallel_work *work, void *context, struct bln_err *err)
{
	struct crew crew = { .count = count, .work = work, .context = context };
	struct worker workers[BLN_PARALLEL_THREADS_MAX];
	const struct worker *failed = NULL;
	sigset_t all;
	sigset_t before;
	int started = 1;

	assert(threads >= 1 && threads <= BLN_PARALLEL_THREADS_MAX);
	if ((size_t)threads > count)
		threads = count > 0 ? (int)count : 1;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (int i = 0; i < threads; i++) {
		workers[i].crew = &crew;
		workers[i].status = BLN_OK;
		workers[i].err = (struct bln_err){ 0 };
	}
	while (started < threads && pthread_create(&workers[started].thread, NULL, worker_run, &workers[started]) == 0)
		started++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);

	worker_run(&workers[0]);
	for (int i = 0; i < started; i++) {
		if (i > 0)
			pthread_join(workers[i].thread, NULL);
		if (workers[i].status != BLN_OK && (!failed || workers[i].item < failed->item))
			failed = &workers[i];
	}
	if (!failed)
		return BLN_OK;
	if (err)
		*err = failed->err;
	return failed->status;
}
