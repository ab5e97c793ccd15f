/* What the files of the table writer share: table_write.c (from opening to the commit), table_make.c (a table that is not there
 * yet), table_stage.c (rows become files that wait), table_merge.c (which files the incoming rows meet, and the query that joins
 * them), table_owned.c (which rows are the writer's own), table_restage.c (reading back what the writer itself has staged),
 * table_evolve.c (columns that are new), table_metrics.c (what a commit says that it did). */
#ifndef BLN_JOB_TABLE_WRITE_PRIVATE_H
#define BLN_JOB_TABLE_WRITE_PRIVATE_H

#include "engine/stage.h"
#include "job/write/table_write.h"

/* A staged file, on its way into the store. */
struct bln_write_file {
	const char *key; /* of the object */
	const char *path; /* where it is staged */
	struct bln_add add;
	int64_t rows;
	bool is_replaced; /* by files that are being staged */
};

struct bln_table_writer {
	struct bln_job_context *context;
	const struct bln_write_spec *spec;
	struct bln_arena arena;
	struct bln_table table;
	const struct bln_snapshot *snapshot; /* NULL: no such table yet */
	struct bln_snapshot *owned; /* the same, where the writer loaded it */
	struct bln_snapshot
		*staged_for; /* before the first rebase: in its memory are the names of the files' partitions */
	const struct bln_schema *schema; /* the snapshot's, or one with more columns */
	bool *is_removed; /* of the snapshot's files: rewritten into staged ones, or cleared */
	bool is_cleared; /* of its own rows */
	bool comes_unsorted; /* its rows, as those that came before say */
	struct bln_write_file *files;
	size_t file_count;
	size_t file_capacity;
	struct bln_key_range *ranges; /* that were read */
	size_t range_count;
	size_t range_capacity;
	bool is_stored; /* the staged files are in the store, or some of them */
	bool is_kept; /* and must stay there: they are in a commit, or may be */
	struct bln_store *work_store; /* the work folder, where staged files were read back */
	int64_t rows;
	int64_t bytes;
	int64_t incoming; /* rows, before they were joined with others */
	bool has_met_own; /* keys that came in an earlier call came again */
	int64_t removed;
	int64_t removed_bytes;
	int64_t removed_rows; /* -1: not known */
	int64_t committed; /* files */
};

/* The table's rows that the incoming ones meet, the incoming ones as they are staged, and those of earlier calls, as views. */
#define BLN_WRITE_VIEWS "bln_write"
#define BLN_WRITE_KEPT "kept"
#define BLN_WRITE_INCOMING "incoming"
#define BLN_WRITE_STAGED "staged"
#define BLN_WRITE_VIEW(name) "\"" BLN_WRITE_VIEWS "\".\"" name "\""

/* What the writer writes on top of; SNAPSHOT may be NULL. */
void bln_table_writer_base(struct bln_table_writer *writer, const struct bln_snapshot *snapshot);

/* Makes the table, for rows like those of SQL, and that the writer's base as it was made: what others who did the same at the same
 * time have put into it since is for the commit to meet. BLN_CONFLICT: somebody made it with rows at once. */
enum bln_status bln_table_make(struct bln_table_writer *writer, const char *sql, struct bln_err *err);

/* Stages the rows of SQL, which are the table's already, as further files. */
enum bln_status bln_table_stage(struct bln_table_writer *writer, const char *sql, struct bln_err *err);

/* Stages new rows, sorted or as they come, as those before say. *MAY_REPEAT: with IS_UNIQUE, two may have the same key. */
enum bln_status bln_table_stage_incoming(struct bln_table_writer *writer, const char *sql, bool is_unique,
					 bool *may_repeat, struct bln_err *err);

/* BLN_INVALID names a key that comes twice among the rows of the staged files from FIRST on. */
enum bln_status bln_table_keys_check(struct bln_table_writer *writer, size_t first, struct bln_err *err);

/* Finds what the staged files from FIRST on meet: files of the table and of earlier calls that may hold the same keys. Where
 * there are some, appends to QUERY the one whose rows take the place of theirs and of the staged files in question. */
enum bln_status bln_table_merge(struct bln_table_writer *writer, size_t first, struct bln_text *query,
				struct bln_err *err);

/* Appends to QUERY the one that gives those rows of SQL whose keys are not there yet. */
enum bln_status bln_table_merge_new(struct bln_table_writer *writer, const char *sql, struct bln_text *query,
				    struct bln_err *err);

/* That a table with SCHEMA can have rows of the writer's own: BLN_INVALID names what of OWNED it has no column or value for. */
enum bln_status bln_table_owned_fits(struct bln_table_writer *writer, const struct bln_schema *schema,
				     struct bln_err *err);

/* Takes the files away that can hold rows of the writer's own. Where they can hold others too, appends to QUERY the one that gives
 * those. */
enum bln_status bln_table_owned_clear(struct bln_table_writer *writer, struct bln_text *query, struct bln_err *err);

/* Of FILES, which VIEW shows and the incoming rows meet: BLN_INVALID names a row of others' that has the key of an incoming one,
 * and would give way to it. */
enum bln_status bln_table_owned_spare(struct bln_table_writer *writer, const char *view,
				      const struct bln_add *const *files, size_t count, struct bln_err *err);

/* Appends the key of a row as one text; that rows A and B have the same: "a.k IS NOT DISTINCT FROM b.k AND …". */
void bln_table_key_text(const struct bln_table_writer *writer, struct bln_text *sql);
void bln_table_key_match(const struct bln_table_writer *writer, const char *a, const char *b, struct bln_text *sql);

/* BLN_INVALID names a value in the staged files from FIRST on that makes a row not the writer's own. */
enum bln_status bln_table_owned_check(struct bln_table_writer *writer, size_t first, struct bln_err *err);

/* Makes the view NAME of those of the staged files from FIRST on, before END, that are being replaced, or of all. */
enum bln_status bln_table_staged_view(struct bln_table_writer *writer, const char *name, size_t first, size_t end,
				      bool is_all, struct bln_err *err);

/* What the commit of WRITER's files, from which those to be removed are known, says that it did. */
enum bln_status bln_table_metrics(struct bln_table_writer *writer, bool is_merge, struct bln_pairs *out,
				  struct bln_err *err);

/* Makes ACTION the one that takes FILE of the table away, and says how many rows it had; counts it. */
enum bln_status bln_table_remove(struct bln_table_writer *writer, const struct bln_add *file, int64_t now_ms,
				 struct bln_action *action, struct bln_err *err);

/* Lets go of the staged files that were replaced. */
void bln_table_restaged(struct bln_table_writer *writer);

/* Gives WRITER's schema the columns that SQL has and the table has not. BLN_INVALID names one that it may not have. */
enum bln_status bln_table_evolve(struct bln_table_writer *writer, const char *sql, struct bln_err *err);

#endif
