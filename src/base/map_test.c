#include "base/base_test.h"

#include "base/map.h"
#include "base/mem.h"
#include "base/random.h"

static void entries_are_found_and_replaced(void **state)
{
	struct bln_map map = { 0 };
	int one = 1;
	int two = 2;
	bool is_new = false;
	(void)state;

	assert_null(bln_map_get(&map, "a", 1));
	assert_null(bln_map_next(&map, NULL));
	assert_true(bln_map_put(&map, "a", 1, &one));
	assert_true(bln_map_put(&map, "a\0b", 3, &two));
	assert_true(bln_map_put(&map, NULL, 0, &two));
	assert_int_equal(map.count, 3);
	assert_ptr_equal(bln_map_get(&map, "a", 1), &one);
	assert_ptr_equal(bln_map_get(&map, "a\0b", 3), &two);
	assert_ptr_equal(bln_map_get(&map, "", 0), &two);
	assert_null(bln_map_get(&map, "a\0c", 3));
	assert_true(bln_map_put(&map, "a", 1, &two));
	assert_ptr_equal(bln_map_get(&map, "a", 1), &two);
	assert_int_equal(bln_map_insert(&map, "n", 1, &is_new)->number, 0);
	assert_true(is_new);
	bln_map_insert(&map, "n", 1, &is_new)->number = 5;
	assert_false(is_new);
	assert_int_equal(bln_map_find(&map, "n", 1)->number, 5);
	assert_int_equal(map.count, 4);
	bln_map_clean_up(&map);
	assert_null(bln_map_find(&map, "n", 1));
	assert_true(bln_map_put(&map, "a", 1, &one));
	bln_map_clean_up(&map);
}

/* The oracle is an array indexed by the key's number. */
static void random_changes_agree_with_an_array(void **state)
{
	enum { KEYS = 600, STEPS = 20000 };
	static char keys[KEYS][8];
	uint64_t values[KEYS] = { 0 }; /* 0: not there */
	struct bln_random random;
	struct bln_map map = { 0 };
	size_t count = 0;
	(void)state;

	bln_random_init(&random, test_seed(7));
	map.seed = bln_random_next(&random);
	for (int i = 0; i < KEYS; i++)
		snprintf(keys[i], sizeof(keys[i]), "k%d", i);
	for (uint64_t step = 1; step <= STEPS; step++) {
		size_t i = bln_random_below(&random, 1 + KEYS * step / STEPS);
		struct bln_map_entry *entry = bln_map_insert(&map, keys[i % KEYS], strlen(keys[i % KEYS]), NULL);
		const struct bln_map_entry *found;

		assert_int_equal(entry->number, values[i % KEYS]);
		count += values[i % KEYS] == 0;
		entry->number = values[i % KEYS] = step;
		assert_int_equal(map.count, count);
		i = bln_random_below(&random, KEYS);
		found = bln_map_find(&map, keys[i], strlen(keys[i]));
		assert_int_equal(found ? found->number : 0, values[i]);
	}
	for (const struct bln_map_entry *entry = NULL; (entry = bln_map_next(&map, entry)); count--) {
		size_t i = strtoul(entry->key + 1, NULL, 10);

		assert_true(entry->number != 0 && entry->number == values[i]);
		values[i] = 0; /* each only once */
	}
	assert_int_equal(count, 0);
	bln_map_clean_up(&map);
}

static void a_million_entries(void **state)
{
	enum { COUNT = 1000000, SIZE = 12 };
	char *keys = malloc((size_t)COUNT * SIZE);
	struct bln_map map = { 0 };
	(void)state;

	assert_non_null(keys);
	for (size_t i = 0; i < COUNT; i++) {
		snprintf(keys + i * SIZE, SIZE, "%zu", i);
		bln_map_insert(&map, keys + i * SIZE, strlen(keys + i * SIZE), NULL)->number = i;
	}
	assert_int_equal(map.count, COUNT);
	for (size_t i = 0; i < COUNT; i++)
		assert_int_equal(bln_map_find(&map, keys + i * SIZE, strlen(keys + i * SIZE))->number, i);
	bln_map_clean_up(&map);
	free(keys);
}

static void without_memory_the_map_stays_as_it_was(void **state)
{
	static char keys[100][4];
	uint64_t nth = 1;
	bool has_passed = false;
	(void)state;

	for (int i = 0; i < 100; i++)
		snprintf(keys[i], sizeof(keys[i]), "%d", i);
	for (; !has_passed; nth++) {
		struct bln_map map = { 0 };
		size_t count = 0;

		bln_mem_fail_at(nth, true);
		while (count < 100 && bln_map_put(&map, keys[count], strlen(keys[count]), keys[count]))
			count++;
		bln_mem_fail_at(0, false);
		has_passed = count == 100;
		assert_int_equal(map.count, count);
		for (size_t i = 0; i < 100; i++)
			assert_ptr_equal(bln_map_get(&map, keys[i], strlen(keys[i])), i < count ? keys[i] : NULL);
		bln_map_clean_up(&map);
	}
	assert_true(nth > 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_are_found_and_replaced),
		cmocka_unit_test(random_changes_agree_with_an_array),
		cmocka_unit_test(a_million_entries),
		cmocka_unit_test(without_memory_the_map_stays_as_it_was),
	};

	return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
