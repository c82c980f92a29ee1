"""Checks a decision against its cycle without a solver: every figure is computed again.

What is checked: the input is the one decided on; the plan keeps every rule; the terms are what the
plan is worth, and add up to the objective, which is under its bound; cash and policy value are
those of the terms; each line's quantities are the sums of its sources, and each waterfall adds up
to the unit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from google.protobuf import json_format

from fairlead.v1 import decision_pb2, explanation_pb2
from fairlead.wire.allocation.plans import packs_of
from fairlead.wire.shared.values import read_money
from fairlead_solver.api.allocation import (
    Finding,
    Ints,
    InvalidInput,
    Problem,
    Term,
    Worth,
    check,
    objective_terms,
)

from ..files.scenario import Scenario

MAY_CONFLICT = ("contract_floor", "lock", "strategy", "time_fence")
_Worthy = (
    decision_pb2.Decision
    | decision_pb2.TierResult
    | decision_pb2.ContractResult
    | decision_pb2.DecisionLine
)
_INFLOWS = (explanation_pb2.WATERFALL_KIND_ON_HAND, explanation_pb2.WATERFALL_KIND_INBOUND)


def under_its_policy(scenario: Scenario, decision: decision_pb2.Decision) -> Scenario:
    """The scenario under the policy the decision says it used."""
    return replace(scenario, policy=decision.policy)


def faults_of(
    problem: Problem,
    decision: decision_pb2.Decision,
    lines: Iterable[decision_pb2.DecisionLine] | None = None,
) -> list[Finding]:
    """Everything in the decision that does not hold; empty where all of it does.

    `lines`: where they are not in the decision itself; they are gone through once. Raises
    InvalidInput where the problem is not the one that was decided.
    """
    refuse_other_input(problem, decision)
    seen = _Seen(decision.lines if lines is None else lines)
    found = [*_plan(problem, decision, seen)]
    if seen.count not in (0, problem.num_lines):
        rule = f"the {problem.num_lines} lines of the cycle"
        found.append(Finding("lines", "", str(seen.count), rule))
    return [*seen.found, *found]


class _Seen:
    """Lines, each checked by itself as it goes by."""

    def __init__(self, lines: Iterable[decision_pb2.DecisionLine]) -> None:
        self._lines = lines
        self.count = 0
        self.found: list[Finding] = []

    def __iter__(self) -> Iterator[decision_pb2.DecisionLine]:
        for line in self._lines:
            self.count += 1
            self.found += [*_sources(line), *_waterfall(line), *_parts("lines", line.line, line)]
            yield line


def refuse_other_input(problem: Problem, decision: decision_pb2.Decision) -> None:
    """Raises InvalidInput, with both digests, where the problem is not the one that was decided."""
    foreign = list(_identity(problem, decision))
    if foreign:
        raise InvalidInput(foreign)


def _identity(problem: Problem, decision: decision_pb2.Decision) -> Iterator[Finding]:
    for name, ours, theirs in (
        ("input_digest", problem.digest, decision.input_digest),
        ("policy_digest", problem.policy_digest, decision.policy_digest),
    ):
        if ours != theirs:
            rule = f"the digest of the cycle given, {ours}: it is another input"
            yield Finding(name, "", theirs, rule)


def _plan(
    problem: Problem,
    decision: decision_pb2.Decision,
    lines: Iterable[decision_pb2.DecisionLine],
) -> Iterator[Finding]:
    try:
        packs = packs_of(problem, lines)
    except InvalidInput as error:
        yield from error.findings
        return
    if not decision.HasField("objective_micros"):
        return
    conflict = decision.status == decision_pb2.DECISION_STATUS_INFEASIBLE
    for breach in check(problem, packs):
        if conflict and breach.family in MAY_CONFLICT:
            continue  # what an infeasible cycle cannot keep
        rule = f"{breach.text} (limit {breach.limit})"
        yield Finding(f"rules.{breach.family}", breach.key, str(breach.use), rule)
    terms = objective_terms(problem, packs)
    for term, said in read_money(decision.terms).items():
        if said != terms.get(term, 0):
            yield Finding(f"terms.{term.value}", "", str(said), f"{terms.get(term, 0)}, recomputed")
    yield from _shares(decision)
    yield from _parts("decision", "", decision)
    for tier in decision.tiers:
        yield from _parts("tiers", tier.tier, tier)
    for contract in decision.contracts:
        yield from _parts("contracts", contract.contract, contract)
    yield from _tier_goals(problem, decision, packs)
    objective = sum(terms.values())
    claimed, bound = decision.objective_micros, decision.bound_micros
    if claimed != objective:
        yield Finding("objective_micros", "", str(claimed), f"{objective}, the sum of the terms")
    if decision.HasField("bound_micros") and bound < objective:
        yield Finding("bound_micros", "", str(bound), f"at least the objective {objective}")


def _tier_goals(
    problem: Problem, decision: decision_pb2.Decision, packs: Ints
) -> Iterator[Finding]:
    """Each tier's value is Σ value·units, and at most its bound; OPTIMAL: all are proven."""
    line, arcs = problem.line, problem.arcs
    ranks = {tier.id: rank for rank, tier in enumerate(problem.policy.tiers)}
    value = line.value_micros[arcs.line] * arcs.pack * packs
    for place, goal in enumerate(decision.tier_goals):
        path = f"tier_goals[{place}]"
        found = int(value[line.tier[arcs.line] == ranks.get(goal.tier, -1)].sum())
        said, bound = goal.value_micros, goal.bound_micros
        if said != found:
            yield Finding(f"{path}.value_micros", goal.tier, str(said), f"{found}, recomputed")
        if bound < found or (goal.proven and bound != found):
            rule = f"the value {found}" if goal.proven else f"at least the value {found}"
            yield Finding(f"{path}.bound_micros", goal.tier, str(bound), rule)
        if decision.status == decision_pb2.DECISION_STATUS_OPTIMAL and not goal.proven:
            yield Finding(f"{path}.proven", goal.tier, "false", "true, where the status is OPTIMAL")


def _shares(decision: decision_pb2.Decision) -> Iterator[Finding]:
    """Tiers, and contracts, with what belongs to none of them, are the whole, term by term."""
    whole = read_money(decision.terms)
    parts = [("tiers", [t.terms for t in decision.tiers], decision.terms_of_no_tier)]
    if decision.contracts:
        contracts = [c.terms for c in decision.contracts]
        parts.append(("contracts", contracts, decision.terms_of_no_contract))
    for name, shares, rest in parts:
        together = Counter[Term]()
        for money in (*shares, rest):
            together.update(read_money(money))
        for term in whole.keys() | together.keys():
            if together[term] != whole.get(term, 0):
                rule = f"{whole.get(term, 0)}, the whole"
                yield Finding(f"{name}.terms.{term.value}", "", str(together[term]), rule)


def _parts(path: str, id: str, told: _Worthy) -> Iterator[Finding]:
    """Cash and policy value are those of the terms; a decision made before they were told apart has
    neither."""
    said = Worth(told.worth.cash_micros, told.worth.policy_value_micros)
    found = Worth.of(read_money(told.terms))
    if told.HasField("worth") and said != found:
        rule = f"{found.cash_micros} and {found.policy_value_micros}, the parts of its terms"
        value = f"{said.cash_micros} and {said.policy_value_micros}"
        yield Finding(f"{path}.worth", id, value, rule)


def _sources(line: decision_pb2.DecisionLine) -> Iterator[Finding]:
    total = sum(source.quantity for source in line.sources)
    if line.confirmed_quantity != total:
        rule = f"{total}, the sum of its sources"
        yield Finding("confirmed_quantity", line.line, str(line.confirmed_quantity), rule)


def _waterfall(line: decision_pb2.DecisionLine) -> Iterator[Finding]:
    """What comes in goes out, and what is given is what the line got."""
    steps = [(step.kind, step.units) for step in line.explanation.waterfall]
    if not steps:
        return
    into = sum(units for kind, units in steps if kind in _INFLOWS)
    out = sum(units for kind, units in steps if kind not in _INFLOWS)
    given = sum(units for kind, units in steps if kind == explanation_pb2.WATERFALL_KIND_GIVEN)
    if into != out:
        yield Finding("waterfall", line.line, str(out), f"{into}, what came in")
    if given != line.confirmed_quantity:
        rule = f"{line.confirmed_quantity}, what the line was given"
        yield Finding("waterfall.given", line.line, str(given), rule)
    if any(units < 0 for _, units in steps):
        yield Finding("waterfall", line.line, "", "steps of at least 0")


def parse_decision(text: str) -> decision_pb2.Decision:
    """A decision file's text. Raises InvalidInput."""
    try:
        return json_format.Parse(text, decision_pb2.Decision())
    except json_format.ParseError as error:
        rule = f"a decision of fairlead.v1 ({error})"
        raise InvalidInput([Finding("decision", "", text[:40], rule)]) from error
