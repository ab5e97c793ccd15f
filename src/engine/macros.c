#include "engine/macros.h"

/* Monday 1970-01-05 is where weeks are counted from. */
static const char macros[] =
	"CREATE OR REPLACE MACRO frequency_us(f) AS CAST(f[:-2] AS BIGINT) * CASE f[-1:] "
	"WHEN 'm' THEN 60000000 WHEN 'h' THEN 3600000000 WHEN 'd' THEN 86400000000 WHEN 'w' THEN 604800000000 END;"
	"CREATE OR REPLACE MACRO candle_open(t, f) AS make_timestamptz(epoch_us(t) - ((epoch_us(t) - "
	"CASE f[-1:] WHEN 'w' THEN 345600000000 ELSE 0 END) % frequency_us(f) + frequency_us(f)) % frequency_us(f));"
	"CREATE OR REPLACE MACRO candle_close(t, f) AS make_timestamptz(epoch_us(t) + frequency_us(f));"
	/* Candles mostly come in order, and in order none comes twice: only where such stretches overlap is there anything to
	 * count. Both windows stream, so that finding these takes one look at the times. */
	"CREATE OR REPLACE MACRO repeated_candles(t) AS TABLE "
	"WITH bln_stretches AS (SELECT symbol, frequency, min(datetime) AS a, max(datetime) AS b FROM (SELECT *, "
	"count(*) FILTER (is_first) OVER (ROWS UNBOUNDED PRECEDING) AS n FROM (SELECT symbol, frequency, datetime, "
	"(datetime > lag(datetime) OVER ()) IS NOT TRUE AS is_first FROM query_table(t))) GROUP BY symbol, frequency, n), "
	"bln_overlap AS MATERIALIZED (SELECT symbol, frequency, min(a) AS a, max(least(b, reach)) AS b FROM (SELECT *, "
	"max(b) OVER (PARTITION BY symbol, frequency ORDER BY a ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reach "
	"FROM bln_stretches) WHERE a <= reach GROUP BY symbol, frequency), "
	"bln_candidates AS NOT MATERIALIZED (SELECT c.* FROM query_table(t) c JOIN bln_overlap o "
	"ON c.symbol = o.symbol AND c.frequency = o.frequency AND c.datetime BETWEEN o.a AND o.b) "
	"FROM bln_candidates SEMI JOIN (SELECT symbol, frequency, datetime FROM bln_candidates GROUP BY ALL HAVING count(*) > 1) "
	"USING (symbol, frequency, datetime);";

enum bln_status bln_engine_macros(struct bln_engine *engine, struct bln_err *err)
{
	return bln_engine_exec(engine, macros, err);
}
