/* Commits read whole, several at a time: what snapshots, the history and changes are made from.
 *
 * A commit is small and reading it is waiting, on S3 most of all: a few threads fetch and parse, the caller's gets the
 * commits one by one in their order. */
#ifndef BLN_DELTA_LOG_READ_H
#define BLN_DELTA_LOG_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "delta/action.h"
#include "delta/log_list.h"

/* A commit's actions ("log entry" is the protocol's word), in the order in which they stand in it. */
struct bln_log_entry {
	int64_t version; /* of a compaction, its last */
	const struct bln_log_file *file;
	const struct bln_action *actions;
	size_t action_count;
};

/* Takes one commit; what ENTRY points to is gone when this returns. Another status than BLN_OK ends the reading. */
typedef enum bln_status bln_log_entry_take(void *context, const struct bln_log_entry *entry, struct bln_err *err);

/* Gives TAKE the commits in FILES, in that order. IS_REPLAY: commitInfo is not wanted except of the last one, which saves a
 * third of the time.
 *
 * BLN_CORRUPT names the file and the line. BLN_NOT_FOUND: a file is gone that was listed. A status of TAKE is returned. */
BLN_MUST_CHECK enum bln_status bln_log_files_read(struct bln_store *store, const struct bln_log_file *files,
						  size_t count, bool is_replay, bln_log_entry_take *take, void *context,
						  struct bln_err *err);

/* The commits that a table's log still has: each version the one before plus 1, up to the newest. Compactions and
 * checkpoints do not count: they do not say what happened when. */
struct bln_commit_list {
	const struct bln_log_file *items;
	size_t count;
	int64_t newest; /* version of the table, as far as the log tells */
	int64_t loadable; /* the first version from which on all can be loaded: 0, or one with a checkpoint; -1: none */
};

/* Lists those from version FROM on (0: all), perhaps none. Texts are ARENA's. BLN_NOT_FOUND: the log has nothing of FROM and
 * later. */
BLN_MUST_CHECK enum bln_status bln_commits_list(const struct bln_table *table, int64_t from, struct bln_arena *arena,
						struct bln_commit_list *list, struct bln_err *err);

/* Gives TAKE all commits from version FROM to version TO (BLN_VERSION_LATEST: the newest there is), oldest first. *LAST, if
 * not NULL, is the last version given; FROM - 1 where FROM is the next version to come, and no commit is given.
 *
 * BLN_NOT_FOUND: FROM or what follows it was cleaned up; ERR names the first version that is left. BLN_INVALID: FROM or TO
 * has not been committed yet. */
BLN_MUST_CHECK enum bln_status bln_commits_read(const struct bln_table *table, int64_t from, int64_t to,
						bln_log_entry_take *take, void *context, int64_t *last,
						struct bln_err *err);

#endif
