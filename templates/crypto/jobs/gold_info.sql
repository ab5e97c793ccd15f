-- gold.info: what there is of each symbol at each stage. Counted from what the logs say of files and units: no candle is read, but
-- for symbols of which another program has put several frequencies into a file, or left a file without statistics.
WITH files AS (
    SELECT 'silver' AS stage, 'silver.cryptos' AS "table", * FROM files('silver.cryptos')
    UNION ALL SELECT 'silver', 'silver.indices', * FROM files('silver.indices')
    UNION ALL SELECT 'silver', 'silver.forex', * FROM files('silver.forex')
    UNION ALL SELECT 'silver', 'silver.commodities', * FROM files('silver.commodities')
    UNION ALL SELECT 'gold', 'gold.candles', * FROM files('gold.candles')),
bounds AS (
    SELECT stage, "table", "partition"->>'symbol' AS symbol, min->>'base_currency' AS base_currency, min->>'type' AS type,
           min->>'frequency' AS frequency, CAST(min->>'datetime' AS TIMESTAMPTZ) AS first, CAST(max->>'datetime' AS TIMESTAMPTZ) AS last,
           rows, [max->>'base_currency', max->>'type', max->>'frequency'] AS others
    FROM files),
mixed AS MATERIALIZED (
    SELECT DISTINCT "table", symbol
    FROM bounds
    WHERE rows IS NULL OR first IS NULL OR last IS NULL OR others IS DISTINCT FROM [base_currency, type, frequency]
          OR frequency IS NULL OR type IS NULL),
refined AS (
    SELECT stage, "table", symbol, base_currency, type, frequency, min(first) AS init_datetime, max(last) AS end_datetime,
           CAST(sum(rows) AS BIGINT) AS rows
    FROM bounds ANTI JOIN mixed USING ("table", symbol)
    GROUP BY ALL),
counted AS (
    SELECT stage, "table", symbol, base_currency, type, frequency, min(datetime) AS init_datetime, max(datetime) AS end_datetime,
           count(*) AS rows
    FROM (SELECT 'silver' AS stage, 'silver.cryptos' AS "table", symbol, base_currency, type, frequency, datetime FROM silver.cryptos
          UNION ALL SELECT 'silver', 'silver.indices', symbol, base_currency, type, frequency, datetime FROM silver.indices
          UNION ALL SELECT 'silver', 'silver.forex', symbol, base_currency, type, frequency, datetime FROM silver.forex
          UNION ALL SELECT 'silver', 'silver.commodities', symbol, base_currency, type, frequency, datetime FROM silver.commodities
          UNION ALL SELECT 'gold', 'gold.candles', symbol, base_currency, type, frequency, datetime FROM gold.candles)
    SEMI JOIN mixed USING ("table", symbol)
    GROUP BY ALL),
received AS (
    SELECT 'bronze' AS stage, table_name AS "table", symbol, base_currency, type, frequency,
           min(first_datetime) AS init_datetime, max(last_datetime) AS end_datetime, CAST(sum(rows) AS BIGINT) AS rows
    FROM bronze.units
    WHERE rows > 0
    GROUP BY ALL),
coverage AS (
    SELECT "table", symbol, frequency, CAST(sum(candles) AS BIGINT) AS expected,
           CAST(coalesce(sum(candles) FILTER (state = 'confirmed_empty'), 0) AS BIGINT) AS confirmed_empty,
           CAST(coalesce(sum(candles) FILTER (state = 'missing'), 0) AS BIGINT) AS missing
    FROM gold.coverage
    GROUP BY ALL)
SELECT i.stage, i."table", i.symbol, i.base_currency, i.type, i.frequency, i.init_datetime, i.end_datetime, i.rows,
       c.expected, c.confirmed_empty, c.missing
FROM (FROM received UNION ALL FROM refined UNION ALL FROM counted) i
-- One class's symbols are its own: the coverage of silver is that of the other stages.
LEFT JOIN coverage c ON c.symbol = i.symbol AND c.frequency = i.frequency
     AND c."table" = CASE i.type WHEN 'crypto' THEN 'silver.cryptos' WHEN 'index' THEN 'silver.indices'
                                 WHEN 'forex' THEN 'silver.forex' ELSE 'silver.commodities' END
ORDER BY ALL
