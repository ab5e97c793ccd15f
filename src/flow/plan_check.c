#include "flow/plan_check.h"

#include <stdio.h>
#include <string.h>

#include "flow/run_properties.h"
#include "project/expand.h"

struct check {
	const struct bln_plan_action *action;
	struct bln_properties properties; /* of the action; what was missing is added, so that it is told once */
	struct bln_slice lacks; /* what the last expansion lacked */
	struct bln_expander expander;
	struct bln_arena *arena;
	struct bln_problems *problems;
	struct bln_properties *missing;
};

/* Any variable will do. */
static const char *env_any(void *context, const char *name)
{
	(void)context;
	(void)name;
	return "";
}

static enum bln_status lack_note(struct check *check, struct bln_err *why, struct bln_err *err)
{
	struct bln_property property = { .name = bln_arena_strndup(check->arena, check->lacks.at, check->lacks.length),
					 .text = "" };
	enum bln_status status;

	if (!property.name)
		return bln_err_memory(err);
	bln_problems_add(check->problems, (struct bln_place){ 0 }, "job %s: %s", check->action->job->name,
			 why->message);
	BLN_TRY(bln_properties_set(&check->properties, property, check->arena, err));
	if (check->missing)
		status = bln_properties_set(check->missing, property, check->arena, err);
done:
	return status;
}

/* A file's TEXT has no KEY. What is wrong with it for another reason is left to who expands it in earnest. */
static enum bln_status text_check(struct check *check, const char *text, const char *file, const char *key,
				  struct bln_place place, struct bln_err *err)
{
	enum bln_status status = BLN_INVALID;

	while (status == BLN_INVALID) {
		struct bln_err why = { 0 };
		const char *ignored;

		check->lacks = (struct bln_slice){ 0 };
		status = key ? bln_expand(&check->expander, text, key, place, false, &ignored, &why)
			     : bln_expand_file(&check->expander, text, file, &ignored, &why);
		if (status == BLN_NO_MEMORY)
			return bln_err_memory(err);
		if (status == BLN_OK || check->lacks.length == 0)
			return BLN_OK;
		if (lack_note(check, &why, err) != BLN_OK)
			return BLN_NO_MEMORY;
	}
	return BLN_OK;
}

static enum bln_status file_check(struct check *check, const char *file, struct bln_err *err)
{
	const char *folder = check->expander.project->folder;
	struct bln_arena *arena = check->expander.arena;
	char *path = file ? bln_arena_printf(arena, "%s/%s", folder, file) : NULL;
	FILE *opened = path ? fopen(path, "re") : NULL;
	char *text = opened ? bln_arena_alloc(arena, BLN_EXPAND_FILE_MAX + 1) : NULL;
	enum bln_status status = (file && !path) || (opened && !text) ? bln_err_memory(err) : BLN_OK;
	size_t length;

	if (status == BLN_OK && text) {
		length = fread(text, 1, BLN_EXPAND_FILE_MAX, opened);
		text[length] = '\0';
		if (!ferror(opened))
			status = text_check(check, text, file, NULL, (struct bln_place){ 0 }, err);
	}
	if (opened)
		fclose(opened);
	return status;
}

static enum bln_status node_check(struct check *check, const struct bln_node *node, const char *key,
				  struct bln_err *err)
{
	enum bln_status status = BLN_OK;

	if (node->type == BLN_NODE_TEXT)
		return text_check(check, node->text, NULL, key, node->place, err);
	for (size_t i = 0; node->type == BLN_NODE_LIST && i < node->count; i++)
		BLN_TRY(node_check(check, node->items[i], key, err));
	for (size_t i = 0; node->type == BLN_NODE_MAP && i < node->count; i++)
		BLN_TRY(node_check(check, node->entries[i].value, key ? key : node->entries[i].key, err));
done:
	return status;
}

static enum bln_status sql_check(struct check *check, const struct bln_job *job, struct bln_err *err)
{
	const char *const files[] = { job->file, job->slices, job->side_file };
	enum bln_status status = BLN_OK;

	for (size_t i = 0; status == BLN_OK && i < sizeof(files) / sizeof(files[0]); i++)
		status = file_check(check, files[i], err);
	return status;
}

/* A program gets all properties in its environment. */
static enum bln_status command_check(struct check *check, const struct bln_job *job, struct bln_err *err)
{
	const size_t count = check->properties.count;
	enum bln_status status = BLN_OK;

	for (size_t i = 0; status == BLN_OK && i < job->argv.count; i++)
		status = text_check(check, job->argv.items[i], NULL, "argv", job->place, err);
	for (size_t i = 0; status == BLN_OK && i < count; i++) {
		const struct bln_property property = check->properties.items[i];

		if (property.place.line > 0)
			status = text_check(check, property.text, NULL, property.name, property.place, err);
	}
	return status;
}

static enum bln_status action_check(struct check *check, struct bln_err *err)
{
	const struct bln_job *job = check->action->job;

	switch (job->kind) {
	case BLN_JOB_INGEST:
		return job->source ? node_check(check, job->source->settings, NULL, err) : BLN_OK;
	case BLN_JOB_SQL:
		return sql_check(check, job, err);
	case BLN_JOB_COMMAND:
		return command_check(check, job, err);
	default:
		return BLN_OK;
	}
}

enum bln_status bln_plan_check(const struct bln_project *project, const struct bln_plan *plan,
			       const struct bln_properties *given, struct bln_arena *arena,
			       struct bln_problems *problems, struct bln_properties *missing, struct bln_err *err)
{
	enum bln_status status = BLN_OK;

	if (missing)
		*missing = (struct bln_properties){ 0 };
	for (size_t i = 0; i < plan->count; i++) {
		struct bln_arena own = { 0 }; /* of the texts, which may be many and long */
		struct check check = { .action = &plan->actions[plan->order[i]],
				       .arena = arena,
				       .problems = problems,
				       .missing = missing };

		check.expander = (struct bln_expander){ .project = project,
							.properties = &check.properties,
							.env = env_any,
							.missing = &check.lacks,
							.arena = &own };
		status = bln_run_properties_of(&project->properties, plan, check.action, given, arena,
					       &check.properties, err);
		if (status == BLN_OK)
			status = action_check(&check, err);
		bln_arena_clean_up(&own);
		if (status != BLN_OK)
			return status;
	}
	return problems->has_failed ? bln_err_memory(err) : BLN_OK;
}
