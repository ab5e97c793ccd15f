/* What the commands about tables share. */
#ifndef BLN_CLI_TABLES_H
#define BLN_CLI_TABLES_H

#include "delta/snapshot.h"

/* Rows, as far as the files' statistics say; -1 where one says nothing. */
int64_t bln_cli_rows_of(const struct bln_snapshot *snapshot);

#endif
