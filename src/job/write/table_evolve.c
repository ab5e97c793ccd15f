/* New columns: rows may bring some that the table has not, and the commit that adds the rows then adds the columns. Tables with a
 * contract (table_look.h) get those of the contract, where an earlier version made them without, and no others. */
#include <string.h>

#include "base/nearest.h"
#include "delta/evolve.h"
#include "engine/scan.h"
#include "job/write/table_look.h"
#include "job/write/table_write_private.h"

/* The columns of the rows, held against the table's. */
struct columns {
	const struct bln_schema *table;
	bool *is_given; /* of the table's, one each */
	struct bln_text select; /* the new ones, as a list for SELECT */
	const char **added; /* the same as names */
	size_t count;
};

/* A name that is nearly that of a column which the rows do not bring is that one, mistyped: it would be null from now on. */
static enum bln_status mistyped_check(const struct columns *columns, struct bln_err *err)
{
	for (size_t i = 0; i < columns->count; i++) {
		const char *meant = NULL;
		size_t distance = SIZE_MAX;

		for (size_t j = 0; j < columns->table->field_count; j++)
			if (!columns->is_given[j])
				bln_nearest_try(bln_slice_of(columns->added[i]), columns->table->fields[j].name, &meant,
						&distance);
		if (meant)
			return bln_err_set(
				err, BLN_INVALID,
				"column '%s' is no column of the table, and '%s' is, which the query does not "
				"give: if both are meant, give both",
				bln_quote(columns->added[i], strlen(columns->added[i])).text, meant);
	}
	return BLN_OK;
}

static enum bln_status columns_read(struct bln_table_writer *writer, const char *sql, struct columns *columns,
				    struct bln_err *err)
{
	struct bln_text describe = { 0 };
	struct bln_rows *rows = NULL;
	enum bln_status status;
	size_t count;

	columns->is_given = bln_arena_calloc(&writer->arena, columns->table->field_count + 1, sizeof(bool));
	columns->added = bln_arena_calloc(&writer->arena, BLN_STAGE_COLUMNS_MAX, sizeof(*columns->added));
	if (!columns->is_given || !columns->added)
		return bln_err_memory(err);
	bln_text_add_format(&describe, "DESCRIBE %s", sql);
	BLN_TRY(bln_text_check(&describe, err));
	BLN_TRY(bln_engine_query(writer->context->engine, describe.at, &rows, err));
	for (;;) {
		BLN_TRY(bln_rows_next(rows, &count, err));
		if (count == 0)
			break;
		for (size_t row = 0; row < count && columns->count < BLN_STAGE_COLUMNS_MAX; row++) {
			struct bln_slice name = bln_rows_text(rows, 0, row);
			const struct bln_field *field = bln_schema_find(columns->table, name);
			const char *kept;

			if (field) {
				columns->is_given[field - columns->table->fields] = true;
				continue;
			}
			kept = bln_arena_strndup(&writer->arena, name.at, name.length);
			if (!kept) {
				status = bln_err_memory(err);
				goto done;
			}
			bln_text_add(&columns->select, columns->count ? ", " : "");
			bln_text_add_quoted(&columns->select, '"', name.at, name.length);
			columns->added[columns->count++] = kept;
		}
	}
	BLN_TRY(bln_text_check(&columns->select, err));
done:
	bln_rows_destroy(rows);
	bln_text_clean_up(&describe);
	return status;
}

/* The table's columns and the new ones of SQL, which have the contract's types, where there is one. */
static enum bln_status schema_join(struct bln_table_writer *writer, const char *sql, const struct columns *columns,
				   const struct bln_schema *contract, struct bln_schema *joined, struct bln_err *err)
{
	const struct bln_schema *table = columns->table;
	struct bln_text query = { 0 };
	struct bln_schema added;
	struct bln_field *fields;
	enum bln_status status;

	/* on a line of its own, so that a comment at the end of SQL ends there */
	bln_text_add_format(&query, "SELECT %s FROM (%s\n)", columns->select.at, sql);
	BLN_TRY(bln_text_check(&query, err));
	BLN_TRY(bln_stage_schema(writer->context->engine, query.at, &writer->arena, &added, err));
	fields = bln_arena_calloc(&writer->arena, table->field_count + added.field_count + 1, sizeof(*fields));
	if (!fields) {
		status = bln_err_memory(err);
		goto done;
	}
	memcpy(fields, table->fields, table->field_count * sizeof(*fields));
	for (size_t i = 0; i < added.field_count; i++) {
		const struct bln_field *known = bln_schema_find(contract, bln_slice_of(added.fields[i].name));

		fields[table->field_count + i] = known ? *known : added.fields[i];
	}
	*joined = (struct bln_schema){ .fields = fields, .field_count = table->field_count + added.field_count };
done:
	bln_text_clean_up(&query);
	return status;
}

/* Whether SCHEMA has all columns of the contract: nearly always, and then nobody need ask what the rows bring. */
static bool is_complete(const struct bln_schema *contract, const struct bln_schema *schema)
{
	for (size_t i = 0; i < contract->field_count; i++)
		if (!bln_schema_find(schema, bln_slice_of(contract->fields[i].name)))
			return false;
	return true;
}

/* BLN_INVALID names a column that has another type in SCHEMA than in the project's contract. */
static enum bln_status types_check(const struct bln_schema *contract, const struct bln_schema *schema,
				   struct bln_err *err)
{
	struct bln_text types = { 0 };
	enum bln_status status = BLN_OK;

	for (size_t i = 0; i < contract->field_count; i++) {
		const struct bln_field *wanted = &contract->fields[i];
		const struct bln_field *field = bln_schema_find(schema, bln_slice_of(wanted->name));

		if (!field || bln_type_equals(&field->type, &wanted->type))
			continue;
		bln_type_sql(&wanted->type, false, &types);
		bln_text_add(&types, " and not ");
		bln_type_sql(&field->type, false, &types);
		BLN_TRY(bln_text_check(&types, err));
		status = bln_err_set(err, BLN_INVALID,
				     "bullion.yaml says that column %s is %s, as it is in the table: a table keeps its "
				     "types",
				     field->name, types.at);
		break;
	}
done:
	bln_text_clean_up(&types);
	return status;
}

/* Whether all new columns are the contract's. */
static bool is_contract(const struct bln_schema *contract, const struct columns *columns)
{
	for (size_t i = 0; i < columns->count; i++)
		if (!bln_schema_find(contract, bln_slice_of(columns->added[i])))
			return false;
	return true;
}

enum bln_status bln_table_evolve(struct bln_table_writer *writer, const char *sql, struct bln_err *err)
{
	struct bln_standard_table look;
	struct bln_schema contract = { 0 };
	struct columns columns = { .table = writer->schema };
	struct bln_schema joined;
	struct bln_evolved evolved;
	struct bln_schema *schema;
	enum bln_status status;

	BLN_TRY(bln_table_look(writer->context->project, writer->spec->table, &writer->arena, &look, err));
	if (look.column_count)
		BLN_TRY(bln_standard_schema(&look, &writer->arena, &contract, err));
	if (!look.tables)
		BLN_TRY(types_check(&contract, columns.table, err));
	if (look.column_count && is_complete(&contract, columns.table))
		return BLN_OK; /* staging refuses what it has not */
	BLN_TRY(columns_read(writer, sql, &columns, err));
	if (columns.count == 0 || (look.column_count && !is_contract(&contract, &columns)))
		goto done;
	BLN_TRY(mistyped_check(&columns, err));
	BLN_TRY(schema_join(writer, sql, &columns, &contract, &joined, err));
	BLN_TRY(bln_schema_evolve(&(struct bln_evolve_spec){ .table = columns.table,
							     .rows = &joined,
							     .protocol = &writer->snapshot->protocol,
							     .may_add_columns = true },
				  &writer->arena, &evolved, err));
	schema = bln_arena_alloc(&writer->arena, sizeof(*schema));
	if (!schema) {
		status = bln_err_memory(err);
		goto done;
	}
	*schema = evolved.schema;
	writer->schema = schema;
	bln_logger_say(writer->context->logger, BLN_LEVEL_INFO, "table", "%s gets new columns: %s", writer->spec->table,
		       columns.select.at);
done:
	bln_text_clean_up(&columns.select);
	return status;
}
