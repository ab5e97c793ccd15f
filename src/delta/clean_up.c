#include "delta/clean_up.h"

#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "base/time.h"
#include "delta/checkpoint.h"
#include "delta/commit_time.h"
#include "delta/log_list.h"
#include "delta/log_read.h"
#include "delta/property.h"

/* Oldest first and in pieces: who is interrupted leaves no gap in the middle. */
enum { DELETE_AT_ONCE = 500 };

static const char *reason_not_to(const struct bln_snapshot *snapshot, const struct bln_clean_up_spec *spec)
{
	const struct bln_pair *pair = bln_pairs_find(snapshot->metadata.configuration, "delta.enableExpiredLogCleanup");

	if (bln_slices_have(snapshot->protocol.writer_features, "checkpointProtection"))
		return "the table uses the feature 'checkpointProtection'";
	if (pair && bln_slice_is(pair->value, "false") && spec->keep_from_version < 0)
		return "the table has delta.enableExpiredLogCleanup=false";
	return NULL;
}

/* The newest commit that was made at CUTOFF_US or before; -1 when there is none. Times are those of the files also where
 * commits say their own: a copied log looks younger than it is, and is kept longer. */
static enum bln_status cutoff_commit(const struct bln_log_files *files, int64_t cutoff_us, struct bln_arena *arena,
				     int64_t *version, struct bln_err *err)
{
	struct bln_log_file *commits = bln_arena_alloc(arena, (files->count + 1) * sizeof(*commits));
	struct bln_commit_list list = { .items = commits };
	int64_t *times_us;

	*version = -1;
	if (!commits)
		return bln_err_memory(err);
	for (size_t i = 0; i < files->count; i++)
		if (files->items[i].name.kind == BLN_LOG_COMMIT)
			commits[list.count++] = files->items[i];
	times_us = bln_commit_file_times(&list, arena);
	if (!times_us)
		return bln_err_memory(err);
	for (size_t i = 0; i < list.count && times_us[i] <= cutoff_us; i++)
		*version = commits[i].name.version;
	return BLN_OK;
}

/* The newest whole checkpoint at VERSION or before; -1 when there is none. */
static int64_t cutoff_checkpoint(const struct bln_log_files *files, int64_t version)
{
	int64_t found = -1;
	size_t begin;
	size_t count;

	for (size_t i = 0; i < files->count && files->items[i].name.version <= version; i++)
		if ((i == 0 || files->items[i].name.version != files->items[i - 1].name.version) &&
		    bln_log_checkpoint_at(files, i, &begin, &count))
			found = files->items[i].name.version;
	return found;
}

static enum bln_status checkpoint_prove(const struct bln_snapshot *snapshot, const struct bln_parquet *parquet,
					int64_t version, struct bln_err *err)
{
	struct bln_snapshot *proof;
	enum bln_status status = bln_snapshot_load(&snapshot->table, version, parquet, &proof, err);

	if (status != BLN_OK)
		return bln_err_where(err, status, "the checkpoint of version %" PRId64, version);
	if (proof->checkpoint_version != version)
		status = bln_err_set(err, BLN_CORRUPT,
				     "the checkpoint of version %" PRId64 " does not load: the log before it is kept",
				     version);
	bln_snapshot_destroy(proof);
	return status;
}

/* Whether a log that begins with the checkpoint of FROM does without the file. */
static bool is_expired(const struct bln_log_name *name, int64_t from)
{
	if (name->kind == BLN_LOG_COMPACTION)
		return name->version <= from;
	return name->version < from;
}

/* The checksum that may lie beside the commit KEY ("N.crc" by "N.json"). */
static char *checksum_key(const char *key, struct bln_arena *arena)
{
	return bln_arena_printf(arena, "%.*s.crc", (int)(strlen(key) - strlen(".json")), key);
}

static enum bln_status expired_delete(const struct bln_snapshot *snapshot, const struct bln_log_files *files,
				      int64_t from, struct bln_arena *arena, int64_t *deleted, struct bln_err *err)
{
	const char *keys[DELETE_AT_ONCE + 1];
	enum bln_status status = BLN_OK;
	size_t count = 0;

	for (size_t i = 0; i < files->count; i++) {
		const struct bln_log_file *file = &files->items[i];

		if (!is_expired(&file->name, from))
			continue;
		keys[count++] = file->key;
		if (file->name.kind == BLN_LOG_COMMIT) {
			keys[count] = checksum_key(file->key, arena);
			if (!keys[count++])
				return bln_err_memory(err);
		}
		(*deleted)++;
		if (count >= DELETE_AT_ONCE) {
			BLN_TRY(bln_store_delete_many(snapshot->table.store, keys, count, err));
			count = 0;
		}
	}
	if (count)
		BLN_TRY(bln_store_delete_many(snapshot->table.store, keys, count, err));
done:
	return status;
}

/* Up to which version the log may go, whatever checkpoints there are; -1: nothing may. */
static enum bln_status bound_find(const struct bln_snapshot *snapshot, const struct bln_clean_up_spec *spec,
				  const struct bln_log_files *files, struct bln_arena *arena, int64_t *bound,
				  struct bln_err *err)
{
	int64_t now_us = bln_clock_now_us(spec->clock);
	enum bln_status status;
	int64_t retention_us;
	int64_t hint;

	BLN_TRY(bln_property_duration(&snapshot->metadata, "delta.logRetentionDuration", BLN_RETENTION_LOG_US,
				      &retention_us, err));
	BLN_TRY(cutoff_commit(files, bln_time_days(now_us - retention_us) * BLN_US_PER_DAY, arena, bound, err));
	if (spec->keep_from_version >= 0 && *bound > spec->keep_from_version)
		*bound = spec->keep_from_version;
	/* Readers begin at the checkpoint that _last_checkpoint names. */
	BLN_TRY(bln_last_checkpoint_read(&snapshot->table, &hint, err));
	if (hint >= 0 && *bound > hint)
		*bound = hint;
done:
	return status;
}

/* Where the log shall begin: at a checkpoint that neither age nor anybody's need forbids; -1 where all is to stay. */
static enum bln_status begin_find(const struct bln_snapshot *snapshot, const struct bln_clean_up_spec *spec,
				  const struct bln_log_files *files, struct bln_arena *arena, int64_t *from,
				  struct bln_err *err)
{
	enum bln_status status;
	int64_t bound;
	int64_t kept = -1;

	BLN_TRY(bound_find(snapshot, spec, files, arena, &bound, err));
	*from = cutoff_checkpoint(files, bound);
	if (*from >= 0 && files->items[0].name.version < *from && spec->keep) {
		BLN_TRY(spec->keep(spec->keep_context, &kept, err));
		if (kept >= 0 && kept < *from)
			*from = cutoff_checkpoint(files, kept);
	}
	if (*from >= 0 && files->items[0].name.version >= *from)
		*from = -1;
done:
	return status;
}

enum bln_status bln_log_clean_up(const struct bln_snapshot *snapshot, const struct bln_clean_up_spec *spec,
				 struct bln_cleaned_up *cleaned, struct bln_err *err)
{
	struct bln_log_files files = { 0 };
	struct bln_arena arena = { 0 };
	enum bln_status status = BLN_OK;
	int64_t from;

	*cleaned = (struct bln_cleaned_up){ .first_version = -1, .why_not = reason_not_to(snapshot, spec) };
	if (cleaned->why_not)
		return BLN_OK;
	BLN_TRY(bln_log_list(&snapshot->table, 0, &arena, &files, err));
	BLN_TRY(begin_find(snapshot, spec, &files, &arena, &from, err));
	if (from < 0) {
		cleaned->why_not = "nothing in the log is old enough and needed by nobody";
		goto done;
	}
	BLN_TRY(checkpoint_prove(snapshot, spec->parquet, from, err));
	BLN_TRY(expired_delete(snapshot, &files, from, &arena, &cleaned->deleted, err));
	cleaned->first_version = from;
done:
	bln_log_files_clean_up(&files);
	bln_arena_clean_up(&arena);
	return status;
}
