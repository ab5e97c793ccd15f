"""Members of nested columns that a file calls otherwise than the log does, as in tables that were Iceberg's: known by their
ids alone (column mapping by id)."""

import json
import os

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.types as is_
import pytest

from rows import assert_same

MEMBERS = "STRUCT<x: BIGINT, y: STRING, z: STRUCT<q: INT>>"
VALUE = "named_struct('x', id, 'y', concat('y', id), 'z', named_struct('q', CAST(id * 2 AS INT)))"
CREATE = (
    f"CREATE TABLE T (id BIGINT, s {MEMBERS}, l ARRAY<{MEMBERS}>, m MAP<STRUCT<k: BIGINT>, {MEMBERS}>) USING delta"
    " TBLPROPERTIES ('delta.columnMapping.mode' = 'id')"
)
# Spark's reader of whole columns fails at members in lists that it knows by their ids alone; the one that reads by row does not.
BY_ROW = {"spark.sql.parquet.enableVectorizedReader": "false"}


def insert(first, last):
    nested = f"IF(id % 4 = 1, NULL, {VALUE}), IF(id % 4 = 2, NULL, array({VALUE}, NULL)), map(named_struct('k', id), {VALUE})"
    return f"INSERT INTO T SELECT id, {nested} FROM range({first}, {last}, 1, 1)"


def renamed(kind, name):
    """A type with its members called as NAME makes of what they were called, in the opposite order."""
    if is_.is_struct(kind):
        return pa.struct([f.with_name(name(f)).with_type(renamed(f.type, name)) for f in reversed(list(kind))])
    if is_.is_list(kind):
        return pa.list_(pa.field("element", renamed(kind.value_type, name)))
    if is_.is_map(kind):
        return pa.map_(renamed(kind.key_type, name), renamed(kind.item_type, name))
    return kind


def as_type(array, kind):
    """The same values, as a type that `renamed` made of theirs."""
    if is_.is_struct(kind):
        members = [as_type(array.field(i), f.type) for i, f in zip(reversed(range(array.type.num_fields)), kind)]
        return pa.StructArray.from_arrays(members, fields=list(kind), mask=array.is_null())
    if is_.is_list(kind):
        return pa.ListArray.from_arrays(array.offsets, as_type(array.values, kind.value_type), kind, mask=array.is_null())
    if is_.is_map(kind):
        keys, items = as_type(array.keys, kind.key_type), as_type(array.items, kind.item_type)
        return pa.MapArray.from_arrays(array.offsets, keys, items, kind, mask=array.is_null())
    return array


def rewrite(path, version, name):
    """Puts other names into the files that a commit added: what another program would have written."""
    log = path / "_delta_log" / f"{version:020}.json"
    actions = [json.loads(line) for line in log.read_text().splitlines()]
    for add in (a["add"] for a in actions if "add" in a):
        file = path / add["path"]
        table = pq.read_table(file, partitioning=None)
        schema = pa.schema([f.with_type(renamed(f.type, name)) for f in table.schema])
        columns = [as_type(c.combine_chunks(), f.type) for c, f in zip(table.columns, schema)]
        pq.write_table(pa.table(columns, schema=schema), file)
        add["size"] = os.path.getsize(file)
        del add["stats"]
    log.write_text("".join(json.dumps(a) + "\n" for a in actions))
    for checksum in list(path.rglob("*.crc")):
        checksum.unlink()


def by_id(field):
    return "m" + field.metadata[b"PARQUET:field_id"].decode()


@pytest.mark.parametrize("which", ["all files", "some files"])
def test_members_by_id(bullion, spark, tmp_path, which):
    path = tmp_path / "t"
    spark.at(path, CREATE, insert(0, 10), insert(10, 20))
    expected = spark.read(path)
    rewrite(path, 1, by_id)
    if which == "all files":
        rewrite(path, 2, lambda field: "n" + by_id(field))
    assert_same(bullion.read(path), expected)
    with spark.settings(BY_ROW):
        assert_same(spark.read(path), expected, "Spark")
    spark.at(
        path,
        "ALTER TABLE T RENAME COLUMN s.y TO why",
        "ALTER TABLE T DROP COLUMNS (s.x, l.element.z)",
        "ALTER TABLE T ADD COLUMNS (s.x STRING, m.value.new INT)",
        "ALTER TABLE T ALTER COLUMN l.element.y FIRST",
        "INSERT INTO T SELECT id, NULL, NULL, NULL FROM range(20, 22, 1, 1)",
    )
    with spark.settings(BY_ROW):
        assert_same(bullion.read(path), spark.read(path))


@pytest.mark.parametrize("mode", ["name", "id"])
def test_files_older_than_all_members(bullion, spark, tmp_path, mode):
    """What Spark takes for a null struct is one to us, of nulls, as the file says; its own later versions do that too."""
    path = tmp_path / "t"
    spark.at(
        path,
        f"CREATE TABLE T (id BIGINT, s STRUCT<x: BIGINT>, l ARRAY<STRUCT<x: BIGINT>>) USING delta TBLPROPERTIES ('delta.columnMapping.mode' = '{mode}')",
        "INSERT INTO T VALUES (1, struct(1), array(struct(1))), (2, struct(2), NULL)",
        "ALTER TABLE T ADD COLUMNS (s.q INT, l.element.q INT)",
        "ALTER TABLE T DROP COLUMNS (s.x, l.element.x)",
        "INSERT INTO T VALUES (3, struct(3), array(struct(3), NULL))",
    )
    seen = sorted(bullion.read(path).to_pylist(), key=lambda r: r["id"])
    assert seen[0] == {"id": 1, "s": {"q": None}, "l": [{"q": None}]}
    assert seen[1] == {"id": 2, "s": {"q": None}, "l": None}
    with spark.settings(BY_ROW):
        written = [r for r in spark.read(path).to_pylist() if r["id"] == 3]
    assert seen[2:] == written
