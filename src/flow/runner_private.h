/* A run while it is under way. For runner*.c only; read runner.c first, then runner_action.c and runner_record.c. */
#ifndef BLN_FLOW_RUNNER_PRIVATE_H
#define BLN_FLOW_RUNNER_PRIVATE_H

#include "base/arena.h"
#include "base/process.h"
#include "flow/attempt.h"
#include "flow/runner.h"

enum bln_phase {
	BLN_PHASE_IDLE, /* not begun */
	BLN_PHASE_WAITING, /* recorded: its time, a slot or other runs of its job are awaited */
	BLN_PHASE_ACTIVE, /* its process runs */
	BLN_PHASE_ENDED,
};

struct bln_run_action {
	const struct bln_plan_action *action;
	enum bln_phase phase;
	char id[BLN_UUID_TEXT_SIZE]; /* of the attempt's record */
	const char *log_path; /* likewise; in the run's arena */
	int64_t attempt; /* from 1; 0: none yet */
	int64_t due_us; /* WAITING: not to be looked at before; monotonic */
	bool is_queued; /* somebody was told */
	struct bln_attempt *process; /* ACTIVE */
	int exit_code; /* of the last process that ended; -1: none */
	bool has_begun; /* a process was started for it, in whichever attempt */
	bool is_partial;
	bool has_nothing_done;
	char reason[BLN_ATTEMPT_REASON_SIZE]; /* ENDED, and not well */
};

struct bln_running {
	const struct bln_runner *runner;
	const struct bln_plan *plan;
	const struct bln_properties *given;
	struct bln_arena arena;
	struct bln_process self;
	char id[BLN_UUID_TEXT_SIZE];
	struct bln_run_action *actions; /* as many as the plan has, in its order; STATES and VERDICTS likewise */
	enum bln_run_state *states; /* WAITING: not begun; RUNNING: it is under way, also between two attempts */
	enum bln_plan_verdict *verdicts;
	struct pollfd *fds;
	size_t active; /* processes that run */
	size_t active_max;
	int64_t look_at_us; /* when the records are to be looked at again */
	bool has_changed; /* since the plan was last asked */
	bool is_stopping;
	bool is_hurried;
};

/* runner_record.c: what of it all is in the state. */

/* Makes the run's id and record; as the run of a job, also its first attempt's. */
BLN_MUST_CHECK enum bln_status bln_running_record(struct bln_running *running, struct bln_err *err);

/* Makes the record of the next attempt at ACTION, WAITING. */
BLN_MUST_CHECK enum bln_status bln_running_record_attempt(struct bln_running *running, struct bln_run_action *action,
							  struct bln_err *err);

/* Changes the record ID. *STATE says what it is in then: TO, or, where somebody else ended it, what they made of it. */
BLN_MUST_CHECK enum bln_status bln_running_change(struct bln_running *running, const char *id, enum bln_run_state to,
						  const char *reason, const char *result, enum bln_run_state *state,
						  struct bln_err *err);

/* What the record ID is in. */
BLN_MUST_CHECK enum bln_status bln_running_state(struct bln_running *running, const char *id, enum bln_run_state *state,
						 struct bln_err *err);

/* Whether less than MAX active runs of NAME and KIND were recorded before ID; else the first of them in OTHER.
 * Whoever was recorded first goes first, so that of two that ask at once one is free, never both. */
BLN_MUST_CHECK enum bln_status bln_running_is_turn(struct bln_running *running, const char *id, const char *name,
						   enum bln_run_kind kind, int64_t max, bool *is_turn,
						   char other[static BLN_UUID_TEXT_SIZE], struct bln_err *err);

/* runner_action.c: what becomes of the actions. */

/* Begins those that may begin, as far as slots are free. */
BLN_MUST_CHECK enum bln_status bln_running_begin(struct bln_running *running, struct bln_err *err);

/* Ends those that the plan skips. */
BLN_MUST_CHECK enum bln_status bln_running_skip(struct bln_running *running, struct bln_err *err);

/* Ends one that waits and whose record says that it was stopped. */
BLN_MUST_CHECK enum bln_status bln_running_let_go(struct bln_running *running, struct bln_run_action *action,
						  struct bln_err *err);

/* Listens to the processes and takes note of those that ended. */
BLN_MUST_CHECK enum bln_status bln_running_pump(struct bln_running *running, struct bln_err *err);

/* Asks all to end, and ends what has not begun. */
BLN_MUST_CHECK enum bln_status bln_running_stop(struct bln_running *running, struct bln_err *err);

/* Kills the processes; notes that WHY is why, as far as that can be noted. */
void bln_running_give_up(struct bln_running *running, const struct bln_err *why);

void bln_running_tell(struct bln_running *running, struct bln_run_event event);

#endif
