/* Which columns of a table fit into a terminal, and how wide. */
#ifndef BLN_CLI_GRID_FIT_H
#define BLN_CLI_GRID_FIT_H

#include <stdbool.h>
#include <stddef.h>

enum {
	BLN_GRID_GAP = 2, /* between columns */
	BLN_GRID_CUT_MIN = 20, /* a column is made no narrower */
	BLN_GRID_LAST_MIN = 8, /* of a last column that runs on into the next line there is room for as much */
};

struct bln_grid_column_width {
	size_t width; /* what its cells need; afterwards what it gets */
	bool can_cut;
	bool is_out; /* set: it is left out */
};

/* Makes COUNT columns fit into WIDTH_MAX: those that can be cut are made narrower first, no more than needed; where that is not
 * enough columns in the middle are left out, for one of width 1 in their place. The first stays, whatever its width. Returns how
 * many are left out. */
size_t bln_grid_fit(struct bln_grid_column_width *columns, size_t count, size_t width_max);

#endif
