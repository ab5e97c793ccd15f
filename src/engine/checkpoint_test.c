/* Checkpoints made by SQL here, as other writers make them; and ours, read back and held against the schema of the protocol. */
#include "base/folder_test_kit.h"

#include <inttypes.h>

#include "base/mem.h"
#include "engine/checkpoint.h"
#include "engine/checkpoint_private.h"
#include "store/store.h"

struct fixture {
	struct bln_engine *engine;
	struct bln_parquet port;
	struct bln_store *store;
	char folder[64];
	char text[1 << 16]; /* the actions read, as lines of JSON */
	size_t action_count;
	enum bln_status sink_status;
};

static struct fixture f;

static int open_all(void **state)
{
	const struct bln_engine_settings settings = { .memory_bytes = INT64_C(256) << 20, .threads = 2 };
	struct bln_err err = { 0 };
	(void)state;

	f = (struct fixture){ 0 };
	test_folder_make(f.folder, sizeof(f.folder), "checkpoint");
	assert_ok(bln_engine_open(&settings, &f.engine, &err), &err);
	assert_ok(bln_store_open(f.folder, NULL, &f.store, &err), &err);
	f.port = (struct bln_parquet){ .context = f.engine,
				       .actions_read = bln_checkpoint_read,
				       .actions_write = bln_checkpoint_write };
	return 0;
}

static int close_all(void **state)
{
	(void)state;
	bln_store_close(f.store);
	bln_engine_close(f.engine);
	test_folder_remove(f.folder);
	return 0;
}

static enum bln_status take(void *context, const struct bln_action *action, struct bln_err *err)
{
	struct bln_text text = { 0 };
	enum bln_status status;
	(void)context;

	f.action_count++;
	if (f.sink_status != BLN_OK)
		return bln_err_set(err, f.sink_status, "the sink is full");
	bln_action_format(action, &text);
	status = bln_text_check(&text, err);
	if (status == BLN_OK && strlen(f.text) + text.length < sizeof(f.text))
		memcpy(f.text + strlen(f.text), text.at, text.length + 1);
	bln_text_clean_up(&text);
	return status;
}

static enum bln_status read_back(const char *key, struct bln_err *err)
{
	const struct bln_action_sink sink = { .take = take };

	f.text[0] = '\0';
	f.action_count = 0;
	f.sink_status = BLN_OK;
	return f.port.actions_read(f.port.context, f.store, key, &sink, err);
}

/* Writes SELECT as the file KEY. */
static void parquet_make(const char *key, const char *select)
{
	struct bln_text sql = { 0 };
	struct bln_err err = { 0 };

	bln_text_add_format(&sql, "COPY (%s) TO '%s/%s' (FORMAT parquet)", select, f.folder, key);
	assert_ok(bln_engine_exec(f.engine, sql.at, &err), &err);
	bln_text_clean_up(&sql);
}

static void bytes_make(const char *name, const char *bytes, size_t length)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", f.folder, name);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	fclose(file);
}

static void write_lines(const char *lines, const char *key)
{
	char json[128];
	char parquet[128];
	struct bln_err err = { 0 };

	bytes_make("in.json", lines, strlen(lines));
	snprintf(json, sizeof(json), "%s/in.json", f.folder);
	snprintf(parquet, sizeof(parquet), "%s/%s", f.folder, key);
	assert_ok(f.port.actions_write(f.port.context, json, parquet, &err), &err);
}

static const char every_action[] =
	"{\"protocol\":{\"minReaderVersion\":3,\"minWriterVersion\":7,\"readerFeatures\":[\"deletionVectors\"],"
	"\"writerFeatures\":[\"deletionVectors\",\"appendOnly\"]}}\n"
	"{\"metaData\":{\"id\":\"x-1\",\"name\":\"na'me\",\"description\":\"\\\"d\\\" é\",\"format\":{\"provider\":\"parquet\","
	"\"options\":{}},\"schemaString\":\"{\\\"type\\\":\\\"struct\\\",\\\"fields\\\":[]}\",\"partitionColumns\":[\"a\",\"b\"],"
	"\"configuration\":{\"delta.appendOnly\":\"true\",\"k\":\"\"},\"createdTime\":1700000000000}}\n"
	"{\"txn\":{\"appId\":\"app\",\"version\":9007199254740993,\"lastUpdated\":1}}\n"
	"{\"txn\":{\"appId\":\"app2\",\"version\":0}}\n"
	"{\"domainMetadata\":{\"domain\":\"d\",\"configuration\":\"{}\",\"removed\":false}}\n"
	"{\"add\":{\"path\":\"a=1/b=%20/f.parquet\",\"partitionValues\":{\"a\":\"1\",\"b\":null},\"size\":10,\"modificationTime\":5,"
	"\"dataChange\":false,\"stats\":\"{\\\"numRecords\\\":3}\",\"tags\":{\"t\":\"v\",\"n\":null},\"deletionVector\":"
	"{\"storageType\":\"u\",\"pathOrInlineDv\":\"ab^-aqEH.-t@S}K{vb[*k^\",\"offset\":4,\"sizeInBytes\":40,\"cardinality\":6}}}\n"
	"{\"add\":{\"path\":\"g.parquet\",\"partitionValues\":{},\"size\":0,\"modificationTime\":0,\"dataChange\":true}}\n"
	"{\"remove\":{\"path\":\"h.parquet\",\"deletionTimestamp\":7,\"dataChange\":false,\"extendedFileMetadata\":true,"
	"\"partitionValues\":{\"a\":\"2\"},\"size\":1,\"deletionVector\":{\"storageType\":\"i\",\"pathOrInlineDv\":\"zz\","
	"\"sizeInBytes\":2,\"cardinality\":1}}}\n"
	"{\"remove\":{\"path\":\"i.parquet\",\"deletionTimestamp\":7,\"dataChange\":true}}\n";

static void what_is_written_is_read_back(void **state)
{
	struct bln_err err = { 0 };
	(void)state;

	write_lines(every_action, "all.parquet");
	assert_ok(read_back("all.parquet", &err), &err);
	/* JSON objects have their members in the order they came in, and maps too: the texts are equal. */
	assert_string_equal(f.text, every_action);
}

static void commit_infos_and_unknown_actions_are_not_written(void **state)
{
	struct bln_err err = { 0 };
	(void)state;

	write_lines("{\"commitInfo\":{\"timestamp\":1,\"x\":{\"y\":[1,2]}}}\n{\"unheardOf\":{\"a\":1}}\n"
		    "{\"txn\":{\"appId\":\"a\",\"version\":1,\"new\":[1]}}\n",
		    "few.parquet");
	assert_ok(read_back("few.parquet", &err), &err);
	assert_string_equal(f.text, "{\"txn\":{\"appId\":\"a\",\"version\":1}}\n");
}

static void a_line_may_be_long(void **state)
{
	struct bln_text line = { 0 };
	struct bln_err err = { 0 };
	(void)state;

	bln_text_add(&line, "{\"txn\":{\"appId\":\"");
	for (int i = 0; i < 300000; i++)
		bln_text_add(&line, "0123456789");
	bln_text_add(&line, "\",\"version\":1}}\n{\"txn\":{\"appId\":\"b\",\"version\":2}}\n");
	assert_ok(bln_text_check(&line, &err), &err);
	write_lines(line.at, "long.parquet");
	assert_ok(read_back("long.parquet", &err), &err);
	assert_int_equal(f.action_count, 2);
	bln_text_clean_up(&line);
}

/* The leaves of our file by their places in the schema, as other readers will see them. */
static void the_columns_are_those_of_the_protocol(void **state)
{
	static const struct {
		const char *name;
		const char *type;
		int64_t count;
	} leaves[] = {
		{ "path", "BYTE_ARRAY", 2 },
		{ "appId", "BYTE_ARRAY", 1 },
		{ "version", "INT64", 1 },
		{ "lastUpdated", "INT64", 1 },
		{ "size", "INT64", 2 },
		{ "modificationTime", "INT64", 1 },
		{ "dataChange", "BOOLEAN", 2 },
		{ "stats", "BYTE_ARRAY", 1 },
		{ "storageType", "BYTE_ARRAY", 2 },
		{ "pathOrInlineDv", "BYTE_ARRAY", 2 },
		{ "offset", "INT32", 2 },
		{ "sizeInBytes", "INT32", 2 },
		{ "cardinality", "INT64", 2 },
		{ "deletionTimestamp", "INT64", 1 },
		{ "extendedFileMetadata", "BOOLEAN", 1 },
		{ "id", "BYTE_ARRAY", 1 },
		{ "provider", "BYTE_ARRAY", 1 },
		{ "schemaString", "BYTE_ARRAY", 1 },
		{ "createdTime", "INT64", 1 },
		{ "minReaderVersion", "INT32", 1 },
		{ "minWriterVersion", "INT32", 1 },
		{ "domain", "BYTE_ARRAY", 1 },
		{ "removed", "BOOLEAN", 1 },
		{ "configuration", "BYTE_ARRAY", 1 },
		{ "key", "BYTE_ARRAY", 5 },
		{ "value", "BYTE_ARRAY", 5 },
		{ "element", "BYTE_ARRAY", 3 },
	};
	struct bln_err err = { 0 };
	(void)state;

	write_lines(every_action, "all.parquet");
	for (size_t i = 0; i < sizeof(leaves) / sizeof(leaves[0]); i++) {
		struct bln_text sql = { 0 };
		int64_t count;

		bln_text_add_format(
			&sql, "SELECT count(*) FROM parquet_schema('%s/all.parquet') WHERE name = '%s' AND type = '%s'",
			f.folder, leaves[i].name, leaves[i].type);
		assert_ok(bln_engine_query_int64(f.engine, sql.at, &count, NULL, &err), &err);
		if (count != leaves[i].count)
			fail_msg("%s %s: %" PRId64 " times", leaves[i].name, leaves[i].type, count);
		bln_text_clean_up(&sql);
	}
}

static void statistics_come_from_the_struct_where_there_is_no_text(void **state)
{
	struct bln_err err = { 0 };
	(void)state;

	parquet_make(
		"parsed.parquet",
		"SELECT {'path': 'a', 'size': 1::BIGINT, 'modificationTime': 2::BIGINT, 'dataChange': true, "
		"'partitionValues': MAP {'p': NULL::VARCHAR}, 'stats_parsed': {'numRecords': 5::BIGINT, 'minValues': "
		"{'t': TIMESTAMPTZ '2024-01-01 00:00:00Z', 'd': 1.50::DECIMAL(10,2), 'n': NULL::INT}}, "
		"'partitionValues_parsed': {'p': 1}} AS add, {'version': 2} AS \"checkpointMetadata\"");
	assert_ok(read_back("parsed.parquet", &err), &err);
	assert_says(f.text, "\"partitionValues\":{\"p\":null}");
	assert_non_null(
		strstr(f.text,
		       "\"stats\":\"{\\\"numRecords\\\":5,\\\"minValues\\\":{\\\"t\\\":\\\"2024-01-01 00:00:00+00\\\","
		       "\\\"d\\\":1.5,\\\"n\\\":null}}\""));

	parquet_make("both.parquet",
		     "SELECT {'path': 'a', 'size': 1, 'stats': CASE WHEN i = 0 THEN '{\"numRecords\":7}' END, "
		     "'stats_parsed': {'numRecords': 5}} AS add FROM range(2) r(i)");
	assert_ok(read_back("both.parquet", &err), &err);
	assert_says(f.text, "{\\\"numRecords\\\":7}");
	assert_says(f.text, "{\\\"numRecords\\\":5}");
	assert_int_equal(f.action_count, 2);
}

static void sidecars_are_read_and_columns_may_be_few(void **state)
{
	struct bln_err err = { 0 };
	(void)state;

	parquet_make("v2.parquet",
		     "SELECT {'path': 's.parquet', 'sizeInBytes': 9::UINTEGER, 'more': [1]} AS sidecar, 5 AS unknown "
		     "UNION ALL SELECT NULL, 6");
	assert_ok(read_back("v2.parquet", &err), &err);
	assert_string_equal(f.text,
			    "{\"sidecar\":{\"path\":\"s.parquet\",\"sizeInBytes\":9,\"modificationTime\":0}}\n");
}

static void what_is_no_checkpoint_is_corrupt(void **state)
{
	static const struct {
		const char *select;
		const char *says;
	} bad[] = {
		{ "SELECT 1 AS x", "not a checkpoint" },
		{ "SELECT 1 AS add", "'add' is not a struct" },
		{ "SELECT {'path': 'a'} AS add", "no column 'add.size'" },
		{ "SELECT {'path': 'a', 'size': 'b'} AS add", "'add.size' is not an integer" },
		{ "SELECT {'path': 'a', 'size': -1} AS add", "negative" },
		{ "SELECT {'path': 'a', 'size': NULL::BIGINT} AS add", "'add.size' is null" },
		{ "SELECT {'path': NULL::VARCHAR, 'size': 1} AS add", "'add.path' is null" },
		{ "SELECT {'path': 'a', 'size': 18446744073709551615::UBIGINT} AS add", "" },
		{ "SELECT {'path': 'a', 'size': 1, 'partitionValues': MAP {'a': 1}} AS add",
		  "'add.partitionValues' is not a map" },
		{ "SELECT {'path': 'a', 'size': 1, 'deletionVector': {'storageType': 'x', 'pathOrInlineDv': 'a'}} AS add",
		  "'deletionVector'" },
		{ "SELECT {'path': 'a', 'size': 1, 'deletionVector': {'storageType': 'ui', 'pathOrInlineDv': 'a'}} AS add",
		  "not one letter" },
		{ "SELECT {'minReaderVersion': 1, 'minWriterVersion': 2, 'readerFeatures': [NULL::VARCHAR]} AS protocol",
		  "null" },
		{ "SELECT {'minReaderVersion': 1} AS protocol", "'protocol.minWriterVersion'" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct bln_err err = { 0 };
		enum bln_status status;

		parquet_make("bad.parquet", bad[i].select);
		status = read_back("bad.parquet", &err);
		if (status != BLN_CORRUPT || err.status != BLN_CORRUPT || !strstr(err.message, bad[i].says))
			fail_msg("%s: %s: %s", bad[i].select, bln_status_name(status), err.message);
	}
}

static void damaged_files_are_corrupt_and_absent_ones_not_found(void **state)
{
	static const char garbage[] =
		"PAR1 this is not quite a Parquet file, though it begins and ends as one does PAR1";
	struct bln_err err = { 0 };
	(void)state;

	bytes_make("garbage.parquet", garbage, sizeof(garbage) - 1);
	assert_int_equal(read_back("garbage.parquet", &err), BLN_CORRUPT);
	bytes_make("empty.parquet", "", 0);
	assert_int_equal(read_back("empty.parquet", &err), BLN_CORRUPT);
	assert_int_equal(read_back("absent.parquet", &err), BLN_NOT_FOUND);
}

static void the_sink_ends_the_reading(void **state)
{
	const struct bln_action_sink sink = { .take = take };
	struct bln_err err = { 0 };
	(void)state;

	write_lines(every_action, "all.parquet");
	f.sink_status = BLN_INVALID;
	f.action_count = 0;
	assert_int_equal(f.port.actions_read(f.port.context, f.store, "all.parquet", &sink, &err), BLN_INVALID);
	assert_string_equal(err.message, "the sink is full");
	assert_int_equal(f.action_count, 1);
}

static void many_actions_stream(void **state)
{
	struct bln_clock *clock = bln_clock_system();
	struct bln_err err = { 0 };
	int64_t begin_us;
	(void)state;

	parquet_make(
		"many.parquet",
		"SELECT {'path': 'symbol=X/part-' || i || '.parquet', 'partitionValues': MAP {'symbol': 'X'}, 'size': i, "
		"'modificationTime': i, 'dataChange': false, 'stats': '{\"numRecords\":' || i || ',\"minValues\":{\"a\":1}}'} "
		"AS add FROM range(100000) r(i)");
	begin_us = bln_clock_monotonic_us(clock);
	assert_ok(read_back("many.parquet", &err), &err);
	print_message("100,000 adds in %" PRId64 " ms\n", (bln_clock_monotonic_us(clock) - begin_us) / 1000);
	assert_int_equal(f.action_count, 100000);
}

static void failing_allocations_are_told(void **state)
{
	struct bln_err err = { 0 };
	enum bln_status status = BLN_NO_MEMORY;
	uint64_t nth;
	(void)state;

	write_lines(every_action, "all.parquet");
	for (nth = 1; status != BLN_OK; nth++) {
		bln_mem_fail_at(nth, false);
		status = read_back("all.parquet", &err);
		bln_mem_fail_at(0, false);
		if (status != BLN_OK)
			assert_int_equal(status, BLN_NO_MEMORY);
		assert_true(nth < 1000);
	}
	assert_true(nth > 5);
}

static void failing_allocations_of_a_write_are_told(void **state)
{
	char json[128];
	char parquet[128];
	struct bln_err err = { 0 };
	enum bln_status status = BLN_NO_MEMORY;
	uint64_t nth;
	(void)state;

	write_lines(every_action, "all.parquet"); /* which leaves the lines */
	snprintf(json, sizeof(json), "%s/in.json", f.folder);
	snprintf(parquet, sizeof(parquet), "%s/again.parquet", f.folder);
	for (nth = 1; status != BLN_OK; nth++) {
		bln_mem_fail_at(nth, false);
		status = f.port.actions_write(f.port.context, json, parquet, &err);
		bln_mem_fail_at(0, false);
		if (status != BLN_OK)
			assert_int_equal(status, BLN_NO_MEMORY);
		assert_true(nth < 1000);
	}
	assert_true(nth > 3);
	assert_ok(read_back("again.parquet", &err), &err);
	assert_string_equal(f.text, every_action);
}

static void what_cannot_be_written_is_told(void **state)
{
	struct bln_err err = { 0 };
	char json[128];
	char parquet[128];
	(void)state;

	snprintf(json, sizeof(json), "%s/none.json", f.folder);
	snprintf(parquet, sizeof(parquet), "%s/none.parquet", f.folder);
	assert_int_equal(f.port.actions_write(f.port.context, json, parquet, &err), BLN_NOT_FOUND);
	assert_says(err.message, json);
	bytes_make("in.json", "{\"add\":{\"path\":", 15);
	snprintf(json, sizeof(json), "%s/in.json", f.folder);
	assert_int_not_equal(f.port.actions_write(f.port.context, json, parquet, &err), BLN_OK);
	snprintf(parquet, sizeof(parquet), "%s/no folder/x.parquet", f.folder);
	bytes_make("in.json", "{}", 2);
	assert_int_not_equal(f.port.actions_write(f.port.context, json, parquet, &err), BLN_OK);
}

static void the_lazy_port_opens_its_engine_when_asked(void **state)
{
	const struct bln_action_sink sink = { .take = take };
	struct bln_parquet_lazy lazy;
	struct bln_err err = { 0 };
	(void)state;

	write_lines(every_action, "all.parquet");
	bln_parquet_lazy_init(&lazy, NULL);
	assert_null(lazy.engine);
	f.sink_status = BLN_OK;
	f.action_count = 0;
	assert_ok(lazy.port.actions_read(lazy.port.context, f.store, "all.parquet", &sink, &err), &err);
	assert_non_null(lazy.engine);
	assert_int_equal(f.action_count, 9);
	bln_parquet_lazy_clean_up(&lazy);
	assert_null(lazy.engine);
	bln_parquet_lazy_clean_up(&lazy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_back),
		cmocka_unit_test(commit_infos_and_unknown_actions_are_not_written),
		cmocka_unit_test(a_line_may_be_long),
		cmocka_unit_test(the_columns_are_those_of_the_protocol),
		cmocka_unit_test(statistics_come_from_the_struct_where_there_is_no_text),
		cmocka_unit_test(sidecars_are_read_and_columns_may_be_few),
		cmocka_unit_test(what_is_no_checkpoint_is_corrupt),
		cmocka_unit_test(damaged_files_are_corrupt_and_absent_ones_not_found),
		cmocka_unit_test(the_sink_ends_the_reading),
		cmocka_unit_test(many_actions_stream),
		cmocka_unit_test(failing_allocations_are_told),
		cmocka_unit_test(failing_allocations_of_a_write_are_told),
		cmocka_unit_test(what_cannot_be_written_is_told),
		cmocka_unit_test(the_lazy_port_opens_its_engine_when_asked),
	};

	return cmocka_run_group_tests_name("checkpoint", tests, open_all, close_all);
}
