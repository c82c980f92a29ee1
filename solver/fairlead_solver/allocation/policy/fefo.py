"""Knobs of FEFO: how much the order of expiry counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from ...findings import Finding


class FefoMode(Enum):
    """How much the order of expiry counts."""

    OFF = "off"
    PREFER = "prefer"
    STRICT = "strict"


@dataclass(frozen=True, slots=True)
class FefoPolicy:
    """`mode`: OFF, PREFER (aging value only) or STRICT (a rule)."""

    mode: FefoMode = FefoMode.PREFER

    def findings(self) -> Iterator[Finding]:
        """What is wrong with these knobs: nothing can be."""
        yield from ()
