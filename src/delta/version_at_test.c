#include "delta/delta_test_kit.h"

#include "base/time.h"
#include "delta/history.h"

#define START KIT_PROTOCOL KIT_METADATA
#define S(second) (INT64_C(1700000000000000) + (second)*BLN_US_PER_SECOND)
#define OWN_TIME(second) "{\"commitInfo\":{\"inCommitTimestamp\":17000000" #second "000}}\n" /* two digits */
#define TIMED                                                                                                          \
	"{\"protocol\":{\"minReaderVersion\":1,\"minWriterVersion\":7,\"writerFeatures\":[\"inCommitTimestamp\"]}}\n"
#define TIMED_METADATA(more) KIT_METADATA_WITH("m", "{\"delta.enableInCommitTimestamps\":\"true\"" more "}")

/* The version at S(SECOND) plus MORE_US, -1 where none is found; then SAID is in the message. */
static int64_t at(struct kit *kit, int64_t time_us, bool or_latest, const char *said)
{
	struct bln_snapshot *latest = kit_load(kit, BLN_VERSION_LATEST);
	struct bln_err err = { 0 };
	int64_t version = -1;
	enum bln_status status = bln_version_at(latest, time_us, or_latest, &version, &err);

	bln_snapshot_destroy(latest);
	if (status == BLN_OK)
		return version;
	assert_int_equal(status, BLN_NOT_FOUND);
	assert_says(err.message, said);
	return -1;
}

static void the_newest_version_until_then_is_found(void **state)
{
	static const int64_t seconds[] = { 10, 20, 20, 5, 40 };
	struct kit *kit = kit_new();
	(void)state;

	for (int i = 0; i < 5; i++) {
		kit_commit(kit, i, i ? KIT_INFO : START);
		kit_touch(kit, i, S(seconds[i]));
	}
	assert_int_equal(at(kit, S(10) - 1, true, "the earliest is version 0 of 2023-11-14T22:13:30Z"), -1);
	assert_int_equal(at(kit, S(10), true, ""), 0);
	assert_int_equal(at(kit, S(20) - 1, true, ""), 0);
	assert_int_equal(at(kit, S(20), true, ""), 1);
	assert_int_equal(at(kit, S(20) + 1000, true, ""), 2); /* moved on, as is the next, whose file is older */
	assert_int_equal(at(kit, S(20) + 2000, true, ""), 3);
	assert_int_equal(at(kit, S(40) - 1, true, ""), 3);
	assert_int_equal(at(kit, S(40), false, ""), 4);
	assert_int_equal(at(kit, S(40) + 1, true, ""), 4);
	assert_int_equal(at(kit, S(40) + 1, false, "the latest is version 4 of 2023-11-14T22:14:00Z"), -1);
	kit_destroy(kit);
}

static void what_came_after_the_snapshot_is_not_found(void **state)
{
	struct kit *kit = kit_new();
	struct bln_snapshot *old;
	struct bln_err err = { 0 };
	int64_t version = -1;
	(void)state;

	for (int i = 0; i < 3; i++) {
		kit_commit(kit, i, i ? KIT_INFO : START);
		kit_touch(kit, i, S(10 * i));
	}
	old = kit_load(kit, 1);
	assert_ok(bln_version_at(old, S(90), true, &version, &err), &err);
	assert_int_equal(version, 1);
	assert_int_equal(bln_version_at(old, S(20), false, &version, &err), BLN_NOT_FOUND);
	assert_non_null(strstr(err.message, "the latest is version 1"));
	bln_snapshot_destroy(old);
	kit_destroy(kit);
}

static void only_versions_that_can_be_loaded_are_found(void **state)
{
	struct kit *kit = kit_new();
	(void)state;

	for (int i = 3; i < 8; i++) {
		kit_commit(kit, i, KIT_INFO);
		kit_touch(kit, i, S(i * 10));
	}
	kit_put(kit, KIT_V(05) ".checkpoint.parquet", START);
	/* The commits of 3 and 4 are there, but nothing that they follow. */
	assert_int_equal(at(kit, S(49), true, "the earliest is version 5 of 2023-11-14T22:14:10Z"), -1);
	assert_int_equal(at(kit, S(50), true, ""), 5);
	assert_int_equal(at(kit, S(65), true, ""), 6);
	kit_destroy(kit);
}

static void a_lone_checkpoint_is_found(void **state)
{
	struct kit *kit = kit_new();
	(void)state;

	kit_put(kit, KIT_V(05) ".checkpoint.parquet", START);
	assert_int_equal(at(kit, INT64_C(4000000000000000), true, ""), 5);
	assert_int_equal(at(kit, INT64_C(4000000000000000), false, "the latest is version 5"), -1);
	assert_int_equal(at(kit, 0, true, "the earliest is version 5"), -1);
	kit_destroy(kit);
}

static void what_commits_say_themselves_counts(void **state)
{
	struct kit *kit = kit_new();
	(void)state;

	kit_commit(kit, 0, OWN_TIME(10) TIMED TIMED_METADATA(""));
	kit_commit(kit, 1, OWN_TIME(20));
	kit_commit(kit, 2, OWN_TIME(30) KIT_ADD("a"));
	for (int i = 0; i < 3; i++)
		kit_touch(kit, i, S(90 - i * 30)); /* copied since */
	assert_int_equal(at(kit, S(9), true, "the earliest is version 0 of 2023-11-14T22:13:30Z"), -1);
	assert_int_equal(at(kit, S(10), true, ""), 0);
	assert_int_equal(at(kit, S(29), true, ""), 1);
	assert_int_equal(at(kit, S(30), false, ""), 2);
	assert_int_equal(at(kit, S(31), false, "the latest is version 2 of 2023-11-14T22:13:50Z"), -1);
	kit_destroy(kit);
}

static void files_count_until_the_feature_was_there(void **state)
{
	struct kit *kit = kit_new();
	(void)state;

	kit_commit(kit, 0, START);
	kit_commit(kit, 1, OWN_TIME(99)); /* what it says does not count yet */
	kit_commit(kit, 2,
		   OWN_TIME(30)
			   TIMED TIMED_METADATA(",\"delta.inCommitTimestampEnablementVersion\":\"2\","
						"\"delta.inCommitTimestampEnablementTimestamp\":\"1700000030000\""));
	kit_commit(kit, 3, OWN_TIME(40));
	kit_touch(kit, 0, S(10));
	kit_touch(kit, 1, S(35)); /* the clock of another machine: the ranges overlap */
	kit_touch(kit, 2, S(80));
	kit_touch(kit, 3, S(81));
	assert_int_equal(at(kit, S(9), true, "version 0 of 2023-11-14T22:13:30Z"), -1);
	assert_int_equal(at(kit, S(29), true, ""), 0);
	assert_int_equal(at(kit, S(30), true, ""), 2);
	assert_int_equal(at(kit, S(36), true, ""), 2);
	assert_int_equal(at(kit, S(40), true, ""), 3);
	assert_int_equal(at(kit, S(85), true, ""), 3);
	kit_destroy(kit);
}

static void a_commit_that_must_say_its_time_and_does_not_is_named(void **state)
{
	struct kit *kit = kit_new();
	struct bln_snapshot *latest;
	struct bln_err err = { 0 };
	int64_t version = -1;
	(void)state;

	kit_commit(kit, 0, OWN_TIME(10) TIMED TIMED_METADATA(""));
	kit_commit(kit, 1, KIT_INFO);
	latest = kit_load(kit, BLN_VERSION_LATEST);
	assert_int_equal(bln_version_at(latest, S(20), true, &version, &err), BLN_CORRUPT);
	assert_non_null(strstr(err.message, KIT_V(01) ".json"));
	bln_snapshot_destroy(latest);
	kit_destroy(kit);
}

static void every_failed_allocation_is_told(void **state)
{
	struct kit *kit = kit_new();
	enum bln_status status = BLN_NO_MEMORY;
	struct bln_snapshot *latest;
	uint64_t n = 1;
	(void)state;

	kit_commit(kit, 0, OWN_TIME(10) TIMED TIMED_METADATA(""));
	kit_commit(kit, 1, OWN_TIME(20));
	kit_commit(kit, 2, OWN_TIME(30));
	latest = kit_load(kit, BLN_VERSION_LATEST);
	for (; status == BLN_NO_MEMORY; n++) {
		int64_t version = -1;

		bln_mem_fail_at(n, false);
		status = bln_version_at(latest, S(25), true, &version, NULL);
		bln_mem_fail_at(0, false);
	}
	assert_int_equal(status, BLN_OK);
	assert_true(n > 5);
	bln_snapshot_destroy(latest);
	kit_destroy(kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_newest_version_until_then_is_found),
		cmocka_unit_test(what_came_after_the_snapshot_is_not_found),
		cmocka_unit_test(only_versions_that_can_be_loaded_are_found),
		cmocka_unit_test(a_lone_checkpoint_is_found),
		cmocka_unit_test(what_commits_say_themselves_counts),
		cmocka_unit_test(files_count_until_the_feature_was_there),
		cmocka_unit_test(a_commit_that_must_say_its_time_and_does_not_is_named),
		cmocka_unit_test(every_failed_allocation_is_told),
	};

	return cmocka_run_group_tests_name("version_at", tests, NULL, NULL);
}
