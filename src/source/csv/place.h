/* Which candle a refused line may have been. */
#ifndef BLN_SOURCE_CSV_PLACE_H
#define BLN_SOURCE_CSV_PLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "source/reason.h"

/* Whether a line that was refused for REASON may have been a candle of which nobody can tell the time. Its time is told where its
 * first field is a number that is one in seconds, milli-, micro- or nanoseconds: not more strictly than who looks for such
 * candles in the quarantine (templates/crypto/jobs/gold_coverage.sql), so that no line falls between the two. */
bool bln_csv_is_unplaced(enum bln_reason reason, const char *line, size_t length);

#endif
