"""What the tests of the pipeline share: projects that are run, archives that are made, lakes that are compared.

    TEST.py BULLION ROOT        each *_test.py beside this file is a test program like that

BLN_SHARED_DATA names a folder of real market data, where there is one; BLN_SOAK=1 runs what takes minutes; BLN_SEED=N repeats a
property test with one seed. Only the standard library is used.
"""
import contextlib
import datetime
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import zipfile

BULLION, ROOT = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
SHARED = pathlib.Path(os.environ.get("BLN_SHARED_DATA") or ROOT / "../shared/data")
IS_SOAK = bool(os.environ.get("BLN_SOAK"))
RUN_SECONDS_MAX = 300

DONE, FAILED, USAGE, IDLE, CONFLICT, NOT_FOUND, PARTIAL = 0, 1, 2, 3, 4, 5, 6  # exit codes


def bullion(*args, cwd=None, code=None, prefix=(), **env):
    """Runs the program; the result has code, out and err. CODE is the one that is expected, if any."""
    environment = {k: v for k, v in os.environ.items() if k not in ("BULLION_LAKE", "FMP_KEY")}
    environment.update(env)
    done = subprocess.run(
        [*prefix, BULLION, *map(str, args)], cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        timeout=RUN_SECONDS_MAX,
    )
    done.code, done.out, done.err = done.returncode, done.stdout.decode(), done.stderr.decode()
    if code is not None and done.code != code:
        raise AssertionError(f"bullion {' '.join(map(str, args))}: exit code {done.code}, not {code}\n{done.out}{done.err}")
    return done


def time_of(text):
    """Seconds of "2024-01-31" or "2024-01-31 13:15", UTC."""
    return int(datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.timezone.utc).timestamp())


def text_of(seconds):
    """The same the other way, as SQL prints it."""
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def line(t, o=2.0, h=4.0, l=1.0, c=3.0, v=5.5, n=7):
    """A row as Kraken's files have it, without its end."""
    return f"{t},{o},{h},{l},{c},{v},{n}"


def lines(first, last, minutes=60, skip=(), **values):
    """Rows from FIRST to LAST (texts or seconds), both included, but for those at SKIP."""
    a, b = (time_of(x) if isinstance(x, str) else x for x in (first, last))
    skip = {time_of(x) if isinstance(x, str) else x for x in skip}
    return "".join(line(t, **values) + "\n" for t in range(a, b + 1, minutes * 60) if t not in skip)


def write_zip(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


class Project:
    """A project as `bullion init` makes it, in a folder of its own."""

    def __init__(self, folder, settings=""):
        self.at = pathlib.Path(folder)
        self.lake = self.at / "lake"
        bullion("init", self.at, code=DONE)
        if settings:
            with open(self.at / "bullion.yaml", "a") as file:
                file.write("\n" + settings)

    def __call__(self, *args, code=DONE, **more):
        return bullion("-C", self.at, *args, code=code, **more)

    def load(self, archive, *args, **more):
        """The whole pipeline, from the archive to gold."""
        return self("run", "historical", "-p", f"archive={archive}", *args, **more)

    def ingest(self, archive, *args, **more):
        return self("run", "ingest-historic", "-p", f"archive={archive}", *args, **more)

    def sql(self, query):
        return json.loads(self("sql", query, "--format", "json").out)

    def value(self, query):
        return next(iter(self.sql(query)[0].values()))

    def steps(self):
        """Of the newest run: step → its record."""
        return {step["step"]: step for step in json.loads(self("runs", "show", "--json").out)["steps"]}

    def job(self, name, sql, **settings):
        """Adds a sql job to bullion.yaml; called again it only changes the SQL."""
        (self.at / f"jobs/{name}.sql").write_text(sql)
        path = self.at / "bullion.yaml"
        text = path.read_text()
        if f"\n  {name}: " not in text:
            keys = "".join(f", {key}: {value}" for key, value in settings.items())
            path.write_text(text.replace("\njobs:\n", f"\njobs:\n  {name}: {{kind: sql, file: jobs/{name}.sql{keys}}}\n", 1))

    def files(self):
        """All of the lake: path → size, mtime, inode and hash. Two that are equal: nothing was written, not even the same again."""
        found = {}
        for path in sorted(self.lake.rglob("*")):
            if path.is_file():
                stat = path.stat()
                found[str(path.relative_to(self.lake))] = (
                    stat.st_size, stat.st_mtime_ns, stat.st_ino, hashlib.sha256(path.read_bytes()).hexdigest())
        return found

    def log(self, table):
        """The commits of a table: a list of lists of actions."""
        folder = self.lake / table.replace(".", "/") / "_delta_log"
        return [[json.loads(text) for text in path.read_text().splitlines()] for path in sorted(folder.glob("0*.json"))]

    def adds(self, table):
        """The data files that are live: path → add action."""
        live = {}
        for commit in self.log(table):
            for action in commit:
                live.pop(action.get("remove", {}).get("path"), None)
            for action in commit:
                if "add" in action:
                    live[action["add"]["path"]] = action["add"]
        return live

    # Everything that must be the same however it came about: without the times at which it came.
    DERIVED = {
        "silver.cryptos": "SELECT * EXCLUDE (audit_time) FROM silver.cryptos",
        "silver.restatements": "SELECT * EXCLUDE (old_loaded_at, new_loaded_at) FROM silver.restatements",
        "silver.quarantine": "SELECT * EXCLUDE (loaded_at, path) FROM silver.quarantine",
        "gold.candles": "FROM gold.candles",
        "gold.coverage": "FROM gold.coverage",
        "gold.info": "FROM gold.info",
    }

    def derived(self, *tables):
        """Table → its rows as texts, in the order of all columns; None where there is no such table."""
        rows = {}
        for table in tables or self.DERIVED:
            there = (self.lake / table.replace(".", "/") / "_delta_log").is_dir()
            rows[table] = self("sql", f"SELECT * FROM ({self.DERIVED[table]}) ORDER BY ALL", "-f", "csv").out.splitlines() \
                if there else None
        return rows


class Case(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="bln-pipeline-")
        self.addCleanup(folder.cleanup)
        self.at = pathlib.Path(folder.name)

    def project(self, name="project", settings=""):
        return Project(self.at / name, settings)

    def archive(self, name, files):
        """A folder with FILES, name → content; or a ZIP, where that is what NAME ends in."""
        path = self.at / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".zip"):
            return write_zip(path, files)
        for file, content in files.items():
            (path / file).parent.mkdir(parents=True, exist_ok=True)
            (path / file).write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def assert_same_rows(self, a, b, what=""):
        for table in a:
            self.assertEqual((a[table] or [])[:1], (b[table] or [])[:1], f"{what} {table}: columns")
            only_a = sorted(set(a[table] or []) - set(b[table] or []))
            only_b = sorted(set(b[table] or []) - set(a[table] or []))
            if a[table] != b[table]:
                self.fail(f"{what} {table} differs: {len(only_a)} rows only here {only_a[:5]}, {len(only_b)} only there {only_b[:5]}")

    @contextlib.contextmanager
    def nothing_written(self, project):
        before = project.files()
        yield
        after = project.files()
        self.assertEqual(sorted(before), sorted(after))
        self.assertEqual(before, after)


def main():
    """Runs the tests of the program. Exits with 77, "skipped" to CTest, where all of them were."""
    program = unittest.main(argv=sys.argv[:1], exit=False)
    result = program.result
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(77 if result.testsRun and len(result.skipped) == result.testsRun else 0)
