/* The sql job: markers, idle runs, the side output, runs at once, variables, errors. What changes() gives:
 * sql_changes_test.c; slices and existing(): sql_slices_test.c. */
#include "job/job_test_kit.h"

static struct kit *kit;

static const char *const yaml =
	"properties: {base: USD, limit: 5}\n"
	"jobs:\n"
	"  copy: {kind: sql, file: jobs/copy.sql, into: silver.out, mode: append}\n"
	"  again: {kind: sql, file: jobs/copy.sql, into: silver.again, mode: append}\n"
	"  best: {kind: sql, file: jobs/copy.sql, into: silver.best, mode: upsert, key: [k]}\n"
	"  lone: {kind: sql, file: jobs/copy.sql, into: silver.lone, mode: upsert, key: [k]}\n"
	"  also: {kind: sql, file: jobs/also.sql, into: silver.best, mode: upsert, key: [k]}\n"
	"  mine: {kind: sql, file: jobs/mine.sql, into: silver.ours, mode: upsert, key: [o, k], slice: [k], owns: {o: me}}\n"
	"  your: {kind: sql, file: jobs/your.sql, into: silver.ours, mode: append, owns: {o: \"${run:base}\"}}\n"
	"  over: {kind: sql, file: jobs/over.sql, into: silver.ours, mode: overwrite, owns: {o: ~}}\n"
	"  whole: {kind: sql, file: jobs/all.sql, into: silver.whole, mode: overwrite}\n"
	"  parts: {kind: sql, file: jobs/parts.sql, into: silver.parts, mode: overwrite_partitions, partition_by: [k]}\n"
	"  sided: {kind: sql, file: jobs/copy.sql, into: silver.sided, mode: append, side_file: jobs/side.sql,\n"
	"          side_into: silver.side, side_key: [id]}\n"
	"  free: {kind: sql, file: jobs/free.sql, into: silver.free, mode: overwrite}\n";

static int set_up(void **state)
{
	*state = kit = kit_new(yaml, 1);
	kit_file(kit, "jobs/copy.sql", "SELECT k, v FROM changes('bronze.a')");
	kit_file(kit, "jobs/also.sql", "SELECT -k - 1 AS k, v FROM changes('bronze.a')");
	kit_file(kit, "jobs/all.sql", "SELECT k, v FROM bronze.a");
	kit_file(kit, "jobs/parts.sql", "SELECT k, v FROM bronze.a");
	kit_append(kit, "bronze.a", "SELECT i AS k, 0 AS v FROM range(10) t(i)");
	return 0;
}

static void a_run_takes_what_is_new(void **state)
{
	struct bln_job_result result = kit_run(kit, "copy");
	(void)state;

	assert_false(result.is_idle);
	assert_int_equal(result.rows_in, 10);
	assert_int_equal(result.rows_out, 10);
	assert_int_equal(result.version, 1);
	assert_string_equal(result.table, "silver.out");
	assert_int_equal(kit_txn(kit, "silver.out", "copy:bronze.a"), 1);
	/* nothing is new */
	result = kit_run(kit, "copy");
	assert_true(result.is_idle);
	assert_int_equal(result.version, 1);
	assert_int_equal(kit_version(kit, "silver.out"), 1);
	/* two commits at once */
	kit_append(kit, "bronze.a", "SELECT i AS k, 1 AS v FROM range(3) t(i)");
	kit_append(kit, "bronze.a", "SELECT i AS k, 2 AS v FROM range(4) t(i)");
	result = kit_run(kit, "copy");
	assert_int_equal(result.rows_in, 7);
	assert_int_equal(result.rows_out, 7);
	assert_int_equal(kit_txn(kit, "silver.out", "copy:bronze.a"), 3);
	assert_rows(kit, "SELECT v, count(*) FROM silver.out GROUP BY 1 ORDER BY 1", "0|10\n1|3\n2|4\n");
	/* another job has a marker of its own */
	assert_int_equal(kit_run(kit, "again").rows_out, 17);
}

static void all_of_it_once_more(void **state)
{
	(void)state;
	(void)kit_run(kit, "copy");
	kit_append(kit, "bronze.a", "SELECT 1::BIGINT AS k, 1 AS v");
	(void)kit_run_full(kit, "copy");
	assert_rows(kit, "SELECT v, count(*) FROM silver.out GROUP BY 1 ORDER BY 1", "0|10\n1|1\n");
	assert_true(kit_run(kit, "copy").is_idle);
}

/* What is gone from where it came from goes with --full, whatever the mode. */
static void all_of_it_leaves_nothing_else(void **state)
{
	const struct bln_write_spec fewer = { .table = "bronze.a", .mode = BLN_WRITE_ALL };
	(void)state;

	(void)kit_run(kit, "lone");
	(void)kit_run(kit, "parts");
	kit_fill(kit, &fewer, "SELECT i AS k, 0 AS v FROM range(4) t(i)");
	(void)kit_run(kit, "lone");
	assert_rows(kit, "SELECT count(*) FROM silver.lone", "10\n");
	(void)kit_run_full(kit, "lone");
	(void)kit_run_full(kit, "parts");
	assert_rows(kit, "SELECT count(*) FROM silver.lone", "4\n");
	assert_rows(kit, "SELECT count(*) FROM silver.parts", "4\n");
}

/* Two jobs write into one table: all of the one, once more, takes nothing of the other away. */
static void all_of_it_beside_others(void **state)
{
	(void)state;
	(void)kit_run(kit, "best");
	(void)kit_run(kit, "also");
	assert_rows(kit, "SELECT k < 0, count(*) FROM silver.best GROUP BY 1 ORDER BY 1", "false|10\ntrue|10\n");
	assert_says(kit_run_full(kit, "best").note, "rows of silver.best that the job no longer makes stay");
	assert_rows(kit, "SELECT k < 0, count(*) FROM silver.best GROUP BY 1 ORDER BY 1", "false|10\ntrue|10\n");
}

/* The same where the jobs say which rows are theirs: then what one no longer makes goes. */
static void all_of_what_a_job_owns(void **state)
{
	const struct bln_write_spec other = { .table = "bronze.a", .mode = BLN_WRITE_ALL };
	const char *counts = "SELECT o, count(*) FROM silver.ours GROUP BY 1 ORDER BY 1";
	(void)state;

	kit_file(kit, "jobs/mine.sql", "SELECT 'me' AS o, k, v FROM changes('bronze.a')");
	kit_file(kit, "jobs/your.sql", "SELECT 'USD' AS o, k, v FROM changes('bronze.a')");
	kit_file(kit, "jobs/over.sql", "SELECT NULL::VARCHAR AS o, k, v FROM bronze.a");
	(void)kit_run(kit, "mine");
	(void)kit_run(kit, "your");
	(void)kit_run(kit, "over");
	assert_rows(kit, counts, "USD|10\nme|10\nNULL|10\n");
	kit_fill(kit, &other, "SELECT i AS k, 1 AS v FROM range(4) t(i)");
	(void)kit_run(kit, "mine"); /* the changes alone */
	(void)kit_run(kit, "your");
	(void)kit_run(kit, "over");
	assert_rows(kit, counts, "USD|14\nme|10\nNULL|4\n");
	assert_null(kit_run_full(kit, "mine").note);
	assert_rows(kit, counts, "USD|14\nme|4\nNULL|4\n");
	(void)kit_run_full(kit, "your");
	assert_rows(kit, counts, "USD|4\nme|4\nNULL|4\n");
	/* nothing is left to do */
	kit_fill(kit, &other, "SELECT i AS k, 1 AS v FROM range(0) t(i)");
	(void)kit_run_full(kit, "mine");
	assert_rows(kit, counts, "USD|4\nNULL|4\n");
	assert_true(kit_run(kit, "mine").is_idle);
	/* made by another definition: all of it again, or asked for */
	kit_append(kit, "bronze.a", "SELECT i AS k, 2 AS v FROM range(3) t(i)");
	(void)kit_run(kit, "mine");
	(void)kit_run(kit, "your");
	kit_file(kit, "jobs/mine.sql", "SELECT 'me' AS o, k, v FROM changes('bronze.a') WHERE k < 2");
	kit_file(kit, "jobs/your.sql", "SELECT 'USD' AS o, k, v FROM changes('bronze.a') WHERE k < 2");
	(void)kit_run(kit, "mine");
	kit_fails(kit, "your", BLN_INVALID, "run the job with --full, which overwrites its rows");
	(void)kit_run_full(kit, "your");
	assert_rows(kit, counts, "USD|2\nme|2\nNULL|4\n");
	kit_file(kit, "jobs/mine.sql", "SELECT 'you' AS o, k, v FROM changes('bronze.a')");
	kit_fails(kit, "mine", BLN_INVALID,
		  "the query gives a row whose o is 'you', but the job owns those with 'me' only");
	assert_rows(kit, counts, "USD|2\nme|2\nNULL|4\n");
}

static void a_query_without_changes_runs_when_a_table_moved(void **state)
{
	(void)state;
	assert_int_equal(kit_run(kit, "whole").rows_out, 10);
	assert_true(kit_run(kit, "whole").is_idle);
	kit_append(kit, "bronze.a", "SELECT 1::BIGINT AS k, 1 AS v");
	assert_int_equal(kit_run(kit, "whole").rows_out, 11);
	/* one of no table at all runs each time */
	kit_file(kit, "jobs/free.sql", "SELECT 1 AS one;  \n ; \n");
	assert_false(kit_run(kit, "free").is_idle);
	assert_false(kit_run(kit, "free").is_idle);
	assert_rows(kit, "SELECT * FROM silver.free", "1\n");
}

static void partitions_are_replaced(void **state)
{
	(void)state;
	kit_file(
		kit, "jobs/parts.sql",
		"SELECT k, v + (SELECT count(*) FROM bronze.b) AS v FROM bronze.a, (SELECT 1 UNION ALL SELECT n FROM bronze.b) "
		"WHERE k < 3 OR (SELECT count(*) FROM bronze.b) = 0");
	kit_append(kit, "bronze.b", "SELECT 1 AS n WHERE false");
	(void)kit_run(kit, "parts");
	kit_append(kit, "bronze.b", "SELECT 1 AS n");
	(void)kit_run(kit, "parts");
	assert_rows(kit, "SELECT v, count(*), count(DISTINCT k) FROM silver.parts GROUP BY 1 ORDER BY 1",
		    "0|7|7\n1|6|3\n");
}

/* --- What the job cannot know from its marker. --- */

static void a_history_that_is_gone_is_said(void **state)
{
	(void)state;
	(void)kit_run(kit, "copy");
	for (int i = 0; i < 12; i++)
		kit_append(kit, "bronze.a", "SELECT 1::BIGINT AS k, 1 AS v");
	kit->may_have_orphans = true;
	for (int i = 0; i < 10; i++) {
		char name[64];

		snprintf(name, sizeof(name), "_delta_log/%020d.json", i);
		assert_int_equal(unlink(kit_table_path(kit, "bronze.a", name)), 0);
	}
	kit_fails(kit, "copy", BLN_NOT_FOUND, "bronze.a: the history behind version 1");
	assert_says(kit->err.message, "--full");
	assert_int_equal(kit_run_full(kit, "copy").rows_out, 22);
	assert_true(kit_run(kit, "copy").is_idle);
}

/* The lake was put back to what it was, from a copy. */
static void a_table_that_went_back_is_said(void **state)
{
	(void)state;
	kit_append(kit, "bronze.a", "SELECT 1::BIGINT AS k, 1 AS v");
	(void)kit_run(kit, "copy");
	kit->may_have_orphans = true;
	assert_int_equal(unlink(kit_table_path(kit, "bronze.a", "_delta_log/00000000000000000002.json")), 0);
	kit_fails(kit, "copy", BLN_NOT_FOUND, "bronze.a is at version 1, but this job has read version 2");
	(void)kit_run_full(kit, "copy");
	assert_rows(kit, "SELECT v, count(*) FROM silver.out GROUP BY 1", "0|10\n");
}

/* --- Several commits, several runs. --- */

/* The side output is committed first. Is the commit of the rest lost, all is done again, and the side output is the same. */
static void the_side_output_is_there_once(void **state)
{
	(void)state;
	kit_file(kit, "jobs/side.sql", "SELECT 'k' || k AS id, v FROM changes('bronze.a') WHERE k < 4");
	/* what is committed: both tables' creation, the side output, the output */
	kit_lake(kit, "fail@4+:put_if_absent");
	kit->may_have_orphans = true;
	kit_fails(kit, "sided", BLN_IO, "silver.sided");
	kit_lake(kit, NULL);
	assert_rows(kit, "SELECT count(*) FROM silver.side", "4\n");
	assert_rows(kit, "SELECT count(*) FROM silver.sided", "0\n");
	(void)kit_run(kit, "sided");
	assert_rows(kit, "SELECT count(*), count(DISTINCT id) FROM silver.side", "4|4\n");
	assert_rows(kit, "SELECT count(*) FROM silver.sided", "10\n");
	kit_append(kit, "bronze.a", "SELECT i AS k, 1 AS v FROM range(3, 12) t(i)");
	kit_append(kit, "bronze.a", "SELECT -1::BIGINT AS k, 1 AS v");
	(void)kit_run(kit, "sided");
	assert_rows(kit, "SELECT id, v FROM silver.side ORDER BY id", "k-1|1\nk0|0\nk1|0\nk2|0\nk3|0\n");
}

/* While a run waits for its commit, the same job is run once more, to its end. */
static int inner_runs;

static void run_once_more(void *context, int64_t done, int64_t total, const char *unit, const char *what)
{
	struct bln_job_context other = kit->context;
	struct bln_job_result result = { 0 };
	struct bln_err err = { 0 };
	(void)context, (void)done, (void)total, (void)unit, (void)what;

	if (inner_runs-- <= 0)
		return;
	other.engine = NULL;
	other.work = NULL;
	other.spill = NULL;
	other.progress = NULL;
	assert_ok(bln_job_run(&other, bln_project_job(kit->project, "copy"), &result, &err), &err);
	bln_job_result_clean_up(&result);
}

static void two_runs_at_once_write_once(void **state)
{
	(void)state;
	kit->context.progress = run_once_more;
	for (int round = 0; round < 3; round++) { /* the first time neither finds a table */
		inner_runs = 1;
		assert_true(kit_run(kit, "copy").is_idle);
		assert_int_equal(inner_runs, 0);
		kit_append(kit, "bronze.a", "SELECT i AS k, 1 AS v FROM range(5) t(i)");
	}
	kit->context.progress = NULL;
	assert_rows(kit, "SELECT v, count(*) FROM silver.out GROUP BY 1 ORDER BY 1", "0|10\n1|10\n");
	assert_int_equal(kit_run(kit, "copy").rows_out, 5);
}

/* --- What the user writes. --- */

static void properties_are_variables(void **state)
{
	(void)state;
	kit_file(
		kit, "jobs/free.sql",
		"SELECT getvariable('base') AS base, CAST(getvariable('limit') AS INTEGER) AS most, '${run:base}' AS put, "
		"getvariable('nothing') IS NULL AS nothing, '$${run:base}' AS plain -- the end");
	(void)kit_run(kit, "free");
	assert_rows(kit, "SELECT * FROM silver.free", "USD|5|USD|true|${run:base}\n");
}

static void foreign_tables_are_read(void **state)
{
	char sql[256];
	(void)state;

	snprintf(sql, sizeof(sql), "SELECT count(*) AS n FROM delta('%s')", kit_path(kit, "lake/bronze/a"));
	kit_file(kit, "jobs/free.sql", sql);
	assert_false(kit_run(kit, "free").is_idle);
	assert_true(kit_run(kit, "free").is_idle);
	kit_append(kit, "bronze.a", "SELECT 1::BIGINT AS k, 1 AS v");
	assert_false(kit_run(kit, "free").is_idle);
	assert_rows(kit, "SELECT * FROM silver.free", "11\n");
	kit_file(kit, "jobs/free.sql", "SELECT count(*) AS n FROM\n delta('/nowhere')");
	kit_fails(kit, "free", BLN_NOT_FOUND, "jobs/free.sql:2");
}

static void errors_name_the_file_and_the_line(void **state)
{
	static const struct {
		const char *sql;
		enum bln_status status;
		const char *message;
	} wrong[] = {
		{ "SELECT 1,\n  FRM x y z", BLN_INVALID, "jobs/free.sql:2:9: syntax error" },
		{ "SELECT 1; SELECT 2", BLN_INVALID, "jobs/free.sql" },
		{ "DROP TABLE x", BLN_INVALID, "jobs/free.sql" },
		{ "", BLN_INVALID, "jobs/free.sql" },
		{ "SELECT *\nFROM bronze.b", BLN_NOT_FOUND, "jobs/free.sql:2:6: there is no table bronze.b" },
		{ "SELECT *\nFROM changes('silver.free')", BLN_INVALID, "jobs/free.sql:2:6: changes('silver.free')" },
		{ "SELECT *\n\nFROM existing('bronze.a')", BLN_INVALID, "jobs/free.sql:3:6: existing('bronze.a')" },
		{ "SELECT nothing\nFROM bronze.a", BLN_INVALID, "jobs/free.sql:1:8: silver.free: Binder Error" },
		{ "SELECT * FROM existing('silver.free')", BLN_NOT_FOUND, "silver.free is not there yet" },
		{ "SELECT\n '${run:nothing}'", BLN_INVALID, "jobs/free.sql:2: the run has no property 'nothing'" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		kit_file(kit, "jobs/free.sql", wrong[i].sql);
		kit_fails(kit, "free", wrong[i].status, wrong[i].message);
		assert_memory_equal(kit->err.message, "job free: ", 10);
		assert_int_equal(kit_version(kit, "silver.free"), -1);
	}
	assert_int_equal(unlink(kit_path(kit, "jobs/free.sql")), 0);
	kit_fails(kit, "free", BLN_NOT_FOUND, "jobs/free.sql");
	assert_int_equal(mkdir(kit_path(kit, "jobs/free.sql"), 0700), 0);
	kit_fails(kit, "free", BLN_INVALID, "jobs/free.sql is no file");
}

static void no_memory_is_survived(void **state)
{
	enum { DRAWS = 12, ALLOCATIONS = 1500 };
	(void)state;

	for (int i = 0; i < DRAWS; i++) {
		struct bln_job_result result;

		kit_memory_fails(kit, ALLOCATIONS);
		(void)kit_memory_failed(kit, kit_try(kit, "copy", &result));
		bln_job_result_clean_up(&result);
		assert_int_equal(kit_orphans(kit), 0);
	}
	(void)kit_run(kit, "copy");
	assert_rows(kit, "SELECT count(*), count(DISTINCT k) FROM silver.out", "10|10\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(a_run_takes_what_is_new),	  kit_test(all_of_it_once_more),
		kit_test(all_of_it_leaves_nothing_else),  kit_test(all_of_it_beside_others),
		kit_test(all_of_what_a_job_owns),	  kit_test(a_query_without_changes_runs_when_a_table_moved),
		kit_test(partitions_are_replaced),	  kit_test(a_history_that_is_gone_is_said),
		kit_test(a_table_that_went_back_is_said), kit_test(the_side_output_is_there_once),
		kit_test(two_runs_at_once_write_once),	  kit_test(properties_are_variables),
		kit_test(foreign_tables_are_read),	  kit_test(errors_name_the_file_and_the_line),
		kit_test(no_memory_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
