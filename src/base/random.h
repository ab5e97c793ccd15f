/* Randomness as a value: the same seed gives the same numbers on every machine, so that whoever uses it can be replayed.
 * Good for tests, jitter, sampling and names; never for keys or tokens. */
#ifndef BLN_BASE_RANDOM_H
#define BLN_BASE_RANDOM_H

#include <stdint.h>

#include "base/status.h"

/* xoshiro256** (Blackman, Vigna: "Scrambled Linear Pseudorandom Number Generators", 2021). One per thread. */
struct bln_random {
	uint64_t state[4];
};

/* Any SEED will do, also 0 (it is stretched by splitmix64, as the authors advise). */
void bln_random_init(struct bln_random *random, uint64_t seed);

/* A seed that nobody can foresee, from the system. BLN_IO when it has none. */
BLN_MUST_CHECK enum bln_status bln_random_seed_system(uint64_t *seed, struct bln_err *err);

/* 64 random bits. */
uint64_t bln_random_next(struct bln_random *random);

/* Below BOUND (> 0), each value equally likely. */
uint64_t bln_random_below(struct bln_random *random, uint64_t bound);

/* In [0, 1), a multiple of 2^-53. */
double bln_random_unit(struct bln_random *random);

#endif
