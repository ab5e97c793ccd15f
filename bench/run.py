"""Bullion beside its peers, on one machine, run by turns: run.py [--rows N] [--runs N] [--folder DIR].

Prints a table in Markdown. CPU is user + system of a process and all its children; ratios are taken run by run, then their
median. What is generated and written lies in a folder that is removed at the end.
"""
import argparse
import glob
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "release"
BULLION = BUILD / "bullion"
YEARS, FEW_YEARS = 11, 2  # of the generated archive, which three quarters follow
SYMBOL_ROWS = 391_000  # that it has of a pair in YEARS
MEMORY = "1GiB"  # of the engine, a project's default
THREADS = 2
COMMITS = 10_000


class Failed(Exception):
    pass


def measured(argv, cwd=None):
    """Runs ARGV to its end: wall and CPU seconds, peak MiB of its largest process, what it printed."""
    with tempfile.TemporaryFile() as output:
        start = time.monotonic()
        child = subprocess.Popen([str(a) for a in argv], stdout=output, stderr=subprocess.STDOUT, cwd=cwd)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - start
        output.seek(0)
        text = output.read().decode(errors="replace")
    if child.returncode:
        raise Failed(f"{' '.join(map(str, argv))}: exit code {child.returncode}\n{text}")
    return {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "rss": usage.ru_maxrss / 1024, "text": text}


def archive_make(folder, rows, years=YEARS):
    symbols = max(1, round(rows / SYMBOL_ROWS))
    made = measured([BUILD / "demo_archive", folder, "--symbols", symbols, "--years", years, "--quarters", 3])
    return int(re.search(r"(\d+) candles", made["text"])[1])


def project_make(folder):
    shutil.rmtree(folder, ignore_errors=True)
    measured([BULLION, "init", folder])
    with open(folder / "bullion.yaml", "a") as file:
        file.write(f"\nsettings: {{memory: {MEMORY}, threads: {THREADS}}}\n")


def historical(project, archive):
    return measured([BULLION, "-C", project, "run", "historical", "-p", f"archive={archive}"])


def next_candles(archive, folder):
    """One more candle of each symbol, behind all it has."""
    folder.mkdir()
    for path in glob.glob(f"{archive}/Kraken_OHLCVT/*.csv"):
        (folder / pathlib.Path(path).name).write_text("1766000700,1,1,1,1,1,1\n")


def lake_files(project):
    return {path: path.stat().st_size for path in (project / "lake").rglob("*") if path.is_file()}


def increment(project, archive, folder):
    next_candles(archive, folder)
    before = lake_files(project)
    run = historical(project, folder)
    run["bytes"] = sum(size for path, size in lake_files(project).items() if path not in before)
    return run


def log_make(folder):
    """A table of COMMITS commits, one file each, without a checkpoint; the files themselves are not asked for."""
    log = folder / "_delta_log"
    log.mkdir(parents=True)
    schema = {"type": "struct", "fields": [{"name": "k", "type": "long", "nullable": True, "metadata": {}}]}
    for version in range(COMMITS):
        actions = [{"add": {"path": f"part-{version}.parquet", "partitionValues": {}, "size": 1000, "modificationTime": 0,
                            "dataChange": True, "stats": json.dumps({"numRecords": 1, "minValues": {"k": version},
                                                                     "maxValues": {"k": version}, "nullCount": {"k": 0}})}}]
        if version == 0:
            actions = [{"protocol": {"minReaderVersion": 1, "minWriterVersion": 2}},
                       {"metaData": {"id": "b1e0c2a4-0000-4000-8000-000000000000", "format": {"provider": "parquet", "options": {}},
                                     "schemaString": json.dumps(schema), "partitionColumns": [], "configuration": {},
                                     "createdTime": 0}}] + actions
        (log / f"{version:020}.json").write_text("".join(json.dumps(a) + "\n" for a in actions))


def opening(folder, runs):
    """Seconds to open the table: ours, delta-rs's, by turns."""
    from deltalake import DeltaTable

    log_make(folder)
    ours, theirs = [], []
    for _ in range(runs):
        text = measured([BUILD / "delta_snapshot_bench", folder, 1])["text"]
        ours.append(int(re.search(r"(\d+) us", text)[1]) / 1e6)
        start = time.monotonic()
        if len(DeltaTable(str(folder)).file_uris()) != COMMITS:
            raise Failed("delta-rs sees another number of files")
        theirs.append(time.monotonic() - start)
    return ours, theirs


def row(what, ours, theirs, ratio, goal):
    print(f"| {what} | {ours} | {theirs} | {ratio} | {goal} |", flush=True)


def median(values):
    return statistics.median(values)


def bench(options, folder):
    archive, half, recent = folder / "archive", folder / "half", folder / "recent"
    rows = archive_make(archive, options.rows)
    archive_make(half, options.rows / 2)
    archive_make(recent, options.rows, FEW_YEARS)
    ours, theirs = [], []
    project = folder / "project"
    for _ in range(options.runs):
        project_make(project)
        ours.append(historical(project, archive))
        theirs.append(measured([sys.executable, ROOT / "bench" / "peer_duckdb.py", archive, folder / "peer", MEMORY, THREADS]))
    again = historical(project, archive)
    one = increment(project, archive, folder / "one")

    def ratios(key):
        return median([a[key] / b[key] for a, b in zip(ours, theirs)])

    def of(runs, key):
        return median([run[key] for run in runs])

    print(f"{rows} candles, {options.runs} run(s), load {os.getloadavg()[0]:.1f} at the end of the pipelines\n")
    print("| what | bullion | peer | ratio | goal |\n|---|---|---|---|---|")
    row("historical pipeline, CPU (peer: plain DuckDB SQL)", f"{of(ours, 'cpu'):.1f} s", f"{of(theirs, 'cpu'):.1f} s",
        f"{ratios('cpu'):.2f}", "≤ 1.0")
    row("the same, wall", f"{of(ours, 'wall'):.1f} s", f"{of(theirs, 'wall'):.1f} s", f"{ratios('wall'):.2f}", "≤ 1.0")
    row("the same, peak of the largest process", f"{of(ours, 'rss'):.0f} MiB", f"{of(theirs, 'rss'):.0f} MiB",
        f"{ratios('rss'):.2f}", "≤ 2 GiB")
    row("run again, nothing new, CPU (beside the first)", f"{again['cpu']:.2f} s", f"{ours[-1]['cpu']:.1f} s",
        f"{again['cpu'] / ours[-1]['cpu']:.4f}", "< 0.02")

    project_make(folder / "other")
    smaller = historical(folder / "other", half)
    row("peak with half the rows (beside all)", f"{smaller['rss']:.0f} MiB", f"{ours[-1]['rss']:.0f} MiB",
        f"{ours[-1]['rss'] / smaller['rss']:.2f}", "flat")
    project_make(folder / "other")
    historical(folder / "other", recent)
    few = increment(folder / "other", recent, folder / "few")
    history = f"{YEARS} years of history beside {FEW_YEARS}"
    row(f"one new candle per symbol, bytes written ({history})", one["bytes"], few["bytes"],
        f"{one['bytes'] / few['bytes']:.2f}", "flat")
    row(f"one new candle per symbol, CPU ({history})", f"{one['cpu']:.2f} s", f"{few['cpu']:.2f} s",
        f"{one['cpu'] / few['cpu']:.2f}", "flat")

    mine, rust = opening(folder / "log", max(3, options.runs))
    row(f"open a table of {COMMITS} commits (peer: delta-rs)", f"{median(mine) * 1e3:.0f} ms", f"{median(rust) * 1e3:.0f} ms",
        f"{median([a / b for a, b in zip(mine, rust)]):.2f}", "≤ 1.0")
    (folder / "commits").mkdir()
    print("\nCommits on this disk beside bare durable writes (goal: at most 2):\n")
    print(measured([BUILD / "delta_commit_bench", folder / "commits"])["text"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=24_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", help="where the files go (a new folder in it)")
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="bullion-bench-", dir=options.folder))
    try:
        bench(options, folder)
    except Failed as failed:
        sys.exit(str(failed))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
