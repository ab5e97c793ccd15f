/* What the statistics of a data file say of it as a whole (protocol, "Per-file Statistics"). */
#ifndef BLN_DELTA_STATS_H
#define BLN_DELTA_STATS_H

#include <stdbool.h>

#include "delta/action.h"

/* The rows of a file with the statistics STATS, less those that DV takes out; false, and *ROWS -1, where they do not say. */
bool bln_stats_rows(struct bln_slice stats, const struct bln_dv_ref *dv, int64_t *rows);

#endif
