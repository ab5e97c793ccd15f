#include "base/base_test.h"

#include "base/mem.h"
#include "base/random.h"
#include "base/secrets.h"

static struct bln_secrets secrets_of(const char *first, const char *second)
{
	struct bln_secrets secrets = { 0 };
	struct bln_err err = { 0 };

	assert_ok(bln_secrets_add(&secrets, bln_slice_of(first), &err), &err);
	if (second)
		assert_ok(bln_secrets_add(&secrets, bln_slice_of(second), &err), &err);
	return secrets;
}

static void assert_masked(const struct bln_secrets *secrets, const char *text, const char *expected)
{
	char *bytes = bln_mem_strndup(text, strlen(text)); /* of its exact size, so that ASan sees every step beyond */

	assert_non_null(bytes);
	bytes[bln_secrets_mask(secrets, bytes, strlen(text))] = '\0';
	assert_string_equal(bytes, expected);
	bln_mem_free(bytes);
}

static void secrets_are_masked_wherever_they_are(void **state)
{
	struct bln_secrets secrets = secrets_of("hunter2", NULL);
	(void)state;

	assert_masked(&secrets, "hunter2", "***");
	assert_masked(&secrets, "key=hunter2&x=1", "key=***&x=1");
	assert_masked(&secrets, "hunter2hunter2 hunter2", "*** ***");
	assert_masked(&secrets, "hunterhunter2", "hunter***");
	assert_masked(&secrets, "Hunter2 hunter3", "Hunter2 hunter3");
	assert_masked(&secrets, "", "");
	assert_masked(NULL, "hunter2", "hunter2");
	bln_secrets_clean_up(&secrets);
	assert_masked(&secrets, "hunter2", "hunter2");
}

static void their_forms_in_urls_and_json_too(void **state)
{
	struct bln_secrets secrets = secrets_of("p/ss\"w\\rd\n", NULL);
	(void)state;

	assert_masked(&secrets, "a p/ss\"w\\rd\n b", "a *** b");
	assert_masked(&secrets, "https://x/?k=p%2Fss%22w%5Crd%0A&b", "https://x/?k=***&b");
	assert_masked(&secrets, "{\"k\":\"p/ss\\\"w\\\\rd\\n\"}", "{\"k\":\"***\"}");
	assert_int_equal(secrets.count, 3);
	bln_secrets_clean_up(&secrets);
}

static void what_overlaps_or_touches_is_one(void **state)
{
	struct bln_secrets secrets = secrets_of("abcdef", "defghi");
	(void)state;

	assert_masked(&secrets, "xabcdefghiy", "x***y");
	assert_masked(&secrets, "abcdefdefghi", "***");
	assert_masked(&secrets, "abcdef defghi", "*** ***");
	bln_secrets_clean_up(&secrets);
	secrets = secrets_of("abcdefgh", "cdef"); /* one within the other */
	assert_masked(&secrets, "-abcdefgh-cdef-", "-***-***-");
	bln_secrets_clean_up(&secrets);
}

static void a_secret_that_was_cut_is_masked(void **state)
{
	struct bln_secrets secrets = secrets_of("0123456789abcdef", "token-x");
	(void)state;

	assert_masked(&secrets, "at the end: 0123", "at the end: ***");
	assert_masked(&secrets, "at the end: toke", "at the end: ***");
	assert_masked(&secrets, "too little: 012", "too little: 012");
	assert_masked(&secrets, "in the middle: 01234567: no such file", "in the middle: ***: no such file");
	assert_masked(&secrets, "in the middle: 0123456789abc: no", "in the middle: ***: no");
	assert_masked(&secrets, "0123456 and more", "0123456 and more");
	assert_masked(&secrets, "token- and more", "token- and more");
	bln_secrets_clean_up(&secrets);
}

static void a_text_in_pieces_is_cut_where_no_secret_is(void **state)
{
	struct bln_secrets secrets = secrets_of("abcabd", "xab\ncd");
	(void)state;

	assert_int_equal(bln_secrets_cut(&secrets, "no secret", 9), 9);
	assert_int_equal(bln_secrets_cut(&secrets, "then abc", 8), 5);
	assert_int_equal(bln_secrets_cut(&secrets, "abcabcab", 8), 3); /* the earliest beginning, not the last */
	assert_int_equal(bln_secrets_cut(&secrets, "abcabd", 6), 6);
	assert_int_equal(bln_secrets_cut(&secrets, "line xab\n", 9), 5);
	assert_int_equal(bln_secrets_cut(NULL, "abc", 3), 3);
	bln_secrets_clean_up(&secrets);
	secrets = secrets_of("abcdab", "abxy");
	assert_int_equal(bln_secrets_cut(&secrets, "-abcdab", 7), 1); /* not within another */
	bln_secrets_clean_up(&secrets);
}

/* However it comes in pieces, what is shown is what is shown of the whole, but for how secrets that touch are told
 * apart. */
static void random_pieces_hide_every_secret(void **state)
{
	struct bln_random random;
	(void)state;

	bln_random_init(&random, test_seed(11));
	for (int round = 0; round < 5000; round++) {
		struct bln_secrets secrets = secrets_of("abba", "babb"); /* too short to be masked in part */
		char text[65] = { 0 };
		char pending[65] = { 0 };
		char shown[300] = { 0 };
		size_t pending_length = 0;
		size_t out = 0;

		for (size_t i = 0; i < 64; i++)
			text[i] = (char)('a' + bln_random_below(&random, 2));
		for (size_t at = 0; at < 64;) {
			size_t part = 1 + bln_random_below(&random, 64 - at);
			size_t cut;
			char piece[65];

			memcpy(pending + pending_length, text + at, part);
			pending_length += part;
			at += part;
			cut = at == 64 ? pending_length : bln_secrets_cut(&secrets, pending, pending_length);
			memcpy(piece, pending, cut);
			memmove(pending, pending + cut, pending_length - cut);
			pending_length -= cut;
			cut = bln_secrets_mask(&secrets, piece, cut);
			memcpy(shown + out, piece, cut);
			out += cut;
		}
		text[bln_secrets_mask(&secrets, text, 64)] = '\0';
		shown[out] = '\0';
		for (char *touch = strstr(text, "******"); touch; touch = strstr(text, "******"))
			memmove(touch, touch + 3, strlen(touch + 3) + 1);
		for (char *touch = strstr(shown, "******"); touch; touch = strstr(shown, "******"))
			memmove(touch, touch + 3, strlen(touch + 3) + 1);
		assert_string_equal(shown, text);
		bln_secrets_clean_up(&secrets);
	}
}

static void errors_are_masked(void **state)
{
	struct bln_secrets secrets = secrets_of("hunter2", NULL);
	struct bln_err err = { 0 };
	(void)state;

	assert_int_equal(bln_err_set(&err, BLN_IO, "GET /?key=hunter2: refused"), BLN_IO);
	bln_secrets_mask_err(&secrets, &err);
	assert_string_equal(err.message, "GET /?key=***: refused");
	bln_secrets_mask_err(&secrets, NULL);
	bln_secrets_clean_up(&secrets);
}

static void limits_are_told_without_the_secret(void **state)
{
	struct bln_secrets secrets = { 0 };
	struct bln_err err = { 0 };
	char text[32];
	(void)state;

	assert_int_equal(bln_secrets_add(&secrets, bln_slice_of("q7z"), &err), BLN_INVALID);
	assert_null(strstr(err.message, "q7z"));
	assert_says(err.message, "3 bytes");
	for (int i = 0; i < BLN_SECRETS_MAX; i++) { /* one form each: nothing to escape */
		snprintf(text, sizeof(text), "secret%d", i);
		assert_ok(bln_secrets_add(&secrets, bln_slice_of(text), &err), &err);
		assert_ok(bln_secrets_add(&secrets, bln_slice_of(text), &err), &err);
	}
	assert_int_equal(secrets.count, BLN_SECRETS_MAX);
	assert_int_equal(bln_secrets_add(&secrets, bln_slice_of("onemore"), &err), BLN_INVALID);
	assert_null(strstr(err.message, "onemore"));
	bln_secrets_clean_up(&secrets);
}

/* The longest stretch covered by whole secrets, computed without cleverness: a byte is covered when some secret
 * stands over it. */
static void random_texts_hide_every_secret(void **state)
{
	struct bln_random random;
	(void)state;

	bln_random_init(&random, test_seed(7));
	for (int round = 0; round < 20000; round++) {
		struct bln_secrets secrets = { 0 };
		struct bln_err err = { 0 };
		char words[3][9];
		char text[65] = { 0 };
		char masked[65] = { 0 };
		char expected[256] = { 0 };
		bool is_covered[64] = { false };
		size_t length = bln_random_below(&random, 60);
		size_t out = 0;

		for (int i = 0; i < 3; i++) {
			size_t word = 4 + bln_random_below(&random, 4);

			for (size_t at = 0; at < word; at++)
				words[i][at] = (char)('a' + bln_random_below(&random, 2));
			words[i][word] = '\0';
			assert_ok(bln_secrets_add(&secrets, bln_slice_of(words[i]), &err), &err);
		}
		for (size_t at = 0; at < length; at++)
			text[at] = (char)('a' + bln_random_below(&random, 2));
		text[length] = '.'; /* so that no secret is cut by the end */
		text[length + 1] = '\0';
		for (int i = 0; i < 3; i++)
			for (const char *at = strstr(text, words[i]); at; at = strstr(at + 1, words[i]))
				for (size_t j = 0; j < strlen(words[i]); j++)
					is_covered[(size_t)(at - text) + j] = true;
		for (size_t at = 0; at <= length; at++) {
			if (!is_covered[at])
				expected[out++] = text[at];
			else if (at == 0 || !is_covered[at - 1])
				out += (size_t)snprintf(expected + out, sizeof(expected) - out, "***");
		}
		memcpy(masked, text, sizeof(text));
		masked[bln_secrets_mask(&secrets, masked, length + 1)] = '\0';
		assert_string_equal(masked, expected);
		bln_secrets_clean_up(&secrets);
	}
}

static void without_memory_it_says_so(void **state)
{
	struct bln_secrets secrets = { 0 };
	struct bln_err err = { 0 };
	enum bln_status status = BLN_NO_MEMORY;
	uint64_t nth;
	(void)state;

	for (nth = 1; status == BLN_NO_MEMORY && nth < 100; nth++) {
		bln_secrets_clean_up(&secrets);
		bln_mem_fail_at(nth, false);
		status = bln_secrets_add(&secrets, bln_slice_of("a/b\"c"), &err);
		bln_mem_fail_at(0, false);
	}
	assert_ok(status, &err);
	assert_true(nth > 4);
	assert_masked(&secrets, "a%2Fb%22c", "***");
	bln_secrets_clean_up(&secrets);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(secrets_are_masked_wherever_they_are),
		cmocka_unit_test(their_forms_in_urls_and_json_too),
		cmocka_unit_test(what_overlaps_or_touches_is_one),
		cmocka_unit_test(a_secret_that_was_cut_is_masked),
		cmocka_unit_test(a_text_in_pieces_is_cut_where_no_secret_is),
		cmocka_unit_test(random_pieces_hide_every_secret),
		cmocka_unit_test(errors_are_masked),
		cmocka_unit_test(limits_are_told_without_the_secret),
		cmocka_unit_test(random_texts_hide_every_secret),
		cmocka_unit_test(without_memory_it_says_so),
	};

	return cmocka_run_group_tests_name("secrets", tests, NULL, NULL);
}
