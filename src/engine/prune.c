/* Two questions are asked of each file, the cheap one first: do its partition's values pass, and can a row between the
 * statistics' bounds (prune_bounds.c). */
#include "engine/prune.h"

#include <string.h>

#include "base/json.h"
#include "engine/prune_bounds.h"

/* A predicate with its column found. */
struct filter {
	const struct bln_predicate *predicate;
	const struct bln_field *field;
	bool is_partition;
};

static bool is_partition_column(const struct bln_snapshot *snapshot, const struct bln_field *field)
{
	for (size_t i = 0; i < snapshot->metadata.partition_columns.count; i++)
		if (bln_schema_find(&snapshot->schema, snapshot->metadata.partition_columns.items[i]) == field)
			return true;
	return false;
}

static bool partition_can_match(const struct bln_add *add, const struct filter *filter)
{
	const struct bln_pair *pair = bln_pairs_find(add->partition, filter->field->physical_name);
	struct bln_bounds bounds = { .type = &filter->field->type, .has_nulls = true, .has_values = true };
	struct bln_value value = { .is_null = true };

	if (pair && !pair->is_null && !bln_value_parse(pair->value, &filter->field->type, &value))
		return true;
	bounds.has_nulls = value.is_null;
	bounds.has_values = !value.is_null;
	bounds.has_low = bounds.has_high = !value.is_null;
	bounds.low = bounds.high = value;
	bounds.is_exact = true;
	bln_bounds_widen(&bounds);
	return bln_bounds_can_match(&bounds, filter->predicate);
}

/* The member KEY of the object NAME of the statistics, or NULL. */
static const json_t *statistic(const json_t *stats, const char *name, const char *key)
{
	return json_object_get(json_object_get(stats, name), key);
}

static bool stats_can_match(const json_t *stats, const struct filter *filter)
{
	const char *column = filter->field->physical_name;
	struct bln_bounds bounds = { .type = &filter->field->type, .has_nulls = true, .has_values = true };
	const json_t *nulls = statistic(stats, "nullCount", column);
	const json_t *rows = json_object_get(stats, "numRecords");

	/* Where rows were deleted, statistics are of the file as it was written: that proves no less. */
	if (json_is_integer(nulls)) {
		bounds.has_nulls = json_integer_value(nulls) != 0;
		bounds.has_values = !json_is_integer(rows) || json_integer_value(nulls) != json_integer_value(rows);
	}
	bounds.has_low = bln_value_from_json(statistic(stats, "minValues", column), bounds.type, &bounds.low);
	bounds.has_high = bln_value_from_json(statistic(stats, "maxValues", column), bounds.type, &bounds.high);
	bln_bounds_widen(&bounds);
	return bln_bounds_can_match(&bounds, filter->predicate);
}

/* IN () */
static bool is_never(const struct bln_predicate *predicate)
{
	return predicate->op == BLN_OP_IN && predicate->value_count == 0;
}

static bool can_match(const struct bln_add *add, const struct filter *filters, size_t count, bool needs_stats)
{
	json_t *stats = NULL;
	bool is_kept = true;

	for (size_t i = 0; i < count; i++)
		if (is_never(filters[i].predicate) ||
		    (filters[i].is_partition && !partition_can_match(add, &filters[i])))
			return false;
	if (!needs_stats || add->stats.length == 0 ||
	    bln_json_parse(add->stats.at, add->stats.length, "statistics", &stats, NULL) != BLN_OK)
		return true;
	for (size_t i = 0; i < count && is_kept; i++)
		is_kept = filters[i].is_partition || stats_can_match(stats, &filters[i]);
	json_decref(stats);
	return is_kept;
}

static enum bln_status filters_find(const struct bln_snapshot *snapshot, const struct bln_predicate *predicates,
				    size_t count, struct filter *filters, bool *needs_stats, struct bln_err *err)
{
	for (size_t i = 0; i < count; i++) {
		const struct bln_field *field = bln_schema_find(&snapshot->schema, bln_slice_of(predicates[i].column));

		if (!field)
			return bln_err_set(err, BLN_INVALID, "the table has no column '%s'", predicates[i].column);
		filters[i] = (struct filter){ .predicate = &predicates[i], .field = field };
		filters[i].is_partition = is_partition_column(snapshot, field);
		*needs_stats = *needs_stats || !filters[i].is_partition;
	}
	return BLN_OK;
}

enum bln_status bln_prune(const struct bln_snapshot *snapshot, const struct bln_predicate *predicates,
			  size_t predicate_count, struct bln_arena *arena, const struct bln_add *const **files,
			  size_t *file_count, struct bln_err *err)
{
	const struct bln_add **kept = bln_arena_alloc(arena, (snapshot->file_count + 1) * sizeof(struct bln_add *));
	struct filter *filters = bln_arena_calloc(arena, predicate_count + 1, sizeof(*filters));
	enum bln_status status;
	bool needs_stats = false;
	size_t count = 0;

	if (!kept || !filters)
		return bln_err_memory(err);
	BLN_TRY(filters_find(snapshot, predicates, predicate_count, filters, &needs_stats, err));
	for (size_t i = 0; i < snapshot->file_count; i++)
		if (can_match(&snapshot->files[i], filters, predicate_count, needs_stats))
			kept[count++] = &snapshot->files[i];
	*files = kept;
	*file_count = count;
done:
	return status;
}
