/* From when to when a candle file goes, as far as its first and last bytes show: known before its rows are read. */
#ifndef BLN_SOURCE_CSV_SPAN_H
#define BLN_SOURCE_CSV_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "source/candle.h"

/* Bytes looked at, at either end: several times the longest line. */
enum { BLN_CSV_SPAN_BYTES = 4096 };

/* { 0 } is ready to be used. */
struct bln_csv_span {
	int64_t bytes; /* added so far */
	size_t head_length;
	size_t tail_length;
	char head[BLN_CSV_SPAN_BYTES];
	char tail[BLN_CSV_SPAN_BYTES];
};

/* The next bytes of the file. */
void bln_csv_span_add(struct bln_csv_span *span, const char *bytes, size_t length);

/* Says that BYTES were skipped: what is added from now on stands at the file's end. */
void bln_csv_span_skip(struct bln_csv_span *span, int64_t bytes);

struct bln_csv_ends {
	bool has_rows;
	int64_t first_us; /* opens of the first and last row, where there are any */
	int64_t last_us;
	bool is_cut; /* behind the last row stands what has no time that can be read: nobody knows how far it went */
};

/* What reading the ends gives (rows.h says what STEP_S and END_US do); SCRATCH's rows are lost. Rows in between may
 * still be refused, and so may be the last one, as unsorted. */
struct bln_csv_ends bln_csv_span_get(const struct bln_csv_span *span, int64_t step_s, int64_t end_us,
				     struct bln_chunk *scratch);

#endif
