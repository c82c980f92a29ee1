"""Contract floors: what they ask in this cycle, and the facts with one of them moved."""

from __future__ import annotations

from fairlead_solver.api import Facts
from fairlead_solver.reference.readings import floor

from .changes import cell_of, put
from .ground import Ground, row_of
from .trial import NotTried


def floor_of(ground: Ground, key: str) -> tuple[int, int]:
    """(units a contract is to get, units its scope was given). Raises NotTried."""
    row = row_of(ground.cycle, "contracts", key)
    if row is None:
        raise NotTried(f"there is no contract {key}")
    scope = ground.cycle.scope(row)
    return floor(row, scope), sum(ground.given[line.id] for line in scope)


def lower_floor(ground: Ground, facts: Facts, key: str, amount: int) -> Facts:
    """With a floor that asks for so much less (more, where negative). Raises NotTried."""
    now, _ = floor_of(ground, key)
    row = row_of(ground.cycle, "contracts", key)
    assert row is not None
    facts = put(facts, cell_of(facts, f"contracts[{key}].floor_rate"), 0.0)
    cell = cell_of(facts, f"contracts[{key}].floor_quantity")
    return put(facts, cell, max(0, now - amount + row["delivered_quantity"]))
