/* What the files of the ingest job share: ingest.c (which units are new, in batches), ingest_batch.c (a batch becomes one
 * commit), ingest_rows.c (the rows of its units, as DuckDB asks for them), ingest_records.c (what the commit says of the units),
 * ingest_source.c (what is read).
 *
 * The way of a unit: listed by its source; recalled by its file's fingerprint, or read as far as its hash; passed over where
 * bronze.units has its id; else its rows go into staged files, what is refused of them into silver.quarantine, and rows and
 * record into one commit of the bronze table. */
#ifndef BLN_JOB_INGEST_H
#define BLN_JOB_INGEST_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/map.h"
#include "job/job.h"
#include "job/ingest/quarantine.h"
#include "source/source.h"

enum ingest_state {
	INGEST_NEW,
	INGEST_KNOWN, /* in the lake already, or read as part of another unit of the same content */
	INGEST_STAGED, /* its rows are in the staged files */
	INGEST_FAILED, /* it cannot be read; the run is partial */
};

struct ingest_unit {
	struct bln_unit *unit;
	enum ingest_state state;
	bool is_recalled; /* its hash was remembered, not read */
};

struct ingest {
	struct bln_job_context *context;
	const struct bln_job *job;
	struct bln_job_result *result;
	pthread_mutex_t missed_lock; /* of the result's MISSED, while a batch is staged */
	struct bln_source *source;
	struct bln_unit *units; /* all that were listed */
	size_t unit_count;
	struct ingest_unit *items; /* the same, with what became of them */
	struct bln_map known; /* id → struct bln_unit_record * */
	int64_t known_version; /* of the table: what later ones added is not among KNOWN */
	struct bln_arena arena; /* of the records of KNOWN */
	int64_t last_loaded_at_us; /* of the table */
	bool is_recalled_told; /* of recalled units a commit says what is to be said */
	int64_t read_at_ns; /* when the source was listed */
	const char *quarantine;
	const char *app_id; /* the stream: venue and table, as units are told apart by their venue */
};

/* Some units on their way into one commit. */
struct ingest_batch {
	struct ingest *ingest;
	struct ingest_unit **items;
	size_t count;
	int64_t loaded_at_us;
	struct bln_quarantine quarantine;
	/* Of the threads that stage: */
	atomic_size_t next; /* item */
	atomic_int_fast64_t bytes; /* of the units done */
	int64_t bytes_total;
	pthread_mutex_t lock; /* of what follows */
	struct bln_map claimed; /* ids of this batch */
	struct bln_arena arena; /* of these */
	bool is_spoilt; /* rows of a unit that then failed are staged: to be done again without it */
};

/* Opens the source of JOB, of which nothing is read yet, and fills FILTER with what the run's properties take of it. *VENUE is the
 * source's. *SOURCE is the caller's to close, also after a failure; what FILTER names is in EXPANDER's arena. */
enum bln_status ingest_source_open(const struct bln_job *job, const struct bln_expander *expander,
				   struct bln_clock *clock, struct bln_source **source,
				   struct bln_source_filter *filter, const char **venue, struct bln_err *err);

/* Notes that a unit, or a part of the source, could not be read. Safe for several threads of a batch. */
void ingest_miss(struct ingest *ingest, const char *what);

/* Makes KNOWN what the lake has now. */
enum bln_status ingest_known_load(struct ingest *ingest, struct bln_err *err);

/* Stages, quarantines and commits BATCH's items that are NEW. */
enum bln_status ingest_batch_run(struct ingest_batch *batch, struct bln_err *err);

/* Gives units whose rows are known the ends of these, so that they can be settled. */
void ingest_known_describe(struct ingest_batch *batch);

/* The records of BATCH's units, COUNT of them: {"loaded_at": …, "units": […]} for the commit. */
enum bln_status ingest_records_make(struct ingest_batch *batch, size_t *count, struct bln_text *json,
				    struct bln_err *err);

/* Makes bln_candles() give the rows of the batch's units. */
struct bln_row_source;
void ingest_rows_source(struct ingest_batch *batch, struct bln_row_source *source);

#endif
