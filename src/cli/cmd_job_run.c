/* The process of one job: what flow/runner.h starts. Not for people. */
#include <inttypes.h>

#include "base/random.h"
#include "cli/commands.h"
#include "cli/lake.h"
#include "cli/runs.h"
#include "flow/job_protocol.h"
#include "flow/run_properties.h"
#include "job/job.h"

static void progress(void *context, int64_t done, int64_t total, const char *unit, const char *what)
{
	bln_job_writer_progress(context, done, total, unit, what);
}

/* Tells the runner what came of the job, and gives the exit code. */
static enum bln_exit tell(struct bln_cli *cli, struct bln_job_writer *writer, enum bln_status status,
			  const struct bln_job_result *result, struct bln_err *err)
{
	struct bln_text json = { 0 };
	struct bln_err ignored;

	bln_job_result_add_json(result, &json);
	if (bln_text_check(&json, &ignored) == BLN_OK && json.length <= BLN_JOB_RESULT_LENGTH_MAX)
		(void)!bln_job_writer_result(writer, (struct bln_slice){ json.at, json.length }, &ignored);
	bln_text_clean_up(&json);
	if (status != BLN_OK) {
		bln_secrets_mask_err(&cli->secrets, err);
		bln_job_writer_error(writer, err);
		return status == BLN_CANCELLED ? (enum bln_exit)BLN_JOB_EXIT_STOPPED : bln_cli_fail(cli, err);
	}
	return result->is_partial ? BLN_EXIT_PARTIAL : result->is_idle ? BLN_EXIT_NOTHING : BLN_EXIT_DONE;
}

static enum bln_status record_read(struct bln_cli *cli, struct bln_state *state, struct bln_properties *properties,
				   const struct bln_job **job, bool *is_full, struct bln_err *err)
{
	const char *id = bln_args_word(&cli->args, 0);
	struct bln_run run;
	enum bln_status status;

	BLN_TRY(bln_run_get(state, id, &cli->arena, &run, err));
	BLN_TRY(bln_run_properties_parse(bln_slice_of(run.properties), &cli->arena, properties, is_full, err));
	*job = bln_project_job(cli->project, run.name);
	if (!*job)
		status = bln_err_set(err, BLN_NOT_FOUND, "there is no job '%s'", run.name);
done:
	return status;
}

static enum bln_exit run(struct bln_cli *cli)
{
	struct bln_cli_lake lake = { 0 };
	struct bln_state *state = NULL;
	struct bln_job_writer writer;
	struct bln_properties properties = { 0 };
	struct bln_job_result result = { .version = -1 };
	const struct bln_job *job = NULL;
	struct bln_err err = { 0 };
	struct bln_random random;
	struct bln_expander expander;
	enum bln_exit opened = bln_cli_load(cli);
	enum bln_status status;
	uint64_t seed = 0;
	bool is_full = false;

	if (opened != BLN_EXIT_DONE)
		return opened;
	bln_job_writer_init(&writer, cli->clock);
	opened = bln_cli_open_state_as(cli, &state, BLN_STATE_EXISTING);
	if (opened == BLN_EXIT_DONE && !state)
		opened = bln_cli_fail_with(cli, BLN_NOT_FOUND, "nothing is recorded in this project");
	if (opened != BLN_EXIT_DONE)
		return opened;
	BLN_TRY(bln_random_seed_system(&seed, &err));
	bln_random_init(&random, seed);
	BLN_TRY(record_read(cli, state, &properties, &job, &is_full, &err));
	if (job->kind != BLN_JOB_COMMAND) { /* who is to tell that the lake is gone must not need it */
		opened = bln_cli_lake_open(cli, &lake);
		if (opened != BLN_EXIT_DONE) {
			bln_state_close(state);
			bln_cli_lake_close(&lake);
			return opened;
		}
	}
	bln_run_properties_place(cli->project, &properties);
	expander = bln_cli_expander(cli, &properties);
	expander.is_wary = true; /* what the job says goes to its log */
	status = bln_job_run(&(struct bln_job_context){ .project = cli->project,
							.expander = &expander,
							.lake = &lake.lake,
							.state = state,
							.clock = cli->clock,
							.random = &random,
							.cancel = cli->cancel,
							.logger = &cli->logger,
							.arena = &cli->arena,
							.is_full = is_full,
							.progress = progress,
							.progress_context = &writer },
			     job, &result, &err);
done:
	opened = tell(cli, &writer, status, &result, &err);
	bln_job_result_clean_up(&result);
	bln_state_close(state);
	bln_cli_lake_close(&lake);
	return opened;
}

static const struct bln_argument arguments[] = {
	{ .name = "ID", .help = "of the run that is to be done", .complete = BLN_COMPLETE_NOTHING },
};

const struct bln_command bln_command_job_run = {
	.name = "job-run",
	.summary = "do the job of a recorded run",
	.is_hidden = true,
	BLN_ARGUMENTS(arguments),
	.run = run,
};
