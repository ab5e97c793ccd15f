/* Whether a commit may stand in the log at all, before anything is written. commit.c stands on it. */
#ifndef BLN_DELTA_COMMIT_CHECK_H
#define BLN_DELTA_COMMIT_CHECK_H

#include "delta/commit.h"

/* As bln_log_commit says: BLN_INVALID, BLN_UNSUPPORTED or BLN_DENIED, naming what is wrong. */
BLN_MUST_CHECK enum bln_status bln_commit_check(const struct bln_snapshot *base, const struct bln_commit *commit,
						struct bln_err *err);

#endif
