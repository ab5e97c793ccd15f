/* The price process of the demo archive: made up, from a seed, the same on every machine.
 *
 * Each symbol walks in candles of 15 minutes. In a candle the price takes four steps of
 *     price × (1 + volatility × heat × z + pull × (anchor − price) / anchor),
 * with z the sum of four uniform numbers, scaled to deviation 1 (Irwin-Hall: near enough to normal, and without the C
 * library's functions, whose last bits differ between machines). Open, high, low and close are the first, highest,
 * lowest and last of the prices it took, rounded to the symbol's decimals. Heat follows a slow random path around 1,
 * so that calm and hectic days come in clusters. Volume is the symbol's usual one times heat, the time of day and a
 * skewed random number; trades follow it. Intervals without trades are frequent in the first years and rare in the
 * last; now and then the venue is closed for up to three hours, for all symbols alike. */
#ifndef BLN_TOOLS_DEMO_PRICE_H
#define BLN_TOOLS_DEMO_PRICE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/random.h"

enum { DEMO_STEP_S = 900 };

struct demo_symbol {
	char name[16];
	double first_price;
	double volatility; /* of a step, relative */
	double pull; /* towards the first price, in a step */
	double volume; /* in a candle */
	int decimals; /* of prices */
	double listed; /* when, as part of the whole time: 0 from its beginning */
};

/* All integers: prices in units of 10^-decimals, volume in 10^-8. */
struct demo_candle {
	int64_t time_s;
	int64_t open, high, low, close;
	int64_t volume;
	int64_t trades;
};

struct demo_walk {
	const struct demo_symbol *symbol;
	struct bln_random random;
	uint64_t seed;
	int64_t begin_s, end_s; /* of the whole time, for how often candles are absent */
	int64_t time_s; /* of the next candle */
	double price;
	double heat;
	double scale;
};

/* Symbol INDEX: the five of the crypto class first, then made-up names. */
struct demo_symbol demo_symbol_at(int index);

/* Starts SYMBOL's walk, INDEX being its place, in the time from BEGIN_S to END_S. */
void demo_walk_init(struct demo_walk *walk, const struct demo_symbol *symbol, int index, uint64_t seed, int64_t begin_s,
		    int64_t end_s);

/* The next candle before UNTIL_S; false where there is none. Intervals without trades are passed over. */
bool demo_walk_next(struct demo_walk *walk, int64_t until_s, struct demo_candle *candle);

#endif
