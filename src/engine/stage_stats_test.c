/* What is said of a file: exact texts for what is special, and for random values that no row lies outside its bounds. */
#include "engine/stage_test_kit.h"

#include "base/json.h"
#include "base/random.h"
#include "delta/value.h"

static const char *stats_of(struct kit *kit, const char *sql, struct bln_stage_spec *spec)
{
	static char text[8192];
	struct bln_staged_list list;

	spec->folder = kit->folder;
	spec->schema = kit_schema(kit, sql);
	list = kit_stage(kit, sql, spec);
	assert_int_equal(list.count, 1);
	snprintf(text, sizeof(text), "%.*s", (int)list.items[0].stats.length, list.items[0].stats.at);
	unlink(list.items[0].path);
	return text;
}

static void bounds_have_deltas_form(void **state)
{
	static const struct {
		const char *sql, *expected;
	} cases[] = {
		{ "SELECT i - 5 AS n, i / 4.0::DOUBLE AS x, nullif('s' || i, 's3') AS s FROM range(9) r(i)",
		  "{\"numRecords\":9,\"minValues\":{\"n\":-5,\"x\":0,\"s\":\"s0\"},\"maxValues\":{\"n\":3,\"x\":2,\"s\":\"s8\"},"
		  "\"nullCount\":{\"n\":0,\"x\":0,\"s\":1}}" },
		/* Milliseconds: the least down, the greatest up; before 1970, too. */
		{ "SELECT TIMESTAMPTZ '2024-01-31 12:34:56.123456Z' AS t, TIMESTAMP '1969-12-31 23:59:59.9995' AS w, "
		  "DATE '0800-02-03' AS d",
		  "{\"numRecords\":1,\"minValues\":{\"t\":\"2024-01-31T12:34:56.123Z\",\"w\":\"1969-12-31T23:59:59.999\","
		  "\"d\":\"0800-02-03\"},\"maxValues\":{\"t\":\"2024-01-31T12:34:56.124Z\",\"w\":\"1970-01-01T00:00:00.000\","
		  "\"d\":\"0800-02-03\"},\"nullCount\":{\"t\":0,\"w\":0,\"d\":0}}" },
		/* What has no form in Delta: years with more digits or before Christ, infinity, NaN, booleans, binary, nulls. */
		{ "SELECT DATE '20244-01-01' AS d, DATE '-0044-01-01' AS e, TIMESTAMPTZ 'infinity' AS t, true AS b, 'x'::BLOB AS c, "
		  "NULL::BIGINT AS n",
		  "{\"numRecords\":1,\"minValues\":{},\"maxValues\":{},"
		  "\"nullCount\":{\"d\":0,\"e\":0,\"t\":0,\"b\":0,\"c\":0,\"n\":1}}" },
		{ "SELECT unnest(['nan', '1'])::DOUBLE AS x, unnest(['inf', '1'])::DOUBLE AS y, unnest(['-inf', '2'])::FLOAT AS z",
		  "{\"numRecords\":2,\"minValues\":{\"y\":1},\"maxValues\":{\"z\":2},\"nullCount\":{\"x\":0,\"y\":0,\"z\":0}}" },
		{ "SELECT -12345678901234567890.1234567890::DECIMAL(38,10) AS d, 1.50::DECIMAL(10,2) AS e, 0.1::FLOAT AS f",
		  "{\"numRecords\":1,\"minValues\":{\"d\":-12345678901234567890.1234567890,\"e\":1.50,\"f\":0.10000000149011612},"
		  "\"maxValues\":{\"d\":-12345678901234567890.1234567890,\"e\":1.50,\"f\":0.10000000149011612},"
		  "\"nullCount\":{\"d\":0,\"e\":0,\"f\":0}}" },
		/* Long texts are cut after 32 characters; the greatest is made no less than what was cut. */
		{ "SELECT repeat('é', 40) AS a, repeat('b', 32) AS b, 'q\"\\' AS \"c\"\"c\"",
		  "{\"numRecords\":1,\"minValues\":{\"a\":\"éééééééééééééééééééééééééééééééé\","
		  "\"b\":\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\",\"c\\\"c\":\"q\\\"\\\\\"},"
		  "\"maxValues\":{\"a\":\"éééééééééééééééééééééééééééééééé\xf4\x8f\xbf\xbf\","
		  "\"b\":\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\",\"c\\\"c\":\"q\\\"\\\\\"},"
		  "\"nullCount\":{\"a\":0,\"b\":0,\"c\\\"c\":0}}" },
		/* Members of structs, and nothing of lists and maps. */
		{ "SELECT {'a.b': 1, 'l': [1], 'o': {'p': 'x'}} AS s, [7] AS l, MAP {'k': 1} AS m, {'l': [1]} AS z",
		  "{\"numRecords\":1,\"minValues\":{\"s\":{\"a.b\":1,\"o\":{\"p\":\"x\"}}},\"maxValues\":{\"s\":{\"a.b\":1,"
		  "\"o\":{\"p\":\"x\"}}},\"nullCount\":{\"s\":{\"a.b\":0,\"o\":{\"p\":0}}}}" },
	};
	struct kit kit = { 0 };
	(void)state;

	kit_open(&kit);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bln_stage_spec spec = { 0 };

		assert_string_equal(stats_of(&kit, cases[i].sql, &spec), cases[i].expected);
	}
	kit_close(&kit);
}

static void only_the_first_columns_of_the_files_have_statistics(void **state)
{
	static const char *const by_c0[] = { "c0" };
	struct bln_stage_spec spec = { .partition = by_c0, .partition_count = 1 };
	struct kit kit = { 0 };
	const char *stats;
	char sql[1024] = "SELECT 1 AS c0";
	(void)state;

	kit_open(&kit);
	for (int i = 1; i < 40; i++)
		sprintf(sql + strlen(sql), ", %d AS c%d", i, i);
	stats = stats_of(&kit, sql, &spec);
	assert_null(strstr(stats, "\"c0\":"));
	assert_says(stats, "\"c32\":32");
	assert_null(strstr(stats, "\"c33\":"));
	spec.stats_columns_max = 2;
	stats = stats_of(&kit, sql, &spec);
	assert_says(stats, "\"c2\":2");
	assert_null(strstr(stats, "\"c3\":"));
	spec.stats_columns_max = -1;
	assert_says(stats_of(&kit, sql, &spec), "\"c39\":39");
	kit_close(&kit);
}

/* Values of one column, many of them at the edges of what stands in statistics. */
static const struct {
	const char *name, *sql;
} columns[] = {
	{ "n", "CASE WHEN r < 0.02 THEN NULL WHEN r < 0.1 THEN 9223372036854775807 ELSE (k - 500) * 7919 END::BIGINT" },
	{ "x", "CASE WHEN r < 0.1 THEN 1e308 * (k % 3 - 1) ELSE (k - 500) / 7.0::DOUBLE END" },
	{ "f", "((k - 500) / 7.0)::FLOAT" },
	{ "s", "CASE WHEN r < 0.1 THEN repeat('\xf4\x8f\xbf\xbf', 1 + k % 40) WHEN r < 0.3 THEN repeat('z', k % 50) "
	       "ELSE 'é' || k || repeat('ü', k % 40) END" },
	{ "t", "make_timestamptz((k - 500) * 86399999999 + k)" },
	{ "w", "make_timestamp((k - 500) * 999 + k)" },
	{ "d", "DATE '1970-01-01' + (k - 500)::INT" },
	{ "m", "((k - 500) / 7.0)::DECIMAL(18,6)" },
};

/* Decimals are read off the text: as JSON's numbers they would be rounded. */
static bool bound_find(const char *stats, const json_t *json, const char *which, const struct bln_field *field,
		       struct bln_value *value)
{
	char key[32];
	const char *at;

	if (field->type.kind != BLN_TYPE_DECIMAL)
		return bln_value_from_json(json_object_get(json_object_get(json, which), field->name), &field->type,
					   value);
	snprintf(key, sizeof(key), "\"%s\":", field->name);
	at = strstr(strstr(stats, which), key) + strlen(key);
	return bln_value_parse((struct bln_slice){ at, strspn(at, "-.0123456789") }, &field->type, value);
}

static void check_bounds(struct kit *kit, const struct bln_staged *file, const struct bln_field *field)
{
	struct bln_text sql = { 0 };
	struct bln_rows *rows;
	json_t *stats;
	struct bln_value low, high, value;
	bool has_low, has_high;
	size_t count;

	assert_ok(bln_json_parse(file->stats.at, file->stats.length, "stats", &stats, &kit->err), &kit->err);
	has_low = bound_find(file->stats.at, stats, "minValues", field, &low);
	has_high = bound_find(file->stats.at, stats, "maxValues", field, &high);
	bln_text_add_format(&sql, "SELECT CAST(\"%s\" AS VARCHAR) FROM read_parquet('%s') WHERE \"%s\" IS NOT NULL",
			    field->name, file->path, field->name);
	assert_ok(bln_engine_query(kit->engine, sql.at, &rows, &kit->err), &kit->err);
	for (;;) {
		assert_ok(bln_rows_next(rows, &count, &kit->err), &kit->err);
		if (count == 0)
			break;
		for (size_t row = 0; row < count; row++) {
			struct bln_slice text = bln_rows_text(rows, 0, row);

			if (text.length == 0)
				continue; /* the empty text is not less than any bound that there could be but itself */
			if (!has_low || !has_high)
				fail_msg("no bounds of %s in %.*s", field->name, (int)file->stats.length,
					 file->stats.at);
			assert_true(bln_value_parse(text, &field->type, &value));
			if (bln_value_compare(&low, &value, &field->type) > 0 ||
			    bln_value_compare(&value, &high, &field->type) > 0)
				fail_msg("%s: %.*s is outside of %.*s", field->name, (int)text.length, text.at,
					 (int)file->stats.length, file->stats.at);
		}
	}
	bln_rows_destroy(rows);
	json_decref(stats);
	bln_text_clean_up(&sql);
}

static void no_row_lies_outside_of_its_bounds(void **state)
{
	struct bln_random random;
	struct kit kit = { 0 };
	(void)state;

	bln_random_init(&random, test_seed(20240202));
	kit_open(&kit);
	for (int round = 0; round < 12; round++) {
		struct bln_stage_spec spec = { .folder = kit.folder, .rows_per_group = 2048, .stats_columns_max = -1 };
		struct bln_staged_list list;
		struct bln_text sql = { 0 };

		bln_text_add(&sql, "SELECT ");
		for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
			bln_text_add_format(&sql, "%s%s AS %s", i ? ", " : "", columns[i].sql, columns[i].name);
		bln_text_add_format(
			&sql,
			" FROM (SELECT hash(i + %llu) %% 1000 / 1000.0 AS r, (hash(i + %llu) %% 1000)::BIGINT AS k "
			"FROM range(%llu) r(i))",
			(unsigned long long)bln_random_below(&random, 1000000),
			(unsigned long long)bln_random_below(&random, 1000000),
			1 + (unsigned long long)bln_random_below(&random, round < 6 ? 10 : 6000));
		spec.schema = kit_schema(&kit, sql.at);
		list = kit_stage(&kit, sql.at, &spec);
		for (size_t i = 0; i < list.count; i++) {
			for (size_t j = 0; j < spec.schema->field_count; j++)
				check_bounds(&kit, &list.items[i], &spec.schema->fields[j]);
			unlink(list.items[i].path);
		}
		bln_text_clean_up(&sql);
	}
	kit_close(&kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bounds_have_deltas_form),
		cmocka_unit_test(only_the_first_columns_of_the_files_have_statistics),
		cmocka_unit_test(no_row_lies_outside_of_its_bounds),
	};

	return cmocka_run_group_tests_name("stage_stats", tests, NULL, NULL);
}
