"""What rules read out of a cycle: the fence, usages, floors, fair shares. Plain arithmetic, no
model."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from .arcs import Arc
from .cycle import Cycle, Line, decimal

GroupKey = tuple[str | int, ...]


def is_fenced(cycle: Cycle, line: Line) -> bool:
    """Whether the fence holds a line: requested at most so many days after the cycle's day."""
    fence = cycle.policy.time_fence
    return (
        fence.days >= 0
        and line.previous > 0
        and line.requested - cycle.day <= fence.days
        and cycle.policy.tiers[line.tier].id not in fence.off_tiers
        and (not line.channel or line.channel not in fence.off_channels)
    )


class Usage:
    """Micro-units of a resource that one shipped unit on an arc needs."""

    def __init__(self, cycle: Cycle) -> None:
        by_product, by_line = cycle.rows("usages"), cycle.rows("line_usages")
        self._product = {(r["product"], r["resource"]): r["usage_micros"] for r in by_product}
        self._line = {(r["line"], r["location"], r["resource"]): r["usage_micros"] for r in by_line}

    def __call__(self, arc: Arc, resource: str) -> int:
        own = self._line.get((arc.line.id, arc.lot.location, resource))
        return int(self._product.get((arc.lot.product, resource), 0) if own is None else own)


def floor(row: dict[str, Any], scope: list[Line]) -> int:
    """What a contract still asks for: the larger of floor quantity - delivered and of
    ceil(rate * this cycle's demand in scope), never under 0."""
    by_quantity = int(row["floor_quantity"] - row["delivered_quantity"])
    demanded = sum(line.quantity for line in scope)
    return max(0, by_quantity, math.ceil(decimal(row["floor_rate"]) * demanded))


def share_groups(cycle: Cycle) -> list[list[Line]]:
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


def entitlements(cycle: Cycle, arcs: Iterable[Arc]) -> dict[str, Fraction]:
    """e_i = q_i min(1, stock in reach of the group / demand of the group), by line."""
    reach: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for arc in arcs:
        reach[arc.line.id][arc.lot.id] = arc.lot.quantity
    entitled: dict[str, Fraction] = {}
    for group in share_groups(cycle):
        stock = {lot: held for line in group for lot, held in reach[line.id].items()}
        share = Fraction(sum(stock.values()), sum(line.quantity for line in group))
        entitled |= {line.id: line.quantity * min(Fraction(1), share) for line in group}
    return entitled
