"""A decision with its lines: as rows, or where they are too many for that, in columns beside it.

A million rows with their explanations are more than 10 GiB as messages, and as JSON more still. In
columns they are 150 MB, and rows are made of them some thousands at a time.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from google.protobuf.message import DecodeError

from fairlead.v1.allocation_service_pb2 import SolveAllocationResponse
from fairlead.v1.decision_columns_pb2 import DecisionLineColumns
from fairlead.v1.decision_pb2 import Decision, DecisionLine
from fairlead.v1.facts_pb2 import Cycle
from fairlead.wire.allocation.decision_lines import lines_of

from ..spelling.yaml_documents import refuse

MANY_LINES = 100_000  # more than these stay in columns
COLUMNS_FILE = "decision.binpb"
Parts = Callable[[], Iterable[DecisionLineColumns]]


@dataclass(frozen=True, slots=True, eq=False)
class Decided:
    """`message` holds the lines, unless there are `parts`, made or read when they are asked for."""

    message: Decision
    parts: Parts | None = None

    def lines(self) -> Iterator[DecisionLine]:
        """Every line as a row, in order."""
        if self.parts is None:
            yield from self.message.lines
            return
        for part in self.parts():
            yield from lines_of(part)

    def in_rows(self) -> Decision:
        """The decision with its lines as rows, however many."""
        if self.parts is not None:
            self.message.lines.extend(self.lines())
        return self.message

    def shown(self, count: int) -> Decision:
        """The decision with its lines; of many, the `count` that are most short."""
        if self.parts is None:
            return self.message
        short = Shortest(count)
        for part in self.parts():
            short.add(lines_of(part))
        return short.beside(self.message)


class Shortest:
    """The lines that are most short of all that are added."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._kept: list[DecisionLine] = []

    def add(self, lines: Iterable[DecisionLine]) -> None:
        """Look at these too."""
        short = (line for line in lines if shortage(line) > 0)
        self._kept = heapq.nlargest(self._count, (*self._kept, *short), key=shortage)

    def beside(self, message: Decision) -> Decision:
        """A copy of the decision with them as its lines."""
        shown = Decision()
        shown.CopyFrom(message)
        shown.lines.extend(self._kept)
        return shown


def shortage(line: DecisionLine) -> int:
    """Units a line was not given."""
    return line.requested_quantity - line.confirmed_quantity


def lines_in(cycle: Cycle) -> int:
    """Lines of a cycle, in whichever form it has them."""
    return max(len(cycle.lines), len(cycle.columns.lines.id))


def is_many(cycle: Cycle) -> bool:
    """Whether the cycle has so many lines that those of its decision stay in columns."""
    return lines_in(cycle) > MANY_LINES


def read_columns_file(path: Path) -> Decided | None:
    """The decision in a file of columns; None where the file holds something else.

    Raises InvalidInput where it cannot be read.
    """
    try:
        response = SolveAllocationResponse.FromString(path.read_bytes())
    except DecodeError:
        return None
    except OSError as error:
        raise refuse(path.name, path, f"a readable file ({error})") from error
    if not response.decision.input_digest:
        return None
    return Decided(response.decision, lambda: response.line_columns)
