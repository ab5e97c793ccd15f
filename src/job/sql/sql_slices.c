/* A sql job cut into parts by the values of its slice columns: which there are. */
#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "engine/stage.h"
#include "job/sql/sql.h"

static bool is_range_kind(enum bln_type_kind kind)
{
	return kind == BLN_TYPE_TIMESTAMP || kind == BLN_TYPE_LONG || kind == BLN_TYPE_INTEGER;
}

/* The column of the key by which files are told apart besides the slices: the first that all changes have and that counts. */
static void range_choose(struct sql_job *sql)
{
	for (size_t i = 0; i < sql->job->key.count && !sql->range_column; i++) {
		struct bln_slice name = bln_slice_of(sql->job->key.items[i]);
		const struct bln_field *first = NULL;
		bool is_fit = true;

		for (size_t j = 0; j < sql->job->slice.count; j++)
			is_fit = is_fit && !bln_slice_is(name, sql->job->slice.items[j]);
		for (size_t j = 0; j < sql->input_count && is_fit; j++) {
			const struct bln_field *field = bln_schema_find(&sql->inputs[j].snapshot->schema, name);

			if (!sql->inputs[j].wants_changes)
				continue;
			is_fit = field && is_range_kind(field->type.kind) &&
				 (!first || first->type.kind == field->type.kind);
			first = field;
		}
		if (is_fit && first) {
			sql->range_column = sql->job->key.items[i];
			sql->range_kind = first->type.kind;
		}
	}
}

static bool uses_existing(const struct sql_job *sql)
{
	const struct sql_text *const texts[] = { &sql->main, &sql->side };

	for (size_t i = 0; i < 2; i++)
		for (size_t j = 0; j < texts[i]->relations.count; j++)
			if (texts[i]->relations.items[j].kind == BLN_RELATION_EXISTING)
				return true;
	return false;
}

static void add_name(struct bln_text *text, const char *name)
{
	bln_text_add_quoted(text, '"', name, strlen(name));
}

/* "SELECT CAST(symbol AS VARCHAR) AS symbol, … FROM changes('bronze.cryptos') UNION ALL …" */
static enum bln_status add_changes(const struct sql_job *sql, struct bln_text *text, struct bln_err *err)
{
	const struct bln_setting_list *slice = &sql->job->slice;
	size_t used = 0;

	for (size_t i = 0; i < sql->input_count; i++) {
		const struct sql_input *input = &sql->inputs[i];

		if (!input->wants_changes)
			continue;
		bln_text_add(text, used++ ? " UNION ALL SELECT 1" : "SELECT 1");
		for (size_t j = 0; j < slice->count; j++) {
			if (!bln_schema_find(&input->snapshot->schema, bln_slice_of(slice->items[j])))
				return bln_err_set(
					err, BLN_INVALID,
					"changes('%s') has no column %s, by which the job is cut: say with `slices` "
					"which parts there are",
					input->name, slice->items[j]);
			bln_text_add(text, ", CAST(");
			add_name(text, slice->items[j]);
			bln_text_add(text, " AS VARCHAR) AS ");
			add_name(text, slice->items[j]);
		}
		if (sql->range_column) {
			bln_text_add(text, ", ");
			add_name(text, sql->range_column);
		}
		bln_text_add(text, " FROM changes(");
		bln_text_add_quoted(text, '\'', input->name, strlen(input->name));
		bln_text_add(text, ")");
	}
	if (used == 0)
		return bln_err_set(err, BLN_INVALID, "`slice` cuts what changes(…) gives, and the query has none");
	return BLN_OK;
}

/* The column by which SQL of `slices` may say how many rows a part is worth. */
#define WEIGHT "rows"

static enum bln_status has_weight(struct sql_job *sql, bool *has, struct bln_err *err)
{
	struct bln_schema schema;
	enum bln_status status;

	*has = false;
	if (!sql->slices.sql)
		return BLN_OK;
	for (size_t i = 0; i < sql->job->slice.count; i++)
		if (strcmp(sql->job->slice.items[i], WEIGHT) == 0)
			return BLN_OK;
	status = bln_stage_schema(sql->engine, sql->slices.sql, sql->arena, &schema, err);
	*has = status == BLN_OK && bln_schema_find(&schema, bln_slice_of(WEIGHT));
	return status;
}

/* A row per part: its values, its rows, and of the range column the least and greatest, null where one is. */
static enum bln_status parts_query(const struct sql_job *sql, bool has_rows, struct bln_text *text, struct bln_err *err)
{
	const struct bln_setting_list *slice = &sql->job->slice;
	enum bln_status status;

	bln_text_add(text, "SELECT ");
	for (size_t i = 0; i < slice->count; i++) {
		bln_text_add(text, "CAST(");
		add_name(text, slice->items[i]);
		bln_text_add(text, " AS VARCHAR), ");
	}
	bln_text_add(text, has_rows ? "CAST(coalesce(sum(" WEIGHT "), 0) AS BIGINT)" : "count(*)");
	for (int i = 0; sql->range_column && i < 2; i++) {
		bln_text_add(text, ", CASE WHEN count(");
		add_name(text, sql->range_column);
		bln_text_add_format(text, ") = count(*) THEN CAST(%s(%s(",
				    sql->range_kind == BLN_TYPE_TIMESTAMP ? "epoch_us" : "", i ? "max" : "min");
		add_name(text, sql->range_column);
		bln_text_add(text, ")) AS BIGINT) END");
	}
	bln_text_add(text, " FROM (");
	if (sql->slices.sql)
		bln_text_add(text, sql->slices.sql);
	else
		BLN_TRY(add_changes(sql, text, err));
	/* on a line of its own: the SQL may end with a comment */
	bln_text_add_format(text, "\n)%s", slice->count ? " GROUP BY ALL ORDER BY ALL" : "");
	BLN_TRY(bln_text_check(text, err));
done:
	return status;
}

static enum bln_status part_read(struct sql_job *sql, const struct bln_rows *rows, size_t row, struct sql_slice *part,
				 struct bln_err *err)
{
	size_t columns = sql->job->slice.count;

	part->values = bln_arena_calloc(sql->arena, columns + 1, sizeof(*part->values));
	if (!part->values)
		return bln_err_memory(err);
	for (size_t i = 0; i < columns; i++) {
		struct bln_slice text = bln_rows_text(rows, i, row);

		if (!text.at)
			continue;
		part->values[i] = bln_arena_strndup(sql->arena, text.at, text.length);
		if (!part->values[i])
			return bln_err_memory(err);
	}
	part->rows = bln_rows_int64(rows, columns, row);
	part->has_range = sql->range_column && !bln_rows_is_null(rows, columns + 1, row);
	if (part->has_range) {
		part->min = bln_rows_int64(rows, columns + 1, row);
		part->max = bln_rows_int64(rows, columns + 2, row);
	}
	return BLN_OK;
}

static enum bln_status parts_read(struct sql_job *sql, const char *query, struct bln_err *err)
{
	struct bln_rows *rows = NULL;
	struct sql_slice *parts = NULL;
	size_t capacity = 0;
	enum bln_status status;
	size_t count;

	BLN_TRY(bln_engine_query(sql->engine, query, &rows, err));
	for (;;) {
		BLN_TRY(bln_rows_next(rows, &count, err));
		if (count == 0)
			break;
		for (size_t i = 0; i < count; i++) {
			if (!bln_mem_grow(&parts, sql->part_count, &capacity, sizeof(*parts))) {
				status = bln_err_memory(err);
				goto done;
			}
			parts[sql->part_count] = (struct sql_slice){ 0 };
			BLN_TRY(part_read(sql, rows, i, &parts[sql->part_count], err));
			sql->part_count++;
		}
	}
	sql->parts = bln_arena_calloc(sql->arena, sql->part_count + 1, sizeof(*parts));
	if (!sql->parts)
		status = bln_err_memory(err);
	else if (parts)
		memcpy(sql->parts, parts, sql->part_count * sizeof(*parts));
done:
	bln_rows_destroy(rows);
	bln_mem_free(parts);
	return status;
}

enum bln_status sql_slices_find(struct sql_job *sql, struct bln_err *err)
{
	const struct bln_statement_options options = { .may_read_files = true };
	/* Parts in which nothing changed cost less than comparing all rows: only where rows are added do they do harm. */
	struct sql_group all = { .sql = sql, .is_rough = sql->job->mode != BLN_JOB_APPEND };
	const struct bln_resolver resolver = { .context = &all, .resolve = sql_resolve };
	struct bln_text query = { 0 };
	bool has_rows;
	enum bln_status status;

	sql->is_cut = sql->job->slice.count > 0;
	if (!sql->slices.sql && uses_existing(sql))
		range_choose(sql);
	if (!sql->is_cut && !sql->range_column)
		return BLN_OK;
	if (sql->slices.sql)
		BLN_TRY(bln_statement_resolve(sql->engine, sql->slices.sql, &options, &resolver, sql->arena, NULL,
					      err));
	BLN_TRY(has_weight(sql, &has_rows, err));
	BLN_TRY(parts_query(sql, has_rows, &query, err));
	BLN_TRY(bln_statement_resolve(sql->engine, query.at, &options, &resolver, sql->arena, NULL, err));
	BLN_TRY(parts_read(sql, query.at, err));
done:
	bln_text_clean_up(&query);
	return status == BLN_OK ? BLN_OK : bln_err_where(err, status, "%s: the parts of the job", sql->main.file);
}
