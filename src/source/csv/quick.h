/* The quick way of a row: what nearly every line is, taken in one pass, eight digits at a time. Private to rows.c.
 *
 * Takes only lines that have nothing about them: a time of ten digits, plain decimals `digits.digits`, LF or CR LF.
 * It never refuses: whatever it does not take goes the long way (rows.c), which decides. Both ways must give the same
 * rows, bit for bit (rows_test.c compares them). */
#ifndef BLN_SOURCE_CSV_QUICK_H
#define BLN_SOURCE_CSV_QUICK_H

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/number.h"
#include "source/csv/rows.h"

/* No line that is taken is longer, and no byte further behind its start is looked at. */
enum { QUICK_LINE_MAX = 192 };

#define EVERY_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))

static const uint64_t quick_powers[9] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000 };

/* How many of the 8 bytes at AT are digits before the first that is none, and their value. */
static inline unsigned quick_digits(const char *at, uint64_t *value)
{
	uint64_t word;
	uint64_t other; /* the high bit of the first byte that is no digit is set; what is above it may be wrong */
	unsigned count;

	memcpy(&word, at, sizeof(word));
	word = le64toh(word) ^ EVERY_BYTE('0');
	other = ((word + EVERY_BYTE(0x80 - 10)) | word) & EVERY_BYTE(0x80);
	count = other ? (unsigned)__builtin_ctzll(other) / 8 : 8;
	/* The digits go to the top, zeros come in below as leading zeros; then pairs, fours and eights are joined. */
	word = count ? word << (64 - 8 * count) : 0;
	word = word * 10 + (word >> 8);
	*value = ((word & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x000F424000000064) +
		  (word >> 16 & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x0000271000000001)) >>
		 32;
	return count;
}

/* One plain decimal and the comma behind it, from *AT, which is moved on. The mantissa and the power of ten are
 * exact, so that the one division rounds correctly, as in base/number.h. */
static inline bool quick_decimal(const char **at, double *out)
{
	const char *text = *at;
	uint64_t mantissa;
	unsigned decimals = 0;
	unsigned count = quick_digits(text, &mantissa);

	text += count;
	if (count == 0)
		return false;
	if (*text == '.') {
		uint64_t fraction;

		decimals = quick_digits(++text, &fraction);
		text += decimals;
		if (decimals == 8) {
			uint64_t rest;
			unsigned more = quick_digits(text, &rest);

			text += more;
			decimals += more;
			fraction = fraction * quick_powers[more] + rest;
			mantissa *= quick_powers[more];
			mantissa = mantissa * quick_powers[8] + fraction; /* of 19 digits at most, see below */
		} else {
			mantissa = mantissa * quick_powers[decimals] + fraction;
		}
	}
	*at = text + 1;
	*out = (double)mantissa / bln_number_powers[decimals];
	return *text == ',' && count + decimals <= 19 && mantissa <= UINT64_C(1) << 53;
}

/* Whole line from AT to behind its LF; NULL, with *TIME_S and *CANDLE anything, where it has to go the long way.
 * QUICK_LINE_MAX bytes can be read at AT. */
static inline const char *quick_line(const char *at, bool has_crlf, int64_t *time_s, struct bln_candle *candle)
{
	uint64_t head;
	uint64_t trades;
	unsigned count = quick_digits(at, &head);
	unsigned tens = (unsigned)(unsigned char)at[8] - '0';
	unsigned ones = (unsigned)(unsigned char)at[9] - '0';

	if (count != 8 || tens > 9 || ones > 9 || at[10] != ',')
		return NULL;
	*time_s = (int64_t)(head * 100 + tens * 10 + ones);
	at += 11;
	if (!quick_decimal(&at, &candle->open) || !quick_decimal(&at, &candle->high) ||
	    !quick_decimal(&at, &candle->low) || !quick_decimal(&at, &candle->close) ||
	    !quick_decimal(&at, &candle->volume))
		return NULL;
	count = quick_digits(at, &trades);
	at += count;
	candle->trades = (int64_t)trades;
	if (count == 0 || count == 8)
		return NULL;
	if (has_crlf && *at == '\r')
		at++;
	return *at == '\n' ? at + 1 : NULL;
}

#endif
