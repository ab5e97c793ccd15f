#!/usr/bin/env python3
"""incremental_test.py BULLION ROOT: what is new is all that is worked on, and what comes of it is what --full gives."""
import json
import random
import shutil

from kit import DONE, IDLE, Case, line, lines, main, time_of


def candles(dice, first, last, minutes=60, hole=0.05):
    """Rows of all kinds of values, with holes, but for the first and the last."""
    step, rows = minutes * 60, []
    a, b = time_of(first), time_of(last)
    for t in range(a, b + 1, step):
        if t not in (a, b) and dice.random() < hole:
            continue
        low = dice.uniform(10, 20)
        rows.append(line(t, repr(low + 1), repr(low + 3), repr(low), repr(low + 2), repr(dice.uniform(0, 1e3)), dice.randint(1, 99)))
    return "\n".join(rows) + "\n"


class NothingNew(Case):
    def test_writes_no_file_and_no_commit(self):
        project = self.project()
        archive = self.archive("a", {"XBTUSD_60.csv": lines("2023-12-30", "2024-01-02", skip=["2024-01-01 05:00"]),
                                     "ETHUSD_1440.csv": lines("2023-12-20", "2024-01-01", 1440), "XBTUSD_1.csv": ""})
        project.load(archive)
        with self.nothing_written(project):
            said = project.load(archive, "--exit-code", code=IDLE)
            for step in ("silver", "gold", "coverage", "info"):
                self.assertRegex(said.err, rf"SUCCEEDED +{step} +nothing new\n")
            for step, record in project.steps().items():
                if record["state"] == "SUCCEEDED":
                    self.assertTrue(record["result"]["idle"], step)
            self.assertEqual(project.load(archive).code, DONE)


class OneNewCandle(Case):
    SYMBOLS = ("XBTUSD", "ETHUSD", "XDGUSD")

    def written(self, name, first):
        """Loads history from FIRST on, then one candle per symbol: what that wrote, by table."""
        project = self.project(name)
        dice = random.Random(7)
        this_year = {s: candles(dice, "2025-01-01", "2025-03-31 23:00") for s in self.SYMBOLS}
        base = {f"{s}_60.csv": (candles(random.Random(8), first, "2024-12-31 23:00") if first else "") + this_year[s]
                for s in self.SYMBOLS}
        project.load(self.archive(f"{name}-base", base))
        before = project.files()
        t = time_of("2025-04-01")
        project.load(self.archive(f"{name}-new", {f"{s}_60.csv": line(t) + "\n" for s in self.SYMBOLS}))
        after = project.files()
        self.assertEqual({p for p in before if before[p] != after.get(p)}, set())
        self.assertEqual(project.value(f"SELECT count(*) FROM gold.candles WHERE epoch(datetime) = {t}"), 3)
        # not one candle that was there is written again
        for table in ("bronze.cryptos", "silver.cryptos", "gold.candles"):
            newest = project.log(table)[-1]
            self.assertEqual([a for a in newest if "remove" in a], [], table)
            self.assertLessEqual(sum(1 for a in newest if "add" in a), 3, table)
        sizes = {}
        for path in set(after) - set(before):
            table = "/".join(path.split("/")[:2])
            sizes[table] = sizes.get(table, 0) + after[path][0]
        return sizes

    def test_costs_the_same_whatever_the_history(self):
        short = self.written("short", None)  # three months
        long = self.written("long", "2023-01-01")  # two years and three months: nine times as much
        self.assertEqual(sorted(short), sorted(long))
        for table, size in short.items():
            # "removed" actions and statistics are a few bytes longer or shorter by their values
            self.assertLess(abs(size - long[table]), 0.03 * size + 64, f"{table}: {short} {long}")
        self.assertLess(sum(long.values()), 100_000)


class PutBack(Case):
    def test_what_a_restore_took_away_is_loaded_again(self):
        project = self.project()
        first = self.archive("a", {"XBTUSD_60.csv": lines("2024-01-01", "2024-01-02")})
        second = self.archive("b", {"XBTUSD_60.csv": lines("2024-01-03", "2024-01-04"), "ETHUSD_60.csv": lines("2024-01-03", "2024-01-04")})
        project.load(first)
        version = len(project.log("bronze.cryptos")) - 1
        kept = project.adds("bronze.cryptos")
        project.load(second)
        derived = project.derived()
        adds = project.adds("bronze.cryptos")
        folder = project.lake / "bronze/cryptos/_delta_log"
        with open(folder / f"{len(project.log('bronze.cryptos')):020}.json", "x") as commit:  # as delta-rs writes it
            commit.write(json.dumps({"commitInfo": {"timestamp": 1, "operation": "RESTORE", "operationParameters": {"version": str(version)}}}) + "\n")
            for path in set(adds) - set(kept):
                commit.write(json.dumps({"remove": {"path": path, "dataChange": True, "deletionTimestamp": 1, "size": adds[path]["size"]}}) + "\n")
        self.assertEqual(project.value("SELECT count(*) FROM bronze.cryptos"), 25)
        said = project.load(first)
        self.assertIn("0 units loaded, 1 known", said.err)
        self.assertEqual(project.value("SELECT count(*) FROM bronze.units"), 1)
        said = project.load(second)
        self.assertIn("2 units loaded, 0 known", said.err)
        self.assertEqual(project.value("SELECT count(*) FROM bronze.cryptos"), 75)
        self.assertEqual(project.value("SELECT count(*) FROM bronze.units"), 3)
        self.assert_same_rows(project.derived(), derived)


class SaidAgain(Case):
    def test_by_units_of_the_same_range(self):
        """The third quarter is said once, the fourth by nobody, the next three times: no stretch comes twice, none closes the hole."""
        symbols = [f"S{n}USD" for n in range(100)]
        project = self.project()
        for i, (quarter, day) in enumerate((("Q3_2022", "2022-07-02"), ("Q1_2023", "2023-01-02"), ("Q1_2023", "2023-02-02"),
                                            ("Q1_2023", "2023-03-02"))):
            project.ingest(self.archive(f"{i}/{quarter}", {f"{s}_1440.csv": lines(day, day, 1440) for s in symbols}))
        project.load(self.at / "0/Q3_2022")
        got = project.sql("""SELECT year, state, CAST("from" AS DATE) AS a, candles, count(*) AS n FROM gold.coverage GROUP BY ALL
                             ORDER BY a""")
        self.assertEqual([(r["year"], r["state"], r["candles"]) for r in got], [
            (2022, "confirmed_empty", 1), (2022, "data", 1), (2022, "confirmed_empty", 90), (2022, "missing", 92),
            (2023, "confirmed_empty", 1), (2023, "data", 1), (2023, "confirmed_empty", 30), (2023, "data", 1),
            (2023, "confirmed_empty", 27), (2023, "data", 1), (2023, "confirmed_empty", 29)])
        self.assertEqual({r["n"] for r in got}, {100})


class AnyOrder(Case):
    """Three quarters of 2024 (the third was never downloaded), each overlapping the next by a day, with bad rows; and one again,
    restated. The restated one comes last: of two loads the later counts."""

    def archives(self):
        made = {}
        for number, (first, last) in {1: ("2024-01-01", "2024-04-01 23:00"), 2: ("2024-04-01", "2024-06-30 23:00"),
                                      4: ("2024-10-01", "2024-12-31 23:00")}.items():
            files = {}
            for symbol in ("XBTUSD", "ETHUSD"):
                hours = lines(first, last, skip=["2024-02-03 04:00", "2024-05-06", "2024-12-24 19:00"]).splitlines()
                hours.insert(40, line(time_of(first) + 39 * 3600 + 1, o=number))
                files[f"{symbol}_60.csv"] = "\n".join(hours) + "\n"
                files[f"{symbol}_1440.csv"] = lines(first, last[:10], 1440)
            made[number] = files
        restated = {name: text.replace(",3.0,5.5,", ",3.5,5.5,") for name, text in made[2].items() if name.startswith("XBT")}
        self.assertNotEqual(restated["XBTUSD_60.csv"], made[2]["XBTUSD_60.csv"])
        return made, restated

    def test_and_any_partition_and_threads_and_full(self):
        made, restated = self.archives()
        folders = {n: self.archive(f"Q{n}_2024", files) for n, files in made.items()}
        zips = {n: self.archive(f"Kraken_OHLCVT_Q{n}_2024.zip", files) for n, files in made.items()}
        again = self.archive("again/Q2_2024", restated)

        forward = self.project("forward")
        for n in (1, 2, 4):
            forward.load(folders[n])
        forward.load(again)

        backward = self.project("backward", "settings: {threads: 4}")
        backward.ingest(zips[4])
        backward.load(zips[2])
        backward.ingest(zips[1])
        backward.load(again)

        at_once = self.project("at-once", "settings: {threads: 2}")
        at_once.load(f"{folders[2]},{zips[4]},{folders[1]}")
        at_once.load(f"{again},{zips[1]}")

        wanted = forward.derived()
        self.assertGreater(len(wanted["silver.restatements"]), 2000)
        self.assertEqual(len(wanted["silver.quarantine"]), 1 + 7 + 4)  # seven off the grid, four behind their quarter
        self.assertIn("missing", "".join(wanted["gold.coverage"]))
        self.assert_same_rows(wanted, backward.derived(), "the last first")
        self.assert_same_rows(wanted, at_once.derived(), "all at once")

        text = (forward.at / "bullion.yaml").read_text()
        for threads in (1, 4):
            (forward.at / "bullion.yaml").write_text(text + f"\nsettings: {{threads: {threads}}}\n")
            forward.load(again, "--full")
            self.assert_same_rows(wanted, forward.derived(), f"--full, {threads} threads")
        with self.nothing_written(forward):
            forward.load(again)


class Repaired(Case):
    """What was wrong in bronze is loaded anew: --full leaves nothing of it, and nothing else goes."""

    # of another class, as if a source of it had been loaded; one symbol is also among the cryptos, with another frequency
    FOREX = """SELECT symbol, 'USD' AS base_currency, 'forex' AS type, datetime, CAST(datetime AS DATE) AS date, '00:00:00' AS time,
                      '1d' AS frequency, CAST(year(datetime) AS INTEGER) AS year, 1 AS month, 1 AS day, 1.5 AS open, 1.5 AS high,
                      1.5 AS low, 1.5 AS close, 1.0 AS volume, NULL::DOUBLE AS vwap, 1::BIGINT AS trades, 'api_ohlc' AS origin,
                      'fx' AS source, datetime AS audit_time
               FROM (SELECT unnest(['EURUSD', 'XBTUSD']) AS symbol),
                    (SELECT unnest(range(TIMESTAMPTZ '2022-12-20 00:00:00+00', TIMESTAMPTZ '2023-01-10 00:00:00+00',
                                         INTERVAL 1 DAY)) AS datetime)"""

    def forex(self, project):
        project.job("fill-forex", self.FOREX, into="silver.forex", mode="overwrite")
        project("run", "fill-forex")
        project("run", "gold-forex")
        project("run", "coverage-forex")

    def test_full_is_what_a_fresh_project_makes(self):
        long = self.archive("long", {"XBTUSD_60.csv": lines("2022-12-30", "2024-01-02", skip=["2023-06-01 05:00"]),
                                     "ETHUSD_60.csv": lines("2023-12-30", "2024-01-02"),
                                     "ETHUSD_1440.csv": lines("2023-12-20", "2024-01-01", 1440)})
        short = self.archive("short", {"XBTUSD_60.csv": lines("2023-12-31", "2024-01-01", skip=["2023-12-31 05:00"])})
        project, fresh = self.project("repaired"), self.project("fresh")
        for p in (project, fresh):
            self.forex(p)
        project.load(long)
        shutil.rmtree(project.lake / "bronze")
        project.load(short, "--full")
        fresh.load(short)
        tables = ("silver.cryptos", "gold.candles", "gold.coverage", "gold.info")
        self.assert_same_rows(project.derived(*tables), fresh.derived(*tables), "--full")
        self.assertEqual(project.sql("SELECT type, count(*) AS n FROM gold.candles GROUP BY 1 ORDER BY 1"),
                         [{"type": "crypto", "n": 24}, {"type": "forex", "n": 42}])
        with self.nothing_written(project):
            project.load(short, "--exit-code", code=IDLE)
        # the other class lies where it lay
        self.assertEqual([a["remove"]["path"] for commit in project.log("gold.candles") for a in commit
                          if "EURUSD" in a.get("remove", {}).get("path", "")], [])


if __name__ == "__main__":
    main()
