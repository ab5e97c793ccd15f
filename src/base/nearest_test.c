#include "base/base_test.h"

#include "base/nearest.h"
#include "base/random.h"

static size_t distance(const char *a, const char *b)
{
	return bln_edit_distance(bln_slice_of(a), bln_slice_of(b));
}

static void distances_are_the_known_ones(void **state)
{
	(void)state;
	assert_int_equal(distance("", ""), 0);
	assert_int_equal(distance("", "abc"), 3);
	assert_int_equal(distance("abc", ""), 3);
	assert_int_equal(distance("kitten", "sitting"), 3);
	assert_int_equal(distance("souce", "source"), 1);
	assert_int_equal(distance("soruce", "source"), 1);
	assert_int_equal(distance("SOURCE", "source"), 0);
	assert_int_equal(distance("ca", "abc"), 3);
	assert_int_equal(distance("abcdef", "badcfe"), 3);
	assert_true(distance("0123456789012345678901234567890123456789012345678901234567890123456789", "x") ==
		    SIZE_MAX);
}

/* What any distance must hold, over short words of few letters, where alignments are most ambiguous. */
static void distances_are_a_measure(void **state)
{
	struct bln_random random;
	(void)state;

	bln_random_init(&random, test_seed(3));
	for (int i = 0; i < 20000; i++) {
		char words[2][9] = { { 0 } };
		size_t lengths[2];
		size_t found;

		for (int w = 0; w < 2; w++) {
			lengths[w] = bln_random_below(&random, 9);
			for (size_t at = 0; at < lengths[w]; at++)
				words[w][at] = (char)('a' + bln_random_below(&random, 3));
		}
		found = distance(words[0], words[1]);
		assert_int_equal(found, distance(words[1], words[0]));
		assert_int_equal(found == 0, strcmp(words[0], words[1]) == 0);
		assert_true(found <= (lengths[0] > lengths[1] ? lengths[0] : lengths[1]));
		assert_true(found + lengths[0] >= lengths[1] && found + lengths[1] >= lengths[0]);
	}
}

static void the_nearest_is_what_was_meant_or_nothing(void **state)
{
	static const char *const names[] = { "kind", "source", "into", "mode", "key", "timeout", "retries" };
	const size_t count = sizeof(names) / sizeof(names[0]);
	(void)state;

	assert_string_equal(bln_nearest(bln_slice_of("souce"), names, count), "source");
	assert_string_equal(bln_nearest(bln_slice_of("Time_out"), names, count), "timeout");
	assert_string_equal(bln_nearest(bln_slice_of("retry"), names, count), "retries");
	assert_string_equal(bln_nearest(bln_slice_of("itno"), names, count), "into");
	assert_null(bln_nearest(bln_slice_of("xyz"), names, count));
	assert_null(bln_nearest(bln_slice_of("partition"), names, count));
	assert_null(bln_nearest(bln_slice_of(""), names, count));
	assert_null(bln_nearest(bln_slice_of("a"), names, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distances_are_the_known_ones),
		cmocka_unit_test(distances_are_a_measure),
		cmocka_unit_test(the_nearest_is_what_was_meant_or_nothing),
	};

	return cmocka_run_group_tests_name("nearest", tests, NULL, NULL);
}
