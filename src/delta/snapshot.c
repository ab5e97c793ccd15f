#include "delta/snapshot.h"

#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "base/percent.h"
#include "base/random.h"
#include "delta/log_read.h"
#include "delta/replay.h"
#include "delta/snapshot_state.h"
#include "store/key.h"

enum { TRIES_MAX = 16 };

/* Takes actions out of a checkpoint into the replay. */
static enum bln_status checkpoint_take(void *context, const struct bln_action *action, struct bln_err *err)
{
	return bln_replay_apply(context, action, err);
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

/* The key of a sidecar. They all lie in one folder of the log (protocol, "Sidecar File Information"), so that whatever path
 * leads there, only its last part counts: a log that was copied elsewhere stays whole, and no path leads out. */
static enum bln_status sidecar_key(const struct bln_table *table, struct bln_slice path, struct bln_arena *arena,
				   char **key, struct bln_err *err)
{
	struct bln_text name = { 0 };
	enum bln_status status;
	struct bln_slice rest = path;
	struct bln_slice last = { 0 };

	while (rest.at)
		last = bln_slice_cut(&rest, '/');
	bln_text_add(&name, BLN_SIDECAR_FOLDER "/");
	if (!bln_percent_decode(&name, last.at, last.length))
		bln_text_add_bytes(&name, last.at, last.length);
	BLN_TRY(bln_text_check(&name, err));
	if (bln_key_check(name.at, name.length, NULL) != BLN_OK) {
		status = bln_err_set(err, BLN_CORRUPT, "'%s' is no name of a sidecar",
				     bln_quote(path.at, path.length).text);
		goto done;
	}
	*key = bln_table_log_key(table, arena, name.at);
	if (!*key)
		status = bln_err_memory(err);
done:
	bln_text_clean_up(&name);
	return status;
}

/* The files that a V2 checkpoint keeps its adds and removes in. */
static enum bln_status sidecars_replay(const struct bln_table *table, const struct bln_parquet *parquet,
				       struct bln_replay *replay, struct bln_err *err)
{
	const size_t count = replay->sidecar_count; /* a sidecar has no sidecars */
	enum bln_status status = BLN_OK;

	for (size_t i = 0; i < count; i++) {
		char *key = NULL;

		BLN_TRY(sidecar_key(table, replay->sidecars[i], replay->arena, &key, err));
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
			BLN_TRY(bln_log_files_read(table->store, part, 1, true, bln_replay_entry, replay, err));
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

/* Takes commitInfo's time out of a commit. */
static enum bln_status time_take(void *context, const struct bln_log_entry *entry, struct bln_err *err)
{
	(void)err;
	for (size_t i = 0; i < entry->action_count; i++)
		if (entry->actions[i].kind == BLN_ACTION_COMMIT_INFO)
			*(int64_t *)context = entry->actions[i].commit_info.in_commit_timestamp_ms;
	return BLN_OK;
}

/* Adds the commits of SEGMENT to what REPLAY has, and makes SNAPSHOT of it all. */
static enum bln_status snapshot_finish(struct bln_snapshot *snapshot, const struct bln_table *table,
				       const struct bln_segment *segment, struct bln_replay *replay,
				       struct bln_err *err)
{
	enum bln_status status;

	BLN_TRY(bln_log_files_read(table->store, segment->commits, segment->commit_count, true, bln_replay_entry,
				   replay, err));
	if (!replay->has_protocol || !replay->has_metadata) {
		status = bln_err_set(err, BLN_CORRUPT, "%s: the log has no protocol or no metadata",
				     bln_table_name(table));
		goto done;
	}
	snapshot->table = *table;
	snapshot->table.prefix = bln_arena_strdup(&snapshot->arena, table->prefix);
	if (table->name)
		snapshot->table.name = bln_arena_strdup(&snapshot->arena, table->name);
	if (!snapshot->table.prefix || !snapshot->table.name != !table->name) {
		status = bln_err_memory(err);
		goto done;
	}
	snapshot->version = segment->version;
	snapshot->in_commit_ms = -1;
	if (segment->newest)
		snapshot->modified_us = segment->newest->modified_us;
	else if (segment->checkpoint_count)
		snapshot->modified_us = segment->checkpoint[0].modified_us;
	BLN_TRY(bln_snapshot_fill(snapshot, replay, err));
	if (!bln_protocol_has_commit_timestamps(&snapshot->protocol, &snapshot->metadata))
		goto done;
	snapshot->in_commit_ms = replay->in_commit_ms;
	if (snapshot->in_commit_ms < 0 && segment->newest) /* a checkpoint or compaction does not say it */
		BLN_TRY(bln_log_files_read(table->store, segment->newest, 1, true, time_take, &snapshot->in_commit_ms,
					   err));
done:
	return status;
}

static enum bln_status replay_init(struct bln_replay *replay, struct bln_arena *arena, struct bln_err *err)
{
	*replay = (struct bln_replay){ .arena = arena, .in_commit_ms = -1 };
	/* Paths come from outside: they must not be able to make the map slow. */
	return bln_random_seed_system(&replay->file_index.seed, err);
}

/* What a try to load met. */
struct attempt {
	int64_t checkpoint; /* the one that was read, or -1 */
	enum { FAULT_OTHER, FAULT_CHECKPOINT, FAULT_COMMITS } fault;
};

/* One try, with the newest checkpoint older than BELOW. */
static enum bln_status load_once(const struct bln_table *table, int64_t version, int64_t below,
				 const struct bln_parquet *parquet, struct bln_snapshot *snapshot,
				 struct attempt *attempt, struct bln_err *err)
{
	struct bln_arena scratch = { 0 }; /* names of files are many, and nobody needs them later */
	struct bln_replay replay = { 0 };
	struct bln_segment segment;
	enum bln_status status;

	*attempt = (struct attempt){ .checkpoint = -1 };
	BLN_TRY(replay_init(&replay, &snapshot->arena, err));
	BLN_TRY(bln_segment_find(table, version, below, &scratch, &segment, err));
	attempt->checkpoint = segment.checkpoint_version;
	snapshot->checkpoint_version = segment.checkpoint_version;
	attempt->fault = FAULT_CHECKPOINT;
	BLN_TRY(checkpoint_replay(table, &segment, parquet, &replay, err));
	attempt->fault = FAULT_COMMITS;
	BLN_TRY(snapshot_finish(snapshot, table, &segment, &replay, err));
done:
	bln_arena_clean_up(&scratch);
	bln_replay_clean_up(&replay);
	return status;
}

enum bln_status bln_snapshot_load(const struct bln_table *table, int64_t version, const struct bln_parquet *parquet,
				  struct bln_snapshot **out, struct bln_err *err)
{
	struct bln_snapshot *snapshot = NULL;
	struct bln_err damage = {
		0
	}; /* of the newest checkpoint that cannot be read: the cause if nothing older helps */
	struct bln_err local = { 0 };
	struct attempt attempt = { 0 };
	enum bln_status status = BLN_BUG;
	int64_t vanished = INT64_MIN; /* what this checkpoint is of was listed, and not there when it was read */
	int64_t below = INT64_MAX;

	*out = NULL;
	for (int i = 0; i < TRIES_MAX; i++) {
		bln_snapshot_destroy(snapshot);
		snapshot = bln_mem_calloc(1, sizeof(*snapshot));
		if (!snapshot)
			return bln_err_memory(err);
		status = load_once(table, version, below, parquet, snapshot, &attempt, &local);
		if (status == BLN_NOT_FOUND && attempt.fault != FAULT_OTHER && vanished != attempt.checkpoint) {
			vanished = attempt.checkpoint; /* cleaned up meanwhile, most likely: the log says better now */
			continue;
		}
		if (status == BLN_NOT_FOUND && attempt.fault != FAULT_OTHER) /* lost; "not found" is said of tables */
			local.status = status = BLN_CORRUPT;
		if (status != BLN_CORRUPT || attempt.fault != FAULT_CHECKPOINT)
			break;
		if (damage.status == BLN_OK)
			damage = local;
		below = attempt.checkpoint;
	}
	if (status == BLN_OK) {
		*out = snapshot;
		return BLN_OK;
	}
	bln_snapshot_destroy(snapshot);
	if (damage.status != BLN_OK && (status == BLN_CORRUPT || status == BLN_NOT_FOUND))
		local = damage;
	if (err)
		*err = local;
	return local.status;
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
