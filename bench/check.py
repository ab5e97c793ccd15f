"""What rows the tables of a pipeline hold: check.py delta|parquet NAME=FOLDER…

Prints for each table, as JSON, how many rows it has and the sum of their hashes, whatever their order and files. Of coverage
only the stretches with data count, of bronze only what was received. A process of its own: what it needs of memory
must not be taken for that of a program that is measured (a child begins with its parent's peak).
"""
import json
import sys

import duckdb

CANDLE = """CAST(open AS DOUBLE), CAST(high AS DOUBLE), CAST(low AS DOUBLE), CAST(close AS DOUBLE), CAST(volume AS DOUBLE),
    CAST(vwap AS DOUBLE), CAST(trades AS BIGINT), source"""
COLUMNS = {
    "bronze": f"symbol, base_currency, type, frequency, epoch_us(datetime), origin, {CANDLE}",
    "silver": f"""symbol, base_currency, type, frequency, epoch_us(datetime), origin, CAST(date AS DATE), time,
        CAST(year AS INTEGER), CAST(month AS INTEGER), CAST(day AS INTEGER), {CANDLE}""",
    "gold": f"""symbol, base_currency, type, frequency, epoch_us(datetime), CAST(year AS INTEGER), epoch_us(available_at),
        {CANDLE}""",
    "coverage": """symbol, frequency, CAST(year AS INTEGER), epoch_us("from"), epoch_us("to"), CAST(candles AS BIGINT)""",
}


def files(kind, folder):
    if kind == "parquet":
        return f"'{folder}/**/*.parquet'"
    from deltalake import DeltaTable

    return "[" + ", ".join(f"'{file}'" for file in DeltaTable(folder).file_uris()) + "]"


def main():
    kind = sys.argv[1]
    db = duckdb.connect(config={"threads": 2, "memory_limit": "2GiB"})
    db.execute("SET TimeZone = 'UTC'")
    found = {}
    for table, folder in (argument.split("=", 1) for argument in sys.argv[2:]):
        where = "state = 'data'" if table == "coverage" else "true"
        found[table] = [int(value) for value in db.execute(
            f"""SELECT count(*), coalesce(sum(hash({COLUMNS[table]})), 0)
                FROM read_parquet({files(kind, folder)}, hive_partitioning = true, hive_types_autocast = false)
                WHERE {where}""").fetchone()]
    print(json.dumps(found))


if __name__ == "__main__":
    main()
