#!/usr/bin/env python3
"""real_data_test.py BULLION ROOT: Kraken's own files through the pipeline, against what was counted in them without us."""
import csv
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from kit import BULLION, DONE, SHARED, Case, Project, main, text_of, write_zip

# Of each file: rows, first and last open, stretches without candles, candles absent, the longest stretch, sum of trades.
KNOWN = {
    ("XBTUSD", "1h"): (70253, 1381093200, 1673082000, 3254, 10856, 56, 54383342),
    ("ETHUSD", "1h"): (63568, 1438956000, 1680303600, 842, 3474, 51, 43841578),
    ("XBTUSD", "1d"): (2722, 1381017600, 1617148800, 11, 12, 2, 33511377),
    ("ETHUSD", "1d"): (2058, 1438905600, 1617148800, 5, 6, 2, 22931660),
}
FILES = {("XBTUSD", "1h"): "XBTUSD_60.csv", ("ETHUSD", "1h"): "ETHUSD_60.csv",
         ("XBTUSD", "1d"): "XBTUSD_1440.csv", ("ETHUSD", "1d"): "ETHUSD_1440.csv"}


@unittest.skipUnless((SHARED / "kraken").is_dir(), f"there is no real data: {SHARED}/kraken (set BLN_SHARED_DATA)")
class RealData(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory(prefix="bln-pipeline-")
        cls.addClassCleanup(folder.cleanup)
        cls.of = Project(pathlib.Path(folder.name) / "project")
        cls.of.load(SHARED / "kraken")

    def test_what_was_counted(self):
        rows = self.of.sql("""
            SELECT symbol, frequency, count(*) AS n, CAST(min(epoch(datetime)) AS BIGINT) AS a, CAST(max(epoch(datetime)) AS BIGINT) AS b,
                   count(*) FILTER (absent > 0) AS gaps, CAST(sum(absent) AS BIGINT) AS absent, CAST(max(absent) AS BIGINT) AS longest,
                   CAST(sum(trades) AS BIGINT) AS trades
            FROM (SELECT *, (epoch_us(datetime) - lag(epoch_us(datetime)) OVER (PARTITION BY symbol, frequency ORDER BY datetime))
                            // CASE frequency WHEN '1h' THEN 3600000000 ELSE 86400000000 END - 1 AS absent
                  FROM silver.cryptos)
            GROUP BY ALL""")
        self.assertEqual({(r["symbol"], r["frequency"]): tuple(list(r.values())[2:]) for r in rows}, KNOWN)

    def test_coverage_counts_the_same(self):
        # Behind the last hour of XBTUSD the archive goes on, by ETHUSD: what is empty there is not counted here.
        for (symbol, frequency), (n, first, last, gaps, absent, longest, _) in KNOWN.items():
            said = self.of("coverage", "silver.cryptos", "--symbol", symbol, "--frequency", frequency, "--json").out
            stretches = [r for r in json.loads(said) if r["from"] <= text_of(last)]
            self.assertEqual({r["state"] for r in stretches}, {"data", "confirmed_empty"})
            empty = [r["candles"] for r in stretches if r["state"] == "confirmed_empty"]
            self.assertEqual((len(empty), sum(empty), max(empty)), (gaps, absent, longest), (symbol, frequency))
            self.assertEqual(sum(r["candles"] for r in stretches if r["state"] == "data"), n)
            rows = self.of.sql(f"""SELECT state, CAST(sum(candles) AS BIGINT) AS n FROM gold.coverage WHERE symbol = '{symbol}'
                                   AND frequency = '{frequency}' AND epoch("from") <= {last} GROUP BY ALL ORDER BY ALL""")
            self.assertEqual(rows, [{"state": "confirmed_empty", "n": absent}, {"state": "data", "n": n}])
            info = self.of.sql(f"""SELECT * FROM gold.info WHERE stage = 'silver' AND symbol = '{symbol}'
                                   AND frequency = '{frequency}'""")[0]
            self.assertEqual((info["rows"], info["init_datetime"], info["end_datetime"], info["missing"]),
                             (n, text_of(first), text_of(last), 0))
            self.assertEqual(info["expected"], info["rows"] + info["confirmed_empty"])
            if frequency == "1d":
                self.assertEqual(info["confirmed_empty"], absent, "the days' files end years before the hours', and say no more")

    def test_days_that_hours_traded_on_are_not_empty(self):
        """The days' files end in March 2021, the hours' in 2023."""
        project = self.project()
        project.load(SHARED / "kraken")
        update = self.archive("Q1_2023", {"XBTUSD_1440.csv": "1672531200,16500,16700,16400,16600,1.5,3\n"})
        project.load(update)
        rows = project.sql("""SELECT CAST("from" AS DATE) AS a, CAST("to" AS DATE) AS b, state FROM gold.coverage
                              WHERE symbol = 'XBTUSD' AND frequency = '1d' AND "from" >= TIMESTAMPTZ '2021-04-01 00:00:00+00'
                              ORDER BY ALL""")
        self.assertEqual([tuple(r.values()) for r in rows], [
            ("2021-04-01", "2022-01-01", "missing"), ("2022-01-01", "2023-01-01", "missing"), ("2023-01-01", "2023-01-02", "data"),
            ("2023-01-02", "2023-04-01", "confirmed_empty")])
        self.assertEqual(project.value("""
            SELECT count(*) FROM gold.coverage c JOIN gold.candles h ON h.symbol = c.symbol AND h.frequency = '1h'
                AND c."from" <= h.datetime AND h.datetime < c."to"
            WHERE c.frequency = '1d' AND c.state = 'confirmed_empty' AND h.datetime < TIMESTAMPTZ '2023-01-01 00:00:00+00'"""), 0)

    def test_no_value_is_changed_on_the_way(self):
        for (symbol, frequency), name in FILES.items():
            text = (SHARED / "kraken" / name).read_text()
            wanted = [(int(r[0]), *map(float, r[1:6]), int(r[6])) for r in csv.reader(text.splitlines())]
            for table in ("bronze.cryptos", "silver.cryptos", "gold.candles"):
                out = self.of("sql", f"""SELECT CAST(epoch(datetime) AS BIGINT), open, high, low, close, volume, trades FROM {table}
                                         WHERE symbol = '{symbol}' AND frequency = '{frequency}' ORDER BY datetime""", "-f", "csv").out
                got = [(int(r[0]), *map(float, r[1:6]), int(r[6])) for r in list(csv.reader(out.splitlines()))[1:]]
                self.assertEqual(len(got), len(wanted))
                self.assertTrue(got == wanted, (table, name, next((g, w) for g, w in zip(got, wanted) if g != w) if got != wanted else ""))

    def test_hours_make_the_days(self):
        """Of every day that both files have, and on which the hours' file begins before it and ends after it."""
        for symbol, days in (("XBTUSD", 2722), ("ETHUSD", 2058)):
            got = self.of.sql(f"""
                WITH hours AS (
                    SELECT date, arg_min(open, datetime) AS open, max(high) AS high, min(low) AS low, arg_max(close, datetime) AS close,
                           CAST(sum(CAST(volume AS DECIMAL(30, 14))) AS DOUBLE) AS volume, CAST(sum(trades) AS BIGINT) AS trades
                    FROM silver.cryptos WHERE symbol = '{symbol}' AND frequency = '1h' GROUP BY ALL)
                SELECT count(*) AS days, count(h.date) AS of_hours,
                       count(*) FILTER (d.open = h.open) AS open, count(*) FILTER (d.high = h.high) AS high,
                       count(*) FILTER (d.low = h.low) AS low, count(*) FILTER (d.close = h.close) AS close,
                       count(*) FILTER (d.trades = h.trades) AS trades,
                       count(*) FILTER (abs(d.volume - h.volume) <= 1e-11 * d.volume) AS volume
                FROM silver.cryptos d LEFT JOIN hours h USING (date)
                WHERE d.symbol = '{symbol}' AND d.frequency = '1d'""")[0]
            self.assertEqual(got, dict.fromkeys(got, days), symbol)


@unittest.skipUnless((SHARED / "kraken").is_dir(), f"there is no real data: {SHARED}/kraken (set BLN_SHARED_DATA)")
class TheSameAgain(Case):
    """Content is known by what it is, not by where it lies or what it is packed in."""

    def test_adds_nothing(self):
        names = ("XBTUSD_1440.csv", "ETHUSD_1440.csv")
        project = self.project()
        first = self.archive("first", {name: (SHARED / "kraken" / name).read_bytes() for name in names})
        project.load(first)

        again = {}
        again["copied"] = shutil.copytree(first, self.at / "copied")
        os.rename(self.at / "copied", self.at / "renamed")
        again["renamed"] = again.pop("copied").parent / "renamed"
        again["zipped"] = write_zip(self.at / "Kraken_OHLCVT.zip", {f"deep/er/{n}": (first / n).read_bytes() for n in names})
        again["of a quarter"] = write_zip(self.at / "Kraken_OHLCVT_Q1_2021.zip", {n: (first / n).read_bytes() for n in names})
        again["one file"] = first / names[0]
        again["a list"] = f"{first / names[1]},{self.at / 'renamed'},{again['zipped']}"
        with self.nothing_written(project):
            for archive in again.values():
                project.ingest(archive)
            for name in names:
                os.utime(first / name, (1, 1))
            project.ingest(first)
        with self.nothing_written(project):
            said = project.load(first, "--exit-code", code=3)
        self.assertIn("0 units loaded, 2 known", said.err)

    def test_two_at_once_lose_nothing(self):
        project = self.project()
        archives = [self.archive(f"a{i}", {name: (SHARED / "kraken" / name).read_bytes()})
                    for i, name in enumerate(["XBTUSD_1440.csv", "ETHUSD_1440.csv"])]
        both = self.archive("both", {name: (SHARED / "kraken" / name).read_bytes() for name in ("XBTUSD_1440.csv", "ETHUSD_1440.csv")})
        running = [subprocess.Popen([BULLION, "-C", project.at, "run", "ingest-historic", "-p", f"archive={archive}"],
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                   for archive in (*archives, both)]
        said = [process.communicate()[0].decode() for process in running]
        self.assertEqual([process.returncode for process in running], [DONE] * len(running), said)
        self.assertEqual(project.sql("SELECT symbol, count(*) AS n FROM bronze.cryptos GROUP BY ALL ORDER BY ALL"),
                         [{"symbol": "ETHUSD", "n": 2058}, {"symbol": "XBTUSD", "n": 2722}])
        self.assertEqual(project.sql("SELECT symbol, rows FROM bronze.units ORDER BY ALL"),
                         [{"symbol": "ETHUSD", "rows": 2058}, {"symbol": "XBTUSD", "rows": 2722}])


if __name__ == "__main__":
    main()
