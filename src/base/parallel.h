/* The same work on many items by a few threads: for what waits on disks and networks, such as fsync. */
#ifndef BLN_BASE_PARALLEL_H
#define BLN_BASE_PARALLEL_H

#include <stddef.h>

#include "base/status.h"

enum { BLN_PARALLEL_THREADS_MAX = 64 };

/* Does item INDEX of CONTEXT. Called by several threads at once, for different items. */
typedef enum bln_status bln_parallel_work(void *context, size_t index, struct bln_err *err);

/* Calls WORK for the items 0 to COUNT - 1, in that order of starting, on at most THREADS threads (1 to
 * BLN_PARALLEL_THREADS_MAX) of which the caller's is one. Threads that cannot be started are done without. Signals go to
 * the caller's threads only.
 *
 * After a failure no further item is begun; those begun are finished. Returns BLN_OK when all went well, else the failure
 * of the lowest item that failed, with its ERR. */
BLN_MUST_CHECK enum bln_status bln_parallel_run(size_t count, int threads, bln_parallel_work *work, void *context,
						struct bln_err *err);

#endif
