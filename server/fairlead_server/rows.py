"""Rows of stored lines: read out of packed columns, and named."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from fairlead import wire
from fairlead.v1.decision_columns_pb2 import DecisionLineColumns
from fairlead.v1.decision_pb2 import Decision, DecisionLine


def rows_of(decision: str, columns: DecisionLineColumns) -> list[DecisionLine]:
    """The lines of a part as rows, with their resource names."""
    lines = wire.lines_of(columns)
    for line in lines:
        line.name = f"{decision}/lines/{quote(line.line, safe='')}"
    return lines


def rows_of_parts(decision: str, parts: Iterable[bytes]) -> tuple[bytes, ...]:
    """Per part, a serialized Decision of its lines alone."""
    return tuple(
        Decision(lines=rows_of(decision, DecisionLineColumns.FromString(part))).SerializeToString()
        for part in parts
    )
