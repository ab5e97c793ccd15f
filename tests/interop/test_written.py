"""Tables that we write, as Spark, delta-rs and DuckDB read them."""

import subprocess

import pyarrow as pa
import pytest

import programs
import values
from rows import assert_same
from test_checkpoints import without_commits


def assert_read(readers, path, expected):
    for who, read in readers.items():
        assert_same(read(path), expected, who)


@pytest.fixture
def project(tmp_path):
    return programs.Bullion(tmp_path / "project")


def test_columns(project, readers):
    table = values.column_table()
    path = project.write_table("silver.t", table)
    assert_same(project.read(path), table)
    assert_read(readers, path, table)


def test_nested(project, readers):
    table = values.nested_table()
    path = project.write_table("silver.t", table)
    assert_same(project.read(path), table)
    assert_read(readers, path, table)


@pytest.mark.parametrize("half", [0, 1])
def test_partitions(project, readers, half):
    table = values.partitions_table("bullion", half)
    path = project.write_table("silver.t", table, partition_by=table.column_names[1:])
    assert_same(project.read(path), table)
    assert_read(readers, path, table)


def test_names_of_columns(project, readers):
    """What Spark takes without column mapping: no spaces, none of ,;{}()=."""
    names = ["a.b", "a/b", 'a"b', "a'b", "a%20b", "\u00e4", "select", "filename", "A-1", "file_row_number"]
    table = pa.table({n: pa.array([i, None], pa.int32()) for i, n in enumerate(names)})
    path = project.write_table("silver.t", table)
    assert_same(project.read(path), table)
    assert_read(readers, path, table)
    path = project.write_table("silver.p", table, partition_by=names[1:3])
    assert_same(project.read(path).select(names), table)
    for who, read in readers.items():
        assert_same(read(path).select(names), table, who)


def test_modes(project, readers):
    kind = pa.schema([("id", pa.int64()), ("p", pa.string()), ("v", pa.string())])

    def table(rows):
        return pa.table({"id": [r[0] for r in rows], "p": [r[1] for r in rows], "v": [r[2] for r in rows]}, kind)

    def write(mode, rows, **keys):
        return project.write_table("silver.t", table(rows), mode=mode, partition_by=["p"], **keys)

    held = [(i, f"p{i % 3}", f"v{i}") for i in range(30)]
    path = write("append", held)
    assert_read(readers, path, table(held))
    new = [(5, "p2", "new"), (7, "p1", None), (100, "a/b %", "new")]
    write("upsert", new, key=["id", "p"])
    held = [r for r in held if r[0] not in (5, 7)] + new
    assert_read(readers, path, table(held))
    new = [(1000, "p1", "only")]
    write("replace", new, key=["p"])
    held = [r for r in held if r[1] != "p1"] + new
    assert_read(readers, path, table(held))
    new = [(2000, "p2", "only"), (3000, None, None)]
    write("overwrite_partitions", new)
    held = [r for r in held if r[1] not in ("p2", None)] + new
    assert_read(readers, path, table(held))
    held = [(1, "x", "y")]
    write("overwrite", held)
    assert_read(readers, path, table(held))
    assert_same(project.read(path), table(held))


def test_checkpoints(project, readers):
    """Ours, read without the commits that it stands for."""
    table = values.column_table().select(["id", "string", "date", "decimal_9_2", "boolean", "timestamp", "double"])
    table = table.slice(2, 6)  # what we refuse to partition by is around: an empty text, the year 12346
    keys = {"partition_by": ["string", "date", "boolean", "decimal_9_2", "timestamp"]}
    for _ in range(11):
        path = project.write_table("silver.t", table, **keys)
    project.write_table("silver.t", table.slice(0, 4), mode="overwrite_partitions", **keys)
    expected = project.read(path)
    without_commits(path, "*[0-9].checkpoint*.parquet")
    assert_same(project.read(path), expected)
    assert_read(readers, path, expected)


def test_crypto(readers, tmp_path):
    """The project of `bullion init`, from an archive to gold."""
    archive = tmp_path / "archive"
    tool = programs.ROOT / "build" / "release" / "demo_archive"
    subprocess.run([tool, archive, "--years", "1", "--symbols", "3", "--quarters", "1"], check=True, capture_output=True, timeout=programs.TIMEOUT_S)
    project = programs.Bullion(tmp_path / "crypto", is_new=False)
    project.run("init", project.folder, in_project=False)
    project.run("run", "historical", "-p", f"archive={archive}")
    tables = sorted(p.parent for p in (project.folder / "lake").glob("*/*/_delta_log"))
    assert {"bronze/cryptos", "silver/cryptos", "gold/candles"} <= {f"{p.parent.name}/{p.name}" for p in tables}
    for path in tables:
        expected = project.read(path)
        for who, read in readers.items():
            assert_same(read(path).select(expected.column_names), expected, f"{who}, of {path.parent.name}.{path.name},")
