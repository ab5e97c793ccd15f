#include "source/candle.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/time.h"

bool bln_unit_has_rows(const struct bln_unit *unit)
{
	return unit->first_us <= unit->last_us;
}

void bln_unit_id(const struct bln_unit *unit, char id[static BLN_UNIT_ID_SIZE])
{
	int used = snprintf(id, BLN_UNIT_ID_SIZE, "%.31s/%.*s/%.15s/%s", unit->source, BLN_SYMBOL_MAX, unit->symbol,
			    unit->frequency, unit->hash);

	if (unit->is_read && unit->rows == 0)
		snprintf(id + used, BLN_UNIT_ID_SIZE - (size_t)used, "/%" PRId64 "-%" PRId64,
			 unit->from_us / BLN_US_PER_SECOND, unit->to_us / BLN_US_PER_SECOND);
}

struct bln_chunk *bln_chunk_new(void)
{
	enum { INTEGERS = 3, DOUBLES = 6 };
	struct block {
		struct bln_chunk chunk;
		int64_t columns[INTEGERS][BLN_CHUNK_ROWS_MAX];
		double numbers[DOUBLES][BLN_CHUNK_ROWS_MAX];
		uint64_t valid[2][BLN_CHUNK_VALID_WORDS];
	} *block = bln_mem_calloc(1, sizeof(*block));

	if (!block)
		return NULL;
	block->chunk = (struct bln_chunk){
		.datetime_us = block->columns[0],
		.trades = block->columns[1],
		.line = block->columns[2],
		.open = block->numbers[0],
		.high = block->numbers[1],
		.low = block->numbers[2],
		.close = block->numbers[3],
		.volume = block->numbers[4],
		.vwap = block->numbers[5],
		.vwap_valid = block->valid[0],
		.trades_valid = block->valid[1],
	};
	return &block->chunk;
}
