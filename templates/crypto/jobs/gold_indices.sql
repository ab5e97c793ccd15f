-- gold.candles, from silver.indices: with the time from which a candle could be known, its close.
SELECT symbol, base_currency, type, frequency, datetime, year,
       open, high, low, close, volume, vwap, trades, source,
       datetime + CASE frequency WHEN '1d' THEN INTERVAL 1 DAY WHEN '1h' THEN INTERVAL 1 HOUR ELSE INTERVAL 15 MINUTE END
           AS available_at
FROM changes('silver.indices')
