#include "delta/evolve.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "delta/schema_check.h"

/* One evolution; PATH is where in the columns we are, for messages. */
struct evolution {
	const struct bln_evolve_spec *spec;
	struct bln_arena *arena;
	struct bln_err *err;
	bool has_changed;
};

enum { PATH_SIZE = 256 };

static int integer_rank(enum bln_type_kind kind)
{
	switch (kind) {
	case BLN_TYPE_BYTE:
		return 1;
	case BLN_TYPE_SHORT:
		return 2;
	case BLN_TYPE_INTEGER:
		return 3;
	case BLN_TYPE_LONG:
		return 4;
	default:
		return 0;
	}
}

/* Whether every value of FROM is one of TO: integers and floats into wider ones, decimals into ones with no fewer digits on
 * either side of the point. Equal types are. Nested types: never. */
static bool type_widens(const struct bln_type *from, const struct bln_type *to)
{
	static const int digits[] = { 0, 3, 5, 10, 19 }; /* of the integers, by rank */
	int rank = integer_rank(from->kind);

	if (from->field_count || to->field_count || from->kind == BLN_TYPE_STRUCT)
		return false;
	if (to->kind == BLN_TYPE_DECIMAL && (rank || from->kind == BLN_TYPE_DECIMAL)) {
		int from_scale = rank ? 0 : from->scale;
		int from_whole = rank ? digits[rank] : from->precision - from->scale;

		return to->scale >= from_scale && to->precision - to->scale >= from_whole;
	}
	if (from->kind == to->kind)
		return true;
	if (rank && integer_rank(to->kind))
		return rank <= integer_rank(to->kind);
	if (to->kind == BLN_TYPE_DOUBLE)
		return from->kind == BLN_TYPE_FLOAT || (rank && rank <= 3); /* a double holds 53 bits */
	return to->kind == BLN_TYPE_FLOAT && rank && rank <= 2;
}

static enum bln_status type_refused(struct evolution *evolution, const char *path, const struct bln_type *table,
				    const struct bln_type *rows)
{
	struct bln_text names[2] = { { 0 }, { 0 } };
	enum bln_status status;

	bln_type_format(table, &names[0]);
	bln_type_format(rows, &names[1]);
	BLN_TRY(bln_text_check(&names[0], evolution->err));
	BLN_TRY(bln_text_check(&names[1], evolution->err));
	status = bln_err_set(evolution->err, BLN_INVALID, "column '%s' is %s in the table and %s in the rows: cast it",
			     bln_quote(path, strlen(path)).text, bln_quote(names[0].at, names[0].length).text,
			     bln_quote(names[1].at, names[1].length).text);
done:
	bln_text_clean_up(&names[0]);
	bln_text_clean_up(&names[1]);
	return status;
}

/* A new column and all in it may be null: the rows that are there do not have it. */
static enum bln_status field_loosen(struct evolution *evolution, const struct bln_field *field, struct bln_field *out)
{
	enum bln_status status = BLN_OK;
	struct bln_field *fields;

	*out = *field;
	out->is_nullable = true;
	out->physical_name = out->name;
	out->id = -1;
	out->metadata = "{}";
	if (field->type.field_count == 0)
		return BLN_OK;
	fields = bln_arena_calloc(evolution->arena, field->type.field_count, sizeof(*fields));
	if (!fields)
		return bln_err_memory(evolution->err);
	out->type.fields = fields;
	for (size_t i = 0; i < field->type.field_count; i++)
		BLN_TRY(field_loosen(evolution, &field->type.fields[i], &fields[i]));
	if (field->type.kind == BLN_TYPE_MAP)
		fields[0].is_nullable = false; /* a map's key */
done:
	return status;
}

static int field_index(const struct bln_field *fields, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcasecmp(fields[i].name, name) == 0)
			return (int)i;
	return -1;
}

static enum bln_status type_merge(struct evolution *evolution, const struct bln_type *table,
				  const struct bln_type *rows, const char *path, struct bln_type *out);

/* Merges what a struct, or the table, consists of. SOURCES, if not NULL, is filled as in struct bln_evolved. */
static enum bln_status fields_merge(struct evolution *evolution, const struct bln_type *table,
				    const struct bln_type *rows, const char *path, struct bln_type *out, int *sources)
{
	struct bln_field *fields =
		bln_arena_calloc(evolution->arena, table->field_count + rows->field_count + 1, sizeof(*fields));
	enum bln_status status = BLN_OK;
	char inner[PATH_SIZE];

	if (!fields)
		return bln_err_memory(evolution->err);
	*out = *table;
	out->fields = fields;
	for (size_t i = 0; i < table->field_count; i++) {
		const struct bln_field *field = &table->fields[i];
		int source = field_index(rows->fields, rows->field_count, field->name);

		fields[i] = *field;
		snprintf(inner, sizeof(inner), "%s%s%s", path, path[0] ? "." : "", field->name);
		if (sources)
			sources[i] = source;
		if (source < 0 && !field->is_nullable)
			return bln_err_set(evolution->err, BLN_INVALID,
					   "the rows have no column '%s', which must not be null",
					   bln_quote(inner, strlen(inner)).text);
		if (source < 0)
			continue;
		if (!sources && !field->is_nullable && rows->fields[source].is_nullable)
			return bln_err_set(evolution->err, BLN_INVALID, "'%s' must not be null, and may be in the rows",
					   bln_quote(inner, strlen(inner)).text);
		BLN_TRY(type_merge(evolution, &field->type, &rows->fields[source].type, inner, &fields[i].type));
	}
	for (size_t i = 0; i < rows->field_count; i++) {
		if (field_index(table->fields, table->field_count, rows->fields[i].name) >= 0)
			continue;
		snprintf(inner, sizeof(inner), "%s%s%s", path, path[0] ? "." : "", rows->fields[i].name);
		if (!evolution->spec->may_add_columns)
			return bln_err_set(evolution->err, BLN_INVALID,
					   "the table has no column '%s', and may get no new ones",
					   bln_quote(inner, strlen(inner)).text);
		if (sources)
			sources[out->field_count] = (int)i;
		BLN_TRY(field_loosen(evolution, &rows->fields[i], &fields[out->field_count++]));
		evolution->has_changed = true;
	}
done:
	return status;
}

/* Arrays and maps: part by part. */
static enum bln_status parts_merge(struct evolution *evolution, const struct bln_type *table,
				   const struct bln_type *rows, const char *path, struct bln_type *out)
{
	struct bln_field *parts = bln_arena_calloc(evolution->arena, table->field_count, sizeof(*parts));
	enum bln_status status = BLN_OK;
	char inner[PATH_SIZE];

	if (!parts)
		return bln_err_memory(evolution->err);
	*out = *table;
	out->fields = parts;
	for (size_t i = 0; i < table->field_count; i++) {
		parts[i] = table->fields[i];
		snprintf(inner, sizeof(inner), "%s.%s", path, parts[i].name);
		if (!parts[i].is_nullable && rows->fields[i].is_nullable)
			return bln_err_set(evolution->err, BLN_INVALID, "'%s' must not be null, and may be in the rows",
					   bln_quote(inner, strlen(inner)).text);
		BLN_TRY(type_merge(evolution, &table->fields[i].type, &rows->fields[i].type, inner, &parts[i].type));
	}
done:
	return status;
}

static enum bln_status type_merge(struct evolution *evolution, const struct bln_type *table,
				  const struct bln_type *rows, const char *path, struct bln_type *out)
{
	*out = *table;
	if (table->kind == rows->kind && table->kind == BLN_TYPE_STRUCT)
		return fields_merge(evolution, table, rows, path, out, NULL);
	if (table->kind == rows->kind && (table->kind == BLN_TYPE_ARRAY || table->kind == BLN_TYPE_MAP))
		return parts_merge(evolution, table, rows, path, out);
	if (type_widens(rows, table))
		return BLN_OK;
	return type_refused(evolution, path, table, rows);
}

static enum bln_status partition_check(const struct bln_evolve_spec *spec, struct bln_err *err)
{
	bool is_same = spec->table_partition.count == spec->rows_partition.count;

	for (size_t i = 0; is_same && i < spec->table_partition.count; i++) {
		struct bln_slice a = spec->table_partition.items[i];
		struct bln_slice b = spec->rows_partition.items[i];

		is_same = a.length == b.length && strncasecmp(a.at, b.at, a.length) == 0;
	}
	if (!spec->is_partition_known || is_same)
		return BLN_OK;
	return bln_err_set(
		err, BLN_INVALID,
		"the table's partition columns (%zu, first '%s') are not those asked for (%zu, first '%s'): they "
		"can only be chosen when a table is made",
		spec->table_partition.count,
		spec->table_partition.count
			? bln_quote(spec->table_partition.items[0].at, spec->table_partition.items[0].length).text
			: "",
		spec->rows_partition.count,
		spec->rows_partition.count
			? bln_quote(spec->rows_partition.items[0].at, spec->rows_partition.items[0].length).text
			: "");
}

/* What the writer of the rows must do for each column. */
static enum bln_status duties_fill(struct evolution *evolution, struct bln_evolved *evolved)
{
	const struct bln_schema *rows = evolution->spec->rows;
	bool *must_cast = bln_arena_calloc(evolution->arena, evolved->schema.field_count, sizeof(bool));
	bool *must_check = bln_arena_calloc(evolution->arena, evolved->schema.field_count, sizeof(bool));

	if (!must_cast || !must_check)
		return bln_err_memory(evolution->err);
	for (size_t i = 0; i < evolved->schema.field_count; i++) {
		const struct bln_field *to = &evolved->schema.fields[i];
		const struct bln_field *from = evolved->sources[i] >= 0 ? &rows->fields[evolved->sources[i]] : NULL;

		must_cast[i] = from && !bln_type_equals(&from->type, &to->type);
		must_check[i] = from && !to->is_nullable && from->is_nullable;
	}
	evolved->must_cast = must_cast;
	evolved->must_check_null = must_check;
	return BLN_OK;
}

enum bln_status bln_schema_evolve(const struct bln_evolve_spec *spec, struct bln_arena *arena,
				  struct bln_evolved *evolved, struct bln_err *err)
{
	struct evolution evolution = { .spec = spec, .arena = arena, .err = err };
	struct bln_type table = { .kind = BLN_TYPE_STRUCT,
				  .fields = spec->table->fields,
				  .field_count = spec->table->field_count };
	struct bln_type rows = { .kind = BLN_TYPE_STRUCT,
				 .fields = spec->rows->fields,
				 .field_count = spec->rows->field_count };
	struct bln_type merged;
	enum bln_status status;
	int *sources = bln_arena_calloc(arena, table.field_count + rows.field_count + 1, sizeof(*sources));

	if (!sources)
		return bln_err_memory(err);
	BLN_TRY(bln_schema_check_names(spec->rows, err));
	BLN_TRY(partition_check(spec, err));
	BLN_TRY(fields_merge(&evolution, &table, &rows, "", &merged, sources));
	*evolved = (struct bln_evolved){
		.schema = { .fields = merged.fields, .field_count = merged.field_count },
		.has_changed = evolution.has_changed,
		.sources = sources,
	};
	if (bln_schema_has_kind(&evolved->schema, BLN_TYPE_TIMESTAMP_NTZ) &&
	    !bln_schema_has_kind(spec->table, BLN_TYPE_TIMESTAMP_NTZ) &&
	    !bln_slices_have(spec->protocol->writer_features, "timestampNtz"))
		return bln_err_set(
			err, BLN_INVALID,
			"the rows bring a column of type timestamp_ntz, which the table's protocol does not have "
			"(feature 'timestampNtz'): cast it to a timestamp");
	BLN_TRY(duties_fill(&evolution, evolved));
done:
	return status;
}

enum bln_status bln_schema_change(const struct bln_metadata *metadata, const struct bln_schema *schema,
				  struct bln_arena *arena, struct bln_action *action, struct bln_err *err)
{
	struct bln_text text = { 0 };
	enum bln_status status;

	*action = (struct bln_action){ .kind = BLN_ACTION_METADATA, .metadata = *metadata };
	bln_schema_format(schema, &text);
	status = bln_text_keep(&text, arena, &action->metadata.schema, err);
	bln_text_clean_up(&text);
	return status;
}
