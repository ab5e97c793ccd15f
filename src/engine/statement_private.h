/* What the files of statement.h share. Read statement_analyse.c first, which tables a text names; then statement_tree.c, the
 * text as a tree; statement_where.c, what a WHERE says of a table; statement_resolve.c, how DuckDB comes to know the
 * tables; statement_files.c, files('…'); statement_explain.c, EXPLAIN. */
#ifndef BLN_ENGINE_STATEMENT_PRIVATE_H
#define BLN_ENGINE_STATEMENT_PRIVATE_H

#include <jansson.h>

#include "engine/statement.h"

/* The schema in which the views of changes('…') lie, and likewise; NULL for tables themselves. */
extern const char *const bln_relation_schemas[BLN_RELATION_KINDS];

/* Makes the table "SCHEMA"."NAME" with a row per data file of what RESOLVED stands for. */
BLN_MUST_CHECK enum bln_status bln_statement_files(struct bln_engine *engine, const char *schema, const char *name,
						   const struct bln_resolved *resolved, struct bln_err *err);

/* SQL as DuckDB's tree of it, to be freed with json_decref. Numbers that are not whole or beyond 64 bits are strings in it.
 * BLN_INVALID: not one SELECT; a syntax error, with its place. */
BLN_MUST_CHECK enum bln_status bln_statement_tree(struct bln_engine *engine, const char *sql, json_t **tree,
						  struct bln_err *err);

/* What of SQL is behind white space, comments and the characters BESIDES. */
const char *bln_statement_skip(const char *sql, const char *besides);

/* Line and column, in characters, of byte OFFSET of SQL, from 1; 0 where OFFSET is beyond it. */
void bln_statement_place(const char *sql, int64_t offset, int *line, int *column);

/* A member of a node: "" where there is no such text, -1 where there is no such number. */
const char *bln_node_text(const json_t *node, const char *key);
int64_t bln_node_location(const json_t *node);

/* A table as a FROM names it. */
struct bln_from {
	const json_t *node; /* BASE_TABLE or TABLE_FUNCTION */
	const char *alias; /* what columns are qualified with */
	bool is_alone; /* nothing else stands beside it: columns need no qualifier */
};

enum { BLN_PREDICATES_MAX = 64 };

/* The conjuncts of WHERE (a node, or NULL) that compare a column of FROM with constants, in ARENA. */
BLN_MUST_CHECK enum bln_status bln_statement_where(const json_t *where, const struct bln_from *from,
						   struct bln_arena *arena, const struct bln_predicate **predicates,
						   size_t *count, struct bln_err *err);

#endif
