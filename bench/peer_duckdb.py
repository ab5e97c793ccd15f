"""The historical pipeline as plain DuckDB SQL: what somebody writes who needs it once and knows DuckDB well.

    peer_duckdb.py ARCHIVE OUT MEMORY THREADS

CSV → bronze → silver (a window function drops what comes again) → gold, plain Parquet in Hive folders, no log of a
table, nothing remembered for a next run. Compression, columns and folders are those of bullion's tables.
"""
import os
import shutil
import sys
import time

import duckdb

# All threads write files of their own; a Hive folder by hand, since there is one load_date.
BRONZE = """
COPY (
    SELECT parse_filename(filename)[:-8] AS symbol, to_timestamp(ts) AS datetime, open, high, low, close, volume,
           NULL::DOUBLE AS vwap, trades, '15m' AS frequency, 'historic' AS origin, 'USD' AS base_currency,
           'crypto' AS type, 'kraken' AS source, filename AS source_unit, now() AS loaded_at
    FROM read_csv('{archive}/*/*.csv', header = false, filename = true, ignore_errors = true,
                  columns = {candle})
) TO '{out}/bronze/load_date=2025-01-01' (FORMAT parquet, COMPRESSION zstd, PER_THREAD_OUTPUT)
"""

SILVER = """
COPY (
    SELECT symbol, base_currency, type, datetime, CAST(utc AS DATE) AS date, strftime(utc, '%H:%M:%S') AS time, frequency,
           CAST(year(utc) AS INTEGER) AS year, CAST(month(utc) AS INTEGER) AS month, CAST(day(utc) AS INTEGER) AS day,
           open, high, low, close, volume, vwap, trades, origin, source, loaded_at AS audit_time
    FROM (SELECT *, make_timestamp(epoch_us(datetime)) AS utc
          FROM read_parquet('{out}/bronze/*/*.parquet')
          QUALIFY row_number() OVER (PARTITION BY symbol, frequency, datetime ORDER BY loaded_at DESC, source_unit DESC) = 1)
    ORDER BY symbol, year, datetime
) TO '{out}/silver' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (symbol, year))
"""

GOLD = """
COPY (
    SELECT symbol, base_currency, type, frequency, datetime, year, open, high, low, close, volume, vwap, trades, source,
           datetime + INTERVAL 15 MINUTE AS available_at
    FROM read_parquet('{out}/silver/*/*/*.parquet', hive_partitioning = true)
    ORDER BY symbol, year, datetime
) TO '{out}/gold' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (symbol, year))
"""

# Stretches of candles that follow one another.
COVERAGE = """
COPY (
    SELECT symbol, frequency, year, min(datetime) AS "from", max(datetime) + INTERVAL 15 MINUTE AS "to", 'data' AS state,
           count(*) AS candles
    FROM (SELECT symbol, frequency, year, datetime, epoch(datetime) // 900
                 - row_number() OVER (PARTITION BY symbol, frequency, year ORDER BY datetime) AS stretch
          FROM read_parquet('{out}/silver/*/*/*.parquet', hive_partitioning = true))
    GROUP BY symbol, frequency, year, stretch
    ORDER BY symbol, year, "from"
) TO '{out}/coverage' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (symbol, year))
"""

INFO = """
COPY (
    SELECT 'bronze' AS stage, symbol, base_currency, type, frequency, min(datetime) AS init_datetime,
           max(datetime) AS end_datetime, count(*) AS rows
    FROM read_parquet('{out}/bronze/*/*.parquet') GROUP BY ALL
    UNION ALL
    SELECT 'silver', symbol, base_currency, type, frequency, min(datetime), max(datetime), count(*)
    FROM read_parquet('{out}/silver/*/*/*.parquet', hive_partitioning = true) GROUP BY ALL
    UNION ALL
    SELECT 'gold', symbol, base_currency, type, frequency, min(datetime), max(datetime), count(*)
    FROM read_parquet('{out}/gold/*/*/*.parquet', hive_partitioning = true) GROUP BY ALL
) TO '{out}/info.parquet' (FORMAT parquet, COMPRESSION zstd)
"""


CANDLE = """{'ts': 'BIGINT', 'open': 'DOUBLE', 'high': 'DOUBLE', 'low': 'DOUBLE', 'close': 'DOUBLE', 'volume': 'DOUBLE',
                 'trades': 'BIGINT'}"""


def main():
    archive, out, memory, threads = sys.argv[1:5]
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(f"{out}/bronze/load_date=2025-01-01")
    db = duckdb.connect(config={"memory_limit": memory, "threads": threads, "temp_directory": f"{out}/spill"})
    db.execute("SET preserve_insertion_order = false; SET TimeZone = 'UTC'; SET partitioned_write_max_open_files = 500")
    for name, sql in [("bronze", BRONZE), ("silver", SILVER), ("gold", GOLD), ("coverage", COVERAGE), ("info", INFO)]:
        start, cpu = time.monotonic(), time.process_time()
        rows = db.execute(sql.format(archive=archive, out=out, candle=CANDLE)).fetchone()[0]
        print(f"{name}: {rows} rows, {time.monotonic() - start:.1f} s, {time.process_time() - cpu:.1f} s of CPU", file=sys.stderr)


if __name__ == "__main__":
    main()
