"""What the lake must hold after some archives were loaded, worked out row by row in plain Python.

Archives are lists of files (path, rows as text); what is taken for granted about rows: those that are refused for what they are
say so themselves.
"""
import collections

from kit import text_of

FREQUENCIES = {60: "1h", 240: "4h", 1440: "1d"}
QUARTER_DAYS = ((1, 1), (4, 1), (7, 1), (10, 1))

# Of two reasons that a row has, the one about its time comes before these.
JUDGED_AFTER_TIME = {"price_not_positive", "negative_volume", "negative_trades", "high_below_low", "ohlc_inconsistent", "unsorted",
                     "duplicate", "duplicate_differs"}

# A file of an archive: its path within it, and its lines: (text, None or the reason to refuse it for).
File = collections.namedtuple("File", "path symbol minutes lines")
# QUARTER: (from, to) in seconds, None where the name says nothing.
Archive = collections.namedtuple("Archive", "name quarter files")


class Unit:
    def __init__(self, file, load):
        self.symbol, self.minutes, self.step, self.load = file.symbol, file.minutes, file.minutes * 60, load
        self.path, self.paths = file.path, []  # all that have its content: whichever is read first tells its name
        self.frequency = FREQUENCIES[file.minutes]
        self.content = "".join(text + "\n" for text, _ in file.lines)
        self.all = [(n, text, reason) for n, (text, reason) in enumerate(file.lines, 1)]
        self.times = [int(text.split(",")[0]) for _, text, reason in self.all if reason is None]
        if not self.content:
            self.all = [(0, "", "empty_file")]
        self.id = None  # the lake's, told by one of its paths

    def key(self):
        """What says that it is known: its content; where no row of it was taken also its range."""
        return (self.symbol, self.minutes, self.content, None if self.rows else (self.begin, self.end))


def time_told(text):
    """Of which time a line speaks that was refused, in seconds; None where that cannot be told."""
    try:
        t = int(text.split(",")[0])
    except ValueError:
        return None
    t = t // 1000 if t >= 946684800000 else t
    return t if 946684800 <= t < 4102444800 else None


def stretches(lines, taken):
    """Where lines lie of which no time can be read: (time of the row before, of the one behind), None where there is none."""
    found, after, is_lost = [], None, False
    for n, text, reason in lines:
        if n in taken:
            if is_lost:
                found.append((after, taken[n]))
            after, is_lost = taken[n], False
        elif reason not in ("empty_line", "empty_file") and time_told(text) is None:
            is_lost = True
    return found + [(after, None)] * is_lost


def is_quarter_end(t):
    return text_of(t)[5:19] in ("01-01T00:00:00", "04-01T00:00:00", "07-01T00:00:00", "10-01T00:00:00")


def archive_end(units):
    ends = []
    units = [u for u in units if u.times]
    for symbol in {u.symbol for u in units}:
        mine = [u for u in units if u.symbol == symbol]
        last = max(u.times[-1] for u in mine)
        ends.append(min(u.times[-1] + u.step for u in mine if u.times[-1] + u.step > last))
    end = max(ends, default=0)
    return max([end] + [u.times[-1] + u.step for u in units
                        if u.times[-1] + u.step - end <= u.step // 24 or is_quarter_end(u.times[-1] + u.step)])


def settle(archive, units):
    """Says of each unit which rows are taken, what is refused, and for which time it speaks."""
    end = None if archive.quarter else archive_end(units)
    for u in units:
        last_close = None
        if archive.quarter:
            a, b = archive.quarter
            is_outside = not u.times or u.times[-1] + u.step <= a or u.times[0] >= b
            if not is_outside:
                last_close = max(b, u.times[-1])
        elif len({x.minutes for x in units}) > 1:
            last_close = end
        u.rows, u.refused, taken = [], [], {}
        for n, text, reason in u.all:
            t = int(text.split(",")[0]) if reason is None or reason in JUDGED_AFTER_TIME else 0
            if t and last_close is not None and t + u.step > last_close:
                reason = "not_committed"
            if reason:
                u.refused.append((reason, n, text))
            else:
                taken[n] = t
                u.rows.append((t, *(float(x) for x in text.split(",")[1:6]), int(text.split(",")[6])))
        close = u.rows[-1][0] + u.step if u.rows else 0
        u.lost = stretches(u.all, taken)
        # what cannot be read at the end, also behind a candle that was not committed, may have been anything
        is_cut = any(b is None for _, b in stretches(u.all, {n: int(text.split(",")[0]) for n, text, reason in u.all if reason is None}))
        if not archive.quarter:
            # trades in another file of the symbol, of which this one should have had a candle
            is_left_behind = u.times and any(x.times[-1] >= u.times[-1] + u.step for x in units if x.symbol == u.symbol and x.times)
            goes_to = close if is_left_behind or is_cut else end // u.step * u.step
            u.begin, u.end = (u.rows[0][0], max(goes_to, close)) if u.rows else (0, 0)
        elif u.rows and (close <= a or u.rows[0][0] >= b):
            u.begin, u.end = u.rows[0][0], close
        elif is_cut:
            u.begin, u.end = (min(a, u.rows[0][0]), close) if u.rows else (0, 0)
        else:
            u.begin, u.end = (min(a, u.rows[0][0]) if u.rows else a), max(b // u.step * u.step, close)


class Oracle:
    def __init__(self):
        self.units = []  # that were loaded
        self.known = {}  # key → the unit

    def load(self, archive):
        units = [Unit(file, len(self.units)) for file in archive.files]
        settle(archive, units)
        number = len(self.units)
        for u in units:
            u.load = number
            if self.known.setdefault(u.key(), u) is u:
                self.units.append(u)
            self.known[u.key()].paths.append(u.path)

    def name_units(self, rows):
        """Takes the ids of units from rows of bronze.units: {"path": …, "unit": …}."""
        of = {row["path"].replace(".zip:", ".zip/"): row["unit"] for row in rows}
        for u in self.units:
            u.id = next(unit for path, unit in of.items() if any(path.endswith("/" + mine) for mine in u.paths))

    def keys(self):
        return sorted({(u.symbol, u.frequency, u.step) for u in self.units})

    def arrived(self):
        """(symbol, frequency, time) → the rows for it, in the order in which they came, each with its unit."""
        of = collections.defaultdict(list)
        for u in sorted(self.units, key=lambda u: (u.load, u.end, u.id)):
            for row in u.rows:
                of[u.symbol, u.frequency, row[0]].append((u, row))
        return of

    def silver(self):
        return sorted((symbol, frequency, *rows[-1][1]) for (symbol, frequency, _), rows in self.arrived().items())

    def restatements(self):
        found = []
        for (symbol, frequency, t), rows in self.arrived().items():
            for (_, old), (u, new) in zip(rows, rows[1:]):
                for i, field in enumerate(("open", "high", "low", "close", "volume", "trades"), 1):
                    slack = 1e-9 * max(abs(old[i]), abs(new[i])) if field == "volume" else 0
                    if abs(old[i] - new[i]) > slack:
                        found.append((symbol, frequency, t, field, float(old[i]), float(new[i]), u.id))
        return sorted(found)

    def quarantine(self):
        """Once for each content. Units of which nothing was taken are told apart by their range, which the quarantine leaves out."""
        return sorted({(reason, u.id if u.rows else u.id.rsplit("/", 1)[0], n, text) for u in self.units for reason, n, text in u.refused})

    def coverage(self):
        """(symbol, frequency) → open → state."""
        data = collections.defaultdict(set)
        for symbol, frequency, t in self.arrived():
            data[symbol, frequency].add(t)
        states = {}
        for symbol, frequency, step in self.keys():
            ranges = [(-(-u.begin // step) * step, u.end // step * step, u.lost) for u in self.units
                      if (u.symbol, u.frequency) == (symbol, frequency) and u.begin < u.end]
            if not any(a < b for a, b, _ in ranges):
                continue
            said = {t for a, b, lost in ranges for t in range(a, b, step)
                    if not any((x is None or t > x) and (y is None or t < y) and (x, y) != (None, None) for x, y in lost)}
            begin, end = min(a for a, b, _ in ranges if a < b), max(b for a, b, _ in ranges if a < b)
            told = {time_told(text) for u in self.units if (u.symbol, u.frequency) == (symbol, frequency) for _, _, text in u.refused}
            said_of = said - {t // step * step for t in told if t is not None}
            states[symbol, frequency] = {
                t: "data" if t in data[symbol, frequency] else "confirmed_empty" if t in said_of else "missing"
                for t in range(begin, end, step)}
        return states

    def info(self):
        coverage, silver, rows = self.coverage(), collections.defaultdict(list), []
        for symbol, frequency, t, *_ in self.silver():
            silver[symbol, frequency].append(t)
        for symbol, frequency, _ in self.keys():
            units = [u for u in self.units if (u.symbol, u.frequency) == (symbol, frequency) and u.rows]
            if not units:
                continue
            states = list(coverage[symbol, frequency].values())
            counts = (len(states), states.count("confirmed_empty"), states.count("missing"))
            times = silver[symbol, frequency]
            rows.append(("bronze", "bronze.cryptos", symbol, frequency, min(u.rows[0][0] for u in units),
                         max(u.rows[-1][0] for u in units), sum(len(u.rows) for u in units), *counts))
            for stage, table in (("silver", "silver.cryptos"), ("gold", "gold.candles")):
                rows.append((stage, table, symbol, frequency, min(times), max(times), len(times), *counts))
        return sorted(rows)
