"""Sources: a line, and an order, is served from at most K locations.

    Σ_w y_iw  <=  K_i      Σ_{k of i at w} x_k  <=  U_iw y_iw        for lines i with K_i
    Σ_w z_ow  <=  K_o      Σ_{k of i at w} x_k  <=  U_iw z_ow        for orders o with K_o, i in o

y, z in {0, 1}. K = 0: any number. Written only where more than K locations are in reach.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from fairlead_solver.arrays import summed
from fairlead_solver.model.program.draft import Draft
from fairlead_solver.tables import Codes, Ints

from ...cycle.problem import Problem
from ...cycle.row_keys import About
from ..explanation import ReasonCode, RuleExplanation
from ..family import NO_MONEY, Breach, Wording
from ..plan import Plan
from ..sites import link, sites_of
from ..terms import Term

NAME = "sources"
EXPLAINS = RuleExplanation(ReasonCode.SPLIT_LIMIT)


def _rules(problem: Problem) -> tuple[tuple[About, Codes, Ints, Sequence[str]], ...]:
    """(table, whose line is it, K of each, ids) for lines and for orders."""
    own = np.arange(problem.num_lines, dtype=np.int32)
    lines = problem.facts.lines
    return (
        (About.LINES, own, lines.max_sources, lines.id),
        (About.ORDERS, problem.line.order, problem.order_max_sources, problem.order_ids),
    )


def applies(problem: Problem) -> bool:
    """Where a line or an order limits its sources."""
    return any(bool((limit > 0).any()) for _, _, limit, _ in _rules(problem))


def build(problem: Problem, draft: Draft) -> None:
    """Columns and rows "lines_from", "orders_from"; rows "lines", "orders", keys so named."""
    for about, owner, limit, _ in _rules(problem):
        _build(problem, draft, about, owner, limit)


def _build(problem: Problem, draft: Draft, about: About, owner: Codes, limit: Ints) -> None:
    name = about.value
    arcs, width = problem.arcs, len(problem.facts.locations)
    whose = owner[arcs.line]
    arc = np.flatnonzero((limit[whose] > 0) & (arcs.max_packs > 0))
    pair = np.unique(whose[arc].astype(np.int64) * width + arcs.location[arc])
    in_reach = summed(pair // width, np.ones(len(pair), dtype=np.int64), len(limit))
    scarce = in_reach > limit
    arc, pair = arc[scarce[whose[arc]]], pair[scarce[pair // width]]
    if not len(pair):
        return
    limited, row = np.unique(pair // width, return_inverse=True)
    opened = draft.columns(
        NAME, f"{name}_from", pair // width, upper=1.0, integer=True, about=about
    )
    rows = draft.rows(NAME, name, limited, upper=limit[limited], about=about)
    draft.entries(rows[row], opened, 1.0)
    sites = sites_of(problem, arc, arcs.location[arc].astype(np.int64))
    at = np.searchsorted(pair, owner[sites.line].astype(np.int64) * width + sites.place)
    link(draft, NAME, f"{name}_from", problem, sites, opened[at])


def money(problem: Problem, plan: Plan) -> Mapping[Term, int]:
    """None: what a shipment costs is the family `shipment`."""
    return NO_MONEY


def check(problem: Problem, plan: Plan) -> Sequence[Breach]:
    """Nobody is served from more locations than allowed."""
    return list(_breaches(problem, plan))


def _breaches(problem: Problem, plan: Plan) -> Iterator[Breach]:
    arcs, width, used = problem.arcs, len(problem.facts.locations), plan.used()
    for about, owner, limit, ids in _rules(problem):
        whose = owner[arcs.line[used]].astype(np.int64)
        pair = np.unique(whose * width + arcs.location[used])
        count = summed(pair // width, np.ones(len(pair), dtype=np.int64), len(limit))
        for i in map(int, np.flatnonzero((limit > 0) & (count > limit))):
            text = f"{about.value[:-1]} {ids[i]} is served from {count[i]} locations"
            yield Breach(NAME, ids[i], int(limit[i]), int(count[i]), text)


def words(problem: Problem, name: str, key: int) -> Wording:
    """Rows "lines…": `key` is a line. Rows "orders": an order; "orders_from": a line of it."""
    if name == "lines" or name == "lines_from":
        ids, limit, table = problem.facts.lines.id, problem.facts.lines.max_sources, "line"
    else:
        key = int(problem.line.order[key]) if name == "orders_from" else key
        ids, limit, table = problem.order_ids, problem.order_max_sources, "order"
    places = "location" if limit[key] == 1 else "locations"
    sentence = f"{table} {ids[key]} is served from at most {limit[key]} {places}"
    leaf, looser = f"{table}s[{ids[key]}].max_sources", f"serve {ids[key]} from more locations"
    return Wording(ids[key], leaf, sentence, unit="locations", looser=looser)
