/* What has been said, and by whom: bronze.units, a row per unit of input (docs/ARCHITECTURE.md, "Exactly once").
 *
 * Delta commits one table at a time. So the commit that adds a unit's rows to a bronze table carries the unit's record too, in
 * its commitInfo, and bronze.units is folded from the commits afterwards: whoever needs it folds first. */
#ifndef BLN_JOB_UNITS_H
#define BLN_JOB_UNITS_H

#include <stdint.h>

#include "base/map.h"
#include "base/text.h"
#include "job/job.h"

#define BLN_UNITS_TABLE "bronze.units"

struct bln_unit_record {
	struct bln_slice unit; /* its id */
	struct bln_slice source;
	struct bln_slice symbol;
	struct bln_slice frequency;
	struct bln_slice hash;
	struct bln_slice base_currency;
	struct bln_slice type;
	struct bln_slice path;
	int64_t from_us, to_us; /* equal: it says nothing of its range */
	int64_t first_us, last_us; /* first behind last: no rows */
	int64_t rows;
	int64_t refused;
};

/* Appends RECORD as a JSON object. */
void bln_unit_record_add_json(const struct bln_unit_record *record, struct bln_text *text);

/* Brings bronze.units up to date with TABLE's commits. Several processes may do so at once. *VERSION (may be NULL) is the one of
 * TABLE up to which all is folded; -1: there is no such table, and nothing to fold.
 *
 * Where the table was put back to an earlier version, by a RESTORE of whatever program or by hand, so that the commit up to which
 * all was folded is another now, all is folded again, without the units that were undone: they can be loaded again.
 *
 * BLN_NOT_FOUND: commits that were not folded yet are gone from the log. BLN_INVALID: the table has not even as many versions as
 * were folded. BLN_UNSUPPORTED: a RESTORE that does not say to which version. BLN_CORRUPT: what a commit says of its units. */
BLN_MUST_CHECK enum bln_status bln_units_fold(struct bln_job_context *context, const char *table, int64_t *version,
					      struct bln_err *err);

/* The same for every table of the bronze layer. */
BLN_MUST_CHECK enum bln_status bln_units_fold_all(struct bln_job_context *context, struct bln_err *err);

/* What bronze.units says of the units of TABLE: a map from id to struct bln_unit_record *, in ARENA, with unit, hash, range,
 * rows and their ends only; and *LOADED_AT_US, the latest time at which any was loaded (0: none). KNOWN is the caller's to
 * clean up. */
BLN_MUST_CHECK enum bln_status bln_units_known(struct bln_job_context *context, const char *table,
					       struct bln_arena *arena, struct bln_map *known, int64_t *loaded_at_us,
					       struct bln_err *err);

#endif
