"""Rules that bound a sum of quantities: stock, demand, capacity, contracts, quotas, credit."""

from __future__ import annotations

import math
from typing import Any

from .arcs import Arc
from .cycle import Line, decimal
from .formulation import Formulation

MICROS = 1_000_000


def supply(f: Formulation) -> None:
    """taken_s <= a_s."""
    rows = f.rows("supply")
    for lot in f.cycle.lots:
        rows.add(f.model.taken[lot.id] <= lot.quantity)


def demand(f: Formulation) -> None:
    """given_i <= q_i."""
    rows = f.rows("demand")
    for line in f.cycle.lines:
        rows.add(f.given(line) <= line.quantity)


def value(f: Formulation) -> None:
    """The terms that arise per unit on an arc."""
    f.money += [a.value * a.line.pack * f.model.packs[k] for k, a in enumerate(f.arcs) if a.value]


def capacity(f: Formulation) -> None:
    """Σ usage shipped <= C_r + overtime_r, overtime_r <= O_r, paid per resource unit."""
    usage = usages(f)
    rows = f.rows("capacity")
    resources = f.cycle.rows("resources")
    overtime = f.variables("overtime", range(len(resources)))
    for index, r in enumerate(resources):
        name, place = r["resource"], r["location"]
        rows.add(overtime[index] <= r["overtime_micros"] / MICROS)
        used = sum(
            usage(arc, name) / MICROS * arc.taken_per_pack * f.model.packs[k]
            for k, arc in enumerate(f.arcs)
            if arc.lot.location == place
        )
        rows.add(used - overtime[index] <= r["capacity_micros"] / MICROS)
        f.money.append(-r["overtime_cost_micros"] * overtime[index])


class Usage:
    """Micro-units of a resource that one shipped unit on an arc needs."""

    def __init__(self, by_product: list[dict[str, Any]], by_line: list[dict[str, Any]]) -> None:
        self._product = {(r["product"], r["resource"]): r["usage_micros"] for r in by_product}
        self._line = {(r["line"], r["location"], r["resource"]): r["usage_micros"] for r in by_line}

    def __call__(self, arc: Arc, resource: str) -> int:
        own = self._line.get((arc.line.id, arc.lot.location, resource))
        return int(self._product.get((arc.lot.product, resource), 0) if own is None else own)


def usages(f: Formulation) -> Usage:
    """The usage of every product, with its overrides."""
    return Usage(f.cycle.rows("usages"), f.cycle.rows("line_usages"))


def floor(row: dict[str, Any], scope: list[Line]) -> int:
    """What a contract still asks for: the larger of floor quantity - delivered and of
    ceil(rate * this cycle's demand in scope), never under 0."""
    by_quantity = int(row["floor_quantity"] - row["delivered_quantity"])
    demanded = sum(line.quantity for line in scope)
    return max(0, by_quantity, math.ceil(decimal(row["floor_rate"]) * demanded))


def contracts(f: Formulation) -> None:
    """Σ_scope given + short_k >= what the floor asks; Σ_scope given <= cap_k - delivered_k."""
    rows = f.rows("contracts")
    table = f.cycle.rows("contracts")
    short = f.variables("short", [k["id"] for k in table])
    for k in table:
        scope = f.cycle.scope(k)
        given = sum(f.given(line) for line in scope)
        rows.add(given + short[k["id"]] >= floor(k, scope))
        if k["hard"]:
            rows.add(short[k["id"]] <= 0)
        f.money.append(-k["penalty_micros"] * short[k["id"]])
        if k["cap_quantity"] is not None and scope:
            rows.add(given <= max(0, k["cap_quantity"] - k["delivered_quantity"]))


def quotas(f: Formulation) -> None:
    """Σ_scope given <= cap - consumed."""
    rows = f.rows("quotas")
    for quota in f.cycle.rows("quotas"):
        scope = f.cycle.scope(quota)
        if scope:
            given = sum(f.given(line) for line in scope)
            rows.add(given <= max(0, quota["cap_quantity"] - quota["consumed_quantity"]))


def protections(f: Formulation) -> None:
    """Units taken from the scope by lines outside the group <= max(0, stock - protected)."""
    rows = f.rows("protections")
    for p in f.cycle.rows("protections"):
        group = {line.id for line in f.cycle.scope(p, "group_")}
        lots = {
            lot.id: lot.quantity
            for lot in f.cycle.lots
            if lot.product == p["product"]
            and not lot.blocked
            and (not p["locations"] or lot.location in p["locations"])
        }
        outside = [
            arc.taken_per_pack * f.model.packs[k]
            for k, arc in enumerate(f.arcs)
            if arc.lot.id in lots and arc.line.id not in group
        ]
        if outside:
            rows.add(sum(outside) <= max(0, sum(lots.values()) - p["quantity"]))


def credit(f: Formulation) -> None:
    """Σ price given <= the customer's money."""
    rows = f.rows("credit")
    for customer in f.cycle.rows("customers"):
        bought = [
            line.price / MICROS * f.given(line)
            for line in f.cycle.lines
            if line.customer == customer["id"] and line.price
        ]
        if customer["credit_micros"] is not None and bought:
            rows.add(sum(bought) <= customer["credit_micros"] / MICROS)
