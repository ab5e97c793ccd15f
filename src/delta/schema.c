#include "delta/schema.h"

#include <string.h>
#include <strings.h>

#include "base/json.h"

static const char *const primitive_names[BLN_TYPES] = {
	[BLN_TYPE_STRING] = "string", [BLN_TYPE_LONG] = "long",		  [BLN_TYPE_INTEGER] = "integer",
	[BLN_TYPE_SHORT] = "short",   [BLN_TYPE_BYTE] = "byte",		  [BLN_TYPE_FLOAT] = "float",
	[BLN_TYPE_DOUBLE] = "double", [BLN_TYPE_BOOLEAN] = "boolean",	  [BLN_TYPE_BINARY] = "binary",
	[BLN_TYPE_DATE] = "date",     [BLN_TYPE_TIMESTAMP] = "timestamp", [BLN_TYPE_TIMESTAMP_NTZ] = "timestamp_ntz",
};

enum { DECIMAL_PRECISION_MAX = 38 };

/* What one parse carries down the tree. */
struct parser {
	struct bln_arena *arena;
	struct bln_err *err;
	bool is_mapped;
	size_t field_count;
	const char *left_out; /* as in struct bln_schema */
};

static enum bln_status type_parse(struct parser *parser, const json_t *json, const char *column, int depth,
				  struct bln_type *type);

static bool digits_parse(struct bln_slice text, int max, int *out)
{
	*out = 0;
	if (text.length == 0)
		return false;
	for (size_t i = 0; i < text.length; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
		*out = *out * 10 + (text.at[i] - '0');
		if (*out > max)
			return false;
	}
	return true;
}

static struct bln_slice trimmed(struct bln_slice text)
{
	while (text.length && text.at[0] == ' ') {
		text.at++;
		text.length--;
	}
	while (text.length && text.at[text.length - 1] == ' ')
		text.length--;
	return text;
}

bool bln_type_parse_primitive(struct bln_slice text, struct bln_type *type)
{
	*type = (struct bln_type){ 0 };
	for (int kind = 0; kind < BLN_TYPES; kind++) {
		if (primitive_names[kind] && bln_slice_is(text, primitive_names[kind])) {
			type->kind = (enum bln_type_kind)kind;
			return true;
		}
	}
	type->kind = BLN_TYPE_DECIMAL;
	type->precision = 10;
	if (bln_slice_is(text, "decimal"))
		return true;
	if (bln_slice_starts(text, "decimal(") && bln_slice_ends(text, ")")) {
		struct bln_slice rest = { text.at + strlen("decimal("), text.length - strlen("decimal()") };
		struct bln_slice precision = bln_slice_cut(&rest, ',');

		return digits_parse(trimmed(precision), DECIMAL_PRECISION_MAX, &type->precision) &&
		       type->precision > 0 && digits_parse(trimmed(rest), type->precision, &type->scale);
	}
	return false;
}

/* The physical name and id that a mapped column carries in its metadata. */
static enum bln_status mapping_parse(struct parser *parser, const json_t *metadata, struct bln_field *field)
{
	enum bln_status status = BLN_OK;
	struct bln_slice name = { 0 };

	BLN_TRY(bln_json_get_int(metadata, "delta.columnMapping.id", &field->id, parser->err));
	BLN_TRY(bln_json_get_text(metadata, "delta.columnMapping.physicalName", &name, parser->err));
	if (name.length == 0)
		return bln_err_set(parser->err, BLN_CORRUPT,
				   "schema: column '%s' has no delta.columnMapping.physicalName", field->name);
	field->physical_name = bln_arena_strndup(parser->arena, name.at, name.length);
	if (!field->physical_name)
		return bln_err_memory(parser->err);
done:
	return status;
}

static enum bln_status metadata_parse(struct parser *parser, const json_t *json, struct bln_field *field)
{
	enum bln_status status = BLN_OK;
	struct bln_text text = { 0 };
	json_t *metadata;

	field->metadata = "{}";
	BLN_TRY(bln_json_get_object(json, "metadata", &metadata, parser->err));
	if (metadata && json_object_get(metadata, "delta.typeChanges")) {
		status = bln_err_set(parser->err, BLN_UNSUPPORTED, "column '%s' was widened (feature typeWidening)",
				     field->name);
		goto done;
	}
	if (metadata && json_object_size(metadata) > 0) {
		bln_json_add(&text, metadata);
		BLN_TRY(bln_text_check(&text, parser->err));
		field->metadata = bln_arena_strndup(parser->arena, text.at, text.length);
		if (!field->metadata)
			status = bln_err_memory(parser->err);
	}
	if (status == BLN_OK && parser->is_mapped)
		status = mapping_parse(parser, metadata, field);
done:
	bln_text_clean_up(&text);
	return status;
}

/* Whether the field JSON can only be null. */
static bool is_void(const json_t *json)
{
	const char *type = json_string_value(json_object_get(json, "type"));

	return type && strcmp(type, "void") == 0;
}

static enum bln_status field_parse(struct parser *parser, const json_t *json, int depth, struct bln_field *field)
{
	enum bln_status status = BLN_OK;
	struct bln_slice name = { 0 };

	if (!json_is_object(json))
		return bln_err_set(parser->err, BLN_CORRUPT, "schema: a field is not an object");
	BLN_TRY(bln_json_get_text(json, "name", &name, parser->err));
	if (!name.at)
		return bln_err_set(parser->err, BLN_CORRUPT, "schema: a field has no name");
	field->name = bln_arena_strndup(parser->arena, name.at, name.length);
	if (!field->name)
		return bln_err_memory(parser->err);
	field->physical_name = field->name;
	field->id = -1;
	field->is_nullable = true;
	BLN_TRY(bln_json_get_bool(json, "nullable", &field->is_nullable, parser->err));
	BLN_TRY(metadata_parse(parser, json, field));
	if (!is_void(json))
		BLN_TRY(type_parse(parser, json_object_get(json, "type"), field->name, depth, &field->type));
done:
	return status;
}

static enum bln_status fields_alloc(struct parser *parser, size_t count, struct bln_field **fields)
{
	if (count > BLN_SCHEMA_FIELDS_MAX - parser->field_count)
		return bln_err_set(parser->err, BLN_UNSUPPORTED, "schema: more than %d fields", BLN_SCHEMA_FIELDS_MAX);
	parser->field_count += count;
	*fields = bln_arena_calloc(parser->arena, count ? count : 1, sizeof(**fields));
	return *fields ? BLN_OK : bln_err_memory(parser->err);
}

static enum bln_status struct_parse(struct parser *parser, const json_t *json, int depth, struct bln_type *type)
{
	enum bln_status status = BLN_OK;
	struct bln_field *fields;
	size_t count = 0;
	json_t *array;

	BLN_TRY(bln_json_get_array(json, "fields", &array, parser->err));
	if (!array)
		return bln_err_set(parser->err, BLN_CORRUPT, "schema: a struct has no fields");
	type->kind = BLN_TYPE_STRUCT;
	BLN_TRY(fields_alloc(parser, json_array_size(array), &fields));
	type->fields = fields;
	for (size_t i = 0; i < json_array_size(array); i++) {
		BLN_TRY(field_parse(parser, json_array_get(array, i), depth + 1, &fields[count]));
		if (is_void(json_array_get(array, i)))
			parser->left_out = fields[count].name;
		else
			count++;
	}
	type->field_count = count;
done:
	return status;
}

/* Arrays and maps: their parts as fields named as Parquet names them. */
static enum bln_status part_parse(struct parser *parser, const json_t *json, const char *type_key, const char *null_key,
				  const char *name, const char *column, int depth, struct bln_field *field)
{
	enum bln_status status = BLN_OK;

	*field = (struct bln_field){ .name = name, .physical_name = name, .id = -1, .metadata = "{}" };
	if (null_key) {
		field->is_nullable = true;
		BLN_TRY(bln_json_get_bool(json, null_key, &field->is_nullable, parser->err));
	}
	BLN_TRY(type_parse(parser, json_object_get(json, type_key), column, depth + 1, &field->type));
done:
	return status;
}

static enum bln_status nested_parse(struct parser *parser, const json_t *json, const char *column, int depth,
				    struct bln_type *type)
{
	enum bln_status status = BLN_OK;
	struct bln_slice kind = { 0 };
	struct bln_field *parts;

	BLN_TRY(bln_json_get_text(json, "type", &kind, parser->err));
	if (bln_slice_is(kind, "struct"))
		return struct_parse(parser, json, depth, type);

	BLN_TRY(fields_alloc(parser, 2, &parts));
	type->fields = parts;
	if (bln_slice_is(kind, "array")) {
		type->kind = BLN_TYPE_ARRAY;
		type->field_count = 1;
		BLN_TRY(part_parse(parser, json, "elementType", "containsNull", "element", column, depth, &parts[0]));
	} else if (bln_slice_is(kind, "map")) {
		type->kind = BLN_TYPE_MAP;
		type->field_count = 2;
		BLN_TRY(part_parse(parser, json, "keyType", NULL, "key", column, depth, &parts[0]));
		BLN_TRY(part_parse(parser, json, "valueType", "valueContainsNull", "value", column, depth, &parts[1]));
	} else {
		status = bln_err_set(parser->err, BLN_UNSUPPORTED,
				     "column '%s' has the type '%s', which is not supported", column,
				     bln_quote(kind.at, kind.length).text);
	}
done:
	return status;
}

static enum bln_status type_parse(struct parser *parser, const json_t *json, const char *column, int depth,
				  struct bln_type *type)
{
	if (depth > BLN_SCHEMA_DEPTH_MAX)
		return bln_err_set(parser->err, BLN_UNSUPPORTED, "schema: column '%s' is nested deeper than %d", column,
				   BLN_SCHEMA_DEPTH_MAX);
	if (json_is_object(json))
		return nested_parse(parser, json, column, depth, type);
	if (!json_is_string(json))
		return bln_err_set(parser->err, BLN_CORRUPT, "schema: column '%s' has no type", column);
	if (!bln_type_parse_primitive((struct bln_slice){ json_string_value(json), json_string_length(json) }, type))
		return bln_err_set(parser->err, BLN_UNSUPPORTED,
				   "column '%s' has the type '%s', which is not supported", column,
				   bln_quote(json_string_value(json), json_string_length(json)).text);
	return BLN_OK;
}

enum bln_status bln_schema_parse(struct bln_slice text, bool is_mapped, struct bln_arena *arena,
				 struct bln_schema *schema, struct bln_err *err)
{
	struct parser parser = { .arena = arena, .err = err, .is_mapped = is_mapped };
	enum bln_status status;
	struct bln_type root = { 0 };
	json_t *json = NULL;

	BLN_TRY(bln_json_parse(text.at, text.length, "schema", &json, err));
	if (!json_is_object(json)) {
		status = bln_err_set(err, BLN_CORRUPT, "schema: not a struct");
		goto done;
	}
	BLN_TRY(nested_parse(&parser, json, "", 0, &root));
	if (root.kind != BLN_TYPE_STRUCT) {
		status = bln_err_set(err, BLN_CORRUPT, "schema: not a struct");
		goto done;
	}
	*schema = (struct bln_schema){ .fields = root.fields,
				       .field_count = root.field_count,
				       .left_out = parser.left_out };
done:
	json_decref(json);
	return status;
}

static void fields_format(const struct bln_field *fields, size_t count, struct bln_text *text)
{
	bln_text_add(text, "{\"type\":\"struct\",\"fields\":[");
	for (size_t i = 0; i < count; i++) {
		bln_text_add(text, i ? ",{\"name\":" : "{\"name\":");
		bln_json_add_string(text, fields[i].name, strlen(fields[i].name));
		bln_text_add(text, ",\"type\":");
		bln_type_format(&fields[i].type, text);
		bln_text_add_format(text, ",\"nullable\":%s,\"metadata\":%s}", fields[i].is_nullable ? "true" : "false",
				    fields[i].metadata);
	}
	bln_text_add(text, "]}");
}

void bln_type_format(const struct bln_type *type, struct bln_text *text)
{
	const struct bln_field *parts = type->fields;

	switch (type->kind) {
	case BLN_TYPE_STRUCT:
		fields_format(type->fields, type->field_count, text);
		break;
	case BLN_TYPE_ARRAY:
		bln_text_add(text, "{\"type\":\"array\",\"elementType\":");
		bln_type_format(&parts[0].type, text);
		bln_text_add_format(text, ",\"containsNull\":%s}", parts[0].is_nullable ? "true" : "false");
		break;
	case BLN_TYPE_MAP:
		bln_text_add(text, "{\"type\":\"map\",\"keyType\":");
		bln_type_format(&parts[0].type, text);
		bln_text_add(text, ",\"valueType\":");
		bln_type_format(&parts[1].type, text);
		bln_text_add_format(text, ",\"valueContainsNull\":%s}", parts[1].is_nullable ? "true" : "false");
		break;
	case BLN_TYPE_DECIMAL:
		bln_text_add_format(text, "\"decimal(%d,%d)\"", type->precision, type->scale);
		break;
	default:
		bln_text_add_format(text, "\"%s\"", primitive_names[type->kind]);
	}
}

void bln_schema_format(const struct bln_schema *schema, struct bln_text *text)
{
	fields_format(schema->fields, schema->field_count, text);
}

const struct bln_field *bln_schema_find(const struct bln_schema *schema, struct bln_slice name)
{
	for (size_t i = 0; i < schema->field_count; i++)
		if (strlen(schema->fields[i].name) == name.length &&
		    strncasecmp(schema->fields[i].name, name.at, name.length) == 0)
			return &schema->fields[i];
	return NULL;
}

bool bln_type_equals(const struct bln_type *a, const struct bln_type *b)
{
	if (a->kind != b->kind || a->precision != b->precision || a->scale != b->scale ||
	    a->field_count != b->field_count)
		return false;
	for (size_t i = 0; i < a->field_count; i++)
		if (strcmp(a->fields[i].name, b->fields[i].name) != 0 ||
		    a->fields[i].is_nullable != b->fields[i].is_nullable ||
		    !bln_type_equals(&a->fields[i].type, &b->fields[i].type))
			return false;
	return true;
}
