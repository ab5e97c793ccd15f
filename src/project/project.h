/* A user's project: bullion.yaml, read and checked. Read node.h first; properties.h, expand.h and feed.h go with it.
 *
 * Everything lives in the project's arena and is never changed after loading. Each thing knows its place in the file, so
 * that errors found later can name it (bln_project_where). Texts are as written: where a value may refer to variables
 * (${env:…}, ${run:…}), it is to be expanded (expand.h) when it is used.
 *
 * Left out on purpose: what a source's settings mean (source/), when triggers fire (flow/), what a table holds (catalog/).
 * Sections that this version does not work with are kept as they were written. */
#ifndef BLN_PROJECT_PROJECT_H
#define BLN_PROJECT_PROJECT_H

#include <stdint.h>

#include "base/arena.h"
#include "base/run_state.h"
#include "base/settings.h"
#include "project/node.h"
#include "project/problems.h"
#include "project/properties.h"

#define BLN_PROJECT_FILE "bullion.yaml"
#define BLN_PROJECT_STATE ".bullion/state.db" /* below the project's folder */

enum {
	BLN_PROJECT_SIZE_MAX = 1 << 20, /* bytes of the file */
	BLN_SECTION_MAX = 2000, /* jobs, sources, workflows, steps of a workflow, … */
	BLN_NAME_MAX = 64, /* of projects, sources, jobs, steps, …: letters, digits, '-' and '_' (name.h) */
};

/* The section `settings`: limits of every run. */
struct bln_project_settings {
	int64_t memory_bytes; /* what the engine of one job may hold */
	int64_t threads; /* of one job; 0: as many as there are cores */
	const char *
		spill; /* the folder for what does not fit in memory; below the project's unless absolute; NULL: with the
			    * other files of a run */
	int64_t max_concurrent; /* jobs of a workflow run at once */
	int64_t log_bytes_max; /* of one run's log */
};

struct bln_project_source {
	const char *name;
	const char *kind;
	struct bln_place place;
	const struct bln_node *settings; /* the whole map, `kind` included: for bln_feed with a skip of "kind" */
};

enum bln_job_kind {
	BLN_JOB_INGEST,
	BLN_JOB_SQL,
	BLN_JOB_COMMAND,
	BLN_JOB_CRAWL,
	BLN_JOB_CHECK,
	BLN_JOB_MAINTAIN,
	BLN_JOB_TRAIN,
	BLN_JOB_PREDICT,
	BLN_JOB_EVALUATE,
	BLN_JOB_KINDS
};
const char *bln_job_kind_name(enum bln_job_kind kind);

/* What becomes of the rows of a `sql` job. */
enum bln_job_mode {
	BLN_JOB_APPEND,
	BLN_JOB_UPSERT, /* by KEY, which names one row */
	BLN_JOB_REPLACE, /* by KEY: all rows that have it give way to all that come */
	BLN_JOB_OVERWRITE, /* the whole table */
	BLN_JOB_OVERWRITE_PARTITIONS, /* those that the rows are in */
};

struct bln_job {
	const char *name;
	enum bln_job_kind kind;
	struct bln_place place;
	const struct bln_node *node; /* the whole map: all there is to the kinds from CRAWL on */
	struct bln_properties properties;
	int64_t timeout_us;
	int64_t retries; /* tries after the first */
	int64_t retry_delay_us;
	int64_t max_concurrent; /* runs of this job at once */
	/* ingest and sql */
	const char *into; /* "layer.table" */
	const char *quarantine; /* likewise: where refused rows go */
	/* ingest */
	const struct bln_project_source *source;
	/* sql; command: exactly one of FILE and ARGV */
	const char *file; /* below the project's folder, without ".." */
	struct bln_setting_list argv;
	/* sql */
	enum bln_job_mode mode;
	struct bln_setting_list key; /* the columns that name a row */
	const struct bln_node
		*owns; /* a map of columns to texts or nothing (null): which rows of INTO are this job's; NULL: not
				      * said */
	struct bln_setting_list partition_by;
	struct bln_setting_list split_by; /* columns of which each data file holds one value */
	struct bln_setting_list slice; /* the columns by which a run may be cut into independent parts */
	const char *slices; /* SQL that gives the parts there are; NULL: the values of SLICE in the changes */
	const char *side_file; /* SQL of rows that go with the others into a second table, before them; NULL: none */
	const char *side_into;
	struct bln_setting_list side_key; /* rows whose key is there already are not added again */
};

struct bln_step {
	const char *name;
	struct bln_place place;
	const struct bln_job *job;
	const size_t *after; /* indexes into the workflow's STEPS */
	size_t after_count; /* 0: begins with the workflow */
	bool is_any; /* one of AFTER is enough */
	enum bln_run_state
		when; /* what those must have come to: SUCCEEDED, FAILED (also TIMEOUT and ERROR), TIMEOUT, STOPPED
				  * or ERROR */
	struct bln_properties properties;
};

struct bln_workflow {
	const char *name;
	struct bln_place place;
	struct bln_properties properties;
	int64_t max_concurrent; /* runs of this workflow at once */
	const struct bln_step *steps; /* in the order of the file; no cycles */
	size_t step_count;
};

struct bln_project_column {
	const char *name;
	const char *type; /* in Delta's words: "long", "decimal(10,2)" */
};

/* What the file says of a table: what it looks like when a job makes it. What a job says itself comes first. */
struct bln_project_table {
	const char *name; /* "layer.table" */
	struct bln_place place;
	const char *comment; /* becomes the table's description */
	const struct bln_project_column *columns; /* all that it may have */
	size_t column_count; /* 0: not said */
	struct bln_place columns_place;
	struct bln_setting_list partition_by;
	struct bln_setting_list split_by; /* columns of which each data file holds one value */
	const struct bln_node *properties; /* a map of texts: "delta.appendOnly": "true"; NULL: none */
};

/* Of other sections, whatever is under a name. */
struct bln_project_item {
	const char *name;
	struct bln_place place;
	const struct bln_node *node;
};
struct bln_project_items {
	const struct bln_project_item *items;
	size_t count;
};

struct bln_project {
	struct bln_arena arena;
	const char *folder; /* absolute, without a '/' at the end */
	const char *file; /* what errors call the file: the path that leads to it from where the program was started */
	const char *name;
	const char *lake; /* as written; see bln_project_lake */
	struct bln_place lake_place;
	struct bln_properties properties;
	struct bln_project_settings settings;
	const struct bln_project_source *sources;
	size_t source_count;
	const struct bln_job *jobs;
	size_t job_count;
	const struct bln_workflow *workflows;
	size_t workflow_count;
	const struct bln_project_table *tables;
	size_t table_count;
	const struct bln_node
		*foreign_roots; /* places outside of the lake that absolute paths in logs may lead to: a text or a
					       * list of them; NULL: none */
	struct bln_project_items triggers; /* `kind` and `start` are checked */
	struct bln_project_items crawlers;
	struct bln_project_items shares;
	struct bln_project_items models;
	const struct bln_node *root; /* the whole file */
};

/* Reads FOLDER/bullion.yaml. PROBLEMS (may be NULL) gets everything that is wrong; ERR the first of it.
 *
 * BLN_NOT_FOUND when there is no such file; BLN_INVALID when something is wrong with it. What a project refers to on disk
 * (jobs' files) is not looked at: see bln_project_check_files. *OUT is the caller's to close. */
BLN_MUST_CHECK enum bln_status bln_project_load(const char *folder, struct bln_project **out,
						struct bln_problems *problems, struct bln_err *err);

/* The same for who looks at what is there and runs nothing: only where the lake is and what it looks like, `project`, `lake`,
 * `settings`, `tables` and `foreign_roots`, is read and checked. Of the other sections nothing is in *OUT but the nodes below
 * ROOT, whatever is wrong with them: whoever mends a job may look at the runs it had. */
BLN_MUST_CHECK enum bln_status bln_project_load_places(const char *folder, struct bln_project **out,
						       struct bln_problems *problems, struct bln_err *err);

/* The same from LENGTH bytes of text, as if they were the file in FOLDER. */
BLN_MUST_CHECK enum bln_status bln_project_parse(const char *folder, const char *bytes, size_t length,
						 struct bln_project **out, struct bln_problems *problems,
						 struct bln_err *err);
void bln_project_close(struct bln_project *project); /* NULL is fine */

/* Notes the jobs whose file is not there. False if there were any. */
bool bln_project_check_files(const struct bln_project *project, struct bln_problems *problems);

/* NULL where there is none. */
const struct bln_job *bln_project_job(const struct bln_project *project, const char *name);
const struct bln_workflow *bln_project_workflow(const struct bln_project *project, const char *name);
const struct bln_project_source *bln_project_source(const struct bln_project *project, const char *name);
const struct bln_project_table *bln_project_table(const struct bln_project *project, const char *name);

/* The job or workflow nearest to NAME, or NULL: for "did you mean". */
const char *bln_project_nearest(const struct bln_project *project, const char *name);

/* Puts "FILE:LINE:COLUMN: " before the message, and returns its status. */
enum bln_status bln_project_where(const struct bln_project *project, struct bln_place place, struct bln_err *err,
				  enum bln_status status);

struct bln_expander;

/* Where the lake is: BULLION_LAKE if that is set, else the file's value, expanded: an absolute path or a URL, in the
 * expander's arena. Relative paths of the file are below the project's folder, those of the variable below the working
 * directory. */
BLN_MUST_CHECK enum bln_status bln_project_lake(const struct bln_expander *expander, const char **out,
						struct bln_err *err);

/* The foreign roots, expanded, absolute or URLs; in the expander's arena. */
BLN_MUST_CHECK enum bln_status bln_project_foreign_roots(const struct bln_expander *expander,
							 struct bln_setting_list *out, struct bln_err *err);

/* Appends what may stand in the file, section by section, as Markdown: docs/CONFIG.md. */
void bln_project_reference(struct bln_text *text);

#endif
