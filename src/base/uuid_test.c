#include "base/base_test.h"

#include <regex.h>

#include "base/uuid.h"

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void uuids_have_their_form_and_differ(void **state)
{
	enum { COUNT = 2000 };
	static char texts[COUNT][BLN_UUID_TEXT_SIZE];
	struct bln_random random;
	char variants[4] = { 0 };
	regex_t form;
	(void)state;

	bln_random_init(&random, test_seed(4));
	assert_int_equal(regcomp(&form, "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
				 REG_EXTENDED),
			 0);
	for (int i = 0; i < COUNT; i++) {
		bln_uuid_make(&random, texts[i]);
		assert_int_equal(regexec(&form, texts[i], 0, NULL, 0), 0);
		variants[strchr("89ab", texts[i][19]) - "89ab"] = 1;
	}
	regfree(&form);
	assert_memory_equal(variants, "\1\1\1\1", 4);
	qsort(texts, COUNT, sizeof(texts[0]), by_text);
	for (int i = 1; i < COUNT; i++)
		assert_string_not_equal(texts[i - 1], texts[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(uuids_have_their_form_and_differ) };

	return cmocka_run_group_tests_name("uuid", tests, NULL, NULL);
}
