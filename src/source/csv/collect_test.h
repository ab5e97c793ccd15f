/* For tests: all rows and refusals of a text, however it was cut into blocks. */
#ifndef BLN_SOURCE_CSV_COLLECT_TEST_H
#define BLN_SOURCE_CSV_COLLECT_TEST_H

#include "base/base_test.h"
#include "base/mem.h"
#include "source/csv/rows.h"

struct collected_row {
	int64_t time_s;
	int64_t line;
	struct bln_candle candle;
};

struct collected_refusal {
	enum bln_reason reason;
	int64_t line;
	size_t length;
	char bytes[BLN_CSV_LINE_MAX];
};

struct collected_place {
	int64_t after_s;
	int64_t before_s;
};

struct collected {
	struct collected_row *rows;
	size_t row_count;
	size_t row_capacity;
	struct collected_refusal *refusals;
	size_t refusal_count;
	size_t refusal_capacity;
	struct collected_place *places; /* of lines without a time */
	size_t place_count;
	size_t place_capacity;
};

static inline enum bln_status collect_refusal(void *context, enum bln_reason reason, int64_t line, const char *bytes,
					      size_t length, struct bln_err *err)
{
	struct collected *c = context;
	struct collected_refusal *refusal;
	(void)err;

	assert_true(length <= BLN_CSV_LINE_MAX);
	assert_true(bln_mem_grow(&c->refusals, c->refusal_count, &c->refusal_capacity, sizeof(*c->refusals)));
	refusal = &c->refusals[c->refusal_count++];
	*refusal = (struct collected_refusal){ .reason = reason, .line = line, .length = length };
	memcpy(refusal->bytes, bytes, length);
	return BLN_OK;
}

static inline enum bln_status collect_place(void *context, int64_t after_s, int64_t before_s, struct bln_err *err)
{
	struct collected *c = context;
	(void)err;

	assert_true(bln_mem_grow(&c->places, c->place_count, &c->place_capacity, sizeof(*c->places)));
	c->places[c->place_count++] = (struct collected_place){ after_s, before_s };
	return BLN_OK;
}

static inline void collect_chunk(struct collected *c, struct bln_chunk *chunk)
{
	for (size_t i = 0; i < chunk->count; i++) {
		assert_true(chunk->datetime_us[i] % 1000000 == 0);
		assert_int_equal(chunk->trades_valid[i / 64] >> i % 64 & 1, 1);
		assert_int_equal(chunk->vwap_valid[i / 64] >> i % 64 & 1, 0);
		assert_true(bln_mem_grow(&c->rows, c->row_count, &c->row_capacity, sizeof(*c->rows)));
		c->rows[c->row_count++] = (struct collected_row){
			.time_s = chunk->datetime_us[i] / 1000000,
			.line = chunk->line[i],
			.candle = { chunk->open[i], chunk->high[i], chunk->low[i], chunk->close[i], chunk->volume[i],
				    chunk->trades[i] },
		};
	}
	chunk->count = 0;
}

/* ROWS is initialised; its context becomes C. Each block is copied, so that a sanitizer sees a look beyond its end. */
static inline void collect(struct collected *c, struct bln_csv_rows *rows, const char *text, size_t length,
			   size_t block_size)
{
	struct bln_chunk *chunk = bln_chunk_new();
	size_t used;

	assert_non_null(chunk);
	memset(chunk->vwap_valid, 0xFF, sizeof(uint64_t) * BLN_CHUNK_VALID_WORDS); /* what was there must not matter */
	rows->refuse = collect_refusal;
	rows->resume = collect_place;
	rows->context = c;
	for (size_t at = 0; at < length; at += block_size) {
		const size_t size = length - at < block_size ? length - at : block_size;
		char *block = malloc(size);

		memcpy(block, text + at, size);
		for (size_t done = 0; done < size; done += used) {
			assert_int_equal(bln_csv_rows_feed(rows, block + done, size - done, &used, chunk, NULL),
					 BLN_OK);
			assert_true(used > 0 && done + used <= size);
			collect_chunk(c, chunk);
		}
		free(block);
	}
	assert_int_equal(bln_csv_rows_end(rows, chunk, NULL), BLN_OK);
	assert_int_equal(bln_csv_rows_end(rows, chunk, NULL), BLN_OK);
	collect_chunk(c, chunk);
	assert_int_equal(rows->accepted, c->row_count);
	bln_mem_free(chunk);
}

static inline void collected_clean_up(struct collected *c)
{
	bln_mem_free(c->rows);
	bln_mem_free(c->refusals);
	bln_mem_free(c->places);
	*c = (struct collected){ 0 };
}

#endif
