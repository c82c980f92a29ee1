"""Checks tables by their column descriptions, and brings them into canonical order.

Knows columns, not business: ids are unique, references lead somewhere, numbers are in range. All
faults are collected; `tidy` is called only on tables without any.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from .findings import MAX_FINDINGS, Finding, InvalidInput, near_word
from .tables import Bools, Coded, Codes, Column, ColumnKind, Ints, Lists, Table
from .word_rules import WORD_RULE, wrong_words

AnyTable = TypeVar("AnyTable", bound=Table)
NUMBERS = (ColumnKind.INT, ColumnKind.DAY, ColumnKind.RATE)
CODED = (ColumnKind.TEXT, ColumnKind.REF)


@dataclass(slots=True)
class Faults:
    """Collects findings: keeps the first MAX_FINDINGS, counts all."""

    kept: list[Finding] = field(default_factory=list)
    total: int = 0

    def add(self, finding: Finding) -> None:
        """Note one finding."""
        self.total += 1
        if len(self.kept) < MAX_FINDINGS:
            self.kept.append(finding)

    def extend(self, findings: Iterable[Finding]) -> None:
        """Note several."""
        for finding in findings:
            self.add(finding)

    def add_lazily(self, make: Callable[..., Finding], *about: Any) -> None:
        """Note one finding; it is only made where there is room to keep it."""
        self.total += 1
        if len(self.kept) < MAX_FINDINGS:
            self.kept.append(make(*about))

    def nearest(self, word: str, known: Iterable[str]) -> str:
        """ ": did you mean X?" for the known word that is most like this one; "" where none is, or
        where there is no room for the finding it belongs to."""
        return near_word(word, known) if len(self.kept) < MAX_FINDINGS else ""

    def where(self, table: Table, name: str, bad: NDArray[np.bool_], rule: str) -> None:
        """Note `table.name` in every row where `bad`; counts all, words only those kept."""
        if not np.count_nonzero(bad):
            return
        rows = np.flatnonzero(bad)
        room = MAX_FINDINGS - len(self.kept)
        self.kept.extend(finding_at(table, name, int(r), rule) for r in rows[:room])
        self.total += len(rows)

    def stop(self) -> None:
        """Raise InvalidInput if anything was found."""
        if self.total:
            raise InvalidInput(self.kept, self.total)


def finding_at(table: Table, name: str, row: int, rule: str) -> Finding:
    """A finding about one cell, with its path, the row's id and its value."""
    ids = getattr(table, "id", ())
    return Finding(
        f"{table.NAME}[{row}].{name}", ids[row] if ids else "", cell(table, name, row), rule
    )


def cell(table: Table, name: str, row: int) -> str:
    """One cell as a reader would write it."""
    column = getattr(table, name)
    if isinstance(column, Coded):
        return column.word(row)
    if isinstance(column, Lists):
        return ", ".join(column.row(row))
    return str(column[row])


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
        codes = Coded.of(ids).codes  # the empty id is -1, a word as any other here
        _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
        again = np.flatnonzero(first[inverse] != np.arange(len(ids)))
        for row in again.tolist():
            before = f"{table.NAME}[{int(first[inverse[row]])}]"
            faults.add_lazily(finding_at, table, name, row, f"an id is given once: {before} has it")
    if "" in distinct:
        empty = np.fromiter((not i for i in ids), dtype=np.bool_, count=len(ids))
        faults.where(table, name, empty, "an id is not empty")


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
        for row in np.flatnonzero(unknown).tolist():
            near = faults.nearest(value.word(row), known[column.target])
            faults.add_lazily(finding_at, table, name, row, f"an id of {column.target}{near}")


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
        unknown = _unknown(value.values, known[column.target])
        faults.where(table, name, _rows_with(value, unknown), f"only ids of {column.target}")


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
        faults.where(table, name, ~good, range_rule(column))


def range_rule(column: Column) -> str:
    """The rule of a column of numbers, in words."""
    assert column.minimum is not None and column.maximum is not None
    return f"between {_figure(column.minimum)} and {_figure(column.maximum)}"


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


def repeated_rows(table: Table, *names: str) -> NDArray[np.bool_]:
    """Rows whose (coded) columns `names` equal those of an earlier row."""
    repeated = np.zeros(len(table), dtype=np.bool_)
    if len(table) < 2:
        return repeated
    columns = [_interned(getattr(table, n)) for n in names]
    order = np.lexsort(columns)  # stable: of equal rows, the first given comes first
    equal = np.ones(len(table) - 1, dtype=np.bool_)
    for codes in columns:
        equal &= codes[order[1:]] == codes[order[:-1]]
    repeated[order[1:][equal]] = True
    return repeated


def _interned(value: Coded) -> Codes:
    """Codes that are equal where the words are."""
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
