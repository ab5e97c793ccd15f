#include "delta/decimal.h"

#include "base/number.h"

enum { DIGITS_MAX = 38, EXPONENT_MAX = 1000 };

/* The exponent at the end of TEXT, which is shortened to what is before it; *EXPONENT 0 where there is none. */
static bool exponent_cut(struct bln_slice *text, int64_t *exponent)
{
	struct bln_slice digits;
	size_t i = 0;

	*exponent = 0;
	while (i < text->length && text->at[i] != 'E' && text->at[i] != 'e')
		i++;
	if (i == text->length)
		return true;
	digits = (struct bln_slice){ text->at + i + 1, text->length - i - 1 };
	if (bln_slice_starts(digits, "+") && !bln_slice_starts(digits, "+-"))
		digits = (struct bln_slice){ digits.at + 1, digits.length - 1 };
	if (!bln_int64_parse(digits.at, digits.length, exponent))
		return false;
	text->length = i;
	return *exponent >= -EXPONENT_MAX && *exponent <= EXPONENT_MAX;
}

bool bln_decimal_parse(struct bln_slice text, int precision, int scale, bln_int128 *out)
{
	bool is_negative = text.length && text.at[0] == '-';
	size_t start = text.length && (text.at[0] == '-' || text.at[0] == '+');
	bln_int128 value = 0;
	int64_t room; /* how many digits are still to come, up to the scale */
	int digits = 0; /* without leading zeros */
	bool has_point = false;
	bool has_digit = false;

	if (!exponent_cut(&text, &room))
		return false;
	room += scale;
	for (size_t i = start; i < text.length && text.at[i] != '.'; i++)
		room++;
	for (size_t i = start; i < text.length; i++) {
		char c = text.at[i];

		if (c == '.' && !has_point) {
			has_point = true;
			continue;
		}
		if (c < '0' || c > '9')
			return false;
		has_digit = true;
		if (room-- <= 0) {
			if (c != '0')
				return false;
			continue;
		}
		digits += digits > 0 || c != '0';
		if (digits > DIGITS_MAX)
			return false;
		value = value * 10 + (c - '0');
	}
	for (; room > 0 && digits > 0; room--) {
		if (++digits > DIGITS_MAX)
			return false;
		value *= 10;
	}
	if (!has_digit || digits > precision)
		return false;
	*out = is_negative ? -value : value;
	return true;
}

void bln_decimal_format(bln_int128 value, int scale, struct bln_text *text)
{
	char digits[DIGITS_MAX + 4];
	char *at = digits + sizeof(digits);
	bool is_negative = value < 0;
	int written = 0;

	*--at = '\0';
	do {
		int digit = (int)(value % 10);

		if (written == scale && scale > 0)
			*--at = '.';
		*--at = (char)('0' + (digit < 0 ? -digit : digit));
		value /= 10;
		written++;
	} while (value != 0 || written <= scale);
	bln_text_add(text, is_negative ? "-" : "");
	bln_text_add(text, at);
}
