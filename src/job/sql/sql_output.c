/* How the job's rows get into its table: what the job says, or else the project of the table, or else the standard; and with
 * --full, which rows of the table give way to them. */
#include <string.h>

#include "job/sql/sql.h"
#include "job/write/table_look.h"
#include "job/write/table_write.h"

static struct bln_setting_list list_or(struct bln_setting_list list, struct bln_setting_list otherwise)
{
	return list.count ? list : otherwise;
}

bool sql_output_is_shared(const struct sql_job *sql)
{
	const struct bln_project *project = sql->context->project;

	for (size_t i = 0; i < project->job_count; i++) {
		const struct bln_job *other = &project->jobs[i];

		if (strcmp(other->name, sql->job->name) != 0 &&
		    ((other->into && strcmp(other->into, sql->job->into) == 0) ||
		     (other->side_into && strcmp(other->side_into, sql->job->into) == 0) ||
		     (other->quarantine && strcmp(other->quarantine, sql->job->into) == 0)))
			return true;
	}
	return false;
}

/* That LOOK, where it says which columns there are, has those that the job owns rows by. */
static enum bln_status owns_check(const struct sql_job *sql, const struct bln_standard_table *look, struct bln_err *err)
{
	struct bln_place place = { 0 };
	struct bln_schema schema;
	enum bln_status status;

	if (!sql->job->owns || look->column_count == 0)
		return BLN_OK;
	status = bln_standard_schema(look, sql->arena, &schema, err);
	if (status != BLN_OK)
		return status;
	status = bln_table_owns_check(&schema, sql->job, &place, err);
	return status == BLN_OK ? BLN_OK : bln_project_where(sql->context->project, place, err, status);
}

/* Which rows are the job's, as bullion.yaml says. */
static enum bln_status owned_make(const struct sql_job *sql, struct bln_pairs *owned, struct bln_err *err)
{
	const struct bln_node *owns = sql->job->owns;
	struct bln_pair *pairs = bln_arena_calloc(sql->arena, owns ? owns->count : 1, sizeof(*pairs));
	enum bln_status status = BLN_OK;

	if (!pairs)
		return bln_err_memory(err);
	*owned = (struct bln_pairs){ .items = pairs };
	for (size_t i = 0; owns && i < owns->count; i++) {
		const struct bln_entry *entry = &owns->entries[i];
		struct bln_pair *pair = &pairs[owned->count++];
		const char *text = NULL;

		if (entry->value->type != BLN_NODE_NULL)
			BLN_TRY(bln_expand(sql->context->expander, entry->value->text, "owns", entry->value->place,
					   false, &text, err));
		*pair = (struct bln_pair){ .key = bln_slice_of(entry->key), .is_null = !text };
		if (text)
			pair->value = bln_slice_of(text);
	}
done:
	return status;
}

/* Says in the result, besides what is said there, that rows stay. */
static enum bln_status stay_note(const struct sql_job *sql, struct bln_err *err)
{
	const char *before = sql->result->note;

	sql->result->note =
		bln_arena_printf(sql->context->arena,
				 "%s%srows of %s that the job no longer makes stay, as other jobs write into it: "
				 "`owns` in bullion.yaml can say which are its own",
				 before ? before : "", before ? "; " : "", sql->job->into);
	return sql->result->note ? BLN_OK : bln_err_memory(err);
}

/* With --full a table is overwritten by what the job makes of everything. Where others write into it too, the job's rows are, as
 * it owns them; where it does not say which, its keys are, and what it no longer makes stays. */
static enum bln_status full_mode(const struct sql_job *sql, struct bln_write_spec *spec, struct bln_err *err)
{
	if (spec->owned.count) {
		spec->clears_owned = sql->is_full || spec->mode == BLN_WRITE_ALL;
		if (spec->mode == BLN_WRITE_ALL)
			spec->mode = BLN_WRITE_ADD;
		return BLN_OK;
	}
	if (!sql->is_full || spec->mode == BLN_WRITE_ALL)
		return BLN_OK;
	if (!sql_output_is_shared(sql)) {
		spec->mode = BLN_WRITE_ALL;
		return BLN_OK;
	}
	if (spec->mode != BLN_WRITE_ADD)
		return stay_note(sql, err);
	return bln_err_set(
		err, BLN_INVALID,
		"--full would have to tell this job's rows of %s from those of other jobs that write into it: "
		"say in bullion.yaml which it `owns`",
		sql->job->into);
}

enum bln_status sql_spec_make(const struct sql_job *sql, struct bln_write_spec *spec, struct bln_err *err)
{
	static const enum bln_write_mode modes[] = {
		[BLN_JOB_APPEND] = BLN_WRITE_ADD,
		[BLN_JOB_UPSERT] = BLN_WRITE_UPSERT,
		[BLN_JOB_REPLACE] = BLN_WRITE_REPLACE,
		[BLN_JOB_OVERWRITE] = BLN_WRITE_ALL,
		[BLN_JOB_OVERWRITE_PARTITIONS] = BLN_WRITE_REPLACE,
	};
	const struct bln_job *job = sql->job;
	struct bln_standard_table look;
	enum bln_status status;

	BLN_TRY(bln_table_look(sql->context->project, job->into, sql->arena, &look, err));
	BLN_TRY(owns_check(sql, &look, err));
	*spec = (struct bln_write_spec){ .table = job->into,
					 .key = job->key,
					 .is_unique = job->mode == BLN_JOB_UPSERT,
					 .partition = list_or(job->partition_by, look.partition),
					 .split = list_or(job->split_by, look.split) };
	spec->is_new = !sql->own;
	spec->comes_sorted = sql->is_cut; /* as in the tables it reads, which are sorted, and of bounded size */
	if (job->mode == BLN_JOB_OVERWRITE_PARTITIONS)
		spec->key = spec->partition;
	spec->mode = modes[job->mode];
	BLN_TRY(owned_make(sql, &spec->owned, err));
	status = full_mode(sql, spec, err);
done:
	return status;
}
