/* Whether the run of a plan has all the properties that its jobs put in, so that none fails in the middle of a run for the want
 * of one. Variables of the environment are not looked at: what needs one says so itself. */
#ifndef BLN_FLOW_PLAN_CHECK_H
#define BLN_FLOW_PLAN_CHECK_H

#include "flow/plan.h"
#include "project/problems.h"

/* Reads what each job of PLAN expands: settings of its source, SQL files, arguments. PROBLEMS gets a line for each property
 * that a job lacks, "job NAME: FILE:LINE:COLUMN: …", without a place of its own. *MISSING (may be NULL) gets their names, once
 * each, in ARENA. A file that cannot be read is left to the job. GIVEN may be NULL. Only want of memory is an error. */
BLN_MUST_CHECK enum bln_status bln_plan_check(const struct bln_project *project, const struct bln_plan *plan,
					      const struct bln_properties *given, struct bln_arena *arena,
					      struct bln_problems *problems, struct bln_properties *missing,
					      struct bln_err *err);

#endif
