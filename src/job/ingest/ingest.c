/* The job kind `ingest`: what a source has and the lake has not. */
#include "job/ingest/ingest.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/number.h"
#include "catalog/standard.h"
#include "job/ingest/units.h"
#include "state/seen.h"

/* A batch is one commit: large enough that commits do not count, small enough that a crash does not undo much. */
#define BATCH_BYTES (INT64_C(4) << 30)

enum { BATCH_UNITS = 4096 };

void ingest_miss(struct ingest *ingest, const char *what)
{
	pthread_mutex_lock(&ingest->missed_lock);
	bln_text_add_format(&ingest->result->missed, "%s%s", ingest->result->missed.length ? "\n" : "", what);
	ingest->result->is_partial = true;
	bln_logger_say(ingest->context->logger, BLN_LEVEL_WARN, "ingest", "%s", what);
	pthread_mutex_unlock(&ingest->missed_lock);
}

static void told(void *context, const struct bln_source_note *note)
{
	struct ingest *ingest = context;

	if (note->status != BLN_OK)
		ingest_miss(ingest, note->text);
	else
		bln_logger_say(ingest->context->logger, note->is_detail ? BLN_LEVEL_DEBUG : BLN_LEVEL_INFO, "ingest",
			       "%s", note->text);
	if (note->status == BLN_OK && !note->is_detail)
		bln_text_add_format(&ingest->result->remarks, "%s%s", ingest->result->remarks.length ? "\n" : "",
				    note->text);
}

static void seen_of(const struct ingest *ingest, const struct bln_unit *unit, struct bln_seen *seen)
{
	*seen = (struct bln_seen){ .source = ingest->job->source->name,
				   .path = unit->path,
				   .entry = unit->entry ? unit->entry : "",
				   .size_bytes = unit->fingerprint.size_bytes,
				   .mtime_ns = unit->fingerprint.mtime_ns,
				   .inode = unit->fingerprint.inode };
	for (size_t i = 0; unit->is_hashed && i < BLN_SEEN_HASH_SIZE; i++)
		seen->hash[i] = (uint8_t)(bln_hex_value(unit->hash[2 * i]) * 16 + bln_hex_value(unit->hash[2 * i + 1]));
}

/* Files that are as they were when they were last read are not read again: their hash is remembered. Whether the content is in
 * the lake is asked of the lake. */
static enum bln_status units_recall(struct ingest *ingest, struct bln_err *err)
{
	struct bln_seen *seen = bln_mem_calloc(ingest->unit_count + 1, sizeof(*seen));
	enum bln_status status;

	if (!seen)
		return bln_err_memory(err);
	for (size_t i = 0; i < ingest->unit_count; i++)
		seen_of(ingest, &ingest->units[i], &seen[i]);
	BLN_TRY(bln_seen_get(ingest->context->state, seen, ingest->unit_count, err));
	for (size_t i = 0; i < ingest->unit_count; i++) {
		struct bln_unit *unit = &ingest->units[i];
		const struct bln_map_entry *entry;
		char id[BLN_UNIT_ID_SIZE];

		if (!seen[i].is_known)
			continue;
		for (size_t j = 0; j < BLN_SEEN_HASH_SIZE; j++)
			snprintf(&unit->hash[2 * j], 3, "%02x", seen[i].hash[j]);
		unit->is_hashed = true;
		ingest->items[i].is_recalled = true;
		bln_unit_id(unit, id);
		entry = bln_map_find(&ingest->known, id, strlen(id));
		if (entry) {
			const struct bln_unit_record *record = entry->pointer;

			unit->from_us = record->from_us;
			unit->to_us = record->to_us;
			ingest->items[i].state = INGEST_KNOWN;
			ingest->result->units_known++;
		}
	}
done:
	bln_mem_free(seen);
	return status;
}

static enum bln_status units_remember(struct ingest *ingest, struct bln_err *err)
{
	struct bln_seen *seen = bln_mem_calloc(ingest->unit_count + 1, sizeof(*seen));
	size_t count = 0;
	enum bln_status status = BLN_OK;

	if (!seen)
		return bln_err_memory(err);
	for (size_t i = 0; i < ingest->unit_count; i++)
		if (ingest->units[i].is_hashed && !ingest->items[i].is_recalled &&
		    ingest->items[i].state != INGEST_FAILED)
			seen_of(ingest, &ingest->units[i], &seen[count++]);
	if (count)
		status = bln_seen_put(ingest->context->state, seen, count, ingest->read_at_ns, err);
	bln_mem_free(seen);
	return status;
}

static enum bln_status batches_run(struct ingest *ingest, struct bln_err *err)
{
	struct ingest_unit **items = bln_mem_calloc(ingest->unit_count + 1, sizeof(struct ingest_unit *));
	enum bln_status status = BLN_OK;

	if (!items)
		return bln_err_memory(err);
	for (size_t i = 0; i < ingest->unit_count;) {
		struct ingest_batch batch = { .ingest = ingest, .items = items };
		int64_t bytes = 0;

		for (; i < ingest->unit_count && batch.count < BATCH_UNITS && bytes < BATCH_BYTES; i++) {
			if (ingest->items[i].state != INGEST_NEW)
				continue;
			items[batch.count++] = &ingest->items[i];
			bytes += ingest->units[i].content_bytes;
		}
		if (batch.count == 0)
			break;
		BLN_TRY(ingest_batch_run(&batch, err));
	}
done:
	bln_mem_free(items);
	return status;
}

/* Where nothing at all could be read, nothing was done in part. */
static enum bln_status failed_check(struct ingest *ingest, struct bln_err *err)
{
	struct bln_slice missed = { ingest->result->missed.at, ingest->result->missed.length };
	struct bln_slice first = bln_slice_cut(&missed, '\n');

	for (size_t i = 0; i < ingest->unit_count; i++)
		if (ingest->items[i].state != INGEST_FAILED)
			return BLN_OK;
	ingest->result->is_partial = false;
	if (ingest->unit_count == 1 && missed.length == 0) { /* the reason is all there is to be told, once */
		bln_err_set(err, BLN_IO, "%.*s", (int)first.length, first.at);
		bln_text_clear(&ingest->result->missed);
		return BLN_IO;
	}
	return bln_err_set(err, BLN_IO, "none of %zu files can be read; the first: %.*s", ingest->unit_count,
			   (int)first.length, first.at);
}

static enum bln_status ingest_run(struct ingest *ingest, struct bln_err *err)
{
	struct bln_job_context *context = ingest->context;
	const char *type =
		bln_standard_type(ingest->job->into); /* an archive may hold other classes than its connector says */
	struct bln_source_filter filter = { 0 };
	const char *venue = NULL;
	enum bln_status status;

	BLN_TRY(ingest_source_open(ingest->job, context->expander, context->clock, &ingest->source, &filter, &venue,
				   err));
	/* the stream: venue and table, as units are told apart by their venue */
	ingest->app_id = bln_arena_printf(context->arena, "ingest:%s:%s", venue, ingest->job->into);
	if (!ingest->app_id)
		return bln_err_memory(err);
	ingest->read_at_ns = bln_clock_now_us(context->clock) * 1000;
	BLN_TRY(bln_source_list(ingest->source, &filter, told, ingest, &ingest->units, &ingest->unit_count, err));
	ingest->items = bln_mem_calloc(ingest->unit_count + 1, sizeof(*ingest->items));
	if (!ingest->items)
		return bln_err_memory(err);
	for (size_t i = 0; i < ingest->unit_count; i++) {
		ingest->items[i].unit = &ingest->units[i];
		if (type)
			ingest->units[i].type = type;
	}
	BLN_TRY(ingest_known_load(ingest, err));
	BLN_TRY(units_recall(ingest, err));
	status = batches_run(ingest, err);
	if (status == BLN_OK)
		status = failed_check(ingest, err);
	if (status == BLN_OK)
		status = bln_units_fold(context, ingest->job->into, NULL, err);
	if (status == BLN_OK)
		status = units_remember(ingest, err);
done:
	return status;
}

enum bln_status bln_job_ingest(struct bln_job_context *context, const struct bln_job *job,
			       struct bln_job_result *result, struct bln_err *err)
{
	struct ingest ingest = { .context = context,
				 .job = job,
				 .result = result,
				 .quarantine = job->quarantine ? job->quarantine : BLN_QUARANTINE_TABLE };
	enum bln_status status;

	pthread_mutex_init(&ingest.missed_lock, NULL);
	status = ingest_run(&ingest, err);
	result->is_idle = status == BLN_OK && result->units == 0 && !result->is_partial;
	pthread_mutex_destroy(&ingest.missed_lock);
	bln_source_close(ingest.source);
	bln_mem_free(ingest.items);
	bln_map_clean_up(&ingest.known);
	bln_arena_clean_up(&ingest.arena);
	return status;
}
