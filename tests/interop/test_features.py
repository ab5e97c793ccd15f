"""Table features: those that we read, and those that are refused by their names before a row is given out."""

import pytest

import programs
from rows import assert_same

INSERT = "INSERT INTO T SELECT id, concat('v', id) FROM range(20)"
MORE = ["DELETE FROM T WHERE id = 3", "UPDATE T SET v = 'u' WHERE id = 4", "OPTIMIZE T"]


def create(*properties, columns="id BIGINT, v STRING", also=""):
    listed = ", ".join(f"'{p.split('=')[0]}' = '{p.split('=')[1]}'" for p in properties)
    return f"CREATE TABLE T ({columns}) USING delta {also}" + (f" TBLPROPERTIES ({listed})" if properties else "")


READ = {
    "appendOnly": [create("delta.appendOnly=true"), INSERT],
    "changeDataFeed": [create("delta.enableChangeDataFeed=true"), INSERT, *MORE],
    "checkConstraints": [create(), "ALTER TABLE T ADD CONSTRAINT positive CHECK (id >= 0)", INSERT, *MORE],
    "invariants": [create(columns="id BIGINT NOT NULL, v STRING"), INSERT, *MORE],
    "allowColumnDefaults": [
        create("delta.feature.allowColumnDefaults=supported", columns="id BIGINT, v STRING DEFAULT 'd'"),
        "INSERT INTO T (id) VALUES (1)",
        "ALTER TABLE T ADD COLUMN n INT",
        "ALTER TABLE T ALTER COLUMN n SET DEFAULT 7",
        "INSERT INTO T (id) VALUES (2)",
    ],
    "rowTracking": [create("delta.enableRowTracking=true"), INSERT, *MORE],
    "rowTracking with vectors": [create("delta.enableRowTracking=true", "delta.enableDeletionVectors=true"), INSERT, *MORE],
    "inCommitTimestamp": [create("delta.enableInCommitTimestamps=true"), INSERT, *MORE],
    "inCommitTimestamp later": [create(), INSERT, "ALTER TABLE T SET TBLPROPERTIES ('delta.enableInCommitTimestamps' = 'true')", *MORE],
    "vacuumProtocolCheck": [create("delta.feature.vacuumProtocolCheck=supported"), INSERT, *MORE, "VACUUM T RETAIN 0 HOURS"],
    "clustering": [create(also="CLUSTER BY (id)"), INSERT, "INSERT INTO T VALUES (-1, 'x')", *MORE],
    "timestampNtz": [create(columns="id BIGINT, v TIMESTAMP_NTZ"), "INSERT INTO T VALUES (1, TIMESTAMP_NTZ'1582-10-04 12:34:56.789012'), (2, NULL)"],
    "icebergCompatV2": [create("delta.enableIcebergCompatV2=true", "delta.columnMapping.mode=name"), INSERT],
    "checkpointProtection": [create("delta.feature.checkpointProtection=supported"), INSERT],
    "legacy 3 7": [create("delta.minReaderVersion=3", "delta.minWriterVersion=7"), INSERT, *MORE],
    "legacy 1 1": [create("delta.minReaderVersion=1", "delta.minWriterVersion=1"), INSERT],
    "legacy 2 6": [create("delta.minReaderVersion=2", "delta.minWriterVersion=6"), INSERT, *MORE],
    "dropped": [
        create("delta.enableInCommitTimestamps=true"),
        INSERT,
        *MORE,
        "ALTER TABLE T DROP FEATURE inCommitTimestamp",
        "INSERT INTO T VALUES (77, 'after')",
    ],
    # CHAR is left out: Spark alone fills it up with spaces as it reads; to everybody else it is a string.
    "varchar": [create(columns="id BIGINT, v VARCHAR(3)"), "INSERT INTO T VALUES (1, 'a'), (2, ''), (3, NULL)"],
}  # fmt: skip


@pytest.mark.parametrize("feature", READ)
def test_read(bullion, spark, tmp_path, feature):
    path = tmp_path / "t"
    spark.at(path, *READ[feature])
    if feature.isalpha() and feature not in ("appendOnly", "invariants", "changeDataFeed", "checkConstraints", "dropped", "varchar"):
        log = "".join(p.read_text() for p in (path / "_delta_log").glob("*.json"))
        assert f'"{feature}"' in log, "the table does not have the feature"
    assert_same(bullion.read(path), spark.read(path))


def builder(spark, path):
    java = spark.session._jvm.io.delta.tables
    return java, java.DeltaTable.create(spark.session._jsparkSession).location(str(path))


def test_generated_columns(bullion, spark, tmp_path):
    path = tmp_path / "t"
    java, made = builder(spark, path)
    column = java.DeltaTable.columnBuilder(spark.session._jsparkSession, "day").dataType("DATE").generatedAlwaysAs("CAST(at AS DATE)").build()
    made.addColumn("at", "TIMESTAMP").addColumn(column).execute()
    spark.session.createDataFrame([("2024-01-31 23:59:59",), (None,)], "at STRING").selectExpr("CAST(at AS TIMESTAMP) AS at").write.format("delta").mode("append").save(str(path))
    assert "delta.generationExpression" in (path / "_delta_log" / f"{0:020}.json").read_text()
    assert_same(bullion.read(path), spark.read(path))


def test_identity_columns(bullion, spark, tmp_path):
    path = tmp_path / "t"
    java, made = builder(spark, path)
    column = java.DeltaTable.columnBuilder(spark.session._jsparkSession, "key").dataType("BIGINT").generatedAlwaysAsIdentity(5, 10).build()
    made.addColumn(column).addColumn("v", "STRING").execute()
    spark.at(path, "INSERT INTO T (v) VALUES ('a'), ('b'), ('c')")
    assert "delta.identity.start" in (path / "_delta_log" / f"{0:020}.json").read_text()
    assert_same(bullion.read(path), spark.read(path))


def test_converted_parquet(bullion, spark, tmp_path):
    """Files that another program wrote into Hive's folders, made a table where they are."""
    path = tmp_path / "t"
    frame = spark.session.range(100).selectExpr("id", "CAST(id % 3 AS INT) AS p", "concat('a/b ', id % 2) AS q")
    frame.write.partitionBy("p", "q").parquet(str(path))
    spark.sql(f"CONVERT TO DELTA parquet.`{path}` PARTITIONED BY (p INT, q STRING)")
    assert_same(bullion.read(path), spark.read(path))


def test_shallow_clone(bullion, spark, tmp_path):
    """A clone's log has absolute paths of another table's files: read only where the project allows for the place."""
    spark.at(tmp_path / "t", create(), INSERT)
    spark.sql(f"CREATE TABLE delta.`{tmp_path / 'c'}` SHALLOW CLONE delta.`{tmp_path / 't'}`")
    bullion.refuses(tmp_path / "c", "leads out of the table", "foreign_roots")
    allowed = programs.Bullion(tmp_path / "project", also=f"foreign_roots: [{tmp_path}]\n")
    assert_same(allowed.read(tmp_path / "c"), spark.read(tmp_path / "c"))


REFUSED = {
    "typeWidening": [
        create("delta.enableTypeWidening=true", columns="id SMALLINT, v STRING"),
        "INSERT INTO T VALUES (1, 'a')",
        "ALTER TABLE T ALTER COLUMN id TYPE INT",
        "INSERT INTO T VALUES (100000, 'b')",
    ],
    "variantType": [create("delta.feature.variantType-preview=supported"), INSERT],
}


@pytest.mark.parametrize("feature", REFUSED)
def test_refused(bullion, spark, tmp_path, feature):
    path = tmp_path / "t"
    spark.at(path, *REFUSED[feature])
    assert spark.read(path).num_rows
    bullion.refuses(path, feature)
