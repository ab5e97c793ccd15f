#include "base/base_test.h"

#include <math.h>

#include "base/random.h"
#include "base/time.h"
#include "delta/value.h"

static struct bln_type type_of(const char *name)
{
	struct bln_type type;

	assert_true(bln_type_parse_primitive(bln_slice_of(name), &type));
	return type;
}

static void partition_text_is_read_and_written(void **state)
{
	static const struct {
		const char *type;
		const char *text;
		const char *canonical; /* NULL: refused */
	} cases[] = {
		{ "string", "a b=c/%", "a b=c/%" },
		{ "binary", "\x01\x02", "\x01\x02" },
		{ "long", "-9223372036854775808", "-9223372036854775808" },
		{ "long", "9223372036854775808", NULL },
		{ "integer", "007", "7" },
		{ "integer", "2147483648", NULL },
		{ "short", "-32768", "-32768" },
		{ "short", "32768", NULL },
		{ "byte", "127", "127" },
		{ "byte", "-129", NULL },
		{ "integer", "1.0", NULL },
		{ "double", "0.1", "0.1" },
		{ "double", "1E-7", "1e-07" },
		{ "double", "-Infinity", "-Infinity" },
		{ "float", "inf", "Infinity" },
		{ "double", "-inf", "-Infinity" },
		{ "double", "NaN", "NaN" },
		{ "double", "x", NULL },
		{ "float", "0.1", "0.1" },
		{ "float", "16777217", "16777216" },
		{ "decimal(5,2)", "-1.5", "-1.50" },
		{ "decimal(5,2)", "1.500", "1.50" },
		{ "decimal(5,2)", "1.505", NULL },
		{ "decimal(5,2)", "1000.00", NULL },
		{ "decimal(5,2)", "999.99", "999.99" },
		{ "decimal(5,0)", "12345", "12345" },
		{ "decimal(5,2)", "0", "0.00" },
		{ "decimal(5,2)", "-0.05", "-0.05" },
		{ "decimal(5,2)", ".", NULL },
		{ "decimal(10,10)", "-1E-10", "-0.0000000001" },
		{ "decimal(10,10)", "0E-10", "0.0000000000" },
		{ "decimal(10,10)", "1.5e-9", "0.0000000015" },
		{ "decimal(10,10)", "1E-11", NULL },
		{ "decimal(10,10)", "10E-11", "0.0000000001" },
		{ "decimal(5,0)", "1.2E+4", "12000" },
		{ "decimal(5,0)", "1E+5", NULL },
		{ "decimal(5,2)", "0E+999", "0.00" },
		{ "decimal(5,2)", "0E+9999999999", NULL },
		{ "decimal(5,2)", "1E", NULL },
		{ "decimal(5,2)", "E1", NULL },
		{ "decimal(5,2)", "1E+-1", NULL },
		{ "decimal(5,2)", "1.2.3", NULL },
		{ "decimal(38,38)", "0.00000000000000000000000000000000000001",
		  "0.00000000000000000000000000000000000001" },
		{ "decimal(38,0)", "-99999999999999999999999999999999999999",
		  "-99999999999999999999999999999999999999" },
		{ "decimal(38,0)", "100000000000000000000000000000000000000", NULL },
		{ "decimal(38,10)", "99999999999999999999999999999999999999", NULL },
		{ "boolean", "true", "true" },
		{ "boolean", "False", "false" },
		{ "boolean", "1", NULL },
		{ "date", "2024-02-29", "2024-02-29" },
		{ "date", "2023-02-29", NULL },
		{ "date", "1969-12-31", "1969-12-31" },
		{ "timestamp", "1970-01-01 00:00:00", "1970-01-01T00:00:00.000000Z" },
		{ "timestamp", "1970-01-01 00:00:00.123456", "1970-01-01T00:00:00.123456Z" },
		{ "timestamp", "1970-01-01T00:00:00.123456Z", "1970-01-01T00:00:00.123456Z" },
		{ "timestamp", "1970-01-01T02:00:00+02:00", "1970-01-01T00:00:00.000000Z" },
		{ "timestamp", "noon", NULL },
		{ "timestamp_ntz", "1969-12-31 23:59:59", "1969-12-31 23:59:59" },
		{ "timestamp_ntz", "1969-12-31 23:59:59.5", "1969-12-31 23:59:59.500000" },
		{ "timestamp_ntz", "1970-01-01T00:00:00Z", NULL },
		{ "timestamp_ntz", "1970-01-01 00:00:00-01:00", NULL },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bln_type type = type_of(cases[i].type);
		struct bln_value value = { .integer = 77 };
		struct bln_value again = { 0 };
		struct bln_text text = { 0 };
		bool is_good = bln_value_parse(bln_slice_of(cases[i].text), &type, &value);

		if (is_good != (cases[i].canonical != NULL))
			fail_msg("%s '%s': %s", cases[i].type, cases[i].text, is_good ? "taken" : "refused");
		if (!is_good || !cases[i].canonical) {
			assert_int_equal(value.integer, 77);
			continue;
		}
		bln_value_format(&value, &type, &text);
		if (strcmp(text.at, cases[i].canonical) != 0)
			fail_msg("%s '%s': written '%s', not '%s'", cases[i].type, cases[i].text, text.at,
				 cases[i].canonical);
		assert_true(bln_value_parse(bln_slice_of(text.at), &type, &again));
		assert_int_equal(bln_value_compare(&value, &again, &type), 0);
		bln_text_clean_up(&text);
	}
}

static void empty_text_is_null_whatever_the_type(void **state)
{
	static const char *const names[] = {
		"string", "long", "double", "decimal(3,1)", "boolean", "date", "timestamp"
	};
	struct bln_type array = { .kind = BLN_TYPE_ARRAY };
	struct bln_value value = { 0 };
	(void)state;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct bln_type type = type_of(names[i]);

		value.is_null = false;
		assert_true(bln_value_parse(bln_slice_of(""), &type, &value));
		assert_true(value.is_null);
	}
	assert_false(bln_value_parse(bln_slice_of("x"), &array, &value));
}

static int json_order(const char *type_name, const char *a, const char *b)
{
	struct bln_type type = type_of(type_name);
	struct bln_value values[2];
	json_t *json[2];
	int order;

	json[0] = json_loads(a, JSON_DECODE_ANY, NULL);
	json[1] = json_loads(b, JSON_DECODE_ANY, NULL);
	for (int i = 0; i < 2; i++)
		if (!bln_value_from_json(json[i], &type, &values[i]))
			fail_msg("%s %s refused", type_name, i ? b : a);
	order = bln_value_compare(&values[0], &values[1], &type);
	json_decref(json[0]);
	json_decref(json[1]);
	return order < 0 ? -1 : order > 0;
}

static void statistics_are_compared_by_their_type(void **state)
{
	static const struct {
		const char *type;
		const char *less;
		const char *more;
	} cases[] = {
		{ "long", "9", "10" },
		{ "long", "-9223372036854775807", "9007199254740993" },
		{ "double", "9", "10.5" },
		{ "double", "1e308", "\"Infinity\"" },
		{ "double", "\"Infinity\"", "\"NaN\"" },
		{ "string", "\"\"", "\"A\"" },
		{ "string", "\"10\"", "\"9\"" },
		{ "string", "\"Z\"", "\"\\u00e9\"" },
		{ "date", "\"2023-12-31\"", "\"2024-01-01\"" },
		{ "timestamp", "\"2024-01-01T01:00:00.000+02:00\"", "\"2024-01-01T00:00:00.000Z\"" },
		{ "decimal(10,2)", "\"9.5\"", "\"10\"" },
		{ "boolean", "false", "true" },
	};
	static const struct {
		const char *type;
		const char *json;
	} refused[] = {
		{ "long", "1.5" },    { "byte", "128" },	  { "long", "\"x\"" },
		{ "double", "true" }, { "date", "19000" },	  { "string", "1" },
		{ "date", "\"\"" },   { "decimal(10,2)", "1.5" }, { "binary", "\"x\"" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (json_order(cases[i].type, cases[i].less, cases[i].more) != -1 ||
		    json_order(cases[i].type, cases[i].more, cases[i].less) != 1 ||
		    json_order(cases[i].type, cases[i].less, cases[i].less) != 0)
			fail_msg("%s: %s is not less than %s", cases[i].type, cases[i].less, cases[i].more);
	}
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct bln_type type = type_of(refused[i].type);
		json_t *json = json_loads(refused[i].json, JSON_DECODE_ANY, NULL);
		struct bln_value value;

		if (bln_value_from_json(json, &type, &value))
			fail_msg("%s: %s is taken", refused[i].type, refused[i].json);
		json_decref(json);
	}
}

/* Whatever value: its text reads back as it, and the order of values is that of what they stand for. */
static void any_value_comes_back(void **state)
{
	static const char *const names[] = { "long", "double",	  "float",	  "decimal(38,7)",
					     "date", "timestamp", "timestamp_ntz" };
	struct bln_random random;
	(void)state;

	bln_random_init(&random, test_seed(11));
	for (int i = 0; i < 20000; i++) {
		struct bln_type type = type_of(names[i % 7]);
		struct bln_value value = { 0 };
		struct bln_value again = { 0 };
		struct bln_text text = { 0 };
		uint64_t bits = bln_random_next(&random);
		int shift = (int)bln_random_below(&random, 64);

		value.integer = (int64_t)bits >> shift;
		if (type.kind == BLN_TYPE_DATE)
			value.integer %= 3000000;
		else if (type.kind != BLN_TYPE_LONG)
			value.integer %= BLN_TIME_US_MAX;
		if (type.kind == BLN_TYPE_DOUBLE)
			memcpy(&value.real, &bits, sizeof(bits));
		if (type.kind == BLN_TYPE_FLOAT) {
			uint32_t half = (uint32_t)bits;
			float real;

			memcpy(&real, &half, sizeof(half));
			value.real = (double)real;
		}
		if (type.kind == BLN_TYPE_DECIMAL)
			value.decimal =
				(bln_int128)(int64_t)bits * (int64_t)bln_random_below(&random, UINT64_C(1) << 60);
		bln_value_format(&value, &type, &text);
		if (!bln_value_parse(bln_slice_of(text.at), &type, &again) ||
		    bln_value_compare(&value, &again, &type) != 0)
			fail_msg("%s: '%s' does not come back", names[i % 7], text.at);
		bln_text_clean_up(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(partition_text_is_read_and_written),
		cmocka_unit_test(empty_text_is_null_whatever_the_type),
		cmocka_unit_test(statistics_are_compared_by_their_type),
		cmocka_unit_test(any_value_comes_back),
	};

	return cmocka_run_group_tests_name("value", tests, NULL, NULL);
}
