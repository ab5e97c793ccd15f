/* Small content stays in BYTES, whole; of large content BYTES is the block at hand, and it is read again for the
 * rows. */
#include "source/kraken_archive/reader.h"

#include <stdio.h>
#include <string.h>

#define XXH_STATIC_LINKING_ONLY /* the state's size, for memory of our own */
#include <xxhash.h>

#include "base/mem.h"
#include "source/csv/rows.h"
#include "source/kraken_archive/content.h"
#include "source/kraken_archive/range.h"

enum { BLOCK_BYTES = 1 << 20, HASH_ALIGNMENT = 64 };

struct reader {
	struct bln_source_reader base;
	struct kraken_source *source;
	struct kraken_item *item;
	struct bln_unit *unit;
	bln_source_refuse *refuse;
	bln_source_resume *resume;
	void *context;
	struct kraken_content content;
	bool is_whole; /* BYTES holds all of it */
	char *bytes;
	size_t capacity;
	size_t length; /* of BYTES that are there */
	size_t used; /* of those, taken by ROWS */
	char *hash_block;
	XXH3_state_t *hash; /* in HASH_BLOCK, aligned as it has to be */
	struct bln_csv_rows rows;
	struct bln_csv_span span;
	struct bln_refusal refusal;
	char raw[BLN_REFUSAL_RAW_MAX + 1];
};

/* The open at SECONDS; INT64_MIN, which is none, stays. */
static int64_t open_us(int64_t seconds)
{
	return seconds == INT64_MIN ? INT64_MIN : seconds * BLN_US_PER_SECOND;
}

static enum bln_status row_refused(void *context, enum bln_reason reason, int64_t line, const char *bytes,
				   size_t length, struct bln_err *err)
{
	struct reader *reader = context;
	struct bln_refusal *refusal = &reader->refusal;
	char id[BLN_UNIT_ID_SIZE];

	if (!reader->refuse)
		return BLN_OK;
	refusal->unit = reader->unit;
	refusal->reason = reason;
	refusal->is_kept = bln_reason_is_kept(reason);
	refusal->line = line;
	refusal->raw = reader->raw;
	refusal->raw_length = bln_raw_text(bytes, length, reader->raw);
	refusal->is_unplaced = reader->rows.is_unplaced;
	refusal->after_us = open_us(reader->rows.last_s);
	bln_unit_id(reader->unit, id);
	snprintf(refusal->id, sizeof(refusal->id), "%s:%lld:%s", id, (long long)line, bln_reason_code(reason));
	return reader->refuse(reader->context, refusal, err);
}

static enum bln_status rows_resumed(void *context, int64_t after_s, int64_t before_s, struct bln_err *err)
{
	const struct reader *reader = context;
	const struct bln_unplaced unplaced = { .unit = reader->unit,
					       .after_us = open_us(after_s),
					       .before_us = open_us(before_s) };

	return reader->resume ? reader->resume(reader->context, &unplaced, err) : BLN_OK;
}

static XXH3_state_t *hash_place(char *block)
{
	return (XXH3_state_t *)(void *)(block + (HASH_ALIGNMENT - (uintptr_t)block % HASH_ALIGNMENT) % HASH_ALIGNMENT);
}

static void hash_text(const XXH3_state_t *hash, char text[static BLN_HASH_TEXT_SIZE])
{
	XXH128_canonical_t canonical;

	XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(hash));
	for (size_t i = 0; i < sizeof(canonical.digest); i++)
		snprintf(text + 2 * i, 3, "%02x", canonical.digest[i]);
}

/* Reads all of the content once: its hash and its ends, and BYTES if it is to stay. */
static enum bln_status content_take(struct reader *reader, struct bln_err *err)
{
	enum bln_status status;
	size_t got;

	XXH3_128bits_reset(reader->hash);
	BLN_TRY(kraken_content_open(&reader->content, reader->source, reader->item, err));
	do {
		const size_t room = reader->capacity - reader->length;
		char *into = reader->bytes + reader->length;

		/* Behind a whole content one more read tells that this was all. */
		BLN_TRY(kraken_content_read(&reader->content, into, room < BLOCK_BYTES ? room : BLOCK_BYTES, &got,
					    err));
		XXH3_128bits_update(reader->hash, into, got);
		bln_csv_span_add(&reader->span, into, got);
		if (reader->is_whole)
			reader->length += got;
	} while (got > 0);
	hash_text(reader->hash, reader->unit->hash);
	reader->unit->is_hashed = true;
	kraken_content_close(&reader->content);
	if (!reader->is_whole) {
		XXH3_128bits_reset(reader->hash);
		status = kraken_content_open(&reader->content, reader->source, reader->item, err);
	}
done:
	return status;
}

enum bln_status kraken_reader_open(struct bln_source *base, struct bln_unit *unit, bln_source_refuse *refuse,
				   bln_source_resume *resume, void *context, struct bln_source_reader **out,
				   struct bln_err *err)
{
	struct kraken_source *source = (struct kraken_source *)base;
	struct kraken_item *item = &source->items[unit->entry_index];
	struct reader *reader = bln_mem_alloc(sizeof(*reader));
	struct bln_chunk *scratch = NULL;
	enum bln_status status = BLN_OK;
	struct kraken_span span;
	int64_t end_us;

	if (!reader)
		return bln_err_memory(err);
	*reader = (struct reader){ .base = { .ops = base->ops },
				   .source = source,
				   .item = item,
				   .unit = unit,
				   .refuse = refuse,
				   .resume = resume,
				   .context = context,
				   .content = { .fd = -1 },
				   .is_whole = item->content_bytes <= source->values->memory_bytes,
				   .hash_block = bln_mem_alloc(sizeof(XXH3_state_t) + HASH_ALIGNMENT) };
	reader->capacity = reader->is_whole ? (size_t)item->content_bytes + 1 : BLOCK_BYTES;
	reader->bytes = bln_mem_alloc(reader->capacity);
	scratch = bln_chunk_new();
	if (!reader->hash_block || !reader->bytes || !scratch)
		BLN_TRY(bln_err_memory(err));
	reader->hash = hash_place(reader->hash_block);
	BLN_TRY(content_take(reader, err));
	kraken_span_keep(source, item, &reader->span, scratch, &span);
	unit->first_us = span.first_us;
	unit->last_us = span.last_us;
	BLN_TRY(kraken_range_end(source, item, &span, &end_us, err));
	bln_csv_rows_init(&reader->rows, unit->step_us / BLN_US_PER_SECOND, end_us, row_refused, reader);
	reader->rows.resume = rows_resumed;
	*out = &reader->base;
done:
	bln_mem_free(scratch);
	if (status != BLN_OK)
		kraken_reader_close(&reader->base);
	return status;
}

/* The next block of large content, hashed once more: at the end it must have been the same. */
static enum bln_status block_read(struct reader *reader, bool *is_ended, struct bln_err *err)
{
	char again[BLN_HASH_TEXT_SIZE];
	enum bln_status status;

	*is_ended = true;
	reader->used = 0;
	if (reader->is_whole) {
		reader->length = 0;
		return BLN_OK;
	}
	BLN_TRY(kraken_content_read(&reader->content, reader->bytes, reader->capacity, &reader->length, err));
	XXH3_128bits_update(reader->hash, reader->bytes, reader->length);
	*is_ended = reader->length == 0;
	if (*is_ended) {
		hash_text(reader->hash, again);
		if (strcmp(again, reader->unit->hash) != 0)
			status = kraken_content_where(
				&reader->content,
				bln_err_set(err, BLN_CONFLICT,
					    "it was changed while it was read; run again once it is complete"),
				err);
	}
done:
	return status;
}

/* What is known of the unit once all its rows were given. */
static void unit_finish(const struct reader *reader)
{
	const struct bln_csv_rows *rows = &reader->rows;
	struct bln_unit *unit = reader->unit;

	unit->is_read = true;
	unit->rows = rows->accepted;
	unit->refused = rows->refused;
	unit->first_us = rows->accepted > 0 ? rows->first_s * BLN_US_PER_SECOND : INT64_MAX;
	unit->last_us = rows->accepted > 0 ? rows->last_s * BLN_US_PER_SECOND : INT64_MIN;
}

enum bln_status kraken_reader_next(struct bln_source_reader *base, struct bln_chunk *chunk, struct bln_err *err)
{
	struct reader *reader = (struct reader *)base;
	enum bln_status status = BLN_OK;
	bool is_ended = false;

	chunk->count = 0;
	if (reader->rows.is_ended && reader->unit->is_read)
		return BLN_OK;
	while (chunk->count < BLN_CHUNK_ROWS_MAX && !is_ended) {
		size_t used;

		if (reader->used == reader->length) {
			BLN_TRY(block_read(reader, &is_ended, err));
			continue;
		}
		BLN_TRY(bln_csv_rows_feed(&reader->rows, reader->bytes + reader->used, reader->length - reader->used,
					  &used, chunk, err));
		reader->used += used;
	}
	if (chunk->count < BLN_CHUNK_ROWS_MAX) {
		BLN_TRY(bln_csv_rows_end(&reader->rows, chunk, err));
		if (chunk->count == 0)
			unit_finish(reader);
	}
done:
	return status;
}

void kraken_reader_close(struct bln_source_reader *base)
{
	struct reader *reader = (struct reader *)base;

	kraken_content_close(&reader->content);
	bln_mem_free(reader->hash_block);
	bln_mem_free(reader->bytes);
	bln_mem_free(reader);
}
