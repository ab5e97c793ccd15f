-- gold.info: what there is of each symbol.
WITH candles AS (
    SELECT 'silver.cryptos' AS "table", symbol, base_currency, type, frequency, datetime FROM silver.cryptos
    UNION ALL
    SELECT 'silver.indices', symbol, base_currency, type, frequency, datetime FROM silver.indices
    UNION ALL
    SELECT 'silver.forex', symbol, base_currency, type, frequency, datetime FROM silver.forex
    UNION ALL
    SELECT 'silver.commodities', symbol, base_currency, type, frequency, datetime FROM silver.commodities)
SELECT 'silver' AS stage, "table", symbol, base_currency, type, frequency,
       min(datetime) AS init_datetime, max(datetime) AS end_datetime, count(*) AS rows
FROM candles
GROUP BY ALL
ORDER BY ALL
