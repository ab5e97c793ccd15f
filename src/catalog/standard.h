/* The tables that bullion itself writes and reads: their columns, and how their files are laid out. A contract with everyone
 * who reads a lake (docs/ARCHITECTURE.md, "Tables").
 *
 * A job may write other tables; what is not said here then comes from its query and its settings. */
#ifndef BLN_CATALOG_STANDARD_H
#define BLN_CATALOG_STANDARD_H

#include <stddef.h>

#include "base/arena.h"
#include "base/settings.h"
#include "base/status.h"
#include "delta/schema.h"
#include "delta/snapshot.h"

struct bln_standard_column {
	const char *name;
	const char *type; /* in Delta's words */
};

struct bln_standard_table {
	const char *layer;
	const char *const *tables; /* its names within the layer; ends with NULL */
	const struct bln_standard_column *columns;
	size_t column_count;
	struct bln_setting_list partition;
	struct bln_setting_list split; /* columns of which a data file holds one value each */
	struct bln_pairs configuration;
};

/* The one of NAME ("silver.cryptos"), or NULL. */
const struct bln_standard_table *bln_standard_find(const char *name);

/* What candles of the table NAME have in `type`: "forex" in bronze.forex and silver.forex. NULL where the table is not of one
 * asset class. */
const char *bln_standard_type(const char *name);

/* BLN_INVALID, naming all there are and the one probably meant, where NAME is none of the tables that take candles as they are
 * received: those of bronze, one per asset class. */
BLN_MUST_CHECK enum bln_status bln_standard_check_received(const char *name, struct bln_err *err);

/* Its columns as a schema, in ARENA. */
BLN_MUST_CHECK enum bln_status bln_standard_schema(const struct bln_standard_table *table, struct bln_arena *arena,
						   struct bln_schema *schema, struct bln_err *err);

/* One that nobody has written yet, as it reads: no rows, version -1. TABLE outlives *SNAPSHOT, which is the caller's to destroy. */
BLN_MUST_CHECK enum bln_status bln_standard_empty(const struct bln_standard_table *table,
						  struct bln_snapshot **snapshot, struct bln_err *err);

#endif
