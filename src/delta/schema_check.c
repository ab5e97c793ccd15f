#include "delta/schema_check.h"

#include <string.h>
#include <strings.h>

#include "base/map.h"

/* NAME with its ASCII letters made small, in the arena. */
static char *lower(const char *name, struct bln_arena *arena)
{
	char *copy = bln_arena_strdup(arena, name);

	for (char *at = copy; at && *at; at++)
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at - 'A' + 'a');
	return copy;
}

/* The fields of one level, and of those below. */
static enum bln_status level_check(const struct bln_field *fields, size_t count, struct bln_arena *arena,
				   struct bln_err *err)
{
	enum bln_status status = BLN_OK;
	struct bln_map seen = { 0 };

	for (size_t i = 0; i < count; i++) {
		const struct bln_field *field = &fields[i];
		char *key = lower(field->name, arena);
		struct bln_map_entry *entry;
		bool is_new = false;

		if (!key || !(entry = bln_map_insert(&seen, key, strlen(key), &is_new))) {
			status = bln_err_memory(err);
			goto done;
		}
		if (!field->name[0]) {
			status = bln_err_set(err, BLN_UNSUPPORTED, "a column has no name: SQL cannot ask for it");
			goto done;
		}
		if (!is_new) {
			const char *other = ((const struct bln_field *)entry->pointer)->name;

			status = bln_err_set(
				err, BLN_UNSUPPORTED,
				"the columns '%s' and '%s' differ at most by capitals: SQL cannot tell them apart",
				bln_quote(other, strlen(other)).text, bln_quote(field->name, strlen(field->name)).text);
			goto done;
		}
		entry->pointer = (void *)field;
		if (field->type.kind == BLN_TYPE_STRUCT && field->type.field_count == 0) {
			status = bln_err_set(err, BLN_UNSUPPORTED, "the column '%s' is a struct without members",
					     bln_quote(field->name, strlen(field->name)).text);
			goto done;
		}
		BLN_TRY(level_check(field->type.fields, field->type.field_count, arena, err));
	}
done:
	bln_map_clean_up(&seen);
	return status;
}

enum bln_status bln_schema_check_read(const struct bln_schema *schema, struct bln_err *err)
{
	struct bln_arena arena = { 0 };
	enum bln_status status;

	if (schema->field_count == 0)
		return bln_err_set(err, BLN_UNSUPPORTED, "the table has no columns");
	status = level_check(schema->fields, schema->field_count, &arena, err);
	bln_arena_clean_up(&arena);
	return status;
}

static enum bln_status fields_check(const struct bln_field *fields, size_t count, struct bln_err *err)
{
	enum bln_status status = BLN_OK;

	for (size_t i = 0; i < count; i++) {
		const char *name = fields[i].name;

		if (!name[0])
			return bln_err_set(err, BLN_INVALID, "a column has no name");
		if (strpbrk(name, " ,;{}()=\t\n"))
			return bln_err_set(
				err, BLN_INVALID,
				"the column name '%s' has a space or one of ,;{}()= in it, which other readers "
				"refuse: choose another",
				bln_quote(name, strlen(name)).text);
		for (size_t j = 0; j < i; j++)
			if (strcasecmp(name, fields[j].name) == 0)
				return bln_err_set(err, BLN_INVALID,
						   "the columns '%s' and '%s' differ at most by capitals",
						   bln_quote(fields[j].name, strlen(fields[j].name)).text,
						   bln_quote(name, strlen(name)).text);
		BLN_TRY(fields_check(fields[i].type.fields, fields[i].type.field_count, err));
	}
done:
	return status;
}

enum bln_status bln_schema_check_names(const struct bln_schema *schema, struct bln_err *err)
{
	if (schema->field_count == 0)
		return bln_err_set(err, BLN_INVALID, "a table without columns");
	if (schema->field_count > BLN_SCHEMA_FIELDS_MAX)
		return bln_err_set(err, BLN_INVALID, "a table of more than %d columns", BLN_SCHEMA_FIELDS_MAX);
	return fields_check(schema->fields, schema->field_count, err);
}

enum bln_status bln_schema_check_partition(const struct bln_schema *schema, struct bln_slices columns,
					   struct bln_err *err)
{
	for (size_t i = 0; i < columns.count; i++) {
		struct bln_quoted name = bln_quote(columns.items[i].at, columns.items[i].length);
		const struct bln_field *field = bln_schema_find(schema, columns.items[i]);

		if (!field || !bln_slice_is(columns.items[i], field->name))
			return bln_err_set(err, BLN_INVALID, "the partition column '%s' is not in the schema",
					   name.text);
		switch (field->type.kind) {
		case BLN_TYPE_STRUCT:
		case BLN_TYPE_ARRAY:
		case BLN_TYPE_MAP:
		case BLN_TYPE_BINARY: /* the log can hold only what is UTF-8, and writers escape the rest differently */
			return bln_err_set(err, BLN_INVALID, "the type of '%s' cannot be a partition's", name.text);
		default:
			break;
		}
		for (size_t j = 0; j < i; j++)
			if (bln_slice_equals(columns.items[i], columns.items[j]))
				return bln_err_set(err, BLN_INVALID, "the partition column '%s' is named twice",
						   name.text);
	}
	if (columns.count >= schema->field_count)
		return bln_err_set(err, BLN_INVALID, "all columns are partition columns: files would have none");
	return BLN_OK;
}

static bool fields_have(const struct bln_field *fields, size_t count, enum bln_type_kind kind)
{
	for (size_t i = 0; i < count; i++)
		if (fields[i].type.kind == kind || fields_have(fields[i].type.fields, fields[i].type.field_count, kind))
			return true;
	return false;
}

bool bln_schema_has_kind(const struct bln_schema *schema, enum bln_type_kind kind)
{
	return fields_have(schema->fields, schema->field_count, kind);
}
