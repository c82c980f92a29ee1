"""Shipment: opening a shipment of an order out of a location costs its lane's fixed cost.

    Σ_{k of i on lane w} x_k  <=  U_iw z_ow,   z_ow in {0, 1}        cost F_w z_ow

One row per (line, lane). An order has one destination, so its lanes tell its locations apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from fairlead_solver.model.program.draft import Draft
from fairlead_solver.tables import Ints

from ...cycle.problem import Problem
from ...cycle.row_keys import About
from ..explanation import RuleExplanation
from ..family import Breach, Wording
from ..plan import Plan
from ..sites import link, sites_of
from ..terms import Term

NAME = "shipment"
EXPLAINS = RuleExplanation()
COLUMN_TERM = Term.SHIPMENT  # what its columns cost or earn


def _fixed_cost(problem: Problem) -> Ints:
    """F of each arc's lane; 0 without a lane."""
    cost: Ints = np.append(problem.facts.lanes.fixed_cost_micros, 0)[problem.arcs.lane]
    return cost


def _shipment(problem: Problem, arc: Ints) -> Ints:
    """One number per (order, lane), for each arc given."""
    arcs = problem.arcs
    order = problem.line.order[arcs.line[arc]].astype(np.int64)
    return order * len(problem.facts.lanes) + arcs.lane[arc]


def applies(problem: Problem) -> bool:
    """Where an arc's lane has a fixed cost."""
    return bool((_fixed_cost(problem) > 0).any())


def build(problem: Problem, draft: Draft) -> None:
    """Columns "opened" z, keys: the shipment's first arc; rows "opened", keys: lines."""
    arcs, cost = problem.arcs, _fixed_cost(problem)
    arc = np.flatnonzero((cost > 0) & (arcs.max_packs > 0))
    shipments, first = np.unique(_shipment(problem, arc), return_index=True)
    opened = draft.columns(
        NAME,
        "opened",
        arc[first],
        upper=1.0,
        cost=-cost[arc[first]],
        integer=True,
        about=About.ARCS,
    )
    sites = sites_of(problem, arc, arcs.lane[arc].astype(np.int64))
    order = problem.line.order[sites.line].astype(np.int64)
    at = np.searchsorted(shipments, order * len(problem.facts.lanes) + sites.place)
    link(draft, NAME, "opened", problem, sites, opened[at])


def money(problem: Problem, plan: Plan) -> Mapping[Term, int]:
    """SHIPMENT: minus the fixed cost of every shipment that carries something."""
    used = np.flatnonzero(plan.used() & (problem.arcs.lane >= 0))
    _, first = np.unique(_shipment(problem, used), return_index=True)
    return {Term.SHIPMENT: -int(_fixed_cost(problem)[used[first]].sum())}


def check(problem: Problem, plan: Plan) -> Sequence[Breach]:
    """It forbids nothing."""
    return []


def words(problem: Problem, name: str, key: int) -> Wording:
    """`key`: a line."""
    line = problem.facts.lines.id[key]
    order = problem.order_ids[problem.line.order[key]]
    sentence = f"a shipment of order {order} opens before it carries line {line}"
    return Wording(f"{order}/{line}", "lanes.fixed_cost", sentence)
