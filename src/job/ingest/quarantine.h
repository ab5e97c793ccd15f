/* What was refused of the input, and why: silver.quarantine.
 *
 * Refusals come from several threads while rows are staged. They are kept in a file of the work folder, and added to the table
 * before the rows are committed: a row is in one of the two or in both, never in none. Ids are made from the content and the
 * line, so that adding them again adds nothing. */
#ifndef BLN_JOB_QUARANTINE_H
#define BLN_JOB_QUARANTINE_H

#include <pthread.h>

#include "base/text.h"
#include "job/job.h"
#include "source/candle.h"

#define BLN_QUARANTINE_TABLE "silver.quarantine"

struct bln_quarantine {
	const char *path; /* the file */
	int fd;
	struct bln_text pending; /* lines that are not in it yet */
	int64_t count;
	pthread_mutex_t lock;
};

/* An empty one in the folder of the job's work. */
BLN_MUST_CHECK enum bln_status bln_quarantine_open(struct bln_job_context *context, struct bln_quarantine *quarantine,
						   struct bln_err *err);
void bln_quarantine_close(struct bln_quarantine *quarantine);

/* Keeps REFUSAL. Safe for several threads. */
BLN_MUST_CHECK enum bln_status bln_quarantine_add(struct bln_quarantine *quarantine, const struct bln_refusal *refusal,
						  struct bln_err *err);

/* Keeps where rows lie of which the time cannot be told. Safe for several threads. */
BLN_MUST_CHECK enum bln_status bln_quarantine_place(struct bln_quarantine *quarantine,
						    const struct bln_unplaced *unplaced, struct bln_err *err);

/* Adds what was kept to TABLE. LOADED_AT_US is when the job says it read its input. */
BLN_MUST_CHECK enum bln_status bln_quarantine_write(struct bln_job_context *context, struct bln_quarantine *quarantine,
						    const char *table, int64_t loaded_at_us, struct bln_err *err);

#endif
