/* The tables that a sql job reads, and whether any of them gives it work. */
#include <string.h>

#include "job/ingest/units.h"
#include "job/sql/sql.h"
#include "job/write/table_look.h"

struct sql_input *sql_input_find(const struct sql_job *sql, const char *name)
{
	for (size_t i = 0; i < sql->input_count; i++)
		if (strcmp(sql->inputs[i].name, name) == 0)
			return &sql->inputs[i];
	return NULL;
}

/* The table NAME, which is not there, as it reads; NULL where nobody says which columns it will have. */
static enum bln_status empty_make(const struct sql_job *sql, const char *name, struct bln_snapshot **out,
				  struct bln_err *err)
{
	struct bln_standard_table *look = bln_arena_alloc(sql->arena, sizeof(*look));
	enum bln_status status;

	*out = NULL;
	if (!look)
		return bln_err_memory(err);
	BLN_TRY(bln_table_look(sql->context->project, name, sql->arena, look, err));
	if (look->column_count)
		status = bln_standard_empty(look, out, err);
done:
	return status;
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
	BLN_TRY(bln_lake_snapshot_if_any(lake, input->name, &input->snapshot, err));
	if (!input->snapshot)
		BLN_TRY(empty_make(sql, input->name, &input->snapshot, err));
	if (!input->snapshot)
		status = bln_lake_not_found(lake, input->name, err);
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
				   "%s:%d:%d: existing('%s'): only the job's own table, %s, can be named", text->file,
				   relation->line, relation->column, relation->name, sql->job->into);
	if (relation->kind == BLN_RELATION_CHANGES && strcmp(relation->name, sql->job->into) == 0)
		return bln_err_set(err, BLN_INVALID, "%s:%d:%d: changes('%s'): a job cannot follow its own table",
				   text->file, relation->line, relation->column, relation->name);
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
			return bln_err_where(err, status, "%s:%d:%d", text->file, relation->line, relation->column);
		if (sql->own && !sql->is_full)
			BLN_TRY(sql_marker_find(sql->own, sql->job->name, input->name, &input->marker, err));
		BLN_TRY(sql_identity_compare(sql, input, err));
	}
	if (relation->kind == BLN_RELATION_CHANGES && !input->wants_changes) {
		input->wants_changes = true;
		status = sql_changes_find(sql, input, err);
	}
done:
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
	if (!sql->own)
		BLN_TRY(empty_make(sql, sql->job->into, &sql->own_empty, err));
	BLN_TRY(sql_definition_compare(sql, err));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		for (size_t j = 0; j < texts[i]->relations.count; j++)
			BLN_TRY(relation_take(sql, texts[i], &texts[i]->relations.items[j], err));
	for (size_t i = 0; i < sql->input_count; i++) {
		const struct sql_input *input = &sql->inputs[i];

		has_changes = has_changes || input->wants_changes;
		has_new = has_new || input->changes.file_count || input->written.file_count;
		has_moved = has_moved || input->is_other || input->snapshot->version != input->marker;
		sql->result->rows_in += input->change_rows;
	}
	BLN_TRY(sql_left_find(sql, err));
	/* A query of no table at all is run each time: nothing says that it would give the same. */
	*is_idle = has_changes ? !has_new : sql->input_count && !has_moved;
	if (sql->is_full || sql->is_redefined)
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
