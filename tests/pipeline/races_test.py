#!/usr/bin/env python3
"""races_test.py BULLION ROOT: several runs at once, on one lake: nothing is lost, and nothing comes twice."""
import subprocess

from kit import BULLION, CONFLICT, DONE, IS_SOAK, Case, lines, main

ROUNDS = 40 if IS_SOAK else 2


def at_once(project, *runs):
    """Starts them all, and gives [(exit code, output), …] in that order."""
    running = [subprocess.Popen([BULLION, "-C", project.at, "run", *map(str, run)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
               for run in runs]
    said = [process.communicate()[0].decode() for process in running]
    return [(process.returncode, out) for process, out in zip(running, said)]


class Ingests(Case):
    def test_of_different_and_of_the_same_content(self):
        files = {f"S{i}USD_60.csv": lines("2024-01-01", "2024-01-03", o=1 + i, h=9 + i, c=2 + i) for i in range(4)}
        names = sorted(files)
        wanted = {name.split("_")[0]: 49 for name in names}
        archives = [self.archive(f"a{i}", {name: files[name] for name in some})
                    for i, some in enumerate([names[:2], names[1:3], names[3:], names])]
        zipped = self.archive("all.zip", files)
        for i in range(ROUNDS):
            project = self.project(f"p{i}")
            ended = at_once(project, *(["ingest-historic", "-p", f"archive={a}"] for a in (*archives, zipped)))
            self.assertEqual([code for code, _ in ended], [DONE] * 5, ended)
            count = project.sql("SELECT symbol, count(*) AS n, count(DISTINCT datetime) AS d FROM bronze.cryptos GROUP BY ALL")
            self.assertEqual({r["symbol"]: r["n"] for r in count}, wanted)
            self.assertEqual({r["symbol"]: r["d"] for r in count}, wanted)
            units = project.sql("SELECT symbol, count(*) AS n FROM bronze.units GROUP BY ALL")
            self.assertEqual({r["symbol"]: r["n"] for r in units}, dict.fromkeys(wanted, 1))
            # whoever lost a race leaves no file behind that no commit names
            on_disk = {str(p.relative_to(project.lake / "bronze/cryptos")) for p in (project.lake / "bronze/cryptos").rglob("*.parquet")}
            self.assertEqual(on_disk, set(project.adds("bronze.cryptos")))


class Workflows(Case):
    def test_a_second_run_is_refused_and_the_first_goes_on(self):
        project = self.project()
        archive = self.archive("a", {"XBTUSD_60.csv": lines("2024-01-01", "2024-01-31")})
        ended = at_once(project, *[["historical", "-p", f"archive={archive}"]] * 2)
        self.assertIn(sorted(code for code, _ in ended), ([DONE, CONFLICT], [DONE, DONE]), ended)
        self.assertEqual(project.value("SELECT count(*) FROM silver.cryptos"), 721)


class Jobs(Case):
    def test_first_runs_of_one_job_append_once(self):
        project = self.project()
        project.ingest(self.archive("a", {"XBTUSD_60.csv": lines("2024-01-01", "2024-01-03")}))
        for i in range(ROUNDS):
            project.job(f"copy{i}", "SELECT symbol, datetime, close FROM changes('bronze.cryptos')", into=f"gold.copy{i}")
            ended = at_once(project, *[[f"copy{i}"]] * 3)
            self.assertEqual([code for code, _ in ended], [DONE] * 3, ended)
            self.assertEqual(project.value(f"SELECT count(*) FROM gold.copy{i}"), 49)


if __name__ == "__main__":
    main()
