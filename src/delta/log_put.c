#include "delta/log_put.h"

#include <string.h>

#include "base/time.h"
#include "delta/commit.h"

/* A local commit takes about a millisecond, one over a network a hundred. */
enum { WAIT_MIN_US = 2000, WAIT_DOUBLINGS_MAX = 8 };

void bln_log_wait(struct bln_clock *clock, struct bln_random *random, int failures)
{
	int doublings = failures < WAIT_DOUBLINGS_MAX ? failures : WAIT_DOUBLINGS_MAX;
	uint64_t most_us = (uint64_t)WAIT_MIN_US << doublings;

	bln_clock_sleep_us(clock, (int64_t)bln_random_below(random, most_us));
}

static enum bln_status version_key(const struct bln_table *table, int64_t version, struct bln_arena *arena, char **key,
				   struct bln_err *err)
{
	const struct bln_log_name name = { .kind = BLN_LOG_COMMIT, .version = version, .version_to = version };
	char text[BLN_LOG_NAME_SIZE];

	bln_log_name_format(&name, text);
	*key = bln_table_log_key(table, arena, text);
	return *key ? BLN_OK : bln_err_memory(err);
}

/* Reads KEY; failures that may pass are tried again. */
static enum bln_status look(const struct bln_log_put *put, const char *key, struct bln_text *bytes, struct bln_err *err)
{
	enum bln_status status = BLN_OK;

	for (int failures = 0; failures < BLN_COMMIT_FAILURES_MAX; failures++) {
		if (failures)
			bln_log_wait(put->clock, put->random, failures);
		status = bln_store_get(put->table->store, key, BLN_COMMIT_BYTES_MAX, bytes, err);
		if (status != BLN_IO)
			break;
	}
	return status;
}

static bool is_ours(const struct bln_log_put *put)
{
	return put->other->length == put->content->length &&
	       memcmp(put->other->at, put->content->at, put->content->length) == 0;
}

/* After an answer that says nothing certain: is KEY there, and whose? BLN_NOT_FOUND: it is not (yet). */
static enum bln_status settle(struct bln_log_put *put, const char *key, enum bln_status answer, struct bln_err *err)
{
	struct bln_err look_err = { 0 };
	enum bln_status found = look(put, key, put->other, &look_err);

	if (found == BLN_OK)
		return is_ours(put) ? BLN_OK : BLN_EXISTS;
	if (found == BLN_NOT_FOUND)
		return BLN_NOT_FOUND;
	put->is_in_doubt = true;
	if (answer != BLN_EXISTS)
		return answer; /* ERR has it */
	if (err)
		*err = look_err;
	return found;
}

enum bln_status bln_log_put_version(struct bln_log_put *put, int64_t version, struct bln_err *err)
{
	const struct bln_text *content = put->content;
	struct bln_arena arena = { 0 };
	enum bln_status status;
	char *key;

	put->is_in_doubt = false;
	BLN_TRY(version_key(put->table, version, &arena, &key, err));
	for (int failures = 1;; failures++) {
		enum bln_status found;

		status = bln_store_put_if_absent(put->table->store, key, content->at, content->length, err);
		if (status == BLN_OK || status == BLN_INVALID || status == BLN_DENIED)
			goto done; /* the last two are refusals before any work */
		found = settle(put, key, status, err);
		if (found != BLN_NOT_FOUND) {
			status = found;
			goto done;
		}
		/* Not there now: but over a network a request that failed for us can still arrive. */
		put->is_in_doubt = put->is_in_doubt || status == BLN_IO;
		if (status != BLN_IO && status != BLN_EXISTS)
			goto done;
		if (failures == BLN_COMMIT_FAILURES_MAX) {
			if (status == BLN_EXISTS)
				status = bln_err_set(err, BLN_IO,
						     "%s: the store says that it exists and that it does not", key);
			goto done;
		}
		bln_log_wait(put->clock, put->random, failures);
	}
done:
	if (status == BLN_OK || status == BLN_EXISTS)
		put->is_in_doubt = false; /* whatever is still on its way finds the place taken */
	bln_arena_clean_up(&arena);
	return status;
}

enum bln_status bln_log_get_version(const struct bln_log_put *put, int64_t version, struct bln_text *bytes,
				    struct bln_err *err)
{
	struct bln_arena arena = { 0 };
	enum bln_status status;
	char *key;

	BLN_TRY(version_key(put->table, version, &arena, &key, err));
	BLN_TRY(look(put, key, bytes, err));
done:
	bln_arena_clean_up(&arena);
	return status;
}

enum bln_status bln_log_has_version(const struct bln_log_put *put, int64_t version, bool *is_there, struct bln_err *err)
{
	struct bln_arena arena = { 0 };
	struct bln_object_head head;
	enum bln_status status;
	char *key;

	BLN_TRY(version_key(put->table, version, &arena, &key, err));
	for (int failures = 0; failures < BLN_COMMIT_FAILURES_MAX; failures++) {
		if (failures)
			bln_log_wait(put->clock, put->random, failures);
		status = bln_store_head(put->table->store, key, &head, err);
		if (status != BLN_IO)
			break;
	}
	*is_there = status == BLN_OK;
	if (status == BLN_NOT_FOUND)
		status = BLN_OK;
done:
	bln_arena_clean_up(&arena);
	return status;
}
