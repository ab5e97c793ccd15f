/* What happened to a table, commit by commit, newest first; and which version it had at a time.
 *
 * The time of a commit is what the protocol makes of it: what the commit says itself from the version on at which the table
 * got the feature inCommitTimestamp; before, when its file was written, but at least a millisecond after the one before, as
 * delta-spark does it. */
#ifndef BLN_DELTA_HISTORY_H
#define BLN_DELTA_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "delta/log_read.h"
#include "delta/snapshot.h"

/* One commit. Slices are empty (AT NULL) where the commit does not say it; JSON slices are compact JSON. */
struct bln_history_entry {
	int64_t version;
	int64_t time_us; /* what time travel goes by */
	int64_t stated_us; /* commitInfo's "timestamp"; -1 when absent */
	struct bln_slice operation; /* "WRITE", "MERGE", … */
	struct bln_slice parameters; /* operationParameters: JSON, an object usually */
	struct bln_slice metrics; /* operationMetrics: the same */
	struct bln_slice user_metadata; /* text, or JSON where it is no text */
	struct bln_slice engine; /* engineInfo */
	struct bln_slice ours; /* member "bullion": JSON */
	bool has_data_change; /* some add or remove says that it changes the table's rows */
	int64_t files_added;
	int64_t files_removed;
	int64_t bytes_added;
	int64_t bytes_removed; /* of the files whose size is said */
	int64_t rows_added; /* by the statistics of the files added; -1 when one says nothing */
	int64_t rows_removed; /* the same of the files removed */
	const struct bln_txn *txns;
	size_t txn_count;
};

/* Takes one; what ENTRY points to is gone when this returns. Another status than BLN_OK ends the reading. */
typedef enum bln_status bln_history_take(void *context, const struct bln_history_entry *entry, struct bln_err *err);

/* Gives TAKE the newest LIMIT (0: all) commits up to SNAPSHOT's version, newest first, as far as the log still has them;
 * none at all is fine. A status of TAKE is returned. */
BLN_MUST_CHECK enum bln_status bln_history_read(const struct bln_snapshot *snapshot, size_t limit,
						bln_history_take *take, void *context, struct bln_err *err);

/* Sets *VERSION to the newest one that was committed at TIME_US or before, of those up to LATEST's that can still be loaded.
 * A TIME_US after the last commit is answered with the latest version where OR_LATEST: the table may change yet in the
 * present, but not in the past.
 *
 * BLN_NOT_FOUND: TIME_US is before the earliest of them, or after the latest; ERR names its time. */
BLN_MUST_CHECK enum bln_status bln_version_at(const struct bln_snapshot *latest, int64_t time_us, bool or_latest,
					      int64_t *version, struct bln_err *err);

#endif
