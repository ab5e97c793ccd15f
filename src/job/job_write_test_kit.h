/* Rows written into tables without a job: by the table writer, and by other programs. */
#ifndef BLN_JOB_WRITE_TEST_KIT_H
#define BLN_JOB_WRITE_TEST_KIT_H

#include "job/job_look_test_kit.h"

#include <inttypes.h>

#include "job/write/table_write.h"

#define KIT_LIST(...)                                                                                                  \
	{                                                                                                              \
		.items = (const char *const[]){ __VA_ARGS__ },                                                         \
		.count = sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *)                           \
	}

/* --- Writers: to be called between kit_work and kit_work_end. --- */

static inline struct bln_table_writer *kit_writer(struct kit *kit, const struct bln_write_spec *spec)
{
	struct bln_table_writer *writer;

	assert_ok(bln_table_writer_open(&kit->context, spec, NULL, &writer, &kit->err), &kit->err);
	return writer;
}

static inline enum bln_status kit_writer_commit(struct kit *kit, struct bln_table_writer *writer,
						struct bln_commit_result *result)
{
	const struct bln_write_commit nothing_else = { 0 };

	return bln_table_writer_commit(writer, &nothing_else, result, &kit->err);
}

/* One writer: adds what the SQLs give, up to NULL, and commits, with what COMMIT says besides (NULL: nothing). RESULT may be
 * NULL. */
static inline enum bln_status kit_try_write(struct kit *kit, const struct bln_write_spec *spec, const char *const *sqls,
					    const struct bln_write_commit *commit, struct bln_commit_result *result)
{
	const struct bln_write_commit nothing_else = { 0 };
	struct bln_table_writer *writer = NULL;
	struct bln_commit_result own;
	enum bln_status status;

	result = result ? result : &own;
	*result = (struct bln_commit_result){ 0 };
	kit->err.message[0] = '\0';
	BLN_TRY(bln_table_writer_open(&kit->context, spec, NULL, &writer, &kit->err));
	for (size_t i = 0; sqls[i]; i++)
		BLN_TRY(bln_table_writer_add(writer, sqls[i], &kit->err));
	BLN_TRY(bln_table_writer_commit(writer, commit ? commit : &nothing_else, result, &kit->err));
done:
	bln_table_writer_close(writer);
	return status;
}

/* Writes the rows of SQL and expects it to work. Returns the table's version. */
static inline int64_t kit_write(struct kit *kit, const struct bln_write_spec *spec, const char *sql)
{
	struct bln_commit_result result;

	assert_ok(kit_try_write(kit, spec, (const char *[]){ sql, NULL }, NULL, &result), &kit->err);
	return result.version;
}

/* Writes the rows of SQL into SPEC's table, as a job of its own would. */
static inline void kit_fill(struct kit *kit, const struct bln_write_spec *spec, const char *sql)
{
	kit_work(kit);
	(void)kit_write(kit, spec, sql);
	kit_work_end(kit);
}

/* Adds them. */
static inline void kit_append(struct kit *kit, const char *table, const char *sql)
{
	const struct bln_write_spec spec = { .table = table, .mode = BLN_WRITE_ADD };

	kit_fill(kit, &spec, sql);
}

/* Writes the rows of SQL and expects STATUS, with TEXT in the message; a table that is there stays as it was. */
static inline void kit_write_fails(struct kit *kit, const struct bln_write_spec *spec, const char *sql,
				   enum bln_status status, const char *text)
{
	const int64_t before = kit_version(kit, spec->table);

	assert_int_equal(kit_try_write(kit, spec, (const char *[]){ sql, NULL }, NULL, NULL), status);
	assert_says(kit->err.message, text);
	if (before >= 0)
		assert_int_equal(kit_version(kit, spec->table), before);
}

/* --- Other programs. --- */

/* Lines of a log: what a table needs that its readers and writers know, and one with FIELDS. */
#define KIT_PROTOCOL "{\"protocol\":{\"minReaderVersion\":1,\"minWriterVersion\":2}}\n"
#define KIT_METADATA(id, fields)                                                                                       \
	"{\"metaData\":{\"id\":\"" id "\",\"format\":{\"provider\":\"parquet\",\"options\":{}},\"schemaString\":"      \
	"\"{\\\"type\\\":\\\"struct\\\",\\\"fields\\\":[" fields                                                       \
	"]}\",\"partitionColumns\":[],\"configuration\":{}}}\n"
#define KIT_FIELD(name, type, nullable)                                                                                \
	"{\\\"name\\\":\\\"" name "\\\",\\\"type\\\":\\\"" type "\\\",\\\"nullable\\\":" #nullable                     \
	",\\\"metadata\\\":{}}"

/* Commits LINES (of a log, each with '\n' behind) as the table's next version, as another program would. */
static inline void kit_commit(struct kit *kit, const char *table, const char *lines)
{
	char name[64];
	FILE *file;

	snprintf(name, sizeof(name), "_delta_log/%020" PRId64 ".json", kit_version(kit, table) + 1);
	file = fopen(kit_table_path(kit, table, name), "wbx");
	assert_non_null(file);
	assert_int_equal(fwrite(lines, 1, strlen(lines), file), strlen(lines));
	assert_int_equal(fclose(file), 0);
}

#endif
