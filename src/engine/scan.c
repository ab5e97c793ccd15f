/* A snapshot as a view.
 *
 * The view reads the files by one read_parquet over all their paths, told by its parameter "schema" what columns there are:
 * DuckDB then casts what files have in other types, fills up what they lack and opens no file to find that out. Where files
 * call members of structs otherwise it is one read_parquet for each way they do. Read scan_files.c next, what is known of
 * each file; scan_function.c, how SQL asks for it; scan_columns.c, types and names; scan_shapes.c, members of structs. */
#include "engine/scan.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "delta/schema_check.h"
#include "engine/scan_private.h"

static void view_name_add(struct bln_text *sql, const char *schema_name, const char *view_name)
{
	bln_text_add_quoted(sql, '"', schema_name, strlen(schema_name));
	bln_text_add(sql, ".");
	bln_text_add_quoted(sql, '"', view_name, strlen(view_name));
}

/* What one SELECT over files of one shape is made of. */
struct selection {
	const struct bln_scan_slot *slot;
	const struct bln_snapshot *snapshot;
	const struct bln_scan_files *files;
	size_t shape;
};

/* The number of FIELD among the partition columns, or their count when it is none. */
static size_t partition_index(const struct bln_scan_files *files, const struct bln_field *field)
{
	size_t i = 0;

	while (i < files->partition_count && files->partition[i] != field)
		i++;
	return i;
}

/* Column INDEX of the table. */
static void column_add(const struct selection *selection, size_t index, struct bln_text *sql)
{
	const struct bln_scan_files *files = selection->files;
	const struct bln_field *field = &selection->snapshot->schema.fields[index];
	size_t partition = partition_index(files, field);
	char value[96];

	snprintf(value, sizeof(value), "%s(f.filename, %zu)", selection->slot->value_name, partition);
	if (partition < files->partition_count)
		bln_scan_partition_sql(field, value, sql);
	else
		bln_scan_column_sql(&files->shapes[selection->shape][index], index, sql);
}

/* The parameter "schema": a map from what a column is called in the files, or its field id there, to what it shall be. */
static void schema_add(const struct selection *selection, struct bln_text *sql)
{
	const struct bln_snapshot *snapshot = selection->snapshot;
	const struct bln_scan_files *files = selection->files;
	size_t count = 0;

	bln_text_add(sql, ", schema = MAP {");
	for (size_t i = 0; i < snapshot->schema.field_count; i++) {
		const struct bln_field *field = &snapshot->schema.fields[i];
		struct bln_text type = { 0 };

		if (partition_index(files, field) < files->partition_count)
			continue;
		bln_text_add(sql, count++ ? ", " : "");
		if (snapshot->mapping == BLN_MAPPING_ID)
			bln_text_add_format(sql, "%d", (int)field->id);
		else
			bln_text_add_quoted(sql, '\'', field->physical_name, strlen(field->physical_name));
		bln_type_sql(&files->shapes[selection->shape][i].type, true, &type);
		bln_text_add_format(sql, ": {'name': 'c%zu', 'type': ", i);
		bln_text_add_quoted(sql, '\'', type.at ? type.at : "", type.length);
		bln_text_add(sql, ", 'default_value': NULL}");
		sql->has_failed = sql->has_failed || type.has_failed;
		bln_text_clean_up(&type);
	}
	if (count == 0) /* a map must not be empty: a column that no file has */
		bln_text_add_format(sql, "%s: {'name': 'none', 'type': 'BOOLEAN', 'default_value': NULL}",
				    snapshot->mapping == BLN_MAPPING_ID ? "-1" : "''");
	bln_text_add(sql, "}");
}

static bool has_binary(const struct bln_field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (fields[i].type.kind == BLN_TYPE_BINARY ||
		    has_binary(fields[i].type.fields, fields[i].type.field_count))
			return true;
	return false;
}

static void source_add(const struct selection *selection, struct bln_text *sql)
{
	const struct bln_scan_files *files = selection->files;
	const struct bln_schema *schema = &selection->snapshot->schema;
	size_t count = 0;

	bln_text_add(sql, " FROM read_parquet([");
	for (size_t i = 0; i < files->count; i++) {
		if (files->items[i].shape != selection->shape)
			continue;
		bln_text_add(sql, count++ ? ", " : "");
		bln_text_add_quoted(sql, '\'', files->items[i].path, strlen(files->items[i].path));
	}
	/* Statistics leave NaN out in some writers' files, though it is greater than all numbers. */
	bln_text_add(sql, "], hive_partitioning = false, can_have_nan = true, filename = true");
	/* Some writers do not say that their strings are text. Told so for all columns, DuckDB takes them as they are; else it
	 * would show bytes beyond ASCII as escapes. */
	if (!has_binary(schema->fields, schema->field_count))
		bln_text_add(sql, ", binary_as_string = true");
	schema_add(selection, sql);
	bln_text_add(sql, ") AS f");
	if (files->has_deleted_rows)
		bln_text_add_format(sql, " WHERE %s(f.filename, f.file_row_number)", selection->slot->lives_name);
}

/* The columns of the view; of no file where SELECTION is NULL. */
static void select_add(const struct selection *selection, const struct bln_schema *schema, struct bln_text *sql)
{
	bln_text_add(sql, "SELECT ");
	for (size_t i = 0; i < schema->field_count; i++) {
		const struct bln_field *field = &schema->fields[i];

		bln_text_add(sql, i ? ", " : "");
		if (selection) {
			column_add(selection, i, sql);
		} else {
			bln_text_add(sql, "CAST(NULL AS ");
			bln_type_sql(&field->type, false, sql);
			bln_text_add(sql, ")");
		}
		bln_text_add(sql, " AS ");
		bln_text_add_quoted(sql, '"', field->name, strlen(field->name));
	}
	if (selection)
		source_add(selection, sql);
	else
		bln_text_add(sql, " WHERE false");
}

static bool has_shape(const struct bln_scan_files *files, size_t shape)
{
	for (size_t i = 0; i < files->count; i++)
		if (files->items[i].shape == shape)
			return true;
	return false;
}

/* What files of each shape give. */
static void selects_add(const struct bln_scan_slot *slot, const struct bln_snapshot *snapshot,
			const struct bln_scan_files *files, struct bln_text *sql)
{
	size_t count = 0;

	for (size_t shape = 0; shape < files->shape_count; shape++) {
		const struct selection selection = { slot, snapshot, files, shape };

		if (!has_shape(files, shape))
			continue;
		bln_text_add(sql, count++ ? " UNION ALL " : "");
		select_add(&selection, &snapshot->schema, sql);
	}
	if (count == 0)
		select_add(NULL, &snapshot->schema, sql);
}

static enum bln_status schema_check(const struct bln_snapshot *snapshot, struct bln_err *err)
{
	enum bln_status status;

	BLN_TRY(bln_schema_check_read(&snapshot->schema, err));
	for (size_t i = 0; snapshot->mapping == BLN_MAPPING_ID && i < snapshot->schema.field_count; i++) {
		const struct bln_field *field = &snapshot->schema.fields[i];

		if (field->id < 0 || field->id > INT32_MAX)
			return bln_err_set(err, BLN_CORRUPT,
					   "the column '%s' has no id, though columns are mapped by id", field->name);
	}
done:
	return status;
}

static enum bln_status view_make(struct bln_engine *engine, const struct bln_scan_slot *slot,
				 const struct bln_snapshot *snapshot, const struct bln_scan_files *files,
				 struct bln_err *err)
{
	struct bln_text sql = { 0 };
	enum bln_status status;

	bln_text_add(&sql, "CREATE SCHEMA IF NOT EXISTS ");
	bln_text_add_quoted(&sql, '"', slot->schema_name, strlen(slot->schema_name));
	BLN_TRY(bln_text_check(&sql, err));
	BLN_TRY(bln_engine_exec(engine, sql.at, err));
	bln_text_clear(&sql);
	bln_text_add(&sql, "CREATE OR REPLACE VIEW ");
	view_name_add(&sql, slot->schema_name, slot->view_name);
	bln_text_add(&sql, " AS ");
	selects_add(slot, snapshot, files, &sql);
	BLN_TRY(bln_text_check(&sql, err));
	BLN_TRY(bln_engine_exec(engine, sql.at, err));
done:
	bln_text_clean_up(&sql);
	return status;
}

/* Appends where the table lies: its folder, or its store where it fills one. */
static void table_add_name(const struct bln_snapshot *snapshot, struct bln_text *text)
{
	if (snapshot->table.prefix[0])
		bln_text_add(text, snapshot->table.prefix);
	else if (bln_store_url(snapshot->table.store, NULL, text, NULL) != BLN_OK)
		bln_text_clear(text);
}

/* Puts the table before the message. */
static enum bln_status at_table(const struct bln_snapshot *snapshot, enum bln_status status, struct bln_err *err)
{
	struct bln_text name = { 0 };

	table_add_name(snapshot, &name);
	status = bln_err_where(err, status, "table %s", name.at ? name.at : "");
	bln_text_clean_up(&name);
	return status;
}

/* Keeps what is said where a file turns out to hold what it cannot. */
static enum bln_status names_keep(struct bln_scan_files *files, const struct bln_snapshot *snapshot,
				  struct bln_err *err)
{
	const struct bln_schema *schema = &snapshot->schema;
	struct bln_pair *pairs = bln_arena_calloc(&files->arena, schema->field_count + 1, sizeof(*pairs));
	struct bln_text name = { 0 };

	table_add_name(snapshot, &name);
	files->table = bln_arena_strdup(&files->arena, name.at ? name.at : "");
	bln_text_clean_up(&name);
	if (!pairs || !files->table)
		return bln_err_memory(err);
	files->renamed.items = pairs;
	for (size_t i = 0; i < schema->field_count; i++) {
		const struct bln_field *field = &schema->fields[i];
		struct bln_pair *pair = &pairs[files->renamed.count];

		if (strcmp(field->name, field->physical_name) == 0)
			continue;
		pair->key.at = bln_arena_strdup(&files->arena, field->physical_name);
		pair->value.at = bln_arena_strdup(&files->arena, field->name);
		if (!pair->key.at || !pair->value.at)
			return bln_err_memory(err);
		pair->key.length = strlen(pair->key.at);
		pair->value.length = strlen(pair->value.at);
		files->renamed.count++;
	}
	return BLN_OK;
}

enum bln_status bln_scan_view(struct bln_engine *engine, const char *schema_name, const char *view_name,
			      const struct bln_scan *scan, struct bln_err *err)
{
	struct bln_scan_files *files = bln_mem_calloc(1, sizeof(*files));
	struct bln_scan_slot *slot;
	enum bln_status status;

	if (!files)
		return bln_err_memory(err);
	BLN_TRY(schema_check(scan->snapshot, err));
	BLN_TRY(bln_scan_files_load(files, scan, err));
	if (files->count) /* a table that is not there yet has no place either */
		BLN_TRY(names_keep(files, scan->snapshot, err));
	BLN_TRY(bln_scan_shapes_find(engine, scan->snapshot, files, err));
	BLN_TRY(bln_scan_slot_find(engine, schema_name ? schema_name : "main", view_name, &slot, err));
	BLN_TRY(view_make(engine, slot, scan->snapshot, files, err));
	bln_scan_files_destroy(slot->files);
	slot->files = files;
	files->partition = NULL; /* the snapshot's */
	files->shapes = NULL;
	files = NULL;
done:
	bln_scan_files_destroy(files);
	return status == BLN_OK ? BLN_OK : at_table(scan->snapshot, status, err);
}
