#include "cli/runs.h"

#include <inttypes.h>
#include <string.h>

#include "base/time.h"

enum bln_exit bln_cli_open_state_as(struct bln_cli *cli, struct bln_state **state, enum bln_state_open how)
{
	const enum bln_exit loaded = bln_cli_load(cli);
	struct bln_err err = { 0 };
	enum bln_status status;
	const char *path;

	*state = NULL;
	if (loaded != BLN_EXIT_DONE)
		return loaded;
	path = bln_arena_printf(&cli->arena, "%s/" BLN_PROJECT_STATE, cli->project->folder);
	status = path ? bln_state_open(path, how, state, &err) : bln_err_memory(&err);
	if (status == BLN_OK || (status == BLN_NOT_FOUND && how == BLN_STATE_EXISTING))
		return BLN_EXIT_DONE;
	return bln_cli_fail(cli, &err);
}

enum bln_exit bln_cli_open_state(struct bln_cli *cli, struct bln_state **state)
{
	const enum bln_exit opened = bln_cli_open_state_as(cli, state, BLN_STATE_EXISTING);
	struct bln_err err = { 0 };
	size_t ended = 0;

	if (opened != BLN_EXIT_DONE || !*state ||
	    bln_runs_reap(*state, bln_clock_now_us(cli->clock), &ended, &err) == BLN_OK)
		return opened;
	bln_state_close(*state);
	*state = NULL;
	return bln_cli_fail(cli, &err);
}

/* All whose id begins with WORD; an id in full is one of them. */
static enum bln_exit find_by_prefix(struct bln_cli *cli, const struct bln_run *runs, size_t count, const char *word,
				    struct bln_run *run)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++) {
		if (strncmp(runs[i].id, word, strlen(word)) != 0)
			continue;
		*run = runs[i];
		found++;
		if (strcmp(runs[i].id, word) == 0)
			return BLN_EXIT_DONE;
	}
	if (found == 1)
		return BLN_EXIT_DONE;
	if (found > 1)
		return bln_cli_fail_with(cli, BLN_INVALID, "%zu runs have an id that begins with '%s': type more of it",
					 found, bln_quote(word, strlen(word)).text);
	return bln_cli_fail_with(cli, BLN_NOT_FOUND, "there is no run '%s': `bullion runs list` lists them",
				 bln_quote(word, strlen(word)).text);
}

enum bln_exit bln_cli_find_run(struct bln_cli *cli, struct bln_state *state, const char *word, struct bln_run *run)
{
	const struct bln_run_filter newest = { .is_top = true, .limit = 1 };
	const struct bln_run_filter all = { 0 };
	struct bln_run *runs = NULL;
	struct bln_err err = { 0 };
	size_t count = 0;

	if (state && bln_runs_list(state, word ? &all : &newest, &cli->arena, &runs, &count, &err) != BLN_OK)
		return bln_cli_fail(cli, &err);
	if (word)
		return find_by_prefix(cli, runs, count, word, run);
	if (count == 0)
		return bln_cli_fail_with(cli, BLN_NOT_FOUND, "nothing has run yet");
	*run = runs[0];
	return BLN_EXIT_DONE;
}

const char *bln_cli_time(struct bln_cli *cli, int64_t time_us)
{
	char text[BLN_TIME_TEXT_SIZE];

	if (time_us == 0)
		return NULL;
	bln_time_format(time_us, text);
	return bln_arena_strdup(&cli->arena, text);
}

const char *bln_cli_took(struct bln_cli *cli, const struct bln_run *run)
{
	const int64_t end = run->ended_at_us ? run->ended_at_us : bln_clock_now_us(cli->clock);
	const int64_t took = end > run->started_at_us ? end - run->started_at_us : 0;
	const int64_t seconds = took / BLN_US_PER_SECOND;

	if (run->started_at_us == 0)
		return NULL;
	if (seconds < 60)
		return bln_arena_printf(&cli->arena, "%" PRId64 ".%" PRId64 "s", seconds,
					took % BLN_US_PER_SECOND / (BLN_US_PER_SECOND / 10));
	if (seconds < 3600)
		return bln_arena_printf(&cli->arena, "%" PRId64 "m%02" PRId64 "s", seconds / 60, seconds % 60);
	return bln_arena_printf(&cli->arena, "%" PRId64 "h%02" PRId64 "m", seconds / 3600, seconds / 60 % 60);
}
