#include "cli/query.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/number.h"
#include "catalog/standard.h"
#include "cli/query_columns.h"
#include "engine/macros.h"
#include "engine/statement.h"
#include "job/work.h"

#define MEMORY_BYTES (INT64_C(1) << 30)

/* A folder for what does not fit in memory, below one of this user's own in TMPDIR: what a killed query left there is removed
 * by the next. Anybody may make folders in TMPDIR: one that is not ours alone is not used. */
static struct bln_job_work *spill_open(struct bln_cli *cli)
{
	const char *temporary = getenv("TMPDIR");
	char *folder = bln_arena_printf(&cli->arena, "%s/bullion-%ld", temporary && temporary[0] ? temporary : "/tmp",
					(long)geteuid());
	struct bln_job_work *work = NULL;
	struct bln_random random;
	struct stat there;
	uint64_t seed;

	if (!folder || (mkdir(folder, 0700) != 0 && errno != EEXIST) || lstat(folder, &there) != 0 ||
	    !S_ISDIR(there.st_mode) || there.st_uid != geteuid() || (there.st_mode & (S_IWGRP | S_IWOTH)) ||
	    bln_random_seed_system(&seed, NULL) != BLN_OK)
		return NULL;
	bln_random_init(&random, seed);
	return bln_work_open_in(folder, &random, &cli->arena, &work, NULL) == BLN_OK ? work : NULL;
}

enum bln_exit bln_query_open(struct bln_cli *cli, struct bln_query *query)
{
	struct bln_engine_settings settings = { .cancel = cli->cancel };
	struct bln_err err = { 0 };
	enum bln_exit result;

	*query = (struct bln_query){ .cli = cli, .as_of = bln_args_value(&cli->args, "as-of") };
	result = bln_cli_lake_open(cli, &query->lake);
	if (result != BLN_EXIT_DONE)
		return result;
	settings.memory_bytes =
		cli->project->settings.memory_bytes ? cli->project->settings.memory_bytes : MEMORY_BYTES;
	settings.threads = (int)cli->project->settings.threads;
	query->spill = spill_open(cli);
	if (query->spill)
		settings.spill_dir = query->spill->spill;
	if (bln_engine_open(&settings, &query->engine, &err) != BLN_OK ||
	    bln_engine_macros(query->engine, &err) != BLN_OK)
		return bln_cli_fail(cli, &err);
	return BLN_EXIT_DONE;
}

void bln_query_close(struct bln_query *query)
{
	bln_engine_close(query->engine);
	for (size_t i = 0; i < query->table_count; i++) {
		bln_snapshot_destroy(query->tables[i].snapshot);
		bln_store_close(query->tables[i].store);
	}
	bln_cli_lake_close(&query->lake);
	bln_work_close(query->spill);
}

static enum bln_status table_load(struct bln_query *query, const char *name, const struct bln_snapshot **out,
				  struct bln_err *err)
{
	size_t i = 0;
	enum bln_status status;
	int64_t version;

	while (i < query->table_count && strcmp(query->tables[i].name, name) != 0)
		i++;
	if (i == query->table_count) {
		if (i == 1 && query->as_of && bln_int64_parse(query->as_of, strlen(query->as_of), &version))
			return bln_err_set(
				err, BLN_INVALID,
				"--as-of %s is a version, and those of %s and %s have nothing to do with each "
				"other: give a time, as in 2024-01-31T12:00:00Z, or ask one table at a time",
				query->as_of, query->tables[0].name, name);
		if (i == BLN_QUERY_TABLES_MAX)
			return bln_err_set(err, BLN_INVALID, "more than %d tables in one statement",
					   BLN_QUERY_TABLES_MAX);
		query->tables[i].name = bln_arena_strdup(&query->cli->arena, name);
		if (!query->tables[i].name)
			return bln_err_memory(err);
		status = bln_cli_snapshot_load(&query->lake, name, query->as_of, &query->tables[i].snapshot,
					       &query->tables[i].store, err);
		if (status != BLN_OK)
			return status;
		query->table_count++;
	}
	*out = query->tables[i].snapshot;
	return BLN_OK;
}

static enum bln_status resolve(void *context, const struct bln_relation *relation, struct bln_resolved *out,
			       struct bln_err *err)
{
	struct bln_query *query = context;

	if (relation->kind == BLN_RELATION_CHANGES || relation->kind == BLN_RELATION_EXISTING)
		return bln_err_set(err, BLN_INVALID,
				   "changes(…) and existing(…) mean something in a job's SQL only; name the "
				   "table itself: FROM %s",
				   relation->name);
	if (relation->kind == BLN_RELATION_TABLE && !strchr(relation->name, '.'))
		return bln_lake_not_found(&query->lake.lake, relation->name, err);
	*out = (struct bln_resolved){ .is_all = true };
	return table_load(query, relation->name, &out->snapshot, err);
}

enum bln_status bln_query_where(const struct bln_query *query, enum bln_status status, struct bln_err *err)
{
	return status == BLN_OK || !query->file ? status : bln_statement_in_file(query->file, status, err);
}

enum bln_status bln_query_resolve(struct bln_query *query, const char *sql, struct bln_err *err)
{
	const struct bln_statement_options options = { .may_read_files = true };
	const struct bln_resolver resolver = { .context = query, .resolve = resolve };
	const size_t explain = bln_statement_explain_length(sql);
	char *asked = bln_arena_strndup(&query->cli->arena, sql, strlen(sql));
	enum bln_status status;

	if (!asked)
		return bln_err_memory(err);
	for (size_t i = 0; i < explain; i++) /* what is explained stays where it is: errors point to it */
		asked[i] = asked[i] == '\n' ? '\n' : ' ';
	BLN_TRY(bln_statement_resolve(query->engine, asked, &options, &resolver, &query->cli->arena, &query->named,
				      err));
	BLN_TRY(bln_engine_check(query->engine, sql, err));
done:
	return bln_query_where(query, status, err);
}

static enum bln_status rows_add(struct bln_query *query, const char *from, size_t rows_max, struct bln_grid *grid,
				bool *is_cut, struct bln_err *err)
{
	const char *texts = bln_arena_printf(&query->cli->arena, "SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (%s)", from);
	struct bln_arena arena = { 0 };
	struct bln_rows *rows = NULL;
	enum bln_status status;
	size_t shown = 0;
	size_t got;

	if (!texts)
		return bln_err_memory(err);
	BLN_TRY(bln_engine_query(query->engine, texts, &rows, err));
	for (;;) {
		BLN_TRY(bln_rows_next(rows, &got, err));
		if (got == 0)
			break;
		for (size_t row = 0; row < got; row++) {
			if (shown++ == rows_max) {
				*is_cut = true;
				goto done;
			}
			for (size_t c = 0; c < grid->column_count; c++) {
				struct bln_slice text = bln_rows_text(rows, c, row);
				const char *copy = text.at ? bln_arena_strndup(&arena, text.at, text.length) : NULL;

				if (text.at && !copy) {
					status = bln_err_memory(err);
					goto done;
				}
				bln_grid_add(grid, copy);
			}
		}
		bln_arena_clean_up(&arena);
	}
done:
	bln_arena_clean_up(&arena);
	bln_rows_destroy(rows);
	return status;
}

static enum bln_exit print(struct bln_query *query, const char *sql, size_t rows_max,
			   enum bln_exit (*print_grid)(struct bln_cli *cli, struct bln_grid *grid, const char *empty))
{
	struct bln_query_columns columns = { 0 };
	struct bln_grid grid = { .has_own_heads = true, .null = "NULL", .all = query->all };
	struct bln_err err = { 0 };
	bool is_cut = false;
	enum bln_status status;
	enum bln_exit result;

	BLN_TRY(bln_query_columns_find(query, sql, &columns, &err));
	grid.columns = columns.items;
	grid.column_count = columns.count;
	BLN_TRY(rows_add(query, columns.from, rows_max, &grid, &is_cut, &err));
done:
	if (status != BLN_OK) {
		bln_statement_mend_error(sql, &err);
		(void)bln_query_where(query, status, &err);
		bln_grid_clean_up(&grid);
		return bln_cli_fail(query->cli, &err);
	}
	result = print_grid(query->cli, &grid, "no rows");
	if (is_cut)
		bln_cli_warn(query->cli, "only the first %zu rows are shown: LIMIT, or --format csv, gives others",
			     rows_max);
	return result;
}

enum bln_exit bln_query_print(struct bln_query *query, const char *sql, size_t rows_max)
{
	return print(query, sql, rows_max, bln_cli_print_grid);
}

static enum bln_exit print_lines(struct bln_cli *cli, struct bln_grid *grid, const char *empty)
{
	struct bln_text text = { 0 };
	struct bln_err err = { 0 };
	const enum bln_status status = bln_grid_format_lines(grid, &text, &err);

	if (status == BLN_OK && grid->cell_count == 0)
		bln_cli_say(cli, "%s", empty);
	bln_grid_clean_up(grid);
	if (status == BLN_OK)
		return bln_cli_print(cli, &text);
	bln_text_clean_up(&text);
	return bln_cli_fail(cli, &err);
}

enum bln_exit bln_query_print_lines(struct bln_query *query, const char *sql, size_t rows_max)
{
	return print(query, sql, rows_max, print_lines);
}

enum bln_status bln_query_copy(struct bln_query *query, const char *sql, const char *format, const char *path,
			       struct bln_err *err)
{
	struct bln_rows *rows = NULL;
	const bool is_text = strcmp(format, "parquet") != 0;
	struct bln_query_columns columns = { 0 };
	struct bln_text copy = { 0 };
	enum bln_status status;
	size_t count;

	if (is_text)
		BLN_TRY(bln_query_columns_find(query, sql, &columns, err));
	if (is_text)
		bln_text_add_format(&copy, "COPY (%s) TO ", columns.from);
	else
		bln_text_add_format(&copy, "COPY (FROM (\n%s\n)) TO ", sql);
	bln_text_add_quoted(&copy, '\'', path, strlen(path));
	bln_text_add_format(&copy, " (FORMAT %s, USE_TMP_FILE false%s)", format,
			    strcmp(format, "csv") == 0	  ? ", HEADER"
			    : strcmp(format, "json") == 0 ? ", ARRAY true"
							  : "");
	BLN_TRY(bln_text_check(&copy, err));
	BLN_TRY(bln_engine_query(query->engine, copy.at, &rows,
				 err)); /* which, unlike bln_engine_exec, can be stopped */
	BLN_TRY(bln_rows_next(rows, &count, err));
done:
	if (status != BLN_OK)
		bln_statement_mend_error(sql, err);
	bln_rows_destroy(rows);
	bln_text_clean_up(&copy);
	return bln_query_where(query, status, err);
}
