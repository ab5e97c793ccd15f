#include "base/run_state.h"

#include <stddef.h>

#define STATE(state) (1u << (state))
#define KIND(kind) (1u << (kind))
#define BOTH (KIND(BLN_RUN_WORKFLOW) | KIND(BLN_RUN_JOB))

/* A run that ends while it is asked to stop tells how it ended, not that it was stopped. */
#define ENDS_OF_WORK                                                                                                   \
	(STATE(BLN_RUN_SUCCEEDED) | STATE(BLN_RUN_COMPLETED) | STATE(BLN_RUN_FAILED) | STATE(BLN_RUN_TIMEOUT) |        \
	 STATE(BLN_RUN_STOPPED) | STATE(BLN_RUN_ERROR))

static const struct {
	const char *name;
	unsigned kinds; /* who can be in it */
	unsigned next; /* what may follow; nothing: an end */
	bool is_failure;
} states[BLN_RUN_STATES] = {
	[BLN_RUN_WAITING] = { "WAITING", BOTH,
			      STATE(BLN_RUN_RUNNING) | STATE(BLN_RUN_SKIPPED) | STATE(BLN_RUN_STOPPED) |
				      STATE(BLN_RUN_ERROR),
			      false },
	[BLN_RUN_RUNNING] = { "RUNNING", BOTH, STATE(BLN_RUN_STOPPING) | ENDS_OF_WORK, false },
	[BLN_RUN_STOPPING] = { "STOPPING", BOTH, ENDS_OF_WORK, false },
	[BLN_RUN_SUCCEEDED] = { "SUCCEEDED", BOTH, 0, false },
	[BLN_RUN_COMPLETED] = { "COMPLETED", KIND(BLN_RUN_WORKFLOW), 0, false },
	[BLN_RUN_FAILED] = { "FAILED", KIND(BLN_RUN_JOB), 0, true },
	[BLN_RUN_TIMEOUT] = { "TIMEOUT", KIND(BLN_RUN_JOB), 0, true },
	[BLN_RUN_STOPPED] = { "STOPPED", BOTH, 0, false },
	[BLN_RUN_ERROR] = { "ERROR", BOTH, 0, true },
	[BLN_RUN_SKIPPED] = { "SKIPPED", KIND(BLN_RUN_JOB), 0, false },
};

static const char *const kinds[BLN_RUN_KINDS] = {
	[BLN_RUN_WORKFLOW] = "workflow",
	[BLN_RUN_JOB] = "job",
};

const char *bln_run_kind_name(enum bln_run_kind kind)
{
	return (unsigned)kind < BLN_RUN_KINDS ? kinds[kind] : "unknown";
}

const char *bln_run_state_name(enum bln_run_state state)
{
	return (unsigned)state < BLN_RUN_STATES ? states[state].name : "UNKNOWN";
}

bool bln_run_kind_parse(struct bln_slice name, enum bln_run_kind *out)
{
	for (int i = 0; i < BLN_RUN_KINDS; i++) {
		if (bln_slice_is(name, kinds[i])) {
			*out = (enum bln_run_kind)i;
			return true;
		}
	}
	return false;
}

bool bln_run_state_parse(struct bln_slice name, enum bln_run_state *out)
{
	for (int i = 0; i < BLN_RUN_STATES; i++) {
		if (bln_slice_is(name, states[i].name)) {
			*out = (enum bln_run_state)i;
			return true;
		}
	}
	return false;
}

bool bln_run_state_is_end(enum bln_run_state state)
{
	return (unsigned)state < BLN_RUN_STATES && states[state].next == 0;
}

bool bln_run_state_is_failure(enum bln_run_state state)
{
	return (unsigned)state < BLN_RUN_STATES && states[state].is_failure;
}

bool bln_run_state_may(enum bln_run_kind kind, enum bln_run_state from, enum bln_run_state to)
{
	return (unsigned)kind < BLN_RUN_KINDS && (unsigned)from < BLN_RUN_STATES && (unsigned)to < BLN_RUN_STATES &&
	       (states[from].next & STATE(to)) && (states[to].kinds & KIND(kind));
}
