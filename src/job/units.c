#include "job/units.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/time.h"
#include "catalog/standard.h"
#include "delta/log_read.h"
#include "engine/row_source.h"
#include "engine/scan.h"
#include "job/table_write.h"

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

/* The columns of bronze.units, by what fills them. */
enum column {
	UNIT,
	SOURCE,
	SYMBOL,
	FREQUENCY,
	FROM,
	TO,
	ROWS,
	HASH,
	LOADED_AT,
	TABLE_NAME,
	BASE_CURRENCY,
	TYPE,
	PATH,
	FIRST,
	LAST,
	REFUSED,
	COLUMNS
};
static const struct bln_row_column columns[COLUMNS] = {
	[UNIT] = { "unit", BLN_ROW_VARCHAR, false },
	[SOURCE] = { "source", BLN_ROW_VARCHAR, false },
	[SYMBOL] = { "symbol", BLN_ROW_VARCHAR, false },
	[FREQUENCY] = { "frequency", BLN_ROW_VARCHAR, false },
	[FROM] = { "from", BLN_ROW_TIMESTAMPTZ, true },
	[TO] = { "to", BLN_ROW_TIMESTAMPTZ, true },
	[ROWS] = { "rows", BLN_ROW_BIGINT, false },
	[HASH] = { "hash", BLN_ROW_VARCHAR, false },
	[LOADED_AT] = { "loaded_at", BLN_ROW_TIMESTAMPTZ, false },
	[TABLE_NAME] = { "table_name", BLN_ROW_VARCHAR, false },
	[BASE_CURRENCY] = { "base_currency", BLN_ROW_VARCHAR, false },
	[TYPE] = { "type", BLN_ROW_VARCHAR, false },
	[PATH] = { "path", BLN_ROW_VARCHAR, false },
	[FIRST] = { "first_datetime", BLN_ROW_TIMESTAMPTZ, true },
	[LAST] = { "last_datetime", BLN_ROW_TIMESTAMPTZ, true },
	[REFUSED] = { "refused", BLN_ROW_BIGINT, false },
};

struct fold_row {
	struct bln_unit_record record;
	int64_t loaded_at_us;
};

/* One fold: the records found in the commits, and how far they were given to the engine. */
struct fold {
	const char *table;
	struct bln_arena arena;
	struct fold_row *rows;
	size_t count;
	size_t capacity;
	size_t given;
};

static enum bln_status text_get(struct fold *fold, const json_t *object, const char *key, struct bln_slice *out,
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

static enum bln_status record_parse(struct fold *fold, const json_t *json, struct bln_unit_record *record,
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
static enum bln_status commit_info_take(struct fold *fold, struct bln_slice text, int64_t version, struct bln_err *err)
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

/* Row source: one thread gives all rows. */
static enum bln_status rows_open(void *context, const bool *wanted, void **thread, struct bln_err *err)
{
	(void)wanted;
	(void)err;
	*thread = context;
	return BLN_OK;
}

static void rows_close(void *thread)
{
	(void)thread;
}

static void set_int(const struct bln_row_block *block, enum column column, size_t row, int64_t value)
{
	if (block->columns[column].values)
		((int64_t *)block->columns[column].values)[row] = value;
}

static void set_null(const struct bln_row_block *block, enum column column, size_t row)
{
	if (block->columns[column].values)
		block->columns[column].validity[row / 64] &= ~(UINT64_C(1) << row % 64);
}

static void set_text(const struct bln_row_block *block, enum column column, size_t row, struct bln_slice text)
{
	bln_row_block_set_text(block, column, row, text.at, text.length);
}

static enum bln_status rows_next(void *thread, struct bln_row_block *block, struct bln_err *err)
{
	struct fold *fold = thread;
	size_t left = fold->count - fold->given;

	(void)err;
	block->count = left < BLN_ROWS_CHUNK ? left : BLN_ROWS_CHUNK;
	for (size_t row = 0; row < block->count; row++) {
		const struct fold_row *from = &fold->rows[fold->given++];
		const struct bln_unit_record *record = &from->record;

		set_text(block, UNIT, row, record->unit);
		set_text(block, SOURCE, row, record->source);
		set_text(block, SYMBOL, row, record->symbol);
		set_text(block, FREQUENCY, row, record->frequency);
		set_text(block, HASH, row, record->hash);
		set_text(block, BASE_CURRENCY, row, record->base_currency);
		set_text(block, TYPE, row, record->type);
		set_text(block, PATH, row, record->path);
		set_text(block, TABLE_NAME, row, bln_slice_of(fold->table));
		set_int(block, ROWS, row, record->rows);
		set_int(block, REFUSED, row, record->refused);
		set_int(block, LOADED_AT, row, from->loaded_at_us);
		set_int(block, FROM, row, record->from_us);
		set_int(block, TO, row, record->to_us);
		set_int(block, FIRST, row, record->first_us);
		set_int(block, LAST, row, record->last_us);
		if (record->from_us >= record->to_us) {
			set_null(block, FROM, row);
			set_null(block, TO, row);
		}
		if (record->first_us > record->last_us) {
			set_null(block, FIRST, row);
			set_null(block, LAST, row);
		}
	}
	return BLN_OK;
}

/* Adds the rows and the marker to bronze.units. */
static enum bln_status rows_write(struct bln_job_context *context, struct fold *fold, const char *app_id,
				  int64_t version, const struct bln_snapshot *units, struct bln_commit_result *result,
				  struct bln_err *err)
{
	const struct bln_write_spec spec = { .table = BLN_UNITS_TABLE, .mode = BLN_WRITE_ADD };
	const struct bln_txn txn = { .app_id = bln_slice_of(app_id), .version = version, .updated_ms = -1 };
	const struct bln_write_commit commit = { .txns = &txn, .txn_count = 1 };
	const struct bln_row_source source = { .name = "bln_units",
					       .columns = columns,
					       .column_count = COLUMNS,
					       .threads_max = 1,
					       .rows_estimate = (int64_t)fold->count,
					       .context = fold,
					       .thread_open = rows_open,
					       .next = rows_next,
					       .thread_close = rows_close };
	struct bln_table_writer *writer = NULL;
	struct bln_engine *engine;
	enum bln_status status;

	*result = (struct bln_commit_result){ 0 };
	BLN_TRY(bln_table_writer_open(context, &spec, units, &writer, err));
	BLN_TRY(bln_job_engine(context, &engine, err));
	fold->given = 0;
	BLN_TRY(bln_row_source_add(engine, &source, err));
	status = bln_table_writer_add(writer, "SELECT * FROM bln_units()", err);
	bln_row_source_remove(engine, source.name);
	if (status != BLN_OK)
		goto done;
	if (!units && bln_snapshot_txn(bln_table_writer_snapshot(writer), app_id) >= 0) {
		/* The table was not there when we looked; the writer met it with what others folded. */
		result->race = BLN_RACE_APP_ID;
		status = bln_err_set(err, BLN_CONFLICT, "others made " BLN_UNITS_TABLE " meanwhile");
		goto done;
	}
	status = bln_table_writer_commit(writer, &commit, result, err);
done:
	bln_table_writer_close(writer);
	return status;
}

/* One try. *IS_DONE is false where somebody else folded meanwhile. */
static enum bln_status fold_once(struct bln_job_context *context, const char *table, int64_t *version, bool *is_done,
                                 struct bln_err *err)
{
	struct fold fold = { .table = table };
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
			   "epoch_us(loaded_at) FROM bln_units.units WHERE table_name = ");
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
