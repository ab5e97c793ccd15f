#!/usr/bin/env python3
"""bad_rows_test.py BULLION ROOT: what is wrong with the input is put away with its reason, line and text; the rest is loaded."""
import json
import os
import re
import unittest

from kit import FAILED, NOT_FOUND, PARTIAL, Case, line, lines, main, time_of, write_zip

T = time_of("2024-01-01")


def hour(number, **values):
    return line(T + 3600 * number, **values)


class Rows(Case):
    def test_every_reason(self):
        first = hour(0)
        long = hour(9) + " " * 2000
        bad = [  # the reason, the line
            ("empty_line", ""),
            ("too_long_line", long),
            ("nul_byte", hour(9)[:-1] + "\0"),
            ("wrong_columns", hour(9) + ",1"),
            ("wrong_columns", "time,open,high,low,close,volume"),
            ("not_an_integer", hour(9, o="1,5")[:-2]),
            ("not_a_number", hour(9, o="two")),
            ("not_a_number", hour(9, o="")),
            ("not_an_integer", hour(9, n="7.5")),
            ("not_finite", hour(9, v="NaN")),
            ("not_finite", hour(9, h="1e999")),
            ("milliseconds", hour(9).replace(str(T + 9 * 3600), f"{T + 9 * 3600}000")),
            ("time_out_of_range", hour(9).replace(str(T + 9 * 3600), "3600")),
            ("off_grid", hour(9).replace(str(T + 9 * 3600), str(T + 9 * 3600 + 900))),
            ("not_committed", line(time_of("2099-01-01"))),
            ("price_not_positive", hour(9, l="0.0")),
            ("price_not_positive", hour(9, c="-3")),
            ("negative_volume", hour(9, v="-1e-9")),
            ("negative_trades", hour(9, n=-1)),
            ("high_below_low", hour(9, h=0.5)),
            ("ohlc_inconsistent", hour(9, o=5)),
            ("ohlc_inconsistent", hour(9, c=0.5)),
            ("duplicate", first),
            ("duplicate_differs", hour(0, v=6)),
            ("unsorted", hour(-1)),
        ]
        text = "\n".join([first, *(row for _, row in bad), hour(10), hour(11, v="1E-06", o="+3", h="04.0")]) + "\n"
        project = self.project()
        said = project.load(self.archive("a", {"XBTUSD_60.csv": text}))
        self.assertEqual(project.steps()["ingest"]["result"]["refused"], len(bad))
        self.assertIn(f"{len(bad)} rows refused", said.err)
        unit = project.value("SELECT unit FROM bronze.units")
        got = project.sql("SELECT * FROM silver.quarantine ORDER BY line")
        wanted = [(reason, number, row[:1024].replace("\0", "\ufffd")) for number, (reason, row) in enumerate(bad, 2)]
        self.assertEqual([(r["reason"], r["line"], r["raw"]) for r in got], wanted)
        for r in got:
            self.assertEqual((r["unit"], r["symbol"], r["frequency"], r["source"], r["is_kept"]), (unit, "XBTUSD", "1h", "kraken", False))
            self.assertEqual(r["id"], f"{unit}:{r['line']}:{r['reason']}")
            self.assertTrue(r["path"].endswith("/a/XBTUSD_60.csv"))
        self.assertEqual(project.sql("SELECT CAST(epoch(datetime) AS BIGINT) AS t, open, volume FROM silver.cryptos ORDER BY ALL"), [
            {"t": T, "open": 2.0, "volume": 5.5}, {"t": T + 36000, "open": 2.0, "volume": 5.5},
            {"t": T + 39600, "open": 3.0, "volume": 1e-6}])
        self.assertEqual(project.sql("SELECT rows, refused FROM bronze.units"), [{"rows": 3, "refused": len(bad)}])

        # the same content elsewhere is known, and so is what was refused of it
        with self.nothing_written(project):
            project.ingest(write_zip(self.at / "a.zip", {"b/XBTUSD_60.csv": text}))


    def test_zero_has_no_sign(self):
        """DuckDB writes the first of 0.0 and -0.0 in a column for both: there is only one of them."""
        for name, volumes in (("a", ("0.0", "-0.0", "-1e-400", "-0", "0")), ("b", ("-0.0", "0.0", "-0"))):
            project = self.project(f"p{name}")
            text = "".join(hour(i, v=v) + "\n" for i, v in enumerate(volumes))
            project.load(self.archive(name, {"XBTUSD_60.csv": text}))
            for table in ("bronze.cryptos", "silver.cryptos", "gold.candles"):
                self.assertEqual(project.sql(f"SELECT volume, signbit(volume) AS sign, count(*) AS n FROM {table} GROUP BY ALL"),
                                 [{"volume": 0.0, "sign": False, "n": len(volumes)}])


class Coverage(Case):
    """Where a row was refused something was said: that nothing traded there is not true."""

    def states(self, project, symbol="XBTUSD", frequency="1h", table="silver.cryptos"):
        got = project.sql(f"""SELECT CAST(epoch("from") - {T} AS BIGINT) // 3600 AS a, CAST(epoch("to") - {T} AS BIGINT) // 3600 AS b, state
                              FROM gold.coverage WHERE symbol = '{symbol}' AND frequency = '{frequency}' AND "table" = '{table}' ORDER BY ALL""")
        return [tuple(r.values()) for r in got]

    def missing(self, project):
        return {r["stage"]: r["missing"] for r in project.sql("SELECT stage, missing FROM gold.info")}

    def test_a_refused_row_is_missing(self):
        off = hour(13).replace(str(T + 13 * 3600), str(T + 13 * 3600 + 900))
        milliseconds = hour(15).replace(str(T + 15 * 3600), f"{T + 15 * 3600}000")
        rows = [hour(0), hour(1, o="x"), hour(2, l=-1), hour(3), hour(4) + ",", hour(4), off, milliseconds,
                "1.1.2024 16:00,2,4,1,3,5,7", hour(7), hour(20), hour(18), hour(20)]
        project = self.project()
        project.load(self.archive("a", {"XBTUSD_60.csv": "\n".join(rows) + "\n"}))
        wanted = [(0, 1, "data"), (1, 3, "missing"), (3, 5, "data"), (5, 7, "missing"), (7, 8, "data"),
                  (8, 13, "confirmed_empty"), (13, 14, "missing"), (14, 15, "confirmed_empty"), (15, 16, "missing"),
                  (16, 18, "confirmed_empty"), (18, 19, "missing"), (19, 20, "confirmed_empty"), (20, 21, "data")]
        self.assertEqual(self.states(project), wanted)  # the line between 4 and 7 has no time that we can read
        self.assertEqual(self.missing(project), {"bronze": 7, "silver": 7, "gold": 7})
        coverage = project.derived("gold.coverage")
        project.load(self.at / "a", "--full")
        self.assert_same_rows(coverage, project.derived("gold.coverage"), "--full")

    def test_until_a_good_one_comes(self):
        """A quarter without the row says that nothing traded: it was refused all the same. One that has it settles it."""
        project = self.project()
        project.load(self.archive("base", {"XBTUSD_60.csv": "\n".join([hour(0), hour(1, o="x"), hour(2)]) + "\n"}))
        self.assertEqual(self.states(project), [(0, 1, "data"), (1, 2, "missing"), (2, 3, "data")])
        project.load(self.archive("Q1_2024", {"XBTUSD_60.csv": hour(4) + "\n"}))
        end = 91 * 24
        self.assertEqual(self.states(project), [(0, 1, "data"), (1, 2, "missing"), (2, 3, "data"), (3, 4, "confirmed_empty"),
                                                (4, 5, "data"), (5, end, "confirmed_empty")])
        project.load(self.archive("again/Q1_2024", {"XBTUSD_60.csv": hour(1) + "\n" + hour(4) + "\n"}))
        wanted = [(0, 3, "data"), (3, 4, "confirmed_empty"), (4, 5, "data"), (5, end, "confirmed_empty")]
        self.assertEqual(self.states(project), wanted)
        self.assertEqual(self.missing(project), {"bronze": 0, "silver": 0, "gold": 0})
        # refused again it stays what it is; and where only a refused row comes, in a year that is whole, that year is looked at
        project.load(self.archive("late", {"XBTUSD_60.csv": "\n".join([hour(1, o="x"), hour(5), hour(3, o="x"), hour(6)]) + "\n"}))
        wanted = [(0, 3, "data"), (3, 4, "missing"), (4, 7, "data"), (7, end, "confirmed_empty")]
        self.assertEqual(self.states(project), wanted)
        project.load(self.at / "late", "--full")
        self.assertEqual(self.states(project), wanted)

    def test_in_another_year_than_what_was_taken(self):
        """The last row of a file lies in the next year, and is refused: the year has nothing else that is new."""
        project = self.project()
        project.load(self.archive("Q1_2024", {"XBTUSD_60.csv": hour(30) + "\n"}))
        end = 91 * 24
        self.assertEqual(self.states(project), [(0, 30, "confirmed_empty"), (30, 31, "data"), (31, end, "confirmed_empty")])
        project.load(self.archive("old", {"XBTUSD_60.csv": "\n".join([hour(-20), hour(-15), hour(10, o="x")]) + "\n"}))
        wanted = [(-20, -19, "data"), (-19, -15, "confirmed_empty"), (-15, -14, "data"), (-14, 0, "missing"),
                  (0, 10, "confirmed_empty"), (10, 11, "missing"), (11, 30, "confirmed_empty"), (30, 31, "data"),
                  (31, end, "confirmed_empty")]
        self.assertEqual(self.states(project), wanted)
        project.load(self.at / "old", "--full")
        self.assertEqual(self.states(project), wanted)

    def test_times_in_other_units_tell(self):
        project = self.project()
        rows = [hour(0), *(hour(n).replace(str(T + n * 3600), f"{T + n * 3600}" + "000" * n) for n in (1, 2, 3)), hour(5)]
        project.load(self.archive("a", {"XBTUSD_60.csv": "\n".join(rows) + "\n"}))
        self.assertEqual(self.states(project), [(0, 1, "data"), (1, 4, "missing"), (4, 5, "confirmed_empty"), (5, 6, "data")])

    def test_what_cannot_be_read_is_not_silence(self):
        """A quarter's file that is cut off, or not to be read at all: of the time behind its last row nobody has said anything."""
        project = self.project()
        cut = self.archive("Q1_2024", {
            "XBTUSD_60.csv": hour(0) + "\n" + hour(2) + "\n" + hour(3)[:9],
            "ETHUSD_60.csv": (hour(0) + "\n" + hour(2) + "\n").encode("utf-16")})
        project.load(cut)
        begun = [(0, 1, "data"), (1, 2, "confirmed_empty"), (2, 3, "data")]
        self.assertEqual(self.states(project), begun)
        self.assertEqual(self.states(project, "ETHUSD"), [])
        # the next quarter shows how much is missing, the whole file what of it there is
        project.load(self.archive("Q2_2024", {"XBTUSD_60.csv": hour(91 * 24) + "\n"}))
        self.assertEqual(self.states(project)[:5], begun + [(3, 91 * 24, "missing"), (91 * 24, 91 * 24 + 1, "data")])
        project.load(self.archive("whole/Q1_2024", {"XBTUSD_60.csv": "\n".join([hour(0), hour(2), hour(3)]) + "\n"}))
        self.assertEqual(self.states(project)[:5], [(0, 1, "data"), (1, 2, "confirmed_empty"), (2, 4, "data"),
                                                    (4, 91 * 24, "confirmed_empty"), (91 * 24, 91 * 24 + 1, "data")])
        coverage = project.derived("gold.coverage")
        project.load(cut, "--full")
        self.assert_same_rows(coverage, project.derived("gold.coverage"), "--full")

    def test_lines_without_a_time_are_no_silence(self):
        """Between the rows that were taken before and behind them nothing was said, until somebody who can be read says it."""
        project = self.project()
        bad = ["#" + hour(n) for n in range(1, 801)]
        broken = self.archive("Q1_2024", {"XBTUSD_60.csv": "\n".join(["time,open,high,low,close,volume,trades", hour(9), *bad, hour(810),
                                                                      hour(812), "x" * 2000, hour(814)]) + "\n"})
        project.load(broken)
        end = 91 * 24
        self.assertEqual(self.states(project), [
            (0, 9, "confirmed_empty"), (9, 10, "data"), (10, 810, "missing"), (810, 811, "data"), (811, 812, "confirmed_empty"),
            (812, 813, "data"), (813, 814, "missing"), (814, 815, "data"), (815, end, "confirmed_empty")])
        self.assertEqual(project.sql(f"""
            SELECT count(*) AS n, epoch(after_datetime) - {T} AS a, epoch(before_datetime) - {T} AS b FROM silver.quarantine
            GROUP BY ALL ORDER BY min(line)"""), [
            {"n": 1, "a": None, "b": None}, {"n": 800, "a": 9 * 3600, "b": 810 * 3600}, {"n": 1, "a": 812 * 3600, "b": 814 * 3600}])
        # others have candles in there, and one says of a part that it had none
        project.load(self.archive("base", {"XBTUSD_60.csv": "\n".join(hour(n) for n in (20, 21, 25)) + "\n"}))
        wanted = [(0, 9, "confirmed_empty"), (9, 10, "data"), (10, 20, "missing"), (20, 22, "data"), (22, 25, "confirmed_empty"),
                  (25, 26, "data"), (26, 810, "missing"), (810, 811, "data")]
        self.assertEqual(self.states(project)[:8], wanted)
        coverage = project.derived("gold.coverage")
        project.load(broken, "--full")
        self.assert_same_rows(coverage, project.derived("gold.coverage"), "--full")
        project.load(self.archive("again/Q1_2024", {"XBTUSD_60.csv": "\n".join(hour(n) for n in (9, 12, 810)) + "\n"}))
        self.assertEqual(self.states(project)[:4], [(0, 9, "confirmed_empty"), (9, 10, "data"), (10, 12, "confirmed_empty"), (12, 13, "data")])
        self.assertNotIn("missing", str(self.states(project)))

    def test_lines_without_a_time_over_years(self):
        """The years between have nothing else; nor has the first, behind what cannot be read at the beginning of its quarter."""
        project = self.project()
        years = 24 * 700
        project.load(self.archive("base", {"XBTUSD_60.csv": "\n".join([hour(0), "?1,", hour(years), hour(years + 2)]) + "\n"}))
        self.assertEqual({s for a, b, s in self.states(project) if a >= 1 and b <= years}, {"missing"})
        self.assertEqual(self.states(project)[-3:], [(years, years + 1, "data"), (years + 1, years + 2, "confirmed_empty"),
                                                     (years + 2, years + 3, "data")])
        project.load(self.archive("Q4_2023", {"XBTUSD_60.csv": "\n".join(["?1,", hour(-24), "?1,", hour(-3)]) + "\n"}))
        wanted = [(-92 * 24, -24, "missing"), (-24, -23, "data"), (-23, -3, "missing"), (-3, -2, "data"), (-2, 0, "confirmed_empty"), (0, 1, "data")]
        self.assertEqual(self.states(project)[:6], wanted)
        coverage = project.derived("gold.coverage")
        project.load(self.at / "base", "--full")
        self.assert_same_rows(coverage, project.derived("gold.coverage"), "--full")

    def test_a_quarantine_of_an_earlier_version(self):
        """It has no columns for where such lines lie: they come with the first of them, and until then nothing is amiss."""
        project = self.project()
        project.load(self.archive("a", {"XBTUSD_60.csv": "\n".join([hour(0), hour(1, o="x"), hour(2)]) + "\n"}))
        path = project.lake / "silver/quarantine/_delta_log/00000000000000000000.json"
        before = path.read_text()
        actions = [json.loads(text) for text in before.splitlines()]
        for action in actions:
            if "metaData" in action:
                schema = json.loads(action["metaData"]["schemaString"])
                schema["fields"] = [f for f in schema["fields"] if f["name"] not in ("after_datetime", "before_datetime")]
                action["metaData"]["schemaString"] = json.dumps(schema)
        path.write_text("".join(json.dumps(action) + "\n" for action in actions))
        self.assertNotEqual(path.read_text(), before)
        project.load(self.archive("b", {"XBTUSD_60.csv": hour(4) + "\n"}))
        self.assertNotIn("after_datetime", project.sql("FROM silver.quarantine")[0])
        self.assertEqual(self.states(project)[:3], [(0, 1, "data"), (1, 2, "missing"), (2, 3, "data")])
        project.load(self.archive("c", {"XBTUSD_60.csv": "\n".join([hour(4), "?1,", hour(8)]) + "\n"}))
        self.assertEqual(self.states(project)[-3:], [(4, 5, "data"), (5, 8, "missing"), (8, 9, "data")])
        self.assertEqual(project.value("SELECT count(*) AS n FROM silver.quarantine WHERE after_datetime IS NULL"), 1)

    def test_a_class_has_its_own_refused_rows(self):
        """One symbol in two classes: what was refused of one file says nothing of the other."""
        project = self.project()
        path = project.at / "bullion.yaml"
        path.write_text(path.read_text().replace("\njobs:\n", "\njobs:\n  ingest-fx: {kind: ingest, source: archive, into: bronze.forex}\n", 1))
        project.load(self.archive("a", {"XBTUSD_60.csv": "\n".join([hour(0), hour(2), hour(3, o="x"), hour(4), "?1,", hour(6)]) + "\n"}))
        fx = self.archive("fx", {"XBTUSD_60.csv": "\n".join([hour(0), hour(1, o="x"), hour(2), hour(4), hour(6)]) + "\n"})
        cryptos = [(0, 1, "data"), (1, 2, "confirmed_empty"), (2, 3, "data"), (3, 4, "missing"), (4, 5, "data"), (5, 6, "missing"), (6, 7, "data")]
        forex = [(0, 1, "data"), (1, 2, "missing"), (2, 3, "data"), (3, 4, "confirmed_empty"), (4, 5, "data"), (5, 6, "confirmed_empty"),
                 (6, 7, "data")]
        project("run", "ingest-fx", "-p", f"archive={fx}")
        for full in ([], ["--full"]):
            for job in ("silver-forex", "coverage-forex", "coverage-cryptos"):
                project("run", job, *full)
            self.assertEqual(self.states(project, table="silver.cryptos"), cryptos, full)
            self.assertEqual(self.states(project, table="silver.forex"), forex, full)
        # the same content for the other class: its refused rows, which are in the quarantine by now, are that class's as well
        project.ingest(fx)
        project("run", "coverage-cryptos")
        self.assertEqual(self.states(project, table="silver.cryptos")[1], (1, 2, "missing"))

    def test_other_classes_are_not_concerned(self):
        project = self.project()
        project.load(self.archive("a", {"XBTUSD_60.csv": "\n".join([hour(0), hour(1, o="x"), hour(2)]) + "\n"}))
        with self.nothing_written(project):
            project("run", "coverage-indices", "--dry-run")
        project("run", "coverage-indices")
        self.assertEqual(project.sql('SELECT DISTINCT "table" FROM gold.coverage'), [{"table": "silver.cryptos"}])


class Files(Case):
    def test_odd_but_readable_ones_are_no_failure(self):
        two = hour(0) + "\n" + hour(1) + "\n"
        project = self.project()
        project.load(self.archive("a", {
            "EMPTYUSD_60.csv": "",
            "BOMUSD_60.csv": "\ufeff" + two,
            "CRLFUSD_60.csv": two.replace("\n", "\r\n"),
            "OPENUSD_60.csv": two[:-1],
            "CUTUSD_60.csv": two + hour(2)[:25],
        }))
        self.assertEqual([list(r.values()) for r in project.sql(
            "SELECT symbol, reason, is_kept, line, raw FROM silver.quarantine ORDER BY ALL")], [
            ["BOMUSD", "bom", True, 1, ""],
            ["CRLFUSD", "crlf", True, 1, hour(0)],
            ["CUTUSD", "truncated_line", False, 3, hour(2)[:25]],
            ["EMPTYUSD", "empty_file", False, 0, ""],
            ["OPENUSD", "no_final_newline", True, 2, hour(1)],
        ])
        self.assertEqual(project.sql("SELECT symbol, count(*) AS n FROM silver.cryptos GROUP BY ALL ORDER BY ALL"),
                         [{"symbol": s + "USD", "n": 2} for s in ("BOM", "CRLF", "CUT", "OPEN")])
        self.assertEqual(project.sql("SELECT DISTINCT open, trades FROM silver.cryptos"), [{"open": 2.0, "trades": 7}])

    def test_names_that_are_not_read_are_said(self):
        """In one line, however many there are; what was not asked for is none of them."""
        project = self.project()
        names = ["XBTUSD_60.csv", "XBTUSD_15.csv.bak", "XBTUSD_7.csv", "notes.txt", "deep/ETHUSD.csv", "ETHUSD_60.csv", "XBTUSD_1440.csv"]
        archive = self.archive("a", dict.fromkeys(names, hour(0) + "\n"))
        said = project.load(archive, "-p", "symbols=XBTUSD,ZZZUSD", "-p", "freq=1h")
        passed = ("4 names were passed over: XBTUSD_15.csv.bak (its name is not SYMBOL_MINUTES.csv), "
                  "XBTUSD_7.csv (a day is no whole number of candles of so many minutes), "
                  "deep/ETHUSD.csv (its name is not SYMBOL_MINUTES.csv), notes.txt (its name is not SYMBOL_MINUTES.csv)")
        nobody = "no file is of the symbol ZZZUSD"
        for text in (said.err, project("runs", "show").out):
            self.assertRegex(text, rf"(?mi)^note .*/a: {re.escape(passed)}$")
            self.assertRegex(text, rf"(?mi)^note .*/a: {nobody}")
        self.assertEqual([note.split("/a: ")[1] for note in project.steps()["ingest"]["result"]["remarks"]][:1], [passed])
        project = self.project("clean")
        said = project.load(self.archive("b", {"XBTUSD_60.csv": hour(0) + "\n", "ETHUSD_15.csv": hour(0) + "\n"}), "-p", "freq=1h")
        self.assertNotIn("passed over", said.err)
        said = project.load(write_zip(self.at / "c.zip", {"XBTUSD_60.csv": hour(1) + "\n", **{f"{i}.txt": "" for i in range(70)}}))
        self.assertIn("c.zip: 70 names were passed over: 0.txt (its name is not SYMBOL_MINUTES.csv), 1.txt (its", said.err)
        self.assertRegex(said.err, r"3\.txt \(its name is not SYMBOL_MINUTES\.csv\), and 66 more\n")

    def damaged(self):
        """A ZIP of three, the second of which is damaged."""
        path = write_zip(self.at / "damaged.zip", {f"{s}USD_60.csv": lines("2024-01-01", "2024-02-01", v=f"{i}.5") for i, s in
                                                   enumerate(("AAA", "BBB", "CCC"))})
        raw = bytearray(path.read_bytes())
        at = raw.index(b"BBBUSD_60.csv") + 300
        raw[at:at + 40] = bytes(40)
        path.write_bytes(raw)
        return path

    def test_a_damaged_entry_leaves_the_run_done_in_part(self):
        project = self.project()
        archive = self.damaged()
        said = project.load(archive, code=PARTIAL)
        self.assertIn("damaged.zip", said.err)
        self.assertIn("BBBUSD_60.csv", said.err)
        self.assertIn("historical, done in part", said.err)
        result = project.steps()["ingest"]["result"]
        self.assertTrue(result["partial"])
        self.assertEqual(len(result["missed"]), 1)
        self.assertIn("BBBUSD_60.csv", result["missed"][0])
        self.assertEqual(project.sql("SELECT symbol, count(*) AS n FROM gold.candles GROUP BY ALL ORDER BY ALL"),
                         [{"symbol": "AAAUSD", "n": 745}, {"symbol": "CCCUSD", "n": 745}])
        with self.nothing_written(project):  # it stays what it is
            project.load(archive, code=PARTIAL)
        # the good file comes later
        write_zip(archive, {"BBBUSD_60.csv": lines("2024-01-01", "2024-02-01", v="1.5")})
        project.load(archive)
        self.assertEqual(project.value("SELECT count(*) FROM gold.candles"), 3 * 745)

    def test_where_nothing_can_be_read_nothing_is_done(self):
        project = self.project()
        archive = self.at / "broken.zip"
        archive.write_bytes(self.damaged().read_bytes()[:5000])
        text = self.archive("text", {"README.md": "hello"})
        for path, code, part in ((archive, FAILED, "broken.zip"), (text, NOT_FOUND, "text"), (self.at / "none.zip", NOT_FOUND, "none.zip")):
            said = project.load(path, code=None)
            self.assertEqual(said.code, code, said.err)
            self.assertIn(part, said.err)
        self.assertEqual(project.files(), {})

    @unittest.skipUnless(os.getuid() == 0, "to read as somebody else takes root")
    def test_an_unreadable_file_is_named(self):
        project = self.project()
        archive = self.archive("a", {"AAAUSD_60.csv": lines("2024-01-01", "2024-01-02"), "BBBUSD_60.csv": lines("2024-01-01", "2024-01-02")})
        (archive / "BBBUSD_60.csv").chmod(0)
        # root without the right to override permissions
        drop = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps", "-dac_override,-dac_read_search"]
        said = project.load(archive, code=PARTIAL, prefix=drop)
        self.assertIn("BBBUSD_60.csv: cannot open it: Permission denied", said.err)
        with self.nothing_written(project):
            said = project.load(archive / "BBBUSD_60.csv", code=FAILED, prefix=drop)
            self.assertIn("BBBUSD_60.csv: cannot open it: Permission denied", said.err)
        (archive / "BBBUSD_60.csv").chmod(0o600)
        project.load(archive, prefix=drop)
        self.assertEqual(project.value("SELECT count(DISTINCT symbol) FROM gold.candles"), 2)


if __name__ == "__main__":
    main()
