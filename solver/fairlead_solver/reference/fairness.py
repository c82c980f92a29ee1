"""Fair share among the lines of one group."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

from .cycle import Cycle, Line
from .formulation import Formulation

GroupKey = tuple[str | int, ...]


def groups(cycle: Cycle) -> list[list[Line]]:
    """The lines that share with each other, as the policy groups them."""
    by: defaultdict[GroupKey, list[Line]] = defaultdict(list)
    kind = cycle.policy.fair_share.group.name
    for line in cycle.lines:
        key: GroupKey = (line.product,)
        if kind == "PRODUCT_TIER":
            key = (line.product, line.tier)
        elif kind == "PRODUCT_CHANNEL":
            key = (line.product, line.channel)
        by[key].append(line)
    return list(by.values())


def entitlements(f: Formulation) -> dict[str, Fraction]:
    """e_i = q_i min(1, stock in reach of the group / demand of the group)."""
    entitled: dict[str, Fraction] = {}
    for group in groups(f.cycle):
        reach = {
            f.arcs[k].lot.id: f.arcs[k].lot.quantity
            for line in group
            for k in f.arcs_of_line.get(line.id, [])
        }
        share = Fraction(sum(reach.values()), sum(line.quantity for line in group))
        entitled |= {line.id: line.quantity * min(Fraction(1), share) for line in group}
    return entitled


def fair_share(f: Formulation) -> None:
    """PROPORTIONAL: a unit under e_i costs phi price. MAX_MIN: the least fill rate f of a group
    earns mu f Σ price q."""
    mode = f.cycle.policy.fair_share.mode.name
    if mode == "PROPORTIONAL":
        _proportional(f)
    elif mode == "MAX_MIN":
        _max_min(f)


def _proportional(f: Formulation) -> None:
    rate = f.cycle.policy.fair_share.shortfall_rate
    under = f.variables("under", [line.id for line in f.cycle.lines])
    rows = f.rows("fair_share")
    entitled = entitlements(f)
    for line in f.cycle.lines:
        rows.add(under[line.id] >= float(entitled[line.id]) - f.given(line))
        f.money.append(-rate * line.price * under[line.id])


def _max_min(f: Formulation) -> None:
    rate = f.cycle.policy.fair_share.fill_rate
    members = groups(f.cycle)
    least = f.variables("least_fill", range(len(members)), bounds=(0, 1))
    rows = f.rows("fair_share")
    for index, group in enumerate(members):
        for line in group:
            rows.add(line.quantity * least[index] <= f.given(line))
        worth = sum(line.price * line.quantity for line in group)
        f.money.append(rate * worth * least[index])
