/* A commit as the bytes of its file. commit.c and create.c stand on it. */
#ifndef BLN_DELTA_COMMIT_TEXT_H
#define BLN_DELTA_COMMIT_TEXT_H

#include "base/uuid.h"
#include "delta/commit.h"

/* What differs from try to try. */
struct bln_commit_stamp {
	int64_t time_ms;
	int64_t read_version; /* what was read before it was decided; -1: nothing was there */
	bool has_in_commit_time;
	const char *id; /* a UUID: commitInfo.txnId */
};

/* Fills TEXT with commitInfo, first, and the actions. BLN_INVALID: not UTF-8, or longer than BLN_COMMIT_BYTES_MAX. */
BLN_MUST_CHECK enum bln_status bln_commit_text(const struct bln_commit *commit, const struct bln_commit_stamp *stamp,
					       struct bln_text *text, struct bln_err *err);

#endif
