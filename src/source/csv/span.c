#include "source/csv/span.h"

#include <string.h>

#include "base/time.h"
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

/* The first and last row accepted of TEXT. */
static bool text_span(const char *text, size_t length, bool is_end, int64_t step_s, int64_t end_us,
		      struct bln_chunk *scratch, int64_t *first_s, int64_t *last_s)
{
	struct bln_csv_rows rows;
	size_t used;

	bln_csv_rows_init(&rows, step_s, end_us, NULL, NULL);
	for (size_t at = 0; at < length; at += used) {
		scratch->count = 0;
		if (bln_csv_rows_feed(&rows, text + at, length - at, &used, scratch, NULL) != BLN_OK)
			return false;
	}
	scratch->count = 0;
	if (is_end && bln_csv_rows_end(&rows, scratch, NULL) != BLN_OK)
		return false;
	scratch->count = 0;
	*first_s = rows.first_s;
	*last_s = rows.last_s;
	return rows.accepted > 0;
}

bool bln_csv_span_get(const struct bln_csv_span *span, int64_t step_s, int64_t end_us, struct bln_chunk *scratch,
		      int64_t *first_us, int64_t *last_us)
{
	const char *tail = span->tail;
	size_t tail_length = span->tail_length;
	int64_t head_first_s, head_last_s, tail_first_s, tail_last_s;
	bool has_head, has_tail;

	has_head = text_span(span->head, span->head_length, span->bytes == (int64_t)span->head_length, step_s, end_us,
			     scratch, &head_first_s, &head_last_s);
	if (span->bytes > (int64_t)span->tail_length) { /* it begins within a line */
		const char *newline = memchr(tail, '\n', tail_length);

		tail_length = newline ? tail_length - (size_t)(newline + 1 - tail) : 0;
		tail = newline ? newline + 1 : tail;
	}
	has_tail = text_span(tail, tail_length, true, step_s, end_us, scratch, &tail_first_s, &tail_last_s);
	if (!has_head && !has_tail)
		return false;
	*first_us = (has_head ? head_first_s : tail_first_s) * BLN_US_PER_SECOND;
	*last_us = (has_tail ? tail_last_s : head_last_s) * BLN_US_PER_SECOND;
	return *first_us <= *last_us;
}
