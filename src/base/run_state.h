/* The states of runs, with AWS Glue's words, and which may follow which. One vocabulary for run records, for the conditions
 * of a project file and for what users see. Who changes a state is state/runs.h; nothing else does. */
#ifndef BLN_BASE_RUN_STATE_H
#define BLN_BASE_RUN_STATE_H

#include <stdbool.h>

#include "base/text.h"

enum bln_run_kind { BLN_RUN_WORKFLOW, BLN_RUN_JOB, BLN_RUN_KINDS };

enum bln_run_state {
	BLN_RUN_WAITING, /* recorded, not begun: its turn, its conditions or a slot are awaited */
	BLN_RUN_RUNNING,
	BLN_RUN_STOPPING, /* asked to stop, not ended yet */
	BLN_RUN_SUCCEEDED,
	BLN_RUN_COMPLETED, /* workflows: every action ended, not every one well */
	BLN_RUN_FAILED, /* jobs: the work failed, or its process died */
	BLN_RUN_TIMEOUT, /* jobs: stopped for being past its time */
	BLN_RUN_STOPPED, /* somebody stopped it, or it never began because its workflow ended */
	BLN_RUN_ERROR, /* not the work's fault: wrong configuration, or ours; a workflow that could not go on */
	BLN_RUN_SKIPPED, /* jobs: its conditions can no longer be met */
	BLN_RUN_STATES
};

const char *bln_run_kind_name(enum bln_run_kind kind); /* "workflow", "job" */
const char *bln_run_state_name(enum bln_run_state state); /* "WAITING", …; written in files: never renamed */

/* False, with *OUT untouched, when NAME is no such name. */
bool bln_run_kind_parse(struct bln_slice name, enum bln_run_kind *out);
bool bln_run_state_parse(struct bln_slice name, enum bln_run_state *out);

/* Nothing follows an end. */
bool bln_run_state_is_end(enum bln_run_state state);

/* What `when: FAILED` means: FAILED, TIMEOUT or ERROR. */
bool bln_run_state_is_failure(enum bln_run_state state);

/* Whether a run of KIND may go from FROM to TO. A run begins WAITING. */
bool bln_run_state_may(enum bln_run_kind kind, enum bln_run_state from, enum bln_run_state to);

#endif
