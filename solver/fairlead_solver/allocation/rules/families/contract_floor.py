"""Contract floor: a contract's scope gets at least its floor, or pays for each unit short.

    Σ_{i in scope k} x_i + short_k  >=  F_k,    0 <= short_k <= F_k        cost π_k short_k
    F_k = max(floor_k - delivered_k, ⌈ρ_k Σ_{i in scope k} q_i⌉, 0)        hard: no short_k

What was delivered before counts against the floor quantity; the floor rate ρ is of this cycle
alone. A soft floor without a penalty moves nothing and is not written.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from fairlead_solver.arrays import summed
from fairlead_solver.model.program.draft import Draft
from fairlead_solver.tables import Bools, Ints

from ...cycle.problem import Problem
from ...cycle.row_keys import About
from ..explanation import ReasonCode, RuleExplanation
from ..family import Breach, Wording
from ..plan import Plan
from ..terms import Term
from ..unit_totals import add_units

NAME = "contract_floor"
EXPLAINS = RuleExplanation(ReasonCode.CONTRACT_FLOOR_OTHER, gives_way=True, proven_without=True)
COLUMN_TERM = Term.CONTRACT  # what its columns cost or earn


def _asked(problem: Problem) -> Bools:
    """Contracts with a floor that matters."""
    facts = problem.facts.contracts
    asked: Bools = ((facts.floor_quantity > 0) | (facts.floor_rate > 0)) & (
        facts.hard | (facts.penalty_micros > 0)
    )
    return asked


def applies(problem: Problem) -> bool:
    """Where a contract has a floor, hard or with a penalty."""
    return bool(_asked(problem).any())


def floors(problem: Problem) -> Ints:
    """F of each contract in this cycle, units; 0 where it has no floor that matters."""
    facts, scope = problem.facts.contracts, problem.contract_scopes
    demand = summed(scope.row, problem.line.quantity[scope.line], len(facts))
    least = np.zeros(len(facts), dtype=np.int64)
    for k in np.flatnonzero(_asked(problem)):
        rate = math.ceil(Fraction(repr(float(facts.floor_rate[k]))) * int(demand[k]))
        rest = int(facts.floor_quantity[k]) - int(facts.delivered_quantity[k])
        least[k] = max(rest, rate, 0)
    return least


def build(problem: Problem, draft: Draft) -> None:
    """Columns "short" and rows "contracts", keys: contracts."""
    facts, least = problem.facts.contracts, floors(problem)
    wanted = np.flatnonzero(least > 0)
    rows = draft.rows(
        NAME, "contracts", wanted, lower=least[wanted], coupling=True, about=About.CONTRACTS
    )
    soft = np.flatnonzero(~facts.hard[wanted])
    contract = wanted[soft]
    short = draft.columns(
        NAME,
        "short",
        contract,
        upper=least[contract],
        cost=-facts.penalty_micros[contract],
        about=About.CONTRACTS,
    )
    draft.entries(rows[soft], short, 1.0)
    scope = problem.contract_scopes.of(least > 0)
    add_units(draft, problem, rows[np.searchsorted(wanted, scope.row)], scope.line)


def _short(problem: Problem, given: Ints) -> tuple[Ints, Ints]:
    """(floor, units short of it) of each contract."""
    least, scope = floors(problem), problem.contract_scopes
    inside = summed(scope.row, given[scope.line], len(least))
    return least, np.maximum(least - inside, 0)


def penalties(problem: Problem, given: Ints) -> Ints:
    """What each contract's missed floor costs, in micro-units, with the units `given` to each line;
    0 where the floor is hard."""
    facts, (_, short) = problem.facts.contracts, _short(problem, given)
    due: Ints = np.where(facts.hard, 0, short * facts.penalty_micros)
    return due


def money(problem: Problem, plan: Plan) -> Mapping[Term, int]:
    """CONTRACT: minus the penalty of every unit short of a soft floor."""
    return {Term.CONTRACT: -int(penalties(problem, plan.per_line()).sum())}


def check(problem: Problem, plan: Plan) -> Sequence[Breach]:
    """No hard floor is missed."""
    facts, (least, short) = problem.facts.contracts, _short(problem, plan.per_line())
    return [
        Breach(
            NAME,
            facts.id[k],
            int(least[k]),
            int(least[k] - short[k]),
            f"contract {facts.id[k]} is {short[k]} short of its hard floor",
        )
        for k in np.flatnonzero(facts.hard & (short > 0))
    ]


def words(problem: Problem, name: str, key: int) -> Wording:
    """`key`: a contract."""
    facts, floor = problem.facts.contracts, int(problem.once(floors)[key])
    rest = int(facts.floor_quantity[key]) - int(facts.delivered_quantity[key])
    field = "floor_quantity" if rest >= floor else "floor_rate"
    kind = "must get" if facts.hard[key] else "is owed"
    sentence = f"contract {facts.id[key]} {kind} at least {floor} in this cycle"
    agreed = f" ({customer} must agree)" if (customer := facts.customer.word(key)) else ""
    looser = f"waive the floor of contract {facts.id[key]}{agreed}"
    return Wording(facts.id[key], f"contracts[{facts.id[key]}].{field}", sentence, looser=looser)
