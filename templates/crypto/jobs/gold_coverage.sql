-- gold.coverage: for each symbol, frequency and year the stretches of candles that are there (data), of which a source says that
-- nothing traded (confirmed_empty), and of which nobody has said anything that we took (missing): also where something was said
-- and refused (silver.quarantine), whoever else says that nothing traded there; and where lines could not be read, unless somebody
-- else says that. All times are opens of candles, in µs.
WITH parts AS MATERIALIZED (
    SELECT CAST(row_number() OVER () AS INTEGER) AS part, symbol, frequency, CAST(year AS INTEGER) AS year,
           frequency_us(frequency) AS step,
           -- the first opens in this year and in the next
           epoch_us(candle_open(make_timestamptz(CAST(year AS INTEGER), 1, 1, 0, 0, 0, 'UTC') - INTERVAL 1 MICROSECOND, frequency))
               + frequency_us(frequency) AS year_from,
           epoch_us(candle_open(make_timestamptz(CAST(year AS INTEGER) + 1, 1, 1, 0, 0, 0, 'UTC') - INTERVAL 1 MICROSECOND, frequency))
               + frequency_us(frequency) AS year_to
    FROM (SELECT unnest(getvariable('slices'), recursive := true))),
-- What was said, in whole candles. CONTENT is what silver.quarantine has as `unit`.
told AS (
    SELECT unit, concat_ws('/', source, symbol, frequency, hash) AS content, symbol, frequency,
           epoch_us(candle_open("from" - INTERVAL 1 MICROSECOND, frequency)) + frequency_us(frequency) AS a,
           epoch_us(candle_open("to", frequency)) AS b
    FROM bronze.units
    WHERE table_name = 'bronze.${run:class}'),
span AS (
    SELECT symbol, frequency, min(a) AS a, max(b) AS b FROM told WHERE a < b GROUP BY ALL),
-- What was refused of those units. A table that an earlier version made has not all columns.
refusals AS (
    SELECT q.unit AS content, q.symbol, q.frequency, split_part(q.raw, ',', 1) AS field, q.after_datetime, q.before_datetime
    FROM (FROM silver.quarantine UNION ALL BY NAME
          SELECT CAST(NULL AS TIMESTAMPTZ) AS after_datetime, CAST(NULL AS TIMESTAMPTZ) AS before_datetime WHERE false) q
    SEMI JOIN told t ON q.unit = t.content
    WHERE NOT q.is_kept),
-- Where in a unit rows lie whose time nobody can tell: behind one candle, before another.
unplaced AS (
    SELECT DISTINCT content, epoch_us(after_datetime) AS behind, epoch_us(before_datetime) AS before
    FROM refusals
    WHERE after_datetime IS NOT NULL OR before_datetime IS NOT NULL),
-- There the unit says nothing: what is left of it. Each range once, or those that are equal would come in no certain order below.
units AS (
    SELECT DISTINCT symbol, frequency, a, b
    FROM (SELECT symbol, frequency, a, coalesce(lead(stop) OVER (PARTITION BY unit ORDER BY a, stop NULLS FIRST), b) AS b
          FROM (SELECT unit, symbol, frequency, a, b, CAST(NULL AS BIGINT) AS stop FROM told
                UNION ALL
                SELECT t.unit, t.symbol, t.frequency, coalesce(u.before, t.b), t.b,
                       coalesce(u.behind + frequency_us(t.frequency), t.a)
                FROM told t JOIN unplaced u USING (content)))),
-- Units that overlap or touch, as one.
said AS (
    SELECT symbol, frequency, min(a) AS a, max(b) AS b
    FROM (SELECT *, count(*) FILTER (is_first) OVER (PARTITION BY symbol, frequency ORDER BY a, b ROWS UNBOUNDED PRECEDING) AS n
          FROM (SELECT *, coalesce(a > max(b) OVER (PARTITION BY symbol, frequency ORDER BY a, b
                                                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), true) AS is_first
                FROM units WHERE a < b))
    GROUP BY symbol, frequency, n),
-- Windows over a part's number take half the time of those over its names.
candles AS (
    SELECT p.part, p.step, epoch_us(c.datetime) AS t
    FROM silver.${run:class} c JOIN parts p USING (symbol, frequency, year)),
runs AS (
    SELECT part, min(t) AS a, max(t) + any_value(step) AS b
    FROM (SELECT *, t - step * row_number() OVER (PARTITION BY part ORDER BY t) AS n FROM candles)
    GROUP BY part, n),
data AS (
    SELECT p.symbol, p.frequency, p.year, r.a, r.b FROM runs r JOIN parts p USING (part)),
-- From where anything was said to where it ends.
bounds AS (
    SELECT p.symbol, p.frequency, p.year, p.step, greatest(s.a, p.year_from) AS a, least(s.b, p.year_to) AS b
    FROM parts p JOIN span s USING (symbol, frequency)
    WHERE s.a < p.year_to AND p.year_from < s.b),
edges AS (
    SELECT symbol, frequency, year, a, a AS b FROM bounds
    UNION ALL SELECT symbol, frequency, year, b, b FROM bounds),
-- The candles in which refused rows lie, where their first field tells: seconds, milli-, micro- or nanoseconds of 2000 to 2099.
refused AS (
    SELECT symbol, frequency, year, t AS a, t + step AS b
    FROM (SELECT b.*, epoch_us(candle_open(make_timestamptz(r.us), b.frequency)) AS t
          FROM bounds b
          JOIN (SELECT symbol, frequency, CASE WHEN n BETWEEN 946684800 AND 4102444799 THEN n * 1000000
                                               WHEN n BETWEEN 946684800000 AND 4102444799999 THEN n * 1000
                                               WHEN n BETWEEN 946684800000000 AND 4102444799999999 THEN n
                                               WHEN n BETWEEN 946684800000000000 AND 4102444799999999999 THEN n // 1000 END AS us
                FROM (SELECT *, TRY_CAST(field AS BIGINT) AS n FROM refusals)) r
              USING (symbol, frequency))
    WHERE a <= t AND t < b),
-- Where there is neither a candle nor a refused row.
silent AS (
    SELECT symbol, frequency, year, a, b
    FROM (SELECT symbol, frequency, year, max(b) OVER seen AS a, lead(a) OVER seen AS b
          FROM (FROM data UNION ALL FROM refused UNION ALL FROM edges)
          WINDOW seen AS (PARTITION BY symbol, frequency, year ORDER BY a, b))
    WHERE a < b),
empty AS (
    SELECT g.symbol, g.frequency, g.year, greatest(g.a, s.a) AS a, least(g.b, s.b) AS b
    FROM silent g JOIN said s ON s.symbol = g.symbol AND s.frequency = g.frequency AND s.a < g.b AND g.a < s.b),
missing AS (
    SELECT symbol, frequency, year, a, b
    FROM (SELECT symbol, frequency, year, b AS a, lead(a) OVER (PARTITION BY symbol, frequency, year ORDER BY a, b) AS b
          FROM (FROM data UNION ALL FROM empty UNION ALL FROM edges))
    WHERE a < b),
stretches AS (
    SELECT *, 'data' AS state FROM data
    UNION ALL SELECT *, 'confirmed_empty' FROM empty
    UNION ALL SELECT *, 'missing' FROM missing)
SELECT 'silver.${run:class}' AS "table", symbol, frequency, year,
       make_timestamptz(a) AS "from", make_timestamptz(b) AS "to", state,
       CAST((b - a) // frequency_us(frequency) AS BIGINT) AS candles
FROM stretches
