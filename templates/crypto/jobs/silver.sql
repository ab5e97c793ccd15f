-- silver.cryptos and its like: one row per symbol, frequency and datetime, the best of all that was received for it: an archive
-- before trades, trades before OHLC, OHLC before tables; among equals what was loaded last; of one load what speaks for the
-- later time.
WITH incoming AS NOT MATERIALIZED (
    SELECT *, CASE origin WHEN 'historic' THEN 3 WHEN 'api_trades' THEN 2 WHEN 'api_ohlc' THEN 1 ELSE 0 END AS rank
    FROM changes('bronze.${run:class}')),
-- Most candles come once: only the others must be compared. Rows that nothing tells apart, which no ingest writes, are `alike`.
judged AS MATERIALIZED (
    SELECT i.*, row_number() OVER best_first AS place, count(*) OVER (best_first RANGE CURRENT ROW) AS alike
    FROM repeated_candles('incoming') i
    LEFT JOIN bronze.units u ON u.unit = i.source_unit AND u.table_name = 'bronze.${run:class}'
    WINDOW best_first AS (
        PARTITION BY i.symbol, i.frequency, i.datetime
        ORDER BY i.rank DESC, i.loaded_at DESC, u."to" DESC NULLS LAST, i.source_unit DESC)),
-- All candles but those that are beaten, as they lie there: in order, that is.
best AS (
    SELECT i.*
    FROM incoming i
    LEFT JOIN (FROM judged WHERE place = 1) j USING (symbol, frequency, datetime)
    WHERE j.place IS NULL
          OR (j.alike = 1 AND j.rank = i.rank AND j.loaded_at IS NOT DISTINCT FROM i.loaded_at
              AND j.source_unit IS NOT DISTINCT FROM i.source_unit)
    UNION ALL
    SELECT * EXCLUDE (place, alike) FROM judged WHERE place = 1 AND alike > 1),
-- What silver has for these candles.
known AS (
    SELECT symbol, frequency, datetime, audit_time,
           CASE origin WHEN 'historic' THEN 3 WHEN 'api_trades' THEN 2 WHEN 'api_ohlc' THEN 1 ELSE 0 END AS rank
    FROM existing('silver.${run:class}')),
winners AS (
    SELECT b.*, make_timestamp(epoch_us(b.datetime)) AS utc
    FROM best b
    LEFT JOIN known k USING (symbol, frequency, datetime)
    WHERE k.rank IS NULL OR b.rank > k.rank OR (b.rank = k.rank AND b.loaded_at > k.audit_time))
SELECT symbol, base_currency, type, datetime,
       CAST(utc AS DATE) AS date,
       strftime(utc, '%H:%M:%S') AS time,
       frequency,
       CAST(year(utc) AS INTEGER) AS year,
       CAST(month(utc) AS INTEGER) AS month,
       CAST(day(utc) AS INTEGER) AS day,
       open, high, low, close, volume, vwap, trades, origin, source,
       loaded_at AS audit_time
FROM winners
