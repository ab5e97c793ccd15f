/* Snapshots over files made here: what SQL sees must be the table, whatever the files are like. */
#include "engine/table_test.h"

#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/mem.h"
#include "base/random.h"

static struct table t;

static int open_table(void **state)
{
	(void)state;
	table_open(&t);
	return 0;
}

static int close_table(void **state)
{
	(void)state;
	table_close(&t);
	return 0;
}

#define FIELD(name, type) "{\"name\":\"" name "\",\"type\":\"" type "\",\"nullable\":true,\"metadata\":{}}"

static void view_made(void)
{
	struct bln_err err = { 0 };

	assert_ok(table_view(&t, &err), &err);
}

/* The formatter cannot lay out strings that macros make. */
/* clang-format off */
static const char every_type[] =
	FIELD("s", "string") "," FIELD("l", "long") "," FIELD("i", "integer") "," FIELD("h", "short") "," FIELD("b", "byte") ","
	FIELD("f", "float") "," FIELD("d", "double") "," FIELD("m", "decimal(10,2)") "," FIELD("t", "boolean") ","
	FIELD("x", "binary") "," FIELD("a", "date") "," FIELD("z", "timestamp") "," FIELD("n", "timestamp_ntz");
/* clang-format on */

static const char every_type_in_sql[] =
	"VARCHAR|BIGINT|INTEGER|SMALLINT|TINYINT|FLOAT|DOUBLE|DECIMAL(10,2)|BOOLEAN|BLOB|DATE|TIMESTAMP WITH TIME ZONE|TIMESTAMP\n";

static void columns_have_the_types_of_the_table(void **state)
{
	(void)state;
	table_begin(&t, BLN_MAPPING_NONE, every_type, "");
	view_made(); /* no file at all */
	assert_rows(&t, "SELECT string_agg(column_type, '|') FROM (DESCRIBE t)", every_type_in_sql);
	assert_rows(&t, "FROM t", "");

	/* As Spark has them: all small integers are 32 bits wide, decimals as wide as they need to be; and others' ways. */
	table_write(
		&t, "1.parquet",
		"SELECT n::TIMESTAMP AS n, z::TIMESTAMPTZ AS z, 'str' AS s, 1::INTEGER AS l, 2 AS i, 3::INTEGER AS h, 4::INTEGER AS b, "
		"0.5::DOUBLE AS d, 0.25::FLOAT AS f, 1.5::DECIMAL(18,1) AS m, true AS t, '\\x00\\xFF'::BLOB AS x, "
		"DATE '1969-12-31' AS a FROM (SELECT TIMESTAMP '2024-01-01 12:00:00.123456' AS n, "
		"TIMESTAMPTZ '1969-12-31 23:59:59.5Z' AS z)",
		"");
	table_write(
		&t, "2.parquet",
		"SELECT TIMESTAMP_NS '2024-01-01 12:00:00.123456' AS z, TIMESTAMP_MS '2024-01-01 12:00:00.123' AS n, 7::TINYINT AS l",
		"");
	table_add(&t, "\"path\":\"1.parquet\"");
	table_add(&t, "\"path\":\"2.parquet\"");
	view_made();
	assert_rows(&t, "SELECT string_agg(column_type, '|') FROM (DESCRIBE t)", every_type_in_sql);
	assert_rows(
		&t, "FROM t ORDER BY l",
		"str|1|2|3|4|0.25|0.5|1.50|true|\\x00\\xFF|1969-12-31|1969-12-31 23:59:59.5+00|2024-01-01 12:00:00.123456\n"
		"NULL|7|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|2024-01-01 12:00:00.123456+00|2024-01-01 12:00:00.123\n");
	assert_rows(&t, "SELECT l FROM t WHERE z < TIMESTAMPTZ '1970-01-01 00:00:00Z' AND b = 4 AND m = 1.5", "1\n");
	assert_rows(&t, "SELECT l FROM t WHERE i IS NULL", "7\n");
}

/* Made by pyarrow: x DOUBLE 1, NaN, by its statistics at most 1; z INT96 (which Spark writes for timestamps) with a dictionary. */
static const char foreign_file[] =
	"504152311500152c152c2c15041500150615061c1808000000000000f03f1808000000000000f03f16002808000000000000f03f1808"
	"000000000000f03f1111000000020000000401000000000000f03f000000000000f87f1504153015304c15041500120000004a03504a"
	"270000978a25000036b455944e00008b3d25001500151215122c15041510150615061c0000000200000004010103021504193c350018"
	"06736368656d61150400150a2502180178001506250218017a001604191c192c26001c150a19250600191801781500160416aa0116aa"
	"0126083c1808000000000000f03f1808000000000000f03f16002808000000000000f03f1808000000000000f03f111100191c150015"
	"001502003c29061926000400000026001c150619350006101918017a1500160416840116840126fe0126b201292c1504150015020015"
	"0015101502003c29061926000400000016ae021604260816ae02002820706172717565742d6370702d6172726f772076657273696f6e"
	"2032362e302e31192c1c00001c000000ef00000050415231";

static void what_other_writers_do_is_understood(void **state)
{
	char path[192];
	FILE *file;
	(void)state;

	table_begin(&t, BLN_MAPPING_NONE, FIELD("x", "double") "," FIELD("z", "timestamp"), "");
	snprintf(path, sizeof(path), "%s/foreign.parquet", t.folder);
	file = fopen(path, "wb");
	assert_non_null(file);
	for (const char *at = foreign_file; *at; at += 2) {
		char digits[3] = { at[0], at[1] };

		fputc((int)strtol(digits, NULL, 16), file);
	}
	fclose(file);
	table_add(&t, "\"path\":\"foreign.parquet\"");
	view_made();
	assert_rows(&t, "FROM t", "1.0|2024-01-01 12:00:00.123456+00\nnan|1969-12-31 23:59:59+00\n");
	assert_rows(&t, "SELECT x FROM t WHERE x > 5", "nan\n");
	assert_rows(&t, "SELECT x FROM t WHERE z < TIMESTAMPTZ '1970-01-01 00:00:00Z'", "nan\n");

	table_begin(&t, BLN_MAPPING_NONE, FIELD("s", "string"), ""); /* strings that are not said to be text */
	table_write(&t, "bytes.parquet", "SELECT encode('é') AS s", "");
	table_add(&t, "\"path\":\"bytes.parquet\"");
	view_made();
	assert_rows(&t, "SELECT s FROM t WHERE s = 'é'", "é\n");
}

static void partitions_come_from_the_log_whatever_the_folders_say(void **state)
{
	(void)state;
	table_begin(&t, BLN_MAPPING_NONE, every_type, "s,l,i,h,b,f,d,m,t,x,a,z");
	table_write(&t, "one/s=lie/1.parquet", "SELECT TIMESTAMP '2024-01-01' AS n, 'other' AS s", "");
	table_write(&t, "one/l=5/2.parquet", "SELECT TIMESTAMP '2024-01-02' AS n", "");
	table_write(&t, "one/3.parquet", "SELECT TIMESTAMP '2024-01-03' AS n", "");
	table_add(
		&t,
		"\"path\":\"one/s=lie/1.parquet\",\"partitionValues\":{\"s\":\"it's a=b é\",\"l\":\"-9223372036854775808\","
		"\"i\":\"2\",\"h\":\"3\",\"b\":\"-4\",\"f\":\"0.1\",\"d\":\"1e-05\",\"m\":\"-1.50\",\"t\":\"true\",\"x\":\"\\u0001\\u0002\","
		"\"a\":\"1969-12-31\",\"z\":\"2024-01-01 12:00:00.123456\"}");
	table_add(
		&t,
		"\"path\":\"one/l=5/2.parquet\",\"partitionValues\":{\"s\":null,\"l\":null,\"i\":null,\"h\":null,\"b\":null,\"f\":null,"
		"\"d\":null,\"m\":null,\"t\":null,\"x\":null,\"a\":null,\"z\":null}");
	table_add(
		&t,
		"\"path\":\"one/3.parquet\",\"partitionValues\":{\"s\":\"\",\"l\":\"\",\"z\":\"2024-01-01T12:00:00.5Z\",\"t\":\"false\"}");
	view_made();
	assert_rows(&t, "SELECT string_agg(column_type, '|') FROM (DESCRIBE t)", every_type_in_sql);
	assert_rows(
		&t, "FROM t ORDER BY n",
		"it's a=b é|-9223372036854775808|2|3|-4|0.1|1e-05|-1.50|true|\\x01\\x02|1969-12-31|2024-01-01 12:00:00.123456+00|"
		"2024-01-01 00:00:00\n"
		"NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|2024-01-02 00:00:00\n"
		"NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|false|NULL|NULL|2024-01-01 12:00:00.5+00|2024-01-03 00:00:00\n");
	assert_rows(
		&t,
		"SELECT day(n) FROM t WHERE l < 0 AND s LIKE 'it%' AND a < DATE '1970-01-01' AND z > TIMESTAMPTZ '2024-01-01 00:00:00Z'",
		"1\n");
	assert_rows(&t, "SELECT day(n) FROM t WHERE s IS NULL AND t", "");
	assert_rows(&t, "SELECT count(*), count(s), count(t), min(z) FROM t", "3|1|2|2024-01-01 12:00:00.123456+00\n");

	table_begin(&t, BLN_MAPPING_NONE, FIELD("x", "binary") "," FIELD("n", "timestamp_ntz"), "x");
	table_add(&t,
		  "\"path\":\"one/3.parquet\",\"partitionValues\":{\"x\":\"\\\\u0000\\\\u00Ff\"}"); /* as delta-rs */
	view_made();
	assert_rows(&t, "SELECT x FROM t WHERE x = '\\x00\\xFF'::BLOB", "\\x00\\xFF\n");

	table_begin(&t, BLN_MAPPING_NONE, FIELD("p", "integer"), "p"); /* no column at all is in the files */
	table_add(&t, "\"path\":\"one/3.parquet\",\"partitionValues\":{\"p\":\"1\"}");
	view_made();
	assert_rows(&t, "FROM t", "1\n");
}

static void filters_on_partitions_open_no_other_files(void **state)
{
	char member[128];
	char path[64];
	int64_t ignored;
	(void)state;

	table_begin(&t, BLN_MAPPING_NONE, FIELD("year", "integer") "," FIELD("symbol", "string") "," FIELD("v", "long"),
		    "symbol,year");
	for (int i = 0; i < 40; i++) {
		snprintf(path, sizeof(path), "prune/%d.parquet", i);
		table_write(&t, path, "SELECT i AS v FROM range(10) r(i)", "");
		snprintf(member, sizeof(member),
			 "\"path\":\"%s\",\"partitionValues\":{\"symbol\":\"S%d\",\"year\":\"%d\"}", path, i % 4,
			 2000 + i / 4);
		table_add(&t, member);
	}
	view_made();
	/* What DuckDB does not open may be broken: that is how we see it. */
	for (int i = 0; i < 40; i++) {
		char full[192];
		FILE *file;

		if (i == 7 || i == 11)
			continue;
		snprintf(full, sizeof(full), "%s/prune/%d.parquet", t.folder, i);
		file = fopen(full, "wb");
		assert_non_null(file);
		fputs("no Parquet", file);
		fclose(file);
	}
	assert_rows(&t, "SELECT sum(v), min(year), max(symbol) FROM t WHERE symbol = 'S3' AND year IN (2001, 2002)",
		    "90|2001|S3\n");
	assert_rows(&t, "SELECT count(*) FROM t WHERE symbol = 'S3' AND year BETWEEN 2001 AND 2002 AND v < 5", "10\n");
	assert_rows(&t, "SELECT count(*) FROM t WHERE symbol = 'S9'", "0\n");
	assert_rows(&t, "SELECT count(*) FROM t WHERE year + 1 = 2002 AND lower(symbol) = 's3'", "10\n");
	assert_int_not_equal(bln_engine_query_int64(t.engine, "SELECT sum(v) FROM t WHERE symbol = 'S2'", &ignored,
						    NULL, NULL),
			     BLN_OK);
}

static void names_may_be_anything(void **state)
{
	struct bln_scan scan = { .snapshot = &t.snapshot, .is_all = true };
	struct bln_err err = { 0 };
	(void)state;

	/* clang-format off */
	table_begin(&t, BLN_MAPPING_NONE,
	            FIELD("select", "long") "," FIELD("a \\\"q\\\" 'x'", "long") "," FIELD("é日本", "long") "," FIELD("filename", "long") ","
	            FIELD("file_row_number", "long") "," FIELD("c0", "long") "," FIELD("Upper", "long") "," FIELD("p{a}=%", "string"),
	            "p{a}=%");
	/* clang-format on */
	table_write(
		&t, "odd %[x]*?{y}/it's \"é\"/1.parquet",
		"SELECT 1 AS \"select\", 2 AS \"a \"\"q\"\" 'x'\", 3 AS \"é日本\", 4 AS filename, 5 AS file_row_number, 6 AS c0, "
		"7 AS upper",
		"");
	table_add(
		&t,
		"\"path\":\"odd%20%25%5Bx%5D*%3F%7By%7D/it's%20%22%C3%A9%22/1.parquet\",\"partitionValues\":{\"p{a}=%\":\"%20\"}");
	assert_ok(bln_scan_view(t.engine, "sch \"ema\"", "vi.ew 'é'", &scan, &err), &err);
	assert_rows(&t, "FROM \"sch \"\"ema\"\"\".\"vi.ew 'é'\"", "1|2|3|4|5|6|7|%20\n");
	assert_rows(
		&t,
		"SELECT \"Upper\", filename FROM \"sch \"\"ema\"\"\".\"vi.ew 'é'\" WHERE file_row_number = 5 AND c0 = 6",
		"7|4\n");
}

#define MAPPED(name, type, physical, id)                                                                               \
	"{\"name\":\"" name "\",\"type\":" type ",\"nullable\":true,\"metadata\":{\"delta.columnMapping.id\":" id      \
	",\"delta.columnMapping.physicalName\":\"" physical "\"}}"

/* clang-format off */
static const char mapped_fields[] =
	MAPPED("renamed", "\"long\"", "col-1", "1") "," MAPPED("part", "\"string\"", "col-2", "2") ","
	MAPPED("st", "{\"type\":\"struct\",\"fields\":[" MAPPED("in ner", "\"integer\"", "x-1", "4") ","
	       MAPPED("added", "\"string\"", "x-9", "9") "]}", "col-3", "3") ","
	MAPPED("li", "{\"type\":\"array\",\"containsNull\":true,\"elementType\":{\"type\":\"struct\",\"fields\":["
	       MAPPED("e1", "{\"type\":\"array\",\"containsNull\":true,\"elementType\":{\"type\":\"struct\",\"fields\":["
	       MAPPED("deep", "\"long\"", "x-3", "6") "]}}", "x-2", "5") "]}}", "col-4", "7") ","
	MAPPED("ma", "{\"type\":\"map\",\"valueContainsNull\":true,\"keyType\":\"string\",\"valueType\":{\"type\":\"struct\",\"fields\":["
	       MAPPED("mv", "\"long\"", "x-5", "10") "]}}", "col-5", "8");
/* clang-format on */

static const char mapped_select[] =
	"SELECT i AS \"col-1\", CASE WHEN i > 0 THEN {'x-1': i} END AS \"col-3\", "
	"CASE WHEN i > 0 THEN [{'x-2': [{'x-3': i}]}, NULL] END AS \"col-4\", "
	"CASE WHEN i > 0 THEN MAP {'k': {'x-5': i}, 'n': NULL} END AS \"col-5\" FROM range(2) r(i)";

static const char mapped_rows[] =
	"0|P|NULL|NULL|NULL\n"
	"1|P|{'in ner': 1, 'added': NULL}|[{'e1': [{'deep': 1}]}, NULL]|{k={'mv': 1}, n=NULL}\n";

static void mapping_by_name_is_undone_at_every_depth(void **state)
{
	(void)state;
	table_begin(&t, BLN_MAPPING_NAME, mapped_fields, "part");
	table_write(&t, "map/1.parquet", mapped_select, "");
	table_add(&t, "\"path\":\"map/1.parquet\",\"partitionValues\":{\"col-2\":\"P\"}");
	view_made();
	assert_rows(&t, "FROM t ORDER BY renamed", mapped_rows);
	assert_rows(
		&t,
		"SELECT renamed FROM t WHERE st.\"in ner\" = 1 AND part = 'P' AND li[1].e1[1].deep = 1 AND ma['k'].mv = 1",
		"1\n");
	assert_rows(&t, "SELECT column_type FROM (DESCRIBE t) WHERE column_name = 'ma'",
		    "MAP(VARCHAR, STRUCT(mv BIGINT))\n");
}

static void mapping_by_id_needs_no_names(void **state)
{
	(void)state;
	table_begin(&t, BLN_MAPPING_ID, mapped_fields, "part");
	table_write(&t, "id/1.parquet",
		    "SELECT \"col-1\" AS other, \"col-3\" AS \"col-1\", \"col-4\" AS d, \"col-5\" AS e FROM "
		    "(SELECT i AS \"col-1\", CASE WHEN i > 0 THEN {'x-1': i} END AS \"col-3\", "
		    "CASE WHEN i > 0 THEN [{'x-2': [{'x-3': i}]}, NULL] END AS \"col-4\", "
		    "CASE WHEN i > 0 THEN MAP {'k': {'x-5': i}, 'n': NULL} END AS \"col-5\" FROM range(2) r(i))",
		    ", FIELD_IDS {other: 1, \"col-1\": 3, d: 7, e: 8}");
	table_add(&t, "\"path\":\"id/1.parquet\",\"partitionValues\":{\"col-2\":\"P\"}");
	view_made();
	assert_rows(&t, "FROM t ORDER BY renamed", mapped_rows);
}

#define STRUCT(members) "{\"type\":\"struct\",\"fields\":[" members "]}"
#define ARRAY(element) "{\"type\":\"array\",\"containsNull\":true,\"elementType\":" element "}"
#define MAP(key, value) "{\"type\":\"map\",\"valueContainsNull\":true,\"keyType\":" key ",\"valueType\":" value "}"

/* clang-format off */
static const char member_fields[] =
	MAPPED("k", "\"long\"", "k", "1") ","
	MAPPED("st", STRUCT(MAPPED("a", "\"long\"", "a", "4") ","
	                    MAPPED("b", STRUCT(MAPPED("deep", "\"string\"", "deep", "6")), "b", "5")), "st", "3") ","
	MAPPED("li", ARRAY(STRUCT(MAPPED("x", "\"long\"", "x", "8") "," MAPPED("y", "\"long\"", "y", "9"))), "li", "7") ","
	MAPPED("ma", MAP(STRUCT(MAPPED("mk", "\"long\"", "mk", "11")), STRUCT(MAPPED("mv", "\"long\"", "mv", "12"))), "ma", "10");

/* The same value as four writers may have put it: SELECT, and the ids of what it gives. */
static const struct {
	const char *select, *ids, *rows;
} member_files[] = {
	{ /* as the log calls them */
	  "SELECT 1 AS k, {'a': 7, 'b': {'deep': 'd'}} AS st, [{'x': 1, 'y': 2}, NULL] AS li, MAP {{'mk': 3}: {'mv': 4}} AS ma",
	  "k: 1, st: {__duckdb_field_id: 3, a: 4, b: {__duckdb_field_id: 5, deep: 6}}, li: {__duckdb_field_id: 7, "
	  "element: {x: 8, y: 9}}, ma: {__duckdb_field_id: 10, key: {mk: 11}, value: {mv: 12}}",
	  "1|{'a': 7, 'b': {'deep': d}}|[{'x': 1, 'y': 2}, NULL]|{{'mk': 3}={'mv': 4}}\n" },
	{ /* other names, in another order, some of them ours for other members */
	  "SELECT 2 AS other, {'a': {'b': 'd', 'more': 9}, 'b': 7} AS s, [{'y': 1, 'x': 2}, NULL] AS l, MAP {{'o': 3}: {'mk': 4}} AS m",
	  "other: 1, s: {__duckdb_field_id: 3, a: {__duckdb_field_id: 5, b: 6, more: 77}, b: 4}, l: {__duckdb_field_id: 7, "
	  "element: {y: 8, x: 9}}, m: {__duckdb_field_id: 10, key: {o: 11}, value: {mk: 12}}",
	  "2|{'a': 7, 'b': {'deep': d}}|[{'x': 1, 'y': 2}, NULL]|{{'mk': 3}={'mv': 4}}\n" },
	{ /* names that are ours, of members that the table has no more; and of none at all */
	  "SELECT 3 AS k, {'a': 7, 'B': {'gone': 'd'}} AS st, [{'x': 1, 'Y': 2}, NULL] AS li, MAP {{'mk': 3}: {'mv': 4}} AS ma",
	  "k: 1, st: {__duckdb_field_id: 3, a: 70, B: {__duckdb_field_id: 5, gone: 71}}, li: {__duckdb_field_id: 7, "
	  "element: {x: 72, Y: 9}}, ma: {__duckdb_field_id: 10, key: {mk: 11}, value: {mv: 73}}",
	  "3|{'a': NULL, 'b': {'deep': NULL}}|[{'x': NULL, 'y': 2}, NULL]|{{'mk': 3}={'mv': NULL}}\n" },
	{ /* no ids within: by name */
	  "SELECT 4 AS k, {'a': 7} AS st, [{'y': 2, 'x': 1}] AS li, MAP {{'mk': 3}: NULL} AS ma",
	  "k: 1, st: 3, li: 7, ma: 10", "4|{'a': 7, 'b': NULL}|[{'x': 1, 'y': 2}]|{{'mk': 3}=NULL}\n" },
	{ /* nulls are not structs of nulls */
	  "SELECT 5 AS k, NULL::STRUCT(o INTEGER, p STRUCT(q VARCHAR)) AS st, NULL::STRUCT(q INTEGER)[] AS li",
	  "k: 1, st: {__duckdb_field_id: 3, o: 4, p: {__duckdb_field_id: 5, q: 6}}, li: {__duckdb_field_id: 7, element: {q: 8}}",
	  "5|NULL|NULL|NULL\n" },
	{ "SELECT 6 AS k, {'o': NULL, 'p': NULL}::STRUCT(o INTEGER, p STRUCT(q VARCHAR)) AS st",
	  "k: 1, st: {__duckdb_field_id: 3, o: 4, p: {__duckdb_field_id: 5, q: 6}}",
	  "6|{'a': NULL, 'b': NULL}|NULL|NULL\n" },
};
/* clang-format on */

enum { MEMBER_FILES = sizeof(member_files) / sizeof(member_files[0]) };

static void members_are_found_by_their_ids(void **state)
{
	char expected[1024] = "";
	(void)state;

	table_begin(&t, BLN_MAPPING_ID, member_fields, "");
	for (int i = 0; i < MEMBER_FILES; i++) {
		char path[32];
		char with[320];

		snprintf(path, sizeof(path), "member/%d.parquet", i);
		snprintf(with, sizeof(with), ", FIELD_IDS {%s}", member_files[i].ids);
		table_write(&t, path, member_files[i].select, with);
		snprintf(with, sizeof(with), "\"path\":\"%s\"", path);
		table_add(&t, with);
		strncat(expected, member_files[i].rows, sizeof(expected) - strlen(expected) - 1);
	}
	view_made();
	assert_rows(&t, "FROM t ORDER BY k", expected);
	assert_rows(&t, "SELECT k FROM t WHERE st.b.deep = 'd' AND li[1].y = 2 AND ma[{'mk': 3}].mv = 4 ORDER BY k",
		    "1\n2\n");
	assert_rows(&t, "SELECT sum(st.a) FROM t", "21\n");
	t.snapshot.file_count = 0;
	view_made();
	assert_rows(&t, "FROM t", "");
}

/* Puts TO wherever FROM, which is as long, stands in a file. */
static void file_replace(const char *name, const char *from, const char *to)
{
	static char bytes[1 << 16];
	size_t length = strlen(from);
	char path[256];
	size_t size;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", t.folder, name);
	file = fopen(path, "r+b");
	assert_non_null(file);
	size = fread(bytes, 1, sizeof(bytes), file);
	assert_in_range(size, length, sizeof(bytes) - 1);
	for (size_t i = 0; i + length <= size; i++)
		if (memcmp(bytes + i, from, length) == 0)
			memcpy(bytes + i, to, length);
	rewind(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	fclose(file);
}

static void a_file_that_has_two_such_members_is_refused(void **state)
{
	struct bln_err err = { 0 };
	(void)state;

	table_begin(&t, BLN_MAPPING_ID, member_fields, "");
	table_write(&t, "both.parquet", "SELECT 1 AS k, {'member_a': 7, 'member_b': 8} AS st",
		    ", FIELD_IDS {k: 1, st: {__duckdb_field_id: 3, member_a: 4, member_b: 99}}");
	table_add(&t, "\"path\":\"both.parquet\"");
	file_replace("both.parquet", "member_b", "MEMBER_A");
	assert_int_equal(table_view(&t, &err), BLN_UNSUPPORTED);
	assert_non_null(strstr(err.message, "both.parquet"));
}

/* A member was added and the only other one dropped: DuckDB refuses to read the one as the other. */
static void files_may_be_older_than_all_members(void **state)
{
	static const char fields[] =
		MAPPED("st", STRUCT(MAPPED("b", "\"long\"", "col-b", "3")), "st",
		       "1") "," MAPPED("li", ARRAY(STRUCT(MAPPED("b", "\"long\"", "col-c", "5"))), "li", "4");
	(void)state;

	for (int mode = BLN_MAPPING_NAME; mode <= BLN_MAPPING_ID; mode++) {
		table_begin(&t, (enum bln_mapping_mode)mode, fields, "");
		table_write(
			&t, "old.parquet",
			"SELECT {'col-a': [i]} AS st, [{'col-a': i}] AS li FROM range(1) r(i) UNION ALL SELECT NULL, NULL",
			", FIELD_IDS {st: {__duckdb_field_id: 1, 'col-a': {__duckdb_field_id: 2}}, li: {__duckdb_field_id: "
			"4, element: {'col-a': 6}}}");
		table_write(&t, "new.parquet", "SELECT {'col-b': 8} AS st, [{'col-c': 9}] AS li",
			    ", FIELD_IDS {st: {__duckdb_field_id: 1, 'col-b': 3}, li: {__duckdb_field_id: 4, element: "
			    "{'col-c': 5}}}");
		table_add(&t, "\"path\":\"old.parquet\"");
		table_add(&t, "\"path\":\"new.parquet\"");
		view_made();
		assert_rows(&t, "FROM t ORDER BY st IS NULL, st",
			    "{'b': 8}|[{'b': 9}]\n{'b': NULL}|[{'b': NULL}]\nNULL|NULL\n");
	}
}

/* Where no column was dropped, names are all there is to know: a file that is no Parquet is seen by whoever reads it. */
static void footers_are_read_only_where_names_do_not_do(void **state)
{
	static const struct bln_pair most = { .key = { "delta.columnMapping.maxColumnId", 31 }, .value = { "11", 2 } };
	(void)state;

	for (int round = 0; round < 2; round++) {
		struct bln_err err = { 0 };

		table_begin(&t, BLN_MAPPING_NAME, member_fields, "");
		t.snapshot.metadata.configuration = (struct bln_pairs){ &most, round == 0 ? 1 : 0 };
		table_write(&t, "none.parquet", "SELECT 1 AS k", "");
		table_add(&t, "\"path\":\"none.parquet\"");
		file_replace("none.parquet", "PAR1", "none");
		assert_int_equal(table_view(&t, &err) == BLN_OK, round == 0);
		t.snapshot.metadata.configuration = (struct bln_pairs){ 0 };
	}
}

static void nested_columns_grow(void **state)
{
	(void)state;
	/* clang-format off */
	table_begin(&t, BLN_MAPPING_NONE,
	            "{\"name\":\"st\",\"type\":{\"type\":\"struct\",\"fields\":[" FIELD("new", "long") "," FIELD("a", "long") "]},"
	            "\"nullable\":true,\"metadata\":{}},"
	            "{\"name\":\"li\",\"type\":{\"type\":\"array\",\"containsNull\":true,\"elementType\":\"long\"},\"nullable\":true,"
	            "\"metadata\":{}}",
	            "");
	/* clang-format on */
	table_write(&t, "nest/1.parquet", "SELECT {'a': 1::TINYINT} AS st, [1::TINYINT, NULL] AS li", "");
	table_write(&t, "nest/2.parquet", "SELECT {'a': 2, 'gone': 5, 'new': 3::INTEGER} AS st", "");
	table_add(&t, "\"path\":\"nest/1.parquet\"");
	table_add(&t, "\"path\":\"nest/2.parquet\"");
	view_made();
	assert_rows(&t, "FROM t ORDER BY st.a", "{'new': NULL, 'a': 1}|[1, NULL]\n{'new': 3, 'a': 2}|NULL\n");
}

/* Writes a vector of the 65,536 rows of which FLAGS are set to a file of the table, as "u" in the log, at OFFSET. */
static void dv_write(const char *name, const unsigned char *flags, int offset, struct bln_text *member)
{
	enum { BITMAP = 8192, SIZE = 4 + 8 + 4 + 4 + 4 + 4 + 4 + BITMAP };
	static unsigned char bytes[4 + SIZE + 4];
	unsigned char *at = bytes + 4;
	int cardinality = 0;
	char path[192];
	FILE *file;
	uint32_t words[7] = { 1681511377, 1, 0, 0, 12346, 1, 0 };

	memset(bytes, 0, sizeof(bytes));
	for (int i = 0; i < 65536; i++) {
		cardinality += flags[i];
		at[sizeof(words) + 4 + (size_t)i / 8] |= (unsigned char)(flags[i] << (i % 8));
	}
	words[6] = (uint32_t)(cardinality - 1) << 16;
	memcpy(at, words, sizeof(words));
	bytes[2] = SIZE >> 8;
	bytes[3] = SIZE & 0xff;
	for (int i = 0; i < 4; i++)
		bytes[4 + SIZE + i] = (unsigned char)(crc32(0, at, SIZE) >> (24 - 8 * i));
	snprintf(path, sizeof(path), "%s/%s", t.folder, name);
	file = fopen(path, "wb");
	assert_non_null(file);
	for (int i = 0; i < offset; i++)
		fputc(1, file);
	assert_int_equal(fwrite(bytes, 1, sizeof(bytes), file), sizeof(bytes));
	fclose(file);
	bln_text_add_format(
		member,
		"\"deletionVector\":{\"storageType\":\"u\",\"pathOrInlineDv\":\"^-aqEH.-t@S}K{vb[*k^\",\"offset\":%d,"
		"\"sizeInBytes\":%d,\"cardinality\":%d}",
		offset, (int)SIZE, cardinality);
}

static const char inline_dv[] =
	"\"deletionVector\":{\"storageType\":\"i\",\"pathOrInlineDv\":"
	"\"^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L\",\"sizeInBytes\":44,\"cardinality\":6}";

static void deleted_rows_are_not_seen(void **state)
{
	static unsigned char flags[65536];
	struct bln_text member = { 0 };
	char text[512];
	int64_t sum = 0;
	int64_t count = 0;
	char expected[64];
	(void)state;

	table_begin(&t, BLN_MAPPING_NONE, FIELD("v", "long") "," FIELD("w", "string"), "");
	table_write(&t, "dv/1.parquet", "SELECT i AS v, 'a' || i AS w FROM range(40) r(i)", "");
	table_write(&t, "dv/2.parquet", "SELECT i AS v, 'b' || i AS w FROM range(1000, 1010) r(i)", "");
	snprintf(text, sizeof(text), "\"path\":\"dv/1.parquet\",%s", inline_dv);
	table_add(&t, text);
	table_add(&t, "\"path\":\"dv/2.parquet\"");
	view_made();
	assert_rows(&t, "SELECT count(*), sum(v) FROM t", "44|10753\n"); /* 40 - 6 + 10; 780 - 72 + 10,045 */
	assert_rows(&t, "SELECT v FROM t WHERE v IN (3, 4, 5, 29, 30, 1003) ORDER BY v", "5\n30\n1003\n");
	assert_rows(&t, "SELECT w FROM t ORDER BY v LIMIT 4", "a0\na1\na2\na5\n");
	assert_rows(&t, "SELECT v, w FROM t WHERE v > 26 ORDER BY v DESC LIMIT 2 OFFSET 10", "39|a39\n38|a38\n");
	assert_rows(&t, "SELECT w FROM t WHERE w = 'a18'", "");

	/* A large one, in a file, over many row groups, some of them skipped by their statistics. */
	for (int i = 0; i < 65536; i++)
		flags[i] = i % 7 == 0 || (i > 20000 && i < 30000);
	dv_write("deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin", flags, 5, &member);
	table_write(&t, "dv/3.parquet", "SELECT i AS v FROM range(100000) r(i)", ", ROW_GROUP_SIZE 4096");
	table_begin(&t, BLN_MAPPING_NONE, FIELD("v", "long"), "");
	bln_text_add(&member, ",\"path\":\"dv/3.parquet\"");
	table_add(&t, member.at);
	view_made();
	for (int i = 19000; i < 100000; i++)
		if (i > 65535 || !flags[i]) {
			count++;
			sum += i;
		}
	snprintf(expected, sizeof(expected), "%" PRId64 "|%" PRId64 "\n", count, sum);
	assert_rows(&t, "SELECT count(*), sum(v) FROM t WHERE v >= 19000", expected);
	assert_rows(&t, "SELECT v FROM t WHERE v IN (20000, 20001, 29999, 30000, 65534, 65535, 65536) ORDER BY v",
		    "20000\n30000\n65535\n65536\n");
	bln_text_clean_up(&member);
}

static void broken_vectors_are_told_with_their_file(void **state)
{
	struct bln_err err = { 0 };
	(void)state;

	table_begin(&t, BLN_MAPPING_NONE, FIELD("v", "long"), "");
	table_write(&t, "dv/4.parquet", "SELECT 1 AS v", "");
	table_add(
		&t,
		"\"path\":\"dv/4.parquet\",\"deletionVector\":{\"storageType\":\"u\",\"pathOrInlineDv\":\"ab^-aqEH.-t@S}K{vb[*k^\","
		"\"offset\":1,\"sizeInBytes\":40,\"cardinality\":6}");
	assert_int_equal(table_view(&t, &err), BLN_NOT_FOUND);
	assert_says(err.message, "dv/4.parquet");
}

static void files_that_are_not_as_the_log_says_are_named(void **state)
{
	struct bln_add *add;
	struct bln_err err = { 0 };
	(void)state;

	table_begin(&t, BLN_MAPPING_NONE, FIELD("v", "long"), "");
	table_add(&t, "\"path\":\"gone/1.parquet\"");
	assert_int_equal(table_view(&t, &err), BLN_NOT_FOUND);
	assert_says(err.message, "gone/1.parquet");
	assert_says(err.message, t.folder);

	table_begin(&t, BLN_MAPPING_NONE, FIELD("v", "long"), "");
	table_write(&t, "short/1.parquet", "SELECT 1 AS v", "");
	add = table_add(&t, "\"path\":\"short/1.parquet\"");
	add->size_bytes = 1 << 20;
	assert_int_equal(table_view(&t, &err), BLN_CORRUPT);
	assert_says(err.message, "short/1.parquet");

	table_begin(&t, BLN_MAPPING_NONE, FIELD("v", "long"), "");
	table_add(&t, "\"path\":\"../../etc/passwd\"");
	assert_int_equal(table_view(&t, &err), BLN_DENIED);

	table_begin(&t, BLN_MAPPING_NONE, FIELD("v", "long"), "");
	table_add(&t, "\"path\":\"short/1.parquet\"");
	table_add(&t, "\"path\":\"short%2F1.parquet\"");
	assert_int_equal(table_view(&t, &err), BLN_CORRUPT);
	assert_says(err.message, "twice");

	table_begin(&t, BLN_MAPPING_NONE, FIELD("v", "long") "," FIELD("p", "integer"), "p");
	table_add(&t, "\"path\":\"short/1.parquet\",\"partitionValues\":{\"p\":\"one\"}");
	assert_int_equal(table_view(&t, &err), BLN_CORRUPT);
	assert_says(err.message, "'p'");
	assert_says(err.message, "'one'");
}

static void values_that_are_none_of_the_type_are_told_with_table_and_column(void **state)
{
	static const char *const selects[] = {
		"SELECT 'text' AS \"col-1\"",
		"SELECT [1] AS \"col-1\"",
	};
	(void)state;

	for (size_t i = 0; i < sizeof(selects) / sizeof(selects[0]); i++) {
		struct bln_rows *rows = NULL;
		struct bln_err err = { 0 };
		enum bln_status status;
		size_t count;

		table_begin(&t, BLN_MAPPING_NAME, MAPPED("v", "\"long\"", "col-1", "1"), "");
		table_write(&t, "short/2.parquet", selects[i], "");
		table_add(&t, "\"path\":\"short/2.parquet\"");
		view_made();
		status = bln_engine_query(t.engine, "SELECT sum(v) FROM t", &rows, &err);
		if (status == BLN_OK)
			status = bln_rows_next(rows, &count, &err);
		bln_rows_destroy(rows);
		assert_int_equal(status, BLN_CORRUPT);
		assert_says(err.message, "short/2.parquet: what column 'v' has there");
		assert_says(err.message, t.folder);
		assert_null(strstr(err.message, "union_by_name"));
	}
}

static void a_view_may_have_some_of_the_files_and_be_replaced(void **state)
{
	const struct bln_add *some[1];
	char functions[32];
	struct bln_scan scan = { .snapshot = &t.snapshot, .files = some, .file_count = 1 };
	struct bln_err err = { 0 };
	(void)state;

	table_begin(&t, BLN_MAPPING_NONE, FIELD("v", "long") "," FIELD("p", "string"), "p");
	table_write(&t, "some/1.parquet", "SELECT 1 AS v", "");
	table_write(&t, "some/2.parquet", "SELECT 2 AS v", "");
	table_add(&t, "\"path\":\"some/1.parquet\",\"partitionValues\":{\"p\":\"a\"}");
	table_add(&t, "\"path\":\"some/2.parquet\",\"partitionValues\":{\"p\":\"b\"}");
	view_made();
	some[0] = &t.snapshot.files[1];
	assert_ok(bln_scan_view(t.engine, "s", "t", &scan, &err), &err);
	assert_rows(&t, "FROM s.t", "2|b\n");
	assert_rows(&t, "FROM t ORDER BY v", "1|a\n2|b\n");
	snprintf(functions, sizeof(functions), "%s",
		 table_rows(&t, "SELECT count(*) FROM duckdb_functions() WHERE function_name LIKE 'bln_scan%value'"));
	some[0] = &t.snapshot.files[0];
	assert_ok(bln_scan_view(t.engine, "s", "t", &scan, &err), &err);
	assert_rows(&t, "FROM s.t", "1|a\n");
	for (int i = 0; i < 100; i++) {
		some[0] = &t.snapshot.files[i % 2];
		assert_ok(bln_scan_view(t.engine, "s", "t", &scan, &err), &err);
	}
	assert_rows(&t, "FROM s.t", "2|b\n");
	assert_rows(&t, "SELECT count(*) FROM duckdb_functions() WHERE function_name LIKE 'bln_scan%value'", functions);
	some[0] = table_add(&t, "\"path\":\"some/none.parquet\",\"partitionValues\":{\"p\":\"c\"}");
	assert_int_equal(bln_scan_view(t.engine, "s", "t", &scan, &err), BLN_NOT_FOUND);
	assert_rows(&t, "FROM s.t", "2|b\n"); /* as it was */
	some[0] = &t.snapshot.files[0];
	assert_ok(bln_scan_view(t.engine, "s", "t", &scan, &err), &err);
	bln_arena_clean_up(&t.snapshot.arena); /* the views need it no more */
	assert_rows(&t, "FROM s.t", "1|a\n");
}

static void thousands_of_files_are_quick(void **state)
{
	enum { FILES = 1000, NAMES = 5000 };
	struct bln_clock *clock = bln_clock_system();
	int64_t begin_us;
	char text[160];
	char from[160];
	char to[160];
	(void)state;

	table_begin(&t, BLN_MAPPING_NONE, FIELD("v", "long") "," FIELD("p", "integer"), "p");
	table_write(&t, "many/0.parquet", "SELECT i AS v FROM range(10) r(i)", "");
	snprintf(from, sizeof(from), "%s/many/0.parquet", t.folder);
	for (int i = 0; i < NAMES; i++) {
		snprintf(to, sizeof(to), "%s/many/%d.parquet", t.folder, i);
		if (i > 0)
			assert_int_equal(link(from, to), 0);
		snprintf(text, sizeof(text), "\"path\":\"many/%d.parquet\",\"partitionValues\":{\"p\":\"%d\"}", i,
			 i % FILES);
		table_add(&t, text);
	}
	begin_us = bln_clock_monotonic_us(clock);
	view_made();
	print_message("a view over %d files in %" PRId64 " ms\n", NAMES,
		      (bln_clock_monotonic_us(clock) - begin_us) / 1000);
	begin_us = bln_clock_monotonic_us(clock);
	assert_rows(&t, "SELECT count(*), sum(v) FROM t WHERE p = 77", "50|225\n");
	print_message("one partition of them in %" PRId64 " ms\n", (bln_clock_monotonic_us(clock) - begin_us) / 1000);
	begin_us = bln_clock_monotonic_us(clock);
	assert_rows(&t, "SELECT count(*), sum(v), count(DISTINCT p) FROM t", "50000|225000|1000\n");
	print_message("all of them in %" PRId64 " ms\n", (bln_clock_monotonic_us(clock) - begin_us) / 1000);
}

static void view_despite_failing_allocations(void)
{
	struct bln_err err = { 0 };
	enum bln_status status = BLN_NO_MEMORY;
	uint64_t nth;

	for (nth = 1; status != BLN_OK; nth++) {
		bln_mem_fail_at(nth, false);
		status = table_view(&t, &err);
		bln_mem_fail_at(0, false);
		if (status != BLN_OK)
			assert_int_equal(status, BLN_NO_MEMORY);
		assert_true(nth < 1000);
	}
	assert_true(nth > 10);
}

static void failing_allocations_are_told(void **state)
{
	char text[512];
	(void)state;

	table_begin(&t, BLN_MAPPING_NAME, mapped_fields, "part");
	table_write(&t, "map/1.parquet", mapped_select, "");
	snprintf(text, sizeof(text), "\"path\":\"map/1.parquet\",\"partitionValues\":{\"col-2\":\"P\"},%s", inline_dv);
	table_add(&t, text);
	view_despite_failing_allocations();
	assert_rows(&t, "SELECT count(*) FROM t", "2\n");

	table_begin(&t, BLN_MAPPING_ID, member_fields, "");
	snprintf(text, sizeof(text), ", FIELD_IDS {%s}", member_files[1].ids);
	table_write(&t, "member.parquet", member_files[1].select, text);
	table_add(&t, "\"path\":\"member.parquet\"");
	view_despite_failing_allocations();
	assert_rows(&t, "FROM t", member_files[1].rows);
}

/* Reads all of the view; what comes of it is BLN_OK or what was said. */
static enum bln_status view_read(struct bln_err *err)
{
	struct bln_rows *rows = NULL;
	enum bln_status status = bln_engine_query(t.engine, "SELECT sum(i), min(s), sum(d) FROM t", &rows, err);
	size_t count = 1;

	while (status == BLN_OK && count > 0)
		status = bln_rows_next(rows, &count, err);
	bln_rows_destroy(rows);
	return status;
}

/* Bytes of a file's pages that became others: wrong values perhaps, as pages have no sums, or damage; never a fault of the SQL. */
static void damaged_files_are_called_so(void **state)
{
	enum { TRIES = 150, FOOTER = 1000 };
	const uint64_t seed = test_seed(1);
	struct bln_random random;
	char path[512];
	struct stat info;
	int damaged = 0;
	FILE *file;
	(void)state;

	bln_random_init(&random, seed);
	for (int i = 0; i < TRIES; i++) {
		struct bln_err err = { 0 };
		enum bln_status status;
		char name[64];

		table_begin(&t, BLN_MAPPING_NONE, FIELD("i", "long") "," FIELD("s", "string") "," FIELD("d", "double"),
			    "");
		snprintf(name, sizeof(name), "damaged/%d.parquet", i);
		table_write(&t, name, "SELECT i, 'x' || i AS s, i / 3 AS d FROM range(1000) r(i)",
			    ", COMPRESSION zstd");
		snprintf(path, sizeof(path), "%s/%s", t.folder, name);
		file = fopen(path, "r+b");
		assert_non_null(file);
		assert_int_equal(fstat(fileno(file), &info), 0);
		for (uint64_t n = bln_random_below(&random, 64) + 1; n > 0; n--) {
			fseek(file, (long)bln_random_below(&random, (uint64_t)info.st_size - FOOTER), SEEK_SET);
			fputc((int)bln_random_below(&random, 256), file);
		}
		fclose(file);
		snprintf(path, sizeof(path), "\"path\":\"%s\"", name);
		table_add(&t, path);
		status = table_view(&t, &err);
		if (status == BLN_OK)
			status = view_read(&err);
		damaged += status == BLN_CORRUPT;
		if (status != BLN_OK && status != BLN_CORRUPT && status != BLN_IO)
			fail_msg("seed %" PRIu64 ", try %d: %s", seed, i, err.message);
	}
	assert_true(damaged > TRIES / 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_have_the_types_of_the_table),
		cmocka_unit_test(what_other_writers_do_is_understood),
		cmocka_unit_test(partitions_come_from_the_log_whatever_the_folders_say),
		cmocka_unit_test(filters_on_partitions_open_no_other_files),
		cmocka_unit_test(names_may_be_anything),
		cmocka_unit_test(mapping_by_name_is_undone_at_every_depth),
		cmocka_unit_test(mapping_by_id_needs_no_names),
		cmocka_unit_test(members_are_found_by_their_ids),
		cmocka_unit_test(a_file_that_has_two_such_members_is_refused),
		cmocka_unit_test(files_may_be_older_than_all_members),
		cmocka_unit_test(footers_are_read_only_where_names_do_not_do),
		cmocka_unit_test(nested_columns_grow),
		cmocka_unit_test(deleted_rows_are_not_seen),
		cmocka_unit_test(broken_vectors_are_told_with_their_file),
		cmocka_unit_test(files_that_are_not_as_the_log_says_are_named),
		cmocka_unit_test(values_that_are_none_of_the_type_are_told_with_table_and_column),
		cmocka_unit_test(a_view_may_have_some_of_the_files_and_be_replaced),
		cmocka_unit_test(thousands_of_files_are_quick),
		cmocka_unit_test(failing_allocations_are_told),
		cmocka_unit_test(damaged_files_are_called_so),
	};

	return cmocka_run_group_tests_name("scan", tests, open_table, close_table);
}
