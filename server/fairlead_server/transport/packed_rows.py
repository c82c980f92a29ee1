"""Rows of stored lines: read out of packed columns, and named."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

from fairlead import wire
from fairlead.v1.decision_columns_pb2 import DecisionLineColumns
from fairlead.v1.decision_pb2 import DecisionLine

_PLAIN = re.compile(r"[A-Za-z0-9_.~-]*")  # what `quote` leaves as it is


def rows_of(decision: str, columns: DecisionLineColumns) -> list[DecisionLine]:
    """The lines of a part as rows, with their resource names."""
    return wire.lines_of(columns, _names(decision, columns))


def decision_of_rows(decision: str, columns: DecisionLineColumns) -> bytes:
    """A serialized Decision of the same rows alone."""
    return wire.decision_of_lines(columns, _names(decision, columns))


def rows_of_parts(decision: str, parts: Iterable[bytes]) -> tuple[bytes, ...]:
    """Per part, a serialized Decision of its lines alone."""
    return tuple(decision_of_rows(decision, DecisionLineColumns.FromString(p)) for p in parts)


def _names(decision: str, columns: DecisionLineColumns) -> list[str]:
    lines = [*columns.line]
    if not _PLAIN.fullmatch("".join(lines)):
        lines = [quote(line, safe="") for line in lines]
    return [f"{decision}/lines/{line}" for line in lines]
