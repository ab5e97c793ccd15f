#!/usr/bin/env python3
"""contract_test.py BULLION ROOT: the tables as other programs rely on them: columns, types, partitions, properties, markers."""
import json
import pathlib
import tempfile

from kit import Case, Project, line, lines, main, time_of

CANDLE = {"open": "double", "high": "double", "low": "double", "close": "double", "volume": "double", "vwap": "double", "trades": "long"}
COLUMNS = {
    "bronze.cryptos": {"symbol": "string", "datetime": "timestamp", **CANDLE, "frequency": "string", "origin": "string",
                       "base_currency": "string", "type": "string", "source": "string", "source_unit": "string", "load_date": "date",
                       "loaded_at": "timestamp"},
    "silver.cryptos": {"symbol": "string", "base_currency": "string", "type": "string", "datetime": "timestamp", "date": "date",
                       "time": "string", "frequency": "string", "year": "integer", "month": "integer", "day": "integer", **CANDLE,
                       "origin": "string", "source": "string", "audit_time": "timestamp"},
    "gold.info": {"stage": "string", "table": "string", "symbol": "string", "base_currency": "string", "type": "string",
                  "frequency": "string", "init_datetime": "timestamp", "end_datetime": "timestamp", "rows": "long", "expected": "long",
                  "confirmed_empty": "long", "missing": "long"},
}
FIRST_COLUMNS = {  # others may stand behind them
    "bronze.units": {"unit": "string", "source": "string", "symbol": "string", "frequency": "string", "from": "timestamp",
                     "to": "timestamp", "rows": "long", "hash": "string", "loaded_at": "timestamp"},
}
SOME_COLUMNS = {
    "silver.quarantine": {"reason": "string", "unit": "string", "line": "long", "raw": "string"},
    "silver.restatements": {"symbol": "string", "frequency": "string", "datetime": "timestamp", "old_value": "double", "new_value": "double"},
    "gold.coverage": {"symbol": "string", "frequency": "string", "from": "timestamp", "to": "timestamp", "state": "string"},
    "gold.candles": {"symbol": "string", "frequency": "string", "datetime": "timestamp", **CANDLE, "available_at": "timestamp"},
}
PARTITIONS = {"bronze.cryptos": ["load_date"], "bronze.units": [], "silver.cryptos": ["symbol", "year"], "gold.info": []}


class Tables(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory(prefix="bln-pipeline-")
        cls.addClassCleanup(folder.cleanup)
        at = pathlib.Path(folder.name)
        cls.of = Project(at / "project")
        for number, volume in enumerate(("5.5", "6.5")):
            archive = at / f"a{number}"
            archive.mkdir()
            (archive / "XBTUSD_15.csv").write_text(lines("2023-12-31 12:00", "2024-01-01 12:00", 15, v=volume))
            # the last hour was still trading when the last quarter of an hour closed
            (archive / "XBTUSD_60.csv").write_text(lines("2023-12-31", "2024-01-01 11:00", v=volume) + "bad\n" + line(time_of("2024-01-01 12:00")) + "\n")
            (archive / "ETHUSD_1440.csv").write_text(lines("2023-12-01", "2023-12-31", 1440, v=volume))
            cls.of.load(archive)

    def metadata(self, table):
        found = [action["metaData"] for commit in self.of.log(table) for action in commit if "metaData" in action]
        self.assertEqual(len(found), 1, table)
        return found[0]

    def columns(self, table):
        return {field["name"]: field["type"] for field in json.loads(self.metadata(table)["schemaString"])["fields"]}

    def test_columns_and_types(self):
        for table, wanted in COLUMNS.items():
            self.assertEqual(list(self.columns(table).items()), list(wanted.items()), table)
        for table, wanted in FIRST_COLUMNS.items():
            self.assertEqual(list(self.columns(table).items())[:len(wanted)], list(wanted.items()), table)
        for table, wanted in SOME_COLUMNS.items():
            self.assertEqual({k: v for k, v in self.columns(table).items() if k in wanted}, wanted, table)

    def test_protocol_partitions_and_properties(self):
        for table in (*COLUMNS, *FIRST_COLUMNS, *SOME_COLUMNS):
            protocols = [action["protocol"] for commit in self.of.log(table) for action in commit if "protocol" in action]
            self.assertEqual(protocols, [{"minReaderVersion": 1, "minWriterVersion": 2}], table)
        for table, wanted in PARTITIONS.items():
            self.assertEqual(self.metadata(table)["partitionColumns"], wanted, table)
        self.assertEqual(self.metadata("bronze.cryptos")["configuration"].get("delta.enableExpiredLogCleanup"), "false")

    def test_markers(self):
        """Each commit says how far it has come, so that the next run goes on from there."""
        def txns(table):
            newest = {}
            for commit in self.of.log(table):
                for action in commit:
                    if "txn" in action:
                        newest[action["txn"]["appId"]] = action["txn"]["version"]
            return {app: version for app, version in newest.items() if "#" not in app}  # JOB#…: which SQL, which table

        version = {table: len(self.of.log(table)) - 1 for table in ("bronze.cryptos", "bronze.units", "silver.cryptos")}
        self.assertEqual(txns("bronze.cryptos"), {"ingest:kraken:bronze.cryptos": 1})
        self.assertEqual(txns("bronze.units"), {"units:bronze.cryptos": version["bronze.cryptos"]})
        self.assertEqual(txns("silver.cryptos")["silver-cryptos:bronze.cryptos"], version["bronze.cryptos"])
        self.assertEqual(txns("gold.candles"), {"gold-cryptos:silver.cryptos": version["silver.cryptos"]})
        # the commit of the rows has the records of the units
        for commit in self.of.log("bronze.cryptos")[1:]:
            said = commit[0]["commitInfo"]["bullion"]
            self.assertEqual([u["rows"] for u in sorted(said["units"], key=lambda u: u["unit"])], [31, 97, 36])

    def test_values(self):
        self.assertEqual([list(r.values()) for r in self.of.sql(
            "SELECT DISTINCT symbol, base_currency, type, frequency, origin, source FROM silver.cryptos ORDER BY ALL")],
            [["ETHUSD", "USD", "crypto", "1d", "historic", "kraken"], ["XBTUSD", "USD", "crypto", "15m", "historic", "kraken"],
             ["XBTUSD", "USD", "crypto", "1h", "historic", "kraken"]])
        self.assertEqual(self.of.value("""
            SELECT count(*) FROM silver.cryptos WHERE time <> strftime(datetime AT TIME ZONE 'UTC', '%H:%M:%S')
                OR date <> CAST(datetime AT TIME ZONE 'UTC' AS DATE) OR vwap IS NOT NULL OR year <> year(date) OR month <> month(date)
                OR day <> day(date)"""), 0)
        self.assertEqual(self.of.value("SELECT count(*) FROM silver.cryptos WHERE time = '23:45:00' AND year = 2023"), 1)
        self.assertEqual(self.of.value("""SELECT count(*) FROM silver.cryptos s ANTI JOIN bronze.cryptos b
            ON s.symbol = b.symbol AND s.frequency = b.frequency AND s.datetime = b.datetime AND s.audit_time = b.loaded_at
            AND s.volume = b.volume"""), 0)
        self.assertEqual(self.of.sql("SELECT DISTINCT typeof(datetime) AS a, typeof(audit_time) AS b FROM silver.cryptos"),
                         [{"a": "TIMESTAMP WITH TIME ZONE", "b": "TIMESTAMP WITH TIME ZONE"}])
        # the later load won, and that it changed something is on record
        self.assertEqual(self.of.sql("SELECT volume, count(*) AS n FROM silver.cryptos GROUP BY ALL ORDER BY ALL"),
                         [{"volume": 6.5, "n": 164}])
        self.assertEqual(self.of.sql("SELECT field, old_value, new_value, count(*) AS n FROM silver.restatements GROUP BY ALL"),
                         [{"field": "volume", "old_value": 5.5, "new_value": 6.5, "n": 164}])
        self.assertEqual(self.of.value("""SELECT count(*) FROM gold.candles WHERE available_at <>
            datetime + CASE frequency WHEN '15m' THEN INTERVAL 15 MINUTE WHEN '1h' THEN INTERVAL 1 HOUR ELSE INTERVAL 1 DAY END"""), 0)

    def test_a_data_file_holds_one_frequency_sorted_by_datetime(self):
        for table in ("silver.cryptos", "gold.candles"):
            for path, add in self.of.adds(table).items():
                stats = json.loads(add["stats"])
                self.assertEqual(stats["minValues"]["frequency"], stats["maxValues"]["frequency"], path)
                got = self.of.sql(f"""
                    SELECT count(*) AS rows, count(DISTINCT frequency) AS frequencies,
                           count(*) FILTER (datetime <= before) AS unsorted, min(datetime) = any_value(first) AS is_first
                    FROM (SELECT *, lag(datetime) OVER (ORDER BY file_row_number) AS before,
                                 TIMESTAMPTZ '{stats["minValues"]["datetime"]}' AS first
                          FROM read_parquet('{self.of.lake / table.replace(".", "/") / path}', file_row_number = true))""")
                self.assertEqual(got, [{"rows": stats["numRecords"], "frequencies": 1, "unsorted": 0, "is_first": True}], path)


if __name__ == "__main__":
    main()
