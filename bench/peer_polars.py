"""The historical pipeline in Polars: lazy queries for the streaming engine.

    peer_polars.py ARCHIVE OUT THREADS

CSV → bronze → silver (sorted by key; of what has the same key the last stays) → gold, plain Parquet in Hive folders, no log of
a table, nothing remembered for a next run. Compression, columns and folders are those of bullion's tables. There is no limit of
memory: Polars has none.
"""
import datetime
import os
import pathlib
import resource
import shutil
import sys
import time

os.environ["POLARS_MAX_THREADS"] = sys.argv[3]  # read when Polars is imported
import polars as pl  # noqa: E402

CANDLE = {"ts": pl.Int64, "open": pl.Float64, "high": pl.Float64, "low": pl.Float64, "close": pl.Float64, "volume": pl.Float64,
          "trades": pl.Int64}
PRICES = ["open", "high", "low", "close", "volume"]
KEY = ["symbol", "frequency", "datetime"]
STEP = datetime.timedelta(minutes=15)


def by_symbol_and_year(folder):
    return pl.PartitionBy(folder, key=["symbol", "year"], include_key=False)


def bronze(archive, out):
    now = datetime.datetime.now(datetime.timezone.utc)
    candles = pl.scan_csv(f"{archive}/*/*.csv", has_header=False, schema=CANDLE, include_file_paths="source_unit")
    candles.select(
        pl.col("source_unit").str.extract(r"([^/]+)_15\.csv$").alias("symbol"),
        pl.from_epoch("ts", time_unit="s").dt.cast_time_unit("us").dt.replace_time_zone("UTC").alias("datetime"),
        *PRICES, pl.lit(None, pl.Float64).alias("vwap"), "trades",
        pl.lit("15m").alias("frequency"), pl.lit("historic").alias("origin"), pl.lit("USD").alias("base_currency"),
        pl.lit("crypto").alias("type"), pl.lit("kraken").alias("source"), "source_unit", pl.lit(now).alias("loaded_at"),
    ).sink_parquet(out / "bronze" / "load_date=2025-01-01" / "0.parquet", mkdir=True, maintain_order=False)


def silver(_, out):
    at = pl.col("datetime")
    candles = pl.scan_parquet(out / "bronze" / "*" / "*.parquet").sort(*KEY, "loaded_at", "source_unit")
    same_as_next = pl.all_horizontal(pl.col(name) == pl.col(name).shift(-1) for name in KEY)
    candles.filter(~same_as_next.fill_null(False)).select(
        "symbol", "base_currency", "type", "datetime", at.dt.date().alias("date"), at.dt.strftime("%H:%M:%S").alias("time"),
        "frequency", at.dt.year().alias("year"), at.dt.month().cast(pl.Int32).alias("month"),
        at.dt.day().cast(pl.Int32).alias("day"), *PRICES, "vwap", "trades", "origin", "source", pl.col("loaded_at").alias("audit_time"),
    ).sink_parquet(by_symbol_and_year(out / "silver"), mkdir=True)


def refined(out):
    return pl.scan_parquet(out / "silver" / "*" / "*" / "*.parquet", hive_partitioning=True,
                           hive_schema={"symbol": pl.String, "year": pl.Int32})


def gold(_, out):
    refined(out).select(
        "symbol", "base_currency", "type", "frequency", "datetime", "year", *PRICES, "vwap", "trades", "source",
        (pl.col("datetime") + STEP).alias("available_at"),
    ).sink_parquet(by_symbol_and_year(out / "gold"), mkdir=True)


def coverage(_, out):
    """Stretches of candles that follow one another; silver's files are sorted."""
    part = ["symbol", "frequency", "year"]
    at = pl.col("datetime")
    is_first = pl.any_horizontal(at != at.shift(1) + STEP, *(pl.col(name) != pl.col(name).shift(1) for name in part))
    refined(out).select(*part, "datetime", is_first.fill_null(True).cum_sum().alias("stretch")).group_by(*part, "stretch").agg(
        at.min().alias("from"), (at.max() + STEP).alias("to"), pl.len().cast(pl.Int64).alias("candles"),
    ).select(*part, "from", "to", pl.lit("data").alias("state"), "candles",
    ).sort("symbol", "year", "from").sink_parquet(by_symbol_and_year(out / "coverage"), mkdir=True)


def info(_, out):
    def summary(stage, candles):
        return candles.group_by("symbol", "base_currency", "type", "frequency").agg(
            pl.lit(stage).first().alias("stage"), pl.col("datetime").min().alias("init_datetime"),
            pl.col("datetime").max().alias("end_datetime"), pl.len().alias("rows"))

    golden = pl.scan_parquet(out / "gold" / "*" / "*" / "*.parquet", hive_partitioning=True)
    pl.concat([summary("bronze", pl.scan_parquet(out / "bronze" / "*" / "*.parquet")), summary("silver", refined(out)),
               summary("gold", golden)]).sink_parquet(out / "info.parquet")


def main():
    archive, out = sys.argv[1], pathlib.Path(sys.argv[2])
    shutil.rmtree(out, ignore_errors=True)
    for step in [bronze, silver, gold, coverage, info]:
        start, cpu = time.monotonic(), time.process_time()
        step(archive, out)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{step.__name__}: {time.monotonic() - start:.1f} s, {time.process_time() - cpu:.1f} s of CPU, "
              f"peak so far {peak} MiB", file=sys.stderr)


if __name__ == "__main__":
    main()
