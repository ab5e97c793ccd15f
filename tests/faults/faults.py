#!/usr/bin/env python3
"""faults.py BULLION [--seed N] [--points N | --all] [--only NAME]... : what must not break, broken on purpose.

The seed is the day's unless it is given; it is printed, and the same seed does the same again. docs/RELIABILITY.md says what is
tested and what came of it. Only the standard library."""
import argparse
import collections
import concurrent.futures
import datetime
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import time

import disk
import held
import memory
import points
import races
import signals
from kit import Failed
from world import World


def each(work, items, jobs):
    """WORK(item, number) for all ITEMS, JOBS at a time; how often came what. The first failure ends it."""
    came = collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        futures = [pool.submit(work, item, number) for number, item in enumerate(items)]
        try:
            for future in concurrent.futures.as_completed(futures):
                came[future.result()] += 1
        except BaseException:
            for future in futures:
                future.cancel()
            raise
    return came


def test_points(world, options):
    world.add_checkpoint_case()
    every = points.all_points(world)
    chosen = every if options.all else points.sample(every, options.points, options.seed)
    came = each(lambda point, number: points.run_point(world, point, number), chosen, options.jobs)
    return f"{len(chosen)} of {len(every)} points, {dict(came)}"


def test_successive(world, options):
    count = options.points if options.all else max(2, options.points // 12)
    came = each(lambda seed, number: points.run_successive(world, seed, number), range(options.seed, options.seed + count), options.jobs)
    return f"{sum(came.values())} loads killed three times and then given a bad store"


TESTS = {
    "points": test_points, "successive": test_successive, "races": races.run, "held": held.run, "disk": disk.run, "signals": signals.run, "memory": memory.run,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("bullion", type=os.path.abspath)
    parser.add_argument("--debug-program", type=os.path.abspath, help="the same, built with sanitizers")
    parser.add_argument("--seed", type=int, default=int(datetime.date.today().strftime("%Y%m%d")))
    parser.add_argument("--points", type=int, default=48)
    parser.add_argument("--rounds", type=int, default=1, help="how often the tests that wait for chance are done")
    parser.add_argument("--all", action="store_true", help="every point there is")
    parser.add_argument("--only", action="append", choices=list(TESTS))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--folder", default="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
    options = parser.parse_args()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background it is ignored, and would be by all we start
    folder = pathlib.Path(tempfile.mkdtemp(prefix="bln-faults-", dir=options.folder))
    print(f"seed {options.seed}", flush=True)
    try:
        program = folder / "bullion"  # a copy: the build may make another meanwhile
        shutil.copy(options.bullion, program)
        library = pathlib.Path(__file__).resolve().parents[2] / "deps/cache/duckdb-library/libduckdb.so"
        if library.exists():  # beside it, where the program looks and where everybody may read it
            shutil.copy(library, folder / "libduckdb.so")
        world = World(str(program), folder)
        world.debug_program = options.debug_program
        for name in options.only or TESTS:
            begun = time.monotonic()
            said = TESTS[name](world, options)
            print(f"ok    {name:12} {said} ({time.monotonic() - begun:.0f} s)", flush=True)
    except Failed as failure:
        print(f"fail  {failure}\n  again: {' '.join(sys.argv)} --seed {options.seed}", flush=True)
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
