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
	struct bln_arena arena; /* of the cells' texts */
	const char **cells; /* row by row; NULL is a null */
	size_t cell_count;
	size_t cell_capacity;
	bool has_failed; /* there was no memory for a cell */
};

/* Adds the next cell, from left to right and from top to bottom. NULL is a null. */
void bln_grid_add(struct bln_grid *grid, const char *text);
void bln_grid_add_int(struct bln_grid *grid, int64_t number);

/* Appends a table: a head, a line per row, columns two spaces apart. Control characters are shown as '?', so that no value
 * steers the terminal. Nothing where there are no rows. BLN_NO_MEMORY. */
BLN_MUST_CHECK enum bln_status bln_grid_format(const struct bln_grid *grid, struct bln_text *text, struct bln_err *err);

/* Appends an array of objects, and a newline. */
BLN_MUST_CHECK enum bln_status bln_grid_format_json(const struct bln_grid *grid, struct bln_text *text,
						    struct bln_err *err);

void bln_grid_clean_up(struct bln_grid *grid);

#endif
