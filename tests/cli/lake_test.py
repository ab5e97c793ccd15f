#!/usr/bin/env python3
"""lake_test.py BULLION ROOT DEMO_ARCHIVE: the commands that load, ask and show the lake, on a generated archive."""
import fcntl
import json
import os
import pathlib
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import unittest
import zipfile

from kit import BULLION, ROOT, bullion

FOLDER = tempfile.TemporaryDirectory(prefix="bln-lake-")
AT = pathlib.Path(FOLDER.name)
PROJECT = AT / "crypto"
LOADED = None  # what the first run said


def setUpModule():
    global LOADED
    subprocess.run([sys.argv[3], AT / "archive", "--zip", "--years", "1", "--symbols", "1"], check=True, capture_output=True)
    assert bullion("init", str(PROJECT)).code == 0
    LOADED = run("run", "historical", "-p", "archive=../archive/Kraken_OHLCVT.zip", "--json")


def tearDownModule():
    FOLDER.cleanup()


def run(*args, **env):
    return bullion("-C", str(PROJECT), *args, **env)


def shell(script):
    """Runs SCRIPT in bash, where $b is the program in the project."""
    said = subprocess.run(["bash", "-c", 'b() { "$BULLION" -C "$PROJECT" "$@"; }\n' + script], cwd=AT, capture_output=True,
                          env={**os.environ, "BULLION": BULLION, "PROJECT": str(PROJECT)}, timeout=60)
    return said.stdout.decode(), said.stderr.decode()


def on_terminal(width, *args):
    """What the program prints on a terminal of that width, and says on stderr, which is none."""
    mine, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    said = subprocess.run([BULLION, "-C", PROJECT, *args], stdout=its, stderr=subprocess.PIPE, timeout=60, text=True, check=True)
    os.close(its)
    out = b""
    try:
        while more := os.read(mine, 1 << 16):
            out += more
    except OSError:  # how a terminal ends
        pass
    os.close(mine)
    return out.decode().replace("\r\n", "\n"), said.stderr


class Said(unittest.TestCase):
    def fails(self, said, code, *parts):
        self.assertEqual((said.code, said.out), (code, ""), said.err)
        for part in parts:
            self.assertIn(part, said.err)

    def rows(self, *args):
        said = run(*args, "--json")
        self.assertEqual(said.code, 0, said.err)
        return json.loads(said.out)


class Run(Said):
    def damaged(self, name):
        """A ZIP that can be listed, and whose only file cannot be unpacked."""
        with zipfile.ZipFile(AT / f"{name}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("XBTUSD_15.csv", "1700000100,1,1,1,1,1,1\n" * 99)
        whole = bytearray((AT / f"{name}.zip").read_bytes())
        whole[43:60] = bytes(17)  # behind the entry's header and name
        (AT / f"{name}.zip").write_bytes(whole)

    def test_the_archive_is_loaded(self):
        self.assertEqual(LOADED.code, 0, LOADED.err)
        said = json.loads(LOADED.out)
        self.assertEqual((said["name"], said["kind"], said["state"], said["partial"], said["idle"]),
                         ("historical", "workflow", "SUCCEEDED", False, False))
        self.assertRegex(LOADED.err, r"(?m)^SUCCEEDED  ingest               \d+ rows in 1 file, 1 unit loaded, 0 known, version 1$")
        self.assertRegex(LOADED.err, rf"(?m)^SUCCEEDED  historical \(run {said['id'][:8]}\)$")
        self.assertNotRegex(LOADED.err, r"(?m) $")

    def test_nothing_new_is_told_by_the_exit_code_where_asked(self):
        self.assertEqual(run("run", "silver-cryptos").code, 0)
        said = run("run", "silver-cryptos", "--exit-code", "--json")
        self.assertEqual((said.code, json.loads(said.out)["idle"]), (3, True))

    def test_wrong_names_and_properties(self):
        self.fails(run("run", "historcal"), 5, "no workflow or job historcal; did you mean historical?")
        self.fails(run("run", "historical", "-p", "archive"), 2, "write key=value")
        self.fails(run("run"), 2, "needs NAME")

    def test_a_property_that_nothing_uses(self):
        for name, meant in (("symbol", "symbols"), ("arhive", "archive"), ("frequ", "freq")):
            for words in (["ingest-historic"], ["historical"], ["historical", "--dry-run"]):
                said = run("run", *words, "-p", "archive=nowhere", "-p", f"{name}=x")
                self.fails(said, 2, f"nothing uses the property {name}: did you mean {meant}?")
        self.fails(run("run", "ingest-historic", "-p", "archive=nowhere", "-p", "mail=x"), 2, "nothing uses the property mail\n")
        said = run("run", "alarm", "-p", "mail=x")  # a program may read it
        self.assertEqual(said.code, 0)
        self.assertIn("warning: nothing is seen to use the property mail\n", said.err)

    def test_a_program_needs_no_lake(self):  # and may be the one that says that it is gone
        for lake in ("s3://nowhere/x", "/etc/passwd"):
            said = run("run", "alarm", BULLION_LAKE=lake)
            self.assertEqual((said.code, said.out), (0, ""), said.err)
            self.assertIn(run("run", "gold-info", BULLION_LAKE=lake).code, (1, 2))

    def test_without_anything_to_read_there_is_no_run(self):
        before = self.rows("runs", "list", "-n", "1000", "--steps")
        (AT / "no.zip").write_text("this is no ZIP")
        nowhere = f"bullion: job ingest-historic: {PROJECT}/nowhere is not there; give a folder, a ZIP archive or a candle file that is\n"
        for archive, code, says in (
            ("nowhere", 5, nowhere),
            ("../no.zip", 1, f"bullion: job ingest-historic: {AT}/no.zip: it has no directory at its end: it is no ZIP archive, or cut off\n"),
        ):
            for words in (["historical"], ["ingest-historic"], ["historical", "--json"]):
                said = run("run", *words, "-p", f"archive={archive}")
                self.assertEqual((said.code, said.out, said.err), (code, "", says))
            said = run("run", "historical", "--dry-run", "-p", f"archive={archive}")
            self.assertEqual((said.code, said.err), (code, says))
            self.assertIn("ingest-historic", said.out)
        self.fails(run("run", "ingest-historic", "-p", "archive=../archive", "-p", "symbols=XBTUSDD"), 5, "XBTUSDD")
        said = run("run", "batch")  # sources that this version does not know: of four, none can be read
        self.fails(said, 2, "bullion.yaml:", "this version of bullion does not read from kraken yet", "job ingest-forex: ")
        self.assertEqual(len(said.err.splitlines()), 4)
        self.assertEqual(self.rows("runs", "list", "-n", "1000", "--steps"), before)
        # where one of several can be read, it is
        config = PROJECT / "bullion.yaml"
        text = config.read_text()
        config.write_text(text.replace("workflows:\n", "workflows:\n  some: {steps: {a: {job: ingest-historic}, b: {job: ingest-forex}}}\n", 1))
        said = run("run", "some", "-p", "archive=../archive/Kraken_OHLCVT.zip")
        config.write_text(text)
        self.assertRegex(said.err, r"(?m)\ASUCCEEDED  a .*\nERROR      b .*does not read from fmp yet")

    def test_a_run_that_fails_says_where_to_look(self):
        self.damaged("nowhere")
        said = run("run", "historical", "-p", "archive=../nowhere.zip")
        self.fails(said, 1, "nowhere")
        found = re.search(r"(?m)^COMPLETED  historical \(run (\w+)\): `bullion runs show (\w+)` says why$", said.err)
        self.assertIsNotNone(found, said.err)
        shown = run("runs", "show", found[2])
        self.assertIn("nowhere", shown.out)

    def test_quiet_is_told_what_went_wrong(self):
        self.damaged("nowhere")
        said = run("-q", "run", "historical", "-p", "archive=../nowhere.zip")
        self.assertEqual((said.code, said.out), (1, ""))
        self.assertRegex(said.err, r"\AFAILED     ingest .*nowhere.zip: XBTUSD_15.csv: .*damaged.*\nCOMPLETED  historical \(run \w+\): `bullion runs show \w+` says why\n\Z")
        said = run("-q", "--log-json", "run", "ingest-historic", "-p", "archive=../nowhere.zip")
        self.assertEqual({json.loads(line)["level"] for line in said.err.splitlines()}, {"error"})
        self.assertIn("nowhere", said.err)
        self.assertEqual([run("-q", "run", "gold-info").err, run("-q", "run", "nosuch").err],
                         ["", f"bullion: {PROJECT}/bullion.yaml has no workflow or job nosuch\n"])

    def test_what_is_damaged_is_left_out_and_told(self):
        shutil.copytree(PROJECT, AT / "part", ignore=lambda folder, names: {"lake", ".bullion"} & set(names))
        (AT / "half").mkdir()
        whole = (AT / "archive/Kraken_OHLCVT_Q1_2025.zip").read_bytes()
        (AT / "half/Kraken_OHLCVT_Q1_2025.zip").write_bytes(whole[:5000] + bytes(5000) + whole[10000:])
        (AT / "half/XBTUSD_15.csv").write_text("1700000100,1,1,1,1,1,1\n")
        said = bullion("-C", str(AT / "part"), "run", "ingest-historic", "-p", "archive=../half", "--json")
        self.assertEqual(said.code, 6, said.err)
        self.assertTrue(json.loads(said.out)["partial"])
        self.assertRegex(said.err, r"(?m)^MISSED     ingest-historic .*Kraken_OHLCVT_Q1_2025\.zip")
        self.assertRegex(said.err, r"(?m)^SUCCEEDED  ingest-historic, done in part \(run \w+\): `bullion runs show \w+` says why$")
        quiet = bullion("-C", str(AT / "part"), "-q", "run", "ingest-historic", "-p", "archive=../half")
        self.assertEqual(quiet.code, 6)
        self.assertEqual(re.findall(r"(?m)^\w+", quiet.err), ["MISSED", "SUCCEEDED"])
        self.assertRegex(bullion("-C", str(AT / "part"), "runs", "show").out, r"(?m)^missed +.*Q1_2025")

    def test_somebody_else_is_at_it(self):
        (PROJECT / "bullion.yaml").write_text((PROJECT / "bullion.yaml").read_text().replace(
            "workflows:\n", "  wait: {kind: command, argv: [cat, ../fifo], max_concurrent: 1}\n\nworkflows:\n", 1))
        os.mkfifo(AT / "fifo")
        first = subprocess.Popen([BULLION, "-C", PROJECT, "run", "wait"], stderr=subprocess.PIPE)
        with open(AT / "fifo", "w"):  # opened once the job reads from it
            second = run("run", "wait")
        self.assertEqual(first.communicate(timeout=60) and first.returncode, 0)
        self.fails(second, 4, "wait")

    def test_dry_runs_say_what_would_be_done(self):
        said = run("run", "historical", "--dry-run", "-p", "archive=../archive")
        self.assertEqual((said.code, said.err), (0, ""))
        self.assertIn("into gold.coverage (replace by table, symbol, frequency, year)", said.out)
        self.assertNotIn("null", said.out)
        plan = json.loads(run("run", "historical", "--dry-run", "--json").out)  # it lacks an archive, and says so
        self.assertEqual([action["name"] for action in plan["actions"]], ["ingest", "silver", "gold", "coverage", "info", "alarm"])


class Sql(Said):
    def test_sql_from_a_file(self):
        path = AT / "ask it.sql"
        path.write_text("-- how many\nSELECT count(*) AS n\nFROM silver.cryptos;\n")
        typed = run("sql", "SELECT count(*) AS n FROM silver.cryptos", "-f", "csv").out
        self.assertEqual(run("sql", "--file", str(path), "-f", "csv").out, typed)
        script = "b sql - -f csv < 'ask it.sql'; b sql --file - --json < 'ask it.sql'; echo 'FROM silver.cryptos WHERE x = 1' | b sql -"
        out, err = shell(script)
        self.assertTrue(out.startswith(typed + "[\n"), out)
        self.assertRegex(err, r"\Abullion: standard input:1:27: .*x")
        path.write_text("SELECT\n  nothing\nFROM silver.cryptos")
        said = run("sql", "--file", str(path))
        self.fails(said, 2, f"bullion: {path}:2:3: ", "nothing")
        path.write_text("SELECT symbol, error('it is so') FROM silver.cryptos")
        for more in ([], ["-f", "csv"], ["-o", str(AT / "none.csv")]):
            self.fails(run("sql", "--file", str(path), *more), run("sql", path.read_text(), *more).code, f"bullion: {path}: ", "it is so")
        self.assertFalse((AT / "none.csv").exists())
        path.write_text("SELECT 1,\n  é FROM gold.inf")
        self.fails(run("sql", "--file", str(path)), 5, "ask it.sql:2:10: there is no table gold.inf")
        path.write_text("SELECT 1,\n  é, FROM FROM")
        self.fails(run("sql", "--file", str(path)), 2, "ask it.sql:2:11: syntax error")
        path.write_text("SELECT 'é',\n  'é' || nope FROM gold.info")
        self.fails(run("sql", "--file", str(path)), 2, "ask it.sql:2:10: Binder Error", "LINE 2:   'é' || nope")
        self.fails(run("sql", "--file", f"{AT}/no.sql"), 5, f"cannot read {AT}/no.sql: No such file")
        self.fails(run("sql", "--file", str(AT)), 1, f"cannot read {AT}: Is a directory")
        path.write_bytes(b"SELECT 1" + b" " * (1 << 20))
        self.fails(run("sql", "--file", str(path)), 2, "ask it.sql: more than 1048576 bytes")
        path.write_bytes(b"SELECT 1\0")
        self.fails(run("sql", "--file", str(path)), 2, "ask it.sql: it holds a zero byte")
        self.fails(run("sql"), 2, "give what to ask: SQL in quotes, or --file FILE (- is standard input)")
        self.fails(run("sql", "SELECT 1", "--file", str(path)), 2, "give one of the two: SQL in quotes, or --file FILE")

    def test_formats(self):
        sql = "SELECT symbol, \"rows\", init_datetime, missing FROM gold.info WHERE stage = 'gold'"
        table = run("sql", sql)
        self.assertRegex(table.out, r"^symbol +rows +init_datetime +missing\nXBTUSD +\d+ +2024-01-01T00:00:00Z +0\n$")
        csv = run("sql", sql, "-f", "csv").out.splitlines()
        self.assertEqual(csv[0], "symbol,rows,init_datetime,missing")
        row = json.loads(run("sql", sql, "--json").out)
        self.assertEqual(row, json.loads(run("sql", sql, "--format", "json").out))
        self.assertEqual(csv[1], f"XBTUSD,{row[0]['rows']},2024-01-01T00:00:00Z,0")
        self.assertEqual(run("sql", sql, "-f", "parquet", "-o", str(AT / "x.parquet")).code, 0)
        self.assertEqual(self.rows("sql", f"FROM '{AT}/x.parquet'"), row)
        # where -f does not say, the file's name does
        self.assertEqual(run("sql", sql, "-o", str(AT / "named.parquet")).code, 0)
        self.assertEqual((AT / "named.parquet").read_bytes()[:4], b"PAR1")
        self.assertEqual(run("sql", sql, "-o", str(AT / "named.JSON")).code, 0)
        self.assertEqual(json.loads((AT / "named.JSON").read_text()), row)
        for more in (["-o", str(AT / "named.txt")], ["-o", str(AT / "csv.parquet"), "-f", "csv"]):
            self.assertEqual(run("sql", sql, *more).code, 0)
            self.assertEqual(pathlib.Path(more[1]).read_text().splitlines(), csv)

    def test_what_is_no_json_is_null(self):
        row = self.rows("sql", "SELECT 'nan'::DOUBLE AS a, '-inf'::FLOAT AS \"b \"\"\", 0.1::DOUBLE AS c, NULL::DOUBLE AS d, 7 AS e")
        self.assertEqual(row, [{"a": None, 'b "': None, "c": 0.1, "d": None, "e": 7}])
        sql = "SELECT {'a': 'nan'::DOUBLE, 'b': [1.5, 'inf'::DOUBLE]} AS s, MAP {'NaN': '-inf'::FLOAT} AS m, 'NaN, -Infinity' AS t"
        row = [{"s": {"a": None, "b": [1.5, None]}, "m": {"NaN": None}, "t": "NaN, -Infinity"}]
        self.assertEqual(self.rows("sql", sql), row)
        self.assertEqual(json.loads(run("sql", sql, "-f", "json").out), row)
        self.assertEqual(run("sql", sql, "-f", "json", "-o", str(AT / "nan.json")).code, 0)
        self.assertEqual(json.loads((AT / "nan.json").read_text()), row)

    def test_nulls_are_told_from_texts(self):
        said = run("sql", "SELECT NULL AS a, '-' AS b, '' AS c, NULL::INT AS d")
        self.assertEqual(said.out, "   a  b  c     d\nNULL  -     NULL\n")
        self.assertRegex(run("runs", "list", "--state", "SUCCEEDED").out, r"s  -\n")  # in lists of ours nothing is '-'

    def test_times_have_one_form(self):
        sql = ("SELECT TIMESTAMPTZ '2024-03-01 10:00:00+01' AS t, TIMESTAMPTZ '1969-12-31 23:59:59.5Z' AS \"a \"\"b\"\"\", "
               "NULL::TIMESTAMPTZ AS n, 'infinity'::TIMESTAMPTZ AS i, TIMESTAMP '2024-03-01 10:00:00' AS local")
        forms = ["2024-03-01T09:00:00Z", "1969-12-31T23:59:59.500000Z", None, "infinity", "2024-03-01 10:00:00"]
        self.assertEqual(list(self.rows("sql", sql)[0].values()), forms)
        self.assertEqual(list(self.rows("sql", sql)[0]), ["t", 'a "b"', "n", "i", "local"])
        self.assertEqual(run("sql", sql, "-f", "csv").out.splitlines()[1], ",".join(form or "" for form in forms))
        self.assertEqual(run("sql", sql).out.splitlines()[1].split("  "), [form or "NULL" for form in forms])
        form = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z$"
        times = [self.rows("runs", "list")[0]["started_at"], self.rows("runs", "show")["ended_at"],
                 self.rows("table", "show", "gold.info")["modified_at"], self.rows("table", "history", "gold.info")[0]["time"],
                 self.rows("coverage", "silver.cryptos")[0]["from"], self.rows("sql", "FROM files('gold.info')")[0]["modified_at"]]
        for time in times:
            self.assertRegex(time, form)
        self.assertRegex(run("runs", "list").out, r"  \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ  ")  # seconds are enough for people
        listed, said = on_terminal(80, "runs", "list", "--name", "historical")
        self.assertEqual(said, "")
        self.assertIn("  STATE  ", listed)

    def test_no_rows(self):
        for format, out in (("csv", "table\n"), ("json", "[\n\t\n]\n"), ("table", "")):
            said = run("sql", 'SELECT "table" FROM gold.info WHERE false', "-f", format)
            self.assertEqual((said.code, said.out), (0, out))

    def test_order_is_kept(self):
        self.assertEqual([row["x"] for row in self.rows("sql", "SELECT x FROM range(5000) t(x) ORDER BY x % 100, x DESC")],
                         sorted(range(5000), key=lambda x: (x % 100, -x)))

    def test_describe_and_summarize(self):
        columns = {row["column_name"]: row["column_type"] for row in self.rows("sql", "DESCRIBE gold.coverage;")}
        self.assertEqual(columns["from"], "TIMESTAMP WITH TIME ZONE")
        self.assertIn("approx_unique", run("sql", "SUMMARIZE gold.info").out)

    def test_tables_fit_the_terminal(self):
        whole = run("sql", "FROM files('gold.info')").out
        self.assertGreater(max(map(len, whole.splitlines())), 500)  # a pipe takes all
        out, said = on_terminal(80, "sql", "FROM files('gold.info')")
        self.assertLessEqual(max(map(len, out.splitlines())), 80, out)
        self.assertTrue(out.startswith("path  ") and " …  " in out, out)
        self.assertEqual(said, "3 of 7 columns are left out to fit the terminal: -f line shows all\n")
        cut, said = on_terminal(30, "sql", f"SELECT '{'x' * 90}' AS x")
        self.assertEqual((cut, said), (f"x\n{'x' * 29}…\n", "to fit the terminal what ends with … was cut: -f line shows all\n"))
        listed, said = on_terminal(80, "runs", "list")
        self.assertRegex(listed, r"^ID +NAME .*\n[0-9a-f]{8}  ")
        self.assertEqual(len(self.rows("runs", "show", listed.splitlines()[1][:8])["id"]), 36)
        listed, said = on_terminal(60, "table", "history", "gold.info")
        self.assertIn("columns are left out to fit the terminal: --json shows all", said)

    def test_a_value_a_line(self):
        self.assertEqual(run("sql", "SELECT 1 AS a, NULL AS long UNION ALL SELECT 2, 'x' ORDER BY 1", "-f", "line").out,
                         "a     1\nlong  NULL\n\na     2\nlong  x\n")
        self.fails(run("sql", "SELECT 1", "-f", "line", "-o", str(AT / "no")), 2, "a line is for people")

    def test_a_plan_says_which_files_are_read(self):
        path = self.rows("sql", "SELECT path FROM files('gold.candles')")[0]["path"]
        said = run("sql", "-- why?\nEXPLAIN FROM gold.candles WHERE symbol = 'XBTUSD'")
        self.assertEqual((said.code, said.err), (0, "gold.candles: 1 of 1 data file left to read\n"))
        self.assertTrue(said.out.startswith("┌──"), said.out)
        self.assertIn("\n│        READ_PARQUET       │\n", said.out)
        self.assertNotIn("physical_plan", said.out)
        skipped = run("sql", "EXPLAIN SELECT * FROM gold.candles JOIN gold.info USING (symbol) WHERE gold.candles.year = 1999")
        self.assertEqual(skipped.err, "gold.candles: 0 of 1 data file left to read\ngold.info: 1 of 1 data file left to read\n")
        ran = run("sql", "explain /* and run */ analyze FROM gold.candles")
        self.assertIn("Total Files Read: 1", ran.out)
        self.assertIn(path[-12:-8], ran.out)
        self.assertEqual([row["explain_key"] for row in self.rows("sql", "EXPLAIN FROM gold.info")], ["physical_plan"])
        self.assertIsInstance(json.loads(run("sql", "-q", "EXPLAIN (FORMAT json) FROM gold.info").out), list)
        self.assertEqual(run("sql", "EXPLAIN (SELECT 1)").code, 0)

    def test_a_plan_that_cannot_be_made(self):
        self.fails(run("sql", "EXPLAIN\nFROM gold.inf"), 5, "line 2, column 6: there is no table gold.inf; did you mean gold.info?")
        self.fails(run("sql", "EXPLAIN SELECT nope FROM gold.info"), 2, "LINE 1: EXPLAIN SELECT nope FROM gold.info\n                       ^")
        self.fails(run("sql", "EXPLAIN DROP TABLE gold.info"), 2, "only a SELECT can be run here, not DROP")
        self.fails(run("sql", "EXPLAIN ANALYZE"), 2, "there is no statement")
        self.fails(run("sql", "EXPLAIN FROM gold.info", "-f", "csv"), 2, "a plan is printed as it is, or with --json")

    def test_errors_point_into_what_was_typed(self):
        said = run("sql", "SELECT symbol,\n  foo FROM gold.info")
        self.fails(said, 2, 'Referenced column "foo" not found', "LINE 2:   foo FROM gold.info")
        for format in ("table", "csv", "json"):  # what is found out while it runs, too
            said = run("sql", "SELECT 1 AS a,\n  CAST(s AS INTEGER) AS b FROM (VALUES ('x')) t(s)", "-f", format)
            self.fails(said, 2, "Could not convert string 'x'", "LINE 2:   CAST(s AS INTEGER) AS b FROM")
        self.fails(run("sql", "SELEC 1"), 2, 'line 1, column 1: syntax error at or near "SELEC"')
        self.fails(run("sql", "SELECT error('no good') FROM range(3)"), 2, "no good")
        self.assertNotIn("pending query", run("sql", "SELECT error('no good') FROM range(3)").err)
        self.fails(run("sql", "DELETE FROM gold.info"), 2, "only a SELECT can be run here, not DELETE: tables are written by jobs")
        self.assertTrue(run("sql", "SET threads = 1").err.endswith("only a SELECT can be run here, not SET\n"))  # which writes none
        self.fails(run("sql", "SELECT 1; SELECT 2"), 2, "one statement can be run at a time, not 2")
        self.fails(run("sql", " ; "), 2, "there is no statement")
        self.fails(run("sql", "FROM changes('silver.cryptos')"), 2, "in a job's SQL only", "FROM silver.cryptos")

    def test_unknown_tables(self):
        self.fails(run("sql", "SELECT 1\nFROM silver.crypto"), 5, "line 2, column 6", "no table silver.crypto; did you mean silver.cryptos?")
        self.fails(run("sql", "FROM candles"), 5, "no table candles; did you mean gold.candles?")
        self.fails(run("sql", "FROM quite.another"), 5, "`bullion table list` shows what there is")
        self.fails(run("sql", "FROM delta('/no/where')"), 5, "there is no Delta table at /no/where")

    def test_as_of(self):
        count = "SELECT count(*) AS n FROM silver.cryptos"
        now = self.rows("sql", count)
        self.assertEqual(self.rows("sql", count, "--as-of", "0"), [{"n": 0}])
        self.assertEqual(self.rows("sql", count, "--as-of", "1"), now)
        history = self.rows("table", "history", "silver.cryptos")
        self.assertEqual(self.rows("sql", count, "--as-of", history[-1]["time"]), [{"n": 0}])
        shown = run("table", "history", "silver.cryptos").out.splitlines()
        self.assertEqual([line.split()[1] for line in shown[1:]], [row["time"] for row in history])
        modified = self.rows("table", "show", "silver.cryptos")["modified_at"]
        self.assertIn(f"({modified})", run("table", "show", "silver.cryptos").out)
        self.assertEqual(self.rows("sql", count, "--as-of", history[0]["time"]), now)
        self.fails(run("sql", count, "--as-of", "99"), 5, "has no version 99: the latest is 1")
        self.fails(run("sql", count, "--as-of", "2001-01-01"), 5, "the earliest is version 0")
        two = "SELECT (SELECT count(*) FROM silver.cryptos) AS n, (SELECT count(*) FROM gold.candles) AS m"
        self.fails(run("sql", two, "--as-of", "1"), 2, "--as-of 1 is a version", "silver.cryptos", "gold.candles", "give a time")
        self.assertEqual(len(self.rows("sql", two, "--as-of", self.rows("table", "history", "gold.candles")[0]["time"])), 1)
        self.assertEqual(self.rows("sql", f"SELECT n FROM ({count}), (FROM files('silver.cryptos'))", "--as-of", "1")[:1], now)
        self.fails(run("sql", count, "--as-of", "yesterday"), 2, "--as-of takes a version, as in 12, or a time")

    def test_files_are_written_whole_or_not_at_all(self):
        folder = AT / "out"
        folder.mkdir()
        target = folder / "x.csv"
        target.write_text("before\n")
        late = "SELECT CASE WHEN x = 900000 THEN error('too late') ELSE 'a' END AS a FROM range(1000000) t(x)"
        self.fails(run("sql", late, "-o", str(target)), 2, "too late")
        self.assertEqual([(path.name, path.read_text()) for path in folder.iterdir()], [("x.csv", "before\n")])
        self.assertEqual(run("sql", "SELECT 1 AS a", "-o", str(target)).code, 0)
        self.assertEqual([(path.name, path.read_text()) for path in folder.iterdir()], [("x.csv", "a\n1\n")])
        (folder / "link").symlink_to("x.csv")
        self.assertEqual(run("sql", "SELECT 2 AS a", "-o", str(folder / "link")).code, 0)
        self.assertTrue((folder / "link").is_symlink())
        self.assertEqual(target.read_text(), "a\n2\n")
        (folder / "to-come").symlink_to("link-to-come")
        (folder / "link-to-come").symlink_to(folder / "y.csv")  # nothing is there yet
        self.assertEqual(run("sql", "SELECT 3 AS a", "-o", str(folder / "to-come")).code, 0)
        self.assertTrue((folder / "to-come").is_symlink() and (folder / "link-to-come").is_symlink())
        self.assertEqual((folder / "y.csv").read_text(), "a\n3\n")
        self.fails(run("sql", "SELECT 1", "-o", str(folder / "no/x.csv")), 1, f"cannot write {folder}/no/x.csv: No such file")
        self.fails(run("sql", "SELECT 1", "-o", str(folder)), 1, f"cannot write {folder}: Is a directory")

    def test_devices_and_pipes_are_written_to(self):
        self.assertEqual(shell('mkfifo p; b sql "SELECT 1 AS a" -o p & cat p'), ("a\n1\n", ""))
        os.symlink("/dev/full", AT / "full")  # a link, so that a mistake costs no machine its device
        out, err = shell('b sql "SELECT 1 AS a" -o full; echo $?; readlink full')
        self.assertEqual((out, err), ("1\n/dev/full\n", "bullion: cannot write full: No space left on device\n"))

    def test_stdout_is_nobodys_but_the_users(self):
        self.assertEqual(shell('echo first >x; b sql "SELECT 1 AS a" -f csv >>x; echo last >>x; cat x'), ("first\na\n1\nlast\n", ""))
        for file in ("-", "/dev/stdout", "/dev/fd/1", "x"):  # the last is what stdout leads to
            self.assertEqual(shell(f'echo first >x; b sql "SELECT 1 AS a" -o {file} >>x; echo last >>x; cat x'),
                             ("first\na\n1\nlast\n", ""), file)
        self.assertEqual(shell('b sql "SELECT 1 AS a" -o - | cat; ls -- - 2>/dev/null'), ("a\n1\n", ""))
        self.assertEqual(run("sql", "SELECT 1 AS a", "-o", "-", "-f", "table").out, run("sql", "SELECT 1 AS a").out)

    def test_sql_may_begin_with_a_comment(self):
        for sql in ("-- one\nSELECT 1 AS a", "--\nSELECT 1 AS a", "--one\nSELECT 1 AS a", "--\tone = 1\nSELECT 1 AS a"):
            said = run("sql", "-f", "csv", sql)
            self.assertEqual((said.out, said.err), ("a\n1\n", ""), sql)

    def test_readers_may_leave_and_disks_be_full(self):
        for format in ("table", "csv", "json", "parquet"):
            big = 'b sql "SELECT *, repeat(\'x\', 300) FROM gold.candles LIMIT 9000" -f ' + format
            self.assertEqual(shell(big + " | head -c 1 >/dev/null; echo ${PIPESTATUS[0]}"), ("0\n", ""), format)
            out, err = shell(big + " >/dev/full; echo $?")
            self.assertEqual((out, err), ("1\n", "bullion: cannot write the result: No space left on device\n"), format)
        out, err = shell('b sql "FROM range(1000000000000)" -f csv | head -n 2')  # and who reads no more need not wait
        self.assertEqual((out, err), ("range\n0\n", ""))

    def test_wrong_usage(self):
        self.fails(run("sql"), 2, "give what to ask")
        self.fails(run("sql", "SELECT 1", "-f", "xml"), 2, "--format takes table, line, csv, json or parquet, not 'xml'")
        self.fails(run("sql", "SELECT 1", "-f", "csv", "--json"), 2, "--json and --format csv do not go together")
        self.fails(run("sql", "SELECT 1", "-f", "table", "-o", "x"), 2, "a table is for people")


class Tables(Said):
    def test_list(self):
        tables = {row["table"]: row for row in self.rows("table", "list")}
        self.assertLessEqual({"bronze.cryptos", "bronze.units", "silver.cryptos", "gold.candles", "gold.coverage", "gold.info"}, set(tables))
        self.assertEqual(tables["silver.cryptos"]["partition_columns"], ["symbol", "year"])
        self.assertEqual(tables["gold.info"]["partition_columns"], [])
        self.assertRegex(run("table", "list").out, r"(?m)^silver\.cryptos +1 +\d+ +\d+ +\d+  symbol,year$")

    def test_completion_knows_them_all(self):
        listed = [table["table"] for table in self.rows("table", "list")]
        self.assertIn("bronze.units", listed)
        offered = run("__complete", "-C", str(PROJECT), "table", "show", "").out.splitlines()
        self.assertLessEqual(set(listed), set(offered))
        self.assertEqual(len(offered), len(set(offered)))
        self.assertIn("bronze.forex", offered)  # which a job will write
        self.assertEqual(run("__complete", "-C", str(PROJECT), "table", "show", "bronze.u").out, "bronze.units\n")

    def test_show_by_name_and_by_path(self):
        named, placed = self.rows("table", "show", "gold.info"), self.rows("table", "show", str(PROJECT / "lake/gold/info"))
        self.assertEqual({**named, "table": ""}, {**placed, "table": ""})
        self.assertEqual(self.rows("table", "show", "gold.info", "--as-of", "0")["rows"], 0)
        self.assertNotRegex(run("table", "show", "gold.info").out, r"(?m) $")

    def test_history(self):
        self.assertEqual([row["version"] for row in self.rows("table", "history", "gold.candles")], [1, 0])
        self.assertEqual([row["version"] for row in self.rows("table", "history", "gold.candles", "-n", "1")], [1])

    def test_unknown(self):
        for verb in ("show", "history"):
            self.fails(run("table", verb, "gold.inf"), 5, "no table gold.inf; did you mean gold.info?")
            self.fails(run("table", verb, "info"), 5, "no table info; did you mean gold.info?")
            self.fails(run("table", verb, "./nothing"), 5, "there is no Delta table at ./nothing")
        self.fails(run("table", "show", "gold.info", "--as-of", "7"), 5, "bullion: gold.info has no version 7: the latest is")
        path = str(PROJECT / "lake/gold/info")
        self.fails(run("table", "show", path, "--as-of", "7"), 5, f"bullion: {path} has no version 7: the latest is")
        self.fails(run("sql", f"FROM delta('{path}')", "--as-of", "7"), 5, f"line 1, column 6: {path} has no version 7")

    def test_an_empty_lake(self):
        lake = str(AT / "empty")
        said = run("table", "list", BULLION_LAKE=lake)
        self.assertEqual((said.code, said.out, said.err), (0, "", f"there are no tables yet in {lake}\n"))
        self.assertEqual(run("table", "list", "--json", BULLION_LAKE=lake).out, "[]\n")
        self.fails(run("sql", "FROM gold.info", BULLION_LAKE=lake), 5, "no table gold.info: the lake is empty")
        self.fails(run("coverage", "silver.cryptos", BULLION_LAKE=lake), 5, "there is no gold.coverage yet")


class Broken(Said):
    def test_whoever_looks_needs_no_sound_job(self):
        yaml = PROJECT / "bullion.yaml"
        text = yaml.read_text()
        self.addCleanup(yaml.write_text, text)
        looks = [["runs", "list"], ["runs", "show"], ["runs", "logs", json.loads(LOADED.out)["id"]], ["table", "list"],
                 ["table", "show", "gold.info"], ["table", "history", "gold.info"], ["sql", "SELECT count(*) FROM gold.info"],
                 ["coverage", "silver.cryptos"]]
        before = [run(*words) for words in looks]
        self.assertEqual({said.code for said in before}, {0}, [said.err for said in before])
        for old, new in [("kind: kraken_archive,", "kind: [],"), ("kind: sql,", "kind: sqll,"), ("{job: gold-info,", "{job: gold-inf,"),
                         ("workflows:", "workflws:"), ("start: batch,", "start: batsch,"), ("properties: {base", "properties: {$$: {}, base"),
                         ('path: "${run:archive}"', 'path: "${rnu:archive}"')]:
            yaml.write_text(text.replace(old, new, 1))
            self.assertNotEqual(yaml.read_text(), text)
            for words, sound in zip(looks, before):
                said = run(*words)
                self.assertEqual((said.code, said.out, said.err), (sound.code, sound.out, sound.err), (new, words))
            for words in (["validate"], ["run", "gold-info"]):
                self.fails(run(*words), 2, "bullion.yaml:")
            said = run("doctor")
            self.assertEqual((said.code, said.err), (1, ""))
            self.assertRegex(said.out, r"(?m)^fail  project    \S+/bullion\.yaml:\d+:\d+: .*: `bullion validate` tells all$")
            self.assertRegex(said.out, r"(?m)^ok    lake ")
        for old, new, says in [("lake: ./lake", "lak: ./lake", "did you mean 'lake'?"), ("lake: ./lake", "lake: []", "lake"),
                               ("project: crypto", "settings: {memory: much}", "memory"), ("project: crypto", "project: [", "this is not YAML")]:
            yaml.write_text(text.replace(old, new, 1))
            for words in (["table", "list"], ["runs", "list"], ["sql", "SELECT 1"]):
                self.fails(run(*words), 2, says)


class Coverage(Said):
    def test_it_adds_up(self):
        (row,) = self.rows("coverage", "silver.cryptos")
        self.assertEqual(row["expected"], row["data"] + row["confirmed_empty"] + row["missing"])
        (rows,) = self.rows("sql", "SELECT count(*) AS n FROM silver.cryptos")
        self.assertEqual(row["data"], rows["n"])
        parts = self.rows("coverage", "silver.cryptos", "--symbol", "XBTUSD")
        self.assertEqual(sum(part["candles"] for part in parts), row["expected"])
        self.assertEqual((parts[0]["from"], parts[-1]["to"]), (row["from"], row["to"]))
        for before, after in zip(parts, parts[1:]):  # nothing between them, and two of a kind are one
            self.assertEqual(before["to"], after["from"])
            self.assertNotEqual(before["state"], after["state"])

    def test_what_is_unknown_is_not_shown_as_empty(self):
        self.fails(run("coverage", "silver.crypto"), 5, "gold.coverage has no table silver.crypto; did you mean silver.cryptos?")
        self.fails(run("coverage", "whatever"), 5, "gold.coverage has no table whatever")
        self.fails(run("coverage", "silver.cryptos", "-s", "XBTUDS"), 5, "no symbol XBTUDS of silver.cryptos; did you mean XBTUSD?")
        self.fails(run("coverage", "silver.cryptos", "--frequency", "16m"), 5, "no frequency 16m of silver.cryptos")

    def test_any_table_that_is_spoken_of(self):
        lake = AT / "other"
        (AT / "mine/jobs").mkdir(parents=True)
        (AT / "mine/bullion.yaml").write_text("jobs: {c: {kind: sql, file: jobs/c.sql, into: gold.coverage, mode: overwrite}}\n")
        (AT / "mine/jobs/c.sql").write_text(
            "SELECT 'trades' AS \"table\", 'A' AS symbol, '1h' AS frequency, 2024::INTEGER AS year, TIMESTAMPTZ '2024-01-01 00:00:00Z' AS \"from\", "
            "TIMESTAMPTZ '2024-01-01 03:00:00Z' AS \"to\", 'missing' AS state, 3::BIGINT AS candles"
        )
        said = bullion("-C", str(AT / "mine"), "run", "c", BULLION_LAKE=str(lake))
        self.assertEqual(said.code, 0, said.err)
        said = bullion("-C", str(AT / "mine"), "coverage", "trades", "--json", BULLION_LAKE=str(lake))
        self.assertEqual([row["missing"] for row in json.loads(said.out)], [3], said.err)


class Json(Said):
    """Every --json parses and has the keys that its help names, no more and no fewer."""

    def keys(self, *words):
        said = run("help", *words).out.split("With --json:\n")[1].split("\n\n")[0]
        return [set(re.findall(r"[a-z_]+", re.sub(r"\[\{[^[]*?\}\]", "", part[1:-1]))) for part in re.findall(r"\{(?:[^{}]|\{[^{}]*\})*\}", said.replace("\n", " "))]

    def test_keys(self):
        newest = ["runs", "show"]
        for words, args in (
            (["validate"], []), (["doctor"], []), (["version"], []), (newest, []),
            (["runs", "list"], []), (["runs", "list"], ["--steps"]),
            (["table", "list"], []), (["table", "show"], ["gold.info"]), (["table", "history"], ["gold.info"]),
            (["coverage"], ["silver.cryptos"]), (["run"], ["gold-info", "--full"]),
        ):
            found = self.rows(*words, *args)
            for one in found if isinstance(found, list) else [found]:
                self.assertEqual(set(one), self.keys(*words)[0], words)
        self.assertEqual(set(self.rows("coverage", "silver.cryptos", "-s", "XBTUSD")[0]), self.keys("coverage")[1])
        plan = self.rows("run", "historical", "--dry-run", "-p", "archive=../archive")
        self.assertEqual(set(plan), self.keys("run")[1])
        self.assertEqual(set(plan["actions"][0]), {"name", "job", "work", "after", "timeout_us", "retries"})

    def test_runs_as_scripts_want_them(self):
        runs = [row for row in self.rows("runs", "list", "-n", "100") if row["name"] == "historical"]
        first = runs[-1]
        self.assertEqual((first["id"], first["kind"], first["state"]), (json.loads(LOADED.out)["id"], "workflow", "SUCCEEDED"))
        for key in ("started_at", "ended_at"):
            self.assertRegex(first[key], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
        self.assertLess(first["started_at"][:19], first["ended_at"])
        steps = self.rows("runs", "show", first["id"])["steps"]
        self.assertEqual(steps[0]["step"], "ingest")
        self.assertEqual(steps[0]["result"]["table"], "bronze.cryptos")
        shown = run("runs", "show", first["id"]).out
        self.assertRegex(shown, r"(?m)^silver +silver-cryptos +1  SUCCEEDED .* \d+ rows in \d+ files?, version 1$")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
