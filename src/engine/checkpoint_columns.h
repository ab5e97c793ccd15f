/* The columns of a checkpoint (protocol, "Checkpoint Schema"), in one table: what reading looks for.
 *
 * Inside src/engine only. */
#ifndef BLN_ENGINE_CHECKPOINT_COLUMNS_H
#define BLN_ENGINE_CHECKPOINT_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "delta/action.h"
#include "engine/library.h"

enum bln_checkpoint_kind {
	BLN_COLUMN_TEXT,
	BLN_COLUMN_INT,
	BLN_COLUMN_BOOL,
	BLN_COLUMN_PAIRS,
	BLN_COLUMN_TEXTS,
	BLN_COLUMN_LETTER, /* text of one character */
	BLN_COLUMN_STATS, /* a struct that becomes JSON */
};

enum { BLN_CHECKPOINT_DEPTH = 3, BLN_CHECKPOINT_COLUMNS_MAX = 64, BLN_CHECKPOINT_NAME_SIZE = 96 };

struct bln_checkpoint_column {
	enum bln_action_kind action;
	const char *path[BLN_CHECKPOINT_DEPTH]; /* of struct members; NULL behind the last */
	enum bln_checkpoint_kind kind;
	size_t offset; /* in struct bln_action */
	bool is_required; /* an action is nothing without it; these come first */
};

/* Ordered by action. */
extern const struct bln_checkpoint_column bln_checkpoint_columns[];
extern const size_t bln_checkpoint_column_count;

/* "add.deletionVector.offset", for messages. */
struct bln_checkpoint_name {
	char text[BLN_CHECKPOINT_NAME_SIZE];
};
struct bln_checkpoint_name bln_checkpoint_column_name(const struct bln_checkpoint_column *column);

/* The logical type at COLUMN's path in the top-level column TYPE, or NULL where there is no such member. To be destroyed. */
duckdb_logical_type bln_checkpoint_type_find(const struct bln_duckdb *db, duckdb_logical_type type,
					     const struct bln_checkpoint_column *column);

/* Whether TYPE can be read as KIND. */
bool bln_checkpoint_type_fits(const struct bln_duckdb *db, duckdb_logical_type type, enum bln_checkpoint_kind kind);

/* What KIND wants, in words: "an integer". */
const char *bln_checkpoint_kind_name(enum bln_checkpoint_kind kind);

#endif
