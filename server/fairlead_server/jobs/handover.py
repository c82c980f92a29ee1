"""The form in which a job's input and result pass between the server and a worker."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Self

from ..storage.decisions import Part

SOLVE = "fairlead_server.jobs.allocation:solve"
VALIDATE = "fairlead_server.jobs.allocation:validate"
DESCRIBE = "fairlead_server.jobs.allocation:describe"
PRELOAD = ("fairlead_server.jobs.warm",)


@dataclass(frozen=True, slots=True)
class Instructions:
    """What a job must know beside its input. Travels as the job's note."""

    decision: str = ""  # name the decision is stored under
    threads: int = 1
    max_rows: int = 20_000
    max_lines: int = 2_000_000
    part_lines: int = 2_000

    def note(self) -> str:
        """As a job's note."""
        return json.dumps(asdict(self))

    @classmethod
    def of(cls, note: str) -> Self:
        """Out of a job's note."""
        return cls(**json.loads(note))


@dataclass(frozen=True, slots=True)
class Solved:
    """A decision as serialized pieces: its body (all but rows), then the parts with its rows."""

    name: str
    status: str
    body: bytes
    parts: tuple[Part, ...]

    @property
    def size_bytes(self) -> int:
        """Bytes of the whole decision."""
        return len(self.body) + sum(len(part.body) for part in self.parts)

    def pieces(self) -> list[bytes]:
        """As a job's result: what the parts are, then their bytes."""
        index = [[p.kind, p.first_row, p.rows, p.first_key] for p in self.parts]
        head = json.dumps({"name": self.name, "status": self.status, "parts": index}).encode()
        return [head, self.body, *(part.body for part in self.parts)]

    @classmethod
    def of(cls, pieces: Sequence[bytes]) -> Self:
        """Out of a job's result."""
        head = json.loads(pieces[0])
        parts = (
            Part(kind, first_row, rows, body, first_key)
            for (kind, first_row, rows, first_key), body in zip(
                head["parts"], pieces[2:], strict=True
            )
        )
        return cls(head["name"], head["status"], pieces[1], tuple(parts))
