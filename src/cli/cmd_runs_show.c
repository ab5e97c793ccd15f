#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "cli/commands.h"
#include "cli/runs.h"

static void json_text(struct bln_text *text, const char *key, const char *value)
{
	bln_text_add_format(text, ",\"%s\":", key);
	if (value)
		bln_json_add_string(text, value, strlen(value));
	else
		bln_text_add(text, "null");
}

/* The record as an object, open at the end. */
static void json_open(struct bln_cli *cli, const struct bln_run *run, struct bln_text *text)
{
	bln_text_add(text, "{\"id\":");
	bln_json_add_string(text, run->id, strlen(run->id));
	if (run->step)
		json_text(text, "step", run->step);
	json_text(text, "name", run->name);
	json_text(text, "kind", bln_run_kind_name(run->kind));
	json_text(text, "state", bln_run_state_name(run->state));
	bln_text_add_format(text, ",\"attempt\":%" PRId64, run->attempt);
	json_text(text, "created_at", bln_cli_time(cli, run->created_at_us));
	json_text(text, "started_at", bln_cli_time(cli, run->started_at_us));
	json_text(text, "ended_at", bln_cli_time(cli, run->ended_at_us));
	json_text(text, "reason", run->reason);
	json_text(text, "log_path", run->log_path);
	bln_text_add_format(text, ",\"properties\":%s,\"result\":%s", run->properties,
			    run->result ? run->result : "null");
}

static enum bln_exit show_json(struct bln_cli *cli, const struct bln_run *run, const struct bln_run *steps,
			       size_t count)
{
	struct bln_text text = { 0 };

	json_open(cli, run, &text);
	bln_text_add(&text, ",\"steps\":[");
	for (size_t i = count; i-- > 0;) {
		json_open(cli, &steps[i], &text);
		bln_text_add(&text, i > 0 ? "}," : "}");
	}
	bln_text_add(&text, "]}\n");
	return bln_cli_print(cli, &text);
}

static void line(struct bln_text *text, const char *label, const char *value)
{
	if (value)
		bln_text_add_format(text, "%-11s %s\n", label, value);
}

/* What RUN missed, and what it noted besides. */
static void lines_add(struct bln_cli *cli, const struct bln_run *run, struct bln_text *text)
{
	static const struct {
		const char *key;
		const char *label;
	} kinds[] = { { "missed", "missed" }, { "remarks", "note" } };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const char *const *lines = NULL;
		const size_t count = bln_cli_result_lines(cli, run->result, kinds[i].key, &lines);

		for (size_t j = 0; j < count; j++)
			line(text, kinds[i].label, lines[j]);
	}
}

/* What a run did, or why it did not. */
static void outcome_add(const struct bln_run *run, struct bln_text *text)
{
	if (run->state == BLN_RUN_SUCCEEDED)
		bln_cli_result_add(run->result, text);
	if (run->reason)
		bln_text_add_format(text, "%s%s", text->length ? ": " : "", run->reason);
}

static enum bln_exit show_text(struct bln_cli *cli, const struct bln_run *run, const struct bln_run *steps,
			       size_t count)
{
	static const struct bln_column columns[] = {
		{ .name = "step" },
		{ .name = "job" },
		{ .name = "try", .type = BLN_COLUMN_NUMBER },
		{ .name = "state" },
		{ .name = "started_at" },
		{ .name = "took" },
		{ .name = "what_came_of_it" },
	};
	struct bln_grid grid = { .columns = columns, .column_count = sizeof(columns) / sizeof(columns[0]) };
	struct bln_text result_text = { 0 };
	struct bln_text text = { 0 };
	enum bln_exit result;

	line(&text, "id", run->id);
	line(&text, bln_run_kind_name(run->kind), run->name);
	line(&text, "state", bln_run_state_name(run->state));
	line(&text, "created", bln_cli_time(cli, run->created_at_us));
	line(&text, "started", bln_cli_time(cli, run->started_at_us));
	line(&text, "ended", bln_cli_time(cli, run->ended_at_us));
	line(&text, "took", bln_cli_took(cli, run));
	line(&text, "properties", run->properties);
	if (run->state == BLN_RUN_SUCCEEDED)
		bln_cli_result_add(run->result, &result_text);
	line(&text, "result", result_text.at);
	line(&text, "reason", run->reason);
	bln_text_clean_up(&result_text);
	line(&text, "log", run->log_path);
	lines_add(cli, run, &text);
	for (size_t i = count; i-- > 0;)
		lines_add(cli, &steps[i], &text);
	bln_text_add(&text, count > 0 ? "\n" : "");
	result = bln_cli_print(cli, &text);
	for (size_t i = count; i-- > 0;) {
		bln_grid_add(&grid, steps[i].step);
		bln_grid_add(&grid, steps[i].name);
		bln_grid_add_int(&grid, steps[i].attempt);
		bln_grid_add(&grid, bln_run_state_name(steps[i].state));
		bln_grid_add(&grid, bln_cli_time(cli, steps[i].started_at_us));
		bln_grid_add(&grid, bln_cli_took(cli, &steps[i]));
		outcome_add(&steps[i], &text);
		bln_grid_add(&grid, text.at);
		bln_text_clean_up(&text);
	}
	if (result == BLN_EXIT_DONE)
		return bln_cli_print_grid(cli, &grid, NULL);
	bln_grid_clean_up(&grid);
	return result;
}

static enum bln_exit run(struct bln_cli *cli)
{
	struct bln_run_filter filter = { 0 };
	struct bln_state *state = NULL;
	struct bln_run found = { 0 };
	struct bln_run *steps = NULL;
	struct bln_err err = { 0 };
	size_t count = 0;
	enum bln_exit result = bln_cli_open_state(cli, &state, BLN_STATE_LOOK);

	if (result == BLN_EXIT_DONE)
		result = bln_cli_find_run(cli, state, bln_args_word(&cli->args, 0), &found);
	if (result == BLN_EXIT_DONE) {
		filter.parent_id = found.id;
		if (bln_runs_list(state, &filter, &cli->arena, &steps, &count, &err) != BLN_OK)
			result = bln_cli_fail(cli, &err);
	}
	bln_state_close(state);
	if (result != BLN_EXIT_DONE)
		return result;
	return cli->is_json ? show_json(cli, &found, steps, count) : show_text(cli, &found, steps, count);
}

static const struct bln_argument arguments[] = {
	{ .name = "ID",
	  .help = "of a run, or enough of its beginning; the newest otherwise",
	  .complete = BLN_COMPLETE_NOTHING,
	  .is_optional = true },
};

const struct bln_command bln_command_runs_show = {
	.name = "runs show",
	.summary = "one run: its state, what it was given, what it did, its steps",
	.description =
		"Shows the record of a run, and for a workflow those of its steps, in the order in\nwhich they were begun.",
	.json = "{id, name, kind, state, attempt, created_at, started_at, ended_at, reason, log_path,\n"
		"properties, result, steps}; a step is such an object, with step instead of steps",
	.examples =
		"bullion runs show\nthe newest run\nbullion runs show 3f2a --json\na run by the beginning of its id, for scripts",
	BLN_ARGUMENTS(arguments),
	.run = run,
};
