/* Why a row was not taken as it stands: the vocabulary of silver.quarantine, shared by all connectors. */
#ifndef BLN_SOURCE_REASON_H
#define BLN_SOURCE_REASON_H

#include <stdbool.h>

enum bln_reason {
	/* Refused: the row is not loaded. */
	BLN_REASON_EMPTY_FILE,
	BLN_REASON_EMPTY_LINE,
	BLN_REASON_TOO_LONG_LINE,
	BLN_REASON_NUL_BYTE,
	BLN_REASON_WRONG_COLUMNS,
	BLN_REASON_TRUNCATED_LINE,
	BLN_REASON_NOT_A_NUMBER,
	BLN_REASON_NOT_AN_INTEGER,
	BLN_REASON_NOT_FINITE,
	BLN_REASON_MILLISECONDS,
	BLN_REASON_TIME_OUT_OF_RANGE,
	BLN_REASON_OFF_GRID,
	BLN_REASON_NOT_COMMITTED,
	BLN_REASON_PRICE_NOT_POSITIVE,
	BLN_REASON_NEGATIVE_VOLUME,
	BLN_REASON_NEGATIVE_TRADES,
	BLN_REASON_HIGH_BELOW_LOW,
	BLN_REASON_OHLC_INCONSISTENT,
	BLN_REASON_UNSORTED,
	BLN_REASON_DUPLICATE,
	BLN_REASON_DUPLICATE_DIFFERS,
	/* Notes: the rows are loaded all the same; each is reported once per unit. */
	BLN_REASON_BOM,
	BLN_REASON_CRLF,
	BLN_REASON_NO_FINAL_NEWLINE,
	BLN_REASONS
};

/* "off_grid": stored in tables, never renamed. */
const char *bln_reason_code(enum bln_reason reason);

/* One sentence for people: what is wrong and what was expected. */
const char *bln_reason_text(enum bln_reason reason);

/* Whether the rows concerned were loaded nevertheless. */
bool bln_reason_is_kept(enum bln_reason reason);

#endif
