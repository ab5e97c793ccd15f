"""Tables written by one program and read by another: `make interop`.

The other programs are the real ones: delta-rs, Spark with Delta's own jars, DuckDB's delta extension. Nothing here is
written by hand. What they say a table holds is compared with what we say, row for row (rows.py).
"""

import pytest

import programs


@pytest.fixture(scope="session")
def spark(tmp_path_factory):
    spark = programs.Spark(tmp_path_factory.mktemp("spark"))
    yield spark
    spark.session.stop()


@pytest.fixture(scope="session")
def bullion(tmp_path_factory):
    return programs.Bullion(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="session")
def duck(tmp_path_factory):
    return programs.DuckDB(tmp_path_factory.mktemp("duckdb"))


@pytest.fixture(scope="session")
def readers(spark, duck):
    """The others, as functions from a table's path to its rows."""
    return {"Spark": spark.read, "delta-rs": programs.read_delta_rs, "DuckDB": duck.read}
