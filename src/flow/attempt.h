/* One attempt at a job: a process, from its start to how it ended. Several at once are pumped by one loop (runner.h).
 * */
#ifndef BLN_FLOW_ATTEMPT_H
#define BLN_FLOW_ATTEMPT_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/run_state.h"
#include "base/secrets.h"
#include "flow/job_log.h"
#include "flow/job_protocol.h"

enum {
	BLN_ATTEMPT_POLL_FDS = 3,
	BLN_ATTEMPT_REASON_SIZE = 2048,
};

struct bln_attempt_start {
	const char *file; /* as in base/child.h */
	const char *const *argv;
	const char *log_path;
	int64_t log_bytes_max;
	int64_t timeout_us; /* 0: none */
	int64_t grace_us; /* between SIGTERM and SIGKILL */
	const struct bln_secrets *secrets; /* may be NULL; masked in its log and its reason */
};

struct bln_attempt {
	struct bln_child child;
	struct bln_clock *clock;
	struct bln_job_log log;
	struct bln_job_reader reader;
	const struct bln_secrets *secrets;
	int output; /* its stdout and stderr; -1 once closed */
	int lines; /* the protocol's socket; likewise */
	int64_t deadline_us; /* monotonic; INT64_MAX: none */
	int64_t kill_at_us; /* likewise: when grace is over */
	int64_t timeout_us;
	int64_t grace_us;
	bool is_timed_out;
	bool is_stopped; /* somebody asked */
};

/* How it ended. */
struct bln_attempt_end {
	enum bln_run_state state;
	int exit_code; /* of the process; -1 where a signal ended it */
	bool is_partial;
	bool has_nothing_done; /* it says that there was nothing to do */
	struct bln_text result; /* a JSON object; empty: none. The caller's to clean up */
	char reason[BLN_ATTEMPT_REASON_SIZE]; /* "" where it succeeded */
};

/* Starts it, into *OUT (NULL after a failure), which bln_attempt_destroy frees. */
BLN_MUST_CHECK enum bln_status bln_attempt_new(const struct bln_attempt_start *start, struct bln_clock *clock,
					       struct bln_attempt **out, struct bln_err *err);

/* Fills FDS with what to poll for it; returns how many. */
size_t bln_attempt_poll(const struct bln_attempt *attempt, struct pollfd fds[static BLN_ATTEMPT_POLL_FDS]);

/* When something is to be done even if nothing is to be read: monotonic, INT64_MAX for never. */
int64_t bln_attempt_due_us(const struct bln_attempt *attempt);

/* Reads what there is, without waiting, and sees to its time. *HAS_ENDED says that it ended, and *END how. */
BLN_MUST_CHECK enum bln_status bln_attempt_pump(struct bln_attempt *attempt, bool *has_ended,
						struct bln_attempt_end *end, struct bln_err *err);

/* Asks it to end, or, where IS_NOW, ends it. */
void bln_attempt_stop(struct bln_attempt *attempt, bool is_now);

/* Kills it if it runs. NULL is fine. */
void bln_attempt_destroy(struct bln_attempt *attempt);

#endif
