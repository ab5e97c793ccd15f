/* What snapshot.c needs of snapshot_state.c; for nobody else. */
#ifndef BLN_DELTA_SNAPSHOT_STATE_H
#define BLN_DELTA_SNAPSHOT_STATE_H

#include "delta/replay.h"
#include "delta/snapshot.h"

/* Fills all of SNAPSHOT that follows from the actions added up in REPLAY, whose arena is the snapshot's. Refuses what cannot
 * be read. */
BLN_MUST_CHECK enum bln_status bln_snapshot_fill(struct bln_snapshot *snapshot, const struct bln_replay *replay,
						 struct bln_err *err);

#endif
