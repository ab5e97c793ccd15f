#include "delta/write_test_kit.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/time.h"
#include "delta/clean_up.h"

enum { COMMITS = 25, DAY_ZERO = 19000 };

static char *log_path(struct kit *kit, const char *name)
{
	return bln_arena_printf(&kit->arena, "%s/silver/t/_delta_log/%s", kit->root, name);
}

static char *log_name(struct kit *kit, int version, const char *suffix)
{
	return bln_arena_printf(&kit->arena, "%020d%s", version, suffix);
}

static bool is_there(struct kit *kit, int version, const char *suffix)
{
	return access(log_path(kit, log_name(kit, version, suffix)), F_OK) == 0;
}

static void made_at(struct kit *kit, int version, int64_t time_us)
{
	struct timespec times[2] = { { .tv_sec = time_us / BLN_US_PER_SECOND },
				     { .tv_sec = time_us / BLN_US_PER_SECOND } };

	assert_int_equal(utimensat(AT_FDCWD, log_path(kit, log_name(kit, version, ".json")), times, 0), 0);
}

static void put(struct kit *kit, const char *name, const char *text)
{
	struct bln_err err = { 0 };

	assert_ok(bln_store_put(kit->store, bln_table_log_key(&kit->table, &kit->arena, name), text, strlen(text),
				&err),
		  &err);
}

/* Straight to the disk: what the store does for durability would be most of the time of these tests. */
static void file_write(struct kit *kit, const char *name, const char *text)
{
	FILE *file = fopen(log_path(kit, name), "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* Versions 0 to COMMITS, each made at midnight of a day of its own, checkpoints at 5, 10 and 20; now is noon of day 40. */
static void log_make(struct kit *kit, const char *key, const char *value)
{
	struct bln_text state = { 0 };

	kit_init(kit);
	kit_create(kit, key, value);
	bln_text_add(&state, strchr(kit_log(kit, log_name(kit, 0, ".json")), '\n') + 1);
	for (int version = 0; version <= COMMITS; version++) {
		struct bln_action add = kit_add(kit, "XBT", 1, 2);
		struct bln_text line = { 0 };

		bln_action_format(&add, &line);
		if (version > 0) {
			file_write(kit, log_name(kit, version, ".json"), line.at);
			bln_text_add(&state, line.at);
		}
		bln_text_clean_up(&line);
		if (version == 5 || version == 10 || version == 20)
			file_write(kit, log_name(kit, version, ".checkpoint.parquet"), state.at);
		made_at(kit, version, (DAY_ZERO + version) * BLN_US_PER_DAY);
	}
	bln_text_clean_up(&state);
	bln_clock_virtual_set(&kit->clock, (DAY_ZERO + 40) * BLN_US_PER_DAY + 12 * BLN_US_PER_HOUR);
}

static enum bln_status clean_up(struct kit *kit, int64_t keep_from, struct bln_cleaned_up *cleaned, struct bln_err *err)
{
	const struct bln_parquet parquet = kit_parquet();
	const struct bln_clean_up_spec spec = { .parquet = &parquet,
						.clock = &kit->clock.clock,
						.keep_from_version = keep_from };
	struct bln_snapshot *table = kit_load_with(kit, &parquet);
	enum bln_status status = bln_log_clean_up(table, &spec, cleaned, err);

	bln_snapshot_destroy(table);
	return status;
}

/* Commits and checkpoints from FROM on are there, no older ones, and each version from FROM on loads. */
static void begins_at(struct kit *kit, int from)
{
	const struct bln_parquet parquet = kit_parquet();
	struct bln_snapshot *table;
	struct bln_err err = { 0 };

	for (int version = 0; version <= COMMITS; version++) {
		assert_int_equal(is_there(kit, version, ".json"), version >= from);
		if (version == 5 || version == 10 || version == 20)
			assert_int_equal(is_there(kit, version, ".checkpoint.parquet"), version >= from);
		if (version < from) {
			assert_int_equal(bln_snapshot_load(&kit->table, version, &parquet, &table, &err),
					 BLN_NOT_FOUND);
			continue;
		}
		assert_ok(bln_snapshot_load(&kit->table, version, &parquet, &table, &err), &err);
		assert_int_equal(table->file_count, version);
		bln_snapshot_destroy(table);
	}
}

static void nothing_goes(struct kit *kit, int64_t keep_from, const char *said)
{
	struct bln_cleaned_up cleaned;
	struct bln_err err = { 0 };

	assert_ok(clean_up(kit, keep_from, &cleaned, &err), &err);
	assert_int_equal(cleaned.deleted, 0);
	assert_int_equal(cleaned.first_version, -1);
	assert_non_null(strstr(cleaned.why_not, said));
	begins_at(kit, 0);
	kit_clean_up(kit);
}

static void goes_up_to(struct kit *kit, int64_t keep_from, int from, int deleted)
{
	struct bln_cleaned_up cleaned;
	struct bln_err err = { 0 };

	assert_ok(clean_up(kit, keep_from, &cleaned, &err), &err);
	assert_int_equal(cleaned.first_version, from);
	assert_int_equal(cleaned.deleted, deleted);
	assert_null(cleaned.why_not);
	begins_at(kit, from);
	kit_clean_up(kit);
}

static void thirty_days_are_kept_counted_from_midnight(void **state)
{
	struct kit kit;
	(void)state;

	log_make(&kit, NULL, NULL); /* midnight of day 10 itself may go up to version 10 */
	goes_up_to(&kit, BLN_KEEP_FROM_UNKNOWN, 10, 11);

	log_make(&kit, NULL, NULL); /* a second later, and version 9 is the last that is old enough */
	made_at(&kit, 10, (DAY_ZERO + 10) * BLN_US_PER_DAY + BLN_US_PER_SECOND);
	goes_up_to(&kit, BLN_KEEP_FROM_UNKNOWN, 5, 5);

	log_make(&kit, NULL, NULL); /* a file that looks older than the one before it is not */
	made_at(&kit, 9, (DAY_ZERO + 11) * BLN_US_PER_DAY);
	made_at(&kit, 10, (DAY_ZERO + 1) * BLN_US_PER_DAY);
	goes_up_to(&kit, BLN_KEEP_FROM_UNKNOWN, 5, 5);

	log_make(&kit, "delta.logRetentionDuration", "interval 1 week");
	goes_up_to(&kit, BLN_KEEP_FROM_UNKNOWN, 20, 22);

	log_make(&kit, "delta.logRetentionDuration", "interval 100 days");
	nothing_goes(&kit, BLN_KEEP_FROM_UNKNOWN, "old enough");
}

static void what_is_not_yet_taken_is_kept(void **state)
{
	struct kit kit;
	(void)state;

	log_make(&kit, "delta.enableExpiredLogCleanup", "false");
	nothing_goes(&kit, BLN_KEEP_FROM_UNKNOWN, "enableExpiredLogCleanup=false");
	log_make(&kit, "delta.enableExpiredLogCleanup", "false");
	goes_up_to(&kit, 22, 10, 11); /* the age counts nevertheless */
	log_make(&kit, "delta.enableExpiredLogCleanup", "false");
	goes_up_to(&kit, 9, 5, 5);
	log_make(&kit, NULL, NULL);
	nothing_goes(&kit, 4, "old enough");
	log_make(&kit, NULL, NULL);
	nothing_goes(&kit, 0, "old enough");
}

static void readers_find_the_checkpoint_that_the_hint_names(void **state)
{
	struct kit kit;
	(void)state;

	log_make(&kit, NULL, NULL);
	put(&kit, "_last_checkpoint", "{\"version\":5,\"size\":7}");
	goes_up_to(&kit, BLN_KEEP_FROM_UNKNOWN, 5, 5);
}

static void a_checkpoint_that_does_not_load_keeps_the_log(void **state)
{
	struct kit kit;
	struct bln_cleaned_up cleaned;
	struct bln_err err = { 0 };
	(void)state;

	log_make(&kit, NULL, NULL);
	put(&kit, "00000000000000000010.checkpoint.parquet", "nonsense");
	assert_int_equal(clean_up(&kit, BLN_KEEP_FROM_UNKNOWN, &cleaned, &err), BLN_CORRUPT);
	assert_non_null(strstr(err.message, "version 10"));
	assert_int_equal(cleaned.deleted, 0);
	begins_at(&kit, 0);
	kit_clean_up(&kit);
}

static void checksums_and_compactions_go_too(void **state)
{
	struct kit kit;
	struct bln_cleaned_up cleaned;
	struct bln_err err = { 0 };
	(void)state;

	log_make(&kit, NULL, NULL);
	put(&kit, "00000000000000000009.crc", "{}");
	put(&kit, "00000000000000000010.crc", "{}");
	put(&kit, "00000000000000000010.00000000000000000011.compacted.json", "{}");
	put(&kit, "notes.txt", "not ours");
	assert_ok(clean_up(&kit, BLN_KEEP_FROM_UNKNOWN, &cleaned, &err), &err);
	assert_false(is_there(&kit, 9, ".crc"));
	assert_true(is_there(&kit, 10, ".crc"));
	assert_int_equal(access(log_path(&kit, "00000000000000000010.00000000000000000011.compacted.json"), F_OK), -1);
	assert_int_equal(access(log_path(&kit, "notes.txt"), F_OK), 0);
	kit_clean_up(&kit);
}

/* Cut off anywhere: the newest versions load, and the next time does the rest. */
static void a_failing_store_does_no_harm(void **state)
{
	static const char *const plans[] = { "fail@1:list", "fail@2:list", "fail@1:delete_many", "lose@1:delete_many",
					     "torn@1:delete_many" };
	const struct bln_parquet parquet = kit_parquet();
	(void)state;

	for (size_t i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
		struct kit kit;
		struct bln_cleaned_up cleaned;
		struct bln_snapshot *table;
		struct bln_err err = { 0 };

		log_make(&kit, NULL, NULL);
		const struct bln_clean_up_spec spec = { .parquet = &parquet,
							.clock = &kit.clock.clock,
							.keep_from_version = BLN_KEEP_FROM_UNKNOWN };
		table = kit_load_with(&kit, &parquet);
		kit_store(&kit, plans[i]);
		table->table.store = kit.store;
		assert_int_equal(bln_log_clean_up(table, &spec, &cleaned, &err), BLN_IO);
		bln_snapshot_destroy(table);
		kit_store(&kit, NULL);
		for (int version = 10; version <= COMMITS; version++) {
			assert_ok(bln_snapshot_load(&kit.table, version, &parquet, &table, &err), &err);
			bln_snapshot_destroy(table);
		}
		assert_ok(clean_up(&kit, BLN_KEEP_FROM_UNKNOWN, &cleaned, &err), &err);
		begins_at(&kit, 10);
		kit_clean_up(&kit);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(thirty_days_are_kept_counted_from_midnight),
		cmocka_unit_test(what_is_not_yet_taken_is_kept),
		cmocka_unit_test(readers_find_the_checkpoint_that_the_hint_names),
		cmocka_unit_test(a_checkpoint_that_does_not_load_keeps_the_log),
		cmocka_unit_test(checksums_and_compactions_go_too),
		cmocka_unit_test(a_failing_store_does_no_harm),
	};

	return cmocka_run_group_tests_name("clean_up", tests, NULL, NULL);
}
