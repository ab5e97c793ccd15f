/* What bullion.yaml says of a table's columns: an empty table to read from before the first row, a contract for all rows. */
#include "job/job_test_kit.h"
#include "job/write/table_look.h"

static struct kit *kit;

static const char *const yaml =
	"tables:\n"
	"  my.best: {columns: {k: bigint, v: double, seen: timestamp}, partition_by: [k]}\n"
	"  my.types: {columns: {a: string, b: varchar, c: text, d: long, e: bigint, f: integer, g: int, h: short, i: smallint,\n"
	"             j: byte, k: tinyint, l: double, m: float, n: real, o: boolean, p: bool, q: date, r: timestamp,\n"
	"             s: timestamptz, t: timestamp_ntz, u: binary, v: blob, w: 'decimal(38,0)', x: 'numeric(10,10)'}}\n"
	"  my.kept: {columns: {k: bigint, v: double}}\n"
	"  my.owned: {columns: {o: string, k: bigint}}\n"
	"  silver.forex: {columns: {symbol: string}}\n"
	"jobs:\n"
	"  best: {kind: sql, file: jobs/best.sql, into: my.best, mode: upsert, key: [k]}\n"
	"  types: {kind: sql, file: jobs/types.sql, into: my.types, mode: append}\n"
	"  kept: {kind: sql, file: jobs/kept.sql, into: my.kept, mode: append}\n"
	"  after: {kind: sql, file: jobs/after.sql, into: silver.after, mode: append}\n"
	"  gold: {kind: sql, file: jobs/gold.sql, into: gold.candles, mode: append, owns: {tpye: crypto}}\n"
	"  own: {kind: sql, file: jobs/own.sql, into: my.own, mode: append, owns: {o: a}}\n"
	"  forex: {kind: sql, file: jobs/kept.sql, into: silver.forex, mode: append}\n";

static int set_up(void **state)
{
	*state = kit = kit_new(yaml, 1);
	kit_append(kit, "bronze.a", "SELECT i AS k, i * 1.5::DOUBLE AS v FROM range(3) t(i)");
	return 0;
}

/* The greatest value of each key, of what is there and what comes. */
static void existing_is_empty_at_first(void **state)
{
	(void)state;
	kit_file(kit, "jobs/best.sql",
		 "SELECT k, max(v) AS v FROM (SELECT k, v FROM changes('bronze.a') UNION ALL\n"
		 "SELECT k, v FROM existing('my.best') WHERE seen IS NULL) GROUP BY k");
	assert_int_equal(kit_run(kit, "best").rows_out, 3);
	assert_rows(kit, "SELECT k, v, seen FROM my.best ORDER BY k", "0|0.0|NULL\n1|1.5|NULL\n2|3.0|NULL\n");
	kit_append(kit, "bronze.a", "SELECT 1::BIGINT AS k, 0.5::DOUBLE AS v UNION ALL SELECT 2, 9");
	(void)kit_run(kit, "best");
	assert_rows(kit, "SELECT k, v FROM my.best ORDER BY k", "0|0.0\n1|1.5\n2|9.0\n");
	(void)kit_run_full(kit, "best");
	assert_rows(kit, "SELECT k, v FROM my.best ORDER BY k", "0|0.0\n1|1.5\n2|9.0\n");
}

static void the_first_row_makes_all_columns(void **state)
{
	struct bln_snapshot *snapshot;
	struct bln_text schema = { 0 };
	(void)state;

	kit_file(kit, "jobs/types.sql", "SELECT 'x' AS a, 1 AS e, '2024-01-01'::TIMESTAMP AS r FROM bronze.a LIMIT 1");
	(void)kit_run(kit, "types");
	snapshot = kit_snapshot(kit, "my.types");
	for (size_t i = 0; i < snapshot->schema.field_count; i++) {
		bln_text_add(&schema, snapshot->schema.fields[i].name);
		bln_text_add(&schema, " ");
		bln_type_format(&snapshot->schema.fields[i].type, &schema); /* with quotes around */
		bln_text_add(&schema, "\n");
	}
	assert_string_equal(schema.at, "a \"string\"\nb \"string\"\nc \"string\"\nd \"long\"\n"
				       "e \"long\"\nf \"integer\"\ng \"integer\"\nh \"short\"\n"
				       "i \"short\"\nj \"byte\"\nk \"byte\"\nl \"double\"\n"
				       "m \"float\"\nn \"float\"\no \"boolean\"\np \"boolean\"\n"
				       "q \"date\"\nr \"timestamp\"\ns \"timestamp\"\nt \"timestamp_ntz\"\n"
				       "u \"binary\"\nv \"binary\"\nw \"decimal(38,0)\"\nx \"decimal(10,10)\"\n");
	bln_text_clean_up(&schema);
	bln_snapshot_destroy(snapshot);
	assert_rows(kit, "SELECT a, e, epoch_us(r) FROM my.types", "x|1|1704067200000000\n");
}

static void other_columns_are_refused(void **state)
{
	static const struct {
		const char *sql;
		const char *message;
	} wrong[] = {
		{ "SELECT k, v, k AS w FROM bronze.a", "'w'" },
		{ "SELECT 'x' AS k, v FROM bronze.a", "k" },
	};
	(void)state;

	for (int made = 0; made < 2; made++) {
		for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
			kit_file(kit, "jobs/kept.sql", wrong[i].sql);
			kit_fails(kit, "kept", BLN_INVALID, wrong[i].message);
		}
		if (!made)
			kit_append(kit, "my.kept", "SELECT 1 AS k, 2.0::DOUBLE AS v");
	}
	assert_rows(kit, "SELECT * FROM my.kept", "1|2.0\n");
}

/* A column that the file says and the table has not comes with the first rows that have it, with the type that is said. */
static void columns_may_be_added_to_the_file(void **state)
{
	struct bln_snapshot *snapshot;
	(void)state;

	kit_append(kit, "my.kept", "SELECT 0::BIGINT AS k WHERE false");
	kit_commit(kit, "my.kept", KIT_METADATA("x", KIT_FIELD("k", "long", true)));
	kit_append(kit, "my.kept", "SELECT 1::BIGINT AS k");
	kit_append(kit, "my.kept", "SELECT 2::BIGINT AS k, 7::INTEGER AS v");
	snapshot = kit_snapshot(kit, "my.kept");
	assert_int_equal(snapshot->schema.field_count, 2);
	assert_int_equal(snapshot->schema.fields[1].type.kind, BLN_TYPE_DOUBLE);
	bln_snapshot_destroy(snapshot);
	assert_rows(kit, "SELECT k, v FROM my.kept ORDER BY k", "1|NULL\n2|7.0\n");
}

static void a_table_keeps_its_types(void **state)
{
	(void)state;
	kit_append(kit, "my.kept", "SELECT 0::BIGINT AS k WHERE false");
	kit_commit(kit, "my.kept", KIT_METADATA("x", KIT_FIELD("k", "string", true)));
	kit_file(kit, "jobs/kept.sql", "SELECT 'a' AS k FROM bronze.a");
	kit_fails(kit, "kept", BLN_INVALID,
		  "bullion.yaml says that column k is BIGINT and not VARCHAR, as it is in the table");
}

/* Others may read a table before it is there. */
static void it_reads_as_empty_for_others(void **state)
{
	(void)state;
	kit_file(kit, "jobs/after.sql", "SELECT k, v, seen FROM changes('my.best')");
	assert_true(kit_run(kit, "after").is_idle);
	kit_file(kit, "jobs/best.sql", "SELECT k, v FROM changes('bronze.a')");
	(void)kit_run(kit, "best");
	assert_int_equal(kit_run(kit, "after").rows_out, 3);
}

static void standard_tables_have_their_own(void **state)
{
	(void)state;
	kit_file(kit, "jobs/kept.sql", "SELECT 'x' AS symbol");
	kit_fails(kit, "forex", BLN_INVALID,
		  "bullion.yaml:9:18: table 'silver.forex': columns: which ones it has is bullion's");
	assert_int_equal(kit_version(kit, "silver.forex"), -1);
}

/* No table is left behind by a job that could never have written into it. */
static void a_mistyped_owns_makes_no_table(void **state)
{
	(void)state;
	kit_file(kit, "jobs/gold.sql", "SELECT 'X' AS symbol, 'crypto' AS type FROM bronze.a WHERE k > 9");
	kit_file(kit, "jobs/own.sql", "SELECT k FROM bronze.a");
	for (int i = 0; i < 2; i++) {
		kit->context.is_full = i;
		kit_fails(kit, "gold", BLN_INVALID,
			  "owns: gold.candles: there is no column 'tpye' in the table; did you mean 'type'?");
		kit_fails(kit, "own", BLN_INVALID, "owns: there is no column 'o' in the table");
	}
	assert_int_equal(kit_version(kit, "gold.candles"), -1);
	assert_int_equal(kit_version(kit, "my.own"), -1);
}

static void no_memory_is_survived(void **state)
{
	(void)state;
	for (uint64_t nth = 1;; nth++) {
		struct bln_standard_table look;
		struct bln_arena arena = { 0 };
		enum bln_status status;

		assert_true(nth < 10);
		bln_mem_fail_at(nth, false);
		status = bln_table_look(kit->context.project, "my.best", &arena, &look, &kit->err);
		bln_mem_fail_at(0, false);
		if (status == BLN_OK)
			assert_int_equal(look.column_count, 3);
		bln_arena_clean_up(&arena);
		if (status == BLN_OK)
			break;
		assert_int_equal(status, BLN_NO_MEMORY);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(existing_is_empty_at_first),	  kit_test(the_first_row_makes_all_columns),
		kit_test(other_columns_are_refused),	  kit_test(columns_may_be_added_to_the_file),
		kit_test(a_table_keeps_its_types),	  kit_test(it_reads_as_empty_for_others),
		kit_test(standard_tables_have_their_own), kit_test(a_mistyped_owns_makes_no_table),
		kit_test(no_memory_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
