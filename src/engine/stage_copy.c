/* One COPY: into a folder of its own, so that whatever goes wrong leaves one thing to remove; then its files move out. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/number.h"
#include "base/random.h"
#include "base/uuid.h"
#include "engine/stage_private.h"

static enum bln_status name_make(char uuid[BLN_UUID_TEXT_SIZE], struct bln_err *err)
{
	struct bln_random random;
	enum bln_status status;
	uint64_t seed;

	BLN_TRY(bln_random_seed_system(&seed, err));
	bln_random_init(&random, seed);
	bln_uuid_make(&random, uuid);
done:
	return status;
}

enum bln_status bln_stage_folder_make(struct bln_stage *stage, const char **out, struct bln_err *err)
{
	char uuid[BLN_UUID_TEXT_SIZE];
	enum bln_status status;
	char *folder;

	BLN_TRY(name_make(uuid, err));
	folder = bln_arena_printf(stage->arena, "%s/.bln-stage-%s", stage->spec->folder, uuid);
	if (!folder ||
	    !bln_mem_grow(&stage->folders, stage->folder_count, &stage->folder_capacity, sizeof(*stage->folders)))
		return bln_err_memory(err);
	if (mkdir(folder, 0700) != 0)
		return bln_err_errno(err, errno, "cannot make %s", folder);
	stage->folders[stage->folder_count++] = folder;
	*out = folder;
done:
	return status;
}

/* The values of FIELDS: those that are not fixed come, in turn, from *PRINTED. */
static enum bln_status pairs_read(const struct bln_stage *stage, const struct bln_field *const *fields, size_t count,
				  const struct bln_slice **printed, struct bln_pairs *out, struct bln_err *err)
{
	struct bln_pair *items = bln_arena_calloc(stage->arena, count + 1, sizeof(*items));
	enum bln_status status = BLN_OK;

	if (!items)
		return bln_err_memory(err);
	for (size_t i = 0; i < count; i++) {
		const struct bln_pair *fixed = bln_pairs_find(stage->spec->fixed, fields[i]->name);

		if (fixed)
			items[i] = (struct bln_pair){ bln_slice_of(fields[i]->name), fixed->value, fixed->is_null };
		else if (*printed)
			BLN_TRY(bln_stage_value(stage, fields[i], *(*printed)++, &items[i], err));
		else
			return bln_err_set(err, BLN_BUG, "nothing says which value of %s a file has", fields[i]->name);
	}
	*out = (struct bln_pairs){ .items = items, .count = count };
done:
	return status;
}

/* KEYS is a map with one member, the file's number as text; empty where there is nothing to tell apart. */
static enum bln_status keys_read(const struct bln_stage *stage, const struct bln_vector *keys, idx_t row,
				 struct bln_staged *file, struct bln_err *err)
{
	const struct bln_stage_spec *spec = stage->spec;
	const struct bln_slice *printed = NULL;
	enum bln_status status;

	if (stage->has_keys) {
		struct bln_vector child = bln_vector_list_child(keys);
		struct bln_vector values = bln_vector_member(&child, 1);
		struct bln_slice text = { 0 };
		int64_t number;
		idx_t first, count;

		bln_vector_list(keys, row, &first, &count);
		if (count == 1)
			text = bln_vector_text(&values, first);
		if (text.at && bln_int64_parse(text.at, text.length, &number))
			printed = bln_stage_numbers_values(stage->engine, number);
		if (!printed)
			return bln_err_set(err, BLN_BUG, "DuckDB does not say which rows a file has");
	}
	BLN_TRY(pairs_read(stage, stage->partition, spec->partition_count, &printed, &file->partition, err));
	BLN_TRY(pairs_read(stage, stage->split, spec->split_count, &printed, &file->split, err));
done:
	return status;
}

/* The columns of what COPY returns. */
enum { FILE_NAME, FILE_ROWS, FILE_SIZE, FILE_FOOTER, FILE_STATISTICS, FILE_KEYS, FILE_COLUMNS };

static enum bln_status file_read(struct bln_stage *stage, const struct bln_rows *rows, size_t row,
				 const struct bln_staged *part_of, struct bln_err *err)
{
	struct bln_slice name = bln_rows_text(rows, FILE_NAME, row);
	struct bln_staged file = {
		.rows = bln_rows_int64(rows, FILE_ROWS, row),
		.size_bytes = bln_rows_int64(rows, FILE_SIZE, row),
	};
	enum bln_status status = BLN_OK;

	if (file.rows == 0) /* DuckDB writes a file where there is no row, too; it goes with its folder */
		return BLN_OK;
	file.path = bln_arena_strndup(stage->arena, name.at, name.length);
	if (!file.path || !bln_mem_grow(&stage->items, stage->count, &stage->capacity, sizeof(*stage->items)))
		return bln_err_memory(err);
	if (stage->count >= BLN_STAGE_FILES_MAX)
		return bln_err_set(err, BLN_UNSUPPORTED, "more than %d files at once", BLN_STAGE_FILES_MAX);
	if (part_of) {
		file.partition = part_of->partition;
		file.split = part_of->split;
	} else {
		BLN_TRY(keys_read(stage, &rows->columns[FILE_KEYS], row, &file, err));
	}
	BLN_TRY(bln_stage_stats(stage, &rows->columns[FILE_STATISTICS], row, file.rows, &file.stats, err));
	stage->items[stage->count++] = file;
done:
	return status;
}

enum bln_status bln_stage_files_read(struct bln_stage *stage, struct bln_rows *rows, const struct bln_staged *part_of,
				     struct bln_err *err)
{
	enum bln_status status;
	size_t count;

	if (bln_rows_column_count(rows) != FILE_COLUMNS)
		return bln_err_set(err, BLN_BUG, "COPY returns %zu columns", bln_rows_column_count(rows));
	do {
		BLN_TRY(bln_rows_next(rows, &count, err));
		for (size_t row = 0; row < count; row++)
			BLN_TRY(file_read(stage, rows, row, part_of, err));
	} while (count > 0);
done:
	return status;
}

enum bln_status bln_stage_files_move(struct bln_stage *stage, size_t first, struct bln_err *err)
{
	for (size_t i = first; i < stage->count; i++) {
		struct bln_staged *file = &stage->items[i];
		const char *name = strrchr(file->path, '/');
		const char *path =
			bln_arena_printf(stage->arena, "%s/%s", stage->spec->folder, name ? name + 1 : file->path);

		if (!path)
			return bln_err_memory(err);
		if (renameat2(AT_FDCWD, file->path, AT_FDCWD, path, RENAME_NOREPLACE) != 0)
			return bln_err_errno(err, errno, "cannot move %s to %s", file->path, path);
		file->path = path;
	}
	return BLN_OK;
}

enum bln_status bln_stage_target_make(const struct bln_stage *stage, const char *folder, const char **out,
				      struct bln_err *err)
{
	char uuid[BLN_UUID_TEXT_SIZE];
	enum bln_status status;

	BLN_TRY(name_make(uuid, err));
	*out = bln_arena_printf(stage->arena, "%s/%s.parquet", folder, uuid);
	if (!*out)
		status = bln_err_memory(err);
done:
	return status;
}

enum bln_status bln_stage_copy(struct bln_stage *stage, struct bln_err *err)
{
	struct bln_text sql = { 0 };
	struct bln_rows *rows = NULL;
	const char *target = NULL;
	enum bln_status status;

	BLN_TRY(bln_stage_folder_make(stage, &target, err));
	if (!stage->has_several)
		BLN_TRY(bln_stage_target_make(stage, target, &target, err));
	bln_text_add_format(&sql, "COPY (SELECT %s FROM " BLN_STAGE_INPUT "%s%s) TO ", stage->select,
			    stage->order[0] ? " ORDER BY " : "", stage->order);
	bln_text_add_quoted(&sql, '\'', target, strlen(target));
	bln_text_add_format(&sql, " (%s)", stage->copy);
	BLN_TRY(bln_text_check(&sql, err));
	BLN_TRY(bln_engine_query(stage->engine, sql.at, &rows, err));
	BLN_TRY(bln_stage_files_read(stage, rows, NULL, err));
	BLN_TRY(bln_stage_files_move(stage, 0, err));
done:
	bln_rows_destroy(rows);
	bln_text_clean_up(&sql);
	return status;
}
