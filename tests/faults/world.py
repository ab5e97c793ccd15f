"""The state of the world that each test begins with: a project, three archives, and what an undisturbed run makes of them."""
import pathlib
import shutil

from kit import Failed, Project, check, judge_logs, judge_units, make_archive

SYMBOLS = ["XBTUSD", "ETHUSD"]


class World:
    def __init__(self, program, folder):
        self.folder = pathlib.Path(folder)
        self.program = program
        self.base = make_archive(self.folder / "Kraken_OHLCVT", SYMBOLS, 0, 400, 1, bad=2)
        # a quarter later: overlaps, restates, and goes on
        self.update = make_archive(self.folder / "Kraken_OHLCVT_Q1_2024", SYMBOLS, 300, 400, 1, bad=1, restated_from=300)
        self.empty = self.project("empty")
        self.loaded = self.empty.copy(self.folder / "loaded")
        said = self.loaded.load(self.base)
        check(said.code == 0, "an undisturbed run failed:", said)
        self.updated = self.loaded.copy(self.folder / "updated")
        said = self.updated.load(self.update)
        check(said.code == 0, "an undisturbed update failed:", said)
        self.cases = {  # name → where it begins, what is loaded, what comes of it
            "first": (self.empty, self.base, self.loaded.digest()),
            "update": (self.loaded, self.update, self.updated.digest()),
        }
        for project in (self.loaded, self.updated):
            judge_logs(project.lake)
            judge_units(project)

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
