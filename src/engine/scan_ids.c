/* Members of nested columns where a table maps its columns by field id.
 *
 * DuckDB finds columns by their ids (the parameter "schema" of read_parquet) but the members of a struct by their names alone.
 * Delta's writers give both the same in all files; files that another format's table brought with it (Iceberg's) may call a
 * member otherwise: it would come out as null. Such files are refused. */
#include <inttypes.h>
#include <string.h>

#include "engine/scan_private.h"

/* What is told of a member; both together make a row. */
enum member_part { MEMBER_NAME = 1, MEMBER_ID = 2 };

/* Appends PARTS of each member of a struct within TYPE, at any depth. */
static void members_add(const struct bln_type *type, unsigned parts, size_t *count, struct bln_text *sql)
{
	for (size_t i = 0; i < type->field_count; i++) {
		const struct bln_field *field = &type->fields[i];

		if (type->kind == BLN_TYPE_STRUCT && field->id >= 0) {
			bln_text_add(sql, (*count)++ ? ", " : "");
			bln_text_add(sql, parts == (MEMBER_NAME | MEMBER_ID) ? "(" : "");
			if (parts & MEMBER_NAME)
				bln_text_add_quoted(sql, '\'', field->physical_name, strlen(field->physical_name));
			if (parts & MEMBER_ID)
				bln_text_add_format(sql, "%s%" PRId64, parts & MEMBER_NAME ? ", " : "", field->id);
			bln_text_add(sql, parts == (MEMBER_NAME | MEMBER_ID) ? ")" : "");
		}
		members_add(&field->type, parts, count, sql);
	}
}

/* Of all columns; their number. */
static size_t all_add(const struct bln_schema *schema, unsigned parts, struct bln_text *sql)
{
	size_t count = 0;

	for (size_t i = 0; i < schema->field_count; i++)
		members_add(&schema->fields[i].type, parts, &count, sql);
	return count;
}

/* A file's member with an id of ours under another name, or with a name of ours under an id that the table has no more. */
static size_t query_make(const struct bln_schema *schema, const struct bln_scan_files *files, struct bln_text *sql)
{
	size_t count;

	bln_text_add(sql, "SELECT file_name, name FROM parquet_schema([");
	for (size_t i = 0; i < files->count; i++) {
		bln_text_add(sql, i ? ", " : "");
		bln_text_add_quoted(sql, '\'', files->items[i].path, strlen(files->items[i].path));
	}
	bln_text_add(sql, "]) WHERE (field_id IN (");
	count = all_add(schema, MEMBER_ID, sql);
	bln_text_add(sql, ") AND (name, field_id) NOT IN (");
	(void)all_add(schema, MEMBER_NAME | MEMBER_ID, sql);
	bln_text_add(sql, ")) OR (name IN (");
	(void)all_add(schema, MEMBER_NAME, sql);
	bln_text_add(sql, ") AND field_id NOT IN (");
	(void)all_add(schema, MEMBER_ID, sql);
	for (size_t i = 0; i < schema->field_count; i++)
		bln_text_add_format(sql, ", %" PRId64, schema->fields[i].id);
	bln_text_add(sql, ")) LIMIT 1");
	return count;
}

enum bln_status bln_scan_ids_check(struct bln_engine *engine, const struct bln_snapshot *snapshot,
				   const struct bln_scan_files *files, struct bln_err *err)
{
	struct bln_text sql = { 0 };
	struct bln_rows *rows = NULL;
	enum bln_status status = BLN_OK;
	size_t count = 0;

	if (snapshot->mapping != BLN_MAPPING_ID || files->count == 0 || query_make(&snapshot->schema, files, &sql) == 0)
		goto done;
	BLN_TRY(bln_text_check(&sql, err));
	BLN_TRY(bln_engine_query(engine, sql.at, &rows, err));
	BLN_TRY(bln_rows_next(rows, &count, err));
	if (count) {
		struct bln_slice file = bln_rows_text(rows, 0, 0);
		struct bln_slice name = bln_rows_text(rows, 1, 0);

		status = bln_err_set(
			err, BLN_UNSUPPORTED,
			"data file %s: the member '%s' of a nested column is known by its id alone (feature "
			"'columnMapping' by id), which this version cannot read",
			bln_quote(file.at, file.length).text, bln_quote(name.at, name.length).text);
	}
done:
	bln_rows_destroy(rows);
	bln_text_clean_up(&sql);
	return status;
}
