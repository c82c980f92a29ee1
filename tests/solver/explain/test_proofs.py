"""What is PROVEN, RESOLVED or told as a fix holds when it is checked by solving again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import scipy.sparse as sp
from hypothesis import given, settings

from fairlead_solver.allocation.cycle.facts import Facts, LotStatus
from fairlead_solver.allocation.decision.decide import write
from fairlead_solver.allocation.explain import Again, ExplainOptions, Explanation, Solving, explain
from fairlead_solver.allocation.explain.vocabulary.values import (
    BindingConstraint,
    Certainty,
    Fix,
    MarginalMethod,
)
from fairlead_solver.allocation.policy.fair_share import FairShareMode, FairSharePolicy
from fairlead_solver.allocation.rules.explanation import FixKind, ReasonCode
from fairlead_solver.api import allocation as api
from fairlead_solver.model.program.draft import Floats, Ints, Model
from fairlead_solver.model.program.layout import same_layout
from fairlead_solver.model.resolve.neighbourhoods import Effort, Parts
from fairlead_solver.model.resolve.scope import Scope
from fairlead_solver.model.solve import SolveOptions
from fairlead_solver.model.solve import solve as solve_model
from tests.strategies import Drawn, cycles

from .cases import MICROS, facts, line, lot

EXACTLY = SolveOptions(relative_gap=0.0)


again = Again(nodes=100_000)


def solving(solved: api.Solved) -> Solving:
    """Solving again without a budget."""
    return Solving(again, solved.decision.columns, solved.solution.prices)


def told(given: Facts, policy: api.Policy) -> tuple[api.Solved, Explanation]:
    problem = api.intake(given, policy)
    solved = api.solve(problem, EXACTLY)
    return solved, explain(problem, solved.model, solved.decision, solving=solving(solved))


def test_an_outranked_line_is_proven_with_what_a_pack_more_would_cost() -> None:
    lines = [line("L", 20), line("M", 22, unit_price_micros=20 * MICROS)]
    _, explanation = told(facts(lines=lines, lots=[lot("S", 30)]), api.Policy())
    (reason,) = explanation.story_of("L").reasons
    assert (reason.code, reason.certainty) == (ReasonCode.OUTRANKED_VALUE, Certainty.PROVEN)
    assert reason.delta_micros == (100 - 50) * MICROS


def test_a_tie_is_never_proven() -> None:
    lines = [line("L", 20), line("M", 20)]
    _, explanation = told(facts(lines=lines, lots=[lot("S", 20)]), api.Policy())
    assert explanation.reasons is not None
    assert set(explanation.reasons.code) == {ReasonCode.TIE_BREAK}
    assert not explanation.found.proofs


def test_one_unit_more_of_a_lot_is_worth_what_the_next_line_pays() -> None:
    lines = [line("L", 20), line("M", 22, unit_price_micros=20 * MICROS)]
    _, explanation = told(facts(lines=lines, lots=[lot("S", 30)]), api.Policy())
    (binding,) = explanation.binding
    assert binding.marginal_up is not None
    assert binding.marginal_down is not None
    assert binding.marginal_up.method is MarginalMethod.RESOLVED
    assert (binding.marginal_up.value_micros, binding.marginal_up.step) == (50 * MICROS, 1)
    assert binding.marginal_down.value_micros == -50 * MICROS


def test_a_limit_whose_loosening_changes_nothing_is_not_listed() -> None:
    given = facts(
        lines=[line("L", 20, customer="C")],
        lots=[lot("S", 30)],
        quotas=[
            {"id": "Q1", "customer": "C", "cap_quantity": 8},
            {"id": "Q2", "customer": "C", "cap_quantity": 8},
        ],
    )
    _, explanation = told(given, api.Policy())
    assert explanation.binding == ()


def test_the_fix_of_a_quota_is_to_raise_it() -> None:
    given = facts(
        lines=[line("L", 20, customer="C")],
        lots=[lot("S", 30)],
        quotas=[{"id": "Q", "customer": "C", "cap_quantity": 8}],
    )
    _, explanation = told(given, api.Policy())
    fix = explanation.story_of("L").fix
    assert fix is not None
    assert (fix.kind, fix.rule.key, fix.amount) == (FixKind.RAISE_QUOTA, "Q", 12)
    assert fix.gain_micros == 12 * 50 * MICROS
    assert fix.losers == ()


CHANGED = {
    FixKind.MORE_STOCK: ("lots", "quantity", 1),
    FixKind.RELEASE_PROTECTION: ("protections", "quantity", -1),
    FixKind.RAISE_QUOTA: ("quotas", "cap_quantity", 1),
    FixKind.RAISE_CONTRACT_CAP: ("contracts", "cap_quantity", 1),
    FixKind.RAISE_CREDIT: ("customers", "credit_micros", 1),
    FixKind.RAISE_CAPACITY: ("resources", "capacity_micros", 1),
}
WAIVED: dict[str, int] = {"status": LotStatus.AVAILABLE, "on_hold": 0, "min_shelf_life_days": 0}


def applied(given: Facts, fix: Fix) -> Facts | None:
    """The facts with all that a fix changes; None where a part of it is none of these."""
    for part in (fix, *fix.also):
        name = part.rule.leaf.rpartition(".")[2]
        if part.kind in CHANGED:
            table, column, sign = CHANGED[part.kind]
            given = put(given, table, column, part.rule.key, by=sign * part.amount)
        elif part.kind is FixKind.LATER_DATE and part.by_day is not None:
            given = put(given, "lines", name, part.rule.key, to=part.by_day)
        elif part.kind is FixKind.WAIVE_RULE and name in WAIVED:
            table = part.rule.leaf.partition("[")[0]
            given = put(given, table, name, part.rule.key, to=WAIVED[name])
        else:
            return None
    return given


def put(
    given: Facts, table: str, column: str, key: str, *, by: int = 0, to: int | None = None
) -> Facts:
    """The facts with one value moved or replaced."""
    rows = getattr(given, table)
    pairs = rows.id if hasattr(rows, "id") else map("/".join, zip(*both(rows), strict=True))
    values, row = getattr(rows, column).copy(), list(pairs).index(key)
    values[row] = values[row] + by if to is None else to
    return replace(given, **{table: replace(rows, **{column: values})})


def both(resources: Any) -> tuple[Iterable[str], Iterable[str]]:
    """Location and resource of every row."""
    return resources.location.words(), resources.resource.words()


@settings(max_examples=40)
@given(cycles())
def test_every_fix_fills_its_line_when_it_is_applied(drawn: Drawn) -> None:
    solved, explanation = told(drawn.facts(), drawn.policy)
    for i, fix in explanation.found.fixes.items():
        changed = applied(solved.problem.facts, fix)
        if changed is None:
            continue
        plan = api.solve(api.intake(changed, drawn.policy), EXACTLY).decision.plan
        assert plan is not None
        quantity, pack = solved.problem.line.quantity[i], solved.problem.line.pack[i]
        assert plan.per_line()[i] >= quantity - quantity % pack, fix


def loosened(given: Facts, binding: BindingConstraint) -> Facts | None:
    """The facts with the limit moved up by its step; None where that is not one column."""
    table, column, used = {
        "supply": ("lots", "quantity", ""),
        "quota": ("quotas", "cap_quantity", "consumed_quantity"),
        "contract_cap": ("contracts", "cap_quantity", "delivered_quantity"),
    }.get(binding.rule.family, ("", "", ""))
    if not table or binding.marginal_up is None:
        return None
    rows = getattr(given, table)
    values, k = getattr(rows, column).copy(), rows.id.index(binding.rule.key)
    if used and values[k] < getattr(rows, used)[k]:
        return None
    values[k] += binding.marginal_up.step
    return replace(given, **{table: replace(rows, **{column: values})})


@settings(max_examples=60)
@given(cycles())
def test_a_limit_moved_by_its_step_is_worth_its_resolved_value(drawn: Drawn) -> None:
    solved, explanation = told(drawn.facts(), drawn.policy)
    if solved.model.goals or solved.decision.objective_micros is None:
        return
    for binding in explanation.binding:
        changed = loosened(solved.problem.facts, binding)
        if changed is None or binding.marginal_up is None:
            continue
        more = api.solve(api.intake(changed, drawn.policy), EXACTLY).decision.objective_micros
        assert more is not None
        gained = more - solved.decision.objective_micros
        assert abs(gained - binding.marginal_up.value_micros) <= 2 + 1e-9 * abs(more), binding


@settings(max_examples=40)
@given(cycles())
def test_every_proof_holds_on_the_whole_cycle(drawn: Drawn) -> None:
    solved, explanation = told(drawn.facts(), drawn.policy)
    model, plan = solved.model, solved.decision.plan
    assert plan is not None
    for i, proof in explanation.found.proofs.items():
        arcs = solved.problem.arcs.of_line(i)
        upper = model.matrix.shape[0]
        forced = _forced(model, arcs, int(plan.per_line()[i]) + 1, solved.problem.line.pack[i])
        assert forced.num_rows == upper + 1
        solution = solve_model(forced, EXACTLY)
        if proof.delta_micros is None:
            assert solution.x is None or solution.contradictions
        elif not model.goals:
            worse = solved.solution.objective - solution.objective
            noise = 2 + 2e-9 * abs(solution.objective)
            assert worse >= proof.delta_micros - noise, (worse, proof)
            assert proof.at_least or worse <= proof.delta_micros + noise, (worse, proof)


@settings(max_examples=40)
@given(cycles())
def test_every_proof_beside_the_rest_holds_with_the_rest_held(drawn: Drawn) -> None:
    problem = api.intake(drawn.facts(), drawn.policy)
    solved = api.solve(problem, EXACTLY)
    options = ExplainOptions(whole_columns=0, marginals=0, fixes=0)
    explanation = explain(problem, solved.model, solved.decision, options, solving(solved))
    model, x, plan = solved.model, solved.decision.columns, solved.decision.plan
    assert plan is not None
    for i, proof in explanation.found.proofs.items():
        assert proof.scope is Scope.PART
        arcs = problem.arcs.of_line(i)
        own = np.arange(arcs.start, arcs.stop)
        around = Parts(model, len(problem.arcs)).around(own, 0 * own, Effort(1, 0, 0))
        held = np.setdiff1d(np.arange(model.num_columns), around.column)
        least = int(plan.per_line()[i]) + 1
        forced = _holding(_forced(model, arcs, least, problem.line.pack[i]), held, x)
        solution = solve_model(forced, EXACTLY)
        if proof.delta_micros is None:
            assert solution.x is None or solution.contradictions
        elif not model.goals:
            worse = solved.solution.objective - solution.objective
            noise = 2 + 2e-9 * abs(solution.objective)
            assert worse >= proof.delta_micros - noise, (worse, proof)
            assert proof.at_least or worse <= proof.delta_micros + noise, (worse, proof)


def _holding(model: Model, columns: Ints, x: Floats) -> Model:
    lower, upper = model.lower.copy(), model.upper.copy()
    lower[columns] = upper[columns] = x[columns]
    return replace(model, lower=lower, upper=upper)


def _forced(model: Model, arcs: slice, least: int, pack: int) -> Model:

    row = np.zeros((1, model.num_columns))
    row[0, arcs] = pack
    return replace(
        model,
        matrix=sp.csr_array(sp.vstack([model.matrix, sp.csr_array(row)])),
        row_lower=np.append(model.row_lower, float(least)),
        row_upper=np.append(model.row_upper, np.inf),
    )


def test_a_limit_of_nothing_is_not_tightened() -> None:
    given = facts(
        lines=[line("L", 20, customer="C")],
        lots=[lot("S", 30)],
        quotas=[{"id": "Q", "customer": "C", "cap_quantity": 0}],
    )
    _, explanation = told(given, api.Policy())
    (binding,) = explanation.binding
    assert binding.marginal_up is not None
    assert binding.marginal_down is None


def test_fair_share_is_listed_with_what_loosening_it_would_earn() -> None:
    lines = [line("L", 40, unit_price_micros=8 * MICROS), line("M", 40)]
    policy = api.Policy(fair_share=FairSharePolicy(FairShareMode.PROPORTIONAL, shortfall_rate=9.0))
    _, explanation = told(facts(lines=lines, lots=[lot("S", 40)]), policy)
    shares = [b for b in explanation.binding if b.rule.family == "fair_share"]
    assert [(b.rule.key, b.limit, b.use) for b in shares] == [("L", 20, 20)]
    (share,) = shares
    assert share.marginal_down is not None
    assert share.marginal_down.method is MarginalMethod.RESOLVED
    assert share.sentence.endswith("1 less: cash +2.00, policy value +8.00 points.")


def test_a_pack_of_stock_is_valued_where_a_unit_alone_only_raises_fair_shares() -> None:
    lines = [line("L", 20, pack=10), line("M", 20, pack=10)]
    policy = api.Policy(fair_share=FairSharePolicy(FairShareMode.PROPORTIONAL, shortfall_rate=2.0))
    _, explanation = told(facts(lines=lines, lots=[lot("S", 30)]), policy)
    lots = [b for b in explanation.binding if b.rule.family == "supply"]
    assert [b.marginal_up.value_micros for b in lots if b.marginal_up] == [600 * MICROS]
    assert lots[0].sentence.endswith("10 more: cash +100.00, policy value +500.00 points.")


def test_bug_lots_joined_by_a_floor_are_valued_one_at_a_time() -> None:
    given = facts(
        products=[{"id": "P"}, {"id": "R"}],
        lines=[
            line("A", 30, customer="D"),
            line("B", 30, unit_price_micros=20 * MICROS),
            line("C", 30, customer="D", product="R"),
            line("E", 30, product="R", unit_price_micros=30 * MICROS),
        ],
        lots=[lot("S", 30), lot("T", 30, product="R")],
        customers=[{"id": "D"}],
        contracts=[{"id": "K", "customer": "D", "floor_quantity": 20, "hard": True}],
    )
    _, explanation = told(given, api.Policy())
    before = api.solve(api.intake(given, api.Policy()), EXACTLY).decision.objective_micros
    assert before is not None
    lots = [b for b in explanation.binding if b.rule.family == "supply"]
    assert len(lots) == 2
    for binding in lots:
        changed = loosened(given, binding)
        assert changed is not None
        after = api.solve(api.intake(changed, api.Policy()), EXACTLY).decision.objective_micros
        assert after is not None
        assert binding.marginal_up is not None
        assert binding.marginal_up.value_micros == after - before


@settings(max_examples=25)
@given(cycles())
def test_every_fix_beside_the_rest_fills_its_line_with_the_rest_held(drawn: Drawn) -> None:
    problem = api.intake(drawn.facts(), drawn.policy)
    solved = api.solve(problem, EXACTLY)
    options = ExplainOptions(cycle_columns=0, marginals=0, proofs=0)
    explanation = explain(problem, solved.model, solved.decision, options, solving(solved))
    x = solved.decision.columns
    for i, fix in explanation.found.fixes.items():
        assert fix.scope is Scope.PART
        changed = applied(problem.facts, fix)
        if changed is None:
            continue
        other = api.intake(changed, drawn.policy)
        model, arcs = write(other), problem.arcs.of_line(i)
        if not same_layout(solved.model, model):
            continue
        own = np.arange(arcs.start, arcs.stop)
        free = Parts(solved.model, len(problem.arcs)).around(own, 0 * own, Effort(1, 0, 0)).column
        held = _holding(model, np.setdiff1d(np.arange(model.num_columns), free), x)
        pack, quantity = int(problem.line.pack[i]), int(problem.line.quantity[i])
        full = _forced(held, arcs, quantity - quantity % pack, pack)
        best, filled = solve_model(held, EXACTLY), solve_model(full, EXACTLY)
        assert filled.x is not None
        assert not filled.contradictions
        if not model.goals:
            assert filled.objective >= best.objective - 2 - 2e-9 * abs(best.objective), fix
