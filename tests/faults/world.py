"""The state of the world that each test begins with: projects, archives, and what an undisturbed run makes of them."""
import pathlib
import shutil

from kit import Project, check, judge_logs, judge_units, make_archive

SYMBOLS = ["XBTUSD", "ETHUSD"]
CHECKPOINT_AT = 10  # versions


class World:
    def __init__(self, program, folder):
        self.folder = pathlib.Path(folder)
        self.program = program
        self.base = make_archive(self.folder / "Kraken_OHLCVT", SYMBOLS, 0, 400, 1, bad=2)
        # a quarter later: overlaps, restates, and goes on
        self.update = make_archive(self.folder / "Kraken_OHLCVT_Q1_2024", SYMBOLS, 300, 400, 1, bad=1, restated_from=300)
        self.empty = self.project("empty")
        self.loaded = self.empty.copy(self.folder / "loaded")
        self.must_load(self.loaded, self.base)
        self.updated = self.loaded.copy(self.folder / "updated")
        self.must_load(self.updated, self.update)
        self.cases = {  # name → where it begins, what is loaded, what comes of it
            "first": (self.empty, self.base, self.loaded.digest()),
            "update": (self.loaded, self.update, self.updated.digest()),
        }
        for project in (self.loaded, self.updated):
            judge_logs(project.lake)
            judge_units(project)

    def add_checkpoint_case(self):
        """A lake whose tables are due for a checkpoint with the next version."""
        due = self.updated.copy(self.folder / "due")
        for i in range(CHECKPOINT_AT - 3):
            self.must_load(due, self.small_archive(i))
        last = self.small_archive(CHECKPOINT_AT)
        done = due.copy(self.folder / "checkpointed")
        self.must_load(done, last)
        check(list((done.lake / "bronze/cryptos/_delta_log").glob("*.checkpoint*.parquet")), "no checkpoint was written")
        self.cases["checkpoint"] = (due, last, done.digest())

    def small_archive(self, number):
        return make_archive(self.folder / f"Kraken_small{number}", SYMBOLS[:1], 700 + 30 * number, 30, 1, restated_from=0)

    def must_load(self, project, archive):
        said = project.load(archive)
        check(said.code == 0, "an undisturbed load failed:", said)
        judge_logs(project.lake)

    def project(self, name):
        project = Project(self.program, self.folder / name)
        said = project.bullion("init", str(project.folder))
        check(said.code == 0, "init:", said)
        return project

    def calls(self, case):
        """How many store calls an undisturbed run makes: all of them, and by name."""
        begin, archive, _ = self.cases[case]
        counts = self.folder / "calls"
        counts.unlink(missing_ok=True)
        project = begin.copy(self.folder / "counted")
        said = project.load(archive, faults=f"count={counts}")
        check(said.code == 0, "counting:", said)
        project.remove()
        return {name: int(number) for number, name in (line.split() for line in counts.read_text().splitlines())}

    def finish(self, project, case):
        """After the disturbance: the next run completes, and all is as if nothing had happened."""
        _, archive, wanted = self.cases[case]
        judge_logs(project.lake)
        said = project.load(archive)
        check(said.code == 0, "the run after did not complete:", said)
        judge_logs(project.lake)
        judge_units(project)
        got = project.digest()
        for table, want in wanted.items():
            check(got.get(table) == want, f"{table}: {got.get(table)} rows,hash instead of {want}")
        check(not project.work_left(), "left in .bullion/work:", project.work_left())

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)
