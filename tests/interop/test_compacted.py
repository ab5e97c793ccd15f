"""Another program moves the lake's rows into fewer files: what bullion derives from its own layout stays right."""

import json

import pytest
from deltalake import DeltaTable

import programs


def candles(path, start, count, step):
    path.write_text("".join(f"{start + i * step},2,4,1,3,5.5,7\n" for i in range(count)))


@pytest.mark.parametrize("compact", ["delta-rs", "Spark"])
def test_gold_info_counts_rows_where_a_file_has_several_frequencies(spark, tmp_path, compact):
    project = programs.Bullion(tmp_path / "project", is_new=False)

    def load(name, frequencies):
        folder = tmp_path / name
        folder.mkdir()
        for symbol in ("XBTUSD", "ETHUSD"):
            for minutes, start, count in frequencies:
                candles(folder / f"{symbol}_{minutes}.csv", start, count, minutes * 60)
        project.run("run", "historical", "-p", f"archive={folder}")

    def info():
        rows = json.loads(project.sql("FROM gold.info", "json"))
        return sorted((r["stage"], r["symbol"], r["frequency"], r["rows"], r["init_datetime"], r["end_datetime"]) for r in rows)

    project.run("init", project.folder, in_project=False)
    load("first", [(15, 1704067200, 500), (60, 1704067200, 100), (1440, 1704067200, 5)])
    before = info()
    assert len(before) == 2 * 3 * 3
    for table in ("silver/cryptos", "gold/candles"):
        path = project.folder / "lake" / table
        if compact == "delta-rs":
            DeltaTable(path).optimize.compact()
        else:
            spark.sql(f"OPTIMIZE delta.`{path}`")
        assert len(DeltaTable(path).file_uris()) == 2
    load("second", [(15, 1705067100, 1)])
    after = info()
    assert [(*row[:3], row[3] - (row[2] == "15m")) for row in after] == [row[:4] for row in before]
    assert [row[4:] for row in after if row[2] != "15m"] == [row[4:] for row in before if row[2] != "15m"]
