#include "job/job_test_kit.h"

static void a_result_is_json(void **state)
{
	struct bln_job_result result = { .is_partial = true, .rows_in = INT64_C(1) << 53, .version = -1 };
	struct bln_text text = { 0 };
	(void)state;

	bln_job_result_add_json(&result, &text);
	assert_string_equal(
		text.at, "{\"table\":null,\"idle\":false,\"partial\":true,\"version\":-1,\"rows_in\":9007199254740992,"
			 "\"rows_out\":0,\"refused\":0,\"units\":0,\"units_known\":0,\"files_added\":0,"
			 "\"files_removed\":0,\"bytes_added\":0,\"missed\":[],\"remarks\":[]}");
	bln_text_clear(&text);
	bln_text_add(&result.missed, "a \"b\"\nc\\d");
	bln_text_add(&result.remarks, "n");
	result.table = "silver.t";
	bln_job_result_add_json(&result, &text);
	assert_memory_equal(text.at, "{\"table\":\"silver.t\",", 20);
	assert_says(text.at, "\"missed\":[\"a \\\"b\\\"\",\"c\\\\d\"],\"remarks\":[\"n\"]}");
	bln_text_clean_up(&text);
	bln_job_result_clean_up(&result);
}

static void kinds_of_later_versions_are_named(void **state)
{
	struct kit *kit = kit_new("jobs: {look: {kind: crawl, path: x}}\n", 1);
	(void)state;

	kit_fails(kit, "look", BLN_UNSUPPORTED, "job look: this version cannot run jobs of kind crawl yet");
	kit_free(kit);
}

/* The engine spills where the project says, in a folder of its own that goes with the job. */
static void the_engine_spills_where_it_is_told(void **state)
{
	struct kit *kit = kit_new("settings: {spill: big, memory: 256MB}\n"
				  "jobs: {one: {kind: sql, file: one.sql, into: silver.one, mode: overwrite}}\n",
				  1);
	char spill[KIT_PATH_SIZE];
	(void)state;

	assert_int_equal(mkdir(kit_path(kit, "big"), 0700), 0);
	kit_file(kit, "one.sql",
		 "SELECT current_setting('temp_directory') AS spill, current_setting('memory_limit') AS memory");
	(void)kit_run(kit, "one");
	snprintf(spill, sizeof(spill), "SELECT starts_with(spill, '%s/big/bullion-spill/') FROM silver.one",
		 kit->folder);
	assert_rows(kit, spill, "true\n");
	assert_int_equal(rmdir(kit_path(kit, "big/bullion-spill")), 0); /* nothing is left in it */
	kit_free(kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_result_is_json),
		cmocka_unit_test(kinds_of_later_versions_are_named),
		cmocka_unit_test(the_engine_spills_where_it_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
