#include "base/base_test.h"

#include "base/mem.h"
#include "delta/evolve.h"

/* Columns said shortly: "a long, b string!, s {x long}" with '!' for "must not be null". */
static void fields_say(struct bln_text *json, const char **at);

static void type_say(struct bln_text *json, const char **at)
{
	size_t length;

	if (**at == '{' || **at == '[') {
		bool is_array = **at == '[';

		(*at)++;
		bln_text_add(json,
			     is_array ? "{\"type\":\"array\",\"elementType\":" : "{\"type\":\"struct\",\"fields\":[");
		if (is_array)
			type_say(json, at);
		else
			fields_say(json, at);
		(*at)++;
		bln_text_add(json, is_array ? ",\"containsNull\":true}" : "]}");
		return;
	}
	length = **at == 'd' && strncmp(*at, "decimal(", 8) == 0 ? strcspn(*at, ")") + 1 : strcspn(*at, ",!}] ");
	bln_text_add_format(json, "\"%.*s\"", (int)length, *at);
	*at += length;
}

static void fields_say(struct bln_text *json, const char **at)
{
	for (bool is_first = true;; is_first = false) {
		size_t length;

		*at += strspn(*at, ", ");
		length = strcspn(*at, " }");
		if (length == 0)
			return;
		bln_text_add_format(json, "%s{\"name\":\"%.*s\",\"type\":", is_first ? "" : ",", (int)length, *at);
		*at += length + 1;
		type_say(json, at);
		bln_text_add_format(json, ",\"nullable\":%s,\"metadata\":{}}", **at == '!' ? "false" : "true");
		*at += **at == '!';
	}
}

static char *schema_json(struct bln_arena *arena, const char *said)
{
	struct bln_text json = { 0 };
	char *copy;

	bln_text_add(&json, "{\"type\":\"struct\",\"fields\":[");
	fields_say(&json, &said);
	bln_text_add(&json, "]}");
	copy = bln_arena_strndup(arena, json.at, json.length);
	bln_text_clean_up(&json);
	return copy;
}

static struct bln_schema schema_of(struct bln_arena *arena, const char *said)
{
	struct bln_schema schema;
	struct bln_err err = { 0 };

	assert_ok(bln_schema_parse(bln_slice_of(schema_json(arena, said)), false, arena, &schema, &err), &err);
	return schema;
}

static const struct bln_protocol plain = { .reader = 1, .writer = 2 };

static const struct {
	const char *table, *rows;
	const char *after; /* the schema; NULL: refused */
	const char *said;
} cases[] = {
	{ "a long, b string", "a long, b string", "a long, b string", NULL },
	{ "a long, b string", "b string", "a long, b string", NULL },
	{ "a long, b string", "B string, A long", "a long, b string", NULL },
	{ "a long", "a long, c double!", "a long, c double", NULL },
	{ "s {x long}", "s {x long, y {z long!}!}", "s {x long, y {z long}}", NULL },
	{ "s [{x long}]", "s [{y string, x integer}]", "s [{x long, y string}]", NULL },
	{ "a long", "a integer", "a long", NULL },
	{ "a integer", "a long", NULL, "column 'a' is \"integer\" in the table and \"long\" in the rows" },
	{ "a double", "a float", "a double", NULL },
	{ "a double", "a integer", "a double", NULL },
	{ "a double", "a long", NULL, "column 'a'" },
	{ "a float", "a double", NULL, "column 'a'" },
	{ "a string", "a long", NULL, "column 'a'" },
	{ "a date", "a timestamp", NULL, "column 'a'" },
	{ "a timestamp", "a timestamp_ntz", NULL, "column 'a'" },
	{ "a decimal(10,2)", "a decimal(9,1)", "a decimal(10,2)", NULL },
	{ "a decimal(10,2)", "a decimal(10,1)", NULL, "column 'a'" },
	{ "a decimal(10,2)", "a decimal(9,3)", NULL, "column 'a'" },
	{ "a decimal(12,2)", "a integer", "a decimal(12,2)", NULL },
	{ "a decimal(11,2)", "a integer", NULL, "column 'a'" },
	{ "s {x long}", "s long", NULL, "column 's'" },
	{ "s {x long}", "s {x string}", NULL, "column 's.x'" },
	{ "s [long]", "s [string]", NULL, "column 's.element'" },
	{ "a long, b long!", "a long", NULL, "no column 'b', which must not be null" },
	{ "a long, b long!", "a long, b long", "a long, b long!", NULL },
	{ "s {x long!, y long}", "s {y long}", NULL, "no column 's.x'" },
	{ "s {x long!}", "s {x long}", NULL, "'s.x' must not be null" },
	{ "a long", "a long, A long", NULL, "differ at most by capitals" },
	{ "a long", "b@c long, d=e long", NULL, "'d=e'" },
	{ "a long", "a long, t timestamp_ntz", NULL, "timestamp_ntz" },
	{ "t timestamp_ntz", "t timestamp_ntz, u timestamp_ntz", "t timestamp_ntz, u timestamp_ntz", NULL },
};

static void rows_fit_or_are_refused_by_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bln_arena arena = { 0 };
		struct bln_schema table = schema_of(&arena, cases[i].table);
		struct bln_schema rows = schema_of(&arena, cases[i].rows);
		struct bln_evolve_spec spec = {
			.table = &table, .rows = &rows, .protocol = &plain, .may_add_columns = true
		};
		struct bln_evolved evolved;
		struct bln_text after = { 0 };
		struct bln_err err = { 0 };
		enum bln_status status = bln_schema_evolve(&spec, &arena, &evolved, &err);

		if (!cases[i].after) {
			assert_int_equal(status, BLN_INVALID);
			if (!strstr(err.message, cases[i].said))
				fail_msg("case %zu: '%s' does not say '%s'", i, err.message, cases[i].said);
		} else {
			assert_ok(status, &err);
			bln_schema_format(&evolved.schema, &after);
			assert_string_equal(after.at, schema_json(&arena, cases[i].after));
			assert_int_equal(evolved.has_changed,
					 strcmp(after.at, schema_json(&arena, cases[i].table)) != 0);
		}
		bln_text_clean_up(&after);
		bln_arena_clean_up(&arena);
	}
}

static void the_writer_is_told_what_to_do(void **state)
{
	struct bln_arena arena = { 0 };
	struct bln_schema table = schema_of(&arena, "a long!, b string, c long, d double");
	struct bln_schema rows = schema_of(&arena, "e string, C integer, a long, d double");
	struct bln_evolve_spec spec = { .table = &table, .rows = &rows, .protocol = &plain, .may_add_columns = true };
	static const int sources[] = { 2, -1, 1, 3, 0 };
	static const bool casts[] = { false, false, true, false, false };
	static const bool checks[] = { true, false, false, false, false };
	struct bln_evolved evolved;
	struct bln_err err = { 0 };
	(void)state;

	assert_ok(bln_schema_evolve(&spec, &arena, &evolved, &err), &err);
	assert_int_equal(evolved.schema.field_count, 5);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(evolved.sources[i], sources[i]);
		assert_int_equal(evolved.must_cast[i], casts[i]);
		assert_int_equal(evolved.must_check_null[i], checks[i]);
	}
	spec.may_add_columns = false;
	assert_int_equal(bln_schema_evolve(&spec, &arena, &evolved, &err), BLN_INVALID);
	assert_non_null(strstr(err.message, "no column 'e'"));
	bln_arena_clean_up(&arena);
}

static void partition_columns_stay(void **state)
{
	static const struct bln_slice symbol[] = { { "symbol", 6 } }, capital[] = { { "Symbol", 6 } },
				      year[] = { { "year", 4 } };
	struct bln_arena arena = { 0 };
	struct bln_schema table = schema_of(&arena, "symbol string, year integer, close double");
	struct bln_evolve_spec spec = { .table = &table,
					.rows = &table,
					.protocol = &plain,
					.is_partition_known = true,
					.table_partition = { symbol, 1 },
					.rows_partition = { capital, 1 } };
	struct bln_evolved evolved;
	struct bln_err err = { 0 };
	(void)state;

	assert_ok(bln_schema_evolve(&spec, &arena, &evolved, &err), &err);
	spec.rows_partition.items = year;
	assert_int_equal(bln_schema_evolve(&spec, &arena, &evolved, &err), BLN_INVALID);
	assert_non_null(strstr(err.message, "'year'"));
	spec.rows_partition.count = 0;
	assert_int_equal(bln_schema_evolve(&spec, &arena, &evolved, &err), BLN_INVALID);
	spec.is_partition_known = false;
	assert_ok(bln_schema_evolve(&spec, &arena, &evolved, &err), &err);
	bln_arena_clean_up(&arena);
}

static void the_change_keeps_everything_else(void **state)
{
	const struct bln_pair property = { .key = bln_slice_of("k"), .value = bln_slice_of("v") };
	const struct bln_metadata metadata = { .id = bln_slice_of("id"),
					       .format = bln_slice_of("parquet"),
					       .schema = bln_slice_of("old"),
					       .configuration = { &property, 1 },
					       .created_ms = 5 };
	struct bln_arena arena = { 0 };
	struct bln_schema schema = schema_of(&arena, "a long");
	struct bln_action action;
	struct bln_err err = { 0 };
	(void)state;

	assert_ok(bln_schema_change(&metadata, &schema, &arena, &action, &err), &err);
	assert_int_equal(action.kind, BLN_ACTION_METADATA);
	assert_true(bln_slice_is(action.metadata.id, "id"));
	assert_int_equal(action.metadata.configuration.count, 1);
	assert_int_equal(action.metadata.created_ms, 5);
	assert_true(bln_slice_is(action.metadata.schema, schema_json(&arena, "a long")));
	bln_arena_clean_up(&arena);
}

static void every_failed_allocation_is_told(void **state)
{
	enum bln_status status = BLN_NO_MEMORY;
	struct bln_arena inputs = { 0 };
	struct bln_schema table = schema_of(&inputs, "a long, s {x long}");
	struct bln_schema rows = schema_of(&inputs, "a integer, s {x long, y [long]}, z long");
	struct bln_evolve_spec spec = { .table = &table, .rows = &rows, .protocol = &plain, .may_add_columns = true };
	(void)state;

	for (uint64_t n = 1; status == BLN_NO_MEMORY; n++) {
		struct bln_arena arena = { 0 };
		struct bln_evolved evolved;
		struct bln_action action;

		bln_mem_fail_at(n, false);
		status = bln_schema_evolve(&spec, &arena, &evolved, NULL);
		if (status == BLN_OK)
			status = bln_schema_change(&(struct bln_metadata){ 0 }, &evolved.schema, &arena, &action, NULL);
		bln_mem_fail_at(0, false);
		bln_arena_clean_up(&arena);
	}
	assert_int_equal(status, BLN_OK);
	bln_arena_clean_up(&inputs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_fit_or_are_refused_by_name), cmocka_unit_test(the_writer_is_told_what_to_do),
		cmocka_unit_test(partition_columns_stay),	   cmocka_unit_test(the_change_keeps_everything_else),
		cmocka_unit_test(every_failed_allocation_is_told),
	};

	return cmocka_run_group_tests_name("evolve", tests, NULL, NULL);
}
