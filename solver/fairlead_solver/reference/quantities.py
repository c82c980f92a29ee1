"""Rules that bound a sum of quantities: stock, demand, capacity, contracts, quotas, credit."""

from __future__ import annotations

from .formulation import Formulation
from .readings import Usage, floor

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
    for k, arc in enumerate(f.arcs):
        packs = arc.line.pack * f.model.packs[k]
        f.cash.append(arc.cash * packs)
        f.policy_value.append((arc.value - arc.cash) * packs)


def capacity(f: Formulation) -> None:
    """Σ usage shipped <= C_r + overtime_r, overtime_r <= O_r, paid per resource unit."""
    usage = Usage(f.cycle)
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
        f.cash.append(-r["overtime_cost_micros"] * overtime[index])


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
        f.cash.append(-k["penalty_micros"] * short[k["id"]])
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
