#include "base/base_test.h"

#include "base/random.h"
#include "store/key.h"

static enum bln_status checked(const char *key)
{
	return bln_key_check(key, strlen(key), NULL);
}

static void what_tables_need_is_a_key(void **state)
{
	static const char *const good[] = {
		"a",
		"silver/cryptos/_delta_log/00000000000000000000.json",
		"t/symbol=XBT%2FUSD/part-0.parquet",
		".hidden",
		"a b/c+d",
		"...",
		"..a/b..",
		"a/\xc3\xa9\xff/b",
		"a\\b",
		"x/.bln-tm",
		"x/y.bln-tmp-1",
	};
	(void)state;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(checked(good[i]), BLN_OK);
}

static void what_is_no_key_is_refused_by_its_name(void **state)
{
	static const struct {
		const char *key;
		enum bln_status status;
	} bad[] = {
		{ "", BLN_INVALID },
		{ "/", BLN_DENIED },
		{ "/etc/passwd", BLN_DENIED },
		{ "..", BLN_DENIED },
		{ "../x", BLN_DENIED },
		{ "a/../../x", BLN_DENIED },
		{ "a/..", BLN_DENIED },
		{ ".", BLN_INVALID },
		{ "a/./b", BLN_INVALID },
		{ "a//b", BLN_INVALID },
		{ "a/", BLN_INVALID },
		{ ".bln-tmp-1", BLN_INVALID },
		{ "a/.bln-tmp-", BLN_INVALID },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct bln_err err = { 0 };
		char quoted[80];

		assert_int_equal(bln_key_check(bad[i].key, strlen(bad[i].key), &err), bad[i].status);
		snprintf(quoted, sizeof(quoted), "'%s'", bad[i].key);
		assert_says(err.message, quoted);
	}
	assert_int_equal(bln_key_check("a\0b", 3, NULL), BLN_INVALID);
}

static void lengths_are_limited_to_the_byte(void **state)
{
	char key[BLN_KEY_MAX + 2];
	(void)state;

	memset(key, 'k', sizeof(key));
	assert_int_equal(bln_key_check(key, BLN_KEY_SEGMENT_MAX, NULL), BLN_OK);
	assert_int_equal(bln_key_check(key, BLN_KEY_SEGMENT_MAX + 1, NULL), BLN_INVALID);
	for (size_t i = 200; i < sizeof(key); i += 201)
		key[i] = '/';
	assert_int_equal(bln_key_check(key, BLN_KEY_MAX, NULL), BLN_OK);
	assert_int_equal(bln_key_check(key, BLN_KEY_MAX + 1, NULL), BLN_INVALID);
}

static void a_prefix_is_any_beginning_of_a_key(void **state)
{
	static const char key[] = "silver/.x/..y/...";
	static const char *const bad[] = { "/", "//", "a//", "../", "a/../", "./", ".bln-tmp-", "a/.bln-tmp-1" };
	(void)state;

	for (size_t length = 0; length < sizeof(key); length++)
		assert_int_equal(bln_key_check_prefix(key, length, NULL), BLN_OK);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_not_equal(bln_key_check_prefix(bad[i], strlen(bad[i]), NULL), BLN_OK);
}

/* Whatever passes: walking its segments never goes above the root and ends below it. */
static void no_key_leaves_the_root(void **state)
{
	struct bln_random random;
	int passed = 0;
	(void)state;

	bln_random_init(&random, test_seed(20240229));
	for (int i = 0; i < 200000; i++) {
		char key[16];
		size_t length = bln_random_below(&random, 10);
		int depth = 0;

		for (size_t k = 0; k < length; k++)
			key[k] = "./a\0"[bln_random_below(&random, 4)];
		key[length] = '\0';
		if (bln_key_check(key, length, NULL) != BLN_OK)
			continue;
		passed++;
		assert_int_equal(strlen(key), length);
		assert_true(length > 0 && key[0] != '/' && key[length - 1] != '/');
		for (const char *at = key; at; at = strchr(at, '/') ? strchr(at, '/') + 1 : NULL) {
			size_t size = strcspn(at, "/");

			assert_true(size > 0);
			depth += size == 2 && strncmp(at, "..", 2) == 0 ? -1 : size == 1 && at[0] == '.' ? 0 : 1;
			assert_true(depth > 0);
		}
	}
	assert_true(passed > 1000);
}

static void the_folder_is_what_is_before_the_last_slash(void **state)
{
	(void)state;
	assert_int_equal(bln_key_folder_length("a"), 0);
	assert_int_equal(bln_key_folder_length("a/b"), 1);
	assert_int_equal(bln_key_folder_length("ab/c/d"), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_tables_need_is_a_key),
		cmocka_unit_test(what_is_no_key_is_refused_by_its_name),
		cmocka_unit_test(lengths_are_limited_to_the_byte),
		cmocka_unit_test(a_prefix_is_any_beginning_of_a_key),
		cmocka_unit_test(no_key_leaves_the_root),
		cmocka_unit_test(the_folder_is_what_is_before_the_last_slash),
	};

	return cmocka_run_group_tests_name("key", tests, NULL, NULL);
}
