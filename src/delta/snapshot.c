#include "delta/snapshot.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "delta/replay.h"

enum { COMMIT_BYTES_MAX = 1 << 30, FALLBACKS_MAX = 16 };

/* Takes actions out of a checkpoint into the replay. */
static enum bln_status checkpoint_take(void *context, const struct bln_action *action, struct bln_err *err)
{
	return bln_replay_apply(context, action, false, err);
}

static enum bln_status parquet_replay(const struct bln_table *table, const struct bln_parquet *parquet, const char *key,
                                      struct bln_replay *replay, struct bln_err *err)
{
	const struct bln_action_sink sink = { .take = checkpoint_take, .context = replay };
	enum bln_status status;

	if (!parquet)
		return bln_err_set(err, BLN_UNSUPPORTED, "%s: a checkpoint, and nothing here reads Parquet", key);
	status = parquet->actions_read(parquet->context, table->store, key, &sink, err);
	return status == BLN_OK ? BLN_OK : bln_err_where(err, status, "%s", key);
}

static enum bln_status json_replay(const struct bln_table *table, const char *key, struct bln_replay *replay,
                                   struct bln_err *err)
{
	struct bln_text bytes = { 0 };
	enum bln_status status;

	BLN_TRY(bln_store_get(table->store, key, COMMIT_BYTES_MAX, &bytes, err));
	BLN_TRY(bln_replay_lines(replay, key, bytes.at, bytes.length, err));
done:
	bln_text_clean_up(&bytes);
	return status;
}

/* The files that a V2 checkpoint keeps its adds and removes in. */
static enum bln_status sidecars_replay(const struct bln_table *table, const struct bln_parquet *parquet,
                                       struct bln_replay *replay, struct bln_err *err)
{
	enum bln_status status = BLN_OK;

	for (size_t i = 0; i < replay->sidecar_count; i++) {
		struct bln_slice path = replay->sidecars[i];
		char *name;
		char *key;

		/* By the protocol a name in _sidecars, or an absolute path; the latter leads out of what we may trust. */
		if (path.length == 0 || memchr(path.at, '/', path.length))
			return bln_err_set(err, BLN_UNSUPPORTED, "the checkpoint's sidecar '%s' is not in " BLN_SIDECAR_FOLDER,
			                   bln_quote(path.at, path.length).text);
		name = bln_arena_printf(replay->arena, BLN_SIDECAR_FOLDER "/%.*s", (int)path.length, path.at);
		key = name ? bln_table_log_key(table, replay->arena, name) : NULL;
		if (!key)
			return bln_err_memory(err);
		BLN_TRY(parquet_replay(table, parquet, key, replay, err));
	}
done:
	return status;
}

static enum bln_status checkpoint_replay(const struct bln_table *table, const struct bln_segment *segment,
                                         const struct bln_parquet *parquet, struct bln_replay *replay,
                                         struct bln_err *err)
{
	enum bln_status status = BLN_OK;

	for (size_t i = 0; i < segment->checkpoint_count; i++) {
		const struct bln_log_file *part = &segment->checkpoint[i];

		if (part->name.kind == BLN_LOG_CHECKPOINT_V2_JSON)
			BLN_TRY(json_replay(table, part->key, replay, err));
		else
			BLN_TRY(parquet_replay(table, parquet, part->key, replay, err));
	}
	BLN_TRY(sidecars_replay(table, parquet, replay, err));
	if (segment->checkpoint_count && (!replay->has_protocol || !replay->has_metadata))
		status = bln_err_set(err, BLN_CORRUPT, "%s: a checkpoint without protocol or metadata",
		                     segment->checkpoint[0].key);
done:
	return status;
}

static enum bln_status segment_replay(const struct bln_table *table, const struct bln_segment *segment,
                                      struct bln_replay *replay, struct bln_err *err)
{
	enum bln_status status = BLN_OK;

	for (size_t i = 0; i < segment->commit_count; i++)
		BLN_TRY(json_replay(table, segment->commits[i].key, replay, err));
	if (!replay->has_protocol || !replay->has_metadata)
		status = bln_err_set(err, BLN_CORRUPT, "%s: the log has no protocol or no metadata", table->prefix);
done:
	return status;
}

static enum bln_status files_split(struct bln_snapshot *snapshot, const struct bln_replay *replay, struct bln_err *err)
{
	struct bln_add *adds = bln_arena_alloc(&snapshot->arena, (replay->file_count + 1) * sizeof(*adds));
	struct bln_remove *removes;
	size_t removed = 0;

	for (size_t i = 0; i < replay->file_count; i++)
		removed += replay->files[i].is_removed;
	removes = bln_arena_alloc(&snapshot->arena, (removed + 1) * sizeof(*removes));
	if (!adds || !removes)
		return bln_err_memory(err);
	snapshot->files = adds;
	snapshot->tombstones = removes;
	for (size_t i = 0; i < replay->file_count; i++) {
		if (replay->files[i].is_removed)
			removes[snapshot->tombstone_count++] = replay->files[i].remove;
		else
			adds[snapshot->file_count++] = replay->files[i].add;
	}
	return BLN_OK;
}

static enum bln_status lists_keep(struct bln_snapshot *snapshot, const struct bln_replay *replay, struct bln_err *err)
{
	struct bln_txn *txns = bln_arena_alloc(&snapshot->arena, (replay->txn_count + 1) * sizeof(*txns));
	struct bln_domain *domains = bln_arena_alloc(&snapshot->arena, (replay->domain_count + 1) * sizeof(*domains));

	if (!txns || !domains)
		return bln_err_memory(err);
	if (replay->txn_count)
		memcpy(txns, replay->txns, replay->txn_count * sizeof(*txns));
	for (size_t i = 0; i < replay->domain_count; i++)
		if (!replay->domains[i].is_removed)
			domains[snapshot->domain_count++] = replay->domains[i];
	snapshot->txns = txns;
	snapshot->txn_count = replay->txn_count;
	snapshot->domains = domains;
	return BLN_OK;
}

static enum bln_status state_fill(struct bln_snapshot *snapshot, const struct bln_replay *replay, struct bln_err *err)
{
	enum bln_status status;

	snapshot->protocol = replay->protocol;
	snapshot->metadata = replay->metadata;
	BLN_TRY(bln_protocol_check_read(&snapshot->protocol, err));
	if (!bln_slice_is(snapshot->metadata.format, "parquet"))
		return bln_err_set(err, BLN_UNSUPPORTED, "the table's files are '%s', only parquet can be read",
		                   bln_quote(snapshot->metadata.format.at, snapshot->metadata.format.length).text);
	BLN_TRY(bln_mapping_mode(&snapshot->protocol, &snapshot->metadata, &snapshot->mapping, err));
	BLN_TRY(bln_schema_parse(snapshot->metadata.schema, snapshot->mapping != BLN_MAPPING_NONE, &snapshot->arena,
	                         &snapshot->schema, err));
	for (size_t i = 0; i < snapshot->metadata.partition_columns.count; i++) {
		struct bln_slice name = snapshot->metadata.partition_columns.items[i];

		if (!bln_schema_find(&snapshot->schema, name))
			return bln_err_set(err, BLN_CORRUPT, "the partition column '%s' is not in the schema",
			                   bln_quote(name.at, name.length).text);
	}
	BLN_TRY(files_split(snapshot, replay, err));
	BLN_TRY(lists_keep(snapshot, replay, err));
done:
	return status;
}

/* One try, with the newest checkpoint older than BELOW. *CHECKPOINT is the one that was tried, and *IS_ITS_FAULT whether it
 * was that one which could not be read. */
static enum bln_status load_once(const struct bln_table *table, int64_t version, int64_t below,
                                 const struct bln_parquet *parquet, struct bln_snapshot *snapshot, int64_t *checkpoint,
                                 bool *is_its_fault, struct bln_err *err)
{
	struct bln_replay replay = { .arena = &snapshot->arena };
	struct bln_segment segment;
	enum bln_status status;

	*is_its_fault = false;
	BLN_TRY(bln_segment_find(table, version, below, &snapshot->arena, &segment, err));
	*checkpoint = segment.checkpoint_version;
	status = checkpoint_replay(table, &segment, parquet, &replay, err);
	if (status != BLN_OK) {
		*is_its_fault = status == BLN_CORRUPT || status == BLN_NOT_FOUND;
		goto done;
	}
	BLN_TRY(segment_replay(table, &segment, &replay, err));
	snapshot->version = segment.version;
	snapshot->checkpoint_version = segment.checkpoint_version;
	if (segment.commit_count)
		snapshot->modified_us = segment.commits[segment.commit_count - 1].modified_us;
	else if (segment.checkpoint_count)
		snapshot->modified_us = segment.checkpoint[0].modified_us;
	BLN_TRY(state_fill(snapshot, &replay, err));
done:
	bln_replay_clean_up(&replay);
	return status;
}

enum bln_status bln_snapshot_load(const struct bln_table *table, int64_t version, const struct bln_parquet *parquet,
                                  struct bln_snapshot **out, struct bln_err *err)
{
	struct bln_snapshot *snapshot = NULL;
	enum bln_status status = BLN_OK;
	enum bln_status first_status = BLN_OK;
	struct bln_err first = { 0 };
	int64_t below = INT64_MAX;
	bool is_its_fault = true;

	*out = NULL;
	for (int i = 0; is_its_fault && i < FALLBACKS_MAX; i++) {
		int64_t checkpoint = -1;

		bln_snapshot_destroy(snapshot);
		snapshot = bln_mem_calloc(1, sizeof(*snapshot));
		if (!snapshot)
			return bln_err_memory(err);
		status = load_once(table, version, below, parquet, snapshot, &checkpoint, &is_its_fault, err);
		if (status != BLN_OK && is_its_fault && first_status == BLN_OK) {
			first_status = status;
			if (err)
				first = *err;
		}
		below = checkpoint;
	}
	if (status != BLN_OK && first_status != BLN_OK) { /* nothing older helped: the newest damage is the cause */
		status = first_status;
		if (err)
			*err = first;
	}
	if (status == BLN_OK) {
		snapshot->table = *table;
		snapshot->table.prefix = bln_arena_strdup(&snapshot->arena, table->prefix);
		if (!snapshot->table.prefix)
			status = bln_err_memory(err);
	}
	if (status == BLN_OK)
		*out = snapshot;
	else
		bln_snapshot_destroy(snapshot);
	return status;
}

void bln_snapshot_destroy(struct bln_snapshot *snapshot)
{
	if (!snapshot)
		return;
	bln_arena_clean_up(&snapshot->arena);
	bln_mem_free(snapshot);
}

int64_t bln_snapshot_txn(const struct bln_snapshot *snapshot, const char *app_id)
{
	for (size_t i = 0; i < snapshot->txn_count; i++)
		if (bln_slice_is(snapshot->txns[i].app_id, app_id))
			return snapshot->txns[i].version;
	return -1;
}
