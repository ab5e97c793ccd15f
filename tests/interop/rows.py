"""Tables compared row for row: as multisets of rows, with the names and the exact types of their columns.

Values are compared as what is stored (a timestamp is a count of microseconds, a double its shortest text), never as
Python's own types, which know no year 10000 and no nanoseconds.
"""

import collections
import math

import pyarrow as pa
import pyarrow.types as is_

MANY = 20_000


def type_name(kind):
    """One name for what Delta does not tell apart: string, large_string and dictionaries of them."""
    if is_.is_dictionary(kind):
        return type_name(kind.value_type)
    if is_.is_string(kind) or is_.is_large_string(kind) or is_.is_string_view(kind):
        return "string"
    if is_.is_binary(kind) or is_.is_large_binary(kind) or is_.is_binary_view(kind) or is_.is_fixed_size_binary(kind):
        return "binary"
    if is_.is_timestamp(kind):
        return "timestamp" if kind.tz else "timestamp_ntz"
    if is_.is_decimal(kind):
        return f"decimal({kind.precision},{kind.scale})"
    if is_.is_struct(kind):
        return "struct<" + ", ".join(f"{f.name}: {type_name(f.type)}" for f in kind) + ">"
    if is_.is_map(kind):
        return f"map<{type_name(kind.key_type)}, {type_name(kind.item_type)}>"
    if is_.is_list(kind) or is_.is_large_list(kind):
        return f"list<{type_name(kind.value_type)}>"
    return str(kind)


def _runs(array, values):
    offsets = array.offsets.to_pylist()
    return [values[a:b] for a, b in zip(offsets, offsets[1:])]


def _values(array):
    kind = array.type
    valid = array.is_valid().to_pylist()
    if is_.is_dictionary(kind):
        return _values(array.dictionary_decode())
    if is_.is_struct(kind):
        fields = [_values(array.field(i)) for i in range(kind.num_fields)]
        out = list(zip(*fields)) if fields else [()] * len(array)
    elif is_.is_map(kind):
        keys, items = _runs(array, _values(array.keys)), _runs(array, _values(array.items))
        out = [tuple(sorted(zip(k, v), key=repr)) for k, v in zip(keys, items)]
    elif is_.is_list(kind) or is_.is_large_list(kind):
        out = [tuple(v) for v in _runs(array, _values(array.values))]
    elif is_.is_timestamp(kind):
        scale = {"s": 1_000_000, "ms": 1000, "us": 1}.get(kind.unit)
        raw = array.cast(pa.int64()).to_pylist()
        # Nanoseconds are kept as such where they are no whole microseconds: nobody may round.
        out = [v if v is None else v * scale if scale else v // 1000 if v % 1000 == 0 else f"{v} ns" for v in raw]
    elif is_.is_date(kind):
        out = array.cast(pa.int32()).to_pylist()
    elif is_.is_floating(kind):
        out = [v if v is None else "nan" if math.isnan(v) else repr(v) for v in array.to_pylist()]
    elif is_.is_decimal(kind):
        out = [v if v is None else format(v, "f") for v in array.to_pylist()]
    else:
        out = array.to_pylist()
    return [v if ok else None for v, ok in zip(out, valid)]


def rows(table):
    """The rows of an Arrow table as a multiset."""
    if not table.num_columns:
        return collections.Counter({(): table.num_rows})
    columns = [_values(c.combine_chunks()) if c.num_chunks != 1 else _values(c.chunk(0)) for c in table.columns]
    return collections.Counter(zip(*columns))


def columns(table):
    return [f"{f.name}: {type_name(f.type)}" for f in table.schema]


def _is_same_sorted(actual, expected):
    """The same, sooner, for tables of many rows and plain columns: Arrow sorts and compares them."""
    by = [(name, "ascending") for name in expected.column_names]
    return actual.cast(expected.schema).sort_by(by).equals(expected.sort_by(by))


def assert_same(actual, expected, who="bullion"):
    """Fails, naming columns or rows, where the tables differ."""
    assert columns(actual) == columns(expected), f"{who} gives other columns"
    if expected.num_rows > MANY and _is_same_sorted(actual, expected):
        return
    found, wanted = rows(actual), rows(expected)
    if found != wanted:
        lines = [f"{who} gives other rows: {found.total()} instead of {wanted.total()}"]
        for title, some in (("missing", wanted - found), ("not expected", found - wanted)):
            lines += [f"  {title}: {n} x {row!r}" for row, n in list(some.items())[:5]]
        raise AssertionError("\n".join(lines))
