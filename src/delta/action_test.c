#include "base/base_test.h"

#include "base/mem.h"
#include "delta/action.h"

/* Lines as other writers write them, in the order of members that we write. */
static const char *const lines[] = {
	"{\"add\":{\"path\":\"s=a%20b/x.parquet\",\"partitionValues\":{\"s\":\"a b\",\"n\":null},\"size\":12,"
	"\"modificationTime\":5,\"dataChange\":false,\"stats\":\"{\\\"numRecords\\\":3}\",\"tags\":{\"t\":\"1\"},"
	"\"deletionVector\":{\"storageType\":\"u\",\"pathOrInlineDv\":\"ab^-aqEH.-t@S}K{vb[*k^\",\"offset\":4,"
	"\"sizeInBytes\":40,\"cardinality\":6}}}\n",
	"{\"remove\":{\"path\":\"x\",\"deletionTimestamp\":7,\"dataChange\":true,\"extendedFileMetadata\":true,"
	"\"partitionValues\":{},\"size\":9}}\n",
	"{\"metaData\":{\"id\":\"i\",\"name\":\"n\",\"format\":{\"provider\":\"parquet\",\"options\":{}},"
	"\"schemaString\":\"{}\",\"partitionColumns\":[\"a\",\"b\"],\"configuration\":{\"k\":\"v\"},"
	"\"createdTime\":1}}\n",
	"{\"protocol\":{\"minReaderVersion\":3,\"minWriterVersion\":7,\"readerFeatures\":[\"x\"],"
	"\"writerFeatures\":[\"x\",\"y\"]}}\n",
	"{\"protocol\":{\"minReaderVersion\":1,\"minWriterVersion\":2}}\n",
	"{\"txn\":{\"appId\":\"job\",\"version\":9007199254740993,\"lastUpdated\":2}}\n",
	"{\"commitInfo\":{\"timestamp\":3,\"operation\":\"WRITE\",\"any\":{\"thing\":[1,2]}}}\n",
	"{\"domainMetadata\":{\"domain\":\"d\",\"configuration\":\"{}\",\"removed\":false}}\n",
	"{\"sidecar\":{\"path\":\"p\",\"sizeInBytes\":1,\"modificationTime\":2}}\n",
};

static void every_action_comes_back_as_it_was(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct bln_arena arena = { 0 };
		struct bln_text text = { 0 };
		struct bln_action action;
		struct bln_err err = { 0 };

		assert_ok(bln_action_parse(bln_slice_of(lines[i]), "0.json", &arena, &action, &err), &err);
		bln_action_format(&action, &text);
		assert_string_equal(text.at, lines[i]);
		bln_text_clean_up(&text);
		bln_arena_clean_up(&arena);
	}
}

/* commitInfo need not be understood. */
static void times_of_no_meaning_are_passed_over(void **state)
{
	static const char *const times[] = {
		"12345678901234567890123", "-9223372036854775809", "1.5", "1e400", "\"now\"", "[1]"
	};
	(void)state;

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		struct bln_arena arena = { 0 };
		struct bln_action action;
		struct bln_err err = { 0 };
		char line[128];

		snprintf(line, sizeof(line), "{\"commitInfo\":{\"timestamp\": %s ,\"operation\":\"WRITE\"}}", times[i]);
		assert_ok(bln_action_parse(bln_slice_of(line), "0.json", &arena, &action, &err), &err);
		assert_int_equal(action.commit_info.timestamp_ms, -1);
		bln_arena_clean_up(&arena);
	}
}

static void unknown_actions_and_members_are_passed_over(void **state)
{
	static const char *const ok[] = {
		"{\"somethingNew\":{\"a\":1}}",
		"{\"cdc\":{\"path\":\"c\"}}",
		"{}",
		"{\"add\":null}",
	};
	struct bln_arena arena = { 0 };
	struct bln_action action;
	struct bln_err err = { 0 };
	(void)state;

	for (size_t i = 0; i < sizeof(ok) / sizeof(ok[0]); i++) {
		assert_ok(bln_action_parse(bln_slice_of(ok[i]), "0.json", &arena, &action, &err), &err);
		assert_true(action.kind == BLN_ACTION_NONE || action.kind == BLN_ACTION_CDC);
	}
	assert_ok(bln_action_parse(bln_slice_of("{\"txn\":{\"appId\":\"a\",\"version\":1,\"new\":[]}}"), "0.json",
				   &arena, &action, &err),
		  &err);
	assert_int_equal(action.kind, BLN_ACTION_TXN);
	assert_int_equal(action.txn.updated_ms, -1);
	bln_arena_clean_up(&arena);
}

static void what_is_wrong_is_named(void **state)
{
	static const struct {
		const char *line;
		const char *said;
	} cases[] = {
		{ "{\"add\":{\"size\":1}}", "0.json: add: 'path' is missing" },
		{ "{\"add\":{\"path\":\"x\",\"size\":\"1\"}}", "0.json: add: 'size' is not an integer" },
		{ "{\"add\":{\"path\":\"x\",\"size\":-1}}", "0.json: add: 'size' is negative" },
		{ "{\"add\":{\"path\":\"x\",\"size\":1,\"partitionValues\":{\"a\":1}}}",
		  "'partitionValues' has a value" },
		{ "{\"add\":{\"path\":\"x\",\"size\":1,\"deletionVector\":{\"storageType\":\"z\"}}}",
		  "add: 'storageType' is none of" },
		{ "{\"add\":7}", "0.json: add: not an object" },
		{ "[1]", "0.json: an action is not an object" },
		{ "{\"add\":", "0.json: not JSON at column 8" },
		{ "{\"add\":{\"path\":\"x\",\"size\":1}} x", "0.json: not JSON at column 31: more behind the value" },
		{ "{\"add\":{\"path\":\"x\",\"size\":1,\"size\":1}}", "0.json: add: 'size' stands there twice" },
		{ "{\"add\":{\"path\":\"x\",\"size\":1,\"tags\":{\"a\":\"1\",\"b\":\"\",\"a\":\"2\"}}}",
		  "0.json: add: 'tags' has a member twice" },
		{ "{\"add\":{\"path\":\"x\",\"size\":1},\"txn\":{\"appId\":\"\",\"version\":1}}",
		  "0.json: txn: a second action in one line" },
		{ "{\"commitInfo\":{\"inCommitTimestamp\":\"1\"}}",
		  "commitInfo: 'inCommitTimestamp' is not an integer" },
		{ "{\"protocol\":{\"minReaderVersion\":1,\"minWriterVersion\":2,\"readerFeatures\":[1]}}", "not text" },
		{ "{\"protocol\":{\"minReaderVersion\":1}}", "'minWriterVersion' is missing" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bln_arena arena = { 0 };
		struct bln_action action;
		struct bln_err err = { 0 };

		assert_int_equal(bln_action_parse(bln_slice_of(cases[i].line), "0.json", &arena, &action, &err),
				 BLN_CORRUPT);
		assert_says(err.message, cases[i].said);
		bln_arena_clean_up(&arena);
	}
}

/* More pairs than are compared one by one. */
static void many_pairs_are_kept_in_their_order(void **state)
{
	struct bln_arena arena = { 0 };
	struct bln_text text = { 0 };
	struct bln_action action;
	struct bln_err err = { 0 };
	(void)state;

	for (int has_twin = 0; has_twin < 2; has_twin++) {
		bln_text_clear(&text);
		bln_text_add(&text, "{\"add\":{\"path\":\"x\",\"size\":1,\"tags\":{");
		for (int i = 0; i < 100; i++)
			bln_text_add_format(&text, "%s\"k%d\":\"v%d\"", i ? "," : "", i == 99 && has_twin ? 3 : i, i);
		bln_text_add(&text, "}}}");
		assert_int_equal(bln_action_parse((struct bln_slice){ text.at, text.length }, "0.json", &arena, &action,
						  &err),
				 has_twin ? BLN_CORRUPT : BLN_OK);
		if (has_twin)
			continue;
		assert_int_equal(action.add.tags.count, 100);
		assert_true(bln_slice_is(bln_pairs_find(action.add.tags, "k42")->value, "v42"));
		assert_true(bln_slice_is(action.add.tags.items[99].key, "k99"));
	}
	bln_text_clean_up(&text);
	bln_arena_clean_up(&arena);
}

static void every_failed_allocation_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		enum bln_status status = BLN_NO_MEMORY;

		for (uint64_t n = 1; status == BLN_NO_MEMORY; n++) {
			struct bln_arena arena = { 0 };
			struct bln_action action;

			bln_mem_fail_at(n, false);
			status = bln_action_parse(bln_slice_of(lines[i]), "0.json", &arena, &action, NULL);
			bln_mem_fail_at(0, false);
			bln_arena_clean_up(&arena);
		}
		assert_int_equal(status, BLN_OK);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_action_comes_back_as_it_was),
		cmocka_unit_test(times_of_no_meaning_are_passed_over),
		cmocka_unit_test(unknown_actions_and_members_are_passed_over),
		cmocka_unit_test(what_is_wrong_is_named),
		cmocka_unit_test(many_pairs_are_kept_in_their_order),
		cmocka_unit_test(every_failed_allocation_is_told),
	};

	return cmocka_run_group_tests_name("action", tests, NULL, NULL);
}
