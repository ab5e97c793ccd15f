#include "base/base_test.h"

#include "base/json.h"
#include "flow/plan.h"

static const char file[] = "project: crypto\n"
			   "properties: {base: USD, symbols: all}\n"
			   "sources:\n"
			   "  archive: {kind: kraken_archive, path: \"${run:archive}\"}\n"
			   "jobs:\n"
			   "  ingest-historic: {kind: ingest, source: archive, into: bronze.cryptos}\n"
			   "  silver-cryptos: {kind: sql, file: jobs/silver.sql, into: silver.cryptos, mode: upsert, "
			   "key: [symbol, datetime]}\n"
			   "  say: {kind: command, argv: [sh, -c, \"echo hello\"], timeout: 30m, retries: 2}\n"
			   "workflows:\n"
			   "  historical:\n"
			   "    properties: {stage: gold}\n"
			   "    steps:\n"
			   "      alarm: {job: say, after: {any: [ingest, silver]}, when: FAILED}\n"
			   "      silver: {job: silver-cryptos, after: [ingest]}\n"
			   "      ingest: {job: ingest-historic}\n";

static struct bln_project *project;

static int set_up(void **state)
{
	struct bln_err err = { 0 };

	(void)state;
	assert_ok(bln_project_parse("/tmp", file, strlen(file), &project, NULL, &err), &err);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	bln_project_close(project);
	return 0;
}

static void names_are_of_workflows_or_jobs(void **state)
{
	struct bln_arena arena = { 0 };
	struct bln_plan plan = { 0 };
	struct bln_err err = { 0 };
	(void)state;

	assert_ok(bln_plan_make(project, "historical", &arena, &plan, &err), &err);
	assert_int_equal(plan.kind, BLN_RUN_WORKFLOW);
	assert_int_equal(plan.count, 3);
	assert_string_equal(plan.actions[0].name, "alarm");
	assert_int_equal(plan.order[0], 2);
	assert_ok(bln_plan_make(project, "say", &arena, &plan, &err), &err);
	assert_int_equal(plan.kind, BLN_RUN_JOB);
	assert_int_equal(bln_plan_make(project, "historic", &arena, &plan, &err), BLN_NOT_FOUND);
	assert_non_null(strstr(err.message, "bullion.yaml has no workflow or job historic; did you mean historical?"));
	assert_int_equal(bln_plan_make(project, "xyzzy\n", &arena, &plan, &err), BLN_NOT_FOUND);
	assert_non_null(strstr(err.message, "has no workflow or job xyzzy?"));
	bln_arena_clean_up(&arena);
}

static void a_plan_can_be_read(void **state)
{
	struct bln_arena arena = { 0 };
	struct bln_text text = { 0 };
	struct bln_plan plan = { 0 };
	struct bln_err err = { 0 };
	(void)state;

	assert_ok(bln_plan_make(project, "historical", &arena, &plan, &err), &err);
	bln_plan_describe(&plan, &project->properties, &text);
	assert_ok(bln_text_check(&text, &err), &err);
	assert_string_equal(
		text.at, "historical: a workflow of 3 actions\n"
			 "  base = USD\n"
			 "  symbols = all\n"
			 "  1. ingest: job ingest-historic: ingest from archive (kraken_archive) into bronze.cryptos\n"
			 "     at once; stopped after 1d\n"
			 "  2. silver: job silver-cryptos: sql jobs/silver.sql into silver.cryptos (upsert by symbol, "
			 "datetime)\n"
			 "     after ingest SUCCEEDED; stopped after 1d\n"
			 "  3. alarm: job say: command sh -c echo hello\n"
			 "     after ingest FAILED|TIMEOUT|ERROR or silver FAILED|TIMEOUT|ERROR; stopped after 30m; "
			 "tried again up to 2x\n");
	bln_text_clean_up(&text);
	bln_arena_clean_up(&arena);
}

static void a_plan_can_be_read_by_programs(void **state)
{
	struct bln_arena arena = { 0 };
	struct bln_text text = { 0 };
	struct bln_plan plan = { 0 };
	struct bln_err err = { 0 };
	json_t *json = NULL;
	json_t *alarm;
	(void)state;

	assert_ok(bln_plan_make(project, "historical", &arena, &plan, &err), &err);
	bln_plan_describe_json(&plan, &project->properties, &text);
	assert_ok(bln_json_parse(text.at, text.length, "the plan", &json, &err), &err);
	assert_string_equal(json_string_value(json_object_get(json, "kind")), "workflow");
	assert_string_equal(json_string_value(json_object_get(json_object_get(json, "properties"), "base")), "USD");
	assert_int_equal(json_array_size(json_object_get(json, "actions")), 3);
	assert_string_equal(json_string_value(
				    json_object_get(json_array_get(json_object_get(json, "actions"), 0), "name")),
			    "ingest");
	for (size_t i = 0; i < 3; i++) {
		alarm = json_array_get(json_object_get(json, "actions"), i);
		if (strcmp(json_string_value(json_object_get(alarm, "name")), "alarm") == 0)
			break;
	}
	assert_int_equal(json_array_size(json_object_get(json_object_get(alarm, "after"), "any")), 2);
	assert_int_equal(json_integer_value(json_object_get(alarm, "retries")), 2);
	json_decref(json);
	bln_text_clean_up(&text);
	bln_arena_clean_up(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_of_workflows_or_jobs),
		cmocka_unit_test(a_plan_can_be_read),
		cmocka_unit_test(a_plan_can_be_read_by_programs),
	};

	return cmocka_run_group_tests_name("plan_make", tests, set_up, tear_down);
}
