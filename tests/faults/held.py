"""Two processes at one table, in every order there is of one and then the other: the first is held at its Nth store call, the second
runs from its beginning to its end, the first goes on. Races that chance finds once a year are found here each time."""
import random

import races
from kit import Failed, check, judge_logs, judge_units, wait_for_call

HOLD_S = 1.2  # longer than the second takes


class Scenario:
    """What both run, and what must hold in the end."""

    def __init__(self, name, project, args, other_args, judge):
        self.name, self.project, self.args, self.other_args, self.judge = name, project, args, other_args, judge

    def calls(self, folder):
        counts = folder / "held.calls"
        counts.unlink(missing_ok=True)
        project = self.project.copy(folder / "held-count")
        said = project.bullion(*self.args, faults=f"count={counts}")
        check(said.code == 0, said)
        project.remove()
        return int(counts.read_text().split()[0])


def hold(world, scenario, call, number):
    project = scenario.project.copy(world.folder / f"held{number}")
    counts = world.folder / f"held{number}.calls"
    counts.unlink(missing_ok=True)
    first = project.start(*scenario.args, faults=f"delay@{call}={int(HOLD_S * 1000)}ms,count={counts}")
    try:
        was_reached = wait_for_call(counts, call, first)
        said = project.bullion(*scenario.other_args)
        was_held = was_reached and said.seconds < HOLD_S
        check(said.code in (0, 4), "the second ended with", said)
        codes = races.wait_all([first]) + [said.code]
        judge_logs(project.lake)
        for args, code in ((scenario.args, codes[0]), (scenario.other_args, codes[1])):
            if code == 4:
                again = project.bullion(*args)
                check(again.code == 0, again)
        judge_logs(project.lake)
        scenario.judge(project)
    except Failed as failure:
        raise Failed(f"{scenario.name}, the first held at call {call}: {failure}\n  kept: {project.folder}") from failure
    finally:
        if first.poll() is None:
            first.kill()
    project.remove()
    counts.unlink(missing_ok=True)
    return "held" if was_held else "passed by"


def judge_ingest(project):
    judge_units(project)
    counts = project.sql("SELECT count(*), count(DISTINCT (symbol, datetime, source_unit)) FROM bronze.cryptos").split()[-1].split(",")
    check(counts[0] == counts[1], "rows are in bronze twice:", counts)


def judge_rows(project):
    for who, (rows, keys) in races.rows_by_job(project).items():
        check(rows == keys, f"{who} wrote rows twice: {rows} rows of {keys} keys")


def judge_upsert(project):
    rows, keys, wanted = project.sql("SELECT count(*), count(DISTINCT (symbol, datetime)), any_value(n) FROM gold.shared").split()[-1].split(",")
    check(rows == keys == wanted, "rows, keys, rows wanted:", rows, keys, wanted)


def judge_overwrite(project):
    rows = races.rows_by_job(project)
    check(len(rows) == 1, "rows of several jobs:", rows)


def sql_project(world, name, mode, query, more=""):
    yaml = races.MODES + "".join(races.JOB.format(name=job, mode=mode, more=more) for job in ("j0", "j1"))
    project = races.project_with(world, name, yaml, j0=query.format(name="j0"), j1=query.format(name="j1"))
    said = project.bullion("run", "ingest", "-p", f"archive={world.base}")
    check(said.code == 0, said)
    return project


def scenarios(world):
    load = ("run", "ingest-historic", "-p", f"archive={world.base}")
    update = ("run", "ingest-historic", "-p", f"archive={world.update}")
    key = ", key: [symbol, frequency, datetime]"
    append = sql_project(world, "held-append", "append", races.FROM_CHANGES)
    upsert = sql_project(world, "held-upsert", "upsert", races.FROM_CHANGES, key)
    overwrite = sql_project(world, "held-overwrite", "overwrite", races.FROM_ALL)
    return [
        Scenario("one archive into a new lake", world.empty, load, load, judge_ingest),
        Scenario("one archive into a lake", world.loaded, update, update, judge_ingest),
        Scenario("two archives into a new lake", world.empty, load, update, judge_ingest),
        Scenario("one job appends to a new table", append, ("run", "j0"), ("run", "j0"), judge_rows),
        Scenario("two jobs append to a new table", append, ("run", "j0"), ("run", "j1"), judge_rows),
        Scenario("two jobs upsert a new table", upsert, ("run", "j0"), ("run", "j1"), judge_upsert),
        Scenario("two jobs overwrite a new table", overwrite, ("run", "j0"), ("run", "j1"), judge_overwrite),
    ]


def run(world, options):
    draw = random.Random(options.seed)
    came = {"held": 0, "passed by": 0}
    number = 0
    for scenario in scenarios(world):
        calls = range(1, scenario.calls(world.folder) + 1)
        if not options.all:
            calls = sorted(draw.sample(calls, min(len(calls), max(2, options.points // 8))))
        for call in calls:
            came[hold(world, scenario, call, number)] += 1
            number += 1
    return f"{number} orders of two processes, {came}"
