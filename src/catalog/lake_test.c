#include "base/folder_test_kit.h"

#include "base/mem.h"
#include "catalog/lake.h"

enum { PATH_SIZE = 512 };

#define PROTOCOL "{\"protocol\":{\"minReaderVersion\":1,\"minWriterVersion\":2}}\n"
#define METADATA                                                                                                                   \
	"{\"metaData\":{\"id\":\"m\",\"format\":{\"provider\":\"parquet\",\"options\":{}},\"schemaString\":\"{\\\"type\\\":"       \
	"\\\"struct\\\",\\\"fields\\\":[{\\\"name\\\":\\\"c\\\",\\\"type\\\":\\\"long\\\",\\\"nullable\\\":true,\\\"metadata\\\":" \
	"{}}]}\",\"partitionColumns\":[],\"configuration\":{}}}\n"

static char folder[64];
static struct bln_lake lake;
static struct bln_arena arena;
static struct bln_err err;

static int set_up(void **state)
{
	(void)state;
	test_folder_make(folder, sizeof(folder), "lake");
	assert_ok(bln_lake_open(folder, &(struct bln_store_options){ .faults = "" }, NULL, &lake, &err), &err);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	bln_lake_close(&lake);
	bln_lake_close(&lake); /* of { 0 } */
	bln_arena_clean_up(&arena);
	test_folder_remove(folder);
	return 0;
}

static void put(const char *key, const char *text)
{
	assert_ok(bln_store_put(lake.store, key, text, strlen(text), &err), &err);
}

/* A table with VERSIONS commits. */
static void table_make(const char *place, int versions)
{
	char key[PATH_SIZE];

	for (int i = 0; i < versions; i++) {
		snprintf(key, sizeof(key), "%s/_delta_log/%020d.json", place, i);
		put(key, i ? "{\"txn\":{\"appId\":\"a\",\"version\":1}}\n" : PROTOCOL METADATA);
	}
}

static void assert_fails(enum bln_status status, enum bln_status wanted, const char *text)
{
	assert_int_equal(status, wanted);
	assert_says(err.message, text);
}

static void names(void **state)
{
	static const char *const good[] = { "a.b", "silver.cryptos", "_._", "A1.b_2",
					    "a234567890123456789012345678901234567890123456789012345678901234.b" };
	static const char *const bad[] = {
		"",	  "a",	    ".",
		"a.",	  ".b",	    "a.b.c",
		"1a.b",	  "a.1b",   "a-b.c",
		"a.b/c",  "../a.b", "a. b",
		"ü.b",	  "a.b\n",  "a2345678901234567890123456789012345678901234567890123456789012345.b",
		"a.\xff",
	};
	struct bln_table table;
	(void)state;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_ok(bln_table_name_check(bln_slice_of(good[i]), &err), &err);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_fails(bln_table_name_check(bln_slice_of(bad[i]), &err), BLN_INVALID, "is no table's name");
		assert_int_equal(bln_lake_table(&lake, bad[i], &arena, &table, NULL), BLN_INVALID);
	}
	assert_int_equal(bln_table_name_check((struct bln_slice){ "a.b\0", 4 }, NULL), BLN_INVALID);
	assert_ok(bln_lake_table(&lake, "silver.cryptos", &arena, &table, &err), &err);
	assert_string_equal(table.prefix, "silver/cryptos");
	assert_ptr_equal(table.store, lake.store);
}

static void tables_are_what_lies_there(void **state)
{
	static const char *const wanted[] = { "bronze.a", "bronze.b", "silver.Z", "silver.a" };
	const char *const *found;
	size_t count;
	(void)state;

	assert_ok(bln_lake_tables(&lake, &arena, &found, &count, &err), &err);
	assert_int_equal(count, 0);
	table_make("silver/a", 1);
	table_make("bronze/b", 1);
	table_make("silver/Z", 1);
	table_make("bronze/a", 12);
	table_make("loose", 1); /* one level too high, one too deep, names that are none */
	table_make("gold/deep/er", 1);
	table_make("gold/no-name", 1);
	table_make("1/a", 1);
	put("gold/empty/data.parquet", "x");
	put("gold/file", "x");
	put("readme", "x");
	assert_ok(bln_lake_tables(&lake, &arena, &found, &count, &err), &err);
	assert_int_equal(count, 4);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(found[i], wanted[i]);
}

static void a_table_that_is_not_there(void **state)
{
	struct bln_snapshot *snapshot = NULL;
	(void)state;

	assert_fails(bln_lake_snapshot(&lake, "silver.cryptos", BLN_VERSION_LATEST, &snapshot, &err), BLN_NOT_FOUND,
		     "there is no table silver.cryptos: the lake is empty");
	table_make("silver/cryptos", 3);
	assert_fails(bln_lake_snapshot(&lake, "silver.crypto", BLN_VERSION_LATEST, &snapshot, &err), BLN_NOT_FOUND,
		     "there is no table silver.crypto; did you mean silver.cryptos?");
	assert_fails(bln_lake_snapshot(&lake, "gold.something", BLN_VERSION_LATEST, &snapshot, &err), BLN_NOT_FOUND,
		     "`bullion table list`");
	/* no such version is something else */
	assert_fails(bln_lake_snapshot(&lake, "silver.cryptos", 7, &snapshot, &err), BLN_NOT_FOUND,
		     "silver.cryptos has no version 7");
	assert_null(strstr(err.message, "no table"));
	assert_fails(bln_lake_snapshot(&lake, "no name", BLN_VERSION_LATEST, &snapshot, &err), BLN_INVALID, "no name");
	assert_null(snapshot);
	assert_ok(bln_lake_snapshot(&lake, "silver.cryptos", BLN_VERSION_LATEST, &snapshot, &err), &err);
	assert_int_equal(snapshot->version, 2);
	bln_snapshot_destroy(snapshot);
	assert_ok(bln_lake_snapshot(&lake, "silver.cryptos", 1, &snapshot, &err), &err);
	assert_int_equal(snapshot->version, 1);
	bln_snapshot_destroy(snapshot);
}

/* "Not there" is a table without a log: one whose log is damaged is never taken for it. */
static void a_damaged_log_is_no_missing_table(void **state)
{
	struct bln_snapshot *snapshot = NULL;
	(void)state;

	assert_ok(bln_lake_snapshot_if_any(&lake, "silver.a", &snapshot, &err), &err);
	assert_null(snapshot);
	put("silver/a/data.parquet", "x");
	assert_ok(bln_lake_snapshot_if_any(&lake, "silver.a", &snapshot, &err), &err);
	assert_null(snapshot);
	put("silver/a/_delta_log/00000000000000000003.json", PROTOCOL METADATA); /* 0 to 2 are gone */
	assert_int_not_equal(bln_lake_snapshot_if_any(&lake, "silver.a", &snapshot, &err), BLN_OK);
	assert_memory_equal(err.message, "silver.a: ", 10);
	assert_null(snapshot);
	put("silver/b/_delta_log/00000000000000000000.json", "{\"protocol\":");
	assert_fails(bln_lake_snapshot_if_any(&lake, "silver.b", &snapshot, &err), BLN_CORRUPT, "silver.b: ");
	put("silver/c/_delta_log/notes.txt", "x");
	assert_int_not_equal(bln_lake_snapshot_if_any(&lake, "silver.c", &snapshot, &err), BLN_OK);
	put("silver/d/_delta_log/00000000000000000000.json",
	    "{\"protocol\":{\"minReaderVersion\":9,\"minWriterVersion\":9}}\n" METADATA);
	assert_fails(bln_lake_snapshot_if_any(&lake, "silver.d", &snapshot, &err), BLN_UNSUPPORTED, "silver.d: ");
	assert_null(snapshot);
	table_make("silver/e", 2);
	assert_ok(bln_lake_snapshot_if_any(&lake, "silver.e", &snapshot, &err), &err);
	assert_int_equal(snapshot->version, 1);
	bln_snapshot_destroy(snapshot);
}

static void foreign_tables(void **state)
{
	struct bln_store *store = NULL;
	struct bln_snapshot *snapshot;
	struct bln_table table;
	char url[PATH_SIZE];
	(void)state;

	table_make("anywhere/else", 1);
	snprintf(url, sizeof(url), "file://%s/anywhere/else", folder);
	for (const char *at = url; at; at = at == url ? url + strlen("file://") : NULL) {
		assert_ok(bln_lake_foreign(&lake, at, &store, &table, &err), &err);
		assert_ok(bln_snapshot_load(&table, BLN_VERSION_LATEST, NULL, &snapshot, &err), &err);
		assert_int_equal(snapshot->version, 0);
		bln_snapshot_destroy(snapshot);
		bln_store_close(store);
	}
	store = NULL;
	assert_int_equal(bln_lake_foreign(&lake, "gopher://x/y", &store, &table, &err), BLN_UNSUPPORTED);
	assert_null(store);
}

/* Each call of the store fails once: said, never mistaken for a lake without tables. */
static void a_failing_store_is_no_empty_lake(void **state)
{
	enum bln_status status = BLN_IO;
	(void)state;

	table_make("bronze/a", 1);
	table_make("silver/b", 1);
	for (int n = 1; status != BLN_OK; n++) {
		struct bln_snapshot *snapshot = NULL;
		const char *const *found;
		struct bln_lake failing;
		size_t count = 0;
		char plan[64];

		assert_true(n < 40);
		for (int steps = 0; steps < 2; steps++) {
			snprintf(plan, sizeof(plan), "fail@%d%s", n, steps ? ":listing_next" : "");
			assert_ok(bln_lake_open(folder, &(struct bln_store_options){ .faults = plan }, NULL, &failing,
						&err),
				  &err);
			status = bln_lake_tables(&failing, &arena, &found, &count, &err);
			if (status == BLN_OK)
				assert_int_equal(count, 2);
			else
				assert_fails(status, BLN_IO, "planned fault");
			bln_lake_close(&failing);
			assert_ok(bln_lake_open(folder, &(struct bln_store_options){ .faults = plan }, NULL, &failing,
						&err),
				  &err);
			if (bln_lake_snapshot_if_any(&failing, "silver.b", &snapshot, &err) == BLN_OK)
				assert_non_null(snapshot);
			bln_snapshot_destroy(snapshot);
			bln_lake_close(&failing);
		}
	}
}

static void no_memory(void **state)
{
	enum bln_status status = BLN_NO_MEMORY;
	(void)state;

	table_make("bronze/a", 1);
	for (uint64_t nth = 1; status != BLN_OK; nth++) {
		struct bln_snapshot *snapshot = NULL;
		struct bln_arena own = { 0 };
		const char *const *found;
		size_t count;

		assert_true(nth < 400);
		bln_mem_fail_at(nth, false);
		status = bln_lake_tables(&lake, &own, &found, &count, &err);
		if (status == BLN_OK)
			status = bln_lake_snapshot_if_any(&lake, "bronze.a", &snapshot, &err);
		if (status == BLN_OK) {
			struct bln_snapshot *other = NULL;

			status = bln_lake_snapshot(&lake, "bronze.b", BLN_VERSION_LATEST, &other, &err);
			assert_null(other);
			status = status == BLN_NOT_FOUND ? BLN_OK : status;
		}
		bln_mem_fail_at(0, false);
		assert_true(status == BLN_OK || status == BLN_NO_MEMORY);
		bln_snapshot_destroy(snapshot);
		bln_arena_clean_up(&own);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(names, set_up, tear_down),
		cmocka_unit_test_setup_teardown(tables_are_what_lies_there, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_table_that_is_not_there, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_damaged_log_is_no_missing_table, set_up, tear_down),
		cmocka_unit_test_setup_teardown(foreign_tables, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_failing_store_is_no_empty_lake, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_memory, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
