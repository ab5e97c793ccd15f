#include "base/base_test.h"

#include "base/time.h"
#include "delta/property.h"

static void intervals_are_read_as_spark_writes_them(void **state)
{
	static const struct {
		const char *text;
		int64_t us; /* -1: refused */
	} cases[] = {
		{ "interval 30 days", 30 * BLN_US_PER_DAY },
		{ "interval 1 week", 7 * BLN_US_PER_DAY },
		{ "1 day 2 hours", 26 * BLN_US_PER_HOUR },
		{ "  INTERVAL  168  Hours ", 168 * BLN_US_PER_HOUR },
		{ "interval 0 seconds", 0 },
		{ "5 minutes 1 second 2 milliseconds 3 microseconds", 301002003 },
		{ "interval 1 month", -1 },
		{ "interval", -1 },
		{ "", -1 },
		{ "30", -1 },
		{ "-1 day", -1 },
		{ "1.5 days", -1 },
		{ "99999999999999 weeks", -1 },
		{ "7d", -1 },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t us = -1;

		if (bln_interval_parse(bln_slice_of(cases[i].text), &us) != (cases[i].us >= 0) || us != cases[i].us)
			fail_msg("'%s': %lld", cases[i].text, (long long)us);
	}
}

static void properties_are_known_or_refused(void **state)
{
	static const struct {
		const char *key, *value;
		enum bln_status status;
		const char *said; /* or the feature that it needs */
	} cases[] = {
		{ "owner", "anything", BLN_OK, NULL },
		{ "deltaish", "x", BLN_OK, NULL },
		{ "delta.appendOnly", "true", BLN_OK, "appendOnly" },
		{ "delta.appendOnly", "false", BLN_OK, NULL },
		{ "delta.appendOnly", "yes", BLN_INVALID, "expected true or false" },
		{ "delta.enableChangeDataFeed", "true", BLN_OK, "changeDataFeed" },
		{ "delta.checkpointPolicy", "v2", BLN_OK, "v2Checkpoint" },
		{ "delta.checkpointPolicy", "v3", BLN_INVALID, "classic or v2" },
		{ "delta.checkpointInterval", "0", BLN_INVALID, "above 0" },
		{ "delta.checkpointInterval", "100", BLN_OK, NULL },
		{ "delta.logRetentionDuration", "30d", BLN_INVALID, "interval 30 days" },
		{ "delta.enableExpiredLogCleanUp", "false", BLN_INVALID,
		  "did you mean 'delta.enableExpiredLogCleanup'?" },
		{ "delta.columnMapping.mode", "name", BLN_UNSUPPORTED, "columnMapping" },
		{ "delta.enableRowTracking", "true", BLN_UNSUPPORTED, "enableRowTracking" },
		{ "delta.constraints.price", "close > 0", BLN_UNSUPPORTED, "checkConstraints" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bln_property_need need;
		struct bln_err err = { 0 };

		assert_int_equal(bln_property_check(bln_slice_of(cases[i].key), bln_slice_of(cases[i].value), &need,
						    &err),
				 cases[i].status);
		if (cases[i].status != BLN_OK) {
			assert_says(err.message, cases[i].said);
		} else if (cases[i].said) {
			assert_string_equal(need.feature, cases[i].said);
		} else {
			assert_null(need.feature);
		}
	}
}

static void values_have_their_defaults(void **state)
{
	const struct bln_pair pairs[] = {
		{ .key = bln_slice_of("a"), .value = bln_slice_of("2 days") },
		{ .key = bln_slice_of("n"), .value = bln_slice_of("25") },
		{ .key = bln_slice_of("null"), .is_null = true },
	};
	const struct bln_metadata metadata = { .configuration = { pairs, 3 } };
	struct bln_err err = { 0 };
	int64_t value;
	(void)state;

	assert_ok(bln_property_duration(&metadata, "a", 5, &value, &err), &err);
	assert_int_equal(value, 2 * BLN_US_PER_DAY);
	assert_ok(bln_property_duration(&metadata, "b", 5, &value, &err), &err);
	assert_int_equal(value, 5);
	assert_ok(bln_property_duration(&metadata, "null", 5, &value, &err), &err);
	assert_int_equal(value, 5);
	assert_int_equal(bln_property_duration(&metadata, "n", 5, &value, &err), BLN_INVALID);
	assert_non_null(strstr(err.message, "property n is '25'"));
	assert_ok(bln_property_count(&metadata, "n", 5, &value, &err), &err);
	assert_int_equal(value, 25);
	assert_int_equal(bln_property_count(&metadata, "a", 5, &value, &err), BLN_INVALID);
	assert_int_equal(BLN_RETENTION_LOG_US, 30 * BLN_US_PER_DAY);
	assert_int_equal(BLN_RETENTION_TOMBSTONES_US, 7 * BLN_US_PER_DAY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(intervals_are_read_as_spark_writes_them),
		cmocka_unit_test(properties_are_known_or_refused),
		cmocka_unit_test(values_have_their_defaults),
	};

	return cmocka_run_group_tests_name("property", tests, NULL, NULL);
}
