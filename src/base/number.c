#include "base/number.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One rounding per operation is what the quick ways rest on. */
_Static_assert(FLT_EVAL_METHOD == 0, "doubles must be computed as doubles");
_Static_assert(DBL_MANT_DIG == 53, "doubles must be IEEE 754 binary64");

const double bln_number_powers[BLN_NUMBER_POWER_MAX + 1] = {
	1e0,  1e1,  1e2,  1e3,	1e4,  1e5,  1e6,  1e7,	1e8,  1e9,  1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};

/* Beyond these the result is 0 or infinite for any text that we accept; counting on would only overflow. */
enum { EXPONENT_MAX = 100000 };

/* A text taken apart: its value is MANTISSA × 10^EXPONENT where IS_WHOLE says that all digits went into MANTISSA. */
struct decimal {
	uint64_t mantissa;
	int exponent;
	bool is_negative;
	bool is_whole;
};

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* The digits from AT on go into DECIMAL; returns where they end. */
static size_t digits_take(struct decimal *decimal, const char *text, size_t length, size_t at)
{
	for (; at < length && is_digit(text[at]); at++) {
		uint64_t digit = (uint64_t)(text[at] - '0');

		if (__builtin_mul_overflow(decimal->mantissa, 10, &decimal->mantissa) ||
		    __builtin_add_overflow(decimal->mantissa, digit, &decimal->mantissa))
			decimal->is_whole = false;
	}
	return at;
}

/* From AT, which is behind the 'e', to the end. */
static bool exponent_take(struct decimal *decimal, const char *text, size_t length, size_t at)
{
	bool is_negative = at < length && text[at] == '-';
	int exponent = 0;

	if (at < length && (text[at] == '-' || text[at] == '+'))
		at++;
	if (at == length)
		return false;
	for (; at < length; at++) {
		if (!is_digit(text[at]))
			return false;
		if (exponent < EXPONENT_MAX)
			exponent = 10 * exponent + (text[at] - '0');
	}
	decimal->exponent += is_negative ? -exponent : exponent;
	return true;
}

static bool decimal_parse(const char *text, size_t length, struct decimal *decimal)
{
	size_t at = length > 0 && (text[0] == '-' || text[0] == '+');
	const size_t start = at;
	size_t digits;

	*decimal = (struct decimal){ .is_negative = at > 0 && text[0] == '-', .is_whole = true };
	at = digits_take(decimal, text, length, at);
	digits = at - start;
	if (at < length && text[at] == '.') {
		size_t point = at;

		at = digits_take(decimal, text, length, at + 1);
		digits += at - point - 1;
		decimal->exponent = -(int)(at - point - 1);
	}
	if (digits == 0)
		return false;
	if (at < length && (text[at] == 'e' || text[at] == 'E'))
		return exponent_take(decimal, text, length, at + 1);
	return at == length;
}

/* TEXT is within the grammar. The C locale costs nothing here: the C library hands out a constant. */
static bool parse_with_library(const char *text, size_t length, double *out)
{
	char copy[BLN_NUMBER_TEXT_MAX + 1];
	locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	double value;

	if (!c_locale)
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	value = strtod_l(copy, NULL, c_locale);
	freelocale(c_locale);
	if (isinf(value))
		return false;
	*out = value;
	return true;
}

bool bln_double_parse_any(const char *text, size_t length, double *out)
{
	struct decimal decimal;
	double value;

	if (length > BLN_NUMBER_TEXT_MAX || !decimal_parse(text, length, &decimal))
		return false;
	if (!decimal.is_whole || decimal.mantissa > UINT64_C(1) << 53 || abs(decimal.exponent) > BLN_NUMBER_POWER_MAX)
		return parse_with_library(text, length, out);

	value = (double)decimal.mantissa;
	if (decimal.exponent < 0)
		value /= bln_number_powers[-decimal.exponent];
	else
		value *= bln_number_powers[decimal.exponent];
	*out = decimal.is_negative ? -value : value;
	return true;
}

bool bln_uint64_parse(const char *text, size_t length, uint64_t *out)
{
	uint64_t value = 0;

	for (size_t i = 0; i < length; i++) {
		if (!is_digit(text[i]) || __builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(text[i] - '0'), &value))
			return false;
	}
	if (length == 0)
		return false;
	*out = value;
	return true;
}

bool bln_int64_parse(const char *text, size_t length, int64_t *out)
{
	bool is_negative = length > 0 && text[0] == '-';
	uint64_t magnitude;

	if (!bln_uint64_parse(text + is_negative, length - is_negative, &magnitude) ||
	    magnitude > (uint64_t)INT64_MAX + is_negative)
		return false;
	*out = is_negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
	return true;
}

size_t bln_double_format(double value, char text[static BLN_NUMBER_TEXT_SIZE])
{
	locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	locale_t before = uselocale(c_locale); /* with no locale to be had this asks and changes nothing */
	double again = 0;
	int length = 0;

	for (int digits = DBL_DIG; digits <= DBL_DECIMAL_DIG; digits++) {
		length = snprintf(text, BLN_NUMBER_TEXT_SIZE, "%.*g", digits, value);
		if (!isfinite(value) || (bln_double_parse(text, (size_t)length, &again) && again == value))
			break;
	}
	uselocale(before);
	if (c_locale)
		freelocale(c_locale);
	if (isnan(value))
		length = snprintf(text, BLN_NUMBER_TEXT_SIZE, "nan"); /* its sign says nothing */
	return (size_t)length;
}
