#include "delta/conflict.h"

#include <string.h>

/* A file's statistics, parsed when the first range asks. */
struct statistics {
	const struct bln_add *file;
	json_t *json; /* NULL: there are none */
	bool is_parsed;
};

static const json_t *statistic(struct statistics *statistics, const char *group, const char *column)
{
	struct bln_slice text = statistics->file->stats;

	if (!statistics->is_parsed) {
		statistics->is_parsed = true;
		/* What cannot be parsed is as good as absent. */
		if (text.length && bln_json_parse(text.at, text.length, "stats", &statistics->json, NULL) != BLN_OK)
			statistics->json = NULL;
	}
	return json_object_get(json_object_get(statistics->json, group), column);
}

static bool is_all_null(struct statistics *statistics, const char *column)
{
	const json_t *nulls = statistic(statistics, "nullCount", column);
	const json_t *rows = json_object_get(statistics->json, "numRecords");

	return json_is_integer(nulls) && json_is_integer(rows) && json_integer_value(nulls) == json_integer_value(rows);
}

static bool is_time(const struct bln_type *type)
{
	return type->kind == BLN_TYPE_TIMESTAMP || type->kind == BLN_TYPE_TIMESTAMP_NTZ;
}

/* The least and the greatest value that a column with MIN and MAX in its statistics may have; long strings aside. */
static struct bln_value min_widened(const struct bln_value *min, const struct bln_type *type)
{
	struct bln_value low = *min;

	if (is_time(type))
		low.integer = bln_stats_time_min(low.integer, type);
	return low;
}

static struct bln_value max_widened(const struct bln_value *max, const struct bln_type *type)
{
	struct bln_value high = *max;

	if (is_time(type))
		high.integer = bln_stats_time_max(high.integer, type);
	return high;
}

/* Whether values up to the file's MAX reach MIN. */
static bool max_reaches(const struct bln_value *max, const struct bln_value *min, const struct bln_type *type)
{
	struct bln_value high = max_widened(max, type);

	if (type->kind == BLN_TYPE_STRING) {
		struct bln_slice cut = bln_stats_text_cut(max->bytes);

		if (cut.length && min->bytes.length >= cut.length && memcmp(min->bytes.at, cut.at, cut.length) == 0)
			return true;
	}
	return bln_value_compare(&high, min, type) >= 0;
}

static bool has_no_null(struct statistics *statistics, const char *column)
{
	const json_t *nulls = statistic(statistics, "nullCount", column);

	return json_is_integer(nulls) && json_integer_value(nulls) == 0;
}

static const struct bln_pair *pair_find(struct bln_pairs pairs, struct bln_slice name, const struct bln_schema *schema)
{
	const struct bln_field *field = bln_schema_find(schema, name);

	for (size_t i = 0; i < pairs.count; i++)
		if (bln_slice_equals(pairs.items[i].key, name) ||
		    (field && bln_slice_is(pairs.items[i].key, field->name)))
			return &pairs.items[i];
	return NULL;
}

static bool is_null(const struct bln_pair *pair)
{
	return pair->is_null || pair->value.length == 0;
}

/* Whether a partition's text VALUE lies within the bound. */
static bool bound_meets_partition(const struct bln_bound *bound, const struct bln_pair *pair,
				  const struct bln_type *type)
{
	struct bln_value value;

	if (bound->is_null || is_null(pair))
		return bound->is_null && is_null(pair);
	if (!bln_value_parse(pair->value, type, &value))
		return true;
	return (bound->min.is_null || bln_value_compare(&bound->min, &value, type) <= 0) &&
	       (bound->max.is_null || bln_value_compare(&value, &bound->max, type) <= 0);
}

static bool bound_meets(const struct bln_bound *bound, struct statistics *statistics, const struct bln_schema *schema)
{
	struct bln_slice name = bln_slice_of(bound->column);
	const struct bln_field *field = bln_schema_find(schema, name);
	const struct bln_pair *pair = pair_find(statistics->file->partition, name, schema);
	const json_t *min;
	const json_t *max;
	struct bln_value value;

	if (!field)
		return true;
	if (pair)
		return bound_meets_partition(bound, pair, &field->type);
	if (bound->is_null)
		return !has_no_null(statistics, field->physical_name);
	min = statistic(statistics, "minValues", field->physical_name);
	max = statistic(statistics, "maxValues", field->physical_name);
	if (!min && !max)
		return !is_all_null(statistics, field->physical_name);
	if (!bound->max.is_null && bln_value_from_json(min, &field->type, &value)) {
		struct bln_value low = min_widened(&value, &field->type);

		if (bln_value_compare(&low, &bound->max, &field->type) > 0)
			return false;
	}
	if (!bound->min.is_null && bln_value_from_json(max, &field->type, &value) &&
	    !max_reaches(&value, &bound->min, &field->type))
		return false;
	return true;
}

/* Two texts can be one value; texts that are no values differ if they differ. */
static bool partition_equals(const struct bln_pair *a, const struct bln_pair *b, const struct bln_schema *schema)
{
	const struct bln_field *field = bln_schema_find(schema, a->key);
	struct bln_value values[2];

	if (is_null(a) || is_null(b))
		return is_null(a) && is_null(b);
	if (bln_slice_equals(a->value, b->value))
		return true;
	return field && bln_value_parse(a->value, &field->type, &values[0]) &&
	       bln_value_parse(b->value, &field->type, &values[1]) &&
	       bln_value_compare(&values[0], &values[1], &field->type) == 0;
}

static bool range_meets(const struct bln_key_range *range, struct statistics *statistics,
			const struct bln_schema *schema)
{
	for (size_t i = 0; i < range->partition.count; i++) {
		const struct bln_pair *wanted = &range->partition.items[i];
		const struct bln_pair *has = pair_find(statistics->file->partition, wanted->key, schema);

		if (has && !partition_equals(wanted, has, schema))
			return false;
	}
	for (size_t i = 0; i < range->bound_count; i++)
		if (!bound_meets(&range->bounds[i], statistics, schema))
			return false;
	return true;
}

bool bln_read_set_meets(const struct bln_read_set *read, const struct bln_add *file, const struct bln_schema *schema)
{
	struct statistics statistics = { .file = file };
	bool does_meet = read->is_whole_table;

	for (size_t i = 0; !does_meet && i < read->range_count; i++)
		does_meet = range_meets(&read->ranges[i], &statistics, schema);
	json_decref(statistics.json);
	return does_meet;
}

/* Makes VALUE one of ARENA's. */
static bool value_keep(struct bln_value *value, const struct bln_type *type, struct bln_arena *arena)
{
	if ((type->kind == BLN_TYPE_STRING || type->kind == BLN_TYPE_BINARY) && !value->is_null)
		value->bytes.at = bln_arena_strndup(arena, value->bytes.at, value->bytes.length);
	return value->is_null || (type->kind != BLN_TYPE_STRING && type->kind != BLN_TYPE_BINARY) || value->bytes.at;
}

/* The values of FIELD in the file; false where it may have any, a null among others. */
static bool bound_read(struct statistics *statistics, const struct bln_field *field, struct bln_bound *bound)
{
	const json_t *min = statistic(statistics, "minValues", field->physical_name);
	const json_t *max = statistic(statistics, "maxValues", field->physical_name);
	bool is_text = field->type.kind == BLN_TYPE_STRING || field->type.kind == BLN_TYPE_BINARY;

	if (!has_no_null(statistics, field->physical_name)) {
		bound->is_null = is_all_null(statistics, field->physical_name);
		bound->min = bound->max = (struct bln_value){ .is_null = true };
		return bound->is_null;
	}
	if (bln_value_from_json(min, &field->type, &bound->min))
		bound->min = min_widened(&bound->min, &field->type);
	else
		bound->min = (struct bln_value){ .is_null = true };
	if (!bln_value_from_json(max, &field->type, &bound->max) ||
	    (is_text && bln_stats_text_cut(bound->max.bytes).length > 0))
		bound->max = (struct bln_value){ .is_null = true };
	else
		bound->max = max_widened(&bound->max, &field->type);
	return !bound->min.is_null || !bound->max.is_null;
}

enum bln_status bln_key_range_of(const struct bln_add *file, const struct bln_schema *schema,
				 const char *const *columns, size_t column_count, struct bln_arena *arena,
				 struct bln_key_range *range, struct bln_err *err)
{
	struct bln_bound *bounds = bln_arena_calloc(arena, column_count + 1, sizeof(*bounds));
	struct bln_pair *pairs = bln_arena_calloc(arena, column_count + 1, sizeof(*pairs));
	struct statistics statistics = { .file = file };
	bool has_memory = bounds && pairs;

	*range = (struct bln_key_range){ .partition.items = pairs, .bounds = bounds };
	for (size_t i = 0; i < column_count && has_memory; i++) {
		const struct bln_field *field = bln_schema_find(schema, bln_slice_of(columns[i]));
		const struct bln_pair *pair = pair_find(file->partition, bln_slice_of(columns[i]), schema);
		struct bln_bound *bound = &bounds[range->bound_count];

		if (pair) {
			pairs[range->partition.count++] = *pair;
		} else if (field && bound_read(&statistics, field, bound)) {
			bound->column = columns[i];
			has_memory = value_keep(&bound->min, &field->type, arena) &&
				     value_keep(&bound->max, &field->type, arena);
			range->bound_count++;
		}
	}
	json_decref(statistics.json);
	return has_memory ? BLN_OK : bln_err_memory(err);
}
