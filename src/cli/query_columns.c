#include "cli/query_columns.h"

#include <string.h>

static bool is_number(struct bln_slice type)
{
	static const char *const numbers[] = { "TINYINT",   "SMALLINT", "INTEGER", "BIGINT",   "HUGEINT", "UTINYINT",
					       "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT", "FLOAT",	  "DOUBLE" };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (bln_slice_is(type, numbers[i]))
			return true;
	return bln_slice_starts(type, "DECIMAL(") && type.at[type.length - 1] == ')';
}

/* NAME as a text. An infinity is left to DuckDB; epoch_us and make_timestamp are there because times without a zone take a
 * third of the time. */
static void add_time(struct bln_text *replace, const char *name)
{
	struct bln_text column = { 0 };

	bln_text_add_quoted(&column, '"', name, strlen(name));
	if (column.has_failed)
		replace->has_failed = true;
	else
		bln_text_add_format(
			replace,
			"%sCASE WHEN NOT isfinite(%s) THEN CAST(%s AS VARCHAR) WHEN epoch_us(%s) %% 1000000 = 0 "
			"THEN strftime(make_timestamp(epoch_us(%s)), '%%Y-%%m-%%dT%%H:%%M:%%SZ') "
			"ELSE strftime(make_timestamp(epoch_us(%s)), '%%Y-%%m-%%dT%%H:%%M:%%S.%%fZ') END AS %s",
			replace->length ? ", " : "", column.at, column.at, column.at, column.at, column.at, column.at);
	bln_text_clean_up(&column);
}

static bool column_add(struct bln_query_columns *columns, size_t *capacity, struct bln_slice name,
		       struct bln_slice type, struct bln_arena *arena)
{
	struct bln_column *grown = columns->items;

	if (columns->count == *capacity) {
		*capacity = *capacity ? 2 * *capacity : 16;
		grown = bln_arena_calloc(arena, *capacity, sizeof(*grown));
		if (!grown)
			return false;
		if (columns->count)
			memcpy(grown, columns->items, columns->count * sizeof(*grown));
		columns->items = grown;
	}
	grown[columns->count] = (struct bln_column){
		.name = bln_arena_strndup(arena, name.at, name.length),
		.type = is_number(type) ? BLN_COLUMN_NUMBER : BLN_COLUMN_TEXT,
	};
	return grown[columns->count++].name != NULL;
}

enum bln_status bln_query_columns_find(struct bln_query *query, const char *sql, struct bln_query_columns *columns,
				       struct bln_err *err)
{
	struct bln_arena *arena = &query->cli->arena;
	const char *describe =
		bln_arena_printf(arena, "SELECT column_name, column_type FROM (DESCRIBE FROM (\n%s\n))", sql);
	struct bln_text replace = { 0 };
	struct bln_rows *rows = NULL;
	enum bln_status status;
	size_t capacity = 0;
	size_t got;

	*columns = (struct bln_query_columns){ 0 };
	if (!describe)
		return bln_err_memory(err);
	BLN_TRY(bln_engine_query(query->engine, describe, &rows, err));
	for (;;) {
		BLN_TRY(bln_rows_next(rows, &got, err));
		if (got == 0)
			break;
		for (size_t i = 0; i < got; i++) {
			const struct bln_slice type = bln_rows_text(rows, 1, i);

			if (!column_add(columns, &capacity, bln_rows_text(rows, 0, i), type, arena)) {
				status = bln_err_memory(err);
				goto done;
			}
			if (bln_slice_is(type, "TIMESTAMP WITH TIME ZONE"))
				add_time(&replace, columns->items[columns->count - 1].name);
		}
	}
	BLN_TRY(bln_text_check(&replace, err));
	columns->from = replace.length ? bln_arena_printf(arena, "SELECT * REPLACE (%s) FROM (\n%s\n)", replace.at, sql)
				       : bln_arena_printf(arena, "FROM (\n%s\n)", sql);
	if (!columns->from)
		status = bln_err_memory(err);
done:
	bln_text_clean_up(&replace);
	bln_rows_destroy(rows);
	return status;
}
