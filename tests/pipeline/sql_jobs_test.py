#!/usr/bin/env python3
"""sql_jobs_test.py BULLION ROOT: jobs of kind sql: what changes() gives, the modes, slices, and how errors read."""
import shutil

from kit import DONE, IDLE, NOT_FOUND, USAGE, Case, lines, main


class Jobs(Case):
    """Tables of one's own, made and read by jobs: t.source is filled row by row."""

    def setUp(self):
        super().setUp()
        self.p = self.project()

    def fill(self, rows, mode="append", **more):
        """Puts ROWS, SQL's VALUES (k, part, v), into t.source."""
        self.p.job("fill", f"SELECT * FROM (VALUES {rows}) t(k, part, v)", into="t.source", mode=mode, **more)
        self.p("run", "fill")

    def rows(self, table, order="ALL"):
        return [tuple(r.values()) for r in self.p.sql(f"SELECT * FROM {table} ORDER BY {order}")]

    def run_job(self, name, *args, code=DONE):
        return self.p("run", name, *args, "--exit-code", code=code)

    def markers(self, table):
        found = {}
        for commit in self.p.log(table):
            for action in commit:
                if "txn" in action and "#" not in action["txn"]["appId"]:  # JOB#…: which SQL, which table
                    found[action["txn"]["appId"]] = action["txn"]["version"]
        return found

    def test_changes_are_what_came_since_the_marker(self):
        self.fill("(1, 'a', 10), (2, 'a', 20)")
        self.p.job("follow", "SELECT k, v FROM changes('t.source')", into="t.follow", mode="append")
        self.run_job("follow")
        self.assertEqual(self.markers("t.follow"), {"follow:t.source": 1})
        with self.nothing_written(self.p):
            self.run_job("follow", code=IDLE)
        self.fill("(3, 'b', 30)")
        self.fill("(4, 'b', 40)")
        self.run_job("follow")
        self.assertEqual(self.markers("t.follow"), {"follow:t.source": 3})
        self.assertEqual(self.rows("t.follow"), [(1, 10), (2, 20), (3, 30), (4, 40)])
        self.assertEqual(len([a for a in self.p.log("t.follow")[-1] if "add" in a]), 1)
        # another job has a marker of its own; --full is everything again, in place of what was there
        self.p.job("other", "SELECT k FROM changes('t.source')", into="t.other")
        self.run_job("other")
        self.assertEqual(self.rows("t.other"), [(1,), (2,), (3,), (4,)])
        self.run_job("follow", "--full")
        self.assertEqual(self.rows("t.follow"), [(1, 10), (2, 20), (3, 30), (4, 40)])
        with self.nothing_written(self.p):
            self.run_job("follow", code=IDLE)

    def test_rows_of_bronze_that_nothing_tells_apart_are_one_candle(self):
        project = self.p
        project.load(self.archive("a", {"XBTUSD_60.csv": lines("2024-01-01", "2024-01-02"), "ETHUSD_60.csv": lines("2024-01-01", "2024-01-02")}))
        made = project.derived("silver.cryptos", "gold.candles")
        # what our ingest would never do: the same rows again; of some a twin with another value; of some no unit at all
        project.job("double", "SELECT * FROM bronze.cryptos "
                              "UNION ALL SELECT * REPLACE (close + 1 AS close) FROM bronze.cryptos WHERE datetime = '2024-01-01 05:00:00Z' "
                              "UNION ALL SELECT * REPLACE (NULL AS source_unit) FROM bronze.cryptos WHERE datetime < '2024-01-01 03:00:00Z' "
                              "UNION ALL SELECT * REPLACE (NULL AS source_unit) FROM bronze.cryptos WHERE datetime < '2024-01-01 03:00:00Z'",
                    into="bronze.cryptos", mode="append")
        project("run", "double")
        self.assertEqual(project.value("SELECT count(*) FROM bronze.cryptos"), 2 * (25 + 25 + 1 + 3 + 3))
        project("run", "silver-cryptos", "--full")
        project("run", "gold-cryptos", "--full")
        twin = "2024-01-01T05:00"  # which of the two is not said
        again = project.derived("silver.cryptos", "gold.candles")
        for table, rows in made.items():
            self.assertEqual([r for r in again[table] if twin not in r], [r for r in rows if twin not in r], table)
            self.assertEqual(len(again[table]), len(rows), table)

    def test_an_appending_follower_of_an_upserted_table_gets_each_version_once(self):
        self.fill("(1, 'a', 10), (2, 'a', 20), (3, 'b', 30)", mode="upsert", key="[k]")
        self.p.job("follow", "SELECT k, v FROM changes('t.source')", into="t.follow", mode="append")
        self.run_job("follow")
        self.fill("(2, 'a', 21), (4, 'a', 40)", mode="upsert", key="[k]")  # writes 1 and 3 anew
        self.run_job("follow")
        self.assertEqual(self.rows("t.follow"), [(1, 10), (2, 20), (2, 21), (3, 30), (4, 40)])
        self.fill("(4, 'a', 40)", mode="upsert", key="[k]")  # as it is
        self.fill("(5, 'a', 50)", mode="upsert", key="[k]")
        self.run_job("follow")
        self.assertEqual(self.rows("t.follow"), [(1, 10), (2, 20), (2, 21), (3, 30), (4, 40), (5, 50)])

    def test_full_leaves_what_others_own(self):
        self.fill("(1, 'a', 10), (2, 'a', 20), (3, 'b', 30)", mode="overwrite")
        for name in ("one", "two"):
            self.p.job(name, f"SELECT '{name}' AS who, k, v FROM changes('t.source')", into="t.shared", mode="append",
                       owns=f"{{who: {name}}}")
            self.run_job(name)
        self.fill("(2, 'a', 21)")
        self.run_job("one", "--full")
        self.assertEqual(self.rows("t.shared"), [("one", 2, 21), ("two", 1, 10), ("two", 2, 20), ("two", 3, 30)])
        self.run_job("two", "--full")
        self.assertEqual(self.rows("t.shared"), [("one", 2, 21), ("two", 2, 21)])
        self.p.job("two", "SELECT 'three' AS who, k, v FROM changes('t.source')")
        said = self.run_job("two", "--full", code=USAGE)
        self.assertIn("the query gives a row whose who is 'three', but the job owns those with 'two' only", said.err)
        self.assertEqual(self.rows("t.shared"), [("one", 2, 21), ("two", 2, 21)])

    def test_two_classes_with_one_symbol_do_not_replace_each_other(self):
        for name, kind in (("cryptos", "crypto"), ("forex", "forex")):
            self.p.job(f"fill-{name}", f"SELECT 'XAU' AS symbol, 'USD' AS base_currency, '{kind}' AS type, "
                       "TIMESTAMPTZ '2024-01-01 00:00:00+00' AS datetime, '1d' AS frequency, 2024 AS year, 1.0 AS close",
                       into=f"silver.{name}")
            self.run_job(f"fill-{name}")
        self.run_job("gold-cryptos")
        for args in ((), ("--full",)):
            said = self.run_job("gold-forex", *args, code=USAGE)
            self.assertRegex(said.err, r"the query gives a row for the key XAU, 1d, 2024-01-01 00:00:00\S*, which a row has already "
                                       r"that the job does not own: its type is 'crypto'")
        self.assertEqual(self.p.sql("SELECT symbol, type FROM gold.candles"), [{"symbol": "XAU", "type": "crypto"}])
        # what the documentation says to do about it
        path = self.p.at / "bullion.yaml"
        path.write_text(path.read_text().replace(
            "into: gold.candles, mode: upsert, key: [symbol, frequency, datetime]",
            "into: gold.candles, mode: upsert, key: [symbol, frequency, datetime, type]"))
        self.run_job("gold-cryptos")
        self.run_job("gold-forex")
        self.assertEqual([r["type"] for r in self.p.sql("SELECT type FROM gold.candles ORDER BY type")], ["crypto", "forex"])

    def test_full_beside_others_that_own_nothing_says_so(self):
        self.fill("(1, 'a', 10), (2, 'a', 20)", mode="overwrite")
        for name, shift in (("one", 0), ("two", 100)):
            self.p.job(name, f"SELECT k + {shift} AS k, v FROM changes('t.source')", into="t.shared", mode="upsert", key="[k]")
            self.run_job(name)
        self.fill("(2, 'a', 21)")
        said = self.run_job("one", "--full")
        self.assertIn("rows of t.shared that the job no longer makes stay, as other jobs write into it", said.out + said.err)
        self.assertEqual(self.rows("t.shared"), [(1, 10), (2, 21), (101, 10), (102, 20)])

    def test_history_that_is_gone_asks_for_full(self):
        self.fill("(1, 'a', 10)")
        self.p.job("follow", "SELECT k, v FROM changes('t.source')", into="t.follow")
        self.run_job("follow")
        for i in range(2, 14):  # beyond a checkpoint
            self.fill(f"({i}, 'a', {10 * i})")
        log = self.p.lake / "t/source/_delta_log"
        self.assertTrue((log / "_last_checkpoint").exists())
        for version in range(5):
            (log / f"{version:020}.json").unlink()
        with self.nothing_written(self.p):
            said = self.run_job("follow", code=NOT_FOUND)
        self.assertRegex(said.err, r"t\.source: the history behind version 1, which this job has read, is gone; run the job with --full")
        self.run_job("follow", "--full")
        self.assertEqual(self.p.value("SELECT count(*) FROM t.follow"), 13)
        # a table in its place that knows nothing of what was read
        shutil.rmtree(self.p.lake / "t/source")
        self.fill("(1, 'a', 10)")
        said = self.run_job("follow", code=None)
        self.assertEqual(said.code, NOT_FOUND)
        self.assertRegex(said.err, r"t\.source is not the table that this job has read up to version \d+: it was removed, and one "
                                   r"made in its place; run the job with --full")

    def test_other_sql_makes_everything_again(self):
        self.fill("(1, 'a', 10), (2, 'b', 20)")
        self.p.job("job", "SELECT k, v FROM changes('t.source')", into="t.job", mode="upsert", key="[k]")
        self.p.job("add", "SELECT k, v FROM changes('t.source')", into="t.add", mode="append")
        self.run_job("job")
        self.run_job("add")
        self.p.job("job", "-- a comment\nSELECT k, v\nFROM changes('t.source');", into="t.job", mode="upsert", key="[k]")
        with self.nothing_written(self.p):
            self.run_job("job", code=IDLE)
        self.p.job("job", "SELECT k, v + 1 AS v FROM changes('t.source') WHERE k > 1", into="t.job", mode="upsert", key="[k]")
        said = self.run_job("job")
        self.assertIn("jobs/job.sql or the job's settings changed since the last run: everything is done again", said.err)
        self.assertEqual(self.rows("t.job"), [(2, 21)])
        with self.nothing_written(self.p):
            self.run_job("job", code=IDLE)
        # what was added stays until somebody says that it shall not
        self.p.job("add", "SELECT k, v + 1 AS v FROM changes('t.source')", into="t.add", mode="append")
        with self.nothing_written(self.p):
            said = self.run_job("add", code=USAGE)
        self.assertIn("t.add has rows that were made before (mode append): run the job with --full, which overwrites the table", said.err)
        self.run_job("add", "--full")
        self.assertEqual(self.rows("t.add"), [(1, 11), (2, 21)])

    def test_upsert_takes_the_place_of_the_same_key(self):
        self.fill("(1, 'a', 10), (2, 'a', 20), (NULL, 'a', 5)")
        self.p.job("job", "SELECT k, v, part FROM changes('t.source')", into="t.job", mode="upsert", key="[k]")
        self.run_job("job")
        self.fill("(2, 'a', 21), (3, 'a', 30), (NULL, 'a', 6)")
        self.run_job("job")
        self.assertEqual(self.rows("t.job"), [(1, 10, "a"), (2, 21, "a"), (3, 30, "a"), (None, 6, "a")])
        self.fill("(7, 'a', 1), (7, 'a', 2)")
        with self.nothing_written(self.p):
            said = self.run_job("job", code=None)
        self.assertNotEqual(said.code, DONE)
        self.assertRegex(said.err, r"t\.job: .*(k|key).*7")

    def test_existing_is_there_from_the_first_run(self):
        """Where bullion.yaml says the columns; where it does not, the error says how."""
        self.fill("(1, 'a', 10), (2, 'a', 20)")
        self.p.job("best", "SELECT k, max(v) AS v FROM (SELECT k, v FROM changes('t.source') UNION ALL "
                           "SELECT k, v FROM existing('t.best')) GROUP BY k", into="t.best", mode="upsert", key="[k]")
        said = self.run_job("best", code=NOT_FOUND)
        self.assertIn("{t.best: {columns: {name: type, …}}}", said.err)
        with open(self.p.at / "bullion.yaml", "a") as file:
            file.write("\ntables: {t.best: {columns: {k: bigint, v: double}}}\n")
        self.run_job("best")
        self.assertEqual(self.rows("t.best"), [(1, 10.0), (2, 20.0)])
        self.fill("(1, 'a', 5), (3, 'a', 30)")
        self.run_job("best")
        self.assertEqual(self.rows("t.best"), [(1, 10.0), (2, 20.0), (3, 30.0)])

    def test_a_mistyped_owns_is_refused_and_makes_nothing(self):
        self.fill("(1, 'a', 10)")
        self.p.job("own", "SELECT k, part, v FROM t.source", into="t.own", owns="{prat: a}")
        for name, said in [("own", self.run_job("own", "--full", code=None)), ("again", self.run_job("own", code=None))]:
            with self.subTest(name):
                self.assertEqual(said.code, USAGE, said.err)
                self.assertIn("owns: there is no column 'prat' in the table; did you mean 'part'?", said.err)
        self.assertFalse((self.p.lake / "t" / "own").exists())
        self.p.job("gold", "SELECT 'X' AS symbol", into="gold.candles", owns="{tpye: crypto}")
        said = self.p("validate", code=USAGE)
        self.assertRegex(said.err, r"bullion.yaml:\d+:\d+: job 'gold': owns: gold.candles: there is no column 'tpye'.*'type'")

    def test_replace_takes_the_place_of_all_rows_of_a_key(self):
        self.fill("(1, 'a', 10), (2, 'a', 20), (3, 'b', 30)")
        self.p.job("job", "SELECT * FROM changes('t.source')", into="t.job", mode="replace", key="[part]")
        self.run_job("job")
        self.fill("(9, 'a', 90)")
        self.run_job("job")
        self.assertEqual(self.rows("t.job"), [(3, "b", 30), (9, "a", 90)])

    def test_overwrite_takes_the_place_of_everything(self):
        self.fill("(1, 'a', 10), (2, 'a', 20)")
        self.p.job("job", "SELECT part, sum(v)::BIGINT AS v FROM t.source GROUP BY ALL", into="t.job", mode="overwrite")
        self.run_job("job")
        self.fill("(3, 'b', 30)")
        self.run_job("job")
        self.assertEqual(self.rows("t.job"), [("a", 30), ("b", 30)])
        with self.nothing_written(self.p):  # nothing that it reads has moved
            self.run_job("job", code=IDLE)

    def test_overwrite_partitions_leaves_the_others(self):
        self.fill("(1, 'a', 10), (2, 'b', 20)")
        self.p.job("job", "SELECT * FROM changes('t.source')", into="t.job", mode="overwrite_partitions", partition_by="[part]")
        self.run_job("job")
        kept = [path for path in self.p.adds("t.job") if "part=b" in path]
        self.fill("(5, 'a', 50), (6, 'c', 60)")
        self.run_job("job")
        self.assertEqual(self.rows("t.job", "k"), [(2, "b", 20), (5, "a", 50), (6, "c", 60)])
        self.assertEqual([path for path in self.p.adds("t.job") if "part=b" in path], kept)

    def test_slices_are_worked_on_by_themselves_and_see_their_own(self):
        """A running sum per part: only parts with something new are computed again."""
        self.fill("(1, 'a', 10), (1, 'b', 5), (1, NULL, 1), (1, 'it''s', 2)")
        self.p.job("job", """SELECT part, sum(v)::BIGINT AS v, count(*) AS n FROM t.source GROUP BY ALL""", into="t.job", mode="replace",
                   key="[part]", slice="[part]", slices="jobs/job_slices.sql", partition_by="[part]")
        (self.p.at / "jobs/job_slices.sql").write_text("SELECT DISTINCT part FROM changes('t.source');\n")
        self.run_job("job")
        self.assertEqual(self.rows("t.job"), [("a", 10, 1), ("b", 5, 1), ("it's", 2, 1), (None, 1, 1)])
        before = set(self.p.adds("t.job"))
        self.fill("(2, 'b', 7), (2, NULL, 1)")
        self.run_job("job")
        self.assertEqual(self.rows("t.job"), [("a", 10, 1), ("b", 12, 2), ("it's", 2, 1), (None, 2, 2)])
        self.assertEqual(len(before & set(self.p.adds("t.job"))), 2)
        self.run_job("job", "--full")
        self.assertEqual(self.rows("t.job"), [("a", 10, 1), ("b", 12, 2), ("it's", 2, 1), (None, 2, 2)])

    def test_errors_name_the_place_and_change_nothing(self):
        self.fill("(1, 'a', 10)")
        self.p.job("ok", "SELECT k, v FROM t.source", into="t.job", mode="overwrite")
        self.run_job("ok")
        for name, sql, settings, code, parts in [
            ("unknown", "SELECT *\nFROM t.sourse", {}, NOT_FOUND, ["jobs/unknown.sql", "t.sourse", "t.source"]),
            ("syntax", "SELECT k FRM t.source", {}, USAGE, ["jobs/syntax.sql", "syntax error"]),
            ("column", "SELECT kk FROM t.source", {}, USAGE, ["jobs/column.sql", "kk"]),
            ("types", "SELECT 'x' AS k, v FROM t.source", {}, None, ["t.job", "k"]),
            ("key", "SELECT k, v FROM t.source", {"mode": "upsert", "key": "[nix]"}, None, ["t.job", "nix"]),
            ("self", "SELECT k, v FROM changes('t.job')", {}, USAGE, ["jobs/self.sql", "t.job", "a job cannot follow its own table"]),
            ("write", "DELETE FROM t.source", {}, USAGE, ["jobs/write.sql"]),
            ("two", "SELECT 1; SELECT 2", {}, USAGE, ["jobs/two.sql"]),
        ]:
            self.p.job(name, sql, into="t.job", **settings)
            with self.subTest(name), self.nothing_written(self.p):
                said = self.run_job(name, code=None)
                self.assertNotEqual(said.code, DONE, said.err)
                if code is not None:
                    self.assertEqual(said.code, code, said.err)
                for part in parts:
                    self.assertIn(part, said.err)
                self.assertNotIn("AddressSanitizer", said.err)
        self.assertEqual(self.rows("t.job"), [(1, 10)])
        # other columns are no error: a new one comes into the table, one that the query has not is null
        self.p.job("other", "SELECT k, 1 AS w FROM t.source", into="t.job")
        self.run_job("other")
        self.assertEqual(self.p.sql("SELECT k, v, w FROM t.job ORDER BY ALL"),
                         [{"k": 1, "v": 10, "w": None}, {"k": 1, "v": None, "w": 1}])


if __name__ == "__main__":
    main()
