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
repeated AS (
    SELECT symbol, frequency, datetime FROM arrived GROUP BY ALL HAVING count(*) > 1),
-- In the order in which they came, each with how good it is.
ordered AS (
    SELECT a.*, CASE a.origin WHEN 'historic' THEN 3 WHEN 'api_trades' THEN 2 WHEN 'api_ohlc' THEN 1 ELSE 0 END AS rank,
           row_number() OVER (
               PARTITION BY a.symbol, a.frequency, a.datetime
               ORDER BY a.loaded_at, u."to" NULLS FIRST, a.source_unit NULLS FIRST) AS turn
    FROM arrived a
    SEMI JOIN repeated r USING (symbol, frequency, datetime)
    LEFT JOIN bronze.units u ON u.unit = a.source_unit AND u.table_name = 'bronze.${run:class}'),
-- Those that were the best when they came, each with the one before.
winners AS (
    SELECT *
    FROM ordered
    QUALIFY rank >= max(rank) OVER (PARTITION BY symbol, frequency, datetime ORDER BY turn)),
pairs AS (
    SELECT *, lag(open) OVER w AS old_open, lag(high) OVER w AS old_high, lag(low) OVER w AS old_low,
           lag(close) OVER w AS old_close, lag(volume) OVER w AS old_volume, lag(vwap) OVER w AS old_vwap,
           lag(trades) OVER w AS old_trades, lag(origin) OVER w AS old_origin, lag(source) OVER w AS old_source,
           lag(loaded_at) OVER w AS old_loaded_at
    FROM winners
    WINDOW w AS (PARTITION BY symbol, frequency, datetime ORDER BY turn)),
fields AS (
    SELECT *, unnest([
        {field: 'open', old: old_open, new: open, tolerance: 0.0}, {field: 'high', old: old_high, new: high, tolerance: 0.0},
        {field: 'low', old: old_low, new: low, tolerance: 0.0}, {field: 'close', old: old_close, new: close, tolerance: 0.0},
        {field: 'volume', old: old_volume, new: volume, tolerance: 1e-9},
        {field: 'vwap', old: old_vwap, new: vwap, tolerance: 1e-9},
        {field: 'trades', old: CAST(old_trades AS DOUBLE), new: CAST(trades AS DOUBLE), tolerance: 0.0}]) AS f
    FROM pairs
    WHERE old_loaded_at IS NOT NULL AND source_unit IS NOT NULL)
SELECT source_unit || ':' || epoch(datetime)::BIGINT || ':' || f.field AS id,
       symbol, frequency, datetime, f.field AS field, f.old AS old_value, f.new AS new_value,
       old_origin, origin AS new_origin, old_source, source AS new_source, source_unit,
       old_loaded_at, loaded_at AS new_loaded_at
FROM fields
WHERE abs(f.old - f.new) > f.tolerance * greatest(abs(f.old), abs(f.new))
