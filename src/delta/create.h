/* Making a table: version 0 of a log. */
#ifndef BLN_DELTA_CREATE_H
#define BLN_DELTA_CREATE_H

#include "base/clock.h"
#include "base/random.h"
#include "delta/action.h"
#include "delta/schema.h"
#include "delta/segment.h"

struct bln_table_spec {
	const struct bln_schema *schema;
	struct bln_slices partition_columns;
	struct bln_pairs configuration; /* table properties */
	const char *name; /* NULL for none */
	const char *description; /* NULL for none */
	struct bln_clock *clock;
	struct bln_random *random; /* makes the table's id */
};

/* Makes an empty table. Its protocol is reader 1, writer 2, and more only where a property or a type asks for it: change
 * data feed writer 4, timestamp_ntz and the like table features.
 *
 * BLN_EXISTS: there is a table already, perhaps made just now by somebody else: load it. BLN_INVALID or BLN_UNSUPPORTED
 * names the column or the property. */
BLN_MUST_CHECK enum bln_status bln_table_create(const struct bln_table *table, const struct bln_table_spec *spec,
						struct bln_err *err);

#endif
