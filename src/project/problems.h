/* Everything that is wrong with a project file, so that its author sees all of it at once. */
#ifndef BLN_PROJECT_PROBLEMS_H
#define BLN_PROJECT_PROBLEMS_H

#include "base/arena.h"
#include "project/node.h"

enum { BLN_PROBLEMS_MAX = 100 }; /* nobody reads more; the rest is only counted */

struct bln_problem {
	struct bln_place place;
	const char *text;
};

/* { 0 } is none. Sorted by place once a load has returned. */
struct bln_problems {
	struct bln_arena arena;
	struct bln_problem items[BLN_PROBLEMS_MAX];
	size_t count; /* of ITEMS */
	size_t left_out; /* found besides */
	bool has_failed; /* there was no memory for one */
};

/* Notes one. Without memory for it HAS_FAILED is set. */
void bln_problems_add(struct bln_problems *problems, struct bln_place place, const char *format, ...) BLN_PRINTF(3, 4);

/* Puts them in the order of the file. */
void bln_problems_sort(struct bln_problems *problems);

/* BLN_OK when there are none, else BLN_INVALID with the first one in ERR as "FILE:LINE:COLUMN: text", or BLN_NO_MEMORY. */
BLN_MUST_CHECK enum bln_status bln_problems_check(const struct bln_problems *problems, const char *file,
						  struct bln_err *err);

void bln_problems_clean_up(struct bln_problems *problems);

#endif
