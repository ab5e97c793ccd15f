#!/usr/bin/env python3
"""examples_test.py BULLION ROOT DEMO_ARCHIVE: what the documents tell people to type works.

The commands of README.md, docs/*.md and a new project's README.md run in a scratch project with a small generated archive in the
place of those that the examples name; what stands for anything (a path, an id) is replaced by something that is there."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

BULLION, ROOT, DEMO_ARCHIVE = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]), os.path.abspath(sys.argv[3])
SCRATCH = tempfile.TemporaryDirectory(prefix="bln-docs-")
AT = pathlib.Path(SCRATCH.name)
PROJECT = AT / "crypto"
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "templates/crypto/README.md"]
YAML = r"(?m)^(project|lake|sources|tables|jobs|workflows|triggers|properties|settings): ?$"


def shell(script, folder=PROJECT):
    """Runs SCRIPT as somebody would in bash; returns what it printed, and fails where it does."""
    said = subprocess.run(
        ["bash", "-c", "set -eo pipefail\nfpath=(. \"$HOME\")\n" + script], cwd=folder, capture_output=True, text=True, timeout=120,
        env={**os.environ, "PATH": f"{AT}/bin:{os.environ['PATH']}", "HOME": f"{AT}/home", "FMP_KEY": "x"},
    )
    assert said.returncode == 0, f"exit code {said.returncode} from:\n{script}\n{said.stdout}{said.stderr}"
    return said.stdout


def rows(sql, *options):
    return json.loads(shell(f"bullion sql \"$SQL\" --json {' '.join(options)}".replace("$SQL", sql.replace('"', '\\"'))))


def blocks(path):
    """(heading, language, text) of the fenced and the indented blocks."""
    heading, found, fence, indented = "", [], None, []
    for line in [*path.read_text().splitlines(), ""]:
        if fence is not None:
            if line.startswith("```"):
                found.append((heading, fence[0], "\n".join(fence[1:])))
                fence = None
            else:
                fence.append(line)
        elif line.startswith("```"):
            fence = [line[3:].strip()]
        elif line.startswith("    ") or (not line and indented):
            indented.append(line[4:])
            continue
        elif line.startswith("#"):
            heading = line.lstrip("# ")
        if indented and not line.startswith("    "):
            found.append((heading, "", "\n".join(indented).rstrip()))
            indented = []
    if indented:
        found.append((heading, "", "\n".join(indented).rstrip()))
    return found


def is_shell(language, text):
    return language in ("sh", "bash") or (not language and re.match(r"(#|bullion|make|demo_archive) ?", text))


def setUpModule():
    (AT / "bin").mkdir()
    (AT / "home/.config/fish/completions").mkdir(parents=True)
    os.symlink(BULLION, AT / "bin/bullion")
    os.symlink(DEMO_ARCHIVE, AT / "bin/demo_archive")
    (AT / "bin/man").write_text("#!/bin/sh\nexec cat\n")  # not on every machine that builds
    (AT / "bin/man").chmod(0o755)
    shell("demo_archive archive --zip --symbols 1 --years 1 --quarters 1", AT)
    PROJECT.mkdir()
    shutil.copy(AT / "archive/Kraken_OHLCVT.zip", PROJECT)  # where whoever follows the README has put it
    (block,) = [text for _, language, text in blocks(ROOT / "README.md") if is_shell(language, text) and "bullion init" in text]
    shell(block, AT)
    shell("bullion run gold-info --full; bullion run gold-info --full")  # so that there are versions to go back to
    (PROJECT / "new").mkdir()
    shutil.copy(AT / "archive/Kraken_OHLCVT_Q1_2025.zip", PROJECT / "new")


def tearDownModule():
    SCRATCH.cleanup()


def under_way():
    """The id of a run that lasts, begun now: what is to be cancelled must not have ended."""
    file = PROJECT / "bullion.yaml"
    if "nap:" not in file.read_text():
        file.write_text(file.read_text().replace("\njobs:\n", "\njobs:\n  nap: {kind: command, argv: [sleep, 60]}\n"))
    shell("nohup bullion run nap >/dev/null 2>&1 &")
    while not (runs := json.loads(shell("bullion runs list --active --name nap --state RUNNING --json"))):
        time.sleep(0.1)
    return runs[0]["id"]


def filled(text):
    """TEXT with what it leaves open filled in."""
    run = under_way() if "runs cancel" in text else json.loads(shell("bullion runs list --steps --json"))[0]["id"]
    for name, value in (("/data/sales", f"{PROJECT}/lake/gold/info"), ("3f2a", run[:8]), ("archive=PATH", "archive=Kraken_OHLCVT.zip")):
        text = text.replace(name, value)
    return text


class Commands(unittest.TestCase):
    def test_blocks(self):
        ran = 0
        for path in DOCUMENTS:
            for heading, language, text in blocks(path):
                if not is_shell(language, text) or "bullion init crypto" in text:
                    continue
                folder = PROJECT
                if heading == "bullion init":
                    folder = AT / "fresh"
                    folder.mkdir()
                for line in [line for line in text.splitlines() if not line.startswith("#")]:
                    if line.startswith("make "):
                        shell("make -n " + line.split("#")[0][5:].strip(), ROOT)
                        continue
                    with self.subTest(document=path.name, command=line):
                        shell(filled(line), folder)
                        ran += 1
        self.assertGreater(ran, 35)

    def test_commands_in_the_text(self):
        for path in DOCUMENTS:
            for command in re.findall(r"`bullion ([^`\n]*)`", path.read_text()):
                words = re.match(r"(?:-C \S+ )?((?:[a-z]+ ?)*)", command)[1].split()[:2]
                if words and words[0] not in ("help", "run", "sql", "init"):
                    shell("bullion " + " ".join(words) + " --help", AT)
                elif words:
                    shell(f"bullion {words[0]} --help", AT)


class Yaml(unittest.TestCase):
    def test_examples_are_valid(self):
        checked = 0
        for path in DOCUMENTS:
            for _, language, text in blocks(path):
                if language not in ("", "yaml") or not re.search(YAML, text):
                    continue
                folder = AT / f"yaml{checked}"
                checked += 1
                for file in re.findall(r"\b(?:file|slices|side_file): ([\w/.]+)", text):
                    (folder / file).parent.mkdir(parents=True, exist_ok=True)
                    (folder / file).write_text("SELECT 1")
                folder.mkdir(exist_ok=True)
                (folder / "bullion.yaml").write_text(text + "\n")
                with self.subTest(document=path.name, example=text):
                    shell("bullion validate", folder)
        self.assertGreater(checked, 1)


class Sql(unittest.TestCase):
    """docs/SQL.md: each row of its tables is true."""

    TEXT = (ROOT / "docs/SQL.md").read_text()

    def table(self, head):
        lines = self.TEXT[self.TEXT.index(f"| {head} |"):].split("\n\n")[0].splitlines()[2:]
        return [re.findall(r"`([^`]+)`", line.split("|")[1]) for line in lines]

    def job(self, name, keys, sql):
        (PROJECT / f"jobs/{name}.sql").write_text(sql)
        config = PROJECT / "bullion.yaml"
        config.write_text(config.read_text().replace("\njobs:\n", f"\njobs:\n  {name}: {{kind: sql, file: jobs/{name}.sql, {keys}}}\n", 1))

    def test_queries(self):
        ran = 0
        for names in self.table("in a query"):
            for name in names:
                sql = name if name.startswith(("FROM", "WITH")) else f"SELECT {name} FROM (SELECT TIMESTAMPTZ '2024-03-01 10:07:00Z' AS t)"
                shell(f"bullion sql \"{filled(sql)} LIMIT 1\"")
                ran += 1
        self.assertEqual(ran, 7)

    def test_files(self):
        (row,) = [line for line in self.TEXT.splitlines() if line.startswith("| `FROM files(")]
        said = re.findall(r"`(\w+)`", row.split("|")[2])
        files = rows("FROM files('silver.cryptos')")
        self.assertEqual(said, list(files[0]))
        self.assertEqual(sum(file["rows"] for file in files), rows("SELECT count(*) AS n FROM silver.cryptos")[0]["n"])
        self.assertEqual({file["partition"]["symbol"] for file in files}, {"XBTUSD"})
        self.assertTrue(all((PROJECT / "lake/silver/cryptos" / file["path"]).stat().st_size == file["size_bytes"] for file in files))

    def test_macros(self):
        (row,) = rows(
            "SELECT frequency_us('15m') AS m, frequency_us('2h') AS h, frequency_us('1d') AS d, candle_open(t, '15m') AS opened, "
            "candle_open(TIMESTAMPTZ '1969-12-31 23:59:00Z', '1h') AS before, candle_close(candle_open(t, '15m'), '15m') AS closed "
            "FROM (SELECT TIMESTAMPTZ '2024-03-01 10:07:00Z' AS t)"
        )
        self.assertEqual(list(row.values()), [900_000_000, 7_200_000_000, 86_400_000_000, "2024-03-01T10:00:00Z",
                                              "1969-12-31T23:00:00Z", "2024-03-01T10:15:00Z"])

    def test_jobs(self):
        names = [name for group in self.table("in a job's query") for name in group]
        self.assertEqual([re.match(r"FROM (\w+)|\$\{run:|getvariable\('(\w+)'", name)[0] for name in names],
                         ["FROM changes", "FROM existing", "${run:", "getvariable('base'", "getvariable('slices'"])
        self.job("probe", "into: gold.probe, mode: upsert, key: [symbol], slice: [symbol], properties: {symbol: it's}",
                 "SELECT symbol, count(*) AS changed, getvariable('symbol') AS value, getvariable('base') AS base, "
                 "CAST(getvariable('slices') AS VARCHAR) AS slices, typeof(getvariable('slices')) AS type, "
                 "CASE WHEN '${run:base}' = 'USD' THEN (SELECT count(*) FROM silver.cryptos) END AS silver "
                 "FROM changes('bronze.cryptos') GROUP BY symbol")
        shell("bullion run probe")
        bronze = rows("SELECT count(*) AS n FROM bronze.cryptos")[0]["n"]
        silver = rows("SELECT count(*) AS n FROM silver.cryptos")[0]["n"]
        expected = {"symbol": "XBTUSD", "changed": bronze, "value": "it's", "base": "USD", "slices": "[{'symbol': XBTUSD}]",
                    "type": "STRUCT(symbol VARCHAR)[]", "silver": silver}
        self.assertEqual(rows("FROM gold.probe"), [expected])
        (PROJECT / "jobs/probe.sql").write_text(
            "SELECT symbol, 1::BIGINT AS changed, '${run:symbol}' AS value, NULL::VARCHAR AS base, NULL::VARCHAR AS slices, "
            "NULL::VARCHAR AS type, (SELECT count(*) FROM existing('gold.probe')) AS silver FROM changes('bronze.cryptos') GROUP BY symbol")
        shell("bullion run probe -p symbol=text")  # other SQL: everything is done again
        self.assertEqual([(row["value"], row["silver"]) for row in rows("FROM gold.probe")], [("text", 0)])
        shell("bullion run probe -p symbol=other --exit-code && exit 1 || [ $? = 3 ]")  # nothing is new
        shell("bullion run probe --full -p symbol=text")
        (row,) = rows("FROM gold.probe")
        self.assertEqual((row["value"], row["silver"]), ("text", 0))  # existing() has nothing with --full

    def test_the_daily_job(self):
        (example,) = [text for _, _, text in blocks(ROOT / "docs/SQL.md") if "daily:" in text]
        (sql,) = [text for _, language, text in blocks(ROOT / "docs/SQL.md") if language == "sql"]
        config = PROJECT / "bullion.yaml"
        config.write_text(config.read_text().replace("\njobs:\n", "\n" + example + "\n", 1))
        (PROJECT / "jobs/daily.sql").write_text(sql)
        shell("bullion validate && bullion run daily")
        daily = rows("FROM gold.daily ORDER BY ALL")
        self.assertEqual(sum(row["candles"] for row in daily), rows("SELECT count(*) AS n FROM silver.cryptos")[0]["n"])
        shell("bullion run ingest-historic -p archive=new && bullion run silver-cryptos && bullion run daily")
        daily = rows("FROM gold.daily ORDER BY ALL")
        shell("bullion run daily --full")
        self.assertEqual(rows("FROM gold.daily ORDER BY ALL"), daily)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
