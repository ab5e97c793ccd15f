/* Runs a plan: each action is a process of its own, recorded in the state from before it begins to after it ended.
 *
 * The process is this program again with a hidden command, {…, "job-run", RUN_ID}: what it is to do stands in the
 * record (bln_run_get, bln_run_properties_parse), what it says goes by job_protocol.h, what it writes to the run's
 * log. So a job that leaks, hangs or crashes harms only itself.
 *
 * A run that is killed takes its jobs with it (base/child.h); what it leaves in the state is ended by bln_runs_reap,
 * which every run begins with. Work that was committed then is not done twice for that: exactly-once is the lake's
 * business, never this one's. Left out on purpose: who starts runs (triggers), queues of runs, and runs that outlive
 * who started them. */
#ifndef BLN_FLOW_RUNNER_H
#define BLN_FLOW_RUNNER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/secrets.h"
#include "base/uuid.h"
#include "flow/job_protocol.h"
#include "flow/plan.h"
#include "state/runs.h"

#define BLN_RUN_LOGS ".bullion/logs" /* below the project's folder: ID.log for each run that is a job's */

enum {
	BLN_RUNNER_ARGUMENTS_MAX = 16,
	BLN_RUNNER_RETRY_DELAY_S_MAX = 3600, /* delays double up to this, or to the job's own where that is longer */
};

enum bln_run_event_kind {
	BLN_RUN_BEGAN, /* the run itself, ACTION is none */
	BLN_RUN_ACTION_QUEUED, /* waits for other runs of its job to end */
	BLN_RUN_ACTION_BEGAN,
	BLN_RUN_ACTION_PROGRESS,
	BLN_RUN_ACTION_RETRY, /* an attempt failed, REASON says how; another follows after DELAY_US */
	BLN_RUN_ACTION_ENDED, /* also SKIPPED and STOPPED ones that never began */
	BLN_RUN_ENDED, /* the run itself */
};

/* Something happened. Texts live until the callback returns. */
struct bln_run_event {
	enum bln_run_event_kind kind;
	const struct bln_plan_action *action; /* NULL: the run itself */
	const char *run_id; /* of the action's attempt, or of the run */
	const char *log_path; /* of the action; relative to the project's folder */
	int64_t attempt;
	int64_t delay_us;
	enum bln_run_state state;
	bool is_partial;
	const char *reason; /* "" for none */
	const char *result; /* a JSON object; "" for none */
	const struct bln_job_progress *progress;
};

/* What a run needs; all of it the caller's, and to stay until the run has ended. */
struct bln_runner {
	const struct bln_project *project;
	struct bln_state *state;
	struct bln_clock *clock;
	struct bln_random *random; /* ids, and jitter of delays */
	const struct bln_secrets *secrets; /* may be NULL */
	const struct bln_secrets
		*log_secrets; /* masked instead in what jobs write, and why they failed; NULL: SECRETS */
	const struct bln_logger *logger; /* may be NULL */
	struct bln_cancel *cancel; /* stops the run: SIGTERM to its jobs, SIGKILL after GRACE_US; may be NULL */
	struct bln_cancel *hurry; /* without grace; may be NULL */
	void (*event)(void *context, const struct bln_run_event *event); /* may be NULL */
	void *context;
	const char *file; /* the program, as in base/child.h: "/proc/self/exe" */
	const char *const *argv; /* NULL behind the last; the run's id is put behind: bullion -C FOLDER job-run ID */
	int64_t concurrent_max; /* actions at once; 0: the project's settings */
	int64_t grace_us;
	bool is_full;
};

struct bln_run_outcome {
	enum bln_run_state state; /* an end */
	char run_id[BLN_UUID_TEXT_SIZE]; /* a job that was tried again: of the last attempt */
	int exit_code; /* for our process: one of enum bln_job_exit */
	bool is_partial;
	bool has_nothing_done; /* every action that began says so */
};

/* Runs PLAN with the properties GIVEN (may be NULL) to its end, and records it all. Not to be called from a thread
 * that ends before the run does.
 *
 * BLN_OK: it ended, *OUTCOME says how. BLN_CONFLICT: as many runs of its name are under way as there may be at once,
 * named in ERR; nothing was begun. Otherwise it could not be run or recorded: its jobs are killed, and the run ends
 * as ERROR, if that can be recorded. */
BLN_MUST_CHECK enum bln_status bln_runner_run(const struct bln_runner *runner, const struct bln_plan *plan,
					      const struct bln_properties *given, struct bln_run_outcome *outcome,
					      struct bln_err *err);

#endif
