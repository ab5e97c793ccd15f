#!/usr/bin/env python3
"""program_test.py BULLION ROOT: the built program, as a user meets it. Only the standard library."""
import json
import os
import pathlib
import pty
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

from kit import BULLION, ROOT, bullion


class InAFolder(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="bln-cli-")
        self.at = pathlib.Path(self.folder.name)

    def tearDown(self):
        self.folder.cleanup()

    def project(self, text):
        (self.at / "bullion.yaml").write_text(text)

    def run_in(self, *args, **env):
        return bullion("-C", str(self.at), *args, **env)


class Help(unittest.TestCase):
    def test_every_level(self):
        top = bullion("--help")
        self.assertEqual((top.code, top.err), (0, ""))
        names = [line[2:18].strip() for line in top.out.split("Commands:\n")[1].split("\n\n")[0].splitlines()]
        self.assertIn("runs list", names)
        for name in names:
            for words in ([*name.split(), "--help"], ["help", *name.split()], [*name.split(), "-h"]):
                said = bullion(*words)
                self.assertEqual((said.code, said.err), (0, ""), words)
                self.assertIn(f"Usage: bullion {name}", said.out)
                self.assertIn("Examples:\n  ", said.out)
        self.assertIn("Usage: bullion runs COMMAND", bullion("runs", "--help").out)
        self.assertIn("### kind: sql", bullion("help", "config").out)

    def test_wrong_usage_exits_with_2(self):
        for args, expected in [
            ([], "Usage: bullion"),
            (["runs"], "Usage: bullion runs COMMAND"),
            (["validat"], "there is no command 'validat'; did you mean 'validate'?"),
            (["runs", "shw"], "did you mean 'runs show'?"),
            (["--jsn", "validate"], "unknown option '--jsn'; did you mean '--json'?"),
            (["runs", "list", "--limt", "3"], "unknown option '--limt' of bullion runs list; did you mean '--limit'?"),
            (["runs", "list", "--limit"], "--limit needs a value: N"),
            (["validate", "this"], "bullion validate takes 0 arguments: 'this' is too much"),
            (["completion", "tcsh"], "SHELL takes bash, zsh or fish, not 'tcsh'"),
            (["help", "validat"], "there is no help for 'validat'; did you mean 'validate'?"),
        ]:
            said = bullion(*args)
            self.assertEqual((said.code, said.out), (2, ""), args)
            self.assertIn(expected, said.err)

    def test_pages_are_current(self):
        self.assertEqual(bullion("man", "--format", "markdown").out, (ROOT / "docs/CLI.md").read_text(), "run make docs")
        self.assertEqual(bullion("help", "config").out, (ROOT / "docs/CONFIG.md").read_text(), "run make docs")

    def test_version(self):
        self.assertRegex(bullion("version").out, r"^bullion \d+\.\d+\.\d+\n$")
        self.assertEqual(list(json.loads(bullion("version", "--json").out)), ["version"])
        for words in (["--version"], ["-V"], ["run", "-V"], ["-C", "nowhere", "--version", "sql"]):
            said = bullion(*words)
            self.assertEqual((said.code, said.out), (0, bullion("version").out), words)
        self.assertIn("--version", bullion("__complete", "--", "--v").out)

    def test_bash_completes(self):
        script = (
            'source <("$0" completion bash); bullion() { "$BULLION" "$@"; };'
            'COMP_WORDS=(bullion runs l); COMP_CWORD=2; _bullion; echo "${COMPREPLY[@]}"'
        )
        said = subprocess.run(["bash", "-c", script, BULLION], env={**os.environ, "BULLION": BULLION}, capture_output=True)
        self.assertEqual(said.stdout.decode(), "list logs\n")

    def test_it_starts_at_once(self):
        if "asan" in BULLION:
            self.skipTest("sanitizers take their time")
        times = []
        for _ in range(20):
            begun = time.perf_counter()
            subprocess.run([BULLION, "version"], stdout=subprocess.DEVNULL)
            times.append(time.perf_counter() - begun)
        self.assertLess(sorted(times)[2], 0.02)

    def test_a_closed_pipe_is_no_failure(self):
        said = subprocess.run(["bash", "-c", '"$0" man | head -c 1 >/dev/null; echo ${PIPESTATUS[0]}', BULLION], capture_output=True)
        self.assertEqual((said.stdout, said.stderr), (b"0\n", b""))


class Projects(InAFolder):
    def test_init_makes_what_validate_takes(self):
        made = self.at / "a" / "demo"
        said = bullion("init", str(made))
        self.assertEqual((said.code, said.out), (0, ""), said.err)
        self.assertIn("\nlake: ./lake ", (made / "bullion.yaml").read_text())
        for template in (ROOT / "templates/crypto").rglob("*"):
            if template.is_file():
                self.assertEqual((made / template.relative_to(ROOT / "templates/crypto")).read_bytes(), template.read_bytes())
        said = bullion("-C", str(made), "validate", "--json")
        self.assertEqual(said.code, 0, said.err)
        self.assertTrue(json.loads(said.out)["valid"])
        # a project needs no variable to be valid, and init overwrites nothing
        (made / "bullion.yaml").write_text("project: mine\n")
        said = bullion("init", str(made))
        self.assertEqual(said.code, 1)
        self.assertIn("is there already, and nothing is overwritten", said.err)
        self.assertEqual((made / "bullion.yaml").read_text(), "project: mine\n")

    def test_what_init_says_to_type_can_be_typed(self):
        for name in ("plain", "it's two words", "a$HOME;b", "~x"):
            said = bullion("init", name, cwd=self.at)
            line = next(line for line in said.err.splitlines() if line.endswith(" validate"))
            self.assertEqual(shlex.split(line), ["bullion", "-C", name, "validate"])

    def test_no_folder_is_not_the_root_of_all(self):  # as in -C "$UNSET"
        said = bullion("init", "", "--dry-run", cwd=self.at)
        self.assertEqual((said.code, said.err), (2, "bullion: DIR is empty: name a folder, or . for this one\n"))
        for words in (["init", "--dry-run"], ["validate"], ["version"]):
            said = bullion("-C", "", *words, cwd=self.at)
            self.assertEqual(said.code, 2)
            self.assertTrue(said.err.startswith("bullion: --directory is empty: name a folder"), said.err)

    def test_init_writes_nothing_when_one_file_is_there(self):
        (self.at / "jobs").mkdir()
        (self.at / "jobs/gold_info.sql").write_text("SELECT 1")
        self.assertEqual(bullion("init", cwd=self.at).code, 1)
        self.assertFalse((self.at / "bullion.yaml").exists())

    def test_json_is_a_result_or_refused(self):
        paths = [file["path"] for file in json.loads(bullion("init", str(self.at / "new"), "--json", "--dry-run").out)]
        self.assertFalse((self.at / "new").exists())
        made = bullion("init", str(self.at / "new"), "--json")
        self.assertEqual((made.code, made.err, [file["path"] for file in json.loads(made.out)]), (0, "", paths))
        self.assertEqual(sorted(paths), sorted(str(path) for path in (self.at / "new").rglob("*") if path.is_file()))
        for args in (["runs", "logs"], ["man"], ["completion", "bash"], ["help"]):
            said = self.run_in(*args, "--json")
            self.assertEqual((said.code, said.out, said.err), (2, "", f"bullion: bullion {' '.join(args[:2 if args[0] == 'runs' else 1])} gives no JSON: leave --json out\n"))

    def test_init_can_only_say(self):
        said = bullion("init", str(self.at / "demo"), "--dry-run")
        self.assertEqual(said.code, 0)
        self.assertIn("would write", said.err)
        self.assertFalse((self.at / "demo").exists())

    def test_a_bare_file_is_a_project(self):
        self.project("")
        said = bullion("validate", cwd=self.at)
        self.assertEqual((said.code, said.out), (0, "bullion.yaml is valid: 0 sources, 0 jobs, 0 workflows, 0 triggers\n"))

    def test_all_that_is_wrong_is_told(self):
        self.project(
            "jobs:\n"
            "  explore: {kind: command, argv: [x], retires: 2}\n"
            "  lost: {kind: sql, file: x.sql, into: silver}\n"
            "workflows: {w: {steps: {a: {job: explor}}}}\n"
        )
        said = bullion("validate", cwd=self.at)
        self.assertEqual((said.code, said.out), (2, ""))
        self.assertEqual(
            said.err.splitlines(),
            [
                "bullion.yaml:2:39: unknown key 'retires' in job 'explore'; did you mean 'retries'?",
                "bullion.yaml:3:40: job 'lost': into: 'silver' is no table: write layer.table, as in silver.cryptos, "
                "with small letters, digits and '_'",
                "bullion.yaml:4:34: step 'a' of workflow 'w': there is no job 'explor'; did you mean 'explore'?",
            ],
        )

    def test_what_it_refers_to_is_looked_at(self):
        self.project(
            "sources:\n"
            "  a: {kind: kraken_archve}\n"
            "  b: {kind: krakn}\n"
            "  c: {kind: kraken, whatever: it takes}\n"
            "  d: {kind: kraken_archive, pth: x}\n"
            "jobs:\n"
            "  j: {kind: sql, file: jobs/no.sql, into: silver.x}\n"
            "  i: {kind: ingest, source: c, into: bronze.crypto}\n"
            "  k: {kind: ingest, source: c, into: silver.cryptos}\n"
        )
        said = bullion("validate", cwd=self.at)
        self.assertEqual(said.code, 2)
        for part in (
            "bullion.yaml:2:13: source 'a':",
            "bullion.yaml:3:13: source 'b': there is no source of kind \"krakn\"; did you mean kraken?; there are: kraken_archive",
            "note: source 'c': this version of bullion does not read from kraken yet",
            "bullion.yaml:5:29: unknown key 'pth' in source 'd'; did you mean 'path'?",
            "bullion.yaml:8:38: job 'i': into: 'bronze.crypto' takes no candles as they are received; did you mean 'bronze.cryptos'?; "
            "there are: bronze.cryptos, bronze.indices, bronze.forex, bronze.commodities",
            "bullion.yaml:9:38: job 'k': into: 'silver.cryptos' takes no candles",
            "bullion.yaml:7:24: job 'j': file: cannot read jobs/no.sql: No such file or directory",
        ):
            self.assertIn(part, said.err)

    def test_a_file_that_is_no_text(self):
        (self.at / "bullion.yaml").write_bytes(b"project: x\nlake: a\0b\n")
        said = self.run_in("validate")
        self.assertEqual((said.code, said.err.split("bullion.yaml", 1)[1]), (2, ":2:8: the file is no UTF-8 text: here stands the byte 0x00\n"))

    def test_no_project(self):
        said = bullion("validate", cwd=self.at)
        self.assertEqual((said.code, said.out), (5, ""))
        self.assertIn("there is no bullion.yaml in this folder", said.err)
        self.assertEqual(self.run_in("runs", "list").code, 5)

    def test_talk_as_json(self):
        self.project("jbs: {}\n")
        said = self.run_in("validate", "--log-json")
        self.assertEqual(said.code, 2)
        for line in said.err.splitlines():
            self.assertEqual(json.loads(line)["level"], "error")


class Doctor(InAFolder):
    def test_a_sound_project(self):
        self.project("project: x\nsources: {s: {kind: fmp, key: '${env:FMP_KEY}'}}\n")
        said = self.run_in("doctor", "--json")
        checks = {row["check"]: row["verdict"] for row in json.loads(said.out)}
        self.assertEqual(said.code, 0, said.out)
        for name in ("project", "engine", "lake", "state", "fsync"):
            self.assertEqual(checks[name], "ok", said.out)
        self.assertEqual(checks["variables"], "warn")
        self.assertEqual([path.name for path in (self.at / "lake").iterdir()], [])  # it leaves nothing behind
        said = self.run_in("doctor", FMP_KEY="sesame-12345")
        self.assertRegex(said.out, r"(?m)^ok    variables ")
        self.assertNotIn("sesame", said.out + said.err)

    def test_what_is_broken_is_named(self):
        (self.at / "file").write_text("not a folder")
        self.project("lake: ./file\n")
        (self.at / ".bullion").mkdir()
        (self.at / ".bullion/state.db").write_text("not a database, but long enough to be looked at " * 50)
        said = self.run_in("doctor", BULLION_DUCKDB="/nowhere/libduckdb.so")
        self.assertEqual(said.code, 1)
        for name in ("engine", "lake", "state"):
            self.assertRegex(said.out, rf"(?m)^fail  {name} ")
        self.assertIn("/nowhere/libduckdb.so", said.out)


class Runs(InAFolder):
    def setUp(self):
        super().setUp()
        self.project("")
        (self.at / ".bullion/logs").mkdir(parents=True)
        (self.at / ".bullion/logs/1.log").write_text("hello from the job\n")
        self.assertEqual(self.run_in("runs", "list", "--json").out, "[]\n")
        self.assertEqual(self.run_in("runs", "show").code, 5)

    def test_they_may_be_looked_at_by_who_may_not_write(self):
        self.project("jobs: {say: {kind: command, argv: [echo, hello]}}\n")
        self.at.chmod(0o755)

        def nobody(*args, code=0):
            # Root may do anything by a capability only; as another user it could not reach a program that lies below /root.
            bare = "-dac_override,-dac_read_search"
            seal = ["setpriv", f"--bounding-set={bare}", f"--inh-caps={bare}"] if os.geteuid() == 0 else []
            said = subprocess.run([*seal, BULLION, "-C", self.at, *args], capture_output=True, timeout=60, text=True)
            self.assertEqual(said.returncode, code, said.stderr)
            return said

        def writable(may):
            for path in [self.at, *self.at.rglob("*")]:
                mode = path.stat().st_mode
                path.chmod(mode | 0o200 if may else mode & ~0o222 | 0o444 | (0o111 if path.is_dir() else 0))

        writable(False)
        self.assertEqual(nobody("runs", "list").stderr, "no runs\n")
        writable(True)
        self.assertEqual(self.run_in("run", "say").code, 0)
        writable(False)
        self.assertEqual([run["state"] for run in json.loads(nobody("runs", "list", "--json").stdout)], ["SUCCEEDED"])
        self.assertIn("state       SUCCEEDED", nobody("runs", "show").stdout)
        self.assertIn("hello\n", nobody("runs", "logs").stdout)
        self.assertIn("cannot write", nobody("runs", "cancel", "1", code=1).stderr)
        writable(True)

    def test_a_mistyped_name_is_not_nothing(self):
        self.project("jobs: {say: {kind: command, argv: [echo, hello]}, other: {kind: command, argv: [echo, hello]}}\n")
        self.assertEqual(self.run_in("run", "say").code, 0)
        said = self.run_in("runs", "list", "--name", "sya")
        self.assertEqual((said.code, said.out, said.err), (5, "", "bullion: nothing here is called 'sya'; did you mean 'say'?\n"))
        self.assertEqual(self.run_in("runs", "list", "--name", "zzzzzz", "--json").code, 5)
        self.assertEqual(self.run_in("runs", "list", "--name", "other").err, "no runs\n")
        self.project("jobs: {other: {kind: command, argv: [echo, hello]}}\n")  # what ran may be gone by now
        self.assertIn("SUCCEEDED", self.run_in("runs", "list", "--name", "say").out)

    def test_options_are_checked(self):
        self.assertEqual(self.run_in("runs", "list", "--limit", "0").code, 2)
        self.assertEqual(self.run_in("runs", "list", "--state", "DONE").code, 2)


class Properties(InAFolder):
    def setUp(self):
        super().setUp()
        self.project(
            "properties: {k: '${env:FOO}', m: 'a-${run:k}'}\n"
            "jobs:\n  say: {kind: command, argv: [sh, -c, 'echo \"[${run:m}] [${run:nope}] [$BULLION_PROPERTY_NOPE]\"']}\n"
            "workflows:\n  talk: {steps: {first: {job: say}}}\n"
        )

    def test_one_that_is_missing_is_told_before_anything_runs(self):
        for args in (["run", "say"], ["run", "talk"], ["run", "talk", "--dry-run"], ["run", "talk", "--json"]):
            said = self.run_in(*args, FOO="foo")
            self.assertEqual((said.code, bool(said.out)), (2, "--dry-run" in args), args)
            self.assertRegex(said.err, r"^bullion: job say: \S+bullion.yaml:3:3: argv: the run has no property 'nope': give it with -p nope=…\n$")
        self.assertFalse((self.at / ".bullion").exists())
        said = self.run_in("validate")
        self.assertEqual((said.code, said.err), (0, "note: workflow 'talk' must be given: -p nope=…\n"))

    def test_a_try_again_says_when(self):
        for delay, says in (("0s", "again at once"), ("300ms", r"again in [34]\d\dms"), ("1s", "again in 1s")):
            self.project(f"jobs:\n  say: {{kind: command, argv: [sh, -c, 'kill -9 $$'], retries: 1, retry_delay: {delay}}}\n")
            said = self.run_in("run", "say")
            self.assertRegex(said.err, rf"(?m)^RETRY      say                  {says}: job say: sh was killed by signal 9 \(SIGKILL\): ")

    def test_texts_of_the_file_refer_to_variables_and_given_ones_do_not(self):
        said = self.run_in("run", "talk", "-p", "nope=${env:FOO}", FOO="foo")
        self.assertEqual(said.code, 1, said.out)  # the shell's word: bad substitution
        said = self.run_in("run", "talk", "-p", "nope=it", FOO="foo")
        self.assertEqual(said.code, 0, said.err)
        self.assertEqual(self.run_in("runs", "logs").out, "[a-foo] [it] [it]\n")

    def test_what_the_environment_gives_is_masked_in_logs(self):
        self.project("properties: {deep: 'x-${env:DEEP}'}\nlake: '${env:LAKE}'\njobs:\n  say: {kind: command, argv: [sh, -c, "
                     "'echo \"$0 $BULLION_PROPERTY_DEEP $LAKE $PLACE\"; echo \"$0\" >&2; exit 3', '${env:S}', '${env:PLACE}']}\n"
                     "  ask: {kind: sql, file: ask.sql, into: gold.a}\n")
        (self.at / "ask.sql").write_text("SELECT error('it is ${env:ONLY_HERE}')")
        values = {"S": "hunter2!", "DEEP": "deep-down", "PLACE": "/data/place", "LAKE": str(self.at / "lake+"), "ONLY_HERE": "inside-sql-1"}
        said = self.run_in("run", "say", **values)
        self.assertEqual(said.code, 1, said.err)
        self.assertEqual(self.run_in("runs", "logs").out.splitlines()[:2], [f"*** x-*** {self.at}/lake+ /data/place", "***"])
        asked = self.run_in("run", "ask", **values)
        self.assertIn("it is ***", asked.err)
        for path in (self.at / ".bullion").rglob("*"):
            for secret in ("hunter2", "deep-down", "inside-sql"):
                self.assertFalse(path.is_file() and secret.encode() in path.read_bytes(), (path, secret))
        for secret in ("hunter2", "deep-down", "inside-sql"):
            self.assertNotIn(secret, said.err + asked.err)
        # what is only masked in logs is no secret elsewhere: it may be recorded
        self.assertEqual(self.run_in("run", "say", "-p", "deep=deep-down", **values).code, 1)

    def test_what_is_given_is_the_same_everywhere(self):
        self.project("properties: {p: unset}\njobs:\n  say: {kind: command, argv: [sh, -c, 'echo \"[$BULLION_PROPERTY_P]\"']}\n"
                     "  ask: {kind: sql, file: ask.sql, into: gold.a, mode: overwrite}\n")
        (self.at / "ask.sql").write_text("SELECT '${run:p}' AS a, getvariable('p') AS b")
        for given in ("${env:FOO}", "$${env:FOO}", "${run:p}", "${project:name}", "${env:NOT_SET}"):
            for job in ("say", "ask"):
                said = self.run_in("run", job, "-p", "p=" + given, FOO="foo")
                self.assertEqual(said.code, 0, said.err)
                if job == "say":
                    self.assertEqual(self.run_in("runs", "logs").out, f"[{given}]\n")
            self.assertEqual(self.run_in("sql", "FROM gold.a", "-f", "csv").out, f"a,b\n{given},{given}\n")


class Spilling(InAFolder):
    def setUp(self):
        super().setUp()
        self.project("")
        self.temporary = self.at / "tmp"
        self.temporary.mkdir()
        self.own = self.temporary / f"bullion-{os.geteuid()}"

    def sql(self, sql):
        return self.run_in("sql", sql, TMPDIR=str(self.temporary))

    def test_what_a_killed_query_left_is_removed_by_the_next(self):
        first = subprocess.Popen(
            [BULLION, "-C", self.at, "sql", "SELECT count(*) FROM range(1000000000000) a, range(1000) b"],
            env={**os.environ, "TMPDIR": str(self.temporary)}, stdout=subprocess.DEVNULL,
        )
        self.addCleanup(first.wait)
        self.addCleanup(first.kill)
        until = time.monotonic() + 30
        while not list(self.own.glob("*/spill")) and time.monotonic() < until:
            time.sleep(0.02)
        (left,) = self.own.iterdir()
        (left / "spill/duckdb_temp_storage-0.tmp").write_bytes(bytes(1000))
        self.assertEqual(self.sql("SELECT 1").code, 0)
        self.assertEqual(list(self.own.iterdir()), [left])  # it lives
        first.kill()
        first.wait()
        self.assertEqual(self.sql("SELECT 1").code, 0)
        self.assertEqual(list(self.own.iterdir()), [])
        self.assertEqual(self.own.stat().st_mode & 0o777, 0o700)

    def test_a_folder_of_somebody_elses_is_not_used(self):
        for is_link in (True, False):
            if is_link:
                self.own.symlink_to(self.at)
            else:
                self.own.mkdir()
                self.own.chmod(0o777)
            (self.own / "empty").mkdir()  # sweeping would remove it
            said = self.sql("SELECT 1")
            self.assertEqual((said.code, said.err), (0, ""))
            self.assertTrue((self.own / "empty").exists())
            if is_link:
                self.own.unlink()


class Cancelling(InAFolder):
    def setUp(self):
        super().setUp()
        self.project(
            "jobs:\n"
            "  sleep: {kind: command, argv: [sh, -c, 'touch begun; sleep 600'], max_concurrent: 1}\n"
            "workflows:\n"
            "  nap:\n    steps: {first: {job: sleep}, second: {job: sleep, after: [first]}}\n"
        )

    def begun(self, name):
        process = subprocess.Popen([BULLION, "-C", self.at, "run", name], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        until = time.monotonic() + 30
        while not (self.at / "begun").exists() and time.monotonic() < until:
            time.sleep(0.02)
        return process

    def active(self, *args):
        return json.loads(self.run_in("runs", "list", "--active", "--json", *args).out)

    def test_a_workflow_and_its_steps(self):
        process = self.begun("nap")
        (run,) = self.active()
        said = self.run_in("runs", "cancel", run["id"], "--wait", "--json")
        self.assertEqual((said.code, said.err), (0, ""))
        self.assertEqual(json.loads(said.out), {"id": run["id"], "name": "nap", "kind": "workflow", "state": "STOPPED"})
        self.assertEqual(process.wait(30), 130)
        shown = json.loads(self.run_in("runs", "show", run["id"], "--json").out)
        self.assertEqual([(step["step"], step["state"]) for step in shown["steps"]], [("first", "STOPPED"), ("second", "STOPPED")])

    def test_the_run_in_the_way_is_named_as_cancel_takes_it(self):
        process = self.begun("sleep")
        refused = self.run_in("run", "sleep")
        self.assertEqual(refused.code, 4, refused.err)
        command = refused.err.split("'bullion ")[1].split("'")[0].split()
        said = self.run_in(*command)
        self.assertEqual((said.code, said.out), (0, ""), said.err)
        self.assertIn("STOPPING   sleep", said.err)
        self.assertEqual(process.wait(30), 130)

    def test_a_dead_run_has_ended_already(self):
        process = self.begun("nap")
        (run,) = self.active()
        process.kill()
        process.wait()
        said = self.run_in("runs", "cancel", run["id"])
        self.assertEqual(said.code, 4)
        self.assertIn("has ended already: ERROR", said.err)
        self.assertEqual(self.active(), [])


class Installed(InAFolder):
    def test_it_finds_its_engine_beside_it(self):
        prefix = self.at / "usr"
        subprocess.run([ROOT / "tools/install", prefix, os.path.dirname(BULLION)], check=True)
        for page in (
            "share/man/man1/bullion.1",
            "share/bash-completion/completions/bullion",
            "share/zsh/site-functions/_bullion",
            "share/fish/vendor_completions.d/bullion.fish",
        ):
            self.assertGreater((prefix / page).stat().st_size, 100, page)
        self.project("")
        said = subprocess.run(
            [prefix / "bin/bullion", "-C", self.at, "doctor"], env={**os.environ, "LD_DEBUG": "files"}, capture_output=True
        )
        self.assertIn(b"/usr/bin/../lib/bullion/libduckdb.so", said.stderr)
        self.assertRegex(said.stdout.decode(), r"(?m)^ok    engine     DuckDB v")

    def test_a_library_that_cannot_be_loaded_says_why(self):
        self.project("")
        (self.at / "bin").mkdir()
        (self.at / "bin/libduckdb.so").write_text("short")
        shutil.copy(BULLION, self.at / "bin/bullion")
        alone = {k: v for k, v in os.environ.items() if k != "BULLION_DUCKDB"}
        said = subprocess.run([self.at / "bin/bullion", "sql", "SELECT 1"], cwd=self.at, env=alone, capture_output=True)
        self.assertRegex(said.stderr.decode(), "cannot load DuckDB: .*libduckdb.so: file too short")

    def test_a_variable_that_is_empty_is_not_set(self):
        self.project("")
        said = self.run_in("sql", "SELECT 1 AS n", "-f", "csv", BULLION_DUCKDB="")
        self.assertEqual((said.code, said.out), (0, "n\n1\n"), said.err)


class Terminals(InAFolder):
    def test_colour_is_for_terminals(self):
        self.project("jbs: {}\n")
        master, slave = pty.openpty()
        subprocess.run([BULLION, "-C", str(self.at), "nothing"], stderr=slave, env={**os.environ, "TERM": "xterm"})
        os.close(slave)
        self.assertIn(b"\033[31mbullion: ", os.read(master, 4096))
        os.close(master)
        self.assertNotIn("\033", self.run_in("nothing").err)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
