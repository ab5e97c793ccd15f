/* Which files of the table the incoming rows meet, and the query for the files that take their place. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/number.h"
#include "engine/scan.h"
#include "job/table_write_private.h"

#define VIEW(name) "\"" BLN_WRITE_VIEWS "\".\"" name "\""

enum { TEXT_MAX = 64 };

static void add_name(struct bln_text *sql, const char *name)
{
	bln_text_add_quoted(sql, '"', name, strlen(name));
}

/* "a.k IS NOT DISTINCT FROM b.k AND …" */
static void add_key_match(const struct bln_table_writer *writer, const char *a, const char *b, struct bln_text *sql)
{
	const struct bln_setting_list *key = &writer->spec->key;

	for (size_t i = 0; i < key->count; i++) {
		bln_text_add_format(sql, "%s%s.", i ? " AND " : "", a);
		add_name(sql, key->items[i]);
		bln_text_add_format(sql, " IS NOT DISTINCT FROM %s.", b);
		add_name(sql, key->items[i]);
	}
}

static void add_names(const struct bln_setting_list *names, struct bln_text *sql)
{
	for (size_t i = 0; i < names->count; i++) {
		bln_text_add(sql, i ? ", " : "");
		add_name(sql, names->items[i]);
	}
}

static enum bln_status incoming_make(struct bln_table_writer *writer, const char *sql, struct bln_err *err)
{
	struct bln_text make = { 0 };
	enum bln_status status;

	bln_text_add_format(&make, "CREATE OR REPLACE TEMP TABLE " BLN_WRITE_INCOMING " AS %s", sql);
	BLN_TRY(bln_text_check(&make, err));
	BLN_TRY(bln_engine_exec(writer->context->engine, make.at, err));
done:
	bln_text_clean_up(&make);
	return status;
}

/* A key that comes twice would make two rows of one candle: whose, is for the query to decide. */
static enum bln_status keys_check(struct bln_table_writer *writer, struct bln_err *err)
{
	const struct bln_setting_list *key = &writer->spec->key;
	struct bln_text sql = { 0 };
	struct bln_rows *rows = NULL;
	enum bln_status status;
	size_t count = 0;

	bln_text_add(&sql, "SELECT concat_ws(', '");
	for (size_t i = 0; i < key->count; i++) {
		bln_text_add(&sql, ", coalesce(CAST(");
		add_name(&sql, key->items[i]);
		bln_text_add(&sql, " AS VARCHAR), 'NULL')");
	}
	bln_text_add(&sql, ") FROM " BLN_WRITE_INCOMING " GROUP BY ");
	add_names(key, &sql);
	bln_text_add(&sql, " HAVING count(*) > 1 LIMIT 1");
	BLN_TRY(bln_text_check(&sql, err));
	BLN_TRY(bln_engine_query(writer->context->engine, sql.at, &rows, err));
	BLN_TRY(bln_rows_next(rows, &count, err));
	if (count) {
		struct bln_slice text = bln_rows_text(rows, 0, 0);

		status = bln_err_set(
			err, BLN_INVALID,
			"the query gives more than one row for the key %s: choose one in the query, or add the "
			"column that tells them apart to `key`",
			bln_quote(text.at, text.length).text);
	}
done:
	bln_rows_destroy(rows);
	bln_text_clean_up(&sql);
	return status;
}

/* Appends NAME as text that value_read understands. */
static void add_as_text(struct bln_text *sql, const char *aggregate, const char *name, const struct bln_type *type)
{
	bln_text_add(sql, ", CAST(");
	switch (type->kind) {
	case BLN_TYPE_TIMESTAMP:
	case BLN_TYPE_TIMESTAMP_NTZ:
		bln_text_add_format(sql, "epoch_us(%s(", aggregate);
		add_name(sql, name);
		bln_text_add(sql, "))");
		break;
	case BLN_TYPE_DATE:
		bln_text_add_format(sql, "%s(", aggregate);
		add_name(sql, name);
		bln_text_add(sql, ") - DATE '1970-01-01'");
		break;
	case BLN_TYPE_BOOLEAN:
		bln_text_add_format(sql, "CAST(%s(", aggregate);
		add_name(sql, name);
		bln_text_add(sql, ") AS INTEGER)");
		break;
	default:
		bln_text_add_format(sql, "%s(", aggregate);
		add_name(sql, name);
		bln_text_add(sql, ")");
	}
	bln_text_add(sql, " AS VARCHAR)");
}

/* False where the text bounds nothing. */
static bool value_read(struct bln_slice text, const struct bln_type *type, struct bln_value *value)
{
	char digits[TEXT_MAX];

	*value = (struct bln_value){ 0 };
	if (!text.at)
		return false;
	switch (type->kind) {
	case BLN_TYPE_TIMESTAMP:
	case BLN_TYPE_TIMESTAMP_NTZ:
	case BLN_TYPE_DATE:
	case BLN_TYPE_BOOLEAN:
		if (text.length >= sizeof(digits))
			return false;
		memcpy(digits, text.at, text.length);
		digits[text.length] = '\0';
		value->integer = strtoll(digits, NULL, 10);
		return true;
	case BLN_TYPE_STRING:
		value->bytes = text;
		return true;
	case BLN_TYPE_BINARY:
		return false;
	default:
		return bln_value_parse(text, type, value);
	}
}

/* The query that gives a row per group of incoming rows that end in one file: a pair of texts, min and max, per key column. */
static enum bln_status ranges_query(const struct bln_table_writer *writer, struct bln_text *sql, struct bln_err *err)
{
	const struct bln_slices *partition = &writer->snapshot->metadata.partition_columns;
	const struct bln_setting_list *split = &writer->spec->split;
	const struct bln_setting_list *key = &writer->spec->key;

	bln_text_add(sql, "SELECT count(*)");
	for (size_t i = 0; i < key->count; i++) {
		const struct bln_field *field = bln_schema_find(&writer->snapshot->schema, bln_slice_of(key->items[i]));

		if (!field)
			return bln_err_set(err, BLN_INVALID, "the key column %s is not in the table", key->items[i]);
		add_as_text(sql, "min", key->items[i], &field->type);
		add_as_text(sql, "max", key->items[i], &field->type);
		bln_text_add(sql, ", bool_or(");
		add_name(sql, key->items[i]);
		bln_text_add(sql, " IS NULL)");
	}
	bln_text_add(sql, " FROM " BLN_WRITE_INCOMING);
	for (size_t i = 0; i < partition->count + split->count; i++) {
		bln_text_add(sql, i ? ", " : " GROUP BY ");
		if (i < partition->count)
			bln_text_add_quoted(sql, '"', partition->items[i].at, partition->items[i].length);
		else
			add_name(sql, split->items[i - partition->count]);
	}
	return bln_text_check(sql, err);
}

/* The range of one row of that query. */
static enum bln_status range_read(struct bln_table_writer *writer, const struct bln_rows *rows, size_t row,
				  struct bln_key_range *range, struct bln_err *err)
{
	const struct bln_setting_list *key = &writer->spec->key;
	const struct bln_slices *partition = &writer->snapshot->metadata.partition_columns;
	struct bln_bound *bounds = bln_arena_calloc(&writer->arena, key->count, sizeof(*bounds));
	struct bln_pair *pairs = bln_arena_calloc(&writer->arena, key->count, sizeof(*pairs));
	struct bln_text text = { 0 };
	enum bln_status status = BLN_OK;

	if (!bounds || !pairs)
		return bln_err_memory(err);
	*range = (struct bln_key_range){ .partition.items = pairs, .bounds = bounds };
	for (size_t i = 0; i < key->count; i++) {
		const struct bln_field *field = bln_schema_find(&writer->snapshot->schema, bln_slice_of(key->items[i]));
		struct bln_slice min = bln_rows_text(rows, 1 + 3 * i, row);
		struct bln_slice max = bln_rows_text(rows, 2 + 3 * i, row);
		bool has_null = bln_rows_bool(rows, 3 + 3 * i, row);
		struct bln_value low;
		struct bln_value high;
		bool is_partition = bln_slices_have(*partition, key->items[i]);

		if (min.at) /* the rows' memory goes with the next chunk */
			min.at = bln_arena_strndup(&writer->arena, min.at, min.length);
		if (max.at)
			max.at = bln_arena_strndup(&writer->arena, max.at, max.length);
		if (is_partition && has_null && !min.at) {
			pairs[range->partition.count++] =
				(struct bln_pair){ .key = bln_slice_of(key->items[i]), .is_null = true };
			continue;
		}
		if (has_null || !value_read(min, &field->type, &low) || !value_read(max, &field->type, &high))
			continue; /* any value */
		if (!is_partition) {
			bounds[range->bound_count++] =
				(struct bln_bound){ .column = key->items[i], .min = low, .max = high };
			continue;
		}
		bln_text_clear(&text);
		bln_value_format(&low, &field->type, &text);
		BLN_TRY(bln_text_check(&text, err));
		pairs[range->partition.count] = (struct bln_pair){ .key = bln_slice_of(key->items[i]) };
		pairs[range->partition.count].value.at = bln_arena_strndup(&writer->arena, text.at, text.length);
		pairs[range->partition.count++].value.length = text.length;
	}
done:
	bln_text_clean_up(&text);
	return status;
}

static enum bln_status ranges_find(struct bln_table_writer *writer, struct bln_err *err)
{
	struct bln_text sql = { 0 };
	struct bln_rows *rows = NULL;
	enum bln_status status;
	size_t count;

	BLN_TRY(ranges_query(writer, &sql, err));
	BLN_TRY(bln_engine_query(writer->context->engine, sql.at, &rows, err));
	for (;;) {
		BLN_TRY(bln_rows_next(rows, &count, err));
		if (count == 0)
			break;
		for (size_t row = 0; row < count; row++) {
			if (bln_rows_int64(rows, 0, row) == 0)
				continue; /* no rows at all, where there is nothing to group by */
			if (!bln_mem_grow(&writer->ranges, writer->range_count, &writer->range_capacity,
					  sizeof(*writer->ranges))) {
				status = bln_err_memory(err);
				goto done;
			}
			BLN_TRY(range_read(writer, rows, row, &writer->ranges[writer->range_count], err));
			writer->range_count++;
		}
	}
done:
	bln_rows_destroy(rows);
	bln_text_clean_up(&sql);
	return status;
}

/* Marks the files that meet READ, and puts them into FILES. */
static enum bln_status files_find(struct bln_table_writer *writer, const struct bln_read_set *read,
				  const struct bln_add *const **files, size_t *count, struct bln_err *err)
{
	const struct bln_snapshot *snapshot = writer->snapshot;
	const struct bln_add **found = bln_arena_calloc(&writer->arena, snapshot->file_count + 1, sizeof(*found));

	*files = found;
	if (!writer->is_removed)
		writer->is_removed = bln_mem_calloc(snapshot->file_count + 1, sizeof(*writer->is_removed));
	if (!found || !writer->is_removed)
		return bln_err_memory(err);
	for (size_t i = 0; i < snapshot->file_count; i++) {
		if (writer->is_removed[i] || !bln_read_set_meets(read, &snapshot->files[i], &snapshot->schema))
			continue; /* rewritten by an earlier call: its rows are among the staged ones */
		writer->is_removed[i] = true;
		found[(*count)++] = &snapshot->files[i];
	}
	return BLN_OK;
}

/* Appends the rows of VIEW whose key does not come. */
static void add_kept(const struct bln_table_writer *writer, const char *view, struct bln_text *query)
{
	bln_text_add_format(query, " UNION ALL BY NAME SELECT k.* FROM %s k ANTI JOIN " BLN_WRITE_INCOMING " i ON ",
			    view);
	add_key_match(writer, "k", "i", query);
}

enum bln_status bln_table_merge(struct bln_table_writer *writer, const char *sql, struct bln_text *query,
				struct bln_err *err)
{
	size_t from = writer->range_count;
	struct bln_read_set read = { 0 };
	struct bln_scan scan = { .snapshot = writer->snapshot };
	enum bln_status status;
	bool has_staged;

	BLN_TRY(incoming_make(writer, sql, err));
	if (writer->spec->mode == BLN_WRITE_UPSERT)
		BLN_TRY(keys_check(writer, err));
	BLN_TRY(ranges_find(writer, err));
	read.ranges = writer->ranges + from;
	read.range_count = writer->range_count - from;
	BLN_TRY(files_find(writer, &read, &scan.files, &scan.file_count, err));
	BLN_TRY(bln_table_restage(writer, &read, &has_staged, err));
	bln_text_add(query, "SELECT * FROM " BLN_WRITE_INCOMING);
	if (scan.file_count) {
		BLN_TRY(bln_scan_view(writer->context->engine, BLN_WRITE_VIEWS, BLN_WRITE_KEPT, &scan, err));
		add_kept(writer, VIEW(BLN_WRITE_KEPT), query);
	}
	if (has_staged)
		add_kept(writer, VIEW(BLN_WRITE_STAGED), query);
done:
	return status;
}

enum bln_status bln_table_merge_all(struct bln_table_writer *writer, const char *sql, struct bln_text *query,
				    struct bln_err *err)
{
	enum bln_status status = BLN_OK;

	if (writer->spec->is_unique) {
		BLN_TRY(incoming_make(writer, sql, err));
		BLN_TRY(keys_check(writer, err));
		sql = "SELECT * FROM " BLN_WRITE_INCOMING;
	}
	bln_text_add(query, sql);
done:
	return status;
}

enum bln_status bln_table_merge_new(struct bln_table_writer *writer, const char *sql, struct bln_text *query,
				    struct bln_err *err)
{
	const struct bln_scan scan = { .snapshot = writer->snapshot, .is_all = true };
	const struct bln_read_set read = { .is_whole_table = true };
	enum bln_status status;
	bool has_staged;

	BLN_TRY(incoming_make(writer, sql, err));
	BLN_TRY(bln_table_restage(writer, &read, &has_staged, err));
	bln_text_add(query, "SELECT DISTINCT ON (");
	add_names(&writer->spec->key, query);
	bln_text_add(query, ") i.* FROM " BLN_WRITE_INCOMING " i");
	if (writer->snapshot->file_count) {
		BLN_TRY(bln_scan_view(writer->context->engine, BLN_WRITE_VIEWS, BLN_WRITE_KEPT, &scan, err));
		bln_text_add(query, " ANTI JOIN " VIEW(BLN_WRITE_KEPT) " k ON ");
		add_key_match(writer, "k", "i", query);
	}
	if (has_staged) {
		bln_text_add(query, " ANTI JOIN " VIEW(BLN_WRITE_STAGED) " s ON ");
		add_key_match(writer, "s", "i", query);
	}
done:
	return status;
}

enum bln_status bln_table_merge_end(struct bln_table_writer *writer, struct bln_err *err)
{
	return bln_engine_exec(writer->context->engine, "DROP TABLE IF EXISTS " BLN_WRITE_INCOMING, err);
}
