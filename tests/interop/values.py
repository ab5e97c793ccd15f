"""Values of every primitive type of Delta tables that readers and writers get wrong: the edges, nulls, and text that
means something in paths, in JSON or in Hive's names of folders."""

import decimal

import pyarrow as pa

TEXTS = [
    "plain", "", " ", " before", "behind ", "a b", "a/b", "a\\b", "a%b", "a%20b", "%", "%%", "%2F", "a=b", "a:b", "a+b",
    "a&b", "a?b", "a#b", "a*b", "{a}", "[a]", "a'b", 'a"b', "a,b", "a;b", "a|b", "a\tb", "a\nb", "\u00e4\u00f6\u00df",
    "\u65e5\u672c", "\U0001f680", "e\u0301", "\u00e9", "null", "NULL", "true", "1", "-1.50", "2024-01-31", ".", "..",
    "~", "$a", "<a>", "a^b", "A", "_delta_log", "x" * 100,
]  # fmt: skip


def _decimals(precision, scale):
    with decimal.localcontext() as context:
        context.prec = 80
        unit = decimal.Decimal(1).scaleb(-scale)
        most = (10**precision - 1) * unit
        return pa.array([0 * unit, unit, -unit, most, -most, None], pa.decimal128(precision, scale))


def _days(*texts):
    return pa.array(texts, pa.int32()).cast(pa.date32())


# Days since 1970: 0001-01-01, 1582-10-04, 1582-10-15, 1969-12-31, 1970-01-01, 2024-02-29, 9999-12-31.
_DAYS = [-719162, -141428, -141427, -1, 0, 19782, 2932896, None]
# 0000-01-01 and 12345-06-07: Python does not know them, Delta's readers must.
_FAR_DAYS = [-719528, 3789818]
_DAY = 86_400_000_000
_MICROS = [-719162 * _DAY, -141427 * _DAY - 1, -1, 0, 1, 19782 * _DAY + 123456, 1711846800_000000, 2932897 * _DAY - 1, None]

# What may be a column and a column to partition by.
PRIMITIVE = {
    "boolean": pa.array([True, False, None], pa.bool_()),
    "byte": pa.array([-128, 0, 127, None], pa.int8()),
    "short": pa.array([-32768, 0, 32767, None], pa.int16()),
    "integer": pa.array([-(2**31), 0, 2**31 - 1, None], pa.int32()),
    "long": pa.array([-(2**63), -(2**53) - 1, 0, 2**53 + 1, 2**63 - 1, None], pa.int64()),
    "float": pa.array([0.1, 1.5, -3.4028235e38, 1.17549435e-38, float("inf"), float("-inf"), float("nan"), None], pa.float32()),
    "double": pa.array(
        [0.1, 1e23, -1.7976931348623157e308, 5e-324, float("inf"), float("-inf"), float("nan"), None], pa.float64()
    ),
    "decimal_1_0": _decimals(1, 0),
    "decimal_9_2": _decimals(9, 2),
    "decimal_10_10": _decimals(10, 10),
    "decimal_18_6": _decimals(18, 6),
    "decimal_19_0": _decimals(19, 0),
    "decimal_38_0": _decimals(38, 0),
    "decimal_38_18": _decimals(38, 18),
    "decimal_38_38": _decimals(38, 38),
    "string": pa.array(TEXTS + [None], pa.string()),
    "binary": pa.array([b"", b"\0", b"\x00\xff", b"\xde\xad\xbe\xef", b"text", b"a/b %", bytes(range(8)), None], pa.binary()),
    "date": _days(*_DAYS),
    "timestamp": pa.array(_MICROS, pa.int64()).cast(pa.timestamp("us", "UTC")),
    "timestamp_ntz": pa.array(_MICROS, pa.int64()).cast(pa.timestamp("us")),
}

# Only as columns: what cannot be written in the text of a partition value.
FAR = {
    "date": _days(*_FAR_DAYS),
    "timestamp": pa.array([d * _DAY for d in _FAR_DAYS], pa.int64()).cast(pa.timestamp("us", "UTC")),
    "double": pa.array([-0.0], pa.float64()),
    "string": pa.array(["x" * 100_000, "\0", "\x01\x1f"], pa.string()),
    "binary": pa.array([bytes(range(256)) * 100, None], pa.binary()),
}


def _side_by_side(arrays):
    """As many rows as the longest has values; the shorter ones end in nulls."""
    most = max(len(a) for a in arrays.values())
    padded = {n: pa.concat_arrays([a, pa.nulls(most - len(a), a.type)]) for n, a in arrays.items()}
    return pa.table({"id": pa.array(range(most), pa.int64()), **padded})


def column_table():
    """All types side by side."""
    return _side_by_side({n: pa.concat_arrays([a, FAR[n]]) if n in FAR else a for n, a in PRIMITIVE.items()})


# What a writer cannot write as a partition. We refuse what would come back as null; Spark makes no folder with a NUL in
# its name and takes bytes for UTF-8; delta-rs writes -0.05 as "0.-5", and 5e-324 as a folder with all its zeros.
UNWRITABLE = {
    ("bullion", "string"): lambda v: v == "",
    ("spark", "binary"): lambda v: b"\0" in v or b"\xff" in v or b"\xde" in v,
    ("delta-rs", "decimal"): lambda v: v < 0,
    ("delta-rs", "double"): lambda v: v != 0 and not 1e-100 < abs(v) < 1e100,
}


def writable(name, writer):
    """The values of a type that WRITER can write as a partition."""
    array = PRIMITIVE[name]
    unwritable = UNWRITABLE.get((writer, name.split("_")[0]))
    return pa.array([v for v in array.to_pylist() if v is None or not unwritable(v)], array.type) if unwritable else array


def partition_table(name, writer):
    """Two rows for each value: a number, and the value to partition by."""
    array = writable(name, writer)
    twice = pa.concat_arrays([array, array])
    return pa.table({"id": pa.array(range(len(twice)), pa.int64()), "p": twice})


def partitions_table(writer, half):
    """Every other type (HALF 0 or 1) side by side, to partition by all of them."""
    names = [n for n in PRIMITIVE if (writer, n) != ("bullion", "binary")]
    return _side_by_side({n: writable(n, writer) for n in names[half::2]})


def nested_table():
    """Structs, lists and maps, deep, empty and null at every level."""
    when = pa.timestamp("us", "UTC")
    inner = pa.struct([("x", pa.int32()), ("y", pa.string()), ("at", when)])
    deep = pa.struct([("a", pa.list_(inner)), ("b", pa.map_(pa.string(), pa.list_(pa.decimal128(12, 3)))), ("c", inner)])
    one = {"x": 1, "y": "\u00e9", "at": 1_700_000_000_000_001}
    none = {"x": None, "y": None, "at": None}
    d = decimal.Decimal
    return pa.table(
        {
            "id": pa.array(range(5), pa.int64()),
            "s": pa.array([one, none, None, one, {"x": -1, "y": "", "at": -1}], inner),
            "l": pa.array([[1, 2], [], None, [None], [3, None, 4]], pa.list_(pa.int64())),
            "ll": pa.array([[[b"a"], []], [], None, [None, [None]], [[b"", b"\xff"]]], pa.list_(pa.list_(pa.binary()))),
            "m": pa.array([[("k", 1.5)], [], None, [("a/b", None)], [("x", 1.0), ("y", 2.0)]], pa.map_(pa.string(), pa.float64())),
            "deep": pa.array(
                [
                    {"a": [one, None, none], "b": [("q", [d("1.500"), None])], "c": one},
                    {"a": [], "b": [], "c": none},
                    None,
                    {"a": None, "b": None, "c": None},
                    {"a": [one], "b": [("q", []), ("r", None)], "c": None},
                ],
                deep,
            ),
            "ls": pa.array([[one], [None], None, [], [none, one]], pa.list_(inner)),
            "ms": pa.array([[(7, one)], [(8, None)], None, [], [(9, none)]], pa.map_(pa.int32(), inner)),
        }
    )
