#include "state/runs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct bln_run *run_find(const struct bln_run *runs, size_t count, const char *id)
{
	for (size_t i = 0; id && i < count; i++)
		if (strcmp(runs[i].id, id) == 0)
			return &runs[i];
	return NULL;
}

static struct bln_run_change change_of_dead(const struct bln_run *run, int64_t now_us, char *reason, size_t reason_size)
{
	struct bln_run_change change = { .at_us = now_us, .reason = reason };

	if (run->state == BLN_RUN_WAITING) {
		change.to = BLN_RUN_STOPPED;
		snprintf(reason, reason_size, "never began: process %" PRId64 ", which was to begin it, is gone",
			 run->process.pid);
	} else {
		change.to = run->kind == BLN_RUN_JOB ? BLN_RUN_FAILED : BLN_RUN_ERROR;
		snprintf(reason, reason_size,
			 "its process %" PRId64
			 " is gone without having said how it ended: killed, out of memory, or the machine "
			 "went down",
			 run->process.pid);
	}
	return change;
}

enum bln_status bln_runs_reap(struct bln_state *state, int64_t now_us, size_t *count, struct bln_err *err)
{
	const struct bln_run_filter active = { .is_active = true };
	struct bln_arena arena = { 0 };
	struct bln_run *runs = NULL;
	size_t runs_count = 0;
	enum bln_status status;

	*count = 0;
	BLN_TRY(bln_runs_list(state, &active, &arena, &runs, &runs_count, err));
	for (size_t i = 0; i < runs_count; i++) {
		const struct bln_run *parent;
		struct bln_run_change change;
		char reason[256];

		if (runs[i].process.pid == 0 || bln_process_life(&runs[i].process) != BLN_PROCESS_DEAD)
			continue;
		parent = run_find(runs, runs_count, runs[i].parent_id);
		if (parent && parent->process.pid != 0 && bln_process_life(&parent->process) != BLN_PROCESS_DEAD)
			continue;
		change = change_of_dead(&runs[i], now_us, reason, sizeof(reason));
		status = bln_run_change(state, runs[i].id, &change, err);
		if (status == BLN_OK)
			++*count;
		else if (status != BLN_CONFLICT && status != BLN_NOT_FOUND) /* it said how it ended, after all */
			goto done;
		status = BLN_OK;
	}
done:
	bln_arena_clean_up(&arena);
	return status;
}
