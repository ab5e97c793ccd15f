/* Functions of ours that every SQL of a project may use, as macros (docs/SQL.md):
 *
 *   frequency_us(f)       how long a candle of frequency f ('15m', '1h', '1d', '1w') lasts, in µs
 *   candle_open(t, f)     when the candle opened in which t lies: weeks begin on Monday, the rest is counted from 1970
 *   candle_close(t, f)    when a candle that opened at t is over
 *   repeated_candles(t)   a table: of what the query has named t, the rows whose symbol, frequency and datetime
 *                         come more than once. Fast where most rows come in order, right where they do not */
#ifndef BLN_ENGINE_MACROS_H
#define BLN_ENGINE_MACROS_H

#include "engine/engine.h"

/* Makes them known to ENGINE. */
BLN_MUST_CHECK enum bln_status bln_engine_macros(struct bln_engine *engine, struct bln_err *err);

#endif
