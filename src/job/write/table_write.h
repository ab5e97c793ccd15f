/* Rows of queries become a new version of a table: staged, joined with what the table holds already where it may hold the same
 * keys, put into the store, and committed at once, however many queries there were.
 *
 * By file, not by partition (docs/ARCHITECTURE.md, "Upsert by file"): a file of the table is rewritten only where its
 * statistics say that it may hold one of the incoming keys. Keys that come after all others are a plain append. */
#ifndef BLN_JOB_TABLE_WRITE_H
#define BLN_JOB_TABLE_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/settings.h"
#include "delta/commit.h"
#include "delta/snapshot.h"
#include "job/job.h"

enum bln_write_mode {
	BLN_WRITE_ADD, /* rows are added, whatever is there */
	BLN_WRITE_ADD_NEW, /* rows are added whose key is not there */
	BLN_WRITE_UPSERT, /* rows take the place of those with their key; a key comes once */
	BLN_WRITE_REPLACE, /* all rows of a key take the place of all that have it */
	BLN_WRITE_ALL, /* rows take the place of all there are */
};

/* All is the caller's and outlives the writer. */
struct bln_write_spec {
	const char *table; /* "silver.cryptos" */
	enum bln_write_mode mode;
	struct bln_setting_list key; /* not for ADD */
	bool is_unique; /* ALL: a key comes once, as with UPSERT */
	struct bln_setting_list partition; /* of a table that is made; one that is there keeps its own */
	struct bln_setting_list split; /* columns of which a file has one value each */
	struct bln_pairs
		fixed; /* columns that the rows come without, as they have one value: its text in Delta's form; with
	                         * ADD only */
	bool is_clustered; /* as stage.h has it */
	bool comes_sorted; /* likewise; rows that turn out otherwise, or take too much memory so, are sorted from then on */
	struct bln_pairs
		owned; /* columns and the one value, as in a partition, that each has in all rows of the writer's: others
	                         * write into the table too. Not with ALL and ADD_NEW */
	bool clears_owned; /* before the writer's rows come, all there are of its own go */
	bool is_new; /* the caller found no such table, and planned so: it is not loaded, and what others have put into
	              * it by now is for the commit to meet */
};

struct bln_table_writer;

/* SNAPSHOT is the table as the job has read it, and outlives the writer; NULL: it is loaded. A table that is not there is made
 * by the first call of bln_table_writer_add. *WRITER is the caller's to close. */
BLN_MUST_CHECK enum bln_status bln_table_writer_open(struct bln_job_context *context, const struct bln_write_spec *spec,
						     const struct bln_snapshot *snapshot,
						     struct bln_table_writer **writer, struct bln_err *err);

/* Stages the rows of SQL, one SELECT that the engine can run as it is. A key that came in an earlier call is there already: the
 * mode says what becomes of it. Columns that the table has not are added to it; where it is said which it may have
 * (table_look.h), only those; a column that looks like a mistyped one of the table is refused. BLN_INVALID: rows that do not
 * fit the table, a key that comes twice, a row that is not the writer's own, or one that would take the place of another's,
 * named. BLN_CONFLICT: others made the table meanwhile. */
BLN_MUST_CHECK enum bln_status bln_table_writer_add(struct bln_table_writer *writer, const char *sql,
						    struct bln_err *err);

/* What the commit says besides the files. */
struct bln_write_commit {
	const struct bln_txn *txns; /* a commit is made for them also where there are no rows */
	size_t txn_count;
	struct bln_slice bullion; /* JSON for commitInfo, may be empty */
};

/* Moves the files into the store and commits. Where there is neither a file to add or remove nor a txn, nothing is written
 * and RESULT->version is the table's, -1 where there is none.
 *
 * BLN_CONFLICT with RESULT->race: others wrote what we read or did our work; close, and plan again, or go on with the same
 * files (bln_table_writer_rebase). RESULT->is_in_doubt: what was to be written may be in the table, now or soon; the next run
 * sees by the txns whether it is. */
BLN_MUST_CHECK enum bln_status bln_table_writer_commit(struct bln_table_writer *writer,
						       const struct bln_write_commit *commit,
						       struct bln_commit_result *result, struct bln_err *err);

/* After BLN_RACE_APP_ID in mode ADD: the same files on top of the table as it is now. */
BLN_MUST_CHECK enum bln_status bln_table_writer_rebase(struct bln_table_writer *writer, struct bln_err *err);

/* The table as it was read; NULL where there is none yet. */
const struct bln_snapshot *bln_table_writer_snapshot(const struct bln_table_writer *writer);

/* Adds up into RESULT what was committed. */
void bln_table_writer_count(const struct bln_table_writer *writer, struct bln_job_result *result);

/* Takes back what was put into the store and is in no commit. */
void bln_table_writer_close(struct bln_table_writer *writer);

#endif
