"""What a unit of a lot is worth to a line: the value of its arc, and what the line is owed.

A unit under a previous confirmation spares its churn, and a unit under a soft floor its penalty.
"""

from __future__ import annotations

from fractions import Fraction

from fairlead_solver.reference.arcs import Arc
from fairlead_solver.reference.cycle import Line

from .ground import Ground, row_of
from .limits import FLOOR
from .sums import Limits


def gained(ground: Ground, limits: Limits, arc: Arc) -> Fraction:
    """Micro-units that one unit more of the arc's lot is worth to its line."""
    churn = ground.given[arc.line.id] < arc.line.previous
    return _worth(ground, limits, arc, churn=churn, to=None)


def lost(ground: Ground, limits: Limits, arc: Arc, to: Line) -> Fraction:
    """What the arc's line loses with a unit of the lot that passes to another line."""
    churn = 0 < ground.given[arc.line.id] <= arc.line.previous
    return _worth(ground, limits, arc, churn=churn, to=to)


def _worth(ground: Ground, limits: Limits, arc: Arc, *, churn: bool, to: Line | None) -> Fraction:
    line, worth = arc.line, arc.value
    if churn:
        worth += round(ground.policy.churn.rate * line.price)
    for one in limits.sums:
        row = row_of(ground.cycle, "contracts", one.key) if one.family == FLOOR else None
        if row is None or row["hard"] or line.id not in one.lines:
            continue
        use, floor = one.limit.use, one.limit.limit
        if use < floor or (use == floor and to is not None and to.id not in one.lines):
            worth += row["penalty_micros"]
    return Fraction(worth, arc.ratio)
