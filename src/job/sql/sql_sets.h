/* What commits did to a table's files: every file that they name, and which of them took whose place.
 *
 * Where a commit wrote files in place of others, however many commits did so one after another, such files make a set, and so do
 * those of commits that only move rows (dataChange is false). Rows in different partitions are different: what a commit did is
 * told apart by partition, so that what it merely added to one needs no comparing because it rewrote another. */
#ifndef BLN_JOB_SQL_SETS_H
#define BLN_JOB_SQL_SETS_H

#include "base/map.h"
#include "delta/log_read.h"

/* A file that a commit names. */
struct sql_change {
	struct bln_add *add;
	struct bln_slice key; /* bln_file_key */
	size_t parent; /* of its set (union-find); itself: it stands for the set */
	bool was_there; /* before the first commit */
	bool is_there; /* after the last */
	bool is_added; /* by a commit that changed rows */
	bool is_vague; /* the removal did not say in which partition it lay */
	bool has_rewrite; /* who stands for a set: rows of it were removed */
};

struct sql_sets {
	struct bln_arena *arena; /* of all that the changes name; the caller's */
	size_t partition_columns; /* that the table has */
	struct bln_map by_key; /* → index of ITEMS */
	struct sql_change *items;
	size_t count;
	size_t capacity;
};

/* Takes in the next commit. CONTEXT is a struct sql_sets *: for bln_commits_read. */
BLN_MUST_CHECK enum bln_status sql_sets_take(void *context, const struct bln_log_entry *entry, struct bln_err *err);

/* The index of who stands for the set of the change at INDEX. */
size_t sql_set_of(struct sql_sets *sets, size_t index);

/* A copy in ARENA with all that it names but the tags; NULL: there is no memory. */
struct bln_add *sql_add_copy(struct bln_arena *arena, const struct bln_add *add);

void sql_sets_clean_up(struct sql_sets *sets);

#endif
