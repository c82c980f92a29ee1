"""Knobs of the time fence: how close to its day a line keeps what was confirmed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...findings import Finding

MAX_DAYS = 3_650


@dataclass(frozen=True, slots=True)
class TimeFencePolicy:
    """`days` after the cycle's day that the fence reaches, -1: off; tiers, channels without it."""

    days: int = -1
    off_tiers: tuple[str, ...] = ()
    off_channels: tuple[str, ...] = ()

    def findings(self) -> Iterator[Finding]:
        """What is wrong with these knobs."""
        if not -1 <= self.days <= MAX_DAYS:
            rule = f"-1 (off) to {MAX_DAYS} days"
            yield Finding("policy.time_fence.days", "", str(self.days), rule)
