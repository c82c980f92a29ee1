"""Credit: a customer's lines together are worth no more than the money it may still spend.

    Σ_{i of customer c} price_i x_i  <=  credit_c

The row counts in grains of g micro-units, g = gcd(1_000_000, every price of that customer): its
coefficients are small whole numbers. What no plan can exceed is not written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from fairlead_solver.arrays import summed
from fairlead_solver.model.program.draft import Draft
from fairlead_solver.tables import NO_INT, Bools, Ints

from ...cycle.problem import Problem
from ...cycle.row_keys import About
from .. import figure_text
from ..explanation import FixKind, Limit, Raise, ReasonCode, RuleExplanation
from ..family import NO_MONEY, Breach, Wording
from ..plan import Plan
from ..terms import Term
from ..unit_totals import MICRO, add_units, reach

NAME = "credit"
EXPLAINS = RuleExplanation(
    ReasonCode.CREDIT_LIMIT, Limit.WHOLE_LINE, Raise(FixKind.RAISE_CREDIT, "customers")
)


def _limited(problem: Problem) -> Bools:
    limited: Bools = problem.facts.customers.credit_micros != NO_INT
    return limited


def applies(problem: Problem) -> bool:
    """Where a customer's credit is limited."""
    return bool(_limited(problem).any())


def _lines(problem: Problem) -> Ints:
    """Lines of customers with limited credit."""
    limited = np.append(_limited(problem), False)  # code -1: no customer
    return np.flatnonzero(limited[problem.line.customer])


def _value(problem: Problem, units: Ints) -> Ints:
    """Σ price x of each customer with limited credit, for units per line."""
    lines = _lines(problem)
    worth = problem.line.price_micros[lines] * units[lines]
    return summed(problem.line.customer[lines], worth, len(problem.facts.customers))


def _grains(problem: Problem) -> Ints:
    """g of each customer."""
    grains = np.full(len(problem.facts.customers), MICRO, dtype=np.int64)
    lines = _lines(problem)
    np.gcd.at(grains, problem.line.customer[lines], problem.line.price_micros[lines])
    return grains


def build(problem: Problem, draft: Draft) -> None:
    """Rows "customers", keys: customers."""
    credit, grains, line = problem.facts.customers.credit_micros, _grains(problem), problem.line
    scarce = _limited(problem) & (_value(problem, reach(problem)) > credit)
    wanted = np.flatnonzero(scarce)
    rows = draft.rows(
        NAME,
        "customers",
        wanted,
        upper=credit[wanted] // grains[wanted],
        coupling=True,
        about=About.CUSTOMERS,
    )
    lines = _lines(problem)
    lines = lines[scarce[line.customer[lines]]]
    customer = line.customer[lines]
    price = line.price_micros[lines] // grains[customer]
    add_units(draft, problem, rows[np.searchsorted(wanted, customer)], lines, price)


def money(problem: Problem, plan: Plan) -> Mapping[Term, int]:
    """None."""
    return NO_MONEY


def check(problem: Problem, plan: Plan) -> Sequence[Breach]:
    """Nobody is given more than its credit pays for."""
    facts, value = problem.facts.customers, _value(problem, plan.per_line())
    credit = facts.credit_micros
    return [
        Breach(NAME, facts.id[c], int(credit[c]), int(value[c]), f"{facts.id[c]}: over its credit")
        for c in np.flatnonzero(_limited(problem) & (value > credit))
    ]


def words(problem: Problem, name: str, key: int) -> Wording:
    """`key`: a customer."""
    facts = problem.facts.customers
    customer, currency = facts.id[key], problem.facts.currency
    credit = figure_text.money(int(facts.credit_micros[key]), currency)
    return Wording(
        customer,
        f"customers[{customer}].credit",
        f"customer {customer} may still spend {credit}",
        unit="money",
        scale=MICRO // int(_grains(problem)[key]),
        looser=f"raise the credit of {customer}",
    )
