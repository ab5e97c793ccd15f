-- The parts of gold.coverage that may have changed: years in which something new was said, or new candles lie.
SELECT symbol, frequency, year FROM changes('silver.${run:class}') GROUP BY ALL
UNION
SELECT symbol, frequency, CAST(unnest(range(year("from" AT TIME ZONE 'UTC'), year("to" AT TIME ZONE 'UTC') + 1)) AS INTEGER) AS year
FROM changes('bronze.units')
WHERE table_name = 'bronze.${run:class}' AND "from" < "to"
