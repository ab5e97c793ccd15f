/* Time as an interface: nothing in the program asks the system for it but bln_clock_system, so that a test, or a whole run
 * replayed from a seed, can bring its own. */
#ifndef BLN_BASE_CLOCK_H
#define BLN_BASE_CLOCK_H

#include <stdint.h>

/* Implementations embed it first and are found again by a cast. All may be called from several threads. */
struct bln_clock {
	/* µs since 1970, UTC; may jump when somebody sets the system's clock. */
	int64_t (*now_us)(struct bln_clock *clock);
	/* µs since some moment; never goes back. For durations and deadlines. */
	int64_t (*monotonic_us)(struct bln_clock *clock);
	/* Returns after at least DURATION_US of the monotonic time (at once if that is not positive). */
	void (*sleep_us)(struct bln_clock *clock, int64_t duration_us);
};

static inline int64_t bln_clock_now_us(struct bln_clock *clock)
{
	return clock->now_us(clock);
}

static inline int64_t bln_clock_monotonic_us(struct bln_clock *clock)
{
	return clock->monotonic_us(clock);
}

static inline void bln_clock_sleep_us(struct bln_clock *clock, int64_t duration_us)
{
	clock->sleep_us(clock, duration_us);
}

/* The system's; lives for ever and has no state. */
struct bln_clock *bln_clock_system(void);

/* A clock that stands still until somebody sleeps on it or moves it: sleeping takes no time at all. */
struct bln_clock_virtual {
	struct bln_clock clock;
	_Atomic int64_t time_us; /* what now_us says */
	_Atomic int64_t monotonic_us; /* what has passed since init */
	_Atomic int64_t sleeps; /* how often somebody slept */
};

/* Starts at NOW_US with a monotonic time of 0. Nothing to clean up. */
void bln_clock_virtual_init(struct bln_clock_virtual *clock, int64_t now_us);

/* Lets time pass: both times move on by DURATION_US (≥ 0). */
void bln_clock_virtual_advance(struct bln_clock_virtual *clock, int64_t duration_us);

/* Sets only what now_us says, as an administrator or NTP would; the monotonic time does not move. */
void bln_clock_virtual_set(struct bln_clock_virtual *clock, int64_t now_us);

#endif
