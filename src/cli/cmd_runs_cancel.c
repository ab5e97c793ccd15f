#include <string.h>

#include "base/json.h"
#include "base/time.h"
#include "cli/commands.h"
#include "cli/runs.h"
#include "flow/stop.h"

#define LOOK_EVERY_US (BLN_US_PER_SECOND / 4)

/* Waits until the run ID has ended; *STATE is then how. A runner that dies meanwhile ends it as well. */
static enum bln_exit end_await(struct bln_cli *cli, struct bln_state *state_file, const char *id,
			       enum bln_run_state *state)
{
	struct bln_err err = { 0 };

	while (!bln_run_state_is_end(*state)) {
		struct bln_arena arena = { 0 };
		struct bln_run run = { 0 };
		size_t ended = 0;
		enum bln_status status;

		if (bln_cancel_check(cli->cancel, &err) != BLN_OK)
			return bln_cli_fail(cli, &err);
		bln_clock_sleep_us(cli->clock, LOOK_EVERY_US);
		status = bln_runs_reap(state_file, bln_clock_now_us(cli->clock), &ended, &err);
		if (status == BLN_OK)
			status = bln_run_get(state_file, id, &arena, &run, &err);
		*state = run.state;
		bln_arena_clean_up(&arena);
		if (status != BLN_OK)
			return bln_cli_fail(cli, &err);
	}
	return BLN_EXIT_DONE;
}

static enum bln_exit outcome_show(struct bln_cli *cli, const struct bln_run *run, enum bln_run_state state)
{
	struct bln_text text = { 0 };

	if (!cli->is_json) {
		bln_cli_say(cli, "%-10s %s (run %.8s)%s", bln_run_state_name(state), run->name, run->id,
			    state == BLN_RUN_STOPPING ? ": its process looks every second, and has 10 to end" : "");
		return BLN_EXIT_DONE;
	}
	bln_text_add(&text, "{\"id\":");
	bln_json_add_string(&text, run->id, strlen(run->id));
	bln_text_add(&text, ",\"name\":");
	bln_json_add_string(&text, run->name, strlen(run->name));
	bln_text_add_format(&text, ",\"kind\":\"%s\",\"state\":\"%s\"}\n", bln_run_kind_name(run->kind),
			    bln_run_state_name(state));
	return bln_cli_print(cli, &text);
}

static enum bln_exit cancel(struct bln_cli *cli, struct bln_state *state_file)
{
	enum bln_run_state state = BLN_RUN_WAITING;
	struct bln_err err = { 0 };
	struct bln_run run;
	enum bln_exit result = bln_cli_find_run(cli, state_file, bln_args_word(&cli->args, 0), &run);

	if (result != BLN_EXIT_DONE)
		return result;
	if (bln_run_stop(state_file, run.id, bln_clock_now_us(cli->clock), &state, &err) != BLN_OK)
		return bln_cli_fail(cli, &err);
	if (state == BLN_RUN_STOPPING && bln_process_life(&run.process) == BLN_PROCESS_UNKNOWN)
		bln_cli_warn(cli, "the run is, or was, of another container: whether it lives to see this cannot be "
				  "told from here");
	if (bln_args_count(&cli->args, "wait") > 0)
		result = end_await(cli, state_file, run.id, &state);
	return result == BLN_EXIT_DONE ? outcome_show(cli, &run, state) : result;
}

static enum bln_exit run(struct bln_cli *cli)
{
	struct bln_state *state_file = NULL;
	enum bln_exit result = bln_cli_open_state(cli, &state_file, BLN_STATE_EXISTING);

	if (result == BLN_EXIT_DONE)
		result = cancel(cli, state_file);
	bln_state_close(state_file);
	return result;
}

static const struct bln_argument arguments[] = {
	{ .name = "ID", .help = "of a run or a step, or enough of its beginning", .complete = BLN_COMPLETE_NOTHING },
};
static const struct bln_option options[] = {
	{ .name = "wait", .help = "return when it has ended, and say how" },
};

const struct bln_command bln_command_runs_cancel = {
	.name = "runs cancel",
	.summary = "end a run, or one step of it",
	.description = "Asks a run to end: one that waits is STOPPED at once, one that runs is STOPPING until its\n"
		       "jobs have ended, all of them where it is a workflow's. A step can be ended alone: what\n"
		       "comes after it goes by its conditions. What was committed stays, and the next run goes\n"
		       "on from there. A run that has ended already is exit code 4.",
	.json = "{id, name, kind, state}",
	.examples = "bullion runs cancel 3f2a\na run by the beginning of its id\n"
		    "bullion runs cancel 3f2a --wait\nand wait until it has ended",
	BLN_OPTIONS(options),
	BLN_ARGUMENTS(arguments),
	.run = run,
};
