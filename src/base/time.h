/* Times are µs since 1970-01-01T00:00:00Z in an int64_t; days are whole days since then. This file turns them into the
 * proleptic Gregorian calendar and into ISO 8601 text, and back.
 *
 * Left out on purpose: time zones by name (here everything is UTC or carries an offset), leap seconds (POSIX time has
 * none: second 60 is refused), week dates and ordinal dates. What the time is now: clock.h. */
#ifndef BLN_BASE_TIME_H
#define BLN_BASE_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define BLN_US_PER_MS INT64_C(1000)
#define BLN_US_PER_SECOND INT64_C(1000000)
#define BLN_US_PER_MINUTE (60 * BLN_US_PER_SECOND)
#define BLN_US_PER_HOUR (60 * BLN_US_PER_MINUTE)
#define BLN_US_PER_DAY (24 * BLN_US_PER_HOUR)

/* Times lie within ±BLN_TIME_US_MAX (the years -144169 to 148108); what enters from outside is held against it, so that
 * sums and differences of two times cannot overflow. */
#define BLN_TIME_US_MAX (INT64_MAX / 2)
#define BLN_TIME_DAYS_MAX (BLN_TIME_US_MAX / BLN_US_PER_DAY)

struct bln_civil {
	int32_t year; /* astronomical: year 0 is before year 1 */
	int month; /* 1 to 12 */
	int day; /* 1 to 31 */
	int hour;
	int minute;
	int second;
	int microsecond;
};

/* Days since the epoch of a date, which must exist; and the date, with the time of day 0. For days within ±BLN_TIME_DAYS_MAX. */
int64_t bln_days_from_civil(int32_t year, int month, int day);
struct bln_civil bln_days_to_civil(int64_t days);

/* 28 to 31, or 0 for a month that does not exist. */
int bln_days_of_month(int32_t year, int month);

/* The time of CIVIL, every field of which must be in its range; and back, for times within ±BLN_TIME_US_MAX. */
int64_t bln_time_from_civil(const struct bln_civil *civil);
struct bln_civil bln_time_to_civil(int64_t time_us);

/* The day a time lies in; rounds down, also before the epoch. */
int64_t bln_time_days(int64_t time_us);

/* Reads all of TEXT (LENGTH bytes): a date, or a date, 'T' or a space, HH:MM[:SS[.digits]] and perhaps Z, ±HH, ±HHMM or
 * ±HH:MM. Without an offset it is UTC. Digits behind the microseconds are dropped, towards the past. A year has four
 * digits, or a sign and up to six: as many as needed is what Java writes, "+12346-03-04" and "-0044-03-15".
 *
 * BLN_INVALID with TEXT in ERR for what is no such text, no real date, or beyond BLN_TIME_US_MAX; *TIME_US is then untouched. */
BLN_MUST_CHECK enum bln_status bln_time_parse(const char *text, size_t length, int64_t *time_us, struct bln_err *err);

/* The same for a date alone ("2024-01-31"), as days. */
BLN_MUST_CHECK enum bln_status bln_date_parse(const char *text, size_t length, int64_t *days, struct bln_err *err);

/* Room for any of the texts below, with its NUL. */
enum { BLN_TIME_TEXT_SIZE = 40 };

/* "2024-01-31T12:34:56Z", with ".5" up to ".000001" before the Z only where the time has a fraction; and always with six
 * digits: "2024-01-31T12:34:56.000000Z". bln_time_parse reads both back. Years beyond 0 to 9999 get a sign and six digits. */
void bln_time_format(int64_t time_us, char text[static BLN_TIME_TEXT_SIZE]);
void bln_time_format_us(int64_t time_us, char text[static BLN_TIME_TEXT_SIZE]);

/* "2024-01-31" */
void bln_date_format(int64_t days, char text[static BLN_TIME_TEXT_SIZE]);

#endif
