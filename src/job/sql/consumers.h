/* Who still needs a table's log: the jobs that follow it, from where they have read it. */
#ifndef BLN_JOB_CONSUMERS_H
#define BLN_JOB_CONSUMERS_H

#include "job/job.h"

struct bln_consumers {
	const struct bln_job_context *context;
	const char *table;
};

/* CONTEXT is a struct bln_consumers *. *VERSION becomes the oldest that a sql job of the project has read the table up to, by
 * the markers in the jobs' outputs; -1: none has read it. What a job has read under a definition that named the table counts
 * until the job has made everything anew without it. A job that has not run yet takes the table as it is. For
 * bln_clean_up_spec. */
BLN_MUST_CHECK enum bln_status bln_consumers_keep(void *context, int64_t *version, struct bln_err *err);

#endif
