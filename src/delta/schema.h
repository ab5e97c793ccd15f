/* A table's schema: Delta's JSON form ("Schema Serialization Format") to a tree and back.
 *
 * Types we do not know (variant, interval, …) are refused by name here, before any row is read. Columns and members of structs that
 * can only be null (Spark's type "void": SELECT NULL AS n) are in no file; Spark's reader leaves them out, and so do we. */
#ifndef BLN_DELTA_SCHEMA_H
#define BLN_DELTA_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"

enum bln_type_kind {
	BLN_TYPE_STRING,
	BLN_TYPE_LONG,
	BLN_TYPE_INTEGER,
	BLN_TYPE_SHORT,
	BLN_TYPE_BYTE,
	BLN_TYPE_FLOAT,
	BLN_TYPE_DOUBLE,
	BLN_TYPE_DECIMAL,
	BLN_TYPE_BOOLEAN,
	BLN_TYPE_BINARY,
	BLN_TYPE_DATE,
	BLN_TYPE_TIMESTAMP, /* an instant, µs */
	BLN_TYPE_TIMESTAMP_NTZ, /* a wall clock's reading, µs */
	BLN_TYPE_STRUCT,
	BLN_TYPE_ARRAY,
	BLN_TYPE_MAP,
	BLN_TYPES
};

struct bln_field;

struct bln_type {
	enum bln_type_kind kind;
	int precision, scale; /* decimals */
	const struct bln_field *fields; /* structs: the members; arrays: one, the element; maps: two, key and value */
	size_t field_count;
};

struct bln_field {
	const char *name; /* as users see it; "element", "key", "value" inside arrays and maps */
	const char *physical_name; /* as Parquet files have it; the same as NAME where columns are not mapped */
	int64_t id; /* Parquet field id of a mapped column, or -1 */
	struct bln_type type;
	bool is_nullable;
	const char *metadata; /* JSON object as it came, "{}" where there was none */
};

struct bln_schema {
	const struct bln_field *fields;
	size_t field_count;
	const char *left_out; /* one that is of type "void"; NULL: none was. Formatted, the schema would lose it */
};

enum { BLN_SCHEMA_DEPTH_MAX = 64, BLN_SCHEMA_FIELDS_MAX = 20000 };

/* Reads TEXT (metaData.schemaString) into memory of ARENA. IS_MAPPED: the table's columns are mapped, so each must say
 * its physical name. BLN_CORRUPT, or BLN_UNSUPPORTED naming the type and the column. */
BLN_MUST_CHECK enum bln_status bln_schema_parse(struct bln_slice text, bool is_mapped, struct bln_arena *arena,
						struct bln_schema *schema, struct bln_err *err);

/* Appends the schema as Delta's JSON, without what was left out; parse gives it back equal. */
void bln_schema_format(const struct bln_schema *schema, struct bln_text *text);

/* Appends a type in Delta's words: "long", "decimal(10,2)", a JSON object for nested ones. */
void bln_type_format(const struct bln_type *type, struct bln_text *text);

/* The column called NAME, ignoring the case of ASCII letters as Delta does; NULL when there is none. */
const struct bln_field *bln_schema_find(const struct bln_schema *schema, struct bln_slice name);

/* Whether the types are the same, nested ones member by member (names, order and nullability too). */
bool bln_type_equals(const struct bln_type *a, const struct bln_type *b);

/* Reads a primitive type's name ("double", "decimal(10,2)"). False when it is none. */
bool bln_type_parse_primitive(struct bln_slice text, struct bln_type *type);

#endif
