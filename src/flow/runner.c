#include "flow/runner.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/time.h"
#include "flow/runner_private.h"

enum {
	/* The longest sleep: a signal that comes between looking at the flag and going to sleep is seen then. */
	TICK_MS = 100,
	LOOK_US = 1000000, /* how often the records are asked whether somebody wants the run to stop */
};

static enum bln_status logs_make(const struct bln_runner *runner, struct bln_arena *arena, struct bln_err *err)
{
	static const char *const folders[] = { ".bullion", BLN_RUN_LOGS };

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		const char *path = bln_arena_printf(arena, "%s/%s", runner->project->folder, folders[i]);

		if (!path)
			return bln_err_memory(err);
		if (mkdir(path, 0700) != 0 && errno != EEXIST)
			return bln_err_errno(err, errno, "cannot make the folder %s", path);
	}
	return BLN_OK;
}

static enum bln_status running_init(struct bln_running *running, struct bln_err *err)
{
	const struct bln_plan *plan = running->plan;
	const size_t count = plan->count + 1; /* a workflow may have no steps */
	const int64_t asked = running->runner->concurrent_max;

	running->actions = bln_arena_calloc(&running->arena, count, sizeof(*running->actions));
	running->states = bln_arena_calloc(&running->arena, count, sizeof(*running->states));
	running->verdicts = bln_arena_calloc(&running->arena, count, sizeof(*running->verdicts));
	running->fds = bln_arena_calloc(&running->arena, count, BLN_ATTEMPT_POLL_FDS * sizeof(*running->fds));
	if (!running->actions || !running->states || !running->verdicts || !running->fds)
		return bln_err_memory(err);
	for (size_t i = 0; i < plan->count; i++) {
		running->actions[i] = (struct bln_run_action){ .action = &plan->actions[i], .exit_code = -1 };
		running->states[i] = BLN_RUN_WAITING;
	}
	running->active_max = (size_t)(asked > 0 ? asked : running->runner->project->settings.max_concurrent);
	return bln_process_of(getpid(), &running->self, err);
}

/* Records the run, and begins it if it is its turn. */
static enum bln_status run_begin(struct bln_running *running, bool *is_begun, struct bln_err *err)
{
	const struct bln_runner *runner = running->runner;
	const struct bln_plan *plan = running->plan;
	char other[BLN_UUID_TEXT_SIZE] = "";
	enum bln_run_state state;
	size_t reaped = 0;
	bool is_turn = false;
	enum bln_status status;

	BLN_TRY(bln_runs_reap(runner->state, bln_clock_now_us(runner->clock), &reaped, err));
	if (reaped > 0)
		bln_logger_say(runner->logger, BLN_LEVEL_WARN, "flow", "%zu runs had died without a word", reaped);
	BLN_TRY(bln_running_record(running, err));
	*is_begun = true;
	BLN_TRY(bln_running_is_turn(running, running->id, plan->name, plan->kind, plan->max_concurrent, &is_turn, other,
				    err));
	if (!is_turn) {
		*is_begun = false;
		BLN_TRY(bln_running_change(running, running->id, BLN_RUN_STOPPED,
					   "never began: as many runs were under way as may be at once", NULL, &state,
					   err));
		status = bln_err_set(err, BLN_CONFLICT,
				     "%s is under way already, run %s, and may be %" PRId64
				     " at once (max_concurrent): wait for it, or stop it with 'bullion runs cancel %s'",
				     plan->name, other, plan->max_concurrent, other);
		goto done;
	}
	if (plan->kind == BLN_RUN_WORKFLOW)
		BLN_TRY(bln_running_change(running, running->id, BLN_RUN_RUNNING, NULL, NULL, &state, err));
	bln_running_tell(running, (struct bln_run_event){ .kind = BLN_RUN_BEGAN,
							  .run_id = running->id,
							  .attempt = 1,
							  .state = BLN_RUN_RUNNING });
done:
	return status;
}

/* Sleeps until a process has something to say, or something is due. */
static void run_wait(struct bln_running *running)
{
	const int64_t now_us = bln_clock_monotonic_us(running->runner->clock);
	int64_t due_us = INT64_MAX;
	size_t count = 0;
	int timeout_ms = TICK_MS;

	for (size_t i = 0; i < running->plan->count; i++) {
		const struct bln_run_action *action = &running->actions[i];
		int64_t own_us = INT64_MAX;

		if (action->phase == BLN_PHASE_ACTIVE) {
			count += bln_attempt_poll(action->process, running->fds + count);
			own_us = bln_attempt_due_us(action->process);
		} else if (action->phase == BLN_PHASE_WAITING && running->active < running->active_max) {
			own_us = action->due_us;
		}
		due_us = own_us < due_us ? own_us : due_us;
	}
	if (due_us <= now_us)
		timeout_ms = 0;
	else if (due_us - now_us < TICK_MS * BLN_US_PER_MS)
		timeout_ms = (int)((due_us - now_us + BLN_US_PER_MS - 1) / BLN_US_PER_MS);
	(void)poll(running->fds, count, timeout_ms); /* EINTR: a signal, which is what to wake for */
}

/* Whether somebody asked in the record ID for the end of what it records. */
static enum bln_status record_look(struct bln_running *running, const char *id, bool *is_asked, struct bln_err *err)
{
	enum bln_run_state state = BLN_RUN_RUNNING;
	enum bln_status status = bln_running_state(running, id, &state, err);

	*is_asked = status == BLN_OK && (state == BLN_RUN_STOPPING || bln_run_state_is_end(state));
	return status;
}

static enum bln_status records_look(struct bln_running *running, bool *is_asked, struct bln_err *err)
{
	const int64_t now_us = bln_clock_monotonic_us(running->runner->clock);
	enum bln_status status = BLN_OK;
	bool is_one_asked;

	if (now_us < running->look_at_us)
		return BLN_OK;
	running->look_at_us = now_us + LOOK_US;
	if (running->plan->kind == BLN_RUN_WORKFLOW)
		BLN_TRY(record_look(running, running->id, is_asked, err));
	for (size_t i = 0; i < running->plan->count; i++) {
		struct bln_run_action *action = &running->actions[i];

		if (action->phase != BLN_PHASE_ACTIVE && action->phase != BLN_PHASE_WAITING)
			continue;
		BLN_TRY(record_look(running, action->id, &is_one_asked, err));
		if (is_one_asked && action->phase == BLN_PHASE_ACTIVE)
			bln_attempt_stop(action->process, false);
		else if (is_one_asked)
			BLN_TRY(bln_running_let_go(running, action, err));
	}
done:
	return status;
}

/* Sees whether the run is to stop: because of a signal, or of what its record says. */
static enum bln_status stop_ask(struct bln_running *running, struct bln_err *err)
{
	const struct bln_runner *runner = running->runner;
	const bool is_hurried = bln_cancel_check(runner->hurry, NULL) != BLN_OK;
	bool is_asked = is_hurried || bln_cancel_check(runner->cancel, NULL) != BLN_OK;
	enum bln_status status = BLN_OK;

	if (!is_asked && !running->is_stopping)
		BLN_TRY(records_look(running, &is_asked, err));
	if (is_asked && (!running->is_stopping || (is_hurried && !running->is_hurried))) {
		running->is_hurried = is_hurried;
		status = bln_running_stop(running, err);
	}
done:
	return status;
}

static enum bln_status run_loop(struct bln_running *running, struct bln_err *err)
{
	enum bln_status status = BLN_OK;

	for (;;) {
		const bool is_done = bln_plan_next(running->plan, running->states, running->verdicts);

		running->has_changed = false;
		BLN_TRY(bln_running_skip(running, err));
		if (is_done)
			break;
		BLN_TRY(stop_ask(running, err));
		if (!running->is_stopping)
			BLN_TRY(bln_running_begin(running, err));
		if (!running->has_changed)
			run_wait(running);
		BLN_TRY(bln_running_pump(running, err));
	}
done:
	return status;
}

/* "ingest FAILED: no such file; check TIMEOUT: …". Steps that a stopped run never came to are no reason of its end. */
static void reasons_add(const struct bln_running *running, struct bln_text *text)
{
	for (size_t i = 0; i < running->plan->count; i++) {
		const size_t at = running->plan->order[i];
		const enum bln_run_state state = running->states[at];

		if (!bln_run_state_is_failure(state) && state != BLN_RUN_STOPPED)
			continue;
		if (state == BLN_RUN_STOPPED && running->is_stopping && !running->actions[at].has_begun)
			continue;
		bln_text_add_format(text, "%s%s %s: %s", text->length ? "; " : "", running->plan->actions[at].name,
				    bln_run_state_name(state), running->actions[at].reason);
	}
}

/* The exit code of the actions that failed, where they have one between them; else -1. */
static int cause_of(const struct bln_running *running)
{
	int cause = -1;

	for (size_t i = 0; i < running->plan->count; i++) {
		const enum bln_run_state state = running->states[i];
		const int exit_code = running->actions[i].exit_code;

		if (state == BLN_RUN_SUCCEEDED || state == BLN_RUN_SKIPPED)
			continue;
		if (cause >= 0 && cause != exit_code)
			return -1;
		cause = exit_code;
	}
	return cause;
}

/* What our process exits with. */
static int exit_code_of(const struct bln_running *running, const struct bln_run_outcome *outcome)
{
	static const int passed_on[] = { BLN_JOB_EXIT_USAGE, BLN_JOB_EXIT_CONFLICT, BLN_JOB_EXIT_NOT_FOUND,
					 BLN_JOB_EXIT_BUG };
	const int cause = cause_of(running);

	if (outcome->state == BLN_RUN_SUCCEEDED && outcome->is_partial)
		return BLN_JOB_EXIT_PARTIAL;
	if (outcome->state == BLN_RUN_SUCCEEDED)
		return outcome->has_nothing_done ? BLN_JOB_EXIT_NOTHING : BLN_JOB_EXIT_DONE;
	if (outcome->state == BLN_RUN_STOPPED)
		return BLN_JOB_EXIT_STOPPED;
	for (size_t i = 0; i < sizeof(passed_on) / sizeof(passed_on[0]); i++)
		if (cause == passed_on[i])
			return passed_on[i];
	return BLN_JOB_EXIT_FAILED;
}

static void outcome_make(const struct bln_running *running, struct bln_run_outcome *outcome)
{
	bool has_begun = false;
	bool has_stopped = false;

	*outcome = (struct bln_run_outcome){ .state = bln_plan_end(running->plan, running->states),
					     .has_nothing_done = true };
	for (size_t i = 0; i < running->plan->count; i++) {
		const struct bln_run_action *action = &running->actions[i];

		has_stopped |= running->states[i] == BLN_RUN_STOPPED;
		if (running->states[i] == BLN_RUN_SKIPPED)
			continue;
		has_begun = true;
		outcome->is_partial |= action->is_partial;
		outcome->has_nothing_done &= action->has_nothing_done;
	}
	outcome->has_nothing_done &= has_begun;
	if (running->is_stopping && has_stopped)
		outcome->state = BLN_RUN_STOPPED;
	memcpy(outcome->run_id, running->plan->kind == BLN_RUN_JOB ? running->actions[0].id : running->id,
	       sizeof(outcome->run_id));
	outcome->exit_code = exit_code_of(running, outcome);
}

static enum bln_status run_end(struct bln_running *running, struct bln_run_outcome *outcome, struct bln_err *err)
{
	struct bln_text reasons = { 0 };
	enum bln_status status = BLN_OK;
	const char *result;

	outcome_make(running, outcome);
	result = outcome->is_partial ? "{\"partial\":true}" : NULL;
	reasons_add(running, &reasons);
	BLN_TRY(bln_text_check(&reasons, err));
	if (running->plan->kind == BLN_RUN_WORKFLOW)
		BLN_TRY(bln_running_change(running, running->id, outcome->state, reasons.at, result, &outcome->state,
					   err));
	bln_running_tell(running, (struct bln_run_event){ .kind = BLN_RUN_ENDED,
							  .run_id = outcome->run_id,
							  .attempt = 1,
							  .state = outcome->state,
							  .is_partial = outcome->is_partial,
							  .reason = reasons.at,
							  .result = result });
done:
	bln_text_clean_up(&reasons);
	return status;
}

enum bln_status bln_runner_run(const struct bln_runner *runner, const struct bln_plan *plan,
			       const struct bln_properties *given, struct bln_run_outcome *outcome, struct bln_err *err)
{
	struct bln_running running = { .runner = runner, .plan = plan, .given = given };
	struct bln_err why = { 0 };
	bool is_begun = false;
	enum bln_status status;

	BLN_TRY(logs_make(runner, &running.arena, &why));
	BLN_TRY(running_init(&running, &why));
	BLN_TRY(run_begin(&running, &is_begun, &why));
	BLN_TRY(run_loop(&running, &why));
	status = run_end(&running, outcome, &why);
done:
	if (status != BLN_OK) {
		bln_secrets_mask_err(runner->secrets, &why);
		if (is_begun)
			bln_running_give_up(&running, &why);
		if (err)
			*err = why;
	}
	bln_arena_clean_up(&running.arena);
	return status;
}
