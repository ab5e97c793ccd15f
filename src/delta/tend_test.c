#include "delta/write_test_kit.h"

#include "base/time.h"
#include "delta/tend.h"

static enum bln_status no_parquet(void *context, const char *json_path, const char *parquet_path, struct bln_err *err)
{
	(void)context;
	(void)json_path;
	return bln_err_set(err, BLN_IO, "cannot write %s", parquet_path);
}

static struct bln_tend_spec spec_of(struct kit *kit, const struct bln_parquet *parquet)
{
	return (struct bln_tend_spec){
		.checkpoint = { .parquet = parquet,
				.staging = kit->root,
				.clock = &kit->clock.clock,
				.random = &kit->random },
		.keep_from_version = BLN_KEEP_FROM_UNKNOWN,
	};
}

/* Appends a file and tends the log; the status is the tending's. */
static enum bln_status append(struct kit *kit, const struct bln_snapshot *base, const struct bln_tend_spec *spec,
			      struct bln_tended *tended)
{
	struct bln_action add = kit_add(kit, "XBT", 1, 2);
	struct bln_commit commit = kit_commit(kit, BLN_WRITE_APPEND, &add, 1);
	struct bln_commit_result result;
	struct bln_err err = { 0 };

	assert_ok(bln_log_commit(base, &commit, &result, &err), &err);
	return bln_log_tend(base, result.version, spec, tended, NULL);
}

static void a_log_is_tended_when_it_is_time(void **state)
{
	const struct bln_parquet parquet = kit_parquet();
	struct kit kit;
	struct bln_tended tended;
	(void)state;

	kit_init(&kit);
	kit_create(&kit, "delta.checkpointInterval", "2");
	struct bln_snapshot *base = kit_load_with(&kit, NULL);
	struct bln_tend_spec spec = spec_of(&kit, &parquet);

	for (int64_t version = 1; version <= 4; version++) {
		assert_int_equal(append(&kit, base, &spec, &tended), BLN_OK);
		assert_int_equal(tended.has_checkpoint, version % 2 == 0);
		assert_int_equal(tended.checkpoint.files, version % 2 ? 0 : version);
		assert_int_equal(tended.cleaned.deleted, 0);
	}
	/* Two months later all that came before the checkpoints of today is too old, but for the last of them. */
	bln_clock_virtual_set(&kit.clock, bln_clock_now_us(bln_clock_system()) + 60 * BLN_US_PER_DAY);
	assert_int_equal(append(&kit, base, &spec, &tended), BLN_OK);
	assert_int_equal(append(&kit, base, &spec, &tended), BLN_OK);
	assert_true(tended.has_checkpoint);
	assert_int_equal(tended.cleaned.first_version, 6);
	struct bln_snapshot *now = kit_load_with(&kit, &parquet);
	assert_int_equal(now->version, 6);
	assert_int_equal(now->file_count, 6);
	bln_snapshot_destroy(now);
	bln_snapshot_destroy(base);
	kit_clean_up(&kit);
}

static void a_failure_leaves_the_commit(void **state)
{
	struct bln_parquet parquet = kit_parquet();
	struct kit kit;
	struct bln_tended tended;
	(void)state;

	parquet.actions_write = no_parquet;
	kit_init(&kit);
	kit_create(&kit, "delta.checkpointInterval", "1");
	struct bln_snapshot *base = kit_load_with(&kit, NULL);
	struct bln_tend_spec spec = spec_of(&kit, &parquet);

	assert_int_equal(append(&kit, base, &spec, &tended), BLN_IO);
	assert_false(tended.has_checkpoint);
	struct bln_snapshot *now = kit_load_with(&kit, NULL);
	assert_int_equal(now->version, 1);
	bln_snapshot_destroy(now);
	bln_snapshot_destroy(base);
	kit_clean_up(&kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_log_is_tended_when_it_is_time),
		cmocka_unit_test(a_failure_leaves_the_commit),
	};

	return cmocka_run_group_tests_name("tend", tests, NULL, NULL);
}
