/* The units of commits into bronze.units: found in the log here, given to the engine as rows in units_rows.c. */
#include "job/ingest/units.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "delta/log_read.h"
#include "engine/scan.h"
#include "job/ingest/units_private.h"
#include "job/write/table_write.h"

enum { FOLDS_MAX = 16 };

void bln_unit_record_add_json(const struct bln_unit_record *record, struct bln_text *text)
{
	const struct {
		const char *name;
		struct bln_slice value;
	} texts[] = {
		{ "unit", record->unit },     { "source", record->source },
		{ "symbol", record->symbol }, { "frequency", record->frequency },
		{ "hash", record->hash },     { "base_currency", record->base_currency },
		{ "type", record->type },     { "path", record->path },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		bln_text_add_format(text, "%s\"%s\":", i ? "," : "{", texts[i].name);
		bln_json_add_string(text, texts[i].value.at, texts[i].value.length);
	}
	if (record->from_us < record->to_us)
		bln_text_add_format(text, ",\"from\":%" PRId64 ",\"to\":%" PRId64, record->from_us, record->to_us);
	if (record->first_us <= record->last_us)
		bln_text_add_format(text, ",\"first\":%" PRId64 ",\"last\":%" PRId64, record->first_us,
				    record->last_us);
	bln_text_add_format(text, ",\"rows\":%" PRId64 ",\"refused\":%" PRId64 "}", record->rows, record->refused);
}

static enum bln_status text_get(struct units_fold *fold, const json_t *object, const char *key, struct bln_slice *out,
				struct bln_err *err)
{
	enum bln_status status = bln_json_get_text(object, key, out, err);

	if (status != BLN_OK)
		return status;
	if (!out->at)
		return bln_err_set(err, BLN_CORRUPT, "a unit without %s", key);
	out->at = bln_arena_strndup(&fold->arena, out->at, out->length);
	return out->at ? BLN_OK : bln_err_memory(err);
}

static enum bln_status record_parse(struct units_fold *fold, const json_t *json, struct bln_unit_record *record,
				    struct bln_err *err)
{
	enum bln_status status;

	*record = (struct bln_unit_record){ .first_us = 1 };
	if (!json_is_object(json))
		return bln_err_set(err, BLN_CORRUPT, "a unit that is no object");
	BLN_TRY(text_get(fold, json, "unit", &record->unit, err));
	BLN_TRY(text_get(fold, json, "source", &record->source, err));
	BLN_TRY(text_get(fold, json, "symbol", &record->symbol, err));
	BLN_TRY(text_get(fold, json, "frequency", &record->frequency, err));
	BLN_TRY(text_get(fold, json, "hash", &record->hash, err));
	BLN_TRY(text_get(fold, json, "base_currency", &record->base_currency, err));
	BLN_TRY(text_get(fold, json, "type", &record->type, err));
	BLN_TRY(text_get(fold, json, "path", &record->path, err));
	BLN_TRY(bln_json_get_int(json, "from", &record->from_us, err));
	BLN_TRY(bln_json_get_int(json, "to", &record->to_us, err));
	BLN_TRY(bln_json_get_int(json, "first", &record->first_us, err));
	BLN_TRY(bln_json_get_int(json, "last", &record->last_us, err));
	BLN_TRY(bln_json_get_int(json, "rows", &record->rows, err));
	BLN_TRY(bln_json_get_int(json, "refused", &record->refused, err));
done:
	return status;
}

/* Takes the units out of a commit of ours; others have none. */
static enum bln_status commit_info_take(struct units_fold *fold, struct bln_slice text, int64_t version,
					struct bln_err *err)
{
	json_t *json = NULL;
	json_t *ours = NULL;
	json_t *units = NULL;
	int64_t loaded_at_us = 0;
	enum bln_status status;

	BLN_TRY(bln_json_parse(text.at, text.length, "commitInfo", &json, err));
	BLN_TRY(bln_json_get_object(json, "bullion", &ours, err));
	if (ours)
		BLN_TRY(bln_json_get_array(ours, "units", &units, err));
	if (!units)
		goto done;
	BLN_TRY(bln_json_get_int(ours, "loaded_at", &loaded_at_us, err));
	for (size_t i = 0; i < json_array_size(units); i++) {
		if (!bln_mem_grow(&fold->rows, fold->count, &fold->capacity, sizeof(*fold->rows))) {
			status = bln_err_memory(err);
			goto done;
		}
		BLN_TRY(record_parse(fold, json_array_get(units, i), &fold->rows[fold->count].record, err));
		fold->rows[fold->count++].loaded_at_us = loaded_at_us;
	}
done:
	json_decref(json);
	return status == BLN_OK ? BLN_OK : bln_err_where(err, status, "version %" PRId64, version);
}

static enum bln_status entry_take(void *context, const struct bln_log_entry *entry, struct bln_err *err)
{
	enum bln_status status = BLN_OK;

	for (size_t i = 0; i < entry->action_count; i++)
		if (entry->actions[i].kind == BLN_ACTION_COMMIT_INFO)
			BLN_TRY(commit_info_take(context, entry->actions[i].commit_info.json, entry->version, err));
done:
	return status;
}

/* Adds the rows and the marker to bronze.units. */
static enum bln_status rows_write(struct bln_job_context *context, struct units_fold *fold, const char *app_id,
				  int64_t version, const struct bln_snapshot *units, struct bln_commit_result *result,
				  struct bln_err *err)
{
	const struct bln_write_spec spec = { .table = BLN_UNITS_TABLE, .mode = BLN_WRITE_ADD, .is_new = !units };
	const struct bln_txn txn = { .app_id = bln_slice_of(app_id), .version = version, .updated_ms = -1 };
	const struct bln_write_commit commit = { .txns = &txn, .txn_count = 1 };
	struct bln_row_source source;
	struct bln_table_writer *writer = NULL;
	struct bln_engine *engine;
	enum bln_status status;

	*result = (struct bln_commit_result){ 0 };
	BLN_TRY(bln_table_writer_open(context, &spec, units, &writer, err));
	BLN_TRY(bln_job_engine(context, &engine, err));
	units_rows_source(fold, &source);
	BLN_TRY(bln_row_source_add(engine, &source, err));
	status = bln_table_writer_add(writer, "SELECT * FROM bln_units()", err);
	bln_row_source_remove(engine, source.name);
	if (status == BLN_OK)
		status = bln_table_writer_commit(writer, &commit, result, err);
done:
	bln_table_writer_close(writer);
	return status;
}

/* One try. *IS_DONE is false where somebody else folded meanwhile. */
static enum bln_status fold_once(struct bln_job_context *context, const char *table, int64_t *version, bool *is_done,
				 struct bln_err *err)
{
	struct units_fold fold = { .table = table };
	struct bln_snapshot *units = NULL;
	struct bln_commit_result result;
	struct bln_table place;
	char app_id[BLN_TABLE_NAME_SIZE + 8];
	int64_t from = 0;
	int64_t last = -1;
	enum bln_status status;

	*is_done = true;
	snprintf(app_id, sizeof(app_id), "units:%s", table);
	BLN_TRY(bln_lake_snapshot_if_any(context->lake, BLN_UNITS_TABLE, &units, err));
	if (units)
		from = bln_snapshot_txn(units, app_id) + 1;
	BLN_TRY(bln_lake_table(context->lake, table, &fold.arena, &place, err));
	status = bln_commits_read(&place, from, BLN_VERSION_LATEST, entry_take, &fold, &last, err);
	if ((status == BLN_NOT_FOUND || status == BLN_INVALID) && from == 0) { /* no such table */
		*version = -1;
		status = BLN_OK;
		goto done;
	}
	if (status == BLN_INVALID)
		status = bln_err_set(err, BLN_INVALID,
				     "the units of its versions up to %" PRId64
				     " are known, and it has not so many: the table "
				     "was replaced; remove the table " BLN_UNITS_TABLE
				     " too, and all that is in bronze is read from its logs again",
				     from - 1);
	*version = last;
	if (status != BLN_OK || last < from || fold.count == 0)
		goto done;
	status = rows_write(context, &fold, app_id, last, units, &result, err);
	if (status == BLN_CONFLICT && result.race == BLN_RACE_APP_ID) {
		*is_done = false;
		status = BLN_OK;
	}
done:
	bln_snapshot_destroy(units);
	bln_mem_free(fold.rows);
	bln_arena_clean_up(&fold.arena);
	return status;
}

enum bln_status bln_units_fold(struct bln_job_context *context, const char *table, int64_t *version,
			       struct bln_err *err)
{
	enum bln_status status = BLN_OK;
	int64_t last = -1;
	bool is_done = false;

	for (int i = 0; i < FOLDS_MAX && status == BLN_OK && !is_done; i++)
		status = fold_once(context, table, &last, &is_done, err);
	if (version)
		*version = last;
	if (status == BLN_OK && !is_done)
		status = bln_err_set(err, BLN_CONFLICT, "others fold the units of the table all the time; try again");
	return status == BLN_OK ? BLN_OK : bln_err_where(err, status, "%s from %s", BLN_UNITS_TABLE, table);
}

enum bln_status bln_units_fold_all(struct bln_job_context *context, struct bln_err *err)
{
	struct bln_arena arena = { 0 };
	const char *const *names = NULL;
	size_t count = 0;
	enum bln_status status;

	BLN_TRY(bln_lake_tables(context->lake, &arena, &names, &count, err));
	for (size_t i = 0; i < count; i++) {
		if (strncmp(names[i], "bronze.", 7) != 0 || strcmp(names[i], BLN_UNITS_TABLE) == 0)
			continue;
		BLN_TRY(bln_units_fold(context, names[i], NULL, err));
	}
done:
	bln_arena_clean_up(&arena);
	return status;
}

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
