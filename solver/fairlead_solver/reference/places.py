"""Rules about where things come from: sources of lines and orders, shipments, locations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable
from typing import Any

from .arcs import Arc
from .formulation import Formulation


def sources(f: Formulation) -> None:
    """A line, and an order, is served from at most K locations."""
    lines = {i.id: i.max_sources for i in f.cycle.lines if i.max_sources}
    orders = {("order", r["id"]): r["max_sources"] for r in f.cycle.rows("orders")}
    _limit(f, "line_source", lines, lambda arc: arc.line.id)
    _limit(f, "order_source", {o: k for o, k in orders.items() if k}, lambda arc: arc.line.order)


def _limit(
    f: Formulation, name: str, most: dict[Any, int], owner: Callable[[Arc], Hashable]
) -> None:
    opened = _opened(
        f, name, lambda arc: (owner(arc), arc.lot.location) if owner(arc) in most else None
    )
    of: defaultdict[Hashable, list[Any]] = defaultdict(list)
    for (who, _), switch in opened.items():
        of[who].append(switch)
    rows = f.rows(f"{name}s")
    for who, switches in of.items():
        rows.add(sum(switches) <= most[who])


def shipments(f: Formulation) -> None:
    """Opening a shipment (order, location) costs its lane's fixed cost."""
    cost: dict[Hashable, int] = {}

    def key(arc: Arc) -> Hashable:
        fixed = arc.lane["fixed_cost_micros"] if arc.lane else 0
        shipment = (arc.line.order, arc.lot.location)
        if fixed:
            cost[shipment] = fixed
        return shipment if fixed else None

    for shipment, switch in _opened(f, "shipment", key).items():
        f.cash.append(-cost[shipment] * switch)


def location_use(f: Formulation) -> None:
    """A location used at all costs its fixed cost; only so many may be used."""
    cost = {r["id"]: r["fixed_cost_micros"] for r in f.cycle.rows("locations")}
    most = f.cycle.policy.location_use.max_locations
    matter = {w for w in cost if most or cost[w]}
    used = _opened(f, "location", lambda arc: _within(arc.lot.location, matter))
    f.cash += [-cost[place] * switch for place, switch in used.items() if cost[place]]
    if most and used:
        f.rows("max_locations").add(sum(used.values()) <= most)


def _within(place: str, places: set[str]) -> str | None:
    return place if place in places else None


def _opened(f: Formulation, name: str, key: Callable[[Arc], Hashable]) -> dict[Any, Any]:
    """A switch per key that is on where any of its arcs carries a pack. Key None: no matter."""
    keys = [key(arc) for arc in f.arcs]
    opened = f.switches(name, [k for k in keys if k is not None])
    rows = f.rows(f"{name}_opens")
    for k, owner in enumerate(keys):
        if owner is not None and f.arcs[k].most:
            rows.add(f.model.packs[k] <= f.arcs[k].most * opened[owner])
    return opened
