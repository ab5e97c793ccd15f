#include "base/nearest.h"

#include <stdint.h>

static int lower(char letter)
{
	return letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter;
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t bln_edit_distance(struct bln_slice a, struct bln_slice b)
{
	/* Row i, column j: the distance of A's first i letters from B's first j. A swap looks two rows back. */
	size_t rows[3][BLN_NEAREST_LENGTH_MAX + 1];
	size_t *before = rows[0];
	size_t *last = rows[1];
	size_t *row = rows[2];

	if (a.length > BLN_NEAREST_LENGTH_MAX || b.length > BLN_NEAREST_LENGTH_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= b.length; j++)
		last[j] = before[j] = j;
	for (size_t i = 1; i <= a.length; i++) {
		size_t *oldest = before;

		row[0] = i;
		for (size_t j = 1; j <= b.length; j++) {
			const int x = lower(a.at[i - 1]);
			const int y = lower(b.at[j - 1]);

			row[j] = smaller(last[j - 1] + (x != y), smaller(last[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && x == lower(b.at[j - 2]) && y == lower(a.at[i - 2]))
				row[j] = smaller(row[j], before[j - 2] + 1);
		}
		before = last;
		last = row;
		row = oldest;
	}
	return last[b.length];
}

void bln_nearest_try(struct bln_slice name, const char *candidate, const char **best, size_t *distance)
{
	const struct bln_slice other = bln_slice_of(candidate);
	const size_t longer = name.length > other.length ? name.length : other.length;
	const size_t found = bln_edit_distance(name, other);

	if (found <= (longer + 2) / 3 && found < longer && found < *distance) {
		*best = candidate;
		*distance = found;
	}
}

const char *bln_nearest(struct bln_slice name, const char *const *candidates, size_t count)
{
	const char *best = NULL;
	size_t distance = SIZE_MAX;

	for (size_t i = 0; i < count; i++)
		bln_nearest_try(name, candidates[i], &best, &distance);
	return best;
}
