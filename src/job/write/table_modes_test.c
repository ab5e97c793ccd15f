/* The table writer's modes against the same rows in memory: random rows, keys, partitions and splits, several calls for one
 * commit. */
#include "job/job_test_kit.h"

static struct kit *kit;
static uint64_t seed;

static int set_up(void **state)
{
	*state = kit = kit_new("", seed);
	kit_work(kit);
	return 0;
}

enum { ROUNDS = 20, ROWS_MAX = 2000 };

struct row {
	const char *part; /* of the partition; NULL: null */
	const char *group; /* of the split */
	int64_t key;
	bool has_key; /* else null */
	int64_t value;
};

struct table {
	struct row rows[ROWS_MAX];
	size_t count;
};

static const char *const parts[] = { "XBTUSD", "A/B", "x=y %41", "ü€", "it's", NULL };
static const char *const groups[] = { "15m", "1d", NULL };

static bool text_is(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* COLUMNS of the key: 1 key, 2 group, 4 part. */
static bool key_is(const struct row *a, const struct row *b, unsigned columns)
{
	return (!(columns & 1) || (a->has_key == b->has_key && (!a->has_key || a->key == b->key))) &&
	       (!(columns & 2) || text_is(a->group, b->group)) && (!(columns & 4) || text_is(a->part, b->part));
}

static bool has_key(const struct table *table, size_t count, const struct row *row, unsigned columns)
{
	for (size_t i = 0; i < count; i++)
		if (key_is(&table->rows[i], row, columns))
			return true;
	return false;
}

static void oracle_write(struct table *table, const struct table *incoming, enum bln_write_mode mode, unsigned columns)
{
	size_t kept = 0;
	size_t before = table->count;

	for (size_t i = 0; i < before; i++)
		if (mode == BLN_WRITE_ADD || mode == BLN_WRITE_ADD_NEW ||
		    (mode != BLN_WRITE_ALL && !has_key(incoming, incoming->count, &table->rows[i], columns)))
			table->rows[kept++] = table->rows[i];
	table->count = kept;
	for (size_t i = 0; i < incoming->count; i++) {
		if (mode == BLN_WRITE_ADD_NEW && has_key(table, table->count, &incoming->rows[i], columns))
			continue;
		assert_true(table->count < ROWS_MAX);
		table->rows[table->count++] = incoming->rows[i];
	}
}

static void oracle_check(const struct table *table)
{
	struct bln_text wanted = { 0 };

	for (size_t i = 0; i < table->count; i++) {
		const struct row *row = &table->rows[i];

		bln_text_add_format(&wanted, "%s|%s|", row->part ? row->part : "NULL",
				    row->group ? row->group : "NULL");
		if (row->has_key)
			bln_text_add_format(&wanted, "%" PRId64, row->key);
		else
			bln_text_add(&wanted, "NULL");
		bln_text_add_format(&wanted, "|%" PRId64 "\n", row->value);
	}
	assert_same_rows(kit, "SELECT part, \"group\", key, value FROM silver.t", &wanted);
	bln_text_clean_up(&wanted);
}

static void add_value(struct bln_text *sql, const char *text)
{
	if (text)
		bln_text_add_quoted(sql, '\'', text, strlen(text));
	else
		bln_text_add(sql, "NULL");
}

/* Some rows, and the same in INCOMING. IS_UNIQUE: each key once. */
static char *random_sql(struct table *incoming, bool is_unique, unsigned columns)
{
	size_t count = bln_random_below(&kit->random, 40);
	int64_t low = (int64_t)bln_random_below(&kit->random, 300);
	struct bln_text sql = { 0 };

	bln_text_add(&sql, "SELECT CAST(part AS VARCHAR) AS part, CAST(\"group\" AS VARCHAR) AS \"group\", "
			   "CAST(key AS BIGINT) AS key, CAST(value AS BIGINT) AS value FROM (VALUES ");
	for (size_t i = 0; i < count; i++) {
		struct row row = { .part = parts[bln_random_below(&kit->random, 6)],
				   .group = groups[bln_random_below(&kit->random, 3)],
				   .key = low + (int64_t)bln_random_below(&kit->random, 60),
				   .has_key = bln_random_below(&kit->random, 12) > 0,
				   .value = (int64_t)bln_random_below(&kit->random, 1000000) };

		if (is_unique && has_key(incoming, incoming->count, &row, columns))
			continue;
		bln_text_add(&sql, "(");
		add_value(&sql, row.part);
		bln_text_add(&sql, ", ");
		add_value(&sql, row.group);
		if (row.has_key)
			bln_text_add_format(&sql, ", %" PRId64, row.key);
		else
			bln_text_add(&sql, ", NULL");
		bln_text_add_format(&sql, ", %" PRId64 "), ", row.value);
		incoming->rows[incoming->count++] = row;
	}
	/* a last row that is none, so that there are VALUES in any case */
	bln_text_add(&sql,
		     "('none', NULL, NULL, NULL)) t(part, \"group\", key, value) WHERE part IS DISTINCT FROM 'none'");
	return sql.at;
}

/* By the columns they have: see key_is. */
static const struct bln_setting_list keys[] = {
	{ 0 },
	KIT_LIST("key"),
	KIT_LIST("group"),
	KIT_LIST("key", "group"),
	KIT_LIST("part"),
	KIT_LIST("part", "key"),
	KIT_LIST("part", "group"),
	KIT_LIST("part", "group", "key"),
};

static void modes_do_as_the_oracle(void **state)
{
	struct table *table = calloc(2, sizeof(*table));
	struct table *incoming = table + 1;
	(void)state;

	for (int round = 0; round < ROUNDS; round++) {
		unsigned columns = 1 + (unsigned)bln_random_below(&kit->random, 7);
		struct bln_write_spec spec = { .table = "silver.t",
					       .mode = (enum bln_write_mode)bln_random_below(&kit->random, 5),
					       .key = keys[columns],
					       .partition = KIT_LIST("part"),
					       .split = KIT_LIST("group") };
		size_t adds = 1 + bln_random_below(&kit->random, 3);
		char *sqls[4] = { NULL };

		if (spec.mode == BLN_WRITE_ALL && bln_random_below(&kit->random, 3))
			spec.mode = BLN_WRITE_UPSERT; /* else there would be little to find */
		if (round == 0)
			spec.mode = BLN_WRITE_ADD;
		for (size_t i = 0; i < adds; i++) {
			incoming->count = 0;
			sqls[i] = random_sql(incoming, spec.mode == BLN_WRITE_UPSERT || spec.mode == BLN_WRITE_ADD_NEW,
					     columns);
			oracle_write(table, incoming, spec.mode == BLN_WRITE_ALL && i ? BLN_WRITE_ADD : spec.mode,
				     columns);
		}
		assert_ok(kit_try_write(kit, &spec, (const char *const *)sqls, NULL, NULL), &kit->err);
		for (size_t i = 0; i < adds; i++)
			bln_mem_free(sqls[i]);
		oracle_check(table);
		assert_int_equal(kit_orphans(kit), 0);
	}
	free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(modes_do_as_the_oracle),
	};

	seed = test_seed(1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
