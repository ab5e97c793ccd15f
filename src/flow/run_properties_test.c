#include "base/base_test.h"

#include "base/mem.h"
#include "flow/run_properties.h"

static const char file[] = "project: crypto\n"
			   "properties: {a: project, b: project, c: project, d: project, e: project}\n"
			   "jobs:\n"
			   "  say: {kind: command, argv: [echo], properties: {b: job, c: job, d: job, e: job}}\n"
			   "workflows:\n"
			   "  talk:\n"
			   "    properties: {c: workflow, d: workflow, e: workflow}\n"
			   "    steps:\n"
			   "      first: {job: say, properties: {d: step, e: step}}\n";

static struct bln_project *project;
static struct bln_arena arena;
static struct bln_plan plan;

static int set_up(void **state)
{
	struct bln_err err = { 0 };

	(void)state;
	assert_ok(bln_project_parse("/tmp", file, strlen(file), &project, NULL, &err), &err);
	assert_ok(bln_plan_make(project, "talk", &arena, &plan, &err), &err);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	bln_arena_clean_up(&arena);
	bln_project_close(project);
	return 0;
}

static struct bln_properties given_of(const char *text)
{
	struct bln_properties given = { 0 };
	struct bln_err err = { 0 };

	assert_ok(bln_properties_set_text(&given, text, &arena, &err), &err);
	return given;
}

static void assert_json(const struct bln_plan_action *action, const char *expected)
{
	struct bln_properties given = given_of("e=given");
	struct bln_properties properties;
	struct bln_text text = { 0 };
	struct bln_err err = { 0 };

	assert_ok(bln_run_properties_of(&project->properties, &plan, action, &given, &arena, &properties, &err), &err);
	assert_ok(bln_run_properties_format(&properties, false, NULL, &text, &err), &err);
	assert_string_equal(text.at, expected);
	bln_text_clean_up(&text);
}

static void the_nearer_has_the_last_word(void **state)
{
	(void)state;
	assert_json(NULL,
		    "{\"a\":\"project\",\"b\":\"project\",\"c\":\"workflow\",\"d\":\"workflow\",\"e\":\"given\"}");
	assert_json(&plan.actions[0],
		    "{\"a\":\"project\",\"b\":\"job\",\"c\":\"workflow\",\"d\":\"step\",\"e\":\"given\"}");
}

static void what_is_recorded_is_read_again(void **state)
{
	struct bln_properties given = given_of("path=a \"b\" ${env:C}\n");
	struct bln_properties none = { 0 };
	struct bln_properties read;
	struct bln_text text = { 0 };
	struct bln_err err = { 0 };
	bool is_full = false;
	(void)state;

	assert_ok(bln_run_properties_format(&given, true, NULL, &text, &err), &err);
	assert_ok(bln_run_properties_parse((struct bln_slice){ text.at, text.length }, &arena, &read, &is_full, &err),
		  &err);
	assert_true(is_full);
	assert_int_equal(read.count, 1);
	assert_string_equal(bln_properties_find(&read, "path")->text, "a \"b\" ${env:C}\n");
	bln_text_clear(&text);
	assert_ok(bln_run_properties_format(&none, true, NULL, &text, &err), &err);
	assert_string_equal(text.at, "{\"@full\":true}");
	bln_text_clear(&text);
	assert_ok(bln_run_properties_format(&none, false, NULL, &text, &err), &err);
	assert_ok(bln_run_properties_parse((struct bln_slice){ text.at, text.length }, &arena, &read, &is_full, &err),
		  &err);
	assert_false(is_full);
	assert_int_equal(read.count, 0);
	bln_text_clean_up(&text);
}

/* So that the job's process lets the file's texts refer to variables, and those of who started the run not. */
static void what_the_file_says_has_its_place_again(void **state)
{
	struct bln_properties read = { 0 };
	struct bln_err err = { 0 };
	bool is_full;
	(void)state;

	assert_ok(
		bln_run_properties_parse(
			bln_slice_of(
				"{\"a\":\"project\",\"b\":\"job\",\"c\":\"workflow\",\"d\":\"step\",\"e\":\"given\"}"),
			&arena, &read, &is_full, &err),
		&err);
	assert_int_equal(read.items[0].place.line, 0);
	bln_run_properties_place(project, &read);
	for (size_t i = 0; i < read.count; i++) {
		static const int lines[] = { 2, 4, 7, 9, 0 };

		assert_int_equal(read.items[i].place.line, lines[i]);
	}
}

static void what_is_no_record_is_refused(void **state)
{
	static const char *const bad[] = { "", "[]", "{\"a\":1}", "{\"a\":null}", "{\"a b\":\"c\"}", "{\"a\":\"b\"" };
	struct bln_properties read;
	struct bln_err err = { 0 };
	bool is_full;
	(void)state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_not_equal(bln_run_properties_parse(bln_slice_of(bad[i]), &arena, &read, &is_full, &err),
				     BLN_OK);
}

static void secrets_are_not_recorded(void **state)
{
	struct bln_secrets secrets = { 0 };
	struct bln_properties given = given_of("key=x hunter2hunter2");
	struct bln_text text = { 0 };
	struct bln_err err = { 0 };
	(void)state;

	assert_ok(bln_secrets_add(&secrets, bln_slice_of("hunter2hunter2"), &err), &err);
	assert_int_equal(bln_run_properties_format(&given, false, &secrets, &text, &err), BLN_INVALID);
	assert_non_null(strstr(err.message, "'key'"));
	assert_non_null(strstr(err.message, "let bullion.yaml say key: ${env:VARIABLE}"));
	assert_null(strstr(err.message, "hunter2"));
	assert_int_equal(text.length, 0);
	given = given_of("key=big game hunt");
	assert_ok(bln_run_properties_format(&given, false, &secrets, &text, &err), &err);
	bln_text_clean_up(&text);
	bln_secrets_clean_up(&secrets);
}

static void without_memory_it_says_so(void **state)
{
	struct bln_properties given = given_of("e=given");
	enum bln_status status = BLN_NO_MEMORY;
	struct bln_err err = { 0 };
	uint64_t nth;
	(void)state;

	for (nth = 1; status == BLN_NO_MEMORY && nth < 100; nth++) {
		struct bln_arena own = { 0 };
		struct bln_properties properties;
		struct bln_text text = { 0 };
		bool is_full;

		bln_mem_fail_at(nth, false);
		status = bln_run_properties_of(&project->properties, &plan, &plan.actions[0], &given, &own, &properties,
					       &err);
		if (status == BLN_OK)
			status = bln_run_properties_format(&properties, true, NULL, &text, &err);
		if (status == BLN_OK)
			status = bln_run_properties_parse((struct bln_slice){ text.at, text.length }, &own, &properties,
							  &is_full, &err);
		bln_mem_fail_at(0, false);
		bln_text_clean_up(&text);
		bln_arena_clean_up(&own);
	}
	assert_ok(status, &err);
	assert_true(nth > 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_nearer_has_the_last_word),
		cmocka_unit_test(what_is_recorded_is_read_again),
		cmocka_unit_test(what_the_file_says_has_its_place_again),
		cmocka_unit_test(what_is_no_record_is_refused),
		cmocka_unit_test(secrets_are_not_recorded),
		cmocka_unit_test(without_memory_it_says_so),
	};

	return cmocka_run_group_tests_name("run_properties", tests, set_up, tear_down);
}
