#include "base/quantity.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/number.h"
#include "base/text.h"
#include "base/time.h"

struct unit {
	const char *name;
	int64_t worth;
};

/* What is measured; its units from large to small, ended by one without a name. */
struct measure {
	const struct unit *units;
	const char *expected;
	int64_t max;
};

static const struct measure size = {
	.units =
		(const struct unit[]){
			{ "TiB", INT64_C(1) << 40 },
			{ "GiB", INT64_C(1) << 30 },
			{ "MiB", INT64_C(1) << 20 },
			{ "KiB", INT64_C(1) << 10 },
			{ "B", 1 },
			{ "TB", INT64_C(1000000000000) },
			{ "GB", INT64_C(1000000000) },
			{ "MB", INT64_C(1000000) },
			{ "kB", INT64_C(1000) },
			{ "", 1 },
			{ 0 },
		},
	.expected = "a size: expected a whole number and B, KiB, MiB, GiB or TiB, as in 64MiB",
	.max = INT64_MAX,
};

static const struct measure duration = {
	.units =
		(const struct unit[]){
			{ "w", 7 * BLN_US_PER_DAY },
			{ "d", BLN_US_PER_DAY },
			{ "h", BLN_US_PER_HOUR },
			{ "m", BLN_US_PER_MINUTE },
			{ "s", BLN_US_PER_SECOND },
			{ "ms", BLN_US_PER_MS },
			{ "us", 1 },
			{ 0 },
		},
	.expected = "a duration: expected a whole number and us, ms, s, m, h, d or w, as in 30m",
	.max = BLN_TIME_US_MAX,
};

static enum bln_status parse(const struct measure *measure, const char *text, size_t length, int64_t *out,
			     struct bln_err *err)
{
	struct bln_slice unit_text = { .at = text, .length = length };
	const struct unit *unit = measure->units;
	int64_t amount;

	while (unit_text.length > 0 && *unit_text.at >= '0' && *unit_text.at <= '9') {
		unit_text.at++;
		unit_text.length--;
	}
	while (unit->name && !bln_slice_is(unit_text, unit->name))
		unit++;
	if (!unit->name || !bln_int64_parse(text, length - unit_text.length, &amount))
		return bln_err_set(err, BLN_INVALID, "'%s' is not %s", bln_quote(text, length).text, measure->expected);
	if (amount > measure->max / unit->worth)
		return bln_err_set(err, BLN_INVALID, "'%s' is too large", bln_quote(text, length).text);
	*out = amount * unit->worth;
	return BLN_OK;
}

static void format(const struct measure *measure, int64_t amount, char text[static BLN_QUANTITY_TEXT_SIZE])
{
	const struct unit *unit = measure->units;

	assert(amount >= 0);
	while (unit->worth > 1 && (amount % unit->worth != 0 || amount < unit->worth))
		unit++;
	snprintf(text, BLN_QUANTITY_TEXT_SIZE, "%" PRId64 "%s", amount / unit->worth, unit->name);
}

enum bln_status bln_size_parse(const char *text, size_t length, int64_t *bytes, struct bln_err *err)
{
	return parse(&size, text, length, bytes, err);
}

enum bln_status bln_duration_parse(const char *text, size_t length, int64_t *duration_us, struct bln_err *err)
{
	return parse(&duration, text, length, duration_us, err);
}

void bln_size_format(int64_t bytes, char text[static BLN_QUANTITY_TEXT_SIZE])
{
	format(&size, bytes, text);
}

void bln_duration_format(int64_t duration_us, char text[static BLN_QUANTITY_TEXT_SIZE])
{
	format(&duration, duration_us, text);
}
