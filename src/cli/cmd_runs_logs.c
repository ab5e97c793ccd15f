#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/time.h"
#include "cli/commands.h"
#include "cli/runs.h"

#define LOOK_EVERY_US (BLN_US_PER_SECOND / 4)

/* A log and how far it was printed. */
struct log {
	const struct bln_run *run;
	off_t at;
};

static const char *path_of(struct bln_cli *cli, const struct bln_run *run)
{
	if (run->log_path[0] == '/')
		return run->log_path;
	return bln_arena_printf(&cli->arena, "%s/%s", cli->project->folder, run->log_path);
}

/* Prints what LOG has gained. One that is not there yet has nothing; *IS_THERE says so. */
static enum bln_exit print_more(struct bln_cli *cli, struct log *log, bool *is_there)
{
	const char *path = path_of(cli, log->run);
	char bytes[1 << 14];
	ssize_t got = 0;
	int fd;

	*is_there = true;
	if (!path)
		return bln_cli_fail_with(cli, BLN_NO_MEMORY, "out of memory");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) {
		*is_there = false;
		return BLN_EXIT_DONE;
	}
	while (fd >= 0 && (got = pread(fd, bytes, sizeof(bytes), log->at)) > 0) {
		bln_cli_out(cli, bytes, (size_t)got);
		log->at += got;
	}
	if (fd < 0 || got < 0) {
		const int code = errno;

		if (fd >= 0)
			(void)close(fd);
		return bln_cli_fail_with(cli, BLN_IO, "cannot read %s: %s", path, strerror(code));
	}
	(void)close(fd);
	return BLN_EXIT_DONE;
}

static enum bln_exit print_all(struct bln_cli *cli, struct log *logs, size_t count, size_t *there)
{
	enum bln_exit result = BLN_EXIT_DONE;

	*there = 0;
	for (size_t i = 0; result == BLN_EXIT_DONE && i < count; i++) {
		bool is_there;

		if (!logs[i].run->log_path)
			continue;
		if (count > 1 && logs[i].at == 0 && logs[i].run->step)
			bln_cli_say(cli, "--- step %s (%s)", logs[i].run->step, bln_run_state_name(logs[i].run->state));
		result = print_more(cli, &logs[i], &is_there);
		*there += is_there;
	}
	bln_cli_out_flush(cli);
	return result;
}

/* The run and its steps, oldest first. */
static enum bln_exit gather(struct bln_cli *cli, struct bln_state *state, const struct bln_run *run, struct log **logs,
			    size_t *count)
{
	const struct bln_run_filter filter = { .parent_id = run->id };
	struct bln_run *steps = NULL;
	struct bln_err err = { 0 };
	size_t step_count = 0;

	if (bln_runs_list(state, &filter, &cli->arena, &steps, &step_count, &err) != BLN_OK)
		return bln_cli_fail(cli, &err);
	*count = step_count + 1;
	*logs = bln_arena_calloc(&cli->arena, *count, sizeof(**logs));
	if (!*logs)
		return bln_cli_fail_with(cli, BLN_NO_MEMORY, "out of memory");
	(*logs)[0].run = run;
	for (size_t i = 0; i < step_count; i++)
		(*logs)[i + 1].run = &steps[step_count - 1 - i];
	return BLN_EXIT_DONE;
}

/* Prints a single run's log as it grows, until the run has ended. */
static enum bln_exit follow(struct bln_cli *cli, struct bln_state *state, struct bln_run *run)
{
	struct log log = { .run = run };
	struct bln_err err = { 0 };
	enum bln_exit result = BLN_EXIT_DONE;
	bool is_there;

	for (;;) {
		/* The state first: what was written before the end is then printed after it is known. */
		struct bln_arena arena = { 0 };
		struct bln_run now = { 0 };
		const enum bln_status status = bln_run_get(state, run->id, &arena, &now, &err);
		const bool has_ended = status == BLN_OK && bln_run_state_is_end(now.state);

		bln_arena_clean_up(&arena);
		if (status != BLN_OK)
			return bln_cli_fail(cli, &err);
		if (run->log_path)
			result = print_more(cli, &log, &is_there);
		bln_cli_out_flush(cli);
		if (result != BLN_EXIT_DONE || has_ended || cli->out_error ||
		    bln_cancel_check(cli->cancel, NULL) != BLN_OK)
			return result;
		bln_clock_sleep_us(cli->clock, LOOK_EVERY_US);
	}
}

static enum bln_exit run(struct bln_cli *cli)
{
	struct bln_state *state = NULL;
	struct bln_run found = { 0 };
	struct log *logs = NULL;
	size_t count = 0;
	size_t there = 0;
	enum bln_exit result = bln_cli_open_state(cli, &state, BLN_STATE_LOOK);

	if (result == BLN_EXIT_DONE)
		result = bln_cli_find_run(cli, state, bln_args_word(&cli->args, 0), &found);
	if (result == BLN_EXIT_DONE && bln_args_count(&cli->args, "follow") > 0 && found.kind == BLN_RUN_JOB) {
		result = follow(cli, state, &found);
	} else if (result == BLN_EXIT_DONE) {
		result = gather(cli, state, &found, &logs, &count);
		if (result == BLN_EXIT_DONE)
			result = print_all(cli, logs, count, &there);
		if (result == BLN_EXIT_DONE && there == 0)
			bln_cli_say(cli, "the run has no log");
	}
	bln_state_close(state);
	return result;
}

static const struct bln_argument arguments[] = {
	{ .name = "ID",
	  .help = "of a run, or enough of its beginning; the newest otherwise",
	  .complete = BLN_COMPLETE_NOTHING,
	  .is_optional = true },
};
static const struct bln_option options[] = {
	{ .name = "follow", .letter = 'f', .help = "go on until the run ends (runs of jobs, and steps)" },
};

const struct bln_command bln_command_runs_logs = {
	.name = "runs logs",
	.summary = "what a run's jobs wrote",
	.description = "Prints the log of a run; of a workflow's run those of all its steps, one after the\nother.",
	.examples =
		"bullion runs logs\nof the newest run\nbullion runs logs 3f2a -f\nof a job that is running, as it goes",
	BLN_OPTIONS(options),
	BLN_ARGUMENTS(arguments),
	.run = run,
};
