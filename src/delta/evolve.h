/* Whether rows of one schema may go into a table of another, and what the table becomes by it.
 *
 * Rows may lack columns that can be null. They may bring columns that the table has not, at the end or inside structs, when
 * the caller allows it: the table gets them, as columns that can be null. Everything else that would change what is there is
 * refused by name: another type (but for ones that hold every value of the rows': an integer for a long), a null where there
 * must be none, other partition columns. */
#ifndef BLN_DELTA_EVOLVE_H
#define BLN_DELTA_EVOLVE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/status.h"
#include "delta/action.h"
#include "delta/schema.h"

struct bln_evolve_spec {
	const struct bln_schema *table;
	const struct bln_schema *rows;
	const struct bln_protocol *protocol; /* the table's: new columns must not need more */
	bool may_add_columns;
	/* Where the rows' writer has an opinion (IS_PARTITION_KNOWN): it must be the table's. */
	bool is_partition_known;
	struct bln_slices table_partition;
	struct bln_slices rows_partition;
};

struct bln_evolved {
	struct bln_schema schema; /* the table's, afterwards; the names are the table's where both have a column */
	bool has_changed;
	/* For each column of SCHEMA: the column of ROWS that fills it, or -1: null. */
	const int *sources;
	/* For each column of SCHEMA: whether the rows' values must be cast to its type, and whether each must be checked not to
	 * be null. */
	const bool *must_cast;
	const bool *must_check_null;
};

/* Fills EVOLVED, in ARENA; parts of it are TABLE's and ROWS'. BLN_INVALID names the column and what is wrong with it. */
BLN_MUST_CHECK enum bln_status bln_schema_evolve(const struct bln_evolve_spec *spec, struct bln_arena *arena,
						 struct bln_evolved *evolved, struct bln_err *err);

/* The metaData action that gives a table with METADATA the schema; everything else stays as it is. In ARENA. */
BLN_MUST_CHECK enum bln_status bln_schema_change(const struct bln_metadata *metadata, const struct bln_schema *schema,
						 struct bln_arena *arena, struct bln_action *action,
						 struct bln_err *err);

#endif
