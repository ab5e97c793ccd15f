/* The job kind `sql`: a query's rows go into a table, of its changes() only what is new.
 *
 * All parts of a run are one commit: readers see none of it or all. The side output is committed before, with keys that make
 * doing it again harmless: a crash in between loses nothing. */
#include "job/sql/sql.h"

#include <string.h>

#include "base/mem.h"
#include "job/write/table_write.h"

/* Rows of the changes that are worked on at once: what bounds the memory of windows and sorts. */
#define GROUP_ROWS INT64_C(1000000)

enum {
	TRIES_MAX = 8,
	GROUP_PARTS_MAX = 4096,
	IDLE_COMMITS_MAX =
		100, /* that a table makes without rows for the job, before its marker is moved behind them */
};

static enum bln_status own_resolve(const struct sql_group *group, const struct bln_relation *relation,
				   const struct bln_snapshot **snapshot, struct bln_err *err)
{
	const struct sql_job *sql = group->sql;

	*snapshot = sql->own ? sql->own : sql->own_empty;
	if (!*snapshot)
		return bln_err_set(err, BLN_NOT_FOUND,
				   "%s is not there yet, and nothing says which columns it will have: say it in "
				   "bullion.yaml, under `tables`: {%s: {columns: {name: type, …}}}",
				   relation->name, relation->name);
	return BLN_OK;
}

/* The files of PART in which rows of the group can be. *IS_EXACT stays true only where they have no others. */
static enum bln_status files_pick(const struct sql_group *group, const struct bln_snapshot *part, bool with_range,
				  const struct bln_add *const **files, size_t *file_count, bool *is_exact,
				  struct bln_err *err)
{
	const struct bln_predicate *predicates;
	enum bln_status status;
	size_t count;

	BLN_TRY(sql_group_predicates(group, &part->schema, with_range, &predicates, &count, err));
	BLN_TRY(bln_prune(part, predicates, count, group->sql->arena, files, file_count, err));
	if (group->count)
		BLN_TRY(sql_group_sift(group, &part->schema, files, file_count, is_exact, err));
done:
	return status;
}

static enum bln_status changes_resolve(const struct sql_group *group, const struct sql_input *input,
				       struct bln_resolved *out, bool *is_exact, struct bln_err *err)
{
	enum bln_status status;

	out->is_all = false;
	BLN_TRY(files_pick(group, &input->changes, false, &out->files, &out->file_count, is_exact, err));
	BLN_TRY(files_pick(group, &input->written, false, &out->written, &out->written_count, is_exact, err));
	if (!group->is_rough)
		BLN_TRY(files_pick(group, &input->replaced, false, &out->replaced, &out->replaced_count, is_exact,
				   err));
done:
	return status;
}

enum bln_status sql_resolve(void *context, const struct bln_relation *relation, struct bln_resolved *out,
			    struct bln_err *err)
{
	const struct sql_group *group = context;
	const struct sql_job *sql = group->sql;
	const struct sql_input *input = sql_input_find(sql, relation->name);
	const bool is_existing = relation->kind == BLN_RELATION_EXISTING;
	struct bln_text where = { 0 };
	enum bln_status status = BLN_OK;
	bool is_exact = true;

	*out = (struct bln_resolved){ .is_all = true };
	if (input)
		out->snapshot = input->snapshot;
	else
		BLN_TRY(own_resolve(group, relation, &out->snapshot, err));
	if (relation->kind == BLN_RELATION_FILES)
		return BLN_OK;
	if (relation->kind == BLN_RELATION_CHANGES) {
		BLN_TRY(changes_resolve(group, input, out, &is_exact, err));
	} else if (is_existing && sql->is_full) {
		out->is_all = false; /* as if nothing had been there */
	} else if (group->count) {
		out->is_all = false;
		BLN_TRY(files_pick(group, out->snapshot, is_existing, &out->files, &out->file_count, &is_exact, err));
	}
	if (group->count && !is_exact)
		BLN_TRY(sql_group_where(group, &out->snapshot->schema, &where, err));
	if (where.length) {
		struct bln_slice kept;

		BLN_TRY(bln_text_keep(&where, sql->arena, &kept, err));
		out->where = kept.at;
	}
done:
	bln_text_clean_up(&where);
	return status;
}

/* The parts of the group, as a variable of SQL: a list of structs of texts. */
static enum bln_status slices_set(struct sql_job *sql, const struct sql_group *group, struct bln_err *err)
{
	const struct bln_setting_list *slice = &sql->job->slice;
	struct bln_text set = { 0 };
	enum bln_status status;

	if (slice->count == 0)
		return BLN_OK;
	bln_text_add(&set, "SET VARIABLE slices = [");
	for (size_t i = 0; i < group->count; i++) {
		const struct sql_slice *part = &sql->parts[group->first + i];

		bln_text_add(&set, i ? ", {" : "{");
		for (size_t c = 0; c < slice->count; c++) {
			bln_text_add(&set, c ? ", " : "");
			bln_text_add_quoted(&set, '"', slice->items[c], strlen(slice->items[c]));
			bln_text_add(&set, ": ");
			if (part->values[c])
				bln_text_add_quoted(&set, '\'', part->values[c], strlen(part->values[c]));
			else
				bln_text_add(&set, "NULL");
		}
		bln_text_add(&set, "}");
	}
	bln_text_add(&set, "]");
	BLN_TRY(bln_text_check(&set, err));
	BLN_TRY(bln_engine_exec(sql->engine, set.at, err));
done:
	bln_text_clean_up(&set);
	return status;
}

static enum bln_status text_run(struct sql_job *sql, const struct sql_group *group, const struct sql_text *text,
				struct bln_table_writer *writer, struct bln_err *err)
{
	const struct bln_statement_options options = { .may_read_files = true };
	struct sql_group seen = *group;
	const struct bln_resolver resolver = { .context = &seen, .resolve = sql_resolve };
	enum bln_status status;

	BLN_TRY(bln_statement_resolve(sql->engine, text->sql, &options, &resolver, sql->arena, NULL, err));
	BLN_TRY(bln_table_writer_add(writer, text->sql, err));
done:
	if (status == BLN_NOT_FOUND && sql_replaced_check(sql, err) != BLN_OK)
		return status;
	if (status == BLN_OK)
		return BLN_OK;
	bln_statement_mend_error(text->sql, err);
	return bln_statement_in_file(text->file, status, err);
}

/* Part after part, several small ones together. */
static enum bln_status groups_run(struct sql_job *sql, struct bln_table_writer *main, struct bln_table_writer *side,
				  struct bln_err *err)
{
	struct sql_group group = { .sql = sql };
	int64_t total = 0;
	int64_t done = 0;
	enum bln_status status = BLN_OK;

	for (size_t i = 0; i < sql->part_count; i++)
		total += sql->parts[i].rows;
	if (sql->is_cut && sql->part_count == 0)
		return BLN_OK; /* a group of none would be everything */
	do {
		int64_t rows = 0;

		group.first += group.count;
		group.count = 0;
		while (group.first + group.count < sql->part_count && group.count < GROUP_PARTS_MAX &&
		       (group.count == 0 || rows + sql->parts[group.first + group.count].rows <= GROUP_ROWS))
			rows += sql->parts[group.first + group.count++].rows;
		BLN_TRY(slices_set(sql, &group, err));
		if (side)
			BLN_TRY(text_run(sql, &group, &sql->side, side, err));
		BLN_TRY(text_run(sql, &group, &sql->main, main, err));
		done += rows;
		bln_job_progress(sql->context, done, total, "rows", sql->job->into);
	} while (group.first + group.count < sql->part_count);
done:
	return status;
}

static enum bln_status side_commit(struct bln_table_writer *side, struct bln_err *err)
{
	const struct bln_write_commit commit = { 0 };
	struct bln_commit_result result;

	return side ? bln_table_writer_commit(side, &commit, &result, err) : BLN_OK;
}

static enum bln_status main_commit(struct sql_job *sql, struct bln_table_writer *main, struct bln_err *err)
{
	struct bln_txn *txns = bln_arena_calloc(sql->arena, 2 * sql->input_count + sql->left_count + 1, sizeof(*txns));
	struct bln_write_commit commit = { .txns = txns };
	struct bln_commit_result result;
	enum bln_status status;

	if (!txns)
		return bln_err_memory(err);
	for (size_t i = 0; i < sql->input_count; i++)
		if (sql->inputs[i].snapshot->version != sql->inputs[i].marker)
			txns[commit.txn_count++] = (struct bln_txn){ .app_id = bln_slice_of(sql->inputs[i].app_id),
								     .version = sql->inputs[i].snapshot->version,
								     .updated_ms = -1 };
	sql_marks_add(sql, txns, &commit.txn_count);
	status = bln_table_writer_commit(main, &commit, &result, err);
	if (status == BLN_OK) {
		sql->result->version = result.version;
		bln_table_writer_count(main, sql->result);
	}
	return status;
}

/* Of an idle run: the markers alone, where those that are there say too little. The log before them can then be cleaned up. */
static enum bln_status idle_commit(struct sql_job *sql, struct bln_err *err)
{
	const struct bln_write_spec spec = { .table = sql->job->into, .mode = BLN_WRITE_ADD };
	bool is_due = sql->definition.was < 0;
	struct bln_table_writer *writer = NULL;
	enum bln_status status;

	for (size_t i = 0; i < sql->input_count; i++) {
		const struct sql_input *input = &sql->inputs[i];

		is_due = is_due || input->identity.now != input->identity.was ||
			 input->snapshot->version - input->marker >= IDLE_COMMITS_MAX;
	}
	if (!is_due || !sql->own)
		return BLN_OK;
	BLN_TRY(bln_table_writer_open(sql->context, &spec, sql->own, &writer, err));
	BLN_TRY(main_commit(sql, writer, err));
done:
	bln_table_writer_close(writer);
	return status;
}

static enum bln_status job_write(struct sql_job *sql, struct bln_err *err)
{
	const struct bln_job *job = sql->job;
	const struct bln_write_spec side_spec = { .table = job->side_into,
						  .mode = BLN_WRITE_ADD_NEW,
						  .key = job->side_key };
	struct bln_write_spec spec;
	struct bln_table_writer *main = NULL;
	struct bln_table_writer *side = NULL;
	enum bln_status status;

	BLN_TRY(sql_slices_find(sql, err));
	BLN_TRY(sql_spec_make(sql, &spec, err));
	BLN_TRY(bln_table_writer_open(sql->context, &spec, sql->own, &main, err));
	if (sql->side.sql)
		BLN_TRY(bln_table_writer_open(sql->context, &side_spec, NULL, &side, err));
	BLN_TRY(groups_run(sql, main, side, err));
	BLN_TRY(side_commit(side, err));
	BLN_TRY(main_commit(sql, main, err));
done:
	bln_table_writer_close(side);
	bln_table_writer_close(main);
	return status;
}

static enum bln_status job_try(struct sql_job *sql, struct bln_err *err)
{
	bool is_idle = false;
	enum bln_status status;

	BLN_TRY(sql_text_read(sql, sql->job->file, &sql->main, err));
	BLN_TRY(sql_text_read(sql, sql->job->side_file, &sql->side, err));
	BLN_TRY(sql_text_read(sql, sql->job->slices, &sql->slices, err));
	BLN_TRY(bln_job_engine(sql->context, &sql->engine, err));
	BLN_TRY(sql_text_analyse(sql, &sql->main, err));
	BLN_TRY(sql_text_analyse(sql, &sql->side, err));
	BLN_TRY(sql_text_analyse(sql, &sql->slices, err));
	sql->result->rows_in = 0;
	sql->result->note = NULL;
	BLN_TRY(sql_inputs_load(sql, &is_idle, err));
	sql->result->version = sql->own ? sql->own->version : -1;
	sql->result->is_idle = is_idle;
	if (is_idle) {
		status = idle_commit(sql, err);
		goto done;
	}
	BLN_TRY(sql_variables_set(sql, err));
	BLN_TRY(job_write(sql, err));
done:
	return status;
}

enum bln_status bln_job_sql(struct bln_job_context *context, const struct bln_job *job, struct bln_job_result *result,
			    struct bln_err *err)
{
	enum bln_status status = BLN_CONFLICT;

	for (int i = 0; i < TRIES_MAX && status == BLN_CONFLICT; i++) {
		struct bln_arena arena = { 0 };
		struct sql_job sql = { .context = context, .job = job, .result = result, .arena = &arena };

		if (i)
			bln_logger_say(context->logger, BLN_LEVEL_INFO, "sql", "others were faster: planning again");
		status = job_try(&sql, err);
		sql_inputs_close(&sql);
		bln_arena_clean_up(&arena);
	}
	return status;
}
