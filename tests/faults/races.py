"""Several processes at one table at once. Slow stores make the races: each call takes some milliseconds, so that everything that can
come between two calls does.

Whatever happens, a run ends well or with exit 4, no row is lost and none is there twice."""
from kit import Failed, check, judge_logs, judge_units, make_archive

SLOW = "delay@1+=4ms"


def wait_all(processes, codes=(0, 4)):
    """The exit codes, in order."""
    ended = []
    for process in processes:
        out, err = process.communicate(timeout=300)
        check(process.returncode in codes, "one of several ended with", process.returncode, err.decode())
        check(process.returncode != 4 or err.strip(), "a conflict without a word")
        ended.append(process.returncode)
    return ended


def project_with(world, name, yaml, **files):
    project = world.project(name)
    (project.folder / "bullion.yaml").write_text(yaml)
    for stem, text in files.items():
        (project.folder / "jobs" / f"{stem}.sql").write_text(text)
    return project


def tell(project, failure):
    return Failed(f"{failure}\n  kept: {project.folder}")


def ingest(world, count, is_same):
    """COUNT runs load into one bronze table at once: different archives, or all the same."""
    name = f"ingest{count}{'same' if is_same else ''}"
    project = world.project(name)
    archives = [
        make_archive(project.folder / f"archive{i}", [f"A{0 if is_same else i}USD", "ETHUSD"], 0, 200, 0 if is_same else i, bad=1)
        for i in range(count)
    ]
    try:
        wait_all([project.start("run", "ingest-historic", "-p", f"archive={archives[i]}", faults=SLOW) for i in range(count)])
        judge_logs(project.lake)
        for archive in archives:  # who lost out goes again
            said = project.bullion("run", "ingest-historic", "-p", f"archive={archive}")
            check(said.code == 0, said)
        judge_logs(project.lake)
        judge_units(project)
        units = int(project.sql("SELECT count(DISTINCT source_unit) FROM bronze.cryptos").split()[-1])
        check(units == (2 if is_same else 2 * count), units, "units are in bronze")
        refused = project.sql("SELECT count(*), count(DISTINCT id) FROM silver.quarantine").split()[-1].split(",")
        check(refused[0] == refused[1], "refused rows are told twice:", refused)
    except Failed as failure:
        raise tell(project, failure) from failure
    project.remove()


MODES = """
project: races
lake: ./lake
sources:
  archive: {kind: kraken_archive, path: "${run:archive}"}
jobs:
  ingest: {kind: ingest, source: archive, into: bronze.cryptos}
"""
JOB = "  {name}: {{kind: sql, file: jobs/{name}.sql, into: gold.shared, mode: {mode}{more}}}\n"
FROM_CHANGES = "SELECT symbol, frequency, datetime, close, '{name}' AS who, count(*) OVER () AS n FROM changes('bronze.cryptos')"
FROM_ALL = FROM_CHANGES.replace("changes('bronze.cryptos')", "bronze.cryptos")


def race(world, name, mode, count, query, more="", is_one_job=False):
    """COUNT sql jobs (or one job as often) write one table at once; the project, and how many ended well."""
    names = ["j0"] * count if is_one_job else [f"j{i}" for i in range(count)]
    yaml = MODES + "".join(JOB.format(name=job, mode=mode, more=more) for job in sorted(set(names)))
    project = project_with(world, name, yaml, **{job: query.format(name=job) for job in set(names)})
    said = project.bullion("run", "ingest", "-p", f"archive={world.base}")
    check(said.code == 0, said)
    codes = wait_all([project.start("run", job, faults=SLOW) for job in names])
    judge_logs(project.lake)
    check(0 in codes, "nobody won:", codes)
    return project, codes, names


def rows_by_job(project):
    lines = project.sql("SELECT who, count(*), count(DISTINCT (symbol, datetime)) FROM gold.shared GROUP BY ALL ORDER BY ALL").splitlines()[1:]
    return {who: (int(rows), int(keys)) for who, rows, keys in (line.split(",") for line in lines)}


def append(world, count, is_one_job):
    """Each job's rows come once; of one job that runs many times at once too."""
    project, codes, names = race(world, f"append{count}{is_one_job}", "append", count, FROM_CHANGES, is_one_job=is_one_job)
    try:
        for name in set(names):
            said = project.bullion("run", name)
            check(said.code == 0, said)
        judge_logs(project.lake)
        rows = rows_by_job(project)
        check(set(rows) == set(names), rows)
        for who, (count_of, keys) in rows.items():
            check(count_of == keys, f"{who} wrote rows twice:", rows)
        check(len({pair for pair in rows.values()}) == 1, "jobs wrote different numbers of rows:", rows)
    except Failed as failure:
        raise tell(project, failure) from failure
    project.remove()
    return codes


def upsert(world, count):
    """All write the same keys: each key is there once in the end, and a row is one job's."""
    key = ", key: [symbol, frequency, datetime]"
    project, codes, _ = race(world, f"upsert{count}", "upsert", count, FROM_CHANGES, more=key)
    try:
        total = project.sql("SELECT count(*), count(DISTINCT (symbol, datetime)), any_value(n) FROM gold.shared").split()[-1]
        rows, keys, wanted = total.split(",")
        check(rows == keys == wanted, "rows, keys, rows wanted:", total)
    except Failed as failure:
        raise tell(project, failure) from failure
    project.remove()
    return codes


def overwrite(world, count):
    """The table is one job's as a whole."""
    project, codes, _ = race(world, f"overwrite{count}", "overwrite", count, FROM_ALL)
    try:
        rows = rows_by_job(project)
        check(len(rows) == 1, "rows of several jobs:", rows)
        n = project.sql("SELECT count(*) = any_value(n) FROM gold.shared").split()[-1]
        check(n == "true", "not all rows of it:", rows)
    except Failed as failure:
        raise tell(project, failure) from failure
    project.remove()
    return codes


def workflows(world):
    """Of one workflow at once, one run goes through and the others are refused; another workflow's job is not kept out."""
    project = world.empty.copy(world.folder / "workflows")
    try:
        first = project.start("run", "historical", "-p", f"archive={world.base}", faults=SLOW)
        others = [project.start("run", "historical", "-p", f"archive={world.base}", faults=SLOW) for _ in range(2)]
        codes = wait_all([first, *others])
        check(codes.count(0) >= 1, "all were refused:", codes)
        world.finish(project, "first")
    except Failed as failure:
        raise tell(project, failure) from failure
    project.remove()


def run(world, options):
    counts = [2, 8] if not options.all else [2, 3, 8, 16]
    lost = total = 0
    for _ in range(options.rounds):
        workflows(world)
        for count in counts:
            ingest(world, count, False)
            ingest(world, count, True)
            codes = append(world, count, False) + append(world, count, True) + upsert(world, count) + overwrite(world, count)
            lost += codes.count(4)
            total += len(codes)
    return f"{counts} processes at one table, {total} sql runs, {lost} of them told of a conflict"
