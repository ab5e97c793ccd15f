/* What the files of statement.h share: statement_analyse.c (which tables a text names), statement_resolve.c (how DuckDB comes to
 * know them), statement_files.c (files('…')). */
#ifndef BLN_ENGINE_STATEMENT_PRIVATE_H
#define BLN_ENGINE_STATEMENT_PRIVATE_H

#include "engine/statement.h"

/* Views of changes('NAME') lie as "NAME" in this schema, and likewise; NULL for tables themselves. */
extern const char *const bln_relation_schemas[BLN_RELATION_KINDS];

/* Makes the table "SCHEMA"."NAME" with a row per data file of what RESOLVED stands for. */
BLN_MUST_CHECK enum bln_status bln_statement_files(struct bln_engine *engine, const char *schema, const char *name,
                                                   const struct bln_resolved *resolved, struct bln_err *err);

#endif
