#include "state/runs.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "state/db.h"

#define RUN_COLUMNS                                                                                                    \
	"id, parent_id, step, name, properties, result, reason, log_path, kind, state, attempt, created_at_us, "       \
	"started_at_us, ended_at_us, pid, pid_start_ticks, pid_space"

/* The order of RUN_COLUMNS. */
enum column {
	COLUMN_ID,
	COLUMN_PARENT_ID,
	COLUMN_STEP,
	COLUMN_NAME,
	COLUMN_PROPERTIES,
	COLUMN_RESULT,
	COLUMN_REASON,
	COLUMN_LOG_PATH,
	COLUMN_KIND,
	COLUMN_STATE,
	COLUMN_ATTEMPT,
	COLUMN_CREATED,
	COLUMN_STARTED,
	COLUMN_ENDED,
	COLUMN_PID,
	COLUMN_PID_START,
	COLUMN_PID_SPACE
};

static enum bln_status run_read(const struct bln_state *state, sqlite3_stmt *row, struct bln_arena *arena,
				struct bln_run *out, struct bln_err *err)
{
	struct bln_run run = {
		.attempt = sqlite3_column_int64(row, COLUMN_ATTEMPT),
		.created_at_us = sqlite3_column_int64(row, COLUMN_CREATED),
		.started_at_us = sqlite3_column_int64(row, COLUMN_STARTED),
		.ended_at_us = sqlite3_column_int64(row, COLUMN_ENDED),
		.process = { .pid = sqlite3_column_int64(row, COLUMN_PID),
			     .start_ticks = sqlite3_column_int64(row, COLUMN_PID_START) },
	};
	const struct {
		enum column column;
		const char **text;
	} texts[] = {
		{ COLUMN_ID, &run.id },		{ COLUMN_PARENT_ID, &run.parent_id },
		{ COLUMN_STEP, &run.step },	{ COLUMN_NAME, &run.name },
		{ COLUMN_RESULT, &run.result }, { COLUMN_PROPERTIES, &run.properties },
		{ COLUMN_REASON, &run.reason }, { COLUMN_LOG_PATH, &run.log_path },
	};
	const char *kind = (const char *)sqlite3_column_text(row, COLUMN_KIND);
	const char *run_state = (const char *)sqlite3_column_text(row, COLUMN_STATE);
	const char *space = (const char *)sqlite3_column_text(row, COLUMN_PID_SPACE);

	if (!kind || !run_state)
		return bln_err_memory(err);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!bln_db_column_text(row, (int)texts[i].column, arena, texts[i].text))
			return bln_err_memory(err);
	if (space)
		snprintf(run.process.space, sizeof(run.process.space), "%s", space);
	if (!bln_run_kind_parse(bln_slice_of(kind), &run.kind) ||
	    !bln_run_state_parse(bln_slice_of(run_state), &run.state))
		return bln_err_set(err, BLN_CORRUPT,
				   "%s: run %s is a '%s' in state '%s', which this bullion does not know", state->path,
				   run.id, bln_quote(kind, strlen(kind)).text,
				   bln_quote(run_state, strlen(run_state)).text);
	*out = run;
	return BLN_OK;
}

enum bln_status bln_run_get(struct bln_state *state, const char *id, struct bln_arena *arena, struct bln_run *out,
			    struct bln_err *err)
{
	sqlite3_stmt *statement = NULL;
	bool has_row = false;
	enum bln_status status;

	BLN_TRY(bln_db_prepare(state, "SELECT " RUN_COLUMNS " FROM runs WHERE id = :id", &statement, err));
	bln_db_bind_text(statement, ":id", id);
	BLN_TRY(bln_db_row(state, statement, "read", &has_row, err));
	if (has_row)
		status = run_read(state, statement, arena, out, err);
	else
		status = bln_err_set(err, BLN_NOT_FOUND, "there is no run '%s'", bln_quote(id, strlen(id)).text);
done:
	sqlite3_finalize(statement);
	return status;
}

/* The conditions of FILTER; values are bound by name, never put into the SQL. */
static void filter_sql(const struct bln_run_filter *filter, struct bln_text *sql)
{
	bln_text_add(sql, "SELECT " RUN_COLUMNS " FROM runs WHERE true");
	if (filter->name)
		bln_text_add(sql, " AND name = :name");
	if (filter->parent_id)
		bln_text_add(sql, " AND parent_id = :parent_id");
	if (filter->is_top)
		bln_text_add(sql, " AND parent_id IS NULL");
	if (filter->is_active)
		bln_text_add(sql, " AND ended_at_us IS NULL");
	if (filter->created_from_us)
		bln_text_add(sql, " AND created_at_us >= :created_from_us");
	if (filter->created_before_us)
		bln_text_add(sql, " AND created_at_us < :created_before_us");
	if (filter->older_than)
		bln_text_add(sql, " AND seq < (SELECT seq FROM runs WHERE id = :older_than)");
	if (filter->states) {
		bln_text_add(sql, " AND state IN (''");
		for (int i = 0; i < BLN_RUN_STATES; i++)
			if (filter->states & (1u << i))
				bln_text_add_format(sql, ", '%s'", bln_run_state_name((enum bln_run_state)i));
		bln_text_add(sql, ")");
	}
	bln_text_add(sql, " ORDER BY seq DESC LIMIT :limit");
}

enum bln_status bln_runs_list(struct bln_state *state, const struct bln_run_filter *filter, struct bln_arena *arena,
			      struct bln_run **runs, size_t *count, struct bln_err *err)
{
	const size_t limit = filter->limit && filter->limit < BLN_RUNS_LIST_MAX ? filter->limit : BLN_RUNS_LIST_MAX;
	struct bln_text sql = { 0 };
	struct bln_run *found = NULL;
	size_t found_count = 0;
	size_t capacity = 0;
	sqlite3_stmt *statement = NULL;
	bool has_row = false;
	enum bln_status status;

	*runs = NULL;
	*count = 0;
	filter_sql(filter, &sql);
	BLN_TRY(bln_text_check(&sql, err));
	BLN_TRY(bln_db_prepare(state, sql.at, &statement, err));
	if (filter->name)
		bln_db_bind_text(statement, ":name", filter->name);
	if (filter->parent_id)
		bln_db_bind_text(statement, ":parent_id", filter->parent_id);
	if (filter->created_from_us)
		bln_db_bind_int(statement, ":created_from_us", filter->created_from_us);
	if (filter->created_before_us)
		bln_db_bind_int(statement, ":created_before_us", filter->created_before_us);
	if (filter->older_than)
		bln_db_bind_text(statement, ":older_than", filter->older_than);
	bln_db_bind_int(statement, ":limit", (int64_t)limit);
	for (;;) {
		BLN_TRY(bln_db_row(state, statement, "read", &has_row, err));
		if (!has_row)
			break;
		if (!bln_mem_grow(&found, found_count, &capacity, sizeof(*found))) {
			status = bln_err_memory(err);
			goto done;
		}
		BLN_TRY(run_read(state, statement, arena, &found[found_count], err));
		found_count++;
	}
	if (found_count > 0) {
		*runs = bln_arena_alloc(arena, found_count * sizeof(*found));
		if (!*runs) {
			status = bln_err_memory(err);
			goto done;
		}
		memcpy(*runs, found, found_count * sizeof(*found));
		*count = found_count;
	}
done:
	sqlite3_finalize(statement);
	bln_mem_free(found);
	bln_text_clean_up(&sql);
	return status;
}
