/* What a table looks like by what is known of it without its log: by its standard (catalog/standard.h), and by what bullion.yaml
 * says of it under `tables`, which comes before. */
#ifndef BLN_JOB_TABLE_LOOK_H
#define BLN_JOB_TABLE_LOOK_H

#include "catalog/standard.h"
#include "job/job.h"

/* Fills LOOK; no columns: nobody says which there are, they are what the rows bring. Properties are the standard's alone. What
 * it points to is the project's or ARENA's. BLN_INVALID where the project gives a standard table columns. */
BLN_MUST_CHECK enum bln_status bln_table_look(const struct bln_project *project, const char *name,
					      struct bln_arena *arena, struct bln_standard_table *look,
					      struct bln_err *err);

/* Says no, as bln_table_look would. */
BLN_MUST_CHECK enum bln_status bln_table_look_check(const struct bln_project_table *table, struct bln_err *err);

/* That the table of JOB, with SCHEMA, has the columns by which it `owns` rows; else *PLACE is that of the one that is missing. */
BLN_MUST_CHECK enum bln_status bln_table_owns_check(const struct bln_schema *schema, const struct bln_job *job,
						    struct bln_place *place, struct bln_err *err);

/* That NAME is among the columns of SCHEMA, whatever its capitals: BLN_INVALID has the one probably meant. */
BLN_MUST_CHECK enum bln_status bln_table_look_for(const struct bln_schema *schema, struct bln_slice name,
						  struct bln_err *err);

#endif
