#include "delta/commit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "delta/commit_check.h"
#include "delta/commit_text.h"
#include "delta/log_put.h"
#include "delta/race.h"

/* One call of bln_log_commit. */
struct attempt {
	const struct bln_snapshot *base;
	const struct bln_commit *commit;
	struct bln_commit_result *result;
	struct bln_err *err;
	struct bln_log_put put;
	struct bln_text content;
	struct bln_text other;
	struct bln_race_rules rules;
	bool has_rules;
	char id[BLN_UUID_TEXT_SIZE];
	int64_t version; /* to be made */
	int64_t time_min_ms; /* in-commit timestamps grow */
};

struct bln_action bln_action_remove(const struct bln_add *file, int64_t deleted_ms, bool is_data_change)
{
	return (struct bln_action){
		.kind = BLN_ACTION_REMOVE,
		.remove = {
			.path = file->path,
			.deleted_ms = deleted_ms,
			.is_data_change = is_data_change,
			.has_extended = true,
			.partition = file->partition,
			.size_bytes = file->size_bytes,
			.dv = file->dv,
		},
	};
}

/* Where clean-up has gone past the base, the version after it looks free and is not: what is put there would never be seen. */
static enum bln_status base_check(const struct attempt *attempt)
{
	const struct bln_snapshot *base = attempt->base;
	struct bln_arena arena = { 0 };
	struct bln_segment now;
	enum bln_status status;
	bool is_there;

	BLN_TRY(bln_log_has_version(&attempt->put, base->version, &is_there, attempt->err));
	if (is_there)
		goto done;
	/* A checkpoint may be all that is left of it; then nothing is newer. */
	BLN_TRY(bln_segment_find(&base->table, BLN_VERSION_LATEST, INT64_MAX, &arena, &now, attempt->err));
	if (now.version != base->version)
		status = bln_err_set(attempt->err, BLN_CONFLICT,
				     "version %" PRId64
				     " of the table, which this commit was planned on, has been cleaned up: "
				     "load the table and plan again",
				     base->version);
done:
	bln_arena_clean_up(&arena);
	return status;
}

static enum bln_status content_make(struct attempt *attempt)
{
	struct bln_commit_stamp stamp = {
		.time_ms = bln_clock_now_us(attempt->commit->clock) / BLN_US_PER_MS,
		.read_version = attempt->base->version,
		.has_in_commit_time = attempt->time_min_ms > 0,
		.id = attempt->id,
	};

	if (stamp.time_ms < attempt->time_min_ms)
		stamp.time_ms = attempt->time_min_ms;
	attempt->result->time_ms = stamp.time_ms;
	return bln_commit_text(attempt->commit, &stamp, &attempt->content, attempt->err);
}

static enum bln_status conflict(struct attempt *attempt, const struct bln_rival *rival)
{
	struct bln_commit_result *result = attempt->result;

	result->race = rival->race;
	result->other_version = attempt->version;
	snprintf(result->other_operation, sizeof(result->other_operation), "%s", rival->operation);
	return bln_err_set(attempt->err, BLN_CONFLICT,
			   "version %" PRId64 "%s%s%s was written meanwhile and %s: load the table and plan again",
			   attempt->version, rival->operation[0] ? " (" : "", rival->operation,
			   rival->operation[0] ? ")" : "", rival->what);
}

/* ATTEMPT's version is taken by what is in OTHER: holds it and all that follow against the rules, until a version is free. */
static enum bln_status rivals_judge(struct attempt *attempt)
{
	struct bln_rival rival = { .race = BLN_RACE_NONE };
	enum bln_status status = BLN_OK;

	if (!attempt->has_rules) {
		BLN_TRY(bln_race_rules_init(&attempt->rules, attempt->base, attempt->commit, attempt->err));
		attempt->has_rules = true;
	}
	while (status == BLN_OK) {
		BLN_TRY(bln_race_judge(&attempt->rules, attempt->version, &attempt->other, &rival, attempt->err));
		if (rival.txn_version > attempt->result->other_txn_version)
			attempt->result->other_txn_version = rival.txn_version;
		if (rival.race != BLN_RACE_NONE)
			return conflict(attempt, &rival);
		if (attempt->time_min_ms > 0 && rival.in_commit_time_ms >= attempt->time_min_ms)
			attempt->time_min_ms = rival.in_commit_time_ms + 1;
		attempt->version++;
		attempt->result->races++;
		status = bln_log_get_version(&attempt->put, attempt->version, &attempt->other, attempt->err);
	}
	if (status == BLN_NOT_FOUND)
		status = BLN_OK;
done:
	return status;
}

static enum bln_status attempt_run(struct attempt *attempt)
{
	enum bln_status status = BLN_OK;

	for (int tries = 0; tries < BLN_COMMIT_TRIES_MAX; tries++) {
		if (tries)
			bln_log_wait(attempt->commit->clock, attempt->commit->random, tries - 1);
		BLN_TRY(content_make(attempt));
		status = bln_log_put_version(&attempt->put, attempt->version, attempt->err);
		if (status != BLN_EXISTS)
			goto done;
		BLN_TRY(rivals_judge(attempt));
	}
	attempt->result->race = BLN_RACE_BUSY;
	attempt->result->other_version = attempt->version - 1;
	status = bln_err_set(attempt->err, BLN_CONFLICT,
			     "others wrote to the table faster, %d times in a row, last version %" PRId64 ": try again",
			     BLN_COMMIT_TRIES_MAX, attempt->version - 1);
done:
	return status;
}

enum bln_status bln_log_commit(const struct bln_snapshot *base, const struct bln_commit *commit,
			       struct bln_commit_result *result, struct bln_err *err)
{
	struct attempt attempt = {
		.base = base,
		.commit = commit,
		.result = result,
		.err = err,
		.version = base->version + 1,
	};
	enum bln_status status;

	*result = (struct bln_commit_result){
		.version = -1, .time_ms = -1, .other_version = -1, .other_txn_version = -1
	};
	attempt.put = (struct bln_log_put){
		.table = &base->table,
		.clock = commit->clock,
		.random = commit->random,
		.content = &attempt.content,
		.other = &attempt.other,
	};
	BLN_TRY(bln_commit_check(base, commit, err));
	BLN_TRY(base_check(&attempt));
	bln_uuid_make(commit->random, attempt.id);
	if (bln_protocol_has_commit_timestamps(&base->protocol, &base->metadata) && base->in_commit_ms < 0)
		return bln_err_set(err, BLN_CORRUPT,
				   "version %" PRId64 " does not say its inCommitTimestamp, which the table demands",
				   base->version);
	attempt.time_min_ms = base->in_commit_ms + 1;
	BLN_TRY(attempt_run(&attempt));
	result->version = attempt.version;
done:
	result->is_in_doubt = status != BLN_OK && attempt.put.is_in_doubt;
	if (status != BLN_OK)
		result->time_ms = -1;
	if (attempt.has_rules)
		bln_race_rules_clean_up(&attempt.rules);
	bln_text_clean_up(&attempt.content);
	bln_text_clean_up(&attempt.other);
	return status;
}
