/* Which tables texts name, what is refused and how, and that what is named can be read. */
#include "engine/table_test.h"

#include <strings.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/random.h"
#include "engine/statement.h"

static const struct bln_statement_options anything = { .may_read_files = true };
static const struct bln_statement_options tables_only = { 0 };

static struct bln_engine *engine; /* analysing leaves nothing in it */

static int engine_open(void **state)
{
	const struct bln_engine_settings settings = { .memory_bytes = INT64_C(256) << 20, .threads = 2 };
	(void)state;

	return bln_engine_open(&settings, &engine, NULL) == BLN_OK ? 0 : -1;
}

static int engine_close(void **state)
{
	(void)state;
	bln_engine_close(engine);
	return 0;
}

static void predicate_write(const struct bln_predicate *predicate, struct bln_text *text)
{
	static const char *const ops[] = { "=", "<", "<=", ">", ">=", "in", "null", "notnull" };

	bln_text_add_format(text, " %s%s", predicate->column, ops[predicate->op]);
	for (size_t i = 0; i < predicate->value_count; i++) {
		const struct bln_literal *value = &predicate->values[i];

		bln_text_add(text, i ? "," : "");
		if (value->kind == BLN_LITERAL_INT)
			bln_text_add_format(text, "%lld", (long long)value->integer);
		else if (value->kind == BLN_LITERAL_DOUBLE)
			bln_text_add_format(text, "%g", value->number);
		else if (value->kind == BLN_LITERAL_BOOL)
			bln_text_add(text, value->boolean ? "true" : "false");
		else
			bln_text_add_format(text, "'%.*s'", (int)value->text.length, value->text.at);
	}
}

/* "TABLE silver.a @1:15 x>1; CHANGES bronze.b @2:6; " */
static const char *named(const char *sql)
{
	static const char *const kinds[] = { "TABLE", "CHANGES", "EXISTING", "FILES", "DELTA" };
	static char out[4096];
	struct bln_arena arena = { 0 };
	struct bln_relations relations;
	struct bln_text text = { 0 };
	struct bln_err err = { 0 };

	if (bln_statement_analyse(engine, sql, &anything, &arena, &relations, &err) != BLN_OK)
		fail_msg("%s: %s", sql, err.message);
	for (size_t i = 0; i < relations.count; i++) {
		const struct bln_relation *relation = &relations.items[i];

		bln_text_add_format(&text, "%s %s @%d:%d", kinds[relation->kind], relation->name, relation->line,
				    relation->column);
		for (size_t j = 0; j < relation->predicate_count; j++)
			predicate_write(&relation->predicates[j], &text);
		bln_text_add(&text, "; ");
	}
	snprintf(out, sizeof(out), "%s", text.at ? text.at : "");
	bln_text_clean_up(&text);
	bln_arena_clean_up(&arena);
	return out;
}

static void names_are_found_wherever_they_stand(void **state)
{
	static const struct {
		const char *sql, *expected;
	} cases[] = {
		{ "SELECT 1", "" },
		{ "FROM silver.cryptos", "TABLE silver.cryptos @1:6; " },
		{ "SELECT *\nFROM silver.a x JOIN gold.b USING (s);", "TABLE silver.a @2:6; TABLE gold.b @2:22; " },
		{ "SELECT 'é', (SELECT max(n) FROM gold.b) FROM silver.a",
		  "TABLE gold.b @1:33; TABLE silver.a @1:46; " },
		{ "WITH a AS (FROM silver.a), b AS (FROM a) SELECT * FROM b, A", "TABLE silver.a @1:17; " },
		{ "WITH a AS (WITH c AS (FROM x.c) FROM c) FROM a, c", "TABLE x.c @1:28; TABLE c @1:49; " },
		{ "WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r, x.t) FROM r",
		  "TABLE x.t @1:67; " },
		{ "SELECT * FROM x.t WHERE n IN (SELECT n FROM x.u) AND EXISTS (FROM x.v)",
		  "TABLE x.t @1:15; TABLE x.u @1:45; TABLE x.v @1:67; " },
		{ "FROM x.a UNION ALL FROM x.b EXCEPT FROM X.A", "TABLE x.a @1:6; TABLE x.b @1:25; " },
		{ "FROM changes('bronze.a') JOIN existing('silver.b') USING (k), files('silver.b'), delta('/data/it''s')",
		  "CHANGES bronze.a @1:6; EXISTING silver.b @1:31; FILES silver.b @1:63; DELTA /data/it's @1:82; " },
		{ "FROM range(3), generate_series(1, 2), unnest([1])", "" },
		{ "DESCRIBE silver.a", "TABLE silver.a @1:10; " },
		{ "SUMMARIZE silver.a", "TABLE silver.a @1:11; " },
		{ "FROM (PIVOT silver.a ON s IN ('x') USING sum(n))", "TABLE silver.a @1:13; " },
		{ "FROM 'file.parquet', read_csv('a.csv'), information_schema.tables", "" },
		{ "FROM alone", "TABLE alone @1:6; " },
		{ "VALUES (1), (2)", "" },
		{ "SELECT list_transform([1], lambda x: x + 1), (SELECT n FROM x.t LIMIT 1)", "TABLE x.t @1:61; " },
		{ "SELECT 18446744073709551615, 1e400, 170141183460469231731687303715884105727 FROM x.t",
		  "TABLE x.t @1:82; " },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(named(cases[i].sql), cases[i].expected);
}

static void what_where_says_of_a_table_is_found(void **state)
{
	static const struct {
		const char *sql, *expected;
	} cases[] = {
		{ "FROM x.t WHERE s = 'a' AND n > 5 AND 7 >= n AND m <= -2", "x.t @1:6 s='a' n>5 n<=7 m<=-2; " },
		{ "FROM x.t WHERE n BETWEEN 1 AND 2.5 AND s IN ('a', 'b')", "x.t @1:6 n>=1 n<=2.5 sin'a','b'; " },
		{ "FROM x.t WHERE a IS NULL AND b IS NOT NULL AND c = true AND NOT d",
		  "x.t @1:6 anull bnotnull c=true; " },
		{ "FROM x.t WHERE t >= TIMESTAMP '2024-01-01' AND d < DATE '2024-02-01' AND u > TIMESTAMPTZ '2024-01-01 00:00+02'",
		  "x.t @1:6 t>='2024-01-01' d<'2024-02-01' u>'2024-01-01 00:00+02'; " },
		{ "FROM x.t WHERE x.t.n = 1 AND t.m = 2 AND u.k = 3", "x.t @1:6 n=1 m=2; " },
		{ "FROM x.t AS y WHERE y.n = 1 AND t.m = 2 AND k = 1e-3", "x.t @1:6 n=1 k=0.001; " },
		{ "FROM x.t a JOIN x.u b ON true WHERE a.n = 1 AND b.m = 2 AND k = 3",
		  "x.t @1:6 n=1; TABLE x.u @1:17 m=2; " },
		{ "FROM x.t a LEFT JOIN x.u b ON true WHERE a.n = 1 AND b.m = 2", "x.t @1:6 n=1; TABLE x.u @1:22; " },
		{ "FROM x.t a FULL JOIN x.u b ON true WHERE a.n = 1 AND b.m = 2", "x.t @1:6; TABLE x.u @1:22; " },
		{ "FROM x.t a ASOF JOIN x.u b ON a.d >= b.d WHERE a.n = 1 AND b.m = 2", "x.t @1:6; TABLE x.u @1:22; " },
		{ "FROM x.t a POSITIONAL JOIN x.u b WHERE a.n = 1", "x.t @1:6; TABLE x.u @1:28; " },
		/* Of no use: or, functions, other columns, a name given twice, samples, columns renamed, nulls, too exact times. */
		{ "FROM x.t WHERE n = 1 OR m = 2", "x.t @1:6; " },
		{ "FROM x.t WHERE abs(n) = 1 AND n = m AND n = NULL AND n NOT IN (1) AND n <> 4 AND n IN (1, m)",
		  "x.t @1:6; " },
		{ "FROM x.t WHERE n = 1 UNION ALL FROM x.t", "x.t @1:6; " },
		{ "FROM (FROM x.t) WHERE n = 1", "x.t @1:12; " },
		{ "FROM x.t AS a(n, m) WHERE n = 1", "x.t @1:6; " },
		{ "FROM x.t TABLESAMPLE 10% WHERE n = 1", "x.t @1:6; " },
		{ "SELECT * FROM x.t WHERE n = 1 USING SAMPLE 10%", "x.t @1:15; " },
		{ "FROM x.t WHERE t > '2024-01-01 00:00:00.1234567'", "x.t @1:6; " },
		{ "FROM x.t WHERE n = 18446744073709551615", "x.t @1:6; " },
		{ "FROM x.t WHERE TRY_CAST('x' AS DATE) > d", "x.t @1:6; " },
		{ "SELECT * FROM x.t WHERE n = 1 QUALIFY row_number() OVER () = 1", "x.t @1:15 n=1; " },
		{ "SELECT (SELECT count(*) FROM x.t WHERE n = 1 AND t.m = 2)", "x.t @1:30 n=1 m=2; " },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char expected[512];

		snprintf(expected, sizeof(expected), "TABLE %s", cases[i].expected);
		assert_string_equal(named(cases[i].sql), expected);
	}
	assert_string_equal(named("FROM changes('x.t') WHERE n = 1 AND changes.m = 2"), "CHANGES x.t @1:6 n=1 m=2; ");
	assert_string_equal(named("FROM files('x.t') WHERE rows = 1"), "FILES x.t @1:6; ");
}

static void refused(const char *sql, const struct bln_statement_options *options, enum bln_status expected,
		    const char *text)
{
	struct bln_arena arena = { 0 };
	struct bln_relations relations;
	struct bln_err err = { 0 };
	enum bln_status status = bln_statement_analyse(engine, sql, options, &arena, &relations, &err);

	if (status != expected || !strstr(err.message, text))
		fail_msg("%s: %s (%s), expected '%s'", sql, err.message, bln_status_name(status), text);
	bln_arena_clean_up(&arena);
}

static void what_is_no_select_is_refused_by_its_name(void **state)
{
	static const struct {
		const char *sql, *text;
	} cases[] = {
		{ "INSERT INTO silver.a VALUES (1)", "not INSERT" },
		{ "-- a note\n/* and one */ (delete FROM silver.a)", "syntax error" },
		{ "/* x */ DELETE FROM silver.a", "not DELETE" },
		{ "COPY (SELECT 1) TO 'x'", "not COPY" },
		{ "ATTACH 'x.db'", "not ATTACH" },
		{ "PRAGMA version", "not PRAGMA" },
		{ "SET threads = 1", "not SET" },
		{ "INSTALL httpfs", "not INSTALL" },
		{ "CREATE TABLE t (i INT)", "not CREATE" },
		{ "CALL range(3)", "not CALL" },
		{ "EXPLAIN SELECT 1", "not EXPLAIN" },
		{ "PIVOT silver.a ON s", "must name its values" },
		{ "SHOW TABLES", "bullion table list" },
		{ "", "no statement" },
		{ " ; ", "no statement" },
		{ "SELECT 1; SELECT 2", "not 2" },
		{ "SELECT 1,\n  é FROM FROM", "line 2, column 10: syntax error" },
		{ "SELEC 1", "line 1, column 1: syntax error" },
		{ "FROM changes(x)", "changes(…) takes one text" },
		{ "\nFROM changes('a', 'b')", "line 2, column 6: changes(…) takes one text" },
		{ "FROM files(1)", "files('bronze.cryptos')" },
		{ "FROM delta('a' || 'b')", "delta('/data/table')" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		refused(cases[i].sql, &anything, BLN_INVALID, cases[i].text);
	refused("FROM a.b.c", &anything, BLN_UNSUPPORTED, "two parts");
	refused("FROM silver.a AT (VERSION => 3)", &anything, BLN_UNSUPPORTED, "--as-of");
}

static void files_are_out_of_reach_where_they_may_not_be_read(void **state)
{
	static const char *const bad[] = {
		"FROM 'a.parquet'",
		"FROM \"/etc/passwd\"",
		"FROM 's3://b/k'",
		"FROM '*'",
		"FROM read_csv('a')",
		"FROM READ_TEXT('/etc/passwd')",
		"FROM glob('*')",
		"FROM query('SELECT 1')",
		"FROM query_table('x')",
		"FROM duckdb_views()",
		"FROM parquet_metadata('x')",
		"SELECT (FROM read_blob('x'))",
		"FROM information_schema.tables",
		"FROM pg_catalog.pg_views",
		"WITH a AS (FROM sniff_csv('x')) SELECT 1",
		"FROM anything_new('x')",
		"SELECT * FROM x.t WHERE n IN (SELECT file FROM glob('/etc/*'))",
		"FROM checkpoint()",
	};
	(void)state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused(bad[i], &tables_only, BLN_DENIED, "not allowed here");
	refused("SELECT 1,\n(FROM glob('*'))", &tables_only, BLN_DENIED, "line 2, column 7: 'glob'");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		named(bad[i]);
}

static void too_much_is_refused(void **state)
{
	char *sql = malloc(BLN_STATEMENT_SIZE_MAX + 2);
	int at;
	(void)state;

	assert_non_null(sql);
	memset(sql, ' ', BLN_STATEMENT_SIZE_MAX + 1);
	sql[BLN_STATEMENT_SIZE_MAX + 1] = '\0';
	refused(sql, &anything, BLN_INVALID, "longer than");
	memcpy(sql, "SELECT ", 7);
	for (int i = 0; i < 900; i++)
		memcpy(sql + 7 + 4 * i, "abs(", 4);
	sql[7 + 3600] = '1';
	memset(sql + 7 + 3601, ')', 900);
	sql[7 + 3601 + 900] = '\0';
	refused(sql, &anything, BLN_INVALID, "nested too deeply");
	memcpy(sql, "WITH a AS (SELECT 1)", 20);
	at = 20;
	for (int i = 0; i <= BLN_STATEMENT_RELATIONS_MAX; i++)
		at += sprintf(sql + at, ", a%d AS (FROM x.t%d)", i, i);
	memcpy(sql + at, " SELECT 1", 10);
	refused(sql, &anything, BLN_INVALID, "more than 1000 tables");
	free(sql);
}

/* silver.candles: three files, of 2023, 2024 and 2024, each with a thousand rows. */
struct lake {
	struct table table;
	struct bln_err err;
	const struct bln_add *files[TABLE_FILES_MAX];
	size_t file_count; /* 0: all */
	const char *where;
	int asked;
};

static enum bln_status lake_resolve(void *context, const struct bln_relation *relation, struct bln_resolved *out,
				    struct bln_err *err)
{
	struct lake *lake = context;

	lake->asked++;
	if (strcasecmp(relation->name, "silver.candles") != 0 && relation->kind != BLN_RELATION_DELTA)
		return bln_err_set(err, BLN_NOT_FOUND, "no table %s: did you mean silver.candles?", relation->name);
	*out = (struct bln_resolved){ .snapshot = &lake->table.snapshot,
				      .files = lake->files,
				      .file_count = lake->file_count,
				      .is_all = lake->file_count == 0,
				      .where = lake->where };
	return BLN_OK;
}

static void lake_open(struct lake *lake)
{
	lake->file_count = 0;
	lake->where = NULL;
	lake->asked = 0;
	table_open(&lake->table);
	table_begin(&lake->table, BLN_MAPPING_NONE,
		    "{\"name\":\"symbol\",\"type\":\"string\",\"nullable\":true,\"metadata\":{}},"
		    "{\"name\":\"n\",\"type\":\"long\",\"nullable\":true,\"metadata\":{}},"
		    "{\"name\":\"year\",\"type\":\"integer\",\"nullable\":true,\"metadata\":{}}",
		    "year");
	for (int i = 0; i < 3; i++) {
		char path[32], select[256], members[512];

		snprintf(path, sizeof(path), "f%d.parquet", i);
		snprintf(select, sizeof(select), "SELECT 'S' || (i %% 2) AS symbol, i + %d AS n FROM range(1000) r(i)",
			 1000 * i);
		table_write(&lake->table, path, select, "");
		snprintf(
			members, sizeof(members),
			"\"path\":\"f%d.parquet\",\"partitionValues\":{\"year\":\"%d\"},\"modificationTime\":5000,"
			"\"stats\":\"{\\\"numRecords\\\":1000,\\\"minValues\\\":{\\\"n\\\":%d},\\\"maxValues\\\":{\\\"n\\\":%d}}\"",
			i, i ? 2024 : 2023, 1000 * i, 1000 * i + 999);
		table_add(&lake->table, members);
	}
}

static enum bln_status lake_named(struct lake *lake, const char *sql)
{
	const struct bln_resolver resolver = { .context = lake, .resolve = lake_resolve };
	struct bln_arena arena = { 0 };
	enum bln_status status =
		bln_statement_resolve(lake->table.engine, sql, &anything, &resolver, &arena, NULL, &lake->err);

	bln_arena_clean_up(&arena);
	return status;
}

#define assert_reads(lake, sql, expected)                                                                              \
	do {                                                                                                           \
		assert_ok(lake_named(lake, sql), &(lake)->err);                                                        \
		assert_rows(&(lake)->table, sql, expected);                                                            \
	} while (0)

static void what_is_named_can_be_read(void **state)
{
	static struct lake lake;
	(void)state;

	lake_open(&lake);
	assert_reads(&lake, "SELECT count(*), min(n), max(n), count(DISTINCT year) FROM silver.candles",
		     "3000|0|2999|2\n");
	assert_reads(&lake, "SELECT count(*) FROM Silver.Candles a JOIN silver.candles b USING (n)", "3000\n");
	assert_int_equal(lake.asked, 2);
	assert_reads(&lake, "SELECT count(*) FROM changes('silver.candles'), delta('/any/\"where\"') d WHERE d.n = 5",
		     "3000\n");
	assert_reads(
		&lake,
		"SELECT path, rows, size_bytes, modified_at, \"partition\"->>'year' AS y, (max->>'n')::BIGINT AS m "
		"FROM files('silver.candles') ORDER BY path LIMIT 1",
		"f0.parquet|1000|1|1970-01-01 00:00:05+00|2023|999\n");
	assert_int_equal(lake_named(&lake, "SELECT *\nFROM silver.candels"), BLN_NOT_FOUND);
	assert_string_equal(lake.err.message,
			    "line 2, column 6: no table silver.candels: did you mean silver.candles?");
	table_close(&lake.table);
}

static void a_resolver_may_pick_files_and_rows(void **state)
{
	static struct lake lake;
	(void)state;

	lake_open(&lake);
	lake.files[0] = &lake.table.adds[2];
	lake.files[1] = &lake.table.adds[0];
	lake.file_count = 2;
	assert_reads(&lake, "SELECT count(*), min(n), max(n) FROM changes('silver.candles')", "2000|0|2999\n");
	assert_reads(&lake, "SELECT count(*) FROM changes('silver.candles') WHERE n >= 2500", "500\n");
	assert_reads(&lake, "SELECT count(*) FROM changes('silver.candles') WHERE n BETWEEN 900 AND 1900", "100\n");
	assert_reads(&lake, "SELECT count(*) FROM files('silver.candles')", "2\n");
	lake.file_count = 0;
	lake.where = "symbol = 'S1' AND n < 10";
	assert_reads(&lake, "SELECT count(*) FROM silver.candles", "5\n");
	assert_reads(&lake, "SELECT count(*) FROM existing('silver.candles') WHERE n > 3", "3\n");
	table_close(&lake.table);
}

/* A file that the WHERE rules out is not even looked for. */
static void files_that_cannot_matter_are_not_opened(void **state)
{
	static struct lake lake;
	char path[128];
	(void)state;

	lake_open(&lake);
	snprintf(path, sizeof(path), "%s/f1.parquet", lake.table.folder);
	assert_int_equal(unlink(path), 0);
	assert_reads(&lake, "SELECT count(*) FROM silver.candles WHERE n < 1000 AND symbol = 'S0'", "500\n");
	assert_reads(&lake, "SELECT count(*) FROM silver.candles c JOIN range(3) r(i) ON true WHERE c.year = 2023",
		     "3000\n");
	assert_int_equal(lake_named(&lake, "SELECT count(*) FROM silver.candles WHERE n < 1001"), BLN_NOT_FOUND);
	assert_int_equal(lake_named(&lake, "SELECT count(*) FROM silver.candles WHERE nonsense < 1"), BLN_NOT_FOUND);
	table_close(&lake.table);
}

/* Whatever the WHERE is: with files left out, the rows are those that DuckDB finds in all of them. */
static void leaving_files_out_changes_no_result(void **state)
{
	/* '#' is an operator, '@' a number. */
	static const char *const conditions[] = {
		"n # @",
		"@ # n",
		"n BETWEEN @ AND @ + 700",
		"n IN (@, 17, 5)",
		"year # 2020 + @ % 6",
		"symbol # 'S1'",
		"year IS NULL",
		"n IS NOT NULL",
		"NOT n # @",
		"(n # @ OR symbol = 'S0')",
		"n # @.5",
		"year # '2024'",
		"n # @::BIGINT",
		"symbol IN ('S1', 'x')",
		"year # 2024",
		"n # 1e3",
	};
	static const char *const ops[] = { "=", "<", "<=", ">", ">=" };
	static struct lake lake;
	struct bln_random random;
	(void)state;

	bln_random_init(&random, test_seed(20240131));
	lake_open(&lake);
	assert_ok(table_view(&lake.table, &lake.err), &lake.err);
	for (int i = 0; i < 120; i++) {
		char where[512] = "", sql[1024], all[1024], expected[64];

		for (uint64_t j = 0; j <= bln_random_below(&random, 3); j++) {
			const char *condition =
				conditions[bln_random_below(&random, sizeof(conditions) / sizeof(conditions[0]))];
			const char *op = ops[bln_random_below(&random, 5)];
			int value = (int)bln_random_below(&random, 3200);
			size_t length = strlen(where);

			length += (size_t)snprintf(where + length, sizeof(where) - length, "%s", j ? " AND " : "");
			for (; *condition; condition++) {
				if (*condition == '#')
					length += (size_t)snprintf(where + length, sizeof(where) - length, "%s", op);
				else if (*condition == '@')
					length += (size_t)snprintf(where + length, sizeof(where) - length, "%d", value);
				else
					length += (size_t)snprintf(where + length, sizeof(where) - length, "%c",
								   *condition);
			}
		}
		snprintf(all, sizeof(all), "SELECT count(*), sum(n) FROM t WHERE %s", where);
		snprintf(sql, sizeof(sql), "SELECT count(*), sum(n) FROM silver.candles WHERE %s", where);
		snprintf(expected, sizeof(expected), "%s", table_rows(&lake.table, all));
		assert_reads(&lake, sql, expected);
	}
	table_close(&lake.table);
}

static void errors_are_told_by_the_lines_that_were_written(void **state)
{
	static const struct {
		const char *sql, *message, *expected;
	} cases[] = {
		{ "SELECT 1,\n  bad", "No\n\nLINE 3:   bad\n          ^", "No\n\nLINE 2:   bad\n          ^" },
		{ "SELECT 1,\n  bad", "No\n\nLINE 2:   bad\n          ^", "No\n\nLINE 2:   bad\n          ^" },
		{ "SELECT bad, more", "No\n\nLINE 10: ...bad, mo...\n  ^", "No" },
		{ "1\n2\n3\n4\n5\n6\n7\n8\n SELECT bad, more", "No\n\nLINE 10: ...bad, mo...\n  ^",
		  "No\n\nLINE 9: ...bad, mo...\n  ^" },
		{ "SELECT bad", "No\n\nLINE 1: COPY (SELECT hidden\n  ^", "No" },
		{ "SELECT bad", "No\n\nLINE 99999999999999999999: x", "No" },
		{ "SELECT bad", "No LINE here", "No LINE here" },
		{ "SELECT bad", "No\n\nLINE x: y", "No\n\nLINE x: y" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bln_err err = { 0 };

		(void)!bln_err_set(&err, BLN_INVALID, "%s", cases[i].message);
		bln_statement_mend_error(cases[i].sql, &err);
		assert_string_equal(err.message, cases[i].expected);
	}
}

static void without_memory_nothing_leaks(void **state)
{
	static struct lake lake;
	enum bln_status status = BLN_NO_MEMORY;
	(void)state;

	lake_open(&lake);
	for (uint64_t nth = 1; status == BLN_NO_MEMORY && nth < 2000; nth++) {
		bln_mem_fail_at(nth, true);
		status = lake_named(
			&lake,
			"SELECT * FROM silver.candles a, files('silver.candles') WHERE a.n IN (1, 2) AND a.n < 5");
		bln_mem_fail_at(0, false);
	}
	assert_ok(status, &lake.err);
	table_close(&lake.table);
}

static void what_is_explained_is_found(void **state)
{
	static const struct {
		const char *sql;
		const char *explained; /* NULL: it is no EXPLAIN */
	} cases[] = {
		{ "EXPLAIN SELECT 1", "SELECT 1" },
		{ " \n-- why\nexplain/**/Analyze/* x */SELECT 1", "SELECT 1" },
		{ "EXPLAIN (SELECT 1)", "(SELECT 1)" },
		{ "EXPLAIN (FORMAT json) SELECT 1", " SELECT 1" },
		{ "EXPLAIN ( analyze , format json)FROM t", "FROM t" },
		{ "EXPLAIN (ANALYZE", "(ANALYZE" },
		{ "EXPLAIN", "" },
		{ "EXPLAIN -- nothing", "" },
		{ "EXPLAIN ANALYZED", "ANALYZED" },
		{ "EXPLAINED", NULL },
		{ "(EXPLAIN SELECT 1)", NULL },
		{ "SELECT 'EXPLAIN'", NULL },
		{ "/* EXPLAIN SELECT 1", NULL },
		{ "", NULL },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const size_t length = bln_statement_explain_length(cases[i].sql);

		if (!cases[i].explained)
			assert_int_equal(length, 0);
		else
			assert_string_equal(cases[i].sql + length, cases[i].explained);
	}
}

static void places_come_before_messages(void **state)
{
	static const struct {
		const char *message;
		const char *placed;
	} cases[] = {
		{ "line 12, column 3: no", "a.sql:12:3: no" },
		{ "there is no statement", "a.sql: there is no statement" },
		{ "line 1, column x: no", "a.sql: line 1, column x: no" },
		{ "no\n\nLINE 2:   x = é\n              ^", "a.sql:2:7: no\n\nLINE 2:   x = é\n              ^" },
		{ "no\n\nLINE 2: ...x\n           ^", "a.sql:2: no\n\nLINE 2: ...x\n           ^" },
		{ "no\n\nLINE 2: x", "a.sql:2: no\n\nLINE 2: x" },
		{ "no\n\nLINE 2: x\n  ^", "a.sql:2: no\n\nLINE 2: x\n  ^" },
		{ "no\n\nLINE up", "a.sql: no\n\nLINE up" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bln_err err = { .status = BLN_INVALID };

		snprintf(err.message, sizeof(err.message), "%s", cases[i].message);
		assert_int_equal(bln_statement_in_file("a.sql", BLN_INVALID, &err), BLN_INVALID);
		assert_string_equal(err.message, cases[i].placed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_found_wherever_they_stand),
		cmocka_unit_test(what_where_says_of_a_table_is_found),
		cmocka_unit_test(what_is_no_select_is_refused_by_its_name),
		cmocka_unit_test(files_are_out_of_reach_where_they_may_not_be_read),
		cmocka_unit_test(too_much_is_refused),
		cmocka_unit_test(what_is_named_can_be_read),
		cmocka_unit_test(a_resolver_may_pick_files_and_rows),
		cmocka_unit_test(files_that_cannot_matter_are_not_opened),
		cmocka_unit_test(leaving_files_out_changes_no_result),
		cmocka_unit_test(errors_are_told_by_the_lines_that_were_written),
		cmocka_unit_test(what_is_explained_is_found),
		cmocka_unit_test(places_come_before_messages),
		cmocka_unit_test(without_memory_nothing_leaks),
	};

	return cmocka_run_group_tests_name("statement", tests, engine_open, engine_close);
}
