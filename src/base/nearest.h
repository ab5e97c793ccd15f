/* What somebody probably meant: the known name nearest to one that is not known. */
#ifndef BLN_BASE_NEAREST_H
#define BLN_BASE_NEAREST_H

#include <stddef.h>

#include "base/text.h"

/* Longer names have no nearest: nobody mistypes them, and the work grows with the square. */
enum { BLN_NEAREST_LENGTH_MAX = 64 };

/* How many letters to insert, drop, replace or swap with their neighbour make A into B, capitals aside (the optimal string
 * alignment distance, Damerau 1964). SIZE_MAX where one is longer than BLN_NEAREST_LENGTH_MAX. */
size_t bln_edit_distance(struct bln_slice a, struct bln_slice b);

/* The one of the COUNT CANDIDATES that is nearest to NAME (the first among equals), or NULL where none is near enough
 * to be what was meant: more than a third of the letters differ. */
const char *bln_nearest(struct bln_slice name, const char *const *candidates, size_t count);

/* The same one at a time, for names that lie in tables: keeps in *BEST what is nearer to NAME. *DISTANCE starts as SIZE_MAX. */
void bln_nearest_try(struct bln_slice name, const char *candidate, const char **best, size_t *distance);

#endif
