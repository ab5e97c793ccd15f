#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/quantity.h"
#include "base/random.h"
#include "base/time.h"
#include "base/uuid.h"
#include "cli/commands.h"
#include "cli/runs.h"
#include "engine/engine.h"
#include "store/store.h"

enum verdict { VERDICT_OK, VERDICT_WARN, VERDICT_FAIL };
static const char *const verdicts[] = { [VERDICT_OK] = "ok", [VERDICT_WARN] = "warn", [VERDICT_FAIL] = "fail" };

#define SPACE_FEW (INT64_C(2) << 30)
#define SPACE_TOO_FEW (INT64_C(128) << 20)
#define FSYNC_SLOW_US (100 * BLN_US_PER_MS)

/* Looks, and says in DETAIL what it saw or what to do. */
typedef enum verdict check_fn(struct bln_cli *cli, struct bln_text *detail);

static enum verdict check_project(struct bln_cli *cli, struct bln_text *detail)
{
	struct bln_problems *problems = bln_mem_calloc(1, sizeof(*problems));
	struct bln_project *project = NULL;
	struct bln_err err = { 0 };
	enum bln_status status;

	if (!problems) {
		bln_text_add(detail, "out of memory");
		return VERDICT_FAIL;
	}
	status = bln_project_load(cli->folder, &project, problems, &err);
	if (status == BLN_OK) {
		(void)bln_project_check_files(project, problems);
		status = bln_problems_check(problems, project->file, &err);
	}
	if (status != BLN_OK)
		bln_text_add_format(detail, "%s: `bullion validate` tells all", err.message);
	else
		bln_text_add_format(detail, "%s: %zu jobs, %zu workflows", project->file, project->job_count,
				    project->workflow_count);
	if (status == BLN_OK) { /* what is looked at next is better known now */
		bln_project_close(cli->project);
		cli->project = project;
	} else {
		bln_project_close(project);
	}
	bln_problems_clean_up(problems);
	bln_mem_free(problems);
	return status == BLN_OK ? VERDICT_OK : VERDICT_FAIL;
}

static enum verdict check_engine(struct bln_cli *cli, struct bln_text *detail)
{
	struct bln_engine_settings settings = { .memory_bytes = INT64_C(64) << 20,
						.threads = 1,
						.cancel = cli->cancel };
	struct bln_engine *engine = NULL;
	struct bln_rows *rows = NULL;
	struct bln_err err = { 0 };
	size_t count = 0;
	enum bln_status status;

	status = bln_engine_open(&settings, &engine, &err);
	if (status == BLN_OK)
		status = bln_engine_query(engine, "SELECT version()", &rows, &err);
	if (status == BLN_OK)
		status = bln_rows_next(rows, &count, &err);
	if (status == BLN_OK && count == 1) {
		const struct bln_slice version = bln_rows_text(rows, 0, 0);

		bln_text_add(detail, "DuckDB ");
		bln_text_add_bytes(detail, version.at, version.length);
	} else {
		bln_text_add(detail, err.message);
	}
	bln_rows_destroy(rows);
	bln_engine_close(engine);
	return status == BLN_OK ? VERDICT_OK : VERDICT_FAIL;
}

/* Writes an object of its own name, reads it, and deletes it. */
static enum bln_status probe(struct bln_store *store, const char *key, struct bln_err *err)
{
	static const char content[] = "bullion doctor";
	struct bln_text back = { 0 };
	enum bln_status status;
	enum bln_status deleted;

	status = bln_store_put_if_absent(store, key, content, sizeof(content) - 1, err);
	if (status != BLN_OK)
		return status;
	status = bln_store_get(store, key, sizeof(content), &back, err);
	if (status == BLN_OK && (back.length != sizeof(content) - 1 || memcmp(back.at, content, back.length) != 0))
		status = bln_err_set(err, BLN_CORRUPT, "what was written did not come back the same");
	bln_text_clean_up(&back);
	deleted = bln_store_delete(store, key, status == BLN_OK ? err : NULL);
	return status == BLN_OK ? deleted : status;
}

static enum verdict check_lake(struct bln_cli *cli, struct bln_text *detail)
{
	const struct bln_expander expander = bln_cli_expander(cli, NULL);
	struct bln_store *store = NULL;
	struct bln_random random;
	struct bln_err err = { 0 };
	char id[BLN_UUID_TEXT_SIZE];
	const char *lake = NULL;
	const char *key;
	uint64_t seed = 0;
	enum bln_status status;

	status = bln_project_lake(&expander, &lake, &err);
	if (status == BLN_OK)
		status = bln_store_open(lake, NULL, &store, &err);
	if (status == BLN_OK)
		status = bln_random_seed_system(&seed, &err);
	if (status == BLN_OK) {
		bln_random_init(&random, seed);
		bln_uuid_make(&random, id);
		key = bln_arena_printf(&cli->arena, "bullion-doctor-%s", id);
		status = key ? probe(store, key, &err) : bln_err_memory(&err);
	}
	bln_store_close(store);
	bln_text_add_format(detail, "%s%s%s", lake ? lake : "", lake && status != BLN_OK ? ": " : "",
			    status == BLN_OK ? " can be read and written" : err.message);
	return status == BLN_OK ? VERDICT_OK : VERDICT_FAIL;
}

static enum verdict check_state(struct bln_cli *cli, struct bln_text *detail)
{
	struct bln_state *state = NULL;
	struct bln_err err = { 0 };
	const char *path = bln_arena_printf(&cli->arena, "%s/" BLN_PROJECT_STATE, cli->project->folder);
	enum bln_status status = path ? bln_state_open(path, BLN_STATE_EXISTING, &state, &err) : bln_err_memory(&err);

	if (status == BLN_OK)
		status = bln_state_check(state, &err);
	bln_state_close(state);
	if (status == BLN_NOT_FOUND) {
		bln_text_add(detail, "not there yet: the first run makes it");
		return VERDICT_OK;
	}
	bln_text_add_format(detail, "%s%s%s", BLN_PROJECT_STATE, status == BLN_OK ? " is sound" : ": ",
			    status == BLN_OK ? "" : err.message);
	return status == BLN_OK ? VERDICT_OK : VERDICT_FAIL;
}

static enum verdict check_space(struct bln_cli *cli, struct bln_text *detail)
{
	struct statvfs disk;
	int64_t bytes;

	if (statvfs(cli->project->folder, &disk) != 0) {
		bln_text_add_format(detail, "cannot tell: %s", strerror(errno));
		return VERDICT_WARN;
	}
	bytes = (int64_t)disk.f_bavail * (int64_t)disk.f_frsize;
	bln_text_add_format(detail, "%" PRId64 " MiB free where the project is", bytes >> 20);
	return bytes < SPACE_TOO_FEW ? VERDICT_FAIL : bytes < SPACE_FEW ? VERDICT_WARN : VERDICT_OK;
}

/* What a commit costs at least: the name of a new file, made durable. */
static enum verdict check_fsync(struct bln_cli *cli, struct bln_text *detail)
{
	const char *path =
		bln_arena_printf(&cli->arena, "%s/.bullion-doctor-%ld", cli->project->folder, (long)getpid());
	const int64_t begun = bln_clock_monotonic_us(cli->clock);
	const int fd = path ? open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;
	const bool is_good = fd >= 0 && write(fd, "x", 1) == 1 && fsync(fd) == 0;
	const int code = errno;
	const int64_t took = bln_clock_monotonic_us(cli->clock) - begun;

	if (fd >= 0) {
		(void)close(fd);
		(void)unlink(path);
	}
	if (!is_good) {
		bln_text_add_format(detail, "cannot make a file durable in %s: %s", cli->project->folder,
				    strerror(code));
		return VERDICT_FAIL;
	}
	bln_text_add_format(detail, "%" PRId64 ".%03" PRId64 " ms", took / BLN_US_PER_MS, took % BLN_US_PER_MS);
	if (took < FSYNC_SLOW_US)
		return VERDICT_OK;
	bln_text_add(detail, ": commits will be slow on this disk");
	return VERDICT_WARN;
}

static enum verdict check_memory(struct bln_cli *cli, struct bln_text *detail)
{
	const int64_t pages = sysconf(_SC_PHYS_PAGES);
	const int64_t there = pages > 0 ? pages * sysconf(_SC_PAGESIZE) : 0;
	const int64_t wanted = cli->project->settings.memory_bytes;
	/* A job's peak reaches half as much again as its engine may hold. */
	const bool is_enough = there == 0 || wanted + wanted / 2 <= there;
	char text[BLN_QUANTITY_TEXT_SIZE];

	bln_size_format(wanted, text);
	bln_text_add_format(detail, "a job may use %s of %" PRId64 " MiB", text, there >> 20);
	if (!is_enough)
		bln_text_add(detail, ": lower settings.memory, or it may be killed");
	return is_enough ? VERDICT_OK : VERDICT_WARN;
}

/* Where the file names a variable that is not set; one that it names twice is told once. */
static void find_unset(const struct bln_expander *expander, const struct bln_node *node, struct bln_text *detail)
{
	static const char said[] = "the environment variable ";
	struct bln_err err = { 0 };
	const char *ignored;
	const char *found;

	for (size_t i = 0; node->type == BLN_NODE_LIST && i < node->count; i++)
		find_unset(expander, node->items[i], detail);
	for (size_t i = 0; node->type == BLN_NODE_MAP && i < node->count; i++)
		find_unset(expander, node->entries[i].value, detail);
	if (node->type != BLN_NODE_TEXT || !strstr(node->text, "${env:") ||
	    bln_expand(expander, node->text, "", node->place, true, &ignored, &err) != BLN_INVALID)
		return;
	found = strstr(err.message, said);
	if (!found || (detail->length > 0 && strstr(detail->at, found + sizeof(said) - 1)))
		return;
	bln_text_add_format(detail, "%s%s (line %d)", detail->length > 0 ? ", " : "", found + sizeof(said) - 1,
			    node->place.line);
}

static enum verdict check_variables(struct bln_cli *cli, struct bln_text *detail)
{
	const struct bln_expander expander = bln_cli_expander(cli, &cli->project->properties);

	if (cli->project->root)
		find_unset(&expander, cli->project->root, detail);
	if (detail->length > 0) {
		bln_text_add(detail, ": what needs it will fail");
		return VERDICT_WARN;
	}
	bln_text_add(detail, "all that the project's file names are set");
	return VERDICT_OK;
}

static const struct {
	const char *name;
	check_fn *look;
} checks[] = {
	{ "project", check_project }, { "engine", check_engine },	{ "lake", check_lake },
	{ "state", check_state },     { "disk", check_space },		{ "fsync", check_fsync },
	{ "memory", check_memory },   { "variables", check_variables },
};

static enum bln_exit run(struct bln_cli *cli)
{
	static const struct bln_column columns[] = { { .name = "check" }, { .name = "verdict" }, { .name = "detail" } };
	static const char *const colours[] = { "\033[32m", "\033[33m", "\033[31m" };
	struct bln_grid grid = { .columns = columns, .column_count = 3 };
	enum bln_exit result = bln_cli_load_places(cli);
	const bool has_color = cli->has_color && isatty(fileno(cli->out)) == 1;

	if (result != BLN_EXIT_DONE)
		return result;
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		struct bln_text detail = { 0 };
		const enum verdict verdict = checks[i].look(cli, &detail);
		const char *said = detail.at ? detail.at : "";

		if (verdict == VERDICT_FAIL)
			result = BLN_EXIT_FAILED;
		detail.length = detail.at ? bln_secrets_mask(&cli->secrets, detail.at, detail.length) : 0;
		if (detail.at)
			detail.at[detail.length] = '\0';
		if (cli->is_json) {
			bln_grid_add(&grid, checks[i].name);
			bln_grid_add(&grid, verdicts[verdict]);
			bln_grid_add(&grid, said);
		} else { /* a line as soon as it is known */
			struct bln_text line = { 0 };

			bln_text_add_format(&line, "%s%-4s%s  %-9s  %s\n", has_color ? colours[verdict] : "",
					    verdicts[verdict], has_color ? "\033[0m" : "", checks[i].name, said);
			if (bln_cli_print(cli, &line) != BLN_EXIT_DONE)
				result = BLN_EXIT_FAILED;
			bln_cli_out_flush(cli);
		}
		bln_text_clean_up(&detail);
	}
	if (cli->is_json) {
		const enum bln_exit printed = bln_cli_print_grid(cli, &grid, NULL);

		return printed == BLN_EXIT_DONE ? result : printed;
	}
	bln_grid_clean_up(&grid);
	return result;
}

const struct bln_command bln_command_doctor = {
	.name = "doctor",
	.summary = "check that this machine can run the project",
	.description = "Looks at what runs need: bullion.yaml, the engine's library, the lake (by writing\n"
		       "and deleting an object of its own), the state file, space and fsync of the disk,\n"
		       "memory, variables. A line each: ok, warn or fail. Exits with 1 where something fails.",
	.json = "[{check, verdict, detail}]",
	.examples = "bullion doctor\nof the project in this folder\nbullion doctor --json\nfor scripts",
	.run = run,
};
