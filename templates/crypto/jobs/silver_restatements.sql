-- silver.restatements: values of a candle that changed when a better or later row took its place. Prices count as changed when
-- they differ at all, volumes from 1e-9 of their size on.
WITH incoming AS NOT MATERIALIZED (
    SELECT symbol, frequency, datetime, open, high, low, close, volume, vwap, trades, origin, source, source_unit, loaded_at
    FROM changes('bronze.${run:class}')),
known AS (
    SELECT symbol, frequency, datetime, open, high, low, close, volume, vwap, trades, origin, source,
           CAST(NULL AS VARCHAR) AS source_unit, audit_time AS loaded_at
    FROM existing('silver.${run:class}')
    SEMI JOIN incoming USING (symbol, frequency, datetime)),
arrived AS NOT MATERIALIZED (SELECT * FROM incoming UNION ALL SELECT * FROM known),
-- In the order in which they came, each with how good it is and what it says.
ordered AS (
    SELECT a.symbol, a.frequency, a.datetime, a.source_unit, a.loaded_at, u."to" AS unit_to,
           CASE a.origin WHEN 'historic' THEN 3 WHEN 'api_trades' THEN 2 WHEN 'api_ohlc' THEN 1 ELSE 0 END AS rank,
           {open: a.open, high: a.high, low: a.low, close: a.close, volume: a.volume, vwap: a.vwap,
            trades: CAST(a.trades AS DOUBLE), origin: a.origin, source: a.source, loaded_at: a.loaded_at} AS new
    FROM repeated_candles('arrived') a
    LEFT JOIN bronze.units u ON u.unit = a.source_unit AND u.table_name = 'bronze.${run:class}'),
-- Those that were the best when they came, each with the one before.
winners AS (
    SELECT *
    FROM ordered
    WINDOW so_far AS (PARTITION BY symbol, frequency, datetime
                      ORDER BY loaded_at, unit_to NULLS FIRST, source_unit NULLS FIRST ROWS UNBOUNDED PRECEDING)
    QUALIFY rank >= max(rank) OVER so_far),
pairs AS (
    SELECT symbol, frequency, datetime, source_unit, new, lag(new) OVER (
               PARTITION BY symbol, frequency, datetime
               ORDER BY loaded_at, unit_to NULLS FIRST, source_unit NULLS FIRST) AS old
    FROM winners),
fields AS (
    SELECT *, unnest([
        {field: 'open', old: old.open, new: new.open, tolerance: 0.0},
        {field: 'high', old: old.high, new: new.high, tolerance: 0.0},
        {field: 'low', old: old.low, new: new.low, tolerance: 0.0},
        {field: 'close', old: old.close, new: new.close, tolerance: 0.0},
        {field: 'volume', old: old.volume, new: new.volume, tolerance: 1e-9},
        {field: 'vwap', old: old.vwap, new: new.vwap, tolerance: 1e-9},
        {field: 'trades', old: old.trades, new: new.trades, tolerance: 0.0}]) AS f
    FROM pairs
    WHERE old IS NOT NULL AND source_unit IS NOT NULL)
SELECT source_unit || ':' || epoch(datetime)::BIGINT || ':' || f.field AS id,
       symbol, frequency, datetime, f.field AS field, f.old AS old_value, f.new AS new_value,
       old.origin AS old_origin, new.origin AS new_origin, old.source AS old_source, new.source AS new_source, source_unit,
       old.loaded_at AS old_loaded_at, new.loaded_at AS new_loaded_at
FROM fields
WHERE abs(f.old - f.new) > f.tolerance * greatest(abs(f.old), abs(f.new))
