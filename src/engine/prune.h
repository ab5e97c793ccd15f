/* Which files of a snapshot can hold rows that pass a filter, by the log alone: partition values and statistics.
 *
 * A file is dropped only when the log proves that no row of it passes. Absent, cut short, odd or unreadable statistics keep
 * the file. What is left must still be filtered. */
#ifndef BLN_ENGINE_PRUNE_H
#define BLN_ENGINE_PRUNE_H

#include "base/arena.h"
#include "delta/snapshot.h"

enum bln_predicate_op {
	BLN_OP_EQ,
	BLN_OP_LT,
	BLN_OP_LE,
	BLN_OP_GT,
	BLN_OP_GE,
	BLN_OP_IN,
	BLN_OP_IS_NULL,
	BLN_OP_IS_NOT_NULL,
};

/* A literal. Against a date an integer is days since 1970, against a timestamp µs; text is then parsed, as against numbers
 * and booleans. A literal that cannot be compared with its column keeps every file. */
enum bln_literal_kind { BLN_LITERAL_INT, BLN_LITERAL_DOUBLE, BLN_LITERAL_TEXT, BLN_LITERAL_BOOL };

struct bln_literal {
	enum bln_literal_kind kind;
	union {
		int64_t integer;
		double number;
		struct bln_slice text;
		bool boolean;
	};
};

/* COLUMN OP VALUES. IN has any number of values (none: no row passes), IS [NOT] NULL none, the others one. BETWEEN is two
 * predicates. A comparison with a null passes no row, so null literals have no form here. Strings compare by their bytes. */
struct bln_predicate {
	const char *column; /* top level, the user's name; case of ASCII letters is ignored */
	enum bln_predicate_op op;
	const struct bln_literal *values;
	size_t value_count;
};

/* *FILES, *FILE_COUNT (in ARENA, in the snapshot's order) become the files in which a row may pass all PREDICATES.
 * BLN_INVALID: a column that the table does not have. */
BLN_MUST_CHECK enum bln_status bln_prune(const struct bln_snapshot *snapshot, const struct bln_predicate *predicates,
					 size_t predicate_count, struct bln_arena *arena,
					 const struct bln_add *const **files, size_t *file_count, struct bln_err *err);

#endif
