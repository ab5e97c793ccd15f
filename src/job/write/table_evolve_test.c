#include "job/job_test_kit.h"

static struct kit *kit;

static const struct bln_write_spec add = { .table = "silver.t", .mode = BLN_WRITE_ADD };
static const struct bln_write_spec upsert = {
	.table = "silver.t", .mode = BLN_WRITE_UPSERT, .key = KIT_LIST("k"), .partition = KIT_LIST("p")
};

static int set_up(void **state)
{
	*state = kit = kit_new("", 1);
	kit_work(kit);
	return 0;
}

static void rows_bring_new_columns(void **state)
{
	(void)state;
	(void)kit_write(kit, &add, "SELECT 1::BIGINT AS k");
	(void)kit_write(kit, &add, "SELECT 2::BIGINT AS k, 'x' AS a_b, {'m': 1.5, 'n': [1]} AS s");
	assert_int_equal(kit_actions(kit, "silver.t", 2, 2).metadatas, 1);
	assert_int_equal(kit_actions(kit, "silver.t", 2, 2).adds, 1);
	assert_rows(kit, "SELECT * FROM silver.t ORDER BY k", "1|NULL|NULL\n2|x|{'m': 1.5, 'n': [1]}\n");
	/* they stay, and their order is no matter */
	(void)kit_write(kit, &add, "SELECT 'y' AS A_B, 3::BIGINT AS k -- with a comment");
	assert_int_equal(kit_actions(kit, "silver.t", 3, 3).metadatas, 0);
	assert_rows(kit, "SELECT k, a_b FROM silver.t ORDER BY k", "1|NULL\n2|x\n3|y\n");
	(void)kit_write(kit, &add, "SELECT 4::BIGINT AS k, true AS late -- with a comment");
	assert_rows(kit, "SELECT k, late FROM silver.t WHERE late", "4|true\n");
}

/* The rows of a file that is rewritten have nothing in the new columns; those of one commit may come with different ones. */
static void rewritten_rows_get_them_too(void **state)
{
	static const char *const both[] = { "SELECT 3::BIGINT AS k, 1::BIGINT AS p, 'new' AS v, 7 AS one",
					    "SELECT 5::BIGINT AS k, 1::BIGINT AS p, 'newer' AS v, 8 AS two", NULL };
	(void)state;
	(void)kit_write(kit, &upsert, "SELECT i AS k, i % 2 AS p, 'old' AS v FROM range(10) t(i)");
	assert_ok(kit_try_write(kit, &upsert, both, NULL, NULL), &kit->err);
	assert_int_equal(kit_actions(kit, "silver.t", 2, 2).metadatas, 1);
	assert_int_equal(kit_actions(kit, "silver.t", 2, 2).removes, 2); /* a key may have been in any partition */
	assert_rows(kit, "SELECT * FROM silver.t WHERE p = 1 ORDER BY k",
		    "1|1|old|NULL|NULL\n3|1|new|7|NULL\n5|1|newer|NULL|8\n7|1|old|NULL|NULL\n9|1|old|NULL|NULL\n");
	assert_rows(kit, "SELECT count(*), count(one), count(two) FROM silver.t", "10|1|1\n");
}

static void everything_else_is_refused_by_name(void **state)
{
	(void)state;
	(void)kit_write(kit, &add, "SELECT 1::BIGINT AS k, 2.5::DOUBLE AS volume");
	kit_write_fails(kit, &add, "SELECT 2::BIGINT AS k, 'much' AS volume", BLN_INVALID, "'volume'");
	kit_write_fails(kit, &add, "SELECT 2::BIGINT AS k, 3.5::DOUBLE AS volum", BLN_INVALID,
			"'volum' is no column of the table, and 'volume' is");
	kit_write_fails(kit, &add, "SELECT 2::BIGINT AS k, TIMESTAMP '2024-01-01' AS local", BLN_INVALID,
			"timestamp_ntz");
	kit_write_fails(kit, &add, "SELECT 2::BIGINT AS k, INTERVAL 1 DAY AS gap", BLN_UNSUPPORTED, "gap");
	assert_rows(kit, "SELECT * FROM silver.t", "1|2.5\n");
	/* not mistyped: both are there */
	(void)kit_write(kit, &add, "SELECT 2::BIGINT AS k, 3.5::DOUBLE AS volume, 1.5::DOUBLE AS volum");
}

/* Into a table that rows made, one that bullion knows, a new one; once as it is and once among those that are not there yet. */
static void a_column_that_comes_twice_is_refused(void **state)
{
	static const enum bln_write_mode modes[] = { BLN_WRITE_ADD, BLN_WRITE_UPSERT, BLN_WRITE_ADD_NEW };
	static const struct bln_write_spec bronze = { .table = "bronze.cryptos", .mode = BLN_WRITE_ADD };
	(void)state;

	(void)kit_write(kit, &add, "SELECT 'a' AS k, 1 AS v");
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		struct bln_write_spec spec = { .table = "silver.t", .mode = modes[i], .key = KIT_LIST("k") };

		kit_write_fails(kit, &spec, "SELECT 'b' AS k, 2 AS v, 'c' AS k", BLN_INVALID, "two columns 'k': leave");
		kit_write_fails(kit, &spec, "SELECT 'b' AS k, 2 AS v, 'c' AS K", BLN_INVALID,
				"two columns 'k' and 'K', which only capitals tell apart");
		kit_write_fails(kit, &spec, "SELECT 'b' AS k, 5 AS a, 6 AS A", BLN_INVALID, "two columns 'a' and 'A'");
		spec.table = "silver.none";
		kit_write_fails(kit, &spec, "SELECT 'b' AS k, 'c' AS k", BLN_INVALID, "two columns 'k': leave");
		spec.table = "silver.quarantine";
		spec.key = (struct bln_setting_list)KIT_LIST("id");
		kit_write_fails(kit, &spec, "SELECT 'b' AS id, * FROM (SELECT 'c' AS id, 'd' AS reason)", BLN_INVALID,
				"two columns 'id': leave");
		kit_write_fails(kit, &bronze, "SELECT 'ZZZ' AS symbol, * FROM (SELECT 'S' AS symbol)", BLN_INVALID,
				"two columns 'symbol': leave");
		if (i == 0) {
			(void)kit_write(kit, &spec, "SELECT 'a' AS id");
			(void)kit_write(kit, &bronze, "SELECT 'S' AS symbol LIMIT 0");
		}
	}
	assert_rows(kit, "SELECT * FROM silver.t", "a|1\n");
	assert_rows(kit, "SELECT id FROM silver.quarantine", "a\n");
	assert_int_equal(kit_version(kit, "silver.none"), -1);
}

static void a_column_that_must_not_be_null_stays_so(void **state)
{
	(void)state;
	kit_file(kit, "lake/silver/t/_delta_log/00000000000000000000.json",
		 KIT_PROTOCOL KIT_METADATA("x", KIT_FIELD("k", "long", false)));
	kit_write_fails(kit, &add, "SELECT 1 AS other", BLN_INVALID, "'k'");
	kit_write_fails(kit, &add, "SELECT NULL::BIGINT AS k, 1 AS other", BLN_INVALID, "'k'");
	(void)kit_write(kit, &add, "SELECT 1::BIGINT AS k, 2 AS other");
	assert_rows(kit, "SELECT * FROM silver.t", "1|2\n");
}

static void a_contract_is_not_extended(void **state)
{
	const struct bln_write_spec spec = { .table = "silver.quarantine", .mode = BLN_WRITE_ADD };
	(void)state;

	(void)kit_write(kit, &spec, "SELECT 'a' AS id");
	kit_write_fails(kit, &spec, "SELECT 'b' AS id, 1 AS mine", BLN_INVALID, "'mine' is no column of the table");
}

/* An earlier version made the table without some of its columns: they come when rows have them, and nothing else does. */
static void a_contract_is_made_up_to(void **state)
{
	const struct bln_write_spec spec = { .table = "silver.quarantine", .mode = BLN_WRITE_ADD };
	(void)state;

	kit_file(kit, "lake/silver/quarantine/_delta_log/00000000000000000000.json",
		 KIT_PROTOCOL KIT_METADATA("x", KIT_FIELD("id", "string", true)));
	kit_write_fails(kit, &spec, "SELECT 'b' AS id, 'x' AS reason, 1 AS mine", BLN_INVALID,
			"no column of the table");
	(void)kit_write(kit, &spec, "SELECT 'a' AS id");
	assert_int_equal(kit_actions(kit, "silver.quarantine", 1, 1).metadatas, 0);
	(void)kit_write(kit, &spec, "SELECT 'b' AS id, make_timestamptz(1000000) AS after_datetime");
	assert_int_equal(kit_actions(kit, "silver.quarantine", 2, 2).metadatas, 1);
	assert_rows(kit, "SELECT id, epoch(after_datetime) FROM silver.quarantine ORDER BY id", "a|NULL\nb|1.0\n");
}

/* Two that bring columns: the second must look at what the first has made of the table. */
static void of_two_the_second_plans_again(void **state)
{
	struct bln_table_writer *writer;
	struct bln_commit_result result;
	(void)state;

	(void)kit_write(kit, &add, "SELECT 1::BIGINT AS k");
	writer = kit_writer(kit, &add);
	assert_ok(bln_table_writer_add(writer, "SELECT 2::BIGINT AS k, 'x' AS a", &kit->err), &kit->err);
	(void)kit_write(kit, &add, "SELECT 3::BIGINT AS k, 'y' AS b");
	assert_int_equal(kit_writer_commit(kit, writer, &result), BLN_CONFLICT);
	assert_int_equal(result.race, BLN_RACE_METADATA);
	assert_int_equal(bln_table_writer_rebase(writer, &kit->err), BLN_CONFLICT);
	bln_table_writer_close(writer);
	assert_rows(kit, "SELECT * FROM silver.t ORDER BY k", "1|NULL\n3|y\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(rows_bring_new_columns),
		kit_test(rewritten_rows_get_them_too),
		kit_test(everything_else_is_refused_by_name),
		kit_test(a_column_that_comes_twice_is_refused),
		kit_test(a_column_that_must_not_be_null_stays_so),
		kit_test(a_contract_is_not_extended),
		kit_test(a_contract_is_made_up_to),
		kit_test(of_two_the_second_plans_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
