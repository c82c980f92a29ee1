"""The objective of a finished plan, recomputed from whole packs without a solver."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from .cycle import OrderKey, decimal
from .formulation import Formulation
from .quantities import MICROS
from .readings import Usage, floor, share_groups


def objective(f: Formulation, packs: Sequence[int]) -> int:
    """Cash and policy value together, in millionths, to the nearest one."""
    given = _given(f, packs)
    per_unit = sum(a.value * a.line.pack * n for a, n in zip(f.arcs, packs, strict=True))
    return per_unit + round(_fair_share(f, given) - _churn(f, given) - _costs(f, packs, given))


def cash(f: Formulation, packs: Sequence[int]) -> int:
    """The cash in it: margins less fixed costs, overtime and penalties."""
    per_unit = sum(a.cash * a.line.pack * n for a, n in zip(f.arcs, packs, strict=True))
    return per_unit - round(_costs(f, packs, _given(f, packs)))


def _given(f: Formulation, packs: Sequence[int]) -> Counter[str]:
    given: Counter[str] = Counter()
    for arc, n in zip(f.arcs, packs, strict=True):
        given[arc.line.id] += n * arc.line.pack
    return given


def _costs(f: Formulation, packs: Sequence[int], given: Counter[str]) -> Fraction:
    return _opened(f, packs) + _overtime(f, packs) + _penalties(f, given)


def _opened(f: Formulation, packs: Sequence[int]) -> int:
    """Fixed costs of shipments and locations."""
    used = [arc for arc, n in zip(f.arcs, packs, strict=True) if n]
    shipments: dict[tuple[OrderKey, str], int] = {
        (arc.line.order, arc.lot.location): arc.lane["fixed_cost_micros"]
        for arc in used
        if arc.lane
    }
    places = {arc.lot.location for arc in used}
    fixed: dict[str, int] = {r["id"]: r["fixed_cost_micros"] for r in f.cycle.rows("locations")}
    return sum(shipments.values()) + sum(fixed.get(place, 0) for place in places)


def _overtime(f: Formulation, packs: Sequence[int]) -> Fraction:
    usage = Usage(f.cycle)
    cost = Fraction(0)
    for r in f.cycle.rows("resources"):
        used = sum(
            usage(arc, r["resource"]) * arc.taken_per_pack * n
            for arc, n in zip(f.arcs, packs, strict=True)
            if arc.lot.location == r["location"]
        )
        over = max(0, used - r["capacity_micros"])
        cost += Fraction(over * r["overtime_cost_micros"], MICROS)
    return cost


def _penalties(f: Formulation, given: Counter[str]) -> Fraction:
    """Of contracts whose floor is not met."""
    cost = Fraction(0)
    for k in f.cycle.rows("contracts"):
        scope = f.cycle.scope(k)
        short = floor(k, scope) - sum(given[line.id] for line in scope)
        cost += k["penalty_micros"] * max(0, short)
    return cost


def _churn(f: Formulation, given: Counter[str]) -> Fraction:
    """What was confirmed and is taken back."""
    cost = Fraction(0)
    rate = decimal(f.cycle.policy.churn.rate)
    for line in f.cycle.lines:
        cost += rate * line.value * max(0, line.previous - given[line.id])
    return cost


def _fair_share(f: Formulation, given: Counter[str]) -> Fraction:
    policy = f.cycle.policy.fair_share
    if policy.mode.name == "PROPORTIONAL":
        entitled = f.entitlements()
        return -sum(
            (
                decimal(policy.shortfall_rate)
                * line.value
                * max(Fraction(0), entitled[line.id] - given[line.id])
                for line in f.cycle.lines
            ),
            Fraction(0),
        )
    if policy.mode.name == "MAX_MIN":
        return sum(
            (
                decimal(policy.fill_rate)
                * min(Fraction(given[line.id], line.quantity) for line in group)
                * sum(line.value * line.quantity for line in group)
                for group in share_groups(f.cycle)
            ),
            Fraction(0),
        )
    return Fraction(0)
