/* What is known of a column's values in a file, and whether one of them can pass a predicate.
 *
 * Inside src/engine only. When in doubt the answer is yes: DuckDB may round or cast either side of a comparison, so what is
 * not compared exactly here is compared generously. */
#ifndef BLN_ENGINE_PRUNE_BOUNDS_H
#define BLN_ENGINE_PRUNE_BOUNDS_H

#include "delta/value.h"
#include "engine/prune.h"

struct bln_bounds {
	const struct bln_type *type;
	bool has_nulls; /* there may be nulls */
	bool has_values; /* there may be others */
	bool has_low, has_high;
	struct bln_value low, high; /* no value is beyond them */
	bool is_exact; /* the bounds are values themselves, as in partitions */
};

/* Makes up for what writers do to statistics: times cut to milliseconds, reals in few digits, NaN left out; and for what
 * DuckDB does to a real that it compares. Bounds that contradict each other are dropped. */
void bln_bounds_widen(struct bln_bounds *bounds);

bool bln_bounds_can_match(const struct bln_bounds *bounds, const struct bln_predicate *predicate);

#endif
