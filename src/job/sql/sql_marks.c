/* What a commit of the output says besides how far each table was read: which definition of the job made the rows
 * ("JOB#sql"), and which table it was ("JOB#id:TABLE"), for a name may come to mean another. Where the job makes everything anew
 * without a table that it has read before, the latter says so: how far it was read then means nothing any more, to the job,
 * should it come to name the table again, and to those who clean the table's log up (consumers.h).
 *
 * Both are marks (job/mark.h), written when they are first known, and when they change. */
#include <inttypes.h>
#include <string.h>

#include "job/mark.h"
#include "job/sql/sql.h"

static void mark_set(struct sql_mark *mark, const struct bln_snapshot *own, uint64_t hash)
{
	mark->was = own ? bln_snapshot_txn(own, mark->app_id) : -1;
	mark->now = bln_mark_next(mark->was, hash);
}

static bool follows(const struct sql_job *sql)
{
	const struct sql_text *const texts[] = { &sql->main, &sql->side, &sql->slices };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		for (size_t j = 0; j < texts[i]->relations.count; j++)
			if (texts[i]->relations.items[j].kind == BLN_RELATION_CHANGES)
				return true;
	return false;
}

/* What was made by another definition is made again, or stays, or is for people to decide. A job without changes() reads
 * everything each time and takes back nothing that it once made: it does the same now. */
static enum bln_status redefined(struct sql_job *sql, struct bln_err *err)
{
	const struct bln_job *job = sql->job;
	const char *what = "everything is done again";

	sql->is_redefined = true;
	if (sql->is_full || !follows(sql))
		return BLN_OK;
	if (job->mode != BLN_JOB_APPEND)
		sql->is_full = true;
	else if (!job->owns && sql_output_is_shared(sql))
		what = "what it made before stays, among the rows of other jobs";
	else
		return bln_err_set(
			err, BLN_INVALID,
			"%s or the job's settings changed since the last run, and %s has rows that were made "
			"before (mode append): run the job with --full, which overwrites %s with what the "
			"job now makes of everything",
			job->file, job->into, job->owns ? "its rows" : "the table");
	/* The result outlives this try. */
	sql->result->note =
		bln_arena_printf(sql->context->arena, "%s or the job's settings changed since the last run: %s",
				 job->file, what);
	return sql->result->note ? BLN_OK : bln_err_memory(err);
}

enum bln_status sql_definition_compare(struct sql_job *sql, struct bln_err *err)
{
	enum bln_status status;
	uint64_t hash;

	sql->is_full = sql->context->is_full;
	sql->definition.app_id = bln_arena_printf(sql->arena, "%s#sql", sql->job->name);
	if (!sql->definition.app_id)
		return bln_err_memory(err);
	BLN_TRY(sql_definition_hash(sql, &hash, err));
	mark_set(&sql->definition, sql->own, hash);
	if (sql->definition.was >= 0 && sql->definition.now != sql->definition.was)
		BLN_TRY(redefined(sql, err));
done:
	return status;
}

static uint64_t id_hash(struct bln_slice id)
{
	uint64_t hash = bln_mark_hash(BLN_MARK_BASIS, id.at, id.length);

	return hash ^ hash >> 32;
}

/* Whether the table as it was at the marker is the one that was read: then its id was changed since, which some writers do
 * with a new schema. */
static enum bln_status is_renamed(const struct sql_job *sql, const struct sql_input *input, bool *out,
				  struct bln_err *err)
{
	struct bln_snapshot *before = NULL;
	enum bln_status status;

	*out = false;
	if (input->marker > input->snapshot->version)
		return BLN_OK;
	status = bln_snapshot_load(&input->snapshot->table, input->marker, sql->context->lake->parquet, &before, err);
	if (status == BLN_NOT_FOUND)
		return BLN_OK;
	if (status == BLN_OK)
		*out = bln_mark_has(input->identity.was, id_hash(before->metadata.id));
	bln_snapshot_destroy(before);
	return status;
}

enum bln_status sql_identity_compare(struct sql_job *sql, struct sql_input *input, struct bln_err *err)
{
	enum bln_status status = BLN_OK;
	bool is_known = false;

	if (input->snapshot->version < 0) { /* a standard table that is not there */
		input->identity = (struct sql_mark){ .was = -1, .now = -1 };
		input->is_other = input->marker >= 0;
		return BLN_OK;
	}
	input->identity.app_id = bln_arena_printf(sql->arena, "%s#id:%s", sql->job->name, input->name);
	if (!input->identity.app_id)
		return bln_err_memory(err);
	mark_set(&input->identity, sql->own, id_hash(input->snapshot->metadata.id));
	if (input->marker < 0 || input->identity.was < 0 || input->identity.now == input->identity.was)
		return BLN_OK;
	BLN_TRY(is_renamed(sql, input, &is_known, err));
	input->is_other = !is_known;
done:
	return status;
}

/* In place of the hash of a table's id: its rows are not among those that were made. */
static uint64_t left_hash(void)
{
	static const char left[] = "\0left";

	return id_hash((struct bln_slice){ left, sizeof(left) });
}

enum bln_status sql_marker_find(const struct bln_snapshot *output, const char *job, const char *table, int64_t *marker,
				struct bln_err *err)
{
	struct bln_text app_id = { 0 };
	enum bln_status status;

	bln_text_add_format(&app_id, "%s#id:%s", job, table);
	BLN_TRY(bln_text_check(&app_id, err));
	*marker = bln_snapshot_txn(output, app_id.at);
	if (*marker >= 0 && bln_mark_has(*marker, left_hash())) {
		*marker = -1;
		goto done;
	}
	bln_text_clear(&app_id);
	bln_text_add_format(&app_id, "%s:%s", job, table);
	BLN_TRY(bln_text_check(&app_id, err));
	*marker = bln_snapshot_txn(output, app_id.at);
done:
	bln_text_clean_up(&app_id);
	return status;
}

enum bln_status sql_left_find(struct sql_job *sql, struct bln_err *err)
{
	const struct bln_snapshot *own = sql->own;
	const char *prefix = bln_arena_printf(sql->arena, "%s:", sql->job->name);

	sql->left_count = 0;
	if (!own || (!sql->is_full && !(sql->is_redefined && !follows(sql))))
		return BLN_OK;
	sql->left = bln_arena_calloc(sql->arena, own->txn_count + 1, sizeof(*sql->left));
	if (!prefix || !sql->left)
		return bln_err_memory(err);
	for (size_t i = 0; i < own->txn_count; i++) {
		const struct bln_slice app_id = own->txns[i].app_id;
		struct sql_mark *mark = &sql->left[sql->left_count];
		const char *table;

		if (!bln_slice_starts(app_id, prefix))
			continue;
		table = bln_arena_strndup(sql->arena, app_id.at + strlen(prefix), app_id.length - strlen(prefix));
		if (table && sql_input_find(sql, table))
			continue;
		mark->app_id = table ? bln_arena_printf(sql->arena, "%s#id:%s", sql->job->name, table) : NULL;
		if (!mark->app_id)
			return bln_err_memory(err);
		mark_set(mark, own, left_hash());
		sql->left_count++;
	}
	return BLN_OK;
}

static void mark_add(const struct sql_mark *mark, struct bln_txn *txns, size_t *count)
{
	if (mark->now != mark->was)
		txns[(*count)++] = (struct bln_txn){ .app_id = bln_slice_of(mark->app_id),
						     .version = mark->now,
						     .updated_ms = -1 };
}

void sql_marks_add(const struct sql_job *sql, struct bln_txn *txns, size_t *count)
{
	mark_add(&sql->definition, txns, count);
	for (size_t i = 0; i < sql->input_count; i++)
		mark_add(&sql->inputs[i].identity, txns, count);
	for (size_t i = 0; i < sql->left_count; i++)
		mark_add(&sql->left[i], txns, count);
}
