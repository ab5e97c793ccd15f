"""What the tests of faults stand on: tiny archives, projects, runs of the built program, and the judge of a lake.

The judge reads _delta_log by itself and believes nothing that the program says about its own tables but the rows of its queries."""
import dataclasses
import json
import os
import pathlib
import random
import shutil
import subprocess
import threading
import time

TABLES = {  # what is compared, and the columns that say when it was loaded, which are not
    "bronze.cryptos": ["load_date", "loaded_at"],
    "bronze.units": ["loaded_at"],
    "silver.cryptos": ["audit_time"],
    "silver.quarantine": ["loaded_at"],
    "silver.restatements": ["old_loaded_at", "new_loaded_at"],
    "gold.candles": [],
    "gold.coverage": [],
    "gold.info": [],
}
QUARTER = 1704067200  # 2024-01-01
STEP = 900


class Failed(Exception):
    """The program broke a promise."""


def check(fact, *words):
    if not fact:
        raise Failed(" ".join(str(word) for word in words))


@dataclasses.dataclass
class Said:
    code: int
    out: str
    err: str
    seconds: float

    def __str__(self):
        return f"exit {self.code}\n{self.out}{self.err}"


def make_archive(folder, symbols, first, rows, seed, bad=0, restated_from=None):
    """A folder in the shape of Kraken's archives. Values are a function of SEED, symbol and time, so that archives overlap with the
    same rows; from the time RESTATED_FROM on one row in ten is another."""
    folder.mkdir(parents=True)
    for symbol in symbols:
        lines = []
        for i in range(first, first + rows):
            draw = random.Random(f"{seed} {symbol} {i}")
            if draw.random() < 0.1:
                continue  # nobody traded
            low = draw.randrange(1000, 2000)
            high = low + draw.randrange(50)
            begin, end = draw.randint(low, high), draw.randint(low, high)
            if restated_from is not None and i >= restated_from and i % 10 == 0:
                high += 7
            time_s = QUARTER + i * STEP
            lines.append(f"{time_s},{begin / 10},{high / 10},{low / 10},{end / 10},{draw.randrange(1, 10**6) / 1000},{draw.randrange(1, 90)}")
        for i in range(bad):
            lines.insert(7 * (i + 1), f"{QUARTER},1,{i},bad,1,1,1")
        (folder / f"{symbol}_15.csv").write_text("".join(line + "\n" for line in lines))
    return folder


class Project:
    """A project folder, and the program in it."""

    def __init__(self, program, folder):
        self.program = program
        self.folder = pathlib.Path(folder)
        self.lake = self.folder / "lake"

    def start(self, *args, faults=None, **env):
        environment = {key: value for key, value in os.environ.items() if not key.startswith("BULLION_") and key != "FMP_KEY"}
        environment.setdefault("ASAN_OPTIONS", "detect_leaks=1:abort_on_error=0:exitcode=99")
        if faults:
            environment["BULLION_STORE_FAULTS"] = faults
        environment.update(env)
        return subprocess.Popen(
            [self.program, "-C", str(self.folder), *args],
            env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )

    def bullion(self, *args, faults=None, timeout=120, **env):
        begun = time.monotonic()
        process = self.start(*args, faults=faults, **env)
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            raise Failed(f"bullion {' '.join(args)} hangs (more than {timeout} s), faults {faults}") from None
        return Said(process.returncode, out.decode(errors="replace"), err.decode(errors="replace"), time.monotonic() - begun)

    def load(self, archive, **how):
        return self.bullion("run", "historical", "-p", f"archive={archive}", **how)

    def copy(self, folder):
        if pathlib.Path(folder).exists():
            shutil.rmtree(folder)
        shutil.copytree(self.folder, folder)
        return Project(self.program, folder)

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def sql(self, query):
        said = self.bullion("sql", query, "--format", "csv")
        check(said.code == 0, "bullion sql", query[:300], said)
        return said.out

    def columns(self, table):
        return self.sql(f"SELECT * FROM {table} LIMIT 0").splitlines()[0].split(",")

    def digest(self, tables=TABLES):
        """A line per table: how many rows, and a sum of hashes over all of them, which takes no memory and knows no order."""
        parts = []
        for table, without in tables.items():
            if not (self.lake / table.replace(".", "/") / "_delta_log").is_dir():
                continue
            columns = [c for c in self.columns(table) if c not in without]
            row = "concat_ws('|', " + ", ".join(f"coalesce(CAST(\"{c}\" AS VARCHAR), '~')" for c in columns) + ")"
            parts.append(f"SELECT '{table}' AS t, count(*) AS n, sum(CAST(md5_number_lower(r) AS HUGEINT)) AS h "
                         f"FROM (SELECT {row} AS r FROM {table})")
        lines = self.sql(" UNION ALL ".join(parts)).splitlines()[1:]
        return dict(line.split(",", 1) for line in lines)

    def work_left(self):
        work = self.folder / ".bullion/work"
        return [path.name for path in work.iterdir()] if work.is_dir() else []


def read_log(table):
    """The versions of a table's log, as far as it goes without a gap: a list of lists of actions."""
    versions = []
    while True:
        try:
            text = (table / "_delta_log" / f"{len(versions):020}.json").read_text()
        except FileNotFoundError:
            return versions
        versions.append([json.loads(line) for line in text.splitlines()])


def live_files(versions):
    """Of each version: path → rows."""
    files, all_of = {}, []
    for actions in versions:
        files = dict(files)
        for action in actions:
            if "remove" in action:
                check(files.pop(action["remove"]["path"], None) is not None, "a file is removed that is not there", action)
        for action in actions:
            if "add" in action:
                path = action["add"]["path"]
                check(path not in files, "a file is added twice:", path)
                files[path] = (json.loads(action["add"]["stats"])["numRecords"], action["add"]["size"])
        all_of.append(files)
    return all_of


def table_folders(lake):
    return sorted(path.parent for path in lake.glob("*/*/_delta_log")) if lake.is_dir() else []


def judge_logs(lake):
    """No table of the lake is broken: versions follow one another, every file of the newest is there and whole, and nothing that was
    written half has a name that a reader would look at. Returns how many rows each version of each table had."""
    counts = {}
    for table in table_folders(lake):
        versions = read_log(table)
        names = [path.name for path in (table / "_delta_log").iterdir() if not path.name.startswith(".")]
        numbers = sorted(int(name[:20]) for name in names if name.endswith(".json") and name[:20].isdigit())
        check(numbers == list(range(len(versions))), table, "has the versions", numbers)
        files = live_files(versions)
        for path, (_, size) in (files[-1] if files else {}).items():
            found = table / path.replace("%3A", ":").replace("%20", " ")
            check(found.is_file(), table, "names a file that is not there:", path)
            check(found.stat().st_size == size, table, "a file has another size than its log says:", path)
        counts[f"{table.parent.name}.{table.name}"] = [sum(rows for rows, _ in of.values()) for of in files]
        ids = {}
        for number, actions in enumerate(versions):
            for action in actions:
                if "txn" in action:
                    app, version = action["txn"]["appId"], action["txn"]["version"]
                    check(version > ids.get(app, -1), table, f"version {number}: {app} goes from {ids.get(app)} to {version}")
                    ids[app] = version
    return counts


def judge_units(project):
    """Each unit is in bronze once: its rows in one commit, its record in bronze.units once, as many rows as it says."""
    bronze = project.lake / "bronze/cryptos"
    committed = [
        unit["unit"]
        for actions in read_log(bronze)
        for action in actions
        for unit in action.get("commitInfo", {}).get("bullion", {}).get("units", [])
        if unit["rows"]
    ]
    check(len(committed) == len(set(committed)), "a unit was committed twice:", sorted(committed))
    odd = project.sql(
        "SELECT * FROM (SELECT source_unit AS unit, count(*) AS n FROM bronze.cryptos GROUP BY ALL) b FULL JOIN "
        "(SELECT unit, count(*) AS records, any_value(rows) AS rows FROM bronze.units WHERE rows > 0 GROUP BY ALL) u USING (unit) "
        "WHERE n IS DISTINCT FROM rows OR records IS DISTINCT FROM 1"
    ).splitlines()[1:]
    check(not odd, "bronze and bronze.units do not say the same:", odd)


class Reader(threading.Thread):
    """Looks at a lake again and again while something happens to it, as a stranger would: what a log names must be there. With
    IS_ASKING also through `bullion sql`: a count must be that of some version."""

    def __init__(self, project, is_asking=False):
        super().__init__(daemon=True)
        self.project, self.is_asking, self.looks, self.failure = project, is_asking, 0, None
        self.counts, self.done = {}, threading.Event()

    def look(self):
        for table in table_folders(self.project.lake):
            versions = read_log(table)
            if versions:
                for path in live_files(versions)[-1]:
                    check((table / path).is_file(), "a reader saw", table.name, "without its file", path)
        if self.is_asking:
            for table in ("bronze.cryptos", "silver.cryptos", "gold.candles"):
                said = self.project.bullion("sql", f"SELECT count(*) FROM {table}", "--format", "csv")
                if said.code == 5 or "there is no table" in said.err:
                    continue
                check(said.code == 0, "a reader was told", said)
                self.counts.setdefault(table, set()).add(int(said.out.split()[-1]))

    def run(self):
        while not self.done.is_set() and not self.failure:
            try:
                self.look()
                self.looks += 1
            except Exception as failure:  # told by end()
                self.failure = failure
            self.done.wait(0.002)

    def end(self):
        self.done.set()
        self.join()
        if self.failure:
            raise Failed(f"reader: {self.failure}") from self.failure
        of_versions = judge_logs(self.project.lake)
        for table, seen in self.counts.items():
            check(seen <= set(of_versions[table]), "a reader saw half a commit of", table, seen, "versions have", of_versions[table])
        return self.looks


def wait_for_call(counts, number, process):
    """Waits until a process that counts its store calls in the file COUNTS has made NUMBER, or has ended without."""
    while process.poll() is None:
        try:
            if number == 0 or int(counts.read_text().split()[0]) >= number:
                return True
        except (FileNotFoundError, IndexError, ValueError):
            pass
        time.sleep(0.005)
    return False
