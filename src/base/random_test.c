#include "base/base_test.h"

#include <math.h>

#include "base/random.h"

/* Known outputs of xoshiro256** from the state 1 2 3 4, and of splitmix64 from 0. */
static void the_sequence_is_the_published_one(void **state)
{
	static const uint64_t from_state_1_2_3_4[] = {
		UINT64_C(11520),
		UINT64_C(0),
		UINT64_C(1509978240),
		UINT64_C(1215971899390074240),
	};
	struct bln_random random = { .state = { 1, 2, 3, 4 } };
	(void)state;

	for (size_t i = 0; i < sizeof(from_state_1_2_3_4) / sizeof(from_state_1_2_3_4[0]); i++)
		assert_true(bln_random_next(&random) == from_state_1_2_3_4[i]);
	bln_random_init(&random, 0);
	assert_true(random.state[0] == UINT64_C(0xe220a8397b1dcdaf));
	assert_true(random.state[1] == UINT64_C(0x6e789e6aa1b965f4));
	assert_true(random.state[2] == UINT64_C(0x06c45d188009454f));
}

static void below_is_even_and_never_reaches_its_bound(void **state)
{
	enum { BOUND = 7, DRAWS = 70000 };
	struct bln_random random;
	int counts[BOUND] = { 0 };
	(void)state;

	bln_random_init(&random, test_seed(11));
	for (int i = 0; i < DRAWS; i++)
		counts[bln_random_below(&random, BOUND)]++;
	for (int i = 0; i < BOUND; i++)
		assert_in_range(counts[i], DRAWS / BOUND - 600, DRAWS / BOUND + 600); /* six deviations */
	for (int i = 0; i < 1000; i++) {
		assert_true(bln_random_below(&random, 1) == 0);
		assert_true(bln_random_below(&random, UINT64_MAX) < UINT64_MAX);
	}
}

static void a_bound_near_the_whole_range_stays_even(void **state)
{
	const uint64_t bound = UINT64_MAX / 3 * 2;
	struct bln_random random;
	int lower = 0;
	(void)state;

	bln_random_init(&random, test_seed(12));
	for (int i = 0; i < 10000; i++)
		lower += bln_random_below(&random, bound) < bound / 2;
	assert_in_range(lower, 4700, 5300); /* taking the remainder alone gives 6,667 */
}

static void units_are_even(void **state)
{
	enum { DRAWS = 200000 };
	struct bln_random random;
	double sum = 0;
	int lower = 0;
	(void)state;

	bln_random_init(&random, test_seed(13));
	for (int i = 0; i < DRAWS; i++) {
		double unit = bln_random_unit(&random);

		assert_true(unit >= 0 && unit < 1);
		sum += unit;
		lower += unit < 0.25;
	}
	assert_true(fabs(sum / DRAWS - 0.5) < 0.005);
	assert_true(fabs((double)lower / DRAWS - 0.25) < 0.005);
}

static void the_system_gives_another_seed_each_time(void **state)
{
	struct bln_err err = { 0 };
	uint64_t first = 0;
	uint64_t second = 0;
	(void)state;

	assert_ok(bln_random_seed_system(&first, &err), &err);
	assert_ok(bln_random_seed_system(&second, &err), &err);
	assert_true(first != second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_sequence_is_the_published_one),
		cmocka_unit_test(below_is_even_and_never_reaches_its_bound),
		cmocka_unit_test(a_bound_near_the_whole_range_stays_even),
		cmocka_unit_test(units_are_even),
		cmocka_unit_test(the_system_gives_another_seed_each_time),
	};

	return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
