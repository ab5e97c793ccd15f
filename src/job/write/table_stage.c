/* The rows of a query become files that wait for the commit: what the writer's spec and the table say of them, as staging wants it
 * said, and what a commit will say of each file. */
#include <string.h>

#include "base/mem.h"
#include "base/time.h"
#include "delta/partition.h"
#include "engine/scan.h"
#include "job/work.h"
#include "job/write/table_write_private.h"

/* Rows of a file: two years of minutes, and small enough to be rewritten for one late candle. */
enum { FILE_ROWS_MAX = 1000000 };

/* Where more than one file of so many was not in order, the next rows are sorted. */
enum { MENDED_SHARE_MAX = 2 };

/* Appends the key or the path of a new file, folder by folder: "symbol=XBTUSD/year=2024/UUID.parquet". */
static enum bln_status file_place(struct bln_table_writer *writer, const struct bln_staged *staged,
				  struct bln_write_file *file, struct bln_err *err)
{
	struct bln_text place = { 0 };
	struct bln_text uri = { 0 };
	enum bln_status status;
	const char *name = strrchr(staged->path, '/');

	bln_partition_folder_format(staged->partition, &place);
	bln_text_add(&place, name ? name + 1 : staged->path);
	BLN_TRY(bln_text_check(&place, err));
	bln_partition_log_path((struct bln_slice){ place.at, place.length }, &uri);
	BLN_TRY(bln_text_keep(&uri, &writer->arena, &file->add.path, err));
	file->key = bln_table_key(&writer->table, &writer->arena, place.at);
	if (!file->key)
		status = bln_err_memory(err);
done:
	bln_text_clean_up(&place);
	bln_text_clean_up(&uri);
	return status;
}

static enum bln_status file_add(struct bln_table_writer *writer, const struct bln_staged *staged, struct bln_err *err)
{
	struct bln_write_file file = { .path = staged->path,
				       .rows = staged->rows,
				       .add = { .partition = staged->partition,
						.size_bytes = staged->size_bytes,
						.modified_ms = bln_clock_now_us(writer->context->clock) / BLN_US_PER_MS,
						.is_data_change = true,
						.stats = staged->stats } };
	enum bln_status status = file_place(writer, staged, &file, err);

	if (status != BLN_OK)
		return status;
	if (!bln_mem_grow(&writer->files, writer->file_count, &writer->file_capacity, sizeof(*writer->files)))
		return bln_err_memory(err);
	writer->files[writer->file_count++] = file;
	writer->rows += staged->rows;
	writer->bytes += staged->size_bytes;
	return BLN_OK;
}

/* The columns that rows lie sorted by in a file: the key. Those of which a file has one value are left out. */
static enum bln_status sort_make(struct bln_table_writer *writer, struct bln_stage_spec *stage, struct bln_err *err)
{
	const struct bln_setting_list *key = &writer->spec->key;
	const char **sort = bln_arena_calloc(&writer->arena, key->count + 1, sizeof(*sort));

	if (!sort)
		return bln_err_memory(err);
	for (size_t i = 0; i < key->count; i++) {
		bool is_single = false;

		for (size_t j = 0; j < stage->partition_count; j++)
			is_single = is_single || strcmp(key->items[i], stage->partition[j]) == 0;
		for (size_t j = 0; j < stage->split_count; j++)
			is_single = is_single || strcmp(key->items[i], stage->split[j]) == 0;
		if (!is_single)
			sort[stage->sort_count++] = key->items[i];
	}
	stage->sort = sort;
	return BLN_OK;
}

/* Of the columns with one value the table's partition columns are left to staging, which then has nothing to tell apart; SQL
 * gets the others. */
static enum bln_status fixed_split(struct bln_table_writer *writer, const char *sql, struct bln_pairs *partition,
				   struct bln_text *query, struct bln_err *err)
{
	const struct bln_pairs *fixed = &writer->spec->fixed;
	struct bln_pair *pairs = bln_arena_calloc(&writer->arena, fixed->count + 1, sizeof(*pairs));

	if (!pairs)
		return bln_err_memory(err);
	*partition = (struct bln_pairs){ .items = pairs };
	bln_text_add(query, "SELECT *");
	for (size_t i = 0; i < fixed->count; i++) {
		const struct bln_pair *pair = &fixed->items[i];
		const struct bln_field *field = bln_schema_find(writer->schema, pair->key);

		if (field && bln_slices_have(writer->snapshot->metadata.partition_columns, field->name)) {
			pairs[partition->count++] = *pair;
			continue;
		}
		bln_text_add(query, ", CAST(");
		bln_text_add_quoted(query, '\'', pair->value.at, pair->value.length);
		bln_text_add(query, " AS ");
		if (field)
			bln_type_sql(&field->type, false, query);
		else
			bln_text_add(query, "VARCHAR");
		bln_text_add(query, ") AS ");
		bln_text_add_quoted(query, '"', pair->key.at, pair->key.length);
	}
	bln_text_add_format(query, " FROM (%s\n)", sql);
	return bln_text_check(query, err);
}

/* COMES_SORTED as in stage.h. */
static enum bln_status rows_stage(struct bln_table_writer *writer, const char *sql, bool comes_sorted, bool is_unique,
				  struct bln_staged_list *staged, struct bln_err *err)
{
	const struct bln_slices *columns = &writer->snapshot->metadata.partition_columns;
	const char **partition = bln_arena_calloc(&writer->arena, columns->count + 1, sizeof(*partition));
	struct bln_stage_spec stage = { .schema = writer->schema,
					.partition = partition,
					.partition_count = columns->count,
					.split = writer->spec->split.items,
					.split_count = writer->spec->split.count,
					.comes_sorted = comes_sorted,
					.is_unique = is_unique,
					.rows_per_file_max = FILE_ROWS_MAX,
					.is_clustered = writer->spec->is_clustered };
	struct bln_text query = { 0 };
	enum bln_status status;

	if (!partition)
		return bln_err_memory(err);
	for (size_t i = 0; i < columns->count; i++) {
		partition[i] = bln_arena_strndup(&writer->arena, columns->items[i].at, columns->items[i].length);
		if (!partition[i])
			return bln_err_memory(err);
	}
	if (writer->spec->fixed.count) {
		BLN_TRY(fixed_split(writer, sql, &stage.fixed, &query, err));
		sql = query.at;
	}
	if (stage.is_clustered) {
		stage.rows_per_file_max = 0;
		stage.split_count = 0;
	} else {
		BLN_TRY(sort_make(writer, &stage, err));
	}
	BLN_TRY(bln_work_part(writer->context->work, &writer->arena, &stage.folder, err));
	BLN_TRY(bln_stage(writer->context->engine, sql, &stage, &writer->arena, staged, err));
	for (size_t i = 0; i < staged->count; i++)
		BLN_TRY(file_add(writer, &staged->items[i], err));
done:
	bln_text_clean_up(&query);
	return status;
}

enum bln_status bln_table_stage(struct bln_table_writer *writer, const char *sql, struct bln_err *err)
{
	struct bln_staged_list staged;

	return rows_stage(writer, sql, false, false, &staged, err);
}

enum bln_status bln_table_stage_incoming(struct bln_table_writer *writer, const char *sql, bool is_unique,
					 bool *may_repeat, struct bln_err *err)
{
	const bool comes_sorted = writer->spec->comes_sorted && !writer->comes_unsorted;
	struct bln_staged_list staged = { 0 };
	enum bln_status status = rows_stage(writer, sql, comes_sorted, is_unique, &staged, err);

	if (comes_sorted)
		writer->comes_unsorted = status != BLN_OK || staged.mended > staged.count / MENDED_SHARE_MAX;
	/* As they come, all files may be under way at once: where these are too many for the memory, sorting is not. */
	if (comes_sorted && status == BLN_NO_MEMORY)
		status = rows_stage(writer, sql, false, is_unique, &staged, err);
	*may_repeat = staged.may_repeat;
	return status;
}
