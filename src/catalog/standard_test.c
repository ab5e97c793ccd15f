#include "base/base_test.h"

#include "base/mem.h"
#include "catalog/lake.h"
#include "catalog/standard.h"

/* What is promised to everyone who reads a lake: columns in their order, with their types. A change here breaks readers. */
static const struct {
	const char *name;
	const char *columns;
	const char *partition;
	const char *split;
} contract[] = {
	{ "bronze.cryptos",
	  "symbol string, datetime timestamp, open double, high double, low double, close double, volume double, vwap double, "
	  "trades long, frequency string, origin string, base_currency string, type string, source string, source_unit string, "
	  "load_date date, loaded_at timestamp",
	  "load_date", "" },
	{ "bronze.units",
	  "unit string, source string, symbol string, frequency string, from timestamp, to timestamp, rows long, hash string, "
	  "loaded_at timestamp, table_name string, base_currency string, type string, path string, first_datetime timestamp, "
	  "last_datetime timestamp, refused long",
	  "", "" },
	{ "silver.cryptos",
	  "symbol string, base_currency string, type string, datetime timestamp, date date, time string, frequency string, "
	  "year integer, month integer, day integer, open double, high double, low double, close double, volume double, "
	  "vwap double, trades long, origin string, source string, audit_time timestamp",
	  "symbol, year", "frequency" },
	{ "silver.quarantine",
	  "id string, reason string, is_kept boolean, unit string, source string, symbol string, frequency string, path string, "
	  "line long, raw string, loaded_at timestamp, after_datetime timestamp, before_datetime timestamp",
	  "", "" },
	{ "gold.info",
	  "stage string, table string, symbol string, base_currency string, type string, frequency string, "
	  "init_datetime timestamp, end_datetime timestamp, rows long, expected long, confirmed_empty long, missing long",
	  "", "" },
};

static void only_a_class_of_bronze_is_received(void **state)
{
	static const char *const classes[] = { "cryptos", "indices", "forex", "commodities" };
	struct bln_err err = { 0 };
	char name[32];
	(void)state;

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		snprintf(name, sizeof(name), "bronze.%s", classes[i]);
		assert_non_null(bln_standard_type(name));
		assert_ok(bln_standard_check_received(name, &err), &err);
	}
	assert_int_equal(bln_standard_check_received("bronze.units", &err), BLN_INVALID);
	assert_int_equal(bln_standard_check_received("silver.cryptos", &err), BLN_INVALID);
	assert_int_equal(bln_standard_check_received("bronze.indexes", &err), BLN_INVALID);
	assert_non_null(strstr(err.message, "did you mean 'bronze.indices'?"));
	assert_int_equal(bln_standard_check_received("bronze.my_own_table", &err), BLN_INVALID);
	assert_null(strstr(err.message, "did you mean"));
}

static void a_class_has_a_type(void **state)
{
	(void)state;
	assert_string_equal(bln_standard_type("bronze.cryptos"), "crypto");
	assert_string_equal(bln_standard_type("silver.indices"), "index");
	assert_string_equal(bln_standard_type("bronze.forex"), "forex");
	assert_string_equal(bln_standard_type("silver.commodities"), "commodity");
	assert_null(bln_standard_type("bronze.units"));
	assert_null(bln_standard_type("gold.candles"));
	assert_null(bln_standard_type("bronze.other"));
}

static void columns_are_as_promised(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(contract) / sizeof(contract[0]); i++) {
		const struct bln_standard_table *table = bln_standard_find(contract[i].name);
		struct bln_text text = { 0 };
		struct bln_text layout = { 0 };
		struct bln_arena arena = { 0 };
		struct bln_schema schema;
		struct bln_err err = { 0 };

		assert_non_null(table);
		assert_ok(bln_standard_schema(table, &arena, &schema, &err), &err);
		for (size_t j = 0; j < schema.field_count; j++) {
			bln_text_add_format(&text, "%s%s ", j ? ", " : "", schema.fields[j].name);
			bln_type_format(&schema.fields[j].type, &text);
			assert_true(schema.fields[j].is_nullable);
		}
		/* "long" is JSON's text, with its quotes */
		for (char *from = text.at, *to = text.at; from; from++) {
			if (*from != '"')
				*to++ = *from;
			if (*from == '\0')
				break;
		}
		assert_string_equal(text.at, contract[i].columns);
		for (size_t j = 0; j < table->partition.count; j++)
			bln_text_add_format(&layout, "%s%s", j ? ", " : "", table->partition.items[j]);
		assert_string_equal(layout.at ? layout.at : "", contract[i].partition);
		bln_text_clear(&layout);
		for (size_t j = 0; j < table->split.count; j++)
			bln_text_add_format(&layout, "%s%s", j ? ", " : "", table->split.items[j]);
		assert_string_equal(layout.length ? layout.at : "", contract[i].split);
		bln_text_clean_up(&layout);
		bln_text_clean_up(&text);
		bln_arena_clean_up(&arena);
	}
}

static void all_classes_are_alike(void **state)
{
	static const char *const classes[] = { "cryptos", "indices", "forex", "commodities" };
	static const char *const layers[] = { "bronze", "silver" };
	static const char *const others[] = { "silver.restatements", "gold.coverage", "gold.candles" };
	static const char *const none[] = { "gold.cryptos", "bronze.info", "silver.crypto", "silver", "",
					    ".cryptos",	    "silver.",	   "a.b.c" };
	char name[64];
	(void)state;

	for (size_t i = 0; i < 2; i++)
		for (size_t j = 0; j < 4; j++) {
			snprintf(name, sizeof(name), "%s.%s", layers[i], classes[j]);
			assert_non_null(bln_standard_find(name));
			snprintf(name, sizeof(name), "%s.%s", layers[i], classes[0]);
			assert_ptr_equal(bln_standard_find(name), bln_standard_find(name));
		}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_non_null(bln_standard_find(others[i]));
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_null(bln_standard_find(none[i]));
}

/* Of every standard table: its layout names columns that it has, and before it is written it reads as empty. */
static void each_is_whole(void **state)
{
	static const char *const names[] = { "bronze.cryptos",	  "bronze.units",	 "silver.forex",
					     "silver.quarantine", "silver.restatements", "gold.info",
					     "gold.coverage",	  "gold.candles" };
	(void)state;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct bln_standard_table *table = bln_standard_find(names[i]);
		struct bln_snapshot *snapshot;
		struct bln_err err = { 0 };

		assert_ok(bln_standard_empty(table, &snapshot, &err), &err);
		assert_int_equal(snapshot->version, -1);
		assert_int_equal(snapshot->file_count, 0);
		assert_int_equal(snapshot->schema.field_count, table->column_count);
		assert_int_equal(snapshot->metadata.partition_columns.count, table->partition.count);
		for (size_t j = 0; j < table->partition.count; j++)
			assert_non_null(bln_schema_find(&snapshot->schema, bln_slice_of(table->partition.items[j])));
		for (size_t j = 0; j < table->split.count; j++)
			assert_non_null(bln_schema_find(&snapshot->schema, bln_slice_of(table->split.items[j])));
		assert_int_equal(bln_snapshot_txn(snapshot, "x"), -1);
		bln_snapshot_destroy(snapshot);
	}
}

/* commitInfo is in no checkpoint, and the units are there: nobody may clean a bronze table's log up. */
static void bronze_keeps_its_log(void **state)
{
	const struct bln_pair *pair =
		bln_pairs_find(bln_standard_find("bronze.forex")->configuration, "delta.enableExpiredLogCleanup");
	(void)state;

	assert_non_null(pair);
	assert_true(bln_slice_is(pair->value, "false"));
	assert_int_equal(bln_standard_find("silver.forex")->configuration.count, 0);
}

static void no_memory_for_an_empty_one(void **state)
{
	struct bln_snapshot *snapshot = NULL;
	struct bln_err err = { 0 };
	(void)state;

	for (uint64_t nth = 1;; nth++) {
		enum bln_status status;

		assert_true(nth < 50);
		bln_mem_fail_at(nth, false);
		status = bln_standard_empty(bln_standard_find("silver.cryptos"), &snapshot, &err);
		bln_mem_fail_at(0, false);
		bln_snapshot_destroy(snapshot);
		if (status == BLN_OK)
			break;
		assert_int_equal(status, BLN_NO_MEMORY);
		assert_null(snapshot);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_as_promised),
		cmocka_unit_test(only_a_class_of_bronze_is_received),
		cmocka_unit_test(a_class_has_a_type),
		cmocka_unit_test(all_classes_are_alike),
		cmocka_unit_test(each_is_whole),
		cmocka_unit_test(bronze_keeps_its_log),
		cmocka_unit_test(no_memory_for_an_empty_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
