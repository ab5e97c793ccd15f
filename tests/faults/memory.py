"""Memory that is small, and memory that there is not.

Small: the engine may hold 64 MiB (128 MiB with --all), works on far more, and gives the same rows. None: the Nth request of each process fails; the
program says so and ends, never crashes, never leaks, and the next run completes. The second takes a build with sanitizers, which
reads BULLION_MEM_FAIL_AT."""
import os
import random
import re

from kit import Failed, Project, check, judge_logs, judge_units, make_archive

FINDINGS = re.compile(r"AddressSanitizer|LeakSanitizer|UndefinedBehavior|runtime error|Assertion|SIGSEGV|signal (6|11)")
EXITS = {0, 1, 2, 4, 5, 6}


def small(world, options):
    symbols, rows = (["AUSD", "BUSD", "CUSD"], 60000) if not options.all else ([f"S{i}USD" for i in range(20)], 200000)
    little = "64MiB" if not options.all else "128MiB"  # of millions of candles in one load, 64 MiB are refused
    archive = make_archive(world.folder / "large", symbols, 0, rows, 3)
    digests, peaks = [], []
    for memory in ("1GiB", little):
        project = world.project(f"memory{memory}")
        yaml = project.folder / "bullion.yaml"
        yaml.write_text(yaml.read_text() + f"\nsettings: {{memory: {memory}, threads: 2}}\n")
        process = project.start("run", "historical", "-p", f"archive={archive}")
        _, err = process.stdout.read(), process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        check(process.returncode == 0, f"with {memory}:", err.decode())
        judge_logs(project.lake)
        judge_units(project)
        check(not project.work_left(), "left in .bullion/work:", project.work_left())
        digests.append(project.digest())
        peaks.append(f"{memory}: {usage.ru_maxrss // 1024} MiB")
        project.remove()
    check(digests[0] == digests[1], "with less memory other rows:", digests)
    return f"{len(symbols) * rows} candles, peaks {', '.join(peaks)}"


def judge_words(said, what):
    everything = said.out + said.err
    check(said.code in EXITS, what, "ended with", said)
    check(not FINDINGS.search(everything), what, "was no clean end:", said)
    if said.code != 0:
        check("memory" in everything, what, "does not say that memory was the reason:", said)


def judge_log_files(project, what):
    """What the jobs' own processes said; a sanitizer's report would be there."""
    for path in (project.folder / ".bullion/logs").glob("*.log"):
        text = path.read_text(errors="replace")
        check(not FINDINGS.search(text), what, "in a job's log:", text[-3000:])


def starve(world, command, nth, number):
    project = Project(world.debug_program, world.loaded.folder).copy(world.folder / f"starved{number}")
    what = f"{command[0]}, request {nth}"
    try:
        said = project.bullion(*command, BULLION_MEM_FAIL_AT=nth, timeout=300)
        judge_words(said, what)
        judge_log_files(project, what)
        judge_logs(project.lake)
        project.program = world.program
        if command[0] == "run":
            world.finish(project, "update")
    except Failed as failure:
        raise Failed(f"{failure}\n  kept: {project.folder}") from failure
    project.remove()
    return said.code == 0


def commands(world):
    return {
        "validate": (["validate"], 20000),
        "sql": (["sql", "SELECT symbol, count(*) FROM silver.cryptos GROUP BY ALL"], 5000),
        "run": (["run", "historical", "-p", f"archive={world.update}"], 60000),
    }


def run(world, options):
    said = small(world, options)
    if not world.debug_program:
        return f"{said}; no failing requests: --debug-program was not given"
    draw = random.Random(options.seed)
    counts = []
    number = 0
    for name, (command, most) in commands(world).items():
        count = options.points // (1 if options.all else 6)
        passed = 0
        for _ in range(count):  # as many in each order of magnitude
            nth = int(10 ** draw.uniform(0, len(str(most)) - 1 + most / 10 ** len(str(most))))
            passed += starve(world, command, f"{nth}{'+' if draw.random() < 0.3 else ''}", number)
            number += 1
        counts.append(f"{name} {count} ({passed} got through)")
    return f"{said}; failing requests: {', '.join(counts)}"
