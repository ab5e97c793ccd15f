/* What the files of the fold share: units.c (from commits to records), units_rows.c (records as rows). */
#ifndef BLN_JOB_UNITS_PRIVATE_H
#define BLN_JOB_UNITS_PRIVATE_H

#include "engine/row_source.h"
#include "job/ingest/units.h"

struct units_row {
	struct bln_unit_record record;
	int64_t loaded_at_us;
};

/* One fold: the records found in the commits, and how far they were given to the engine. */
struct units_fold {
	const char *table;
	struct bln_arena arena;
	struct units_row *rows;
	size_t count;
	size_t capacity;
	size_t given;
};

/* Makes bln_units() give the rows of FOLD, from the first. */
void units_rows_source(struct units_fold *fold, struct bln_row_source *source);

#endif
