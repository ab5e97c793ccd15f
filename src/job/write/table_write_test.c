/* What each mode of the table writer reads, rewrites and refuses. The same rows as in memory: table_modes_test.c; conflicts and
 * failures: table_write_race_test.c; new columns: table_evolve_test.c. */
#include "delta/history.h"
#include "job/job_test_kit.h"

static struct kit *kit;

static int set_up(void **state)
{
	*state = kit = kit_new("", 1);
	kit_work(kit);
	return 0;
}

/* --- Which files are rewritten. --- */

static const struct bln_write_spec upsert = { .table = "silver.t",
					      .mode = BLN_WRITE_UPSERT,
					      .key = KIT_LIST("symbol", "frequency", "ts"),
					      .partition = KIT_LIST("symbol"),
					      .split = KIT_LIST("frequency") };

/* Ten files of a hundred candles for each of two symbols. */
static void ten_files(void)
{
	for (int i = 0; i < 10; i++) {
		char sql[256];

		snprintf(sql, sizeof(sql),
			 "SELECT 'S' || s AS symbol, '15m' AS frequency, CAST(i AS BIGINT) AS ts, 1.5 AS price FROM "
			 "range(%d, %d) t(i), range(2) u(s)",
			 i * 100, i * 100 + 100);
		(void)kit_write(kit, &upsert, sql);
	}
}

static void assert_changed(int64_t version, int adds, int removes)
{
	struct kit_actions actions = kit_actions(kit, "silver.t", version, version);

	assert_int_equal(actions.adds, adds);
	assert_int_equal(actions.removes, removes);
}

static void only_files_that_meet_the_keys_are_rewritten(void **state)
{
	(void)state;
	ten_files();
	assert_rows(kit, "SELECT count(*), count(DISTINCT ts) FROM silver.t", "2000|1000\n");
	/* within one file */
	assert_changed(kit_write(kit, &upsert, "SELECT 'S0' symbol, '15m' frequency, 150::BIGINT AS ts, 2.5 price"), 1,
		       1);
	/* from one into the next */
	assert_changed(kit_write(kit, &upsert,
				 "SELECT 'S0' symbol, '15m' frequency, i AS ts, 2.5 price FROM range(290, 310) t(i)"),
		       1, 2);
	/* behind all there are */
	assert_changed(kit_write(kit, &upsert, "SELECT 'S1' symbol, '15m' frequency, 1000::BIGINT AS ts, 2.5 price"), 1,
		       0);
	/* a frequency, and a symbol, that are new */
	assert_changed(kit_write(kit, &upsert, "SELECT 'S1' symbol, '1d' frequency, 150::BIGINT AS ts, 2.5 price"), 1,
		       0);
	assert_changed(kit_write(kit, &upsert, "SELECT 'S2' symbol, '15m' frequency, 150::BIGINT AS ts, 2.5 price"), 1,
		       0);
	/* far apart, of two symbols: each its own range */
	assert_changed(kit_write(kit, &upsert,
				 "SELECT * FROM (VALUES ('S0', '15m', 950::BIGINT, 2.5), ('S1', '15m', 50, 2.5)) "
				 "t(symbol, frequency, ts, price)"),
		       2, 2);
	assert_rows(
		kit,
		"SELECT count(*), count(DISTINCT (symbol, frequency, ts)), count(*) FILTER (price = 2.5) FROM silver.t",
		"2003|2003|26\n");
}

/* The newest commit's metrics, and the rows it added and removed by the statistics of its files. */
static enum bln_status newest_take(void *context, const struct bln_history_entry *entry, struct bln_err *err)
{
	(void)err;
	snprintf(context, 1024, "%.*s +%" PRId64 " -%" PRId64, (int)entry->metrics.length, entry->metrics.at,
		 entry->rows_added, entry->rows_removed);
	return BLN_OK;
}

static void assert_newest(const char *wanted)
{
	struct bln_snapshot *snapshot = kit_snapshot(kit, "silver.t");
	char told[1024], format[1024];
	const char *at;
	size_t length = 0;

	assert_ok(bln_history_read(snapshot, 1, newest_take, told, &kit->err), &kit->err);
	bln_snapshot_destroy(snapshot);
	for (at = told; *at;) { /* sizes may be any */
		const char *bytes = strstr(at, "Bytes");
		const char *colon = bytes ? strstr(bytes, ":\"") : NULL;
		const size_t keep = colon ? (size_t)(colon + 2 - at) : strlen(at);

		memcpy(format + length, at, keep);
		length += keep;
		at += keep;
		if (colon && *at != '0')
			format[length++] = 'N';
		else if (colon)
			format[length++] = '0';
		if (colon)
			at += strspn(at, "0123456789");
	}
	format[length] = '\0';
	assert_string_equal(format, wanted);
}

static void what_a_commit_did_is_told_as_spark_tells_it(void **state)
{
	struct bln_write_spec spec = { .table = "silver.t", .mode = BLN_WRITE_ADD };
	(void)state;

	(void)kit_write(kit, &spec, "SELECT i AS k, 1.5 AS v FROM range(10) t(i)");
	assert_newest("{\"numFiles\":\"1\",\"numOutputBytes\":\"N\",\"numOutputRows\":\"10\"} +10 -0");
	spec.mode = BLN_WRITE_UPSERT;
	spec.key = (struct bln_setting_list)KIT_LIST("k");
	(void)kit_write(kit, &spec, "SELECT i AS k, 2.5 AS v FROM range(7, 12) t(i)");
	assert_newest("{\"numTargetFilesAdded\":\"1\",\"numTargetBytesAdded\":\"N\",\"numOutputRows\":\"12\","
		      "\"numTargetFilesRemoved\":\"1\",\"numTargetBytesRemoved\":\"N\",\"numSourceRows\":\"5\","
		      "\"numTargetRowsInserted\":\"2\",\"numTargetRowsDeleted\":\"0\",\"numTargetRowsUpdated\":\"3\","
		      "\"numTargetRowsCopied\":\"7\"} +12 -10");
	(void)kit_write(kit, &spec, "SELECT i AS k, 2.5 AS v FROM range(50, 52) t(i)");
	assert_newest("{\"numTargetFilesAdded\":\"1\",\"numTargetBytesAdded\":\"N\",\"numOutputRows\":\"2\","
		      "\"numTargetFilesRemoved\":\"0\",\"numTargetBytesRemoved\":\"0\",\"numSourceRows\":\"2\","
		      "\"numTargetRowsInserted\":\"2\",\"numTargetRowsDeleted\":\"0\",\"numTargetRowsUpdated\":\"0\","
		      "\"numTargetRowsCopied\":\"0\"} +2 -0");
	spec.mode = BLN_WRITE_ALL;
	(void)kit_write(kit, &spec, "SELECT i AS k, 3.5 AS v FROM range(4) t(i)");
	assert_newest("{\"numFiles\":\"1\",\"numOutputBytes\":\"N\",\"numOutputRows\":\"4\",\"numRemovedFiles\":\"2\","
		      "\"numRemovedBytes\":\"N\"} +4 -14");
}

static void a_key_that_comes_twice_is_named(void **state)
{
	struct bln_write_spec spec = upsert;
	(void)state;

	ten_files();
	kit_write_fails(
		kit, &upsert,
		"SELECT * FROM (VALUES ('S0', '15m', 5::BIGINT, 1.5), ('S0', '15m', 6, 1), ('S0', '15m', 5, 2)) "
		"t(symbol, frequency, ts, price)",
		BLN_INVALID, "silver.t: the query gives more than one row for the key S0, 15m, 5");
	kit_write_fails(kit, &upsert, "SELECT NULL::VARCHAR AS symbol, '15m' frequency, 5::BIGINT AS ts FROM range(2)",
			BLN_INVALID, "for the key NULL, 15m, 5");
	spec.key = (struct bln_setting_list)KIT_LIST("symbol", "fequency");
	kit_write_fails(kit, &spec, "SELECT 'S0' AS symbol, '15m' frequency, 5::BIGINT AS ts", BLN_INVALID, "fequency");
	/* all rows of a key may be several */
	spec = upsert;
	spec.mode = BLN_WRITE_REPLACE;
	spec.key = (struct bln_setting_list)KIT_LIST("symbol", "frequency");
	(void)kit_write(kit, &spec,
			"SELECT 'S0' AS symbol, '15m' frequency, 5::BIGINT AS ts, 1.5 AS price FROM range(3)");
	assert_rows(kit, "SELECT symbol, count(*) FROM silver.t GROUP BY 1 ORDER BY 1", "S0|3\nS1|1000\n");
}

static void partition_values_of_every_kind_come_back(void **state)
{
	static const char *const kinds =
		"SELECT * FROM (VALUES ('a b'), ('A/B'), ('..'), ('.'), ('x=y'), ('100%'), ('%2F'), ('it''s'), ('\"'), ('*?[1]'), "
		"('ü€😀'), (chr(10)), (chr(1)), ('\\'), ('#&+'), (NULL), ('__HIVE_DEFAULT_PARTITION'), (repeat('n', 100))) t(p), "
		"(VALUES (DATE '2024-02-29', 1::BIGINT, true), (NULL, NULL, NULL)) u(d, n, b)";
	const struct bln_write_spec add = { .table = "silver.t",
					    .mode = BLN_WRITE_ADD,
					    .partition = KIT_LIST("p", "d", "n", "b") };
	const struct bln_write_spec put = { .table = "silver.t",
					    .mode = BLN_WRITE_UPSERT,
					    .key = KIT_LIST("p", "d", "n", "b") };
	char sql[1024];
	(void)state;

	snprintf(sql, sizeof(sql), "SELECT *, 1 AS v FROM (%s)", kinds);
	(void)kit_write(kit, &add, sql);
	snprintf(sql, sizeof(sql), "SELECT count(*) FROM ((%s) EXCEPT SELECT p, d, n, b FROM silver.t WHERE v = 1)",
		 kinds);
	assert_rows(kit, sql, "0\n");
	/* each is found again when it is to be replaced */
	snprintf(sql, sizeof(sql), "SELECT *, 2 AS v FROM (%s)", kinds);
	(void)kit_write(kit, &put, sql);
	assert_rows(kit, "SELECT v, count(*) FROM silver.t GROUP BY 1", "2|36\n");
	/* and one alone touches one */
	assert_changed(kit_write(kit, &put,
				 "SELECT 'A/B' AS p, NULL::DATE AS d, NULL::BIGINT AS n, NULL::BOOLEAN AS b, 3 AS v"),
		       1, 1);
	assert_rows(kit, "SELECT v, count(*) FROM silver.t GROUP BY 1 ORDER BY 1", "2|35\n3|1\n");
	kit_write_fails(kit, &add, "SELECT '' AS p, 1 AS v", BLN_INVALID, "p");
}

/* Keys of each type are found in the files that have them. */
static void keys_of_every_type_are_found(void **state)
{
	static const struct {
		const char *first; /* of a file */
		const char *second; /* of another, far away */
	} types[] = {
		{ "1::TINYINT", "100::TINYINT" },
		{ "-5::BIGINT", "9223372036854775807::BIGINT" },
		{ "0.1::DOUBLE", "1e300::DOUBLE" },
		{ "-0.0::DOUBLE", "'nan'::DOUBLE" },
		{ "'-inf'::DOUBLE", "'inf'::DOUBLE" },
		{ "0.25::FLOAT", "7::FLOAT" },
		{ "1.01::DECIMAL(9,2)", "-99999.99::DECIMAL(9,2)" },
		{ "12345678901234567890.5::DECIMAL(38,1)", "0::DECIMAL(38,1)" },
		{ "DATE '1969-12-31'", "DATE '2024-02-29'" },
		{ "TIMESTAMPTZ '2024-01-01 00:00:00.000001+00'", "TIMESTAMPTZ '1960-01-01 00:00:00+00'" },
		{ "TIMESTAMP '2024-01-01 00:00:00.000001'", "TIMESTAMP '1960-01-01 00:00:00'" },
		{ "true", "false" },
		{ "''", "repeat('ü', 60)" },
		{ "'a'", "chr(1114111)" },
		{ "NULL::BIGINT", "1::BIGINT" },
		{ "'nan'::FLOAT", "NULL::FLOAT" },
		{ "'\\x00'::BLOB", "'\\x00\\x00'::BLOB" },
		{ "''::BLOB", "'\\xFF\\x00a'::BLOB" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		char table[16];
		char sql[256];
		const struct bln_write_spec spec = { .table = table, .mode = BLN_WRITE_UPSERT, .key = KIT_LIST("k") };

		snprintf(table, sizeof(table), "silver.t%zu", i);
		for (int v = 0; v < 4; v++) {
			snprintf(sql, sizeof(sql), "SELECT %s AS k, %d AS v", v % 2 ? types[i].second : types[i].first,
				 v);
			(void)kit_write(kit, &spec, sql);
		}
		snprintf(sql, sizeof(sql), "SELECT v FROM %s ORDER BY v", table);
		assert_rows(kit, sql, "2\n3\n");
	}
	kit_write_fails(kit,
			&(struct bln_write_spec){ .table = "silver.u", .mode = BLN_WRITE_UPSERT, .key = KIT_LIST("k") },
			"SELECT {'a': 1} AS k", BLN_UNSUPPORTED, "'k' is nested");
}

static const struct bln_write_spec by_k = { .table = "silver.t", .mode = BLN_WRITE_UPSERT, .key = KIT_LIST("k") };

/* Of bytes statistics say nothing: all files are looked through. */
static void keys_of_bytes_are_compared_as_a_whole(void **state)
{
	static const char bytes[] =
		"(''), ('\\x00'), ('\\x00\\x00'), ('a'), ('a\\x00'), ('a\\x00b'), ('a\\x00c'), ('\\xFF\\x00')";
	char sql[512];
	(void)state;

	snprintf(sql, sizeof(sql), "SELECT k::BLOB AS k, 1 AS v FROM (VALUES %s) t(k)", bytes);
	(void)kit_write(kit, &by_k, sql);
	(void)kit_write(kit, &by_k, "SELECT 'a\\x00b'::BLOB AS k, 2 AS v UNION ALL SELECT 'a\\x00\\x00', 2");
	assert_rows(kit, "SELECT count(*), count(DISTINCT k), sum(v) FROM silver.t", "9|9|11\n");
	(void)kit_write(kit, &by_k, sql);
	assert_rows(kit, "SELECT v, count(*), max(octet_length(k)) FROM silver.t GROUP BY v ORDER BY v",
		    "1|8|3\n2|1|3\n");
	kit_write_fails(kit, &by_k, "SELECT 'a\\x00'::BLOB AS k, 3 AS v FROM range(2)", BLN_INVALID,
			"for the key a\\x00");
}

/* NaN is equal to NaN, -0.0 to 0.0, as in SQL. Statistics of other writers leave NaN out. */
static void keys_that_are_no_numbers_come_once(void **state)
{
	char line[512];
	struct bln_snapshot *snapshot;
	(void)state;

	(void)kit_write(kit, &by_k, "SELECT unnest(['1', 'nan', '2', '-0'])::DOUBLE AS k, 1 AS v");
	assert_rows(kit, "SELECT k FROM silver.t ORDER BY k + 0", "-0.0\n1.0\n2.0\nnan\n");
	snapshot = kit_snapshot(kit, "silver.t");
	snprintf(
		line, sizeof(line),
		"{\"add\":{\"path\":\"%.*s\",\"partitionValues\":{},\"size\":%" PRId64
		",\"modificationTime\":0,\"dataChange\":false,\"stats\":\"{\\\"numRecords\\\":4,\\\"minValues\\\":{\\\"k\\\""
		":0.0},\\\"maxValues\\\":{\\\"k\\\":2.0},\\\"nullCount\\\":{\\\"k\\\":0}}\"}}\n",
		(int)snapshot->files[0].path.length, snapshot->files[0].path.at, snapshot->files[0].size_bytes);
	bln_snapshot_destroy(snapshot);
	kit_commit(kit, "silver.t", line);
	assert_changed(kit_write(kit, &by_k, "SELECT 'nan'::DOUBLE AS k, 2 AS v"), 1, 1);
	(void)kit_write(kit, &by_k, "SELECT -('nan'::DOUBLE) AS k, 3 AS v UNION ALL SELECT 5, 3");
	assert_rows(kit, "SELECT if(isnan(k), 'nan', k::VARCHAR), v FROM silver.t ORDER BY k + 0",
		    "-0.0|1\n1.0|1\n2.0|1\n5.0|3\nnan|3\n");
	(void)kit_write(kit, &by_k, "SELECT 0.0::DOUBLE AS k, 4 AS v");
	(void)kit_write(kit, &by_k, "SELECT 0.0::DOUBLE AS k, 5 AS v");
	assert_rows(kit, "SELECT k, v FROM silver.t WHERE k = 0", "0.0|5\n");
	(void)kit_write(kit, &by_k, "SELECT -0.0::DOUBLE AS k, 6 AS v");
	assert_rows(kit, "SELECT k, v FROM silver.t WHERE k = 0", "-0.0|6\n");
	assert_rows(kit, "SELECT count(*) FROM silver.t", "5\n");
	kit_write_fails(kit, &by_k, "SELECT 'nan'::DOUBLE AS k, 7 AS v FROM range(3)", BLN_INVALID, "for the key nan");
	kit_write_fails(kit, &by_k, "SELECT unnest(['0', '-0'])::DOUBLE AS k, 7 AS v", BLN_INVALID, "for the key");
}

static void rows_that_do_not_fit_are_refused_by_name(void **state)
{
	const struct bln_write_spec all = { .table = "silver.t", .mode = BLN_WRITE_ALL };
	(void)state;

	(void)kit_write(kit, &all, "SELECT 1::BIGINT AS a, 'x' AS b");
	kit_write_fails(kit, &all, "SELECT 'no number' AS a", BLN_INVALID, "'a'");
	kit_write_fails(kit, &all, "SELECT nothing FROM nowhere", BLN_INVALID, "nowhere");
	kit_write_fails(kit, &all, "SELECT 1::BIGINT AS a; SELECT 2", BLN_INVALID, "silver.t");
	(void)kit_write(kit, &all, "SELECT 2::BIGINT AS a -- a comment at the end");
	assert_rows(kit, "SELECT a, b FROM silver.t", "2|NULL\n");
}

static void a_table_that_cannot_be_honoured_is_refused_by_the_feature(void **state)
{
	static const char mapped[] =
		"{\"protocol\":{\"minReaderVersion\":2,\"minWriterVersion\":5}}\n"
		"{\"metaData\":{\"id\":\"x\",\"format\":{\"provider\":\"parquet\",\"options\":{}},\"partitionColumns\":[],"
		"\"schemaString\":\"{\\\"type\\\":\\\"struct\\\",\\\"fields\\\":[{\\\"name\\\":\\\"b\\\",\\\"type\\\":\\\"long\\\","
		"\\\"nullable\\\":true,\\\"metadata\\\":{\\\"delta.columnMapping.id\\\":1,"
		"\\\"delta.columnMapping.physicalName\\\":\\\"a\\\"}}]}\","
		"\"configuration\":{\"delta.columnMapping.mode\":\"name\"}}}\n";
	const struct bln_write_spec add = { .table = "silver.t", .mode = BLN_WRITE_ADD };
	(void)state;

	(void)kit_write(kit, &add, "SELECT 1::BIGINT AS a");
	kit_commit(kit, "silver.t", mapped);
	kit_write_fails(kit, &add, "SELECT 2::BIGINT AS b", BLN_UNSUPPORTED,
			"silver.t: the table uses the feature 'columnMapping'");
}

/* Overwriting by what an upsert gives, as --full does, must not let in what the upsert would refuse. */
static void a_key_comes_once_also_where_everything_is_replaced(void **state)
{
	static const char *const columns[] = { "a" };
	const struct bln_write_spec all = {
		.table = "silver.t", .mode = BLN_WRITE_ALL, .key = { columns, 1 }, .is_unique = true
	};
	(void)state;

	(void)kit_write(kit, &all, "SELECT i AS a FROM range(3) t(i)");
	kit_write_fails(kit, &all, "SELECT i % 2 AS a FROM range(3) t(i)", BLN_INVALID,
			"more than one row for the key 0");
	assert_rows(kit, "SELECT count(*) FROM silver.t", "3\n");
}

/* --- The table itself. --- */

static void a_commit_of_txns_alone(void **state)
{
	const struct bln_txn txn = { .app_id = bln_slice_of("job:x"), .version = 7, .updated_ms = -1 };
	const struct bln_write_commit commit = { .txns = &txn, .txn_count = 1 };
	const struct bln_write_spec spec = { .table = "silver.t", .mode = BLN_WRITE_ADD };
	struct bln_commit_result result;
	(void)state;

	/* no table, no rows: nothing can be written, and nothing is */
	assert_ok(kit_try_write(kit, &spec, (const char *[]){ NULL }, &commit, &result), &kit->err);
	assert_int_equal(result.version, -1);
	assert_int_equal(kit_version(kit, "silver.t"), -1);
	(void)kit_write(kit, &spec, "SELECT 1 AS a");
	assert_ok(kit_try_write(kit, &spec, (const char *[]){ NULL }, &commit, &result), &kit->err);
	assert_int_equal(result.version, 2);
	assert_int_equal(kit_actions(kit, "silver.t", 2, 2).txns, 1);
	assert_changed(2, 0, 0);
	assert_int_equal(kit_txn(kit, "silver.t", "job:x"), 7);
	/* neither rows nor txns: no commit */
	assert_int_equal(kit_write(kit, &spec, "SELECT 1 AS a WHERE false"), 2);
	assert_int_equal(kit_version(kit, "silver.t"), 2);
}

static void a_table_is_made_as_the_standard_says(void **state)
{
	const struct bln_write_spec spec = { .table = "bronze.cryptos", .mode = BLN_WRITE_ADD };
	struct bln_snapshot *snapshot;
	(void)state;

	(void)kit_write(kit, &spec, "SELECT 'XBTUSD' AS symbol, DATE '2024-01-01' AS load_date");
	snapshot = kit_snapshot(kit, "bronze.cryptos");
	assert_int_equal(snapshot->schema.field_count, 17);
	assert_true(bln_slices_have(snapshot->metadata.partition_columns, "load_date"));
	assert_non_null(bln_pairs_find(snapshot->metadata.configuration, "delta.enableExpiredLogCleanup"));
	bln_snapshot_destroy(snapshot);
}

static void everything_is_replaced_also_by_nothing(void **state)
{
	const struct bln_write_spec all = { .table = "silver.t", .mode = BLN_WRITE_ALL };
	int64_t version;
	(void)state;

	(void)kit_write(kit, &all, "SELECT i AS a FROM range(10) t(i)");
	(void)kit_write(kit, &all, "SELECT i AS a FROM range(100, 103) t(i)");
	assert_rows(kit, "SELECT a FROM silver.t ORDER BY a", "100\n101\n102\n");
	version = kit_write(kit, &all, "SELECT 1::BIGINT AS a WHERE false");
	assert_changed(version, 0, 1);
	assert_rows(kit, "SELECT count(*) FROM silver.t", "0\n");
	assert_int_equal(kit_write(kit, &all, "SELECT 1::BIGINT AS a WHERE false"), version);
}

/* Each tenth version has a checkpoint that the next reader begins from, without the commits before it. */
static void checkpoints_are_written_and_read(void **state)
{
	const struct bln_write_spec spec = { .table = "silver.t", .mode = BLN_WRITE_ADD };
	struct bln_snapshot *snapshot;
	char sql[64];
	char name[64];
	(void)state;

	for (int i = 0; i < 24; i++) {
		snprintf(sql, sizeof(sql), "SELECT %d AS a", i);
		(void)kit_write(kit, &spec, sql);
	}
	kit->may_have_orphans = true;
	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "_delta_log/%020d.json", i);
		assert_int_equal(unlink(kit_table_path(kit, "silver.t", name)), 0);
	}
	snapshot = kit_snapshot(kit, "silver.t");
	assert_int_equal(snapshot->checkpoint_version, 20);
	assert_int_equal(snapshot->version, 24);
	bln_snapshot_destroy(snapshot);
	assert_rows(kit, "SELECT count(*), sum(a) FROM silver.t", "24|276\n");
}

static void what_was_written_is_counted(void **state)
{
	struct bln_job_result total = { 0 };
	struct bln_table_writer *writer;
	struct bln_commit_result result;
	(void)state;

	ten_files();
	writer = kit_writer(kit, &upsert);
	assert_ok(bln_table_writer_add(writer, "SELECT 'S0' symbol, '15m' frequency, 150::BIGINT AS ts, 2.5 price",
				       &kit->err),
		  &kit->err);
	assert_ok(kit_writer_commit(kit, writer, &result), &kit->err);
	bln_table_writer_count(writer, &total);
	bln_table_writer_close(writer);
	assert_int_equal(total.files_added, 1);
	assert_int_equal(total.files_removed, 1);
	assert_int_equal(total.rows_out, 1); /* the others of the file were carried */
	assert_true(total.bytes_added > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		kit_test(only_files_that_meet_the_keys_are_rewritten),
		kit_test(what_a_commit_did_is_told_as_spark_tells_it),
		kit_test(a_key_that_comes_twice_is_named),
		kit_test(partition_values_of_every_kind_come_back),
		kit_test(keys_of_every_type_are_found),
		kit_test(keys_of_bytes_are_compared_as_a_whole),
		kit_test(keys_that_are_no_numbers_come_once),
		kit_test(rows_that_do_not_fit_are_refused_by_name),
		kit_test(a_table_that_cannot_be_honoured_is_refused_by_the_feature),
		kit_test(a_commit_of_txns_alone),
		kit_test(a_table_is_made_as_the_standard_says),
		kit_test(a_key_comes_once_also_where_everything_is_replaced),
		kit_test(everything_is_replaced_also_by_nothing),
		kit_test(checkpoints_are_written_and_read),
		kit_test(what_was_written_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
