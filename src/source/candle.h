/* What a connector yields: units of input, and in each unit its candles in chunks of columns, and what was refused of
 * it.
 *
 * Read next: reason.h (why rows are refused), source.h (how a connector is asked). A unit is a file's content, or
 * what an API said for one window; how units become exactly-once commits is DESIGN's "How it stays exactly once", not
 * decided here. */
#ifndef BLN_SOURCE_CANDLE_H
#define BLN_SOURCE_CANDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "source/reason.h"

enum {
	BLN_CHUNK_ROWS_MAX = 2048, /* one DuckDB vector */
	BLN_HASH_TEXT_SIZE = 33, /* XXH3-128 in hexadecimal, as xxhsum prints it, and a NUL */
	BLN_SYMBOL_MAX = 32, /* bytes of a symbol's name */
	BLN_UNIT_ID_SIZE = 192,
	BLN_REFUSAL_ID_SIZE = BLN_UNIT_ID_SIZE + 48,
	BLN_REFUSAL_RAW_MAX = 1024, /* bytes of a refused row that are kept */
};

/* What tells, without reading it, that a file is still the one that was read. Of an entry in a ZIP: the ZIP's own size,
 * mtime and inode, and the entry's CRC as the ZIP's directory says it (crc = 0 for plain files). */
struct bln_fingerprint {
	int64_t size_bytes;
	int64_t mtime_ns;
	uint64_t inode;
	uint32_t crc;
};

struct bln_unit {
	/* Known when listed. Texts are the source's and live as long as it does. */
	const char *source; /* the venue: "kraken" */
	const char *symbol; /* as the venue names it: "XBTUSD" */
	const char *base_currency; /* what prices are counted in: "USD" */
	const char *type; /* "crypto" */
	const char *origin; /* bronze's origin: "historic" */
	const char *frequency; /* "15m" */
	int64_t step_us; /* the same, as a length */
	const char *path; /* the file, absolute; for an API the URL without secrets */
	const char *entry; /* name within the ZIP at PATH, else NULL */
	int64_t content_bytes; /* what will be read of it, uncompressed */
	struct bln_fingerprint fingerprint;

	/* Known once hashed or recalled. */
	bool is_hashed;
	char hash[BLN_HASH_TEXT_SIZE]; /* of the uncompressed bytes */
	int64_t first_us; /* open of its first and last row; exact once its rows were read, before that as far as the */
	int64_t last_us; /* first and last KiB show; FIRST > LAST (see bln_unit_has_rows) where there is none */

	/* Known once its rows were read to the end. */
	bool is_read;
	int64_t rows; /* loaded */
	int64_t refused; /* not loaded: refusals without is_kept */

	/* Known once settled: candles it speaks for, [from, to). Empty (0, 0) where nothing says so. */
	int64_t from_us;
	int64_t to_us;

	size_t archive; /* the connector's own */
	size_t entry_index;
};

/* Whether FIRST_US and LAST_US say something. */
bool bln_unit_has_rows(const struct bln_unit *unit);

/* The unit's name in tables: "kraken/XBTUSD/15m/HASH". A unit whose rows were read and are none gets "/FROM-TO"
 * behind it, in seconds: an empty answer is told for its range, each time. The unit must be hashed, and if empty
 * settled. */
void bln_unit_id(const struct bln_unit *unit, char id[static BLN_UNIT_ID_SIZE]);

/* Up to BLN_CHUNK_ROWS_MAX candles of one unit, column by column. The columns may be anybody's memory (such as
 * DuckDB's vectors) with room for BLN_CHUNK_ROWS_MAX values; validity is one bit per row, lowest first, 1 where there
 * is a value. */
struct bln_chunk {
	size_t count;
	int64_t *datetime_us;
	double *open;
	double *high;
	double *low;
	double *close;
	double *volume;
	double *vwap;
	int64_t *trades;
	int64_t *line; /* of the unit's text, from 1 */
	uint64_t *vwap_valid;
	uint64_t *trades_valid;
};

enum { BLN_CHUNK_VALID_WORDS = BLN_CHUNK_ROWS_MAX / 64 };

/* A chunk with columns of its own, in one block: free it with bln_mem_free. NULL when there is no memory. */
struct bln_chunk *bln_chunk_new(void);

/* A row that was refused, or a note on rows that were loaded nevertheless (is_kept). Valid during the call it is
 * given to. */
struct bln_refusal {
	const struct bln_unit *unit;
	enum bln_reason reason;
	bool is_kept;
	int64_t line; /* from 1; 0: the file as a whole */
	const char *raw; /* the row: valid UTF-8 without NUL, cut after BLN_REFUSAL_RAW_MAX bytes */
	size_t raw_length;
	bool is_unplaced; /* it may have been a candle, and nobody can tell of which time */
	int64_t after_us; /* where is_unplaced: open of the unit's row that was taken before it; INT64_MIN: none was */
	char id[BLN_REFUSAL_ID_SIZE]; /* the same each time the same content is read: "UNIT:LINE:REASON" */
};

/* Where rows that are is_unplaced lie: between two rows of the unit that were taken, or, where AFTER_US is INT64_MIN, before the
 * first. */
struct bln_unplaced {
	const struct bln_unit *unit;
	int64_t after_us; /* as in their refusals */
	int64_t before_us; /* open of the row that was taken behind them */
};

/* Outside bytes made storable as text: what is not UTF-8, and NUL, becomes U+FFFD; cut, at a character's end, to what
 * fits into BLN_REFUSAL_RAW_MAX bytes. Returns the length; TEXT gets a NUL behind it. */
size_t bln_raw_text(const char *bytes, size_t length, char text[static BLN_REFUSAL_RAW_MAX + 1]);

#endif
