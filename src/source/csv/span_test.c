#include "base/base_test.h"

#include "base/mem.h"
#include "source/csv/span.h"

enum { BEGIN_S = 1388534400, STEP_S = 900 };

static size_t rows_write(char *text, int count)
{
	size_t used = 0;

	for (int i = 0; i < count; i++)
		used += (size_t)sprintf(text + used, "%d,100.5,101,99.25,100,12.5,7\n", BEGIN_S + STEP_S * i);
	return used;
}

/* Of any number of rows, added in pieces of any size, and with the middle left out. */
static void both_ends_are_found(void **state)
{
	static const size_t pieces[] = { 1, 7, 64, 4095, 4096, 4097, 100000 };
	static char text[100000];
	struct bln_chunk *chunk = bln_chunk_new();
	(void)state;

	for (int rows = 1; rows < 400; rows += rows < 5 ? 1 : 57) {
		size_t length = rows_write(text, rows);

		for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
			struct bln_csv_span span = { 0 };
			struct bln_csv_ends ends;

			for (size_t at = 0; at < length; at += pieces[i])
				bln_csv_span_add(&span, text + at, length - at < pieces[i] ? length - at : pieces[i]);
			ends = bln_csv_span_get(&span, STEP_S, INT64_MAX, chunk);
			assert_true(ends.has_rows && !ends.is_cut);
			assert_int_equal(ends.first_us / 1000000, BEGIN_S);
			assert_int_equal(ends.last_us / 1000000, BEGIN_S + STEP_S * (rows - 1));
		}
		if (length > 9000) {
			struct bln_csv_span span = { 0 };
			struct bln_csv_ends ends;

			bln_csv_span_add(&span, text, 4096);
			bln_csv_span_skip(&span, (int64_t)length - 8192);
			bln_csv_span_add(&span, text + length - 4096, 4096);
			ends = bln_csv_span_get(&span, STEP_S, INT64_MAX, chunk);
			assert_true(ends.has_rows && !ends.is_cut);
			assert_int_equal(ends.first_us / 1000000, BEGIN_S);
			assert_int_equal(ends.last_us / 1000000, BEGIN_S + STEP_S * (rows - 1));
		}
	}
	bln_mem_free(chunk);
}

static void bad_rows_at_the_ends_do_not_count(void **state)
{
	static const struct {
		const char *text;
		bool has_rows;
		int first, last; /* steps from BEGIN_S */
		bool is_cut;
	} cases[] = {
		{ "", false, 0, 0, false },
		{ "\n", false, 0, 0, false },
		{ "time,open\n", false, 0, 0, true },
		{ "time,o,h,l,c,v,n\n1388534400,1,1,1,1,1,1\n", true, 0, 0, false },
		{ "\xEF\xBB\xBF"
		  "1388534400,1,1,1,1,1,1\r\n1388535300,1,1,1,1,1,1",
		  true, 0, 1, false },
		{ "1388534400,1,1,1,1,1,1\n1388535300,1,1,1,1,1,1\n1388535300,1,1", true, 0, 1, false },
		{ "1388534400,1,1,1,1,1,1\n138853530", true, 0, 0, true },
		{ "1388534400,1,1,1,1,1,1\n2014-01-01,1,1,1,1,1,1\n\n", true, 0, 0, true },
		{ "1388534400,1,1,1,1,1,1\nx\n1388536200,1,1,1,1,1,1\n", true, 0, 2, false },
		{ "1388534400,1,1,1,1,1,1\nx\n1388536200,1,1,1,1,1,x\n", true, 0, 0, true },
		{ "1388534400000,1,1,1,1,1,1\n", false, 0, 0, false },
		{ "1388534400000000,1,1,1,1,1,1\n", false, 0, 0, false },
		{ "1388534400000000000,1,1,1,1,1,1\n +1388534400.0 ,1\n", false, 0, 0, false },
		{ "1388534400;1;1;1;1;1;1\n", false, 0, 0, true },
		{ "\"1388534400\",1,1,1,1,1,1\n", false, 0, 0, true },
		{ "1388534400,1,1,1,1,1,1\n4000000000000,1,1,1,1,1,1\n", true, 0, 0, false },
		{ "1388534401,1,1,1,1,1,1\n1388535300,1,1,1,1,1,1\n1388534400,1,1,1,1,1,1\n", true, 1, 1, false },
	};
	struct bln_chunk *chunk = bln_chunk_new();
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bln_csv_span span = { 0 };
		struct bln_csv_ends ends;

		bln_csv_span_add(&span, cases[i].text, strlen(cases[i].text));
		ends = bln_csv_span_get(&span, STEP_S, INT64_MAX, chunk);
		assert_int_equal(ends.has_rows, cases[i].has_rows);
		if (ends.is_cut != cases[i].is_cut)
			fail_msg("is_cut of \"%s\"", cases[i].text);
		if (cases[i].has_rows) {
			assert_int_equal(ends.first_us / 1000000, BEGIN_S + STEP_S * cases[i].first);
			assert_int_equal(ends.last_us / 1000000, BEGIN_S + STEP_S * cases[i].last);
		}
	}
	bln_mem_free(chunk);
}

/* What stands behind the last row may be longer than all that is kept of the end. */
static void a_long_damaged_end_is_one(void **state)
{
	static char text[20000];
	struct bln_chunk *chunk = bln_chunk_new();
	struct bln_csv_span span = { 0 };
	struct bln_csv_ends ends;
	(void)state;

	memset(text, '7', sizeof(text));
	text[rows_write(text, 3)] = '7';
	bln_csv_span_add(&span, text, sizeof(text));
	ends = bln_csv_span_get(&span, STEP_S, INT64_MAX, chunk);
	assert_true(ends.has_rows && ends.is_cut);
	assert_int_equal(ends.last_us / 1000000, BEGIN_S + STEP_S * 2);
	bln_mem_free(chunk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ends_are_found),
		cmocka_unit_test(bad_rows_at_the_ends_do_not_count),
		cmocka_unit_test(a_long_damaged_end_is_one),
	};

	return cmocka_run_group_tests_name("span", tests, NULL, NULL);
}
