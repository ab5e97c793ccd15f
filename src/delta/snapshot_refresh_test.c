#include "delta/delta_test_kit.h"

#define START KIT_INFO KIT_PROTOCOL KIT_METADATA

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refreshing_reads_only_what_is_new),
		cmocka_unit_test(refreshing_goes_by_a_checkpoint_where_commits_were_cleaned_up),
	};

	return cmocka_run_group_tests_name("snapshot_refresh", tests, NULL, NULL);
}
