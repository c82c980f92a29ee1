"""Row messages <-> tables: the form for small calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from google.protobuf.message import Message

from fairlead_solver.api.allocation import (
    Coded,
    Column,
    ColumnKind,
    Faults,
    Finding,
    Lists,
    Table,
    as_column,
    range_rule,
)

from .columns import enums_of, numbers

AnyTable = TypeVar("AnyTable", bound=Table)


def table_of_rows(kind: type[AnyTable], rows: Sequence[Message], faults: Faults) -> AnyTable:
    """The table that row messages hold; what a row leaves out takes the column's default."""
    described = kind.columns()
    built = {n: _decode(kind.NAME, n, c, rows, faults) for n, c in described.items()}
    return kind(**built)


def _decode(table: str, name: str, column: Column, rows: Sequence[Message], faults: Faults) -> Any:
    values = _values(name, column, rows)
    if column.kind is ColumnKind.ENUM:
        return _enums(table, name, column, values, faults)
    if column.kind is ColumnKind.REFS:
        faults.extend(
            Finding(f"{table}[{i}].{name}", "", "", "a word in every place of a list")
            for i, words in enumerate(values)
            if "" in words
        )
    if column.optional:
        faults.extend(_sentinels(table, name, column, rows))
    return as_column(column, values)


def _sentinels(table: str, name: str, column: Column, rows: Sequence[Message]) -> Iterator[Finding]:
    """What columns write for a value left out is out of range in a row, which can leave it out."""
    for i, row in enumerate(rows):
        if row.HasField(name) and getattr(row, name) == column.default:
            whose = getattr(row, "id", "")
            yield Finding(f"{table}[{i}].{name}", whose, str(column.default), range_rule(column))


def _values(name: str, column: Column, rows: Sequence[Message]) -> list[Any]:
    if rows and rows[0].DESCRIPTOR.fields_by_name[name].has_presence:
        default = column.default
        return [getattr(r, name) if r.HasField(name) else default for r in rows]
    return [getattr(r, name) for r in rows]


def _enums(table: str, name: str, column: Column, values: list[int], faults: Faults) -> Any:
    """As in column form, but the path names the row first."""
    own = Faults()
    checked = enums_of(column, numbers(values, np.int32), "", own)
    faults.extend(replace(f, path=f"{table}{f.path}.{name}") for f in own.kept)
    return checked


def write_rows(target: Any, table: Table) -> None:
    """Append one message per row to a repeated field; values equal to the default are left out."""
    messages = [target.add() for _ in range(len(table))]
    for name, column in table.columns().items():
        _encode(messages, name, column, getattr(table, name))


def _encode(messages: Sequence[Message], name: str, column: Column, value: Any) -> None:
    if isinstance(value, Lists):
        for row, message in enumerate(messages):
            getattr(message, name).extend(value.row(row))
        return
    if isinstance(value, Coded):
        plain: Any = value.words()
        given = np.flatnonzero(value.codes >= 0)
    elif isinstance(value, tuple):
        plain, given = value, np.arange(len(value))
    else:
        plain, given = value.tolist(), np.flatnonzero(value != column.default)
    for row in given.tolist():
        setattr(messages[row], name, plain[row])
