/* Which files of a log make a version: one checkpoint, if there is any, and the commits after it.
 *
 * _last_checkpoint is a hint and no more: where it is absent, broken or points to what is not there, the log is listed from
 * the start. Commits must follow each other without a gap. */
#ifndef BLN_DELTA_SEGMENT_H
#define BLN_DELTA_SEGMENT_H

#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "delta/log_name.h"
#include "store/store.h"

/* Where a table lies. */
struct bln_table {
	struct bln_store *store;
	const char *prefix; /* the key of its folder in the store; "" where the store is the table */
	/* Places outside of the store that absolute paths in the log may lead to (path.h): absolute paths or URLs, as a user
	 * writes them. They must outlive what is made from the table. */
	const char *const *roots;
	size_t root_count;
};

/* The key of NAME in the table ("silver/cryptos/_delta_log/…") or in its log, in ARENA; NULL when there is no memory. */
char *bln_table_key(const struct bln_table *table, struct bln_arena *arena, const char *name);
char *bln_table_log_key(const struct bln_table *table, struct bln_arena *arena, const char *name);

struct bln_log_file {
	const char *key;
	struct bln_log_name name;
	int64_t size_bytes;
	int64_t modified_us;
};

struct bln_segment {
	int64_t version;                    /* what the files below make */
	int64_t checkpoint_version;         /* -1: there is none, the commits begin at 0 */
	const struct bln_log_file *checkpoint; /* its parts, in order */
	size_t checkpoint_count;
	const struct bln_log_file *commits; /* commits and compactions, ascending, each version in just one */
	size_t commit_count;
};

enum { BLN_LOG_FILES_MAX = 10000000 };
#define BLN_VERSION_LATEST INT64_C(-1)

/* Finds the files for VERSION (BLN_VERSION_LATEST: the newest), with a checkpoint older than CHECKPOINT_BELOW (pass
 * INT64_MAX for any; a caller that found a checkpoint unreadable passes its version). In ARENA.
 *
 * BLN_NOT_FOUND: no table there, no such version, or one whose history is gone. BLN_CORRUPT: a commit is missing. */
BLN_MUST_CHECK enum bln_status bln_segment_find(const struct bln_table *table, int64_t version, int64_t checkpoint_below,
                                                struct bln_arena *arena, struct bln_segment *segment,
                                                struct bln_err *err);

/* The commits after VERSION, without a gap, however many there are now: what a writer must look at that lost a race, and
 * what a reader must add to be up to date. */
BLN_MUST_CHECK enum bln_status bln_segment_after(const struct bln_table *table, int64_t version, struct bln_arena *arena,
                                                 struct bln_segment *segment, struct bln_err *err);

#endif
