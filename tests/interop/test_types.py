"""Every type, as a column and as a column to partition by, as Spark and delta-rs write them."""

import json

import pyarrow as pa
import pytest
from deltalake import write_deltalake

import programs
import values
from programs import quoted
from rows import assert_same
from test_checkpoints import without_commits


@pytest.mark.parametrize("timestamps", ["INT96", "TIMESTAMP_MICROS", "TIMESTAMP_MILLIS"])
def test_columns_of_spark(bullion, spark, tmp_path, timestamps):
    path = tmp_path / "t"
    with spark.settings({"spark.sql.parquet.outputTimestampType": timestamps}):
        spark.write(values.column_table(), path)
    assert_same(bullion.read(path), spark.read(path))


def test_columns_of_delta_rs(bullion, tmp_path):
    path, table = tmp_path / "t", values.column_table()
    write_deltalake(path, table)
    assert_same(bullion.read(path), table)


@pytest.mark.parametrize("half", [0, 1])
def test_partitions_of_spark(bullion, spark, tmp_path, half):
    path, table = tmp_path / "t", values.partitions_table("spark", half)
    spark.write(table, path, partition_by=table.column_names[1:])
    expected = spark.read(path)
    assert_same(bullion.read(path), expected)
    spark.at(path, "ALTER TABLE T SET TBLPROPERTIES ('delta.checkpoint.writeStatsAsStruct' = 'true')")
    spark.checkpoint(path)
    without_commits(path, "*.checkpoint.parquet")
    assert_same(bullion.read(path), expected, "bullion, of the checkpoint,")


@pytest.mark.parametrize("utc", ["true", "false"])
def test_partition_timestamps_of_spark(bullion, spark, tmp_path, utc):
    """Older Sparks write no zone; then it is UTC (protocol, Partition Value Serialization)."""
    path = tmp_path / "t"
    with spark.settings({"spark.databricks.delta.write.utcTimestampPartitionValues": utc}):
        spark.write(values.partition_table("timestamp", "spark"), path, partition_by=["p"])
    assert_same(bullion.read(path), spark.read(path))


@pytest.mark.parametrize("name", values.PRIMITIVE)
def test_partitions_of_delta_rs(bullion, tmp_path, name):
    path, table = tmp_path / "t", values.partition_table(name, "delta-rs")
    write_deltalake(path, table, partition_by=["p"])
    if name in ("string", "binary"):  # in the log an empty text is a null: nobody can tell them apart any more
        seen = pa.array([v or None for v in table["p"].to_pylist()], table["p"].type)
        table = table.set_column(1, "p", seen)
    assert_same(bullion.read(path), table)


def test_nested_of_spark(bullion, spark, tmp_path):
    path = tmp_path / "t"
    spark.write(values.nested_table(), path)
    assert_same(bullion.read(path), spark.read(path))


def test_nested_of_delta_rs(bullion, tmp_path):
    path, table = tmp_path / "t", values.nested_table()
    write_deltalake(path, table)
    assert_same(bullion.read(path), table)


def test_names_of_columns(bullion, tmp_path):
    names = ["a b", "a.b", "a/b", 'a"b', "a'b", "a%20b", "\u00e4", "select", "file_row_number", "filename", "_metadata", "A-1"]
    table = pa.table({n: pa.array([i, None], pa.int32()) for i, n in enumerate(names)})
    write_deltalake(tmp_path / "t", table)
    assert_same(bullion.read(tmp_path / "t"), table)
    write_deltalake(tmp_path / "p", table, partition_by=names[:4])
    assert_same(bullion.read(tmp_path / "p").select(names), table)


@pytest.mark.parametrize("name", ["it's", "a b", "100%", "%20", "\u00e4", "a=b", "#?", "[*]", "{a}", 'a"b', "\\", "a\nb"])
def test_names_of_tables(bullion, tmp_path, name):
    """A table moved to a folder with such a name."""
    table = values.partition_table("string", "delta-rs").slice(20, 10)
    write_deltalake(tmp_path / "t", table, partition_by=["p"])
    (tmp_path / "t").rename(tmp_path / name)
    assert_same(bullion.read(tmp_path / name), table)


def test_columns_that_can_only_be_null(spark, tmp_path):
    """Of type "void": Spark's reader leaves them out. Who wrote to the table without knowing them would lose them."""
    project = programs.Bullion(tmp_path / "project")
    path = project.folder / "lake" / "silver" / "t"
    frame = spark.session.sql("SELECT 1 AS id, NULL AS n, named_struct('a', 1, 'b', NULL, 'c', 'x') AS s")
    frame.write.format("delta").save(str(path))
    log = path / "_delta_log" / f"{0:020}.json"
    assert log.read_text().count("void") == 2
    assert_same(project.read(path), spark.read(path))
    (project.folder / "write.sql").write_text("SELECT 2::INTEGER AS id, 'n' AS n")
    job = "jobs:\n  write: {kind: sql, file: write.sql, into: silver.t, mode: append}\n"
    (project.folder / "bullion.yaml").write_text(programs.PROJECT + job)
    done = project.run("run", "write", check=False)
    assert done.returncode != 0 and b"'void'" in done.stderr, done.stderr.decode()
    assert [p.name for p in (path / "_delta_log").glob("*.json")] == [log.name]


def test_no_rows(bullion, spark, tmp_path):
    spark.write(values.column_table().slice(0, 0), tmp_path / "s")
    assert_same(bullion.read(tmp_path / "s"), spark.read(tmp_path / "s"))
    write_deltalake(tmp_path / "d", values.nested_table().slice(0, 0))
    assert_same(bullion.read(tmp_path / "d"), values.nested_table().slice(0, 0))


def test_text_forms(bullion, spark, tmp_path):
    """JSON and CSV say the same as Parquet."""
    path, table = tmp_path / "t", values.partition_table("string", "spark")
    spark.write(table, path, partition_by=["p"])
    seen = {r["id"]: r["p"] for r in spark.read(path).to_pylist()}
    query = f"SELECT * FROM delta({quoted(path)})"
    assert {r["id"]: r["p"] for r in json.loads(bullion.sql(query, "json"))} == seen
    assert bullion.sql(f"SELECT count(*) AS n, count(p) AS p FROM delta({quoted(path)})", "csv") == (
        f"n,p\n{len(seen)},{sum(v is not None for v in seen.values())}\n"
    )


def test_statistics_of_old_times(bullion, spark, tmp_path):
    """Spark writes statistics with its session's offset, without the seconds that offsets had: no file is left out for that."""
    path = tmp_path / "t"
    times = ["0001-06-01 12:00:00", "1880-06-01 00:00:30.123456", "1883-11-18 19:59:59.999999", "2024-11-03 09:30:00.5"]
    for zone in ("America/Los_Angeles", "Europe/Amsterdam"):
        with spark.settings({"spark.sql.session.timeZone": zone}):
            inserts = (f"INSERT INTO T VALUES (TIMESTAMP'{t}Z')" for t in times)
            spark.at(path, "CREATE TABLE IF NOT EXISTS T (t TIMESTAMP) USING delta", *inserts)
    for t in times:
        assert bullion.sql(f"SELECT count(*) AS n FROM delta('{path}') WHERE t = TIMESTAMPTZ '{t}+00'", "csv") == "n\n2\n"
