/* The distance between candles, written "1m", "15m", "4h", "1d", "1w".
 *
 * A candle bears the name of its open time and covers [open, open + step). Candles of one frequency lie end to end on the
 * UTC axis: counted from the epoch, but weeks from a Monday. Months are left out on purpose: they differ in length and
 * no venue we read sends them. */
#ifndef BLN_BASE_FREQUENCY_H
#define BLN_BASE_FREQUENCY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/time.h"

/* { 0 } is no frequency. */
struct bln_frequency {
	int64_t step_us; /* how long a candle lasts; positive */
	int64_t origin_us; /* where one of the candles opens */
};

/* The largest count in front of a unit. */
enum { BLN_FREQUENCY_COUNT_MAX = 10000 };

/* Room for a frequency's text, with its NUL. */
enum { BLN_FREQUENCY_TEXT_SIZE = 16 };

/* Reads all LENGTH bytes of TEXT: a count from 1 to BLN_FREQUENCY_COUNT_MAX directly followed by m, h, d or w.
 * BLN_INVALID with TEXT in ERR for anything else; *OUT is then untouched. */
BLN_MUST_CHECK enum bln_status bln_frequency_parse(const char *text, size_t length, struct bln_frequency *out,
						   struct bln_err *err);

/* The text with the largest unit that fits: 1,440 minutes are "1d". bln_frequency_parse reads it back to FREQUENCY. */
void bln_frequency_format(struct bln_frequency frequency, char text[static BLN_FREQUENCY_TEXT_SIZE]);

/* When the candle opened in which TIME_US lies. */
int64_t bln_frequency_open_us(struct bln_frequency frequency, int64_t time_us);

/* Whether the candle that opened at OPEN_US has closed by NOW_US: one that has not is never stored. */
bool bln_frequency_is_committed(struct bln_frequency frequency, int64_t open_us, int64_t now_us);

#endif
