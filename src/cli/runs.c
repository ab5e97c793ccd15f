#include "cli/runs.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/time.h"

enum bln_exit bln_cli_open_state_as(struct bln_cli *cli, struct bln_state **state, enum bln_state_open how)
{
	const enum bln_exit loaded = bln_cli_load_places(cli);
	struct bln_err err = { 0 };
	enum bln_status status;
	const char *path;

	*state = NULL;
	if (loaded != BLN_EXIT_DONE)
		return loaded;
	path = bln_arena_printf(&cli->arena, "%s/" BLN_PROJECT_STATE, cli->project->folder);
	status = path ? bln_state_open(path, how, state, &err) : bln_err_memory(&err);
	if (status == BLN_OK || (status == BLN_NOT_FOUND && how != BLN_STATE_CREATE))
		return BLN_EXIT_DONE;
	return bln_cli_fail(cli, &err);
}

enum bln_exit bln_cli_open_state(struct bln_cli *cli, struct bln_state **state, enum bln_state_open how)
{
	const enum bln_exit opened = bln_cli_open_state_as(cli, state, how);
	struct bln_err err = { 0 };
	size_t ended = 0;

	if (opened != BLN_EXIT_DONE || !*state || bln_state_is_read_only(*state) ||
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

/* "12 files", "1 file" */
static void count_add(struct bln_text *text, int64_t count, const char *what)
{
	bln_text_add_format(text, "%" PRId64 " %s%s", count, what, count == 1 ? "" : "s");
}

void bln_cli_result_add(const char *result, struct bln_text *text)
{
	json_t *json = NULL;
	int64_t rows = 0;
	int64_t units = 0;
	int64_t known = 0;
	int64_t files = 0;
	int64_t version = -1;
	int64_t refused = 0;
	bool is_idle = false;
	const json_t *note;

	if (!result || !result[0] || bln_json_parse(result, strlen(result), "result", &json, NULL) != BLN_OK)
		return;
	note = json_object_get(json, "note");
	if (!json_is_string(json_object_get(json, "table"))) { /* a command: whatever it did, it is not rows */
		json_decref(json);
		return;
	}
	(void)!bln_json_get_int(json, "rows_out", &rows, NULL);
	(void)!bln_json_get_int(json, "units", &units, NULL);
	(void)!bln_json_get_int(json, "units_known", &known, NULL);
	(void)!bln_json_get_int(json, "files_added", &files, NULL);
	(void)!bln_json_get_int(json, "refused", &refused, NULL);
	(void)!bln_json_get_int(json, "version", &version, NULL);
	(void)!bln_json_get_bool(json, "idle", &is_idle, NULL);
	if (is_idle) {
		bln_text_add(text, "nothing new");
	} else {
		count_add(text, rows, "row");
		bln_text_add(text, " in ");
		count_add(text, files, "file");
	}
	if (units || known) {
		bln_text_add(text, ", ");
		count_add(text, units, "unit");
		bln_text_add_format(text, " loaded, %" PRId64 " known", known);
	}
	if (refused) {
		bln_text_add(text, ", ");
		count_add(text, refused, "row");
		bln_text_add(text, " refused");
	}
	if (version >= 0 && !is_idle)
		bln_text_add_format(text, ", version %" PRId64, version);
	if (json_is_string(note))
		bln_text_add_format(text, "; %s", json_string_value(note));
	json_decref(json);
}

size_t bln_cli_result_lines(struct bln_cli *cli, const char *result, const char *key, const char *const **lines)
{
	json_t *json = NULL;
	const json_t *array;
	const char **copies;
	size_t count;

	if (!result || !result[0] || bln_json_parse(result, strlen(result), "result", &json, NULL) != BLN_OK)
		return 0;
	array = json_object_get(json, key);
	count = json_array_size(array);
	copies = bln_arena_calloc(&cli->arena, count + 1, sizeof(*copies));
	for (size_t i = 0; copies && i < count; i++) {
		const char *line = json_string_value(json_array_get(array, i));

		copies[i] = line ? bln_arena_strdup(&cli->arena, line) : "";
		if (!copies[i])
			copies = NULL;
	}
	json_decref(json);
	*lines = copies;
	return copies ? count : 0;
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
