"""Where in a request a fault is: the path of the field, from the request's own field on.

A check names a cell by table and row (`lines[3].quantity`). Where the table came in columns, the
field is `cycle.columns.lines.quantity[3]`; in the third message of an upload it may be
`chunk[1].cycle_columns.lines.quantity[0]`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from fairlead.v1.columns_pb2 import CycleColumns
from fairlead.v1.facts_pb2 import Cycle

_NOT_OF_THE_CYCLE = ("policy", "options")
_CELL = re.compile(r"(\w+)(?:\[(\d+)\])?(?:\.(.+))?")
_IN_COLUMNS = re.compile(r"cycle\.columns\.(\w+)\.(\w+)\[(\d+)\]")


class Places(Protocol):
    """Tells where the cells of one input came from."""

    def of(self, path: str) -> str:
        """The field of the request that a check names by table and row."""


@dataclass(frozen=True, slots=True)
class CyclePlaces:
    """A cycle under the field `root`; `columns` names the tables that came in columns."""

    root: str
    columns: frozenset[str] = frozenset()

    def of(self, path: str) -> str:
        """As `Places` has it."""
        cell = _CELL.fullmatch(path)
        if cell is None or cell[1] in _NOT_OF_THE_CYCLE:
            return path
        table, row, column = cell.groups()
        if table not in self.columns:
            return f"{self.root}.{path}"
        place = f"[{row}]" if row is not None else ""
        return f"{self.root}.columns.{'.'.join(filter(None, (table, column)))}{place}"


@dataclass(frozen=True, slots=True)
class UploadPlaces:
    """The chunks that hold the rows of each table: (first row, sequence), ascending."""

    chunks: Mapping[str, Sequence[tuple[int, int]]]

    def of(self, path: str) -> str:
        """As `Places` has it."""
        cell = _CELL.fullmatch(path)
        if cell is None or cell[1] not in CycleColumns.DESCRIPTOR.fields_by_name:
            return f"header.{path}"
        table, row, column = cell.groups()
        if row is None:
            return f"chunk.cycle_columns.{path}"
        chunks = self.chunks[table]
        first, sequence = chunks[bisect_right(chunks, int(row), key=lambda c: c[0]) - 1]
        return f"chunk[{sequence}].cycle_columns.{table}.{column}[{int(row) - first}]"


def places_of(cycle: Cycle) -> CyclePlaces:
    """The places of a cycle that came with the request."""
    return CyclePlaces("cycle", frozenset(field.name for field, _ in cycle.columns.ListFields()))


def table_path(path: str) -> str:
    """The cell by table and row, as a check names it: the inverse of `CyclePlaces.of`."""
    in_columns = _IN_COLUMNS.fullmatch(path)
    if in_columns is not None:
        table, column, row = in_columns.groups()
        return f"{table}[{row}].{column}"
    return path.removeprefix("cycle.").removeprefix("columns.")
