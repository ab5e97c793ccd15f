#include "source/kraken_archive/range.h"

#include <string.h>

#include "base/mem.h"
#include "source/kraken_archive/content.h"

enum {
	BLOCK_BYTES = 1 << 16,
	SILENT_PART = 24, /* of a candle: so much of it may pass at its end without a trade */
};

static int64_t step_us(const struct kraken_item *item)
{
	return item->minutes * BLN_US_PER_MINUTE;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static struct kraken_span span_of(const struct kraken_source *source, const struct kraken_item *item,
				  const struct bln_csv_span *span, struct bln_chunk *scratch)
{
	const struct bln_csv_ends ends =
		bln_csv_span_get(span, step_us(item) / BLN_US_PER_SECOND, source->now_us, scratch);

	return (struct kraken_span){ .is_known = true,
				     .has_rows = ends.has_rows,
				     .is_cut = ends.is_cut,
				     .first_us = ends.has_rows ? ends.first_us : INT64_MAX,
				     .last_us = ends.has_rows ? ends.last_us : INT64_MIN };
}

void kraken_span_keep(struct kraken_source *source, struct kraken_item *item, const struct bln_csv_span *span,
		      struct bln_chunk *scratch, struct kraken_span *known)
{
	*known = span_of(source, item, span, scratch);
	pthread_mutex_lock(&source->lock);
	item->span = *known;
	pthread_mutex_unlock(&source->lock);
}

/* Looks at the ends of ITEM's content: of a file only those are read, an entry has to be unpacked. The lock is held. */
static enum bln_status span_read(struct kraken_source *source, struct kraken_item *item, struct bln_err *err)
{
	struct {
		struct bln_csv_span span;
		char bytes[BLOCK_BYTES];
	} *work = bln_mem_calloc(1, sizeof(*work));
	struct bln_chunk *scratch = bln_chunk_new();
	struct kraken_content content = { .fd = -1 };
	enum bln_status status;
	size_t got = 1;

	if (!work || !scratch)
		BLN_TRY(bln_err_memory(err));
	BLN_TRY(kraken_content_open(&content, source, item, err));
	while (got > 0) {
		const bool is_long = content.fd >= 0 && item->content_bytes > INT64_C(2) * BLN_CSV_SPAN_BYTES;

		BLN_TRY(kraken_content_read(&content, work->bytes, is_long ? BLN_CSV_SPAN_BYTES : BLOCK_BYTES, &got,
					    err));
		bln_csv_span_add(&work->span, work->bytes, got);
		if (is_long && content.at < item->content_bytes - BLN_CSV_SPAN_BYTES) {
			bln_csv_span_skip(&work->span, item->content_bytes - BLN_CSV_SPAN_BYTES - content.at);
			content.at = item->content_bytes - BLN_CSV_SPAN_BYTES;
		}
	}
	item->span = span_of(source, item, &work->span, scratch);
done:
	kraken_content_close(&content);
	bln_mem_free(scratch);
	bln_mem_free(work);
	return status;
}

/* The span of item I if it counts for its archive's end. What cannot be read counts for nothing: it is told when it
 * is read itself. */
static enum bln_status span_want(struct kraken_source *source, size_t i, bool *counts, struct bln_err *err)
{
	struct kraken_item *item = &source->items[i];
	enum bln_status status = BLN_OK;

	if (!item->span.is_known)
		status = span_read(source, item, err);
	if (status != BLN_OK && status != BLN_NO_MEMORY) {
		item->span = (struct kraken_span){ .is_known = true };
		status = BLN_OK;
	}
	*counts = item->span.has_rows;
	return status;
}

/* The close of the last candle of the symbol whose items of ARCHIVE are among BEGIN to END: of the candles in which
 * its last trade can lie, the one that ends first. */
static int64_t symbol_close(const struct kraken_source *source, size_t archive, size_t begin, size_t end)
{
	int64_t last_us = INT64_MIN;
	int64_t close_us = INT64_MAX;

	for (size_t i = begin; i < end; i++)
		if (source->items[i].archive == archive && source->items[i].span.has_rows)
			last_us = later(last_us, source->items[i].span.last_us);
	for (size_t i = begin; i < end; i++) {
		const struct kraken_item *item = &source->items[i];

		if (item->archive == archive && item->span.has_rows && item->span.last_us + step_us(item) > last_us)
			close_us = earlier(close_us, item->span.last_us + step_us(item));
	}
	return last_us == INT64_MIN ? 0 : close_us;
}

static bool is_quarter_end(int64_t time_us)
{
	const struct bln_civil civil = bln_time_to_civil(time_us);

	return time_us % BLN_US_PER_DAY == 0 && civil.day == 1 && civil.month % 3 == 1;
}

/* The latest close of a candle that is believed to be whole although the finest files of ARCHIVE end before, at
 * END_US. */
static int64_t whole_close(const struct kraken_source *source, size_t archive, int64_t end_us)
{
	int64_t whole_us = end_us;

	for (size_t i = 0; i < source->item_count; i++) {
		const struct kraken_item *item = &source->items[i];
		const int64_t close_us = item->span.last_us + step_us(item);

		if (item->archive == archive && item->span.has_rows &&
		    (close_us - end_us <= step_us(item) / SILENT_PART || is_quarter_end(close_us)))
			whole_us = later(whole_us, close_us);
	}
	return whole_us;
}

/* Where the archive INDEX ends as a whole. */
static enum bln_status archive_end(struct kraken_source *source, size_t index, int64_t *end_us, struct bln_err *err)
{
	struct kraken_archive *archive = &source->archives[index];
	enum bln_status status = BLN_OK;
	int64_t found_us = 0;

	pthread_mutex_lock(&source->lock);
	for (size_t begin = 0, end; !archive->is_ended && begin < source->item_count; begin = end) {
		for (end = begin;
		     end < source->item_count && strcmp(source->items[end].symbol, source->items[begin].symbol) == 0;
		     end++) {
			bool counts;

			if (source->items[end].archive != index)
				continue;
			/* A recalled range was made from the same end. */
			if (source->units[end].to_us > 0 && !source->items[end].span.is_known)
				found_us = later(found_us, source->units[end].to_us);
			else
				BLN_TRY(span_want(source, end, &counts, err));
		}
		found_us = later(found_us, symbol_close(source, index, begin, end));
	}
	if (!archive->is_ended)
		archive->end_us = whole_close(source, index, found_us);
	archive->is_ended = true;
	*end_us = archive->end_us;
done:
	pthread_mutex_unlock(&source->lock);
	return status;
}

enum bln_status kraken_range_end(struct kraken_source *source, const struct kraken_item *item,
				 const struct kraken_span *known, int64_t *end_us, struct bln_err *err)
{
	enum bln_status status = BLN_OK;

	*end_us = source->now_us;
	if (item->archive == KRAKEN_NAMED) {
		const bool is_outside = known->has_rows && (known->last_us + step_us(item) <= item->from_us ||
							    known->first_us >= item->to_us);

		if (known->has_rows && !is_outside)
			*end_us = earlier(*end_us, later(item->to_us, known->last_us));
	} else if (source->archives[item->archive].minutes_min != source->archives[item->archive].minutes_max) {
		int64_t archive_us;

		status = archive_end(source, item->archive, &archive_us, err);
		if (status == BLN_OK)
			*end_us = earlier(*end_us, archive_us);
	}
	return status;
}

/* Whether another file of item I's symbol in its archive, or of those that were not recalled, has a candle that opens at CLOSE_US
 * or later. */
static enum bln_status is_left_behind(struct kraken_source *source, size_t i, int64_t close_us, bool among_new,
				      bool *is_left, struct bln_err *err)
{
	const struct kraken_item *item = &source->items[i];
	enum bln_status status = BLN_OK;
	size_t begin = i;

	*is_left = false;
	pthread_mutex_lock(&source->lock);
	while (begin > 0 && strcmp(source->items[begin - 1].symbol, item->symbol) == 0)
		begin--;
	for (size_t j = begin;
	     j < source->item_count && strcmp(source->items[j].symbol, item->symbol) == 0 && !*is_left; j++) {
		const struct kraken_item *other = &source->items[j];
		const int64_t recalled_us = other->span.is_known ? 0 : source->units[j].to_us;
		bool counts;

		if (j == i || other->archive != item->archive ||
		    (recalled_us > 0 && (among_new || recalled_us <= close_us)))
			continue;
		BLN_TRY(span_want(source, j, &counts, err));
		*is_left = counts && other->span.last_us >= close_us;
	}
done:
	pthread_mutex_unlock(&source->lock);
	return status;
}

/* span_want, with the lock. */
static enum bln_status span_look(struct kraken_source *source, size_t i, bool *counts, struct bln_err *err)
{
	enum bln_status status;

	pthread_mutex_lock(&source->lock);
	status = span_want(source, i, counts, err);
	pthread_mutex_unlock(&source->lock);
	return status;
}

/* Where the range of UNIT ends, whose archive's name says nothing. */
static enum bln_status unit_end(struct kraken_source *source, const struct bln_unit *unit, int64_t *end_us,
				struct bln_err *err)
{
	const struct kraken_item *item = &source->items[unit->entry_index];
	enum bln_status status;
	bool is_left;

	BLN_TRY(archive_end(source, item->archive, end_us, err));
	if (bln_unit_has_rows(unit)) {
		/* Its last candle may be one that was not committed. */
		const int64_t last_us = item->span.has_rows ? later(item->span.last_us, unit->last_us) : unit->last_us;

		BLN_TRY(is_left_behind(source, unit->entry_index, last_us + unit->step_us, false, &is_left, err));
		*end_us = is_left || item->span.is_cut ? unit->last_us + unit->step_us : *end_us;
	}
done:
	return status;
}

/* A recalled range ends where its archive did, as far as that was seen; with files that were added the archive may end later. A
 * range that goes on behind its last row shows that none of the files recalled with it left it behind. */
static enum bln_status recalled_extend(struct kraken_source *source, struct bln_unit *unit, struct bln_err *err)
{
	const int64_t close_us = unit->last_us + unit->step_us;
	const struct kraken_item *item = &source->items[unit->entry_index];
	enum bln_status status;
	int64_t end_us;
	bool is_left;
	bool counts;

	BLN_TRY(archive_end(source, item->archive, &end_us, err));
	end_us = earlier(end_us, source->now_us);
	end_us -= end_us % unit->step_us;
	if (end_us <= unit->to_us)
		return BLN_OK;
	BLN_TRY(is_left_behind(source, unit->entry_index, close_us, unit->to_us > close_us, &is_left, err));
	if (!is_left && unit->to_us == close_us)
		BLN_TRY(span_look(source, unit->entry_index, &counts, err));
	if (!is_left && !item->span.is_cut)
		unit->to_us = end_us;
done:
	return status;
}

enum bln_status kraken_settle(struct bln_source *base, struct bln_unit *units, size_t count, struct bln_err *err)
{
	struct kraken_source *source = (struct kraken_source *)base;
	enum bln_status status = BLN_OK;

	for (size_t i = 0; i < count; i++) {
		struct bln_unit *unit = &units[i];
		const struct kraken_item *item = &source->items[unit->entry_index];
		const bool has_rows = bln_unit_has_rows(unit);
		const int64_t close_us = has_rows ? unit->last_us + unit->step_us : 0;
		int64_t end_us = item->to_us;

		if (!unit->is_read) {
			if (unit->to_us > 0 && has_rows && item->archive != KRAKEN_NAMED)
				BLN_TRY(recalled_extend(source, unit, err));
			continue;
		}
		if (item->archive != KRAKEN_NAMED) {
			BLN_TRY(unit_end(source, unit, &end_us, err));
			unit->from_us = has_rows ? unit->first_us : 0;
		} else if (has_rows && (close_us <= item->from_us || unit->first_us >= item->to_us)) {
			end_us = close_us;
			unit->from_us = unit->first_us;
		} else {
			unit->from_us = has_rows ? earlier(item->from_us, unit->first_us) : item->from_us;
			end_us = item->span.is_cut ? close_us : end_us;
		}
		end_us = earlier(end_us, source->now_us);
		unit->to_us = later(end_us - end_us % unit->step_us, close_us);
		if (!has_rows && (item->archive != KRAKEN_NAMED || item->span.is_cut))
			unit->from_us = unit->to_us = 0;
	}
done:
	return status;
}
