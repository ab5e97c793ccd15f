/* What a run is to do: actions, and the conditions under which each begins. Read this first of src/flow, then
 * runner.h.
 *
 * The steps of a workflow are sugar for conditional triggers: an action begins once ALL or ANY of its conditions are
 * met, a condition being "that action has come to one of these states"; where they can no longer be met it is
 * SKIPPED. A run of a single job is a plan of one action. Everything here is a function of the plan and the actions'
 * states: no clock, no process, no record. Left out on purpose: who starts a plan (triggers), and how its actions are
 * executed (runner.h). */
#ifndef BLN_FLOW_PLAN_H
#define BLN_FLOW_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/run_state.h"
#include "base/status.h"
#include "base/text.h"
#include "project/project.h"

struct bln_plan_condition {
	size_t action; /* index into the plan's actions */
	unsigned states; /* bits 1u << enum bln_run_state: ends that meet it */
};

struct bln_plan_action {
	const char *name; /* the step's, or the job's where there is no step */
	const struct bln_job *job;
	const struct bln_step *step; /* NULL: the run of a single job */
	const struct bln_plan_condition *conditions;
	size_t conditions_count; /* 0: begins with the run */
	bool is_any; /* one of them is enough */
};

struct bln_plan {
	const char *name;
	enum bln_run_kind kind;
	const struct bln_workflow *workflow; /* NULL: the run of a single job */
	const struct bln_plan_action *actions; /* in the order of the file */
	const size_t *order; /* all of them again, each behind those that its conditions name */
	size_t count;
	int64_t max_concurrent; /* runs of this name at once */
};

/* The plan of the workflow or job NAME, in ARENA; it points into PROJECT. BLN_NOT_FOUND with the nearest name there
 * is. */
BLN_MUST_CHECK enum bln_status bln_plan_make(const struct bln_project *project, const char *name,
					     struct bln_arena *arena, struct bln_plan *plan, struct bln_err *err);

/* The same from the workflow or the job itself. BLN_INVALID where the steps wait for each other in a circle. */
BLN_MUST_CHECK enum bln_status bln_plan_of_workflow(const struct bln_workflow *workflow, struct bln_arena *arena,
						    struct bln_plan *plan, struct bln_err *err);
BLN_MUST_CHECK enum bln_status bln_plan_of_job(const struct bln_job *job, struct bln_arena *arena,
					       struct bln_plan *plan, struct bln_err *err);

enum bln_plan_verdict {
	BLN_PLAN_NOTHING, /* it runs, has ended, or is not to begin yet */
	BLN_PLAN_START,
	BLN_PLAN_SKIP, /* its conditions can no longer be met; who waits for it is judged as if it were SKIPPED */
};

/* Says what is to be done where the actions are in STATES (plan->count of them; WAITING: not begun). Fills VERDICTS
 * (as many). Returns whether all has ended, or will have once those to be skipped are. */
bool bln_plan_next(const struct bln_plan *plan, const enum bln_run_state *states, enum bln_plan_verdict *verdicts);

/* What the run has come to when all actions have ended. A job's run: what its action has. A workflow's: SUCCEEDED
 * when every action that began succeeded; else COMPLETED, or STOPPED where actions were stopped and none failed. A
 * skipped action counts for neither: that its condition was not met is because of another. */
enum bln_run_state bln_plan_end(const struct bln_plan *plan, const enum bln_run_state *states);

/* Appends what the plan would do, for --dry-run: the actions in an order in which they may run, with their conditions
 * and what is known of their jobs. Property texts are as written, so that no secret is in it. */
void bln_plan_describe(const struct bln_plan *plan, const struct bln_properties *properties, struct bln_text *text);
void bln_plan_describe_json(const struct bln_plan *plan, const struct bln_properties *properties,
			    struct bln_text *text);

#endif
