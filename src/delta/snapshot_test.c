/* Action reconciliation, and what a log may hold. Which files a version is made of: segment_test.c. */
#include "delta/delta_test_kit.h"

#include "delta/replay.h"

#define START KIT_INFO KIT_PROTOCOL KIT_METADATA

static void files_are_added_and_removed(void **state)
{
	struct kit *kit = kit_new();
	struct bln_snapshot *snapshot;
	char text[256];
	(void)state;

	kit_commit(kit, 0, START KIT_ADD("a") KIT_ADD("b"));
	kit_commit(kit, 1, KIT_INFO KIT_REMOVE("a") KIT_ADD("c"));
	kit_commit(kit, 2, KIT_INFO);
	kit_commit(kit, 3, KIT_REMOVE("never-there") KIT_ADD("a"));
	kit_expect(kit, 0, 0, "a b");
	kit_expect(kit, 1, 1, "b c");
	kit_expect(kit, 2, 2, "b c");
	snapshot = kit_load(kit, BLN_VERSION_LATEST);
	assert_int_equal(snapshot->version, 3);
	assert_string_equal(kit_files(snapshot, text), "a b c");
	assert_int_equal(snapshot->tombstone_count, 1);
	assert_true(bln_slice_is(snapshot->tombstones[0].path, "never-there"));
	assert_int_equal(snapshot->checkpoint_version, -1);
	assert_string_equal(snapshot->table.prefix, "t");
	bln_snapshot_destroy(snapshot);
	kit_destroy(kit);
}

static void the_newest_reference_to_a_file_counts(void **state)
{
	struct kit *kit = kit_new();
	struct bln_snapshot *snapshot;
	(void)state;

	kit_commit(kit, 0, START "{\"add\":{\"path\":\"a\",\"size\":1,\"stats\":\"{\\\"numRecords\\\":1}\"}}\n");
	kit_commit(kit, 1, "{\"add\":{\"path\":\"a\",\"size\":2,\"tags\":{\"k\":\"v\"},\"partitionValues\":{\"p\":null}}}\n");
	snapshot = kit_load(kit, BLN_VERSION_LATEST);
	assert_int_equal(snapshot->file_count, 1);
	assert_int_equal(snapshot->files[0].size_bytes, 2);
	assert_int_equal(snapshot->files[0].stats.length, 0);
	assert_true(bln_slice_is(bln_pairs_find(snapshot->files[0].tags, "k")->value, "v"));
	assert_true(bln_pairs_find(snapshot->files[0].partition, "p")->is_null);
	bln_snapshot_destroy(snapshot);
	kit_destroy(kit);
}

static void a_deletion_vector_is_part_of_what_a_file_is(void **state)
{
	struct kit *kit = kit_new();
	(void)state;

	kit_commit(kit, 0, START KIT_ADD("a") KIT_ADD("b"));
	kit_commit(kit, 1, KIT_REMOVE("a") KIT_ADD_DV("a", "one"));
	kit_commit(kit, 2, KIT_ADD_DV("a", "two") KIT_REMOVE_DV("a", "one")); /* the order in a commit does not matter */
	kit_expect(kit, 1, 1, "b a+");
	kit_expect(kit, 2, 2, "b a+");
	kit_commit(kit, 3, KIT_REMOVE("a")); /* not the file that is there */
	kit_expect(kit, 3, 3, "b a+");
	kit_commit(kit, 4, KIT_REMOVE_DV("a", "two"));
	kit_expect(kit, 4, 4, "b");
	/* Two vectors in one file differ by where they begin in it. */
	kit_commit(kit, 5, "{\"add\":{\"path\":\"d\",\"size\":1,\"deletionVector\":{\"storageType\":\"u\","
	                   "\"pathOrInlineDv\":\"x\",\"offset\":1}}}\n");
	kit_commit(kit, 6, "{\"remove\":{\"path\":\"d\",\"deletionVector\":{\"storageType\":\"u\","
	                   "\"pathOrInlineDv\":\"x\",\"offset\":7}}}\n");
	kit_expect(kit, 6, 6, "b d+");
	kit_destroy(kit);
}

static void paths_are_compared_decoded(void **state)
{
	struct kit *kit = kit_new();
	(void)state;

	kit_commit(kit, 0, START KIT_ADD("s=a%20b/x") KIT_ADD("s=a%3Ab/x") KIT_ADD("100%") KIT_ADD_DV("d%41", "one"));
	kit_commit(kit, 1, KIT_REMOVE("s=a b/x"));
	kit_expect(kit, 1, 1, "s=a%3Ab/x 100% d%41+");
	kit_commit(kit, 2, KIT_REMOVE("s=a%3ab/x"));
	kit_expect(kit, 2, 2, "100% d%41+");
	kit_commit(kit, 3, KIT_REMOVE("100%25") KIT_REMOVE_DV("dA", "one"));
	kit_expect(kit, 3, 3, "");
	/* An encoded NUL must not make a path look like a file with a vector. */
	kit_commit(kit, 4, KIT_ADD_DV("a", "one") KIT_ADD("a%00uone@1"));
	kit_commit(kit, 5, KIT_REMOVE("a%00uone@1"));
	kit_expect(kit, 5, 5, "a+");
	kit_destroy(kit);
}

static void metadata_and_protocol_are_replaced_whole(void **state)
{
	struct kit *kit = kit_new();
	struct bln_snapshot *snapshot;
	(void)state;

	kit_commit(kit, 0, KIT_PROTOCOL KIT_METADATA_WITH("first", "{\"only\":\"here\"}"));
	kit_commit(kit, 1, KIT_METADATA_WITH("second", "{\"delta.appendOnly\":\"true\"}"));
	kit_commit(kit, 2, "{\"protocol\":{\"minReaderVersion\":3,\"minWriterVersion\":7,\"readerFeatures\":"
	                   "[\"deletionVectors\"],\"writerFeatures\":[\"deletionVectors\"]}}\n");
	snapshot = kit_load(kit, BLN_VERSION_LATEST);
	assert_true(bln_slice_is(snapshot->metadata.id, "second"));
	assert_null(bln_pairs_find(snapshot->metadata.configuration, "only"));
	assert_true(bln_metadata_is_on(&snapshot->metadata, "delta.appendOnly"));
	assert_int_equal(snapshot->protocol.reader, 3);
	assert_true(bln_slices_have(snapshot->protocol.reader_features, "deletionVectors"));
	assert_int_equal(snapshot->schema.field_count, 1);
	bln_snapshot_destroy(snapshot);
	snapshot = kit_load(kit, 0);
	assert_true(bln_slice_is(snapshot->metadata.id, "first"));
	bln_snapshot_destroy(snapshot);
	kit_destroy(kit);
}

static void what_an_application_wrote_last_counts(void **state)
{
	struct kit *kit = kit_new();
	struct bln_snapshot *snapshot;
	(void)state;

	kit_commit(kit, 0, START KIT_TXN("one", 5) KIT_TXN("two", 7));
	kit_commit(kit, 1, KIT_TXN("one", 9));
	kit_commit(kit, 2, KIT_TXN("one", 3)); /* a rollback: not the highest, the latest */
	snapshot = kit_load(kit, BLN_VERSION_LATEST);
	assert_int_equal(bln_snapshot_txn(snapshot, "one"), 3);
	assert_int_equal(bln_snapshot_txn(snapshot, "two"), 7);
	assert_int_equal(bln_snapshot_txn(snapshot, "on"), -1);
	assert_int_equal(snapshot->txn_count, 2);
	bln_snapshot_destroy(snapshot);
	kit_destroy(kit);
}

static void removed_domains_are_not_there(void **state)
{
	struct kit *kit = kit_new();
	struct bln_snapshot *snapshot;
	(void)state;

	kit_commit(kit, 0, START KIT_DOMAIN("a", false) KIT_DOMAIN("b", false) KIT_DOMAIN("c", true));
	kit_commit(kit, 1, KIT_DOMAIN("a", true) KIT_DOMAIN("c", false));
	snapshot = kit_load(kit, BLN_VERSION_LATEST);
	assert_int_equal(snapshot->domain_count, 2);
	assert_true(bln_slice_is(snapshot->domains[0].name, "b"));
	assert_true(bln_slice_is(snapshot->domains[1].name, "c"));
	bln_snapshot_destroy(snapshot);
	kit_destroy(kit);
}

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
		{ KIT_PROTOCOL "{\"metaData\":{\"id\":\"m\",\"format\":{\"provider\":\"orc\"},\"schemaString\":\"" KIT_SCHEMA
		               "\"}}\n",
		  BLN_UNSUPPORTED, "'orc'" },
		{ KIT_PROTOCOL "{\"metaData\":{\"id\":\"m\",\"schemaString\":\"" KIT_SCHEMA
		               "\",\"partitionColumns\":[\"nowhere\"]}}\n",
		  BLN_CORRUPT, "'nowhere'" },
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
		{ KIT_ADD("a") "{\"add\":{\"path\":\"b\",\"size\":1},\"remove\":{\"path\":\"a\"}}\n", 0, "second action" },
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

/* More commits than are read at once; the order must survive the threads. */
static void many_commits_are_added_up_in_order(void **state)
{
	enum { COMMITS = 1300, FILES = 40 };
	struct kit *kit = kit_new();
	struct bln_snapshot *snapshot;
	(void)state;

	kit_commit(kit, 0, START);
	for (int i = 1; i < COMMITS; i++) {
		char lines[512];

		snprintf(lines, sizeof(lines), "{\"%s\":{\"path\":\"f%d\",\"size\":%d}}\n{\"txn\":{\"appId\":\"a\",\"version\":%d}}\n",
		         i % (2 * FILES) < FILES ? "add" : "remove", i % FILES, i, i);
		kit_commit(kit, i, lines);
	}
	snapshot = kit_load(kit, BLN_VERSION_LATEST);
	assert_int_equal(snapshot->version, COMMITS - 1);
	assert_int_equal(bln_snapshot_txn(snapshot, "a"), COMMITS - 1);
	assert_int_equal(snapshot->file_count + snapshot->tombstone_count, FILES);
	for (size_t i = 0; i < snapshot->file_count; i++) {
		int64_t size = snapshot->files[i].size_bytes;

		assert_in_range(size, COMMITS - 2 * FILES, COMMITS - 1);
		assert_true(size % (2 * FILES) < FILES);
	}
	bln_snapshot_destroy(snapshot);
	kit_destroy(kit);
}

static void the_commits_own_time_is_known(void **state)
{
#define TIMED                                                                                                    \
	"{\"protocol\":{\"minReaderVersion\":1,\"minWriterVersion\":7,\"writerFeatures\":[\"inCommitTimestamp\"]}}\n" \
	KIT_METADATA_WITH("m", "{\"delta.enableInCommitTimestamps\":\"true\"}")
	struct kit *kit = kit_new();
	struct bln_snapshot *snapshot;
	(void)state;

	kit_commit(kit, 0, "{\"commitInfo\":{\"inCommitTimestamp\":100}}\n" TIMED);
	kit_commit(kit, 1, "{\"commitInfo\":{\"inCommitTimestamp\":200}}\n");
	kit_touch(kit, 1, INT64_C(1700000000123456));
	snapshot = kit_load(kit, BLN_VERSION_LATEST);
	assert_int_equal(snapshot->in_commit_ms, 200);
	assert_int_equal(snapshot->modified_us, INT64_C(1700000000123456));
	bln_snapshot_destroy(snapshot);
	/* Only the newest commit's word counts, however the others are written. */
	kit_commit(kit, 0, "{ \"commitInfo\":{\"inCommitTimestamp\":100}}\n" TIMED);
	kit_commit(kit, 1, KIT_ADD("a"));
	snapshot = kit_load(kit, BLN_VERSION_LATEST);
	assert_int_equal(snapshot->in_commit_ms, -1);
	bln_snapshot_destroy(snapshot);
	kit_commit(kit, 1, "{\"commitInfo\":{\"inCommitTimestamp\":200}}\n");
	kit_touch(kit, 1, INT64_C(1700000000123456));
	kit_put(kit, KIT_V(01) ".checkpoint.parquet", TIMED); /* it does not say it */
	snapshot = kit_load(kit, BLN_VERSION_LATEST);
	assert_int_equal(snapshot->checkpoint_version, 1);
	assert_int_equal(snapshot->in_commit_ms, 200);
	assert_int_equal(snapshot->modified_us, INT64_C(1700000000123456));
	bln_snapshot_destroy(snapshot);
	kit_destroy(kit);
}

static void tables_without_the_feature_have_no_own_time(void **state)
{
	struct kit *kit = kit_new();
	struct bln_snapshot *snapshot;
	(void)state;

	kit_commit(kit, 0, "{\"commitInfo\":{\"inCommitTimestamp\":100}}\n" KIT_PROTOCOL KIT_METADATA);
	snapshot = kit_load(kit, BLN_VERSION_LATEST);
	assert_int_equal(snapshot->in_commit_ms, -1);
	bln_snapshot_destroy(snapshot);
	kit_destroy(kit);
}

static void refreshing_reads_only_what_is_new(void **state)
{
	struct kit *kit = kit_new();
	struct bln_snapshot *old;
	struct bln_snapshot *new = NULL;
	struct bln_snapshot *whole;
	struct bln_err err = { 0 };
	char text[256];
	(void)state;

	kit_put(kit, KIT_V(02) ".checkpoint.parquet",
	        START KIT_ADD("a") KIT_ADD_DV("b", "one") KIT_REMOVE("gone") KIT_TXN("x", 1) KIT_DOMAIN("d", false));
	kit_commit(kit, 2, KIT_ADD("a"));
	old = kit_load(kit, BLN_VERSION_LATEST);
	assert_int_equal(kit->reads, 1);
	assert_ok(bln_snapshot_refresh(old, &kit->parquet, &new, &err), &err);
	assert_null(new);

	kit_commit(kit, 3, KIT_REMOVE_DV("b", "one") KIT_ADD("c"));
	kit_commit(kit, 4, KIT_TXN("x", 2) KIT_TXN("y", 3) KIT_DOMAIN("d", true) KIT_METADATA_WITH("n", "{}"));
	assert_ok(bln_snapshot_refresh(old, &kit->parquet, &new, &err), &err);
	assert_int_equal(kit->reads, 1);
	assert_int_equal(old->version, 2);
	assert_string_equal(kit_files(old, text), "a b+");
	bln_snapshot_destroy(old); /* the new one stands on its own */
	assert_int_equal(new->version, 4);
	assert_string_equal(kit_files(new, text), "a c");
	assert_int_equal(new->checkpoint_version, 2);
	assert_int_equal(bln_snapshot_txn(new, "x"), 2);
	assert_int_equal(bln_snapshot_txn(new, "y"), 3);
	assert_int_equal(new->domain_count, 0);
	assert_int_equal(new->schema.field_count, 1);
	assert_true(bln_slice_is(new->metadata.id, "n"));
	whole = kit_load(kit, BLN_VERSION_LATEST);
	assert_int_equal(new->tombstone_count, whole->tombstone_count);
	assert_int_equal(new->modified_us, whole->modified_us);
	bln_snapshot_destroy(whole);
	bln_snapshot_destroy(new);
	kit_destroy(kit);
}

static void refreshing_goes_by_a_checkpoint_where_commits_were_cleaned_up(void **state)
{
	struct kit *kit = kit_new();
	struct bln_snapshot *old;
	struct bln_snapshot *new = NULL;
	struct bln_err err = { 0 };
	char text[256];
	(void)state;

	kit_commit(kit, 0, START KIT_ADD("a"));
	old = kit_load(kit, BLN_VERSION_LATEST);
	kit_remove_file(kit, KIT_V(00) ".json");
	kit_put(kit, KIT_V(05) ".checkpoint.parquet", START KIT_ADD("e"));
	kit_commit(kit, 5, KIT_ADD("e"));
	kit_commit(kit, 6, KIT_ADD("f"));
	assert_ok(bln_snapshot_refresh(old, &kit->parquet, &new, &err), &err);
	assert_int_equal(new->version, 6);
	assert_string_equal(kit_files(new, text), "e f");
	bln_snapshot_destroy(new);
	/* What breaks the new commits breaks the refresh too. */
	kit_commit(kit, 6, "{");
	assert_int_equal(bln_snapshot_refresh(old, &kit->parquet, &new, &err), BLN_CORRUPT);
	assert_null(new);
	bln_snapshot_destroy(old);
	kit_destroy(kit);
}

static void every_failed_allocation_is_told(void **state)
{
	struct kit *kit = kit_new();
	struct bln_snapshot *old;
	(void)state;

	kit_put(kit, KIT_V(01) ".checkpoint." KIT_UUID ".json",
	        START KIT_DOMAIN("d", false) "{\"sidecar\":{\"path\":\"s.parquet\",\"sizeInBytes\":1}}\n");
	kit_put(kit, "_sidecars/s.parquet", KIT_ADD_DV("a%20b", "one") KIT_REMOVE("r"));
	kit_commit(kit, 1, KIT_INFO);
	kit_commit(kit, 2, KIT_INFO KIT_ADD("c") KIT_TXN("x", 1));
	kit_commit(kit, 3, KIT_REMOVE("c"));
	kit_put(kit, "_last_checkpoint", "{\"version\":1}");
	old = kit_load(kit, 2);
	for (int refresh = 0; refresh < 2; refresh++) {
		enum bln_status status = BLN_NO_MEMORY;
		uint64_t n = 1;

		for (; status == BLN_NO_MEMORY; n++) {
			struct bln_snapshot *snapshot = NULL;

			bln_mem_fail_at(n, false);
			status = refresh ? bln_snapshot_refresh(old, &kit->parquet, &snapshot, NULL)
			                 : bln_snapshot_load(&kit->table, BLN_VERSION_LATEST, &kit->parquet, &snapshot, NULL);
			bln_mem_fail_at(0, false);
			assert_int_equal(snapshot != NULL, status == BLN_OK);
			bln_snapshot_destroy(snapshot);
		}
		assert_int_equal(status, BLN_OK);
		assert_true(n > 20);
	}
	bln_snapshot_destroy(old);
	kit_destroy(kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_added_and_removed),
		cmocka_unit_test(the_newest_reference_to_a_file_counts),
		cmocka_unit_test(a_deletion_vector_is_part_of_what_a_file_is),
		cmocka_unit_test(paths_are_compared_decoded),
		cmocka_unit_test(metadata_and_protocol_are_replaced_whole),
		cmocka_unit_test(what_an_application_wrote_last_counts),
		cmocka_unit_test(removed_domains_are_not_there),
		cmocka_unit_test(what_cannot_be_read_is_refused),
		cmocka_unit_test(how_lines_end_does_not_matter),
		cmocka_unit_test(broken_lines_are_named),
		cmocka_unit_test(large_lines_are_read_and_deep_ones_refused),
		cmocka_unit_test(many_commits_are_added_up_in_order),
		cmocka_unit_test(the_commits_own_time_is_known),
		cmocka_unit_test(tables_without_the_feature_have_no_own_time),
		cmocka_unit_test(refreshing_reads_only_what_is_new),
		cmocka_unit_test(refreshing_goes_by_a_checkpoint_where_commits_were_cleaned_up),
		cmocka_unit_test(every_failed_allocation_is_told),
	};

	return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
