#include "job/write/table_write.h"

#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "base/time.h"
#include "delta/evolve.h"
#include "delta/tend.h"
#include "job/sql/consumers.h"
#include "job/work.h"
#include "job/write/table_write_private.h"

void bln_table_writer_base(struct bln_table_writer *writer, const struct bln_snapshot *snapshot)
{
	writer->snapshot = snapshot;
	writer->schema = snapshot ? &snapshot->schema : NULL;
}

enum bln_status bln_table_writer_open(struct bln_job_context *context, const struct bln_write_spec *spec,
				      const struct bln_snapshot *snapshot, struct bln_table_writer **out,
				      struct bln_err *err)
{
	struct bln_table_writer *writer = bln_mem_calloc(1, sizeof(*writer));
	enum bln_status status;

	*out = NULL;
	if (!writer)
		return bln_err_memory(err);
	writer->context = context;
	writer->spec = spec;
	bln_table_writer_base(writer, snapshot);
	BLN_TRY(bln_lake_table(context->lake, spec->table, &writer->arena, &writer->table, err));
	if (!snapshot && !spec->is_new)
		BLN_TRY(bln_lake_snapshot_if_any(context->lake, spec->table, &writer->owned, err));
	if (!snapshot)
		bln_table_writer_base(writer, writer->owned);
	if (writer->snapshot) { /* before any work: the commit would refuse it, too */
		const struct bln_snapshot *base = writer->snapshot;

		status = bln_protocol_check_write(&base->protocol, &base->metadata, &base->schema, BLN_WRITE_APPEND,
						  err);
		if (status != BLN_OK) {
			status = bln_err_where(err, status, "%s", spec->table);
			goto done;
		}
	}
	*out = writer;
	writer = NULL;
done:
	bln_table_writer_close(writer);
	return status;
}

/* Rows of files that were staged from FIRST on take their place among those with the same keys. */
static enum bln_status rows_merge(struct bln_table_writer *writer, size_t first, struct bln_err *err)
{
	struct bln_text query = { 0 };
	enum bln_status status;

	BLN_TRY(bln_table_merge(writer, first, &query, err));
	for (size_t i = 0; i < first; i++)
		writer->has_met_own = writer->has_met_own || writer->files[i].is_replaced;
	if (query.length)
		BLN_TRY(bln_table_stage(writer, query.at, err));
	bln_table_restaged(writer);
done:
	bln_text_clean_up(&query);
	return status;
}

/* What is the writer's own goes, once, before anything comes: what is left of files with others' rows is staged first, as if by
 * an earlier call. */
static enum bln_status owned_clear(struct bln_table_writer *writer, struct bln_err *err)
{
	struct bln_text query = { 0 };
	struct bln_engine *engine;
	enum bln_status status;

	if (!writer->spec->clears_owned || writer->is_cleared)
		return BLN_OK;
	writer->is_cleared = true;
	BLN_TRY(bln_job_engine(writer->context, &engine, err));
	BLN_TRY(bln_table_owned_clear(writer, &query, err));
	if (query.length)
		BLN_TRY(bln_table_stage(writer, query.at, err));
done:
	bln_text_clean_up(&query);
	return status;
}

enum bln_status bln_table_writer_add(struct bln_table_writer *writer, const char *sql, struct bln_err *err)
{
	const enum bln_write_mode mode = writer->spec->mode;
	const bool is_unique = mode == BLN_WRITE_UPSERT || (mode == BLN_WRITE_ALL && writer->spec->is_unique);
	struct bln_text query = { 0 };
	struct bln_engine *engine;
	int64_t before;
	size_t first;
	bool may_repeat = false;
	enum bln_status status;

	BLN_TRY(bln_job_engine(writer->context, &engine, err));
	if (!writer->snapshot)
		BLN_TRY(bln_table_make(writer, sql, err));
	BLN_TRY(bln_table_evolve(writer, sql, err));
	BLN_TRY(owned_clear(writer, err));
	first = writer->file_count;
	if (mode == BLN_WRITE_ADD_NEW) {
		BLN_TRY(bln_table_merge_new(writer, sql, &query, err));
		sql = query.at;
	}
	before = writer->rows;
	BLN_TRY(bln_table_stage_incoming(writer, sql, is_unique, &may_repeat, err));
	writer->incoming += writer->rows - before;
	if (may_repeat)
		BLN_TRY(bln_table_keys_check(writer, first, err));
	if (writer->spec->owned.count)
		BLN_TRY(bln_table_owned_check(writer, first, err));
	if (mode == BLN_WRITE_UPSERT || mode == BLN_WRITE_REPLACE)
		BLN_TRY(rows_merge(writer, first, err));
done:
	bln_text_clean_up(&query);
	return status == BLN_OK ? BLN_OK : bln_err_where(err, status, "%s", writer->spec->table);
}

static enum bln_status files_store(struct bln_table_writer *writer, struct bln_err *err)
{
	struct bln_staged_file *moves;
	enum bln_status status;

	if (writer->is_stored || writer->file_count == 0)
		return BLN_OK;
	moves = bln_arena_calloc(&writer->arena, writer->file_count, sizeof(*moves));
	if (!moves)
		return bln_err_memory(err);
	for (size_t i = 0; i < writer->file_count; i++)
		moves[i] = (struct bln_staged_file){ .key = writer->files[i].key, .path = writer->files[i].path };
	status = bln_store_put_files(writer->table.store, moves, writer->file_count, err);
	writer->is_stored = true; /* some may be, also after a failure */
	return status;
}

/* Takes back what was put into the store and is in no commit; what cannot be taken back, vacuum removes one day. */
static void files_delete(struct bln_table_writer *writer)
{
	const char **keys = bln_arena_calloc(&writer->arena, writer->file_count + 1, sizeof(*keys));

	if (!keys)
		return;
	for (size_t i = 0; i < writer->file_count; i++)
		keys[i] = writer->files[i].key;
	(void)!bln_store_delete_many(writer->table.store, keys, writer->file_count, NULL);
}

static enum bln_status actions_make(struct bln_table_writer *writer, const struct bln_write_commit *commit,
				    struct bln_action **out, size_t *count, struct bln_err *err)
{
	const struct bln_snapshot *snapshot = writer->snapshot;
	int64_t now_ms = bln_clock_now_us(writer->context->clock) / BLN_US_PER_MS;
	size_t total = writer->file_count + snapshot->file_count + commit->txn_count + 1;
	struct bln_action *actions = bln_arena_calloc(&writer->arena, total, sizeof(*actions));
	enum bln_status status = BLN_OK;
	size_t used = 0;

	if (!actions)
		return bln_err_memory(err);
	if (writer->schema != &snapshot->schema)
		BLN_TRY(bln_schema_change(&snapshot->metadata, writer->schema, &writer->arena, &actions[used++], err));
	for (size_t i = 0; i < commit->txn_count; i++)
		actions[used++] = (struct bln_action){ .kind = BLN_ACTION_TXN, .txn = commit->txns[i] };
	for (size_t i = 0; i < snapshot->file_count; i++)
		if (writer->spec->mode == BLN_WRITE_ALL || (writer->is_removed && writer->is_removed[i])) {
			BLN_TRY(bln_table_remove(writer, &snapshot->files[i], now_ms, &actions[used], err));
			used++;
		}
	for (size_t i = 0; i < writer->file_count; i++)
		actions[used++] = (struct bln_action){ .kind = BLN_ACTION_ADD, .add = writer->files[i].add };
	*out = actions;
	*count = used;
done:
	return status;
}

/* A checkpoint now and then. The commit stands whatever comes of it. */
static void log_tend(struct bln_table_writer *writer, int64_t version)
{
	const struct bln_job_context *context = writer->context;
	struct bln_consumers consumers = { .context = context, .table = writer->spec->table };
	struct bln_tend_spec spec = {
		.checkpoint = { .parquet = context->lake->parquet, .clock = context->clock, .random = context->random },
		.keep_from_version = BLN_KEEP_FROM_UNKNOWN,
		.keep = bln_consumers_keep,
		.keep_context = &consumers
	};
	struct bln_tended tended;
	struct bln_err err = { 0 };

	if (!bln_checkpoint_is_due(&writer->snapshot->metadata, version))
		return;
	if (bln_work_part(context->work, &writer->arena, &spec.checkpoint.staging, &err) != BLN_OK ||
	    bln_log_tend(writer->snapshot, version, &spec, &tended, &err) != BLN_OK)
		bln_logger_say(context->logger, BLN_LEVEL_WARN, "delta", "%s: no checkpoint at version %" PRId64 ": %s",
			       writer->spec->table, version, err.message);
}

static const char *const operations[] = {
	[BLN_WRITE_ADD] = "WRITE",     [BLN_WRITE_ADD_NEW] = "MERGE", [BLN_WRITE_UPSERT] = "MERGE",
	[BLN_WRITE_REPLACE] = "WRITE", [BLN_WRITE_ALL] = "WRITE",
};

enum bln_status bln_table_writer_commit(struct bln_table_writer *writer, const struct bln_write_commit *commit,
					struct bln_commit_result *result, struct bln_err *err)
{
	const enum bln_write_mode mode = writer->spec->mode;
	struct bln_read_set read = { .is_whole_table = mode == BLN_WRITE_ADD_NEW || mode == BLN_WRITE_ALL };
	struct bln_commit what = { .operation = operations[mode],
				   .bullion = commit->bullion,
				   .read = mode == BLN_WRITE_ADD && !writer->spec->clears_owned ? NULL : &read,
				   .clock = writer->context->clock,
				   .random = writer->context->random };
	struct bln_action *actions = NULL;
	enum bln_status status;

	*result = (struct bln_commit_result){ .version = writer->snapshot ? writer->snapshot->version : -1 };
	if (!writer->snapshot)
		return BLN_OK;
	writer->removed = 0;
	writer->removed_bytes = 0;
	writer->removed_rows = 0;
	BLN_TRY(owned_clear(writer, err)); /* there may have been no rows at all */
	read.ranges = writer->ranges;
	read.range_count = writer->range_count;
	BLN_TRY(actions_make(writer, commit, &actions, &what.action_count, err));
	if (what.action_count == 0)
		return BLN_OK;
	BLN_TRY(bln_table_metrics(writer, mode == BLN_WRITE_ADD_NEW || mode == BLN_WRITE_UPSERT, &what.metrics, err));
	what.actions = actions;
	what.kind = writer->removed ? BLN_WRITE_REWRITE : BLN_WRITE_APPEND;
	BLN_TRY(files_store(writer, err));
	status = bln_log_commit(writer->snapshot, &what, result, err);
	writer->is_kept = status == BLN_OK || result->is_in_doubt;
	if (status == BLN_OK) {
		writer->committed = (int64_t)writer->file_count;
		log_tend(writer, result->version);
	}
done:
	return status == BLN_OK ? BLN_OK : bln_err_where(err, status, "%s", writer->spec->table);
}

enum bln_status bln_table_writer_rebase(struct bln_table_writer *writer, struct bln_err *err)
{
	struct bln_snapshot *snapshot = NULL;
	enum bln_status status;

	if (writer->schema != &writer->snapshot->schema)
		return bln_err_set(err, BLN_CONFLICT, "%s: others wrote while new columns were to come: try again",
				   writer->spec->table);
	status = bln_lake_snapshot(writer->context->lake, writer->spec->table, BLN_VERSION_LATEST, &snapshot, err);
	if (status != BLN_OK)
		return status;
	if (writer->staged_for)
		bln_snapshot_destroy(writer->owned);
	else
		writer->staged_for = writer->owned;
	writer->owned = snapshot;
	bln_table_writer_base(writer, snapshot);
	return BLN_OK;
}

const struct bln_snapshot *bln_table_writer_snapshot(const struct bln_table_writer *writer)
{
	return writer->snapshot;
}

void bln_table_writer_count(const struct bln_table_writer *writer, struct bln_job_result *result)
{
	result->rows_out += writer->incoming;
	result->bytes_added += writer->bytes;
	result->files_added += writer->committed;
	result->files_removed += writer->removed;
}

void bln_table_writer_close(struct bln_table_writer *writer)
{
	if (!writer)
		return;
	if (writer->is_stored && !writer->is_kept)
		files_delete(writer);
	bln_snapshot_destroy(writer->owned);
	bln_snapshot_destroy(writer->staged_for);
	bln_mem_free(writer->is_removed);
	bln_mem_free(writer->files);
	bln_mem_free(writer->ranges);
	bln_store_close(writer->work_store);
	bln_arena_clean_up(&writer->arena);
	bln_mem_free(writer);
}
