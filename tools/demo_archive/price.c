#include "price.h"

#include <stdio.h>

enum { STEPS = 4, OUTAGE_STEPS = 12, DAY_STEPS = 96 };

static const int64_t powers[] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000 };

struct demo_symbol demo_symbol_at(int index)
{
	static const struct demo_symbol known[] = {
		{ "XBTUSD", 420.0, 0.0019, 4e-6, 30, 1, 0 },	   { "ETHUSD", 11.5, 0.0024, 4e-6, 400, 2, 0.08 },
		{ "LINKUSD", 2.4, 0.0029, 6e-6, 3000, 5, 0.4 },	   { "XDGUSD", 0.0025, 0.0031, 6e-6, 900000, 7, 0.12 },
		{ "USDTUSD", 1.0, 0.00012, 6e-3, 60000, 5, 0.25 },
	};
	const int count = sizeof(known) / sizeof(known[0]);
	struct demo_symbol made = known[index % count];

	if (index < count)
		return made;
	snprintf(made.name, sizeof(made.name), "DEMO%02dUSD", index % 10000);
	made.listed = 0;
	return made;
}

/* Mixes SEED and VALUE into 64 bits that look random. */
static uint64_t mixed(uint64_t seed, uint64_t value)
{
	struct bln_random random;

	bln_random_init(&random, seed ^ value * UINT64_C(0x9e3779b97f4a7c15));
	return bln_random_next(&random);
}

void demo_walk_init(struct demo_walk *walk, const struct demo_symbol *symbol, int index, uint64_t seed, int64_t begin_s,
		    int64_t end_s)
{
	const int64_t listed_s = begin_s + (int64_t)(symbol->listed * (double)(end_s - begin_s));

	*walk = (struct demo_walk){
		.symbol = symbol,
		.seed = seed,
		.begin_s = begin_s,
		.end_s = end_s,
		.time_s = listed_s - listed_s % DEMO_STEP_S,
		.price = symbol->first_price,
		.heat = 1,
		.scale = (double)powers[symbol->decimals],
	};
	bln_random_init(&walk->random, mixed(seed, (uint64_t)index + 1));
}

/* Two numbers from 64 random bits: each the sum of four 8-bit numbers, scaled to mean 0 and deviation 1. */
static void normals(struct bln_random *random, double z[static 2])
{
	static const double deviation = 147.8; /* of the sum of four uniform numbers from 0 to 255 */
	const uint64_t bits = bln_random_next(random);

	for (int i = 0; i < 2; i++) {
		const uint64_t half = bits >> 32 * i;

		z[i] = ((double)((half & 255) + (half >> 8 & 255) + (half >> 16 & 255) + (half >> 24 & 255)) - 510) /
		       deviation;
	}
}

static int64_t rounded(double value)
{
	const int64_t whole = (int64_t)(value + 0.5);

	return whole > 0 ? whole : 1;
}

/* Whether the venue is closed: on some days, from some candle on, for a while. */
static bool is_outage(const struct demo_walk *walk, int64_t time_s)
{
	const int64_t step = time_s / DEMO_STEP_S;
	const uint64_t day = mixed(walk->seed, (uint64_t)(step / DAY_STEPS) << 20);
	const int64_t from = (int64_t)(day >> 16 & 63);

	return day % 61 == 0 && step % DAY_STEPS >= from &&
	       step % DAY_STEPS < from + 1 + (int64_t)(day >> 8 & 255) % OUTAGE_STEPS;
}

static void candle_make(struct demo_walk *walk, double share, struct demo_candle *candle)
{
	const struct demo_symbol *symbol = walk->symbol;
	const double part_of_day = (double)(walk->time_s % 86400) / 86400;
	const double busy = 0.6 + 1.6 * (part_of_day < 0.5 ? part_of_day : 1 - part_of_day);
	double high = walk->price, low = walk->price, volume;
	double z[STEPS];

	candle->time_s = walk->time_s;
	candle->open = rounded(walk->price * walk->scale);
	normals(&walk->random, z);
	normals(&walk->random, z + 2);
	for (int i = 0; i < STEPS; i++) {
		const double pull = symbol->pull * (symbol->first_price - walk->price) / symbol->first_price;

		walk->price *= 1 + symbol->volatility * walk->heat * z[i] + pull;
		if (walk->price * walk->scale < 10)
			walk->price = 10 / walk->scale;
		high = walk->price > high ? walk->price : high;
		low = walk->price < low ? walk->price : low;
	}
	candle->high = rounded(high * walk->scale);
	candle->low = rounded(low * walk->scale);
	candle->close = rounded(walk->price * walk->scale);
	volume = symbol->volume * walk->heat * busy * (0.02 + share * share * share * 4);
	candle->volume = rounded(volume * 1e8);
	candle->trades = 1 + (int64_t)(volume / symbol->volume * 140);
}

bool demo_walk_next(struct demo_walk *walk, int64_t until_s, struct demo_candle *candle)
{
	for (; walk->time_s < until_s; walk->time_s += DEMO_STEP_S) {
		const double age = (double)(walk->end_s - walk->time_s) / (double)(walk->end_s - walk->begin_s);
		const double absent = 0.0004 + 0.3 * age * age * age * age;

		/* Drawn in any case, so that nothing behind depends on what is absent. */
		const double draw = bln_random_unit(&walk->random);
		const double share = bln_random_unit(&walk->random);

		walk->heat += 0.01 * (2 * bln_random_unit(&walk->random) - walk->heat);
		candle_make(walk, share, candle);
		if (draw < absent || is_outage(walk, walk->time_s))
			continue;
		walk->time_s += DEMO_STEP_S;
		return true;
	}
	return false;
}
