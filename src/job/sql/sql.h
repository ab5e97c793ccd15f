/* What the files of the sql job share. Read in this order: sql.c (the job), sql_text.c (its SQL), sql_inputs.c (the tables it
 * reads), sql_changes.c (what of them is new, by sql_sets.c: which files took whose place), sql_slices.c (the parts it is cut
 * into), sql_group.c and sql_files.c (what a few of them together see of a table), sql_output.c (what becomes of the rows);
 * sql_marks.c and sql_definition.c (whether what was made is still what the job makes).
 *
 * The markers: a commit of the output carries, for each table that the job reads, a txn with the id "JOB:TABLE" and the
 * version read. The next run starts behind it. Two runs of one job cannot both commit: their ids meet. What else the commits
 * say is in sql_marks.c. */
#ifndef BLN_JOB_SQL_H
#define BLN_JOB_SQL_H

#include "engine/prune.h"
#include "engine/statement.h"
#include "job/job.h"

/* A hash that a commit of the output carries: the version of a txn as it is there and as it shall be, -1 for none. */
struct sql_mark {
	const char *app_id;
	int64_t was;
	int64_t now;
};

/* A table that the job reads. */
struct sql_input {
	const char *name; /* "bronze.cryptos", or of a foreign one its path */
	const char *app_id;
	struct bln_snapshot *snapshot;
	struct bln_store *store; /* of a foreign table */
	int64_t marker; /* version that the output has consumed; -1: none */
	struct sql_mark identity; /* which table it is */
	bool is_other; /* than the one that the marker speaks of */
	bool wants_changes;
	/* What was added since the marker, each the same table with other files; not to be destroyed. */
	struct bln_snapshot changes; /* all their rows were */
	struct bln_snapshot written; /* those of their rows were that are not in REPLACED */
	struct bln_snapshot replaced;
	int64_t change_rows; /* in CHANGES and WRITTEN, as far as their statistics say */
};

/* One of the job's statements. */
struct sql_text {
	const char *file; /* NULL: there is none */
	const char *written; /* as it stands in the file, but for what ends it */
	const char *sql;
	struct bln_relations relations;
};

/* Values of the job's slice columns that go together, as text; NULL for a null. */
struct sql_slice {
	const char **values;
	int64_t rows;
	bool has_range; /* of the key's other column, see sql_job.range_column */
	int64_t min;
	int64_t max;
};

struct sql_job {
	struct bln_job_context *context;
	const struct bln_job *job;
	struct bln_job_result *result;
	struct bln_engine *engine;
	struct bln_arena *arena; /* of one try */
	struct sql_text main, side, slices;
	struct sql_mark definition;
	bool is_full; /* everything is done again: --full, or the definition changed */
	bool is_redefined;
	struct sql_input *inputs;
	size_t input_count;
	struct sql_mark *left; /* of tables that it has read and now leaves */
	size_t left_count;
	struct bln_snapshot *own; /* the output as it was; NULL: there is none yet */
	struct bln_snapshot *own_empty; /* else as it reads, where its columns are known all the same */
	const char *range_column; /* of the key, in the changes: existing() sees only files that meet its range */
	enum bln_type_kind range_kind;
	bool is_cut; /* into PARTS, of which there may be none */
	struct sql_slice *parts;
	size_t part_count;
};

/* Reads FILE, of the project, into TEXT; NULL is no text. Errors name the file and the line. */
enum bln_status sql_text_read(struct sql_job *sql, const char *file, struct sql_text *text, struct bln_err *err);

/* Finds what it names. */
enum bln_status sql_text_analyse(struct sql_job *sql, struct sql_text *text, struct bln_err *err);

/* The run's properties, as variables of SQL: getvariable('base'). */
enum bln_status sql_variables_set(struct sql_job *sql, struct bln_err *err);

/* Of what determines the job's output besides its tables. */
enum bln_status sql_definition_hash(const struct sql_job *sql, uint64_t *hash, struct bln_err *err);

/* Finds out whether the output was made by another definition of the job; if so sets is_full, or says in the result what becomes
 * of it. BLN_INVALID, asking for --full, where rows would be added to others that nobody makes any more. */
enum bln_status sql_definition_compare(struct sql_job *sql, struct bln_err *err);

/* Finds out whether INPUT is the table that its marker speaks of. */
enum bln_status sql_identity_compare(struct sql_job *sql, struct sql_input *input, struct bln_err *err);

/* How far JOB has read TABLE, as its OUTPUT says; -1: it has not, or not since it left it. */
enum bln_status sql_marker_find(const struct bln_snapshot *output, const char *job, const char *table, int64_t *marker,
				struct bln_err *err);

/* Once the inputs are known: finds the tables that the job leaves, for it makes everything anew and does not name them. */
enum bln_status sql_left_find(struct sql_job *sql, struct bln_err *err);

/* Appends to TXNS, which has room for one more than there are inputs and tables left, the marks that are new. */
void sql_marks_add(const struct sql_job *sql, struct bln_txn *txns, size_t *count);

/* Whether another job of the project writes into the same table: then what is in it is not all this job's. */
bool sql_output_is_shared(const struct sql_job *sql);

/* How the rows are written; SPEC's memory is of this try. */
struct bln_write_spec;
enum bln_status sql_spec_make(const struct sql_job *sql, struct bln_write_spec *spec, struct bln_err *err);

/* Finds the files with the rows that were added since INPUT's marker. BLN_NOT_FOUND, asking for --full, where the log does not
 * say them. */
enum bln_status sql_changes_find(struct sql_job *sql, struct sql_input *input, struct bln_err *err);

/* BLN_NOT_FOUND, asking for --full, where one of the replaced files is gone: to be asked when a query could not be run. */
enum bln_status sql_replaced_check(const struct sql_job *sql, struct bln_err *err);

/* Loads what the statements name. *IS_IDLE: nothing of it is new. */
enum bln_status sql_inputs_load(struct sql_job *sql, bool *is_idle, struct bln_err *err);
void sql_inputs_close(struct sql_job *sql);
struct sql_input *sql_input_find(const struct sql_job *sql, const char *name);

/* Finds the parts, none where the job is not cut. */
enum bln_status sql_slices_find(struct sql_job *sql, struct bln_err *err);

/* A group of parts as a resolver sees it: COUNT from FIRST on; none: everything. */
struct sql_group {
	struct sql_job *sql;
	size_t first;
	size_t count;
	bool is_rough; /* of rewritten files changes() may give all rows: to find out which parts there are */
};

/* Of a table with SCHEMA: appends the condition that rows of the group meet, nothing where all do. */
enum bln_status sql_group_where(const struct sql_group *group, const struct bln_schema *schema, struct bln_text *where,
				struct bln_err *err);

/* The predicates that files with rows of the group pass; for existing() also those of the key's range. */
enum bln_status sql_group_predicates(const struct sql_group *group, const struct bln_schema *schema, bool with_range,
				     const struct bln_predicate **predicates, size_t *count, struct bln_err *err);

/* Takes out of FILES those whose rows are all of other parts. *IS_EXACT stays true only where those left have rows of the
 * group alone, so that its condition need not be asked of them. */
enum bln_status sql_group_sift(const struct sql_group *group, const struct bln_schema *schema,
			       const struct bln_add *const **files, size_t *count, bool *is_exact, struct bln_err *err);

/* The resolver of a group; CONTEXT is a struct sql_group *. */
enum bln_status sql_resolve(void *context, const struct bln_relation *relation, struct bln_resolved *out,
			    struct bln_err *err);

#endif
