/* What a group of a job's parts sees of a table: the condition that its rows meet, and which files can have some. */
#include <string.h>

#include "base/map.h"
#include "job/sql/sql.h"

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
