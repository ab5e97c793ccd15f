/* What the files of the table writer share: table_write.c (from opening to the commit), table_make.c (a table that is not there
 * yet), table_merge.c (which files the incoming
 * rows meet, and the query that joins them). */
#ifndef BLN_JOB_TABLE_WRITE_PRIVATE_H
#define BLN_JOB_TABLE_WRITE_PRIVATE_H

#include "engine/stage.h"
#include "job/table_write.h"

/* A staged file, on its way into the store. */
struct bln_write_file {
	const char *key; /* of the object */
	const char *path; /* where it is staged */
	struct bln_add add;
};

struct bln_table_writer {
	struct bln_job_context *context;
	const struct bln_write_spec *spec;
	struct bln_arena arena;
	struct bln_table table;
	const struct bln_snapshot *snapshot; /* NULL: no such table yet */
	struct bln_snapshot *owned; /* the same, where the writer loaded it */
	struct bln_snapshot *staged_for; /* before the first rebase: the staged files' partition columns are named in its memory */
	bool *is_removed; /* of the snapshot's files: rewritten into staged ones */
	struct bln_write_file *files;
	size_t file_count;
	size_t file_capacity;
	struct bln_key_range *ranges; /* that were read */
	size_t range_count;
	size_t range_capacity;
	bool is_stored; /* the staged files are in the store, or some of them */
	bool is_kept; /* and must stay there: they are in a commit, or may be */
	bool is_waiting; /* for another try at the commit: they are in none */
	int64_t rows;
	int64_t bytes;
	int64_t removed;
	int64_t committed; /* files */
};

/* Makes the table, for rows like those of SQL, and loads it as it was made: what others who did the same at the same time have
 * put into it since is for the commit to meet. BLN_CONFLICT: somebody made it with rows at once. */
enum bln_status bln_table_make(struct bln_table_writer *writer, const char *sql, struct bln_err *err);

/* The incoming rows, as a table of the engine's. */
#define BLN_WRITE_INCOMING "bln_incoming"

/* Makes BLN_WRITE_INCOMING from SQL, checks its keys, finds the files of the snapshot that may hold one of them, and appends
 * to QUERY the one whose rows the new files are to hold. */
enum bln_status bln_table_merge(struct bln_table_writer *writer, const char *sql, struct bln_text *query,
                                struct bln_err *err);

/* The same for ADD_NEW. */
enum bln_status bln_table_merge_new(struct bln_table_writer *writer, const char *sql, struct bln_text *query,
                                    struct bln_err *err);

/* Lets go of the incoming rows. */
enum bln_status bln_table_merge_end(struct bln_table_writer *writer, struct bln_err *err);

#endif
