/* Rows of headerless candle files, `time,open,high,low,close,volume,trades` with the time in whole seconds, from
 * bytes that come in blocks of any size. Read rows.c for the way of a line, quick.h for the quick way that nearly
 * every line takes.
 *
 * A row is loaded as it stands or refused for the first reason that applies, in the order of enum bln_reason from
 * too_long_line on; nothing is repaired. A negative zero is zero: the two are equal, but their bits are not, and what
 * keeps values by their bits (a dictionary in Parquet) would have it depend on its neighbours which of them comes back.
 * Rows must be strictly ascending in time: later ones of the same time, and earlier ones, are refused against the row
 * accepted last. Left out on purpose: quotes, headers, other separators, other columns. */
#ifndef BLN_SOURCE_CSV_ROWS_H
#define BLN_SOURCE_CSV_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "source/candle.h"
#include "source/reason.h"

enum {
	BLN_CSV_LINE_MAX = 1024, /* bytes of a line, without its end; a real row has about 60 */
	BLN_CSV_ROW_COLUMNS = 7,
};

/* 2000-01-01 and 2100-01-01: candles lie in between. As milliseconds, nothing in that span can be taken for seconds. */
#define BLN_CSV_ROW_SECONDS_MIN INT64_C(946684800)
#define BLN_CSV_ROW_SECONDS_MAX INT64_C(4102444800)

/* Told of every refusal and note. BYTES (LENGTH of them, as they were read, without the line end) are valid during
 * the call. What it returns other than BLN_OK ends the reading with that status. */
typedef enum bln_status bln_csv_refuse(void *context, enum bln_reason reason, int64_t line, const char *bytes,
				       size_t length, struct bln_err *err);

/* Told of lines whose time cannot be told (place.h), once a row is accepted behind them: they were candles between the one accepted
 * before them, which opens at AFTER_S (INT64_MIN: there was none), and that row, at BEFORE_S. Returns as bln_csv_refuse. */
typedef enum bln_status bln_csv_resume(void *context, int64_t after_s, int64_t before_s, struct bln_err *err);

struct bln_candle {
	double open;
	double high;
	double low;
	double close;
	double volume;
	int64_t trades;
};

struct bln_csv_rows {
	/* Set by bln_csv_rows_init. */
	int64_t step_s;
	int64_t end_s;
	bln_csv_refuse *refuse;
	void *context;
	bln_csv_resume *resume; /* NULL, or the caller's to set behind bln_csv_rows_init; shares CONTEXT */
	bool is_careful; /* tests: every line takes the long way */

	/* To be read by all. */
	int64_t lines; /* begun so far */
	int64_t accepted;
	int64_t refused;
	int64_t first_s; /* of the accepted; FIRST > LAST before there is one */
	int64_t last_s;
	bool is_unplaced; /* while REFUSE is called: nobody can tell the time of the line it is told of */

	/* The parser's own. */
	struct bln_candle last; /* the accepted row before this call */
	int64_t empty_lines; /* seen since the last line that was not empty */
	bool has_unplaced; /* lines since the row accepted last */
	bool has_lines; /* other than empty ones */
	bool has_crlf;
	bool is_ended;
	bool is_too_long; /* the line in CARRY is longer than CARRY */
	size_t carry_length;
	char carry[BLN_CSV_LINE_MAX + 1]; /* a line whose end has not come yet, and room for its CR */
};

/* STEP_S > 0: seconds between candles, which open at its multiples. A candle that closes after END_US was not
 * committed when the bytes were made; INT64_MAX for no such bound. REFUSE may be NULL: then refusals are only
 * counted. */
void bln_csv_rows_init(struct bln_csv_rows *rows, int64_t step_s, int64_t end_us, bln_csv_refuse *refuse,
		       void *context);

/* Appends the rows of BYTES to CHUNK, until these are used up or the chunk is full: *USED says how many were taken
 * (when the chunk was full before, none). Of what is kept for the next call the caller need know nothing. Fails only
 * as REFUSE does. */
BLN_MUST_CHECK enum bln_status bln_csv_rows_feed(struct bln_csv_rows *rows, const char *bytes, size_t length,
						 size_t *used, struct bln_chunk *chunk, struct bln_err *err);

/* No more bytes: takes the last line if it had no end, and tells of an empty file. Needs room for one row in CHUNK;
 * calling it again does nothing. */
BLN_MUST_CHECK enum bln_status bln_csv_rows_end(struct bln_csv_rows *rows, struct bln_chunk *chunk,
						struct bln_err *err);

#endif
