/* What of a table is new since a version: the files whose rows were added after it.
 *
 * Files that only move rows (dataChange is false) bring none, and the files whose rows they took are still there to be read. But
 * when a data change removes such a file, what it held of new rows is known no more: they may be gone, or come again in another
 * file. Then the other files of the same move stand for what was moved, with the old rows in them: rows of a rewritten file come
 * again in any case (docs/SQL.md). */
#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/map.h"
#include "base/mem.h"
#include "delta/log_read.h"
#include "job/sql.h"

/* A file that has new rows, or has them from files that were moved. */
struct change {
	struct bln_add *add;
	size_t move; /* the move it was part of, on either side; 0: none */
	bool is_there; /* in the table, as far as the log was read */
	bool is_new; /* its rows are what is new */
};

struct changes {
	struct bln_arena *arena;
	struct bln_map by_key; /* path and vector → index of ITEMS, the newest */
	struct change *items;
	size_t count;
	size_t capacity;
	size_t moves;
};

static struct bln_slice slice_copy(struct bln_arena *arena, struct bln_slice slice, bool *has_failed)
{
	if (!slice.at)
		return slice;
	slice.at = bln_arena_strndup(arena, slice.at, slice.length);
	*has_failed = *has_failed || !slice.at;
	return slice;
}

static struct bln_add *add_copy(struct bln_arena *arena, const struct bln_add *add)
{
	struct bln_add *copy = bln_arena_alloc(arena, sizeof(*copy));
	struct bln_pair *pairs = bln_arena_calloc(arena, add->partition.count + 1, sizeof(*pairs));
	bool has_failed = !copy || !pairs;

	if (has_failed)
		return NULL;
	*copy = *add;
	copy->path = slice_copy(arena, add->path, &has_failed);
	copy->stats = slice_copy(arena, add->stats, &has_failed);
	copy->dv.path_or_inline = slice_copy(arena, add->dv.path_or_inline, &has_failed);
	for (size_t i = 0; i < add->partition.count; i++) {
		pairs[i] = add->partition.items[i];
		pairs[i].key = slice_copy(arena, pairs[i].key, &has_failed);
		pairs[i].value = slice_copy(arena, pairs[i].value, &has_failed);
	}
	copy->partition.items = pairs;
	copy->tags = (struct bln_pairs){ 0 };
	return has_failed ? NULL : copy;
}

static enum bln_status change_add(struct changes *changes, const struct bln_add *add, size_t move, struct bln_err *err)
{
	struct bln_add *copy = add_copy(changes->arena, add);
	struct bln_map_entry *entry;
	struct bln_slice key;
	enum bln_status status;

	if (!copy || !bln_mem_grow(&changes->items, changes->count, &changes->capacity, sizeof(*changes->items)))
		return bln_err_memory(err);
	BLN_TRY(bln_file_key(copy->path, &copy->dv, changes->arena, &key, err));
	entry = bln_map_insert(&changes->by_key, key.at, key.length, NULL);
	if (!entry)
		return bln_err_memory(err);
	entry->number = changes->count;
	changes->items[changes->count++] =
		(struct change){ .add = copy, .move = move, .is_there = true, .is_new = move == 0 };
done:
	return status;
}

/* *CHANGE is NULL where the file has nothing new. */
static enum bln_status change_find(struct changes *changes, const struct bln_remove *remove, struct change **change,
				   struct bln_err *err)
{
	const struct bln_map_entry *entry;
	struct bln_slice key;
	enum bln_status status;

	*change = NULL;
	BLN_TRY(bln_file_key(remove->path, &remove->dv, changes->arena, &key, err));
	entry = bln_map_find(&changes->by_key, key.at, key.length);
	if (entry && changes->items[entry->number].is_there)
		*change = &changes->items[entry->number];
done:
	return status;
}

/* Rows of CHANGE's file were changed: it brings nothing any more, nor do those that it was made from. */
static void change_end(struct changes *changes, struct change *change)
{
	size_t move = change->move;

	change->is_there = false;
	change->is_new = false;
	for (size_t i = 0; move && i < changes->count; i++)
		if (changes->items[i].move == move) {
			changes->items[i].is_new = changes->items[i].is_there;
			changes->items[i].move = 0;
		}
}

/* CHANGE's file is gone, its rows are in the files of the move MOVE. */
static void change_move(struct changes *changes, struct change *change, size_t move)
{
	size_t before = change->move;

	change->is_there = false;
	change->move = move;
	for (size_t i = 0; before && i < changes->count; i++)
		if (changes->items[i].move == before)
			changes->items[i].move = move;
}

static enum bln_status entry_take(void *context, const struct bln_log_entry *entry, struct bln_err *err)
{
	struct changes *changes = context;
	size_t move = changes->moves + 1;
	enum bln_status status = BLN_OK;
	struct change *change;

	for (size_t i = 0; i < entry->action_count; i++) {
		const struct bln_remove *remove = &entry->actions[i].remove;

		if (entry->actions[i].kind != BLN_ACTION_REMOVE)
			continue;
		BLN_TRY(change_find(changes, remove, &change, err));
		if (change && remove->is_data_change) {
			change_end(changes, change);
		} else if (change) {
			change_move(changes, change, move);
			changes->moves = move;
		}
	}
	for (size_t i = 0; i < entry->action_count; i++) {
		const struct bln_add *add = &entry->actions[i].add;

		if (entry->actions[i].kind != BLN_ACTION_ADD)
			continue;
		if (add->is_data_change)
			BLN_TRY(change_add(changes, add, 0, err));
		else if (changes->moves == move)
			BLN_TRY(change_add(changes, add, move, err));
	}
done:
	return status;
}

static int64_t rows_of(const struct bln_add *add)
{
	json_t *json = NULL;
	int64_t rows = 0;

	if (!add->stats.length || bln_json_parse(add->stats.at, add->stats.length, "stats", &json, NULL) != BLN_OK)
		return 0;
	(void)!bln_json_get_int(json, "numRecords", &rows, NULL);
	json_decref(json);
	return rows;
}

/* Reads the commits behind the marker. */
static enum bln_status commits_take(struct changes *changes, const struct sql_input *input, struct bln_err *err)
{
	const struct bln_snapshot *snapshot = input->snapshot;
	enum bln_status status;
	int64_t last;

	if (input->marker > snapshot->version)
		return bln_err_set(err, BLN_NOT_FOUND,
				   "%s is at version %" PRId64 ", but this job has read version %" PRId64
				   ": the table was replaced; run the job with --full",
				   input->name, snapshot->version, input->marker);
	status = bln_commits_read(&snapshot->table, input->marker + 1, snapshot->version, entry_take, changes, &last,
				  err);
	if (status == BLN_NOT_FOUND)
		return bln_err_set(err, BLN_NOT_FOUND,
				   "%s: the history behind version %" PRId64
				   ", which this job has read, is gone; run the job with --full",
				   input->name, input->marker);
	return status;
}

enum bln_status sql_changes_find(struct sql_job *sql, struct sql_input *input, struct bln_err *err)
{
	struct changes changes = { .arena = sql->arena };
	struct bln_snapshot *found = &input->changes;
	struct bln_add *files;
	enum bln_status status = BLN_OK;

	*found = *input->snapshot; /* all files, where nothing was consumed yet */
	if (input->marker >= 0) {
		BLN_TRY(commits_take(&changes, input, err));
		files = bln_arena_calloc(sql->arena, changes.count + 1, sizeof(*files));
		if (!files) {
			status = bln_err_memory(err);
			goto done;
		}
		found->files = files;
		found->file_count = 0;
		for (size_t i = 0; i < changes.count; i++)
			if (changes.items[i].is_new)
				files[found->file_count++] = *changes.items[i].add;
	}
	for (size_t i = 0; i < found->file_count; i++)
		input->change_rows += rows_of(&found->files[i]);
done:
	bln_map_clean_up(&changes.by_key);
	bln_mem_free(changes.items);
	return status;
}
