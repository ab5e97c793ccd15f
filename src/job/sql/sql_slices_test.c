/* Sql jobs cut into parts: with and without slices the same rows come of it, run by run or all at once; and what existing()
 * shows. */
#include "job/job_test_kit.h"

static struct kit *kit;
static uint64_t seed;

static const char *const yaml =
	"jobs:\n"
	"  plain: {kind: sql, file: jobs/best.sql, into: silver.plain, mode: upsert, key: [s, n, k]}\n"
	"  cut: {kind: sql, file: jobs/best.sql, into: silver.cut, mode: upsert, key: [s, n, k], slice: [s, n],\n"
	"        partition_by: [s]}\n"
	"  mixed: {kind: sql, file: jobs/best.sql, into: silver.mixed, mode: upsert, key: [s, n, k], slice: [n]}\n"
	"  both: {kind: sql, file: jobs/both.sql, into: silver.both, mode: append, slice: [s]}\n"
	"  wrong: {kind: sql, file: jobs/wrong.sql, into: silver.wrong, mode: append, slice: [s]}\n"
	"  said: {kind: sql, file: jobs/said.sql, into: silver.said, mode: replace, key: [s], slice: [s],\n"
	"         slices: jobs/said_slices.sql}\n"
	"  weighed: {kind: sql, file: jobs/weighed.sql, into: silver.weighed, mode: replace, key: [s], slice: [s],\n"
	"            slices: jobs/weighed_slices.sql}\n"
	"  seen: {kind: sql, file: jobs/seen.sql, into: silver.seen, mode: upsert, key: [s, k], split_by: [s]}\n"
	"  kinds: {kind: sql, file: jobs/kinds.sql, into: silver.kinds, mode: upsert, key: [k]}\n"
	"  each: {kind: sql, file: jobs/each.sql, into: silver.each, mode: upsert, key: [k], slice: [k]}\n";

static const char best[] = "SELECT s, n, k, v FROM (\n"
			   "  SELECT s, n, k, v FROM changes('bronze.a')\n"
			   "  UNION ALL SELECT s, n, k, v FROM existing('silver.%s'))\n"
			   "QUALIFY row_number() OVER (PARTITION BY s, n, k ORDER BY v DESC) = 1 -- the greatest";

static int set_up(void **state)
{
	*state = kit = kit_new(yaml, seed);
	return 0;
}

static void append_random(void)
{
	static const char *const names[] = { "'XBTUSD'", "'A/B'", "'it''s'", "'\"q\"'", "'ü'", "NULL" };
	struct bln_text sql = { 0 };
	size_t rows = 1 + bln_random_below(&kit->random, 40);
	int64_t low = (int64_t)bln_random_below(&kit->random, 200);

	bln_text_add(&sql, "SELECT CAST(s AS VARCHAR) AS s, CAST(n AS INTEGER) AS n, CAST(k AS BIGINT) AS k, "
			   "CAST(v AS BIGINT) AS v FROM (VALUES ");
	for (size_t i = 0; i < rows; i++) {
		bln_text_add_format(&sql, "%s(%s, ", i ? ", " : "", names[bln_random_below(&kit->random, 6)]);
		if (bln_random_below(&kit->random, 5))
			bln_text_add_format(&sql, "%d, ", (int)bln_random_below(&kit->random, 3));
		else
			bln_text_add(&sql, "NULL, ");
		if (bln_random_below(&kit->random, 15))
			bln_text_add_format(&sql, "%" PRId64 ", ", low + (int64_t)bln_random_below(&kit->random, 30));
		else
			bln_text_add(&sql, "NULL, ");
		bln_text_add_format(&sql, "%d)", (int)bln_random_below(&kit->random, 1000000));
	}
	bln_text_add(&sql, ") t(s, n, k, v)");
	kit_append(kit, "bronze.a", sql.at);
	bln_text_clean_up(&sql);
}

static void run_best(const char *job)
{
	char sql[sizeof(best) + 16];

	snprintf(sql, sizeof(sql), best, job);
	kit_file(kit, "jobs/best.sql", sql);
	(void)kit_run(kit, job);
}

/* Cut or not, bit by bit or everything at once: one and the same table. */
static void slices_make_no_difference(void **state)
{
	static const char *const jobs[] = { "plain", "cut", "mixed" };
	const char *wanted = "SELECT count(*) FROM (SELECT s, n, k, max(v) AS v FROM bronze.a GROUP BY 1, 2, 3)";
	char sql[512];
	char rows[32];
	(void)state;

	for (size_t i = 0; i < 3; i++) { /* of a table that is not there, existing() would not know the columns */
		snprintf(sql, sizeof(sql), "silver.%s", jobs[i]);
		kit_append(kit, sql, "SELECT '' AS s, 0::INTEGER AS n, 0::BIGINT AS k, 0::BIGINT AS v WHERE false");
	}
	for (int round = 0; round < 6; round++) {
		for (size_t n = 1 + bln_random_below(&kit->random, 2); n; n--)
			append_random();
		kit->context.is_full = round == 5;
		for (size_t i = 0; i < 3; i++) {
			run_best(jobs[i]);
			snprintf(sql, sizeof(sql),
				 "SELECT count(*) FROM ((SELECT s, n, k, max(v) FROM bronze.a GROUP BY 1, 2, 3) "
				 "EXCEPT SELECT s, n, k, v FROM silver.%s)",
				 jobs[i]);
			assert_rows(kit, sql, "0\n");
			snprintf(rows, sizeof(rows), "%s", kit_rows(kit, wanted));
			snprintf(sql, sizeof(sql), "SELECT count(*) FROM silver.%s", jobs[i]);
			assert_rows(kit, sql, rows);
		}
	}
	kit->context.is_full = false;
}

/* More parts than go together: several groups, each with its own slices. */
static void there_are_more_parts_than_a_group_takes(void **state)
{
	struct bln_job_result result;
	(void)state;

	kit_append(kit, "bronze.a", "SELECT i % 5000 AS k, i AS v FROM range(10000) t(i)");
	kit_file(kit, "jobs/each.sql",
		 "SELECT k, sum(v)::BIGINT AS v, len(getvariable('slices')) AS parts, count(*) OVER () AS together "
		 "FROM changes('bronze.a') GROUP BY k");
	result = kit_run(kit, "each");
	assert_int_equal(result.rows_out, 5000);
	assert_rows(
		kit, "SELECT parts, together, count(*), sum(v) FROM silver.each GROUP BY 1, 2 ORDER BY 1 DESC",
		kit_rows(
			kit,
			"SELECT 4096, 4096, count(*), sum(v) FILTER (true) FROM silver.each WHERE parts = 4096 UNION ALL "
			"SELECT 904, 904, count(*), sum(v) FROM silver.each WHERE parts = 904"));
	assert_rows(kit, "SELECT count(*), count(DISTINCT k), sum(v) FROM silver.each", "5000|5000|49995000\n");
	/* the groups' keys lie among each other, so that they meet in the files */
	kit_append(kit, "bronze.a", "SELECT i AS k, 1::BIGINT AS v FROM range(5000) t(i)");
	(void)kit_run(kit, "each");
	assert_rows(kit, "SELECT count(*), count(DISTINCT k), sum(v) FROM silver.each", "5000|5000|5000\n");
}

/* Parts are those of all tables that are followed. */
static void two_tables_are_followed(void **state)
{
	(void)state;
	kit_file(kit, "jobs/both.sql",
		 "SELECT s, v FROM changes('bronze.a') UNION ALL SELECT s, v FROM changes('bronze.b')");
	kit_append(kit, "bronze.a", "SELECT 'x' AS s, 1 AS v");
	kit_append(kit, "bronze.b", "SELECT 'y' AS s, 2 AS v");
	(void)kit_run(kit, "both");
	assert_rows(kit, "SELECT s, v FROM silver.both ORDER BY s", "x|1\ny|2\n");
	kit_append(kit, "bronze.b", "SELECT 'z' AS s, 3 AS v");
	(void)kit_run(kit, "both");
	assert_rows(kit, "SELECT s, v FROM silver.both ORDER BY s", "x|1\ny|2\nz|3\n");
	/* one that has not the column cannot be cut */
	kit_append(kit, "bronze.c", "SELECT 4 AS v");
	kit_file(kit, "jobs/wrong.sql",
		 "SELECT s, v FROM changes('bronze.a') UNION ALL SELECT 'c', v FROM changes('bronze.c')");
	kit_fails(kit, "wrong", BLN_INVALID, "changes('bronze.c') has no column s");
	kit_file(kit, "jobs/wrong.sql", "SELECT s, v FROM bronze.a");
	kit_append(kit, "bronze.a", "SELECT 'x' AS s, 5 AS v");
	kit_fails(kit, "wrong", BLN_INVALID, "`slice` cuts what changes(");
}

/* The job's own SQL says which parts there are; where it says none, there is nothing to do, and what was read is consumed. */
static void the_job_says_its_parts(void **state)
{
	struct bln_job_result result;
	(void)state;

	kit_append(kit, "bronze.a", "SELECT s, 1 AS v FROM (VALUES ('a'), ('b'), ('c')) t(s)");
	kit_file(kit, "jobs/said_slices.sql", "SELECT DISTINCT s FROM changes('bronze.a') WHERE v < 10 -- small ones;");
	kit_file(kit, "jobs/said.sql", "SELECT s, sum(v)::BIGINT AS v, count(*) AS n FROM bronze.a GROUP BY s");
	(void)kit_run(kit, "said");
	assert_rows(kit, "SELECT * FROM silver.said ORDER BY s", "a|1|1\nb|1|1\nc|1|1\n");
	kit_append(kit, "bronze.a", "SELECT 'a' AS s, 2 AS v UNION ALL SELECT 'b', 11");
	(void)kit_run(kit, "said");
	assert_rows(kit, "SELECT * FROM silver.said ORDER BY s", "a|3|2\nb|1|1\nc|1|1\n");
	kit_append(kit, "bronze.a", "SELECT 'c' AS s, 50 AS v");
	result = kit_run(kit, "said");
	assert_int_equal(result.rows_out, 0);
	assert_rows(kit, "SELECT * FROM silver.said ORDER BY s", "a|3|2\nb|1|1\nc|1|1\n");
	assert_true(kit_run(kit, "said").is_idle);
}

/* existing() is as much of the job's table as can have the keys of the changes. */
static void existing_is_what_the_changes_can_meet(void **state)
{
	(void)state;
	kit_file(
		kit, "jobs/seen.sql",
		"SELECT DISTINCT c.s, c.k, (SELECT count(*) FROM existing('silver.seen')) AS seen FROM changes('bronze.a') c");
	kit_append(kit, "bronze.a", "SELECT 's' AS s, 0::BIGINT AS k WHERE false");
	kit_append(kit, "silver.seen", "SELECT 's' AS s, 0::BIGINT AS k, 0::BIGINT AS seen WHERE false");
	for (int i = 0; i < 3; i++) {
		char sql[128];

		snprintf(sql, sizeof(sql), "SELECT 's' AS s, i AS k FROM range(%d, %d) t(i)", i * 100, i * 100 + 100);
		kit_append(kit, "bronze.a", sql);
		(void)kit_run(kit, "seen");
	}
	/* each came behind all before: none of it was looked at */
	assert_rows(kit, "SELECT seen, count(*) FROM silver.seen GROUP BY 1", "0|300\n");
	kit_append(kit, "bronze.a", "SELECT 's' AS s, 150::BIGINT AS k");
	(void)kit_run(kit, "seen");
	assert_rows(kit, "SELECT seen, count(*) FROM silver.seen GROUP BY 1 ORDER BY 1", "0|299\n100|1\n");
	/* a null is in no range: everything is looked at */
	kit_append(kit, "bronze.a", "SELECT 's' AS s, NULL::BIGINT AS k UNION ALL SELECT 's', 1000");
	(void)kit_run(kit, "seen");
	assert_rows(kit, "SELECT seen, count(*) FROM silver.seen GROUP BY 1 ORDER BY 1", "0|299\n100|1\n300|2\n");
	/* with --full nothing is there yet */
	(void)kit_run_full(kit, "seen");
	assert_rows(kit, "SELECT seen, count(*) FROM silver.seen GROUP BY 1 ORDER BY 1", "0|302\n");
}

/* Where tables have the key's column in different types, there is no range of it. */
static void keys_of_two_types_bound_nothing(void **state)
{
	(void)state;
	kit_file(kit, "jobs/kinds.sql",
		 "SELECT CAST(k AS VARCHAR) AS k, (SELECT count(*) FROM existing('silver.kinds')) AS seen "
		 "FROM (SELECT CAST(k AS VARCHAR) AS k FROM changes('bronze.a') UNION SELECT CAST(k AS VARCHAR) FROM "
		 "changes('bronze.b'))");
	kit_append(kit, "silver.kinds", "SELECT 'x' AS k, 0::BIGINT AS seen");
	kit_append(kit, "bronze.a", "SELECT 'y' AS k");
	kit_append(kit, "bronze.b", "SELECT 5::BIGINT AS k");
	(void)kit_run(kit, "kinds");
	assert_rows(kit, "SELECT * FROM silver.kinds ORDER BY k", "5|1\nx|0\ny|1\n");
}

/* What `slices` says of a part decides how many are worked on at once. */
static void heavy_parts_are_worked_on_one_by_one(void **state)
{
	(void)state;

	kit_append(kit, "bronze.a", "SELECT * FROM (VALUES ('a', 600000), ('b', 600000), ('c', 1), ('d', 2)) t(s, v)");
	kit_file(kit, "jobs/weighed_slices.sql", "SELECT s, v AS \"rows\" FROM changes('bronze.a') -- each");
	kit_file(kit, "jobs/weighed.sql", "SELECT s, len(getvariable('slices'))::BIGINT AS n FROM bronze.a");
	(void)kit_run(kit, "weighed");
	assert_rows(kit, "SELECT * FROM silver.weighed ORDER BY s", "a|1\nb|3\nc|3\nd|3\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(slices_make_no_difference),
		kit_test(there_are_more_parts_than_a_group_takes),
		kit_test(two_tables_are_followed),
		kit_test(the_job_says_its_parts),
		kit_test(existing_is_what_the_changes_can_meet),
		kit_test(keys_of_two_types_bound_nothing),
		kit_test(heavy_parts_are_worked_on_one_by_one),
	};

	seed = test_seed(1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
