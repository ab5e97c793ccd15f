/* What a schema must be for SQL to read the table, and what more to be written. */
#ifndef BLN_DELTA_SCHEMA_CHECK_H
#define BLN_DELTA_SCHEMA_CHECK_H

#include "base/status.h"
#include "delta/action.h"
#include "delta/schema.h"

/* SQL can name each column and each member of a struct: there are some, they have names, and no two at one level differ in
 * the case of ASCII letters alone (delta-rs before 1.0 makes such tables). BLN_UNSUPPORTED names the column. */
BLN_MUST_CHECK enum bln_status bln_schema_check_read(const struct bln_schema *schema, struct bln_err *err);

/* Names at each level are there, differ in more than the case of their letters, and hold none of " ,;{}()=\t\n", which
 * Spark refuses in tables without column mapping. BLN_INVALID names the column. */
BLN_MUST_CHECK enum bln_status bln_schema_check_names(const struct bln_schema *schema, struct bln_err *err);

/* Partition columns are in the schema, once each, of types whose values have a text in the log, and not all there is. */
BLN_MUST_CHECK enum bln_status bln_schema_check_partition(const struct bln_schema *schema, struct bln_slices columns,
							  struct bln_err *err);

/* Whether any column, also inside others, is of KIND. */
bool bln_schema_has_kind(const struct bln_schema *schema, enum bln_type_kind kind);

#endif
