/* What of a table is new since a version: the rows it has now and had not then.
 *
 * A file that was added and removed nothing is new as a whole. Where a commit changed rows by writing files in place of others,
 * the new rows are those of its files that are not in the files they replaced, however many commits did so one after another:
 * such files make a set, and so do those of commits that only move rows (dataChange is false). A set in which no row was
 * changed gives what was added to it, read where it was before it was moved: nothing needs to be compared.
 *
 * Rows in different partitions are different: what a commit did is told apart by partition, so that what it merely added to
 * one needs no comparing because it rewrote another. */
#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/map.h"
#include "base/mem.h"
#include "delta/log_read.h"
#include "delta/path.h"
#include "job/sql/sql.h"

/* A file that a commit behind the marker names. */
struct change {
	struct bln_add *add;
	struct bln_slice key;
	size_t parent; /* of its set (union-find); itself: it stands for the set */
	bool was_there; /* at the marker */
	bool is_there; /* as far as the log was read */
	bool is_added; /* by a commit that changed rows */
	bool is_vague; /* the removal did not say in which partition it lay */
	bool has_rewrite; /* who stands for a set: rows of it were removed */
};

struct changes {
	struct bln_arena *arena;
	const struct sql_input *input;
	const struct bln_parquet *parquet;
	struct bln_map by_key; /* path and vector → index of ITEMS */
	struct change *items;
	size_t count;
	size_t capacity;
	struct bln_snapshot *before; /* the table at the marker, where it had to be asked */
	struct bln_map before_by_key;
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

/* The item of the file PATH with DV, made where there is none. */
static enum bln_status change_get(struct changes *changes, const struct bln_add *add, size_t *index, bool *is_new,
				  struct bln_err *err)
{
	struct bln_map_entry *entry;
	struct bln_slice key;
	enum bln_status status;

	BLN_TRY(bln_file_key(add->path, &add->dv, changes->arena, &key, err));
	entry = bln_map_find(&changes->by_key, key.at, key.length);
	*is_new = !entry;
	if (entry) {
		*index = entry->number;
		goto done;
	}
	if (!bln_mem_grow(&changes->items, changes->count, &changes->capacity, sizeof(*changes->items)))
		return bln_err_memory(err);
	*index = changes->count;
	changes->items[*index] = (struct change){ .parent = *index };
	changes->items[*index].add = add_copy(changes->arena, add);
	if (changes->items[*index].add) /* the key names texts of the log */
		BLN_TRY(bln_file_key(changes->items[*index].add->path, &changes->items[*index].add->dv, changes->arena,
				     &key, err));
	changes->items[*index].key = key;
	entry = changes->items[*index].add ? bln_map_insert(&changes->by_key, key.at, key.length, NULL) : NULL;
	if (!entry)
		return bln_err_memory(err);
	entry->number = *index;
	changes->count++;
done:
	return status;
}

static size_t set_of(struct changes *changes, size_t index)
{
	struct change *items = changes->items;

	while (items[index].parent != index) {
		items[index].parent = items[items[index].parent].parent;
		index = items[index].parent;
	}
	return index;
}

static void sets_join(struct changes *changes, size_t a, size_t b)
{
	a = set_of(changes, a);
	b = set_of(changes, b);
	changes->items[b].has_rewrite = changes->items[b].has_rewrite || changes->items[a].has_rewrite;
	changes->items[a].parent = b;
}

static enum bln_status remove_take(struct changes *changes, const struct bln_remove *remove, size_t *index,
				   struct bln_err *err)
{
	const struct bln_add add = { .path = remove->path,
				     .partition = remove->partition,
				     .size_bytes = remove->size_bytes,
				     .stats = remove->stats,
				     .dv = remove->dv };
	size_t columns = changes->input->snapshot->metadata.partition_columns.count;
	struct change *change;
	enum bln_status status;
	bool is_new;

	BLN_TRY(change_get(changes, &add, index, &is_new, err));
	change = &changes->items[*index];
	if (is_new) {
		change->was_there = true;
		change->is_vague = !remove->has_extended || remove->partition.count != columns;
	}
	change->is_there = false;
	if (remove->is_data_change)
		changes->items[set_of(changes, *index)].has_rewrite = true;
done:
	return status;
}

/* IS_REPEATED: no row is changed, and no file gave way to this one: it was there, and is told once more for its statistics. */
static enum bln_status add_take(struct changes *changes, const struct bln_add *add, bool is_repeated, size_t *index,
				struct bln_err *err)
{
	struct change *change;
	enum bln_status status;
	bool is_new;

	BLN_TRY(change_get(changes, add, index, &is_new, err));
	change = &changes->items[*index];
	change->was_there = change->was_there || (is_new && is_repeated);
	change->is_added = change->is_added || add->is_data_change;
	change->is_there = true;
done:
	return status;
}

/* "d" or "m", and the partition's values: files of a commit for which this is the same make a set. */
static void set_name(const struct change *change, bool is_data_change, bool by_partition, struct bln_text *name)
{
	bln_text_clear(name);
	bln_text_add(name, is_data_change ? "d" : "m");
	for (size_t i = 0; by_partition && i < change->add->partition.count; i++) {
		const struct bln_pair *pair = &change->add->partition.items[i];

		bln_text_add_format(name, "%zu:", pair->key.length);
		bln_text_add_bytes(name, pair->key.at, pair->key.length);
		bln_text_add_format(name, "%zu%c", pair->value.length, pair->value.at ? '=' : '-');
		if (pair->value.at)
			bln_text_add_bytes(name, pair->value.at, pair->value.length);
	}
}

/* Puts the file INDEX into its set of this commit. */
static enum bln_status set_enter(struct changes *changes, struct bln_map *sets, size_t index, bool is_data_change,
				 bool by_partition, struct bln_text *name, struct bln_err *err)
{
	struct bln_map_entry *entry;
	enum bln_status status;
	const char *key;
	bool is_new;

	set_name(&changes->items[index], is_data_change, by_partition, name);
	BLN_TRY(bln_text_check(name, err));
	key = bln_arena_strndup(changes->arena, name->at, name->length);
	entry = key ? bln_map_insert(sets, key, name->length, &is_new) : NULL;
	if (!entry)
		return bln_err_memory(err);
	if (is_new)
		entry->number = index;
	else
		sets_join(changes, index, entry->number);
done:
	return status;
}

static enum bln_status entry_take(void *context, const struct bln_log_entry *entry, struct bln_err *err)
{
	struct changes *changes = context;
	size_t *indexes = bln_mem_calloc(entry->action_count + 1, sizeof(*indexes));
	struct bln_map sets = { 0 };
	struct bln_text name = { 0 };
	enum bln_status status = BLN_OK;
	bool has_removes[2] = { false, false }; /* of moves, of changes */
	bool by_partition = true;

	if (!indexes)
		return bln_err_memory(err);
	/* A file may come back under the name it had: what is removed goes first, wherever it stands. */
	for (size_t i = 0; i < entry->action_count; i++) {
		if (entry->actions[i].kind != BLN_ACTION_REMOVE)
			continue;
		BLN_TRY(remove_take(changes, &entry->actions[i].remove, &indexes[i], err));
		has_removes[entry->actions[i].remove.is_data_change] = true;
		by_partition = by_partition && !changes->items[indexes[i]].is_vague;
	}
	for (size_t i = 0; i < entry->action_count; i++) {
		const struct bln_add *add = &entry->actions[i].add;

		if (entry->actions[i].kind == BLN_ACTION_ADD)
			BLN_TRY(add_take(changes, add, !add->is_data_change && !has_removes[false], &indexes[i], err));
	}
	for (size_t i = 0; i < entry->action_count; i++) {
		const struct bln_action *action = &entry->actions[i];
		bool is_data_change;

		if (action->kind == BLN_ACTION_REMOVE)
			is_data_change = action->remove.is_data_change;
		else if (action->kind == BLN_ACTION_ADD)
			is_data_change = action->add.is_data_change;
		else
			continue;
		if (has_removes[is_data_change])
			BLN_TRY(set_enter(changes, &sets, indexes[i], is_data_change, by_partition, &name, err));
	}
done:
	bln_map_clean_up(&sets);
	bln_text_clean_up(&name);
	bln_mem_free(indexes);
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

static enum bln_status history_gone(const struct sql_input *input, struct bln_err *err)
{
	return bln_err_set(err, BLN_NOT_FOUND,
			   "%s: the history behind version %" PRId64
			   ", which this job has read, is gone; run the job with --full",
			   input->name, input->marker);
}

/* Reads the commits behind the marker. */
static enum bln_status commits_take(struct changes *changes, struct bln_err *err)
{
	const struct sql_input *input = changes->input;
	const struct bln_snapshot *snapshot = input->snapshot;
	enum bln_status status;
	int64_t last;

	if (input->is_other)
		return bln_err_set(
			err, BLN_NOT_FOUND,
			"%s is not the table that this job has read up to version %" PRId64
			": it was removed%s; run the job with --full, which makes everything from what is there now",
			input->name, input->marker, snapshot->version < 0 ? "" : ", and one made in its place");
	if (input->marker > snapshot->version)
		return bln_err_set(err, BLN_NOT_FOUND,
				   "%s is at version %" PRId64 ", but this job has read version %" PRId64
				   ": the table was replaced; run the job with --full",
				   input->name, snapshot->version, input->marker);
	status = bln_commits_read(&snapshot->table, input->marker + 1, snapshot->version, entry_take, changes, &last,
				  err);
	return status == BLN_NOT_FOUND ? history_gone(input, err) : status;
}

static enum bln_status before_load(struct changes *changes, struct bln_err *err)
{
	const struct sql_input *input = changes->input;
	enum bln_status status =
		bln_snapshot_load(&input->snapshot->table, input->marker, changes->parquet, &changes->before, err);
	struct bln_slice key;

	if (status == BLN_NOT_FOUND)
		return history_gone(input, err);
	for (size_t i = 0; status == BLN_OK && i < changes->before->file_count; i++) {
		const struct bln_add *add = &changes->before->files[i];

		BLN_TRY(bln_file_key(add->path, &add->dv, changes->arena, &key, err));
		if (!bln_map_put(&changes->before_by_key, key.at, key.length, (void *)add))
			return bln_err_memory(err);
	}
done:
	return status;
}

/* What a removal did not say of its file, the table at the marker does. */
static enum bln_status change_clear_up(struct changes *changes, struct change *change, struct bln_err *err)
{
	const struct sql_input *input = changes->input;
	enum bln_status status = BLN_OK;
	const struct bln_add *add;

	if (!change->is_vague)
		return BLN_OK;
	if (!changes->before)
		BLN_TRY(before_load(changes, err));
	add = bln_map_get(&changes->before_by_key, change->key.at, change->key.length);
	if (!add)
		return bln_err_set(err, BLN_CORRUPT,
				   "%s: a commit behind version %" PRId64 " removes %.*s, which was not there",
				   input->name, input->marker, (int)change->add->path.length, change->add->path.at);
	change->add = add_copy(changes->arena, add);
	if (!change->add)
		status = bln_err_memory(err);
done:
	return status;
}

struct file_list {
	struct bln_add *files;
	size_t count;
};

/* Sorts the files of all sets. */
static enum bln_status files_sort(struct changes *changes, struct file_list *plain, struct file_list *written,
				  struct file_list *replaced, struct bln_err *err)
{
	enum { HAS_BEFORE = 1, HAS_AFTER = 2 };
	unsigned char *sets = bln_arena_calloc(changes->arena, changes->count + 1, 1);
	enum bln_status status = BLN_OK;

	if (!sets)
		return bln_err_memory(err);
	for (size_t i = 0; i < changes->count; i++) {
		const struct change *change = &changes->items[i];

		if (change->was_there != change->is_there)
			sets[set_of(changes, i)] |= change->is_there ? HAS_AFTER : HAS_BEFORE;
	}
	for (size_t i = 0; i < changes->count; i++) {
		struct change *change = &changes->items[i];
		size_t set = set_of(changes, i);

		if (!changes->items[set].has_rewrite) {
			if (change->is_added && !change->was_there)
				plain->files[plain->count++] = *change->add;
		} else if (change->is_there && !change->was_there) {
			if (sets[set] & HAS_BEFORE)
				written->files[written->count++] = *change->add;
			else
				plain->files[plain->count++] = *change->add;
		} else if (change->was_there && !change->is_there && (sets[set] & HAS_AFTER)) {
			BLN_TRY(change_clear_up(changes, change, err));
			replaced->files[replaced->count++] = *change->add;
		}
	}
done:
	return status;
}

enum bln_status sql_changes_find(struct sql_job *sql, struct sql_input *input, struct bln_err *err)
{
	struct changes changes = { .arena = sql->arena, .input = input, .parquet = sql->context->lake->parquet };
	struct bln_snapshot *const parts[] = { &input->changes, &input->written, &input->replaced };
	struct file_list lists[3] = { 0 };
	enum bln_status status = BLN_OK;

	for (size_t i = 0; i < 3; i++) {
		*parts[i] = *input->snapshot;
		if (i)
			parts[i]->file_count = 0;
	}
	if (input->marker >= 0) { /* else all files: nothing was consumed yet */
		BLN_TRY(commits_take(&changes, err));
		for (size_t i = 0; i < 3; i++) {
			lists[i].files = bln_arena_calloc(sql->arena, changes.count + 1, sizeof(*lists[i].files));
			if (!lists[i].files) {
				status = bln_err_memory(err);
				goto done;
			}
		}
		BLN_TRY(files_sort(&changes, &lists[0], &lists[1], &lists[2], err));
		for (size_t i = 0; i < 3; i++) {
			parts[i]->files = lists[i].files;
			parts[i]->file_count = lists[i].count;
		}
	}
	for (size_t i = 0; i < 2; i++)
		for (size_t j = 0; j < parts[i]->file_count; j++)
			input->change_rows += rows_of(&parts[i]->files[j]);
done:
	bln_snapshot_destroy(changes.before);
	bln_map_clean_up(&changes.by_key);
	bln_map_clean_up(&changes.before_by_key);
	bln_mem_free(changes.items);
	return status;
}

static enum bln_status file_check(const struct sql_job *sql, const struct sql_input *input, const struct bln_add *file,
				  struct bln_err *err)
{
	const struct bln_table *table = &input->snapshot->table;
	struct bln_location location;
	struct bln_object_head head;

	if (bln_table_resolve_path(table, file->path, sql->arena, &location, NULL) != BLN_OK || !location.key ||
	    bln_store_head(table->store, location.key, &head, NULL) != BLN_NOT_FOUND)
		return BLN_OK;
	return bln_err_set(
		err, BLN_NOT_FOUND,
		"%s: the file %.*s is gone, which was replaced since this job last ran: what is new in its place "
		"cannot be told; run the job with --full",
		input->name, (int)file->path.length, file->path.at);
}

enum bln_status sql_replaced_check(const struct sql_job *sql, struct bln_err *err)
{
	enum bln_status status = BLN_OK;

	for (size_t i = 0; i < sql->input_count && status == BLN_OK; i++)
		for (size_t j = 0; j < sql->inputs[i].replaced.file_count && status == BLN_OK; j++)
			status = file_check(sql, &sql->inputs[i], &sql->inputs[i].replaced.files[j], err);
	return status;
}
