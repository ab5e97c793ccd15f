/* Questions to a project that is loaded. */
#include "project/project.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/nearest.h"
#include "project/expand.h"

const struct bln_job *bln_project_job(const struct bln_project *project, const char *name)
{
	for (size_t i = 0; i < project->job_count; i++)
		if (strcmp(project->jobs[i].name, name) == 0)
			return &project->jobs[i];
	return NULL;
}

const struct bln_workflow *bln_project_workflow(const struct bln_project *project, const char *name)
{
	for (size_t i = 0; i < project->workflow_count; i++)
		if (strcmp(project->workflows[i].name, name) == 0)
			return &project->workflows[i];
	return NULL;
}

const struct bln_project_source *bln_project_source(const struct bln_project *project, const char *name)
{
	for (size_t i = 0; i < project->source_count; i++)
		if (strcmp(project->sources[i].name, name) == 0)
			return &project->sources[i];
	return NULL;
}

const struct bln_project_table *bln_project_table(const struct bln_project *project, const char *name)
{
	for (size_t i = 0; i < project->table_count; i++)
		if (strcmp(project->tables[i].name, name) == 0)
			return &project->tables[i];
	return NULL;
}

const char *bln_project_nearest(const struct bln_project *project, const char *name)
{
	const char *best = NULL;
	size_t distance = SIZE_MAX;

	for (size_t i = 0; i < project->workflow_count; i++)
		bln_nearest_try(bln_slice_of(name), project->workflows[i].name, &best, &distance);
	for (size_t i = 0; i < project->job_count; i++)
		bln_nearest_try(bln_slice_of(name), project->jobs[i].name, &best, &distance);
	return best;
}

enum bln_status bln_project_where(const struct bln_project *project, struct bln_place place, struct bln_err *err,
				  enum bln_status status)
{
	return bln_err_where(err, status, "%s:%d:%d", project->file, place.line, place.column);
}

static bool file_check(const struct bln_project *project, const struct bln_job *job, const char *key, const char *file,
		       struct bln_problems *problems)
{
	const struct bln_entry *entry = file ? bln_node_find(job->node, key) : NULL;
	char path[PATH_MAX];

	if (!entry || bln_expand_is_needed(file))
		return true;
	if (snprintf(path, sizeof(path), "%s/%s", project->folder, file) < (int)sizeof(path) && access(path, R_OK) == 0)
		return true;
	bln_problems_add(problems, entry->value->place, "job '%s': %s: cannot read %s: %s", job->name, key, file,
			 strerror(errno));
	return false;
}

bool bln_project_check_files(const struct bln_project *project, struct bln_problems *problems)
{
	bool is_good = true;

	for (size_t i = 0; i < project->job_count; i++) {
		const struct bln_job *job = &project->jobs[i];

		is_good = file_check(project, job, "file", job->file, problems) && is_good;
		is_good = file_check(project, job, "slices", job->slices, problems) && is_good;
		is_good = file_check(project, job, "side_file", job->side_file, problems) && is_good;
	}
	bln_problems_sort(problems);
	return is_good;
}

static bool is_url(const char *lake)
{
	return strstr(lake, "://") != NULL;
}

static enum bln_status root_expand(const struct bln_expander *expander, const struct bln_node *node, const char **out,
				   struct bln_err *err)
{
	const enum bln_status status = bln_expand(expander, node->text, "foreign_roots", node->place, false, out, err);

	if (status != BLN_OK || is_url(*out) || **out == '/')
		return status;
	*out = bln_arena_printf(expander->arena, "%s/%s", expander->project->folder, *out);
	return *out ? BLN_OK : bln_err_memory(err);
}

enum bln_status bln_project_foreign_roots(const struct bln_expander *expander, struct bln_setting_list *out,
					  struct bln_err *err)
{
	const struct bln_node *node = expander->project->foreign_roots;
	const size_t count = !node ? 0 : node->type == BLN_NODE_LIST ? node->count : 1;
	const char **roots = bln_arena_calloc(expander->arena, count + 1, sizeof(*roots));

	if (!roots)
		return bln_err_memory(err);
	for (size_t i = 0; i < count; i++) {
		const enum bln_status status =
			root_expand(expander, node->type == BLN_NODE_LIST ? node->items[i] : node, &roots[i], err);

		if (status != BLN_OK)
			return status;
	}
	*out = (struct bln_setting_list){ .items = roots, .count = count };
	return BLN_OK;
}

enum bln_status bln_project_lake(const struct bln_expander *expander, const char **out, struct bln_err *err)
{
	const struct bln_project *project = expander->project;
	const char *lake =
		expander->env ? expander->env(expander->env_context, "BULLION_LAKE") : getenv("BULLION_LAKE");
	const bool is_given = lake && lake[0] != '\0';
	const char *below = project->folder;
	char here[PATH_MAX];

	if (is_given) {
		if (!is_url(lake) && lake[0] != '/') {
			if (!getcwd(here, sizeof(here)))
				return bln_err_errno(err, errno, "cannot tell where BULLION_LAKE=%s lies", lake);
			below = here;
		}
	} else {
		const enum bln_status status =
			bln_expand(expander, project->lake, "lake", project->lake_place, false, &lake, err);

		if (status != BLN_OK)
			return status;
	}
	if (is_url(lake) || lake[0] == '/')
		*out = bln_arena_strdup(expander->arena, lake);
	else
		*out = bln_arena_printf(expander->arena, "%s/%s", below, strncmp(lake, "./", 2) == 0 ? lake + 2 : lake);
	return *out ? BLN_OK : bln_err_memory(err);
}
