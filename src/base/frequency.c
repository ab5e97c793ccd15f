#include "base/frequency.h"

#include <assert.h>
#include <stdio.h>

#include "base/number.h"

/* From large to small, as formatting takes the first that fits. 1970-01-05 was the first Monday. */
static const char letters[] = { 'w', 'd', 'h', 'm' };
static const struct bln_frequency units[] = {
	{ .step_us = 7 * BLN_US_PER_DAY, .origin_us = 4 * BLN_US_PER_DAY },
	{ .step_us = BLN_US_PER_DAY },
	{ .step_us = BLN_US_PER_HOUR },
	{ .step_us = BLN_US_PER_MINUTE },
};
enum { UNITS = sizeof(units) / sizeof(units[0]) };

enum bln_status bln_frequency_parse(const char *text, size_t length, struct bln_frequency *out, struct bln_err *err)
{
	uint64_t count = 0;
	size_t unit = 0;

	while (length > 0 && unit < UNITS && letters[unit] != text[length - 1])
		unit++;
	if (length == 0 || unit == UNITS || !bln_uint64_parse(text, length - 1, &count) || count < 1 ||
	    count > BLN_FREQUENCY_COUNT_MAX)
		return bln_err_set(
			err, BLN_INVALID,
			"'%s' is not a frequency: expected a count from 1 to %d with m, h, d or w, as in 15m",
			bln_quote(text, length).text, BLN_FREQUENCY_COUNT_MAX);
	*out = units[unit];
	out->step_us *= (int64_t)count;
	return BLN_OK;
}

void bln_frequency_format(struct bln_frequency frequency, char text[static BLN_FREQUENCY_TEXT_SIZE])
{
	size_t unit = 0;

	assert(frequency.step_us > 0);
	while (unit < UNITS - 1 &&
	       (frequency.origin_us != units[unit].origin_us || frequency.step_us % units[unit].step_us != 0))
		unit++;
	snprintf(text, BLN_FREQUENCY_TEXT_SIZE, "%d%c", (int)(frequency.step_us / units[unit].step_us), letters[unit]);
}

int64_t bln_frequency_open_us(struct bln_frequency frequency, int64_t time_us)
{
	int64_t since_open;

	assert(frequency.step_us > 0);
	assert(time_us >= -BLN_TIME_US_MAX && time_us <= BLN_TIME_US_MAX);
	since_open = (time_us - frequency.origin_us) % frequency.step_us;
	if (since_open < 0)
		since_open += frequency.step_us;
	return time_us - since_open;
}

bool bln_frequency_is_committed(struct bln_frequency frequency, int64_t open_us, int64_t now_us)
{
	assert(frequency.step_us > 0);
	assert(open_us >= -BLN_TIME_US_MAX - frequency.step_us && now_us <= BLN_TIME_US_MAX);
	return now_us - frequency.step_us >= open_us;
}
