"""One table, written in turns by bullion, delta-rs and Spark, with checkpoints of each: everybody sees every row."""

import decimal

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

import programs
from rows import assert_same
from test_checkpoints import without_commits

ROUNDS = 3
SCHEMA = pa.schema(
    [("id", pa.int64()), ("at", pa.timestamp("us", "UTC")), ("price", pa.decimal128(18, 6)), ("v", pa.float64()), ("symbol", pa.string())]
)


def some(first, count=4):
    numbers = range(first, first + count)
    columns = {
        "id": list(numbers),
        "at": [n * 1_000_003 for n in numbers],
        "price": [None if n % 7 == 0 else decimal.Decimal(n) / 8 for n in numbers],
        "v": [n / 3 for n in numbers],
        "symbol": [[None, "XBT/USD", "a b%", "\u00e4"][n % 4] for n in numbers],
    }
    return pa.table({f.name: pa.array(columns[f.name], f.type) for f in SCHEMA}, SCHEMA)


@pytest.mark.parametrize("maker", ["bullion", "delta-rs", "Spark"])
def test_appends_in_turns(spark, readers, tmp_path, maker):
    project = programs.Bullion(tmp_path / "project")
    path = project.folder / "lake" / "silver" / "turns"
    writers = {
        "bullion": lambda table: project.write_table("silver.turns", table, partition_by=["symbol"]),
        "delta-rs": lambda table: write_deltalake(path, table, mode="append", partition_by=["symbol"]),
        "Spark": lambda table: spark.write(table, path, partition_by=["symbol"]),
    }
    checkpoints = {
        "delta-rs": lambda: DeltaTable(path).create_checkpoint(),
        "Spark": lambda: spark.checkpoint(path),
    }
    order = [maker] + [w for w in writers if w != maker]
    held = []

    def check(after):
        expected = pa.concat_tables(held)
        for who, read in {"bullion": project.read, **readers}.items():
            assert_same(read(path), expected, f"{who}, after {after},")

    for turn in range(ROUNDS):
        for who in order:
            held.append(some(10 * len(held)))
            writers[who](held[-1])
            check(f"turn {turn} of {who}")
        # Between the turns somebody makes a checkpoint; what comes after must go on from there.
        by = ["delta-rs", "Spark"][turn % 2]
        checkpoints[by]()
        held.append(some(10 * len(held)))
        writers["bullion"](held[-1])
        if turn == 1:
            without_commits(path, "*[0-9].checkpoint.parquet")
        check(f"the checkpoint of {by}")
    assert sorted((path / "_delta_log").glob("*.checkpoint.parquet"))
