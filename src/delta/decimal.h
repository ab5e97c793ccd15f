/* Decimals of up to 38 digits as text, in partitions and statistics: a whole number, times 10^scale. */
#ifndef BLN_DELTA_DECIMAL_H
#define BLN_DELTA_DECIMAL_H

#include <stdbool.h>

#include "base/text.h"

__extension__ typedef __int128 bln_int128;

/* [+-] digits [. digits] [E exponent]: Java's BigDecimal, and so Spark, writes small ones with an exponent, "1E-10", "0E-18".
 * False, *OUT untouched, for what is none, has more than PRECISION digits, or would lose one by SCALE. */
bool bln_decimal_parse(struct bln_slice text, int precision, int scale, bln_int128 *out);

/* Appends it with SCALE digits behind the point and no exponent. */
void bln_decimal_format(bln_int128 value, int scale, struct bln_text *text);

#endif
