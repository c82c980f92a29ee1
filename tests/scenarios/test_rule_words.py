"""What is said of rules that bind, and of rules that clash, is read back and held to the facts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fairlead.v1 import decision_pb2
from fairlead_scenarios.running.local import problem_of, solve_local
from fairlead_scenarios.running.solve_arguments import Asking
from fairlead_solver.allocation.policy.fair_share import FairShareMode, FairSharePolicy
from fairlead_solver.api import allocation as api
from fairlead_verifier.verify import Case
from tests.scenarios.clashes import clashes
from tests.scenarios.test_sentences import found, told
from tests.solver.explain.cases import MICROS, Row, line, lot

Making = Callable[[], Case]


def bound(*lines: Row, policy: api.Policy | None = None, **rules: list[Row]) -> Case:
    """Lines that one rule stops, where there is stock enough."""
    return told(
        policy,
        lines=list(lines) or [line("L", 20, customer="C")],
        lots=[lot("S", 90)],
        customers=[{"id": "C", **rules.pop("customer", [{}])[0]}],
        locations=[{"id": "DC-1"}],
        **rules,
    )


def supply() -> Case:
    return told(lines=[line("L", 20)], lots=[lot("S", 8)])


def capacity() -> Case:
    dock = {"location": "DC-1", "resource": "hours", "capacity_micros": 7_500_000}
    dock |= {"overtime_micros": MICROS, "overtime_cost_micros": MICROS}
    use = {"product": "P", "resource": "hours", "usage_micros": MICROS}
    return bound(resources=[dock], usages=[use])


def cap() -> Case:
    return bound(contracts=[{"id": "K", "customer": "C", "cap_quantity": 12}])


def quota() -> Case:
    return bound(quotas=[{"id": "Q", "product": "P", "cap_quantity": 12, "consumed_quantity": 3}])


def credit() -> Case:
    return bound(customer=[{"credit_micros": 55_500_000}])


def protection() -> Case:
    kept = {"id": "K", "product": "P", "quantity": 80, "group_channel": "web"}
    return bound(protections=[kept])


def floor() -> Case:
    owed = {"id": "K", "customer": "C", "floor_quantity": 6, "penalty_micros": 500 * MICROS}
    lines = [line("L", 9), line("M", 6, customer="C", unit_price_micros=MICROS)]
    customers = [{"id": "C"}]
    return told(lines=lines, lots=[lot("S", 9)], customers=customers, contracts=[owed])


def share() -> Case:
    policy = api.Policy(fair_share=FairSharePolicy(mode=FairShareMode.PROPORTIONAL))
    lines = [line("L", 9), line("M", 9, unit_price_micros=9 * MICROS)]
    return told(policy, lines=lines, lots=[lot("S", 9)])


@pytest.mark.parametrize(
    ("case", "old", "new"),
    [
        (supply, "holds 8 of", "holds 9 of"),
        (supply, "lot S ", "lot T "),
        (supply, "at DC-1", "at DC-2"),
        (supply, "short by 12", "short by 13"),
        (supply, "1 line short", "2 lines short"),
        (supply, "; 1 more: cash", "; 2 more: cash"),
        (supply, "1 more:", "1 less:"),
        (supply, "cash +10.00", "cash +11.00"),
        (supply, "value +40.00", "value -40.00"),
        (supply, "by 12 of P", "by 12 of Q"),
        (capacity, "has 7.5 hours", "has 7 hours"),
        (capacity, "up to 1 of", "up to 2 of"),
        (cap, "may take 12", "may take 13"),
        (quota, "has 9 left", "has 12 left"),
        (credit, "spend 55.50", "spend 55.00"),
        (protection, "80 of P", "70 of P"),
        (protection, "10 are left", "11 are left"),
        (protection, "for web", "for shop"),
        (floor, "at least 6", "at least 7"),
        (floor, "is owed", "must get"),
        (share, "share is 4.5 of 9", "share is 4 of 9"),
        (share, "of 9;", "of 8;"),
    ],
)
def test_a_false_word_of_what_binds_is_found_out(case: Making, old: str, new: str) -> None:
    true = case()
    assert true.decision.binding_constraints and found(true) == []
    false = case()
    for one in false.decision.binding_constraints:
        for name in ("scope", "sentence"):
            setattr(one, name, getattr(one, name).replace(old, new))
    assert false.decision != true.decision, [b.sentence for b in true.decision.binding_constraints]
    assert found(false) != []


def test_a_sentence_that_is_not_of_its_scope_or_leaves_out_a_worth_is_found_out() -> None:
    case = supply()
    (one,) = case.decision.binding_constraints
    true = one.sentence
    one.sentence = true.rpartition(";")[0] + "."
    assert found(case) == ["it does not say what a step is worth"]
    one.sentence, one.scope = true, "all of it"
    assert "begin with its scope" in found(case)[0]


@pytest.fixture(scope="module")
def clash() -> Case:
    """A is locked at 80, contract K-B is owed 60, and there are 100."""
    scenario = next(c.scenario for c in clashes() if c.scenario.name == "lock and floor")
    case = Case("", problem_of(scenario), solve_local(scenario, Asking()))
    assert found(case) == []
    return case


def falsified(case: Case, old: str, new: str) -> Case:
    """With words of the conflict, and of what gives way, put in the place of others."""
    decision = decision_pb2.Decision()
    decision.CopyFrom(case.decision)
    for said in (decision.conflict, *decision.conflict.relaxations):
        said.sentence = said.sentence.replace(old, new)
    assert decision != case.decision, decision.conflict.sentence
    return Case(case.name, case.problem, decision)


@pytest.mark.parametrize(
    ("old", "new", "note"),
    [
        ("A keeps 80", "A keeps 70", "A keeps 70"),
        ("A keeps 80 (locked)", "A keeps 80 (time fence)", "A keeps 80 (time fence)"),
        ("at least 60 (hard", "at least 61 (hard", "at least 61"),
        ("DC-1 has 100", "DC-1 has 99", "DC-1 has 99 of P"),
        ("has 100 of P", "has 100 of Q", "DC-1 has 100 of Q"),
        ("contract K-B gets 20", "contract K-B gets 30", "gives way by 40"),
        ("contract K-B gets 20", "contract K-A gets 20", "gives way by 40"),
        ("instead of at least 60", "instead of at most 60", "gives way by 40"),
        (". Cheapest way out: contract K-B gets 20 instead of at least 60", "", "is left out"),
        ("A keeps 80 (locked) and c", "C", "A is not named"),
        (" Cheapest", " 2 more conflicts stand apart from this one. Cheapest", "2 more conflicts"),
    ],
)
def test_a_false_word_of_a_conflict_is_found_out(
    clash: Case, old: str, new: str, note: str
) -> None:
    notes = found(falsified(clash, old, new))
    assert any(note in one for one in notes), notes


def test_bug_a_place_may_have_a_capacity_and_stock_in_one_sentence() -> None:
    """Two lines keep 3, of one location: DC-1 can pick 2, and no line may go to both."""
    dock = {"location": "DC-1", "resource": "hours", "capacity_micros": 2 * MICROS}
    case = told(
        lines=[
            line("L", 9, order="O", previous_quantity=1, strategy=6, locations=("DC-1",)),
            line("M", 3, order="O", previous_quantity=2, strategy=3),
        ],
        lots=[lot("S", 10), lot("T", 22, location="DC-2")],
        orders=[{"id": "O", "max_sources": 1}],
        locations=[{"id": "DC-1"}, {"id": "DC-2"}],
        resources=[dock],
        usages=[{"product": "P", "resource": "hours", "usage_micros": MICROS}],
    )
    sentence = case.decision.conflict.sentence
    assert "DC-1 has 2 hours" in sentence and "DC-1 has 10 of P" in sentence
    assert found(case) == []
    case.decision.conflict.sentence = sentence.replace("DC-1 has 10", "DC-1 has 11")
    assert found(case) != []
