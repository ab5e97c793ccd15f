/* A sql job cut into parts by the values of its slice columns: which there are, and what each sees of a table. */
#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "job/sql.h"

/* Texts of LITERALS are the slices'. */
static enum bln_status literals_make(const struct sql_group *group, size_t column, struct bln_literal **out,
				     size_t *count, bool *has_null, struct bln_err *err)
{
	const struct sql_job *sql = group->sql;
	struct bln_literal *literals = bln_arena_calloc(sql->arena, group->count + 1, sizeof(*literals));
	struct bln_map seen = { 0 };
	enum bln_status status = BLN_OK;

	*count = 0;
	*has_null = false;
	*out = literals;
	if (!literals)
		return bln_err_memory(err);
	for (size_t i = 0; i < group->count && status == BLN_OK; i++) {
		const char *value = sql->parts[group->first + i].values[column];
		bool is_new;

		*has_null = *has_null || !value;
		if (!value)
			continue;
		if (!bln_map_insert(&seen, value, strlen(value), &is_new))
			status = bln_err_memory(err);
		else if (is_new)
			literals[(*count)++] =
				(struct bln_literal){ .kind = BLN_LITERAL_TEXT, .text = bln_slice_of(value) };
	}
	bln_map_clean_up(&seen);
	return status;
}

static void add_equals(struct bln_text *where, const char *column, const char *value)
{
	bln_text_add_quoted(where, '"', column, strlen(column));
	if (!value) {
		bln_text_add(where, " IS NULL");
		return;
	}
	bln_text_add(where, " = ");
	bln_text_add_quoted(where, '\'', value, strlen(value));
}

/* Each column's values by itself: what DuckDB can hold against the statistics of row groups. */
static enum bln_status add_columns(const struct sql_group *group, const struct bln_schema *schema,
				   struct bln_text *where, size_t *used, size_t *product, struct bln_err *err)
{
	const struct bln_setting_list *slice = &group->sql->job->slice;
	enum bln_status status = BLN_OK;

	for (size_t c = 0; c < slice->count; c++) {
		struct bln_literal *literals;
		size_t count;
		bool has_null;

		if (!bln_schema_find(schema, bln_slice_of(slice->items[c])))
			continue;
		BLN_TRY(literals_make(group, c, &literals, &count, &has_null, err));
		*product *= count + has_null;
		bln_text_add(where, (*used)++ ? " AND (" : "(");
		if (count) {
			bln_text_add_quoted(where, '"', slice->items[c], strlen(slice->items[c]));
			bln_text_add(where, " IN (");
			for (size_t i = 0; i < count; i++) {
				bln_text_add(where, i ? ", " : "");
				bln_text_add_quoted(where, '\'', literals[i].text.at, literals[i].text.length);
			}
			bln_text_add(where, ")");
		}
		if (has_null) {
			bln_text_add(where, count ? " OR " : "");
			add_equals(where, slice->items[c], NULL);
		}
		bln_text_add(where, ")");
	}
done:
	return status;
}

enum bln_status sql_group_where(const struct sql_group *group, const struct bln_schema *schema, struct bln_text *where,
				struct bln_err *err)
{
	const struct sql_job *sql = group->sql;
	const struct bln_setting_list *slice = &sql->job->slice;
	size_t product = 1;
	size_t used = 0;
	enum bln_status status;

	if (group->count == 0)
		return BLN_OK;
	BLN_TRY(add_columns(group, schema, where, &used, &product, err));
	if (used < 2 || product == group->count)
		return bln_text_check(where, err);
	/* The columns' values do not all go with each other: which do. */
	bln_text_add(where, " AND (");
	for (size_t i = 0; i < group->count; i++) {
		size_t n = 0;

		bln_text_add(where, i ? " OR (" : "(");
		for (size_t c = 0; c < slice->count; c++) {
			if (!bln_schema_find(schema, bln_slice_of(slice->items[c])))
				continue;
			bln_text_add(where, n++ ? " AND " : "");
			add_equals(where, slice->items[c], sql->parts[group->first + i].values[c]);
		}
		bln_text_add(where, ")");
	}
	bln_text_add(where, ")");
	status = bln_text_check(where, err);
done:
	return status;
}

enum bln_status sql_group_predicates(const struct sql_group *group, const struct bln_schema *schema, bool with_range,
				     const struct bln_predicate **out, size_t *count, struct bln_err *err)
{
	const struct sql_job *sql = group->sql;
	const struct bln_setting_list *slice = &sql->job->slice;
	struct bln_predicate *predicates = bln_arena_calloc(sql->arena, slice->count + 2, sizeof(*predicates));
	struct bln_literal *range = bln_arena_calloc(sql->arena, 2, sizeof(*range));
	enum bln_status status = BLN_OK;
	bool is_bounded = with_range && sql->range_column && group->count > 0;

	*count = 0;
	if (!predicates || !range)
		return bln_err_memory(err);
	*out = predicates;
	for (size_t c = 0; c < slice->count && group->count; c++) {
		struct bln_literal *literals;
		size_t values;
		bool has_null;

		if (!bln_schema_find(schema, bln_slice_of(slice->items[c])))
			continue;
		BLN_TRY(literals_make(group, c, &literals, &values, &has_null, err));
		if (!has_null)
			predicates[(*count)++] = (struct bln_predicate){
				.column = slice->items[c], .op = BLN_OP_IN, .values = literals, .value_count = values
			};
	}
	range[0] = (struct bln_literal){ .kind = BLN_LITERAL_INT, .integer = INT64_MAX };
	range[1] = (struct bln_literal){ .kind = BLN_LITERAL_INT, .integer = INT64_MIN };
	for (size_t i = 0; i < group->count; i++) {
		const struct sql_slice *part = &sql->parts[group->first + i];

		is_bounded = is_bounded && part->has_range;
		range[0].integer = part->min < range[0].integer ? part->min : range[0].integer;
		range[1].integer = part->max > range[1].integer ? part->max : range[1].integer;
	}
	if (is_bounded) {
		predicates[(*count)++] = (struct bln_predicate){
			.column = sql->range_column, .op = BLN_OP_GE, .values = &range[0], .value_count = 1
		};
		predicates[(*count)++] = (struct bln_predicate){
			.column = sql->range_column, .op = BLN_OP_LE, .values = &range[1], .value_count = 1
		};
	}
done:
	return status;
}

/* The column of the key by which files are told apart besides the slices: the first that the changes have and that counts. */
static void range_choose(struct sql_job *sql, const struct sql_input *input)
{
	for (size_t i = 0; i < sql->job->key.count && !sql->range_column; i++) {
		struct bln_slice name = bln_slice_of(sql->job->key.items[i]);
		const struct bln_field *field = bln_schema_find(&input->snapshot->schema, name);
		bool is_slice = false;

		for (size_t j = 0; j < sql->job->slice.count; j++)
			is_slice = is_slice || bln_slice_is(name, sql->job->slice.items[j]);
		if (is_slice || !field)
			continue;
		if (field->type.kind == BLN_TYPE_TIMESTAMP || field->type.kind == BLN_TYPE_LONG ||
		    field->type.kind == BLN_TYPE_INTEGER) {
			sql->range_column = sql->job->key.items[i];
			sql->range_kind = field->type.kind;
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

/* "SELECT CAST(symbol AS VARCHAR), …, count(*), min, max FROM changes(…) GROUP BY …", or from the job's own SQL for it. */
static enum bln_status parts_query(const struct sql_job *sql, const struct sql_input *input, struct bln_text *text,
				   struct bln_err *err)
{
	const struct bln_setting_list *slice = &sql->job->slice;

	bln_text_add(text, "SELECT ");
	for (size_t i = 0; i < slice->count; i++) {
		bln_text_add(text, "CAST(");
		bln_text_add_quoted(text, '"', slice->items[i], strlen(slice->items[i]));
		bln_text_add(text, " AS VARCHAR), ");
	}
	bln_text_add(text, "count(*)");
	if (sql->range_column) {
		const char *of = sql->range_kind == BLN_TYPE_TIMESTAMP ? "epoch_us" : "";

		for (int i = 0; i < 2; i++) {
			bln_text_add_format(text, ", CAST(%s(%s(", of, i ? "max" : "min");
			bln_text_add_quoted(text, '"', sql->range_column, strlen(sql->range_column));
			bln_text_add(text, ")) AS BIGINT)");
		}
	}
	if (sql->slices.sql) {
		bln_text_add_format(text, " FROM (%s)", sql->slices.sql);
	} else {
		bln_text_add(text, " FROM changes(");
		bln_text_add_quoted(text, '\'', input->name, strlen(input->name));
		bln_text_add(text, ")");
	}
	if (slice->count)
		bln_text_add(text, " GROUP BY ALL ORDER BY ALL");
	return bln_text_check(text, err);
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
	else if (sql->part_count)
		memcpy(sql->parts, parts, sql->part_count * sizeof(*parts));
done:
	bln_rows_destroy(rows);
	bln_mem_free(parts);
	return status;
}

enum bln_status sql_slices_find(struct sql_job *sql, struct bln_err *err)
{
	const struct bln_statement_options options = { .may_read_files = true };
	struct sql_group all = { .sql = sql };
	const struct bln_resolver resolver = { .context = &all, .resolve = sql_resolve };
	const struct sql_input *input = NULL;
	struct bln_text query = { 0 };
	enum bln_status status;

	for (size_t i = 0; i < sql->input_count && !input; i++)
		if (sql->inputs[i].wants_changes)
			input = &sql->inputs[i];
	if (sql->job->slice.count && !input && !sql->slices.sql)
		return bln_err_set(err, BLN_INVALID, "%s: `slice` cuts what changes(…) gives, and the query has none",
				   sql->main.file);
	if (input && !sql->slices.sql && uses_existing(sql))
		range_choose(sql, input);
	if (sql->job->slice.count == 0 && !sql->range_column)
		return BLN_OK;
	BLN_TRY(parts_query(sql, input, &query, err));
	BLN_TRY(bln_statement_resolve(sql->engine, query.at, &options, &resolver, sql->arena, NULL, err));
	BLN_TRY(parts_read(sql, query.at, err));
done:
	bln_text_clean_up(&query);
	return status == BLN_OK ? BLN_OK : bln_err_where(err, status, "%s: the parts of the job", sql->main.file);
}
