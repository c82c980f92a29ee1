"""Flow: packs of a line out of a lot. The decision itself, first in the program.

    n_k in {0, …, max_packs_k}   packs of m_i units on arc k = (i, s);   x_is = m_i n_k
    max Σ_k v_k m_i n_k          v_k: the unit terms of the objective, in micro-units per unit

Column k is arc k. An arc exists only where the lot may serve the line
(`allocation/cycle/eligibility.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from fairlead_solver.model.program.draft import Draft
from fairlead_solver.tables import NO_DAY, Bools

from ...cycle.facts import LotStatus
from ...cycle.problem import Problem
from ...cycle.row_keys import About
from ..explanation import RuleExplanation
from ..family import NO_MONEY, Breach, Wording
from ..plan import Plan
from ..terms import Term
from ..unit_value import unit_values

NAME = "flow"
EXPLAINS = RuleExplanation()


def applies(problem: Problem) -> bool:
    """Always: without arcs nothing can be given, and that is a decision too."""
    return True


def build(problem: Problem, draft: Draft) -> None:
    """Columns "packs", keys: arcs."""
    arcs = problem.arcs
    draft.columns(
        NAME,
        "packs",
        np.arange(len(arcs)),
        upper=arcs.max_packs,
        cost=problem.whatever_quantities(unit_values) * arcs.pack,
        integer=True,
        about=About.ARCS,
    )


def money(problem: Problem, plan: Plan) -> Mapping[Term, int]:
    """None of its own: the unit terms are `plan.unit_money()`."""
    return NO_MONEY


def check(problem: Problem, plan: Plan) -> Sequence[Breach]:
    """Packs within 0..max_packs, and only where the lot may serve the line."""
    if len(plan.packs) != len(problem.arcs):
        wrong = f"{len(plan.packs)} flows for {len(problem.arcs)} arcs"
        return [Breach(NAME, "", len(problem.arcs), len(plan.packs), wrong)]
    return [*_out_of_range(problem, plan), *_not_allowed(problem, plan)]


def _out_of_range(problem: Problem, plan: Plan) -> Iterator[Breach]:
    most = problem.arcs.max_packs
    for k in np.flatnonzero((plan.packs < 0) | (plan.packs > most)):
        key, packs = _key(problem, int(k)), int(plan.packs[k])
        yield Breach(NAME, key, int(most[k]), packs, f"{key}: {packs} packs of 0..{most[k]}")


def _not_allowed(problem: Problem, plan: Plan) -> Iterator[Breach]:
    units = plan.units
    for k in np.flatnonzero(plan.used() & ~_allowed(problem)):
        key = _key(problem, int(k))
        yield Breach(NAME, key, 0, int(units[k]), f"{key}: the lot may not serve the line")


def _allowed(problem: Problem) -> Bools:
    """Product, status, latest day and shelf life again, from the facts; per arc."""
    arcs, lots, lines = problem.arcs, problem.facts.lots, problem.facts.lines
    line, lot = arcs.line, arcs.lot
    own = lots.product.codes[lot] == lines.product.codes[line]
    latest, expiry = lines.latest_day[line], lots.expiry_day[lot].astype(np.int64)
    left = expiry - arcs.delivery_day
    allowed: Bools = (
        (own | (arcs.substitute & lines.substitutes_allowed[line]))
        & (lots.status[lot] != LotStatus.BLOCKED)
        & ((latest == NO_DAY) | (arcs.delivery_day <= latest))
        & ((expiry == NO_DAY) | (left >= lines.min_shelf_life_days[line]))
    )
    return allowed


def _key(problem: Problem, arc: int) -> str:
    facts, arcs = problem.facts, problem.arcs
    return f"{facts.lines.id[arcs.line[arc]]}/{facts.lots.id[arcs.lot[arc]]}"


def words(problem: Problem, name: str, key: int) -> Wording:
    """Columns only: `key` is an arc."""
    ids = _key(problem, key)
    line, lot = ids.split("/", 1)
    return Wording(ids, f"lines[{line}].product", f"lot {lot} may serve line {line}")
