"""Versions and their times: what a table was, and what happened to it."""

import datetime
import json
import time

import pytest
from deltalake import DeltaTable, write_deltalake

import values
from programs import read_delta_rs
from rows import assert_same

STEPS = [
    "CREATE TABLE T (id BIGINT, v STRING) USING delta TBLPROPERTIES ('delta.checkpointInterval' = '3', PROPERTIES)",
    "INSERT INTO T VALUES (1, 'a'), (2, 'b')",
    "UPDATE T SET v = 'c' WHERE id = 2",
    "ALTER TABLE T ADD COLUMN n INT",
    "INSERT INTO T VALUES (3, 'd', 3)",
    "DELETE FROM T WHERE id = 1",
    "OPTIMIZE T",
    "INSERT OVERWRITE T VALUES (9, 'z', 9)",
]
VARIANTS = {
    "plain": "'x' = 'y'",
    "in-commit": "'delta.enableInCommitTimestamps' = 'true', 'delta.enableDeletionVectors' = 'true'",
}


def text(moment):
    return moment.astimezone(datetime.timezone.utc).isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize("variant", VARIANTS)
def test_history_of_spark(bullion, spark, tmp_path, variant):
    path = tmp_path / "t"
    for step in STEPS:
        spark.at(path, step.replace("PROPERTIES)", VARIANTS[variant] + ")"))
        time.sleep(0.005)
    told = {r["version"]: r for r in spark.at(path, "DESCRIBE HISTORY T").collect()}
    ours = {r["version"]: r for r in bullion.history(path)}
    assert sorted(told) == sorted(ours)
    moments = {}
    for version, row in told.items():
        mine = ours[version]
        assert mine["operation"] == row["operation"]
        moments[version] = row["timestamp"].replace(tzinfo=datetime.timezone.utc)
        found = datetime.datetime.fromisoformat(mine["time"])
        assert abs(found - moments[version]) < datetime.timedelta(milliseconds=1), f"version {version}"
        parameters = json.loads(mine["parameters"]) if isinstance(mine["parameters"], str) else mine["parameters"]
        assert set(parameters) == set(row["operationParameters"])
        if row["operation"] == "WRITE":
            assert str(mine["rows_added"]) == row["operationMetrics"]["numOutputRows"]
    for version in told:
        expected = spark.read(path, version)
        assert_same(bullion.read(path, as_of=version), expected, f"bullion as of version {version}")
        at = moments[version] + datetime.timedelta(milliseconds=1)
        assert_same(bullion.read(path, as_of=text(at)), expected, f"bullion as of {text(at)}, version {version},")
    bullion.refuses(path, "99", as_of=99)
    bullion.refuses(path, as_of="2001-01-01")


def test_history_of_delta_rs(bullion, tmp_path):
    path = tmp_path / "t"
    for i in range(12):
        write_deltalake(path, values.partition_table("long", "delta-rs").slice(i, 1), mode="append")
        time.sleep(0.002)
    DeltaTable(path).create_checkpoint()
    DeltaTable(path).delete("id > 5")
    told = {r["version"]: r for r in DeltaTable(path).history()}
    ours = {r["version"]: r for r in bullion.history(path)}
    assert {v: r["operation"] for v, r in told.items()} == {v: r["operation"] for v, r in ours.items()}
    for version in told:
        assert_same(bullion.read(path, as_of=version), read_delta_rs(path, version), f"bullion as of version {version}")


def test_history_that_is_gone(bullion, spark, tmp_path):
    """Commits that were cleaned up cannot be gone back to, and it is said which is the earliest."""
    path = tmp_path / "t"
    spark.at(path, *(s.replace("PROPERTIES)", "'x' = 'y')") for s in STEPS))
    for commit in range(6):
        (path / "_delta_log" / f"{commit:020}.json").unlink()
    assert [r["version"] for r in bullion.history(path)] == [7, 6]
    assert_same(bullion.read(path, as_of=6), spark.read(path, 6))
    assert_same(bullion.read(path), spark.read(path))
    bullion.refuses(path, as_of=2)
