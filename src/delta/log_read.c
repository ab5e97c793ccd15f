#include "delta/log_read.h"

#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "delta/segment.h" /* BLN_VERSION_LATEST */

/* What is in flight at once, so that memory is bounded: files, and bytes of them beyond the first. */
enum { THREADS = 8, WINDOW_FILES = 512, WINDOW_BYTES = 64 << 20, COMMIT_BYTES_MAX = 1 << 30 };

/* One file, fetched and parsed. */
struct slot {
	struct bln_arena arena;
	struct bln_action *actions;
	size_t count;
	size_t capacity;
};

struct reading {
	struct bln_store *store;
	const struct bln_log_file *files; /* the first of the window */
	const struct bln_log_file *info_from; /* of this file and those behind it commitInfo is wanted */
	struct slot slots[WINDOW_FILES];
};

static bool is_commit_info(struct bln_slice line)
{
	return bln_slice_starts(line, "{\"commitInfo\":");
}

static enum bln_status lines_parse(const struct bln_log_file *file, bool with_commit_info, const struct bln_text *bytes,
				   struct slot *slot, struct bln_err *err)
{
	struct bln_slice rest = { bytes->at, bytes->length };
	enum bln_status status = BLN_OK;

	for (int64_t number = 1; rest.at && rest.length; number++) {
		struct bln_slice line = bln_slice_cut(&rest, '\n');

		if (line.length > 0 && line.at[line.length - 1] == '\r')
			line.length--;
		if (line.length == 0 || (!with_commit_info && is_commit_info(line)))
			continue;
		if (!bln_mem_grow(&slot->actions, slot->count, &slot->capacity, sizeof(*slot->actions)))
			return bln_err_memory(err);
		status = bln_action_parse(line, file->key, &slot->arena, &slot->actions[slot->count], err);
		if (status != BLN_OK)
			return bln_err_where(err, status, "line %" PRId64, number);
		slot->count++;
	}
	return BLN_OK;
}

static enum bln_status file_read(void *context, size_t index, struct bln_err *err)
{
	struct reading *reading = context;
	const struct bln_log_file *file = &reading->files[index];
	struct bln_text bytes = { 0 };
	enum bln_status status;

	BLN_TRY(bln_store_get(reading->store, file->key, COMMIT_BYTES_MAX, &bytes, err));
	BLN_TRY(lines_parse(file, file >= reading->info_from, &bytes, &reading->slots[index], err));
done:
	bln_text_clean_up(&bytes);
	return status;
}

/* How many of the COUNT files from FILES on are read at once. */
static size_t window_size(const struct bln_log_file *files, size_t count)
{
	int64_t bytes = 0;
	size_t size = 0;

	while (size < count && size < WINDOW_FILES && bytes < WINDOW_BYTES)
		bytes += files[size++].size_bytes;
	return size;
}

static enum bln_status window_give(const struct reading *reading, size_t count, bln_log_entry_take *take, void *context,
				   struct bln_err *err)
{
	enum bln_status status = BLN_OK;

	for (size_t i = 0; i < count && status == BLN_OK; i++) {
		const struct bln_log_entry entry = {
			.file = &reading->files[i],
			.version = reading->files[i].name.version_to,
			.actions = reading->slots[i].actions,
			.action_count = reading->slots[i].count,
		};

		status = take(context, &entry, err);
	}
	return status;
}

static void window_clean_up(struct reading *reading, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bln_arena_clean_up(&reading->slots[i].arena);
		bln_mem_free(reading->slots[i].actions);
		reading->slots[i] = (struct slot){ 0 };
	}
}

enum bln_status bln_log_files_read(struct bln_store *store, const struct bln_log_file *files, size_t count,
				   bool is_replay, bln_log_entry_take *take, void *context, struct bln_err *err)
{
	struct reading *reading;
	enum bln_status status = BLN_OK;
	size_t size;

	if (count == 0)
		return BLN_OK;
	reading = bln_mem_calloc(1, sizeof(*reading));
	if (!reading)
		return bln_err_memory(err);
	reading->store = store;
	reading->info_from = is_replay ? files + count - 1 : files;
	for (size_t i = 0; i < count && status == BLN_OK; i += size) {
		size = window_size(files + i, count - i);
		reading->files = files + i;
		status = bln_parallel_run(size, THREADS, file_read, reading, err);
		if (status == BLN_OK)
			status = window_give(reading, size, take, context, err);
		window_clean_up(reading, size);
	}
	bln_mem_free(reading);
	return status;
}

/* Sets LIST to the last run of commits among FILES. Returns whether there is a gap before it. */
static bool last_run(const struct bln_log_files *files, struct bln_log_file *items, struct bln_commit_list *list)
{
	bool has_gap = false;
	size_t count = 0;

	list->newest = -1;
	for (size_t i = 0; i < files->count; i++) {
		const struct bln_log_name *name = &files->items[i].name;

		if (name->kind != BLN_LOG_COMPACTION)
			list->newest = name->version;
		if (name->kind != BLN_LOG_COMMIT)
			continue;
		if (count > 0 && items[count - 1].name.version + 1 != name->version) {
			has_gap = true; /* what is before it leads nowhere */
			count = 0;
		}
		items[count++] = files->items[i];
	}
	list->items = items;
	list->count = count;
	return has_gap;
}

/* The first version from which on all can be loaded: 0, or that of the first checkpoint that the commits follow. */
static int64_t loadable_first(const struct bln_log_files *files, const struct bln_commit_list *list)
{
	int64_t first = list->count ? list->items[0].name.version : list->newest;
	size_t begin;
	size_t count;

	if (list->count && first == 0)
		return 0;
	for (size_t i = 0; i < files->count; i++)
		if (files->items[i].name.version >= first - 1 && bln_log_checkpoint_at(files, i, &begin, &count))
			return files->items[i].name.version;
	return -1;
}

enum bln_status bln_commits_list(const struct bln_table *table, int64_t from, struct bln_arena *arena,
				 struct bln_commit_list *list, struct bln_err *err)
{
	struct bln_log_files files = { 0 };
	struct bln_log_file *items;
	enum bln_status status;
	bool has_gap = true;

	/* Twice, as a listing may see a commit and not the one before that was made while it went on. */
	for (int tries = 0; has_gap && tries < 2; tries++) {
		BLN_TRY(bln_log_list(table, from, arena, &files, err));
		items = bln_arena_alloc(arena, (files.count + 1) * sizeof(*items));
		if (!items) {
			status = bln_err_memory(err);
			goto done;
		}
		has_gap = last_run(&files, items, list);
	}
	list->loadable = loadable_first(&files, list);
	if (list->newest < 0)
		status = bln_err_set(err, BLN_NOT_FOUND, "%s: the log has nothing from version %" PRId64 " on",
				     bln_table_name(table), from);
done:
	bln_log_files_clean_up(&files);
	return status;
}

enum bln_status bln_commits_read(const struct bln_table *table, int64_t from, int64_t to, bln_log_entry_take *take,
				 void *context, int64_t *last, struct bln_err *err)
{
	struct bln_commit_list list = { 0 };
	struct bln_arena arena = { 0 };
	enum bln_status status;
	int64_t first;

	/* From the version before, so that having nothing new is told from having no history. */
	status = bln_commits_list(table, from > 0 ? from - 1 : 0, &arena, &list, err);
	if (status == BLN_NOT_FOUND)
		status = bln_err_set(err, BLN_INVALID, "%s has no version %" PRId64 " yet", bln_table_name(table),
				     from > 0 ? from - 1 : 0);
	if (status != BLN_OK)
		goto done;
	if (to == BLN_VERSION_LATEST)
		to = list.newest;
	if (from < 0 || to > list.newest || to < from - 1) {
		status =
			bln_err_set(err, BLN_INVALID, "%s: versions %" PRId64 " to %" PRId64 ": the latest is %" PRId64,
				    bln_table_name(table), from, to, list.newest);
		goto done;
	}
	first = list.count ? list.items[0].name.version : list.newest + 1;
	if (from <= to && (first > from || first + (int64_t)list.count <= to)) {
		status = bln_err_set(err, BLN_NOT_FOUND,
				     "%s: commits from version %" PRId64 " on were cleaned up: %" PRId64
				     " is the first that is left",
				     bln_table_name(table), from, first);
		goto done;
	}
	if (from <= to)
		BLN_TRY(bln_log_files_read(table->store, list.items + (from - first), (size_t)(to - from + 1), false,
					   take, context, err));
	if (last)
		*last = to;
done:
	bln_arena_clean_up(&arena);
	return status;
}
