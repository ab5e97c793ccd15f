"""Checkpoints of each kind, read without the commits that they stand for."""

import pathlib

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

import values
from rows import assert_same

INTERVAL = "'delta.checkpointInterval' = '3'"
VECTORS = "'delta.enableDeletionVectors' = 'true'"
KINDS = {
    # Properties of the table, settings of the session, names in the log.
    "classic": ("", {}, "*[0-9].checkpoint.parquet"),
    "with vectors": (VECTORS, {}, "*[0-9].checkpoint.parquet"),
    "structs": ("'delta.checkpoint.writeStatsAsStruct' = 'true', 'delta.checkpoint.writeStatsAsJson' = 'false'", {}, "*[0-9].checkpoint.parquet"),
    "multi-part": (VECTORS, {"spark.databricks.delta.checkpoint.partSize": "3"}, "*.checkpoint.*.*.parquet"),
    "v2 json": ("'delta.checkpointPolicy' = 'v2'", {"spark.databricks.delta.checkpointV2.topLevelFileFormat": "json"}, "*.checkpoint.*.json"),
    "v2 parquet": (
        "'delta.checkpointPolicy' = 'v2', " + VECTORS,
        {"spark.databricks.delta.checkpointV2.topLevelFileFormat": "parquet", "spark.databricks.delta.checkpoint.partSize": "3"},
        "*.checkpoint.*-*.parquet",
    ),
    "v2 classic name": ("'delta.feature.v2Checkpoint' = 'supported'", {}, "*[0-9].checkpoint.parquet"),
}  # fmt: skip


def without_commits(path, pattern):
    """Takes the commits away that the newest checkpoint of that kind stands for, and says its version."""
    log = pathlib.Path(path) / "_delta_log"
    checkpoints = sorted(log.glob(pattern))
    assert checkpoints, f"no {pattern} among {sorted(f.name for f in log.iterdir())}"
    version = int(checkpoints[-1].name[:20])
    for name in log.glob("*"):
        if name.name[:20].isdigit() and (int(name.name[:20]) < version or name.name == f"{version:020}.json"):
            name.unlink()
    for name in log.glob(".*.crc"):
        name.unlink()
    return version


@pytest.mark.parametrize("kind", KINDS)
def test_checkpoints_of_spark(bullion, spark, tmp_path, kind):
    path = tmp_path / "t"
    properties, settings, pattern = KINDS[kind]
    properties = ", ".join(filter(None, [INTERVAL, properties]))
    with spark.settings(settings):
        spark.at(
            path,
            "CREATE TABLE T (id BIGINT, v STRING, at TIMESTAMP, d DECIMAL(20, 3), s STRUCT<a: INT, b: STRING>, p STRING)"
            f" USING delta PARTITIONED BY (p) TBLPROPERTIES ({properties})",
            *(
                f"INSERT INTO T SELECT /*+ COALESCE(1) */ id, concat('v', id), timestamp_seconds(id * 1e7), id / 7, struct(id, 'x'),"
                f" concat('a/b %', id % 5) FROM range({100 * i}, {100 * i + 100})"
                for i in range(3)
            ),
            "DELETE FROM T WHERE id % 10 = 3",
            "UPDATE T SET v = NULL WHERE id BETWEEN 200 AND 220",
            "INSERT INTO T VALUES (NULL, NULL, NULL, NULL, NULL, NULL)",
        )
    expected = spark.read(path)
    assert_same(bullion.read(path), expected)
    version = without_commits(path, pattern)
    assert version == 6
    assert_same(bullion.read(path), expected)
    (path / "_delta_log" / "_last_checkpoint").unlink()
    assert_same(bullion.read(path), expected)


@pytest.mark.parametrize("name", ["string", "double", "decimal_38_18", "date", "timestamp", "timestamp_ntz", "binary", "boolean"])
def test_checkpoints_of_delta_rs(bullion, tmp_path, name):
    path, table = tmp_path / "t", values.partition_table(name, "delta-rs")
    write_deltalake(path, table.slice(0, 5), partition_by=["p"])
    write_deltalake(path, table.slice(5), mode="append")
    DeltaTable(path).delete("id % 2 = 1")
    expected = bullion.read(path)
    assert expected.num_rows == (table.num_rows + 1) // 2
    DeltaTable(path).create_checkpoint()
    write_deltalake(path, table.slice(2, 1), mode="append")
    without_commits(path, "*[0-9].checkpoint.parquet")
    assert_same(bullion.read(path), pa.concat_tables([expected, table.slice(2, 1)]))


def test_many_files(bullion, spark, tmp_path):
    """More rows than one row group of a checkpoint and its parts has."""
    path = tmp_path / "t"
    with spark.settings({"spark.databricks.delta.checkpoint.partSize": "300", "spark.sql.files.maxRecordsPerFile": "1"}):
        spark.session.range(0, 1000, 1, 2).write.format("delta").save(str(path))
        spark.at(path, "ALTER TABLE T SET TBLPROPERTIES ('delta.checkpointInterval' = '1')", "DELETE FROM T WHERE id < 100")
    expected = spark.read(path)
    assert expected.num_rows == 900
    without_commits(path, "*.checkpoint.*.*.parquet")
    assert_same(bullion.read(path), expected)


def test_compacted_commits(bullion, spark, tmp_path):
    """A file that stands for some commits: readers may use it or not. Afterwards the log goes on, and is compacted again."""
    path = tmp_path / "t"
    spark.at(
        path,
        "CREATE TABLE T (id BIGINT, p STRING) USING delta PARTITIONED BY (p) TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')",
        "INSERT INTO T SELECT /*+ COALESCE(1) */ id, concat('p', id % 3) FROM range(30)",
        "DELETE FROM T WHERE id % 5 = 0",
        "INSERT OVERWRITE T SELECT /*+ COALESCE(1) */ id, concat('q', id % 3) FROM range(30)",
        "DELETE FROM T WHERE id % 5 = 1",
        "INSERT INTO T VALUES (100, 'p'), (101, NULL)",
    )
    expected = spark.read(path)
    for first, last in ((1, 3), (2, 5), (0, 4)):
        spark.compact_log(path, first, last)
        assert_same(bullion.read(path), expected)
    assert len(list((path / "_delta_log").glob("*.compacted.json"))) == 3
    spark.at(path, "DELETE FROM T WHERE id = 100")
    assert_same(bullion.read(path), spark.read(path))
    assert_same(bullion.read(path, as_of=3), spark.read(path, 3))
