/* The files of a scan: where each lies on the disk, its partition's values, its deleted rows. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "delta/path.h"
#include "engine/scan_private.h"

/* Sets *PATH, in the arena, to where the file of ADD lies; it must be there in its full length. */
static enum bln_status path_find(struct bln_scan_files *files, const struct bln_table *table, const struct bln_add *add,
				 const char **path, struct bln_err *err)
{
	struct bln_location location;
	struct bln_text text = { 0 };
	enum bln_status status;
	struct stat found;

	BLN_TRY(bln_table_resolve_path(table, add->path, &files->arena, &location, err));
	if (location.key) {
		BLN_TRY(bln_store_local_path(table->store, location.key, &text, err));
		BLN_TRY(bln_text_check(&text, err));
	} else if (location.external[0] != '/') {
		status = bln_err_set(err, BLN_UNSUPPORTED, "not a local file");
		goto done;
	}
	*path = location.key ? bln_arena_strndup(&files->arena, text.at, text.length) : location.external;
	if (!*path)
		status = bln_err_memory(err);
	else if (stat(*path, &found) < 0)
		status = bln_err_errno(err, errno, "cannot be read");
	else if (found.st_size < add->size_bytes)
		status = bln_err_set(err, BLN_CORRUPT, "the file has %" PRId64 " bytes, by the log it has %" PRId64,
				     (int64_t)found.st_size, add->size_bytes);
done:
	bln_text_clean_up(&text);
	return status;
}

static enum bln_status value_keep(struct bln_scan_files *files, const struct bln_add *add,
				  const struct bln_field *field, struct bln_slice *value, struct bln_err *err)
{
	const struct bln_pair *pair = bln_pairs_find(add->partition, field->physical_name);
	struct bln_text text = { 0 };
	enum bln_status status = BLN_OK;
	bool is_null = true;

	*value = (struct bln_slice){ 0 };
	if (!pair || pair->is_null)
		return BLN_OK;
	if (!bln_scan_value_text(pair->value, &field->type, &text, &is_null)) {
		status = bln_err_set(err, BLN_CORRUPT, "its partition value '%s' is no value of column '%s'",
				     bln_quote(pair->value.at, pair->value.length).text, field->name);
		goto done;
	}
	if (is_null)
		goto done;
	BLN_TRY(bln_text_check(&text, err));
	*value = (struct bln_slice){ bln_arena_strndup(&files->arena, text.at ? text.at : "", text.length),
				     text.length };
	if (!value->at)
		status = bln_err_memory(err);
done:
	bln_text_clean_up(&text);
	return status;
}

static enum bln_status file_load(struct bln_scan_files *files, const struct bln_table *table, const struct bln_add *add,
				 struct bln_err *err)
{
	struct bln_scan_file *file = &files->items[files->count];
	struct bln_map_entry *entry;
	struct bln_slice *values;
	enum bln_status status;
	bool is_new = false;

	values = bln_arena_calloc(&files->arena, files->partition_count + 1, sizeof(*values));
	if (!values)
		return bln_err_memory(err);
	file->values = values;
	BLN_TRY(path_find(files, table, add, &file->path, err));
	for (size_t i = 0; i < files->partition_count; i++)
		BLN_TRY(value_keep(files, add, files->partition[i], &values[i], err));
	BLN_TRY(bln_scan_dv_load(table, add, &files->arena, &file->dv, err));
	files->has_deleted_rows = files->has_deleted_rows || file->dv.range_count > 0;
	entry = bln_map_insert(&files->by_path, file->path, strlen(file->path), &is_new);
	if (!entry)
		return bln_err_memory(err);
	if (!is_new)
		return bln_err_set(err, BLN_CORRUPT, "the file is there twice");
	entry->pointer = file;
	files->count++;
done:
	return status;
}

static enum bln_status partition_find(struct bln_scan_files *files, const struct bln_snapshot *snapshot,
				      struct bln_err *err)
{
	size_t count = snapshot->metadata.partition_columns.count;

	files->partition = bln_arena_calloc(&files->arena, count + 1, sizeof(struct bln_field *));
	if (!files->partition)
		return bln_err_memory(err);
	for (size_t i = 0; i < count; i++) {
		struct bln_slice name = snapshot->metadata.partition_columns.items[i];

		files->partition[i] = bln_schema_find(&snapshot->schema, name);
		if (!files->partition[i])
			return bln_err_set(err, BLN_CORRUPT, "the partition column '%s' is not in the schema",
					   bln_quote(name.at, name.length).text);
	}
	files->partition_count = count;
	return BLN_OK;
}

enum bln_status bln_scan_files_load(struct bln_scan_files *files, const struct bln_scan *scan, struct bln_err *err)
{
	const struct bln_snapshot *snapshot = scan->snapshot;
	size_t count = scan->is_all ? snapshot->file_count : scan->file_count;
	enum bln_status status;

	BLN_TRY(partition_find(files, snapshot, err));
	files->items = bln_arena_calloc(&files->arena, count + 1, sizeof(*files->items));
	if (!files->items)
		return bln_err_memory(err);
	for (size_t i = 0; i < count; i++) {
		const struct bln_add *add = scan->is_all ? &snapshot->files[i] : scan->files[i];

		status = file_load(files, &snapshot->table, add, err);
		if (status != BLN_OK) {
			status = bln_err_where(err, status, "data file %.*s",
					       (int)(add->path.length < 300 ? add->path.length : 300), add->path.at);
			goto done;
		}
	}
done:
	return status;
}

void bln_scan_files_destroy(struct bln_scan_files *files)
{
	if (!files)
		return;
	bln_map_clean_up(&files->by_path);
	bln_arena_clean_up(&files->arena);
	bln_mem_free(files);
}
