/* Which rows of a table are the writer's own, where others write into it too: those with certain values in certain columns.
 *
 * They can be cleared before the writer's rows come: files that hold nothing else go, files that hold none stay, and the
 * others are staged once more without them. What comes then meets what is left, as the mode says. */
#include <string.h>

#include "base/mem.h"
#include "engine/scan.h"
#include "job/write/table_look.h"
#include "job/write/table_write_private.h"

/* The writer's pairs, by the columns of a table. */
struct owned {
	const char **names; /* as the table has them */
	const struct bln_field **fields;
	struct bln_value *values;
	const char **texts; /* of the values, as Delta and DuckDB both write them; NULL for a null */
	size_t count;
};

static enum bln_status value_read(struct bln_table_writer *writer, const struct bln_pair *pair,
				  const struct bln_field *field, struct bln_value *value, const char **out,
				  struct bln_err *err)
{
	struct bln_text text = { 0 };
	struct bln_slice kept;
	enum bln_status status;

	*value = (struct bln_value){ .is_null = true };
	*out = NULL;
	if (!bln_type_has_one_text(&field->type))
		return bln_err_set(err, BLN_INVALID,
				   "owns: the column %s has neither texts, whole numbers, dates nor booleans",
				   field->name);
	if (pair->is_null)
		return BLN_OK;
	if (!bln_value_parse(pair->value, &field->type, value) || value->is_null)
		return bln_err_set(err, BLN_INVALID, "owns: '%s' is no value of the column %s",
				   bln_quote(pair->value.at, pair->value.length).text, field->name);
	bln_value_format(value, &field->type, &text);
	BLN_TRY(bln_text_keep(&text, &writer->arena, &kept, err));
	*out = kept.at;
done:
	bln_text_clean_up(&text);
	return status;
}

static enum bln_status owned_read(struct bln_table_writer *writer, const struct bln_schema *schema, struct owned *owned,
				  struct bln_err *err)
{
	const struct bln_pairs *pairs = &writer->spec->owned;
	struct bln_arena *arena = &writer->arena;
	enum bln_status status = BLN_OK;

	*owned = (struct owned){ .names = bln_arena_calloc(arena, pairs->count, sizeof(*owned->names)),
				 .fields = bln_arena_calloc(arena, pairs->count, sizeof(struct bln_field *)),
				 .values = bln_arena_calloc(arena, pairs->count, sizeof(*owned->values)),
				 .texts = bln_arena_calloc(arena, pairs->count, sizeof(*owned->texts)) };
	if (!owned->names || !owned->fields || !owned->values || !owned->texts)
		return bln_err_memory(err);
	for (; owned->count < pairs->count; owned->count++) {
		const struct bln_pair *pair = &pairs->items[owned->count];
		const struct bln_field *field = bln_schema_find(schema, pair->key);

		status = bln_table_look_for(schema, pair->key, err);
		if (status != BLN_OK)
			return bln_err_where(err, status, "owns");
		owned->names[owned->count] = field->name;
		owned->fields[owned->count] = field;
		BLN_TRY(value_read(writer, pair, field, &owned->values[owned->count], &owned->texts[owned->count],
				   err));
	}
done:
	return status;
}

enum bln_status bln_table_owned_fits(struct bln_table_writer *writer, const struct bln_schema *schema,
				     struct bln_err *err)
{
	struct owned owned;

	return writer->spec->owned.count ? owned_read(writer, schema, &owned, err) : BLN_OK;
}

/* Whether the log alone says that all rows of FILE are the writer's. */
static enum bln_status is_wholly_owned(struct bln_table_writer *writer, const struct owned *owned,
				       const struct bln_add *file, bool *out, struct bln_err *err)
{
	struct bln_key_range range;
	size_t pairs = 0;
	size_t bounds = 0;
	enum bln_status status;

	BLN_TRY(bln_key_range_of(file, writer->schema, owned->names, owned->count, &writer->arena, &range, err));
	*out = range.partition.count + range.bound_count == owned->count;
	for (size_t c = 0; c < owned->count && *out; c++) {
		const struct bln_bound *bound = &range.bounds[bounds];
		const struct bln_type *type = &owned->fields[c]->type;
		const struct bln_value *value = &owned->values[c];

		if (bounds < range.bound_count && bound->column == owned->names[c]) {
			*out = value->is_null ? bound->is_null
					      : !bound->min.is_null && !bound->max.is_null &&
							bln_value_compare(&bound->min, value, type) == 0 &&
							bln_value_compare(&bound->max, value, type) == 0;
			bounds++;
		} else {
			const struct bln_pair *pair = &range.partition.items[pairs++];
			struct bln_value has = { .is_null = true };

			*out = (pair->is_null || bln_value_parse(pair->value, type, &has)) &&
			       has.is_null == value->is_null &&
			       (has.is_null || bln_value_compare(&has, value, type) == 0);
		}
	}
done:
	return status;
}

/* Appends "c IS [NOT] DISTINCT FROM value" of the column at C. */
static void add_match(const struct owned *owned, size_t c, bool is_equal, struct bln_text *sql)
{
	bln_text_add_quoted(sql, '"', owned->names[c], strlen(owned->names[c]));
	bln_text_add(sql, is_equal ? " IS NOT DISTINCT FROM CAST(" : " IS DISTINCT FROM CAST(");
	if (owned->texts[c])
		bln_text_add_quoted(sql, '\'', owned->texts[c], strlen(owned->texts[c]));
	else
		bln_text_add(sql, "NULL");
	bln_text_add(sql, " AS ");
	bln_type_sql(&owned->fields[c]->type, false, sql);
	bln_text_add(sql, ")");
}

/* The rows that are the writer's, as a range that was read: whoever adds to them or takes from them is in our way. */
static enum bln_status range_add(struct bln_table_writer *writer, const struct owned *owned, struct bln_err *err)
{
	struct bln_pair *pairs = bln_arena_calloc(&writer->arena, owned->count, sizeof(*pairs));
	struct bln_bound *bounds = bln_arena_calloc(&writer->arena, owned->count, sizeof(*bounds));
	struct bln_key_range range = { .partition.items = pairs, .bounds = bounds };

	if (!pairs || !bounds ||
	    !bln_mem_grow(&writer->ranges, writer->range_count, &writer->range_capacity, sizeof(*writer->ranges)))
		return bln_err_memory(err);
	for (size_t c = 0; c < owned->count; c++) {
		if (bln_slices_have(writer->snapshot->metadata.partition_columns, owned->names[c]))
			pairs[range.partition.count++] = (struct bln_pair){ .key = bln_slice_of(owned->names[c]),
									    .value = bln_slice_of(owned->texts[c]),
									    .is_null = !owned->texts[c] };
		else
			bounds[range.bound_count++] = (struct bln_bound){ .column = owned->names[c],
									  .min = owned->values[c],
									  .max = owned->values[c],
									  .is_null = owned->values[c].is_null };
	}
	writer->ranges[writer->range_count++] = range;
	return BLN_OK;
}

/* Appends the condition that rows of SCHEMA are not the writer's. A column that the table is only being given has nulls there. */
static void add_others(const struct owned *owned, const struct bln_schema *schema, struct bln_text *query)
{
	bln_text_add(query, "NOT (true");
	for (size_t c = 0; c < owned->count; c++) {
		if (bln_schema_find(schema, bln_slice_of(owned->names[c]))) {
			bln_text_add(query, " AND ");
			add_match(owned, c, true, query);
		} else if (!owned->values[c].is_null) {
			bln_text_add(query, " AND false");
		}
	}
	bln_text_add(query, ")");
}

enum bln_status bln_table_owned_clear(struct bln_table_writer *writer, struct bln_text *query, struct bln_err *err)
{
	const struct bln_snapshot *snapshot = writer->snapshot;
	const struct bln_add **mixed = bln_arena_calloc(&writer->arena, snapshot->file_count + 1, sizeof(*mixed));
	struct bln_scan scan = { .snapshot = snapshot, .files = mixed };
	struct bln_read_set read;
	struct owned owned;
	enum bln_status status;

	if (!writer->is_removed)
		writer->is_removed = bln_mem_calloc(snapshot->file_count + 1, sizeof(*writer->is_removed));
	if (!mixed || !writer->is_removed)
		return bln_err_memory(err);
	BLN_TRY(owned_read(writer, writer->schema, &owned, err));
	BLN_TRY(range_add(writer, &owned, err));
	read = (struct bln_read_set){ .ranges = &writer->ranges[writer->range_count - 1], .range_count = 1 };
	for (size_t i = 0; i < snapshot->file_count; i++) {
		const struct bln_add *file = &snapshot->files[i];
		bool is_whole = false;

		if (!bln_read_set_meets(&read, file, writer->schema))
			continue;
		writer->is_removed[i] = true;
		BLN_TRY(is_wholly_owned(writer, &owned, file, &is_whole, err));
		if (!is_whole)
			mixed[scan.file_count++] = file;
	}
	if (scan.file_count == 0)
		return BLN_OK;
	BLN_TRY(bln_scan_view(writer->context->engine, BLN_WRITE_VIEWS, BLN_WRITE_KEPT, &scan, err));
	bln_text_add(query, "SELECT * FROM " BLN_WRITE_VIEW(BLN_WRITE_KEPT) " WHERE ");
	add_others(&owned, &snapshot->schema, query);
	status = bln_text_check(query, err);
done:
	return status;
}

/* Whether all that the writer owns rows by is in the key: then no row of its own has the key of another's. */
static bool is_in_key(const struct bln_table_writer *writer, const struct owned *owned)
{
	const struct bln_setting_list *key = &writer->spec->key;
	size_t found = 0;

	for (size_t c = 0; c < owned->count; c++)
		for (size_t i = 0; i < key->count; i++)
			found += bln_schema_find(writer->schema, bln_slice_of(key->items[i])) == owned->fields[c];
	return found >= owned->count;
}

/* Appends ", 'type is ' || …": what the column at C is in a row of SCHEMA. */
static void add_whose(const struct owned *owned, size_t c, const struct bln_schema *schema, struct bln_text *sql)
{
	bln_text_add(sql, ", ");
	bln_text_add_quoted(sql, '\'', owned->names[c], strlen(owned->names[c]));
	bln_text_add(sql, " || ' is ' || ");
	if (!bln_schema_find(schema, bln_slice_of(owned->names[c]))) {
		bln_text_add(sql, "'NULL'");
		return;
	}
	bln_text_add(sql, "coalesce('''' || CAST(");
	bln_text_add_quoted(sql, '"', owned->names[c], strlen(owned->names[c]));
	bln_text_add(sql, " AS VARCHAR) || '''', 'NULL')");
}

enum bln_status bln_table_owned_spare(struct bln_table_writer *writer, const char *view,
				      const struct bln_add *const *files, size_t count, struct bln_err *err)
{
	const bool is_kept = strcmp(view, BLN_WRITE_VIEW(BLN_WRITE_KEPT)) == 0;
	const struct bln_schema *schema = is_kept ? &writer->snapshot->schema : writer->schema;
	struct bln_text sql = { 0 };
	struct bln_rows *rows = NULL;
	struct owned owned;
	bool is_whole = true;
	size_t found = 0;
	enum bln_status status;

	BLN_TRY(owned_read(writer, writer->schema, &owned, err));
	if (is_in_key(writer, &owned))
		return BLN_OK;
	for (size_t i = 0; i < count && is_whole; i++)
		BLN_TRY(is_wholly_owned(writer, &owned, files[i], &is_whole, err));
	if (is_whole)
		return BLN_OK;
	bln_text_add(&sql, "SELECT ");
	bln_table_key_text(writer, &sql);
	bln_text_add(&sql, ", concat_ws(' and '");
	for (size_t c = 0; c < owned.count; c++)
		add_whose(&owned, c, schema, &sql);
	bln_text_add_format(&sql, ") FROM %s k SEMI JOIN " BLN_WRITE_VIEW(BLN_WRITE_INCOMING) " i ON ", view);
	bln_table_key_match(writer, "k", "i", &sql);
	bln_text_add(&sql, " WHERE ");
	add_others(&owned, schema, &sql);
	bln_text_add(&sql, " LIMIT 1");
	BLN_TRY(bln_text_check(&sql, err));
	BLN_TRY(bln_engine_query(writer->context->engine, sql.at, &rows, err));
	BLN_TRY(bln_rows_next(rows, &found, err));
	if (found) {
		struct bln_slice which = bln_rows_text(rows, 0, 0);
		struct bln_slice whose = bln_rows_text(rows, 1, 0);

		status = bln_err_set(
			err, BLN_INVALID,
			"the query gives a row for the key %s, which a row has already that the job does not own: its %s. "
			"Leave it out in the query, or add to `key` what tells them apart",
			bln_quote(which.at, which.length).text, bln_quote(whose.at, whose.length).text);
	}
done:
	bln_rows_destroy(rows);
	bln_text_clean_up(&sql);
	return status;
}

/* BLN_INVALID names a value of the column at C, among the incoming rows, that is not the writer's. */
static enum bln_status column_check(struct bln_table_writer *writer, const struct owned *owned, size_t c,
				    struct bln_err *err)
{
	struct bln_text sql = { 0 };
	struct bln_rows *rows = NULL;
	enum bln_status status;
	size_t count = 0;

	bln_text_add(&sql, "SELECT coalesce('''' || CAST(");
	bln_text_add_quoted(&sql, '"', owned->names[c], strlen(owned->names[c]));
	bln_text_add(&sql, " AS VARCHAR) || '''', 'NULL') FROM " BLN_WRITE_VIEW(BLN_WRITE_INCOMING) " WHERE ");
	add_match(owned, c, false, &sql);
	bln_text_add(&sql, " LIMIT 1");
	BLN_TRY(bln_text_check(&sql, err));
	BLN_TRY(bln_engine_query(writer->context->engine, sql.at, &rows, err));
	BLN_TRY(bln_rows_next(rows, &count, err));
	if (count) {
		struct bln_slice text = bln_rows_text(rows, 0, 0);

		status = bln_err_set(err, BLN_INVALID,
				     "the query gives a row whose %s is %s, but the job owns those with %s%s%s only: "
				     "leave it out in the query, or mend `owns`",
				     owned->names[c], bln_quote(text.at, text.length).text, owned->texts[c] ? "'" : "",
				     owned->texts[c] ? owned->texts[c] : "NULL", owned->texts[c] ? "'" : "");
	}
done:
	bln_rows_destroy(rows);
	bln_text_clean_up(&sql);
	return status;
}

enum bln_status bln_table_owned_check(struct bln_table_writer *writer, size_t first, struct bln_err *err)
{
	struct owned owned;
	bool is_whole = true;
	enum bln_status status;

	BLN_TRY(owned_read(writer, writer->schema, &owned, err));
	for (size_t i = first; i < writer->file_count && is_whole; i++)
		BLN_TRY(is_wholly_owned(writer, &owned, &writer->files[i].add, &is_whole, err));
	if (is_whole)
		return BLN_OK;
	BLN_TRY(bln_table_staged_view(writer, BLN_WRITE_INCOMING, first, writer->file_count, true, err));
	for (size_t c = 0; c < owned.count; c++)
		BLN_TRY(column_check(writer, &owned, c, err));
done:
	return status;
}
