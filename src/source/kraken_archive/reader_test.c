#include "source/kraken_archive/reader.h"

#include "source/kraken_archive/kit_test.h"

static const struct {
	const char *line;
	const char *reason; /* NULL: loaded */
} lines[] = {
	{ "1500000300,1,2,1,1,5,3\n", NULL },
	{ "1500001200,1,2,1,1,5\n", "wrong_columns" },
	{ "1500001200,1,2,1,1,5,3,9\n", "wrong_columns" },
	{ "1500001200,one,2,1,1,5,3\n", "not_a_number" },
	{ "1500001200,,2,1,1,5,3\n", "not_a_number" },
	{ "time,open,high,low,close,volume,trades\n", "not_a_number" },
	{ "1500001200,nan,2,1,1,5,3\n", "not_finite" },
	{ "1500001200,1,inf,1,1,5,3\n", "not_finite" },
	{ "1500001200,1,2,1,1,1e999,3\n", "not_finite" },
	{ "1500001200,1,2,1,1,5,3.5\n", "not_an_integer" },
	{ "1500001200000,1,2,1,1,5,3\n", "milliseconds" },
	{ "12,1,2,1,1,5,3\n", "time_out_of_range" },
	{ "1500001201,1,2,1,1,5,3\n", "off_grid" },
	{ "1800000000,1,2,1,1,5,3\n", "not_committed" },
	{ "1500001200,0,2,1,1,5,3\n", "price_not_positive" },
	{ "1500001200,1,2,-1,1,5,3\n", "price_not_positive" },
	{ "1500001200,1,2,1,1,-5,3\n", "negative_volume" },
	{ "1500001200,1,2,1,1,5,-3\n", "negative_trades" },
	{ "1500001200,1,1,2,1,5,3\n", "high_below_low" },
	{ "1500001200,3,2,1,1,5,3\n", "ohlc_inconsistent" },
	{ "1500001200,1e0,2,1,1,1e-06,3\n", NULL },
	{ "1500001200,1,2,1,1,0.000001,3\n", "duplicate" },
	{ "1500001200,1,2,1,1,6,3\n", "duplicate_differs" },
	{ "1500000300,1,2,1,1,5,3\n", "unsorted" },
	{ "\n", "empty_line" },
	{ "1500002100,1,2,1,1,5,3\n", NULL },
	{ "1500003000,1,2,1", "truncated_line" },
};

/* Nothing is dropped without a word: each line is a row or a refusal, at its line, with its text; the same in either
 * way of reading, from a file or an archive. */
static void every_line_is_loaded_or_refused(void **state)
{
	struct bln_text text = { 0 }, wanted = { 0 };
	struct made_entry entry = { .name = "XBTUSD_15.csv" };
	struct kit kit;
	(void)state;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		bln_text_add(&text, lines[i].line);
		if (lines[i].reason)
			bln_text_add_format(&wanted, "XBTUSD %zu %s %.*s\n", i + 1, lines[i].reason,
					    (int)strcspn(lines[i].line, "\n"), lines[i].line);
	}
	file_make("rows/XBTUSD_15.csv", text.at, text.length);
	entry.text = text.at;
	zip_make("rows.zip", &entry, 1);
	for (int i = 0; i < 4; i++) {
		assert_ok(kit_open(&kit, i % 2 ? "rows.zip" : "rows", i / 2 ? "memory=1" : NULL), &kit.err);
		assert_ok(kit_list(&kit, NULL), &kit.err);
		assert_ok(kit_read(&kit, &kit.units[0], NULL), &kit.err);
		assert_int_equal(kit.units[0].rows, 3);
		assert_int_equal(kit.units[0].refused, sizeof(lines) / sizeof(lines[0]) - 3);
		assert_string_equal(kit.refusals.at, wanted.at);
		assert_part(kit.unplaced.at, " 1500000300\n1500000300-1500001200\n"); /* those without a time */
		kit_clean_up(&kit);
	}
	bln_text_clean_up(&text);
	bln_text_clean_up(&wanted);
}

static void notes_are_kept_rows(void **state)
{
	struct kit kit;
	(void)state;

	text_make("notes/XBTUSD_15.csv", "\xEF\xBB\xBF"
					 "1500000300,1,2,1,1,5,3\r\n1500001200,1,2,1,1,5,3");
	kit_make(&kit, "notes");
	assert_ok(kit_read(&kit, &kit.units[0], NULL), &kit.err);
	assert_int_equal(kit.units[0].rows, 2);
	assert_int_equal(kit.units[0].refused, 0);
	assert_part(kit.refusals.at, "XBTUSD 1 bom kept");
	assert_part(kit.refusals.at, "XBTUSD 1 crlf kept");
	assert_part(kit.refusals.at, "XBTUSD 2 no_final_newline kept");
	kit_clean_up(&kit);
}

static enum bln_status refuse_no_more(void *context, const struct bln_refusal *refusal, struct bln_err *err)
{
	(void)context;
	return bln_err_set(err, BLN_PARTIAL, "enough of %s", refusal->unit->symbol);
}

static void whoever_is_told_can_end_it(void **state)
{
	struct bln_source_reader *reader = NULL;
	struct bln_chunk *chunk = bln_chunk_new();
	struct kit kit;
	(void)state;

	kit_make(&kit, "rows");
	assert_ok(bln_source_reader_open(kit.source, &kit.units[0], refuse_no_more, NULL, NULL, &reader, &kit.err),
		  &kit.err);
	assert_int_equal(bln_source_reader_next(reader, chunk, &kit.err), BLN_PARTIAL);
	assert_string_equal(kit.err.message, "enough of XBTUSD");
	assert_false(kit.units[0].is_read);
	bln_source_reader_close(reader);
	bln_mem_free(chunk);
	kit_clean_up(&kit);
}

/* Content as large as blocks and memory bounds, one more and one less. */
static void sizes_around_the_bounds(void **state)
{
	enum { LINE = 26, ROWS = (1 << 20) / LINE + 3 };
	char *text = malloc(LINE * ROWS + 1);
	char settings[32];
	struct kit kit;
	(void)state;

	for (int i = 0; i < ROWS; i++)
		assert_int_equal(sprintf(text + i * LINE, "%d,1,1,1,1,%d,1\n", 1400000400 + i * 900, 1000 + i % 9000),
				 LINE);
	for (long size = (1 << 20) - 1; size <= (1 << 20) + 1; size++) {
		char first[BLN_HASH_TEXT_SIZE] = "";

		file_make("edge/XBTUSD_15.csv", text, (size_t)size);
		for (long bound = size - 1; bound <= size + 1; bound++) {
			snprintf(settings, sizeof(settings), "memory=%ld", bound);
			assert_ok(kit_open(&kit, "edge", settings), &kit.err);
			assert_ok(kit_list(&kit, NULL), &kit.err);
			assert_ok(kit_read(&kit, &kit.units[0], NULL), &kit.err);
			assert_int_equal(kit.units[0].rows + kit.units[0].refused, size / LINE + 1);
			if (first[0] == '\0')
				memcpy(first, kit.units[0].hash, sizeof(first));
			assert_string_equal(kit.units[0].hash, first);
			kit_clean_up(&kit);
		}
	}
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_line_is_loaded_or_refused),
		cmocka_unit_test(notes_are_kept_rows),
		cmocka_unit_test(whoever_is_told_can_end_it),
		cmocka_unit_test(sizes_around_the_bounds),
	};

	return cmocka_run_group_tests(tests, kit_set_up, kit_tear_down);
}
