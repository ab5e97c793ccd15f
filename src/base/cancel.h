/* A way to stop long work from outside: a flag that a signal or another thread sets, and a deadline.
 *
 * Whoever does the work asks at points where stopping leaves nothing half-done. */
#ifndef BLN_BASE_CANCEL_H
#define BLN_BASE_CANCEL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/status.h"

/* { 0 } is never cancelled. */
struct bln_cancel {
	atomic_bool is_requested; /* may be set in a signal handler */
	struct bln_clock *clock; /* for the deadline; NULL: there is none */
	int64_t deadline_us; /* on the clock's monotonic time */
};

/* Sets a deadline TIMEOUT_US from now. */
void bln_cancel_set_timeout(struct bln_cancel *cancel, struct bln_clock *clock, int64_t timeout_us);

/* Asks for the end. Safe in signal handlers and from any thread. */
void bln_cancel_request(struct bln_cancel *cancel);

/* BLN_OK, or BLN_CANCELLED saying whether it was interrupted or out of time. CANCEL may be NULL. */
BLN_MUST_CHECK enum bln_status bln_cancel_check(struct bln_cancel *cancel, struct bln_err *err);

#endif
