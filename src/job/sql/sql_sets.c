#include "job/sql/sql_sets.h"

#include "base/mem.h"
#include "delta/snapshot.h"

static struct bln_slice slice_copy(struct bln_arena *arena, struct bln_slice slice, bool *has_failed)
{
	if (!slice.at)
		return slice;
	slice.at = bln_arena_strndup(arena, slice.at, slice.length);
	*has_failed = *has_failed || !slice.at;
	return slice;
}

struct bln_add *sql_add_copy(struct bln_arena *arena, const struct bln_add *add)
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
static enum bln_status change_get(struct sql_sets *all, const struct bln_add *add, size_t *index, bool *is_new,
				  struct bln_err *err)
{
	struct bln_map_entry *entry;
	struct bln_slice key;
	enum bln_status status;

	BLN_TRY(bln_file_key(add->path, &add->dv, all->arena, &key, err));
	entry = bln_map_find(&all->by_key, key.at, key.length);
	*is_new = !entry;
	if (entry) {
		*index = entry->number;
		goto done;
	}
	if (!bln_mem_grow(&all->items, all->count, &all->capacity, sizeof(*all->items)))
		return bln_err_memory(err);
	*index = all->count;
	all->items[*index] = (struct sql_change){ .parent = *index };
	all->items[*index].add = sql_add_copy(all->arena, add);
	if (all->items[*index].add) /* the key names texts of the log */
		BLN_TRY(bln_file_key(all->items[*index].add->path, &all->items[*index].add->dv, all->arena, &key, err));
	all->items[*index].key = key;
	entry = all->items[*index].add ? bln_map_insert(&all->by_key, key.at, key.length, NULL) : NULL;
	if (!entry)
		return bln_err_memory(err);
	entry->number = *index;
	all->count++;
done:
	return status;
}

size_t sql_set_of(struct sql_sets *sets, size_t index)
{
	struct sql_change *items = sets->items;

	while (items[index].parent != index) {
		items[index].parent = items[items[index].parent].parent;
		index = items[index].parent;
	}
	return index;
}

static void sets_join(struct sql_sets *all, size_t a, size_t b)
{
	a = sql_set_of(all, a);
	b = sql_set_of(all, b);
	all->items[b].has_rewrite = all->items[b].has_rewrite || all->items[a].has_rewrite;
	all->items[a].parent = b;
}

static enum bln_status remove_take(struct sql_sets *all, const struct bln_remove *remove, size_t *index,
				   struct bln_err *err)
{
	const struct bln_add add = { .path = remove->path,
				     .partition = remove->partition,
				     .size_bytes = remove->size_bytes,
				     .stats = remove->stats,
				     .dv = remove->dv };
	size_t columns = all->partition_columns;
	struct sql_change *change;
	enum bln_status status;
	bool is_new;

	BLN_TRY(change_get(all, &add, index, &is_new, err));
	change = &all->items[*index];
	if (is_new) {
		change->was_there = true;
		change->is_vague = !remove->has_extended || remove->partition.count != columns;
	}
	change->is_there = false;
	if (remove->is_data_change)
		all->items[sql_set_of(all, *index)].has_rewrite = true;
done:
	return status;
}

/* IS_REPEATED: no row is changed, and no file gave way to this one: it was there, and is told once more for its statistics. */
static enum bln_status add_take(struct sql_sets *all, const struct bln_add *add, bool is_repeated, size_t *index,
				struct bln_err *err)
{
	struct sql_change *change;
	enum bln_status status;
	bool is_new;

	BLN_TRY(change_get(all, add, index, &is_new, err));
	change = &all->items[*index];
	change->was_there = change->was_there || (is_new && is_repeated);
	change->is_added = change->is_added || add->is_data_change;
	change->is_there = true;
done:
	return status;
}

/* "d" or "m", and the partition's values: files of a commit for which this is the same make a set. */
static void set_name(const struct sql_change *change, bool is_data_change, bool by_partition, struct bln_text *name)
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
static enum bln_status set_enter(struct sql_sets *all, struct bln_map *sets, size_t index, bool is_data_change,
				 bool by_partition, struct bln_text *name, struct bln_err *err)
{
	struct bln_map_entry *entry;
	enum bln_status status;
	const char *key;
	bool is_new;

	set_name(&all->items[index], is_data_change, by_partition, name);
	BLN_TRY(bln_text_check(name, err));
	key = bln_arena_strndup(all->arena, name->at, name->length);
	entry = key ? bln_map_insert(sets, key, name->length, &is_new) : NULL;
	if (!entry)
		return bln_err_memory(err);
	if (is_new)
		entry->number = index;
	else
		sets_join(all, index, entry->number);
done:
	return status;
}

enum bln_status sql_sets_take(void *context, const struct bln_log_entry *entry, struct bln_err *err)
{
	struct sql_sets *all = context;
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
		BLN_TRY(remove_take(all, &entry->actions[i].remove, &indexes[i], err));
		has_removes[entry->actions[i].remove.is_data_change] = true;
		by_partition = by_partition && !all->items[indexes[i]].is_vague;
	}
	for (size_t i = 0; i < entry->action_count; i++) {
		const struct bln_add *add = &entry->actions[i].add;

		if (entry->actions[i].kind == BLN_ACTION_ADD)
			BLN_TRY(add_take(all, add, !add->is_data_change && !has_removes[false], &indexes[i], err));
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
			BLN_TRY(set_enter(all, &sets, indexes[i], is_data_change, by_partition, &name, err));
	}
done:
	bln_map_clean_up(&sets);
	bln_text_clean_up(&name);
	bln_mem_free(indexes);
	return status;
}

void sql_sets_clean_up(struct sql_sets *sets)
{
	bln_map_clean_up(&sets->by_key);
	bln_mem_free(sets->items);
}
