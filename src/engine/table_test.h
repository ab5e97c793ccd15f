/* Tables for tests: a folder of Parquet files that SQL makes, and a snapshot put together by hand, without a log. */
#ifndef BLN_ENGINE_TABLE_TEST_H
#define BLN_ENGINE_TABLE_TEST_H

#include "base/folder_test_kit.h"

#include "delta/snapshot.h"
#include "engine/engine.h"
#include "engine/rows_test_kit.h"
#include "engine/scan.h"

enum { TABLE_FILES_MAX = 6000 };

struct table {
	struct bln_engine *engine;
	char folder[64]; /* of the table: the store is the table */
	struct bln_snapshot snapshot;
	struct bln_add adds[TABLE_FILES_MAX];
};

static inline void table_open(struct table *table)
{
	const struct bln_engine_settings settings = { .memory_bytes = INT64_C(512) << 20, .threads = 2 };
	struct bln_err err = { 0 };

	memset(table, 0, sizeof(*table));
	test_folder_make(table->folder, sizeof(table->folder), "table");
	assert_ok(bln_engine_open(&settings, &table->engine, &err), &err);
	assert_ok(bln_store_open(table->folder, NULL, &table->snapshot.table.store, &err), &err);
	table->snapshot.table.prefix = "";
	table->snapshot.files = table->adds;
}

static inline void table_close(struct table *table)
{
	bln_arena_clean_up(&table->snapshot.arena);
	bln_store_close(table->snapshot.table.store);
	bln_engine_close(table->engine);
	test_folder_remove(table->folder);
}

/* Begins a table anew: FIELDS is the inside of the schema's "fields", PARTITION names of columns with ',' between. */
static inline void table_begin(struct table *table, enum bln_mapping_mode mapping, const char *fields,
			       const char *partition)
{
	struct bln_snapshot *snapshot = &table->snapshot;
	struct bln_slice rest = bln_slice_of(partition);
	struct bln_slice *names;
	struct bln_err err = { 0 };
	size_t count = 0;
	char *schema;

	bln_arena_clean_up(&snapshot->arena);
	snapshot->mapping = mapping;
	snapshot->file_count = 0;
	schema = bln_arena_printf(&snapshot->arena, "{\"type\":\"struct\",\"fields\":[%s]}", fields);
	assert_non_null(schema);
	assert_ok(bln_schema_parse(bln_slice_of(schema), mapping != BLN_MAPPING_NONE, &snapshot->arena,
				   &snapshot->schema, &err),
		  &err);
	names = bln_arena_alloc(&snapshot->arena, 16 * sizeof(*names));
	assert_non_null(names);
	while (rest.length)
		names[count++] = bln_slice_cut(&rest, ',');
	snapshot->metadata.partition_columns = (struct bln_slices){ names, count };
}

/* Adds a file by the members of its add action, but for size and path's folder: {"path":…,…} without the braces. */
static inline struct bln_add *table_add(struct table *table, const char *members)
{
	struct bln_snapshot *snapshot = &table->snapshot;
	struct bln_action action;
	struct bln_err err = { 0 };
	char *line = bln_arena_printf(&snapshot->arena, "{\"add\":{\"size\":1,%s}}", members);

	assert_non_null(line);
	assert_true(snapshot->file_count < TABLE_FILES_MAX);
	assert_ok(bln_action_parse(bln_slice_of(line), "test", &snapshot->arena, &action, &err), &err);
	table->adds[snapshot->file_count] = action.add;
	return &table->adds[snapshot->file_count++];
}

/* Writes SELECT as the Parquet file PATH (as it is on the disk), with its folders; WITH are more options of COPY. */
static inline void table_write(struct table *table, const char *path, const char *select, const char *with)
{
	struct bln_text sql = { 0 };
	struct bln_err err = { 0 };
	char full[2048];

	snprintf(full, sizeof(full), "%s/%s", table->folder, path);
	for (char *slash = full + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		(void)mkdir(full, 0755);
		*slash = '/';
	}
	bln_text_add_format(&sql, "COPY (%s) TO ", select);
	bln_text_add_quoted(&sql, '\'', full, strlen(full));
	bln_text_add_format(&sql, " (FORMAT parquet%s)", with);
	assert_ok(bln_engine_exec(table->engine, sql.at, &err), &err);
	bln_text_clean_up(&sql);
}

/* Makes the view "t" over all files. */
static inline enum bln_status table_view(struct table *table, struct bln_err *err)
{
	const struct bln_scan scan = { .snapshot = &table->snapshot, .is_all = true };

	return bln_scan_view(table->engine, NULL, "t", &scan, err);
}

/* The rows of SQL as text (rows_test_kit.h). Good until the next call. */
static inline const char *table_rows(struct table *table, const char *sql)
{
	static char out[1 << 16];

	test_rows(table->engine, sql, out, sizeof(out));
	return out;
}

#define assert_rows(table, sql, expected) assert_string_equal(table_rows(table, sql), expected)

#endif
