"""The time a solve may take, told from outside: the solver reads no clock of its own."""

from __future__ import annotations

from typing import Protocol


class Budget(Protocol):
    """What is left to spend. Asked between engine calls; both may be called often."""

    def remaining_seconds(self) -> float:
        """Seconds left; infinity where there is no limit, <= 0 where it is spent."""
        ...

    def cancelled(self) -> bool:
        """Whether nobody wants the answer any more."""
        ...


class Unlimited:
    """A budget that never ends."""

    def remaining_seconds(self) -> float:
        """Infinity."""
        return float("inf")

    def cancelled(self) -> bool:
        """Never."""
        return False


UNLIMITED: Budget = Unlimited()
