/* Which commits a table's history still counts: a RESTORE, by whatever program, puts the table back to an earlier version, and what
 * the commits in between brought is gone. Their units are no longer known, so that they can be loaded again. */
#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "base/number.h"
#include "base/time.h"
#include "delta/history.h"
#include "job/ingest/units_private.h"

/* A number, or a text that is one; -1 else. delta-rs and Spark write texts. */
static int64_t number_of(const json_t *json)
{
	int64_t number = -1;

	if (json_is_integer(json))
		number = json_integer_value(json);
	else if (json_is_string(json) && !bln_int64_parse(json_string_value(json), json_string_length(json), &number))
		number = -1;
	return number < 0 ? -1 : number;
}

enum bln_status units_restore_take(struct units_fold *fold, const json_t *json, int64_t version, struct bln_err *err)
{
	const json_t *operation = json_object_get(json, "operation");
	const json_t *parameters = json_object_get(json, "operationParameters");
	struct units_restore restore = { .version = version,
					 .target = number_of(json_object_get(parameters, "version")),
					 .time_us = number_of(json_object_get(parameters, "datetime")) };

	if (!json_is_string(operation) || strcmp(json_string_value(operation), "RESTORE") != 0)
		return BLN_OK;
	if (restore.time_us > BLN_TIME_US_MAX / BLN_US_PER_MS)
		restore.time_us = -1;
	if (restore.time_us >= 0)
		restore.time_us *= BLN_US_PER_MS;
	if (!bln_mem_grow(&fold->restores, fold->restore_count, &fold->restore_capacity, sizeof(*fold->restores)))
		return bln_err_memory(err);
	fold->restores[fold->restore_count++] = restore;
	return BLN_OK;
}

static enum bln_status target_find(const struct bln_job_context *context, const struct units_fold *fold,
				   struct units_restore *restore, struct bln_err *err)
{
	struct bln_snapshot *before = NULL;
	enum bln_status status = BLN_OK;

	if (restore->target < 0 && restore->time_us < 0)
		return bln_err_set(err, BLN_UNSUPPORTED,
				   "version %" PRId64
				   " restores the table, and does not say to which version: which units it undid "
				   "cannot be told; restore it to a version by its number",
				   restore->version);
	if (restore->target < 0) {
		BLN_TRY(bln_lake_snapshot(context->lake, fold->table, restore->version - 1, &before, err));
		BLN_TRY(bln_version_at(before, restore->time_us, true, &restore->target, err));
	}
	if (restore->target >= restore->version)
		status = bln_err_set(err, BLN_CORRUPT, "version %" PRId64 " restores a later one, %" PRId64,
				     restore->version, restore->target);
done:
	bln_snapshot_destroy(before);
	return status;
}

/* From the newest back: each restore that counts leads from its own version to its target, and what lies between does not count,
 * other restores included. */
enum bln_status units_restores_apply(struct bln_job_context *context, struct units_fold *fold, int64_t from,
				     int64_t last, bool *is_before, struct bln_err *err)
{
	int64_t counted = last; /* all behind is decided */
	enum bln_status status = BLN_OK;

	*is_before = false;
	for (size_t i = fold->restore_count; i-- > 0;) {
		struct units_restore *restore = &fold->restores[i];
		size_t kept = 0;

		if (restore->version > counted)
			continue;
		BLN_TRY(target_find(context, fold, restore, err));
		*is_before = *is_before || restore->target < from - 1;
		for (size_t row = 0; row < fold->count; row++)
			if (fold->rows[row].version <= restore->target || fold->rows[row].version > restore->version)
				fold->rows[kept++] = fold->rows[row];
		fold->count = kept;
		counted = restore->target;
	}
done:
	return status;
}
