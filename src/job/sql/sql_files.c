/* Files of tables that are partitioned or split by a job's slice columns hold rows of one part each: then the files alone say
 * what a group of parts sees, and no row need be asked. */
#include <string.h>

#include "base/map.h"
#include "delta/conflict.h"
#include "job/sql/sql.h"

/* The slice columns that a table has. */
struct columns {
	const char **names;
	const struct bln_field **fields;
	size_t *places; /* among the slice columns */
	size_t count;
};

static enum bln_status columns_find(const struct sql_group *group, const struct bln_schema *schema,
				    struct columns *columns, struct bln_err *err)
{
	const struct bln_setting_list *slice = &group->sql->job->slice;
	struct bln_arena *arena = group->sql->arena;

	*columns = (struct columns){
		.names = bln_arena_calloc(arena, slice->count + 1, sizeof(*columns->names)),
		.fields = bln_arena_calloc(arena, slice->count + 1, sizeof(struct bln_field *)),
		.places = bln_arena_calloc(arena, slice->count + 1, sizeof(*columns->places)),
	};
	if (!columns->names || !columns->fields || !columns->places)
		return bln_err_memory(err);
	for (size_t i = 0; i < slice->count; i++) {
		const struct bln_field *field = bln_schema_find(schema, bln_slice_of(slice->items[i]));

		if (!field)
			continue;
		columns->names[columns->count] = slice->items[i];
		columns->fields[columns->count] = field;
		columns->places[columns->count++] = i;
	}
	return BLN_OK;
}

/* Appends what no other value has at this place of a key; NULL is a null. */
static void key_add(struct bln_text *key, const char *value, size_t length)
{
	bln_text_add(key, value ? "=" : "0");
	if (value)
		bln_text_add_bytes(key, (const char *)&length, sizeof(length));
	bln_text_add_bytes(key, value ? value : "", value ? length : 0);
}

/* The values of the group's parts; keys are in SCRATCH. */
static enum bln_status parts_map(const struct sql_group *group, const struct columns *columns,
				 struct bln_arena *scratch, struct bln_map *map, struct bln_err *err)
{
	struct bln_text key = { 0 };
	enum bln_status status = BLN_OK;

	for (size_t i = 0; i < group->count; i++) {
		const struct sql_slice *part = &group->sql->parts[group->first + i];
		const char *copy;

		bln_text_clear(&key);
		for (size_t c = 0; c < columns->count; c++) {
			const char *value = part->values[columns->places[c]];

			key_add(&key, value, value ? strlen(value) : 0);
		}
		BLN_TRY(bln_text_check(&key, err));
		copy = bln_arena_strndup(scratch, key.at, key.length);
		if (!copy || !bln_map_insert(map, copy, key.length, NULL)) {
			status = bln_err_memory(err);
			goto done;
		}
	}
done:
	bln_text_clean_up(&key);
	return status;
}

/* Appends the values that all rows of FILE have; *IS_KNOWN: there are such. */
static enum bln_status file_key(const struct bln_schema *schema, const struct columns *columns,
				const struct bln_add *file, struct bln_arena *scratch, struct bln_text *key,
				bool *is_known, struct bln_err *err)
{
	struct bln_key_range range;
	struct bln_text value = { 0 };
	size_t pairs = 0;
	size_t bounds = 0;
	enum bln_status status;

	bln_text_clear(key);
	BLN_TRY(bln_key_range_of(file, schema, columns->names, columns->count, scratch, &range, err));
	*is_known = range.partition.count + range.bound_count == columns->count;
	for (size_t c = 0; c < columns->count && *is_known; c++) {
		const struct bln_bound *bound = &range.bounds[bounds];
		const struct bln_type *type = &columns->fields[c]->type;

		*is_known = bln_type_has_one_text(type);
		if (bounds < range.bound_count && bound->column == columns->names[c]) {
			*is_known = *is_known && !bound->min.is_null && !bound->max.is_null &&
				    bln_value_compare(&bound->min, &bound->max, type) == 0;
			bln_text_clear(&value);
			if (*is_known)
				bln_value_format(&bound->min, type, &value);
			key_add(key, value.at ? value.at : "", value.length);
			bounds++;
		} else {
			const struct bln_pair *pair = &range.partition.items[pairs++];
			struct bln_value has = { .is_null = true };

			/* others may write "05" for what is 5 */
			*is_known = *is_known && (pair->is_null || bln_value_parse(pair->value, type, &has));
			bln_text_clear(&value);
			if (*is_known && !has.is_null)
				bln_value_format(&has, type, &value);
			key_add(key, has.is_null ? NULL : value.at, value.length);
		}
	}
	BLN_TRY(bln_text_check(&value, err));
	status = bln_text_check(key, err);
done:
	bln_text_clean_up(&value);
	return status;
}

enum bln_status sql_group_sift(const struct sql_group *group, const struct bln_schema *schema,
			       const struct bln_add *const **files, size_t *count, bool *is_exact, struct bln_err *err)
{
	const struct bln_add **kept = bln_arena_calloc(group->sql->arena, *count + 1, sizeof(*kept));
	struct columns columns;
	struct bln_arena scratch = { 0 };
	struct bln_map parts = { 0 };
	struct bln_text key = { 0 };
	enum bln_status status;
	size_t kept_count = 0;

	if (!kept)
		return bln_err_memory(err);
	BLN_TRY(columns_find(group, schema, &columns, err));
	if (columns.count == 0) /* the table is not cut */
		return BLN_OK;
	BLN_TRY(parts_map(group, &columns, &scratch, &parts, err));
	for (size_t i = 0; i < *count; i++) {
		const struct bln_add *file = (*files)[i];
		bool is_known;

		BLN_TRY(file_key(schema, &columns, file, &scratch, &key, &is_known, err));
		*is_exact = *is_exact && is_known;
		if (!is_known || bln_map_find(&parts, key.at, key.length))
			kept[kept_count++] = file;
	}
	*files = kept;
	*count = kept_count;
done:
	bln_map_clean_up(&parts);
	bln_arena_clean_up(&scratch);
	bln_text_clean_up(&key);
	return status;
}
