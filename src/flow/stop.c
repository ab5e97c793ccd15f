#include "flow/stop.h"

#include "state/runs.h"

enum bln_status bln_run_stop(struct bln_state *state_file, const char *id, int64_t now_us, enum bln_run_state *state,
			     struct bln_err *err)
{
	static const enum bln_run_state tries[] = { BLN_RUN_STOPPED, BLN_RUN_STOPPING };
	struct bln_arena arena = { 0 };
	struct bln_run run;
	enum bln_status status = bln_run_get(state_file, id, &arena, &run, err);

	if (status != BLN_OK)
		goto done;
	/* It may begin or end between looking and changing. One that began is then STOPPED in its record a moment
	 * before it is in truth: its runner ends it all the same when it looks. */
	for (size_t i = run.state == BLN_RUN_WAITING ? 0 : 1; i < sizeof(tries) / sizeof(tries[0]); i++) {
		const struct bln_run_change change = { .to = tries[i],
						       .at_us = now_us,
						       .reason = tries[i] == BLN_RUN_STOPPED ? "stopped before it began"
											     : NULL };

		*state = tries[i];
		status = bln_run_change(state_file, id, &change, err);
		if (status != BLN_CONFLICT)
			goto done;
	}
	BLN_TRY(bln_run_get(state_file, id, &arena, &run, err));
	*state = run.state;
	if (run.state != BLN_RUN_STOPPING) /* else it was asked already, which is as good */
		status = bln_err_set(err, BLN_CONFLICT, "run %s has ended already: %s", run.id,
				     bln_run_state_name(run.state));
done:
	bln_arena_clean_up(&arena);
	return status;
}
