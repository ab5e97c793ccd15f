/* The rows of a batch, unit by unit: each of DuckDB's threads takes the next unit and parses it straight into DuckDB's columns. */
#include <string.h>

#include "base/mem.h"
#include "engine/row_source.h"
#include "job/ingest/ingest.h"

/* Content worth a thread of its own, which writes a file of its own: a few new candles are to be one small file, not several. */
enum { THREAD_BYTES = 4 << 20, THREADS_MAX = 1024 };

static int threads_max(const struct ingest_batch *batch)
{
	int64_t worth = 1 + batch->bytes_total / THREAD_BYTES;

	return worth < THREADS_MAX ? (int)worth : THREADS_MAX;
}

enum column {
	SYMBOL,
	DATETIME,
	OPEN,
	HIGH,
	LOW,
	CLOSE,
	VOLUME,
	VWAP,
	TRADES,
	FREQUENCY,
	ORIGIN,
	BASE_CURRENCY,
	TYPE,
	SOURCE,
	UNIT,
	LOADED_AT,
	COLUMNS
};
static const struct bln_row_column columns[COLUMNS] = {
	[SYMBOL] = { "symbol", BLN_ROW_VARCHAR, false },
	[DATETIME] = { "datetime", BLN_ROW_TIMESTAMPTZ, false },
	[OPEN] = { "open", BLN_ROW_DOUBLE, false },
	[HIGH] = { "high", BLN_ROW_DOUBLE, false },
	[LOW] = { "low", BLN_ROW_DOUBLE, false },
	[CLOSE] = { "close", BLN_ROW_DOUBLE, false },
	[VOLUME] = { "volume", BLN_ROW_DOUBLE, false },
	[VWAP] = { "vwap", BLN_ROW_DOUBLE, true },
	[TRADES] = { "trades", BLN_ROW_BIGINT, true },
	[FREQUENCY] = { "frequency", BLN_ROW_VARCHAR, false },
	[ORIGIN] = { "origin", BLN_ROW_VARCHAR, false },
	[BASE_CURRENCY] = { "base_currency", BLN_ROW_VARCHAR, false },
	[TYPE] = { "type", BLN_ROW_VARCHAR, false },
	[SOURCE] = { "source", BLN_ROW_VARCHAR, false },
	[UNIT] = { "source_unit", BLN_ROW_VARCHAR, false },
	[LOADED_AT] = { "loaded_at", BLN_ROW_TIMESTAMPTZ, false },
};

/* One of DuckDB's threads. */
struct reading {
	struct ingest_batch *batch;
	struct ingest_unit *item; /* being read */
	struct bln_source_reader *reader;
	bool has_given; /* rows of the item */
	char unit_id[BLN_UNIT_ID_SIZE];
};

static enum bln_status reading_open(void *context, const bool *wanted, void **thread, struct bln_err *err)
{
	struct reading *reading = bln_mem_calloc(1, sizeof(*reading));

	for (size_t i = 0; i < COLUMNS; i++)
		if (!wanted[i]) {
			bln_mem_free(reading);
			return bln_err_set(err, BLN_BUG, "candles are read without their column %s", columns[i].name);
		}
	if (!reading)
		return bln_err_memory(err);
	reading->batch = context;
	*thread = reading;
	return BLN_OK;
}

static void reading_close(void *thread)
{
	struct reading *reading = thread;

	bln_source_reader_close(reading->reader);
	bln_mem_free(reading);
}

static enum bln_status refused(void *context, const struct bln_refusal *refusal, struct bln_err *err)
{
	struct ingest_batch *batch = context;

	return bln_quarantine_add(&batch->quarantine, refusal, err);
}

static enum bln_status resumed(void *context, const struct bln_unplaced *unplaced, struct bln_err *err)
{
	struct ingest_batch *batch = context;

	return bln_quarantine_place(&batch->quarantine, unplaced, err);
}

/* Whether the unit, whose hash is known now, is this thread's to load. */
static enum bln_status unit_claim(struct reading *reading, bool *is_ours, struct bln_err *err)
{
	struct ingest_batch *batch = reading->batch;
	size_t length = strlen(reading->unit_id);
	enum bln_status status = BLN_OK;

	*is_ours = false;
	pthread_mutex_lock(&batch->lock);
	if (!bln_map_find(&batch->ingest->known, reading->unit_id, length) &&
	    !bln_map_find(&batch->claimed, reading->unit_id, length)) {
		const char *id = bln_arena_strndup(&batch->arena, reading->unit_id, length);

		*is_ours = true;
		if (!id || !bln_map_put(&batch->claimed, id, length, reading->item))
			status = bln_err_memory(err);
	}
	pthread_mutex_unlock(&batch->lock);
	return status;
}

static void unit_end(struct reading *reading, enum ingest_state state)
{
	struct ingest_batch *batch = reading->batch;
	int64_t done = atomic_fetch_add(&batch->bytes, reading->item->unit->content_bytes);

	reading->item->state = state;
	bln_source_reader_close(reading->reader);
	reading->reader = NULL;
	pthread_mutex_lock(&batch->lock);
	bln_job_progress(batch->ingest->context, done + reading->item->unit->content_bytes, batch->bytes_total, "bytes",
			 "reading");
	pthread_mutex_unlock(&batch->lock);
	reading->item = NULL;
}

/* What is wrong with one unit must not keep the others out; what is wrong with us ends the statement. */
static bool is_the_units_fault(enum bln_status status)
{
	return status != BLN_NO_MEMORY && status != BLN_CANCELLED && status != BLN_BUG;
}

/* Takes the next unit that is to be loaded; reading->reader stays NULL when there is none left. */
static enum bln_status unit_next(struct reading *reading, struct bln_err *err)
{
	struct ingest_batch *batch = reading->batch;
	struct bln_err why = { 0 };
	enum bln_status status;
	bool is_ours;

	for (;;) {
		size_t next = atomic_fetch_add(&batch->next, 1);

		if (next >= batch->count)
			return BLN_OK;
		reading->item = batch->items[next];
		if (reading->item->state != INGEST_NEW)
			continue;
		reading->has_given = false;
		status = bln_source_reader_open(batch->ingest->source, reading->item->unit, refused, resumed, batch,
						&reading->reader, &why);
		if (status != BLN_OK && is_the_units_fault(status)) {
			ingest_miss(batch->ingest, why.message);
			unit_end(reading, INGEST_FAILED);
			continue;
		}
		if (status != BLN_OK)
			return bln_err_set(err, status, "%s", why.message);
		bln_unit_id(reading->item->unit, reading->unit_id);
		status = unit_claim(reading, &is_ours, err);
		if (status != BLN_OK || is_ours)
			return status;
		unit_end(reading, INGEST_KNOWN);
	}
}

static void constants_set(const struct reading *reading, const struct bln_row_block *block)
{
	const struct bln_unit *unit = reading->item->unit;
	const struct {
		enum column column;
		const char *text;
	} texts[] = {
		{ SYMBOL, unit->symbol },   { FREQUENCY, unit->frequency },
		{ ORIGIN, unit->origin },   { BASE_CURRENCY, unit->base_currency },
		{ TYPE, unit->type },	    { SOURCE, unit->source },
		{ UNIT, reading->unit_id },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		bln_row_block_set_constant_text(block, texts[i].column, texts[i].text, strlen(texts[i].text));
	bln_row_block_set_constant_int64(block, LOADED_AT, reading->batch->loaded_at_us);
}

static enum bln_status rows_next(void *thread, struct bln_row_block *block, struct bln_err *err)
{
	struct reading *reading = thread;
	const struct bln_row_vector *v = block->columns;
	struct bln_chunk chunk = { .datetime_us = v[DATETIME].values,
				   .open = v[OPEN].values,
				   .high = v[HIGH].values,
				   .low = v[LOW].values,
				   .close = v[CLOSE].values,
				   .volume = v[VOLUME].values,
				   .vwap = v[VWAP].values,
				   .trades = v[TRADES].values,
				   .vwap_valid = v[VWAP].validity,
				   .trades_valid = v[TRADES].validity };
	int64_t lines[BLN_CHUNK_ROWS_MAX];
	struct bln_err why = { 0 };
	enum bln_status status;

	chunk.line = lines;
	block->count = 0;
	for (;;) {
		if (!reading->reader) {
			status = unit_next(reading, err);
			if (status != BLN_OK || !reading->reader)
				return status;
		}
		status = bln_source_reader_next(reading->reader, &chunk, &why);
		if (status == BLN_OK && chunk.count == 0) {
			unit_end(reading, INGEST_STAGED);
			continue;
		}
		if (status == BLN_OK)
			break;
		if (is_the_units_fault(status)) { /* its rows so far are among those staged already */
			ingest_miss(reading->batch->ingest, why.message);
			reading->item->state = INGEST_FAILED;
			pthread_mutex_lock(&reading->batch->lock);
			reading->batch->is_spoilt = true;
			pthread_mutex_unlock(&reading->batch->lock);
		}
		return bln_err_set(err, status, "%s", why.message);
	}
	block->count = chunk.count;
	reading->has_given = true;
	constants_set(reading, block);
	return BLN_OK;
}

void ingest_rows_source(struct ingest_batch *batch, struct bln_row_source *source)
{
	*source = (struct bln_row_source){ .name = "bln_candles",
					   .columns = columns,
					   .column_count = COLUMNS,
					   .threads_max = threads_max(batch),
					   .context = batch,
					   .thread_open = reading_open,
					   .next = rows_next,
					   .thread_close = reading_close };
}
