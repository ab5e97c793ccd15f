#include "base/base_test.h"

#include <signal.h>
#include <sys/time.h>
#include <time.h>

#include "base/clock.h"
#include "base/time.h"

static void the_system_clock_agrees_with_the_library(void **state)
{
	struct bln_clock *clock = bln_clock_system();
	int64_t seconds = (int64_t)time(NULL);
	int64_t now_us = bln_clock_now_us(clock);
	int64_t before_us = bln_clock_monotonic_us(clock);
	(void)state;

	assert_true(now_us / BLN_US_PER_SECOND >= seconds - 1 && now_us / BLN_US_PER_SECOND <= seconds + 5);
	for (int i = 0; i < 1000; i++) {
		int64_t after_us = bln_clock_monotonic_us(clock);

		assert_true(after_us >= before_us);
		before_us = after_us;
	}
}

static void ignore(int signal)
{
	(void)signal;
}

/* Signals every millisecond must neither end a sleep early nor stretch it without end. */
static void a_sleep_lasts_as_long_as_it_was_asked_for(void **state)
{
	const struct itimerval every_ms = { .it_interval.tv_usec = 1000, .it_value.tv_usec = 1000 };
	const struct itimerval never = { 0 };
	const struct sigaction action = { .sa_handler = ignore };
	struct bln_clock *clock = bln_clock_system();
	int64_t start_us = bln_clock_monotonic_us(clock);
	int64_t slept_us;
	(void)state;

	bln_clock_sleep_us(clock, 0);
	bln_clock_sleep_us(clock, INT64_MIN);
	assert_true(bln_clock_monotonic_us(clock) - start_us < 20 * BLN_US_PER_SECOND);

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &every_ms, NULL);
	start_us = bln_clock_monotonic_us(clock);
	bln_clock_sleep_us(clock, 30 * BLN_US_PER_MS);
	slept_us = bln_clock_monotonic_us(clock) - start_us;
	setitimer(ITIMER_REAL, &never, NULL);
	assert_true(slept_us >= 30 * BLN_US_PER_MS);
	assert_true(slept_us < 20 * BLN_US_PER_SECOND);
}

static void virtual_time_passes_only_when_told(void **state)
{
	struct bln_clock_virtual virtual;
	struct bln_clock *clock = &virtual.clock;
	(void)state;

	bln_clock_virtual_init(&virtual, 1000);
	assert_int_equal(bln_clock_now_us(clock), 1000);
	assert_int_equal(bln_clock_monotonic_us(clock), 0);
	bln_clock_sleep_us(clock, BLN_US_PER_DAY);
	bln_clock_sleep_us(clock, -5);
	assert_int_equal(bln_clock_now_us(clock), 1000 + BLN_US_PER_DAY);
	assert_int_equal(bln_clock_monotonic_us(clock), BLN_US_PER_DAY);
	assert_int_equal(virtual.sleeps, 2);
	bln_clock_virtual_set(&virtual, 50);
	bln_clock_virtual_advance(&virtual, 7);
	assert_int_equal(bln_clock_now_us(clock), 57);
	assert_int_equal(bln_clock_monotonic_us(clock), BLN_US_PER_DAY + 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_system_clock_agrees_with_the_library),
		cmocka_unit_test(a_sleep_lasts_as_long_as_it_was_asked_for),
		cmocka_unit_test(virtual_time_passes_only_when_told),
	};

	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
