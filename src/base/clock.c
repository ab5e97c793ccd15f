#include "base/clock.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <time.h>

#include "base/time.h"

enum { NS_PER_US = 1000 };

static int64_t read_us(clockid_t id)
{
	struct timespec time = { 0 };

	clock_gettime(id, &time); /* cannot fail for the clocks below */
	return (int64_t)time.tv_sec * BLN_US_PER_SECOND + time.tv_nsec / NS_PER_US;
}

static int64_t system_now_us(struct bln_clock *clock)
{
	(void)clock;
	return read_us(CLOCK_REALTIME);
}

static int64_t system_monotonic_us(struct bln_clock *clock)
{
	(void)clock;
	return read_us(CLOCK_MONOTONIC);
}

/* Up to a moment, not for a time: a signal's interruptions then do not add up. */
static void system_sleep_us(struct bln_clock *clock, int64_t duration_us)
{
	int64_t until_us;
	struct timespec until;

	(void)clock;
	if (duration_us <= 0)
		return;
	if (__builtin_add_overflow(read_us(CLOCK_MONOTONIC) + 1, duration_us, &until_us))
		until_us = INT64_MAX;
	until.tv_sec = until_us / BLN_US_PER_SECOND;
	until.tv_nsec = until_us % BLN_US_PER_SECOND * NS_PER_US;
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

struct bln_clock *bln_clock_system(void)
{
	/* Never written to; only the interface is not const, as other clocks have state. */
	static struct bln_clock clock = {
		.now_us = system_now_us,
		.monotonic_us = system_monotonic_us,
		.sleep_us = system_sleep_us,
	};

	return &clock;
}

static int64_t virtual_now_us(struct bln_clock *clock)
{
	return atomic_load(&((struct bln_clock_virtual *)clock)->time_us);
}

static int64_t virtual_monotonic_us(struct bln_clock *clock)
{
	return atomic_load(&((struct bln_clock_virtual *)clock)->monotonic_us);
}

static void virtual_sleep_us(struct bln_clock *clock, int64_t duration_us)
{
	struct bln_clock_virtual *self = (struct bln_clock_virtual *)clock;

	atomic_fetch_add(&self->sleeps, 1);
	if (duration_us > 0)
		bln_clock_virtual_advance(self, duration_us);
}

void bln_clock_virtual_init(struct bln_clock_virtual *clock, int64_t now_us)
{
	clock->clock = (struct bln_clock){
		.now_us = virtual_now_us,
		.monotonic_us = virtual_monotonic_us,
		.sleep_us = virtual_sleep_us,
	};
	atomic_init(&clock->time_us, now_us);
	atomic_init(&clock->monotonic_us, 0);
	atomic_init(&clock->sleeps, 0);
}

void bln_clock_virtual_advance(struct bln_clock_virtual *clock, int64_t duration_us)
{
	assert(duration_us >= 0);
	atomic_fetch_add(&clock->time_us, duration_us);
	atomic_fetch_add(&clock->monotonic_us, duration_us);
}

void bln_clock_virtual_set(struct bln_clock_virtual *clock, int64_t now_us)
{
	atomic_store(&clock->time_us, now_us);
}
