/* A block is walked line by line: quick_rows takes the run of lines that have nothing about them, line_take the one
 * it stopped at. A line that straddles blocks is put together in CARRY. judge.c decides. */
#include "source/csv/rows.h"

#include <assert.h>
#include <string.h>

#include "base/time.h"
#include "source/csv/judge.h"
#include "source/csv/place.h"
#include "source/csv/quick.h"

static const char BOM[] = "\xEF\xBB\xBF";
enum { BOM_LENGTH = 3 };

void bln_csv_rows_init(struct bln_csv_rows *rows, int64_t step_s, int64_t end_us, bln_csv_refuse *refuse, void *context)
{
	assert(step_s > 0);
	*rows = (struct bln_csv_rows){
		.step_s = step_s,
		.end_s = end_us / BLN_US_PER_SECOND,
		.refuse = refuse,
		.context = context,
		.first_s = INT64_MAX,
		.last_s = INT64_MIN,
	};
}

/* A first line without a digit is a header: no candle is lost by it. */
static bool is_header(int64_t line, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)(bytes[i] - '0') <= 9)
			return false;
	return line == 1;
}

static enum bln_status tell(struct bln_csv_rows *rows, enum bln_reason reason, int64_t line, const char *bytes,
			    size_t length, struct bln_err *err)
{
	if (!bln_reason_is_kept(reason))
		rows->refused++;
	rows->is_unplaced = bln_csv_is_unplaced(reason, bytes, length) && !is_header(line, bytes, length);
	rows->has_unplaced = rows->has_unplaced || rows->is_unplaced;
	return rows->refuse ? rows->refuse(rows->context, reason, line, bytes, length, err) : BLN_OK;
}

/* Lines without a time end where a row at TIME_S follows. */
static enum bln_status unplaced_tell(struct bln_csv_rows *rows, int64_t time_s, struct bln_err *err)
{
	rows->has_unplaced = false;
	return rows->resume ? rows->resume(rows->context, rows->last_s, time_s, err) : BLN_OK;
}

static void row_append(struct bln_chunk *chunk, int64_t time_s, const struct bln_candle *candle, int64_t line)
{
	const size_t row = chunk->count++;

	chunk->datetime_us[row] = time_s * BLN_US_PER_SECOND;
	chunk->open[row] = candle->open;
	chunk->high[row] = candle->high;
	chunk->low[row] = candle->low;
	chunk->close[row] = candle->close;
	chunk->volume[row] = candle->volume;
	chunk->trades[row] = candle->trades;
	chunk->line[row] = line;
	chunk->vwap_valid[row / 64] &= ~(UINT64_C(1) << row % 64);
	chunk->trades_valid[row / 64] |= UINT64_C(1) << row % 64;
}

/* Empty lines are refused only once something follows them. */
static enum bln_status empty_lines_tell(struct bln_csv_rows *rows, struct bln_err *err)
{
	enum bln_status status = BLN_OK;

	for (; rows->empty_lines > 0 && status == BLN_OK; rows->empty_lines--)
		status = tell(rows, BLN_REASON_EMPTY_LINE, rows->lines - rows->empty_lines, "", 0, err);
	return status;
}

/* A line longer than what a row and its CR may have is known by its first bytes alone, however many of them are
 * there. */
static bool line_is_too_long(const char *at, size_t length)
{
	return length > BLN_CSV_LINE_MAX + 1 || (length == BLN_CSV_LINE_MAX + 1 && at[BLN_CSV_LINE_MAX] != '\r');
}

/* The long way: one whole line without its LF. HAS_END is false for what stands behind the last LF. */
static enum bln_status line_take(struct bln_csv_rows *rows, const char *at, size_t length, bool has_end,
				 struct bln_chunk *chunk, struct bln_err *err)
{
	enum bln_status status = BLN_OK;
	enum bln_reason reason;
	struct bln_candle candle;
	int64_t time_s = 0;

	rows->lines++;
	if (line_is_too_long(at, length)) {
		rows->has_lines = true;
		BLN_TRY(empty_lines_tell(rows, err));
		return tell(rows, BLN_REASON_TOO_LONG_LINE, rows->lines, at, BLN_CSV_LINE_MAX, err);
	}
	if (rows->lines == 1 && length >= BOM_LENGTH && memcmp(at, BOM, BOM_LENGTH) == 0) {
		at += BOM_LENGTH;
		length -= BOM_LENGTH;
		BLN_TRY(tell(rows, BLN_REASON_BOM, 1, "", 0, err));
	}
	if (length > 0 && at[length - 1] == '\r') {
		length--;
		if (!rows->has_crlf)
			BLN_TRY(tell(rows, BLN_REASON_CRLF, rows->lines, at, length, err));
		rows->has_crlf = true;
	}
	if (length == 0) {
		rows->empty_lines++;
		return BLN_OK;
	}
	rows->has_lines = true;
	BLN_TRY(empty_lines_tell(rows, err));
	reason = judge_line(rows, at, length, has_end, &time_s, &candle);
	if (reason != ACCEPTED)
		return tell(rows, reason, rows->lines, at, length, err);

	if (rows->has_unplaced)
		BLN_TRY(unplaced_tell(rows, time_s, err));
	row_append(chunk, time_s, &candle, rows->lines);
	rows->accepted++;
	rows->first_s = rows->accepted == 1 ? time_s : rows->first_s;
	rows->last_s = time_s;
	rows->last = candle;
	if (!has_end)
		status = tell(rows, BLN_REASON_NO_FINAL_NEWLINE, rows->lines, at, length, err);
done:
	return status;
}

/* The lines from *AT on that can go the quick way, up to END or a full chunk; *AT is moved behind them. Pointers are
 * copied once: the compiler cannot know that storing a value does not change them. */
static void quick_rows(struct bln_csv_rows *rows, const char **at, const char *end, struct bln_chunk *chunk)
{
	const struct bln_chunk c = *chunk;
	const int64_t step_s = rows->step_s;
	const bool has_crlf = rows->has_crlf;
	const size_t begin = chunk->count;
	int64_t last_s = rows->last_s;
	int64_t line = rows->lines;
	const char *from = *at;
	size_t row = begin;

	while (row < BLN_CHUNK_ROWS_MAX && end - from >= QUICK_LINE_MAX) {
		struct bln_candle candle;
		int64_t time_s;
		const char *next = quick_line(from, has_crlf, &time_s, &candle);

		/* A row that follows the last by one step lies on the grid as that does. */
		if (!next || time_s <= last_s || (time_s != last_s + step_s && time_s % step_s != 0) ||
		    time_s < BLN_CSV_ROW_SECONDS_MIN || time_s >= BLN_CSV_ROW_SECONDS_MAX ||
		    !time_is_committed(rows, time_s) || candle_judge(&candle) != ACCEPTED)
			break;
		c.datetime_us[row] = time_s * BLN_US_PER_SECOND;
		c.open[row] = candle.open;
		c.high[row] = candle.high;
		c.low[row] = candle.low;
		c.close[row] = candle.close;
		c.volume[row] = candle.volume;
		c.trades[row] = candle.trades;
		c.line[row] = ++line;
		rows->last = candle;
		last_s = time_s;
		from = next;
		row++;
	}
	if (row == begin)
		return;
	for (size_t i = begin; i < row; i++) {
		c.vwap_valid[i / 64] &= ~(UINT64_C(1) << i % 64);
		c.trades_valid[i / 64] |= UINT64_C(1) << i % 64;
	}
	if (rows->accepted == 0)
		rows->first_s = c.datetime_us[begin] / BLN_US_PER_SECOND;
	rows->accepted += (int64_t)(row - begin);
	rows->last_s = last_s;
	rows->lines = line;
	rows->has_lines = true;
	chunk->count = row;
	*at = from;
}

/* Keeps what fits of a line whose end is not there yet. */
static void carry_add(struct bln_csv_rows *rows, const char *at, size_t length)
{
	const size_t room = sizeof(rows->carry) - rows->carry_length;

	if (length > room) {
		rows->is_too_long = true;
		length = room;
	}
	memcpy(rows->carry + rows->carry_length, at, length);
	rows->carry_length += length;
}

/* What is too long only has to be known as such: line_take looks at no byte beyond those that CARRY holds. */
static enum bln_status carry_take(struct bln_csv_rows *rows, bool has_end, struct bln_chunk *chunk, struct bln_err *err)
{
	const size_t length = rows->is_too_long ? sizeof(rows->carry) + 1 : rows->carry_length;

	rows->carry_length = 0;
	rows->is_too_long = false;
	return line_take(rows, rows->carry, length, has_end, chunk, err);
}

enum bln_status bln_csv_rows_feed(struct bln_csv_rows *rows, const char *bytes, size_t length, size_t *used,
				  struct bln_chunk *chunk, struct bln_err *err)
{
	const char *const end = bytes + length;
	const char *at = bytes;
	enum bln_status status = BLN_OK;

	assert(!rows->is_ended && chunk->count <= BLN_CHUNK_ROWS_MAX);
	while (at < end && chunk->count < BLN_CHUNK_ROWS_MAX && status == BLN_OK) {
		const char *newline;

		if (rows->carry_length == 0 && rows->empty_lines == 0 && !rows->has_unplaced && !rows->is_careful) {
			quick_rows(rows, &at, end, chunk);
			if (at == end || chunk->count == BLN_CHUNK_ROWS_MAX)
				break;
		}
		newline = memchr(at, '\n', (size_t)(end - at));
		if (!newline || rows->carry_length > 0)
			carry_add(rows, at, (size_t)((newline ? newline : end) - at));
		if (!newline)
			status = BLN_OK;
		else if (rows->carry_length > 0)
			status = carry_take(rows, true, chunk, err);
		else
			status = line_take(rows, at, (size_t)(newline - at), true, chunk, err);
		at = newline ? newline + 1 : end;
	}
	*used = (size_t)(at - bytes);
	return status;
}

enum bln_status bln_csv_rows_end(struct bln_csv_rows *rows, struct bln_chunk *chunk, struct bln_err *err)
{
	enum bln_status status = BLN_OK;

	assert(chunk->count < BLN_CHUNK_ROWS_MAX);
	if (rows->is_ended)
		return BLN_OK;
	rows->is_ended = true;
	if (rows->carry_length > 0)
		BLN_TRY(carry_take(rows, false, chunk, err));
	if (!rows->has_lines)
		status = tell(rows, BLN_REASON_EMPTY_FILE, 0, "", 0, err);
done:
	return status;
}
