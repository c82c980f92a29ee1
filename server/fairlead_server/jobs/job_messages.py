"""The form in which a job's input and result pass between the server and a worker."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Self

from ..storage.decisions import LINE, Part

SOLVE = "fairlead_server.jobs.allocation:solve"
VALIDATE = "fairlead_server.jobs.allocation:validate"
DESCRIBE = "fairlead_server.jobs.allocation:describe"
PRELOAD = ("fairlead_server.jobs.warm_up",)


@dataclass(frozen=True, slots=True)
class Instructions:
    """What a job must know beside its input. Travels as the job's note."""

    decision: str = ""  # name the decision is stored under
    root: str = ""  # leads to the solve's request where it is a field of another one
    threads: int = 1
    cluster: str | None = None  # HOST:PORT, where others share the work
    max_rows: int = 20_000
    max_lines: int = 2_000_000
    memory_bytes: int = 2**62  # a cycle estimated to take more is refused
    part_lines: int = 10_000
    max_answer_rows: int = 100_000  # lines of a decision whose answer has them as rows
    max_competitors: int = 100  # this and the rest: see `ExplainOptions`
    max_proofs: int = 10_000
    max_values: int = 50
    max_limits: int = 1000
    max_fixes: int = 10
    max_fixes_beside: int = 20

    def note(self) -> str:
        """As a job's note."""
        return json.dumps(asdict(self))

    @classmethod
    def of(cls, note: str) -> Self:
        """Out of a job's note."""
        return cls(**json.loads(note))


@dataclass(frozen=True, slots=True)
class Solved:
    """A decision as serialized pieces: its body (all but rows), then the parts with its rows.

    `rows`: its lines as rows too, serialized Decisions of them alone, where the worker made them.
    """

    name: str
    status: str
    body: bytes
    parts: tuple[Part, ...]
    rows: tuple[bytes, ...] | None = None

    @property
    def lines(self) -> int:
        """Lines of the decision."""
        return sum(part.rows for part in self.parts if part.kind == LINE)

    def of_kind(self, kind: str) -> tuple[bytes, ...]:
        """The bodies of the parts of one kind."""
        return tuple(part.body for part in self.parts if part.kind == kind)

    @classmethod
    def of(cls, pieces: Sequence[bytes]) -> Self:
        """Out of a job's result: `piece` made each pair of them."""
        parts: list[Part] = []
        rows: list[bytes] = []
        for head, body in zip(pieces[:-2:2], pieces[1:-2:2], strict=True):
            kind, first_row, count, first_key = json.loads(head)
            if kind == ROWS:
                rows.append(body)
            else:
                parts.append(Part(kind, first_row, count, body, first_key))
        name, status, with_rows = json.loads(pieces[-2])
        return cls(name, status, pieces[-1], tuple(parts), tuple(rows) if with_rows else None)


ROWS = "rows"  # a kind of part that is sent, not stored


def piece(part: Part) -> tuple[bytes, bytes]:
    """A part as two pieces of a job's result, sent as soon as it is made."""
    head = [part.kind, part.first_row, part.rows, part.first_key]
    return json.dumps(head).encode(), part.body


def last_piece(name: str, status: str, body: bytes, with_rows: bool) -> tuple[bytes, bytes]:
    """The decision's body as the last two pieces."""
    return json.dumps([name, status, with_rows]).encode(), body
