/* The tables that a sql job reads: at which version, and what of them is new to it. */
#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "catalog/standard.h"
#include "delta/log_read.h"
#include "job/sql.h"
#include "job/units.h"

/* Files added since the marker, by path and vector. */
struct changes {
	struct bln_arena *arena;
	struct bln_map by_path; /* → index */
	struct bln_add **files; /* NULL: its rows were removed again */
	size_t count;
	size_t capacity;
};

static struct bln_slice slice_copy(struct bln_arena *arena, struct bln_slice slice, bool *has_failed)
{
	if (!slice.at)
		return slice;
	slice.at = bln_arena_strndup(arena, slice.at, slice.length);
	*has_failed = *has_failed || !slice.at;
	return slice;
}

static struct bln_add *add_copy(struct bln_arena *arena, const struct bln_add *add)
{
	struct bln_add *copy = bln_arena_alloc(arena, sizeof(*copy));
	struct bln_pair *pairs = bln_arena_calloc(arena, add->partition.count + 1, sizeof(*pairs));
	bool has_failed = !copy || !pairs;

	if (has_failed)
		return NULL;
	*copy = *add;
	copy->path = slice_copy(arena, add->path, &has_failed);
	copy->stats = slice_copy(arena, add->stats, &has_failed);
	copy->dv.path_or_inline = slice_copy(arena, add->dv.path_or_inline, &has_failed);
	for (size_t i = 0; i < add->partition.count; i++) {
		pairs[i] = add->partition.items[i];
		pairs[i].key = slice_copy(arena, pairs[i].key, &has_failed);
		pairs[i].value = slice_copy(arena, pairs[i].value, &has_failed);
	}
	copy->partition.items = pairs;
	copy->tags = (struct bln_pairs){ 0 };
	return has_failed ? NULL : copy;
}

static enum bln_status change_add(struct changes *changes, const struct bln_add *add, struct bln_err *err)
{
	struct bln_add *copy = add_copy(changes->arena, add);
	struct bln_map_entry *entry;
	struct bln_slice key;
	enum bln_status status;
	bool is_new;

	if (!copy || !bln_mem_grow(&changes->files, changes->count, &changes->capacity, sizeof(*changes->files)))
		return bln_err_memory(err);
	status = bln_file_key(copy->path, &copy->dv, changes->arena, &key, err);
	if (status != BLN_OK)
		return status;
	entry = bln_map_insert(&changes->by_path, key.at, key.length, &is_new);
	if (!entry)
		return bln_err_memory(err);
	if (!is_new)
		changes->files[entry->number] = NULL;
	entry->number = changes->count;
	changes->files[changes->count++] = copy;
	return BLN_OK;
}

static enum bln_status change_remove(struct changes *changes, const struct bln_remove *remove, struct bln_err *err)
{
	const struct bln_map_entry *entry;
	struct bln_slice key;
	enum bln_status status = bln_file_key(remove->path, &remove->dv, changes->arena, &key, err);

	if (status != BLN_OK)
		return status;
	entry = bln_map_find(&changes->by_path, key.at, key.length);
	if (entry)
		changes->files[entry->number] = NULL;
	return BLN_OK;
}

/* A file that a compaction took away still has the rows that were added in it: only what changes rows counts. */
static enum bln_status entry_take(void *context, const struct bln_log_entry *entry, struct bln_err *err)
{
	enum bln_status status = BLN_OK;

	for (size_t i = 0; i < entry->action_count; i++) {
		const struct bln_action *action = &entry->actions[i];

		if (action->kind == BLN_ACTION_ADD && action->add.is_data_change)
			BLN_TRY(change_add(context, &action->add, err));
		else if (action->kind == BLN_ACTION_REMOVE && action->remove.is_data_change)
			BLN_TRY(change_remove(context, &action->remove, err));
	}
done:
	return status;
}

static int64_t rows_of(const struct bln_add *add)
{
	json_t *json = NULL;
	int64_t rows = 0;

	if (!add->stats.length || bln_json_parse(add->stats.at, add->stats.length, "stats", &json, NULL) != BLN_OK)
		return 0;
	(void)!bln_json_get_int(json, "numRecords", &rows, NULL);
	json_decref(json);
	return rows;
}

static enum bln_status changes_find(struct sql_job *sql, struct sql_input *input, struct bln_err *err)
{
	struct changes changes = { .arena = sql->arena };
	const struct bln_snapshot *snapshot = input->snapshot;
	struct bln_add *files;
	enum bln_status status = BLN_OK;
	int64_t last;

	input->changes = *snapshot; /* all files, where nothing was consumed yet */
	if (input->marker > snapshot->version) {
		return bln_err_set(err, BLN_CONFLICT,
				   "%s is at version %" PRId64 ", but this job has read version %" PRId64
				   ": the table was replaced; run the job with --full",
				   input->name, snapshot->version, input->marker);
	} else if (input->marker >= 0) {
		status = bln_commits_read(&snapshot->table, input->marker + 1, snapshot->version, entry_take, &changes,
					  &last, err);
		if (status == BLN_NOT_FOUND)
			status = bln_err_set(err, BLN_CONFLICT,
					     "%s: the history behind version %" PRId64
					     ", which this job has read, is gone; run the job with --full",
					     input->name, input->marker);
		files = bln_arena_calloc(sql->arena, changes.count + 1, sizeof(*files));
		if (status == BLN_OK && !files)
			status = bln_err_memory(err);
		input->changes.files = files;
		input->changes.file_count = 0;
		for (size_t i = 0; files && i < changes.count; i++)
			if (changes.files[i])
				files[input->changes.file_count++] = *changes.files[i];
	}
	for (size_t i = 0; status == BLN_OK && i < input->changes.file_count; i++)
		input->change_rows += rows_of(&input->changes.files[i]);
	bln_map_clean_up(&changes.by_path);
	bln_mem_free(changes.files);
	return status;
}

struct sql_input *sql_input_find(const struct sql_job *sql, const char *name)
{
	for (size_t i = 0; i < sql->input_count; i++)
		if (strcmp(sql->inputs[i].name, name) == 0)
			return &sql->inputs[i];
	return NULL;
}

static enum bln_status snapshot_load(struct sql_job *sql, struct sql_input *input, bool is_foreign, struct bln_err *err)
{
	const struct bln_lake *lake = sql->context->lake;
	struct bln_table table;
	enum bln_status status;

	if (is_foreign) {
		BLN_TRY(bln_lake_foreign(lake, input->name, &input->store, &table, err));
		BLN_TRY(bln_snapshot_load(&table, BLN_VERSION_LATEST, lake->parquet, &input->snapshot, err));
		return BLN_OK;
	}
	if (strcmp(input->name, BLN_UNITS_TABLE) == 0)
		BLN_TRY(bln_units_fold_all(sql->context, err));
	if (bln_standard_find(input->name)) {
		BLN_TRY(bln_lake_snapshot_if_any(lake, input->name, &input->snapshot, err));
		if (!input->snapshot)
			BLN_TRY(bln_standard_empty(input->name, &input->snapshot, err));
	} else {
		BLN_TRY(bln_lake_snapshot(lake, input->name, BLN_VERSION_LATEST, &input->snapshot, err));
	}
done:
	return status;
}

/* Makes an input of what RELATION names, unless it is one already or the job's own output. */
static enum bln_status relation_take(struct sql_job *sql, const struct sql_text *text,
				     const struct bln_relation *relation, struct bln_err *err)
{
	struct sql_input *input = sql_input_find(sql, relation->name);
	enum bln_status status = BLN_OK;

	if (relation->kind == BLN_RELATION_EXISTING && strcmp(relation->name, sql->job->into) != 0)
		return bln_err_set(err, BLN_INVALID,
				   "%s:%d: existing('%s'): only the job's own table, %s, can be named", text->file,
				   relation->line, relation->name, sql->job->into);
	if (relation->kind == BLN_RELATION_CHANGES && strcmp(relation->name, sql->job->into) == 0)
		return bln_err_set(err, BLN_INVALID, "%s:%d: changes('%s'): a job cannot follow its own table",
				   text->file, relation->line, relation->name);
	if (strcmp(relation->name, sql->job->into) == 0)
		return BLN_OK;
	if (!input) {
		input = &sql->inputs[sql->input_count];
		input->name = relation->name;
		input->app_id = bln_arena_printf(sql->arena, "%s:%s", sql->job->name, relation->name);
		input->marker = -1;
		if (!input->app_id)
			return bln_err_memory(err);
		sql->input_count++;
		status = snapshot_load(sql, input, relation->kind == BLN_RELATION_DELTA, err);
		if (status != BLN_OK)
			return bln_err_where(err, status, "%s:%d", text->file, relation->line);
		if (sql->own && !sql->context->is_full)
			input->marker = bln_snapshot_txn(sql->own, input->app_id);
	}
	if (relation->kind == BLN_RELATION_CHANGES && !input->wants_changes) {
		input->wants_changes = true;
		status = changes_find(sql, input, err);
	}
	return status;
}

enum bln_status sql_inputs_load(struct sql_job *sql, bool *is_idle, struct bln_err *err)
{
	const struct sql_text *const texts[] = { &sql->main, &sql->side, &sql->slices };
	enum bln_status status;
	size_t count = 0;
	bool has_changes = false;
	bool has_new = false;
	bool has_moved = false;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		count += texts[i]->relations.count;
	sql->inputs = bln_arena_calloc(sql->arena, count + 1, sizeof(*sql->inputs));
	if (!sql->inputs)
		return bln_err_memory(err);
	BLN_TRY(bln_lake_snapshot_if_any(sql->context->lake, sql->job->into, &sql->own, err));
	if (!sql->own && bln_standard_find(sql->job->into))
		BLN_TRY(bln_standard_empty(sql->job->into, &sql->own_empty, err));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		for (size_t j = 0; j < texts[i]->relations.count; j++)
			BLN_TRY(relation_take(sql, texts[i], &texts[i]->relations.items[j], err));
	for (size_t i = 0; i < sql->input_count; i++) {
		const struct sql_input *input = &sql->inputs[i];

		has_changes = has_changes || input->wants_changes;
		has_new = has_new || (input->wants_changes && input->changes.file_count);
		has_moved = has_moved || input->snapshot->version != input->marker;
		sql->result->rows_in += input->change_rows;
	}
	/* A query of no table at all is run each time: nothing says that it would give the same. */
	*is_idle = has_changes ? !has_new : sql->input_count && !has_moved;
	if (sql->context->is_full)
		*is_idle = false;
done:
	return status;
}

void sql_inputs_close(struct sql_job *sql)
{
	for (size_t i = 0; i < sql->input_count; i++) {
		bln_snapshot_destroy(sql->inputs[i].snapshot);
		bln_store_close(sql->inputs[i].store);
	}
	bln_snapshot_destroy(sql->own);
	bln_snapshot_destroy(sql->own_empty);
	sql->input_count = 0;
	sql->own = NULL;
	sql->own_empty = NULL;
}
