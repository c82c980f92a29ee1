"""Checks tables by their column descriptions, and brings them into canonical order.

Knows columns, not business: ids are unique, references lead somewhere, numbers are in range. All
faults are collected; `tidy` is called only on tables without any.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from functools import cache
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from .finding_collector import Faults, Hint
from .id_rules import WORD_RULE, wrong_words
from .spelling_hints import Nearest
from .tables import Bools, Coded, Codes, Column, ColumnKind, Ints, Lists, Table

AnyTable = TypeVar("AnyTable", bound=Table)
NUMBERS = (ColumnKind.INT, ColumnKind.DAY, ColumnKind.RATE)
CODED = (ColumnKind.TEXT, ColumnKind.REF)


def words_of(tables: Iterable[Table]) -> dict[str, tuple[str, ...]]:
    """Every domain's sorted words: a table's ids (each given once) and all that refer to it."""
    ids: dict[str, tuple[str, ...]] = {}
    used: dict[str, set[str]] = {}
    for table in tables:
        for name, column in table.columns().items():
            value = getattr(table, name)
            if column.kind is ColumnKind.KEY:
                ids[table.NAME] = value
            elif isinstance(value, Coded | Lists):
                words = value.names if isinstance(value, Coded) else value.values.names
                used.setdefault(column.target, set()).update(words)
    domains = ids.keys() | used.keys()
    return {d: _sorted_words(ids.get(d, ()), used.get(d, set())) for d in domains}


def _sorted_words(ids: tuple[str, ...], used: set[str]) -> tuple[str, ...]:
    """No set of the ids is made where nothing refers to them: there may be a million."""
    others = used.difference(ids) if used else used
    return tuple(sorted((*ids, *others)))


def check_table(table: Table, known: Mapping[str, frozenset[str]], faults: Faults) -> None:
    """Note every fault of one table. `known`: the ids of the tables that were given."""
    if not len(table):
        return
    for name, column in table.columns().items():
        value = getattr(table, name)
        if column.kind is ColumnKind.KEY:
            _check_ids(table, name, value, faults)
        elif column.kind in CODED:
            _check_words(table, name, column, value, known, faults)
        elif column.kind is ColumnKind.REFS:
            _check_lists(table, name, column, value, known, faults)
        elif column.kind in NUMBERS:
            _check_range(table, name, column, value, faults)
        elif column.enum is not None:
            words = ", ".join(m.name for m in column.enum)
            faults.where(table, name, outside(value, column.enum), f"one of {words}")


def _check_ids(table: Table, name: str, ids: tuple[str, ...], faults: Faults) -> None:
    wrong = wrong_words(ids)
    if wrong is not None:
        faults.where(table, name, wrong, WORD_RULE)
    distinct = set(ids)
    if len(distinct) < len(ids):
        note_repeats(table, (name,), faults)
    if "" in distinct:
        empty = np.fromiter((not i for i in ids), dtype=np.bool_, count=len(ids))
        faults.where(table, name, empty, "is required")


def _check_words(
    table: Table,
    name: str,
    column: Column,
    value: Coded,
    known: Mapping[str, frozenset[str]],
    faults: Faults,
) -> None:
    wrong = wrong_words(value.names)
    if wrong is not None:
        faults.where(table, name, np.append(wrong, False)[value.codes], WORD_RULE)
    if column.required:
        faults.where(table, name, value.codes < 0, "is required")
    if column.kind is ColumnKind.REF and column.target in known:
        unknown = _unknown(value, known[column.target])
        hint = Nearest(known[column.target]).hint
        faults.where(table, name, unknown, f"an id of {column.target}", hint=hint)


def _unknown(value: Coded, ids: frozenset[str]) -> NDArray[np.bool_]:
    missing = np.array([n not in ids for n in value.names] + [False])
    picked: NDArray[np.bool_] = missing[value.codes]
    return picked


def _check_lists(
    table: Table,
    name: str,
    column: Column,
    value: Lists,
    known: Mapping[str, frozenset[str]],
    faults: Faults,
) -> None:
    wrong = wrong_words(value.values.names)
    if wrong is not None:
        marked = _rows_with(value, np.append(wrong, False)[value.values.codes])
        faults.where(table, name, marked, WORD_RULE)
    if column.target in known:
        ids = known[column.target]
        unknown = _rows_with(value, _unknown(value.values, ids))
        faults.where(table, name, unknown, f"a list of ids of {column.target}", hint=_hints(ids))


def _hints(ids: frozenset[str]) -> Hint:
    """For a list in one cell: what is near to each of its words that are no ids."""
    near = Nearest(ids)

    def hint(cell: str) -> str:
        unknown = [word for word in cell.split(", ") if word not in ids]
        return ", ".join(f"{word!r} is none" + _asked(near.hint(word)) for word in unknown)

    return hint


def _asked(question: str) -> str:
    return f", {question}" if question else ""


def _rows_with(value: Lists, words: Bools) -> Bools:
    """The rows whose list holds one of the words marked."""
    owner = np.repeat(np.arange(len(value)), value.counts())
    marked = np.zeros(len(value), dtype=np.bool_)
    marked[owner[words]] = True
    return marked


def _check_range(
    table: Table, name: str, column: Column, value: NDArray[Any], faults: Faults
) -> None:
    low, high = column.minimum, column.maximum
    assert low is not None and high is not None
    good = (value >= low) & (value <= high)  # not a number is on neither side
    if column.optional:
        good |= value == column.default
    if np.count_nonzero(good) < len(good):
        faults.where(table, name, ~good, range_rule(column), hint=range_hint(column))


def range_rule(column: Column) -> str:
    """The rule of a column of numbers, in words."""
    assert column.minimum is not None and column.maximum is not None
    dates = " (1900-01-01 to 2469-12-31)" if column.kind is ColumnKind.DAY else ""
    return f"between {_figure(column.minimum)} and {_figure(column.maximum)}{dates}"


def range_hint(column: Column) -> Hint:
    """What to do about a number out of the column's range."""

    def hint(cell: str) -> str:
        if column.kind is ColumnKind.RATE and column.maximum == 1 and 1 < float(cell) <= 100:
            return f"{cell} % is written {float(cell) / 100:g}"
        assert column.minimum is not None
        return column.remedy if float(cell) < column.minimum else ""

    return hint


def outside(value: NDArray[Any], enum: type[IntEnum]) -> NDArray[np.bool_]:
    """Which values are no member of `enum`."""
    members = _members(enum)
    least, size = int(members[0]), len(members)
    if int(members[-1]) - least + 1 == size:  # without gaps: a range
        outside: NDArray[np.bool_] = (value < least) | (value >= least + size)
        return outside
    return ~np.isin(value, members)


@cache
def _members(enum: type[IntEnum]) -> Ints:
    return np.sort(np.array([int(member) for member in enum], dtype=np.int64))


def _figure(value: float) -> str:
    return f"{int(value):,}" if value == int(value) else f"{value:g}"


def tidy(table: AnyTable, words: Mapping[str, tuple[str, ...]]) -> AnyTable:
    """The table in canonical order, its words coded by `words`. A keyed table that was left
    empty is filled with a default row for each word that refers to it."""
    kind = type(table)
    columns = kind.columns()
    if "id" in columns and len(table) == 0 and words.get(table.NAME):
        table = kind.of(id=words[table.NAME])
    recoded = {n: _recode(getattr(table, n), c, words) for n, c in columns.items()}
    if len(table) == 0:
        return kind(**recoded)
    order = _order(recoded, columns, words.get(table.NAME, ()))
    if order is None:
        return kind(**recoded)
    return kind(**{n: _pick(v, order) for n, v in recoded.items()})


def _recode(value: Any, column: Column, words: Mapping[str, tuple[str, ...]]) -> Any:
    if isinstance(value, Coded):
        return recoded(value, words.get(column.target, ()))
    if isinstance(value, Lists):
        return _sorted_lists(Lists(value.offsets, recoded(value.values, words[column.target])))
    return value


def recoded(value: Coded, names: tuple[str, ...]) -> Coded:
    """The same words, coded by position in `names` (sorted); unknown words become -1."""
    if not value.names or value.names == names:
        return Coded(names, value.codes)
    index = {n: i for i, n in enumerate(names)}
    lookup = np.array([index.get(n, -1) for n in value.names] + [-1], dtype=np.int32)
    return Coded(names, lookup[value.codes])


def _sorted_lists(value: Lists) -> Lists:
    if not len(value.values):
        return value
    owner = np.repeat(np.arange(len(value)), value.counts())
    order = np.lexsort((value.values.codes, owner))
    return Lists(value.offsets, Coded(value.values.names, value.values.codes[order]))


def _order(
    values: Mapping[str, Any], columns: Mapping[str, Column], words: tuple[str, ...]
) -> Ints | None:
    """By id; a table without one by its references, then by everything else.

    None: it is in order. `words`: the sorted ids, where nothing else is in their domain.
    """
    if "id" in columns:
        ids = values["id"]
        if ids == words:
            return None
        return np.array(sorted(range(len(ids)), key=ids.__getitem__), dtype=np.int64)
    keys = [v.codes if isinstance(v, Coded) else v for v in values.values()]
    return np.lexsort(keys[::-1]).astype(np.int64)


def rows_of(table: AnyTable, rows: Ints) -> AnyTable:
    """The table with these rows only, in this order, and with no words but theirs."""
    kind = type(table)
    return kind(**{n: _compact(_pick(getattr(table, n), rows)) for n in kind.columns()})


def _compact(value: Any) -> Any:
    if isinstance(value, Coded):
        return recoded(value, tuple(value.names[c] for c in np.unique(value.codes) if c >= 0))
    if isinstance(value, Lists):
        return Lists(value.offsets, _compact(value.values))
    return value


def _pick(value: Any, order: Ints) -> Any:
    if isinstance(value, tuple):
        return tuple(value[int(i)] for i in order)
    if isinstance(value, Coded):
        return Coded(value.names, value.codes[order])
    if isinstance(value, Lists):
        return _pick_lists(value, order)
    return np.ascontiguousarray(value[order])


def _pick_lists(value: Lists, order: Ints) -> Lists:
    counts = value.counts()[order]
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    inside = np.arange(offsets[-1]) - np.repeat(offsets[:-1], counts)
    codes: Codes = value.values.codes[np.repeat(value.offsets[order], counts) + inside]
    return Lists(offsets, Coded(value.values.names, codes))


def note_repeats(table: Table, names: tuple[str, ...], faults: Faults) -> None:
    """Note every row whose key, the columns `names`, is that of an earlier row.

    Of rows that are equal in every column all but the first cannot be used, of others none can:
    no one knows which is right.
    """
    keys = [_interned(getattr(table, n)) for n in names]
    first = first_rows(keys)
    repeats = (first != np.arange(len(table))) & np.all([codes >= 0 for codes in keys], axis=0)
    if not np.count_nonzero(repeats):
        return
    differs = _differing(table, first, repeats)
    spoilt = repeats | differs[first]
    twice = "is given twice"
    if len(names) > 1:
        twice += f" with the same {' and '.join(names[:-1])}"
    for bad, rule in (
        (repeats & differs[first], twice),
        (repeats & ~differs[first], f"{twice}, by equal rows"),
    ):
        faults.where(table, names[-1], bad, rule, other=first, spoilt=spoilt)


def first_rows(keys: Sequence[Codes]) -> Ints:
    """Of each row the first one with equal keys: itself, where it is the first."""
    order = np.lexsort(keys)  # stable: of equal rows, the first given comes first
    new = np.ones(len(order), dtype=np.bool_)
    new[1:] = np.any([codes[order[1:]] != codes[order[:-1]] for codes in keys], axis=0)
    first = np.empty(len(order), dtype=np.int64)
    first[order] = order[np.maximum.accumulate(np.where(new, np.arange(len(order)), 0))]
    return first


def _differing(table: Table, first: Ints, repeats: Bools) -> Bools:
    """Of each first row, whether one of its repeats differs from it in any column."""
    rows = np.flatnonzero(repeats)
    differs = np.zeros(len(table), dtype=np.bool_)
    for name in table.columns():
        value = getattr(table, name)
        if isinstance(value, Lists):
            other = [
                sorted(value.row(r)) != sorted(value.row(int(first[r]))) for r in rows.tolist()
            ]
        else:
            codes = value if isinstance(value, np.ndarray) else _interned(value)
            other = codes[rows] != codes[first[rows]]
        np.logical_or.at(differs, first[rows], np.array(other, dtype=np.bool_))
    return differs


def _interned(value: Coded | tuple[str, ...]) -> Codes:
    """Codes that are equal where the words are."""
    if isinstance(value, tuple):
        return Coded.of(value).codes  # the empty id is -1, a word as any other here
    words = set(value.names)
    return value.codes if len(words) == len(value.names) else recoded(value, (*words,)).codes


def digest_parts(tables: Iterable[Table]) -> Iterator[bytes]:
    """Canonical tables as bytes, for hashing: names, lengths, columns, each part after its size."""
    for table in tables:
        if len(table):
            yield from map(_sized, _table_bytes(table))
        else:
            yield _empty_bytes(cast(Any, type(table)))


@cache
def _empty_bytes(kind: type[Table]) -> bytes:
    """All parts of a table without rows: the same in every cycle, and most tables are."""
    return b"".join(map(_sized, _table_bytes(kind.of())))


def _sized(part: bytes) -> bytes:
    return len(part).to_bytes(8, "little") + part


def _table_bytes(table: Table) -> Iterator[bytes]:
    yield f"{table.NAME}:{len(table)}".encode()
    for name, column in table.columns().items():
        if column.later and _is_default(getattr(table, name), column):
            continue
        yield name.encode()
        yield from _column_bytes(getattr(table, name))


def _is_default(value: Any, column: Column) -> bool:
    """Whether no row gives the column."""
    if isinstance(value, Lists):
        return len(value.values) == 0
    if isinstance(value, Coded):
        return not np.any(value.codes >= 0)
    return bool(np.all(value == column.default))


def _column_bytes(value: Any) -> Iterator[bytes]:
    if isinstance(value, tuple):
        yield "\x1f".join(value).encode()
    elif isinstance(value, Lists):
        yield value.offsets.tobytes()
        yield from _column_bytes(value.values)
    elif isinstance(value, Coded):
        names, codes = _dense(value)
        yield "\x1f".join(names).encode()
        yield codes.tobytes()
    else:
        yield value.tobytes()


def _dense(value: Coded) -> tuple[list[str], Codes]:
    """The words in use (nothing is ""), and their codes from 0 without gaps."""
    used = np.flatnonzero(np.bincount(value.codes + 1, minlength=1)) - 1
    number = np.zeros(len(value.names) + 1, dtype=np.int32)
    number[used] = np.arange(len(used), dtype=np.int32)
    codes: Codes = number[value.codes]
    return ["" if c < 0 else value.names[c] for c in used.tolist()], codes
