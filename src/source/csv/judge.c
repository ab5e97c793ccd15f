#include "source/csv/judge.h"

#include <string.h>
#include <strings.h>

#include "base/number.h"
#include "base/text.h"

/* Splits at commas into FIELDS; returns how many there are, or one more than fit. */
static size_t fields_split(const char *at, size_t length, struct bln_slice fields[static BLN_CSV_ROW_COLUMNS])
{
	const char *const end = at + length;
	size_t count = 0;

	for (;;) {
		const char *comma = memchr(at, ',', (size_t)(end - at));

		if (count < BLN_CSV_ROW_COLUMNS)
			fields[count] = (struct bln_slice){ at, (size_t)((comma ? comma : end) - at) };
		count++;
		if (!comma || count > BLN_CSV_ROW_COLUMNS)
			return count;
		at = comma + 1;
	}
}

static size_t digits_skip(struct bln_slice field, size_t at)
{
	while (at < field.length && (unsigned char)(field.at[at] - '0') <= 9)
		at++;
	return at;
}

/* The grammar of base/number.h, of a text that is no finite double. */
static bool is_decimal(struct bln_slice field)
{
	const size_t start = field.length > 0 && (field.at[0] == '-' || field.at[0] == '+');
	size_t at = digits_skip(field, start);
	size_t digits = at - start;

	if (at < field.length && field.at[at] == '.') {
		const size_t point = at + 1;

		at = digits_skip(field, point);
		digits += at - point;
	}
	if (at < field.length && (field.at[at] == 'e' || field.at[at] == 'E')) {
		const size_t sign = at + 1;
		const size_t first = sign + (sign < field.length && (field.at[sign] == '-' || field.at[sign] == '+'));

		at = digits_skip(field, first);
		digits = at > first ? digits : 0;
	}
	return digits > 0 && at == field.length;
}

/* Why FIELD, which bln_double_parse did not take, is no number for us. */
static enum bln_reason number_reason(struct bln_slice field)
{
	static const char *const words[] = { "nan", "inf", "infinity" };
	const size_t sign = field.length > 0 && (field.at[0] == '-' || field.at[0] == '+');

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (field.length - sign == strlen(words[i]) &&
		    strncasecmp(field.at + sign, words[i], field.length - sign) == 0)
			return BLN_REASON_NOT_FINITE;
	return is_decimal(field) ? BLN_REASON_NOT_FINITE : BLN_REASON_NOT_A_NUMBER;
}

static enum bln_reason integer_parse(struct bln_slice field, int64_t *out)
{
	double ignored;

	if (bln_int64_parse(field.at, field.length, out))
		return ACCEPTED;
	return bln_double_parse(field.at, field.length, &ignored) ? BLN_REASON_NOT_AN_INTEGER : number_reason(field);
}

static enum bln_reason values_parse(const struct bln_slice fields[static BLN_CSV_ROW_COLUMNS], int64_t *time_s,
				    struct bln_candle *candle)
{
	double *const numbers[] = { &candle->open, &candle->high, &candle->low, &candle->close, &candle->volume };
	enum bln_reason reason = integer_parse(fields[0], time_s);

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]) && reason == ACCEPTED; i++)
		if (!bln_double_parse(fields[1 + i].at, fields[1 + i].length, numbers[i]))
			reason = number_reason(fields[1 + i]);
	if (reason == ACCEPTED && candle->volume == 0)
		candle->volume = 0; /* -0.0 is equal to it */
	return reason == ACCEPTED ? integer_parse(fields[BLN_CSV_ROW_COLUMNS - 1], &candle->trades) : reason;
}

static enum bln_reason time_judge(const struct bln_csv_rows *rows, int64_t time_s)
{
	if (time_s >= BLN_CSV_ROW_SECONDS_MIN * 1000 && time_s < BLN_CSV_ROW_SECONDS_MAX * 1000)
		return BLN_REASON_MILLISECONDS;
	if (time_s < BLN_CSV_ROW_SECONDS_MIN || time_s >= BLN_CSV_ROW_SECONDS_MAX)
		return BLN_REASON_TIME_OUT_OF_RANGE;
	if (time_s % rows->step_s != 0)
		return BLN_REASON_OFF_GRID;
	return time_is_committed(rows, time_s) ? ACCEPTED : BLN_REASON_NOT_COMMITTED;
}

static enum bln_reason order_judge(const struct bln_csv_rows *rows, int64_t time_s, const struct bln_candle *c)
{
	const struct bln_candle *const last = &rows->last;

	if (time_s > rows->last_s)
		return ACCEPTED;
	if (time_s < rows->last_s)
		return BLN_REASON_UNSORTED;
	return c->open == last->open && c->high == last->high && c->low == last->low && c->close == last->close &&
			       c->volume == last->volume && c->trades == last->trades
		       ? BLN_REASON_DUPLICATE
		       : BLN_REASON_DUPLICATE_DIFFERS;
}

enum bln_reason judge_line(const struct bln_csv_rows *rows, const char *at, size_t length, bool has_end,
			   int64_t *time_s, struct bln_candle *candle)
{
	struct bln_slice fields[BLN_CSV_ROW_COLUMNS];
	enum bln_reason reason;
	size_t count;

	if (memchr(at, '\0', length))
		return BLN_REASON_NUL_BYTE;
	count = fields_split(at, length, fields);
	if (!has_end && (count < BLN_CSV_ROW_COLUMNS || at[length - 1] == ','))
		return BLN_REASON_TRUNCATED_LINE;
	if (count != BLN_CSV_ROW_COLUMNS)
		return BLN_REASON_WRONG_COLUMNS;
	reason = values_parse(fields, time_s, candle);
	if (reason == ACCEPTED)
		reason = time_judge(rows, *time_s);
	if (reason == ACCEPTED)
		reason = candle_judge(candle);
	return reason == ACCEPTED ? order_judge(rows, *time_s, candle) : reason;
}
