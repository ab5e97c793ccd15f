#include "delta/history.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/time.h"
#include "delta/commit_time.h"
#include "delta/stats.h"

/* What one reading of the history needs; TEXTS, TXNS and JSON are of the entry at hand. */
struct telling {
	bln_history_take *take;
	void *context;
	const int64_t *file_times_us; /* of the versions from FIRST on */
	int64_t first;
	int64_t own_from;
	struct bln_arena texts;
	struct bln_txn *txns;
	size_t txn_capacity;
};

/* Adds MORE to TOTAL, which is -1 once something is not known; a sum that does not fit is not known either. */
static void sum(int64_t *total, bool is_known, int64_t more)
{
	if (*total < 0 || !is_known || more < 0 || __builtin_add_overflow(*total, more, total))
		*total = -1;
}

/* The member as JSON, or what is text as that text unless IS_JSON; empty where it is absent. */
static enum bln_status member_keep(struct bln_arena *arena, const json_t *value, bool is_json, struct bln_slice *out,
				   struct bln_err *err)
{
	struct bln_text text = { 0 };
	enum bln_status status;

	if (!value || json_is_null(value))
		return BLN_OK;
	if (json_is_string(value) && !is_json)
		bln_text_add_bytes(&text, json_string_value(value), json_string_length(value));
	else
		bln_json_add(&text, value);
	status = bln_text_keep(&text, arena, out, err);
	bln_text_clean_up(&text);
	return status;
}

/* commitInfo is free-form: a member that is not what it usually is, is no error. */
static enum bln_status info_tell(struct telling *telling, const struct bln_commit_info *info,
				 struct bln_history_entry *entry, struct bln_err *err)
{
	const struct {
		const char *key;
		bool is_json;
		struct bln_slice *out;
	} members[] = {
		{ "operation", false, &entry->operation },     { "operationParameters", true, &entry->parameters },
		{ "operationMetrics", true, &entry->metrics }, { "userMetadata", false, &entry->user_metadata },
		{ "engineInfo", false, &entry->engine },       { "bullion", true, &entry->ours },
	};
	enum bln_status status;
	json_t *json = NULL;

	entry->stated_us = info->timestamp_ms >= 0 && info->timestamp_ms <= BLN_TIME_US_MAX / BLN_US_PER_MS
				   ? info->timestamp_ms * BLN_US_PER_MS
				   : -1;
	BLN_TRY(bln_json_parse(info->json.at, info->json.length, "commitInfo", &json, err));
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		BLN_TRY(member_keep(&telling->texts, json_object_get(json, members[i].key), members[i].is_json,
				    members[i].out, err));
done:
	json_decref(json);
	return status;
}

static void add_tell(const struct bln_add *add, struct bln_history_entry *entry)
{
	int64_t rows = 0;
	bool is_known = bln_stats_rows(add->stats, &add->dv, &rows);

	entry->files_added++;
	entry->has_data_change |= add->is_data_change;
	sum(&entry->bytes_added, true, add->size_bytes);
	sum(&entry->rows_added, is_known, rows);
}

static void remove_tell(const struct bln_remove *remove, struct bln_history_entry *entry)
{
	int64_t rows = 0;
	bool is_known = bln_stats_rows(remove->stats, &remove->dv, &rows);

	entry->files_removed++;
	entry->has_data_change |= remove->is_data_change;
	if (remove->size_bytes > 0)
		sum(&entry->bytes_removed, true, remove->size_bytes);
	sum(&entry->rows_removed, is_known, rows);
}

static enum bln_status action_tell(struct telling *telling, const struct bln_action *action,
				   struct bln_history_entry *entry, struct bln_err *err)
{
	switch (action->kind) {
	case BLN_ACTION_ADD:
		add_tell(&action->add, entry);
		return BLN_OK;
	case BLN_ACTION_REMOVE:
		remove_tell(&action->remove, entry);
		return BLN_OK;
	case BLN_ACTION_COMMIT_INFO:
		return info_tell(telling, &action->commit_info, entry, err);
	case BLN_ACTION_TXN:
		if (!bln_mem_grow(&telling->txns, entry->txn_count, &telling->txn_capacity, sizeof(*telling->txns)))
			return bln_err_memory(err);
		telling->txns[entry->txn_count++] = action->txn;
		return BLN_OK;
	default:
		return BLN_OK;
	}
}

static enum bln_status commit_tell(void *context, const struct bln_log_entry *commit, struct bln_err *err)
{
	struct telling *telling = context;
	struct bln_history_entry entry = { .version = commit->version, .stated_us = -1 };
	enum bln_status status = BLN_OK;

	bln_arena_clean_up(&telling->texts);
	entry.time_us = telling->file_times_us[commit->version - telling->first];
	if (commit->version >= telling->own_from && bln_commit_own_time(commit) >= 0)
		entry.time_us = bln_commit_own_time(commit);
	for (size_t i = 0; i < commit->action_count; i++)
		BLN_TRY(action_tell(telling, &commit->actions[i], &entry, err));
	entry.txns = telling->txns;
	status = telling->take(telling->context, &entry, err);
done:
	return status;
}

enum bln_status bln_history_read(const struct bln_snapshot *snapshot, size_t limit, bln_history_take *take,
				 void *context, struct bln_err *err)
{
	struct telling telling = { .take = take, .context = context, .own_from = bln_in_commit_from(snapshot) };
	struct bln_commit_list list = { 0 };
	struct bln_arena arena = { 0 };
	struct bln_log_file *newest_first;
	enum bln_status status;
	size_t count;

	BLN_TRY(bln_commits_list(&snapshot->table, 0, &arena, &list, err));
	telling.file_times_us = bln_commit_file_times(&list, &arena);
	newest_first = bln_arena_alloc(&arena, (list.count + 1) * sizeof(*newest_first));
	if (!telling.file_times_us || !newest_first) {
		status = bln_err_memory(err);
		goto done;
	}
	if (list.count)
		telling.first = list.items[0].name.version;
	while (list.count && list.items[list.count - 1].name.version > snapshot->version)
		list.count--;
	count = limit > 0 && limit < list.count ? limit : list.count;
	for (size_t i = 0; i < count; i++)
		newest_first[i] = list.items[list.count - 1 - i];
	BLN_TRY(bln_log_files_read(snapshot->table.store, newest_first, count, false, commit_tell, &telling, err));
done:
	bln_mem_free(telling.txns);
	bln_arena_clean_up(&telling.texts);
	bln_arena_clean_up(&arena);
	return status;
}
