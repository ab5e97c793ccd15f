/* What ends a race between two writers, and what does not: a commit is tried again by itself only where the other's work
 * cannot have changed what it would do.
 *
 * For each commit between the base and now:
 *
 * - It changes metadata, protocol, or a domain that we change: everybody stops (BLN_RACE_METADATA).
 * - It carries a txn with one of our application ids: somebody else did our work, or part of it (BLN_RACE_APP_ID).
 * - It removes a file that we remove, for whatever reason (BLN_RACE_FILES).
 * - It adds rows where we read, or takes rows away there (BLN_RACE_FILES). Files that only moved rows (dataChange is false)
 *   do neither: so a compaction is in the way only of who removes one of its inputs.
 *
 * Read commit.h next. */
#ifndef BLN_DELTA_CONFLICT_H
#define BLN_DELTA_CONFLICT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/status.h"
#include "delta/action.h"
#include "delta/snapshot.h"
#include "delta/value.h"

/* Values of the column's type; both ends belong to it, and a null end is open. Null itself lies within no bound but the one that
 * is nothing else. */
struct bln_bound {
	const char *column; /* of the table, top level; a partition's or a file's */
	struct bln_value min;
	struct bln_value max;
	bool is_null; /* the rows in which the column is null; the ends are null, too */
};

/* Rows with these partition values (a column not named: any) and, at once, within all the bounds. */
struct bln_key_range {
	struct bln_pairs partition;
	const struct bln_bound *bounds;
	size_t bound_count;
};

/* What a writer looked at before it decided what to write. { 0 } is "nothing": a blind append, a compaction. */
struct bln_read_set {
	bool is_whole_table;
	const struct bln_key_range *ranges;
	size_t range_count;
};

/* Whether a file can hold rows of any of the ranges. Where it has no statistics, or ones that cannot be understood, it can:
 * true is always safe. What an upsert must rewrite is found by this too. */
bool bln_read_set_meets(const struct bln_read_set *read, const struct bln_add *file, const struct bln_schema *schema);

/* RANGE becomes what FILE can hold of COLUMNS, by its partition values and statistics: all of a column where they say nothing.
 * Its memory is ARENA's and COLUMNS'. */
BLN_MUST_CHECK enum bln_status bln_key_range_of(const struct bln_add *file, const struct bln_schema *schema,
						const char *const *columns, size_t column_count,
						struct bln_arena *arena, struct bln_key_range *range,
						struct bln_err *err);

/* In the order in which they matter: the lowest is told when there are several. */
enum bln_race {
	BLN_RACE_NONE,
	BLN_RACE_METADATA,
	BLN_RACE_APP_ID,
	BLN_RACE_FILES,
	BLN_RACE_BUSY, /* nothing in the way but others, each time again */
};

#endif
