#include "delta/commit_time.h"

#include "base/number.h"
#include "base/time.h"

int64_t bln_in_commit_from(const struct bln_snapshot *snapshot)
{
	const struct bln_pair *pair;
	int64_t version = 0;

	if (!bln_protocol_has_commit_timestamps(&snapshot->protocol, &snapshot->metadata))
		return INT64_MAX;
	/* Absent: the table had the feature from its first version on. */
	pair = bln_pairs_find(snapshot->metadata.configuration, "delta.inCommitTimestampEnablementVersion");
	if (pair && !pair->is_null && !bln_int64_parse(pair->value.at, pair->value.length, &version))
		version = 0;
	return version;
}

int64_t *bln_commit_file_times(const struct bln_commit_list *list, struct bln_arena *arena)
{
	int64_t *times_us = bln_arena_alloc(arena, (list->count + 1) * sizeof(*times_us));

	for (size_t i = 0; times_us && i < list->count; i++) {
		/* In whole milliseconds, as the protocol's times are: other readers must find the same version. */
		times_us[i] = list->items[i].modified_us / BLN_US_PER_MS * BLN_US_PER_MS;
		if (i > 0 && times_us[i] <= times_us[i - 1])
			times_us[i] = times_us[i - 1] + BLN_US_PER_MS;
	}
	return times_us;
}

int64_t bln_commit_own_time(const struct bln_log_entry *entry)
{
	for (size_t i = 0; i < entry->action_count; i++) {
		int64_t time_ms = entry->actions[i].commit_info.in_commit_timestamp_ms;

		if (entry->actions[i].kind == BLN_ACTION_COMMIT_INFO && time_ms >= 0 &&
		    time_ms <= BLN_TIME_US_MAX / BLN_US_PER_MS)
			return time_ms * BLN_US_PER_MS;
	}
	return -1;
}
