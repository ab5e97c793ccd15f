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

#define FOLDER_PREFIX "/.bln-stage-"

static enum bln_status folder_make(struct bln_stage *stage, const char **out, struct bln_err *err)
{
	char uuid[BLN_UUID_TEXT_SIZE];
	struct bln_random random;
	enum bln_status status;
	uint64_t seed;
	char *folder;

	BLN_TRY(bln_random_seed_system(&seed, err));
	bln_random_init(&random, seed);
	bln_uuid_make(&random, uuid);
	folder = bln_arena_printf(stage->arena, "%s" FOLDER_PREFIX "%s", stage->spec->folder, uuid);
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

static enum bln_status files_read(struct bln_stage *stage, struct bln_rows *rows, const struct bln_staged *part_of,
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

/* Moves the files from FIRST on out of the folder of their COPY, under names that nothing else has. */
static enum bln_status files_move(struct bln_stage *stage, size_t first, struct bln_err *err)
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

/* Copies what QUERY gives. A COPY that may make several files is given the folder itself, one that makes a single file a
 * name in it. */
static enum bln_status copy_run(struct bln_stage *stage, const char *query, const char *options, bool has_several,
				const struct bln_staged *part_of, struct bln_err *err)
{
	struct bln_text sql = { 0 };
	struct bln_rows *rows = NULL;
	const char *folder = NULL;
	const char *target;
	size_t first = stage->count;
	enum bln_status status;

	BLN_TRY(folder_make(stage, &folder, err));
	target = has_several ? folder
			     : bln_arena_printf(stage->arena, "%s/%s.parquet", folder,
						strstr(folder, FOLDER_PREFIX) + strlen(FOLDER_PREFIX));
	if (!target) {
		status = bln_err_memory(err);
		goto done;
	}
	bln_text_add(&sql, "COPY (");
	bln_text_add(&sql, query);
	bln_text_add(&sql, ") TO ");
	bln_text_add_quoted(&sql, '\'', target, strlen(target));
	bln_text_add_format(&sql, " (%s)", options);
	BLN_TRY(bln_text_check(&sql, err));
	BLN_TRY(bln_engine_query(stage->engine, sql.at, &rows, err));
	BLN_TRY(files_read(stage, rows, part_of, err));
	BLN_TRY(files_move(stage, first, err));
done:
	bln_rows_destroy(rows);
	bln_text_clean_up(&sql);
	return status;
}

enum bln_status bln_stage_copy(struct bln_stage *stage, struct bln_err *err)
{
	struct bln_text query = { 0 };
	enum bln_status status;

	bln_text_add(&query, "SELECT ");
	bln_text_add(&query, stage->select);
	bln_text_add(&query, " FROM " BLN_STAGE_INPUT);
	if (stage->order[0]) {
		bln_text_add(&query, " ORDER BY ");
		bln_text_add(&query, stage->order);
	}
	BLN_TRY(bln_text_check(&query, err));
	BLN_TRY(copy_run(stage, query.at, stage->copy, stage->has_several, NULL, err));
done:
	bln_text_clean_up(&query);
	return status;
}

/* Adds a file with the rows of OF, a file that was written, that CONDITION is true for, or all in the order of SORT. */
static enum bln_status file_copy(struct bln_stage *stage, const struct bln_staged *of, const char *condition,
				 const char *sort, struct bln_err *err)
{
	struct bln_text query = { 0 };
	enum bln_status status;

	bln_text_add_format(&query, "SELECT *%s FROM read_parquet(", condition ? " EXCLUDE (file_row_number)" : "");
	bln_text_add_quoted(&query, '\'', of->path, strlen(of->path));
	bln_text_add_format(&query, ", hive_partitioning = false, file_row_number = %s)%s%s%s%s",
			    condition ? "true" : "false", condition ? " WHERE " : "", condition ? condition : "",
			    sort ? " ORDER BY " : "", sort ? sort : "");
	BLN_TRY(bln_text_check(&query, err));
	BLN_TRY(copy_run(stage, query.at, stage->rewrite, false, of, err));
done:
	bln_text_clean_up(&query);
	return status;
}

/* The last file takes the place of file I, which goes. */
static void file_replace(struct bln_stage *stage, size_t i)
{
	unlink(stage->items[i].path);
	stage->items[i] = stage->items[--stage->count];
}

enum bln_status bln_stage_sort(struct bln_stage *stage, size_t i, struct bln_err *err)
{
	const struct bln_staged file = stage->items[i];
	enum bln_status status;

	BLN_TRY(file_copy(stage, &file, NULL, stage->sort, err));
	file_replace(stage, i);
done:
	return status;
}

enum bln_status bln_stage_cut(struct bln_stage *stage, size_t i, struct bln_err *err)
{
	const struct bln_staged file = stage->items[i];
	const int64_t rows_max = stage->spec->rows_per_file_max;
	enum bln_status status = BLN_OK;

	for (int64_t first = 0; first < file.rows; first += rows_max) {
		char condition[96];

		snprintf(condition, sizeof(condition), "file_row_number BETWEEN %" PRId64 " AND %" PRId64, first,
			 first + rows_max - 1);
		BLN_TRY(file_copy(stage, &file, condition, NULL, err));
	}
	file_replace(stage, i);
done:
	return status;
}
