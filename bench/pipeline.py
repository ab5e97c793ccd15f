"""The historical pipeline, as bullion and its peers run it: the archive, the programs, and that their tables are the same."""
import glob
import json
import pathlib
import re
import shutil
import sys

from measure import Failed, measured, say

ROOT = pathlib.Path(__file__).resolve().parent.parent
BENCH = ROOT / "bench"
BUILD = ROOT / "build" / "release"
BULLION = BUILD / "bullion"
YEARS = 11  # of the generated archive, which three quarters follow
SYMBOL_ROWS = 391_000  # that it has of a pair in YEARS
QUARTER_LAST_DAY = 1743379200  # of the first of them
NEXT_CANDLE, STEP = 1766000700, 900  # behind all of it
MEMORY = "1GiB"  # of DuckDB, in bullion (a project's default) and beside it
HEAP = "6g"  # of Spark
THREADS = 2
JOBS = 2  # of bullion's, at once: where one waits or has work for one thread, the other goes on

PYTHON = {"polars": ROOT / "deps" / "cache" / "bench-venv" / "bin" / "python"}
LIMITS = {"duckdb": [MEMORY, THREADS], "polars": [THREADS], "spark": [HEAP, THREADS]}
TABLES = {"bronze": "bronze", "silver": "silver", "gold": "gold", "coverage": "coverage"}
BULLION_TABLES = {"bronze": "bronze/cryptos", "silver": "silver/cryptos", "gold": "gold/candles", "coverage": "gold/coverage"}
PEERS = {"duckdb": "DuckDB SQL", "polars": "Polars", "spark": "PySpark + Delta"}
PACKAGES = {"duckdb": ["duckdb"], "polars": ["polars"], "spark": ["pyspark", "io.delta:delta-spark_2.12"]}


def title(name):
    """With the versions that deps/lock has."""
    lock = (ROOT / "deps" / "lock").read_text()
    versions = [re.search(rf" {re.escape(package)}(?:==|:)(\S+)", lock)[1] for package in PACKAGES.get(name, [])]
    return f"{PEERS[name]} {' + '.join(versions)}" if versions else name


def only_good(lines):
    """The lines of a file that bullion takes: peers do not look for others."""
    last = 0
    for line in lines:
        fields = line.split(",")
        if len(fields) == 7 and "nan" not in fields and last < int(fields[0]) < 4e9 and int(fields[0]) % 900 == 0:
            last = int(fields[0])
            yield line


def archive_make(folder, rows, years=YEARS):
    """A generated archive in which it is clear which row of a candle is the best. What bullion refuses is taken out. The
    quarter that comes a second time, restated, came the first time a day too early and without saying that it is that quarter:
    of two files of one load the one that speaks for the later time is believed. Peers go by the folders' names, in which
    the same comes last."""
    symbols = max(1, round(rows / SYMBOL_ROWS))
    measured([BUILD / "demo_archive", folder, "--symbols", symbols, "--years", years, "--quarters", 3])
    for path in folder.glob("*/XDGUSD_15.csv"):
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(only_good(lines)))
    (folder / "Kraken_OHLCVT_Q1_2025").rename(folder / "Kraken_OHLCVT_2025")
    for path in folder.glob("Kraken_OHLCVT_2025/*.csv"):
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(line for line in lines if int(line.split(",")[0]) < QUARTER_LAST_DAY))


def project_make(folder):
    shutil.rmtree(folder, ignore_errors=True)
    measured([BULLION, "init", folder])
    with open(folder / "bullion.yaml", "a") as file:
        file.write(f"\nsettings: {{memory: {MEMORY}, threads: {THREADS}, max_concurrent: {JOBS}}}\n")


def historical(project, archive):
    run = measured([BULLION, "-C", project, "run", "historical", "-p", f"archive={archive}"])
    if re.search(r"[1-9]\d* rows refused", run["text"]):
        raise Failed(f"bullion refused rows, which peers do not:\n{run['text']}")
    return run


def peer_run(name, archive, out):
    return measured([PYTHON.get(name, sys.executable), BENCH / f"peer_{name}.py", archive, out, *LIMITS[name]])


def rows_of(kind, folder, tables):
    """What the tables hold: of each the number of rows and a sum of their hashes."""
    given = [f"{name}={folder / path}" for name, path in tables.items()]
    return json.loads(measured([sys.executable, BENCH / "check.py", kind, *given])["text"])


def peer_check(name, out, expected):
    found = rows_of("delta" if name == "spark" else "parquet", out, TABLES)
    for table, rows in expected.items():
        if found[table] != rows:
            raise Failed(f"{PEERS[name]} has other rows in {table} than bullion: {found[table]}, not {rows} (number, sum of hashes)")
    say(f"{PEERS[name]} has the same rows as bullion")


def lake_files(project):
    return {path: path.stat().st_size for path in (project / "lake").rglob("*") if path.is_file()}


def increment(project, archive, folder, number):
    """One more candle of each symbol, behind all it has: the NUMBERth."""
    folder.mkdir()
    paths = glob.glob(f"{archive}/Kraken_OHLCVT/*.csv")
    for path in paths:
        (folder / pathlib.Path(path).name).write_text(f"{NEXT_CANDLE + number * STEP},1,1,1,1,1,1\n")
    before = lake_files(project)
    run = historical(project, folder)
    if not re.search(rf"gold +{len(paths)} rows? in", run["text"]):
        raise Failed(f"not {len(paths)} candles came to gold:\n{run['text']}")
    run["bytes"] = sum(size for path, size in lake_files(project).items() if path not in before)
    shutil.rmtree(folder)
    return run
