/* What changes() gives: the rows that a table has and had not when the job last ran, however the files came and went. */
#include "job/job_test_kit.h"

static struct kit *kit;
static uint64_t seed;

static const char *const yaml =
	"jobs:\n"
	"  copy: {kind: sql, file: jobs/copy.sql, into: silver.out, mode: append}\n"
	"  cut: {kind: sql, file: jobs/copy.sql, into: silver.cut, mode: append, slice: [k]}\n"
	"  best: {kind: sql, file: jobs/copy.sql, into: silver.best, mode: upsert, key: [k]}\n"
	"  sums: {kind: sql, file: jobs/sums.sql, into: silver.sums, mode: upsert, key: [k]}\n"
	"  said: {kind: sql, file: jobs/said.sql, into: silver.said, mode: append, slice: [k], slices: jobs/slices.sql}\n";

static const char *const key[] = { "k" };
static const struct bln_write_spec upsert = { .table = "bronze.a", .mode = BLN_WRITE_UPSERT, .key = { key, 1 } };
static const struct bln_write_spec overwrite = { .table = "bronze.a", .mode = BLN_WRITE_ALL };

static int set_up(void **state)
{
	*state = kit = kit_new(yaml, seed);
	kit_file(kit, "jobs/copy.sql", "SELECT k, v FROM changes('bronze.a')");
	kit_file(kit, "jobs/sums.sql",
		 "SELECT c.k, coalesce(any_value(e.v), 0) + sum(c.v)::BIGINT AS v FROM changes('bronze.a') c "
		 "LEFT JOIN existing('silver.sums') e ON e.k = c.k GROUP BY c.k");
	kit_file(kit, "jobs/said.sql", "SELECT k, count(*) AS n FROM bronze.a GROUP BY k");
	kit_file(kit, "jobs/slices.sql", "SELECT DISTINCT k FROM changes('bronze.a')");
	kit_append(kit, "bronze.a", "SELECT i AS k, 0 AS v FROM range(10) t(i)");
	return 0;
}

static int set_up_partitioned(void **state)
{
	const struct bln_write_spec spec = { .table = "bronze.a", .mode = BLN_WRITE_ADD, .partition = { key, 1 } };

	*state = kit = kit_new(yaml, seed);
	kit_file(kit, "jobs/copy.sql", "SELECT k, v FROM changes('bronze.a')");
	kit_fill(kit, &spec, "SELECT i AS k, 0 AS v FROM range(5) t(i)");
	return 0;
}

/* Commits the removal of the FILE-th file of bronze.a, and the adding of a copy of it. */
static void rewrite(size_t file, const char *data_change, bool with_copy)
{
	struct bln_snapshot *snapshot = kit_snapshot(kit, "bronze.a");
	const struct bln_add *add = &snapshot->files[file];
	struct bln_text lines = { 0 };
	char command[2 * KIT_PATH_SIZE];
	char copy[64];

	assert_true(file < snapshot->file_count);
	snprintf(copy, sizeof(copy), "copy-%" PRId64 ".parquet", snapshot->version);
	bln_text_add_format(&lines, "{\"remove\":{\"path\":\"%.*s\",\"deletionTimestamp\":1,\"dataChange\":%s}}\n",
			    (int)add->path.length, add->path.at, data_change);
	if (with_copy) {
		bln_text_add_format(&lines,
				    "{\"add\":{\"path\":\"%s\",\"partitionValues\":{},\"size\":%" PRId64
				    ",\"modificationTime\":1,\"dataChange\":%s}}\n",
				    copy, add->size_bytes, data_change);
		snprintf(command, sizeof(command), "cp '%s/lake/bronze/a/%.*s' '%s/lake/bronze/a/%s'", kit->folder,
			 (int)add->path.length, add->path.at, kit->folder, copy);
		assert_int_equal(system(command), 0);
	}
	kit_commit(kit, "bronze.a", lines.at);
	bln_text_clean_up(&lines);
	bln_snapshot_destroy(snapshot);
}

static void a_compaction_brings_nothing_and_hides_nothing(void **state)
{
	(void)state;
	(void)kit_run(kit, "copy");
	rewrite(0, "false", true);
	assert_true(kit_run(kit, "copy").is_idle);
	/* what is new is moved before the job has seen it */
	kit_append(kit, "bronze.a", "SELECT i AS k, 1 AS v FROM range(3) t(i)");
	rewrite(1, "false", true);
	rewrite(0, "false", true);
	assert_int_equal(kit_run(kit, "copy").rows_in, 3);
	assert_rows(kit, "SELECT v, count(*) FROM silver.out GROUP BY 1 ORDER BY 1", "0|10\n1|3\n");
}

static void removed_rows_are_not_new(void **state)
{
	(void)state;
	(void)kit_run(kit, "copy");
	kit_append(kit, "bronze.a", "SELECT i AS k, 1 AS v FROM range(3) t(i)");
	rewrite(1, "true", false);
	assert_true(kit_run(kit, "copy").is_idle);
	kit_append(kit, "bronze.a", "SELECT i AS k, 2 AS v FROM range(4) t(i)");
	assert_int_equal(kit_run(kit, "copy").rows_in, 4);
	/* also when they were moved before */
	kit_append(kit, "bronze.a", "SELECT i AS k, 3 AS v FROM range(5) t(i)");
	rewrite(2, "false", true);
	rewrite(2, "true", false);
	kit_append(kit, "bronze.a", "SELECT i AS k, 4 AS v FROM range(2) t(i)");
	(void)kit_run(kit, "copy");
	assert_rows(kit, "SELECT v, count(*) FROM silver.out GROUP BY 1 ORDER BY 1", "0|10\n2|4\n4|2\n");
}

/* The rows of TABLE as a list: "1,0 2,0"; the caller's to free. */
static char *rows_of(const char *table)
{
	char sql[160];
	char *rows;

	snprintf(sql, sizeof(sql), "SELECT coalesce(string_agg(k || ',' || v, ' ' ORDER BY k, v), '') FROM %s", table);
	rows = strdup(kit_rows(kit, sql));
	assert_non_null(rows);
	rows[strlen(rows) - 1] = '\0';
	return rows;
}

/* Writes all of bronze.a into files anew. */
static void fill_again(void)
{
	char *rows = rows_of("bronze.a");
	struct bln_text sql = { 0 };

	bln_text_add_format(
		&sql,
		"SELECT CAST(split_part(r, ',', 1) AS BIGINT) AS k, CAST(split_part(r, ',', 2) AS INTEGER) AS v "
		"FROM (SELECT unnest(string_split('%s', ' ')) AS r) WHERE r <> ''",
		rows);
	kit_fill(kit, &overwrite, sql.at);
	bln_text_clean_up(&sql);
	free(rows);
}

/* The newest commit becomes one that only moves rows. */
static void as_a_move(void)
{
	char command[2 * KIT_PATH_SIZE];
	char name[64];

	snprintf(name, sizeof(name), "_delta_log/%020" PRId64 ".json", kit_version(kit, "bronze.a"));
	snprintf(command, sizeof(command), "sed -i 's/\"dataChange\":true/\"dataChange\":false/' '%s'",
		 kit_table_path(kit, "bronze.a", name));
	assert_int_equal(system(command), 0);
}

/* A file that an upsert wrote anew has what changed, and what did not. */
static void of_rewritten_files_what_changed_is_new(void **state)
{
	struct bln_job_result result;
	(void)state;

	(void)kit_run(kit, "copy");
	kit_fill(kit, &upsert, "SELECT i AS k, 1 AS v FROM range(4, 6) t(i)");
	result = kit_run(kit, "copy");
	assert_int_equal(result.rows_out, 2);
	assert_rows(kit, "SELECT k, v FROM silver.out WHERE k IN (4, 5) OR v > 0 ORDER BY ALL", "4|0\n4|1\n5|0\n5|1\n");
	assert_rows(kit, "SELECT count(*) FROM silver.out", "12\n");
	/* one rewriting after another: what was there before the first is compared with what is there now */
	kit_fill(kit, &upsert, "SELECT 4::BIGINT AS k, 2 AS v");
	kit_fill(kit, &upsert, "SELECT i AS k, 3 AS v FROM range(4, 12, 7) t(i)");
	kit_fill(kit, &upsert, "SELECT 5::BIGINT AS k, 4 AS v UNION ALL SELECT 20, 4");
	kit_fill(kit, &upsert, "SELECT 5::BIGINT AS k, 1 AS v"); /* as it was */
	(void)kit_run(kit, "copy");
	assert_rows(kit, "SELECT k, v FROM silver.out WHERE v > 1 ORDER BY ALL", "4|3\n11|3\n20|4\n");
	assert_rows(kit, "SELECT count(*) FROM silver.out", "15\n");
	/* the same rows in other files */
	fill_again();
	(void)kit_run(kit, "copy");
	assert_rows(kit, "SELECT count(*) FROM silver.out", "15\n");
}

/* An upsert adds up what came: unchanged rows that came again would be counted twice. */
static void sums_count_each_row_once(void **state)
{
	(void)state;
	kit_append(kit, "silver.sums", "SELECT 0::BIGINT AS k, 0::BIGINT AS v WHERE false");
	kit_fill(kit, &overwrite, "SELECT i AS k, 10 AS v FROM range(5) t(i)");
	(void)kit_run(kit, "sums");
	kit_fill(kit, &upsert, "SELECT 1::BIGINT AS k, 5 AS v");
	(void)kit_run(kit, "sums");
	assert_rows(kit, "SELECT k, v FROM silver.sums ORDER BY k", "0|10\n1|15\n2|10\n3|10\n4|10\n");
}

/* Parts in which nothing changed are none, where rows are added. */
static void parts_are_those_that_changed(void **state)
{
	(void)state;
	(void)kit_run(kit, "cut");
	(void)kit_run(kit, "said");
	kit_fill(kit, &upsert, "SELECT i AS k, 1 AS v FROM range(4, 6) t(i)");
	(void)kit_run(kit, "cut");
	(void)kit_run(kit, "said");
	assert_rows(kit, "SELECT count(*), sum(v) FROM silver.cut", "12|2\n");
	assert_rows(kit, "SELECT k, count(*) FROM silver.said GROUP BY k HAVING count(*) > 1 ORDER BY k", "4|2\n5|2\n");
}

/* A file that is told once more, for its statistics, was there. */
static void a_file_told_once_more_is_not_new(void **state)
{
	struct bln_snapshot *snapshot = kit_snapshot(kit, "bronze.a");
	char line[512];
	(void)state;

	(void)kit_run(kit, "copy");
	snprintf(line, sizeof(line),
		 "{\"add\":{\"path\":\"%.*s\",\"partitionValues\":{},\"size\":%" PRId64
		 ",\"modificationTime\":1,\"dataChange\":false}}\n",
		 (int)snapshot->files[0].path.length, snapshot->files[0].path.at, snapshot->files[0].size_bytes);
	bln_snapshot_destroy(snapshot);
	kit_commit(kit, "bronze.a", line);
	assert_true(kit_run(kit, "copy").is_idle);
	kit_fill(kit, &upsert, "SELECT 4::BIGINT AS k, 1 AS v");
	(void)kit_run(kit, "copy");
	assert_rows(kit, "SELECT v, count(*) FROM silver.out GROUP BY 1 ORDER BY 1", "0|10\n1|1\n");
}

/* What was replaced is needed to tell what is new. */
static void a_replaced_file_that_is_gone_is_said(void **state)
{
	struct bln_snapshot *snapshot = kit_snapshot(kit, "bronze.a");
	char name[128];
	(void)state;

	snprintf(name, sizeof(name), "%.*s", (int)snapshot->files[0].path.length, snapshot->files[0].path.at);
	bln_snapshot_destroy(snapshot);
	(void)kit_run(kit, "copy");
	kit_fill(kit, &upsert, "SELECT 4::BIGINT AS k, 1 AS v");
	assert_int_equal(unlink(kit_table_path(kit, "bronze.a", name)), 0);
	kit_fails(kit, "copy", BLN_NOT_FOUND, "run the job with --full");
	assert_says(kit->err.message, name);
	(void)kit_run_full(kit, "copy");
	assert_rows(kit, "SELECT v, count(*) FROM silver.out GROUP BY 1 ORDER BY 1", "0|9\n1|1\n");
}

/* --- Whatever is done to the table. --- */

static const struct bln_write_spec *const append_to =
	&(const struct bln_write_spec){ .table = "bronze.a", .mode = BLN_WRITE_ADD };

static void change_somehow(int value)
{
	struct bln_snapshot *snapshot = kit_snapshot(kit, "bronze.a");
	bool is_partitioned = snapshot->metadata.partition_columns.count;
	size_t files = snapshot->file_count;
	char sql[256];

	bln_snapshot_destroy(snapshot);
	snprintf(sql, sizeof(sql), "SELECT %d + i AS k, %d AS v FROM range(%d) t(i)",
		 (int)bln_random_below(&kit->random, 8), value, (int)(1 + bln_random_below(&kit->random, 4)));
	switch (bln_random_below(&kit->random, files && !is_partitioned ? 8 : 5)) {
	case 0:
	case 1:
		kit_fill(kit, append_to, sql);
		break;
	case 2:
		kit_fill(kit, &upsert, sql);
		break;
	case 3:
		fill_again();
		break;
	case 4:
		fill_again();
		as_a_move();
		break;
	default:
		rewrite(bln_random_below(&kit->random, files), bln_random_below(&kit->random, 2) ? "true" : "false",
			true);
		break;
	case 7:
		rewrite(bln_random_below(&kit->random, files), "true", false);
		break;
	}
}

/* The rows of AFTER, a list as of rows_of, that are not in BEFORE. */
static const char *difference(const char *after, const char *before)
{
	static char sql[1 << 16];

	snprintf(
		sql, sizeof(sql),
		"SELECT r FROM (SELECT unnest(string_split('%s', ' ')) AS r EXCEPT ALL SELECT unnest(string_split('%s', ' '))) "
		"WHERE r <> '' ORDER BY r",
		after, before);
	return kit_rows(kit, sql);
}

static void changes_are_the_difference(void **state)
{
	int value = 1;
	(void)state;

	(void)kit_run(kit, "copy");
	for (int round = 0; round < 3; round++) {
		char *table = rows_of("bronze.a");
		char *out = rows_of("silver.out");
		char *table_now, *out_now, *wanted;

		for (size_t n = 1 + bln_random_below(&kit->random, 4); n; n--)
			change_somehow(value++);
		(void)kit_run(kit, "copy");
		table_now = rows_of("bronze.a");
		out_now = rows_of("silver.out");
		wanted = strdup(difference(table_now, table));
		assert_non_null(wanted);
		assert_string_equal(difference(out_now, out), wanted);
		assert_string_equal(difference(out, out_now), "");
		free(table), free(out), free(table_now), free(out_now), free(wanted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(a_compaction_brings_nothing_and_hides_nothing),
		kit_test(removed_rows_are_not_new),
		kit_test(of_rewritten_files_what_changed_is_new),
		kit_test(sums_count_each_row_once),
		kit_test(parts_are_those_that_changed),
		kit_test(a_file_told_once_more_is_not_new),
		kit_test(a_replaced_file_that_is_gone_is_said),
		kit_test(changes_are_the_difference),
		cmocka_unit_test_setup_teardown(changes_are_the_difference, set_up_partitioned, kit_tear_down),
	};

	seed = test_seed(1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
