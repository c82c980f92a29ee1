"""Packed columns <-> tables, by NumPy: the form for large cycles.

Shape faults (columns of unequal length, an index outside its dictionary, a repeated word, an
enum number that is none) are collected with the column's path; ranges and references are the
solver's to check, whatever form the facts came in.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

import numpy as np
from google.protobuf.message import Message
from numpy.typing import NDArray

from fairlead.v1.columns_pb2 import StringColumn, StringListColumn
from fairlead_solver.api.allocation import (
    Coded,
    Codes,
    Column,
    ColumnKind,
    Faults,
    Finding,
    Lists,
    Table,
    default_column,
    outside,
)

AnyTable = TypeVar("AnyTable", bound=Table)
WORDS = (ColumnKind.TEXT, ColumnKind.REF)


def table_of_columns(kind: type[AnyTable], message: Message, path: str, faults: Faults) -> AnyTable:
    """The table a columns message holds. Faulty columns are noted and take their default."""
    described = kind.columns()
    first = next(iter(described))
    size = _length(described[first], getattr(message, first))
    built = {}
    for name, column in described.items():
        given, place = getattr(message, name), f"{path}.{name}"
        length = _length(column, given)
        if length not in (0, size):
            rule = f"one value per row, as {path}.{first}: {size}"
            faults.add(Finding(place, "", f"{length} values", rule))
        usable = length == size and length > 0
        built[name] = _decode(column, given, place, faults) if usable else None
    filled = {n: default_column(described[n], size) if v is None else v for n, v in built.items()}
    return kind(**filled)


def _length(column: Column, given: Any) -> int:
    if column.kind in WORDS:
        return len(given.index)
    return len(given.count if column.kind is ColumnKind.REFS else given)


def _decode(column: Column, given: Any, path: str, faults: Faults) -> Any:
    """One column; None where it is faulty."""
    if column.kind is ColumnKind.KEY:
        return tuple(given)
    if column.kind in WORDS:
        return coded_of(given, path, faults)
    if column.kind is ColumnKind.REFS:
        return _lists_of(given, path, faults)
    if column.kind is ColumnKind.ENUM:
        return enums_of(column, numbers(given, np.int32), path, faults)
    return numbers(given, default_column(column, 0).dtype)


def numbers(given: Any, dtype: Any) -> NDArray[Any]:
    """A repeated field of numbers as an array."""
    return np.fromiter(given, dtype=dtype, count=len(given))


def enums_of(
    column: Column, given: NDArray[np.int32], path: str, faults: Faults
) -> NDArray[np.int8]:
    """Enum numbers, 0 (UNSPECIFIED) replaced by the default; notes numbers that are none."""
    assert column.enum is not None
    wrong = outside(given, column.enum) & (given != 0)
    words = ", ".join(m.name for m in column.enum)
    _note(faults, path, given, wrong, f"one of {words}")
    legal: NDArray[np.int8] = np.where(wrong | (given == 0), column.default, given).astype(np.int8)
    return legal


def coded_of(given: StringColumn, path: str, faults: Faults) -> Coded | None:
    """A column of words, unused words dropped; None where its shape is wrong."""
    names, codes = tuple(given.dictionary), numbers(given.index, np.int32)
    before = faults.total
    _note(faults, path, codes, (codes < -1) | (codes >= len(names)), f"-1 to {len(names) - 1}")
    if len(set(names)) != len(names) or "" in names:
        rule = "distinct words, none of them empty (a row without a word has index -1)"
        faults.add(Finding(f"{path}.dictionary", "", f"{len(names)} words", rule))
    return compact(Coded(names, codes)) if faults.total == before else None


def _lists_of(given: StringListColumn, path: str, faults: Faults) -> Lists | None:
    counts = numbers(given.count, np.int64)
    before = faults.total
    _note(faults, f"{path}.count", counts, counts < 0, "at least 0")
    values = coded_of(given.values, f"{path}.values", faults)
    if values is None or faults.total > before:
        return None
    missing = values.codes < 0
    _note(faults, f"{path}.values", values.codes, missing, "a word in every place of a list")
    if len(values) != counts.sum():
        rule = f"as many as the counts add up to: {counts.sum()}"
        faults.add(Finding(f"{path}.values", "", f"{len(values)} words", rule))
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Lists(offsets, values) if faults.total == before else None


def _note(
    faults: Faults, path: str, given: NDArray[Any], wrong: NDArray[np.bool_], rule: str
) -> None:
    faults.extend(
        Finding(f"{path}[{row}]", "", str(given[row]), rule) for row in np.flatnonzero(wrong)
    )


def compact(column: Coded) -> Coded:
    """The same words without names that no row uses."""
    used = np.bincount(column.codes + 1, minlength=len(column.names) + 1)[1:] > 0
    if used.all():
        return column
    kept = np.flatnonzero(used)
    lookup = np.full(len(column.names) + 1, -1, dtype=np.int32)
    lookup[kept] = np.arange(len(kept), dtype=np.int32)
    codes: Codes = lookup[column.codes]
    return Coded(tuple(column.names[i] for i in kept), codes)


def write_columns(message: Message, table: Table) -> None:
    """Write a table into its columns message; a column of defaults alone is left out."""
    described = table.columns()
    first = next(iter(described))
    for name, column in described.items():
        value = getattr(table, name)
        if name == first or not _all_default(column, value):
            _encode(getattr(message, name), value)


def _all_default(column: Column, value: Any) -> bool:
    if isinstance(value, Coded):
        return bool((value.codes < 0).all())
    if isinstance(value, Lists):
        return len(value.values) == 0
    return bool(np.all(value == column.default))


def _encode(target: Any, value: Any) -> None:
    if isinstance(value, Coded):
        write_words(target, value)
    elif isinstance(value, Lists):
        target.count.extend(value.counts().tolist())
        write_words(target.values, value.values)
    else:
        target.extend(value if isinstance(value, tuple) else value.tolist())


def write_words(target: StringColumn, column: Coded) -> None:
    """A column of words, unused names left out."""
    small = compact(column)
    target.dictionary.extend(small.names)
    target.index.extend(small.codes.tolist())


def write_plain_words(target: StringColumn, words: Iterable[str]) -> None:
    """A column of words given one by one; "" is none."""
    column = Coded.of(list(words))
    target.dictionary.extend(column.names)
    target.index.extend(column.codes.tolist())
