#include <string.h>

#include "base/time.h"
#include "flow/runner_private.h"

enum {
	QUEUE_LOOK_US = 500000, /* how often the records are asked whether it is one's turn */
	DOUBLINGS_MAX = 20,
};

void bln_running_tell(struct bln_running *running, struct bln_run_event event)
{
	if (!event.reason)
		event.reason = "";
	if (!event.result)
		event.result = "";
	if (running->runner->event)
		running->runner->event(running->runner->context, &event);
}

/* What is to be told of ACTION, whatever it is. */
static struct bln_run_event event_of(const struct bln_run_action *action, enum bln_run_event_kind kind,
				     enum bln_run_state state)
{
	return (struct bln_run_event){ .kind = kind,
				       .action = action->action,
				       .run_id = action->id,
				       .log_path = action->log_path,
				       .attempt = action->attempt,
				       .state = state,
				       .is_partial = action->is_partial,
				       .reason = action->reason };
}

static enum bln_run_state *state_of(struct bln_running *running, const struct bln_run_action *action)
{
	return &running->states[action - running->actions];
}

static void log_end(const struct bln_running *running, const struct bln_run_action *action, enum bln_run_state state)
{
	const struct bln_log_field fields[] = {
		{ .key = "run", .text = action->id },
		{ .key = "attempt", .number = action->attempt },
		{ .key = "state", .text = bln_run_state_name(state) },
		{ .key = "reason", .text = action->reason },
	};
	const enum bln_level level = bln_run_state_is_failure(state) ? BLN_LEVEL_WARN : BLN_LEVEL_INFO;

	bln_logger_write(running->runner->logger, level, "flow", fields, action->reason[0] ? 4 : 3, "%s: %s ended",
			 running->plan->name, action->action->name);
}

/* Ends ACTION for good, in its record as well. REASON may be the action's own. */
static enum bln_status action_end(struct bln_running *running, struct bln_run_action *action, enum bln_run_state to,
				  const char *reason, const char *result, struct bln_err *err)
{
	struct bln_run_event event;
	enum bln_run_state state = to;
	enum bln_status status = bln_running_change(running, action->id, to, reason, result, &state, err);

	if (reason != action->reason) {
		strncpy(action->reason, reason ? reason : "", sizeof(action->reason) - 1);
		action->reason[sizeof(action->reason) - 1] = '\0';
	}
	action->phase = BLN_PHASE_ENDED;
	*state_of(running, action) = state;
	running->has_changed = true;
	if (status != BLN_OK)
		return status;
	log_end(running, action, state);
	event = event_of(action, BLN_RUN_ACTION_ENDED, state);
	event.result = result;
	bln_running_tell(running, event);
	return BLN_OK;
}

/* Ends one that never began. */
static enum bln_status action_end_idle(struct bln_running *running, struct bln_run_action *action,
				       enum bln_run_state to, const char *reason, struct bln_err *err)
{
	enum bln_status status = BLN_OK;

	if (action->phase == BLN_PHASE_IDLE)
		status = bln_running_record_attempt(running, action, err);
	return status == BLN_OK ? action_end(running, action, to, reason, NULL, err) : status;
}

enum bln_status bln_running_let_go(struct bln_running *running, struct bln_run_action *action, struct bln_err *err)
{
	return action_end(running, action, BLN_RUN_STOPPED, "stopped before it began", NULL, err);
}

enum bln_status bln_running_skip(struct bln_running *running, struct bln_err *err)
{
	enum bln_status status = BLN_OK;

	for (size_t i = 0; status == BLN_OK && i < running->plan->count; i++)
		if (running->verdicts[i] == BLN_PLAN_SKIP)
			status = action_end_idle(running, &running->actions[i], BLN_RUN_SKIPPED,
						 "not needed: its condition did not come true", err);
	return status;
}

/* Starts ACTION's process. That it cannot be started is how the action ends, not the run. */
static enum bln_status process_start(struct bln_running *running, struct bln_run_action *action, struct bln_err *err)
{
	const struct bln_runner *runner = running->runner;
	const struct bln_job *job = action->action->job;
	const char *argv[BLN_RUNNER_ARGUMENTS_MAX + 2] = { NULL };
	struct bln_attempt_start start = { .file = runner->file,
					   .argv = argv,
					   .log_bytes_max = runner->project->settings.log_bytes_max,
					   .timeout_us = job->timeout_us,
					   .grace_us = runner->grace_us,
					   .secrets = runner->log_secrets ? runner->log_secrets : runner->secrets };
	struct bln_err why = { 0 };
	size_t count = 0;

	while (runner->argv[count] && count < BLN_RUNNER_ARGUMENTS_MAX) {
		argv[count] = runner->argv[count];
		count++;
	}
	argv[count] = action->id;
	start.log_path = bln_arena_printf(&running->arena, "%s/%s", runner->project->folder, action->log_path);
	if (!start.log_path)
		return bln_err_memory(err);
	if (bln_attempt_new(&start, runner->clock, &action->process, &why) != BLN_OK) {
		bln_secrets_mask_err(runner->secrets, &why);
		return action_end(running, action, BLN_RUN_ERROR, why.message, NULL, err);
	}
	action->phase = BLN_PHASE_ACTIVE;
	action->has_begun = true;
	running->active++;
	bln_logger_say(runner->logger, BLN_LEVEL_INFO, "flow", "%s: %s began, run %s", running->plan->name,
		       action->action->name, action->id);
	bln_running_tell(running, event_of(action, BLN_RUN_ACTION_BEGAN, BLN_RUN_RUNNING));
	return BLN_OK;
}

/* Whether the runs of its job that were there before leave room for it. A job's own run has asked before it began. */
static enum bln_status turn_ask(struct bln_running *running, struct bln_run_action *action, bool *is_turn,
				struct bln_err *err)
{
	const struct bln_job *job = action->action->job;
	char other[BLN_UUID_TEXT_SIZE] = "";
	size_t reaped = 0;
	enum bln_status status = BLN_OK;

	*is_turn = true;
	if (!action->action->step)
		return BLN_OK;
	if (action->is_queued) /* those before may have died */
		BLN_TRY(bln_runs_reap(running->runner->state, bln_clock_now_us(running->runner->clock), &reaped, err));
	BLN_TRY(bln_running_is_turn(running, action->id, job->name, BLN_RUN_JOB, job->max_concurrent, is_turn, other,
				    err));
	if (!*is_turn) {
		action->due_us = bln_clock_monotonic_us(running->runner->clock) + QUEUE_LOOK_US;
		if (!action->is_queued)
			bln_running_tell(running, event_of(action, BLN_RUN_ACTION_QUEUED, BLN_RUN_WAITING));
		action->is_queued = true;
	}
done:
	return status;
}

static enum bln_status action_begin(struct bln_running *running, struct bln_run_action *action, struct bln_err *err)
{
	enum bln_run_state state;
	enum bln_status status = BLN_OK;
	bool is_turn;

	if (action->phase == BLN_PHASE_IDLE) {
		action->due_us = 0;
		BLN_TRY(bln_running_record_attempt(running, action, err));
		*state_of(running, action) = BLN_RUN_RUNNING;
	}
	BLN_TRY(turn_ask(running, action, &is_turn, err));
	if (!is_turn)
		goto done;
	BLN_TRY(bln_running_change(running, action->id, BLN_RUN_RUNNING, NULL, NULL, &state, err));
	if (state == BLN_RUN_RUNNING)
		status = process_start(running, action, err);
	else /* somebody ended it while it waited */
		status = action_end(running, action, state, "stopped", NULL, err);
done:
	return status;
}

enum bln_status bln_running_begin(struct bln_running *running, struct bln_err *err)
{
	const int64_t now_us = bln_clock_monotonic_us(running->runner->clock);
	enum bln_status status = BLN_OK;

	for (size_t i = 0; status == BLN_OK && i < running->plan->count && running->active < running->active_max; i++) {
		const size_t at = running->plan->order[i];
		struct bln_run_action *action = &running->actions[at];

		if ((action->phase == BLN_PHASE_IDLE && running->verdicts[at] == BLN_PLAN_START) ||
		    (action->phase == BLN_PHASE_WAITING && action->due_us <= now_us))
			status = action_begin(running, action, err);
	}
	return status;
}

/* How long to wait before the attempt after ATTEMPT: the job's delay, doubled each time, and up to a quarter more so
 * that what failed together does not come back together. */
static int64_t delay_us_of(struct bln_running *running, const struct bln_job *job, int64_t attempt)
{
	const int64_t longest_us = BLN_RUNNER_RETRY_DELAY_S_MAX * BLN_US_PER_SECOND;
	int64_t delay_us = job->retry_delay_us;

	for (int64_t i = 1; i < attempt && i < DOUBLINGS_MAX && delay_us < longest_us; i++)
		delay_us = delay_us < longest_us / 2 ? 2 * delay_us : longest_us;
	return delay_us + (int64_t)((double)delay_us / 4 * bln_random_unit(running->runner->random));
}

static enum bln_status action_retry(struct bln_running *running, struct bln_run_action *action, enum bln_run_state to,
				    const char *result, struct bln_err *err)
{
	struct bln_run_event event;
	enum bln_run_state state;
	enum bln_status status;

	BLN_TRY(bln_running_change(running, action->id, to, action->reason, result, &state, err));
	log_end(running, action, state);
	event = event_of(action, BLN_RUN_ACTION_RETRY, state);
	event.delay_us = delay_us_of(running, action->action->job, action->attempt);
	bln_running_tell(running, event);
	action->due_us = bln_clock_monotonic_us(running->runner->clock) + event.delay_us;
	action->reason[0] = '\0';
	action->is_queued = false;
	/* Recorded now and not when it begins: its place among the runs of its job is kept. */
	status = bln_running_record_attempt(running, action, err);
done:
	return status;
}

/* The one that ended may have been what others waited for. */
static void queue_wake(struct bln_running *running)
{
	for (size_t i = 0; i < running->plan->count; i++)
		if (running->actions[i].is_queued)
			running->actions[i].due_us = 0;
}

static enum bln_status process_ended(struct bln_running *running, struct bln_run_action *action,
				     const struct bln_attempt_end *end, struct bln_err *err)
{
	const bool is_again = (end->state == BLN_RUN_FAILED || end->state == BLN_RUN_TIMEOUT) &&
			      action->attempt <= action->action->job->retries && !running->is_stopping;

	bln_attempt_destroy(action->process);
	action->process = NULL;
	running->active--;
	running->has_changed = true;
	action->exit_code = end->exit_code;
	action->is_partial = end->is_partial;
	action->has_nothing_done = end->has_nothing_done;
	memcpy(action->reason, end->reason, sizeof(action->reason));
	queue_wake(running);
	if (is_again)
		return action_retry(running, action, end->state, end->result.at, err);
	return action_end(running, action, end->state, action->reason, end->result.at, err);
}

static enum bln_status action_pump(struct bln_running *running, struct bln_run_action *action, struct bln_err *err)
{
	struct bln_attempt_end end = { 0 };
	struct bln_run_event event;
	bool has_ended = false;
	enum bln_status status;

	BLN_TRY(bln_attempt_pump(action->process, &has_ended, &end, err));
	if (action->process->reader.has_progress) {
		action->process->reader.has_progress = false;
		event = event_of(action, BLN_RUN_ACTION_PROGRESS, BLN_RUN_RUNNING);
		event.progress = &action->process->reader.progress;
		bln_running_tell(running, event);
	}
	if (has_ended)
		status = process_ended(running, action, &end, err);
done:
	bln_text_clean_up(&end.result);
	return status;
}

enum bln_status bln_running_pump(struct bln_running *running, struct bln_err *err)
{
	enum bln_status status = BLN_OK;

	for (size_t i = 0; status == BLN_OK && i < running->plan->count; i++)
		if (running->actions[i].phase == BLN_PHASE_ACTIVE)
			status = action_pump(running, &running->actions[i], err);
	return status;
}

enum bln_status bln_running_stop(struct bln_running *running, struct bln_err *err)
{
	enum bln_status status = BLN_OK;
	enum bln_run_state state;

	if (!running->is_stopping && running->plan->kind == BLN_RUN_WORKFLOW)
		status = bln_running_change(running, running->id, BLN_RUN_STOPPING, NULL, NULL, &state, err);
	for (size_t i = 0; status == BLN_OK && i < running->plan->count; i++) {
		struct bln_run_action *action = &running->actions[i];

		if (action->phase == BLN_PHASE_ACTIVE) {
			status = running->is_stopping ? BLN_OK
						      : bln_running_change(running, action->id, BLN_RUN_STOPPING, NULL,
									   NULL, &state, err);
			bln_attempt_stop(action->process, running->is_hurried);
		} else if (action->phase != BLN_PHASE_ENDED) {
			status = action_end_idle(running, action, BLN_RUN_STOPPED, "never began: the run was stopped",
						 err);
		}
	}
	running->is_stopping = true;
	return status;
}

void bln_running_give_up(struct bln_running *running, const struct bln_err *why)
{
	enum bln_run_state state;

	for (size_t i = 0; i < running->plan->count; i++) {
		struct bln_run_action *action = &running->actions[i];

		bln_attempt_destroy(action->process);
		action->process = NULL;
		if (action->phase == BLN_PHASE_ACTIVE || action->phase == BLN_PHASE_WAITING)
			(void)!bln_running_change(running, action->id, BLN_RUN_ERROR, why->message, NULL, &state, NULL);
	}
	(void)!bln_running_change(running, running->id, BLN_RUN_ERROR, why->message, NULL, &state, NULL);
}
