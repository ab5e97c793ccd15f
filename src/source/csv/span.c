#include "source/csv/span.h"

#include <string.h>

#include "base/time.h"
#include "source/csv/place.h"
#include "source/csv/rows.h"

void bln_csv_span_add(struct bln_csv_span *span, const char *bytes, size_t length)
{
	const size_t room = sizeof(span->head) - span->head_length;
	const size_t kept = length < sizeof(span->tail) ? length : sizeof(span->tail);
	size_t stays = sizeof(span->tail) - kept;

	if (span->bytes == (int64_t)span->head_length) {
		memcpy(span->head + span->head_length, bytes, length < room ? length : room);
		span->head_length += length < room ? length : room;
	}
	stays = stays < span->tail_length ? stays : span->tail_length;
	memmove(span->tail, span->tail + span->tail_length - stays, stays);
	memcpy(span->tail + stays, bytes + length - kept, kept);
	span->tail_length = stays + kept;
	span->bytes += (int64_t)length;
}

void bln_csv_span_skip(struct bln_csv_span *span, int64_t bytes)
{
	span->bytes += bytes;
	span->tail_length = 0;
}

/* The ends of one text. */
struct text_ends {
	struct bln_csv_rows rows;
	int64_t accepted_at_last; /* rows before the last line without a time; -1: there is no such line */
};

static enum bln_status line_refused(void *context, enum bln_reason reason, int64_t line, const char *bytes,
				    size_t length, struct bln_err *err)
{
	struct text_ends *ends = context;
	(void)line, (void)err;

	if (bln_csv_is_unplaced(reason, bytes, length))
		ends->accepted_at_last = ends->rows.accepted;
	return BLN_OK;
}

static void text_read(const char *text, size_t length, bool is_end, int64_t step_s, int64_t end_us,
		      struct bln_chunk *scratch, struct text_ends *ends)
{
	size_t used;

	ends->accepted_at_last = -1;
	bln_csv_rows_init(&ends->rows, step_s, end_us, line_refused, ends);
	for (size_t at = 0; at < length; at += used) {
		scratch->count = 0;
		(void)!bln_csv_rows_feed(&ends->rows, text + at, length - at, &used, scratch,
					 NULL); /* as line_refused */
	}
	scratch->count = 0;
	if (is_end)
		(void)!bln_csv_rows_end(&ends->rows, scratch, NULL);
	scratch->count = 0;
}

struct bln_csv_ends bln_csv_span_get(const struct bln_csv_span *span, int64_t step_s, int64_t end_us,
				     struct bln_chunk *scratch)
{
	const char *tail = span->tail;
	size_t tail_length = span->tail_length;
	struct text_ends first, last;
	struct bln_csv_ends ends = { 0 };
	const char *newline = tail;

	text_read(span->head, span->head_length, span->bytes == (int64_t)span->head_length, step_s, end_us, scratch,
		  &first);
	if (span->bytes > (int64_t)span->tail_length) { /* it begins within a line */
		newline = memchr(tail, '\n', tail_length);
		tail_length = newline ? tail_length - (size_t)(newline + 1 - tail) : 0;
		tail = newline ? newline + 1 : tail;
	}
	text_read(tail, tail_length, true, step_s, end_us, scratch, &last);
	/* A line that fills all that was kept of the end is no row. */
	ends.is_cut = !newline || last.accepted_at_last == last.rows.accepted;
	if (first.rows.accepted == 0 && last.rows.accepted == 0)
		return ends;
	ends.first_us = (first.rows.accepted > 0 ? first : last).rows.first_s * BLN_US_PER_SECOND;
	ends.last_us = (last.rows.accepted > 0 ? last : first).rows.last_s * BLN_US_PER_SECOND;
	ends.has_rows = ends.first_us <= ends.last_us;
	return ends;
}
