/* What a sql job's commits say besides how far it has read: by which definition its rows were made, and of which tables. */
#include "job/job_test_kit.h"

#include "job/sql/sql.h"

static struct kit *kit;

static const char *const yaml =
	"properties: {base: USD, free: x}\n"
	"jobs:\n"
	"  best: {kind: sql, file: jobs/best.sql, into: silver.best, mode: upsert, key: [k]}\n"
	"  add: {kind: sql, file: jobs/best.sql, into: silver.add, mode: append}\n"
	"  one: {kind: sql, file: jobs/best.sql, into: silver.two, mode: append}\n"
	"  two: {kind: sql, file: jobs/two.sql, into: silver.two, mode: append}\n"
	"  log: {kind: sql, file: jobs/log.sql, into: silver.log, mode: append}\n"
	"  whole: {kind: sql, file: jobs/whole.sql, into: silver.whole, mode: overwrite}\n"
	"  part: {kind: sql, file: jobs/best.sql, into: silver.part, mode: replace, key: [k], slice: [k],\n"
	"         slices: jobs/slices.sql}\n";

static int set_up(void **state)
{
	*state = kit = kit_new(yaml, 1);
	kit_file(kit, "jobs/best.sql", "SELECT k, v FROM changes('bronze.a')");
	kit_file(kit, "jobs/two.sql", "SELECT -k AS k, v FROM changes('bronze.a')");
	kit_file(kit, "jobs/log.sql", "SELECT count(*) AS n FROM bronze.a");
	kit_file(kit, "jobs/whole.sql", "SELECT sum(v) AS v FROM bronze.a");
	kit_file(kit, "jobs/slices.sql", "SELECT DISTINCT k FROM changes('bronze.a')");
	kit_append(kit, "bronze.a", "SELECT i AS k, 0 AS v FROM range(10) t(i)");
	return 0;
}

static struct bln_job *job_of(const char *name)
{
	return (struct bln_job *)bln_project_job(kit->project, name);
}

/* The note lies in the context's arena, which is the kit's. */
static struct bln_job_result run_with_note(const char *name, const char *note)
{
	struct bln_job_result result = kit_run(kit, name);

	assert_false(result.is_idle);
	assert_non_null(result.note);
	assert_says(result.note, note);
	return result;
}

static void other_sql_makes_everything_again(void **state)
{
	int64_t before;
	(void)state;

	assert_null(kit_run(kit, "best").note);
	before = kit_txn(kit, "silver.best", "best#sql");
	assert_true(before > 0);
	kit_file(kit, "jobs/best.sql", "SELECT k, 7 AS v FROM changes('bronze.a') WHERE k < 4");
	assert_int_equal(run_with_note("best", "jobs/best.sql or the job's settings changed").rows_out, 4);
	assert_rows(kit, "SELECT k, v FROM silver.best ORDER BY k", "0|7\n1|7\n2|7\n3|7\n");
	assert_true(kit_txn(kit, "silver.best", "best#sql") > before);
	assert_int_equal(kit_txn(kit, "silver.best", "best:bronze.a"), 1);
	assert_true(kit_run(kit, "best").is_idle);
	/* and back */
	kit_file(kit, "jobs/best.sql", "SELECT k, v FROM changes('bronze.a')");
	(void)run_with_note("best", "everything is done again");
	assert_rows(kit, "SELECT v, count(*) FROM silver.best GROUP BY v", "0|10\n");
	kit_append(kit, "bronze.a", "SELECT 1::BIGINT AS k, 1 AS v");
	assert_int_equal(kit_run(kit, "best").rows_in, 1);
	/* a job that reads tables as they are does as it always does */
	(void)kit_run(kit, "whole");
	kit_file(kit, "jobs/whole.sql", "SELECT count(v) AS v FROM bronze.a");
	assert_false(kit_run(kit, "whole").is_idle);
	assert_rows(kit, "SELECT v FROM silver.whole", "11\n");
	assert_true(kit_run(kit, "whole").is_idle);
}

/* What nobody can see in the output makes nothing again. */
static void comments_and_white_space_change_nothing(void **state)
{
	static const char *const same[] = {
		"SELECT k, v  FROM\n\tchanges('bronze.a') ; \n",
		"-- says what it does; with an 'apostrophe\nSELECT k, v FROM changes('bronze.a')",
		"/* one /* in the other */ */ SELECT k, v FROM/* no space */changes('bronze.a') -- the end",
		"SELECT k,\n-- what it is\nv FROM changes('bronze.a')",
	};
	static const char *const other[] = {
		"SELECT k, v, '  ' AS s FROM changes('bronze.a')",
		"SELECT k, v, '   ' AS s FROM changes('bronze.a')",
		"SELECT k, v, '--  ' AS s FROM changes('bronze.a')",
		"SELECT k, v, '--' AS s FROM changes('bronze.a')",
		"SELECT k, v, $$  /* $$ AS s FROM changes('bronze.a')",
		"SELECT k, v, $$ /* $$ AS s FROM changes('bronze.a')",
		"SELECT k, v, $a$ $$  $a$ AS s FROM changes('bronze.a')",
		"SELECT k, v, $a$ $$ $a$ AS s FROM changes('bronze.a')",
		"SELECT k, v, e'\\'  ' AS s FROM changes('bronze.a')",
		"SELECT k, v, e'\\' ' AS s FROM changes('bronze.a')",
		"SELECT k, v FROM changes('bronze.a') AS \"a  b\"",
		"SELECT k, v FROM changes('bronze.a') AS \"a b\"",
		"SELECT k, v, 'it''s  ' AS s FROM changes('bronze.a')",
		"SELECT k, v, 'it''s ' AS s FROM changes('bronze.a')",
	};
	(void)state;

	(void)kit_run(kit, "best");
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		kit_file(kit, "jobs/best.sql", same[i]);
		assert_true(kit_run(kit, "best").is_idle);
	}
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		kit_file(kit, "jobs/best.sql", other[i]);
		assert_false(kit_run(kit, "best").is_idle);
		assert_true(kit_run(kit, "best").is_idle);
	}
}

static void settings_count_and_so_do_properties_that_are_named(void **state)
{
	struct bln_property *items = kit->project->properties.items;
	struct bln_property given[2];
	(void)state;

	kit_file(kit, "jobs/best.sql",
		 "SELECT k, v, '${run:base}' AS base, getvariable('free') AS free FROM changes('bronze.a')");
	(void)kit_run(kit, "best");
	/* those of one run */
	memcpy(given, items, sizeof(given));
	given[0].text = "EUR";
	given[1].text = "y";
	kit->properties.items = given;
	assert_true(kit_run(kit, "best").is_idle);
	kit->properties.items = items;
	/* those of all */
	items[0].text = "CHF";
	(void)run_with_note("best", "everything is done again");
	assert_rows(kit, "SELECT DISTINCT base FROM silver.best", "CHF\n");
	items[1].text = "z";
	(void)run_with_note("best", "everything is done again");
	assert_rows(kit, "SELECT DISTINCT free FROM silver.best", "z\n");
	kit_file(kit, "jobs/best.sql", "SELECT k, v, getvariable('free') AS free FROM changes('bronze.a')");
	(void)run_with_note("best", "everything is done again");
	items[0].text = "GBP"; /* which nothing names any more */
	assert_true(kit_run(kit, "best").is_idle);
	/* the mode, the key, the parts */
	job_of("best")->mode = BLN_JOB_REPLACE;
	(void)run_with_note("best", "everything is done again");
	job_of("best")->key = (struct bln_setting_list)KIT_LIST("v");
	(void)run_with_note("best", "everything is done again");
	kit_file(kit, "jobs/best.sql", "SELECT k, v FROM changes('bronze.a')");
	(void)kit_run(kit, "part");
	kit_file(kit, "jobs/slices.sql", "SELECT DISTINCT k FROM changes('bronze.a') WHERE k > 5");
	(void)run_with_note("part", "everything is done again");
	assert_rows(kit, "SELECT min(k), count(*) FROM silver.part", "6|4\n");
}

/* Rows that were added cannot be told from those that are to be. */
static void appended_rows_are_for_people_to_decide(void **state)
{
	(void)state;
	(void)kit_run(kit, "add");
	kit_file(kit, "jobs/best.sql", "SELECT k, v + 1 AS v FROM changes('bronze.a')");
	kit_fails(kit, "add", BLN_INVALID,
		  "silver.add has rows that were made before (mode append): run the job with --full");
	kit_append(kit, "bronze.a", "SELECT 1::BIGINT AS k, 1 AS v");
	kit_fails(kit, "add", BLN_INVALID, "--full");
	assert_rows(kit, "SELECT v, count(*) FROM silver.add GROUP BY v", "0|10\n");
	(void)kit_run_full(kit, "add");
	assert_rows(kit, "SELECT v, count(*) FROM silver.add GROUP BY v ORDER BY v", "1|10\n2|1\n");
	assert_true(kit_run(kit, "add").is_idle);
	/* a table that others add to as well cannot be made again by one of them */
	(void)kit_run(kit, "one");
	(void)kit_run(kit, "two");
	kit_file(kit, "jobs/two.sql", "SELECT -k - 1 AS k, v FROM changes('bronze.a')");
	(void)run_with_note("two", "what it made before stays");
	assert_true(kit_run(kit, "two").is_idle);
	assert_rows(kit, "SELECT count(*) FROM silver.two", "22\n");
	/* each run of which adds what there is then */
	(void)kit_run(kit, "log");
	kit_file(kit, "jobs/log.sql", "SELECT 2 * count(*) AS n FROM bronze.a");
	assert_false(kit_run(kit, "log").is_idle);
	assert_true(kit_run(kit, "log").is_idle);
	assert_rows(kit, "SELECT n FROM silver.log ORDER BY n", "11\n22\n");
}

/* Tables that an earlier version wrote say how far was read, and no more: nothing is done again for that. */
static void what_is_not_known_is_noted(void **state)
{
	(void)state;
	kit_append(kit, "silver.best", "SELECT 0::BIGINT AS k, 5 AS v");
	kit_commit(kit, "silver.best", "{\"txn\":{\"appId\":\"best:bronze.a\",\"version\":1}}\n");
	kit_file(kit, "jobs/best.sql", "SELECT k, 6 AS v FROM changes('bronze.a')");
	assert_true(kit_run(kit, "best").is_idle);
	assert_int_equal(kit_version(kit, "silver.best"), 3);
	assert_true(kit_txn(kit, "silver.best", "best#sql") > 0);
	assert_true(kit_txn(kit, "silver.best", "best#id:bronze.a") > 0);
	assert_rows(kit, "SELECT k, v FROM silver.best", "0|5\n");
	assert_true(kit_run(kit, "best").is_idle);
	assert_int_equal(kit_version(kit, "silver.best"), 3);
	kit_file(kit, "jobs/best.sql", "SELECT k, 7 AS v FROM changes('bronze.a')");
	(void)run_with_note("best", "everything is done again");
	assert_rows(kit, "SELECT v, count(*) FROM silver.best GROUP BY v", "7|10\n");
}

/* --- Which table it is. --- */

static void a_table_that_was_made_anew_is_said(void **state)
{
	(void)state;
	(void)kit_run(kit, "best");
	(void)kit_run(kit, "whole");
	test_folder_remove(kit_path(kit, "lake/bronze/a"));
	kit_append(kit, "bronze.a", "SELECT 1::BIGINT AS k, 3 AS v");
	assert_int_equal(kit_version(kit, "bronze.a"), 1); /* as before */
	kit_fails(kit, "best", BLN_NOT_FOUND, "bronze.a is not the table that this job has read up to version 1");
	kit_append(kit, "bronze.a", "SELECT 2::BIGINT AS k, 3 AS v");
	kit_fails(kit, "best", BLN_NOT_FOUND, "and one made in its place; run the job with --full");
	assert_rows(kit, "SELECT v, count(*) FROM silver.best GROUP BY v", "0|10\n");
	(void)kit_run_full(kit, "best");
	assert_rows(kit, "SELECT k, v FROM silver.best ORDER BY k", "1|3\n2|3\n");
	assert_true(kit_run(kit, "best").is_idle);
	kit_append(kit, "bronze.a", "SELECT 3::BIGINT AS k, 3 AS v");
	assert_int_equal(kit_run(kit, "best").rows_in, 1);
	/* who reads a table as it is does so, whatever its version */
	test_folder_remove(kit_path(kit, "lake/bronze/a"));
	kit_append(kit, "bronze.a", "SELECT 1::BIGINT AS k, 4 AS v");
	assert_int_equal(kit_version(kit, "bronze.a"), 1);
	assert_false(kit_run(kit, "whole").is_idle);
	assert_rows(kit, "SELECT v FROM silver.whole", "4\n");
	assert_true(kit_run(kit, "whole").is_idle);
}

/* Some writers give a table another id with a new schema. */
static void a_table_that_got_another_id_is_the_same(void **state)
{
	(void)state;
	(void)kit_run(kit, "best");
	kit_commit(kit, "bronze.a",
		   KIT_METADATA("another", KIT_FIELD("k", "long", true) "," KIT_FIELD("v", "integer", true)));
	assert_true(kit_run(kit, "best").is_idle);
	kit_append(kit, "bronze.a", "SELECT 20::BIGINT AS k, 3 AS v");
	assert_int_equal(kit_run(kit, "best").rows_in, 1);
	assert_rows(kit, "SELECT v, count(*) FROM silver.best GROUP BY v ORDER BY v", "0|10\n3|1\n");
}

/* Commits without rows for the job do not hold what is behind its marker for ever. */
static void a_marker_follows_commits_without_rows(void **state)
{
	(void)state;
	(void)kit_run(kit, "best");
	for (int i = 0; i < 99; i++)
		kit_commit(kit, "bronze.a", "{\"txn\":{\"appId\":\"somebody\",\"version\":1}}\n");
	assert_true(kit_run(kit, "best").is_idle);
	assert_int_equal(kit_txn(kit, "silver.best", "best:bronze.a"), 1);
	kit_commit(kit, "bronze.a", "{\"txn\":{\"appId\":\"somebody\",\"version\":1}}\n");
	assert_true(kit_run(kit, "best").is_idle);
	assert_int_equal(kit_txn(kit, "silver.best", "best:bronze.a"), 101);
	assert_rows(kit, "SELECT v, count(*) FROM silver.best GROUP BY v", "0|10\n");
	assert_int_equal(kit_version(kit, "silver.best"), 2);
	assert_true(kit_run(kit, "best").is_idle);
	assert_int_equal(kit_version(kit, "silver.best"), 2);
}

/* Which table is read may be the run's to say. What --full overwrote of another table is read again when its turn comes. */
static void full_forgets_the_tables_that_it_does_not_read(void **state)
{
	struct bln_property given = { .name = "from", .text = "bronze.a" };
	(void)state;

	kit->properties.items = &given;
	kit->properties.count = 1;
	kit_file(kit, "jobs/best.sql", "SELECT k, v FROM changes('${run:from}')");
	kit_append(kit, "bronze.b", "SELECT 100::BIGINT AS k, 0 AS v");
	(void)kit_run(kit, "add");
	given.text = "bronze.b";
	assert_int_equal(kit_run(kit, "add").rows_in, 1);
	given.text = "bronze.a";
	assert_true(kit_run(kit, "add").is_idle);
	assert_rows(kit, "SELECT count(*), max(k) FROM silver.add", "11|100\n");
	assert_int_equal(kit_run_full(kit, "add").rows_in, 10);
	assert_rows(kit, "SELECT count(*), max(k) FROM silver.add", "10|9\n");
	given.text = "bronze.b";
	assert_int_equal(kit_run(kit, "add").rows_in, 1);
	assert_rows(kit, "SELECT count(*), max(k) FROM silver.add", "11|100\n");
	assert_true(kit_run(kit, "add").is_idle);
	kit->properties = kit->project->properties;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(other_sql_makes_everything_again),
		kit_test(comments_and_white_space_change_nothing),
		kit_test(settings_count_and_so_do_properties_that_are_named),
		kit_test(full_forgets_the_tables_that_it_does_not_read),
		kit_test(appended_rows_are_for_people_to_decide),
		kit_test(what_is_not_known_is_noted),
		kit_test(a_table_that_was_made_anew_is_said),
		kit_test(a_table_that_got_another_id_is_the_same),
		kit_test(a_marker_follows_commits_without_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
