/* What ran: one record per attempt of a workflow, of a job, and of each step of a workflow run.
 *
 * A run's state changes in one function only, bln_run_change, along base/run_state.h. Times are µs since the epoch, UTC, given
 * by the caller; JSON is text. Left out on purpose: the log's lines (files; log_path says where) and what the lake knows. */
#ifndef BLN_STATE_RUNS_H
#define BLN_STATE_RUNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/process.h"
#include "base/run_state.h"
#include "base/status.h"
#include "state/state.h"

enum {
	BLN_RUN_ID_LENGTH_MAX = 64, /* letters, digits, '-': an id is also the name of a log file */
	BLN_RUN_NAME_LENGTH_MAX = 256, /* of a name or step */
	BLN_RUN_PATH_LENGTH_MAX = 4096,
	BLN_RUN_JSON_LENGTH_MAX = 1 << 20, /* of properties or a result */
	BLN_RUN_REASON_LENGTH_MAX = 8192,
	BLN_RUNS_LIST_MAX = 100000,
};

/* A record. Texts are NULL and times 0 where there is nothing to say yet, except where said. */
struct bln_run {
	const char *id; /* unique; the caller makes it (base/uuid.h) */
	const char *parent_id; /* the workflow run it is a step of; step is set exactly then */
	const char *step;
	const char *name; /* of the workflow or job: never NULL */
	const char *properties; /* a JSON object: what the run was given; never NULL in a record. Without secrets */
	const char *result; /* a JSON object: rows in and out, bytes, table versions, what was partial */
	const char *reason; /* why it ended as it did: an error's text */
	const char *log_path;
	enum bln_run_kind kind;
	enum bln_run_state state;
	int64_t attempt; /* from 1 */
	int64_t created_at_us;
	int64_t started_at_us;
	int64_t ended_at_us;
	struct bln_process process; /* who does it or will begin it; pid 0: nobody yet, it is queued */
};

/* Records RUN as WAITING (its state, times of beginning and end, result and reason are not looked at).
 * BLN_EXISTS: the id, or this attempt of this step, is recorded already. BLN_NOT_FOUND: no such parent.
 * BLN_INVALID: a limit or the JSON. */
BLN_MUST_CHECK enum bln_status bln_run_create(struct bln_state *state, const struct bln_run *run, struct bln_err *err);

struct bln_run_change {
	enum bln_run_state to;
	int64_t at_us;
	const char *reason; /* NULL keeps; cut at BLN_RUN_REASON_LENGTH_MAX */
	const char *result; /* NULL keeps */
	const struct bln_process *process; /* NULL keeps */
};

/* Changes the state of run ID, durably when BLN_OK is returned. RUNNING sets started_at, an end sets ended_at; neither is
 * put before the time it follows, so that a clock set back makes no negative durations.
 * BLN_CONFLICT, and nothing changed, when its state may not become this one: somebody else ended it. */
BLN_MUST_CHECK enum bln_status bln_run_change(struct bln_state *state, const char *id,
					      const struct bln_run_change *change, struct bln_err *err);

/* *OUT's texts live in ARENA. BLN_NOT_FOUND names the id. */
BLN_MUST_CHECK enum bln_status bln_run_get(struct bln_state *state, const char *id, struct bln_arena *arena,
					   struct bln_run *out, struct bln_err *err);

/* { 0 } takes every run. */
struct bln_run_filter {
	const char *name;
	const char *parent_id; /* only the steps of this run */
	bool is_top; /* only what is no step */
	bool is_active; /* only what has not ended */
	unsigned states; /* bits 1u << state; 0: any */
	int64_t created_from_us; /* 0: no bound; included */
	int64_t created_before_us; /* 0: no bound; not included */
	const char *older_than; /* an id: only runs recorded before it, for the next page */
	size_t limit; /* 0: BLN_RUNS_LIST_MAX */
};

/* The runs that FILTER takes, newest first in the order they were recorded. *RUNS (*COUNT of them, NULL if none) and their
 * texts live in ARENA. */
BLN_MUST_CHECK enum bln_status bln_runs_list(struct bln_state *state, const struct bln_run_filter *filter,
					     struct bln_arena *arena, struct bln_run **runs, size_t *count,
					     struct bln_err *err);

/* Ends the runs whose process is gone (bln_process_life): jobs that ran FAILED, workflows ERROR, what had not begun STOPPED,
 * with the reason. A step whose workflow's process lives is left to it: it knows the exit status. Queued runs (nobody's)
 * and those of other containers are left too. *COUNT is how many were ended. */
BLN_MUST_CHECK enum bln_status bln_runs_reap(struct bln_state *state, int64_t now_us, size_t *count,
					     struct bln_err *err);

#endif
