/* What is taken, what is refused and why, at which line; and that blocks, chunks and the quick way change nothing of
 * it. */
#include "source/csv/collect_test.h"

#include <inttypes.h>
#include <math.h>

#include "base/number.h"
#include "base/random.h"

enum { STEP_S = 900, QUARTER_PAST = 1388534400 /* 2014-01-01, on any grid */ };

static void collect_text(struct collected *c, const char *text, size_t length, size_t block_size, bool is_careful)
{
	struct bln_csv_rows rows;

	bln_csv_rows_init(&rows, STEP_S, INT64_MAX, NULL, NULL);
	rows.is_careful = is_careful;
	collect(c, &rows, text, length, block_size);
}

/* Long enough that the row before its last lines goes the quick way. */
static size_t text_with(char text[static 4096], const char *last)
{
	size_t used = 0;

	for (int i = 0; i < 20; i++)
		used += (size_t)snprintf(text + used, 4096 - used, "%d,100.5,101,99.25,100,12.5,7\n",
					 QUARTER_PAST + STEP_S * i);
	return used + (size_t)snprintf(text + used, 4096 - used, "%s", last);
}
#define LAST "1388551500" /* of the 20 rows above; the next time is 1388552400 */
#define NEXT "1388552400"

static const struct {
	const char *line;
	enum bln_reason reason;
} bad_lines[] = {
	{ NEXT ",100,101,99,100,12.5", BLN_REASON_WRONG_COLUMNS },
	{ NEXT ",100,101,99,100,12.5,7,8", BLN_REASON_WRONG_COLUMNS },
	{ NEXT ",100,101,99,100,12.5,7,8,9,10,11", BLN_REASON_WRONG_COLUMNS },
	{ NEXT ";100;101;99;100;12.5;7", BLN_REASON_WRONG_COLUMNS },
	{ "x", BLN_REASON_WRONG_COLUMNS },
	{ ",,,,,,", BLN_REASON_NOT_A_NUMBER },
	{ NEXT ",,101,99,100,12.5,7", BLN_REASON_NOT_A_NUMBER },
	{ NEXT ",abc,101,99,100,12.5,7", BLN_REASON_NOT_A_NUMBER },
	{ NEXT ", 100,101,99,100,12.5,7", BLN_REASON_NOT_A_NUMBER },
	{ NEXT ",100,101,99,100,12.5 ,7", BLN_REASON_NOT_A_NUMBER },
	{ NEXT ",100,101,99,0x64,12.5,7", BLN_REASON_NOT_A_NUMBER },
	{ NEXT ",100,101,99,100,1e,7", BLN_REASON_NOT_A_NUMBER },
	{ NEXT ",100,101,99,100,.,7", BLN_REASON_NOT_A_NUMBER },
	{ NEXT ",100,101,99,100,1.2.3,7", BLN_REASON_NOT_A_NUMBER },
	{ NEXT ",100,101,99,100,12.5,", BLN_REASON_NOT_A_NUMBER },
	{ "time,open,high,low,close,volume,trades", BLN_REASON_NOT_A_NUMBER },
	{ "\"" NEXT "\",100,101,99,100,12.5,7", BLN_REASON_NOT_A_NUMBER },
	{ NEXT ",100,101,99,100,12.5,7.5", BLN_REASON_NOT_AN_INTEGER },
	{ NEXT ",100,101,99,100,12.5,99999999999999999999", BLN_REASON_NOT_AN_INTEGER },
	{ NEXT ".5,100,101,99,100,12.5,7", BLN_REASON_NOT_AN_INTEGER },
	{ NEXT ",nan,101,99,100,12.5,7", BLN_REASON_NOT_FINITE },
	{ NEXT ",100,101,99,NaN,12.5,7", BLN_REASON_NOT_FINITE },
	{ NEXT ",100,inf,99,100,12.5,7", BLN_REASON_NOT_FINITE },
	{ NEXT ",100,+Infinity,99,100,12.5,7", BLN_REASON_NOT_FINITE },
	{ NEXT ",100,101,-INF,100,12.5,7", BLN_REASON_NOT_FINITE },
	{ NEXT ",100,1e309,99,100,12.5,7", BLN_REASON_NOT_FINITE },
	{ NEXT ",100,1.5E+99999,99,100,12.5,7", BLN_REASON_NOT_FINITE },
	{ NEXT ",100,101,99,100,12.5,nan", BLN_REASON_NOT_FINITE },
	{ "1388552400000,100,101,99,100,12.5,7", BLN_REASON_MILLISECONDS },
	{ "1388552400000000,100,101,99,100,12.5,7", BLN_REASON_TIME_OUT_OF_RANGE },
	{ "0,100,101,99,100,12.5,7", BLN_REASON_TIME_OUT_OF_RANGE },
	{ "-1388552400,100,101,99,100,12.5,7", BLN_REASON_TIME_OUT_OF_RANGE },
	{ "4102444800,100,101,99,100,12.5,7", BLN_REASON_TIME_OUT_OF_RANGE },
	{ "946684799,100,101,99,100,12.5,7", BLN_REASON_TIME_OUT_OF_RANGE },
	{ "1388552401,100,101,99,100,12.5,7", BLN_REASON_OFF_GRID },
	{ "1388552399,100,101,99,100,12.5,7", BLN_REASON_OFF_GRID },
	{ NEXT ",100,101,0,100,12.5,7", BLN_REASON_PRICE_NOT_POSITIVE },
	{ NEXT ",0.0,101,99,100,12.5,7", BLN_REASON_PRICE_NOT_POSITIVE },
	{ NEXT ",100,101,99,-100,12.5,7", BLN_REASON_PRICE_NOT_POSITIVE },
	{ NEXT ",100,101,1e-400,100,12.5,7", BLN_REASON_PRICE_NOT_POSITIVE },
	{ NEXT ",100,101,99,100,-12.5,7", BLN_REASON_NEGATIVE_VOLUME },
	{ NEXT ",100,101,99,100,12.5,-7", BLN_REASON_NEGATIVE_TRADES },
	{ NEXT ",100,99,101,100,12.5,7", BLN_REASON_HIGH_BELOW_LOW },
	{ NEXT ",98,101,99,100,12.5,7", BLN_REASON_OHLC_INCONSISTENT },
	{ NEXT ",102,101,99,100,12.5,7", BLN_REASON_OHLC_INCONSISTENT },
	{ NEXT ",100,101,99,98.9999,12.5,7", BLN_REASON_OHLC_INCONSISTENT },
	{ NEXT ",100,101,99,101.0001,12.5,7", BLN_REASON_OHLC_INCONSISTENT },
	{ "1388534400,100,101,99,100,12.5,7", BLN_REASON_UNSORTED },
	{ LAST ",100.50,101.0,99.25,100,12.5,7", BLN_REASON_DUPLICATE },
	{ LAST ",100.5,101,99.25,100,12.5,8", BLN_REASON_DUPLICATE_DIFFERS },
	{ LAST ",100.5,101,99.25,100,12.25,7", BLN_REASON_DUPLICATE_DIFFERS },
	{ LAST ",100.5,101,99.25,100.01,12.5,7", BLN_REASON_DUPLICATE_DIFFERS },
	{ "", BLN_REASON_EMPTY_LINE },
};

/* Each among good rows, of which none is lost; and what is kept of it is its text. */
static void bad_lines_are_refused_for_the_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad_lines) / sizeof(bad_lines[0]); i++) {
		struct collected c = { 0 };
		char text[4096];
		char last[1024];
		size_t length;

		snprintf(last, sizeof(last),
			 "%s\n"
			 "1388553300,100,101,99,100,12.5,7\n",
			 bad_lines[i].line);
		length = text_with(text, last);
		collect_text(&c, text, length, length, false);
		if (c.refusal_count != 1 || c.refusals[0].reason != bad_lines[i].reason)
			fail_msg("'%s': %zu refusals, %s", bad_lines[i].line, c.refusal_count,
				 c.refusal_count ? bln_reason_code(c.refusals[0].reason) : "none");
		assert_int_equal(c.refusals[0].line, 21);
		assert_int_equal(c.refusals[0].length, strlen(bad_lines[i].line));
		assert_memory_equal(c.refusals[0].bytes, bad_lines[i].line, strlen(bad_lines[i].line));
		assert_int_equal(c.row_count, 21);
		assert_int_equal(c.rows[20].line, 22);
		assert_int_equal(c.rows[20].time_s, 1388553300);
		collected_clean_up(&c);
	}
}

/* Of those without a time it is told between which rows they lie, wherever blocks end; of those with one, of empty lines, and of a
 * header, which is no row, nothing. */
static void lines_without_a_time_are_placed(void **state)
{
	char text[4096] = "time,open\n";
	char more[4096];
	const size_t length =
		strlen(text) + text_with(more,
					 NEXT ",100\n\n#" NEXT ",100\n0,100\n" NEXT ",x,101,99,100,12.5,7\n"
					      "1388553300,100,101,99,100,12.5,7\n1388554200,100,101,99,100,12.5,7\n"
					      "1388555100000,100\n1388555100,100,101,99,100,12.5,7\n?,2\n");
	(void)state;

	snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s", more);
	for (size_t block_size = 1; block_size <= length; block_size += 1 + block_size / 8) {
		struct collected c = { 0 };

		collect_text(&c, text, length, block_size, false);
		assert_int_equal(c.row_count, 23);
		assert_int_equal(c.refusal_count, 8);
		assert_int_equal(c.place_count, 1);
		assert_int_equal(c.places[0].after_s, 1388551500);
		assert_int_equal(c.places[0].before_s, 1388553300);
		collected_clean_up(&c);
	}
	for (int i = 0; i < 2; i++) { /* before the first row: with a digit it is no header, nor in the second line */
		const char *const first[] = { "7,open\n1388553300,100,101,99,100,12.5,7\n",
					      "\nopen\n1388553300,100,101,99,100,12.5,7\n" };
		struct collected c = { 0 };

		collect_text(&c, first[i], strlen(first[i]), 100, false);
		assert_int_equal(c.place_count, 1);
		assert_true(c.places[0].after_s == INT64_MIN);
		assert_int_equal(c.places[0].before_s, 1388553300);
		collected_clean_up(&c);
	}
}

static void a_line_with_nul_or_too_long_costs_only_itself(void **state)
{
	char text[8192];
	struct collected c = { 0 };
	size_t length = text_with(text, NEXT ",100,101,99");
	(void)state;

	text[length++] = '\0';
	length += (size_t)snprintf(text + length, 100, ",100,12.5,7\n");
	memset(text + length, '1', BLN_CSV_LINE_MAX + 1);
	length += BLN_CSV_LINE_MAX + 1;
	length += (size_t)snprintf(text + length, 100, "\n" NEXT ",100,101,99,100,12.5,7\n");
	collect_text(&c, text, length, length, false);
	assert_int_equal(c.refusal_count, 2);
	assert_int_equal(c.refusals[0].reason, BLN_REASON_NUL_BYTE);
	assert_int_equal(c.refusals[1].reason, BLN_REASON_TOO_LONG_LINE);
	assert_int_equal(c.refusals[1].line, 22);
	assert_int_equal(c.refusals[1].length, BLN_CSV_LINE_MAX);
	assert_int_equal(c.row_count, 21);
	assert_int_equal(c.rows[20].line, 23);
	collected_clean_up(&c);
}

/* A line may have BLN_CSV_LINE_MAX bytes: digits behind the point cost nothing but their place. */
static void a_line_of_the_stated_length_is_read(void **state)
{
	char text[2 * BLN_CSV_LINE_MAX];
	(void)state;

	for (int end = 0; end < 2; end++) {
		struct collected c = { 0 };
		int used = snprintf(text, sizeof(text), NEXT ",100,101,99,100,0.1");

		memset(text + used, '0', (size_t)(BLN_CSV_LINE_MAX - used));
		memcpy(text + BLN_CSV_LINE_MAX - 2, ",7", 2);
		memcpy(text + BLN_CSV_LINE_MAX, end ? "\r\n" : "\n", end ? 3 : 2);
		collect_text(&c, text, strlen(text), 100, false);
		assert_int_equal(c.row_count, 1);
		assert_true(c.rows[0].candle.volume == 0.1);
		assert_int_equal(c.refusal_count, end);
		collected_clean_up(&c);
	}
}

/* Two zeros in a column are one value to a reader that compares, two to one that keeps a dictionary of bits. */
static void zero_has_no_sign(void **state)
{
	static const char text[] = NEXT ",100,101,99,100,-0.0,7\n"
					"1388553300,100,101,99,100,0.0,7\n"
					"1388554200,100,101,99,100,-0,-0\n"
					"1388555100,100,101,99,100,-1e-400,7\n"
					"1388555100,100,101,99,100,0,7\n";
	struct collected c = { 0 };
	(void)state;

	collect_text(&c, text, strlen(text), 100, false);
	assert_int_equal(c.row_count, 4);
	for (size_t i = 0; i < c.row_count; i++)
		assert_true(c.rows[i].candle.volume == 0 && !signbit(c.rows[i].candle.volume));
	assert_int_equal(c.refusal_count, 1);
	assert_int_equal(c.refusals[0].reason, BLN_REASON_DUPLICATE);
	collected_clean_up(&c);
}

struct expected_note {
	const char *text;
	size_t rows;
	size_t refusals;
	enum bln_reason first;
	int64_t line;
};

static void ends_and_beginnings(void **state)
{
#define ROW_1 "1388534400,100,101,99,100,12.5,7"
#define ROW_2 "1388535300,100,101,99,100,12.5,7"
	static const struct expected_note cases[] = {
		{ "", 0, 1, BLN_REASON_EMPTY_FILE, 0 },
		{ "\n", 0, 1, BLN_REASON_EMPTY_FILE, 0 },
		{ "\n\n\n", 0, 1, BLN_REASON_EMPTY_FILE, 0 },
		{ "\r\n", 0, 2, BLN_REASON_CRLF, 1 },
		{ "\xEF\xBB\xBF", 0, 2, BLN_REASON_BOM, 1 },
		{ ROW_1 "\n", 1, 0, BLN_REASONS, 0 },
		{ ROW_1 "\n\n\n", 1, 0, BLN_REASONS, 0 },
		{ ROW_1 "\n\n\n" ROW_2 "\n", 2, 2, BLN_REASON_EMPTY_LINE, 2 },
		{ "\n" ROW_1 "\n\n", 1, 1, BLN_REASON_EMPTY_LINE, 1 },
		{ ROW_1, 1, 1, BLN_REASON_NO_FINAL_NEWLINE, 1 },
		{ ROW_1 "\n" ROW_2, 2, 1, BLN_REASON_NO_FINAL_NEWLINE, 2 },
		{ ROW_1 "\n1388535300,100,101,99", 1, 1, BLN_REASON_TRUNCATED_LINE, 2 },
		{ ROW_1 "\n1388535300,100,101,99,100,12.5,", 1, 1, BLN_REASON_TRUNCATED_LINE, 2 },
		{ ROW_1 "\n1", 1, 1, BLN_REASON_TRUNCATED_LINE, 2 },
		{ ROW_1 "\n" ROW_2 ",8", 1, 1, BLN_REASON_WRONG_COLUMNS, 2 },
		{ "\xEF\xBB\xBF" ROW_1 "\n" ROW_2 "\n", 2, 1, BLN_REASON_BOM, 1 },
		{ ROW_1 "\r\n" ROW_2 "\r\n", 2, 1, BLN_REASON_CRLF, 1 },
		{ ROW_1 "\n" ROW_2 "\r\n", 2, 1, BLN_REASON_CRLF, 2 },
		{ ROW_1 "\r\n" ROW_2 "\r", 2, 2, BLN_REASON_CRLF, 1 },
		{ ROW_1 "\r\r\n" ROW_2 "\n", 1, 2, BLN_REASON_CRLF, 1 },
		{ "\xEF\xBB\xBF" ROW_1 "\r\n" ROW_2 "\r\n\r\n", 2, 2, BLN_REASON_BOM, 1 },
		{ "\xFF\xFE" ROW_1 "\n" ROW_2 "\n", 1, 1, BLN_REASON_NOT_A_NUMBER, 1 },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t block = 1; block < 70; block++) {
			struct collected c = { 0 };

			collect_text(&c, cases[i].text, strlen(cases[i].text), block, false);
			if (c.row_count != cases[i].rows || c.refusal_count != cases[i].refusals)
				fail_msg("case %zu: %zu rows, %zu refusals", i, c.row_count, c.refusal_count);
			if (c.refusal_count > 0) {
				assert_int_equal(c.refusals[0].reason, cases[i].first);
				assert_int_equal(c.refusals[0].line, cases[i].line);
			}
			collected_clean_up(&c);
		}
	}
}

static void what_is_still_trading_is_not_taken(void **state)
{
	struct bln_csv_rows rows;
	struct collected c = { 0 };
	char text[4096];
	size_t length = text_with(text, "");
	(void)state;

	/* 20 rows; the close of the 19th is the open of the last. */
	bln_csv_rows_init(&rows, STEP_S, (int64_t)1388551500 * 1000000 + 899999999, NULL, NULL);
	collect(&c, &rows, text, length, length);
	assert_int_equal(c.row_count, 19);
	assert_int_equal(c.refusal_count, 1);
	assert_int_equal(c.refusals[0].reason, BLN_REASON_NOT_COMMITTED);
	collected_clean_up(&c);

	bln_csv_rows_init(&rows, STEP_S, (int64_t)1388552400 * 1000000, NULL, NULL);
	collect(&c, &rows, text, length, length);
	assert_int_equal(c.row_count, 20);
	collected_clean_up(&c);
}

static enum bln_status refuse_with_io(void *context, enum bln_reason reason, int64_t line, const char *bytes,
				      size_t length, struct bln_err *err)
{
	(void)context;
	(void)reason;
	(void)line;
	(void)bytes;
	(void)length;
	return bln_err_set(err, BLN_IO, "the quarantine is full");
}

static void a_refusal_that_cannot_be_told_ends_the_reading(void **state)
{
	static const char *const texts[] = { "a\n", "\n\n1\n", "\xEF\xBB\xBF\n", "\r\n" };
	(void)state;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct bln_chunk *chunk = bln_chunk_new();
		struct bln_csv_rows rows;
		struct bln_err err = { 0 };
		size_t used;

		bln_csv_rows_init(&rows, STEP_S, INT64_MAX, refuse_with_io, NULL);
		assert_int_equal(bln_csv_rows_feed(&rows, texts[i], strlen(texts[i]), &used, chunk, &err), BLN_IO);
		assert_string_equal(err.message, "the quarantine is full");
		bln_mem_free(chunk);
	}
}

static void assert_same(const struct collected *a, const struct collected *b)
{
	assert_int_equal(a->row_count, b->row_count);
	assert_int_equal(a->refusal_count, b->refusal_count);
	if (a->row_count > 0)
		assert_memory_equal(a->rows, b->rows, a->row_count * sizeof(a->rows[0]));
	if (a->refusal_count > 0)
		assert_memory_equal(a->refusals, b->refusals, a->refusal_count * sizeof(a->refusals[0]));
}

static double random_price(struct bln_random *random)
{
	static const double scales[] = { 1e-7, 1e-3, 1, 1e4, 1e7, 1e12 };

	return (bln_random_unit(random) + 1e-9) * scales[bln_random_below(random, 6)];
}

/* As Kraken writes them, as others might, with up to 17 digits. */
static void number_write(struct bln_random *random, double value, char text[static BLN_NUMBER_TEXT_SIZE])
{
	switch (bln_random_below(random, 4)) {
	case 0:
		snprintf(text, BLN_NUMBER_TEXT_SIZE, "%.17g", value);
		break;
	case 1:
		snprintf(text, BLN_NUMBER_TEXT_SIZE, "%.16e", value);
		break;
	default:
		bln_double_format(value, text);
	}
}

static size_t row_write(struct bln_random *random, const struct collected_row *row, char text[static 256])
{
	const double values[] = { row->candle.open, row->candle.high, row->candle.low, row->candle.close,
				  row->candle.volume };
	size_t used = (size_t)snprintf(text, 256, "%" PRId64, row->time_s);

	for (size_t i = 0; i < 5; i++) {
		char number[BLN_NUMBER_TEXT_SIZE];

		number_write(random, values[i], number);
		used += (size_t)snprintf(text + used, 256 - used, ",%s", number);
	}
	return used + (size_t)snprintf(text + used, 256 - used, ",%" PRId64 "\n", row->candle.trades);
}

static void rows_made(struct bln_random *random, struct collected_row *rows, size_t count)
{
	int64_t time_s = QUARTER_PAST;

	memset(rows, 0, count * sizeof(*rows)); /* they are compared byte by byte */
	for (size_t i = 0; i < count; i++) {
		double a = random_price(random);
		double b = random_price(random);
		struct bln_candle *c = &rows[i].candle;

		c->low = a < b ? a : b;
		c->high = a < b ? b : a;
		c->open = bln_random_below(random, 2) ? a : c->low + (c->high - c->low) * bln_random_unit(random);
		c->close = bln_random_below(random, 2) ? b : c->high;
		c->open = c->open > c->high ? c->high : c->open;
		c->volume = random_price(random);
		c->trades = (int64_t)bln_random_below(random, bln_random_below(random, 2) ? 10 : 1 << 30);
		rows[i].time_s = time_s;
		rows[i].line = (int64_t)i + 1;
		time_s += STEP_S * (int64_t)(bln_random_below(random, 8) ? 1 : 1 + bln_random_below(random, 300));
	}
}

static void random_rows_come_back_bit_for_bit(void **state)
{
	enum { ROWS = 5000 };
	struct bln_random random;
	struct collected_row *rows = malloc(ROWS * sizeof(*rows));
	char *text = malloc(ROWS * 256);
	(void)state;

	bln_random_init(&random, test_seed(20131006));
	for (int round = 0; round < 8; round++) {
		struct collected c = { 0 };
		size_t length = 0;

		rows_made(&random, rows, ROWS);
		for (size_t i = 0; i < ROWS; i++)
			length += row_write(&random, &rows[i], text + length);
		collect_text(&c, text, length, 1 + bln_random_below(&random, 40000), round % 2);
		assert_int_equal(c.refusal_count, 0);
		assert_int_equal(c.row_count, ROWS);
		assert_memory_equal(c.rows, rows, ROWS * sizeof(*rows));
		collected_clean_up(&c);
	}
	free(text);
	free(rows);
}

/* The quick way, the long way and every cutting into blocks say the same of texts that are damaged everywhere. */
static void damaged_texts_read_the_same_in_any_blocks(void **state)
{
	static const char damage[] = "0123456789,,,\n\n\r.-+eE \"x\0\xEF\xBB\xBF";
	enum { ROWS = 200, ROUNDS = 300 };
	struct bln_random random;
	char *text = malloc(ROWS * 256);
	(void)state;

	bln_random_init(&random, test_seed(4));
	for (int round = 0; round < ROUNDS; round++) {
		struct collected_row rows[ROWS];
		struct collected whole = { 0 };
		size_t length = 0;
		const bool has_crlf = bln_random_below(&random, 3) == 0;
		const uint64_t hits = bln_random_below(&random, 60);

		rows_made(&random, rows, ROWS);
		for (size_t i = 0; i < ROWS; i++) {
			length += row_write(&random, &rows[i], text + length);
			if (has_crlf && bln_random_below(&random, 20)) {
				memcpy(text + length - 1, "\r\n", 2);
				length++;
			}
			if (bln_random_below(&random, 50) == 0 && length + 3000 < ROWS * 256) {
				size_t run = bln_random_below(&random, 2200);

				memset(text + length, '1', run);
				length += run;
			}
		}
		for (uint64_t i = 0; i < hits; i++)
			text[bln_random_below(&random, length)] = damage[bln_random_below(&random, sizeof(damage) - 1)];
		length -= bln_random_below(&random, 80);
		collect_text(&whole, text, length, length, true);
		for (int way = 0; way < 4; way++) {
			struct collected cut = { 0 };
			size_t block = way == 0 ? length : 1 + bln_random_below(&random, way == 1 ? 20 : 3000);

			collect_text(&cut, text, length, block, false);
			assert_same(&whole, &cut);
			collected_clean_up(&cut);
		}
		collected_clean_up(&whole);
	}
	free(text);
}

/* The row before is remembered over the end of a chunk, a block, a call. */
static void duplicates_are_seen_across_chunks(void **state)
{
	enum { ROWS = 3 * BLN_CHUNK_ROWS_MAX };
	char *text = malloc(ROWS * 128);
	struct collected c = { 0 };
	size_t length = 0;
	(void)state;

	for (int i = 0; i < ROWS; i++)
		for (int twice = 0; twice < 2; twice++)
			length += (size_t)snprintf(text + length, 128, "%d,1,2,1,1.5,%d,3\n", QUARTER_PAST + STEP_S * i,
						   i);
	collect_text(&c, text, length, length, false);
	assert_int_equal(c.row_count, ROWS);
	assert_int_equal(c.refusal_count, ROWS);
	for (size_t i = 0; i < ROWS; i++) {
		assert_int_equal(c.refusals[i].reason, BLN_REASON_DUPLICATE);
		assert_int_equal(c.refusals[i].line, 2 * i + 2);
	}
	collected_clean_up(&c);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_lines_are_refused_for_the_reason),
		cmocka_unit_test(lines_without_a_time_are_placed),
		cmocka_unit_test(a_line_with_nul_or_too_long_costs_only_itself),
		cmocka_unit_test(a_line_of_the_stated_length_is_read),
		cmocka_unit_test(zero_has_no_sign),
		cmocka_unit_test(ends_and_beginnings),
		cmocka_unit_test(what_is_still_trading_is_not_taken),
		cmocka_unit_test(a_refusal_that_cannot_be_told_ends_the_reading),
		cmocka_unit_test(random_rows_come_back_bit_for_bit),
		cmocka_unit_test(damaged_texts_read_the_same_in_any_blocks),
		cmocka_unit_test(duplicates_are_seen_across_chunks),
	};

	return cmocka_run_group_tests_name("rows", tests, NULL, NULL);
}
