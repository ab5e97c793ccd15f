#include "engine/macros.h"

/* Monday 1970-01-05 is where weeks are counted from. */
static const char macros[] =
	"CREATE OR REPLACE MACRO frequency_us(f) AS CAST(f[:-2] AS BIGINT) * CASE f[-1:] "
	"WHEN 'm' THEN 60000000 WHEN 'h' THEN 3600000000 WHEN 'd' THEN 86400000000 WHEN 'w' THEN 604800000000 END;"
	"CREATE OR REPLACE MACRO candle_open(t, f) AS make_timestamptz(epoch_us(t) - ((epoch_us(t) - "
	"CASE f[-1:] WHEN 'w' THEN 345600000000 ELSE 0 END) % frequency_us(f) + frequency_us(f)) % frequency_us(f));"
	"CREATE OR REPLACE MACRO candle_close(t, f) AS make_timestamptz(epoch_us(t) + frequency_us(f));";

enum bln_status bln_engine_macros(struct bln_engine *engine, struct bln_err *err)
{
	return bln_engine_exec(engine, macros, err);
}
