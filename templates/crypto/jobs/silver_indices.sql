-- silver.indices: of all that was received for a candle the best: an archive before trades before OHLC before tables, and among
-- equals what came last. changes() are the rows that are new since the last run of this job.
SELECT symbol, base_currency, type, datetime,
       CAST(datetime AT TIME ZONE 'UTC' AS DATE) AS date,
       strftime(datetime AT TIME ZONE 'UTC', '%H:%M:%S') AS time,
       frequency,
       CAST(year(datetime AT TIME ZONE 'UTC') AS INTEGER) AS year,
       CAST(month(datetime AT TIME ZONE 'UTC') AS INTEGER) AS month,
       CAST(day(datetime AT TIME ZONE 'UTC') AS INTEGER) AS day,
       open, high, low, close, volume, vwap, trades, origin, source,
       loaded_at AS audit_time
FROM changes('bronze.indices')
QUALIFY row_number() OVER (
    PARTITION BY symbol, frequency, datetime
    ORDER BY CASE origin WHEN 'historic' THEN 0 WHEN 'api_trades' THEN 1 WHEN 'api_ohlc' THEN 2 ELSE 3 END,
             loaded_at DESC, source_unit DESC) = 1
