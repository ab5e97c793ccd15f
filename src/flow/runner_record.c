#include <stdio.h>
#include <string.h>

#include "flow/run_properties.h"
#include "flow/runner_private.h"

static bool is_job(const struct bln_running *running)
{
	return running->plan->kind == BLN_RUN_JOB;
}

static const char *log_path_of(struct bln_running *running, const char *id)
{
	return bln_arena_printf(&running->arena, BLN_RUN_LOGS "/%s.log", id);
}

/* Records RUN, whose properties are those of ACTION (NULL: of the run itself). */
static enum bln_status record_new(struct bln_running *running, struct bln_run *run,
				  const struct bln_plan_action *action, struct bln_err *err)
{
	const struct bln_runner *runner = running->runner;
	struct bln_properties properties;
	struct bln_arena arena = { 0 };
	struct bln_text json = { 0 };
	enum bln_status status;

	BLN_TRY(bln_run_properties_of(&runner->project->properties, running->plan, action, running->given, &arena,
				      &properties, err));
	BLN_TRY(bln_run_properties_format(&properties, runner->is_full, runner->secrets, &json, err));
	run->properties = json.at;
	run->created_at_us = bln_clock_now_us(runner->clock);
	run->process = running->self;
	status = bln_run_create(runner->state, run, err);
done:
	bln_text_clean_up(&json);
	bln_arena_clean_up(&arena);
	return status;
}

enum bln_status bln_running_record(struct bln_running *running, struct bln_err *err)
{
	const struct bln_plan *plan = running->plan;
	struct bln_run run = { .id = running->id, .name = plan->name, .kind = plan->kind, .attempt = 1 };

	bln_uuid_make(running->runner->random, running->id);
	if (is_job(running)) {
		run.log_path = log_path_of(running, running->id);
		if (!run.log_path)
			return bln_err_memory(err);
	}
	return record_new(running, &run, is_job(running) ? &plan->actions[0] : NULL, err);
}

enum bln_status bln_running_record_attempt(struct bln_running *running, struct bln_run_action *action,
					   struct bln_err *err)
{
	const struct bln_plan_action *planned = action->action;
	const bool is_recorded = is_job(running) && action->attempt == 0;
	struct bln_run run = { .id = action->id, .name = planned->job->name, .kind = BLN_RUN_JOB };

	if (is_recorded)
		memcpy(action->id, running->id, sizeof(action->id));
	else
		bln_uuid_make(running->runner->random, action->id);
	action->attempt++;
	action->phase = BLN_PHASE_WAITING;
	action->log_path = log_path_of(running, action->id);
	if (!action->log_path)
		return bln_err_memory(err);
	if (is_recorded)
		return BLN_OK;
	run.attempt = action->attempt;
	run.log_path = action->log_path;
	if (planned->step) {
		run.parent_id = running->id;
		run.step = planned->name;
	}
	return record_new(running, &run, planned, err);
}

enum bln_status bln_running_state(struct bln_running *running, const char *id, enum bln_run_state *state,
				  struct bln_err *err)
{
	struct bln_arena arena = { 0 };
	struct bln_run run;
	enum bln_status status = bln_run_get(running->runner->state, id, &arena, &run, err);

	if (status == BLN_OK)
		*state = run.state;
	bln_arena_clean_up(&arena);
	return status;
}

enum bln_status bln_running_change(struct bln_running *running, const char *id, enum bln_run_state to,
				   const char *reason, const char *result, enum bln_run_state *state,
				   struct bln_err *err)
{
	const struct bln_run_change change = { .to = to,
					       .at_us = bln_clock_now_us(running->runner->clock),
					       .reason = reason && *reason ? reason : NULL,
					       .result = result && *result ? result : NULL };
	enum bln_status status = bln_run_change(running->runner->state, id, &change, err);

	*state = to;
	if (status == BLN_CONFLICT)
		status = bln_running_state(running, id, state, err);
	return status;
}

enum bln_status bln_running_is_turn(struct bln_running *running, const char *id, const char *name,
				    enum bln_run_kind kind, int64_t max, bool *is_turn,
				    char other[static BLN_UUID_TEXT_SIZE], struct bln_err *err)
{
	const struct bln_run_filter before = { .name = name, .is_active = true, .older_than = id };
	struct bln_arena arena = { 0 };
	struct bln_run *runs = NULL;
	size_t runs_count = 0;
	int64_t count = 0;
	enum bln_status status = bln_runs_list(running->runner->state, &before, &arena, &runs, &runs_count, err);

	for (size_t i = 0; status == BLN_OK && i < runs_count; i++) {
		if (runs[i].kind != kind)
			continue;
		count++;
		snprintf(other, BLN_UUID_TEXT_SIZE, "%s", runs[i].id); /* the newest come first */
	}
	*is_turn = count < max;
	bln_arena_clean_up(&arena);
	return status;
}
