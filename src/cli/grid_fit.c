#include "cli/grid_fit.h"

/* The width of the table without the columns from BEGIN to END, none wider than CAP if it can be cut. */
static size_t total(const struct bln_grid_column_width *columns, size_t count, size_t begin, size_t end, size_t cap)
{
	size_t sum = begin < end ? 1 + BLN_GRID_GAP : 0;

	for (size_t i = 0; i < count; i++) {
		const size_t width = columns[i].width;

		if (i < begin || i >= end)
			sum += BLN_GRID_GAP + (columns[i].can_cut && width > cap ? cap : width);
	}
	return sum < BLN_GRID_GAP ? 0 : sum - BLN_GRID_GAP;
}

size_t bln_grid_fit(struct bln_grid_column_width *columns, size_t count, size_t width_max)
{
	size_t cap = width_max > BLN_GRID_CUT_MIN ? width_max : BLN_GRID_CUT_MIN;
	size_t begin = count;
	size_t end = count;

	if (total(columns, count, begin, end, BLN_GRID_CUT_MIN) > width_max && count > 1) {
		bool has_grown = true;

		begin = 1;
		while (has_grown && begin < end) { /* from both ends */
			has_grown = false;
			if (total(columns, count, begin, end - 1, BLN_GRID_CUT_MIN) <= width_max) {
				end--;
				has_grown = true;
			}
			if (begin < end && total(columns, count, begin + 1, end, BLN_GRID_CUT_MIN) <= width_max) {
				begin++;
				has_grown = true;
			}
		}
	}
	while (cap > BLN_GRID_CUT_MIN && total(columns, count, begin, end, cap) > width_max)
		cap--;
	for (size_t i = 0; i < count; i++) {
		columns[i].is_out = i >= begin && i < end;
		if (columns[i].can_cut && columns[i].width > cap)
			columns[i].width = cap;
	}
	return end - begin;
}
