#include "delta/write_test_kit.h"

#include "base/json.h"

static json_t *info_of(const char *commit)
{
	struct bln_slice rest = bln_slice_of(commit);
	struct bln_slice line = bln_slice_cut(&rest, '\n');
	struct bln_err err = { 0 };
	json_t *json;
	json_t *info;

	assert_ok(bln_json_parse(line.at, line.length, "commit", &json, &err), &err);
	info = json_incref(json_object_get(json, "commitInfo"));
	assert_non_null(info);
	json_decref(json);
	return info;
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	assert_non_null(text);
	return text;
}

static void a_commit_says_who_did_what(void **state)
{
	struct kit kit;
	(void)state;

	kit_init(&kit);
	kit_create(&kit, NULL, NULL);
	struct bln_snapshot *base = kit_load_with(&kit, NULL);
	struct bln_action actions[] = { kit_add(&kit, "XBT", 1, 2), kit_txn("job", 7) };
	struct bln_commit commit = kit_commit(&kit, BLN_WRITE_APPEND, actions, 2);
	struct bln_commit_result result;
	struct bln_err err = { 0 };

	commit.parameters = kit_pair(&kit, "mode", "Append");
	commit.metrics = kit_pair(&kit, "numFiles", "1");
	commit.bullion = bln_slice_of("{\"units\":[1,2]}");
	assert_ok(bln_log_commit(base, &commit, &result, &err), &err);
	assert_int_equal(result.version, 1);
	assert_int_equal(result.time_ms, T0_US / 1000);
	assert_int_equal(result.races, 0);
	assert_false(result.is_in_doubt);
	bln_snapshot_destroy(base);

	json_t *info = info_of(kit_log(&kit, "00000000000000000001.json"));
	assert_string_equal(text_of(info, "operation"), "WRITE");
	assert_string_equal(text_of(json_object_get(info, "operationParameters"), "mode"), "Append");
	assert_string_equal(text_of(json_object_get(info, "operationMetrics"), "numFiles"), "1");
	assert_true(json_is_true(json_object_get(info, "isBlindAppend")));
	assert_int_equal(json_integer_value(json_object_get(info, "timestamp")), T0_US / 1000);
	assert_int_equal(json_integer_value(json_object_get(info, "readVersion")), 0);
	assert_null(json_object_get(info, "inCommitTimestamp"));
	assert_string_equal(text_of(info, "engineInfo"), "bullion/" BLN_VERSION);
	assert_int_equal(strlen(text_of(info, "txnId")), 36);
	assert_int_equal(json_array_size(json_object_get(json_object_get(info, "bullion"), "units")), 2);
	json_decref(info);

	struct bln_snapshot *now = kit_load_with(&kit, NULL);
	assert_int_equal(now->version, 1);
	assert_int_equal(now->file_count, 1);
	assert_int_equal(bln_snapshot_txn(now, "job"), 7);
	bln_snapshot_destroy(now);
	kit_clean_up(&kit);
}

static void in_commit_timestamps_grow_whatever_the_clock_says(void **state)
{
	struct kit kit;
	(void)state;

	kit_init(&kit);
	kit_create(&kit, "delta.enableInCommitTimestamps", "true");
	struct bln_snapshot *stale = kit_load_with(&kit, NULL);
	struct bln_action action = kit_add(&kit, "XBT", 1, 2);

	bln_clock_virtual_set(&kit.clock, T0_US - 50000000);
	assert_int_equal(kit_write(&kit, BLN_WRITE_APPEND, &action, 1), 1);
	bln_clock_virtual_set(&kit.clock, T0_US + 9000);
	action = kit_add(&kit, "XBT", 1, 2);
	assert_int_equal(kit_write(&kit, BLN_WRITE_APPEND, &action, 1), 2);
	/* One that lost two races counts from those, not from its base. */
	bln_clock_virtual_set(&kit.clock, T0_US);
	action = kit_add(&kit, "XBT", 1, 2);
	struct bln_commit commit = kit_commit(&kit, BLN_WRITE_APPEND, &action, 1);
	struct bln_commit_result result;
	struct bln_err err = { 0 };

	assert_ok(bln_log_commit(stale, &commit, &result, &err), &err);
	assert_int_equal(result.version, 3);
	assert_int_equal(result.races, 2);
	for (int i = 0; i < 4; i++) {
		static const int64_t expected[] = { 0, 1, 9, 10 };
		char name[32];

		snprintf(name, sizeof(name), "%020d.json", i);
		json_t *info = info_of(kit_log(&kit, name));
		assert_int_equal(json_integer_value(json_object_get(info, "inCommitTimestamp")),
				 T0_US / 1000 + expected[i]);
		json_decref(info);
	}
	bln_snapshot_destroy(stale);
	kit_clean_up(&kit);
}

/* A commit that must not be, and what is said about it. */
static void refused(struct kit *kit, const struct bln_commit *commit, enum bln_status expected, const char *said)
{
	struct bln_snapshot *base = kit_load_with(kit, NULL);
	struct bln_commit_result result;
	struct bln_err err = { 0 };
	enum bln_status status = bln_log_commit(base, commit, &result, &err);

	if (status != expected || !strstr(err.message, said))
		fail_msg("%s: '%s' does not say '%s'", bln_status_name(status), err.message, said);
	assert_int_equal(result.version, -1);
	assert_false(result.is_in_doubt);
	bln_snapshot_destroy(base);
	base = kit_load_with(kit, NULL);
	assert_int_equal(base->version, 1);
	bln_snapshot_destroy(base);
}

static void what_contradicts_itself_is_refused(void **state)
{
	struct kit kit;
	(void)state;

	kit_init(&kit);
	kit_create(&kit, NULL, NULL);
	struct bln_action present = kit_add(&kit, "XBT", 1, 2);
	kit_write(&kit, BLN_WRITE_APPEND, &present, 1);

	struct bln_action add = kit_add(&kit, "XBT", 1, 2);
	struct bln_action remove = bln_action_remove(&present.add, 1, true);
	struct bln_action two[] = { add, add };
	struct bln_commit commit = kit_commit(&kit, BLN_WRITE_APPEND, two, 2);

	refused(&kit, &commit, BLN_INVALID, "two actions for the file");
	two[1] = remove;
	refused(&kit, &commit, BLN_INVALID, "only appends, but removes");
	commit.kind = BLN_WRITE_REARRANGE;
	refused(&kit, &commit, BLN_INVALID, "only moves rows");
	two[0] = kit_txn("a", 1);
	two[1] = kit_txn("a", 2);
	refused(&kit, &commit, BLN_INVALID, "two actions for the application id 'a'");
	two[1] = kit_txn("", 2);
	refused(&kit, &commit, BLN_INVALID, "without an application id");

	commit.kind = BLN_WRITE_REWRITE;
	two[0] = bln_action_remove(&add.add, 1, true);
	two[1] = kit_txn("a", 2);
	refused(&kit, &commit, BLN_INVALID, "which is not in version 1");
	two[0] = add;
	two[0].add.partition = (struct bln_pairs){ 0 };
	refused(&kit, &commit, BLN_INVALID, "no value for the partition column 'symbol'");
	two[0].add.partition = kit_pair(&kit, "Symbol", "x");
	refused(&kit, &commit, BLN_INVALID, "no value for the partition column 'symbol'");
	two[0] = (struct bln_action){ .kind = BLN_ACTION_DOMAIN, .domain = { .name = bln_slice_of("d") } };
	refused(&kit, &commit, BLN_UNSUPPORTED, "domainMetadata");
	two[0] = (struct bln_action){ .kind = BLN_ACTION_COMMIT_INFO };
	refused(&kit, &commit, BLN_INVALID, "nobody but the log");
	two[0] = kit_txn("a\xff", 1);
	refused(&kit, &commit, BLN_INVALID, "not UTF-8");
	two[0] = kit_add(&kit, "X\xff", 1, 2);
	refused(&kit, &commit, BLN_INVALID, "not UTF-8");

	two[0] = add;
	commit.bullion = bln_slice_of("{\"a\":\n1}");
	refused(&kit, &commit, BLN_INVALID, "not on one line");
	commit.bullion = bln_slice_of("[1]");
	refused(&kit, &commit, BLN_INVALID, "not a JSON object");
	commit.bullion = bln_slice_of("{\"a\":1},\"b\":{}");
	refused(&kit, &commit, BLN_INVALID, "not a JSON object");
	commit.bullion = (struct bln_slice){ 0 };
	commit.operation = "";
	refused(&kit, &commit, BLN_INVALID, "operation");
	kit_clean_up(&kit);
}

static void what_the_table_forbids_is_refused(void **state)
{
	struct kit kit;
	(void)state;

	kit_init(&kit);
	kit_create(&kit, "delta.appendOnly", "true");
	struct bln_action present = kit_add(&kit, "XBT", 1, 2);
	kit_write(&kit, BLN_WRITE_APPEND, &present, 1);
	struct bln_action remove = bln_action_remove(&present.add, 1, true);
	struct bln_commit commit = kit_commit(&kit, BLN_WRITE_REWRITE, &remove, 1);

	refused(&kit, &commit, BLN_DENIED, "append-only");

	/* A commit that makes the table one that we could not honour. */
	struct bln_snapshot *base = kit_load_with(&kit, NULL);
	struct bln_action change = { .kind = BLN_ACTION_METADATA, .metadata = base->metadata };
	change.metadata.configuration = kit_pair(&kit, "delta.enableRowTracking", "true");
	struct bln_action both[] = {
		change,
		{ .kind = BLN_ACTION_PROTOCOL, .protocol = { .reader = 1, .writer = 7 } },
	};
	static const struct bln_slice features[] = { { "rowTracking", 11 } };
	both[1].protocol.writer_features = (struct bln_slices){ features, 1 };
	commit = kit_commit(&kit, BLN_WRITE_APPEND, both, 2);
	refused(&kit, &commit, BLN_UNSUPPORTED, "'rowTracking'");
	bln_snapshot_destroy(base);
	kit_clean_up(&kit);
}

/* Moving rows within an append-only table is allowed. */
static void a_compaction_goes_where_nothing_may_change(void **state)
{
	struct kit kit;
	(void)state;

	kit_init(&kit);
	kit_create(&kit, "delta.appendOnly", "true");
	struct bln_action first[] = { kit_add(&kit, "XBT", 1, 2), kit_add(&kit, "XBT", 3, 4) };
	kit_write(&kit, BLN_WRITE_APPEND, first, 2);
	struct bln_action moves[] = {
		bln_action_remove(&first[0].add, 5, false),
		bln_action_remove(&first[1].add, 5, false),
		kit_add(&kit, "XBT", 1, 4),
	};

	moves[2].add.is_data_change = false;
	assert_int_equal(kit_write(&kit, BLN_WRITE_REARRANGE, moves, 3), 2);
	struct bln_snapshot *now = kit_load_with(&kit, NULL);
	assert_int_equal(now->file_count, 1);
	assert_int_equal(now->tombstone_count, 2);
	assert_true(now->tombstones[0].has_extended);
	assert_int_equal(now->tombstones[0].size_bytes, 100);
	bln_snapshot_destroy(now);
	json_t *info = info_of(kit_log(&kit, "00000000000000000002.json"));
	assert_true(json_is_false(json_object_get(info, "isBlindAppend")));
	json_decref(info);
	kit_clean_up(&kit);
}

/* The version after a base that clean-up went past looks free. */
static void a_base_that_was_cleaned_up_is_a_conflict(void **state)
{
	struct kit kit;
	struct bln_err err = { 0 };
	(void)state;

	kit_init(&kit);
	kit_create(&kit, NULL, NULL);
	struct bln_snapshot *base = kit_load_with(&kit, NULL);
	char *metadata = strchr(kit_log(&kit, "00000000000000000000.json"), '\n') + 1;

	assert_ok(bln_store_delete(kit.store, "silver/t/_delta_log/00000000000000000000.json", &err), &err);
	assert_ok(bln_store_put(kit.store, "silver/t/_delta_log/00000000000000000005.checkpoint.parquet", metadata,
				strlen(metadata), &err),
		  &err);
	assert_ok(bln_store_put(kit.store, "silver/t/_delta_log/00000000000000000006.json", "{}\n", 3, &err), &err);
	struct bln_action action = kit_add(&kit, "XBT", 1, 2);
	struct bln_commit commit = kit_commit(&kit, BLN_WRITE_APPEND, &action, 1);
	struct bln_commit_result result;

	assert_int_equal(bln_log_commit(base, &commit, &result, &err), BLN_CONFLICT);
	assert_non_null(strstr(err.message, "cleaned up"));
	bln_snapshot_destroy(base);
	kit_clean_up(&kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_commit_says_who_did_what),
		cmocka_unit_test(in_commit_timestamps_grow_whatever_the_clock_says),
		cmocka_unit_test(what_contradicts_itself_is_refused),
		cmocka_unit_test(what_the_table_forbids_is_refused),
		cmocka_unit_test(a_compaction_goes_where_nothing_may_change),
		cmocka_unit_test(a_base_that_was_cleaned_up_is_a_conflict),
	};

	return cmocka_run_group_tests_name("commit", tests, NULL, NULL);
}
