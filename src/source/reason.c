#include "source/reason.h"

#include <assert.h>

static const struct {
	const char *code;
	const char *text;
} reasons[BLN_REASONS] = {
	[BLN_REASON_EMPTY_FILE] = { "empty_file", "the file has no rows" },
	[BLN_REASON_EMPTY_LINE] = { "empty_line", "an empty line before the last row" },
	[BLN_REASON_TOO_LONG_LINE] = { "too_long_line", "the line is longer than any row can be" },
	[BLN_REASON_NUL_BYTE] = { "nul_byte", "a NUL byte: the file is damaged or not text" },
	[BLN_REASON_WRONG_COLUMNS] = { "wrong_columns", "not the number of columns that the format has" },
	[BLN_REASON_TRUNCATED_LINE] = { "truncated_line", "the last line ends within the row: the file is cut off" },
	[BLN_REASON_NOT_A_NUMBER] = { "not_a_number", "a column that must hold a number does not" },
	[BLN_REASON_NOT_AN_INTEGER] = { "not_an_integer", "time and trades are whole numbers, within 64 bits" },
	[BLN_REASON_NOT_FINITE] = { "not_finite", "NaN, an infinity, or a number too large for a double" },
	[BLN_REASON_MILLISECONDS] = { "milliseconds", "the time is in milliseconds; seconds were expected" },
	[BLN_REASON_TIME_OUT_OF_RANGE] = { "time_out_of_range", "the time is before 2000 or after 2099" },
	[BLN_REASON_OFF_GRID] = { "off_grid", "the time is not the open of a candle of this frequency" },
	[BLN_REASON_NOT_COMMITTED] = { "not_committed", "the candle was still trading, or to come, when it was read" },
	[BLN_REASON_PRICE_NOT_POSITIVE] = { "price_not_positive", "a price is zero or negative" },
	[BLN_REASON_NEGATIVE_VOLUME] = { "negative_volume", "the volume is negative" },
	[BLN_REASON_NEGATIVE_TRADES] = { "negative_trades", "the number of trades is negative" },
	[BLN_REASON_HIGH_BELOW_LOW] = { "high_below_low", "the high is below the low" },
	[BLN_REASON_OHLC_INCONSISTENT] = { "ohlc_inconsistent", "open or close is not between low and high" },
	[BLN_REASON_UNSORTED] = { "unsorted", "the time is before that of the row accepted last" },
	[BLN_REASON_DUPLICATE] = { "duplicate", "the row accepted last, once more" },
	[BLN_REASON_DUPLICATE_DIFFERS] = { "duplicate_differs", "the time of the row accepted last, other values" },
	[BLN_REASON_BOM] = { "bom", "the file begins with a UTF-8 byte order mark; it was passed over" },
	[BLN_REASON_CRLF] = { "crlf", "lines end in CR LF; the CR was passed over" },
	[BLN_REASON_NO_FINAL_NEWLINE] = { "no_final_newline", "the last row has no line end; it was loaded" },
};

const char *bln_reason_code(enum bln_reason reason)
{
	assert((unsigned)reason < BLN_REASONS);
	return reasons[reason].code;
}

const char *bln_reason_text(enum bln_reason reason)
{
	assert((unsigned)reason < BLN_REASONS);
	return reasons[reason].text;
}

bool bln_reason_is_kept(enum bln_reason reason)
{
	return reason >= BLN_REASON_BOM;
}
