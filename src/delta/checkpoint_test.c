#include "base/processes_test_kit.h"

#include "delta/write_test_kit.h"

#include <dirent.h>

#include "base/time.h"
#include "delta/checkpoint.h"

/* A folder for staging beside the store's. */
static const char *staging(struct kit *kit)
{
	char *path = bln_arena_printf(&kit->arena, "%s/staging", kit->root);

	(void)mkdir(path, 0700);
	return path;
}

static void nothing_is_staged(struct kit *kit)
{
	DIR *dir = opendir(staging(kit));
	const struct dirent *entry;

	assert_non_null(dir);
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			fail_msg("%s is left", entry->d_name);
	closedir(dir);
}

static struct bln_checkpoint_spec spec_of(struct kit *kit, const struct bln_parquet *parquet)
{
	return (struct bln_checkpoint_spec){
		.parquet = parquet, .staging = staging(kit), .clock = &kit->clock.clock, .random = &kit->random
	};
}

/* The text of an action, by which two are compared. */
static char *line_of(struct kit *kit, struct bln_action action)
{
	struct bln_text text = { 0 };
	char *copy;

	bln_action_format(&action, &text);
	copy = bln_arena_strndup(&kit->arena, text.at, text.length);
	bln_text_clean_up(&text);
	return copy;
}

static int line_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All that a snapshot says, as sorted lines; tombstones only those deleted after EXPIRED_MS. */
static char **lines_of(struct kit *kit, const struct bln_snapshot *table, int64_t expired_ms, size_t *count)
{
	size_t most = 2 + table->file_count + table->tombstone_count + table->txn_count + table->domain_count;
	char **lines = bln_arena_calloc(&kit->arena, most, sizeof(*lines));

	*count = 0;
	lines[(*count)++] =
		line_of(kit, (struct bln_action){ .kind = BLN_ACTION_PROTOCOL, .protocol = table->protocol });
	lines[(*count)++] =
		line_of(kit, (struct bln_action){ .kind = BLN_ACTION_METADATA, .metadata = table->metadata });
	for (size_t i = 0; i < table->file_count; i++) {
		struct bln_action action = { .kind = BLN_ACTION_ADD, .add = table->files[i] };

		action.add.is_data_change = false;
		lines[(*count)++] = line_of(kit, action);
	}
	for (size_t i = 0; i < table->tombstone_count; i++) {
		struct bln_action action = { .kind = BLN_ACTION_REMOVE, .remove = table->tombstones[i] };

		action.remove.is_data_change = false;
		if (action.remove.deleted_ms > expired_ms)
			lines[(*count)++] = line_of(kit, action);
	}
	for (size_t i = 0; i < table->txn_count; i++)
		lines[(*count)++] = line_of(kit, (struct bln_action){ .kind = BLN_ACTION_TXN, .txn = table->txns[i] });
	for (size_t i = 0; i < table->domain_count; i++)
		lines[(*count)++] =
			line_of(kit, (struct bln_action){ .kind = BLN_ACTION_DOMAIN, .domain = table->domains[i] });
	qsort(lines, *count, sizeof(*lines), line_compare);
	return lines;
}

/* A table that may have everything that a checkpoint must keep. */
static void features_add(struct kit *kit)
{
	static const struct bln_slice readers[] = { { "deletionVectors", 15 } };
	static const struct bln_slice writers[] = {
		{ "appendOnly", 10 }, { "invariants", 10 }, { "deletionVectors", 15 }, { "domainMetadata", 14 }
	};
	const struct bln_action action = {
		.kind = BLN_ACTION_PROTOCOL,
		.protocol = { .reader = 3,
			      .writer = 7,
			      .reader_features = { readers, 1 },
			      .writer_features = { writers, 4 } },
	};

	kit_write(kit, BLN_WRITE_APPEND, &action, 1);
}

static struct bln_action random_add(struct kit *kit)
{
	static const char *const symbols[] = { "XBT", "ETH", NULL, "A/B" };
	struct bln_random *random = &kit->random;
	struct bln_action add = kit_add(kit, symbols[bln_random_below(random, 4)], (int)bln_random_below(random, 9), 5);

	if (bln_random_below(random, 3) == 0)
		add.add.tags = kit_pair(kit, "tag \"x\"", bln_random_below(random, 2) ? "v" : NULL);
	if (bln_random_below(random, 3) == 0)
		add.add.dv = (struct bln_dv_ref){ .storage = 'u',
						  .path_or_inline = bln_slice_of("ab^-aqEH.-t@S}K{vb[*k^"),
						  .offset = (int64_t)bln_random_below(random, 3) - 1,
						  .size_bytes = 40,
						  .cardinality = 6 };
	add.add.size_bytes = (int64_t)bln_random_below(random, INT64_MAX);
	return add;
}

/* Some version on top of what is there. */
static void random_write(struct kit *kit)
{
	struct bln_snapshot *base = kit_load_with(kit, NULL);
	struct bln_random *random = &kit->random;
	struct bln_action actions[32];
	size_t count = 0;

	for (uint64_t i = bln_random_below(random, 6); i > 0; i--)
		actions[count++] = random_add(kit);
	for (size_t i = 0; i < base->file_count && count < 24; i++)
		if (bln_random_below(random, 4) == 0)
			actions[count++] =
				bln_action_remove(&base->files[i],
						  T0_US / 1000 - (int64_t)bln_random_below(random, 14 * 86400000),
						  bln_random_below(random, 2));
	if (bln_random_below(random, 2))
		actions[count++] = kit_txn(bln_random_below(random, 2) ? "a" : "b", base->version);
	if (bln_random_below(random, 2))
		actions[count++] =
			(struct bln_action){ .kind = BLN_ACTION_DOMAIN,
					     .domain = { .name = bln_slice_of(bln_random_below(random, 2) ? "d" : "e"),
							 .configuration = bln_slice_of("{\"a\":1}"),
							 .is_removed = bln_random_below(random, 3) == 0 } };
	if (bln_random_below(random, 5) == 0) {
		actions[count] = (struct bln_action){ .kind = BLN_ACTION_METADATA, .metadata = base->metadata };
		actions[count++].metadata.configuration =
			kit_pair(kit, "owner", bln_random_below(random, 2) ? "x" : "y");
	}
	kit_write(kit, BLN_WRITE_REWRITE, actions, count);
	bln_snapshot_destroy(base);
}

static void a_checkpoint_says_what_the_commits_say(void **state)
{
	const uint64_t seed = test_seed(3);
	const int64_t expired_ms = (T0_US - 7 * BLN_US_PER_DAY) / 1000;
	const struct bln_parquet parquet = kit_parquet();
	(void)state;

	for (uint64_t round = 0; round < 12; round++) {
		struct kit kit;
		struct bln_err err = { 0 };
		struct bln_checkpoint_written written;
		size_t counts[2];

		kit_init(&kit);
		bln_random_init(&kit.random, seed + round);
		kit_create(&kit, "owner", "z");
		features_add(&kit);
		for (uint64_t i = 1 + bln_random_below(&kit.random, 12); i > 0; i--)
			random_write(&kit);
		struct bln_snapshot *commits = kit_load_with(&kit, NULL);
		struct bln_checkpoint_spec spec = spec_of(&kit, &parquet);
		assert_ok(bln_log_checkpoint(commits, &spec, &written, &err), &err);
		nothing_is_staged(&kit);

		struct bln_snapshot *checkpoint = kit_load_with(&kit, &parquet);
		assert_int_equal(checkpoint->checkpoint_version, commits->version);
		char **expected = lines_of(&kit, commits, expired_ms, &counts[0]);
		char **found = lines_of(&kit, checkpoint, INT64_MIN, &counts[1]);
		assert_int_equal(counts[0], counts[1]);
		for (size_t i = 0; i < counts[0]; i++)
			assert_string_equal(expected[i], found[i]);
		assert_int_equal(written.actions, counts[0]);
		assert_int_equal(written.files, commits->file_count);
		bln_snapshot_destroy(commits);
		bln_snapshot_destroy(checkpoint);
		kit_clean_up(&kit);
	}
}

static void the_hint_names_the_latest(void **state)
{
	const struct bln_parquet parquet = kit_parquet();
	struct kit kit;
	struct bln_err err = { 0 };
	int64_t version;
	(void)state;

	kit_init(&kit);
	kit_create(&kit, NULL, NULL);
	assert_ok(bln_last_checkpoint_read(&kit.table, &version, &err), &err);
	assert_int_equal(version, -1);
	struct bln_snapshot *old = kit_load_with(&kit, NULL);
	struct bln_action add = kit_add(&kit, "XBT", 1, 2);
	kit_write(&kit, BLN_WRITE_APPEND, &add, 1);
	struct bln_snapshot *now = kit_load_with(&kit, NULL);
	struct bln_checkpoint_spec spec = spec_of(&kit, &parquet);
	struct bln_checkpoint_written written;

	assert_ok(bln_log_checkpoint(now, &spec, &written, &err), &err);
	char expected[128];
	snprintf(expected, sizeof(expected), "{\"version\":1,\"size\":3,\"sizeInBytes\":%d,\"numOfAddFiles\":1}",
		 (int)written.size_bytes);
	assert_string_equal(kit_log(&kit, "_last_checkpoint"), expected);
	/* A writer that was late does not lead readers back. */
	assert_ok(bln_log_checkpoint(old, &spec, NULL, &err), &err);
	assert_string_equal(kit_log(&kit, "_last_checkpoint"), expected);
	/* Nonsense is written over. */
	assert_ok(bln_store_put(kit.store, "silver/t/_delta_log/_last_checkpoint", "{\"version\":\"x\"}", 15, &err),
		  &err);
	assert_ok(bln_last_checkpoint_read(&kit.table, &version, &err), &err);
	assert_int_equal(version, -1);
	assert_ok(bln_log_checkpoint(now, &spec, NULL, &err), &err);
	assert_string_equal(kit_log(&kit, "_last_checkpoint"), expected);
	bln_snapshot_destroy(old);
	bln_snapshot_destroy(now);
	kit_clean_up(&kit);
}

static void checkpoints_are_due_every_tenth_version(void **state)
{
	const struct bln_pair pairs[] = { { .key = bln_slice_of("delta.checkpointInterval"),
					    .value = bln_slice_of("3") } };
	struct bln_pair broken = pairs[0];
	const struct bln_metadata plain = { 0 };
	const struct bln_metadata third = { .configuration = { pairs, 1 } };
	const struct bln_metadata odd = { .configuration = { &broken, 1 } };
	(void)state;

	broken.value = bln_slice_of("0");
	assert_false(bln_checkpoint_is_due(&plain, 0));
	assert_false(bln_checkpoint_is_due(&plain, 9));
	assert_true(bln_checkpoint_is_due(&plain, 10));
	assert_true(bln_checkpoint_is_due(&plain, 200));
	assert_true(bln_checkpoint_is_due(&third, 9));
	assert_false(bln_checkpoint_is_due(&third, 10));
	assert_true(bln_checkpoint_is_due(&odd, 10));
	assert_false(bln_checkpoint_is_due(&odd, 11));
}

static void what_would_be_lost_is_not_written(void **state)
{
	static const struct bln_slice features[] = { { "clustering", 10 }, { "domainMetadata", 14 } };
	const struct bln_parquet parquet = kit_parquet();
	struct kit kit;
	struct bln_err err = { 0 };
	(void)state;

	kit_init(&kit);
	kit_create(&kit, "delta.checkpoint.writeStatsAsStruct", "true");
	struct bln_snapshot *table = kit_load_with(&kit, NULL);
	struct bln_checkpoint_spec spec = spec_of(&kit, &parquet);

	assert_int_equal(bln_log_checkpoint(table, &spec, NULL, &err), BLN_UNSUPPORTED);
	assert_non_null(strstr(err.message, "writeStatsAsStruct"));
	table->metadata.configuration.count = 0;
	table->protocol = (struct bln_protocol){ .reader = 1, .writer = 7, .writer_features = { features, 2 } };
	assert_int_equal(bln_log_checkpoint(table, &spec, NULL, &err), BLN_UNSUPPORTED);
	assert_non_null(strstr(err.message, "'clustering'"));
	table->protocol.writer_features = (struct bln_slices){ features + 1, 1 };
	assert_ok(bln_log_checkpoint(table, &spec, NULL, &err), &err);
	bln_snapshot_destroy(table);
	kit_clean_up(&kit);
}

static void statistics_are_left_out_where_the_table_says_so(void **state)
{
	const struct bln_parquet parquet = kit_parquet();
	struct kit kit;
	struct bln_err err = { 0 };
	(void)state;

	kit_init(&kit);
	kit_create(&kit, "delta.checkpoint.writeStatsAsJson", "false");
	struct bln_action add = kit_add(&kit, "XBT", 1, 2);
	kit_write(&kit, BLN_WRITE_APPEND, &add, 1);
	struct bln_snapshot *table = kit_load_with(&kit, NULL);
	struct bln_checkpoint_spec spec = spec_of(&kit, &parquet);

	assert_ok(bln_log_checkpoint(table, &spec, NULL, &err), &err);
	assert_null(strstr(kit_log(&kit, "00000000000000000001.checkpoint.parquet"), "numRecords"));
	bln_snapshot_destroy(table);
	kit_clean_up(&kit);
}

/* Whatever the store does: the table stays as good as it was, and the next try succeeds. */
static void any_fault_leaves_the_table_good(void **state)
{
	static const char *const kinds[] = { "fail", "lose", "torn", "nospace" };
	const struct bln_parquet parquet = kit_parquet();
	(void)state;

	for (size_t kind = 0; kind < 4; kind++) {
		for (int n = 1; n <= 4; n++) {
			struct kit kit;
			struct bln_err err = { 0 };
			char plan[32];

			kit_init(&kit);
			kit_create(&kit, NULL, NULL);
			struct bln_action add = kit_add(&kit, "XBT", 1, 2);
			kit_write(&kit, BLN_WRITE_APPEND, &add, 1);
			struct bln_snapshot *table = kit_load_with(&kit, NULL);
			struct bln_checkpoint_spec spec = spec_of(&kit, &parquet);
			snprintf(plan, sizeof(plan), "%s@%d", kinds[kind], n);
			kit_store(&kit, plan);
			table->table.store = kit.store;
			enum bln_status status = bln_log_checkpoint(table, &spec, NULL, &err);
			assert_true(status == BLN_OK || status == BLN_IO);
			nothing_is_staged(&kit);
			kit_store(&kit, NULL);
			struct bln_snapshot *now = kit_load_with(&kit, &parquet);
			assert_int_equal(now->version, 1);
			assert_int_equal(now->file_count, 1);
			bln_snapshot_destroy(now);
			table->table.store = kit.store;
			assert_ok(bln_log_checkpoint(table, &spec, NULL, &err), &err);
			bln_snapshot_destroy(table);
			kit_clean_up(&kit);
		}
	}
}

static bool write_it_often(void *context, int self)
{
	const struct bln_parquet parquet = kit_parquet();
	struct kit *kit = context;
	struct bln_checkpoint_spec spec = spec_of(kit, &parquet);
	enum bln_status status = BLN_OK;

	bln_random_init(&kit->random, 100 + (uint64_t)self);
	for (int round = 0; round < 10 && status == BLN_OK; round++) {
		struct bln_snapshot *table = kit_load_with(kit, &parquet);

		status = table->file_count == 3 ? bln_log_checkpoint(table, &spec, NULL, NULL) : BLN_BUG;
		bln_snapshot_destroy(table);
	}
	return status == BLN_OK;
}

static void processes_write_the_same(void **state)
{
	const struct bln_parquet parquet = kit_parquet();
	struct kit kit;
	(void)state;

	kit_init(&kit);
	kit_create(&kit, NULL, NULL);
	for (int i = 0; i < 3; i++) {
		struct bln_action add = kit_add(&kit, "XBT", i, 9);

		kit_write(&kit, BLN_WRITE_APPEND, &add, 1);
	}
	(void)staging(&kit);
	test_processes(4, write_it_often, &kit);
	struct bln_snapshot *table = kit_load_with(&kit, &parquet);
	assert_int_equal(table->checkpoint_version, 3);
	assert_int_equal(table->file_count, 3);
	bln_snapshot_destroy(table);
	nothing_is_staged(&kit);
	kit_clean_up(&kit);
}

static void every_failed_allocation_is_told(void **state)
{
	const struct bln_parquet parquet = kit_parquet();
	enum bln_status status = BLN_NO_MEMORY;
	struct kit kit;
	(void)state;

	kit_init(&kit);
	kit_create(&kit, NULL, NULL);
	struct bln_snapshot *table = kit_load_with(&kit, NULL);
	struct bln_checkpoint_spec spec = spec_of(&kit, &parquet);

	for (uint64_t n = 1; status == BLN_NO_MEMORY; n++) {
		bln_mem_fail_at(n, false);
		status = bln_log_checkpoint(table, &spec, NULL, NULL);
		bln_mem_fail_at(0, false);
		nothing_is_staged(&kit);
	}
	assert_int_equal(status, BLN_OK);
	bln_snapshot_destroy(table);
	kit_clean_up(&kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_checkpoint_says_what_the_commits_say),
		cmocka_unit_test(the_hint_names_the_latest),
		cmocka_unit_test(checkpoints_are_due_every_tenth_version),
		cmocka_unit_test(what_would_be_lost_is_not_written),
		cmocka_unit_test(statistics_are_left_out_where_the_table_says_so),
		cmocka_unit_test(any_fault_leaves_the_table_good),
		cmocka_unit_test(processes_write_the_same),
		cmocka_unit_test(every_failed_allocation_is_told),
	};

	return cmocka_run_group_tests_name("checkpoint", tests, NULL, NULL);
}
