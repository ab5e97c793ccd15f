/* The lake as commands open it. */
#ifndef BLN_CLI_LAKE_H
#define BLN_CLI_LAKE_H

#include "catalog/lake.h"
#include "cli/cli.h"
#include "engine/checkpoint.h"

struct bln_cli_lake {
	struct bln_lake lake;
	const char *url; /* where it is */
	struct bln_parquet_lazy parquet; /* DuckDB is loaded only where a checkpoint must be read */
};

/* Loads the project (its places, where it is not loaded yet) and opens its lake. Does not move while it is open; close it also
 * after a failure. */
enum bln_exit bln_cli_lake_open(struct bln_cli *cli, struct bln_cli_lake *lake);
void bln_cli_lake_close(struct bln_cli_lake *lake);

/* The table NAME, "layer.table" or a path, at the version or time that AS_OF says (NULL: now). *STORE, for a path, is to be
 * closed after the snapshot. */
enum bln_exit bln_cli_snapshot(struct bln_cli *cli, struct bln_cli_lake *lake, const char *name, const char *as_of,
			       struct bln_snapshot **snapshot, struct bln_store **store);

/* The same for who has its own way to tell what went wrong. */
BLN_MUST_CHECK enum bln_status bln_cli_snapshot_load(struct bln_cli_lake *lake, const char *name, const char *as_of,
						     struct bln_snapshot **snapshot, struct bln_store **store,
						     struct bln_err *err);

#endif
