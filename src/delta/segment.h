/* Which files of a log make a version: one checkpoint, if there is any, and the commits after it.
 *
 * _last_checkpoint is a hint and no more: where it is absent, broken or points to what is not there, the log is listed from
 * the start. Commits must follow each other without a gap. */
#ifndef BLN_DELTA_SEGMENT_H
#define BLN_DELTA_SEGMENT_H

#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "delta/log_list.h"
#include "delta/table.h"

struct bln_segment {
	int64_t version; /* what the files below make */
	int64_t checkpoint_version; /* -1: there is none, the commits begin at 0 */
	const struct bln_log_file *checkpoint; /* its parts, in order */
	size_t checkpoint_count;
	const struct bln_log_file *commits; /* commits and compactions, ascending, each version in just one */
	size_t commit_count;
	const struct bln_log_file
		*newest; /* VERSION's own commit, also where a compaction or checkpoint says what is in it;
	                                    * NULL where it was cleaned up */
};

#define BLN_VERSION_LATEST INT64_C(-1)

/* Finds the files for VERSION (BLN_VERSION_LATEST: the newest), with a checkpoint older than CHECKPOINT_BELOW (pass
 * INT64_MAX for any; a caller that found a checkpoint unreadable passes its version). In ARENA.
 *
 * BLN_NOT_FOUND: no table there, or, where a VERSION was asked for, no such one or its history is gone. BLN_CORRUPT: a
 * commit is missing. */
BLN_MUST_CHECK enum bln_status bln_segment_find(const struct bln_table *table, int64_t version,
						int64_t checkpoint_below, struct bln_arena *arena,
						struct bln_segment *segment, struct bln_err *err);

#endif
