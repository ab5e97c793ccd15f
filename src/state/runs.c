#include "state/runs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "state/db.h"

static bool id_is_good(const char *id)
{
	size_t length = id ? strlen(id) : 0;

	return length > 0 && length <= BLN_RUN_ID_LENGTH_MAX &&
	       strspn(id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-") == length;
}

static enum bln_status text_check(const char *what, const char *text, size_t length_max, struct bln_err *err)
{
	if (text && strlen(text) > length_max)
		return bln_err_set(err, BLN_INVALID, "a run's %s is longer than %zu bytes", what, length_max);
	return BLN_OK;
}

static enum bln_status json_check(const char *what, const char *json, struct bln_err *err)
{
	json_t *parsed = NULL;
	enum bln_status status;

	if (!json)
		return BLN_OK;
	BLN_TRY(text_check(what, json, BLN_RUN_JSON_LENGTH_MAX, err));
	status = bln_json_parse(json, strlen(json), what, &parsed, err);
	if (status == BLN_NO_MEMORY)
		goto done;
	if (status != BLN_OK || !json_is_object(parsed))
		status = bln_err_set(err, BLN_INVALID, "a run's %s must be a JSON object, not '%s'", what,
				     bln_quote(json, strlen(json)).text);
done:
	json_decref(parsed);
	return status;
}

static enum bln_status run_check(const struct bln_run *run, struct bln_err *err)
{
	enum bln_status status;

	if (!id_is_good(run->id))
		return bln_err_set(err, BLN_INVALID, "'%s' is not a run's id: expected 1 to %d letters, digits and '-'",
				   run->id ? bln_quote(run->id, strlen(run->id)).text : "", BLN_RUN_ID_LENGTH_MAX);
	if (!run->name || !run->name[0])
		return bln_err_set(err, BLN_INVALID, "run %s has no name", run->id);
	if (run->attempt < 1)
		return bln_err_set(err, BLN_INVALID, "run %s: attempt %" PRId64 " is not from 1", run->id,
				   run->attempt);
	if (!run->parent_id != !run->step)
		return bln_err_set(err, BLN_INVALID, "run %s: a step has a workflow run, and only a step has", run->id);
	BLN_TRY(text_check("name", run->name, BLN_RUN_NAME_LENGTH_MAX, err));
	BLN_TRY(text_check("step", run->step, BLN_RUN_NAME_LENGTH_MAX, err));
	BLN_TRY(text_check("log path", run->log_path, BLN_RUN_PATH_LENGTH_MAX, err));
	BLN_TRY(json_check("properties", run->properties, err));
done:
	return status;
}

static enum bln_status parent_check(const struct bln_state *state, const struct bln_run *run, struct bln_err *err)
{
	sqlite3_stmt *statement = NULL;
	bool has_row = false;
	enum bln_status status;

	if (!run->parent_id)
		return BLN_OK;
	BLN_TRY(bln_db_prepare(state, "SELECT 1 FROM runs WHERE id = :id", &statement, err));
	bln_db_bind_text(statement, ":id", run->parent_id);
	BLN_TRY(bln_db_row(state, statement, "read", &has_row, err));
	if (!has_row)
		status = bln_err_set(err, BLN_NOT_FOUND, "run %s: there is no run '%s' for it to be a step of", run->id,
				     bln_quote(run->parent_id, strlen(run->parent_id)).text);
done:
	sqlite3_finalize(statement);
	return status;
}

static void process_bind(sqlite3_stmt *statement, const struct bln_process *process)
{
	if (process->pid <= 0)
		return;
	bln_db_bind_int(statement, ":pid", process->pid);
	bln_db_bind_int(statement, ":pid_start_ticks", process->start_ticks);
	bln_db_bind_text(statement, ":pid_space", process->space);
}

enum bln_status bln_run_create(struct bln_state *state, const struct bln_run *run, struct bln_err *err)
{
	static const char doing[] = "record a run in";
	sqlite3_stmt *statement = NULL;
	enum bln_status status = run_check(run, err);

	if (status != BLN_OK)
		return status;
	status = bln_db_begin(state, doing, err);
	if (status != BLN_OK)
		return status;
	BLN_TRY(parent_check(state, run, err));
	BLN_TRY(bln_db_prepare(
		state,
		"INSERT INTO runs (id, parent_id, step, name, properties, log_path, kind, state, attempt,"
		" created_at_us, pid, pid_start_ticks, pid_space) VALUES (:id, :parent_id, :step, :name,"
		" coalesce(:properties, '{}'), :log_path, :kind, :state, :attempt, :created_at_us, :pid,"
		" :pid_start_ticks, :pid_space)",
		&statement, err));
	bln_db_bind_text(statement, ":id", run->id);
	bln_db_bind_text(statement, ":parent_id", run->parent_id);
	bln_db_bind_text(statement, ":step", run->step);
	bln_db_bind_text(statement, ":name", run->name);
	bln_db_bind_text(statement, ":properties", run->properties);
	bln_db_bind_text(statement, ":log_path", run->log_path);
	bln_db_bind_text(statement, ":kind", bln_run_kind_name(run->kind));
	bln_db_bind_text(statement, ":state", bln_run_state_name(BLN_RUN_WAITING));
	bln_db_bind_int(statement, ":attempt", run->attempt);
	bln_db_bind_int(statement, ":created_at_us", run->created_at_us);
	process_bind(statement, &run->process);
	status = bln_db_run(state, statement, doing, err);
	if (status == BLN_EXISTS)
		status = bln_err_set(err, BLN_EXISTS, "run %s, or attempt %" PRId64 " of its step, is recorded already",
				     run->id, run->attempt);
done:
	sqlite3_finalize(statement);
	return bln_db_end(state, status, doing, err);
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Writes what CHANGE makes of RUN, which was read in the same transaction. */
static enum bln_status change_write(const struct bln_state *state, const struct bln_run *run,
				    const struct bln_run_change *change, struct bln_err *err)
{
	char reason[BLN_RUN_REASON_LENGTH_MAX + 1];
	sqlite3_stmt *statement = NULL;
	enum bln_status status;

	BLN_TRY(bln_db_prepare(
		state,
		"UPDATE runs SET state = :state, reason = coalesce(:reason, reason),"
		" result = coalesce(:result, result), started_at_us = coalesce(:started_at_us, started_at_us),"
		" ended_at_us = :ended_at_us, pid = coalesce(:pid, pid),"
		" pid_start_ticks = coalesce(:pid_start_ticks, pid_start_ticks),"
		" pid_space = coalesce(:pid_space, pid_space) WHERE id = :id",
		&statement, err));
	if (change->reason) {
		snprintf(reason, sizeof(reason), "%s", change->reason);
		bln_db_bind_text(statement, ":reason", reason);
	}
	bln_db_bind_text(statement, ":id", run->id);
	bln_db_bind_text(statement, ":state", bln_run_state_name(change->to));
	bln_db_bind_text(statement, ":result", change->result);
	if (change->to == BLN_RUN_RUNNING)
		bln_db_bind_int(statement, ":started_at_us", later(change->at_us, run->created_at_us));
	if (bln_run_state_is_end(change->to))
		bln_db_bind_int(statement, ":ended_at_us",
				later(change->at_us, later(run->started_at_us, run->created_at_us)));
	if (change->process)
		process_bind(statement, change->process);
	BLN_TRY(bln_db_run(state, statement, "record a run in", err));
done:
	sqlite3_finalize(statement);
	return status;
}

enum bln_status bln_run_change(struct bln_state *state, const char *id, const struct bln_run_change *change,
			       struct bln_err *err)
{
	static const char doing[] = "record a run in";
	struct bln_arena arena = { 0 };
	struct bln_run run = { 0 };
	enum bln_status status = json_check("result", change->result, err);

	if (status != BLN_OK)
		return status;
	status = bln_db_begin(state, doing, err);
	if (status != BLN_OK)
		return status;
	BLN_TRY(bln_run_get(state, id, &arena, &run, err));
	if (!bln_run_state_may(run.kind, run.state, change->to)) {
		status = bln_err_set(err, BLN_CONFLICT, "run %s of %s %s is %s and cannot become %s", id,
				     bln_run_kind_name(run.kind), run.name, bln_run_state_name(run.state),
				     bln_run_state_name(change->to));
		goto done;
	}
	BLN_TRY(change_write(state, &run, change, err));
done:
	bln_arena_clean_up(&arena);
	return bln_db_end(state, status, doing, err);
}
