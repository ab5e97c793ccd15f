/* Staging from its beginning to its end. Read stage_plan.c next, what a spec makes of a query; stage_copy.c, one COPY;
 * stage_rewrite.c, files written once more; stage_mend.c, what COPY leaves undone; stage_stats.c, what is said of each file;
 * stage_type.c, types. */
#include "engine/stage.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "engine/stage_private.h"

enum { FOLDERS_OPEN_MAX = 16, REMOVE_TRIES_MAX = 200, REMOVE_WAIT_US = 1000 };

static int one_remove(const char *path, const struct stat *info, int type, struct FTW *at)
{
	(void)info;
	(void)type;
	(void)at;
	remove(path); /* what cannot go stays: nothing better could be done about it */
	return 0;
}

static void folders_remove(struct bln_stage *stage)
{
	for (size_t i = 0; i < stage->folder_count; i++) {
		/* Where a COPY was stopped, a thread of DuckDB's may still be about to make its file: then once more. */
		for (int tries = 0; tries < REMOVE_TRIES_MAX; tries++) {
			nftw(stage->folders[i], one_remove, FOLDERS_OPEN_MAX, FTW_DEPTH | FTW_PHYS);
			if (access(stage->folders[i], F_OK) != 0)
				break;
			bln_clock_sleep_us(bln_clock_system(), REMOVE_WAIT_US);
		}
	}
	bln_mem_free(stage->folders);
}

static void files_remove(struct bln_stage *stage)
{
	for (size_t i = 0; i < stage->count; i++)
		unlink(stage->items[i].path);
}

/* Lets the disk begin with them, while the next are made: whoever makes them durable will wait less. Only a hint. */
static void files_flush(const struct bln_stage *stage)
{
	for (size_t i = 0; i < stage->count; i++) {
		int fd = open(stage->items[i].path, O_RDONLY | O_CLOEXEC);

		if (fd < 0)
			continue;
		(void)!sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
		close(fd);
	}
}

static enum bln_status list_make(struct bln_stage *stage, struct bln_staged_list *out, struct bln_err *err)
{
	struct bln_staged *items = bln_arena_calloc(stage->arena, stage->count + 1, sizeof(*items));

	if (!items)
		return bln_err_memory(err);
	if (stage->count > 0) {
		memcpy(items, stage->items, stage->count * sizeof(*items));
		qsort(items, stage->count, sizeof(*items), bln_staged_compare);
	}
	*out = (struct bln_staged_list){
		.items = items, .count = stage->count, .mended = stage->mended, .may_repeat = stage->may_repeat
	};
	for (size_t i = 0; i < out->count; i++) {
		out->rows += items[i].rows;
		out->size_bytes += items[i].size_bytes;
	}
	return BLN_OK;
}

static enum bln_status input_make(struct bln_engine *engine, const char *sql, struct bln_err *err)
{
	struct bln_text text = { 0 };
	enum bln_status status;

	bln_text_add(&text, "CREATE OR REPLACE TEMP VIEW " BLN_STAGE_INPUT " AS ");
	bln_text_add(&text, sql);
	BLN_TRY(bln_text_check(&text, err));
	BLN_TRY(bln_engine_exec(engine, text.at, err));
done:
	bln_text_clean_up(&text);
	return status;
}

enum bln_status bln_stage(struct bln_engine *engine, const char *sql, const struct bln_stage_spec *spec,
			  struct bln_arena *arena, struct bln_staged_list *out, struct bln_err *err)
{
	struct bln_stage stage = { .engine = engine, .spec = spec, .arena = arena };
	struct bln_stage_columns columns;
	bool is_set = false;
	enum bln_status status;

	*out = (struct bln_staged_list){ 0 };
	BLN_TRY(bln_stage_columns_load(engine, sql, arena, &columns, err));
	BLN_TRY(input_make(engine, sql, err));
	BLN_TRY(bln_stage_nulls_mark(&stage, &columns, err));
	BLN_TRY(bln_stage_plan(&stage, &columns, err));
	/* Files are written by all threads at once; what a sort says stays in force. By default a folder's files are closed
	 * and begun again when a hundred are open. */
	BLN_TRY(bln_engine_exec(engine,
				"SET preserve_insertion_order = false; SET partitioned_write_max_open_files = 500",
				err));
	is_set = true;
	BLN_TRY(bln_stage_copy(&stage, err));
	BLN_TRY(bln_stage_mend(&stage, err));
	files_flush(&stage);
	BLN_TRY(list_make(&stage, out, err));
done:
	if (status != BLN_OK)
		files_remove(&stage);
	folders_remove(&stage);
	bln_mem_free(stage.items);
	if (is_set &&
	    bln_engine_exec(engine, "RESET preserve_insertion_order; RESET partitioned_write_max_open_files", NULL) !=
		    BLN_OK &&
	    status == BLN_OK)
		status = bln_err_set(err, BLN_BUG, "DuckDB's settings cannot be put back");
	return status;
}
