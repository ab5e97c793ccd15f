#include "flow/plan.h"

#define STATE(state) (1u << (state))

enum { UNPLACED, PLACED };

/* The states that `when: WHEN` means. */
static unsigned when_states(enum bln_run_state when)
{
	unsigned states = 0;

	if (when != BLN_RUN_FAILED)
		return STATE(when);
	for (int i = 0; i < BLN_RUN_STATES; i++)
		if (bln_run_state_is_failure((enum bln_run_state)i))
			states |= STATE(i);
	return states;
}

static enum bln_status action_of_step(const struct bln_step *step, struct bln_arena *arena,
				      struct bln_plan_action *action, struct bln_err *err)
{
	struct bln_plan_condition *conditions = NULL;

	if (step->after_count > 0) {
		conditions = bln_arena_calloc(arena, step->after_count, sizeof(*conditions));
		if (!conditions)
			return bln_err_memory(err);
	}
	for (size_t i = 0; i < step->after_count; i++)
		conditions[i] = (struct bln_plan_condition){ step->after[i], when_states(step->when) };
	*action = (struct bln_plan_action){ .name = step->name,
					    .job = step->job,
					    .step = step,
					    .conditions = conditions,
					    .conditions_count = step->after_count,
					    .is_any = step->is_any };
	return BLN_OK;
}

static bool is_placeable(const struct bln_plan_action *action, const unsigned char *is_placed)
{
	for (size_t i = 0; i < action->conditions_count; i++)
		if (!is_placed[action->conditions[i].action])
			return false;
	return true;
}

/* Puts the actions in an order in which each comes behind those it waits for, and otherwise as in the file. */
static enum bln_status plan_order(struct bln_plan *plan, struct bln_arena *arena, struct bln_err *err)
{
	size_t *order = bln_arena_calloc(arena, plan->count + 1, sizeof(*order));
	unsigned char *is_placed = bln_arena_calloc(arena, plan->count + 1, 1);
	size_t placed = 0;
	size_t before;

	if (!order || !is_placed)
		return bln_err_memory(err);
	do {
		before = placed;
		for (size_t i = 0; i < plan->count; i++) {
			if (is_placed[i] || !is_placeable(&plan->actions[i], is_placed))
				continue;
			is_placed[i] = PLACED;
			order[placed++] = i;
		}
	} while (placed > before);
	if (placed < plan->count) {
		size_t first = 0;

		while (is_placed[first] != UNPLACED)
			first++;
		return bln_err_set(err, BLN_INVALID, "workflow %s: step %s waits, by way of others, for itself",
				   plan->name, plan->actions[first].name);
	}
	plan->order = order;
	return BLN_OK;
}

enum bln_status bln_plan_of_workflow(const struct bln_workflow *workflow, struct bln_arena *arena,
				     struct bln_plan *plan, struct bln_err *err)
{
	struct bln_plan_action *actions = bln_arena_calloc(arena, workflow->step_count + 1, sizeof(*actions));
	enum bln_status status = BLN_OK;

	if (!actions)
		return bln_err_memory(err);
	for (size_t i = 0; status == BLN_OK && i < workflow->step_count; i++)
		status = action_of_step(&workflow->steps[i], arena, &actions[i], err);
	if (status != BLN_OK)
		return status;
	*plan = (struct bln_plan){ .name = workflow->name,
				   .kind = BLN_RUN_WORKFLOW,
				   .workflow = workflow,
				   .actions = actions,
				   .count = workflow->step_count,
				   .max_concurrent = workflow->max_concurrent };
	return plan_order(plan, arena, err);
}

enum bln_status bln_plan_of_job(const struct bln_job *job, struct bln_arena *arena, struct bln_plan *plan,
				struct bln_err *err)
{
	struct bln_plan_action *action = bln_arena_calloc(arena, 1, sizeof(*action));

	if (!action)
		return bln_err_memory(err);
	*action = (struct bln_plan_action){ .name = job->name, .job = job };
	*plan = (struct bln_plan){ .name = job->name,
				   .kind = BLN_RUN_JOB,
				   .actions = action,
				   .count = 1,
				   .max_concurrent = job->max_concurrent };
	return plan_order(plan, arena, err);
}

/* VERDICTS are made for all actions that ACTION waits for. */
static enum bln_plan_verdict judge(const struct bln_plan_action *action, const enum bln_run_state *states,
				   const enum bln_plan_verdict *verdicts)
{
	size_t met = 0;
	size_t lost = 0;

	for (size_t i = 0; i < action->conditions_count; i++) {
		const struct bln_plan_condition *condition = &action->conditions[i];
		const enum bln_run_state state =
			verdicts[condition->action] == BLN_PLAN_SKIP ? BLN_RUN_SKIPPED : states[condition->action];

		if (condition->states & STATE(state))
			met++;
		else if (bln_run_state_is_end(state))
			lost++;
	}
	if (met == action->conditions_count || (action->is_any && met > 0))
		return BLN_PLAN_START;
	if (lost == action->conditions_count || (!action->is_any && lost > 0))
		return BLN_PLAN_SKIP;
	return BLN_PLAN_NOTHING;
}

bool bln_plan_next(const struct bln_plan *plan, const enum bln_run_state *states, enum bln_plan_verdict *verdicts)
{
	bool is_done = true;

	for (size_t i = 0; i < plan->count; i++) {
		const size_t at = plan->order[i];

		verdicts[at] = BLN_PLAN_NOTHING;
		if (states[at] == BLN_RUN_WAITING)
			verdicts[at] = judge(&plan->actions[at], states, verdicts);
		if (!bln_run_state_is_end(states[at]) && verdicts[at] != BLN_PLAN_SKIP)
			is_done = false;
	}
	return is_done;
}

enum bln_run_state bln_plan_end(const struct bln_plan *plan, const enum bln_run_state *states)
{
	bool is_stopped = false;

	if (plan->kind == BLN_RUN_JOB)
		return states[0];
	for (size_t i = 0; i < plan->count; i++) {
		if (bln_run_state_is_failure(states[i]))
			return BLN_RUN_COMPLETED;
		is_stopped |= states[i] == BLN_RUN_STOPPED;
	}
	return is_stopped ? BLN_RUN_STOPPED : BLN_RUN_SUCCEEDED;
}
