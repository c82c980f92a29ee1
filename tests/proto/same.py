"""Facts compared by what they say, not by how words are numbered; and any facts at all."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from enum import Enum
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import numpy as np
from hypothesis import strategies as st

from fairlead.wire.allocation.cycle import TABLES
from fairlead_solver.api.allocation import (
    MAX_DAY,
    MIN_DAY,
    Coded,
    Column,
    ColumnKind,
    Facts,
    Lists,
    Table,
    Term,
)

WORDS = st.text("abcÅ/1 ", min_size=1, max_size=4)
AMOUNTS = st.integers(-(2**62), 2**62)
SMALL = st.integers(-(2**31), 2**31 - 1)


def said(facts: Facts) -> dict[str, Any]:
    """Everything the facts say, as plain lists."""
    header = {"cycle_day": facts.cycle_day, "currency": facts.currency, "of": facts.as_of_day}
    tables = {
        t.NAME: {f.name: plain(getattr(t, f.name)) for f in fields(t)} for t in facts.tables()
    }
    return header | tables


def plain(column: Any) -> list[Any]:
    """A column as a list of words, lists or numbers."""
    if isinstance(column, Coded):
        return list(column.words())
    if isinstance(column, Lists):
        return [column.row(i) for i in range(len(column))]
    return column.tolist() if isinstance(column, np.ndarray) else list(column)


def any_facts() -> st.SearchStrategy[Facts]:
    """Facts of any content, legal or not: every column of every table, given or left out."""
    return st.builds(
        Facts,
        cycle_day=st.integers(MIN_DAY, MAX_DAY),
        currency=st.sampled_from(["", "EUR"]),
        as_of_day=st.none() | st.integers(MIN_DAY, MAX_DAY),
        **{name: _table(kind) for name, kind in TABLES.items()},
    )


@st.composite
def _table(draw: Any, kind: type[Table]) -> Table:
    size = draw(st.integers(0, 3))
    columns = kind.columns()
    first = next(iter(columns))
    given = [n for n in columns if n == first or draw(st.booleans())]
    return kind.of(
        rows=size,
        **{n: draw(st.lists(_value(columns[n]), min_size=size, max_size=size)) for n in given},
    )


def _value(column: Column) -> st.SearchStrategy[Any]:
    match column.kind:
        case ColumnKind.KEY:
            return WORDS
        case ColumnKind.TEXT | ColumnKind.REF:
            return WORDS | st.just("")
        case ColumnKind.REFS:
            return st.lists(WORDS, max_size=3)
        case ColumnKind.INT:
            return AMOUNTS | st.just(column.default)
        case ColumnKind.DAY:
            return st.integers(-(2**31), 2**31 - 1)
        case ColumnKind.RATE:
            return st.floats(allow_nan=False)
        case ColumnKind.FLAG:
            return st.booleans()
        case ColumnKind.ENUM:
            assert column.enum is not None
            return st.sampled_from([int(m) for m in column.enum])


def any_value(kind: Any) -> st.SearchStrategy[Any]:
    """Frozen values of any content that fits the contract's fields, by their annotations."""
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return st.builds(kind, **{f.name: any_value(hints[f.name]) for f in fields(kind)})
    parts = get_args(kind)
    if get_origin(kind) is tuple:
        return st.lists(any_value(parts[0]), max_size=2).map(tuple)
    if get_origin(kind) is not None and get_origin(kind) is not UnionType:
        return st.fixed_dictionaries(dict.fromkeys(Term, SMALL))
    if type(None) in parts:
        return st.none() | any_value(parts[0])
    return {int: SMALL, bool: st.booleans(), str: st.text(max_size=3)}.get(
        kind, st.floats(allow_nan=False)
    )
