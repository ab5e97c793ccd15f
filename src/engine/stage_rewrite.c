/* Files that were written, written once more: in order, or in pieces. Each is little work for one thread, so several are written
 * side by side. */
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "engine/stage_private.h"

/* A file to be made: rows of OF, those that CONDITION is true for, or all in the order of SORT. */
struct piece {
	const struct bln_staged *of;
	const char *condition;
	const char *sort;
};

static enum bln_status piece_sql(const struct bln_stage *stage, const struct piece *piece, const char *folder,
				 const char **out, struct bln_err *err)
{
	struct bln_text sql = { 0 };
	struct bln_slice kept;
	const char *target;
	enum bln_status status;

	BLN_TRY(bln_stage_target_make(stage, folder, &target, err));
	bln_text_add_format(&sql, "COPY (SELECT *%s FROM read_parquet(",
			    piece->condition ? " EXCLUDE (file_row_number)" : "");
	bln_text_add_quoted(&sql, '\'', piece->of->path, strlen(piece->of->path));
	bln_text_add_format(&sql, ", hive_partitioning = false, file_row_number = %s)",
			    piece->condition ? "true" : "false");
	if (piece->condition)
		bln_text_add_format(&sql, " WHERE %s", piece->condition);
	if (piece->sort)
		bln_text_add_format(&sql, " ORDER BY %s", piece->sort);
	bln_text_add(&sql, ") TO ");
	bln_text_add_quoted(&sql, '\'', target, strlen(target));
	bln_text_add_format(&sql, " (%s)", stage->rewrite);
	BLN_TRY(bln_text_keep(&sql, stage->arena, &kept, err));
	*out = kept.at;
done:
	bln_text_clean_up(&sql);
	return status;
}

/* Files of PIECES take the place of those from FIRST on, which go. */
static enum bln_status files_replace(struct bln_stage *stage, size_t first, const struct piece *pieces, size_t count,
				     struct bln_err *err)
{
	const char **sql = bln_arena_calloc(stage->arena, count + 1, sizeof(*sql));
	struct bln_rows **rows = bln_arena_calloc(stage->arena, count + 1, sizeof(struct bln_rows *));
	const size_t end = stage->count;
	const char *folder;
	enum bln_status status;

	if (!sql || !rows)
		return bln_err_memory(err);
	BLN_TRY(bln_stage_folder_make(stage, &folder, err));
	for (size_t i = 0; i < count; i++)
		BLN_TRY(piece_sql(stage, &pieces[i], folder, &sql[i], err));
	BLN_TRY(bln_engine_query_all(stage->engine, sql, count, rows, err));
	for (size_t i = 0; i < count; i++)
		BLN_TRY(bln_stage_files_read(stage, rows[i], pieces[i].of, err));
	BLN_TRY(bln_stage_files_move(stage, end, err));
	for (size_t i = first; i < end; i++)
		unlink(stage->items[i].path);
	stage->count -= end - first;
	memmove(&stage->items[first], &stage->items[end], (stage->count - first) * sizeof(*stage->items));
done:
	for (size_t i = 0; i < count; i++)
		bln_rows_destroy(rows[i]);
	return status;
}

/* COUNT pieces, of the files from FIRST on, which may move when others are added: the pieces are of copies. */
static struct piece *pieces_make(const struct bln_stage *stage, size_t first, size_t count)
{
	struct piece *pieces = bln_arena_calloc(stage->arena, count + 1, sizeof(*pieces));
	struct bln_staged *files = bln_arena_calloc(stage->arena, stage->count - first + 1, sizeof(*files));

	if (!pieces || !files)
		return NULL;
	memcpy(files, &stage->items[first], (stage->count - first) * sizeof(*files));
	for (size_t i = 0; i < count; i++)
		pieces[i].of = &files[i < stage->count - first ? i : 0];
	return pieces;
}

enum bln_status bln_stage_sort(struct bln_stage *stage, size_t first, struct bln_err *err)
{
	const size_t count = stage->count - first;
	struct piece *pieces;

	if (count == 0)
		return BLN_OK;
	pieces = pieces_make(stage, first, count);
	if (!pieces)
		return bln_err_memory(err);
	for (size_t i = 0; i < count; i++)
		pieces[i].sort = stage->sort;
	return files_replace(stage, first, pieces, count, err);
}

enum bln_status bln_stage_cut(struct bln_stage *stage, struct bln_err *err)
{
	const int64_t rows = stage->items[stage->count - 1].rows;
	const int64_t rows_max = stage->spec->rows_per_file_max;
	const size_t count = (size_t)((rows + rows_max - 1) / rows_max);
	struct piece *pieces = pieces_make(stage, stage->count - 1, count);

	for (size_t i = 0; pieces && i < count; i++) {
		const int64_t first = (int64_t)i * rows_max;

		pieces[i].of = pieces[0].of;
		pieces[i].condition = bln_arena_printf(stage->arena, "file_row_number BETWEEN %" PRId64 " AND %" PRId64,
						       first, first + rows_max - 1);
		if (!pieces[i].condition)
			pieces = NULL;
	}
	return pieces ? files_replace(stage, stage->count - 1, pieces, count, err) : bln_err_memory(err);
}
