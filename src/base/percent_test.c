#include "base/base_test.h"

#include "base/mem.h"
#include "base/percent.h"
#include "base/random.h"

static void assert_encoded(const char *bytes, bln_percent_keep *keep, const char *expected)
{
	struct bln_text text = { 0 };

	bln_percent_encode(&text, bytes, strlen(bytes), keep);
	assert_string_equal(text.at, expected);
	bln_text_clean_up(&text);
}

static void each_set_keeps_what_it_should(void **state)
{
	(void)state;
	assert_encoded("a-Z_0.9~", bln_percent_keep_unreserved, "a-Z_0.9~");
	assert_encoded("a b/c=d&e%\xc3\xa9", bln_percent_keep_unreserved, "a%20b%2Fc%3Dd%26e%25%C3%A9");
	assert_encoded("/a b/c=d&e%?#\xc3\xa9", bln_percent_keep_path, "/a%20b/c=d&e%25%3F%23%C3%A9");
	assert_encoded("a b/c=d:e%\\{[]^}'\"*?#\x7f\n\xc3\xa9|<>", bln_percent_keep_hive,
		       "a b%2Fc%3Dd%3Ae%25%5C%7B%5B%5D%5E}%27%22%2A%3F%23%7F%0A\xc3\xa9|<>");
}

/* By definition of the source named in the header, over all 256 bytes. */
static void hive_escapes_exactly_sparks_set(void **state)
{
	static const unsigned char special[] = { '"', '#',  '%',  '\'', '*', '/', ':', '=',
						 '?', '\\', 0x7f, '{',	'[', ']', '^' };
	(void)state;

	for (int byte = 0; byte < 256; byte++) {
		bool is_escaped = byte < 0x20 || memchr(special, byte, sizeof(special));

		assert_int_equal(bln_percent_keep_hive((unsigned char)byte), !is_escaped);
	}
}

static void what_is_no_encoding_is_refused(void **state)
{
	static const char *const bad[] = { "%", "%4", "a%", "a%4", "%4g", "%g4", "%%41", "%4 1", "ok%zzok" };
	struct bln_text text = { 0 };
	(void)state;

	bln_text_add(&text, "before");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(bln_percent_decode(&text, bad[i], strlen(bad[i])));
	assert_string_equal(text.at, "before");
	assert_true(bln_percent_decode(&text, "%41%e9%E9+%00%2541", 18));
	assert_int_equal(text.length, 14);
	assert_memory_equal(text.at, "beforeA\xe9\xe9+\0%41", 15);
	bln_text_clean_up(&text);
}

static bool keep_nothing(unsigned char byte)
{
	(void)byte;
	return false;
}

static void random_bytes_come_back(void **state)
{
	static bln_percent_keep *const sets[] = { bln_percent_keep_unreserved, bln_percent_keep_path,
						  bln_percent_keep_hive, keep_nothing };
	struct bln_text encoded = { 0 };
	struct bln_text decoded = { 0 };
	struct bln_random random;
	char bytes[64];
	(void)state;

	bln_random_init(&random, test_seed(41));
	for (int i = 0; i < 20000; i++) {
		size_t length = 1 + bln_random_below(&random, sizeof(bytes));

		for (size_t at = 0; at < length; at++)
			bytes[at] = (char)bln_random_next(&random);
		bln_text_clear(&encoded);
		bln_text_clear(&decoded);
		bln_percent_encode(&encoded, bytes, length, sets[i % 4]);
		assert_true(bln_percent_decode(&decoded, encoded.at, encoded.length));
		assert_int_equal(decoded.length, length);
		assert_memory_equal(decoded.at, bytes, length);
	}
	bln_text_clean_up(&encoded);
	bln_text_clean_up(&decoded);
}

static void without_memory_the_text_says_so(void **state)
{
	struct bln_text text = { 0 };
	(void)state;

	bln_mem_fail_at(1, true);
	bln_percent_encode(&text, "a b", 3, bln_percent_keep_path);
	bln_mem_fail_at(0, false);
	assert_int_equal(bln_text_check(&text, NULL), BLN_NO_MEMORY);
	bln_text_clean_up(&text);
	bln_mem_fail_at(1, true);
	assert_true(bln_percent_decode(&text, "a%20b", 5));
	bln_mem_fail_at(0, false);
	assert_int_equal(bln_text_check(&text, NULL), BLN_NO_MEMORY);
	bln_text_clean_up(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_set_keeps_what_it_should),   cmocka_unit_test(hive_escapes_exactly_sparks_set),
		cmocka_unit_test(what_is_no_encoding_is_refused),  cmocka_unit_test(random_bytes_come_back),
		cmocka_unit_test(without_memory_the_text_says_so),
	};

	return cmocka_run_group_tests_name("percent", tests, NULL, NULL);
}
