#include "base/base_test.h"

#include "base/mem.h"
#include "delta/schema.h"
#include "delta/schema_check.h"

static const char all_types[] =
	"{\"type\":\"struct\",\"fields\":["
	"{\"name\":\"s\",\"type\":\"string\",\"nullable\":true,\"metadata\":{}},"
	"{\"name\":\"l\",\"type\":\"long\",\"nullable\":false,\"metadata\":{\"comment\":\"a \\\"b\\\"\"}},"
	"{\"name\":\"d\",\"type\":\"decimal(38,18)\",\"nullable\":true,\"metadata\":{}},"
	"{\"name\":\"t\",\"type\":\"timestamp\",\"nullable\":true,\"metadata\":{}},"
	"{\"name\":\"n\",\"type\":\"timestamp_ntz\",\"nullable\":true,\"metadata\":{}},"
	"{\"name\":\"a\",\"type\":{\"type\":\"array\",\"elementType\":{\"type\":\"struct\",\"fields\":["
	"{\"name\":\"x\",\"type\":\"byte\",\"nullable\":true,\"metadata\":{}}]},\"containsNull\":false},"
	"\"nullable\":true,\"metadata\":{}},"
	"{\"name\":\"m\",\"type\":{\"type\":\"map\",\"keyType\":\"string\",\"valueType\":\"float\","
	"\"valueContainsNull\":true},\"nullable\":true,\"metadata\":{}}]}";

static void every_type_comes_back_as_it_was(void **state)
{
	struct bln_arena arena = { 0 };
	struct bln_text text = { 0 };
	struct bln_schema schema;
	struct bln_err err = { 0 };
	(void)state;

	assert_ok(bln_schema_parse(bln_slice_of(all_types), false, &arena, &schema, &err), &err);
	assert_int_equal(schema.field_count, 7);
	assert_int_equal(schema.fields[2].type.precision, 38);
	assert_int_equal(schema.fields[2].type.scale, 18);
	assert_false(schema.fields[1].is_nullable);
	assert_int_equal(schema.fields[5].type.fields[0].type.kind, BLN_TYPE_STRUCT);
	bln_schema_format(&schema, &text);
	assert_string_equal(text.at, all_types);
	assert_ptr_equal(bln_schema_find(&schema, bln_slice_of("L")), &schema.fields[1]);
	assert_null(bln_schema_find(&schema, bln_slice_of("ll")));
	bln_text_clean_up(&text);
	bln_arena_clean_up(&arena);
}

static void mapped_columns_need_their_physical_name(void **state)
{
	static const char mapped[] =
		"{\"type\":\"struct\",\"fields\":[{\"name\":\"a\",\"type\":\"long\",\"nullable\":true,\"metadata\":"
		"{\"delta.columnMapping.id\":4,\"delta.columnMapping.physicalName\":\"col-7\"}}]}";
	struct bln_arena arena = { 0 };
	struct bln_schema schema;
	struct bln_err err = { 0 };
	(void)state;

	assert_ok(bln_schema_parse(bln_slice_of(mapped), true, &arena, &schema, &err), &err);
	assert_string_equal(schema.fields[0].physical_name, "col-7");
	assert_int_equal(schema.fields[0].id, 4);
	assert_ok(bln_schema_parse(bln_slice_of(mapped), false, &arena, &schema, &err), &err);
	assert_string_equal(schema.fields[0].physical_name, "a");
	assert_int_equal(bln_schema_parse(bln_slice_of(all_types), true, &arena, &schema, &err), BLN_CORRUPT);
	assert_non_null(strstr(err.message, "'s' has no delta.columnMapping.physicalName"));
	bln_arena_clean_up(&arena);
}

static void what_cannot_be_read_is_named(void **state)
{
	static const struct {
		const char *type;
		enum bln_status status;
		const char *said;
	} cases[] = {
		{ "\"variant\"", BLN_UNSUPPORTED, "column 'c' has the type 'variant'" },
		{ "{\"type\":\"array\",\"elementType\":\"void\"}", BLN_UNSUPPORTED, "column 'c' has the type 'void'" },
		{ "\"decimal(39,2)\"", BLN_UNSUPPORTED, "decimal(39,2)" },
		{ "\"decimal(5,6)\"", BLN_UNSUPPORTED, "decimal(5,6)" },
		{ "{\"type\":\"udt\"}", BLN_UNSUPPORTED, "'udt'" },
		{ "7", BLN_CORRUPT, "column 'c' has no type" },
		{ "{\"type\":\"struct\"}", BLN_CORRUPT, "no fields" },
		{ "{\"type\":\"array\"}", BLN_CORRUPT, "has no type" },
		{ "\"long\",\"metadata\":{\"delta.typeChanges\":[]}", BLN_UNSUPPORTED, "typeWidening" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bln_arena arena = { 0 };
		struct bln_text text = { 0 };
		struct bln_schema schema;
		struct bln_err err = { 0 };

		bln_text_add_format(&text, "{\"type\":\"struct\",\"fields\":[{\"name\":\"c\",\"type\":%s}]}",
				    cases[i].type);
		assert_int_equal(bln_schema_parse((struct bln_slice){ text.at, text.length }, false, &arena, &schema,
						  &err),
				 cases[i].status);
		assert_non_null(strstr(err.message, cases[i].said));
		bln_text_clean_up(&text);
		bln_arena_clean_up(&arena);
	}
}

static void names_that_sql_cannot_tell_apart_are_refused_by_name(void **state)
{
	static const struct {
		const char *fields;
		const char *said; /* NULL: can be read */
	} cases[] = {
		{ "{'name':'a','type':'long'},{'name':'b','type':'long'}", NULL },
		{ "{'name':'a b','type':'long'},{'name':'a,b','type':'long'}", NULL },
		{ "{'name':'\xc3\xa9','type':'long'},{'name':'\xc3\x89','type':'long'}", NULL },
		{ "{'name':'a','type':'long'},{'name':'b','type':'long'},{'name':'A','type':'long'}", "'a' and 'A'" },
		{ "{'name':'a','type':'long'},{'name':'a','type':'long'}", "'a' and 'a'" },
		{ "{'name':'','type':'long'}", "no name" },
		{ "{'name':'s','type':{'type':'struct','fields':[]}}", "'s' is a struct without members" },
		{ "{'name':'l','type':{'type':'array','elementType':{'type':'struct','fields':["
		  "{'name':'x','type':'long'},{'name':'X','type':'long'}]}}}",
		  "'x' and 'X'" },
		{ "", "no columns" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bln_arena arena = { 0 };
		struct bln_text text = { 0 };
		struct bln_schema schema;
		struct bln_err err = { 0 };

		bln_text_add_format(&text, "{'type':'struct','fields':[%s]}", cases[i].fields);
		for (size_t j = 0; j < text.length; j++)
			if (text.at[j] == '\'')
				text.at[j] = '"';
		assert_ok(bln_schema_parse((struct bln_slice){ text.at, text.length }, false, &arena, &schema, &err),
			  &err);
		if (cases[i].said) {
			assert_int_equal(bln_schema_check_read(&schema, &err), BLN_UNSUPPORTED);
			assert_non_null(strstr(err.message, cases[i].said));
		} else {
			assert_ok(bln_schema_check_read(&schema, &err), &err);
		}
		bln_text_clean_up(&text);
		bln_arena_clean_up(&arena);
	}
}

static void columns_that_can_only_be_null_are_left_out(void **state)
{
	static const char text[] =
		"{\"type\":\"struct\",\"fields\":[{\"name\":\"n\",\"type\":\"void\"},{\"name\":\"s\",\"type\":{\"type\":"
		"\"struct\",\"fields\":[{\"name\":\"a\",\"type\":\"long\"},{\"name\":\"b\",\"type\":\"void\"},"
		"{\"name\":\"c\",\"type\":\"string\"}]}}]}";
	struct bln_arena arena = { 0 };
	struct bln_schema schema;
	struct bln_err err = { 0 };
	(void)state;

	assert_ok(bln_schema_parse(bln_slice_of(text), false, &arena, &schema, &err), &err);
	assert_int_equal(schema.field_count, 1);
	assert_string_equal(schema.fields[0].name, "s");
	assert_int_equal(schema.fields[0].type.field_count, 2);
	assert_string_equal(schema.fields[0].type.fields[1].name, "c");
	assert_non_null(schema.left_out);
	assert_ok(bln_schema_parse(bln_slice_of(all_types), false, &arena, &schema, &err), &err);
	assert_null(schema.left_out);
	bln_arena_clean_up(&arena);
}

static void bottomless_nesting_is_refused(void **state)
{
	struct bln_arena arena = { 0 };
	struct bln_text text = { 0 };
	struct bln_schema schema;
	struct bln_err err = { 0 };
	(void)state;

	bln_text_add(&text, "{\"type\":\"struct\",\"fields\":[{\"name\":\"c\",\"type\":");
	for (int i = 0; i < 500; i++)
		bln_text_add(&text, "{\"type\":\"array\",\"elementType\":");
	bln_text_add(&text, "\"long\"");
	for (int i = 0; i < 500; i++)
		bln_text_add(&text, "}");
	bln_text_add(&text, "}]}");
	assert_int_equal(bln_schema_parse((struct bln_slice){ text.at, text.length }, false, &arena, &schema, &err),
			 BLN_UNSUPPORTED);
	bln_text_clean_up(&text);
	bln_arena_clean_up(&arena);
}

static void every_failed_allocation_is_told(void **state)
{
	enum bln_status status = BLN_NO_MEMORY;
	uint64_t n = 1;
	(void)state;

	for (; status == BLN_NO_MEMORY; n++) {
		struct bln_arena arena = { 0 };
		struct bln_schema schema;

		bln_mem_fail_at(n, false);
		status = bln_schema_parse(bln_slice_of(all_types), false, &arena, &schema, NULL);
		bln_mem_fail_at(0, false);
		bln_arena_clean_up(&arena);
	}
	assert_int_equal(status, BLN_OK);
	assert_true(n > 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_comes_back_as_it_was),
		cmocka_unit_test(mapped_columns_need_their_physical_name),
		cmocka_unit_test(what_cannot_be_read_is_named),
		cmocka_unit_test(names_that_sql_cannot_tell_apart_are_refused_by_name),
		cmocka_unit_test(columns_that_can_only_be_null_are_left_out),
		cmocka_unit_test(bottomless_nesting_is_refused),
		cmocka_unit_test(every_failed_allocation_is_told),
	};

	return cmocka_run_group_tests_name("schema", tests, NULL, NULL);
}
