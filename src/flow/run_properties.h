/* What a run was given, as it is recorded: the properties of all who have a say, and whether it does everything anew.
 *
 * Texts are recorded as written ("${env:KEY}" and not the key): the job's process expands them. One that holds a
 * secret all the same is refused. */
#ifndef BLN_FLOW_RUN_PROPERTIES_H
#define BLN_FLOW_RUN_PROPERTIES_H

#include <stdbool.h>

#include "base/secrets.h"
#include "flow/plan.h"

/* The member that says --full; no name of a property, so that it can be none. */
#define BLN_RUN_FULL "@full"

/* Those of ACTION of PLAN (NULL: of the run itself): the project's, the job's, the workflow's, the step's and GIVEN's
 * (may be NULL), each overriding those before. In ARENA; the texts stay where they are. */
BLN_MUST_CHECK enum bln_status bln_run_properties_of(const struct bln_properties *project, const struct bln_plan *plan,
						     const struct bln_plan_action *action,
						     const struct bln_properties *given, struct bln_arena *arena,
						     struct bln_properties *out, struct bln_err *err);

/* Appends the JSON that is recorded. BLN_INVALID names a property that holds a secret. SECRETS may be NULL. */
BLN_MUST_CHECK enum bln_status bln_run_properties_format(const struct bln_properties *properties, bool is_full,
							 const struct bln_secrets *secrets, struct bln_text *text,
							 struct bln_err *err);

/* Reads it again, into ARENA. BLN_CORRUPT for what bln_run_properties_format does not write. */
BLN_MUST_CHECK enum bln_status bln_run_properties_parse(struct bln_slice json, struct bln_arena *arena,
							struct bln_properties *out, bool *is_full, struct bln_err *err);

/* Gives those of PROPERTIES, as they were recorded, that are texts of PROJECT's file their place in it: what a file says may
 * refer to variables (project/expand.h), what somebody gave a run may not. */
void bln_run_properties_place(const struct bln_project *project, struct bln_properties *properties);

#endif
