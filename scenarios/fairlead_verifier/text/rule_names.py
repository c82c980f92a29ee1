"""What a rule may name: a family, a key of it, and the fact or policy leaf it comes from.

The leaf follows from family and key: it is the fact that a planner would change. A rule of one
line is one only where the line's facts say something.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from fairlead.v1 import explanation_pb2
from fairlead_solver.reference.cycle import Line
from fairlead_solver.reference.readings import is_fenced

from ..context.limits import FLOOR, SUPPLY
from ..context.shared_sums import Limits
from ..context.verification_context import Ground

_LIMITS = {
    SUPPLY: "lots[{}].quantity",
    "capacity": "resources[{}].capacity",
    "quota": "quotas[{}].cap_quantity",
    "contract_cap": "contracts[{}].cap_quantity",
    "credit": "customers[{}].credit",
    "protection": "protections[{}].quantity",
}
_LINES: Mapping[str, tuple[str, Callable[[Ground, Line], bool]]] = {
    "lock": ("lines[{}].locked_quantity", lambda _, line: line.locked is not None),
    "time_fence": ("policy.time_fence.days", lambda ground, line: is_fenced(ground.cycle, line)),
    "strategy": ("lines[{}].strategy", lambda _, line: line.strategy.name != "REDISTRIBUTE"),
    "min_fill": ("lines[{}].min_fill_rate", lambda _, line: line.least > 0),
    "ship_complete": ("lines[{}].ship_complete", lambda _, line: line.whole),
    "delivery_group": ("lines[{}].delivery_group", lambda _, line: bool(line.group)),
    "sources": ("lines[{}].max_sources", lambda _, line: line.max_sources > 0),
}


def wrong_rule(ground: Ground, limits: Limits, rule: explanation_pb2.Rule) -> str:
    """What is wrong in the names of a rule that has a family; "" where nothing is."""
    leaves = list(_leaves(ground, limits, rule.family, rule.key))
    if not leaves:
        return f"there is no rule {rule.family} {rule.key}"
    if rule.leaf not in leaves:
        return f"{rule.family} {rule.key} comes from {' or '.join(leaves)}"
    return ""


def _leaves(ground: Ground, limits: Limits, family: str, key: str) -> Iterator[str]:
    """Where the rule comes from; nothing where there is no such rule."""
    line, policy = ground.lines.get(key), ground.policy
    if family in _LIMITS and limits.named(family, key) is not None:
        yield _LIMITS[family].format(key)
    if line is not None and family in _LINES and _LINES[family][1](ground, line):
        yield _LINES[family][0].format(key)
    if family == FLOOR:
        yield from _floor(limits, key)
    if family == "sources" and _has(limits, "orders", key, "max_sources"):
        yield f"orders[{key}].max_sources"
    if family == "lot_size" and line is not None:
        own = _has(limits, "lines", key, "pack")
        yield f"lines[{key}].pack" if own else f"products[{line.product}].pack"
    if family == "fair_share" and line is not None and policy.fair_share.mode.name != "OFF":
        proportional = policy.fair_share.mode.name == "PROPORTIONAL"
        yield f"policy.fair_share.{'shortfall_rate' if proportional else 'fill_rate'}"
    if family == "location_use" and policy.location_use.max_locations:
        yield "policy.location_use.max_locations"
    if family == "tier_order" and line is not None and policy.tier_mode.name == "STRICT":
        yield "policy.tier_mode"
    if family == "fefo" and policy.fefo.mode.name == "STRICT":
        yield "policy.fefo.mode"


def _floor(limits: Limits, key: str) -> Iterator[str]:
    """The field that asks for more: the floor in units, or the rate of what is demanded."""
    row, limit = limits.row("contracts", key), limits.named(FLOOR, key)
    if row is not None and limit is not None:
        by_quantity = row["floor_quantity"] - row["delivered_quantity"] >= limit.limit
        yield f"contracts[{key}].floor_{'quantity' if by_quantity else 'rate'}"


def _has(limits: Limits, table: str, key: str, column: str) -> bool:
    row = limits.row(table, key)
    return row is not None and bool(row[column])
