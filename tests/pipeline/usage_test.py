#!/usr/bin/env python3
"""usage_test.py BULLION ROOT: what is asked for wrongly, or cannot be: one clear line, the right exit code, and nothing changed."""
import json
import os
import shutil
import sqlite3
import unittest

from kit import FAILED, NOT_FOUND, USAGE, Case, lines, main


class Usage(Case):
    def setUp(self):
        super().setUp()
        self.p = self.project()
        self.data = self.archive("a", {"XBTUSD_60.csv": lines("2024-01-01", "2024-01-02")})

    def refused(self, *args, code, says, **more):
        with self.nothing_written(self.p):
            said = self.p(*args, code=code, **more)
        self.assertEqual(said.out, "")
        for part in [says] if isinstance(says, str) else says:
            self.assertIn(part, said.err)
        return said

    def test_of_a_missing_archive_nothing_stays(self):
        self.refused("run", "historical", "-p", f"archive={self.at}/none.zip", code=NOT_FOUND, says="none.zip is not there")
        self.assertFalse((self.p.at / ".bullion").exists())

    def test_names_and_places_that_are_not_there(self):
        self.p.load(self.data)
        none = self.at / "none.zip"
        self.refused("run", "historcal", "-p", "archive=x", code=NOT_FOUND, says="historcal; did you mean historical?")
        self.refused("run", "historical", "-p", f"archive={none}", code=NOT_FOUND, says=str(none))
        self.refused("run", "historical", code=USAGE, says=["bullion.yaml:12:45", "the run has no property 'archive': give it with -p archive="])
        self.refused("run", "historical", "-p", "archive", code=USAGE, says="archive")
        self.refused("run", "ingest-historic", "-p", f"archive={self.data}", "-p", "freq=7x", code=USAGE, says=["freq", "7x"])
        self.refused("run", "ingest-historic", "-p", f"archive={self.data}", "-p", "symbols=XBTUSDD", code=NOT_FOUND, says="XBTUSDD")
        self.refused("sql", "FROM gold.inf", code=NOT_FOUND, says="there is no table gold.inf; did you mean gold.info?")
        self.refused("sql", "DROP TABLE gold.info", code=USAGE, says="SELECT")
        self.refused("sql", "SELECT 1; SELECT 2", code=USAGE, says="one")
        self.refused("table", "show", "gold.inf", code=NOT_FOUND, says="gold.inf")
        self.refused("coverage", "gold.inf", code=NOT_FOUND, says="gold.inf")

    def test_a_broken_project_runs_nothing(self):
        yaml = self.p.at / "bullion.yaml"
        text = yaml.read_text()
        for old, new, says in [
            ("project: crypto", "project: [crypto", "bullion.yaml:6:1: this is not YAML"),
            ("project: crypto", "projct: crypto", "bullion.yaml:2:1: unknown key 'projct' in the file; did you mean 'project'?"),
            ("into: bronze.cryptos}", "int: bronze.cryptos}", "unknown key 'int' in job 'ingest-historic'; did you mean 'into'?"),
            ("{job: gold-info,", "{job: gold-inf,", "there is no job 'gold-inf'; did you mean 'gold-info'?"),
            ("kind: kraken_archive", "kind: kraken_archiv", "did you mean kraken_archive?"),
        ]:
            yaml.write_text(text.replace(old, new, 1))
            said = self.refused("run", "historical", "-p", f"archive={self.data}", code=USAGE, says=says)
            self.assertRegex(said.err, r"bullion\.yaml:\d+:\d+: ")
            yaml.write_text(text)
        self.assertEqual(self.p.files(), {})

    def test_a_table_of_a_newer_protocol_is_left_alone(self):
        self.p.load(self.data)
        log = self.p.lake / "silver/cryptos/_delta_log"
        number = len(list(log.glob("*.json")))

        def newer(**protocol):
            (log / f"{number:020}.json").write_text(
                json.dumps({"commitInfo": {"timestamp": 1, "operation": "UPGRADE"}}) + "\n" + json.dumps({"protocol": protocol}) + "\n")

        more = self.archive("b", {"XBTUSD_60.csv": lines("2024-01-03", "2024-01-04")})
        self.p.ingest(more)
        # may be read, not written
        newer(minReaderVersion=1, minWriterVersion=7, writerFeatures=["futureThing"])
        self.assertEqual(self.p.value("SELECT count(*) FROM silver.cryptos"), 25)
        said = self.p("run", "silver-cryptos", code=FAILED)
        self.assertRegex(said.err, r"silver.cryptos.*futureThing")
        # nor read
        newer(minReaderVersion=3, minWriterVersion=7, readerFeatures=["futureThing"], writerFeatures=["futureThing"])
        self.refused("sql", "FROM silver.cryptos", code=FAILED, says=["silver", "futureThing"])
        newer(minReaderVersion=9, minWriterVersion=9)
        self.refused("sql", "FROM silver.cryptos", code=FAILED, says=["silver", "9"])
        self.refused("run", "silver-cryptos", code=FAILED, says=["silver", "9"])

    def test_a_state_file_of_a_newer_bullion_is_left_alone(self):
        self.p.load(self.data)
        path = self.p.at / ".bullion/state.db"
        with sqlite3.connect(path) as state:
            state.execute("PRAGMA user_version = 999")
        state.close()
        before = path.read_bytes()
        for args in (["run", "historical", "-p", f"archive={self.data}"], ["runs", "list"]):
            self.refused(*args, code=FAILED, says=["state.db was written by a newer bullion (schema 999", "upgrade bullion"])
        self.assertEqual(path.read_bytes(), before)
        self.assertEqual(self.p.value("SELECT count(*) FROM silver.cryptos"), 25)  # the lake needs no state

    @unittest.skipUnless(os.getuid() == 0 and shutil.which("setpriv"), "to be refused, root has to drop a right")
    def test_a_lake_that_may_not_be_written(self):
        drop = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps", "-dac_override,-dac_read_search"]
        self.p.load(self.data, prefix=drop)
        more = self.archive("b", {"XBTUSD_60.csv": lines("2024-01-03", "2024-01-04")})
        folders = [self.p.lake, *(path for path in self.p.lake.rglob("*") if path.is_dir())]
        runs = len(json.loads(self.p("runs", "list", "--json").out))
        for folder in folders:
            folder.chmod(0o500)
        try:
            said = self.refused("run", "historical", "-p", f"archive={more}", code=FAILED, says=[str(self.p.lake), "Permission denied"], prefix=drop)
            self.assertEqual(said.err.count("\n"), 1)
            self.assertEqual(len(json.loads(self.p("runs", "list", "--json").out)), runs)
            self.p.lake.chmod(0o700)  # what lies in it may not be written: that only the step finds
            said = self.refused("run", "historical", "-p", f"archive={more}", code=FAILED, says=["bronze", "Permission denied"], prefix=drop)
            self.assertIn("COMPLETED  historical", said.err)
            self.assertEqual(self.p("sql", "SELECT count(*) FROM silver.cryptos", "-f", "csv", prefix=drop).out.split(), ["count_star()", "25"])
        finally:
            for folder in folders:
                folder.chmod(0o700)
        self.p.load(more, prefix=drop)
        self.assertEqual(self.p.value("SELECT count(*) FROM gold.candles"), 50)
        self.assertEqual(list((self.p.at / ".bullion/work").iterdir()), [])  # nothing is left of the run that failed


if __name__ == "__main__":
    main()
