/* What a job's process writes to stdout and stderr, on its way to the run's log file: masked, as UTF-8, and no more
 * than the file may hold.
 *
 * The process writes into a pipe of the runner's and not into the file, so that no secret that a user's program
 * prints comes to rest on the disk, and no program can fill it. */
#ifndef BLN_FLOW_JOB_LOG_H
#define BLN_FLOW_JOB_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/secrets.h"
#include "base/status.h"

enum {
	BLN_JOB_LOG_PENDING_MAX = 1 << 16, /* what waits for the end of its line, or of what may be a secret */
	BLN_JOB_LOG_LAST_SIZE = 512,
};

struct bln_job_log {
	int fd; /* the file; -1: closed */
	const struct bln_secrets *secrets; /* may be NULL */
	int64_t bytes_left; /* that the file may still take */
	bool is_full;
	size_t length;
	char pending[BLN_JOB_LOG_PENDING_MAX];
	char last[BLN_JOB_LOG_LAST_SIZE]; /* the last line that was not blank, cut; "" while there is none */
};

/* Opens PATH to append to; made where there is none, for its owner only. */
BLN_MUST_CHECK enum bln_status bln_job_log_open(struct bln_job_log *log, const char *path, int64_t bytes_max,
						const struct bln_secrets *secrets, struct bln_err *err);

/* Takes bytes as they come. A file that cannot be written ends the log, not the job. */
void bln_job_log_feed(struct bln_job_log *log, const char *bytes, size_t length);

/* Writes what stands without a line's end, and closes the file. */
void bln_job_log_close(struct bln_job_log *log);

#endif
