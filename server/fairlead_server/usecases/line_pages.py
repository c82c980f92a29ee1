"""A page of a decision's lines, out of stored parts: only parts with a matching line are parsed."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from fairlead import wire
from fairlead.v1.decision_columns_pb2 import DecisionLineColumns
from fairlead.v1.decision_pb2 import DecisionLine

from ..storage.decisions import Part
from ..transport.packed_rows import rows_of

BLOCK = 2000  # lines made at once: a page that grows too large ends after one of these
SHARE = 0.5  # of the largest message that a page may fill, so that a block more still fits


@dataclass
class LinePage:
    """Lines of the decision `name`: at most `most`, and no more than fit in one message."""

    name: str
    most: int
    max_bytes: int
    lines: list[DecisionLine] = field(default_factory=list)
    _bytes: int = 0

    def add(self, part: Part, wanted: wire.LineFilter, first: int) -> int | None:
        """Add the part's matching lines from row `first` of the decision on.

        Returns the row that the next page begins at, once this one is full.
        """
        rows = part.first_row + wanted.places(part.body)
        rows = rows[rows >= first]
        columns = DecisionLineColumns.FromString(part.body) if len(rows) else None
        while columns is not None and len(rows):
            if self._full():
                return int(rows[0])
            some = rows[: min(BLOCK, self.most - len(self.lines))]
            self._take(columns, some - part.first_row)
            rows = rows[len(some) :]
        return None

    def _full(self) -> bool:
        return len(self.lines) >= self.most or self._bytes > SHARE * self.max_bytes

    def _take(self, columns: DecisionLineColumns, places: np.ndarray) -> None:
        made = rows_of(self.name, wire.picked(columns, places))
        self.lines += made
        self._bytes += sum(line.ByteSize() for line in made)
