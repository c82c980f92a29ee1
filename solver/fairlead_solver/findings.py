"""What is wrong with an input: every finding with its path, id, value and rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MAX_FINDINGS = 50


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault (or, as a warning, one suspicion): where, whose, what is there, what should be."""

    path: str  # e.g. lines[3].quantity
    id: str  # the row's id, where it has one
    value: str
    rule: str

    def __str__(self) -> str:
        whose = f" ({self.id})" if self.id else ""
        return f"{self.path}{whose}: {self.value!r}: {self.rule}"


class InvalidInput(ValueError):
    """The input breaks at least one rule; nothing was solved.

    `findings` holds at most MAX_FINDINGS of them, `total` counts all.
    """

    def __init__(self, findings: Sequence[Finding], total: int | None = None) -> None:
        self.findings = tuple(findings[:MAX_FINDINGS])
        self.total = len(findings) if total is None else total
        more = self.total - len(self.findings)
        shown = [str(f) for f in self.findings] + ([f"… and {more} more"] if more else [])
        super().__init__("\n".join(shown))
