/* Putting one version into a log, so that it is known afterwards whether it is there and whose it is. commit.c and create.c
 * stand on it; nobody else should. */
#ifndef BLN_DELTA_LOG_PUT_H
#define BLN_DELTA_LOG_PUT_H

#include "base/clock.h"
#include "base/random.h"
#include "delta/segment.h"

struct bln_log_put {
	const struct bln_table *table;
	struct bln_clock *clock;
	struct bln_random *random;
	const struct bln_text *content; /* no other commit's: it has an id of its own in it */
	struct bln_text *other; /* with BLN_EXISTS: what is there instead */
	bool is_in_doubt; /* with a failure: it may be written yet */
};

/* BLN_OK: VERSION is in the log and has CONTENT. BLN_EXISTS: it is another's. Failures of the store are tried again up to
 * BLN_COMMIT_FAILURES_MAX times, after looking. */
BLN_MUST_CHECK enum bln_status bln_log_put_version(struct bln_log_put *put, int64_t version, struct bln_err *err);

/* Fills BYTES with the commit VERSION. BLN_NOT_FOUND when there is none; failures are tried again likewise. */
BLN_MUST_CHECK enum bln_status bln_log_get_version(const struct bln_log_put *put, int64_t version,
						   struct bln_text *bytes, struct bln_err *err);

BLN_MUST_CHECK enum bln_status bln_log_has_version(const struct bln_log_put *put, int64_t version, bool *is_there,
						   struct bln_err *err);

/* Waits, longer with each of FAILURES (from 0) and each time another while, so that writers that met once do not meet again. */
void bln_log_wait(struct bln_clock *clock, struct bln_random *random, int failures);

#endif
