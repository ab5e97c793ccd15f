/* Action reconciliation. Which files a version is made of: segment_test.c; what lines may hold: snapshot_lines_test.c. */
#include "delta/delta_test_kit.h"

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
	kit_commit(kit, 1,
		   "{\"add\":{\"path\":\"a\",\"size\":2,\"tags\":{\"k\":\"v\"},\"partitionValues\":{\"p\":null}}}\n");
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
	kit_commit(kit, 2,
		   KIT_ADD_DV("a", "two") KIT_REMOVE_DV("a", "one")); /* the order in a commit does not matter */
	kit_expect(kit, 1, 1, "b a+");
	kit_expect(kit, 2, 2, "b a+");
	kit_commit(kit, 3, KIT_REMOVE("a")); /* not the file that is there */
	kit_expect(kit, 3, 3, "b a+");
	kit_commit(kit, 4, KIT_REMOVE_DV("a", "two"));
	kit_expect(kit, 4, 4, "b");
	/* Two vectors in one file differ by where they begin in it. */
	kit_commit(kit, 5,
		   "{\"add\":{\"path\":\"d\",\"size\":1,\"deletionVector\":{\"storageType\":\"u\","
		   "\"pathOrInlineDv\":\"x\",\"offset\":1}}}\n");
	kit_commit(kit, 6,
		   "{\"remove\":{\"path\":\"d\",\"deletionVector\":{\"storageType\":\"u\","
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
	kit_commit(kit, 2,
		   "{\"protocol\":{\"minReaderVersion\":3,\"minWriterVersion\":7,\"readerFeatures\":"
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

		snprintf(lines, sizeof(lines),
			 "{\"%s\":{\"path\":\"f%d\",\"size\":%d}}\n{\"txn\":{\"appId\":\"a\",\"version\":%d}}\n",
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
#define TIMED                                                                                                                            \
	"{\"protocol\":{\"minReaderVersion\":1,\"minWriterVersion\":7,\"writerFeatures\":[\"inCommitTimestamp\"]}}\n" KIT_METADATA_WITH( \
		"m", "{\"delta.enableInCommitTimestamps\":\"true\"}")
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

static void every_failed_allocation_is_told(void **state)
{
	struct kit *kit = kit_new();
	enum bln_status status = BLN_NO_MEMORY;
	uint64_t n = 1;
	(void)state;

	kit_put(kit, KIT_V(01) ".checkpoint." KIT_UUID ".json",
		START KIT_DOMAIN("d", false) "{\"sidecar\":{\"path\":\"s.parquet\",\"sizeInBytes\":1}}\n");
	kit_put(kit, "_sidecars/s.parquet", KIT_ADD_DV("a%20b", "one") KIT_REMOVE("r"));
	kit_commit(kit, 1, KIT_INFO);
	kit_commit(kit, 2, KIT_INFO KIT_ADD("c") KIT_TXN("x", 1));
	kit_commit(kit, 3, KIT_REMOVE("c"));
	kit_put(kit, "_last_checkpoint", "{\"version\":1}");
	for (; status == BLN_NO_MEMORY; n++) {
		struct bln_snapshot *snapshot = NULL;

		bln_mem_fail_at(n, false);
		status = bln_snapshot_load(&kit->table, BLN_VERSION_LATEST, &kit->parquet, &snapshot, NULL);
		bln_mem_fail_at(0, false);
		assert_int_equal(snapshot != NULL, status == BLN_OK);
		bln_snapshot_destroy(snapshot);
	}
	assert_int_equal(status, BLN_OK);
	assert_true(n > 20);
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
		cmocka_unit_test(many_commits_are_added_up_in_order),
		cmocka_unit_test(the_commits_own_time_is_known),
		cmocka_unit_test(tables_without_the_feature_have_no_own_time),
		cmocka_unit_test(every_failed_allocation_is_told),
	};

	return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
