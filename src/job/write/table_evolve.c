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
	struct bln_field *added; /* the new ones */
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
				bln_nearest_try(bln_slice_of(columns->added[i].name), columns->table->fields[j].name,
						&meant, &distance);
		if (meant)
			return bln_err_set(
				err, BLN_INVALID,
				"column '%s' is no column of the table, and '%s' is, which the query does not "
				"give: if both are meant, give both",
				bln_quote(columns->added[i].name, strlen(columns->added[i].name)).text, meant);
	}
	return BLN_OK;
}

static enum bln_status columns_read(struct bln_table_writer *writer, const char *sql, struct columns *columns,
				    struct bln_err *err)
{
	struct bln_schema rows;
	enum bln_status status;

	BLN_TRY(bln_stage_schema(writer->context->engine, sql, &writer->arena, &rows, err));
	columns->is_given = bln_arena_calloc(&writer->arena, columns->table->field_count + 1, sizeof(bool));
	columns->added = bln_arena_calloc(&writer->arena, rows.field_count + 1, sizeof(*columns->added));
	if (!columns->is_given || !columns->added)
		return bln_err_memory(err);
	for (size_t i = 0; i < rows.field_count; i++) {
		const struct bln_field *field = bln_schema_find(columns->table, bln_slice_of(rows.fields[i].name));

		if (field)
			columns->is_given[field - columns->table->fields] = true;
		else
			columns->added[columns->count++] = rows.fields[i];
	}
done:
	return status;
}

/* The table's columns and the new ones, which have the contract's types, where there is one. */
static enum bln_status schema_join(struct bln_table_writer *writer, const struct columns *columns,
				   const struct bln_schema *contract, struct bln_schema *joined, struct bln_err *err)
{
	const struct bln_schema *table = columns->table;
	struct bln_field *fields =
		bln_arena_calloc(&writer->arena, table->field_count + columns->count + 1, sizeof(*fields));

	if (!fields)
		return bln_err_memory(err);
	memcpy(fields, table->fields, table->field_count * sizeof(*fields));
	for (size_t i = 0; i < columns->count; i++) {
		const struct bln_field *known = bln_schema_find(contract, bln_slice_of(columns->added[i].name));

		fields[table->field_count + i] = known ? *known : columns->added[i];
	}
	*joined = (struct bln_schema){ .fields = fields, .field_count = table->field_count + columns->count };
	return BLN_OK;
}

/* Says that the table gets them. */
static void added_say(const struct bln_table_writer *writer, const struct columns *columns)
{
	struct bln_text names = { 0 };

	for (size_t i = 0; i < columns->count; i++) {
		bln_text_add(&names, i ? ", " : "");
		bln_text_add_quoted(&names, '"', columns->added[i].name, strlen(columns->added[i].name));
	}
	bln_logger_say(writer->context->logger, BLN_LEVEL_INFO, "table", "%s gets new columns: %s", writer->spec->table,
		       names.at ? names.at : "");
	bln_text_clean_up(&names);
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
		if (!bln_schema_find(contract, bln_slice_of(columns->added[i].name)))
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
	BLN_TRY(schema_join(writer, &columns, &contract, &joined, err));
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
	added_say(writer, &columns);
done:
	return status;
}
