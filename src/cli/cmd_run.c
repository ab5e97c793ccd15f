#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/quantity.h"
#include "base/time.h"
#include "cli/commands.h"
#include "cli/lake.h"
#include "cli/progress.h"
#include "cli/runs.h"
#include "flow/plan_check.h"
#include "flow/plan_unused.h"
#include "flow/run_properties.h"
#include "flow/runner.h"
#include "job/job.h"

#define GRACE_US (10 * BLN_US_PER_SECOND)

enum { MISSED_SHOWN_MAX = 20, VERBOSE_MAX = 2 };

/* What is shown while a run goes on. */
struct showing {
	struct bln_cli *cli;
	struct bln_progress progress;
};

/* A line of what came of the action NAME. What went wrong is said with --quiet as well. */
static void line_say(struct bln_cli *cli, bool is_wrong, const char *label, const char *name, const char *text)
{
	const int width = text && text[0] ? 20 : 0;

	if (is_wrong)
		bln_cli_complain(cli, "%-10s %-*s%s%s", label, width, name, width ? " " : "", width ? text : "");
	else
		bln_cli_say(cli, "%-10s %-*s%s%s", label, width, name, width ? " " : "", width ? text : "");
}

static void action_ended(struct showing *showing, const struct bln_run_event *event)
{
	struct bln_text text = { 0 };
	const char *const *lines = NULL;
	const bool is_wrong = event->state != BLN_RUN_SUCCEEDED && event->state != BLN_RUN_SKIPPED;
	size_t missed, notes;

	if (event->state == BLN_RUN_SUCCEEDED)
		bln_cli_result_add(event->result, &text);
	if (event->reason[0])
		bln_text_add_format(&text, "%s%s", text.length ? ": " : "", event->reason);
	line_say(showing->cli, is_wrong, bln_run_state_name(event->state), event->action->name, text.at);
	bln_text_clean_up(&text);
	notes = bln_cli_result_lines(showing->cli, event->result, "remarks", &lines);
	for (size_t i = 0; i < notes && i < MISSED_SHOWN_MAX; i++)
		line_say(showing->cli, false, "NOTE", event->action->name, lines[i]);
	missed = bln_cli_result_lines(showing->cli, event->result, "missed", &lines);
	for (size_t i = 0; i < missed && i < MISSED_SHOWN_MAX; i++)
		line_say(showing->cli, true, "MISSED", event->action->name, lines[i]);
	if (missed > MISSED_SHOWN_MAX)
		bln_cli_complain(showing->cli, "%-10s %-20s and %zu more: see bullion runs show", "MISSED",
				 event->action->name, missed - MISSED_SHOWN_MAX);
}

static void retry_say(struct bln_cli *cli, const struct bln_run_event *event)
{
	const int64_t unit_us = event->delay_us < BLN_US_PER_SECOND ? 1000 : BLN_US_PER_SECOND;
	const int64_t rounded_us = (event->delay_us + unit_us / 2) / unit_us * unit_us;
	char delay[BLN_QUANTITY_TEXT_SIZE];

	bln_duration_format(rounded_us, delay);
	bln_cli_say(cli, "%-10s %-20s again %s%s: %s", "RETRY", event->action->name, rounded_us > 0 ? "in " : "at once",
		    rounded_us > 0 ? delay : "", event->reason);
}

static void happened(void *context, const struct bln_run_event *event)
{
	struct showing *showing = context;
	const struct bln_job_progress *progress = event->progress;

	if (event->kind == BLN_RUN_ACTION_PROGRESS) {
		bln_progress_update(&showing->progress, progress->done, progress->total, progress->unit,
				    progress->what);
		return;
	}
	bln_progress_clear(&showing->progress);
	switch (event->kind) {
	case BLN_RUN_ACTION_BEGAN:
		bln_progress_begin(&showing->progress, showing->cli->talk,
				   showing->cli->is_terminal && !showing->cli->is_quiet, showing->cli->clock);
		bln_progress_update(&showing->progress, 0, 0, NULL, event->action->name);
		break;
	case BLN_RUN_ACTION_QUEUED:
		bln_cli_say(showing->cli, "%-10s %-20s waits for other runs of its job", "QUEUED", event->action->name);
		break;
	case BLN_RUN_ACTION_RETRY:
		retry_say(showing->cli, event);
		break;
	case BLN_RUN_ACTION_ENDED:
		action_ended(showing, event);
		break;
	default:
		break;
	}
}

static enum bln_exit plan_show(struct bln_cli *cli, const struct bln_plan *plan, const struct bln_properties *given)
{
	struct bln_properties properties = { 0 };
	struct bln_text text = { 0 };
	struct bln_err err = { 0 };

	if (bln_run_properties_of(&cli->project->properties, plan, NULL, given, &cli->arena, &properties, &err) !=
	    BLN_OK)
		return bln_cli_fail(cli, &err);
	if (cli->is_json)
		bln_plan_describe_json(plan, &properties, &text);
	else
		bln_plan_describe(plan, &properties, &text);
	return bln_cli_print(cli, &text);
}

static enum bln_exit outcome_show(struct bln_cli *cli, const struct bln_plan *plan,
				  const struct bln_run_outcome *outcome)
{
	const bool has_failed = outcome->state != BLN_RUN_SUCCEEDED || outcome->is_partial;
	struct bln_text text = { 0 };

	if (has_failed)
		bln_cli_complain(cli, "%-10s %s%s (run %.8s): `bullion runs show %.8s` says why",
				 bln_run_state_name(outcome->state), plan->name,
				 outcome->is_partial ? ", done in part" : "", outcome->run_id, outcome->run_id);
	else
		bln_cli_say(cli, "%-10s %s (run %.8s)", bln_run_state_name(outcome->state), plan->name,
			    outcome->run_id);
	if (cli->is_json) {
		bln_text_add(&text, "{\"id\":");
		bln_json_add_string(&text, outcome->run_id, strlen(outcome->run_id));
		bln_text_add(&text, ",\"name\":");
		bln_json_add_string(&text, plan->name, strlen(plan->name));
		bln_text_add_format(&text, ",\"kind\":\"%s\",\"state\":\"%s\",\"partial\":%s,\"idle\":%s}\n",
				    bln_run_kind_name(plan->kind), bln_run_state_name(outcome->state),
				    outcome->is_partial ? "true" : "false",
				    outcome->has_nothing_done ? "true" : "false");
		if (bln_cli_print(cli, &text) != BLN_EXIT_DONE)
			return BLN_EXIT_FAILED;
	}
	if (outcome->exit_code == BLN_EXIT_NOTHING && bln_args_count(&cli->args, "exit-code") == 0)
		return BLN_EXIT_DONE;
	return (enum bln_exit)outcome->exit_code;
}

static enum bln_status given_read(struct bln_cli *cli, struct bln_properties *given, struct bln_err *err)
{
	enum bln_status status = BLN_OK;
	const char *text;
	size_t next = 0;

	while (status == BLN_OK && (text = bln_args_each(&cli->args, "property", &next)))
		status = bln_properties_set_text(given, text, &cli->arena, err);
	return status;
}

/* What the runs refer to: as many secrets of the environment as the project names are kept out of what is shown. */
static enum bln_exit plan_run(struct bln_cli *cli, const struct bln_plan *plan, const struct bln_properties *given)
{
	const char *argv[BLN_RUNNER_ARGUMENTS_MAX] = { "bullion", "-C", cli->project->folder,
						       cli->is_log_json ? "--log-json" : "--color=never" };
	size_t argc = 4;
	struct showing showing = { .cli = cli };
	struct bln_run_outcome outcome = { 0 };
	struct bln_state *state = NULL;
	struct bln_err err = { 0 };
	struct bln_random random;
	struct bln_secrets logged = { 0 };
	struct bln_expander expander = bln_cli_expander(cli, NULL);
	struct bln_runner runner = { .project = cli->project,
				     .clock = cli->clock,
				     .random = &random,
				     .secrets = &cli->secrets,
				     .log_secrets = &logged,
				     .logger = cli->is_log_json || bln_args_count(&cli->args, "verbose") ? &cli->logger
													 : NULL,
				     .cancel = cli->cancel,
				     .event = happened,
				     .context = &showing,
				     .file = "/proc/self/exe",
				     .argv = argv,
				     .grace_us = GRACE_US,
				     .is_full = bln_args_count(&cli->args, "full") > 0 };
	enum bln_status status;
	enum bln_exit result;
	uint64_t seed;

	for (size_t i = 0; i < bln_args_count(&cli->args, "verbose") && i < VERBOSE_MAX; i++)
		argv[argc++] = "-v"; /* what the job has to say goes to its log */
	argv[argc] = "job-run";
	result = bln_cli_open_state_as(cli, &state, BLN_STATE_CREATE);
	if (result != BLN_EXIT_DONE)
		return result;
	runner.state = state;
	expander.secrets = &logged;
	expander.is_wary = true;
	BLN_TRY(bln_expand_secrets(&expander, &err));
	BLN_TRY(bln_random_seed_system(&seed, &err));
	bln_random_init(&random, seed);
	BLN_TRY(bln_runner_run(&runner, plan, given, &outcome, &err));
done:
	bln_progress_clear(&showing.progress);
	bln_state_close(state);
	bln_secrets_clean_up(&logged);
	return status == BLN_OK ? outcome_show(cli, plan, &outcome) : bln_cli_fail(cli, &err);
}

/* Says which properties the run's jobs lack, before any of them begins. */
static enum bln_exit plan_check(struct bln_cli *cli, const struct bln_plan *plan, const struct bln_properties *given)
{
	struct bln_problems *problems = bln_mem_calloc(1, sizeof(*problems));
	struct bln_err err = { 0 };
	enum bln_exit result = BLN_EXIT_DONE;

	if (!problems)
		return bln_cli_fail_with(cli, BLN_NO_MEMORY, "out of memory");
	if (bln_plan_check(cli->project, plan, given, &cli->arena, problems, NULL, &err) != BLN_OK)
		result = bln_cli_fail(cli, &err);
	else if (problems->count > 0)
		result = bln_cli_problems(cli, cli->project->file, problems);
	bln_problems_clean_up(problems);
	bln_mem_free(problems);
	return result;
}

/* A mistyped filter would load everything. What only a program may know of is let pass, unless it looks like a slip. */
static enum bln_exit unused_check(struct bln_cli *cli, const struct bln_plan *plan, const struct bln_properties *given)
{
	enum bln_exit result = BLN_EXIT_DONE;
	struct bln_unused *unused;
	struct bln_err err = { 0 };
	bool has_program;
	size_t count;

	if (bln_plan_unused(cli->project, plan, given, &cli->arena, &unused, &count, &has_program, &err) != BLN_OK)
		return bln_cli_fail(cli, &err);
	for (size_t i = 0; i < count; i++) {
		const char *meant = unused[i].meant;

		if (has_program && !meant)
			bln_cli_warn(cli, "nothing is seen to use the property %s", unused[i].name);
		else
			result = bln_cli_fail_with(cli, BLN_INVALID, "nothing uses the property %s%s%s%s%s",
						   unused[i].name, meant ? ": did you mean " : "", meant ? meant : "",
						   meant ? "?" : "",
						   has_program
							   ? " (one that a program reads is to stand in `properties`)"
							   : "");
	}
	return result;
}

/* What ACTION would say at once, before it did anything. */
static enum bln_status action_check(struct bln_cli *cli, const struct bln_plan *plan,
				    const struct bln_plan_action *action, const struct bln_properties *given,
				    struct bln_err *err)
{
	struct bln_properties properties = { 0 };
	struct bln_expander expander = bln_cli_expander(cli, &properties);
	enum bln_status status;

	BLN_TRY(bln_run_properties_of(&cli->project->properties, plan, action, given, &cli->arena, &properties, err));
	status = bln_job_check(action->job, &expander, cli->clock, err);
done:
	return status;
}

/* A run whose beginnings all fail is none: nothing is recorded, and no alarm told. Where one can work, it does, and the others'
 * failures are the run's. */
static enum bln_exit beginnings_check(struct bln_cli *cli, const struct bln_plan *plan,
				      const struct bln_properties *given)
{
	struct bln_err *errs = bln_arena_calloc(&cli->arena, plan->count + 1, sizeof(*errs));
	enum bln_exit result = BLN_EXIT_DONE;
	size_t count = 0;

	if (!errs)
		return bln_cli_fail_with(cli, BLN_NO_MEMORY, "out of memory");
	for (size_t i = 0; i < plan->count; i++)
		if (plan->actions[i].conditions_count == 0 &&
		    action_check(cli, plan, &plan->actions[i], given, &errs[count++]) == BLN_OK)
			return BLN_EXIT_DONE;
	for (size_t i = 0; i < count; i++) {
		const enum bln_exit failed = bln_cli_fail(cli, &errs[i]);

		result = i == 0 ? failed : result;
	}
	return result;
}

static enum bln_exit run(struct bln_cli *cli)
{
	struct bln_properties given = { 0 };
	struct bln_plan plan;
	struct bln_err err = { 0 };
	enum bln_exit result = bln_cli_load(cli);

	if (result != BLN_EXIT_DONE)
		return result;
	if (bln_plan_make(cli->project, bln_args_word(&cli->args, 0), &cli->arena, &plan, &err) != BLN_OK ||
	    given_read(cli, &given, &err) != BLN_OK)
		return bln_cli_fail(cli, &err);
	result = unused_check(cli, &plan, &given);
	if (result != BLN_EXIT_DONE)
		return result;
	result = plan_check(cli, &plan, &given);
	if (result == BLN_EXIT_DONE)
		result = beginnings_check(cli, &plan, &given);
	if (bln_args_count(&cli->args, "dry-run")) {
		const enum bln_exit shown = plan_show(cli, &plan, &given);

		return result == BLN_EXIT_DONE ? shown : result;
	}
	return result == BLN_EXIT_DONE ? plan_run(cli, &plan, &given) : result;
}

static const struct bln_option options[] = {
	{ .name = "property",
	  .letter = 'p',
	  .value = "KEY=VALUE",
	  .is_repeated = true,
	  .complete = BLN_COMPLETE_NOTHING,
	  .help = "a property of the run, before the project's; repeatable" },
	{ .name = "full", .help = "work on everything, not only on what is new: same rows" },
	{ .name = "dry-run", .help = "say what would be done, in which order, and do nothing" },
	{ .name = "exit-code", .help = "exit with 3 where there was nothing to do" },
};

static const struct bln_argument arguments[] = {
	{ .name = "NAME", .help = "a workflow or a job of bullion.yaml", .complete = BLN_COMPLETE_RUNNABLE },
};

const struct bln_command bln_command_run = {
	.name = "run",
	.summary = "run a workflow or a job",
	.description = "Runs the steps of a workflow in the order of their conditions, or one job, each in a\n"
		       "process of its own, and records what came of it (`bullion runs show`). A run does only\n"
		       "what is new since the last; to run again after a failure is always safe.\n"
		       "A property that nothing uses is refused: bullion.yaml sets none of its name, and\n"
		       "no text of it or of a job's file names it. Programs may read their environment\n"
		       "unseen: where one is run, there is a warning, unless the name looks mistyped.\n"
		       "What the run would begin with is looked at first: where there is nothing to read\n"
		       "at all, such as an archive that is not there, the run is not begun.",
	.json = "{id, name, kind, state, partial, idle}\n"
		"with --dry-run: {name, kind, properties, actions:\n"
		"  [{name, job, work, after, timeout_us, retries}]}",
	.examples = "bullion run historical -p archive=Kraken_OHLCVT.zip\nload an archive and refine it\n"
		    "bullion run historical -p archive=new/ --dry-run\nwhat would be done\n"
		    "bullion run silver-cryptos --full\none job, on everything",
	BLN_OPTIONS(options),
	BLN_ARGUMENTS(arguments),
	.run = run,
};
