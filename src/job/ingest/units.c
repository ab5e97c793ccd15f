/* The units of commits into bronze.units: found in the log here, given to the engine as rows in units_rows.c. */
#include "job/ingest/units.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "delta/log_name.h"
#include "delta/log_read.h"
#include "job/ingest/units_private.h"
#include "job/mark.h"
#include "job/write/table_write.h"

enum { FOLDS_MAX = 16, COMMIT_HEAD_SIZE = 512 };

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
	BLN_TRY(units_restore_take(fold, json, version, err));
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
		fold->rows[fold->count].version = version;
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

/* A number for the commit VERSION of the table at PLACE, from its first bytes, which say when it was made, on top of what, and its
 * id. 0 where it is not there (any more). */
static enum bln_status commit_hash(const struct bln_table *place, struct bln_arena *arena, int64_t version,
				   uint64_t *hash, struct bln_err *err)
{
	const struct bln_log_name name = { .kind = BLN_LOG_COMMIT, .version = version, .version_to = version };
	char file[BLN_LOG_NAME_SIZE];
	char head[COMMIT_HEAD_SIZE];
	enum bln_status status;
	const char *key;
	size_t length;

	*hash = 0;
	bln_log_name_format(&name, file);
	key = bln_arena_printf(arena, BLN_LOG_FOLDER "/%s", file);
	key = key ? bln_table_key(place, arena, key) : NULL;
	if (!key)
		return bln_err_memory(err);
	status = bln_store_get_range(place->store, key, 0, head, sizeof(head), &length, err);
	if (status == BLN_NOT_FOUND)
		return BLN_OK;
	if (status == BLN_OK)
		*hash = bln_mark_hash(BLN_MARK_BASIS, head, length);
	return status;
}

/* What bronze.units says of its own: up to which version it is folded, and which commit that was. */
struct marker {
	char app_id[BLN_TABLE_NAME_SIZE + 16];
	char commit_app_id[BLN_TABLE_NAME_SIZE + 16];
	int64_t version; /* -1: nothing is folded */
	int64_t commit; /* a mark; -1: not said */
};

/* Adds the rows and the marker to bronze.units; IS_ANEW: in the place of all it says of the table. */
static enum bln_status rows_write(struct bln_job_context *context, struct units_fold *fold, const struct marker *next,
				  bool is_anew, const struct bln_snapshot *units, struct bln_commit_result *result,
				  struct bln_err *err)
{
	const struct bln_pair own = { .key = bln_slice_of("table_name"), .value = bln_slice_of(fold->table) };
	const struct bln_write_spec spec = { .table = BLN_UNITS_TABLE,
					     .mode = BLN_WRITE_ADD,
					     .is_new = !units,
					     .owned = { .items = &own, .count = is_anew ? 1 : 0 },
					     .clears_owned = is_anew };
	const struct bln_txn txns[] = {
		{ .app_id = bln_slice_of(next->app_id), .version = next->version, .updated_ms = -1 },
		{ .app_id = bln_slice_of(next->commit_app_id), .version = next->commit, .updated_ms = -1 },
	};
	const struct bln_write_commit commit = { .txns = txns, .txn_count = 2 };
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

/* Reads the commits from FROM on: what they say of units, less what was undone. */
static enum bln_status commits_take(struct bln_job_context *context, const struct bln_table *place,
				    struct units_fold *fold, int64_t from, int64_t *last, bool *is_before,
				    struct bln_err *err)
{
	enum bln_status status;

	fold->count = 0;
	fold->restore_count = 0;
	BLN_TRY(bln_commits_read(place, from, BLN_VERSION_LATEST, entry_take, fold, last, err));
	status = units_restores_apply(context, fold, from, *last, is_before, err);
done:
	return status;
}

/* Whether the commit up to which all is folded is another than it was: the table was rolled back, and went on otherwise, or was
 * replaced. */
static enum bln_status is_other(const struct bln_table *place, struct units_fold *fold, const struct marker *marker,
				bool *is, struct bln_err *err)
{
	enum bln_status status = BLN_OK;
	uint64_t hash;

	*is = false;
	if (marker->version < 0 || marker->commit < 0)
		return BLN_OK;
	BLN_TRY(commit_hash(place, &fold->arena, marker->version, &hash, err));
	*is = hash != 0 && !bln_mark_has(marker->commit, hash);
done:
	return status;
}

/* What is undone was folded already: all is folded again. */
static enum bln_status take_anew(struct bln_job_context *context, const struct bln_table *place,
				 struct units_fold *fold, int64_t *last, struct bln_err *err)
{
	bool is_before;
	enum bln_status status = commits_take(context, place, fold, 0, last, &is_before, err);

	if (status == BLN_NOT_FOUND)
		return bln_err_set(err, BLN_NOT_FOUND,
				   "the table was put back to an earlier version, and its log does not go back to its "
				   "beginning: which units are in it cannot be told");
	if (status == BLN_OK)
		bln_logger_say(
			context->logger, BLN_LEVEL_WARN, "units",
			"%s was put back to an earlier version: what was loaded behind it is not known any more, "
			"and is loaded again where it comes again",
			fold->table);
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
	struct marker marker = { .version = -1, .commit = -1 };
	int64_t last = -1;
	bool is_anew = false;
	enum bln_status status;
	uint64_t hash;

	*is_done = true;
	snprintf(marker.app_id, sizeof(marker.app_id), "units:%s", table);
	snprintf(marker.commit_app_id, sizeof(marker.commit_app_id), "units#commit:%s", table);
	BLN_TRY(bln_lake_snapshot_if_any(context->lake, BLN_UNITS_TABLE, &units, err));
	if (units) {
		marker.version = bln_snapshot_txn(units, marker.app_id);
		marker.commit = bln_snapshot_txn(units, marker.commit_app_id);
	}
	BLN_TRY(bln_lake_table(context->lake, table, &fold.arena, &place, err));
	BLN_TRY(is_other(&place, &fold, &marker, &is_anew, err));
	status = is_anew ? BLN_OK : commits_take(context, &place, &fold, marker.version + 1, &last, &is_anew, err);
	if ((status == BLN_NOT_FOUND || status == BLN_INVALID) && marker.version < 0 && last < 0) { /* no such table */
		*version = -1;
		status = BLN_OK;
		goto done;
	}
	if (status == BLN_INVALID)
		status = bln_err_set(err, BLN_INVALID,
				     "the units of its versions up to %" PRId64
				     " are known, and it has not so many: the table "
				     "was replaced or rolled back; remove the table " BLN_UNITS_TABLE
				     " too, and all that is in bronze is read from its logs again",
				     marker.version);
	if (status == BLN_OK && is_anew)
		status = take_anew(context, &place, &fold, &last, err);
	*version = last;
	if (status != BLN_OK || (!is_anew && fold.count == 0))
		goto done;
	BLN_TRY(commit_hash(&place, &fold.arena, last, &hash, err));
	marker.version = last;
	marker.commit = bln_mark_next(marker.commit, hash);
	status = rows_write(context, &fold, &marker, is_anew, units, &result, err);
	if (status == BLN_CONFLICT && result.race == BLN_RACE_APP_ID) {
		*is_done = false;
		status = BLN_OK;
	}
done:
	bln_snapshot_destroy(units);
	bln_mem_free(fold.rows);
	bln_mem_free(fold.restores);
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
