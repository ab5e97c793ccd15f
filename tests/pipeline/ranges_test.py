#!/usr/bin/env python3
"""ranges_test.py BULLION ROOT: content that is in the lake already is not loaded again, but what is said of it may grow."""
from kit import Case, lines, main


class KnownContent(Case):
    COVERAGE = "SELECT symbol, frequency, \"from\", \"to\", state, candles FROM gold.coverage ORDER BY ALL"

    def in_turn(self, *loads):
        """The coverage after LOADS (archive, arguments …) one after the other, which is not to be that of the last alone by chance."""
        project = self.project("by-and-by")
        for archive, *args in loads:
            project.load(archive, *args)
        rows = project.value("SELECT count(*) FROM bronze.cryptos")
        self.assertEqual(rows, project.value("SELECT count(DISTINCT (symbol, frequency, datetime)) FROM bronze.cryptos"))
        with self.nothing_written(project):
            project.load(*loads[-1])
        return project

    def assert_as_at_once(self, last, *loads):
        once = self.project("at-once")
        once.load(last)
        project = self.in_turn(*loads, (last,))
        self.assertEqual(project.sql(self.COVERAGE), once.sql(self.COVERAGE))
        self.assertEqual(project.derived("gold.info", "silver.cryptos"), once.derived("gold.info", "silver.cryptos"))
        self.assertGreater(once.value("SELECT count(*) FROM gold.coverage WHERE state = 'confirmed_empty'"), 0)

    def two_symbols(self, name):
        return self.archive(name, {"ETHUSD_60.csv": lines("2024-01-01", "2024-01-02"),
                                   "XBTUSD_60.csv": lines("2024-01-01", "2024-01-04 23:00")})

    def test_other_symbols_of_the_archive_show_where_it_ends(self):
        archive = self.two_symbols("base.zip")
        self.assert_as_at_once(archive, (archive, "-p", "symbols=ETHUSD"))

    def test_the_same_in_a_folder_that_grows(self):
        archive = self.archive("base", {"ETHUSD_60.csv": lines("2024-01-01", "2024-01-02")})
        project = self.in_turn((archive,), (self.two_symbols("base"),))
        self.assertEqual(project.value("SELECT sum(candles)::INT FROM gold.coverage WHERE state = 'confirmed_empty'"), 95 - 24)

    def test_a_file_is_found_in_its_quarter(self):
        content = lines("2024-01-05", "2024-03-01")
        loose = self.archive("loose", {"XBTUSD_60.csv": content})
        quarter = self.archive("Kraken_OHLCVT_Q1_2024.zip", {"XBTUSD_60.csv": content})
        self.assert_as_at_once(quarter, (loose,))

    def test_a_link_that_is_named_says_the_quarter(self):
        """Stores of data keep a file under its hash, and a link to it under its name."""
        content = lines("2024-01-05", "2024-03-01")
        for kind, at in (("zip", "Kraken_OHLCVT_Q1_2024.zip"), ("folder", "Kraken_OHLCVT_Q1_2024"), ("csv", "XBTUSD_60.csv")):
            named = self.archive(f"{kind}/cas/2f9a.zip" if kind == "zip" else f"{kind}/cas/2f9a",
                                 {"blob" if kind == "csv" else "XBTUSD_60.csv": content})
            link = self.at / kind / at
            link.symlink_to(named / "blob" if kind == "csv" else named)
            project = self.project(f"of-{kind}")
            project.load(link)
            found = project.sql("SELECT DISTINCT symbol, first_datetime, \"from\", \"to\" FROM bronze.units")
            self.assertEqual([row["symbol"] for row in found], ["XBTUSD"], kind)
            self.assertEqual(found[0]["from"][:10], "2024-01-05" if kind == "csv" else "2024-01-01", kind)
            self.assertEqual(found[0]["to"][:13], "2024-03-01T01" if kind == "csv" else "2024-04-01T00", kind)
            with self.nothing_written(project):
                project.load(link)

    def test_what_was_said_is_not_taken_back(self):
        content = lines("2024-01-05", "2024-03-01")
        quarter = self.archive("Kraken_OHLCVT_Q1_2024.zip", {"XBTUSD_60.csv": content})
        project = self.project()
        project.load(quarter)
        before = project.sql(self.COVERAGE)
        with self.nothing_written(project):
            project.load(self.archive("loose", {"XBTUSD_60.csv": content}))
        self.assertEqual(project.sql(self.COVERAGE), before)

    def test_both_at_once(self):
        content = lines("2024-01-05", "2024-03-01")
        both = self.archive("both", {"a/XBTUSD_60.csv": content, "b_Q1_2024/XBTUSD_60.csv": content})
        project = self.in_turn((both,))
        self.assertEqual(project.value("SELECT min(\"from\")::VARCHAR FROM gold.coverage")[:10], "2024-01-01")
        self.assertEqual(project.value("SELECT max(\"to\")::VARCHAR FROM gold.coverage")[:10], "2024-04-01")

    def test_a_file_that_newer_ones_left_behind_says_no_more(self):
        """A daily file that was added shows trades after the hourly one's end: of that time nothing is said in hours."""
        hourly = {"XBTUSD_60.csv": lines("2024-01-01", "2024-01-02"), "ETHUSD_60.csv": lines("2024-01-01", "2024-01-03")}
        archive = self.archive("base", hourly)
        project = self.project()
        project.load(archive)
        before = project.sql(self.COVERAGE)
        project.load(self.archive("base", {**hourly, "XBTUSD_1440.csv": lines("2024-01-01", "2024-01-09", 1440)}))
        after = project.sql(self.COVERAGE)
        self.assertEqual([row for row in after if (row["symbol"], row["frequency"]) == ("XBTUSD", "1h")],
                         [row for row in before if row["symbol"] == "XBTUSD"])


if __name__ == "__main__":
    main()
