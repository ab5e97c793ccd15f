/* Any bytes as a candle file: the quick and the long way, and any cutting into blocks, give the same rows and
 * refusals. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "base/mem.h"
#include "source/csv/rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Everything that comes out, added up in order; in which order rows and refusals come between each other is left
 * open. */
struct sum {
	uint64_t of_rows;
	uint64_t of_refusals;
	int64_t rows;
	int64_t refusals;
};

static void sum_add(uint64_t *sum, const void *bytes, size_t length)
{
	*sum = XXH3_64bits_withSeed(bytes, length, *sum);
}

static enum bln_status refused(void *context, enum bln_reason reason, int64_t line, const char *bytes, size_t length,
			       struct bln_err *err)
{
	struct sum *sum = context;
	(void)err;

	sum->refusals += !bln_reason_is_kept(reason);
	sum_add(&sum->of_refusals, &reason, sizeof(reason));
	sum_add(&sum->of_refusals, &line, sizeof(line));
	sum_add(&sum->of_refusals, bytes, length);
	return BLN_OK;
}

static void chunk_add(struct sum *sum, struct bln_chunk *chunk)
{
	for (size_t i = 0; i < chunk->count; i++) {
		const double values[] = { chunk->open[i], chunk->high[i], chunk->low[i], chunk->close[i],
					  chunk->volume[i] };

		if (!(chunk->low[i] > 0 && chunk->high[i] >= chunk->low[i] && chunk->volume[i] >= 0 &&
		      !signbit(chunk->volume[i])))
			abort();
		sum_add(&sum->of_rows, values, sizeof(values));
		sum_add(&sum->of_rows, &chunk->datetime_us[i], sizeof(int64_t));
		sum_add(&sum->of_rows, &chunk->trades[i], sizeof(int64_t));
		sum_add(&sum->of_rows, &chunk->line[i], sizeof(int64_t));
	}
	sum->rows += (int64_t)chunk->count;
	chunk->count = 0;
}

/* Blocks are copied to memory of their own size, so that a sanitizer sees a look beyond. */
static struct sum sum_of(const uint8_t *data, size_t size, size_t block_size, bool is_careful, struct bln_chunk *chunk)
{
	struct sum sum = { 0 };
	struct bln_csv_rows rows;
	size_t used;

	bln_csv_rows_init(&rows, 900, INT64_MAX, refused, &sum);
	rows.is_careful = is_careful;
	for (size_t at = 0; at < size; at += block_size) {
		const size_t length = size - at < block_size ? size - at : block_size;
		char *block = malloc(length);

		if (!block)
			abort();
		memcpy(block, data + at, length);
		for (size_t done = 0; done < length; done += used) {
			if (bln_csv_rows_feed(&rows, block + done, length - done, &used, chunk, NULL) != BLN_OK ||
			    used == 0)
				abort();
			chunk_add(&sum, chunk);
		}
		free(block);
	}
	if (bln_csv_rows_end(&rows, chunk, NULL) != BLN_OK)
		abort();
	chunk_add(&sum, chunk);
	if (rows.accepted != sum.rows || rows.refused != sum.refusals)
		abort();
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t blocks[] = { 1, 61, 333 };
	struct bln_chunk *chunk = bln_chunk_new();
	struct sum first, other;

	if (!chunk)
		return 0;
	first = sum_of(data, size, size ? size : 1, false, chunk);
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
		for (int is_careful = 0; is_careful < 2; is_careful++) {
			other = sum_of(data, size, blocks[i], is_careful, chunk);
			if (other.of_rows != first.of_rows || other.of_refusals != first.of_refusals)
				abort();
		}
	bln_mem_free(chunk);
	return 0;
}
