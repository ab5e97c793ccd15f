"""Rows and columns that change: overwrites, deletes, updates, merges, other schemas, column mapping."""

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from rows import assert_same

MAKE = (
    "CREATE TABLE T (id BIGINT, p STRING, v STRING) USING delta PARTITIONED BY (p)",
    "INSERT INTO T SELECT id, concat('p', id % 4), concat('v', id) FROM range(40)",
)
CHANGES = [
    "DELETE FROM T WHERE p = 'p3'",
    "DELETE FROM T WHERE id % 7 = 2",
    "DELETE FROM T WHERE id % 7 = 3",
    "UPDATE T SET v = upper(v), p = 'moved' WHERE id > 30",
    "MERGE INTO T t USING (SELECT id, 'p1' AS p, 'm' AS v FROM range(35, 45)) s ON t.id = s.id"
    " WHEN MATCHED AND s.id = 36 THEN DELETE WHEN MATCHED THEN UPDATE SET v = s.v WHEN NOT MATCHED THEN INSERT *"
    " WHEN NOT MATCHED BY SOURCE AND t.id < 5 THEN DELETE",
    "INSERT INTO T REPLACE WHERE p = 'p2' SELECT id, 'p2', 'new' FROM range(3)",
    "INSERT INTO T REPLACE WHERE id < 10 SELECT id, 'p9', 'newer' FROM range(3)",
    "OPTIMIZE T ZORDER BY (id)",
    "DELETE FROM T",
    "RESTORE TABLE T TO VERSION AS OF 6",
    "VACUUM T RETAIN 0 HOURS",
    "INSERT OVERWRITE T VALUES (1, 'p1', 'a'), (2, NULL, 'b')",
    "INSERT INTO T VALUES (7, NULL, NULL)",
]
VARIANTS = {
    "plain": "'x' = 'y'",
    "all at once": "'delta.columnMapping.mode' = 'name', 'delta.enableDeletionVectors' = 'true', 'delta.enableChangeDataFeed' = 'true'",
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_changes_of_spark(bullion, spark, tmp_path, variant):
    path = tmp_path / "t"
    spark.at(path, f"{MAKE[0]} TBLPROPERTIES ({VARIANTS[variant]})", MAKE[1])
    for change in CHANGES:
        spark.at(path, change)
        assert_same(bullion.read(path), spark.read(path), f"bullion, after {change},")


def test_dynamic_partition_overwrite(bullion, spark, tmp_path):
    path = tmp_path / "t"
    spark.at(path, *MAKE)
    with spark.settings({"spark.sql.sources.partitionOverwriteMode": "dynamic"}):
        spark.at(path, "INSERT OVERWRITE T VALUES (1, 'p1', 'a'), (2, 'q', 'b')")
    expected = spark.read(path)
    assert expected.num_rows == 32
    assert_same(bullion.read(path), expected)


def test_large_deletion_vectors(bullion, spark, tmp_path):
    """Runs, bitmaps and arrays of rows in one vector, and a file of more than 65,536 rows."""
    path = tmp_path / "t"
    spark.at(
        path,
        "CREATE TABLE T (id BIGINT) USING delta TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')",
        "INSERT INTO T SELECT /*+ COALESCE(1) */ id FROM range(0, 300000, 1, 1)",
        "DELETE FROM T WHERE id BETWEEN 1000 AND 90000",
        "DELETE FROM T WHERE id > 150000 AND id % 2 = 0",
        "DELETE FROM T WHERE id IN (0, 299999)",
        "UPDATE T SET id = -id WHERE id % 1000 = 7",
    )
    expected = spark.read(path)
    assert_same(bullion.read(path), expected)
    spark.at(path, "REORG TABLE T APPLY (PURGE)")
    assert_same(bullion.read(path), expected)


def test_deleted_rows_of_every_file(bullion, spark, tmp_path):
    """Also where nothing is left, and where the columns asked for are none of the file's."""
    path = tmp_path / "t"
    spark.at(path, MAKE[0] + " TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')", MAKE[1], "DELETE FROM T WHERE id % 5 > 0")
    assert bullion.sql(f"SELECT count(*) AS n FROM delta('{path}')", "csv") == "n\n8\n"
    assert bullion.sql(f"SELECT p, count(*) AS n FROM delta('{path}') GROUP BY p ORDER BY p", "csv") == "p,n\np0,2\np1,2\np2,2\np3,2\n"
    assert bullion.sql(f"SELECT id FROM delta('{path}') WHERE p = 'p2' ORDER BY id", "csv") == "id\n10\n30\n"


def test_schema_grows(bullion, spark, tmp_path):
    path = tmp_path / "t"
    spark.at(
        path,
        "CREATE TABLE T (id INT, s STRUCT<a: INT>, l ARRAY<STRUCT<x: INT>>, m MAP<STRING, STRUCT<x: INT>>) USING delta",
        "INSERT INTO T VALUES (1, struct(1), array(struct(1)), map('k', struct(1))), (2, NULL, NULL, NULL)",
        "ALTER TABLE T ADD COLUMNS (first STRING FIRST, n DECIMAL(10, 2) AFTER id, s.b STRING, l.element.y INT, m.value.y STRING)",
        "ALTER TABLE T ALTER COLUMN id COMMENT 'a number'",
        "INSERT INTO T VALUES ('f', 3, 1.5, struct(2, 'b'), array(struct(1, 2), NULL), map('k', struct(1, 'y'), 'n', NULL))",
    )
    assert_same(bullion.read(path), spark.read(path))
    with spark.settings({"spark.databricks.delta.schema.autoMerge.enabled": "true"}):
        spark.write(pa.table({"id": pa.array([9], pa.int32()), "more": ["x"]}), path)
    assert_same(bullion.read(path), spark.read(path))
    spark.write(pa.table({"other": [1.5]}), path, mode="overwrite", overwriteSchema="true")
    assert_same(bullion.read(path), spark.read(path))


@pytest.mark.parametrize("mode", ["name", "id"])
def test_column_mapping(bullion, spark, tmp_path, mode):
    path = tmp_path / "t"
    steps = [
        "CREATE TABLE T (id INT, `a b,;{}=` STRING, s STRUCT<x: INT, y: STRUCT<z: STRING>>, l ARRAY<STRUCT<e: INT>>, m MAP<STRING, STRUCT<v: INT>>, p STRING)"
        f" USING delta PARTITIONED BY (p) TBLPROPERTIES ('delta.columnMapping.mode' = '{mode}')",
        "INSERT INTO T VALUES (1, 'one', struct(1, struct('z')), array(struct(1)), map('k', struct(1)), 'p1'), (2, NULL, NULL, NULL, NULL, NULL)",
        "ALTER TABLE T RENAME COLUMN id TO number",
        "ALTER TABLE T RENAME COLUMN p TO part",
        "ALTER TABLE T RENAME COLUMN s.y.z TO zed",
        "ALTER TABLE T RENAME COLUMN l.element.e TO el",
        "ALTER TABLE T RENAME COLUMN m.value.v TO val",
        "INSERT INTO T VALUES (3, 'three', struct(3, struct('zzz')), array(struct(3), NULL), map('k', struct(3), 'n', NULL), 'p/3')",
        "ALTER TABLE T DROP COLUMN `a b,;{}=`",
        "ALTER TABLE T ADD COLUMNS (`a b,;{}=` BIGINT, id STRING)",
        "ALTER TABLE T DROP COLUMN s.x",
        "INSERT INTO T (number, id, part) VALUES (4, 'id', 'p1')",
    ]
    for i, step in enumerate(steps):
        spark.at(path, step)
        if step.startswith("INSERT") or i in (6, 9, 10):
            assert_same(bullion.read(path), spark.read(path), f"bullion, after {step[:40]},")


def test_column_mapping_comes_later(bullion, spark, tmp_path):
    """Files from before have the columns' old names and no ids."""
    path = tmp_path / "t"
    spark.at(
        path,
        *MAKE,
        "ALTER TABLE T SET TBLPROPERTIES ('delta.columnMapping.mode' = 'name', 'delta.minReaderVersion' = '2', 'delta.minWriterVersion' = '5')",
        "ALTER TABLE T RENAME COLUMN v TO w",
        "ALTER TABLE T RENAME COLUMN p TO q",
        "INSERT INTO T VALUES (100, 'p100', 'v100')",
        "ALTER TABLE T DROP COLUMN w",
        "ALTER TABLE T ADD COLUMN v INT",
    )
    assert_same(bullion.read(path), spark.read(path))


def test_changes_of_delta_rs(bullion, tmp_path):
    path = tmp_path / "t"
    kind = pa.schema([("id", pa.int64()), ("p", pa.string()), ("v", pa.string())])
    held = {i: (f"p{i % 4}", f"v{i}") for i in range(40)}

    def table(rows):
        return pa.table({"id": list(rows), "p": [r[0] for r in rows.values()], "v": [r[1] for r in rows.values()]}, kind)

    def check():
        assert_same(bullion.read(path), table(held))

    write_deltalake(path, table(held), partition_by=["p"])
    check()
    DeltaTable(path).delete("id % 5 = 0")
    held = {k: v for k, v in held.items() if k % 5}
    check()
    DeltaTable(path).update(updates={"v": "'u'"}, predicate="id > 30")
    held = {k: (p, "u" if k > 30 else v) for k, (p, v) in held.items()}
    check()
    write_deltalake(path, table({99: ("p1", "over")}), mode="overwrite", predicate="p = 'p1'")
    held = {k: v for k, v in held.items() if v[0] != "p1"} | {99: ("p1", "over")}
    check()
    source = {2: ("p2", "m"), 50: ("p50", None)}
    merge = DeltaTable(path).merge(table(source), "t.id = s.id", source_alias="s", target_alias="t")
    merge.when_matched_update_all().when_not_matched_insert_all().execute()
    held |= source
    check()
    DeltaTable(path).optimize.compact()
    check()
    DeltaTable(path).optimize.z_order(["id"])
    check()
    DeltaTable(path).vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
    check()
    DeltaTable(path).create_checkpoint()
    DeltaTable(path).cleanup_metadata()
    check()
    more = pa.table({"id": [1000], "p": ["p"], "v": ["w"], "extra": pa.array([1.5], pa.float32())})
    write_deltalake(path, more, mode="append", schema_mode="merge")
    grown = pa.concat_tables([table(held).append_column("extra", pa.nulls(len(held), pa.float32())), more])
    assert_same(bullion.read(path), grown.select(["id", "v", "p", "extra"]))  # delta-rs puts columns to partition by behind
    write_deltalake(path, table(source), mode="overwrite", schema_mode="overwrite")
    held = source
    check()
