#include <string.h>

#include "base/mem.h"
#include "catalog/standard.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "flow/plan_check.h"
#include "job/write/table_look.h"
#include "project/feed.h"
#include "source/source.h"

/* The settings of SOURCE against its connector's table. What they come to is of no interest: they go to a scratch struct. */
static void check_settings(const struct bln_project_source *source, const struct bln_source_ops *ops,
			   struct bln_arena *arena, struct bln_problems *problems)
{
	static const char *const skip[] = { "kind", "description", NULL };
	const struct bln_feed feed = { .map = source->settings,
				       .skip = skip,
				       .place = source->place,
				       .of = bln_arena_printf(arena, "source '%s'", source->name) };
	struct bln_settings settings;
	size_t size = 0;
	void *scratch;

	for (size_t i = 0; i < ops->setting_count; i++)
		if (size < ops->settings[i].offset)
			size = ops->settings[i].offset;
	scratch = bln_arena_calloc(arena, 1, size + sizeof(struct bln_setting_list) + sizeof(int64_t));
	if (!scratch || !feed.of ||
	    bln_settings_init(&settings, ops->settings, ops->setting_count, scratch, arena, NULL) != BLN_OK)
		problems->has_failed = true;
	else
		(void)bln_feed_check(&feed, &settings, problems);
}

static void check_source(struct bln_cli *cli, const struct bln_project_source *source, struct bln_problems *problems)
{
	const struct bln_entry *kind = bln_node_find(source->settings, "kind");
	const struct bln_source_ops *ops = NULL;
	struct bln_err err = { 0 };
	enum bln_status status = bln_source_find(bln_slice_of(source->kind), &ops, &err);

	if (status == BLN_OK)
		check_settings(source, ops, &cli->arena, problems);
	else if (status == BLN_UNSUPPORTED)
		bln_cli_say(cli, "note: source '%s': %s", source->name, err.message);
	else
		bln_problems_add(problems, kind->value->place, "source '%s': %s", source->name, err.message);
}

static void check_table(const struct bln_project_table *table, struct bln_problems *problems)
{
	struct bln_err err = { 0 };

	if (bln_table_look_check(table, &err) != BLN_OK)
		bln_problems_add(problems, table->columns_place, "%s", err.message);
}

/* That the table of a job, where bullion knows its columns, has those by which the job owns rows of it. */
static void check_owns(struct bln_cli *cli, const struct bln_job *job, struct bln_problems *problems)
{
	const struct bln_standard_table *standard = job->into ? bln_standard_find(job->into) : NULL;
	struct bln_place place = { 0 };
	struct bln_schema schema;
	struct bln_err err = { 0 };

	if (!standard || !job->owns)
		return;
	if (bln_standard_schema(standard, &cli->arena, &schema, &err) != BLN_OK)
		problems->has_failed = true;
	else if (bln_table_owns_check(&schema, job, &place, &err) != BLN_OK)
		bln_problems_add(problems, place, "job '%s': %s", job->name, err.message);
}

/* That the table of an ingest job takes what is ingested. */
static void check_job(const struct bln_job *job, struct bln_problems *problems)
{
	const struct bln_entry *into = bln_node_find(job->node, "into");
	struct bln_err err = { 0 };

	if (job->kind == BLN_JOB_INGEST && bln_standard_check_received(job->into, &err) != BLN_OK)
		bln_problems_add(problems, into ? into->value->place : job->place, "job '%s': into: %s", job->name,
				 err.message);
}

/* Says which properties the runs of WORKFLOW must be given: no fault, but good to know before. */
static enum bln_status workflow_note(struct bln_cli *cli, const struct bln_workflow *workflow, struct bln_err *err)
{
	struct bln_problems *problems = bln_mem_calloc(1, sizeof(*problems));
	struct bln_properties missing = { 0 };
	struct bln_text names = { 0 };
	struct bln_plan plan;
	enum bln_status status;

	if (!problems)
		return bln_err_memory(err);
	BLN_TRY(bln_plan_of_workflow(workflow, &cli->arena, &plan, err));
	BLN_TRY(bln_plan_check(cli->project, &plan, NULL, &cli->arena, problems, &missing, err));
	for (size_t i = 0; i < missing.count; i++)
		bln_text_add_format(&names, " -p %s=…", missing.items[i].name);
	BLN_TRY(bln_text_check(&names, err));
	if (missing.count > 0)
		bln_cli_say(cli, "note: workflow '%s' must be given:%s", workflow->name, names.at);
done:
	bln_text_clean_up(&names);
	bln_problems_clean_up(problems);
	bln_mem_free(problems);
	return status;
}

static enum bln_exit answer(struct bln_cli *cli)
{
	const struct bln_project *project = cli->project;
	struct bln_text text = { 0 };
	struct bln_err err = { 0 };

	for (size_t i = 0; i < project->workflow_count; i++)
		if (workflow_note(cli, &project->workflows[i], &err) != BLN_OK)
			return bln_cli_fail(cli, &err);
	if (cli->is_json)
		bln_text_add_format(
			&text, "{\"valid\":true,\"sources\":%zu,\"jobs\":%zu,\"workflows\":%zu,\"triggers\":%zu}\n",
			project->source_count, project->job_count, project->workflow_count, project->triggers.count);
	else if (!cli->is_quiet)
		bln_text_add_format(&text, "%s is valid: %zu sources, %zu jobs, %zu workflows, %zu triggers\n",
				    project->file, project->source_count, project->job_count, project->workflow_count,
				    project->triggers.count);
	return bln_cli_print(cli, &text);
}

static enum bln_exit run(struct bln_cli *cli)
{
	enum bln_exit result = bln_cli_load(cli);
	struct bln_problems *problems;

	if (result != BLN_EXIT_DONE)
		return result;
	problems = bln_mem_calloc(1, sizeof(*problems));
	if (!problems)
		return bln_cli_fail_with(cli, BLN_NO_MEMORY, "out of memory");
	for (size_t i = 0; i < cli->project->source_count; i++)
		check_source(cli, &cli->project->sources[i], problems);
	for (size_t i = 0; i < cli->project->table_count; i++)
		check_table(&cli->project->tables[i], problems);
	for (size_t i = 0; i < cli->project->job_count; i++) {
		check_job(&cli->project->jobs[i], problems);
		check_owns(cli, &cli->project->jobs[i], problems);
	}
	(void)bln_project_check_files(cli->project, problems);
	if (problems->has_failed)
		result = bln_cli_fail_with(cli, BLN_NO_MEMORY, "out of memory");
	else if (problems->count > 0)
		result = bln_cli_problems(cli, cli->project->file, problems);
	else
		result = answer(cli);
	bln_problems_clean_up(problems);
	bln_mem_free(problems);
	return result;
}

const struct bln_command bln_command_validate = {
	.name = "validate",
	.summary = "check bullion.yaml and what it refers to",
	.description = "Reads the project's file and says everything that is wrong with it, each with its\n"
		       "line and column: unknown keys, wrong types, names that are not there, steps that go\n"
		       "round in a circle or can never begin, files that are missing. Nothing is run, and no\n"
		       "variable has to be set. Notes name the properties that a workflow must be given.\n"
		       "Exits with 2 where something is wrong.",
	.json = "{valid, sources, jobs, workflows, triggers}",
	.examples = "bullion validate\nof the project in this folder\n"
		    "bullion validate && bullion run historical -p archive=Kraken_OHLCVT.zip\nbefore a run",
	.run = run,
};
