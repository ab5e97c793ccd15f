#include "base/random.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <sys/random.h>

static uint64_t rotate(uint64_t value, int by)
{
	return value << by | value >> (64 - by);
}

void bln_random_init(struct bln_random *random, uint64_t seed)
{
	for (int i = 0; i < 4; i++) {
		uint64_t mixed = seed += UINT64_C(0x9e3779b97f4a7c15);

		mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
		mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
		random->state[i] = mixed ^ mixed >> 31;
	}
}

enum bln_status bln_random_seed_system(uint64_t *seed, struct bln_err *err)
{
	ssize_t got;

	/* So few bytes come whole or not at all. */
	do
		got = getrandom(seed, sizeof(*seed), 0);
	while (got < 0 && errno == EINTR);
	return got == sizeof(*seed) ? BLN_OK : bln_err_errno(err, errno, "no random numbers from the system");
}

uint64_t bln_random_next(struct bln_random *random)
{
	uint64_t *state = random->state;
	const uint64_t result = rotate(state[1] * 5, 7) * 9;
	const uint64_t shifted = state[1] << 17;

	state[2] ^= state[0];
	state[3] ^= state[1];
	state[1] ^= state[2];
	state[0] ^= state[3];
	state[2] ^= shifted;
	state[3] = rotate(state[3], 45);
	return result;
}

uint64_t bln_random_below(struct bln_random *random, uint64_t bound)
{
	/* How many of the 2^64 values are left over when they are dealt to BOUND; those are drawn again. */
	const uint64_t left_over = bound > 0 ? (0 - bound) % bound : 0;
	uint64_t value;

	assert(bound > 0);
	do
		value = bln_random_next(random);
	while (value < left_over);
	return value % bound;
}

double bln_random_unit(struct bln_random *random)
{
	return (double)(bln_random_next(random) >> 11) * 0x1p-53;
}
