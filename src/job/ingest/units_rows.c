/* The rows that a fold adds to bronze.units. */
#include "job/ingest/units_private.h"

/* The columns of bronze.units, by what fills them. */
enum column {
	UNIT,
	SOURCE,
	SYMBOL,
	FREQUENCY,
	FROM,
	TO,
	ROWS,
	HASH,
	LOADED_AT,
	TABLE_NAME,
	BASE_CURRENCY,
	TYPE,
	PATH,
	FIRST,
	LAST,
	REFUSED,
	COLUMNS
};
static const struct bln_row_column columns[COLUMNS] = {
	[UNIT] = { "unit", BLN_ROW_VARCHAR, false },
	[SOURCE] = { "source", BLN_ROW_VARCHAR, false },
	[SYMBOL] = { "symbol", BLN_ROW_VARCHAR, false },
	[FREQUENCY] = { "frequency", BLN_ROW_VARCHAR, false },
	[FROM] = { "from", BLN_ROW_TIMESTAMPTZ, true },
	[TO] = { "to", BLN_ROW_TIMESTAMPTZ, true },
	[ROWS] = { "rows", BLN_ROW_BIGINT, false },
	[HASH] = { "hash", BLN_ROW_VARCHAR, false },
	[LOADED_AT] = { "loaded_at", BLN_ROW_TIMESTAMPTZ, false },
	[TABLE_NAME] = { "table_name", BLN_ROW_VARCHAR, false },
	[BASE_CURRENCY] = { "base_currency", BLN_ROW_VARCHAR, false },
	[TYPE] = { "type", BLN_ROW_VARCHAR, false },
	[PATH] = { "path", BLN_ROW_VARCHAR, false },
	[FIRST] = { "first_datetime", BLN_ROW_TIMESTAMPTZ, true },
	[LAST] = { "last_datetime", BLN_ROW_TIMESTAMPTZ, true },
	[REFUSED] = { "refused", BLN_ROW_BIGINT, false },
};

/* One thread gives all rows. */
static enum bln_status rows_open(void *context, const bool *wanted, void **thread, struct bln_err *err)
{
	(void)wanted;
	(void)err;
	*thread = context;
	return BLN_OK;
}

static void rows_close(void *thread)
{
	(void)thread;
}

static void set_int(const struct bln_row_block *block, enum column column, size_t row, int64_t value)
{
	if (block->columns[column].values)
		((int64_t *)block->columns[column].values)[row] = value;
}

static void set_null(const struct bln_row_block *block, enum column column, size_t row)
{
	if (block->columns[column].values)
		block->columns[column].validity[row / 64] &= ~(UINT64_C(1) << row % 64);
}

static void set_text(const struct bln_row_block *block, enum column column, size_t row, struct bln_slice text)
{
	bln_row_block_set_text(block, column, row, text.at, text.length);
}

static enum bln_status rows_next(void *thread, struct bln_row_block *block, struct bln_err *err)
{
	struct units_fold *fold = thread;
	size_t left = fold->count - fold->given;

	(void)err;
	block->count = left < BLN_ROWS_CHUNK ? left : BLN_ROWS_CHUNK;
	for (size_t row = 0; row < block->count; row++) {
		const struct units_row *from = &fold->rows[fold->given++];
		const struct bln_unit_record *record = &from->record;

		set_text(block, UNIT, row, record->unit);
		set_text(block, SOURCE, row, record->source);
		set_text(block, SYMBOL, row, record->symbol);
		set_text(block, FREQUENCY, row, record->frequency);
		set_text(block, HASH, row, record->hash);
		set_text(block, BASE_CURRENCY, row, record->base_currency);
		set_text(block, TYPE, row, record->type);
		set_text(block, PATH, row, record->path);
		set_text(block, TABLE_NAME, row, bln_slice_of(fold->table));
		set_int(block, ROWS, row, record->rows);
		set_int(block, REFUSED, row, record->refused);
		set_int(block, LOADED_AT, row, from->loaded_at_us);
		set_int(block, FROM, row, record->from_us);
		set_int(block, TO, row, record->to_us);
		set_int(block, FIRST, row, record->first_us);
		set_int(block, LAST, row, record->last_us);
		if (record->from_us >= record->to_us) {
			set_null(block, FROM, row);
			set_null(block, TO, row);
		}
		if (record->first_us > record->last_us) {
			set_null(block, FIRST, row);
			set_null(block, LAST, row);
		}
	}
	return BLN_OK;
}

void units_rows_source(struct units_fold *fold, struct bln_row_source *source)
{
	fold->given = 0;
	*source = (struct bln_row_source){ .name = "bln_units",
					   .columns = columns,
					   .column_count = COLUMNS,
					   .threads_max = 1,
					   .rows_estimate = (int64_t)fold->count,
					   .context = fold,
					   .thread_open = rows_open,
					   .next = rows_next,
					   .thread_close = rows_close };
}
