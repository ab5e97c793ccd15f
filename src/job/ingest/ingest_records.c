/* What a commit says of its units: those that bring rows, those that say there are none, and those whose rows are in the lake but
 * which now speak for more time than before: a file that lay alone, and is then found in its quarter's archive; an archive of
 * which other symbols had been left out. The rows stay as they are; the longer range is told as an answer without rows. */
#include <inttypes.h>
#include <string.h>

#include "job/ingest/ingest.h"
#include "job/ingest/units.h"

/* What was said of the content of ITEM, which is known: in the lake, or by another unit of this batch. */
static bool base_find(const struct ingest_batch *batch, const struct ingest_unit *item, struct bln_unit_record *base)
{
	const struct bln_map_entry *entry;
	const struct bln_unit_record *record;
	const struct ingest_unit *other;
	struct bln_unit content = *item->unit;
	char id[BLN_UNIT_ID_SIZE];

	content.is_read = false; /* its id is that of the rows */
	bln_unit_id(&content, id);
	entry = bln_map_find(&batch->ingest->known, id, strlen(id));
	if (entry) {
		record = entry->pointer;
		*base = *record;
		return true;
	}
	entry = bln_map_find(&batch->claimed, id, strlen(id));
	other = entry ? entry->pointer : NULL;
	if (!other || other->state != INGEST_STAGED)
		return false;
	*base = (struct bln_unit_record){ .from_us = other->unit->from_us,
					  .to_us = other->unit->to_us,
					  .first_us = other->unit->first_us,
					  .last_us = other->unit->last_us,
					  .rows = other->unit->rows };
	return true;
}

void ingest_known_describe(struct ingest_batch *batch)
{
	struct ingest *ingest = batch->ingest;

	for (size_t i = 0; i < ingest->unit_count; i++) {
		struct ingest_unit *item = &ingest->items[i];
		struct bln_unit_record base;

		if (item->state != INGEST_KNOWN || !base_find(batch, item, &base) || base.rows == 0)
			continue;
		item->unit->rows = base.rows;
		item->unit->first_us = base.first_us;
		item->unit->last_us = base.last_us;
		item->unit->is_read = !item->is_recalled;
	}
}

static void record_add(const struct bln_unit *unit, const char *id, size_t *count, struct bln_text *json)
{
	struct bln_text path = { 0 };
	struct bln_unit_record record;

	bln_text_add_format(&path, "%s%s%s", unit->path, unit->entry ? ":" : "", unit->entry ? unit->entry : "");
	record = (struct bln_unit_record){ .unit = bln_slice_of(id),
					   .source = bln_slice_of(unit->source),
					   .symbol = bln_slice_of(unit->symbol),
					   .frequency = bln_slice_of(unit->frequency),
					   .hash = bln_slice_of(unit->hash),
					   .base_currency = bln_slice_of(unit->base_currency),
					   .type = bln_slice_of(unit->type),
					   .path = { path.at ? path.at : "", path.length },
					   .from_us = unit->from_us,
					   .to_us = unit->to_us,
					   .first_us = unit->first_us,
					   .last_us = unit->last_us,
					   .rows = unit->rows,
					   .refused = unit->refused };
	bln_text_add(json, *count ? "," : "");
	bln_unit_record_add_json(&record, json);
	json->has_failed = json->has_failed || path.has_failed;
	bln_text_clean_up(&path);
	++*count;
}

/* Adds the range of ITEM, whose rows are known, where it goes beyond what was said. */
static enum bln_status range_add(struct ingest_batch *batch, const struct ingest_unit *item, size_t *count,
				 struct bln_text *json, struct bln_err *err)
{
	struct bln_unit said = *item->unit;
	struct bln_unit_record base;
	char id[BLN_UNIT_ID_SIZE];
	const char *kept;

	if (said.from_us >= said.to_us || !base_find(batch, item, &base) || base.rows == 0 ||
	    (said.from_us >= base.from_us && said.to_us <= base.to_us))
		return BLN_OK;
	said.is_read = true;
	said.rows = 0;
	said.refused = 0;
	said.first_us = 1;
	said.last_us = 0;
	bln_unit_id(&said, id);
	if (bln_map_find(&batch->ingest->known, id, strlen(id)) || bln_map_find(&batch->claimed, id, strlen(id)))
		return BLN_OK;
	kept = bln_arena_strdup(&batch->arena, id);
	if (!kept || !bln_map_put(&batch->claimed, kept, strlen(kept), NULL))
		return bln_err_memory(err);
	record_add(&said, id, count, json);
	return BLN_OK;
}

enum bln_status ingest_records_make(struct ingest_batch *batch, size_t *count, struct bln_text *json,
				    struct bln_err *err)
{
	struct ingest *ingest = batch->ingest;
	enum bln_status status;

	bln_text_add_format(json, "{\"loaded_at\":%" PRId64 ",\"units\":[", batch->loaded_at_us);
	for (size_t i = 0; i < batch->count; i++) {
		const struct bln_unit *unit = batch->items[i]->unit;
		char id[BLN_UNIT_ID_SIZE];

		if (batch->items[i]->state != INGEST_STAGED)
			continue;
		bln_unit_id(unit, id);
		if (unit->rows == 0 && bln_map_find(&ingest->known, id, strlen(id)))
			batch->items[i]->state = INGEST_KNOWN; /* nothing, said before */
		else
			record_add(unit, id, count, json);
	}
	for (size_t i = 0; i < batch->count; i++)
		if (batch->items[i]->state == INGEST_KNOWN && batch->items[i]->unit->rows > 0)
			BLN_TRY(range_add(batch, batch->items[i], count, json, err));
	for (size_t i = 0; i < ingest->unit_count && !ingest->is_recalled_told; i++)
		if (ingest->items[i].is_recalled && ingest->items[i].state == INGEST_KNOWN)
			BLN_TRY(range_add(batch, &ingest->items[i], count, json, err));
	bln_text_add(json, "]}");
	status = bln_text_check(json, err);
done:
	return status;
}
