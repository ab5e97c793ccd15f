#include <string.h>

#include "cli/commands.h"
#include "cli/runs.h"

static const char *const states[] = { "WAITING", "RUNNING", "STOPPING", "SUCCEEDED", "COMPLETED", "FAILED",
				      "TIMEOUT", "STOPPED", "ERROR",	"SKIPPED",   NULL };

/* The states that --state names, as the filter has them. */
static unsigned states_read(const struct bln_cli *cli)
{
	unsigned mask = 0;
	const char *word;
	size_t next = 0;

	while ((word = bln_args_each(&cli->args, "state", &next))) {
		enum bln_run_state state;

		if (bln_run_state_parse(bln_slice_of(word), &state))
			mask |= 1u << state;
	}
	return mask;
}

/* Nothing is never shown for something that is only mistyped. In a project whose jobs are wrong nobody knows. */
static enum bln_exit name_check(struct bln_cli *cli, const char *name)
{
	struct bln_project *project = NULL;
	enum bln_exit result = BLN_EXIT_DONE;
	const char *meant;

	if (!name || bln_project_load(cli->folder, &project, NULL, NULL) != BLN_OK)
		return BLN_EXIT_DONE;
	meant = bln_project_nearest(project, name);
	if (!meant || strcmp(meant, name) != 0)
		result = bln_cli_fail_with(cli, BLN_NOT_FOUND, "nothing here is called '%s'%s%s%s",
					   bln_quote(name, strlen(name)).text, meant ? "; did you mean '" : "",
					   meant ? meant : "", meant ? "'?" : "");
	bln_project_close(project);
	return result;
}

static enum bln_exit run(struct bln_cli *cli)
{
	static const struct bln_column columns[] = {
		{ .name = "id", .only = BLN_COLUMN_ONLY_JSON },
		{ .name = "id", .only = BLN_COLUMN_ONLY_TEXT }, /* as much of it as there is to type */
		{ .name = "name" },
		{ .name = "kind" },
		{ .name = "state" },
		{ .name = "started_at" },
		{ .name = "ended_at", .only = BLN_COLUMN_ONLY_JSON },
		{ .name = "took", .only = BLN_COLUMN_ONLY_TEXT },
		{ .name = "reason" },
	};
	struct bln_grid grid = { .columns = columns, .column_count = sizeof(columns) / sizeof(columns[0]) };
	struct bln_run_filter filter = { .name = bln_args_value(&cli->args, "name"),
					 .is_top = bln_args_count(&cli->args, "steps") == 0,
					 .is_active = bln_args_count(&cli->args, "active") > 0,
					 .states = states_read(cli) };
	struct bln_state *state = NULL;
	struct bln_run *runs = NULL;
	struct bln_err err = { 0 };
	size_t count = 0;
	int64_t limit = 0;
	enum bln_exit result;

	if (bln_args_int(&cli->args, "limit", 1, BLN_RUNS_LIST_MAX, 20, &limit, &err) != BLN_OK)
		return bln_cli_fail(cli, &err);
	filter.limit = (size_t)limit;
	result = bln_cli_open_state(cli, &state, BLN_STATE_LOOK);
	if (result != BLN_EXIT_DONE)
		return result;
	if (state && bln_runs_list(state, &filter, &cli->arena, &runs, &count, &err) != BLN_OK) {
		bln_state_close(state);
		return bln_cli_fail(cli, &err);
	}
	bln_state_close(state);
	result = count == 0 ? name_check(cli, filter.name) : BLN_EXIT_DONE;
	if (result != BLN_EXIT_DONE)
		return result;
	for (size_t i = 0; i < count; i++) {
		bln_grid_add(&grid, runs[i].id);
		bln_grid_add(&grid, bln_arena_printf(&cli->arena, "%.8s", runs[i].id));
		bln_grid_add(&grid, runs[i].name);
		bln_grid_add(&grid, bln_run_kind_name(runs[i].kind));
		bln_grid_add(&grid, bln_run_state_name(runs[i].state));
		bln_grid_add(&grid, bln_cli_time(cli, runs[i].started_at_us));
		bln_grid_add(&grid, bln_cli_time(cli, runs[i].ended_at_us));
		bln_grid_add(&grid, bln_cli_took(cli, &runs[i]));
		bln_grid_add(&grid, runs[i].reason);
	}
	return bln_cli_print_grid(cli, &grid, "no runs");
}

static const struct bln_option options[] = {
	{ .name = "limit",
	  .letter = 'n',
	  .value = "N",
	  .help = "at most N runs (20)",
	  .complete = BLN_COMPLETE_NOTHING },
	{ .name = "name",
	  .value = "NAME",
	  .help = "only runs of this workflow or job",
	  .complete = BLN_COMPLETE_RUNNABLE },
	{ .name = "state",
	  .value = "STATE",
	  .choices = states,
	  .help = "only runs in this state, as in FAILED; may be repeated",
	  .complete = BLN_COMPLETE_NOTHING,
	  .is_repeated = true },
	{ .name = "active", .help = "only runs that have not ended" },
	{ .name = "steps", .help = "the steps of workflows too" },
};

const struct bln_command bln_command_runs_list = {
	.name = "runs list",
	.summary = "what ran and what runs, newest first",
	.description = "Lists the runs of the project's workflows and jobs. Times are UTC. Where the project\n"
		       "may only be read, a run whose process was killed is shown as it was.",
	.json = "[{id, name, kind, state, started_at, ended_at, reason}]",
	.examples = "bullion runs list\nthe newest 20\n"
		    "bullion runs list --active\nwhat is under way\n"
		    "bullion runs list --state FAILED --state TIMEOUT --json\nfor scripts",
	BLN_OPTIONS(options),
	.run = run,
};
