/* What EXPLAIN gives: a drawing, which a table would take apart. */
#include "cli/query.h"

/* Two columns: what kind of plan, and the plan. */
static enum bln_status plans_add(struct bln_query *query, const char *sql, struct bln_grid *grid, struct bln_text *text,
				 struct bln_err *err)
{
	struct bln_arena *arena = &query->cli->arena;
	struct bln_rows *rows = NULL;
	enum bln_status status;
	size_t got;

	BLN_TRY(bln_engine_query(query->engine, sql, &rows, err));
	for (;;) {
		BLN_TRY(bln_rows_next(rows, &got, err));
		if (got == 0)
			break;
		for (size_t row = 0; row < got; row++) {
			const struct bln_slice kind = bln_rows_text(rows, 0, row);
			const struct bln_slice plan = bln_rows_text(rows, 1, row);

			bln_grid_add(grid, bln_arena_strndup(arena, kind.at, kind.length));
			bln_grid_add(grid, bln_arena_strndup(arena, plan.at, plan.length));
			bln_text_add_bytes(text, plan.at, plan.length);
			bln_text_add(text, plan.length && plan.at[plan.length - 1] == '\n' ? "" : "\n");
		}
	}
done:
	bln_rows_destroy(rows);
	return status;
}

/* Which files the log rules out is decided before DuckDB plans anything: its plan does not tell. */
static void files_say(struct bln_query *query)
{
	for (size_t i = 0; i < query->named.count; i++) {
		const struct bln_relation *relation = &query->named.items[i];

		if (relation->kind != BLN_RELATION_FILES) /* which reads none */
			bln_cli_say(query->cli, "%s: %zu of %zu data file%s left to read", relation->name,
				    relation->file_count, relation->file_total, relation->file_total == 1 ? "" : "s");
	}
}

enum bln_exit bln_query_print_plan(struct bln_query *query, const char *sql)
{
	static const struct bln_column columns[] = { { .name = "explain_key" }, { .name = "explain_value" } };
	struct bln_grid grid = { .columns = columns, .column_count = sizeof(columns) / sizeof(columns[0]) };
	struct bln_text text = { 0 };
	struct bln_err err = { 0 };
	enum bln_status status = plans_add(query, sql, &grid, &text, &err);
	enum bln_exit result;

	if (status != BLN_OK) {
		(void)bln_query_where(query, status, &err);
		result = bln_cli_fail(query->cli, &err);
	} else if (query->cli->is_json) {
		result = bln_cli_print_grid(query->cli, &grid, NULL);
	} else {
		result = bln_cli_print(query->cli, &text);
		bln_cli_out_flush(query->cli);
		files_say(query);
	}
	bln_grid_clean_up(&grid);
	bln_text_clean_up(&text);
	return result;
}
