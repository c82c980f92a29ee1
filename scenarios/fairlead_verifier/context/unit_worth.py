"""What a unit of a lot is worth to a line: the value of its arc, and what the line is owed.

A unit under a previous confirmation spares its churn, which is policy value, and a unit under a
soft floor its penalty, which is cash. Fair share is policy value and counts by whole packs: what
one more, or one less, changes of its term, by the unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from fairlead_solver.reference.arcs import Arc
from fairlead_solver.reference.cycle import Line
from fairlead_solver.reference.readings import share_groups

from .limits import FLOOR
from .shared_sums import Limits
from .verification_context import Ground, row_of


@dataclass(frozen=True, slots=True)
class UnitWorth:
    """Cash in micro-units of money, and policy value in millionths of a point."""

    cash: Fraction
    policy_value: Fraction

    @property
    def total(self) -> Fraction:
        """What the objective counts."""
        return self.cash + self.policy_value


def gained(ground: Ground, limits: Limits, arc: Arc) -> UnitWorth:
    """What one unit more of the arc's lot is worth to its line."""
    churn = ground.given[arc.line.id] < arc.line.previous
    share = of_fair_share(ground, arc.line, arc.line.pack)
    return _worth(ground, limits, arc, churn=churn, share=share, to=None)


def lost(ground: Ground, limits: Limits, arc: Arc, to: Line) -> UnitWorth:
    """What the arc's line loses with a unit of the lot that passes to another line."""
    churn = 0 < ground.given[arc.line.id] <= arc.line.previous
    share = -of_fair_share(ground, arc.line, -arc.line.pack)
    return _worth(ground, limits, arc, churn=churn, share=share, to=to)


def of_fair_share(ground: Ground, line: Line, units: int) -> int:
    """What `units` more of a line change its fair share's term by, for one unit of its pack."""
    policy, given = ground.policy.fair_share, ground.given[line.id]
    then = max(0, given + units)
    if policy.mode.name == "PROPORTIONAL":
        cost, share = round(policy.shortfall_rate * line.value), ground.entitled[line.id]
        gain = cost * (max(share - given, Fraction(0)) - max(share - then, Fraction(0)))
    elif policy.mode.name == "MAX_MIN":
        gain = Fraction(policy.fill_rate) * _least_fill(ground, line, then)
        gain -= Fraction(policy.fill_rate) * _least_fill(ground, line, given)
    else:
        return 0
    return round(gain / line.pack)


def _least_fill(ground: Ground, line: Line, given: int) -> Fraction:
    """The smallest fill rate of a line's group, of one with `given`, times the value of what the
    group asks for."""
    group = next(group for group in share_groups(ground.cycle) if line in group)
    fill = [Fraction(given if i is line else ground.given[i.id], i.quantity) for i in group]
    return min(fill) * sum(i.value * i.quantity for i in group)


def _worth(
    ground: Ground, limits: Limits, arc: Arc, *, churn: bool, share: int, to: Line | None
) -> UnitWorth:
    line, cash, policy_value = arc.line, arc.cash, arc.value - arc.cash + share
    if churn:
        policy_value += round(ground.policy.churn.rate * line.value)
    for one in limits.sums:
        row = row_of(ground.cycle, "contracts", one.key) if one.family == FLOOR else None
        if row is None or row["hard"] or line.id not in one.lines:
            continue
        use, floor = one.limit.use, one.limit.limit
        if use < floor or (use == floor and to is not None and to.id not in one.lines):
            cash += row["penalty_micros"]
    return UnitWorth(Fraction(cash, arc.ratio), Fraction(policy_value, arc.ratio))
