/* When commits were made, by the protocol's rules (history.h says them); for history.c and version_at.c. */
#ifndef BLN_DELTA_COMMIT_TIME_H
#define BLN_DELTA_COMMIT_TIME_H

#include "delta/log_read.h"
#include "delta/snapshot.h"

/* The first version whose commits say their time themselves (protocol, "In-Commit Timestamps"); INT64_MAX for none. */
int64_t bln_in_commit_from(const struct bln_snapshot *snapshot);

/* The times of the commits in LIST by their files, made to increase; in ARENA, NULL when there is no memory. */
int64_t *bln_commit_file_times(const struct bln_commit_list *list, struct bln_arena *arena);

/* What a commit says itself, in µs; -1 where it says nothing. */
int64_t bln_commit_own_time(const struct bln_log_entry *entry);

#endif
