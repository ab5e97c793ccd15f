#include "base/base_test.h"

#include "base/mem.h"
#include "base/random.h"
#include "flow/plan.h"

enum { STEPS_MAX = 9 };

/* A workflow made by hand: its steps wait for the steps in AFTER. */
struct graph {
	struct bln_job job;
	struct bln_step steps[STEPS_MAX];
	size_t after[STEPS_MAX][STEPS_MAX];
	char names[STEPS_MAX][24];
	struct bln_workflow workflow;
};

static void graph_init(struct graph *graph, size_t count)
{
	*graph = (struct graph){ .job = { .name = "job", .kind = BLN_JOB_COMMAND } };
	for (size_t i = 0; i < count; i++) {
		snprintf(graph->names[i], sizeof(graph->names[i]), "s%zu", i);
		graph->steps[i] = (struct bln_step){
			.name = graph->names[i], .job = &graph->job, .after = graph->after[i], .when = BLN_RUN_SUCCEEDED
		};
	}
	graph->workflow = (struct bln_workflow){ .name = "flow", .steps = graph->steps, .step_count = count };
}

static void graph_after(struct graph *graph, size_t step, size_t after)
{
	graph->after[step][graph->steps[step].after_count++] = after;
}

static struct bln_plan plan_of(const struct graph *graph, struct bln_arena *arena)
{
	struct bln_plan plan = { 0 };
	struct bln_err err = { 0 };

	assert_ok(bln_plan_of_workflow(&graph->workflow, arena, &plan, &err), &err);
	return plan;
}

/* What the plan says of the states that TEXT has a letter for each of: "w" waiting, "r" running, "S" SUCCEEDED, "F"
 * FAILED, "T" TIMEOUT, "E" ERROR, "X" STOPPED, "K" SKIPPED. Letters of the answer: ">" start, "k" skip, "." nothing;
 * "!" behind: done. */
static const char *next_of(const struct bln_plan *plan, const char *text)
{
	static char answer[STEPS_MAX + 2];
	static const char letters[] = {
		[BLN_RUN_WAITING] = 'w', [BLN_RUN_RUNNING] = 'r', [BLN_RUN_SUCCEEDED] = 'S', [BLN_RUN_FAILED] = 'F',
		[BLN_RUN_TIMEOUT] = 'T', [BLN_RUN_ERROR] = 'E',	  [BLN_RUN_STOPPED] = 'X',   [BLN_RUN_SKIPPED] = 'K'
	};
	static const char verdict_letters[] = {
		[BLN_PLAN_NOTHING] = '.', [BLN_PLAN_START] = '>', [BLN_PLAN_SKIP] = 'k'
	};
	enum bln_run_state states[STEPS_MAX];
	enum bln_plan_verdict verdicts[STEPS_MAX];
	bool is_done;

	assert_int_equal(strlen(text), plan->count);
	for (size_t i = 0; i < plan->count; i++)
		states[i] = (enum bln_run_state)((const char *)memchr(letters, text[i], sizeof(letters)) - letters);
	is_done = bln_plan_next(plan, states, verdicts);
	for (size_t i = 0; i < plan->count; i++)
		answer[i] = verdict_letters[verdicts[i]];
	answer[plan->count] = is_done ? '!' : '\0';
	answer[plan->count + 1] = '\0';
	return answer;
}

static void a_chain_goes_step_by_step(void **state)
{
	struct bln_arena arena = { 0 };
	struct bln_plan plan;
	struct graph graph;
	(void)state;

	graph_init(&graph, 3);
	graph_after(&graph, 1, 0);
	graph_after(&graph, 2, 1);
	plan = plan_of(&graph, &arena);
	assert_string_equal(next_of(&plan, "www"), ">..");
	assert_string_equal(next_of(&plan, "rww"), "...");
	assert_string_equal(next_of(&plan, "Sww"), ".>.");
	assert_string_equal(next_of(&plan, "Fww"), ".kk!");
	assert_string_equal(next_of(&plan, "FKw"), "..k!");
	assert_string_equal(next_of(&plan, "SSr"), "...");
	assert_string_equal(next_of(&plan, "SSS"), "...!");
	bln_arena_clean_up(&arena);
}

static void all_waits_for_each_and_any_for_one(void **state)
{
	struct bln_arena arena = { 0 };
	struct bln_plan plan;
	struct graph graph;
	(void)state;

	graph_init(&graph, 4);
	for (size_t i = 2; i < 4; i++)
		for (size_t after = 0; after < 2; after++)
			graph_after(&graph, i, after);
	graph.steps[3].is_any = true;
	plan = plan_of(&graph, &arena);
	assert_string_equal(next_of(&plan, "wwww"), ">>..");
	assert_string_equal(next_of(&plan, "Srww"), "...>");
	assert_string_equal(next_of(&plan, "SSwr"), "..>.");
	assert_string_equal(next_of(&plan, "Frww"), "..k."); /* all cannot be met any more, one can */
	assert_string_equal(next_of(&plan, "FSww"), "..k>");
	assert_string_equal(next_of(&plan, "FFww"), "..kk!");
	bln_arena_clean_up(&arena);
}

static void when_says_which_end_is_meant(void **state)
{
	static const struct {
		enum bln_run_state when;
		const char *met; /* letters of next_of */
	} cases[] = {
		{ BLN_RUN_SUCCEEDED, "S" }, { BLN_RUN_FAILED, "FTE" }, { BLN_RUN_TIMEOUT, "T" },
		{ BLN_RUN_STOPPED, "X" },   { BLN_RUN_ERROR, "E" },
	};
	struct bln_arena arena = { 0 };
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bln_plan plan;
		struct graph graph;

		graph_init(&graph, 2);
		graph_after(&graph, 1, 0);
		graph.steps[1].when = cases[i].when;
		plan = plan_of(&graph, &arena);
		for (const char *end = "SFTEXK"; *end; end++) {
			const char states[] = { *end, 'w', '\0' };

			assert_string_equal(next_of(&plan, states), strchr(cases[i].met, *end) ? ".>" : ".k!");
		}
	}
	bln_arena_clean_up(&arena);
}

static void a_workflow_ends_as_its_actions_did(void **state)
{
	struct bln_arena arena = { 0 };
	struct bln_plan plan;
	struct graph graph;
	(void)state;

	graph_init(&graph, 2);
	plan = plan_of(&graph, &arena);
#define END(a, b) bln_plan_end(&plan, (enum bln_run_state[]){ BLN_RUN_##a, BLN_RUN_##b })
	assert_int_equal(END(SUCCEEDED, SUCCEEDED), BLN_RUN_SUCCEEDED);
	assert_int_equal(END(SUCCEEDED, SKIPPED), BLN_RUN_SUCCEEDED); /* the alarm that was not needed */
	assert_int_equal(END(FAILED, SUCCEEDED), BLN_RUN_COMPLETED); /* the alarm that was */
	assert_int_equal(END(SKIPPED, TIMEOUT), BLN_RUN_COMPLETED);
	assert_int_equal(END(SUCCEEDED, ERROR), BLN_RUN_COMPLETED);
	assert_int_equal(END(SUCCEEDED, STOPPED), BLN_RUN_STOPPED);
	assert_int_equal(END(STOPPED, FAILED), BLN_RUN_COMPLETED);
	graph_init(&graph, 0);
	plan = plan_of(&graph, &arena);
	assert_int_equal(bln_plan_end(&plan, NULL), BLN_RUN_SUCCEEDED);
	assert_true(bln_plan_next(&plan, NULL, NULL));
	bln_arena_clean_up(&arena);
}

static void a_job_is_a_plan_of_one(void **state)
{
	const struct bln_job job = { .name = "say", .kind = BLN_JOB_COMMAND, .max_concurrent = 7 };
	enum bln_run_state failed = BLN_RUN_FAILED;
	struct bln_arena arena = { 0 };
	struct bln_plan plan = { 0 };
	struct bln_err err = { 0 };
	(void)state;

	assert_ok(bln_plan_of_job(&job, &arena, &plan, &err), &err);
	assert_string_equal(plan.name, "say");
	assert_int_equal(plan.kind, BLN_RUN_JOB);
	assert_int_equal(plan.max_concurrent, 7);
	assert_string_equal(next_of(&plan, "w"), ">");
	assert_string_equal(next_of(&plan, "r"), ".");
	assert_string_equal(next_of(&plan, "F"), ".!");
	assert_int_equal(bln_plan_end(&plan, &failed), BLN_RUN_FAILED);
	bln_arena_clean_up(&arena);
}

static void a_circle_is_refused(void **state)
{
	struct bln_arena arena = { 0 };
	struct bln_plan plan = { 0 };
	struct bln_err err = { 0 };
	struct graph graph;
	(void)state;

	graph_init(&graph, 4);
	graph_after(&graph, 1, 3);
	graph_after(&graph, 2, 1);
	graph_after(&graph, 3, 2);
	assert_int_equal(bln_plan_of_workflow(&graph.workflow, &arena, &plan, &err), BLN_INVALID);
	assert_non_null(strstr(err.message, "workflow flow: step s1"));
	bln_arena_clean_up(&arena);
}

static void graph_random(struct graph *graph, struct bln_random *random)
{
	static const enum bln_run_state whens[] = { BLN_RUN_SUCCEEDED, BLN_RUN_SUCCEEDED, BLN_RUN_FAILED,
						    BLN_RUN_TIMEOUT,   BLN_RUN_STOPPED,	  BLN_RUN_ERROR };
	size_t count = 1 + bln_random_below(random, STEPS_MAX);
	size_t places[STEPS_MAX]; /* so that the file's order is not that of the conditions */

	graph_init(graph, count);
	for (size_t i = 0; i < count; i++) {
		size_t other = bln_random_below(random, i + 1);

		places[i] = places[other];
		places[other] = i;
	}
	for (size_t i = 0; i < count; i++) {
		graph->steps[places[i]].is_any = bln_random_below(random, 2);
		graph->steps[places[i]].when = whens[bln_random_below(random, sizeof(whens) / sizeof(whens[0]))];
		for (size_t j = 0; j < i; j++)
			if (bln_random_below(random, 3) == 0)
				graph_after(graph, places[i], places[j]);
	}
}

/* Whether the ends that STATES are meet the conditions of STEP, from the words of the project file alone. */
static bool is_met(const struct bln_step *step, const enum bln_run_state *states)
{
	size_t met = 0;

	for (size_t i = 0; i < step->after_count; i++) {
		enum bln_run_state state = states[step->after[i]];

		met += step->when == BLN_RUN_FAILED
			       ? state == BLN_RUN_FAILED || state == BLN_RUN_TIMEOUT || state == BLN_RUN_ERROR
			       : state == step->when;
	}
	return step->is_any && step->after_count > 0 ? met > 0 : met == step->after_count;
}

/* Runs the plan to its end. Action I, if it begins, comes to OUTCOMES[I]; who begins and ends first is random. */
static void play(const struct bln_plan *plan, const enum bln_run_state *outcomes, struct bln_random *random,
		 enum bln_run_state *states)
{
	enum bln_plan_verdict verdicts[STEPS_MAX];
	int rounds = 0;

	for (size_t i = 0; i < plan->count; i++)
		states[i] = BLN_RUN_WAITING;
	while (!bln_plan_next(plan, states, verdicts)) {
		size_t possible = 0;
		size_t chosen;

		for (size_t i = 0; i < plan->count; i++)
			possible += states[i] == BLN_RUN_RUNNING || verdicts[i] != BLN_PLAN_NOTHING;
		assert_true(possible > 0); /* never stuck */
		assert_true(rounds++ < 3 * STEPS_MAX);
		chosen = bln_random_below(random, possible);
		for (size_t i = 0; i < plan->count; i++) {
			if (states[i] != BLN_RUN_RUNNING && verdicts[i] == BLN_PLAN_NOTHING)
				continue;
			if (chosen-- > 0)
				continue;
			if (states[i] == BLN_RUN_RUNNING)
				states[i] = outcomes[i];
			else
				states[i] = verdicts[i] == BLN_PLAN_START ? BLN_RUN_RUNNING : BLN_RUN_SKIPPED;
		}
	}
	for (size_t i = 0; i < plan->count; i++) {
		if (verdicts[i] == BLN_PLAN_SKIP)
			states[i] = BLN_RUN_SKIPPED;
		assert_int_not_equal(verdicts[i], BLN_PLAN_START);
	}
}

/* In the end each action ran exactly if its conditions are met by how the others ended, whatever the order in which
 * they did. */
static void random_graphs_end_the_same_in_any_order(void **state)
{
	static const enum bln_run_state ends[] = { BLN_RUN_SUCCEEDED, BLN_RUN_SUCCEEDED, BLN_RUN_SUCCEEDED,
						   BLN_RUN_FAILED,    BLN_RUN_TIMEOUT,	 BLN_RUN_STOPPED,
						   BLN_RUN_ERROR };
	struct bln_random random;
	(void)state;

	bln_random_init(&random, test_seed(5));
	for (int round = 0; round < 4000; round++) {
		struct bln_arena arena = { 0 };
		enum bln_run_state outcomes[STEPS_MAX];
		enum bln_run_state first[STEPS_MAX];
		enum bln_run_state again[STEPS_MAX];
		struct bln_plan plan;
		struct graph graph;

		graph_random(&graph, &random);
		plan = plan_of(&graph, &arena);
		for (size_t i = 0; i < plan.count; i++)
			outcomes[i] = ends[bln_random_below(&random, sizeof(ends) / sizeof(ends[0]))];
		play(&plan, outcomes, &random, first);
		for (size_t i = 0; i < plan.count; i++)
			assert_int_equal(first[i], is_met(&graph.steps[i], first) ? outcomes[i] : BLN_RUN_SKIPPED);
		play(&plan, outcomes, &random, again);
		assert_memory_equal(first, again, plan.count * sizeof(first[0]));
		bln_arena_clean_up(&arena);
	}
}

static void order_puts_each_behind_those_it_waits_for(void **state)
{
	struct bln_random random;
	(void)state;

	bln_random_init(&random, test_seed(6));
	for (int round = 0; round < 2000; round++) {
		struct bln_arena arena = { 0 };
		bool is_seen[STEPS_MAX] = { false };
		struct bln_plan plan;
		struct graph graph;

		graph_random(&graph, &random);
		plan = plan_of(&graph, &arena);
		for (size_t i = 0; i < plan.count; i++) {
			const struct bln_step *step = &graph.steps[plan.order[i]];

			assert_false(is_seen[plan.order[i]]);
			for (size_t j = 0; j < step->after_count; j++)
				assert_true(is_seen[step->after[j]]);
			is_seen[plan.order[i]] = true;
		}
		bln_arena_clean_up(&arena);
	}
}

static void without_memory_it_says_so(void **state)
{
	struct bln_arena arena = { 0 };
	struct bln_plan plan = { 0 };
	struct bln_err err = { 0 };
	enum bln_status status = BLN_NO_MEMORY;
	struct graph graph;
	uint64_t nth;
	(void)state;

	graph_init(&graph, STEPS_MAX);
	for (size_t i = 1; i < STEPS_MAX; i++)
		graph_after(&graph, i, i - 1);
	for (nth = 1; status == BLN_NO_MEMORY && nth < 1000; nth++) {
		bln_arena_clean_up(&arena);
		bln_mem_fail_at(nth, false);
		status = bln_plan_of_workflow(&graph.workflow, &arena, &plan, &err);
		bln_mem_fail_at(0, false);
	}
	assert_ok(status, &err);
	assert_true(nth > 2);
	assert_int_equal(plan.count, STEPS_MAX);
	bln_arena_clean_up(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chain_goes_step_by_step),
		cmocka_unit_test(all_waits_for_each_and_any_for_one),
		cmocka_unit_test(when_says_which_end_is_meant),
		cmocka_unit_test(a_workflow_ends_as_its_actions_did),
		cmocka_unit_test(a_job_is_a_plan_of_one),
		cmocka_unit_test(a_circle_is_refused),
		cmocka_unit_test(random_graphs_end_the_same_in_any_order),
		cmocka_unit_test(order_puts_each_behind_those_it_waits_for),
		cmocka_unit_test(without_memory_it_says_so),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
