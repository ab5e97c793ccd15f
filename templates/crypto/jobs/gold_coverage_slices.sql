-- The parts of gold.coverage that may have changed: years in which new candles lie, or something new was said; and those from
-- there to what was said before and after, as what lies in between may now be missing, or no longer. A refused row comes with
-- what was said, before it or with it, but not always with its year; where nobody can tell its time, it lies within what was said.
-- How much there is of a part, which says how many are worked on at once, is what the log says of its files.
WITH refused AS (
    SELECT symbol, frequency, raw
    FROM changes('silver.quarantine')
    SEMI JOIN (SELECT concat_ws('/', source, symbol, frequency, hash) AS unit FROM bronze.units
               WHERE table_name = 'bronze.${run:class}') USING (unit)
    WHERE NOT is_kept
    UNION ALL
    SELECT symbol, frequency, raw
    FROM silver.quarantine
    SEMI JOIN (SELECT concat_ws('/', source, symbol, frequency, hash) AS unit FROM changes('bronze.units')
               WHERE table_name = 'bronze.${run:class}') USING (unit)
    WHERE NOT is_kept),
parts AS (
    SELECT symbol, frequency, year FROM changes('silver.${run:class}') GROUP BY ALL
    UNION
    SELECT symbol, frequency, CAST(unnest(range(year(a AT TIME ZONE 'UTC'), year(b AT TIME ZONE 'UTC') + 1)) AS INTEGER) AS year
    FROM (SELECT n.symbol, n.frequency,
                 coalesce(max(o."to") FILTER (o."to" <= n."from"), n."from") AS a,
                 coalesce(min(o."from") FILTER (o."from" >= n."to"), n."to") AS b
          FROM changes('bronze.units') n
          JOIN bronze.units o ON o.symbol = n.symbol AND o.frequency = n.frequency AND o.table_name = n.table_name
               AND o."from" < o."to"
          WHERE n.table_name = 'bronze.${run:class}' AND n."from" < n."to"
          GROUP BY n.unit, n.symbol, n.frequency, n."from", n."to")
    UNION
    SELECT symbol, frequency, CAST(year(candle_open(make_timestamptz(us), frequency) AT TIME ZONE 'UTC') AS INTEGER) AS year
    FROM (SELECT symbol, frequency, CASE WHEN n BETWEEN 946684800 AND 4102444799 THEN n * 1000000
                                         WHEN n BETWEEN 946684800000 AND 4102444799999 THEN n * 1000
                                         WHEN n BETWEEN 946684800000000 AND 4102444799999999 THEN n
                                         WHEN n BETWEEN 946684800000000000 AND 4102444799999999999 THEN n // 1000 END AS us
          FROM (SELECT *, TRY_CAST(split_part(raw, ',', 1) AS BIGINT) AS n FROM refused))
    WHERE us IS NOT NULL),
sizes AS (
    SELECT "partition"->>'symbol' AS symbol, min->>'frequency' AS frequency, CAST("partition"->>'year' AS INTEGER) AS year,
           sum(rows) AS rows
    FROM files('silver.${run:class}')
    GROUP BY ALL)
SELECT symbol, frequency, year, coalesce(rows, 0) AS rows
FROM parts LEFT JOIN sizes USING (symbol, frequency, year)
