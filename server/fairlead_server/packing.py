"""Decision lines from rows into packed columns, driven by the descriptors of both messages.

A column takes the field of its own name; `count`, `sentence` and the fields of a reason's rule are
found where the row form keeps them. Dictionaries hold only the words in use.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from google.protobuf.descriptor import FieldDescriptor

from fairlead.v1.columns_pb2 import StringColumn
from fairlead.v1.decision_columns_pb2 import DecisionLineColumns
from fairlead.v1.decision_pb2 import DecisionLine

_NO_DAY, _NO_INT = -(2**31), -(2**63)
_ABSENT = {"confirmed_day": _NO_DAY, "delta_micros": _NO_INT}


def pack_lines(lines: Sequence[DecisionLine], *, reasons: bool = True) -> DecisionLineColumns:
    """All of `lines` as columns; without `reasons` also without sentences."""
    columns = DecisionLineColumns()
    nested = {"sources", "terms", "reasons", "sentence"}
    _fill(columns, lines, leave=nested)
    _fill(columns.sources, [s for line in lines for s in line.sources], leave={"count"})
    columns.sources.count.extend(len(line.sources) for line in lines)
    _fill_money(columns.terms, [line.terms for line in lines])
    explained = any(line.HasField("explanation") for line in lines)
    if reasons and explained:
        _fill_reasons(columns, lines)
    return columns


def _fill_reasons(columns: DecisionLineColumns, lines: Sequence[DecisionLine]) -> None:
    reasons = [r for line in lines for r in line.explanation.reasons]
    of_rule = {"family", "key", "leaf"}
    _fill(columns.reasons, reasons, leave={"count", *of_rule})
    _fill(columns.reasons, [r.rule for r in reasons], only=of_rule)
    columns.reasons.count.extend(len(line.explanation.reasons) for line in lines)
    columns.sentence.extend(line.explanation.sentence for line in lines)


def _fill_money(target: Any, terms: Sequence[Any]) -> None:
    """A term that is 0 in every line is left out."""
    for field in target.DESCRIPTOR.fields:
        values = [getattr(each, field.name) for each in terms]
        if any(values):
            getattr(target, field.name).extend(values)


def _fill(
    target: Any,
    rows: Sequence[Any],
    *,
    leave: Iterable[str] = (),
    only: Iterable[str] | None = None,
) -> None:
    """Each column of `target` from the field of the same name in every row."""
    left = set(leave)
    wanted = None if only is None else set(only)
    for field in target.DESCRIPTOR.fields:
        if field.name in left or (wanted is not None and field.name not in wanted):
            continue
        values = [_value(row, field.name) for row in rows]
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            _write_words(getattr(target, field.name), values)
        else:
            getattr(target, field.name).extend(values)


def _value(row: Any, name: str) -> Any:
    if name in _ABSENT and not row.HasField(name):
        return _ABSENT[name]
    return getattr(row, name)


def _write_words(target: StringColumn, words: Sequence[str]) -> None:
    index: dict[str, int] = {}
    target.index.extend(index.setdefault(w, len(index)) if w else -1 for w in words)
    target.dictionary.extend(index)
