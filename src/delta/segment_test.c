/* Which files of a log make a version, seen from the snapshots they make. */
#include "delta/delta_test_kit.h"

#define START KIT_PROTOCOL KIT_METADATA
#define PART(part, parts) ".checkpoint.000000000" #part ".000000000" #parts ".parquet"

/* Commits 0 to LAST, each adding the file of its version's letter: "a", "b", … */
static struct kit *table_to(int64_t last)
{
	struct kit *kit = kit_new();

	for (int64_t version = 0; version <= last; version++) {
		char lines[1024];

		snprintf(lines, sizeof(lines), "%s{\"add\":{\"path\":\"%c\",\"size\":1}}\n", version ? "" : START,
			 (char)('a' + version));
		kit_commit(kit, version, lines);
	}
	return kit;
}

static void without_a_table_there_is_none(void **state)
{
	struct kit *kit = kit_new();
	(void)state;

	kit_expect_failure(kit, BLN_VERSION_LATEST, BLN_NOT_FOUND, "no Delta table at 't'");
	kit_expect_failure(kit, 0, BLN_NOT_FOUND, "no Delta table at 't'");
	kit_put(kit, "_last_checkpoint", "{\"version\":3}");
	kit_put(kit, KIT_V(00) ".crc", "{}");
	kit_put(kit, "0.json", START);
	kit_expect_failure(kit, BLN_VERSION_LATEST, BLN_NOT_FOUND, "no Delta table at 't'");
	kit->table.prefix = "elsewhere";
	kit_expect_failure(kit, BLN_VERSION_LATEST, BLN_NOT_FOUND, "no Delta table at 'elsewhere'");
	kit_destroy(kit);
}

static void versions_that_are_not_there_are_named(void **state)
{
	struct kit *kit = table_to(3);
	(void)state;

	kit_expect(kit, 2, 2, "a b c");
	kit_expect_failure(kit, 4, BLN_NOT_FOUND, "t has no version 4: the latest is 3");
	kit_remove_file(kit, KIT_V(01) ".json");
	kit_expect_failure(kit, BLN_VERSION_LATEST, BLN_CORRUPT, "version 1 is missing from its log (3 exists)");
	kit_expect_failure(kit, 2, BLN_CORRUPT, "version 1 is missing from its log (3 exists)");
	kit_expect(kit, 0, 0, "a");
	kit_destroy(kit);
}

static void a_checkpoint_stands_for_the_commits_before_it(void **state)
{
	struct kit *kit = table_to(4);
	(void)state;

	kit_put(kit, KIT_V(02) ".checkpoint.parquet", START KIT_ADD("x"));
	kit_expect(kit, BLN_VERSION_LATEST, 4, "x d e");
	assert_int_equal(kit->reads, 1);
	kit_expect(kit, 2, 2, "x");
	kit_expect(kit, 1, 1, "a b"); /* of before: it is not asked */
	assert_int_equal(kit->reads, 2);
	kit_put(kit, KIT_V(03) ".checkpoint.parquet", START KIT_ADD("y"));
	kit_expect(kit, BLN_VERSION_LATEST, 4, "y e"); /* the newest is taken */
	kit_expect(kit, 3, 3, "y");
	kit_destroy(kit);
}

static void a_log_may_begin_late(void **state)
{
	struct kit *kit = table_to(5);
	(void)state;

	kit_put(kit, KIT_V(03) ".checkpoint.parquet", START KIT_ADD("x"));
	for (int i = 0; i < 3; i++) {
		char name[32];

		snprintf(name, sizeof(name), "%020d.json", i);
		kit_remove_file(kit, name);
	}
	kit_expect(kit, BLN_VERSION_LATEST, 5, "x e f");
	kit_expect(kit, 3, 3, "x");
	kit_expect_failure(kit, 2, BLN_NOT_FOUND,
			   "the history that led to version 2 was cleaned up: the log begins at version 3");
	kit_remove_file(kit, KIT_V(03) ".json"); /* the checkpoint's own commit is not needed */
	kit_expect(kit, BLN_VERSION_LATEST, 5, "x e f");
	/* A table is damaged without its checkpoint, not absent: nobody must make a new one in its place. */
	kit_remove_file(kit, KIT_V(03) ".checkpoint.parquet");
	kit_expect_failure(kit, BLN_VERSION_LATEST, BLN_CORRUPT, "version 0 is missing");
	kit_destroy(kit);
}

static void only_whole_checkpoints_count(void **state)
{
	struct kit *kit = table_to(2);
	(void)state;

	kit_put(kit, KIT_V(01) PART(1, 3), START KIT_ADD("x"));
	kit_put(kit, KIT_V(01) PART(3, 3), KIT_ADD("z"));
	kit_put(kit, KIT_V(01) PART(2, 2), KIT_ADD("w"));
	kit_expect(kit, BLN_VERSION_LATEST, 2, "a b c");
	assert_int_equal(kit->reads, 0);
	kit_put(kit, KIT_V(01) PART(2, 3), KIT_ADD("y")); /* now whole, with a part of another in between */
	kit_expect(kit, BLN_VERSION_LATEST, 2, "x y z c");
	assert_int_equal(kit->reads, 3);
	kit_destroy(kit);
}

static void the_other_of_two_checkpoints_may_be_whole(void **state)
{
	struct kit *kit = table_to(2);
	(void)state;

	kit_put(kit, KIT_V(01) PART(1, 2), START KIT_ADD("x"));
	kit_put(kit, KIT_V(01) PART(1, 3), START KIT_ADD("y"));
	kit_put(kit, KIT_V(01) PART(2, 3), KIT_ADD("z"));
	kit_put(kit, KIT_V(01) PART(3, 3), KIT_REMOVE("q"));
	kit_expect(kit, BLN_VERSION_LATEST, 2, "y z c");
	kit_destroy(kit);
}

#define SIDECAR(path) "{\"sidecar\":{\"path\":\"" path "\",\"sizeInBytes\":1,\"modificationTime\":1}}\n"

static void v2_checkpoints_have_their_files_in_sidecars(void **state)
{
	static const char *const manifests[] = {
		"{\"checkpointMetadata\":{\"version\":1}}\n" START SIDECAR("one.parquet") SIDECAR("two%20.parquet"),
		/* Absolute, of a place where the log once was. */
		START SIDECAR("s3://bucket/old/_delta_log/_sidecars/one.parquet") SIDECAR("_sidecars/two%20.parquet"),
	};
	(void)state;

	for (size_t i = 0; i < sizeof(manifests) / sizeof(manifests[0]); i++) {
		struct kit *kit = table_to(2);

		kit_put(kit, "_sidecars/one.parquet", KIT_ADD("x"));
		kit_put(kit, "_sidecars/two .parquet", KIT_ADD("y") KIT_REMOVE("a"));
		kit_put(kit, KIT_V(01) ".checkpoint." KIT_UUID ".json", manifests[i]);
		kit_expect(kit, BLN_VERSION_LATEST, 2, "x y c");
		assert_int_equal(kit->reads, 2);
		kit_remove_file(kit, KIT_V(01) ".checkpoint." KIT_UUID ".json");
		kit_put(kit, KIT_V(01) ".checkpoint." KIT_UUID ".parquet", manifests[i]);
		kit_expect(kit, BLN_VERSION_LATEST, 2, "x y c");
		assert_int_equal(kit->reads, 5);
		kit_destroy(kit);
	}
}

static void sidecars_cannot_harm(void **state)
{
	struct kit *kit = table_to(2);
	(void)state;

	/* One that names itself and others is a sidecar, no manifest. */
	kit_put(kit, "_sidecars/s.parquet", KIT_ADD("x") SIDECAR("s.parquet") SIDECAR("other.parquet"));
	kit_put(kit, KIT_V(01) ".checkpoint." KIT_UUID ".json", START SIDECAR("s.parquet"));
	kit_expect(kit, BLN_VERSION_LATEST, 2, "x c");
	/* Names that are none make the checkpoint one that cannot be read; the commits still can. */
	kit_put(kit, KIT_V(01) ".checkpoint." KIT_UUID ".json", START SIDECAR("a/.."));
	kit_expect(kit, BLN_VERSION_LATEST, 2, "a b c");
	kit_put(kit, KIT_V(01) ".checkpoint." KIT_UUID ".json", START SIDECAR("..%2f..%2fsecret"));
	kit_expect(kit, BLN_VERSION_LATEST, 2, "a b c");
	kit_put(kit, KIT_V(01) ".checkpoint." KIT_UUID ".json", START SIDECAR(""));
	kit_expect(kit, BLN_VERSION_LATEST, 2, "a b c");
	kit_put(kit, KIT_V(01) ".checkpoint." KIT_UUID ".json", START SIDECAR("lost.parquet"));
	kit_expect(kit, BLN_VERSION_LATEST, 2, "a b c");
	kit_remove_file(kit, KIT_V(00) ".json");
	kit_expect_failure(kit, BLN_VERSION_LATEST, BLN_CORRUPT, "lost.parquet");
	kit_destroy(kit);
}

static void an_unreadable_checkpoint_is_passed_over(void **state)
{
	struct kit *kit = table_to(5);
	(void)state;

	kit_put(kit, KIT_V(01) ".checkpoint.parquet", START KIT_ADD("x"));
	kit_put(kit, KIT_V(02) ".checkpoint.parquet", KIT_PROTOCOL KIT_ADD("y")); /* no metadata */
	kit_put(kit, KIT_V(04) ".checkpoint.parquet", "PAR1");
	kit_put(kit, "_last_checkpoint", "{\"version\":4}");
	kit_expect(kit, BLN_VERSION_LATEST, 5, "x c d e f");
	kit_put(kit, KIT_V(01) ".checkpoint.parquet", "PAR1");
	kit_expect(kit, BLN_VERSION_LATEST, 5, "a b c d e f");
	/* Where nothing else leads to the version, the newest damage is what is told. */
	kit_remove_file(kit, KIT_V(00) ".json");
	kit_expect_failure(kit, BLN_VERSION_LATEST, BLN_CORRUPT, KIT_V(04) ".checkpoint.parquet");
	kit_destroy(kit);
}

static void a_failing_disk_is_no_broken_checkpoint(void **state)
{
	struct kit *kit = table_to(2);
	struct bln_snapshot *snapshot = NULL;
	struct bln_err err = { 0 };
	(void)state;

	kit_put(kit, KIT_V(01) ".checkpoint.parquet", START KIT_ADD("x"));
	kit->takes_max = 2;
	kit_expect_failure(kit, BLN_VERSION_LATEST, BLN_IO, "the disk is gone");
	assert_int_equal(bln_snapshot_load(&kit->table, BLN_VERSION_LATEST, NULL, &snapshot, &err), BLN_UNSUPPORTED);
	assert_non_null(strstr(err.message, "nothing here reads Parquet"));
	kit_destroy(kit);
}

static void the_hint_is_only_a_hint(void **state)
{
	static const char *const hints[] = {
		"{\"version\":1}", /* older than the newest checkpoint */
		"{\"version\":2}", /* there is no checkpoint of it, but a newer one */
		"{\"version\":3,\"size\":7,\"parts\":9}",
		"{\"version\":4}", /* there is none of it, and no newer one */
		"{\"version\":999999}",
		"{\"version\":9223372036854775807}",
		"{\"version\":-1}",
		"{\"version\":\"3\"}",
		"{\"version\":3",
		"[]",
		"",
		"\xff\xfe",
	};
	struct kit *kit = table_to(5);
	char *huge = calloc(1, 4 << 20);
	(void)state;

	assert_non_null(huge);
	kit_put(kit, KIT_V(01) ".checkpoint.parquet", START KIT_ADD("x"));
	kit_put(kit, KIT_V(03) ".checkpoint.parquet", START KIT_ADD("y"));
	kit_expect(kit, BLN_VERSION_LATEST, 5, "y e f");
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
		kit_put(kit, "_last_checkpoint", hints[i]);
		kit_expect(kit, BLN_VERSION_LATEST, 5, "y e f");
		kit_expect(kit, 4, 4, "y e");
		kit_expect(kit, 2, 2, "x c");
		kit_expect(kit, 0, 0, "a");
		kit_expect_failure(kit, 6, BLN_NOT_FOUND, "the latest is 5");
	}
	kit_put_bytes(kit, "_last_checkpoint", huge, 4 << 20);
	kit_expect(kit, BLN_VERSION_LATEST, 5, "y e f");
	free(huge);
	kit_destroy(kit);
}

static void the_hint_spares_a_long_listing(void **state)
{
	struct kit *kit = table_to(5);
	(void)state;

	kit_put(kit, KIT_V(04) ".checkpoint.parquet", START KIT_ADD("y"));
	kit_remove_file(kit, KIT_V(02) ".json");
	kit_put(kit, "_last_checkpoint", "{\"version\":4}");
	kit_expect(kit, BLN_VERSION_LATEST, 5, "y f");
	kit_destroy(kit);
}

static void compactions_shorten_the_way(void **state)
{
	struct kit *kit = table_to(6);
	(void)state;

	kit_put(kit, KIT_V(01) "." KIT_V(03) ".compacted.json", KIT_ADD("B"));
	kit_expect(kit, BLN_VERSION_LATEST, 6, "a B e f g");
	kit_expect(kit, 3, 3, "a B");
	kit_expect(kit, 2, 2, "a b c"); /* it would lead too far */
	/* One that begins within another, or before a checkpoint, is of no use. */
	kit_put(kit, KIT_V(02) "." KIT_V(05) ".compacted.json", KIT_ADD("C"));
	kit_expect(kit, BLN_VERSION_LATEST, 6, "a B e f g");
	/* Of two that begin together the longer is taken. */
	kit_put(kit, KIT_V(01) "." KIT_V(05) ".compacted.json", KIT_ADD("D"));
	kit_expect(kit, BLN_VERSION_LATEST, 6, "a D g");
	kit_put(kit, KIT_V(03) ".checkpoint.parquet", START KIT_ADD("x"));
	kit_expect(kit, BLN_VERSION_LATEST, 6, "x e f g");
	kit_put(kit, KIT_V(04) "." KIT_V(06) ".compacted.json", KIT_ADD("E"));
	kit_expect(kit, BLN_VERSION_LATEST, 6, "x E");
	kit_destroy(kit);
}

static void a_compaction_proves_nothing(void **state)
{
	struct kit *kit = table_to(3);
	struct bln_snapshot *snapshot;
	(void)state;

	kit_put(kit, KIT_V(02) "." KIT_V(09) ".compacted.json",
		KIT_ADD("X")); /* of versions that were never committed */
	kit_expect(kit, BLN_VERSION_LATEST, 3, "a b c d");
	kit_expect_failure(kit, 4, BLN_NOT_FOUND, "the latest is 3");
	kit_put(kit, KIT_V(01) "." KIT_V(03) ".compacted.json", KIT_ADD("Y"));
	kit_touch(kit, 3, INT64_C(1700000000000000));
	snapshot = kit_load(kit, BLN_VERSION_LATEST);
	assert_int_equal(snapshot->file_count, 2);
	assert_int_equal(snapshot->modified_us, INT64_C(1700000000000000)); /* the commit's, not the compaction's */
	bln_snapshot_destroy(snapshot);
	kit_destroy(kit);
}

/* Files of any names in any number: whatever is found is a chain without a gap that ends where it says. */
static void random_logs_give_chains_or_are_refused(void **state)
{
	uint64_t seed = test_seed(7);
	struct bln_random random;
	(void)state;

	bln_random_init(&random, seed);
	for (int i = 0; i < 150; i++) {
		struct kit *kit = kit_new();
		struct bln_arena arena = { 0 };
		struct bln_segment segment;
		struct bln_err err = { 0 };
		int64_t asked = (int64_t)bln_random_below(&random, 12) - 1;
		enum bln_status status;
		int64_t version;

		for (uint64_t file = bln_random_below(&random, 20); file > 0; file--) {
			int from = (int)bln_random_below(&random, 10);
			int to = from + (int)bln_random_below(&random, 4);
			char name[128];

			switch (bln_random_below(&random, 6)) {
			case 0:
				snprintf(name, sizeof(name), "%020d.checkpoint.parquet", from);
				break;
			case 1:
				snprintf(name, sizeof(name), "%020d.checkpoint.%010d.%010d.parquet", from, 1 + to % 2,
					 2);
				break;
			case 2:
				snprintf(name, sizeof(name), "%020d.%020d.compacted.json", from, to);
				break;
			default:
				snprintf(name, sizeof(name), "%020d.json", from);
			}
			kit_put(kit, name, "");
		}
		status = bln_segment_find(&kit->table, asked, INT64_MAX, &arena, &segment, &err);
		if (status == BLN_OK) {
			version = segment.checkpoint_version;
			for (size_t c = 0; c < segment.commit_count; c++) {
				assert_int_equal(segment.commits[c].name.version, version + 1);
				version = segment.commits[c].name.version_to;
			}
			assert_int_equal(version, segment.version);
			assert_true(asked < 0 || asked == version);
			assert_int_equal(segment.checkpoint_version >= 0, segment.checkpoint_count > 0);
		} else {
			assert_true(status == BLN_NOT_FOUND || status == BLN_CORRUPT);
		}
		bln_arena_clean_up(&arena);
		kit_destroy(kit);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_table_there_is_none),
		cmocka_unit_test(versions_that_are_not_there_are_named),
		cmocka_unit_test(a_checkpoint_stands_for_the_commits_before_it),
		cmocka_unit_test(a_log_may_begin_late),
		cmocka_unit_test(only_whole_checkpoints_count),
		cmocka_unit_test(the_other_of_two_checkpoints_may_be_whole),
		cmocka_unit_test(v2_checkpoints_have_their_files_in_sidecars),
		cmocka_unit_test(sidecars_cannot_harm),
		cmocka_unit_test(an_unreadable_checkpoint_is_passed_over),
		cmocka_unit_test(a_failing_disk_is_no_broken_checkpoint),
		cmocka_unit_test(the_hint_is_only_a_hint),
		cmocka_unit_test(the_hint_spares_a_long_listing),
		cmocka_unit_test(compactions_shorten_the_way),
		cmocka_unit_test(a_compaction_proves_nothing),
		cmocka_unit_test(random_logs_give_chains_or_are_refused),
	};

	return cmocka_run_group_tests_name("segment", tests, NULL, NULL);
}
