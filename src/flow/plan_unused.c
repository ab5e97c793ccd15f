#include "flow/plan_unused.h"

#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "project/expand.h"

/* One name that was given, held against all that are used. */
struct search {
	const char *name;
	bool is_used;
	const char *meant;
	size_t distance;
};

struct searches {
	struct search *items;
	size_t count;
	struct bln_arena *arena; /* of what was meant */
	bool has_failed; /* there was no memory */
};

static char lower(char letter)
{
	return (char)(letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter);
}

/* Of the environment (job/command.c), where names come in capitals and '-' is '_'. */
static bool is_variable_of(struct bln_slice used, const char *name)
{
	size_t same = 0;

	while (same < used.length && name[same] &&
	       (lower(used.at[same]) == lower(name[same]) || (used.at[same] == '_' && name[same] == '-')))
		same++;
	return same == used.length && name[same] == '\0';
}

static void name_try(struct searches *searches, struct bln_slice used)
{
	const char *copy = NULL;

	if (used.length == 0 || used.length > BLN_PROPERTY_NAME_MAX)
		return;
	for (size_t i = 0; i < searches->count; i++) {
		struct search *search = &searches->items[i];

		search->is_used = search->is_used || bln_slice_is(used, search->name);
		if (search->is_used)
			continue;
		if (!copy)
			copy = bln_arena_strndup(searches->arena, used.at, used.length);
		if (copy)
			bln_nearest_try(bln_slice_of(search->name), copy, &search->meant, &search->distance);
		else
			searches->has_failed = true;
	}
}

/* The names behind MARK in TEXT, and behind the SKIPPED that may stand between, as far as the letters of names go. */
static void marked_try(struct searches *searches, const char *text, const char *mark, const char *skipped)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

	while ((text = strcasestr(text, mark))) {
		struct bln_slice name;

		text += strlen(mark);
		text += strspn(text, skipped);
		name = (struct bln_slice){ text, strspn(text, letters) };
		text += name.length;
		name_try(searches, name);
	}
}

static void text_try(struct searches *searches, const char *text)
{
	static const char variable[] = "BULLION_PROPERTY_";
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

	marked_try(searches, text, "${run:", "");
	marked_try(searches, text, "getvariable", " \t\r\n('");
	while ((text = strstr(text, variable))) {
		text += sizeof(variable) - 1;
		for (size_t i = 0; i < searches->count; i++)
			if (is_variable_of((struct bln_slice){ text, strspn(text, letters) }, searches->items[i].name))
				searches->items[i].is_used = true;
	}
}

static void node_try(struct searches *searches, const struct bln_node *node)
{
	if (node->type == BLN_NODE_TEXT)
		text_try(searches, node->text);
	for (size_t i = 0; node->type == BLN_NODE_LIST && i < node->count; i++)
		node_try(searches, node->items[i]);
	for (size_t i = 0; node->type == BLN_NODE_MAP && i < node->count; i++)
		node_try(searches, node->entries[i].value);
}

static void file_try(struct searches *searches, const char *folder, const char *file)
{
	struct bln_arena own = { 0 };
	char *path = file ? bln_arena_printf(&own, "%s/%s", folder, file) : NULL;
	FILE *opened = path ? fopen(path, "re") : NULL;
	char *text = opened ? bln_arena_alloc(&own, BLN_EXPAND_FILE_MAX + 1) : NULL;

	if ((file && !path) || (opened && !text))
		searches->has_failed = true;
	if (text) {
		text[fread(text, 1, BLN_EXPAND_FILE_MAX, opened)] = '\0';
		text_try(searches, text);
	}
	if (opened)
		fclose(opened);
	bln_arena_clean_up(&own);
}

static void properties_try(struct searches *searches, const struct bln_properties *properties)
{
	for (size_t i = 0; i < properties->count; i++)
		name_try(searches, bln_slice_of(properties->items[i].name));
}

/* All that the project sets, for whatever run. */
static void declared_try(struct searches *searches, const struct bln_project *project)
{
	for (int i = 0; i < BLN_INGEST_PROPERTIES; i++)
		name_try(searches, bln_slice_of(bln_ingest_property_name((enum bln_ingest_property)i)));
	properties_try(searches, &project->properties);
	for (size_t i = 0; i < project->job_count; i++)
		properties_try(searches, &project->jobs[i].properties);
	for (size_t i = 0; i < project->workflow_count; i++) {
		const struct bln_workflow *workflow = &project->workflows[i];

		properties_try(searches, &workflow->properties);
		for (size_t j = 0; j < workflow->step_count; j++)
			properties_try(searches, &workflow->steps[j].properties);
	}
}

enum bln_status bln_plan_unused(const struct bln_project *project, const struct bln_plan *plan,
				const struct bln_properties *given, struct bln_arena *arena, struct bln_unused **out,
				size_t *count, bool *has_program, struct bln_err *err)
{
	struct searches searches = { .count = given->count, .arena = arena };

	*count = 0;
	*has_program = false;
	*out = bln_arena_calloc(arena, given->count + 1, sizeof(**out));
	searches.items = bln_arena_calloc(arena, given->count + 1, sizeof(*searches.items));
	if (!*out || !searches.items)
		return bln_err_memory(err);
	for (size_t i = 0; i < given->count; i++)
		searches.items[i] = (struct search){ .name = given->items[i].name, .distance = SIZE_MAX };
	declared_try(&searches, project);
	if (project->root)
		node_try(&searches, project->root);
	for (size_t i = 0; i < plan->count && given->count > 0; i++) {
		const struct bln_job *job = plan->actions[i].job;

		file_try(&searches, project->folder, job->file);
		file_try(&searches, project->folder, job->slices);
		file_try(&searches, project->folder, job->side_file);
		*has_program = *has_program || job->kind == BLN_JOB_COMMAND;
	}
	for (size_t i = 0; i < searches.count; i++)
		if (!searches.items[i].is_used)
			(*out)[(*count)++] = (struct bln_unused){ searches.items[i].name, searches.items[i].meant };
	return searches.has_failed ? bln_err_memory(err) : BLN_OK;
}
