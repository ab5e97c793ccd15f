/* What a job is given and what it gives back. Read this first of src/job, then table_write.h (how rows get into a table), then
 * sql.c and ingest.c.
 *
 * A job runs in a process of its own (flow/ starts it). Its kinds are a table in job.c. */
#ifndef BLN_JOB_JOB_H
#define BLN_JOB_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/status.h"
#include "base/text.h"
#include "catalog/lake.h"
#include "engine/engine.h"
#include "project/expand.h"
#include "project/project.h"
#include "state/state.h"

struct bln_job_work;

/* Everything is the caller's, and outlives the job. */
struct bln_job_context {
	const struct bln_project *project;
	const struct bln_expander *expander; /* with the run's properties */
	const struct bln_lake *lake;
	struct bln_state *state;
	struct bln_clock *clock;
	struct bln_random *random;
	struct bln_cancel *cancel; /* may be NULL */
	const struct bln_logger *logger; /* may be NULL */
	struct bln_arena *arena; /* dies with the job */
	bool is_full; /* --full: everything, not only what is new */
	/* Told of progress, TOTAL 0 where it is not known; may be NULL. */
	void (*progress)(void *context, int64_t done, int64_t total, const char *unit, const char *what);
	void *progress_context;

	/* Filled by bln_job_run. */
	struct bln_engine *engine; /* see bln_job_engine */
	struct bln_job_work *work; /* see work.h */
	struct bln_job_work *spill; /* where the project says `spill`; NULL: the engine spills into WORK */
};

/* What a job did. { 0 } is nothing yet. */
struct bln_job_result {
	bool is_idle; /* there was nothing to do, and nothing was written */
	bool is_partial; /* done but for what MISSED names */
	struct bln_text missed; /* a line each: symbols, files */
	struct bln_text remarks; /* a line each: what was found and is no failure, such as names passed over */
	int64_t rows_in; /* read from sources, or of the changes */
	int64_t rows_out; /* that the job made; what its files have of others' besides is not counted */
	int64_t refused; /* rows that went to quarantine */
	int64_t units; /* loaded */
	int64_t units_known; /* were in the lake already */
	int64_t files_added;
	int64_t files_removed;
	int64_t bytes_added;
	int64_t version; /* of the table; -1 where none was made */
	const char *table;
	const char *note; /* what else is to be said of the run, or NULL; lives as long as the context's arena */
};

void bln_job_result_clean_up(struct bln_job_result *result);

/* Appends it as a JSON object. */
void bln_job_result_add_json(const struct bln_job_result *result, struct bln_text *text);

/* Runs JOB. BLN_UNSUPPORTED names a kind that this version cannot run. RESULT (zeroed by the caller) is filled also on failure, as
 * far as the job came; what it committed stays. */
BLN_MUST_CHECK enum bln_status bln_job_run(struct bln_job_context *context, const struct bln_job *job,
					   struct bln_job_result *result, struct bln_err *err);

/* Whether JOB can begin, as far as can be told without doing it or writing anything: the lake can be written to; an ingest's source
 * is there, can be read and has what is wanted. EXPANDER has the run's properties. BLN_UNSUPPORTED for a kind that this version
 * cannot run; else what the job itself would say. BLN_OK promises nothing. */
BLN_MUST_CHECK enum bln_status bln_job_check(const struct bln_job *job, const struct bln_expander *expander,
					     struct bln_clock *clock, struct bln_err *err);

/* The job's engine, opened when it is first asked for: a job with nothing to do may never load DuckDB. */
BLN_MUST_CHECK enum bln_status bln_job_engine(struct bln_job_context *context, struct bln_engine **engine,
					      struct bln_err *err);

/* Tells the progress, if anybody listens. */
void bln_job_progress(const struct bln_job_context *context, int64_t done, int64_t total, const char *unit,
		      const char *what);

/* The kinds of jobs, for job.c. */
enum bln_status bln_job_ingest(struct bln_job_context *context, const struct bln_job *job,
			       struct bln_job_result *result, struct bln_err *err);
enum bln_status bln_job_ingest_check(const struct bln_job *job, const struct bln_expander *expander,
				     struct bln_clock *clock, struct bln_err *err);
enum bln_status bln_job_sql(struct bln_job_context *context, const struct bln_job *job, struct bln_job_result *result,
			    struct bln_err *err);

enum bln_status bln_job_command(struct bln_job_context *context, const struct bln_job *job,
				struct bln_job_result *result, struct bln_err *err);

#endif
