"""FEFO (first expired, first out): lots that expire earlier leave first.

OFF: no rule. PREFER: through the aging value of the objective, no rule either. STRICT: a line
takes nothing from a lot s2 while a lot s1 of the same product and location that expires earlier,
and may serve that line, still has a pack for it in the final decision:

    leftover_s = a_s - Σ_k∈s r_k m_k n_k
    e_st = 1  ⟹  leftover_s < t:      Σ_k∈s r_k m_k n_k  >=  (a_s - t + 1) e_st
    Σ_{s2 later than s1} x_i,s2  <=  U e_s1,t     with t = r_i,s1 m_i      for every i, s1

e in {0, 1}, one per lot and threshold t; U: what those later lots can give the line, at most q_i.
Equal expiry is the same class; no expiry is the last. Where t > a_s no pack fits anyway.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairlead_solver.arrays import expand, summed
from fairlead_solver.model.program.draft import Draft, RowKind
from fairlead_solver.tables import NO_DAY, Ints

from ...cycle.problem import Problem
from ...cycle.row_keys import About
from ...policy.fefo import FefoMode
from ..explanation import RuleExplanation
from ..family import NO_MONEY, Breach, Wording
from ..plan import Plan
from ..terms import Term

NAME = "fefo"
EXPLAINS = RuleExplanation()
NEVER = int(np.iinfo(np.int64).max)


@dataclass(frozen=True, slots=True, eq=False)
class _Shelves:
    """Arcs sorted by (line, product, location, expiry). `stop[j]`: end of j's shelf; `later[j]`:
    the first arc of j's shelf with a later expiry than j, or `stop[j]`."""

    arc: Ints
    expiry: Ints
    shelf: Ints
    later: Ints
    stop: Ints


def applies(problem: Problem) -> bool:
    """Under STRICT, where a line reaches lots of different expiry on one shelf."""
    if problem.policy.fefo.mode is not FefoMode.STRICT:
        return False
    shelves = _shelves(problem)
    return bool((shelves.later < shelves.stop).any())


def _shelves(problem: Problem) -> _Shelves:
    arcs, lots = problem.arcs, problem.facts.lots
    day = lots.expiry_day[arcs.lot].astype(np.int64)
    expiry = np.where(day == NO_DAY, NEVER, day)
    product = lots.product.codes[arcs.lot]
    arc = np.lexsort((expiry, arcs.location, product, arcs.line))
    columns = (arcs.line[arc], product[arc], arcs.location[arc])
    shelf = _runs(*columns)
    class_ = _runs(*columns, expiry[arc])
    later = np.searchsorted(class_, class_, side="right")
    stop = np.searchsorted(shelf, shelf, side="right")
    return _Shelves(arc, expiry[arc], shelf, later, stop)


def _runs(*columns: NDArray[np.integer]) -> Ints:
    """Number each run of equal rows, from 0; the rows come sorted."""
    size = len(columns[0])
    new = np.zeros(size, dtype=np.bool_)
    for column in columns:
        new[1:] |= column[1:] != column[:-1]
    return np.cumsum(new)


def build(problem: Problem, draft: Draft) -> None:
    """Columns "emptied" e and rows "emptied", keys: lots; rows "order", keys: arcs of s1."""
    arcs, held, shelves = problem.arcs, problem.facts.lots.quantity, _shelves(problem)
    threshold = arcs.ratio * arcs.pack
    first = np.flatnonzero(
        (shelves.later < shelves.stop) & (threshold[shelves.arc] <= held[arcs.lot[shelves.arc]])
    )
    earlier = shelves.arc[first]
    pairs = np.stack([arcs.lot[earlier].astype(np.int64), threshold[earlier]])
    (lot, least), which = np.unique(pairs, axis=1, return_inverse=True)
    emptied = _emptied(problem, draft, lot, least)
    counts = shelves.stop[first] - shelves.later[first]
    at = np.repeat(np.arange(len(first)), counts)
    arc = shelves.arc[expand(shelves.later[first], counts)]
    asked = problem.line.quantity[arcs.line[earlier]]
    most = np.minimum(summed(at, arcs.max_packs[arc] * arcs.pack[arc], len(first)), asked)
    rows = draft.rows(NAME, "order", earlier, upper=0.0, about=About.ARCS)
    draft.entries(rows[at], arc, arcs.pack[arc])
    draft.entries(rows, emptied[which.ravel()], -most)


def _emptied(problem: Problem, draft: Draft, lot: Ints, least: Ints) -> Ints:
    """Columns e of each (lot, threshold), and the rows that make them mean what they say."""
    arcs, held = problem.arcs, problem.facts.lots.quantity
    emptied = draft.columns(NAME, "emptied", lot, upper=1.0, integer=True, about=About.LOTS)
    rows = draft.rows(NAME, "emptied", lot, lower=0.0, kind=RowKind.LINK, about=About.LOTS)
    draft.entries(rows, emptied, -(held[lot] - least + 1))
    by_lot = np.argsort(arcs.lot, kind="stable")
    start = np.searchsorted(arcs.lot[by_lot], lot)
    counts = np.searchsorted(arcs.lot[by_lot], lot, side="right") - start
    arc = by_lot[expand(start, counts)]
    draft.entries(np.repeat(rows, counts), arc, arcs.ratio[arc] * arcs.pack[arc])
    return emptied


def money(problem: Problem, plan: Plan) -> Mapping[Term, int]:
    """None: what PREFER is worth is the aging term."""
    return NO_MONEY


def check(problem: Problem, plan: Plan) -> Sequence[Breach]:
    """No line takes from a lot while one that expires earlier has a pack for it."""
    return list(_breaches(problem, plan))


def _breaches(problem: Problem, plan: Plan) -> Iterator[Breach]:
    arcs, facts, shelves = problem.arcs, problem.facts, _shelves(problem)
    left = facts.lots.quantity - plan.per_lot()
    arc = shelves.arc
    has_pack = left[arcs.lot[arc]] >= (arcs.ratio * arcs.pack)[arc]
    earliest = np.full(int(shelves.shelf[-1]) + 1 if len(arc) else 0, NEVER)
    np.minimum.at(earliest, shelves.shelf[has_pack], shelves.expiry[has_pack])
    units = plan.units
    for j in np.flatnonzero(plan.used()[arc] & (shelves.expiry > earliest[shelves.shelf])):
        line, lot = facts.lines.id[arcs.line[arc[j]]], facts.lots.id[arcs.lot[arc[j]]]
        text = f"line {line} takes from lot {lot} while one that expires earlier has stock left"
        yield Breach(NAME, f"{line}/{lot}", 0, int(units[arc[j]]), text)


def words(problem: Problem, name: str, key: int) -> Wording:
    """Rows "order": `key` is the arc to the earlier lot. Rows "emptied": a lot."""
    facts, leaf = problem.facts, "policy.fefo.mode"
    if name == "emptied":
        lot = facts.lots.id[key]
        return Wording(lot, leaf, f"lot {lot} is used up before later ones are touched")
    line = facts.lines.id[problem.arcs.line[key]]
    lot = facts.lots.id[problem.arcs.lot[key]]
    sentence = f"line {line} takes from lot {lot} before any there that expires later"
    return Wording(f"{line}/{lot}", leaf, sentence)
