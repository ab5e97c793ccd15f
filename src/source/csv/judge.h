/* Whether one line is a row to be loaded, and if not, why. Private to rows.c; quick.h takes most lines past
 * judge_line. */
#ifndef BLN_SOURCE_CSV_JUDGE_H
#define BLN_SOURCE_CSV_JUDGE_H

#include "source/csv/rows.h"

/* There is nothing against it. */
#define ACCEPTED BLN_REASONS

static inline bool time_is_committed(const struct bln_csv_rows *rows, int64_t time_s)
{
	return time_s <= rows->end_s - rows->step_s;
}

/* What the values of a row say against it. */
static inline enum bln_reason candle_judge(const struct bln_candle *c)
{
	if (!(c->open > 0 && c->high > 0 && c->low > 0 && c->close > 0))
		return BLN_REASON_PRICE_NOT_POSITIVE;
	if (c->volume < 0)
		return BLN_REASON_NEGATIVE_VOLUME;
	if (c->trades < 0)
		return BLN_REASON_NEGATIVE_TRADES;
	if (c->high < c->low)
		return BLN_REASON_HIGH_BELOW_LOW;
	if (c->open < c->low || c->open > c->high || c->close < c->low || c->close > c->high)
		return BLN_REASON_OHLC_INCONSISTENT;
	return ACCEPTED;
}

/* Judges the LENGTH > 0 bytes at AT, a line without its end. HAS_END is false for what stands behind the last LF.
 * Sets *TIME_S and *CANDLE when it gives ACCEPTED. ROWS says what came before. */
enum bln_reason judge_line(const struct bln_csv_rows *rows, const char *at, size_t length, bool has_end,
			   int64_t *time_s, struct bln_candle *candle);

#endif
