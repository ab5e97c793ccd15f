#include "delta/write_test_kit.h"

static void a_new_table_is_empty_and_as_asked(void **state)
{
	struct kit kit;
	(void)state;

	kit_init(&kit);
	kit_create(&kit, "delta.enableExpiredLogCleanup", "false");
	struct bln_snapshot *table = kit_load_with(&kit, NULL);

	assert_int_equal(table->version, 0);
	assert_int_equal(table->file_count, 0);
	assert_int_equal(table->protocol.reader, 1);
	assert_int_equal(table->protocol.writer, 2);
	assert_int_equal(table->schema.field_count, 3);
	assert_int_equal(table->metadata.partition_columns.count, 1);
	assert_int_equal(table->metadata.id.length, 36);
	assert_int_equal(table->metadata.created_ms, T0_US / 1000);
	assert_false(bln_metadata_is_on(&table->metadata, "delta.enableExpiredLogCleanup"));
	assert_non_null(bln_pairs_find(table->metadata.configuration, "delta.enableExpiredLogCleanup"));
	bln_snapshot_destroy(table);
	/* commitInfo comes first, on every commit. */
	assert_true(strncmp(kit_log(&kit, "00000000000000000000.json"), "{\"commitInfo\":", 14) == 0);
	kit_clean_up(&kit);
}

static void the_protocol_grows_with_what_is_asked(void **state)
{
	static const char ntz[] =
		"{\"name\":\"a\",\"type\":\"string\"},{\"name\":\"s\",\"type\":{\"type\":\"struct\",\"fields\":"
		"[{\"name\":\"t\",\"type\":\"timestamp_ntz\"}]}}";
	static const struct {
		const char *key, *value, *fields;
		const char *expected;
	} cases[] = {
		{ "delta.appendOnly", "true", NULL, "\"minReaderVersion\":1,\"minWriterVersion\":2}" },
		{ "delta.enableChangeDataFeed", "false", NULL, "\"minReaderVersion\":1,\"minWriterVersion\":2}" },
		{ "delta.enableChangeDataFeed", "true", NULL, "\"minReaderVersion\":1,\"minWriterVersion\":4}" },
		{ "delta.enableInCommitTimestamps", "true", NULL,
		  "\"minReaderVersion\":1,\"minWriterVersion\":7,\"writerFeatures\":[\"appendOnly\",\"invariants\","
		  "\"inCommitTimestamp\"]}" },
		{ "delta.enableChangeDataFeed", "true", ntz,
		  "\"minReaderVersion\":3,\"minWriterVersion\":7,\"readerFeatures\":[\"timestampNtz\"],\"writerFeatures\":["
		  "\"appendOnly\",\"invariants\",\"changeDataFeed\",\"timestampNtz\"]}" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kit kit;

		kit_init(&kit);
		struct bln_schema schema = kit_schema(&kit, cases[i].fields ? cases[i].fields : KIT_FIELDS);
		struct bln_table_spec spec = { .schema = &schema,
					       .configuration = kit_pair(&kit, cases[i].key, cases[i].value),
					       .clock = &kit.clock.clock,
					       .random = &kit.random };
		struct bln_err err = { 0 };

		assert_ok(bln_table_create(&kit.table, &spec, &err), &err);
		char *log = kit_log(&kit, "00000000000000000000.json");
		if (!strstr(log, cases[i].expected))
			fail_msg("%s is not in %s", cases[i].expected, log);
		bln_snapshot_destroy(kit_load_with(&kit, NULL));
		kit_clean_up(&kit);
	}
}

static void what_no_reader_takes_is_refused(void **state)
{
	static const struct bln_slice a[] = { { "a", 1 } }, big_a[] = { { "A", 1 } }, aa[] = { { "a", 1 }, { "a", 1 } };
	static const struct bln_slice ab[] = { { "a", 1 }, { "b", 1 } }, c[] = { { "c", 1 } };
	static const struct {
		const char *fields;
		struct bln_slices columns;
		const char *said;
	} cases[] = {
		{ "", { NULL, 0 }, "without columns" },
		{ "{\"name\":\"\",\"type\":\"long\"}", { NULL, 0 }, "no name" },
		{ "{\"name\":\"a b\",\"type\":\"long\"}", { NULL, 0 }, "'a b'" },
		{ "{\"name\":\"a\",\"type\":\"long\"},{\"name\":\"A\",\"type\":\"long\"}",
		  { NULL, 0 },
		  "at most by capitals" },
		{ "{\"name\":\"s\",\"type\":{\"type\":\"struct\",\"fields\":[{\"name\":\"x=\",\"type\":\"long\"}]}}",
		  { NULL, 0 },
		  "'x='" },
		{ "{\"name\":\"a\",\"type\":\"long\"}", { a, 1 }, "all columns are partition columns" },
		{ "{\"name\":\"a\",\"type\":\"long\"},{\"name\":\"b\",\"type\":\"long\"}",
		  { c, 1 },
		  "'c' is not in the schema" },
		{ "{\"name\":\"a\",\"type\":\"long\"},{\"name\":\"b\",\"type\":\"long\"}",
		  { big_a, 1 },
		  "'A' is not in" },
		{ "{\"name\":\"a\",\"type\":\"long\"},{\"name\":\"b\",\"type\":\"long\"},{\"name\":\"c\",\"type\":\"long\"}",
		  { aa, 2 },
		  "named twice" },
		{ "{\"name\":\"a\",\"type\":\"binary\"},{\"name\":\"b\",\"type\":\"long\"},{\"name\":\"c\",\"type\":\"long\"}",
		  { ab, 2 },
		  "'a' cannot be" },
	};
	struct kit kit;
	(void)state;

	kit_init(&kit);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bln_schema schema = kit_schema(&kit, cases[i].fields);
		struct bln_table_spec spec = { .schema = &schema,
					       .partition_columns = cases[i].columns,
					       .clock = &kit.clock.clock,
					       .random = &kit.random };
		struct bln_err err = { 0 };

		assert_int_equal(bln_table_create(&kit.table, &spec, &err), BLN_INVALID);
		assert_says(err.message, cases[i].said);
	}
	kit_clean_up(&kit);
}

static enum bln_status create(struct kit *kit, struct bln_err *err)
{
	struct bln_schema schema = kit_schema(kit, KIT_FIELDS);
	struct bln_table_spec spec = { .schema = &schema, .clock = &kit->clock.clock, .random = &kit->random };

	return bln_table_create(&kit->table, &spec, err);
}

static void a_table_is_made_once(void **state)
{
	static const char checkpoint[] = "silver/t/_delta_log/00000000000000000010.checkpoint.parquet";
	struct kit kit;
	struct bln_err err = { 0 };
	(void)state;

	kit_init(&kit);
	assert_ok(create(&kit, &err), &err);
	assert_int_equal(create(&kit, &err), BLN_EXISTS);
	assert_non_null(strstr(err.message, "'silver/t'"));
	/* Also where only a checkpoint is left of it. */
	assert_ok(bln_store_put(kit.store, checkpoint, "x", 1, &err), &err);
	assert_ok(bln_store_delete(kit.store, "silver/t/_delta_log/00000000000000000000.json", &err), &err);
	assert_int_equal(create(&kit, &err), BLN_EXISTS);
	kit_clean_up(&kit);
}

/* Whatever the store does at its Nth call: the table is there, once, or can be made at the next try. */
static void any_fault_of_the_store_is_survived(void **state)
{
	static const char *const kinds[] = { "fail", "lose", "torn", "nospace" };
	(void)state;

	for (size_t kind = 0; kind < 4; kind++) {
		for (int n = 1; n <= 6; n++) {
			char plan[32];
			struct kit kit;
			struct bln_err err = { 0 };
			enum bln_status status;

			snprintf(plan, sizeof(plan), "%s@%d", kinds[kind], n);
			kit_init(&kit);
			kit_store(&kit, plan);
			status = create(&kit, &err);
			kit_store(&kit, NULL);
			if (status != BLN_OK)
				assert_ok(create(&kit, &err), &err);
			struct bln_snapshot *table = kit_load_with(&kit, NULL);
			assert_int_equal(table->version, 0);
			bln_snapshot_destroy(table);
			kit_clean_up(&kit);
		}
	}
}

static void every_failed_allocation_is_told(void **state)
{
	enum bln_status status = BLN_NO_MEMORY;
	(void)state;

	for (uint64_t n = 1; status == BLN_NO_MEMORY; n++) {
		struct kit kit;

		kit_init(&kit);
		struct bln_schema schema = kit_schema(&kit, KIT_FIELDS);
		struct bln_table_spec spec = { .schema = &schema, .clock = &kit.clock.clock, .random = &kit.random };

		bln_mem_fail_at(n, true);
		status = bln_table_create(&kit.table, &spec, NULL);
		bln_mem_fail_at(0, false);
		kit_clean_up(&kit);
	}
	assert_int_equal(status, BLN_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_table_is_empty_and_as_asked),
		cmocka_unit_test(the_protocol_grows_with_what_is_asked),
		cmocka_unit_test(what_no_reader_takes_is_refused),
		cmocka_unit_test(a_table_is_made_once),
		cmocka_unit_test(any_fault_of_the_store_is_survived),
		cmocka_unit_test(every_failed_allocation_is_told),
	};

	return cmocka_run_group_tests_name("create", tests, NULL, NULL);
}
