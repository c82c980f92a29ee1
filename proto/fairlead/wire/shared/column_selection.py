"""Some lines out of a message of packed columns, as packed columns again.

Driven by the descriptor, so that a new column is picked like every other: a StringColumn keeps the
words in use, a message with a `count` holds lists, any other message is a group of columns.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from fairlead.v1.columns_pb2 import StringColumn
from fairlead.v1.decision_columns_pb2 import DecisionLineColumns
from fairlead_solver.api.allocation import Coded, Ints

from .columns import numbers, write_words

EXPLAINED = frozenset(
    {
        "reasons",
        "sentence",
        "waterfall",
        "competitors",
        "competitors_left_out",
        "alternatives",
        "fixes",
    }
)
_WORDS = FieldDescriptor.TYPE_STRING
FEW = 20  # an array of all costs as much as taking one in so many


def picked(
    columns: DecisionLineColumns, rows: Ints, leave: Collection[str] = ()
) -> DecisionLineColumns:
    """The lines at these places, in this order; without the columns to `leave`."""
    target = DecisionLineColumns()
    _pick(target, columns, rows, {"fixes", *leave})
    if "fixes" not in leave:
        place = {row: i for i, row in enumerate(rows.tolist())}
        for fix in columns.fixes:
            if fix.row in place:
                target.fixes.add(row=place[fix.row], fix=fix.fix)
    return target


def _pick(target: Any, source: Any, rows: Ints, leave: Collection[str]) -> None:
    for field, value in source.ListFields():
        if field.name in leave:
            continue
        into = getattr(target, field.name)
        if isinstance(value, StringColumn):
            if len(value.index):
                codes = _at(value.index, rows, np.int32)
                write_words(into, Coded(tuple(value.dictionary), codes))
        elif isinstance(value, Message):
            _pick_part(into, value, rows)
        elif field.type == _WORDS:
            into.extend([value[row] for row in rows.tolist()])
        else:
            into.extend(_at(value, rows, np.int64).tolist())


def _at(values: Any, rows: Ints, kind: type[np.signedinteger[Any]]) -> np.ndarray:
    """The numbers at these places: a few are taken one by one, many out of an array of all."""
    if len(rows) * FEW < len(values):
        return np.array([values[row] for row in rows.tolist()], dtype=kind)
    return numbers(values, kind)[rows]


def _pick_part(target: Any, source: Any, rows: Ints) -> None:
    if "count" not in source.DESCRIPTOR.fields_by_name:
        _pick(target, source, rows, ())
        return
    counts = numbers(source.count, np.int64)
    if not len(counts):
        return
    starts = np.cumsum(counts) - counts
    chosen = counts[rows]
    before = np.cumsum(chosen) - chosen
    items = np.arange(int(chosen.sum())) + np.repeat(starts[rows] - before, chosen)
    target.count.extend(chosen.tolist())
    _pick(target, source, items, ("count",))
