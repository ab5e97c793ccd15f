"""The historical pipeline in PySpark with Delta tables, tuned for one machine.

    peer_spark.py ARCHIVE OUT MEMORY THREADS

CSV → bronze → silver (a window drops what comes again) → gold. Tables, partitions, compression and columns are those of
bullion's. Nothing is remembered for a next run, and what silver does not take is not put away. What is tuned:
- one shuffle a table: rows go by symbol and year to where they are written, and the window over (symbol, frequency, year,
  datetime) takes them as they come; gold needs none, as silver's files are its parts;
- adaptive execution joins small partitions of a shuffle; Parquet has times as INT64, zstd like bullion's;
- a heap that holds all, the collector with the most throughput, no user interface.
"""
import glob
import pathlib
import shutil
import sys
import time

from pyspark.sql import SparkSession, Window, functions as F

JARS = pathlib.Path(__file__).resolve().parent.parent / "deps" / "cache" / "interop-jars"
CANDLE = "ts LONG, open DOUBLE, high DOUBLE, low DOUBLE, close DOUBLE, volume DOUBLE, trades LONG"
PRICES = ["open", "high", "low", "close", "volume"]
PARTITIONS = 16  # of a shuffle, per thread


def session(out, memory, threads):
    settings = {
        "spark.jars": ",".join(sorted(glob.glob(f"{JARS}/delta-s*.jar"))),
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.driver.memory": memory,
        "spark.driver.extraJavaOptions": "-XX:+UseParallelGC",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.local.dir": f"{out}/spill",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.adaptive.enabled": "true",
        "spark.sql.shuffle.partitions": str(PARTITIONS * threads),
        "spark.sql.parquet.compression.codec": "zstd",
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
        "spark.sql.files.maxPartitionBytes": "64m",
        "spark.databricks.delta.snapshotPartitions": str(threads),
    }
    builder = SparkSession.builder.master(f"local[{threads}]").appName("peer")
    for key, value in settings.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def write(frame, out, table, *partition):
    frame.write.format("delta").partitionBy(*partition).save(f"{out}/{table}")


def read(spark, out, table):
    return spark.read.format("delta").load(f"{out}/{table}")


def bronze(spark, archive, out):
    candles = spark.read.csv(f"{archive}/*/*.csv", schema=CANDLE, mode="DROPMALFORMED")
    unit = F.col("_metadata.file_path")
    write(candles.select(
        F.regexp_extract(unit, r"([^/]+)_15\.csv$", 1).alias("symbol"), F.timestamp_seconds("ts").alias("datetime"), *PRICES,
        F.lit(None).cast("double").alias("vwap"), "trades", F.lit("15m").alias("frequency"), F.lit("historic").alias("origin"),
        F.lit("USD").alias("base_currency"), F.lit("crypto").alias("type"), F.lit("kraken").alias("source"),
        unit.alias("source_unit"), F.current_timestamp().alias("loaded_at"), F.lit("2025-01-01").cast("date").alias("load_date"),
    ), out, "bronze", "load_date")


def silver(spark, _, out):
    at = F.col("datetime")
    same = Window.partitionBy("symbol", "year", "frequency", "datetime").orderBy(F.desc("loaded_at"), F.desc("source_unit"))
    candles = read(spark, out, "bronze").withColumn("year", F.year(at)).repartition("symbol", "year")
    write(candles.withColumn("turn", F.row_number().over(same)).where("turn = 1").select(
        "symbol", "base_currency", "type", "datetime", F.to_date(at).alias("date"), F.date_format(at, "HH:mm:ss").alias("time"),
        "frequency", "year", F.month(at).alias("month"), F.dayofmonth(at).alias("day"), *PRICES, "vwap", "trades", "origin",
        "source", F.col("loaded_at").alias("audit_time"),
    ), out, "silver", "symbol", "year")


def gold(spark, _, out):
    write(read(spark, out, "silver").select(
        "symbol", "base_currency", "type", "frequency", "datetime", "year", *PRICES, "vwap", "trades", "source",
        F.expr("datetime + INTERVAL 15 MINUTES").alias("available_at"),
    ).sortWithinPartitions("symbol", "year", "datetime"), out, "gold", "symbol", "year")


def coverage(spark, _, out):
    """Stretches of candles that follow one another."""
    part = ["symbol", "year", "frequency"]
    turn = F.row_number().over(Window.partitionBy(*part).orderBy("datetime"))
    candles = read(spark, out, "silver").select(*part, "datetime").repartition("symbol", "year")
    write(candles.withColumn("stretch", F.expr("unix_seconds(datetime) div 900") - turn).groupBy(*part, "stretch").agg(
        F.min("datetime").alias("from"), F.expr("max(datetime) + INTERVAL 15 MINUTES").alias("to"), F.count("*").alias("candles"),
    ).select("symbol", "frequency", "year", "from", "to", F.lit("data").alias("state"), "candles",
    ).sortWithinPartitions("symbol", "year", "from"), out, "coverage", "symbol", "year")


def info(spark, _, out):
    def summary(table):
        return read(spark, out, table).groupBy(F.lit(table).alias("stage"), "symbol", "base_currency", "type", "frequency").agg(
            F.min("datetime").alias("init_datetime"), F.max("datetime").alias("end_datetime"), F.count("*").alias("rows"))

    write(summary("bronze").union(summary("silver")).union(summary("gold")).coalesce(1), out, "info")


def main():
    archive, out, memory, threads = *sys.argv[1:4], int(sys.argv[4])
    shutil.rmtree(out, ignore_errors=True)
    spark = session(out, memory, threads)
    java = spark.sparkContext._gateway.proc
    for step in [bronze, silver, gold, coverage, info]:
        start = time.monotonic()
        step(spark, archive, out)
        print(f"{step.__name__}: {time.monotonic() - start:.1f} s", file=sys.stderr)
    # What Java needed counts only when its end was waited for.
    spark.stop()
    spark.sparkContext._gateway.shutdown()
    java.stdin.close()
    java.wait()


if __name__ == "__main__":
    main()
