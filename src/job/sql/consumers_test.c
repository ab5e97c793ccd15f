/* Logs are cleaned up behind those who follow them, not before. */
#include "job/job_test_kit.h"

#include "base/time.h"
#include "job/sql/consumers.h"

static struct kit *kit;

static const char *const yaml = "jobs:\n"
				"  fast: {kind: sql, file: jobs/copy.sql, into: silver.fast, mode: append}\n"
				"  slow: {kind: sql, file: jobs/copy.sql, into: silver.slow, mode: append}\n"
				"  best: {kind: sql, file: jobs/best.sql, into: silver.best, mode: upsert, key: [k]}\n"
				"  whole: {kind: sql, file: jobs/whole.sql, into: silver.whole, mode: overwrite}\n"
				"  never: {kind: sql, file: jobs/copy.sql, into: silver.never, mode: append}\n";

static int set_up(void **state)
{
	*state = kit = kit_new(yaml, 1);
	kit_file(kit, "jobs/copy.sql", "SELECT k FROM changes('silver.in')");
	/* files have the times of this machine: years from now all of them are old */
	bln_clock_virtual_advance(&kit->clock, INT64_C(20000) * BLN_US_PER_DAY);
	kit->may_have_orphans = true; /* commits are cleaned up here */
	return 0;
}

static void append_up_to(int64_t version)
{
	while (kit_version(kit, "silver.in") < version)
		kit_append(kit, "silver.in", "SELECT 1::BIGINT AS k");
}

static bool is_there(int version)
{
	char name[64];

	snprintf(name, sizeof(name), "_delta_log/%020d.json", version);
	return access(kit_table_path(kit, "silver.in", name), F_OK) == 0;
}

static int64_t keep(const char *table)
{
	struct bln_consumers consumers = { .context = &kit->context, .table = table };
	int64_t version;

	assert_ok(bln_consumers_keep(&consumers, &version, &kit->err), &kit->err);
	return version;
}

static void the_slowest_is_waited_for(void **state)
{
	(void)state;
	append_up_to(1);
	assert_int_equal(keep("silver.in"), -1);
	append_up_to(12);
	assert_int_equal(keep("silver.in"), -1);
	(void)kit_run(kit, "slow");
	append_up_to(15);
	(void)kit_run(kit, "fast");
	assert_int_equal(keep("silver.in"), 12);
	assert_int_equal(keep("silver.other"), -1);
	append_up_to(31);
	assert_false(is_there(9)); /* from the checkpoint on that leads to version 12 */
	assert_true(is_there(10) && is_there(13));
	assert_int_equal(kit_run(kit, "slow").rows_in, 31 - 12);
	append_up_to(41);
	assert_true(is_there(15) && is_there(16));
	assert_int_equal(kit_run(kit, "fast").rows_in, 41 - 15);
	append_up_to(51);
	assert_false(is_there(29));
	assert_true(is_there(31));
	assert_int_equal(kit_run(kit, "slow").rows_in, 51 - 31);
	/* nobody but who has never run: for that one all is in the table */
	assert_int_equal(kit_run(kit, "never").rows_in, 51);
}

/* A job that names another table now holds the first one until it has run, and no longer. */
static void who_no_longer_reads_it_is_not(void **state)
{
	static const struct {
		const char *job;
		const char *file;
		const char *form;
	} jobs[] = { { "best", "jobs/best.sql", "SELECT DISTINCT k FROM changes('%s')" },
		     { "whole", "jobs/whole.sql", "SELECT count(*) AS n FROM %s" } };
	char sql[64];
	(void)state;

	append_up_to(3);
	kit_append(kit, "silver.other", "SELECT 7::BIGINT AS k");
	for (size_t i = 0; i < 2; i++) {
		snprintf(sql, sizeof(sql), jobs[i].form, "silver.in");
		kit_file(kit, jobs[i].file, sql);
		(void)kit_run(kit, jobs[i].job);
		assert_int_equal(keep("silver.in"), 3);
		snprintf(sql, sizeof(sql), jobs[i].form, "silver.other");
		kit_file(kit, jobs[i].file, sql);
		assert_int_equal(keep("silver.in"), 3);
		(void)kit_run(kit, jobs[i].job);
		assert_int_equal(keep("silver.in"), -1);
		assert_int_equal(keep("silver.other"), 1);
		assert_true(kit_run(kit, jobs[i].job).is_idle);
		/* should it come back, it is as if it had never been there */
		snprintf(sql, sizeof(sql), jobs[i].form, "silver.in");
		kit_file(kit, jobs[i].file, sql);
		assert_int_equal(kit_run(kit, jobs[i].job).rows_in, i ? 0 : 3);
		assert_int_equal(keep("silver.in"), 3);
		assert_int_equal(keep("silver.other"), i ? 1 : -1); /* the first job still reads it */
		snprintf(sql, sizeof(sql), jobs[i].form, "silver.other");
		kit_file(kit, jobs[i].file, sql);
		(void)kit_run(kit, jobs[i].job);
		assert_int_equal(keep("silver.in"), -1);
	}
	append_up_to(31);
	assert_false(is_there(13));
}

static void without_consumers_old_commits_go(void **state)
{
	(void)state;
	append_up_to(31);
	assert_false(is_there(13));
	assert_int_equal(kit_run(kit, "never").rows_in, 31);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(the_slowest_is_waited_for),
		kit_test(who_no_longer_reads_it_is_not),
		kit_test(without_consumers_old_commits_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
