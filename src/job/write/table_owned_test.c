/* Rows that are one writer's own, against the same rows in memory: random rows of several owners, in files of one owner and in
 * mixed ones. And what must not happen meanwhile, which rows are refused, which files stay. */
#include "job/job_test_kit.h"

static struct kit *kit;
static uint64_t seed;

static int set_up(void **state)
{
	*state = kit = kit_new("", seed);
	kit_work(kit);
	return 0;
}

enum { ROUNDS = 40, ROWS_MAX = 4000, OWNERS = 5, KEYS = 40 };

/* The last but one is longer than what statistics need to hold. */
static const char *const owners[OWNERS] = { "a", "it's b", "0123456789012345678901234567890123456789", "A", NULL };

struct row {
	size_t owner;
	int number; /* the other column that may tell whose a row is: 0 to 2 */
	int key;
	int value;
};

struct table {
	struct row rows[ROWS_MAX];
	size_t count;
};

/* Which rows an owner has. */
struct claim {
	bool by_owner;
	bool by_number;
	size_t owner;
	int number;
};

static bool is_claimed(const struct claim *claim, const struct row *row)
{
	return (!claim->by_owner || claim->owner == row->owner) && (!claim->by_number || claim->number == row->number);
}

static void add_rows(const struct table *table, struct bln_text *sql)
{
	bln_text_add(sql, "SELECT CAST(o AS VARCHAR) AS o, CAST(n AS INTEGER) AS n, CAST(k AS INTEGER) AS k, "
			  "CAST(v AS INTEGER) AS v FROM (VALUES ");
	for (size_t i = 0; i < table->count; i++) {
		const struct row *row = &table->rows[i];

		bln_text_add(sql, "(");
		if (owners[row->owner])
			bln_text_add_quoted(sql, '\'', owners[row->owner], strlen(owners[row->owner]));
		else
			bln_text_add(sql, "NULL");
		bln_text_add_format(sql, ", %d, %d, %d), ", row->number, row->key, row->value);
	}
	/* a last row that is none, so that there are VALUES in any case */
	bln_text_add(sql, "('none', NULL, NULL, NULL)) t(o, n, k, v) WHERE o IS DISTINCT FROM 'none'");
}

static void assert_table(const char *name, const struct table *table)
{
	struct bln_text wanted = { 0 };
	char sql[64];

	for (size_t i = 0; i < table->count; i++) {
		const struct row *row = &table->rows[i];

		bln_text_add_format(&wanted, "%s|%d|%d|%d\n", owners[row->owner] ? owners[row->owner] : "NULL",
				    row->number, row->key, row->value);
	}
	snprintf(sql, sizeof(sql), "SELECT o, n, k, v FROM %s", name);
	assert_same_rows(kit, sql, &wanted);
	bln_text_clean_up(&wanted);
}

static int below(int bound)
{
	return (int)bln_random_below(&kit->random, (uint64_t)bound);
}

/* Rows that CLAIM has. IS_UNIQUE: each key (owner, number, key) once. */
static void rows_draw(struct table *table, const struct claim *claim, bool is_unique, int *value)
{
	size_t count = (size_t)below(60);

	table->count = 0;
	for (size_t i = 0; i < count; i++) {
		struct row row = { .owner = claim->by_owner ? claim->owner : (size_t)below(OWNERS),
				   .number = claim->by_number ? claim->number : below(3),
				   .key = below(KEYS),
				   .value = (*value)++ };
		bool is_there = false;

		for (size_t j = 0; j < table->count; j++)
			is_there = is_there || (table->rows[j].owner == row.owner &&
						table->rows[j].number == row.number && table->rows[j].key == row.key);
		if (!is_unique || !is_there)
			table->rows[table->count++] = row;
	}
}

static void write_table(const struct bln_write_spec *spec, const struct table *const *tables, size_t count)
{
	struct bln_text sqls[2] = { 0 };
	const char *list[3] = { NULL };

	assert_true(count <= 2);
	for (size_t i = 0; i < count; i++) {
		add_rows(tables[i], &sqls[i]);
		list[i] = sqls[i].at;
	}
	assert_ok(kit_try_write(kit, spec, list, NULL, NULL), &kit->err);
	for (size_t i = 0; i < count; i++)
		bln_text_clean_up(&sqls[i]);
}

static struct claim claim_draw(void)
{
	struct claim claim = { .owner = (size_t)below(OWNERS), .number = below(3) };

	claim.by_owner = below(4) > 0;
	claim.by_number = !claim.by_owner || below(4) == 0;
	return claim;
}

static struct bln_pairs claim_pairs(const struct claim *claim, struct bln_pair pairs[2])
{
	static const char *const numbers[] = { "0", "01", "2" };
	size_t count = 0;

	if (claim->by_number)
		pairs[count++] =
			(struct bln_pair){ .key = bln_slice_of("n"), .value = bln_slice_of(numbers[claim->number]) };
	if (claim->by_owner)
		pairs[count++] = (struct bln_pair){ .key = bln_slice_of("o"),
						    .value = bln_slice_of(owners[claim->owner]),
						    .is_null = !owners[claim->owner] };
	return (struct bln_pairs){ pairs, count };
}

static const struct bln_setting_list none = { 0 }, by_owner = KIT_LIST("o"), by_number = KIT_LIST("n"),
				     by_both = KIT_LIST("o", "n"), key = KIT_LIST("o", "n", "k");

/* One owner's rows are made anew, by up to two calls: none is all that there is to do where nothing is left. */
static void step_owned(const char *name, const struct bln_setting_list *split, struct table *table, int *value)
{
	static struct table incoming[2];
	static const enum bln_write_mode modes[] = { BLN_WRITE_ADD, BLN_WRITE_UPSERT, BLN_WRITE_REPLACE };
	const struct claim claim = claim_draw();
	struct bln_pair pairs[2];
	const struct bln_write_spec spec = { .table = name,
					     .mode = modes[below(3)],
					     .key = key,
					     .split = *split,
					     .owned = claim_pairs(&claim, pairs),
					     .clears_owned = true };
	size_t calls = (size_t)below(3);
	size_t kept = 0;

	for (size_t i = 0; i < table->count; i++)
		if (!is_claimed(&claim, &table->rows[i]))
			table->rows[kept++] = table->rows[i];
	table->count = kept;
	for (size_t call = 0; call < calls; call++) {
		rows_draw(&incoming[call], &claim, spec.mode == BLN_WRITE_UPSERT, value);
		for (size_t i = 0; i < incoming[call].count; i++) {
			incoming[call].rows[i].key +=
				(int)call * KEYS; /* or the second call's would replace the first's */
			assert_true(table->count < ROWS_MAX);
			table->rows[table->count++] = incoming[call].rows[i];
		}
	}
	write_table(&spec, (const struct table *const[]){ &incoming[0], &incoming[1] }, calls);
}

/* Rows of all owners come. */
static void step_add(const struct bln_write_spec *spec, struct table *table, int *value)
{
	static struct table incoming;

	rows_draw(&incoming, &(struct claim){ 0 }, false, value);
	for (size_t i = 0; i < incoming.count && table->count < ROWS_MAX; i++)
		table->rows[table->count++] = incoming.rows[i];
	write_table(spec, (const struct table *const[]){ &incoming }, 1);
}

static void owners_do_as_the_model(void **state)
{
	static const struct bln_setting_list *const partitions[] = { &none, &by_owner, &by_number };
	static const struct bln_setting_list *const splits[] = { &none, &by_owner, &by_both };
	static const char *const names[] = { "silver.plain", "silver.owners", "silver.numbers" };
	struct table *tables = calloc(3, sizeof(*tables));
	int value = 0;
	(void)state;

	assert_non_null(tables);
	for (int round = 0; round < ROUNDS; round++) {
		int at = round % 3;
		const struct bln_setting_list *split = splits[below(3)];
		struct bln_write_spec spec = {
			.table = names[at], .mode = BLN_WRITE_ADD, .partition = *partitions[at], .split = *split
		};
		int step = round < 3 ? 0 : below(5);

		if (step == 0) {
			step_add(&spec, &tables[at], &value);
		} else if (step == 1) { /* as a compaction does, or another program: files of many owners */
			spec.mode = BLN_WRITE_ALL;
			spec.split = none;
			write_table(&spec, (const struct table *const[]){ &tables[at] }, 1);
		} else {
			step_owned(names[at], split, &tables[at], &value);
		}
		assert_table(names[at], &tables[at]);
		assert_int_equal(kit_orphans(kit), 0);
	}
	free(tables);
}

static const struct bln_write_spec add = { .table = "silver.t", .mode = BLN_WRITE_ADD };

static struct bln_pair owner_a(void)
{
	return (struct bln_pair){ .key = bln_slice_of("o"), .value = bln_slice_of("a") };
}

/* OWNER, who has half of ROWS twice in files of one owner each, makes GIVES instead: only these two files go, for one. */
static void assert_only_own_files_go(struct bln_pair owner, const char *rows, const char *gives, const char *left)
{
	const struct bln_write_spec fill = { .table = "silver.t", .mode = BLN_WRITE_ADD, .split = KIT_LIST("o") };
	const struct bln_write_spec spec = { .table = "silver.t",
					     .mode = BLN_WRITE_UPSERT,
					     .key = KIT_LIST("o", "k"),
					     .split = KIT_LIST("o"),
					     .owned = { &owner, 1 },
					     .clears_owned = true };
	struct kit_actions actions;

	(void)kit_write(kit, &fill, rows);
	(void)kit_write(kit, &fill, rows);
	(void)kit_write(kit, &spec, gives);
	actions = kit_actions(kit, "silver.t", 3, 3);
	assert_int_equal(actions.removes, 2);
	assert_int_equal(actions.adds, 1);
	assert_rows(kit, "SELECT o, count(*) FROM silver.t GROUP BY 1 ORDER BY 1", left);
}

/* Files of others are not touched, own ones not read. */
static void files_of_one_owner_are_not_rewritten(void **state)
{
	(void)state;

	assert_only_own_files_go(owner_a(),
				 "SELECT CASE WHEN i % 2 = 0 THEN 'a' ELSE 'b' END AS o, i AS k FROM range(10) t(i)",
				 "SELECT 'a' AS o, 1::BIGINT AS k", "a|1\nb|10\n");
}

/* Nor is a null anything else than another owner: by the log a file has none, or nothing else. */
static void files_of_nulls_are_told_from_others(void **state)
{
	(void)state;

	assert_only_own_files_go((struct bln_pair){ .key = bln_slice_of("o"), .is_null = true },
				 "SELECT CASE WHEN i % 2 = 0 THEN 'b' END AS o, i AS k FROM range(10) t(i)",
				 "SELECT NULL::VARCHAR AS o, 1::BIGINT AS k", "b|10\nNULL|1\n");
}

/* What was carried from files that others have rows in is none of the rows that the writer brought. */
static void rows_that_are_carried_are_not_counted(void **state)
{
	struct bln_pair pair = owner_a();
	struct bln_write_spec spec = {
		.table = "silver.t", .mode = BLN_WRITE_UPSERT, .key = KIT_LIST("o", "k"), .owned = { &pair, 1 }
	};
	(void)state;

	(void)kit_write(kit, &add, "SELECT unnest(['a', 'b']) AS o, i AS k FROM range(1000) t(i)");
	for (int i = 0; i < 2; i++) {
		struct bln_table_writer *writer;
		struct bln_commit_result commit;
		struct bln_job_result result = { 0 };

		spec.clears_owned = i;
		writer = kit_writer(kit, &spec);
		assert_ok(bln_table_writer_add(writer, "SELECT 'a' AS o, 500::BIGINT AS k", &kit->err), &kit->err);
		assert_ok(kit_writer_commit(kit, writer, &commit), &kit->err);
		bln_table_writer_count(writer, &result);
		bln_table_writer_close(writer);
		assert_int_equal(result.rows_out, 1);
	}
	assert_rows(kit, "SELECT o, count(*) FROM silver.t GROUP BY 1 ORDER BY 1", "a|1\nb|1000\n");
}

/* While the rows of a are made anew, somebody adds rows of OTHER. */
static enum bln_status race(const char *other)
{
	struct bln_pair pair = owner_a();
	const struct bln_write_spec spec = {
		.table = "silver.t", .mode = BLN_WRITE_ADD, .owned = { &pair, 1 }, .clears_owned = true
	};
	const struct bln_write_spec all = { .table = "silver.t", .mode = BLN_WRITE_ALL, .split = KIT_LIST("o") };
	struct bln_table_writer *writer;
	struct bln_commit_result result;
	enum bln_status status;
	char sql[64];

	(void)kit_write(kit, &all, "SELECT unnest(['a', 'b', 'c']) AS o, 1 AS k");
	writer = kit_writer(kit, &spec);
	assert_ok(bln_table_writer_add(writer, "SELECT 'a' AS o, 2 AS k", &kit->err), &kit->err);
	snprintf(sql, sizeof(sql), "SELECT '%s' AS o, 3 AS k", other);
	(void)kit_write(kit, &add, sql);
	status = kit_writer_commit(kit, writer, &result);
	bln_table_writer_close(writer);
	return status;
}

static void who_adds_own_rows_meanwhile_is_in_the_way(void **state)
{
	(void)state;
	assert_int_equal(race("b"), BLN_OK);
	assert_rows(kit, "SELECT o, k FROM silver.t ORDER BY ALL", "a|2\nb|1\nb|3\nc|1\n");
	assert_int_equal(race("a"), BLN_CONFLICT);
	assert_rows(kit, "SELECT o, k FROM silver.t ORDER BY ALL", "a|1\na|3\nb|1\nc|1\n");
}

static void rows_of_others_are_refused(void **state)
{
	static const struct {
		const char *key;
		const char *value; /* NULL: null */
		const char *sql;
		const char *message;
	} wrong[] = {
		{ "o", "a", "SELECT unnest(['a', 'a', 'b']) AS o, 1 AS k",
		  "a row whose o is 'b', but the job owns those with 'a'" },
		{ "o", "a", "SELECT NULL::VARCHAR AS o, 1 AS k", "a row whose o is NULL" },
		{ "o", "a", "SELECT 1 AS k", "a row whose o is NULL" },
		{ "o", NULL, "SELECT 'a' AS o, 1 AS k", "a row whose o is 'a', but the job owns those with NULL" },
		{ "k", "1", "SELECT 'a' AS o, unnest([1, 2]) AS k",
		  "a row whose k is '2', but the job owns those with '1'" },
		{ "k", "x", "SELECT 'a' AS o, 1 AS k", "owns: 'x' is no value of the column k" },
		{ "x", "1", "SELECT 'a' AS o, 1 AS k", "owns: there is no column 'x' in the table" },
		{ "r", "1", "SELECT 'a' AS o, 1 AS k", "owns: the column r has neither texts" },
	};
	(void)state;

	(void)kit_write(kit, &add, "SELECT 'a' AS o, 1 AS k, 1.5::DOUBLE AS r");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct bln_pair pair = { .key = bln_slice_of(wrong[i].key),
					 .value = bln_slice_of(wrong[i].value),
					 .is_null = !wrong[i].value };
		const struct bln_write_spec spec = {
			.table = "silver.t", .mode = BLN_WRITE_ADD, .owned = { &pair, 1 }, .clears_owned = i % 2
		};

		kit_write_fails(kit, &spec, wrong[i].sql, BLN_INVALID, wrong[i].message);
		assert_rows(kit, "SELECT o, k FROM silver.t", "a|1\n");
	}
}

/* A key that stands for rows of two owners: neither's give way to the other's. */
static void rows_of_others_are_not_replaced(void **state)
{
	static const enum bln_write_mode modes[] = { BLN_WRITE_UPSERT, BLN_WRITE_REPLACE };
	static const char *const message =
		"the query gives a row for the key 2, 2024-01-01, which a row has already that the job does not own: its o "
		"is ";
	struct bln_pair pair = owner_a();
	(void)state;

	(void)kit_write(kit, &add,
			"SELECT unnest(['a', 'b', NULL]) AS o, unnest([1, 2, 3]) AS k, DATE '2024-01-01' AS d");
	for (size_t i = 0; i < 4; i++) {
		const struct bln_write_spec spec = { .table = "silver.t",
						     .mode = modes[i % 2],
						     .key = KIT_LIST("k", "d"),
						     .owned = { &pair, 1 },
						     .clears_owned = i / 2 };

		kit_write_fails(kit, &spec, "SELECT 'a' AS o, unnest([1, 2]) AS k, DATE '2024-01-01' AS d", BLN_INVALID,
				message);
		assert_says(kit->err.message, "its o is 'b'. Leave it out");
		kit_write_fails(kit, &spec, "SELECT 'a' AS o, 3 AS k, DATE '2024-01-01' AS d", BLN_INVALID,
				"its o is NULL.");
		assert_rows(kit, "SELECT o, k FROM silver.t ORDER BY k", "a|1\nb|2\nNULL|3\n");
	}
}

/* Nor where an earlier call of the same commit has staged the others' rows anew. */
static void nor_are_those_that_were_staged_again(void **state)
{
	struct bln_pair pair = owner_a();
	const struct bln_write_spec spec = {
		.table = "silver.t", .mode = BLN_WRITE_UPSERT, .key = KIT_LIST("k"), .owned = { &pair, 1 }
	};
	static const char *const calls[] = { "SELECT 'a' AS o, 2 AS k", "SELECT 'a' AS o, 3 AS k", NULL };
	(void)state;

	(void)kit_write(kit, &add, "SELECT unnest(['a', 'b', 'a']) AS o, unnest([1, 3, 4]) AS k");
	assert_int_equal(kit_try_write(kit, &spec, calls, NULL, NULL), BLN_INVALID);
	assert_says(kit->err.message, "for the key 3, which a row has already that the job does not own: its o is 'b'");
	assert_rows(kit, "SELECT o, k FROM silver.t ORDER BY k", "a|1\nb|3\na|4\n");
}

/* A column that comes with the rows themselves: nothing of what is there can be the writer's. */
static void a_new_column_may_tell(void **state)
{
	struct bln_pair pair = owner_a();
	const struct bln_write_spec spec = {
		.table = "silver.t", .mode = BLN_WRITE_ADD, .owned = { &pair, 1 }, .clears_owned = true
	};
	(void)state;

	(void)kit_write(kit, &add, "SELECT 1 AS k");
	for (int i = 0; i < 2; i++) {
		(void)kit_write(kit, &spec, "SELECT 'a' AS o, 2 AS k");
		assert_rows(kit, "SELECT o, k FROM silver.t ORDER BY k", "NULL|1\na|2\n");
	}
}

static void no_memory_is_survived(void **state)
{
	enum { DRAWS = 40, ALLOCATIONS = 400 };
	struct bln_pair pair = owner_a();
	const struct bln_write_spec spec = {
		.table = "silver.t", .mode = BLN_WRITE_ADD, .owned = { &pair, 1 }, .clears_owned = true
	};
	static const char *const more[] = { "SELECT unnest(['a', 'a']) AS o, 2 AS k", NULL };
	int failures = 0;
	(void)state;

	(void)kit_write(kit, &add, "SELECT unnest(['a', 'b', 'c']) AS o, 1 AS k");
	for (int i = 0; i < DRAWS; i++) {
		kit_memory_fails(kit, ALLOCATIONS);
		failures += kit_memory_failed(kit, kit_try_write(kit, &spec, more, NULL, NULL));
		assert_int_equal(kit_orphans(kit), 0);
	}
	assert_true(failures > 0);
	(void)kit_write(kit, &spec, more[0]);
	assert_rows(kit, "SELECT o, k FROM silver.t ORDER BY ALL", "a|2\na|2\nb|1\nc|1\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(owners_do_as_the_model),
		kit_test(files_of_one_owner_are_not_rewritten),
		kit_test(files_of_nulls_are_told_from_others),
		kit_test(rows_that_are_carried_are_not_counted),
		kit_test(who_adds_own_rows_meanwhile_is_in_the_way),
		kit_test(rows_of_others_are_refused),
		kit_test(rows_of_others_are_not_replaced),
		kit_test(nor_are_those_that_were_staged_again),
		kit_test(a_new_column_may_tell),
		kit_test(no_memory_is_survived),
	};

	seed = test_seed(1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
