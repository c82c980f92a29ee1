"""Knobs of location use: how many locations a cycle may use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...findings import Finding


@dataclass(frozen=True, slots=True)
class LocationUsePolicy:
    """`max_locations`: K, the most locations used in a cycle; 0: no limit."""

    max_locations: int = 0

    def findings(self) -> Iterator[Finding]:
        """What is wrong with these knobs."""
        if self.max_locations < 0:
            path = "policy.location_use.max_locations"
            yield Finding(path, "", str(self.max_locations), "0 (no limit) or more")
