#include <string.h>

#include "base/nearest.h"
#include "project/parse.h"

/* clang-format off */
static const struct bln_setting rows[] = {
	{ .name = "max_concurrent", .type = BLN_SETTING_INT, .offset = offsetof(struct bln_workflow, max_concurrent),
	  .default_text = "1000", .min = 1, .max = 1000,
	  .help = "how many runs of this workflow may be under way at once" },
};
/* clang-format on */
const struct bln_parse_table bln_parse_workflow_settings = { "", rows, sizeof(rows) / sizeof(rows[0]) };

/* A workflow while its steps are read. */
struct reading {
	struct bln_parse *parse;
	const char *of; /* "workflow 'historical'" */
	struct bln_step *steps;
	size_t count;
};

static const struct bln_job *job_of(struct reading *reading, const struct bln_entry *entry, const char *of)
{
	const struct bln_project *project = reading->parse->project;
	const char *name = bln_parse_text(reading->parse, entry, of);
	const struct bln_job *job = name ? bln_project_job(project, name) : NULL;
	const char *meant = NULL;
	size_t distance = SIZE_MAX;

	if (job || !name)
		return job;
	for (size_t i = 0; i < project->job_count; i++)
		bln_nearest_try(bln_slice_of(name), project->jobs[i].name, &meant, &distance);
	bln_problems_add(reading->parse->problems, entry->value->place, "%s: there is no job '%s'%s%s%s", of,
			 bln_quote(name, strlen(name)).text, meant ? "; did you mean '" : "", meant ? meant : "",
			 meant ? "'?" : "");
	return NULL;
}

/* The index of the step NAME refers to, or COUNT. */
static size_t step_find(struct reading *reading, const struct bln_node *node, const char *of)
{
	const char *meant = NULL;
	size_t distance = SIZE_MAX;
	size_t i = 0;

	while (i < reading->count && strcmp(reading->steps[i].name, node->text) != 0)
		i++;
	if (i < reading->count)
		return i;
	for (size_t j = 0; j < reading->count; j++)
		bln_nearest_try(bln_slice_of(node->text), reading->steps[j].name, &meant, &distance);
	bln_problems_add(reading->parse->problems, node->place, "%s: after: %s has no step '%s'%s%s%s", of, reading->of,
			 bln_quote(node->text, strlen(node->text)).text, meant ? "; did you mean '" : "",
			 meant ? meant : "", meant ? "'?" : "");
	return reading->count;
}

static void after_add(struct reading *reading, struct bln_step *step, size_t *after, const struct bln_node *node,
		      const char *of)
{
	struct bln_problems *problems = reading->parse->problems;
	size_t found;

	if (node->type != BLN_NODE_TEXT) {
		bln_problems_add(problems, node->place, "%s: after: %s is no name of a step", of,
				 bln_node_type_name(node->type));
		return;
	}
	found = step_find(reading, node, of);
	if (found == reading->count)
		return;
	for (size_t i = 0; i < step->after_count; i++)
		if (after[i] == found) {
			bln_problems_add(problems, node->place, "%s: after: '%s' is here a second time", of,
					 node->text);
			return;
		}
	after[step->after_count++] = found;
}

/* `after`: a step, a list of steps, {all: list} or {any: list}. */
static void after_read(struct reading *reading, struct bln_step *step, const struct bln_entry *entry, const char *of)
{
	struct bln_problems *problems = reading->parse->problems;
	const struct bln_node *list = entry->value;
	size_t *after;

	if (list->type == BLN_NODE_MAP) {
		const bool is_one = list->count == 1;

		step->is_any = is_one && strcmp(list->entries[0].key, "any") == 0;
		if (!is_one || (!step->is_any && strcmp(list->entries[0].key, "all") != 0)) {
			bln_problems_add(problems, list->place,
					 "%s: after takes a list of steps, {all: [steps]} or {any: [steps]}", of);
			return;
		}
		list = list->entries[0].value;
	}
	if (list->type != BLN_NODE_LIST && list->type != BLN_NODE_TEXT) {
		bln_problems_add(problems, list->place, "%s: after takes a list of steps, not %s", of,
				 bln_node_type_name(list->type));
		return;
	}
	if (list->type == BLN_NODE_LIST && list->count == 0 && list != entry->value) {
		bln_problems_add(problems, list->place, "%s: after: the list is empty, so the step would never begin",
				 of);
		return;
	}
	after = bln_parse_array(reading->parse, list->type == BLN_NODE_TEXT ? 1 : list->count, sizeof(*after));
	if (list->type == BLN_NODE_TEXT && after)
		after_add(reading, step, after, list, of);
	for (size_t i = 0; list->type == BLN_NODE_LIST && after && i < list->count; i++)
		after_add(reading, step, after, list->items[i], of);
	step->after = after;
}

static void when_read(struct reading *reading, struct bln_step *step, const struct bln_node *node, const char *of)
{
	const struct bln_entry *entry = bln_node_find(node, "when");
	const char *text = entry ? bln_parse_text(reading->parse, entry, of) : NULL;
	bool is_known;

	step->when = BLN_RUN_SUCCEEDED;
	if (!text)
		return;
	is_known = bln_run_state_parse(bln_slice_of(text), &step->when) && bln_run_state_is_end(step->when) &&
		   step->when != BLN_RUN_COMPLETED && step->when != BLN_RUN_SKIPPED;
	if (!is_known)
		bln_problems_add(reading->parse->problems, entry->value->place,
				 "%s: when: '%s' is not one of SUCCEEDED, FAILED, TIMEOUT, STOPPED, ERROR", of,
				 bln_quote(text, strlen(text)).text);
	else if (!bln_node_find(node, "after"))
		bln_problems_add(reading->parse->problems, entry->place,
				 "%s: 'when' says what the steps of 'after' must have come to, and there is no 'after'",
				 of);
}

static void step_read(struct reading *reading, const struct bln_entry *entry, struct bln_step *step)
{
	static const char *const keys[] = { "job", "after", "when", "properties", "description", NULL };
	struct bln_parse *parse = reading->parse;
	const struct bln_node *node = entry->value;
	struct bln_settings none = { .arena = &parse->project->arena };
	const struct bln_entry *job = bln_node_find(node, "job");
	const struct bln_entry *after = bln_node_find(node, "after");
	struct bln_feed feed = { .map = node, .skip = keys, .place = entry->place };
	struct bln_text of = { 0 };

	bln_text_add_format(&of, "step '%s' of %s", bln_quote(entry->key, strlen(entry->key)).text, reading->of);
	if (of.has_failed) {
		parse->problems->has_failed = true;
		bln_text_clean_up(&of);
		return;
	}
	feed.of = of.at;
	(void)bln_name_check(entry->key, "step", entry->place, parse->problems);
	(void)bln_feed_check(&feed, &none, parse->problems);
	when_read(reading, step, node, of.at);
	if (after)
		after_read(reading, step, after, of.at);
	if (job)
		step->job = job_of(reading, job, of.at);
	else if (node->type == BLN_NODE_MAP || node->type == BLN_NODE_NULL)
		bln_problems_add(parse->problems, entry->place, "%s: 'job' is missing: which job it runs", of.at);
	bln_parse_properties(parse, bln_node_find(node, "properties"), of.at, &step->properties);
	bln_text_clean_up(&of);
}

static void steps_read(struct reading *reading, const struct bln_entry *entry)
{
	size_t count;

	if (!bln_parse_map(reading->parse, entry->value, reading->of, &count))
		return;
	reading->steps = bln_parse_array(reading->parse, count, sizeof(*reading->steps));
	if (!reading->steps)
		return;
	reading->count = count;
	for (size_t i = 0; i < count; i++) {
		reading->steps[i].name = entry->value->entries[i].key;
		reading->steps[i].place = entry->value->entries[i].place;
	}
	for (size_t i = 0; i < count; i++)
		step_read(reading, &entry->value->entries[i], &reading->steps[i]);
}

static void workflow_read(struct bln_parse *parse, const struct bln_entry *entry, struct bln_workflow *workflow)
{
	static const char *const skip[] = { "steps", "properties", "description", NULL };
	struct bln_feed feed = { .map = entry->value, .skip = skip, .place = entry->place };
	struct reading reading = { .parse = parse };
	const struct bln_entry *steps = bln_node_find(entry->value, "steps");
	const struct bln_job *namesake = bln_project_job(parse->project, entry->key);
	struct bln_settings settings;

	workflow->name = entry->key;
	workflow->place = entry->place;
	feed.of = reading.of = bln_parse_of(parse, "workflow", entry->key);
	(void)bln_name_check(entry->key, "workflow", entry->place, parse->problems);
	if (namesake)
		bln_problems_add(parse->problems, entry->place,
				 "%s has the name of a job (line %d): `bullion run` could not tell them apart",
				 reading.of, namesake->place.line);
	if (bln_settings_init(&settings, rows, sizeof(rows) / sizeof(rows[0]), workflow, &parse->project->arena,
			      NULL) != BLN_OK) {
		parse->problems->has_failed = true;
		return;
	}
	if (!bln_feed_check(&feed, &settings, parse->problems) && entry->value->type != BLN_NODE_MAP)
		return;
	bln_parse_properties(parse, bln_node_find(entry->value, "properties"), reading.of, &workflow->properties);
	if (steps)
		steps_read(&reading, steps);
	if (reading.count == 0 && !parse->problems->has_failed)
		bln_problems_add(parse->problems, entry->place, "%s has no steps", reading.of);
	workflow->steps = reading.steps;
	workflow->step_count = reading.count;
	bln_parse_check_steps(parse, workflow);
}

void bln_parse_workflows(struct bln_parse *parse, const struct bln_node *section)
{
	struct bln_workflow *workflows;
	size_t count;

	if (!bln_parse_map(parse, section, "the section 'workflows'", &count))
		return;
	workflows = bln_parse_array(parse, count, sizeof(*workflows));
	for (size_t i = 0; workflows && i < count; i++)
		workflow_read(parse, &section->entries[i], &workflows[i]);
	parse->project->workflows = workflows;
	parse->project->workflow_count = workflows ? count : 0;
}
