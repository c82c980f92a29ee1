"""The solver's decision -> `Decision`: status, money, totals, lines, constraints, conflict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from fairlead.v1.allocation_service_pb2 import Validation
from fairlead.v1.decision_pb2 import (
    INTAKE_MODE_QUARANTINE,
    INTAKE_MODE_REFUSE,
    ContractResult,
    Decision,
    Finding,
    TierResult,
    Totals,
)
from fairlead.v1.snapshot_service_pb2 import Snapshot
from fairlead_solver.api.allocation import (
    MAX_FINDINGS,
    Bools,
    Coded,
    Explanation,
    LeftOut,
    Outcome,
    Problem,
    Shares,
    Solved,
    WeightCost,
    Worth,
    by_contract,
    by_tier,
)
from fairlead_solver.api.allocation import Decision as Decided
from fairlead_solver.api.allocation import Finding as Remark

from ..shared.values import enum_number, fill, fill_all, write_money
from .decision_lines import lines_of
from .packed_lines import DecidedLines, decided_lines, line_columns
from .policies import policy_message


def decision_message(
    solved: Solved,
    explanation: Explanation | None = None,
    *,
    weights: Iterable[WeightCost] = (),
    with_lines: bool = True,
) -> Decision:
    """The decision as a message; names and times are the server's to add.

    Binding constraints are in it where it is explained; lines, as rows, where they are wanted.
    """
    problem, decided = solved.problem, solved.decision
    message = Decision(
        cycle_day=problem.facts.cycle_day,
        currency=problem.facts.currency,
        objective_micros=decided.objective_micros,
        bound_micros=decided.bound_micros,
        relative_gap=decided.relative_gap,
        warnings=[_remark(w) for w in decided.warnings[:MAX_FINDINGS]],
        warning_count=len(decided.warnings),
        input_digest=decided.input_digest,
        policy_digest=decided.policy_digest,
        digest=decided.digest,
        policy=policy_message(problem.policy),
    )
    message.intake = INTAKE_MODE_REFUSE
    if problem.left_out is not None:
        message.intake = INTAKE_MODE_QUARANTINE
        write_left_out(message, problem.left_out)
    customers, products = problem.facts.customers, problem.facts.products
    message.customer_names.update(_names(customers.id, customers.display_name))
    message.product_names.update(_names(products.id, products.display_name))
    _write_status(message, decided)
    if decided.worth is not None:
        fill(message.worth, decided.worth)
    for goal in decided.tier_goals:
        fill(message.tier_goals.add(relative_gap=goal.relative_gap), goal)
    lines = decided_lines(decided, explanation)
    if lines is not None:
        write_totals(message, decided, lines)
        if with_lines:
            message.lines.extend(lines_of(line_columns(lines, 0, len(lines))))
    fill_all(message.weights, weights)
    if explanation is not None:
        fill_all(message.binding_constraints, explanation.binding)
        message.limits_untried = explanation.limits_untried
        if explanation.conflict is not None:
            fill(message.conflict, explanation.conflict)
    return message


def _names(ids: Sequence[str], names: Coded) -> dict[str, str]:
    """Id -> name for people, of the rows that have one."""
    return {ids[row]: names.word(row) for row in np.flatnonzero(names.codes >= 0).tolist()}


def validation_message(problem: Problem) -> Validation:
    """The answer of validate_only."""
    message = Validation(
        input_digest=problem.digest,
        policy_digest=problem.policy_digest,
        warnings=[_remark(w) for w in problem.warnings[:MAX_FINDINGS]],
        warning_count=len(problem.warnings),
    )
    if problem.left_out is not None:
        write_left_out(message, problem.left_out)
    return message


def write_left_out(message: Decision | Validation | Snapshot, left_out: LeftOut) -> None:
    """The rows that were left out: what is wrong with them, and how many they are."""
    message.quarantined.extend(map(_remark, left_out.findings))
    message.quarantined_count = left_out.count


def _write_status(message: Decision, decided: Decided) -> None:
    status = message.DESCRIPTOR.fields_by_name["status"].enum_type
    assert status is not None
    message.status = enum_number(status, decided.status)  # type: ignore[assignment]
    write_money(message.terms, decided.terms)
    fill(message.solve, decided.record)


def write_totals(message: Decision, decided: Decided, lines: DecidedLines) -> None:
    """Counts, quantities and money, in all, by tier in rank order, and by contract."""
    _count(message.totals, lines, np.ones(len(lines), dtype=np.bool_))
    tiers = by_tier(decided)
    for rank, tier in enumerate(tiers.keys):
        _share(message.tiers.add(tier=tier), tiers, rank, lines)
    write_money(message.terms_of_no_tier, tiers.rest)
    if not len(lines.plan.problem.facts.contracts):
        return
    contracts = by_contract(decided)
    for row, contract in enumerate(contracts.keys):
        _share(message.contracts.add(contract=contract), contracts, row, lines)
    write_money(message.terms_of_no_contract, contracts.rest)


def _share(target: TierResult | ContractResult, of: Shares, key: int, lines: DecidedLines) -> None:
    _count(target.totals, lines, of.counted(key))
    terms = {term: int(micros[key]) for term, micros in of.terms.items()}
    write_money(target.terms, terms)
    fill(target.worth, Worth.of(terms))


def _count(totals: Totals, lines: DecidedLines, chosen: Bools) -> None:
    line, out = lines.plan.problem.line, lines.outcomes
    outcome, given, price = out.outcome[chosen], out.confirmed[chosen], line.price_micros[chosen]
    asked = line.quantity[chosen]
    totals.lines = int(chosen.sum())
    totals.lines_full = int((outcome == Outcome.ALLOCATED_FULL).sum())
    totals.lines_partial = int((outcome == Outcome.ALLOCATED_PARTIAL).sum())
    totals.requested_quantity = int(asked.sum())
    totals.confirmed_quantity = int(given.sum())
    totals.requested_value_micros = int(asked @ price)
    totals.confirmed_value_micros = int(given @ price)
    totals.products = len(np.unique(lines.plan.problem.line.product[chosen]))


def _remark(remark: Remark) -> Finding:
    rule = remark.rule + "".join(remark.remarks())
    return Finding(path=remark.path, id=remark.id, value=remark.value, rule=rule)
