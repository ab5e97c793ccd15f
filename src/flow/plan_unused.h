/* Whether what a run is given is of any use to it: a name mistyped after -p must not pass for "all of it". */
#ifndef BLN_FLOW_PLAN_UNUSED_H
#define BLN_FLOW_PLAN_UNUSED_H

#include "flow/plan.h"

struct bln_unused {
	const char *name;
	const char *meant; /* the nearest name that is used, or NULL */
};

/* Which of GIVEN nothing uses, in *OUT, in ARENA. Used is what PROJECT sets anywhere as a property, what a text of its file or
 * of a file of PLAN's jobs names, as ${run:NAME}, getvariable('NAME') or BULLION_PROPERTY_NAME, and what every ingest looks
 * at. A file that cannot be read names nothing. *HAS_PROGRAM tells whether PLAN starts a program, which may look into its
 * environment unseen. */
BLN_MUST_CHECK enum bln_status bln_plan_unused(const struct bln_project *project, const struct bln_plan *plan,
					       const struct bln_properties *given, struct bln_arena *arena,
					       struct bln_unused **out, size_t *count, bool *has_program,
					       struct bln_err *err);

#endif
