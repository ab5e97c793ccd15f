"""Bullion beside its peers, on one machine, run by turns: run.py [--rows N] [--runs N] [--peers a,b] [--folder DIR].

Prints tables in Markdown, and on stderr what it is at. CPU is user + system of a process and all its children; ratios are taken
run by run, then their median. A peer must have written the same rows, or the bench fails. What is generated and written lies in
a folder that is removed at the end.
"""
import argparse
import datetime
import os
import pathlib
import platform
import re
import shutil
import signal
import statistics
import sys
import tempfile

import pipeline
import table
from measure import Failed, say

LONG_S = 300  # a peer that needs longer is not run again
FEW_YEARS = 2
GIB = 1024
ENOUGH_ROWS = 12_000_000  # below, memory still grows to what a run takes on at once, and starting counts


def median(values):
    return statistics.median(values)


def ratio(ours, theirs, key):
    return median([a[key] / b[key] for a, b in zip(ours, theirs)])  # as often as both ran


def machine():
    model = re.search(r"^model name\s*: (.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.M)
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return f"{model[1] if model else platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB"


def pipelines(options, folder, archive):
    """All runs, by program, and the rows that all of them wrote."""
    runs = {name: [] for name in ["bullion", *options.peers]}
    expected = None
    for number in range(options.runs):
        for name in runs:
            out = folder / ("project" if name == "bullion" else f"peer-{name}")
            if number > 0 and runs[name][0]["wall"] > LONG_S and name != "bullion":
                continue
            if name == "bullion":
                pipeline.project_make(out)
                run = pipeline.historical(out, archive)
            else:
                run = pipeline.peer_run(name, archive, out)
            runs[name].append(run)
            say(f"run {number + 1} of {name}: {run['wall']:.1f} s, {run['cpu']:.1f} s of CPU, {run['rss']:.0f} MiB")
            if name == "bullion":
                expected = expected or pipeline.rows_of("delta", out / "lake", pipeline.BULLION_TABLES)
                continue
            if number == 0:
                pipeline.peer_check(name, out, expected)
            shutil.rmtree(out)
    return runs, {name: rows for name, (rows, _) in expected.items()}


def pipelines_print(runs, rows):
    print("| historical pipeline | runs | wall | candles/s | CPU | peak memory | bullion's wall beside it | CPU | peak |")
    print("|---|---|---|---|---|---|---|---|---|")
    ours = runs["bullion"]
    for name, those in runs.items():
        wall, cpu, rss = (median([run[key] for run in those]) for key in ("wall", "cpu", "rss"))
        ratios = ["", "", ""] if name == "bullion" else [f"{ratio(ours, those, key):.2f}" for key in ("wall", "cpu", "rss")]
        print(f"| {pipeline.title(name)} | {len(those)} | {wall:.1f} s | {rows['bronze'] / wall:,.0f} | {cpu:.1f} s "
              f"| {rss:,.0f} MiB | {' | '.join(ratios)} |")
    print(flush=True)


class Goals:
    """The table of what bullion has to reach."""

    def __init__(self):
        print("| goal | bullion | beside it | ratio | at most | reached |\n|---|---|---|---|---|---|")

    def add(self, what, ours, theirs, found, most, unless=""):
        reached = "yes" if found <= most else unless or "no"
        print(f"| {what} | {ours} | {theirs} | {found:.3g} | {most:g} | {reached} |", flush=True)


def pipeline_goals(goals, runs):
    def of(name, key):
        return median([run[key] for run in runs[name]])

    ours = runs["bullion"]
    for name, key, unit, most in [("duckdb", "cpu", "CPU", 1.0), ("duckdb", "wall", "wall", 1.0), ("spark", "wall", "wall", 0.2)]:
        if name in runs:
            goals.add(f"historical pipeline, {unit}, beside {pipeline.PEERS[name]}", f"{of('bullion', key):.1f} s",
                      f"{of(name, key):.1f} s", ratio(ours, runs[name], key), most)
    peak = of("bullion", "rss")
    goals.add("its peak of memory", f"{peak:,.0f} MiB", "2 GiB", peak / (2 * GIB), 1.0)


def others(goals, options, folder, archive, last):
    """What a project does that has a lake already, and the same with less in it. LAST is the run that made the first project."""
    project, recent, second = folder / "project", folder / "recent", folder / "second"
    runs = max(3, options.runs)
    unless = "" if options.rows >= ENOUGH_ROWS else "too few rows to tell"
    again = median([pipeline.historical(project, archive)["cpu"] for _ in range(runs)])
    goals.add("run again, nothing new, CPU, beside the first", f"{again:.2f} s", f"{last['cpu']:.1f} s", again / last["cpu"], 0.02,
              unless)
    shutil.rmtree(archive)

    say("half the rows")
    pipeline.archive_make(archive, options.rows / 2)
    pipeline.project_make(second)
    smaller = pipeline.historical(second, archive)
    goals.add("peak of memory with all rows, beside half of them", f"{last['rss']:.0f} MiB", f"{smaller['rss']:.0f} MiB",
              last["rss"] / smaller["rss"], 1.1, unless)
    shutil.rmtree(archive)

    say(f"a history of {FEW_YEARS} years")
    pipeline.archive_make(archive, options.rows, FEW_YEARS)
    pipeline.project_make(recent)
    pipeline.historical(recent, archive)
    much, little = [], []
    for number in range(runs):
        much.append(pipeline.increment(project, archive, folder / "next", number))
        little.append(pipeline.increment(recent, archive, folder / "next", number))
    for what, key, form, most in [("bytes written", "bytes", "{:,.0f}", 1.1), ("CPU", "cpu", "{:.2f} s", 1.2)]:
        goals.add(f"one new candle per symbol, {what}, with {pipeline.YEARS} years of history beside {FEW_YEARS}",
                  form.format(median([run[key] for run in much])), form.format(median([run[key] for run in little])),
                  ratio(much, little, key), most)


def tables(goals, options, folder):
    say(f"a table of {table.COMMITS} commits")
    runs = max(3, options.runs)
    opened = f"open a table of {table.COMMITS:,} commits, beside delta-rs"
    for what, most, (ours, theirs) in [(opened, 1.0, table.opening(folder / "log", runs)),
                                       ("a commit, beside a bare durable write", 2.0, table.commits(folder / "commits", runs))]:
        goals.add(what, f"{median(ours) * 1e3:.1f} ms", f"{median(theirs) * 1e3:.1f} ms",
                  median([a / b for a, b in zip(ours, theirs)]), most)


def bench(options, folder):
    say(f"an archive of about {options.rows:,} candles, in {folder}")
    archive = folder / "archive"
    pipeline.archive_make(archive, options.rows)
    runs, rows = pipelines(options, folder, archive)
    print(f"{datetime.datetime.now(datetime.timezone.utc):%d %B %Y}, `make bench ROWS={options.rows} RUNS={options.runs} "
          f"PEERS={','.join(options.peers)}` on {machine()}; load {os.getloadavg()[0]:.1f}.")
    print(f"{rows['bronze']:,} candles received, {rows['gold']:,} in gold, the same rows by all.\n")
    pipelines_print(runs, rows)
    goals = Goals()
    pipeline_goals(goals, runs)
    others(goals, options, folder, archive, runs["bullion"][-1])
    tables(goals, options, folder)


def peers_parse(text):
    names = [name for name in text.split(",") if name]
    for name in names:
        if name not in pipeline.PEERS:
            raise argparse.ArgumentTypeError(f"no peer {name}: {', '.join(pipeline.PEERS)}")
    return names


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=24_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--peers", type=peers_parse, default=list(pipeline.PEERS))
    parser.add_argument("--folder", help="where the files go (a new folder in it); else below TMPDIR")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = pathlib.Path(tempfile.mkdtemp(prefix="bullion-bench-", dir=options.folder))
    try:
        bench(options, folder)
    except Failed as failed:
        sys.exit(str(failed))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
