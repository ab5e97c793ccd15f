/* A folder of its own for the files that a process has not given to the lake yet: .bullion/work/UUID below the project, the
 * same disk as the default lake, so that giving them away is a rename.
 *
 * The folder is locked (flock) as long as its owner lives, however it ends: what lies in a folder that nobody locks was left by
 * a process that died, and the next one removes it. */
#ifndef BLN_JOB_WORK_H
#define BLN_JOB_WORK_H

#include "base/arena.h"
#include "base/random.h"
#include "base/status.h"

struct bln_job_work {
	const char *path; /* absolute */
	const char *spill; /* a folder in it, for the engine */
	int lock_fd;
	int part; /* folders made by bln_work_part */
};

/* Makes the folder below PROJECT_FOLDER, after removing what the dead left. *WORK is ARENA's. */
BLN_MUST_CHECK enum bln_status bln_work_open(const char *project_folder, struct bln_random *random,
					     struct bln_arena *arena, struct bln_job_work **work, struct bln_err *err);

/* The same below FOLDER, a folder of ours on any disk, made where it is not there (its parent must be). */
BLN_MUST_CHECK enum bln_status bln_work_open_in(const char *folder, struct bln_random *random, struct bln_arena *arena,
						struct bln_job_work **work, struct bln_err *err);

/* A new empty folder in it. */
BLN_MUST_CHECK enum bln_status bln_work_part(struct bln_job_work *work, struct bln_arena *arena, const char **path,
					     struct bln_err *err);

/* Removes it with all that is in it; NULL is fine. What cannot be removed is left to the next process. */
void bln_work_close(struct bln_job_work *work);

#endif
