/* What the files of the fold share: units.c (from commits to records), units_restore.c (commits that were undone), units_rows.c
 * (records as rows). */
#ifndef BLN_JOB_UNITS_PRIVATE_H
#define BLN_JOB_UNITS_PRIVATE_H

#include "base/json.h"
#include "engine/row_source.h"
#include "job/ingest/units.h"

struct units_row {
	struct bln_unit_record record;
	int64_t loaded_at_us;
	int64_t version; /* of the commit that says it */
};

/* A commit that put the table back to what it was. */
struct units_restore {
	int64_t version;
	int64_t target; /* the version it put it back to; -1: that of TIME_US */
	int64_t time_us; /* -1: nor does it say that */
};

/* One fold: the records found in the commits, and how far they were given to the engine. */
struct units_fold {
	const char *table;
	struct bln_arena arena;
	struct units_row *rows;
	size_t count;
	size_t capacity;
	size_t given;
	struct units_restore *restores; /* oldest first */
	size_t restore_count;
	size_t restore_capacity;
};

/* Keeps the restore that the commit VERSION was, by its commitInfo JSON, if it was one. */
enum bln_status units_restore_take(struct units_fold *fold, const json_t *json, int64_t version, struct bln_err *err);

/* Takes the rows of commits that were undone out of FOLD, which has what the commits FROM to LAST say. *IS_BEFORE: commits before
 * FROM were undone too, and what they said is to be folded again. */
enum bln_status units_restores_apply(struct bln_job_context *context, struct units_fold *fold, int64_t from,
				     int64_t last, bool *is_before, struct bln_err *err);

/* Makes bln_units() give the rows of FOLD, from the first. */
void units_rows_source(struct units_fold *fold, struct bln_row_source *source);

#endif
