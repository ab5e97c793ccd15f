/* Which version a table had at a time (history.h). */
#include "base/time.h"
#include "delta/commit_time.h"
#include "delta/history.h"

#include <inttypes.h>

/* The commits whose versions can be loaded, and when they were made. */
struct timeline {
	struct bln_arena arena;
	struct bln_store *store;
	struct bln_commit_list commits;
	int64_t *file_times_us;
	size_t own_from; /* index of the first commit that says its time itself */
};

static enum bln_status timeline_init(struct timeline *timeline, const struct bln_snapshot *latest, struct bln_err *err)
{
	struct bln_commit_list *commits = &timeline->commits;
	int64_t own_from = bln_in_commit_from(latest);
	enum bln_status status;

	timeline->store = latest->table.store;
	BLN_TRY(bln_commits_list(&latest->table, 0, &timeline->arena, commits, err));
	timeline->file_times_us = bln_commit_file_times(commits, &timeline->arena);
	if (!timeline->file_times_us)
		return bln_err_memory(err);
	while (commits->count && commits->items[commits->count - 1].name.version > latest->version)
		commits->count--;
	while (commits->count && (commits->loadable < 0 || commits->items[0].name.version < commits->loadable)) {
		commits->count--;
		commits->items++;
		timeline->file_times_us++;
	}
	while (timeline->own_from < commits->count && commits->items[timeline->own_from].name.version < own_from)
		timeline->own_from++;
done:
	return status;
}

static enum bln_status own_time_take(void *context, const struct bln_log_entry *entry, struct bln_err *err)
{
	(void)err;
	*(int64_t *)context = bln_commit_own_time(entry);
	return BLN_OK;
}

/* When the commit at INDEX was made. */
static enum bln_status time_of(const struct timeline *timeline, size_t index, int64_t *time_us, struct bln_err *err)
{
	const struct bln_log_file *file = &timeline->commits.items[index];
	enum bln_status status;

	*time_us = timeline->file_times_us[index];
	if (index < timeline->own_from)
		return BLN_OK;
	BLN_TRY(bln_log_files_read(timeline->store, file, 1, true, own_time_take, time_us, err));
	if (*time_us < 0)
		status = bln_err_set(err, BLN_CORRUPT, "%s: the commit does not say its inCommitTimestamp", file->key);
done:
	return status;
}

/* The number of commits of [BEGIN, END), whose times increase, that were made at TIME_US or before. */
static enum bln_status count_until(const struct timeline *timeline, size_t begin, size_t end, int64_t time_us,
				   size_t *count, struct bln_err *err)
{
	enum bln_status status = BLN_OK;
	size_t low = begin;
	size_t high = end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int64_t middle_us = 0;

		BLN_TRY(time_of(timeline, middle, &middle_us, err));
		if (middle_us <= time_us)
			low = middle + 1;
		else
			high = middle;
	}
	*count = low - begin;
done:
	return status;
}

/* Says that there was no version then: INDEX is the commit nearest to it. */
static enum bln_status none_at(const struct timeline *timeline, const struct bln_snapshot *latest, size_t index,
			       int64_t time_us, const char *which, struct bln_err *err)
{
	char asked[BLN_TIME_TEXT_SIZE];
	char nearest[BLN_TIME_TEXT_SIZE];
	int64_t nearest_us = latest->modified_us;
	int64_t version = latest->version;
	enum bln_status status = BLN_OK;

	if (timeline->commits.count) {
		BLN_TRY(time_of(timeline, index, &nearest_us, err));
		version = timeline->commits.items[index].name.version;
	}
	bln_time_format(time_us, asked);
	bln_time_format(nearest_us, nearest);
	status =
		bln_err_set(err, BLN_NOT_FOUND, "%s: no version of %s can be read: the %s is version %" PRId64 " of %s",
			    bln_table_name(&latest->table), asked, which, version, nearest);
done:
	return status;
}

enum bln_status bln_version_at(const struct bln_snapshot *latest, int64_t time_us, bool or_latest, int64_t *version,
			       struct bln_err *err)
{
	struct timeline timeline = { 0 };
	int64_t latest_us = latest->modified_us;
	enum bln_status status;
	size_t count = 0;
	size_t last;

	BLN_TRY(timeline_init(&timeline, latest, err));
	last = timeline.commits.count ? timeline.commits.count - 1 : 0;
	if (timeline.commits.count)
		BLN_TRY(time_of(&timeline, last, &latest_us, err));
	if (time_us > latest_us && !or_latest) {
		status = none_at(&timeline, latest, last, time_us, "latest", err);
		goto done;
	}
	if (time_us >= latest_us) {
		*version = latest->version;
		goto done;
	}
	/* The times of the two ranges do not compare: what the commits say counts from the first one on that says it. */
	BLN_TRY(count_until(&timeline, timeline.own_from, timeline.commits.count, time_us, &count, err));
	if (count > 0)
		count += timeline.own_from;
	else
		BLN_TRY(count_until(&timeline, 0, timeline.own_from, time_us, &count, err));
	if (count == 0)
		status = none_at(&timeline, latest, 0, time_us, "earliest", err);
	else
		*version = timeline.commits.items[count - 1].name.version;
done:
	bln_arena_clean_up(&timeline.arena);
	return status;
}
