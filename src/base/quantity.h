/* Whole amounts with a unit: sizes ("64MiB") in bytes and durations ("30m", "500ms") in µs. */
#ifndef BLN_BASE_QUANTITY_H
#define BLN_BASE_QUANTITY_H

#include <stdint.h>

#include "base/status.h"

/* Room for any amount's text, with its NUL. */
enum { BLN_QUANTITY_TEXT_SIZE = 32 };

/* Digits and perhaps a unit: B, KiB, MiB, GiB, TiB (1,024 of the one before) or kB, MB, GB, TB (1,000). No unit is bytes. */
BLN_MUST_CHECK enum bln_status bln_size_parse(const char *text, size_t length, int64_t *bytes, struct bln_err *err);

/* Digits and a unit: us, ms, s, m (minutes), h, d, w. Up to BLN_TIME_US_MAX. */
BLN_MUST_CHECK enum bln_status bln_duration_parse(const char *text, size_t length, int64_t *duration_us,
						  struct bln_err *err);

/* With the largest unit that leaves a whole number (of the sizes: by 1,024). Parses back to the same. Not negative. */
void bln_size_format(int64_t bytes, char text[static BLN_QUANTITY_TEXT_SIZE]);
void bln_duration_format(int64_t duration_us, char text[static BLN_QUANTITY_TEXT_SIZE]);

#endif
