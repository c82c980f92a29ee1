"""Imported by a worker before it says it is ready: a first small solve, so that no call is it."""

from __future__ import annotations

from fairlead import wire
from fairlead.v1.facts_pb2 import Cycle, Line, Lot
from fairlead_solver.api import allocation as api

from . import allocation  # noqa: F401  the jobs themselves, imported early


def first_solve() -> None:
    """Two all-or-nothing lines that share a lot too small for both: an engine has to choose."""
    cycle = Cycle(
        cycle_day=20_000,
        lots=[Lot(id="1", product="p", location="w", quantity=5)],
        lines=[
            Line(id="1", product="p", quantity=3, ship_complete=True, unit_price_micros=1_000_000),
            Line(id="2", product="p", quantity=4, ship_complete=True, unit_price_micros=2_000_000),
        ],
    )
    problem = api.intake(wire.facts_of(cycle), api.Policy())
    solved = api.solve(problem)
    explained = api.explain(solved)
    wire.decision_message(solved, explained).SerializeToString()


first_solve()
