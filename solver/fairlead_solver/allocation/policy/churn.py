"""Knobs of churn: what taking back a confirmation costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...findings import Finding

MAX_RATE = 1e6


@dataclass(frozen=True, slots=True)
class ChurnPolicy:
    """`rate`: ς, the cost of a unit taken back, as a rate of the value of a unit; 0: free."""

    rate: float = 0.0

    def findings(self) -> Iterator[Finding]:
        """What is wrong with these knobs."""
        if not 0 <= self.rate <= MAX_RATE:
            rule = f"a number between 0 and {MAX_RATE:g}"
            yield Finding("policy.churn.rate", "", str(self.rate), rule)
