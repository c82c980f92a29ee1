"""Contract floors: the facts with one of them moved."""

from __future__ import annotations

from fairlead_solver.api.allocation import Facts
from fairlead_solver.reference.readings import floor

from ..context.verification_context import Ground, row_of
from .changed_facts import cell_of, put
from .trial import NotTried


def lower_floor(ground: Ground, facts: Facts, key: str, amount: int) -> Facts:
    """With a floor that asks for so much less (more, where negative). Raises NotTried."""
    row = row_of(ground.cycle, "contracts", key)
    if row is None:
        raise NotTried(f"there is no contract {key}")
    now = floor(row, ground.cycle.scope(row))
    facts = put(facts, cell_of(facts, f"contracts[{key}].floor_rate"), 0.0)
    cell = cell_of(facts, f"contracts[{key}].floor_quantity")
    return put(facts, cell, max(0, now - amount + row["delivered_quantity"]))
