"""What is wrong with an input: every finding with its path, id, value and rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice

MAX_FINDINGS = 50
MOST_COMPARED = 5000  # known words that a wrong one is compared with


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


def near_word(word: str, known: Iterable[str]) -> str:
    """ ": did you mean X?" for the known word most like this one, in any case; "" where none is."""
    words = list(islice(known, MOST_COMPARED))
    folded = {one.casefold().strip(): one for one in sorted(words)}
    near = get_close_matches(word.casefold().strip(), folded, n=1)
    return f": did you mean {folded[near[0]]!r}?" if near else ""
