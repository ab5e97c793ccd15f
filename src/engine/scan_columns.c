/* Columns in SQL: their types, and how a view's column is made of what the files and the log have. */
#include <inttypes.h>
#include <string.h>

#include "base/number.h"
#include "delta/value.h"
#include "engine/scan_private.h"

static const char *const primitive_types[BLN_TYPES] = {
	[BLN_TYPE_STRING] = "VARCHAR",
	[BLN_TYPE_LONG] = "BIGINT",
	[BLN_TYPE_INTEGER] = "INTEGER",
	[BLN_TYPE_SHORT] = "SMALLINT",
	[BLN_TYPE_BYTE] = "TINYINT",
	[BLN_TYPE_FLOAT] = "FLOAT",
	[BLN_TYPE_DOUBLE] = "DOUBLE",
	[BLN_TYPE_BOOLEAN] = "BOOLEAN",
	[BLN_TYPE_BINARY] = "BLOB",
	[BLN_TYPE_DATE] = "DATE",
	[BLN_TYPE_TIMESTAMP] = "TIMESTAMP WITH TIME ZONE",
	[BLN_TYPE_TIMESTAMP_NTZ] = "TIMESTAMP",
};

void bln_type_sql(const struct bln_type *type, bool is_physical, struct bln_text *text)
{
	switch (type->kind) {
	case BLN_TYPE_DECIMAL:
		bln_text_add_format(text, "DECIMAL(%d,%d)", type->precision, type->scale);
		break;
	case BLN_TYPE_STRUCT:
		bln_text_add(text, "STRUCT(");
		for (size_t i = 0; i < type->field_count; i++) {
			const char *name = is_physical ? type->fields[i].physical_name : type->fields[i].name;

			bln_text_add(text, i ? ", " : "");
			bln_text_add_quoted(text, '"', name, strlen(name));
			bln_text_add(text, " ");
			bln_type_sql(&type->fields[i].type, is_physical, text);
		}
		bln_text_add(text, ")");
		break;
	case BLN_TYPE_ARRAY:
		bln_type_sql(&type->fields[0].type, is_physical, text);
		bln_text_add(text, "[]");
		break;
	case BLN_TYPE_MAP:
		bln_text_add(text, "MAP(");
		bln_type_sql(&type->fields[0].type, is_physical, text);
		bln_text_add(text, ", ");
		bln_type_sql(&type->fields[1].type, is_physical, text);
		bln_text_add(text, ")");
		break;
	default:
		bln_text_add(text, primitive_types[type->kind]);
		break;
	}
}

/* Whether a value of TYPE holds structs whose members have other names in the files. */
static bool has_other_names(const struct bln_type *type)
{
	for (size_t i = 0; i < type->field_count; i++) {
		const struct bln_field *field = &type->fields[i];

		if ((type->kind == BLN_TYPE_STRUCT && strcmp(field->name, field->physical_name) != 0) ||
		    has_other_names(&field->type))
			return true;
	}
	return false;
}

static void renamed_add(const struct bln_type *type, const char *value, int depth, struct bln_text *sql);

/* The value of MEMBER (NAME in the files) of the struct VALUE, renamed. */
static void member_add(const struct bln_type *type, const char *value, const char *name, int depth,
		       struct bln_text *sql)
{
	struct bln_text member = { 0 };

	bln_text_add_format(&member, "struct_extract(%s, ", value);
	bln_text_add_quoted(&member, '\'', name, strlen(name));
	bln_text_add(&member, ")");
	renamed_add(type, member.at ? member.at : "", depth, sql);
	sql->has_failed = sql->has_failed || member.has_failed;
	bln_text_clean_up(&member);
}

/* VALUE with the names that users know, at every depth. Lambdas name their parameters by depth, so that none hides another. */
static void renamed_add(const struct bln_type *type, const char *value, int depth, struct bln_text *sql)
{
	char name[16];

	snprintf(name, sizeof(name), "e%d", depth);
	if (!has_other_names(type)) {
		bln_text_add(sql, value);
		return;
	}
	switch (type->kind) {
	case BLN_TYPE_STRUCT:
		bln_text_add_format(sql, "CASE WHEN %s IS NOT NULL THEN struct_pack(", value);
		for (size_t i = 0; i < type->field_count; i++) {
			const struct bln_field *field = &type->fields[i];

			if (!field->name[0]) /* the last, of no column: scan_shapes.c */
				continue;
			bln_text_add(sql, i ? ", " : "");
			bln_text_add_quoted(sql, '"', field->name, strlen(field->name));
			bln_text_add(sql, " := ");
			member_add(&field->type, value, field->physical_name, depth, sql);
		}
		bln_text_add(sql, ") END");
		break;
	case BLN_TYPE_ARRAY:
		bln_text_add_format(sql, "list_transform(%s, lambda %s: ", value, name);
		renamed_add(&type->fields[0].type, name, depth + 1, sql);
		bln_text_add(sql, ")");
		break;
	case BLN_TYPE_MAP:
		bln_text_add_format(sql,
				    "map_from_entries(list_transform(map_entries(%s), lambda %s: struct_pack(k := ",
				    value, name);
		member_add(&type->fields[0].type, name, "key", depth + 1, sql);
		bln_text_add(sql, ", v := ");
		member_add(&type->fields[1].type, name, "value", depth + 1, sql);
		bln_text_add(sql, ")))");
		break;
	default:
		break;
	}
}

void bln_scan_column_sql(const struct bln_field *field, size_t index, struct bln_text *sql)
{
	char column[32];

	snprintf(column, sizeof(column), "f.c%zu", index);
	renamed_add(&field->type, column, 0, sql);
}

void bln_scan_partition_sql(const struct bln_field *field, const char *value, struct bln_text *sql)
{
	switch (field->type.kind) {
	case BLN_TYPE_STRING:
		bln_text_add(sql, value);
		break;
	case BLN_TYPE_BINARY:
		bln_text_add_format(sql, "unhex(%s)", value);
		break;
	case BLN_TYPE_DATE:
		bln_text_add_format(sql, "DATE '1970-01-01' + CAST(%s AS INTEGER)", value);
		break;
	case BLN_TYPE_TIMESTAMP: /* no text of a time: that would be read in the session's zone */
		bln_text_add_format(sql, "make_timestamptz(CAST(%s AS BIGINT))", value);
		break;
	case BLN_TYPE_TIMESTAMP_NTZ:
		bln_text_add_format(sql, "make_timestamp(CAST(%s AS BIGINT))", value);
		break;
	default:
		bln_text_add_format(sql, "CAST(%s AS ", value);
		bln_type_sql(&field->type, false, sql);
		bln_text_add(sql, ")");
		break;
	}
}

/* The byte that the ESCAPE_SIZE bytes at TEXT say, as in "\u00FF"; -1 where they say none. */
enum { ESCAPE_SIZE = 6 };

static int escaped_byte(const char *text)
{
	int high = bln_hex_value(text[4]);
	int low = bln_hex_value(text[5]);

	return memcmp(text, "\\u00", 4) == 0 && high >= 0 && low >= 0 ? high * 16 + low : -1;
}

/* A binary value as hexadecimal digits. Spark's log has its bytes, delta-rs' has text in which each byte is escaped. */
static void binary_add(struct bln_slice bytes, struct bln_text *out)
{
	bool is_escaped = bytes.length % ESCAPE_SIZE == 0;

	for (size_t i = 0; is_escaped && i < bytes.length; i += ESCAPE_SIZE)
		is_escaped = escaped_byte(bytes.at + i) >= 0;
	for (size_t i = 0; i < bytes.length; i += is_escaped ? ESCAPE_SIZE : 1)
		bln_text_add_format(out, "%02x",
				    is_escaped ? (unsigned)escaped_byte(bytes.at + i)
					       : (unsigned)(unsigned char)bytes.at[i]);
}

bool bln_scan_value_text(struct bln_slice text, const struct bln_type *type, struct bln_text *out, bool *is_null)
{
	struct bln_value value;

	if (!bln_value_parse(text, type, &value))
		return false;
	*is_null = value.is_null;
	if (value.is_null)
		return true;
	if (type->kind == BLN_TYPE_DATE || type->kind == BLN_TYPE_TIMESTAMP || type->kind == BLN_TYPE_TIMESTAMP_NTZ)
		bln_text_add_format(out, "%" PRId64, value.integer);
	else if (type->kind == BLN_TYPE_BINARY)
		binary_add(value.bytes, out);
	else
		bln_value_format(&value, type, out);
	return true;
}
