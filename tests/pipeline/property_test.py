#!/usr/bin/env python3
"""property_test.py BULLION ROOT: random archives, loaded in random steps, against oracle.py; then the same with --full.

Overlaps, restated and repeated rows, holes, quarters that nobody downloaded, candles cut off at the end of an archive, bad rows.
First few symbols with many candles, then many symbols with few: each of those is a small case of its own for what was said.
BLN_SEED=N repeats one seed; BLN_SOAK=1 tries many.
"""
import os
import random

from kit import IS_SOAK, Case, main, time_of
from oracle import Archive, File, Oracle

SEEDS = [int(os.environ["BLN_SEED"])] if "BLN_SEED" in os.environ else range(100, 160) if IS_SOAK else [1, 4]
SYMBOLS = 100 if IS_SOAK else 15


def quarter(number):
    """(from, to) of the NUMBERth quarter from 2022 on."""
    starts = [time_of(f"{2022 + n // 4}-{1 + n % 4 * 3:02}-01") for n in (number, number + 1)]
    return tuple(starts)


class Market:
    """What an exchange says of its candles: the same again, now and then something else."""

    def __init__(self, dice):
        self.dice, self.said = dice, {}

    def row(self, symbol, minutes, t, restate):
        key = (symbol, minutes, t)
        if key not in self.said:
            low = self.dice.randint(100, 200) / 8
            high = low + self.dice.randint(0, 40) / 8
            self.said[key] = [low + self.dice.choice([0, high - low]), high, low, low + (high - low) / 2,
                              self.dice.choice([0.0, self.dice.uniform(0, 1e4), 1e-6, 12345678.12345678]), self.dice.randint(0, 99)]
        elif self.dice.random() < restate:
            row = self.said[key] = list(self.said[key])
            field = self.dice.randrange(6)
            if field == 4:
                row[4] = row[4] * (1 + self.dice.choice([3e-10, -3e-8])) + self.dice.choice([0, 1])
            elif field == 5:
                row[5] += 1
            else:
                row[1] += 1.5
                row[field] = row[1] if field < 2 else row[field]
        return f"{t}," + ",".join(map(repr, self.said[key]))


def spoiled(dice, line):
    """LINE, a good one, made into one to refuse wherever it stands, and why."""
    fields = line.split(",")
    t = int(fields[0])
    return dice.choice([
        (line + ",1", "wrong_columns"),
        (",".join(fields[:3]), "wrong_columns"),
        (",".join(fields[:1] + ["x"] + fields[2:]), "not_a_number"),
        (",".join(fields[:6] + ["1.5"]), "not_an_integer"),
        (",".join(fields[:5] + ["nan"] + fields[6:]), "not_finite"),
        (",".join([fields[0] + "000"] + fields[1:]), "milliseconds"),
        (",".join([str(t + 1)] + fields[1:]), "off_grid"),
        (",".join([fields[0], "-1"] + fields[2:]), "price_not_positive"),
        (",".join(fields[:5] + ["-0.5"] + fields[6:]), "negative_volume"),
        (",".join(fields[:6] + ["-3"]), "negative_trades"),
        (",".join([fields[0], fields[1], "0.5"] + fields[3:]), "high_below_low"),
        (",".join([fields[0], "1e9"] + fields[2:]), "ohlc_inconsistent"),
    ])


def bad_row(dice, before, step):
    """A line to refuse behind the accepted line BEFORE, and why."""
    fields = before.split(",")
    t = int(fields[0])
    return dice.choice([
        ("", "empty_line"),
        ("<html>502 Bad Gateway</html>", "wrong_columns"),
        (",".join(["2024-01-01"] + fields[1:]), "not_a_number"),
        spoiled(dice, before),
        spoiled(dice, before),
        (",".join([str(t - dice.randint(1, 40) * step)] + fields[1:]), "unsorted"),
        (before, "duplicate"),
        (",".join(fields[:6] + [str(int(fields[6]) + 1)]), "duplicate_differs"),
    ])


def make_file(dice, market, path, symbol, minutes, a, b):
    """A file with candles of [a, b), with holes and bad rows."""
    step = minutes * 60
    restate = dice.choice([0, 0, 0.1])
    times = list(range(-(-a // step) * step, b, step))
    if len(times) > 60:  # not all: a stretch at each end, and one in between
        cut = dice.randrange(20, len(times) - 20)
        times = sorted({*times[:dice.randint(1, 15)], *times[cut:cut + 15], *times[-dice.randint(1, 15):]})
    there = [t for t in times if dice.random() < 0.9] or times[:1]
    lines = []
    for t in times:
        row = market.row(symbol, minutes, t, restate)
        if t in there:
            lines.append((row, None))
            if t not in (there[0], there[-1]) and dice.random() < 0.05:
                lines.append(bad_row(dice, row, step))
        elif there[0] < t < there[-1] and dice.random() < 0.3:
            lines.append(spoiled(dice, row))
    return File(path, symbol, minutes, lines)


def make_archive(dice, market, name):
    symbols = dice.sample(["XBTUSD", "ETHUSD", "XDGUSD"], dice.randint(1, 2))
    minutes = dice.sample([60, 240, 1440], dice.randint(1, 2))
    number = dice.randrange(10)
    a, b = quarter(number)
    is_update = dice.random() < 0.6
    if is_update:
        name += f"_Q{number % 4 + 1}_{2022 + number // 4}"
        if dice.random() < 0.3:  # it begins before its quarter, or goes on behind it
            a, b = a - dice.choice([0, 7200, 86400]), b + dice.choice([0, 3600, 2 * 86400])
    else:
        b = a + dice.randint(5, 300) * 86400 + dice.randrange(24) * 3600
    name += dice.choice(["", ".zip"])
    # now and then one that was cut short
    files = [make_file(dice, market, f"{name}/{s}_{m}.csv", s, m, a, b if dice.random() < 0.9 else a + (b - a) // 2)
             for s in symbols for m in minutes]
    if dice.random() < 0.3:  # one of them twice; with what a copy or a second download has
        f = dice.choice(files)
        files.append(File(f"{name}/more/{f.symbol}_{f.minutes}.csv", f.symbol, f.minutes, f.lines) if dice.random() < 0.5 and name.endswith(".zip")
                     else make_file(dice, market, f"{name}/more/{f.symbol}_{f.minutes}.csv", f.symbol, f.minutes, a, b))
        if not name.endswith(".zip") and not is_update:
            files.pop()  # another folder would be another archive
    return Archive(name, quarter(number) if is_update else None, files)


def small_file(dice, market, path, symbol, minutes, spans):
    """Some candles of one of SPANS, at its edges more than elsewhere, good and bad; or nothing."""
    step = minutes * 60
    lines = []
    for a, b in dice.sample(spans, min(len(spans), dice.choice([0, 1, 1, 1, 2]))):
        a, b = -(-a // step) * step, b // step * step
        edges = [a, a + step, b - step, b - 2 * step, *dice.choice([[], [a - step], [b], [b, b + step]])]
        lines += edges[:dice.randint(0, 4)] + [dice.randrange(a, b, step) for _ in range(dice.randint(0, 2))]
        if dice.random() < 0.3:
            t = dice.randrange(a, b, step)
            lines += range(t, min(t + dice.randint(2, 6) * step, b), step)
    rows = []
    for t in sorted(set(lines)):
        row = market.row(symbol, minutes, t, 0.1)
        if dice.random() < 0.25:
            rows.append(spoiled(dice, row))
            continue
        rows.append((row, None))
        if dice.random() < 0.1:
            rows.append(bad_row(dice, row, step))
    while rows and rows[-1][0] == "":  # empty lines at the end are none
        rows.pop()
    return File(path, symbol, minutes, rows)


def small_archive(dice, market, name, symbols):
    number = dice.randrange(6)
    is_update = dice.random() < 0.7
    spans = [quarter(number)]
    if is_update:
        name += f"_Q{number % 4 + 1}_{2022 + number // 4}"
    else:
        a = spans[0][0] + dice.randrange(60) * 86400 + dice.randrange(24) * 3600
        spans = [(a, a + 30 * 86400), (a + 30 * 86400, a + 37 * 86400), (a + 100 * 86400, a + 102 * 86400 + 7200)]
    name += dice.choice(["", ".zip"])
    files = []
    for s in dice.sample(symbols, max(1, len(symbols) * 2 // 3)):
        for m in dice.sample([240, 1440], dice.choice([1, 1, 2])):
            files.append(small_file(dice, market, f"{name}/{s}_{m}.csv", s, m, spans))
            if name.endswith(".zip") and dice.random() < 0.2:
                files.append(small_file(dice, market, f"{name}/more/{s}_{m}.csv", s, m, spans))
    return Archive(name, quarter(number) if is_update else None, files)


class Random(Case):
    def write(self, archive):
        prefix = len(archive.name) + 1
        return self.archive(archive.name, {f.path[prefix:]: "".join(text + "\n" for text, _ in f.lines) for f in archive.files})

    def same(self, got, wanted, what):
        if got != wanted:
            self.fail(f"{what}: too much: {sorted(set(got) - set(wanted))[:3]}, missing: {sorted(set(wanted) - set(got))[:3]}, "
                      f"{len(got)} rows, not {len(wanted)}")

    def check(self, project, oracle, what):
        oracle.name_units(project.sql("SELECT unit, path FROM bronze.units"))
        got = [tuple(r.values()) for r in project.sql("""
            SELECT symbol, frequency, CAST(epoch(datetime) AS BIGINT), open, high, low, close, volume, trades
            FROM silver.cryptos ORDER BY ALL""")]
        self.same(got, oracle.silver(), f'{what}: silver.cryptos')
        got = [tuple(r.values()) for r in project.sql("""
            SELECT symbol, frequency, CAST(epoch(datetime) AS BIGINT), field, old_value, new_value, source_unit
            FROM silver.restatements ORDER BY ALL""")]
        self.same(got, oracle.restatements(), f'{what}: silver.restatements')
        if (project.lake / "silver/quarantine").is_dir() or oracle.quarantine():
            got = [tuple(r.values()) for r in project.sql(
                "SELECT reason, unit, line, raw FROM silver.quarantine WHERE NOT is_kept ORDER BY ALL")]
            self.same(got, oracle.quarantine(), f'{what}: silver.quarantine')
        states = {}
        for r in project.sql("""SELECT symbol, frequency, year, CAST(epoch("from") AS BIGINT) AS a, CAST(epoch("to") AS BIGINT) AS b,
                                       state, candles FROM gold.coverage"""):
            of = states.setdefault((r["symbol"], r["frequency"]), {})
            step = {"1h": 3600, "4h": 14400, "1d": 86400}[r["frequency"]]
            self.assertEqual((r["b"] - r["a"]) // step, r["candles"])
            for t in range(r["a"], r["b"], step):
                self.assertFalse(t in of, f"{what}: {r} overlaps another")
                of[t] = r["state"]
        wanted = oracle.coverage()
        self.assertEqual(sorted(states), sorted(wanted), what)
        for key, of in wanted.items():
            wrong = {t: (states[key].get(t), of.get(t)) for t in {*of, *states[key]} if states[key].get(t) != of.get(t)}
            if wrong:
                self.fail(f"{what}: gold.coverage {key}: (got, wanted) differ at {len(wrong)}: {sorted(wrong.items())[:3]}")
        got = [tuple(r.values()) for r in project.sql("""
            SELECT stage, "table", symbol, frequency, CAST(epoch(init_datetime) AS BIGINT), CAST(epoch(end_datetime) AS BIGINT), rows,
                   expected, confirmed_empty, missing FROM gold.info ORDER BY ALL""")]
        self.same(got, oracle.info(), f'{what}: gold.info')

    def run_seed(self, seed, archives):
        """Loads ARCHIVES, made by calling each, step by step; then all anew."""
        dice, oracle = random.Random(seed), Oracle()
        project = self.project(f"p{seed}", f"settings: {{threads: {dice.choice([1, 2, 4])}}}")
        for make in archives:
            archive = make()
            where = self.write(archive)
            oracle.load(archive)
            if dice.random() < 0.5:
                project.load(where)
            else:
                project.ingest(where)
        project.load(where)  # nothing new, but for the jobs behind
        self.check(project, oracle, f"seed {seed}, step by step")
        before = project.derived()
        project.load(where, "--full")
        self.check(project, oracle, f"seed {seed}, --full")
        self.assert_same_rows(before, project.derived(), f"seed {seed}, --full")

    def test_few_symbols(self):
        for seed in SEEDS:
            with self.subTest(seed=seed):
                dice = random.Random(seed)
                market = Market(dice)
                self.run_seed(seed, [lambda i=i: make_archive(dice, market, f"s{seed}a{i}") for i in range(dice.randint(2, 4))])

    def test_many_symbols(self):
        for seed in SEEDS:
            with self.subTest(seed=seed):
                dice = random.Random(seed)
                market, symbols = Market(dice), [f"S{n}USD" for n in range(SYMBOLS)]
                self.run_seed(-seed, [lambda i=i: small_archive(dice, market, f"m{seed}a{i}", symbols) for i in range(dice.randint(3, 6))])


if __name__ == "__main__":
    main()
