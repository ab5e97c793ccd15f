/* What COPY leaves undone where it tells partitions apart: files may grow beyond their limit, and where the ranges of two
 * threads meet within a file, they may lie in either order. The files in question are written once more: of 24 million
 * candles in 660 files, 70 had such a seam, found in 1 % of the time that the writing took.
 *
 * Whoever looks at rows that should be in order sees also where two are equal. */
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "engine/stage_private.h"

enum { FILES_AT_ONCE = 1000 };

/* Appends a query with a row for each of the COUNT files from FIRST on in which something is amiss: its name, whether a row sorts
 * before the one above it, and whether one is equal to it. */
static void seams_query(const struct bln_stage *stage, size_t first, size_t count, struct bln_text *sql)
{
	bln_text_add_format(sql,
			    "SELECT name, bool_or(this < above), bool_or(this IS NOT DISTINCT FROM above) "
			    "FROM (SELECT filename AS name, file_row_number AS r, row(%s) AS this, "
			    "lag(row(%s)) OVER () AS above FROM read_parquet([",
			    stage->sort, stage->sort);
	for (size_t i = 0; i < count; i++) {
		const char *path = stage->items[first + i].path;

		bln_text_add(sql, i ? ", " : "");
		bln_text_add_quoted(sql, '\'', path, strlen(path));
	}
	bln_text_add_format(
		sql,
		"], hive_partitioning = false, filename = true, file_row_number = true)) WHERE r > 0 AND this %s above "
		"GROUP BY name",
		stage->spec->is_unique ? "<=" : "<");
}

static void files_swap(struct bln_stage *stage, size_t i, size_t j)
{
	const struct bln_staged file = stage->items[i];

	stage->items[i] = stage->items[j];
	stage->items[j] = file;
}

/* Adds the files of which ROWS tell a seam to SEAMS, by path. */
static enum bln_status seams_read(struct bln_stage *stage, struct bln_rows *rows, struct bln_map *seams,
				  struct bln_err *err)
{
	enum bln_status status;
	size_t count;

	do {
		BLN_TRY(bln_rows_next(rows, &count, err));
		for (size_t row = 0; row < count; row++) {
			struct bln_slice path = bln_rows_text(rows, 0, row);
			char *copy = bln_arena_strndup(stage->arena, path.at, path.length);

			stage->may_repeat = stage->may_repeat || bln_rows_bool(rows, 2, row);
			if (!copy || (bln_rows_bool(rows, 1, row) && !bln_map_insert(seams, copy, path.length, NULL)))
				return bln_err_memory(err);
		}
	} while (count > 0);
done:
	return status;
}

/* Adds those of the files from FIRST on that have seams to SEAMS. Each query is for one thread, as it sees rows in their order:
 * there are several. */
static enum bln_status seams_find(struct bln_stage *stage, size_t first, struct bln_map *seams, struct bln_err *err)
{
	const size_t files = stage->count - first;
	const size_t threads = (size_t)stage->engine->threads;
	const size_t share = files / threads + 1 < FILES_AT_ONCE ? files / threads + 1 : FILES_AT_ONCE;
	const size_t count = (files + share - 1) / share;
	struct bln_text *sql = bln_arena_calloc(stage->arena, count + 1, sizeof(*sql));
	const char **texts = bln_arena_calloc(stage->arena, count + 1, sizeof(*texts));
	struct bln_rows **rows = bln_arena_calloc(stage->arena, count + 1, sizeof(struct bln_rows *));
	enum bln_status status = BLN_OK;

	if (!sql || !texts || !rows)
		return bln_err_memory(err);
	for (size_t i = 0; i < count; i++) {
		seams_query(stage, first + i * share, i + 1 < count ? share : files - i * share, &sql[i]);
		BLN_TRY(bln_text_check(&sql[i], err));
		texts[i] = sql[i].at;
	}
	BLN_TRY(bln_engine_query_all(stage->engine, texts, count, rows, err));
	for (size_t i = 0; i < count; i++)
		BLN_TRY(seams_read(stage, rows[i], seams, err));
done:
	for (size_t i = 0; i < count; i++) {
		bln_rows_destroy(rows[i]);
		bln_text_clean_up(&sql[i]);
	}
	return status;
}

/* Puts those of the files from *FIRST on that have seams behind all others, and *FIRST on the first of them. */
static enum bln_status seams_gather(struct bln_stage *stage, size_t *first, struct bln_err *err)
{
	struct bln_map seams = { 0 };
	size_t whole = stage->count;
	enum bln_status status;

	BLN_TRY(seams_find(stage, *first, &seams, err));
	for (size_t i = stage->count; i-- > *first;)
		if (bln_map_find(&seams, stage->items[i].path, strlen(stage->items[i].path)))
			files_swap(stage, i, --whole);
	*first = whole;
done:
	bln_map_clean_up(&seams);
	return status;
}

static enum bln_status seams_mend(struct bln_stage *stage, struct bln_err *err)
{
	size_t first = 0;
	enum bln_status status;

	BLN_TRY(seams_gather(stage, &first, err));
	stage->mended = stage->count - first;
	BLN_TRY(bln_stage_sort(stage, first, err));
	if (stage->spec->is_unique && first < stage->count) /* now that they are in order: equal rows side by side */
		BLN_TRY(seams_gather(stage, &first, err));
done:
	return status;
}

static int pairs_compare(struct bln_pairs a, struct bln_pairs b)
{
	for (size_t i = 0; i < a.count && i < b.count; i++) {
		struct bln_slice x = a.items[i].value, y = b.items[i].value;
		size_t length = x.length < y.length ? x.length : y.length;
		int order = length ? memcmp(x.at, y.at, length) : 0;

		if (a.items[i].is_null != b.items[i].is_null)
			return a.items[i].is_null ? -1 : 1;
		if (order != 0 || x.length != y.length)
			return order != 0 ? order : x.length < y.length ? -1 : 1;
	}
	return 0;
}

int bln_staged_compare(const void *a, const void *b)
{
	const struct bln_staged *x = a, *y = b;
	int order = pairs_compare(x->partition, y->partition);

	return order ? order : pairs_compare(x->split, y->split);
}

/* Rows of two files are not compared: with the same partition and split values they may repeat. Without columns to sort by
 * those of one file do. */
static void repeats_suspect(struct bln_stage *stage)
{
	qsort(stage->items, stage->count, sizeof(*stage->items), bln_staged_compare);
	for (size_t i = 0; i < stage->count; i++)
		stage->may_repeat = stage->may_repeat || (!stage->sort[0] && stage->items[i].rows > 1) ||
				    (i && bln_staged_compare(&stage->items[i - 1], &stage->items[i]) == 0);
}

enum bln_status bln_stage_mend(struct bln_stage *stage, struct bln_err *err)
{
	const struct bln_stage_spec *spec = stage->spec;
	bool has_limit = spec->rows_per_file_max > 0 && (stage->has_keys || !stage->has_several);
	bool may_have_seams = (stage->has_keys || spec->is_unique) && stage->sort[0];
	enum bln_status status = BLN_OK;

	BLN_TRY(bln_engine_exec(stage->engine, "SET preserve_insertion_order = true", err));
	if (may_have_seams)
		BLN_TRY(seams_mend(stage, err));
	if (spec->is_unique && stage->count)
		repeats_suspect(stage);
	for (size_t i = stage->count; has_limit && i-- > 0;)
		if (stage->items[i].rows > spec->rows_per_file_max + stage->rows_per_group) {
			files_swap(stage, i, stage->count - 1);
			BLN_TRY(bln_stage_cut(stage, err));
		}
done:
	return status;
}
