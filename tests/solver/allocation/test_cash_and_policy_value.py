"""The objective is cash and policy value: each term is one of them, and they add up to it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead.wire import decision_message
from fairlead.wire.shared.values import read_money
from fairlead_solver.allocation.decision.cash_columns import with_cash
from fairlead_solver.allocation.policy.churn import ChurnPolicy
from fairlead_solver.allocation.policy.fair_share import FairShareMode
from fairlead_solver.allocation.policy.policy import AgingPolicy, Policy, Step
from fairlead_solver.api.allocation import (
    Status,
    Term,
    TermKind,
    Worth,
    intake,
    objective_terms,
    solve,
)
from tests.strategies import Drawn, cycles

MONEY = {Term.MARGIN, Term.SHIPMENT, Term.LOCATION, Term.OVERTIME, Term.CONTRACT}


def test_every_term_is_cash_or_policy_value() -> None:
    assert {term for term in Term if term.kind is TermKind.CASH} == MONEY


@settings(max_examples=60)
@given(cycles())
def test_cash_and_policy_value_add_up_to_the_objective_exactly(drawn: Drawn) -> None:
    decision = solve(intake(drawn.facts(), drawn.policy)).decision
    worth = decision.worth
    assert (worth is None) == (decision.objective_micros is None)
    if worth is not None:
        assert worth.total_micros == decision.objective_micros
        assert worth.cash_micros == sum(decision.terms.get(term, 0) for term in MONEY)


@settings(max_examples=40)
@given(cycles())
def test_the_message_tells_the_two_apart_wherever_it_tells_terms(drawn: Drawn) -> None:
    message = decision_message(solve(intake(drawn.facts(), drawn.policy)))
    assert message.HasField("worth") == message.HasField("objective_micros")
    for part in (message, *message.tiers, *message.contracts, *message.lines):
        terms = read_money(part.terms)
        cash = sum(terms[term] for term in MONEY)
        said = (part.worth.cash_micros, part.worth.policy_value_micros)
        assert said == (cash, sum(terms.values()) - cash)


def weighed(policy: Policy, rate: float, fair: FairShareMode) -> Policy:
    """The same policy with every weight set anew."""
    return replace(
        policy,
        tiers=tuple(replace(t, service_rate=rate, lateness_rate=rate / 10) for t in policy.tiers),
        aging=AgingPolicy(expiry=(Step(30, rate),), age=(Step(10, rate),)),
        churn=ChurnPolicy(rate),
        fair_share=replace(policy.fair_share, mode=fair, shortfall_rate=rate, fill_rate=rate),
    )


@settings(max_examples=60)
@given(cycles(), st.floats(0.0, 5.0), st.sampled_from(FairShareMode))
def test_other_weights_change_no_cash_of_the_same_plan(
    drawn: Drawn, rate: float, fair: FairShareMode
) -> None:
    problem = intake(drawn.facts(), drawn.policy)
    plan = solve(problem).decision.plan
    if plan is None:
        return
    other = intake(drawn.facts(), weighed(drawn.policy, rate, fair))
    before = Worth.of(objective_terms(problem, plan.packs))
    after = Worth.of(objective_terms(other, plan.packs))
    assert after.cash_micros == before.cash_micros


@settings(max_examples=60)
@given(cycles())
def test_the_program_counts_as_cash_what_the_terms_call_cash(drawn: Drawn) -> None:
    problem = intake(drawn.facts(), drawn.policy)
    solved = solve(problem)
    worth = solved.decision.worth
    if worth is not None and solved.decision.status is Status.OPTIMAL:
        model = with_cash(problem, solved.model)
        assert model.subtotal is not None
        cash = float(model.subtotal @ solved.decision.columns)
        whole = float(model.cost @ solved.decision.columns)
        near = 2 + 1e-9 * abs(cash)  # sums of doubles, and shares rounded to the micro-unit
        assert abs(cash - worth.cash_micros) <= near
        assert abs(whole - cash - worth.policy_value_micros) <= near + 1e-9 * abs(whole)
