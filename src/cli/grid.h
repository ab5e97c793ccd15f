/* Results of rows and columns: lined up for people, or JSON for programs. */
#ifndef BLN_CLI_GRID_H
#define BLN_CLI_GRID_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/text.h"

enum bln_column_type {
	BLN_COLUMN_TEXT,
	BLN_COLUMN_NUMBER, /* to the right; in JSON a number */
	BLN_COLUMN_JSON, /* in JSON as it is: true, {…} */
};

enum bln_column_only { BLN_COLUMN_BOTH, BLN_COLUMN_ONLY_TEXT, BLN_COLUMN_ONLY_JSON };

struct bln_column {
	const char *name; /* the key in JSON; the head is it in capitals, '_' as a space */
	enum bln_column_type type;
	enum bln_column_only only;
};

/* { .columns, .column_count } is an empty one. */
struct bln_grid {
	const struct bln_column *columns;
	size_t column_count;
	bool has_own_heads; /* the columns' names are shown as they are, not as heads of ours */
	const char *null; /* how a table shows a null; NULL: "-" */
	size_t width_max; /* of a table: of the terminal; 0: any */
	const char *all; /* what shows all where it is too wide; NULL: --json */
	struct bln_arena arena; /* of the cells' texts */
	const char **cells; /* row by row; NULL is a null */
	size_t cell_count;
	size_t cell_capacity;
	bool has_failed; /* there was no memory for a cell */
};

/* Adds the next cell, from left to right and from top to bottom. NULL is a null. */
void bln_grid_add(struct bln_grid *grid, const char *text);
void bln_grid_add_int(struct bln_grid *grid, int64_t number);

/* What of a table did not fit into WIDTH_MAX. */
struct bln_grid_left {
	size_t columns; /* left out of the middle, "…" in their place */
	size_t columns_of; /* as many there are in all */
	bool has_cut; /* cells end with "…" */
};

/* Appends a table: a head, a line per row, columns two spaces apart. Control characters are shown as '?', so that no value
 * steers the terminal. Nothing where there are no rows. BLN_NO_MEMORY.
 *
 * Where it is too wide cells of texts are cut and then columns left out, if the heads are the columns' own; a list of ours says
 * nothing by halves: there columns are left out only, and the last, which may be sentences, runs on into the next line. */
BLN_MUST_CHECK enum bln_status bln_grid_format(const struct bln_grid *grid, struct bln_text *text,
					       struct bln_grid_left *left, struct bln_err *err);

/* Appends a line per value, its column before it, and an empty line between rows. */
BLN_MUST_CHECK enum bln_status bln_grid_format_lines(const struct bln_grid *grid, struct bln_text *text,
						     struct bln_err *err);

/* Appends an array of objects, and a newline. */
BLN_MUST_CHECK enum bln_status bln_grid_format_json(const struct bln_grid *grid, struct bln_text *text,
						    struct bln_err *err);

void bln_grid_clean_up(struct bln_grid *grid);

#endif
