/* What bronze.units says of a table, for who is about to load into it. */
#include <string.h>

#include "engine/scan.h"
#include "job/ingest/units.h"

static struct bln_slice kept(struct bln_arena *arena, struct bln_slice text, bool *has_failed)
{
	text.at = bln_arena_strndup(arena, text.at ? text.at : "", text.length);
	*has_failed = *has_failed || !text.at;
	return text;
}

enum bln_status bln_units_known(struct bln_job_context *context, const char *table, struct bln_arena *arena,
				struct bln_map *known, int64_t *loaded_at_us, struct bln_err *err)
{
	struct bln_snapshot *units = NULL;
	struct bln_rows *rows = NULL;
	struct bln_text sql = { 0 };
	struct bln_engine *engine;
	struct bln_scan scan = { .is_all = true };
	enum bln_status status;
	size_t count;

	*loaded_at_us = 0;
	BLN_TRY(bln_lake_snapshot_if_any(context->lake, BLN_UNITS_TABLE, &units, err));
	if (!units)
		goto done;
	BLN_TRY(bln_job_engine(context, &engine, err));
	scan.snapshot = units;
	BLN_TRY(bln_scan_view(engine, "bln_units", "units", &scan, err));
	bln_text_add(&sql, "SELECT unit, hash, coalesce(epoch_us(\"from\"), 0), coalesce(epoch_us(\"to\"), 0), "
			   "epoch_us(loaded_at), rows, coalesce(epoch_us(first_datetime), 1), "
			   "coalesce(epoch_us(last_datetime), 0) FROM bln_units.units WHERE table_name = ");
	bln_text_add_quoted(&sql, '\'', table, strlen(table));
	BLN_TRY(bln_text_check(&sql, err));
	BLN_TRY(bln_engine_query(engine, sql.at, &rows, err));
	for (;;) {
		BLN_TRY(bln_rows_next(rows, &count, err));
		if (count == 0)
			break;
		for (size_t i = 0; i < count; i++) {
			struct bln_unit_record *record = bln_arena_calloc(arena, 1, sizeof(*record));
			bool has_failed = !record;

			if (record) {
				record->unit = kept(arena, bln_rows_text(rows, 0, i), &has_failed);
				record->hash = kept(arena, bln_rows_text(rows, 1, i), &has_failed);
				record->from_us = bln_rows_int64(rows, 2, i);
				record->to_us = bln_rows_int64(rows, 3, i);
				record->rows = bln_rows_int64(rows, 5, i);
				record->first_us = bln_rows_int64(rows, 6, i);
				record->last_us = bln_rows_int64(rows, 7, i);
			}
			if (has_failed || !bln_map_put(known, record->unit.at, record->unit.length, record)) {
				status = bln_err_memory(err);
				goto done;
			}
			if (bln_rows_int64(rows, 4, i) > *loaded_at_us)
				*loaded_at_us = bln_rows_int64(rows, 4, i);
		}
	}
done:
	bln_rows_destroy(rows);
	bln_text_clean_up(&sql);
	bln_snapshot_destroy(units);
	return status;
}
