"""What rules read out of a cycle: the fence, usages, floors. Plain arithmetic, no model."""

from __future__ import annotations

import math
from typing import Any

from .arcs import Arc
from .cycle import Cycle, Line, decimal


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
