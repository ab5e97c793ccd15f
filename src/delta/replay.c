#include "delta/replay.h"

#include <string.h>

#include "base/mem.h"
#include "delta/path.h"
#include "delta/snapshot.h"

/* Copies of what an action points to, into the arena. HAS_FAILED is asked once, at the end. */
struct copier {
	struct bln_arena *arena;
	bool has_failed;
};

static void slice_copy(struct copier *copier, struct bln_slice *slice)
{
	if (!slice->at)
		return;
	slice->at = bln_arena_strndup(copier->arena, slice->at, slice->length);
	if (!slice->at)
		copier->has_failed = true;
}

static void pairs_copy(struct copier *copier, struct bln_pairs *pairs)
{
	struct bln_pair *items;

	if (pairs->count == 0)
		return;
	items = bln_arena_alloc(copier->arena, pairs->count * sizeof(*items));
	if (!items) {
		copier->has_failed = true;
		return;
	}
	memcpy(items, pairs->items, pairs->count * sizeof(*items));
	for (size_t i = 0; i < pairs->count; i++) {
		slice_copy(copier, &items[i].key);
		slice_copy(copier, &items[i].value);
	}
	pairs->items = items;
}

static void slices_copy(struct copier *copier, struct bln_slices *slices)
{
	struct bln_slice *items;

	if (slices->count == 0)
		return;
	items = bln_arena_alloc(copier->arena, slices->count * sizeof(*items));
	if (!items) {
		copier->has_failed = true;
		return;
	}
	memcpy(items, slices->items, slices->count * sizeof(*items));
	for (size_t i = 0; i < slices->count; i++)
		slice_copy(copier, &items[i]);
	slices->items = items;
}

static void action_copy(struct copier *copier, struct bln_action *action)
{
	switch (action->kind) {
	case BLN_ACTION_ADD:
		slice_copy(copier, &action->add.path);
		pairs_copy(copier, &action->add.partition);
		slice_copy(copier, &action->add.stats);
		pairs_copy(copier, &action->add.tags);
		slice_copy(copier, &action->add.dv.path_or_inline);
		break;
	case BLN_ACTION_REMOVE:
		slice_copy(copier, &action->remove.path);
		pairs_copy(copier, &action->remove.partition);
		slice_copy(copier, &action->remove.dv.path_or_inline);
		action->remove.stats = (struct bln_slice){ 0 }; /* nobody asks a tombstone for them */
		break;
	case BLN_ACTION_METADATA:
		slice_copy(copier, &action->metadata.id);
		slice_copy(copier, &action->metadata.name);
		slice_copy(copier, &action->metadata.description);
		slice_copy(copier, &action->metadata.format);
		slice_copy(copier, &action->metadata.schema);
		slices_copy(copier, &action->metadata.partition_columns);
		pairs_copy(copier, &action->metadata.configuration);
		break;
	case BLN_ACTION_PROTOCOL:
		slices_copy(copier, &action->protocol.reader_features);
		slices_copy(copier, &action->protocol.writer_features);
		break;
	case BLN_ACTION_TXN:
		slice_copy(copier, &action->txn.app_id);
		break;
	case BLN_ACTION_DOMAIN:
		slice_copy(copier, &action->domain.name);
		slice_copy(copier, &action->domain.configuration);
		break;
	case BLN_ACTION_SIDECAR:
		slice_copy(copier, &action->sidecar.path);
		break;
	default:
		break;
	}
}

enum bln_status bln_file_key(struct bln_slice path, const struct bln_dv_ref *dv, struct bln_arena *arena,
			     struct bln_slice *key, struct bln_err *err)
{
	struct bln_text text = { 0 };
	enum bln_status status;

	*key = path;
	if (!dv->storage && !(path.length && memchr(path.at, '%', path.length)))
		return BLN_OK;
	/* Writers differ in what they encode of a path. */
	bln_path_decode(path, &text);
	if (text.length && memchr(text.at, '\0', text.length)) {
		bln_text_clear(&text);
		bln_text_add_bytes(&text, path.at, path.length);
	}
	if (dv->storage) {
		/* A NUL cannot be in the name of a file, so no path is another's key. */
		bln_text_add_bytes(&text, "\0", 1);
		bln_text_add_bytes(&text, &dv->storage, 1);
		bln_text_add_bytes(&text, dv->path_or_inline.at, dv->path_or_inline.length);
		bln_text_add_format(&text, "@%lld", (long long)dv->offset);
	}
	status = bln_text_keep(&text, arena, key, err);
	bln_text_clean_up(&text);
	return status;
}

static enum bln_status file_apply(struct bln_replay *replay, const struct bln_action *action, struct bln_err *err)
{
	bool is_removed = action->kind == BLN_ACTION_REMOVE;
	enum bln_status status;
	struct bln_map_entry *entry;
	struct bln_slice key;
	bool is_new;

	if (is_removed)
		BLN_TRY(bln_file_key(action->remove.path, &action->remove.dv, &replay->keys, &key, err));
	else
		BLN_TRY(bln_file_key(action->add.path, &action->add.dv, &replay->keys, &key, err));
	if (!bln_mem_grow(&replay->files, replay->file_count, &replay->file_capacity, sizeof(*replay->files)))
		return bln_err_memory(err);
	entry = bln_map_insert(&replay->file_index, key.at, key.length, &is_new);
	if (!entry)
		return bln_err_memory(err);
	if (is_new)
		entry->number = replay->file_count++;
	replay->files[entry->number].is_removed = is_removed;
	if (is_removed)
		replay->files[entry->number].remove = action->remove;
	else
		replay->files[entry->number].add = action->add;
done:
	return status;
}

static enum bln_status txn_apply(struct bln_replay *replay, const struct bln_txn *txn, struct bln_err *err)
{
	struct bln_map_entry *entry;
	bool is_new;

	if (!bln_mem_grow(&replay->txns, replay->txn_count, &replay->txn_capacity, sizeof(*replay->txns)))
		return bln_err_memory(err);
	entry = bln_map_insert(&replay->txn_index, txn->app_id.at, txn->app_id.length, &is_new);
	if (!entry)
		return bln_err_memory(err);
	if (is_new)
		entry->number = replay->txn_count++;
	replay->txns[entry->number] = *txn;
	return BLN_OK;
}

static enum bln_status domain_apply(struct bln_replay *replay, const struct bln_domain *domain, struct bln_err *err)
{
	struct bln_map_entry *entry;
	bool is_new;

	if (!bln_mem_grow(&replay->domains, replay->domain_count, &replay->domain_capacity, sizeof(*replay->domains)))
		return bln_err_memory(err);
	entry = bln_map_insert(&replay->domain_index, domain->name.at, domain->name.length, &is_new);
	if (!entry)
		return bln_err_memory(err);
	if (is_new)
		entry->number = replay->domain_count++;
	replay->domains[entry->number] = *domain;
	return BLN_OK;
}

static enum bln_status sidecar_apply(struct bln_replay *replay, const struct bln_sidecar *sidecar, struct bln_err *err)
{
	if (!bln_mem_grow(&replay->sidecars, replay->sidecar_count, &replay->sidecar_capacity,
			  sizeof(*replay->sidecars)))
		return bln_err_memory(err);
	replay->sidecars[replay->sidecar_count++] = sidecar->path;
	return BLN_OK;
}

enum bln_status bln_replay_apply(struct bln_replay *replay, const struct bln_action *given, struct bln_err *err)
{
	struct copier copier = { .arena = replay->arena };
	struct bln_action action = *given;

	action_copy(&copier, &action);
	if (copier.has_failed)
		return bln_err_memory(err);
	switch (action.kind) {
	case BLN_ACTION_ADD:
	case BLN_ACTION_REMOVE:
		return file_apply(replay, &action, err);
	case BLN_ACTION_TXN:
		return txn_apply(replay, &action.txn, err);
	case BLN_ACTION_DOMAIN:
		return domain_apply(replay, &action.domain, err);
	case BLN_ACTION_SIDECAR:
		return sidecar_apply(replay, &action.sidecar, err);
	case BLN_ACTION_METADATA:
		replay->metadata = action.metadata;
		replay->has_metadata = true;
		return BLN_OK;
	case BLN_ACTION_PROTOCOL:
		replay->protocol = action.protocol;
		replay->has_protocol = true;
		return BLN_OK;
	case BLN_ACTION_COMMIT_INFO:
		replay->in_commit_ms = action.commit_info.in_commit_timestamp_ms;
		return BLN_OK;
	default:
		return BLN_OK;
	}
}

enum bln_status bln_replay_entry(void *replay, const struct bln_log_entry *entry, struct bln_err *err)
{
	enum bln_status status = BLN_OK;

	((struct bln_replay *)replay)->in_commit_ms = -1;
	for (size_t i = 0; i < entry->action_count && status == BLN_OK; i++)
		status = bln_replay_apply(replay, &entry->actions[i], err);
	return status;
}

void bln_replay_clean_up(struct bln_replay *replay)
{
	bln_map_clean_up(&replay->file_index);
	bln_arena_clean_up(&replay->keys);
	bln_map_clean_up(&replay->txn_index);
	bln_map_clean_up(&replay->domain_index);
	bln_mem_free(replay->files);
	bln_mem_free(replay->txns);
	bln_mem_free(replay->domains);
	bln_mem_free(replay->sidecars);
	*replay = (struct bln_replay){ 0 };
}
