"""A limit moved: in the facts that set it, or, for a fair share that no fact sets, in the model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fairlead_solver.api.allocation import Facts
from fairlead_solver.reference.process import Question

from ..context.limits import FAIR_SHARE, FLOOR, Limit
from ..context.verification_context import Ground
from .changed_facts import add, cell_of, put
from .moved_floors import lower_floor
from .trial_scope import Field


@dataclass(frozen=True, slots=True, eq=False)
class Move:
    """A limit to be moved by so much, in its own unit. `alone`: a lot holds more, and what is
    protected in it is more by as much, so that the protection leaves to others what it left."""

    limit: Limit
    by: int
    alone: bool = False

    def made(self, ground: Ground, facts: Facts) -> Facts:
        """The facts with it. A limit that stands at 0 because more than all is taken away from it
        is moved from there."""
        table, key, column = self.limit.cell
        if self.limit.family == FLOOR:
            return lower_floor(ground, facts, key, -self.by)
        if self.limit.family == FAIR_SHARE:
            return facts
        cell = cell_of(facts, f"{table}[{key}].{column}")
        now = cell.value(facts)
        value = now + self.limit.sign * (self.by + excess(ground, self.limit))
        facts = put(facts, cell, max(0, value))
        for protection in _protections(ground, key) if self.alone else ():
            facts = add(facts, cell_of(facts, f"protections[{protection}].quantity"), self.by)
        return facts


def moved(ground: Ground, field: Field, *moves: Move) -> Question:
    """A field with limits moved. Raises NotTried."""
    facts = ground.facts
    for move in moves:
        facts = move.made(ground, facts)
    raised = tuple(
        (move.limit.cell[1], move.by) for move in moves if move.limit.family == FAIR_SHARE
    )
    return field.question(facts, None, raised=raised)


def _protections(ground: Ground, key: str) -> Iterator[str]:
    """Protections of the lot with that id; none where it is no lot."""
    lot = ground.lots.get(key)
    if lot is None or lot.blocked:
        return
    for row in ground.cycle.rows("protections"):
        here = not row["locations"] or lot.location in row["locations"]
        if here and row["product"] == lot.product:
            yield row["id"]


def excess(ground: Ground, limit: Limit) -> int:
    """How far the fact lies beyond where its limit becomes 0: it is exceeded by so much already."""
    table, key, column = limit.cell
    if limit.family not in ("quota", "contract_cap", "protection"):
        return 0
    row = next(r for r in ground.cycle.rows(table) if r["id"] == key)
    now = int(row[column] or 0)
    gone = int(row.get("consumed_quantity") or row.get("delivered_quantity") or 0)
    regular = limit.limit if limit.regular is None else limit.regular
    if limit.sign > 0:
        return max(0, gone - now) if regular == 0 else 0
    stock = sum(
        lot.quantity
        for lot in ground.cycle.lots
        if lot.product == row["product"]
        and not lot.blocked
        and (not row["locations"] or lot.location in row["locations"])
    )
    return max(0, now - stock)
