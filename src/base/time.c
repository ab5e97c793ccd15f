#include "base/time.h"

#include <assert.h>
#include <stdio.h>

enum { DAYS_PER_ERA = 146097, YEARS_PER_ERA = 400 };

/* 0000-03-01, where the eras below start, is this many days before the epoch. */
enum { DAYS_TO_EPOCH = 719468 };

/* Rounds down where / rounds towards zero. */
static int64_t floor_divide(int64_t value, int64_t by)
{
	return value / by - (value % by < 0);
}

/* Years are counted from March, so that the leap day is a year's last and the months before it have fixed lengths; 400
 * such years always have 146,097 days (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
int64_t bln_days_from_civil(int32_t year, int month, int day)
{
	const int64_t march_year = (int64_t)year - (month <= 2);
	const int64_t era = floor_divide(march_year, YEARS_PER_ERA);
	const int64_t year_of_era = march_year - era * YEARS_PER_ERA;
	const int month_from_march = (month + 9) % 12;
	const int64_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;

	return era * DAYS_PER_ERA + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
	       DAYS_TO_EPOCH;
}

struct bln_civil bln_days_to_civil(int64_t days)
{
	const int64_t from_march = days + DAYS_TO_EPOCH;
	const int64_t era = floor_divide(from_march, DAYS_PER_ERA);
	const int64_t day_of_era = from_march - era * DAYS_PER_ERA;
	const int64_t leap_days = day_of_era / 1460 - day_of_era / 36524 + day_of_era / (DAYS_PER_ERA - 1);
	const int64_t year_of_era = (day_of_era - leap_days) / 365;
	const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	const int month_from_march = (int)(5 * day_of_year + 2) / 153;
	const int month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;

	assert(days >= -BLN_TIME_DAYS_MAX - 1 && days <= BLN_TIME_DAYS_MAX);
	return (struct bln_civil){
		.year = (int32_t)(era * YEARS_PER_ERA + year_of_era + (month <= 2)),
		.month = month,
		.day = (int)day_of_year - (153 * month_from_march + 2) / 5 + 1,
	};
}

int bln_days_of_month(int32_t year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	if (month < 1 || month > 12)
		return 0;
	return month == 2 && is_leap ? 29 : days[month - 1];
}

int64_t bln_time_from_civil(const struct bln_civil *civil)
{
	return bln_days_from_civil(civil->year, civil->month, civil->day) * BLN_US_PER_DAY +
	       civil->hour * BLN_US_PER_HOUR + civil->minute * BLN_US_PER_MINUTE + civil->second * BLN_US_PER_SECOND +
	       civil->microsecond;
}

int64_t bln_time_days(int64_t time_us)
{
	return floor_divide(time_us, BLN_US_PER_DAY);
}

struct bln_civil bln_time_to_civil(int64_t time_us)
{
	const int64_t days = bln_time_days(time_us);
	const int64_t into_day = time_us - days * BLN_US_PER_DAY;
	struct bln_civil civil = bln_days_to_civil(days);

	civil.hour = (int)(into_day / BLN_US_PER_HOUR);
	civil.minute = (int)(into_day / BLN_US_PER_MINUTE % 60);
	civil.second = (int)(into_day / BLN_US_PER_SECOND % 60);
	civil.microsecond = (int)(into_day % BLN_US_PER_SECOND);
	return civil;
}

/* What is left to read. */
struct cursor {
	const char *at;
	const char *end;
};

static bool take_byte(struct cursor *cursor, char byte)
{
	if (cursor->at == cursor->end || *cursor->at != byte)
		return false;
	cursor->at++;
	return true;
}

/* Exactly COUNT digits with a value up to MAX. */
static bool take_number(struct cursor *cursor, int count, int max, int *out)
{
	int value = 0;

	if (cursor->end - cursor->at < count)
		return false;
	for (int i = 0; i < count; i++, cursor->at++) {
		if (*cursor->at < '0' || *cursor->at > '9')
			return false;
		value = 10 * value + (*cursor->at - '0');
	}
	*out = value;
	return value <= max;
}

static bool take_date(struct cursor *cursor, struct bln_civil *civil)
{
	const bool is_negative = take_byte(cursor, '-');
	const bool is_positive = !is_negative && take_byte(cursor, '+');
	int digits = 0;
	int year = 0;

	while (digits <= 6 && digits < cursor->end - cursor->at && cursor->at[digits] != '-')
		digits++;
	if (digits < (is_positive ? 5 : 4) || digits > (is_positive || is_negative ? 6 : 4) ||
	    !take_number(cursor, digits, 999999, &year) || !take_byte(cursor, '-') ||
	    !take_number(cursor, 2, 12, &civil->month) || !take_byte(cursor, '-') ||
	    !take_number(cursor, 2, 31, &civil->day))
		return false;
	civil->year = is_negative ? -year : year;
	return civil->day >= 1 && civil->day <= bln_days_of_month(civil->year, civil->month);
}

/* One digit at least; those behind the sixth are only passed over. */
static bool take_fraction(struct cursor *cursor, int *microsecond)
{
	const char *start = cursor->at;
	int worth = (int)BLN_US_PER_SECOND / 10;

	*microsecond = 0;
	for (; cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9'; cursor->at++, worth /= 10)
		*microsecond += worth * (*cursor->at - '0');
	return cursor->at > start;
}

static bool take_time_of_day(struct cursor *cursor, struct bln_civil *civil)
{
	if (!take_number(cursor, 2, 23, &civil->hour) || !take_byte(cursor, ':') ||
	    !take_number(cursor, 2, 59, &civil->minute))
		return false;
	if (!take_byte(cursor, ':'))
		return true;
	if (!take_number(cursor, 2, 59, &civil->second))
		return false;
	return !take_byte(cursor, '.') || take_fraction(cursor, &civil->microsecond);
}

/* How far local time is before UTC. */
static bool take_offset(struct cursor *cursor, int64_t *offset_us)
{
	int hours = 0;
	int minutes = 0;
	bool is_negative;

	*offset_us = 0;
	if (cursor->at == cursor->end || take_byte(cursor, 'Z'))
		return true;
	is_negative = take_byte(cursor, '-');
	if ((!is_negative && !take_byte(cursor, '+')) || !take_number(cursor, 2, 23, &hours))
		return false;
	if (take_byte(cursor, ':') || cursor->at < cursor->end) {
		if (!take_number(cursor, 2, 59, &minutes))
			return false;
	}
	*offset_us = (is_negative ? -1 : 1) * (hours * BLN_US_PER_HOUR + minutes * BLN_US_PER_MINUTE);
	return true;
}

static enum bln_status too_far(const char *text, size_t length, struct bln_err *err)
{
	return bln_err_set(err, BLN_INVALID, "'%s' is further from 1970 than times here can be",
			   bln_quote(text, length).text);
}

enum bln_status bln_time_parse(const char *text, size_t length, int64_t *time_us, struct bln_err *err)
{
	struct cursor cursor = { .at = text, .end = text + length };
	struct bln_civil civil = { 0 };
	int64_t offset_us = 0;
	int64_t days;
	int64_t found_us;
	bool is_good = take_date(&cursor, &civil);

	if (is_good && cursor.at < cursor.end)
		is_good = (take_byte(&cursor, 'T') || take_byte(&cursor, ' ')) && take_time_of_day(&cursor, &civil) &&
			  take_offset(&cursor, &offset_us);
	if (!is_good || cursor.at != cursor.end)
		return bln_err_set(err, BLN_INVALID, "'%s' is not a time: expected 2024-01-31 or 2024-01-31T12:34:56Z",
				   bln_quote(text, length).text);

	/* One day of slack, as an offset may move the time by that much. */
	days = bln_days_from_civil(civil.year, civil.month, civil.day);
	if (days < -BLN_TIME_DAYS_MAX - 1 || days > BLN_TIME_DAYS_MAX + 1)
		return too_far(text, length, err);
	found_us = bln_time_from_civil(&civil) - offset_us;
	if (found_us < -BLN_TIME_US_MAX || found_us > BLN_TIME_US_MAX)
		return too_far(text, length, err);
	*time_us = found_us;
	return BLN_OK;
}

enum bln_status bln_date_parse(const char *text, size_t length, int64_t *days, struct bln_err *err)
{
	struct cursor cursor = { .at = text, .end = text + length };
	struct bln_civil civil = { 0 };
	int64_t found;

	if (!take_date(&cursor, &civil) || cursor.at != cursor.end)
		return bln_err_set(err, BLN_INVALID, "'%s' is not a date: expected one as in 2024-01-31",
				   bln_quote(text, length).text);
	found = bln_days_from_civil(civil.year, civil.month, civil.day);
	if (found < -BLN_TIME_DAYS_MAX || found > BLN_TIME_DAYS_MAX)
		return too_far(text, length, err);
	*days = found;
	return BLN_OK;
}

static int date_write(const struct bln_civil *civil, char text[static BLN_TIME_TEXT_SIZE])
{
	const bool is_short = civil->year >= 0 && civil->year <= 9999;

	return snprintf(text, BLN_TIME_TEXT_SIZE, is_short ? "%04d-%02d-%02d" : "%+07d-%02d-%02d", civil->year,
			civil->month, civil->day);
}

/* With six digits behind the second, or none; returns the length. */
static int time_write(int64_t time_us, bool has_fraction, char text[static BLN_TIME_TEXT_SIZE])
{
	const struct bln_civil civil = bln_time_to_civil(time_us);
	int used = date_write(&civil, text);

	used += snprintf(text + used, (size_t)(BLN_TIME_TEXT_SIZE - used), "T%02d:%02d:%02d", civil.hour, civil.minute,
			 civil.second);
	if (has_fraction)
		used += snprintf(text + used, (size_t)(BLN_TIME_TEXT_SIZE - used), ".%06d", civil.microsecond);
	return used;
}

void bln_time_format(int64_t time_us, char text[static BLN_TIME_TEXT_SIZE])
{
	const bool has_fraction = time_us % BLN_US_PER_SECOND != 0;
	int used = time_write(time_us, has_fraction, text);

	while (has_fraction && text[used - 1] == '0')
		used--;
	text[used] = 'Z';
	text[used + 1] = '\0';
}

void bln_time_format_us(int64_t time_us, char text[static BLN_TIME_TEXT_SIZE])
{
	int used = time_write(time_us, true, text);

	text[used] = 'Z';
	text[used + 1] = '\0';
}

void bln_date_format(int64_t days, char text[static BLN_TIME_TEXT_SIZE])
{
	const struct bln_civil civil = bln_days_to_civil(days);

	date_write(&civil, text);
}
