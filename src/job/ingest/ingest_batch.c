/* A batch of units: staged, then what was refused is put away, then one commit. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/time.h"
#include "engine/row_source.h"
#include "job/ingest/ingest.h"
#include "job/ingest/units.h"
#include "job/write/table_write.h"

enum { COMMITS_MAX = 32, DATE_SIZE = 48 };

enum bln_status ingest_known_load(struct ingest *ingest, struct bln_err *err)
{
	enum bln_status status;

	BLN_TRY(bln_units_fold(ingest->context, ingest->job->into, &ingest->known_version, err));
	bln_map_clean_up(&ingest->known);
	bln_arena_clean_up(&ingest->arena);
	BLN_TRY(bln_units_known(ingest->context, ingest->job->into, &ingest->arena, &ingest->known,
				&ingest->last_loaded_at_us, err));
done:
	return status;
}

/* Later than all that was loaded into the table before, whatever the clock says: of two loads of one candle it must be
 * certain which was later. */
static int64_t loaded_at_next(const struct ingest *ingest)
{
	int64_t now_us = bln_clock_now_us(ingest->context->clock);

	return now_us > ingest->last_loaded_at_us ? now_us : ingest->last_loaded_at_us + 1;
}

/* As Delta writes the day of TIME_US. */
static void date_write(int64_t time_us, char date[DATE_SIZE])
{
	const struct bln_civil civil = bln_time_to_civil(time_us);

	snprintf(date, DATE_SIZE, "%04d-%02d-%02d", civil.year, civil.month, civil.day);
}

static enum bln_status rows_stage(struct ingest_batch *batch, struct bln_table_writer *writer, struct bln_err *err)
{
	struct bln_row_source source;
	struct bln_engine *engine;
	enum bln_status status;

	ingest_rows_source(batch, &source);
	BLN_TRY(bln_job_engine(batch->ingest->context, &engine, err));
	BLN_TRY(bln_row_source_add(engine, &source, err));
	status = bln_table_writer_add(writer, "SELECT * FROM bln_candles()", err);
	bln_row_source_remove(engine, source.name);
done:
	return status;
}

/* Whether what is staged is still not in the table, as the writer is going to commit behind it. */
static enum bln_status is_still_new(struct ingest_batch *batch, const struct bln_table_writer *writer, bool *is_new,
				    struct bln_err *err)
{
	struct ingest *ingest = batch->ingest;
	struct bln_map_entry *entry = NULL;
	enum bln_status status;

	*is_new = true;
	if (bln_table_writer_snapshot(writer)->version <= ingest->known_version)
		return BLN_OK;
	BLN_TRY(ingest_known_load(ingest, err));
	while ((entry = bln_map_next(&batch->claimed, entry)))
		*is_new = *is_new && !bln_map_find(&ingest->known, entry->key, entry->length);
done:
	return status;
}

/* Commits what is staged. *IS_DONE is false where others loaded some of the same units meanwhile. A commit fails with a race
 * where others of our stream commit behind the writer's snapshot; those before it must be among what is known. */
static enum bln_status rows_commit(struct ingest_batch *batch, struct bln_table_writer *writer, struct bln_slice json,
				   bool *is_done, struct bln_err *err)
{
	struct ingest *ingest = batch->ingest;
	struct bln_commit_result result = { 0 };
	enum bln_status status = BLN_CONFLICT;

	for (int i = 0; i < COMMITS_MAX; i++) {
		struct bln_txn txn = { .app_id = bln_slice_of(ingest->app_id), .updated_ms = -1 };
		const struct bln_write_commit commit = { .txns = &txn, .txn_count = 1, .bullion = json };

		BLN_TRY(is_still_new(batch, writer, is_done, err));
		if (!*is_done)
			goto done;
		txn.version = bln_snapshot_txn(bln_table_writer_snapshot(writer), ingest->app_id) + 1;
		status = bln_table_writer_commit(writer, &commit, &result, err);
		if (status != BLN_CONFLICT || result.race != BLN_RACE_APP_ID)
			break;
		BLN_TRY(bln_table_writer_rebase(writer, err));
		status = BLN_CONFLICT;
	}
	if (status == BLN_OK) {
		ingest->result->version = result.version;
		ingest->last_loaded_at_us = batch->loaded_at_us;
		bln_table_writer_count(writer, ingest->result);
	}
done:
	return status;
}

/* One try at the whole batch. */
static enum bln_status batch_try(struct ingest_batch *batch, bool *is_done, struct bln_err *err)
{
	struct ingest *ingest = batch->ingest;
	char load_date[DATE_SIZE];
	const struct bln_pair fixed = { .key = bln_slice_of("load_date"),
					.value = { load_date, strlen("YYYY-MM-DD") } };
	const struct bln_write_spec spec = { .table = ingest->job->into,
					     .mode = BLN_WRITE_ADD,
					     .fixed = { .items = &fixed, .count = 1 },
					     .is_clustered = true };
	struct bln_table_writer *writer = NULL;
	struct bln_text json = { 0 };
	enum bln_status status;
	size_t count = 0;

	*is_done = false;
	batch->is_spoilt = false;
	batch->next = 0;
	batch->bytes = 0;
	bln_map_clean_up(&batch->claimed);
	BLN_TRY(bln_quarantine_open(ingest->context, &batch->quarantine, err));
	batch->loaded_at_us = loaded_at_next(ingest);
	date_write(batch->loaded_at_us, load_date);
	BLN_TRY(bln_table_writer_open(ingest->context, &spec, NULL, &writer, err));
	status = rows_stage(batch, writer, err);
	if (status != BLN_OK && batch->is_spoilt) {
		status = BLN_OK;
		goto done;
	}
	if (status != BLN_OK)
		goto done;
	ingest_known_describe(batch);
	BLN_TRY(bln_source_settle(ingest->source, ingest->units, ingest->unit_count, err));
	BLN_TRY(ingest_records_make(batch, &count, &json, err));
	BLN_TRY(bln_quarantine_write(ingest->context, &batch->quarantine, ingest->quarantine, batch->loaded_at_us,
				     err));
	*is_done = true;
	if (count)
		BLN_TRY(rows_commit(batch, writer, (struct bln_slice){ json.at, json.length }, is_done, err));
	ingest->is_recalled_told = ingest->is_recalled_told || *is_done;
done:
	bln_quarantine_close(&batch->quarantine);
	bln_table_writer_close(writer);
	bln_text_clean_up(&json);
	return status;
}

enum bln_status ingest_batch_run(struct ingest_batch *batch, struct bln_err *err)
{
	struct ingest *ingest = batch->ingest;
	enum bln_status status = BLN_OK;
	bool is_done = false;

	pthread_mutex_init(&batch->lock, NULL);
	for (size_t i = 0; i < batch->count; i++)
		batch->bytes_total += batch->items[i]->unit->content_bytes;
	while (status == BLN_OK && !is_done) { /* each time round fewer units are left to do: failed ones, known ones */
		for (size_t i = 0; i < batch->count; i++)
			if (batch->items[i]->state == INGEST_STAGED)
				batch->items[i]->state = INGEST_NEW;
		status = batch_try(batch, &is_done, err);
	}
	for (size_t i = 0; i < batch->count && status == BLN_OK; i++) {
		const struct ingest_unit *item = batch->items[i];

		if (item->state == INGEST_STAGED) {
			ingest->result->units++;
			ingest->result->rows_in += item->unit->rows;
			ingest->result->refused += item->unit->refused;
		} else if (item->state == INGEST_KNOWN) {
			ingest->result->units_known++;
		}
	}
	bln_map_clean_up(&batch->claimed);
	bln_arena_clean_up(&batch->arena);
	pthread_mutex_destroy(&batch->lock);
	return status;
}
