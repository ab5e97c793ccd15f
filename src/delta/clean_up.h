/* Log clean-up: taking away the commits and checkpoints that nobody needs any more (protocol, "Metadata Cleanup").
 *
 * Left is everything from a checkpoint on that is older than the retention says, so that each version of the last
 * delta.logRetentionDuration (30 days), counted from midnight, can be loaded, and what leads to it. Data files are vacuum's
 * business. Sidecars of V2 checkpoints, which only others write, are left where they are. */
#ifndef BLN_DELTA_CLEAN_UP_H
#define BLN_DELTA_CLEAN_UP_H

#include <stdint.h>

#include "base/clock.h"
#include "delta/parquet.h"
#include "delta/snapshot.h"

#define BLN_KEEP_FROM_UNKNOWN INT64_C(-1)

struct bln_clean_up_spec {
	const struct bln_parquet *parquet;
	struct bln_clock *clock;

	/* The first version that somebody has not yet taken from the log what is only there (commitInfo is in no
	 * checkpoint): it and all later commits are kept whatever their age. A table with
	 * delta.enableExpiredLogCleanup=false is cleaned up only if this is known. */
	int64_t keep_from_version;

	/* Asked, where something is old enough to go, for the oldest version that somebody goes on from: it can be loaded
	 * afterwards, and all later commits are kept. -1: nobody does. A failure deletes nothing. NULL: there is nobody to
	 * ask. */
	enum bln_status (*keep)(void *context, int64_t *version, struct bln_err *err);
	void *keep_context;
};

struct bln_cleaned_up {
	int64_t deleted; /* files */
	int64_t first_version; /* the oldest commit that is left, where some were deleted; else -1 */
	const char *why_not; /* a reason for deleting nothing, or NULL */
};

/* Cleans up the log of SNAPSHOT's table. The checkpoint that all later versions would rest on is read first: one that does
 * not load is BLN_CORRUPT, and nothing is deleted. Cut off at any point it leaves a log of which the newest versions load. */
BLN_MUST_CHECK enum bln_status bln_log_clean_up(const struct bln_snapshot *snapshot,
						const struct bln_clean_up_spec *spec, struct bln_cleaned_up *cleaned,
						struct bln_err *err);

#endif
