-- gold.candles: the candles of all classes, each with the time from which it could be known: its close.
SELECT symbol, base_currency, type, frequency, datetime, year,
       open, high, low, close, volume, vwap, trades, source,
       candle_close(datetime, frequency) AS available_at
FROM changes('silver.${run:class}')
