-- gold.coverage: for each symbol, frequency and year the stretches of candles that are there (data), of which a source says that
-- nothing traded (confirmed_empty), and of which nobody has said anything (missing). All times are opens of candles, in µs.
WITH parts AS (
    SELECT symbol, frequency, CAST(year AS INTEGER) AS year, frequency_us(frequency) AS step,
           -- the first opens in this year and in the next
           epoch_us(candle_open(make_timestamptz(CAST(year AS INTEGER), 1, 1, 0, 0, 0, 'UTC') - INTERVAL 1 MICROSECOND, frequency))
               + frequency_us(frequency) AS year_from,
           epoch_us(candle_open(make_timestamptz(CAST(year AS INTEGER) + 1, 1, 1, 0, 0, 0, 'UTC') - INTERVAL 1 MICROSECOND, frequency))
               + frequency_us(frequency) AS year_to
    FROM (SELECT unnest(getvariable('slices'), recursive := true))),
-- What was said, in whole candles.
units AS (
    SELECT symbol, frequency,
           epoch_us(candle_open("from" - INTERVAL 1 MICROSECOND, frequency)) + frequency_us(frequency) AS a,
           epoch_us(candle_open("to", frequency)) AS b
    FROM bronze.units
    WHERE table_name = 'bronze.${run:class}' AND "from" < "to"),
span AS (
    SELECT symbol, frequency, min(a) AS a, max(b) AS b FROM units WHERE a < b GROUP BY ALL),
-- Units that overlap or touch, as one.
said AS (
    SELECT symbol, frequency, min(a) AS a, max(b) AS b
    FROM (SELECT *, count(*) FILTER (is_first) OVER (PARTITION BY symbol, frequency ORDER BY a, b ROWS UNBOUNDED PRECEDING) AS n
          FROM (SELECT *, coalesce(a > max(b) OVER (PARTITION BY symbol, frequency ORDER BY a, b
                                                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), true) AS is_first
                FROM units WHERE a < b))
    GROUP BY symbol, frequency, n),
candles AS (
    SELECT symbol, frequency, year, epoch_us(datetime) AS t, frequency_us(frequency) AS step
    FROM silver.${run:class}),
data AS (
    SELECT symbol, frequency, year, min(t) AS a, max(t) + any_value(step) AS b
    FROM (SELECT *, t - step * row_number() OVER (PARTITION BY symbol, frequency, year ORDER BY t) AS n FROM candles)
    GROUP BY symbol, frequency, year, n),
-- What lies between them, from where anything was said to where it ends.
bounds AS (
    SELECT p.symbol, p.frequency, p.year, p.step, greatest(s.a, p.year_from) AS a, least(s.b, p.year_to) AS b
    FROM parts p JOIN span s USING (symbol, frequency)),
gaps AS (
    SELECT symbol, frequency, year, a, b
    FROM (SELECT symbol, frequency, year, b AS a,
                 lead(a) OVER (PARTITION BY symbol, frequency, year ORDER BY a, b) AS b
          FROM (SELECT symbol, frequency, year, a, b FROM data
                UNION ALL SELECT symbol, frequency, year, a, a FROM bounds WHERE a < b
                UNION ALL SELECT symbol, frequency, year, b, b FROM bounds WHERE a < b))
    WHERE a < b),
empty AS (
    SELECT g.symbol, g.frequency, g.year, greatest(g.a, s.a) AS a, least(g.b, s.b) AS b
    FROM gaps g JOIN said s ON s.symbol = g.symbol AND s.frequency = g.frequency AND s.a < g.b AND g.a < s.b),
unsaid AS (
    SELECT symbol, frequency, b AS a, lead(a) OVER (PARTITION BY symbol, frequency ORDER BY a) AS b FROM said),
missing AS (
    SELECT g.symbol, g.frequency, g.year, greatest(g.a, u.a) AS a, least(g.b, u.b) AS b
    FROM gaps g JOIN unsaid u ON u.symbol = g.symbol AND u.frequency = g.frequency AND u.a < g.b AND g.a < u.b),
stretches AS (
    SELECT *, 'data' AS state FROM data
    UNION ALL SELECT *, 'confirmed_empty' FROM empty
    UNION ALL SELECT *, 'missing' FROM missing)
SELECT 'silver.${run:class}' AS "table", symbol, frequency, year,
       make_timestamptz(a) AS "from", make_timestamptz(b) AS "to", state,
       CAST((b - a) // frequency_us(frequency) AS BIGINT) AS candles
FROM stretches
