#include "delta/delta_test_kit.h"

#include "base/time.h"
#include "delta/history.h"

#define START KIT_PROTOCOL KIT_METADATA
#define S(second) (INT64_C(1700000000000000) + (second)*BLN_US_PER_SECOND)

/* What was told, a line per commit. */
struct told {
	char text[4096];
	int count;
	int stop_after;
};

static void say(struct told *told, const char *format, ...) BLN_PRINTF(2, 3);
static void say(struct told *told, const char *format, ...)
{
	size_t used = strlen(told->text);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(told->text + used, sizeof(told->text) - used, format, arguments);
	va_end(arguments);
}

static enum bln_status take(void *context, const struct bln_history_entry *entry, struct bln_err *err)
{
	struct told *told = context;

	say(told,
	    "%" PRId64 " %.*s files +%" PRId64 "-%" PRId64 " rows +%" PRId64 "-%" PRId64 " bytes +%" PRId64 "-%" PRId64,
	    entry->version, (int)entry->operation.length, entry->operation.at ? entry->operation.at : "",
	    entry->files_added, entry->files_removed, entry->rows_added, entry->rows_removed, entry->bytes_added,
	    entry->bytes_removed);
	for (size_t i = 0; i < entry->txn_count; i++)
		say(told, " %.*s=%" PRId64, (int)entry->txns[i].app_id.length, entry->txns[i].app_id.at,
		    entry->txns[i].version);
	say(told, "%s\n", entry->has_data_change ? "" : " same");
	if (++told->count == told->stop_after)
		return bln_err_set(err, BLN_CANCELLED, "enough");
	return BLN_OK;
}

static void commits_are_told_newest_first(void **state)
{
	struct kit *kit = kit_new();
	struct told told = { .count = 0 };
	struct bln_snapshot *snapshot;
	struct bln_err err = { 0 };
	(void)state;

	kit_commit(kit, 0, "{\"commitInfo\":{\"operation\":\"CREATE\"}}\n" START);
	kit_commit(
		kit, 1,
		"{\"commitInfo\":{\"operation\":\"WRITE\"}}\n"
		"{\"add\":{\"path\":\"a\",\"size\":10,\"dataChange\":true,\"stats\":\"{\\\"numRecords\\\":7}\"}}\n"
		"{\"add\":{\"path\":\"b\",\"size\":5,\"dataChange\":true,\"stats\":\"{\\\"numRecords\\\":3}\"}}\n" KIT_TXN(
			"x", 4) KIT_TXN("y", 5));
	kit_commit(
		kit, 2,
		"{\"remove\":{\"path\":\"a\",\"size\":10,\"dataChange\":true,\"stats\":\"{\\\"numRecords\\\":7}\"}}\n"
		"{\"add\":{\"path\":\"a\",\"size\":10,\"dataChange\":true,\"stats\":\"{\\\"numRecords\\\":7}\"," KIT_DV(
			"z") "}}\n");
	kit_commit(kit, 3,
		   "{\"add\":{\"path\":\"c\",\"size\":2,\"dataChange\":false}}\n"
		   "{\"remove\":{\"path\":\"b\",\"dataChange\":false}}\n");
	snapshot = kit_load(kit, BLN_VERSION_LATEST);
	assert_ok(bln_history_read(snapshot, 0, take, &told, &err), &err);
	assert_string_equal(told.text, "3  files +1-1 rows +-1--1 bytes +2-0 same\n"
				       "2  files +1-1 rows +6-7 bytes +10-10\n"
				       "1 WRITE files +2-0 rows +10-0 bytes +15-0 x=4 y=5\n"
				       "0 CREATE files +0-0 rows +0-0 bytes +0-0 same\n");
	told = (struct told){ .count = 0 };
	assert_ok(bln_history_read(snapshot, 2, take, &told, &err), &err);
	assert_int_equal(told.count, 2);
	assert_int_equal(told.text[0], '3');
	told = (struct told){ .stop_after = 1 };
	assert_int_equal(bln_history_read(snapshot, 0, take, &told, &err), BLN_CANCELLED);
	assert_int_equal(told.count, 1);
	bln_snapshot_destroy(snapshot);

	snapshot = kit_load(kit, 1); /* what came later is not its history */
	told = (struct told){ .count = 0 };
	assert_ok(bln_history_read(snapshot, 1, take, &told, &err), &err);
	assert_int_equal(told.count, 1);
	assert_int_equal(told.text[0], '1');
	bln_snapshot_destroy(snapshot);
	kit_destroy(kit);
}

static enum bln_status info_check(void *context, const struct bln_history_entry *entry, struct bln_err *err)
{
	(void)context;
	(void)err;
	if (entry->version == 2) {
		assert_null(entry->operation.at);
		assert_null(entry->ours.at);
		assert_int_equal(entry->stated_us, -1);
		return BLN_OK;
	}
	if (entry->version == 1) { /* free-form: nothing in it is wrong */
		assert_true(bln_slice_is(entry->operation, "5"));
		assert_true(bln_slice_is(entry->user_metadata, "{\"k\":1}"));
		assert_true(bln_slice_is(entry->parameters, "\"text\""));
		assert_true(bln_slice_is(entry->ours, "\"text\""));
		assert_int_equal(entry->stated_us, -1);
		return BLN_OK;
	}
	assert_true(bln_slice_is(entry->operation, "MERGE"));
	assert_true(bln_slice_is(entry->parameters, "{\"mode\":\"Append\"}"));
	assert_true(bln_slice_is(entry->metrics, "{\"numFiles\":1}"));
	assert_true(bln_slice_is(entry->user_metadata, "a \"note\""));
	assert_true(bln_slice_is(entry->engine, "bullion/1"));
	assert_true(bln_slice_is(entry->ours, "{\"units\":[1,2]}"));
	assert_int_equal(entry->stated_us, 1234000);
	assert_int_equal(entry->time_us, S(9));
	return BLN_OK;
}

static void what_the_writer_says_is_picked_out(void **state)
{
	struct kit *kit = kit_new();
	struct bln_snapshot *snapshot;
	struct bln_err err = { 0 };
	(void)state;

	kit_commit(
		kit, 0,
		"{\"commitInfo\":{\"timestamp\":1234,\"operation\":\"MERGE\",\"operationParameters\":{\"mode\": \"Append\"},"
		"\"operationMetrics\":{\"numFiles\":1},\"userMetadata\":\"a \\\"note\\\"\",\"engineInfo\":\"bullion/1\","
		"\"bullion\":{\"units\":[1, 2]},\"inCommitTimestamp\":77}}\n" START);
	kit_touch(kit, 0, S(9));
	kit_commit(kit, 1,
		   "{\"commitInfo\":{\"timestamp\":9223372036854775807,\"operation\":5,\"userMetadata\":{\"k\":1},"
		   "\"operationParameters\":\"text\",\"bullion\":\"text\",\"operationMetrics\":null}}\n");
	kit_commit(kit, 2, KIT_ADD("a"));
	snapshot = kit_load(kit, BLN_VERSION_LATEST);
	assert_ok(bln_history_read(snapshot, 0, info_check, NULL, &err), &err);
	bln_snapshot_destroy(snapshot);
	kit_destroy(kit);
}

static enum bln_status time_take(void *context, const struct bln_history_entry *entry, struct bln_err *err)
{
	(void)err;
	((int64_t *)context)[entry->version] = entry->time_us;
	return BLN_OK;
}

static void times_increase(void **state)
{
	static const int64_t seconds[] = { 10, 12, 12, 5, 40 };
	struct kit *kit = kit_new();
	struct bln_snapshot *snapshot;
	struct bln_err err = { 0 };
	int64_t times[5] = { 0 };
	(void)state;

	for (int i = 0; i < 5; i++) {
		kit_commit(kit, i, i ? KIT_INFO : START);
		kit_touch(kit, i, S(seconds[i]) + 345); /* of which the protocol knows no more than milliseconds */
	}
	snapshot = kit_load(kit, BLN_VERSION_LATEST);
	assert_ok(bln_history_read(snapshot, 0, time_take, times, &err), &err);
	assert_int_equal(times[0], S(10));
	assert_int_equal(times[1], S(12));
	assert_int_equal(times[2], S(12) + 1000);
	assert_int_equal(times[3], S(12) + 2000);
	assert_int_equal(times[4], S(40));
	bln_snapshot_destroy(snapshot);
	kit_destroy(kit);
}

static void a_cleaned_up_history_is_told_as_far_as_it_goes(void **state)
{
	struct kit *kit = kit_new();
	struct told told = { .count = 0 };
	struct bln_snapshot *snapshot;
	struct bln_err err = { 0 };
	(void)state;

	kit_put(kit, KIT_V(05) ".checkpoint.parquet", START);
	snapshot = kit_load(kit, BLN_VERSION_LATEST);
	assert_ok(bln_history_read(snapshot, 0, take, &told, &err), &err);
	assert_int_equal(told.count, 0);
	bln_snapshot_destroy(snapshot);
	kit_commit(kit, 1, KIT_INFO); /* left behind by a clean-up */
	kit_commit(kit, 5, KIT_INFO);
	kit_commit(kit, 6, KIT_INFO);
	snapshot = kit_load(kit, BLN_VERSION_LATEST);
	assert_ok(bln_history_read(snapshot, 0, take, &told, &err), &err);
	assert_int_equal(told.count, 2);
	bln_snapshot_destroy(snapshot);
	kit_destroy(kit);
}

static void every_failed_allocation_is_told(void **state)
{
	struct kit *kit = kit_new();
	enum bln_status status = BLN_NO_MEMORY;
	struct bln_snapshot *snapshot;
	uint64_t n = 1;
	(void)state;

	kit_commit(kit, 0, KIT_INFO START KIT_TXN("a", 1));
	kit_commit(kit, 1,
		   "{\"commitInfo\":{\"operation\":\"WRITE\",\"bullion\":{\"a\":[1]}}}\n" KIT_ADD("a") KIT_TXN("a", 2));
	snapshot = kit_load(kit, BLN_VERSION_LATEST);
	for (; status == BLN_NO_MEMORY; n++) {
		struct told told = { .count = 0 };

		bln_mem_fail_at(n, false);
		status = bln_history_read(snapshot, 0, take, &told, NULL);
		bln_mem_fail_at(0, false);
	}
	assert_int_equal(status, BLN_OK);
	assert_true(n > 10);
	bln_snapshot_destroy(snapshot);
	kit_destroy(kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commits_are_told_newest_first),
		cmocka_unit_test(what_the_writer_says_is_picked_out),
		cmocka_unit_test(times_increase),
		cmocka_unit_test(a_cleaned_up_history_is_told_as_far_as_it_goes),
		cmocka_unit_test(every_failed_allocation_is_told),
	};

	return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
