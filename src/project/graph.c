/* The order of a workflow's steps: no circles, and no step whose conditions contradict each other. */
#include <string.h>

#include "base/mem.h"
#include "project/parse.h"

enum colour { WHITE, GREY, BLACK }; /* not seen, on the way, done */

/* A walk along `after`, depth first, without recursion: as deep as there are steps. */
struct walk {
	struct bln_parse *parse;
	const struct bln_workflow *workflow;
	unsigned char *colours;
	size_t *path; /* the grey ones, from where the walk began */
	size_t *next; /* of each on the path: which of its AFTER comes next */
	size_t depth;
	size_t *order; /* the black ones: each behind all that it waits for */
	size_t done;
	bool has_circle;
};

static void circle_found(struct walk *walk, size_t step)
{
	const struct bln_step *steps = walk->workflow->steps;
	struct bln_text text = { 0 };
	size_t first = 0;

	walk->has_circle = true;
	while (walk->path[first] != step)
		first++;
	for (size_t i = first; i < walk->depth; i++)
		bln_text_add_format(&text, "%s, which waits for ", steps[walk->path[i]].name);
	bln_text_add(&text, steps[step].name);
	if (text.has_failed)
		walk->parse->problems->has_failed = true;
	else
		bln_problems_add(walk->parse->problems, steps[step].place,
				 "the steps of workflow '%s' go round in a circle: %s", walk->workflow->name, text.at);
	bln_text_clean_up(&text);
}

static void walk_from(struct walk *walk, size_t start)
{
	const struct bln_step *steps = walk->workflow->steps;

	walk->depth = 0;
	walk->path[walk->depth++] = start;
	walk->next[0] = 0;
	walk->colours[start] = GREY;
	while (walk->depth > 0) {
		const size_t top = walk->path[walk->depth - 1];
		size_t *next = &walk->next[walk->depth - 1];
		size_t waits_for;

		if (*next == steps[top].after_count) {
			walk->colours[top] = BLACK;
			walk->order[walk->done++] = top;
			walk->depth--;
			continue;
		}
		waits_for = steps[top].after[(*next)++];
		if (walk->colours[waits_for] == GREY) {
			circle_found(walk, waits_for);
		} else if (walk->colours[waits_for] == WHITE) {
			walk->colours[waits_for] = GREY;
			walk->next[walk->depth] = 0;
			walk->path[walk->depth++] = waits_for;
		}
	}
}

/* The states that `when` takes, as bits 1 << state. */
static unsigned states_of(enum bln_run_state when)
{
	unsigned states = 0;

	if (when != BLN_RUN_FAILED)
		return 1u << when;
	for (int i = 0; i < BLN_RUN_STATES; i++)
		if (bln_run_state_is_failure((enum bln_run_state)i))
			states |= 1u << i;
	return states;
}

/* What must have become of each step for STEP to begin, as far as that is certain: NEEDS has a row of states per step, 0
 * where anything may have. Returns the step that would have to end in two ways at once, or the number of steps. */
static size_t needs_gather(const struct bln_workflow *workflow, size_t step, unsigned short *needs)
{
	const size_t count = workflow->step_count;
	const struct bln_step *it = &workflow->steps[step];
	unsigned short *mine = needs + step * count;

	if (it->is_any && it->after_count > 1)
		return count;
	for (size_t i = 0; i < it->after_count; i++) {
		const size_t before = it->after[i];
		const unsigned short *theirs = needs + before * count;

		for (size_t j = 0; j < count; j++) {
			const unsigned wanted = j == before ? states_of(it->when) : theirs[j];

			if (wanted == 0)
				continue;
			mine[j] = (unsigned short)(mine[j] == 0 ? wanted : mine[j] & wanted);
			if (mine[j] == 0)
				return j;
		}
	}
	return count;
}

static void find_unreachable(struct walk *walk)
{
	const struct bln_workflow *workflow = walk->workflow;
	const size_t count = workflow->step_count;
	unsigned short *needs = bln_mem_calloc(count * count, sizeof(*needs));

	if (!needs) {
		walk->parse->problems->has_failed = true;
		return;
	}
	for (size_t i = 0; i < count; i++) {
		const size_t step = walk->order[i];
		const size_t torn = needs_gather(workflow, step, needs);

		if (torn == count)
			continue;
		bln_problems_add(
			walk->parse->problems, workflow->steps[step].place,
			"step '%s' of workflow '%s' can never begin: '%s' would have to end in two ways at once",
			workflow->steps[step].name, workflow->name, workflow->steps[torn].name);
		break; /* what waits for it is no news */
	}
	bln_mem_free(needs);
}

void bln_parse_check_steps(struct bln_parse *parse, const struct bln_workflow *workflow)
{
	const size_t count = workflow->step_count;
	struct walk walk = { .parse = parse, .workflow = workflow };

	if (count == 0)
		return;
	walk.colours = bln_mem_calloc(count, 1);
	walk.path = bln_mem_calloc(count, sizeof(*walk.path));
	walk.next = bln_mem_calloc(count, sizeof(*walk.next));
	walk.order = bln_mem_calloc(count, sizeof(*walk.order));
	if (!walk.colours || !walk.path || !walk.next || !walk.order) {
		parse->problems->has_failed = true;
	} else {
		for (size_t i = 0; i < count; i++)
			if (walk.colours[i] == WHITE)
				walk_from(&walk, i);
		if (!walk.has_circle)
			find_unreachable(&walk);
	}
	bln_mem_free(walk.colours);
	bln_mem_free(walk.path);
	bln_mem_free(walk.next);
	bln_mem_free(walk.order);
}
