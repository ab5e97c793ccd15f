/* Types of a query's columns against types of a table's. */
#include <string.h>
#include <strings.h>

#include "engine/stage_private.h"

enum { DEPTH_MAX = BLN_SCHEMA_DEPTH_MAX };

/* Scalar types: the Delta type that holds every value. HUGEINT, which sums of whole numbers have, is held by none: a cast
 * of it to long fails where it does not fit, so a sum may go into a long. */
static const struct scalar {
	duckdb_type duckdb;
	const char *name;
	bool is_known;
	struct bln_type type;
} scalars[] = {
	{ DUCKDB_TYPE_BOOLEAN, "BOOLEAN", true, { .kind = BLN_TYPE_BOOLEAN } },
	{ DUCKDB_TYPE_TINYINT, "TINYINT", true, { .kind = BLN_TYPE_BYTE } },
	{ DUCKDB_TYPE_SMALLINT, "SMALLINT", true, { .kind = BLN_TYPE_SHORT } },
	{ DUCKDB_TYPE_INTEGER, "INTEGER", true, { .kind = BLN_TYPE_INTEGER } },
	{ DUCKDB_TYPE_BIGINT, "BIGINT", true, { .kind = BLN_TYPE_LONG } },
	{ DUCKDB_TYPE_UTINYINT, "UTINYINT", true, { .kind = BLN_TYPE_SHORT } },
	{ DUCKDB_TYPE_USMALLINT, "USMALLINT", true, { .kind = BLN_TYPE_INTEGER } },
	{ DUCKDB_TYPE_UINTEGER, "UINTEGER", true, { .kind = BLN_TYPE_LONG } },
	{ DUCKDB_TYPE_UBIGINT, "UBIGINT", true, { .kind = BLN_TYPE_DECIMAL, .precision = 20 } },
	{ DUCKDB_TYPE_HUGEINT, "HUGEINT", true, { .kind = BLN_TYPE_LONG } },
	{ DUCKDB_TYPE_FLOAT, "FLOAT", true, { .kind = BLN_TYPE_FLOAT } },
	{ DUCKDB_TYPE_DOUBLE, "DOUBLE", true, { .kind = BLN_TYPE_DOUBLE } },
	{ DUCKDB_TYPE_VARCHAR, "VARCHAR", true, { .kind = BLN_TYPE_STRING } },
	{ DUCKDB_TYPE_ENUM, "ENUM", true, { .kind = BLN_TYPE_STRING } },
	{ DUCKDB_TYPE_UUID, "UUID", true, { .kind = BLN_TYPE_STRING } },
	{ DUCKDB_TYPE_BLOB, "BLOB", true, { .kind = BLN_TYPE_BINARY } },
	{ DUCKDB_TYPE_DATE, "DATE", true, { .kind = BLN_TYPE_DATE } },
	{ DUCKDB_TYPE_TIMESTAMP, "TIMESTAMP", true, { .kind = BLN_TYPE_TIMESTAMP_NTZ } },
	{ DUCKDB_TYPE_TIMESTAMP_S, "TIMESTAMP_S", true, { .kind = BLN_TYPE_TIMESTAMP_NTZ } },
	{ DUCKDB_TYPE_TIMESTAMP_MS, "TIMESTAMP_MS", true, { .kind = BLN_TYPE_TIMESTAMP_NTZ } },
	{ DUCKDB_TYPE_TIMESTAMP_TZ, "TIMESTAMP WITH TIME ZONE", true, { .kind = BLN_TYPE_TIMESTAMP } },
	{ DUCKDB_TYPE_TIMESTAMP_NS, "TIMESTAMP_NS", false, { 0 } },
	{ DUCKDB_TYPE_TIME, "TIME", false, { 0 } },
	{ DUCKDB_TYPE_TIME_TZ, "TIME WITH TIME ZONE", false, { 0 } },
	{ DUCKDB_TYPE_INTERVAL, "INTERVAL", false, { 0 } },
	{ DUCKDB_TYPE_UHUGEINT, "UHUGEINT", false, { 0 } },
	{ DUCKDB_TYPE_BIT, "BIT", false, { 0 } },
	{ DUCKDB_TYPE_UNION, "UNION", false, { 0 } },
	{ DUCKDB_TYPE_ARRAY, "ARRAY", false, { 0 } },
	{ DUCKDB_TYPE_BIGNUM, "BIGNUM", false, { 0 } },
	{ DUCKDB_TYPE_SQLNULL, "NULL", false, { 0 } },
};

static const struct scalar *scalar_find(duckdb_type type)
{
	for (size_t i = 0; i < sizeof(scalars) / sizeof(scalars[0]); i++)
		if (scalars[i].duckdb == type)
			return &scalars[i];
	return NULL;
}

struct reading {
	const struct bln_duckdb *db;
	struct bln_arena *arena;
	bool is_known;
	bool is_out_of_memory;
};

static void type_read(struct reading *reading, duckdb_logical_type logical, int depth, struct bln_type *type);

/* Member I of a nested type: its type is MEMBER, which ends here; its name is NAME, of DuckDB's memory where IS_OWN. */
static void member_read(struct reading *reading, duckdb_logical_type member, const char *name, int depth,
			struct bln_field *field)
{
	field->name = bln_arena_strdup(reading->arena, name);
	field->physical_name = field->name;
	field->id = -1;
	field->is_nullable = true;
	field->metadata = "{}";
	reading->is_out_of_memory = reading->is_out_of_memory || !field->name;
	type_read(reading, member, depth + 1, &field->type);
	reading->db->destroy_logical_type(&member);
}

static void struct_read(struct reading *reading, duckdb_logical_type logical, int depth, struct bln_field *fields,
			size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *name = reading->db->struct_type_child_name(logical, i);

		member_read(reading, reading->db->struct_type_child_type(logical, i), name ? name : "", depth,
			    &fields[i]);
		reading->db->free(name);
	}
}

static void nested_read(struct reading *reading, duckdb_logical_type logical, enum bln_type_kind kind, size_t count,
			int depth, struct bln_type *type)
{
	const struct bln_duckdb *db = reading->db;
	struct bln_field *fields = bln_arena_calloc(reading->arena, count + 1, sizeof(*fields));

	if (!fields || depth > DEPTH_MAX) {
		reading->is_out_of_memory = reading->is_out_of_memory || !fields;
		reading->is_known = false;
		return;
	}
	*type = (struct bln_type){ .kind = kind, .fields = fields, .field_count = count };
	if (kind == BLN_TYPE_STRUCT) {
		struct_read(reading, logical, depth, fields, count);
	} else if (kind == BLN_TYPE_ARRAY) {
		member_read(reading, db->list_type_child_type(logical), "element", depth, &fields[0]);
	} else {
		member_read(reading, db->map_type_key_type(logical), "key", depth, &fields[0]);
		member_read(reading, db->map_type_value_type(logical), "value", depth, &fields[1]);
		fields[0].is_nullable = false;
	}
}

static void type_read(struct reading *reading, duckdb_logical_type logical, int depth, struct bln_type *type)
{
	const struct bln_duckdb *db = reading->db;
	duckdb_type id = db->get_type_id(logical);
	const struct scalar *scalar = scalar_find(id);

	if (id == DUCKDB_TYPE_DECIMAL) {
		*type = (struct bln_type){ .kind = BLN_TYPE_DECIMAL,
					   .precision = db->decimal_width(logical),
					   .scale = db->decimal_scale(logical) };
	} else if (id == DUCKDB_TYPE_STRUCT) {
		nested_read(reading, logical, BLN_TYPE_STRUCT, db->struct_type_child_count(logical), depth, type);
	} else if (id == DUCKDB_TYPE_LIST) {
		nested_read(reading, logical, BLN_TYPE_ARRAY, 1, depth, type);
	} else if (id == DUCKDB_TYPE_MAP) {
		nested_read(reading, logical, BLN_TYPE_MAP, 2, depth, type);
	} else if (scalar && scalar->is_known && (depth == 0 || id != DUCKDB_TYPE_HUGEINT)) {
		*type = scalar->type;
	} else {
		reading->is_known = false;
	}
}

static enum bln_status columns_read(struct bln_engine *engine, duckdb_prepared_statement prepared,
				    struct bln_arena *arena, struct bln_stage_columns *out, struct bln_err *err)
{
	const struct bln_duckdb *db = &engine->db;

	out->count = db->prepared_statement_column_count(prepared);
	out->items = bln_arena_calloc(arena, out->count + 1, sizeof(*out->items));
	if (!out->items)
		return bln_err_memory(err);
	for (size_t i = 0; i < out->count; i++) {
		struct reading reading = { .db = db, .arena = arena, .is_known = true };
		duckdb_logical_type logical = db->prepared_statement_column_logical_type(prepared, i);
		const char *name = db->prepared_statement_column_name(prepared, i);

		out->items[i].name = bln_arena_strdup(arena, name ? name : "");
		db->free((void *)(uintptr_t)name);
		out->items[i].duckdb = db->get_type_id(logical);
		type_read(&reading, logical, 0, &out->items[i].type);
		out->items[i].is_known = reading.is_known;
		db->destroy_logical_type(&logical);
		if (!out->items[i].name || reading.is_out_of_memory)
			return bln_err_memory(err);
	}
	return BLN_OK;
}

/* A table's column is found by its name, whatever its capitals: of two with one name, one would be lost. */
static enum bln_status names_check(const struct bln_stage_columns *columns, struct bln_err *err)
{
	for (size_t i = 0; i < columns->count; i++)
		for (size_t j = 0; j < i; j++) {
			const char *a = columns->items[j].name;
			const char *b = columns->items[i].name;

			if (strcasecmp(a, b) != 0)
				continue;
			if (strcmp(a, b) == 0)
				return bln_err_set(
					err, BLN_INVALID,
					"the query gives two columns '%s': leave one out, or name it otherwise",
					bln_quote(a, strlen(a)).text);
			return bln_err_set(err, BLN_INVALID,
					   "the query gives two columns '%s' and '%s', which only capitals tell apart: "
					   "leave one out, or name it otherwise",
					   bln_quote(a, strlen(a)).text, bln_quote(b, strlen(b)).text);
		}
	return BLN_OK;
}

enum bln_status bln_stage_columns_load(struct bln_engine *engine, const char *sql, struct bln_arena *arena,
				       struct bln_stage_columns *out, struct bln_err *err)
{
	const struct bln_duckdb *db = &engine->db;
	duckdb_prepared_statement prepared = NULL;
	enum bln_status status;

	BLN_TRY(bln_cancel_check(engine->cancel, err));
	if (db->prepare(engine->connection, sql, &prepared) == DuckDBError)
		status = bln_engine_failed(engine, db->prepare_error(prepared), err);
	else
		status = columns_read(engine, prepared, arena, out, err);
	if (status == BLN_OK)
		status = names_check(out, err);
done:
	if (prepared)
		db->destroy_prepare(&prepared);
	return status;
}

const char *bln_stage_column_type(const struct bln_stage_column *column, struct bln_arena *arena)
{
	const struct scalar *scalar = scalar_find(column->duckdb);
	struct bln_text text = { 0 };
	const char *name;

	if (scalar)
		return scalar->name;
	if (!column->is_known)
		return "a nested type";
	bln_type_sql(&column->type, false, &text);
	name = text.at ? bln_arena_strdup(arena, text.at) : NULL;
	bln_text_clean_up(&text);
	return name ? name : "another type";
}

static bool is_integer(enum bln_type_kind kind)
{
	return kind == BLN_TYPE_LONG || kind == BLN_TYPE_INTEGER || kind == BLN_TYPE_SHORT || kind == BLN_TYPE_BYTE;
}

/* Doubles hold whole numbers of up to 32 bits and decimals of up to 15 digits, so that what was written can be read off. */
enum { DOUBLE_DIGITS = 15 };

static bool scalar_fits(const struct bln_type *from, const struct bln_type *to)
{
	switch (to->kind) {
	case BLN_TYPE_LONG:
	case BLN_TYPE_INTEGER:
	case BLN_TYPE_SHORT:
	case BLN_TYPE_BYTE:
		return is_integer(from->kind) || (from->kind == BLN_TYPE_DECIMAL && from->scale == 0);
	case BLN_TYPE_DOUBLE:
		return from->kind == BLN_TYPE_FLOAT || (is_integer(from->kind) && from->kind != BLN_TYPE_LONG) ||
		       (from->kind == BLN_TYPE_DECIMAL && from->precision <= DOUBLE_DIGITS);
	case BLN_TYPE_DECIMAL:
		return is_integer(from->kind) || (from->kind == BLN_TYPE_DECIMAL && from->scale <= to->scale);
	case BLN_TYPE_TIMESTAMP:
	case BLN_TYPE_TIMESTAMP_NTZ:
		return from->kind == BLN_TYPE_DATE ||
		       (from->kind == BLN_TYPE_TIMESTAMP_NTZ && to->kind == BLN_TYPE_TIMESTAMP);
	default:
		return false;
	}
}

static bool type_fits(const struct bln_type *from, const struct bln_type *to)
{
	if (from->kind != to->kind || from->kind == BLN_TYPE_DECIMAL)
		return (from->kind == to->kind && from->precision == to->precision && from->scale == to->scale) ||
		       scalar_fits(from, to);
	if (from->field_count != to->field_count)
		return false;
	for (size_t i = 0; i < from->field_count; i++) {
		/* DuckDB casts structs member by member, by their names. */
		if (from->kind == BLN_TYPE_STRUCT && strcmp(from->fields[i].name, to->fields[i].name) != 0)
			return false;
		if (!type_fits(&from->fields[i].type, &to->fields[i].type))
			return false;
	}
	return true;
}

bool bln_stage_type_fits(const struct bln_stage_column *column, const struct bln_type *type)
{
	if (column->duckdb == DUCKDB_TYPE_SQLNULL)
		return true;
	/* Beyond 64 bits there are no whole numbers that a double holds all of. */
	if (column->duckdb == DUCKDB_TYPE_HUGEINT && type->kind == BLN_TYPE_DOUBLE)
		return false;
	return column->is_known && type_fits(&column->type, type);
}

enum bln_status bln_stage_schema(struct bln_engine *engine, const char *sql, struct bln_arena *arena,
				 struct bln_schema *schema, struct bln_err *err)
{
	struct bln_stage_columns columns = { 0 };
	struct bln_field *fields;
	enum bln_status status;

	BLN_TRY(bln_stage_columns_load(engine, sql, arena, &columns, err));
	fields = bln_arena_calloc(arena, columns.count + 1, sizeof(*fields));
	if (!fields)
		return bln_err_memory(err);
	for (size_t i = 0; i < columns.count; i++) {
		const struct bln_stage_column *column = &columns.items[i];

		if (!column->is_known)
			return bln_err_set(err, BLN_UNSUPPORTED,
					   "column '%s' is %s, which a table cannot hold: cast it in the SQL",
					   column->name, bln_stage_column_type(column, arena));
		fields[i] = (struct bln_field){ .name = column->name,
						.physical_name = column->name,
						.id = -1,
						.type = column->type,
						.is_nullable = true,
						.metadata = "{}" };
	}
	*schema = (struct bln_schema){ .fields = fields, .field_count = columns.count };
done:
	return status;
}
