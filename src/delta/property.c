#include "delta/property.h"

#include <string.h>
#include <strings.h>

#include "base/nearest.h"
#include "base/number.h"
#include "base/time.h"

enum kind { ANY, BOOLEAN, COUNT, DURATION, POLICY, REFUSED };

static const struct property {
	const char *name;
	enum kind kind;
	struct bln_property_need need; /* when it is "true", or "v2" */
} properties[] = {
	{ "delta.appendOnly", BOOLEAN, { "appendOnly", 1, 2 } },
	{ "delta.autoOptimize.autoCompact", ANY, { 0 } },
	{ "delta.autoOptimize.optimizeWrite", ANY, { 0 } },
	{ "delta.checkpoint.writeStatsAsJson", BOOLEAN, { 0 } },
	{ "delta.checkpoint.writeStatsAsStruct", BOOLEAN, { 0 } },
	{ "delta.checkpointInterval", COUNT, { 0 } },
	{ "delta.checkpointPolicy", POLICY, { "v2Checkpoint", 3, 7 } },
	{ "delta.columnMapping.mode", REFUSED, { 0 } },
	{ "delta.dataSkippingNumIndexedCols", ANY, { 0 } },
	{ "delta.dataSkippingStatsColumns", ANY, { 0 } },
	{ "delta.deletedFileRetentionDuration", DURATION, { 0 } },
	{ "delta.enableChangeDataFeed", BOOLEAN, { "changeDataFeed", 1, 4 } },
	{ "delta.enableDeletionVectors", BOOLEAN, { "deletionVectors", 3, 7 } },
	{ "delta.enableExpiredLogCleanup", BOOLEAN, { 0 } },
	{ "delta.enableIcebergCompatV1", REFUSED, { 0 } },
	{ "delta.enableIcebergCompatV2", REFUSED, { 0 } },
	{ "delta.enableInCommitTimestamps", BOOLEAN, { "inCommitTimestamp", 1, 7 } },
	{ "delta.enableRowTracking", REFUSED, { 0 } },
	{ "delta.enableTypeWidening", REFUSED, { 0 } },
	{ "delta.isolationLevel", ANY, { 0 } },
	{ "delta.logRetentionDuration", DURATION, { 0 } },
	{ "delta.setTransactionRetentionDuration", DURATION, { 0 } },
	{ "delta.targetFileSize", ANY, { 0 } },
	{ "delta.tuneFileSizesForRewrites", BOOLEAN, { 0 } },
};
enum { PROPERTIES = sizeof(properties) / sizeof(properties[0]) };

static bool is_same(struct bln_slice a, const char *b)
{
	return a.length == strlen(b) && strncasecmp(a.at, b, a.length) == 0;
}

static enum bln_status unknown(struct bln_slice key, struct bln_err *err)
{
	const char *best = NULL;
	size_t distance = SIZE_MAX;

	for (size_t i = 0; i < PROPERTIES; i++)
		bln_nearest_try(key, properties[i].name, &best, &distance);
	return bln_err_set(err, BLN_INVALID, "unknown table property '%s'%s%s%s", bln_quote(key.at, key.length).text,
			   best ? ": did you mean '" : "", best ? best : "", best ? "'?" : "");
}

static bool count_parse(struct bln_slice value, int64_t *out)
{
	return value.length && bln_int64_parse(value.at, value.length, out) && *out > 0;
}

/* Whether VALUE is of KIND; what is expected in EXPECTED. */
static bool is_good(struct bln_slice value, enum kind kind, const char **expected)
{
	int64_t ignored;

	switch (kind) {
	case BOOLEAN:
		*expected = "true or false";
		return bln_slice_is(value, "true") || bln_slice_is(value, "false");
	case COUNT:
		*expected = "a number above 0";
		return count_parse(value, &ignored);
	case DURATION:
		*expected = "a duration as in 'interval 30 days'";
		return bln_interval_parse(value, &ignored);
	case POLICY:
		*expected = "classic or v2";
		return bln_slice_is(value, "classic") || bln_slice_is(value, "v2");
	default:
		return true;
	}
}

enum bln_status bln_property_check(struct bln_slice key, struct bln_slice value, struct bln_property_need *need,
				   struct bln_err *err)
{
	const struct property *property = NULL;
	const char *expected = "";

	if (need)
		*need = (struct bln_property_need){ 0 };
	if (key.length < strlen("delta.") || strncasecmp(key.at, "delta.", strlen("delta.")) != 0)
		return BLN_OK;
	if (key.length > strlen("delta.constraints.") && bln_slice_starts(key, "delta.constraints."))
		return bln_err_set(err, BLN_UNSUPPORTED,
				   "the table property '%s' (feature 'checkConstraints') is not supported",
				   bln_quote(key.at, key.length).text);
	for (size_t i = 0; i < PROPERTIES && !property; i++)
		if (bln_slice_is(key, properties[i].name))
			property = &properties[i];
	if (!property)
		return unknown(key, err);
	if (property->kind == REFUSED)
		return bln_err_set(err, BLN_UNSUPPORTED, "the table property '%s' is not supported", property->name);
	if (!is_good(value, property->kind, &expected))
		return bln_err_set(err, BLN_INVALID, "the table property %s is '%s': expected %s", property->name,
				   bln_quote(value.at, value.length).text, expected);
	if (need && (bln_slice_is(value, "true") || bln_slice_is(value, "v2")))
		*need = property->need;
	return BLN_OK;
}

/* The next word of TEXT, without the spaces around it. */
static struct bln_slice word(struct bln_slice *text)
{
	struct bln_slice found = { text->at, 0 };

	while (text->length && *text->at == ' ') {
		text->at++;
		text->length--;
	}
	found.at = text->at;
	while (text->length && *text->at != ' ') {
		text->at++;
		text->length--;
		found.length++;
	}
	return found;
}

bool bln_interval_parse(struct bln_slice text, int64_t *us)
{
	static const struct {
		const char *one;
		const char *many;
		int64_t us;
	} units[] = {
		{ "week", "weeks", 7 * BLN_US_PER_DAY },    { "day", "days", BLN_US_PER_DAY },
		{ "hour", "hours", BLN_US_PER_HOUR },	    { "minute", "minutes", BLN_US_PER_MINUTE },
		{ "second", "seconds", BLN_US_PER_SECOND }, { "millisecond", "milliseconds", BLN_US_PER_MS },
		{ "microsecond", "microseconds", 1 },
	};
	struct bln_slice amount = word(&text);
	int64_t total = 0;
	bool has_any = false;

	if (is_same(amount, "interval"))
		amount = word(&text);
	for (; amount.length; amount = word(&text)) {
		struct bln_slice unit = word(&text);
		int64_t number = 0;
		int64_t unit_us = 0;

		for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
			if (is_same(unit, units[i].one) || is_same(unit, units[i].many))
				unit_us = units[i].us;
		if (!unit_us || !bln_int64_parse(amount.at, amount.length, &number) || number < 0 ||
		    __builtin_mul_overflow(number, unit_us, &number) || number > BLN_TIME_US_MAX - total)
			return false;
		total += number;
		has_any = true;
	}
	if (has_any)
		*us = total;
	return has_any;
}

static const struct bln_pair *property_find(const struct bln_metadata *metadata, const char *key)
{
	const struct bln_pair *pair = bln_pairs_find(metadata->configuration, key);

	return pair && !pair->is_null ? pair : NULL;
}

static enum bln_status no_good(const struct bln_pair *pair, const char *key, const char *expected, struct bln_err *err)
{
	return bln_err_set(err, BLN_INVALID, "the table property %s is '%s': expected %s", key,
			   bln_quote(pair->value.at, pair->value.length).text, expected);
}

enum bln_status bln_property_duration(const struct bln_metadata *metadata, const char *key, int64_t otherwise_us,
				      int64_t *out_us, struct bln_err *err)
{
	const struct bln_pair *pair = property_find(metadata, key);

	*out_us = otherwise_us;
	if (!pair || bln_interval_parse(pair->value, out_us))
		return BLN_OK;
	return no_good(pair, key, "a duration as in 'interval 30 days'", err);
}

enum bln_status bln_property_count(const struct bln_metadata *metadata, const char *key, int64_t otherwise,
				   int64_t *out, struct bln_err *err)
{
	const struct bln_pair *pair = property_find(metadata, key);

	*out = otherwise;
	if (!pair || count_parse(pair->value, out))
		return BLN_OK;
	return no_good(pair, key, "a number above 0", err);
}
