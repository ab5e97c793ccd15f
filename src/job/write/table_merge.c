/* What becomes of the incoming rows where the table holds some of their keys already.
 *
 * They are staged first, as if there was nothing: what a commit says of each file says also which keys it may hold. Most often
 * the table has none of them and that was all. Where files of the table may have some, they and the staged files that they
 * meet are read once more, joined, and staged again; so the rows need never be held anywhere but in files. */
#include <string.h>

#include "base/mem.h"
#include "engine/scan.h"
#include "job/write/table_write_private.h"

static void add_name(struct bln_text *sql, const char *name)
{
	bln_text_add_quoted(sql, '"', name, strlen(name));
}

void bln_table_key_match(const struct bln_table_writer *writer, const char *a, const char *b, struct bln_text *sql)
{
	const struct bln_setting_list *key = &writer->spec->key;

	for (size_t i = 0; i < key->count; i++) {
		bln_text_add_format(sql, "%s%s.", i ? " AND " : "", a);
		add_name(sql, key->items[i]);
		bln_text_add_format(sql, " IS NOT DISTINCT FROM %s.", b);
		add_name(sql, key->items[i]);
	}
}

void bln_table_key_text(const struct bln_table_writer *writer, struct bln_text *sql)
{
	const struct bln_setting_list *key = &writer->spec->key;

	bln_text_add(sql, "concat_ws(', '");
	for (size_t i = 0; i < key->count; i++) {
		bln_text_add(sql, ", coalesce(CAST(");
		add_name(sql, key->items[i]);
		bln_text_add(sql, " AS VARCHAR), 'NULL')");
	}
	bln_text_add(sql, ")");
}

static void add_names(const struct bln_setting_list *names, struct bln_text *sql)
{
	for (size_t i = 0; i < names->count; i++) {
		bln_text_add(sql, i ? ", " : "");
		add_name(sql, names->items[i]);
	}
}

enum bln_status bln_table_keys_check(struct bln_table_writer *writer, size_t first, struct bln_err *err)
{
	const struct bln_setting_list *key = &writer->spec->key;
	struct bln_text sql = { 0 };
	struct bln_rows *rows = NULL;
	enum bln_status status;
	size_t count = 0;

	BLN_TRY(bln_table_staged_view(writer, BLN_WRITE_INCOMING, first, writer->file_count, true, err));
	bln_text_add(&sql, "SELECT ");
	bln_table_key_text(writer, &sql);
	bln_text_add(&sql, " FROM " BLN_WRITE_VIEW(BLN_WRITE_INCOMING) " GROUP BY ");
	add_names(key, &sql);
	bln_text_add(&sql, " HAVING count(*) > 1 LIMIT 1");
	BLN_TRY(bln_text_check(&sql, err));
	BLN_TRY(bln_engine_query(writer->context->engine, sql.at, &rows, err));
	BLN_TRY(bln_rows_next(rows, &count, err));
	if (count) {
		struct bln_slice text = bln_rows_text(rows, 0, 0);

		/* two rows of one candle: whose, is for the query to decide */
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

/* What the staged files from FIRST on hold, as ranges that were read. */
static enum bln_status ranges_add(struct bln_table_writer *writer, size_t first, struct bln_err *err)
{
	const struct bln_setting_list *key = &writer->spec->key;
	enum bln_status status = BLN_OK;

	for (size_t i = 0; i < key->count; i++)
		if (!bln_schema_find(writer->schema, bln_slice_of(key->items[i])))
			return bln_err_set(err, BLN_INVALID, "the key column %s is not in the table", key->items[i]);
	for (size_t i = first; i < writer->file_count; i++) {
		if (!bln_mem_grow(&writer->ranges, writer->range_count, &writer->range_capacity,
				  sizeof(*writer->ranges)))
			return bln_err_memory(err);
		BLN_TRY(bln_key_range_of(&writer->files[i].add, writer->schema, key->items, key->count, &writer->arena,
					 &writer->ranges[writer->range_count], err));
		writer->range_count++;
	}
done:
	return status;
}

/* Files that the incoming rows meet. */
struct met {
	const struct bln_add **items; /* of the table first, then those of earlier calls */
	size_t count;
	size_t table_count;
};

/* Marks the files that meet READ, and puts them into MET. */
static enum bln_status met_find(struct bln_table_writer *writer, size_t first, const struct bln_read_set *read,
				struct met *met, struct bln_err *err)
{
	const struct bln_snapshot *snapshot = writer->snapshot;

	met->items = bln_arena_calloc(&writer->arena, snapshot->file_count + first + 1, sizeof(*met->items));
	if (!writer->is_removed)
		writer->is_removed = bln_mem_calloc(snapshot->file_count + 1, sizeof(*writer->is_removed));
	if (!met->items || !writer->is_removed)
		return bln_err_memory(err);
	for (size_t i = 0; i < snapshot->file_count; i++) {
		if (writer->is_removed[i] || !bln_read_set_meets(read, &snapshot->files[i], &snapshot->schema))
			continue; /* rewritten by an earlier call: its rows are among the staged ones */
		writer->is_removed[i] = true;
		met->items[met->count++] = &snapshot->files[i];
	}
	met->table_count = met->count;
	for (size_t i = 0; i < first; i++) {
		writer->files[i].is_replaced = bln_read_set_meets(read, &writer->files[i].add, writer->schema);
		if (writer->files[i].is_replaced)
			met->items[met->count++] = &writer->files[i].add;
	}
	return BLN_OK;
}

/* Appends the rows of VIEW, which shows FILES, whose key does not come. */
static enum bln_status kept_add(struct bln_table_writer *writer, const char *view, const struct bln_add *const *files,
				size_t count, struct bln_text *query, struct bln_err *err)
{
	if (writer->spec->owned.count) {
		enum bln_status status = bln_table_owned_spare(writer, view, files, count, err);

		if (status != BLN_OK)
			return status;
	}
	bln_text_add_format(query,
			    " UNION ALL BY NAME SELECT k.* FROM %s k ANTI JOIN " BLN_WRITE_VIEW(
				    BLN_WRITE_INCOMING) " i ON ",
			    view);
	bln_table_key_match(writer, "k", "i", query);
	return BLN_OK;
}

enum bln_status bln_table_merge(struct bln_table_writer *writer, size_t first, struct bln_text *query,
				struct bln_err *err)
{
	const size_t from = writer->range_count;
	struct bln_read_set read = { 0 };
	struct met met = { 0 };
	struct bln_scan scan = { .snapshot = writer->snapshot };
	enum bln_status status;

	BLN_TRY(ranges_add(writer, first, err));
	read = (struct bln_read_set){ .ranges = writer->ranges + from, .range_count = writer->range_count - from };
	BLN_TRY(met_find(writer, first, &read, &met, err));
	if (met.count == 0)
		return BLN_OK;
	for (size_t i = first; i < writer->file_count; i++) {
		const struct bln_read_set one = { .ranges = &read.ranges[i - first], .range_count = 1 };

		for (size_t j = 0; j < met.count && !writer->files[i].is_replaced; j++)
			writer->files[i].is_replaced = bln_read_set_meets(&one, met.items[j], writer->schema);
	}
	BLN_TRY(bln_table_staged_view(writer, BLN_WRITE_INCOMING, first, writer->file_count, false, err));
	bln_text_add(query, "SELECT * FROM " BLN_WRITE_VIEW(BLN_WRITE_INCOMING));
	if (met.table_count) {
		scan.files = met.items;
		scan.file_count = met.table_count;
		BLN_TRY(bln_scan_view(writer->context->engine, BLN_WRITE_VIEWS, BLN_WRITE_KEPT, &scan, err));
		BLN_TRY(kept_add(writer, BLN_WRITE_VIEW(BLN_WRITE_KEPT), met.items, met.table_count, query, err));
	}
	if (met.count > met.table_count) {
		BLN_TRY(bln_table_staged_view(writer, BLN_WRITE_STAGED, 0, first, false, err));
		BLN_TRY(kept_add(writer, BLN_WRITE_VIEW(BLN_WRITE_STAGED), met.items + met.table_count,
				 met.count - met.table_count, query, err));
	}
	status = bln_text_check(query, err);
done:
	return status;
}

enum bln_status bln_table_merge_new(struct bln_table_writer *writer, const char *sql, struct bln_text *query,
				    struct bln_err *err)
{
	const struct bln_scan scan = { .snapshot = writer->snapshot, .is_all = true };
	struct bln_schema rows;
	enum bln_status status;

	/* inside of another query, the second of two columns with one name would be called otherwise */
	BLN_TRY(bln_stage_schema(writer->context->engine, sql, &writer->arena, &rows, err));
	bln_text_add(query, "SELECT DISTINCT ON (");
	add_names(&writer->spec->key, query);
	bln_text_add_format(query, ") i.* FROM (%s\n) i", sql);
	if (writer->snapshot->file_count) {
		BLN_TRY(bln_scan_view(writer->context->engine, BLN_WRITE_VIEWS, BLN_WRITE_KEPT, &scan, err));
		bln_text_add(query, " ANTI JOIN " BLN_WRITE_VIEW(BLN_WRITE_KEPT) " k ON ");
		bln_table_key_match(writer, "k", "i", query);
	}
	if (writer->file_count) {
		BLN_TRY(bln_table_staged_view(writer, BLN_WRITE_STAGED, 0, writer->file_count, true, err));
		bln_text_add(query, " ANTI JOIN " BLN_WRITE_VIEW(BLN_WRITE_STAGED) " s ON ");
		bln_table_key_match(writer, "s", "i", query);
	}
	status = bln_text_check(query, err);
done:
	return status;
}
