"""What a row of a family counts."""

from __future__ import annotations

from ...rules.explanation import Unit
from ...rules.family import Wording

MICRO = 1_000_000


MICRO_UNITS = (Unit.RESOURCE_MICROS, Unit.MONEY_MICROS)


def unit_of(family: str, words: Wording) -> Unit:
    """What a row of a family counts."""
    if family == "capacity":
        return Unit.RESOURCE_MICROS
    return {"money": Unit.MONEY_MICROS, "locations": Unit.COUNT}.get(words.unit, Unit.BASE)
