/* Numbers from decimal text and back, independent of the locale. What a CSV reader calls for every field is inline.
 *
 * Grammar of a double: [+-] digits [. digits] [(e|E) [+-] digits], at least one digit before the exponent; either side of
 * the point may be empty. Left out on purpose: spaces, hexadecimal, infinities and NaN, thousands separators. */
#ifndef BLN_BASE_NUMBER_H
#define BLN_BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A longer text is no number. 767 digits are the most that can decide how a double is rounded. */
enum { BLN_NUMBER_TEXT_MAX = 1024 };

/* Room for any formatted double or integer, with its NUL. */
enum { BLN_NUMBER_TEXT_SIZE = 32 };

/* 10^0 to 10^22: the powers of ten that a double holds exactly. */
enum { BLN_NUMBER_POWER_MAX = 22 };
extern const double bln_number_powers[BLN_NUMBER_POWER_MAX + 1];

/* The general case of bln_double_parse; not called by others. */
bool bln_double_parse_any(const char *text, size_t length, double *out);

/* Reads all LENGTH bytes of TEXT as the double nearest to them (ties to even). Returns false, *OUT untouched, for what is
 * outside the grammar, longer than BLN_NUMBER_TEXT_MAX, or beyond the largest double; what is too small becomes 0. */
static inline bool bln_double_parse(const char *text, size_t length, double *out)
{
	size_t at = length > 0 && text[0] == '-';
	const size_t start = at;
	size_t digits;
	size_t decimals = 0;
	uint64_t mantissa = 0;

	for (; at < length && (unsigned char)(text[at] - '0') <= 9; at++)
		mantissa = 10 * mantissa + (uint64_t)(text[at] - '0');
	digits = at - start;
	if (at < length && text[at] == '.') {
		const size_t point = at++;

		for (; at < length && (unsigned char)(text[at] - '0') <= 9; at++)
			mantissa = 10 * mantissa + (uint64_t)(text[at] - '0');
		decimals = at - point - 1;
		digits += decimals;
	}
	/* Up to 19 digits cannot have wrapped; an exact mantissa over an exact power is rounded once, so correctly
	 * (Clinger 1990, "How to Read Floating Point Numbers Accurately"). */
	if (at != length || digits == 0 || digits > 19 || mantissa > UINT64_C(1) << 53)
		return bln_double_parse_any(text, length, out);
	*out = (start > 0 ? -(double)mantissa : (double)mantissa) / bln_number_powers[decimals];
	return true;
}

/* Digits, before them '-' where the type is signed; all LENGTH bytes. False, *OUT untouched, for anything else and for what
 * does not fit. */
bool bln_int64_parse(const char *text, size_t length, int64_t *out);
bool bln_uint64_parse(const char *text, size_t length, uint64_t *out);

/* The value of a hexadecimal digit, or -1. */
static inline int bln_hex_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

/* Writes the first of 15, 16 and 17 significant digits that bln_double_parse reads back to VALUE, as C's %g does: "0.1",
 * "1e-06", "-0". What is no number is written "nan", "inf" or "-inf". Returns the length. */
size_t bln_double_format(double value, char text[static BLN_NUMBER_TEXT_SIZE]);

#endif
