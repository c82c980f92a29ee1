"""Knobs of fair share: who shares with whom, and what falling short of a share costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from ...findings import Finding

MAX_RATE = 1e6


class FairShareMode(Enum):
    """PROPORTIONAL: units under the entitlement cost. MAX_MIN: the smallest fill rate earns."""

    OFF = "off"
    PROPORTIONAL = "proportional"
    MAX_MIN = "max_min"


class FairShareGroup(Enum):
    """Which lines share with each other."""

    PRODUCT_TIER = "product_tier"
    PRODUCT = "product"
    PRODUCT_CHANNEL = "product_channel"


@dataclass(frozen=True, slots=True)
class FairSharePolicy:
    """`shortfall_rate`: φ, and `fill_rate`: μ, both of a unit's value; each in its own mode."""

    mode: FairShareMode = FairShareMode.OFF
    group: FairShareGroup = FairShareGroup.PRODUCT_TIER
    shortfall_rate: float = 1.0
    fill_rate: float = 1.0

    def findings(self) -> Iterator[Finding]:
        """What is wrong with these knobs."""
        for name in ("shortfall_rate", "fill_rate"):
            value = getattr(self, name)
            if not 0 <= value <= MAX_RATE:
                rule = f"a number between 0 and {MAX_RATE:g}"
                yield Finding(f"policy.fair_share.{name}", "", str(value), rule)
