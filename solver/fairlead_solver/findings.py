"""What is wrong with an input: every finding with its path, id, value and rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MAX_FINDINGS = 50
MAX_SHOWN = 80  # characters of a value
_VERBS = frozenset({"is", "are", "has", "needs", "must", "cannot"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault (or, as a warning, one suspicion): where, whose, what is there, what is wrong.

    `rule` is what should be and completes "the value is not …", such as "a whole number"; where it
    begins with a verb (is, are, has, needs, must, cannot) the value is its subject. `hint` is the
    way out for this value, `other` the path of another place to look at, `more` counts the further
    rows with the same fault that are not listed.
    """

    path: str  # e.g. lines[3].quantity
    id: str  # the row's id, where it has one
    value: str
    rule: str
    hint: str = ""
    other: str = ""
    more: int = 0

    @property
    def fault(self) -> str:
        """What is wrong, in one sentence without the place."""
        return "".join((self._clause(), *self.remarks()))

    def _clause(self) -> str:
        has_verb = self.rule.partition(" ")[0] in _VERBS
        if not self.value:
            return f"a value {self.rule}" if has_verb else f"{self.rule} is wanted"
        return f"{shown(self.value)} {self.rule if has_verb else f'is not {self.rule}'}"

    def remarks(self) -> Sequence[str]:
        """What is said after the rule: the way out, another place, the rows not listed."""
        return (
            f": {self.hint}" if self.hint else "",
            f" (see {self.other})" if self.other else "",
            f" (and {self.more:,} more rows)" if self.more else "",
        )

    def __str__(self) -> str:
        whose = f" ({self.id})" if self.id else ""
        return f"{self.path}{whose}: {self.fault}"


def shown(value: str) -> str:
    """A value in quotes, cut where it is long, its control characters escaped."""
    return repr(value if len(value) <= MAX_SHOWN else value[: MAX_SHOWN - 1] + "…")


class InvalidInput(ValueError):
    """The input breaks at least one rule; nothing was solved.

    `findings` holds at most MAX_FINDINGS of them, `total` counts all.
    """

    def __init__(self, findings: Sequence[Finding], total: int | None = None) -> None:
        self.findings = tuple(findings[:MAX_FINDINGS])
        every = sum(1 + finding.more for finding in findings)
        self.total = every if total is None else total
        more = [f"… and {self.unlisted} more"] if self.unlisted else []
        super().__init__("\n".join([*map(str, self.findings), *more]))

    @property
    def unlisted(self) -> int:
        """How many faults no finding speaks for."""
        return self.total - sum(1 + finding.more for finding in self.findings)
