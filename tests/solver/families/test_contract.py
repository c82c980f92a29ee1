"""What every rule promises, over all of FAMILIES: words, rows, check and money say the same."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from fairlead_solver.allocation.cycle.problem import Problem
from fairlead_solver.allocation.decision.decide import breaches, write
from fairlead_solver.allocation.rules.families import FAMILIES, flow
from fairlead_solver.allocation.rules.family import Family
from fairlead_solver.allocation.rules.plan import Plan
from fairlead_solver.model.engines.engine import SolveStatus
from fairlead_solver.model.solve import SolveOptions
from fairlead_solver.model.solve import solve as solve_model
from fairlead_solver.tables import Ints

from .cases import CASES
from .cycles import alone, cycle, line, lot, plan_of

EXACT = SolveOptions(relative_gap=0.0)
EACH = [pytest.param(f, c, id=c.__name__) for f in FAMILIES for c in CASES[f.NAME]]
PREFERENCES = {"shipment", "fair_share", "churn", "tier_order"}  # they cost, and forbid nothing
BY_CONSTRUCTION = {"flow", "lot_size"}  # bounds of the columns, no rows
Case = Callable[[], Problem]


def test_every_rule_has_a_case_in_which_it_bites() -> None:
    assert list(CASES) == [f.NAME for f in FAMILIES]


def test_names_are_unique_and_those_of_the_files() -> None:
    names = [f.NAME for f in FAMILIES]
    assert len(set(names)) == len(names)
    assert names == [inspect.getmodule(f.build).__name__.rpartition(".")[2] for f in FAMILIES]  # type: ignore[union-attr]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.NAME)
def test_the_mathematics_stands_above_the_rule(family: Family) -> None:
    text = family.__doc__ or ""
    formulas = [each for each in text.splitlines() if each.startswith(("    ", "PROPO", "MAX_M"))]
    assert any(set(each) & set("Σ=≥≤") for each in formulas)


def test_no_optional_rule_applies_to_a_cycle_of_lines_and_lots_alone() -> None:
    problem = cycle([line("a", 4)], [lot("s", 3)])
    assert [f.NAME for f in FAMILIES if f.applies(problem)] == ["flow", "supply", "demand"]


@pytest.mark.parametrize(("family", "case"), EACH)
def test_flow_comes_first_and_column_k_is_arc_k(family: Family, case: Case) -> None:
    problem = case()
    first = write(problem).column_blocks[0]
    assert (first.family, first.name, first.start) == ("flow", "packs", 0)
    assert first.keys.tolist() == list(range(len(problem.arcs)))


@pytest.mark.parametrize(("family", "case"), EACH)
def test_every_row_can_be_said_in_words(family: Family, case: Case) -> None:
    problem = case()
    assert family.applies(problem)
    for block in write(problem).row_blocks:
        if block.family == family.NAME:
            for key in block.keys:
                said = family.words(problem, block.name, int(key))
                assert said.key and said.leaf and said.sentence and said.unit
                assert said.scale >= 1


@pytest.mark.parametrize(("family", "case"), EACH)
def test_the_solved_plan_passes_every_check(family: Family, case: Case) -> None:
    assert breaches(plan_of(case())) == []


@pytest.mark.parametrize(("family", "case"), EACH)
def test_rows_check_and_money_say_the_same_of_every_plan(family: Family, case: Case) -> None:
    """The program of flow and this rule, with the flow fixed: feasible where the check is silent,
    and then worth the unit terms and the rule's own money."""
    problem = case()
    model = alone(problem, flow, family)
    found = set()
    for packs in _plans(problem):
        plan = Plan(problem, packs)
        lower, upper = model.lower.copy(), model.upper.copy()
        lower[: len(packs)] = upper[: len(packs)] = packs
        solution = solve_model(replace(model, lower=lower, upper=upper, goals=()), EXACT)
        passes = not family.check(problem, plan)
        found.add(passes)
        assert passes == (solution.status is SolveStatus.OPTIMAL), packs
        if passes:
            money = sum(plan.unit_money().values()) + sum(family.money(problem, plan).values())
            assert solution.objective == pytest.approx(money, abs=problem.num_lines)
    silent = family.NAME in PREFERENCES | BY_CONSTRUCTION
    assert found == ({True} if silent else {True, False})


def _plans(problem: Problem, most: int = 150) -> list[Ints]:
    """All plans within the arcs' own bounds, or a fixed sample of them."""
    upper = problem.arcs.max_packs
    if np.prod(upper + 1.0) <= most:
        return [np.array(p, dtype=np.int64) for p in np.ndindex(*(upper + 1))]
    random = np.random.default_rng(7)
    full = [random.integers(0, upper + 1) for _ in range(most)]
    return [np.where(random.random(len(p)) < 0.6, p, 0) for p in full]
