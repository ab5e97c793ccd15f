/* What may stand in the lines of a log, and what may not. */
#include "delta/delta_test_kit.h"

#define START KIT_INFO KIT_PROTOCOL KIT_METADATA

static void what_cannot_be_read_is_refused(void **state)
{
	static const struct {
		const char *lines;
		enum bln_status status;
		const char *said;
	} cases[] = {
		{ "", BLN_CORRUPT, "no protocol" },
		{ KIT_PROTOCOL, BLN_CORRUPT, "no metadata" },
		{ KIT_METADATA, BLN_CORRUPT, "no protocol" },
		{ "{\"protocol\":{\"minReaderVersion\":3,\"minWriterVersion\":7,\"readerFeatures\":[\"variantType\"],"
		  "\"writerFeatures\":[\"variantType\"]}}\n" KIT_METADATA,
		  BLN_UNSUPPORTED, "'variantType'" },
		{ KIT_PROTOCOL
		  "{\"metaData\":{\"id\":\"m\",\"format\":{\"provider\":\"orc\"},\"schemaString\":\"" KIT_SCHEMA
		  "\"}}\n",
		  BLN_UNSUPPORTED, "'orc'" },
		{ KIT_PROTOCOL "{\"metaData\":{\"id\":\"m\",\"schemaString\":\"" KIT_SCHEMA
			       "\",\"partitionColumns\":[\"nowhere\"]}}\n",
		  BLN_CORRUPT, "'nowhere'" },
		{ KIT_PROTOCOL "{\"metaData\":{\"id\":\"m\",\"schemaString\":\"" KIT_SCHEMA
			       "\",\"partitionColumns\":[\"c\",\"C\"]}}\n",
		  BLN_CORRUPT, "'C' is named twice" },
		{ KIT_PROTOCOL "{\"metaData\":{\"id\":\"m\",\"schemaString\":\"{\"}}\n", BLN_CORRUPT, "schema" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kit *kit = kit_new();

		kit_commit(kit, 0, cases[i].lines);
		kit_expect_failure(kit, BLN_VERSION_LATEST, cases[i].status, cases[i].said);
		kit_destroy(kit);
	}
}

static void how_lines_end_does_not_matter(void **state)
{
	struct kit *kit = kit_new();
	(void)state;

	kit_commit(kit, 0, "\n" KIT_PROTOCOL "\r\n\n" KIT_METADATA);
	kit_commit(kit, 1, "{\"add\":{\"path\":\"a\",\"size\":1}}\r\n{\"add\":{\"path\":\"b\",\"size\":1}}\r\n");
	kit_commit(kit, 2, ""); /* nothing happened, which is allowed */
	kit_commit(kit, 3, "  {\"add\":{\"path\":\"c\",\"size\":1}}"); /* no newline at the end */
	kit_expect(kit, BLN_VERSION_LATEST, 3, "a b c");
	kit_destroy(kit);
}

static void broken_lines_are_named(void **state)
{
	static const struct {
		const char *lines;
		size_t length; /* 0: of the text */
		const char *said;
	} cases[] = {
		{ KIT_ADD("a") "{\"add\":{\"path\":\"b\",\"si", 0, "line 2" },
		{ KIT_ADD("a") KIT_ADD("b") "nonsense\n", 0, "line 3" },
		{ "{\"add\":{\"path\":7,\"size\":1}}\n", 0, "'path' is not a string" },
		{ "{\"add\":[]}\n", 0, "add: not an object" },
		{ "{\"txn\":{\"appId\":\"a\",\"version\":1.5}}\n", 0, "'version' is not an integer" },
		{ "{\"txn\":{\"appId\":\"a\",\"version\":99999999999999999999}}\n", 0, "not JSON" },
		{ "{\"add\":{\"path\":\"a\\u0000b\",\"size\":1}}\n", 0, "not JSON" },
		{ "{\"add\":{\"path\":\"a\0b\",\"size\":1}}\n", 32, "not JSON" },
		{ "{\"add\":{\"path\":\"a\xff\",\"size\":1}}\n", 0, "not JSON" },
		{ "{\"remove\":{}}\n", 0, "'path' is missing" },
		/* Readers differ in which of two counts. */
		{ "{\"add\":{\"path\":\"a\",\"path\":\"b\",\"size\":1}}\n", 0, "'path' stands there twice" },
		{ KIT_ADD("a") "{\"add\":{\"path\":\"b\",\"size\":1},\"remove\":{\"path\":\"a\"}}\n", 0,
		  "second action" },
		{ "{\"metaData\":{\"id\":null,\"schemaString\":\"\"}}\n", 0, "'id' is null" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kit *kit = kit_new();

		kit_commit(kit, 0, START);
		kit_put_bytes(kit, KIT_V(01) ".json", cases[i].lines,
			      cases[i].length ? cases[i].length : strlen(cases[i].lines));
		kit_expect_failure(kit, BLN_VERSION_LATEST, BLN_CORRUPT, cases[i].said);
		kit_expect_failure(kit, BLN_VERSION_LATEST, BLN_CORRUPT, KIT_V(01) ".json");
		kit_expect(kit, 0, 0, "");
		kit_destroy(kit);
	}
}

static void large_lines_are_read_and_deep_ones_refused(void **state)
{
	enum { LARGE = 10 << 20, DEEP = 1 << 20 };
	struct kit *kit = kit_new();
	char *bytes = malloc(LARGE);
	struct bln_snapshot *snapshot;
	(void)state;

	assert_non_null(bytes);
	kit_commit(kit, 0, START);
	memset(bytes, 'x', LARGE);
	memcpy(bytes, "{\"add\":{\"path\":\"", 16);
	memcpy(bytes + LARGE - 14, "\",\"size\":1}}\n ", 14);
	kit_put_bytes(kit, KIT_V(01) ".json", bytes, LARGE - 1);
	snapshot = kit_load(kit, BLN_VERSION_LATEST);
	assert_int_equal(snapshot->files[0].path.length, LARGE - 30);
	bln_snapshot_destroy(snapshot);

	memset(bytes, '[', DEEP);
	memcpy(bytes, "{\"new\":", 7);
	kit_put_bytes(kit, KIT_V(01) ".json", bytes, DEEP);
	kit_expect_failure(kit, BLN_VERSION_LATEST, BLN_CORRUPT, KIT_V(01) ".json");
	free(bytes);
	kit_destroy(kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_cannot_be_read_is_refused),
		cmocka_unit_test(how_lines_end_does_not_matter),
		cmocka_unit_test(broken_lines_are_named),
		cmocka_unit_test(large_lines_are_read_and_deep_ones_refused),
	};

	return cmocka_run_group_tests_name("snapshot_lines", tests, NULL, NULL);
}
