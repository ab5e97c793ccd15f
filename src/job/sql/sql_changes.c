/* What of a table is new since a version: the rows it has now and had not then.
 *
 * A file that was added and removed nothing is new as a whole. Where commits changed rows by writing files in place of others, the
 * new rows are those of a set's files (sql_sets.h) that are not in the files they replaced. A set in which no row was changed
 * gives what was added to it, read where it was before it was moved: nothing needs to be compared. */
#include <inttypes.h>

#include "base/json.h"
#include "delta/path.h"
#include "job/sql/sql.h"
#include "job/sql/sql_sets.h"

struct changes {
	struct sql_sets sets;
	const struct sql_input *input;
	const struct bln_parquet *parquet;
	struct bln_snapshot *before; /* the table at the marker, where it had to be asked */
	struct bln_map before_by_key;
};

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

static enum bln_status history_gone(const struct sql_input *input, struct bln_err *err)
{
	return bln_err_set(err, BLN_NOT_FOUND,
			   "%s: the history behind version %" PRId64
			   ", which this job has read, is gone; run the job with --full",
			   input->name, input->marker);
}

/* Reads the commits behind the marker. */
static enum bln_status commits_take(struct changes *changes, struct bln_err *err)
{
	const struct sql_input *input = changes->input;
	const struct bln_snapshot *snapshot = input->snapshot;
	enum bln_status status;
	int64_t last;

	if (input->is_other)
		return bln_err_set(
			err, BLN_NOT_FOUND,
			"%s is not the table that this job has read up to version %" PRId64
			": it was removed%s; run the job with --full, which makes everything from what is there now",
			input->name, input->marker, snapshot->version < 0 ? "" : ", and one made in its place");
	if (input->marker > snapshot->version)
		return bln_err_set(err, BLN_NOT_FOUND,
				   "%s is at version %" PRId64 ", but this job has read version %" PRId64
				   ": the table was replaced; run the job with --full",
				   input->name, snapshot->version, input->marker);
	status = bln_commits_read(&snapshot->table, input->marker + 1, snapshot->version, sql_sets_take, &changes->sets,
				  &last, err);
	return status == BLN_NOT_FOUND ? history_gone(input, err) : status;
}

static enum bln_status before_load(struct changes *changes, struct bln_err *err)
{
	const struct sql_input *input = changes->input;
	enum bln_status status =
		bln_snapshot_load(&input->snapshot->table, input->marker, changes->parquet, &changes->before, err);
	struct bln_slice key;

	if (status == BLN_NOT_FOUND)
		return history_gone(input, err);
	for (size_t i = 0; status == BLN_OK && i < changes->before->file_count; i++) {
		const struct bln_add *add = &changes->before->files[i];

		BLN_TRY(bln_file_key(add->path, &add->dv, changes->sets.arena, &key, err));
		if (!bln_map_put(&changes->before_by_key, key.at, key.length, (void *)add))
			return bln_err_memory(err);
	}
done:
	return status;
}

/* What a removal did not say of its file, the table at the marker does. */
static enum bln_status change_clear_up(struct changes *changes, struct sql_change *change, struct bln_err *err)
{
	const struct sql_input *input = changes->input;
	enum bln_status status = BLN_OK;
	const struct bln_add *add;

	if (!change->is_vague)
		return BLN_OK;
	if (!changes->before)
		BLN_TRY(before_load(changes, err));
	add = bln_map_get(&changes->before_by_key, change->key.at, change->key.length);
	if (!add)
		return bln_err_set(err, BLN_CORRUPT,
				   "%s: a commit behind version %" PRId64 " removes %.*s, which was not there",
				   input->name, input->marker, (int)change->add->path.length, change->add->path.at);
	change->add = sql_add_copy(changes->sets.arena, add);
	if (!change->add)
		status = bln_err_memory(err);
done:
	return status;
}

struct file_list {
	struct bln_add *files;
	size_t count;
};

/* Sorts the files of all sets. */
static enum bln_status files_sort(struct changes *changes, struct file_list *plain, struct file_list *written,
				  struct file_list *replaced, struct bln_err *err)
{
	enum { HAS_BEFORE = 1, HAS_AFTER = 2 };
	unsigned char *sets = bln_arena_calloc(changes->sets.arena, changes->sets.count + 1, 1);
	enum bln_status status = BLN_OK;

	if (!sets)
		return bln_err_memory(err);
	for (size_t i = 0; i < changes->sets.count; i++) {
		const struct sql_change *change = &changes->sets.items[i];

		if (change->was_there != change->is_there)
			sets[sql_set_of(&changes->sets, i)] |= change->is_there ? HAS_AFTER : HAS_BEFORE;
	}
	for (size_t i = 0; i < changes->sets.count; i++) {
		struct sql_change *change = &changes->sets.items[i];
		size_t set = sql_set_of(&changes->sets, i);

		if (!changes->sets.items[set].has_rewrite) {
			if (change->is_added && !change->was_there)
				plain->files[plain->count++] = *change->add;
		} else if (change->is_there && !change->was_there) {
			if (sets[set] & HAS_BEFORE)
				written->files[written->count++] = *change->add;
			else
				plain->files[plain->count++] = *change->add;
		} else if (change->was_there && !change->is_there && (sets[set] & HAS_AFTER)) {
			BLN_TRY(change_clear_up(changes, change, err));
			replaced->files[replaced->count++] = *change->add;
		}
	}
done:
	return status;
}

enum bln_status sql_changes_find(struct sql_job *sql, struct sql_input *input, struct bln_err *err)
{
	struct changes changes = {
		.sets = { .arena = sql->arena, .partition_columns = input->snapshot->metadata.partition_columns.count },
		.input = input,
		.parquet = sql->context->lake->parquet,
	};
	struct bln_snapshot *const parts[] = { &input->changes, &input->written, &input->replaced };
	struct file_list lists[3] = { 0 };
	enum bln_status status = BLN_OK;

	for (size_t i = 0; i < 3; i++) {
		*parts[i] = *input->snapshot;
		if (i)
			parts[i]->file_count = 0;
	}
	if (input->marker >= 0) { /* else all files: nothing was consumed yet */
		BLN_TRY(commits_take(&changes, err));
		for (size_t i = 0; i < 3; i++) {
			lists[i].files = bln_arena_calloc(sql->arena, changes.sets.count + 1, sizeof(*lists[i].files));
			if (!lists[i].files) {
				status = bln_err_memory(err);
				goto done;
			}
		}
		BLN_TRY(files_sort(&changes, &lists[0], &lists[1], &lists[2], err));
		for (size_t i = 0; i < 3; i++) {
			parts[i]->files = lists[i].files;
			parts[i]->file_count = lists[i].count;
		}
	}
	for (size_t i = 0; i < 2; i++)
		for (size_t j = 0; j < parts[i]->file_count; j++)
			input->change_rows += rows_of(&parts[i]->files[j]);
done:
	bln_snapshot_destroy(changes.before);
	bln_map_clean_up(&changes.before_by_key);
	sql_sets_clean_up(&changes.sets);
	return status;
}

static enum bln_status file_check(const struct sql_job *sql, const struct sql_input *input, const struct bln_add *file,
				  struct bln_err *err)
{
	const struct bln_table *table = &input->snapshot->table;
	struct bln_location location;
	struct bln_object_head head;

	if (bln_table_resolve_path(table, file->path, sql->arena, &location, NULL) != BLN_OK || !location.key ||
	    bln_store_head(table->store, location.key, &head, NULL) != BLN_NOT_FOUND)
		return BLN_OK;
	return bln_err_set(
		err, BLN_NOT_FOUND,
		"%s: the file %.*s is gone, which was replaced since this job last ran: what is new in its place "
		"cannot be told; run the job with --full",
		input->name, (int)file->path.length, file->path.at);
}

enum bln_status sql_replaced_check(const struct sql_job *sql, struct bln_err *err)
{
	enum bln_status status = BLN_OK;

	for (size_t i = 0; i < sql->input_count && status == BLN_OK; i++)
		for (size_t j = 0; j < sql->inputs[i].replaced.file_count && status == BLN_OK; j++)
			status = file_check(sql, &sql->inputs[i], &sql->inputs[i].replaced.files[j], err);
	return status;
}
