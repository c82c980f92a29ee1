"""The door to the reference: a process of its own that fails with words and leaves nothing."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from fairlead_solver.allocation.cycle.facts import Facts, Lines, Lots, Strategy
from fairlead_solver.allocation.cycle.problem import Problem
from fairlead_solver.allocation.cycle.validation import intake
from fairlead_solver.allocation.policy.policy import Policy
from fairlead_solver.reference.answer import ReferenceFailed, ReferenceStatus
from fairlead_solver.reference.process import solve_all_apart, solve_apart, solver_of

MICROS = 1_000_000


def two_lines(strategy: Strategy = Strategy.REDISTRIBUTE) -> Problem:
    """Ten units for two lines of eight; the second pays more."""
    facts = Facts(
        cycle_day=20_000,
        lots=Lots.of(id=["S"], product=["P"], location=["L"], quantity=[10]),
        lines=Lines.of(
            id=["I1", "I2"],
            product=["P", "P"],
            quantity=[8, 8],
            unit_price_micros=[2 * MICROS, 3 * MICROS],
            strategy=[strategy, strategy],
        ),
    )
    return intake(facts, Policy())


def hard_to_prove() -> Problem:
    """200 orders of ten lines each, all or nothing, for half of the stock they ask for."""
    random = np.random.default_rng(7)
    orders, products = 200, 10
    asked = random.integers(10, 1000, size=(orders, products))
    facts = Facts(
        cycle_day=20_000,
        lots=Lots.of(
            id=[f"S{p}" for p in range(products)],
            product=[f"P{p}" for p in range(products)],
            location=["L"] * products,
            quantity=asked.sum(axis=0) // 2,
        ),
        lines=Lines.of(
            id=[f"O{o}/P{p}" for o in range(orders) for p in range(products)],
            product=[f"P{p}" for _ in range(orders) for p in range(products)],
            quantity=asked.ravel(),
            unit_price_micros=random.integers(MICROS, 2 * MICROS, size=orders * products),
            delivery_group=[f"O{o}" for o in range(orders) for _ in range(products)],
        ),
    )
    return intake(facts, Policy())


def test_the_line_that_pays_more_is_filled_first() -> None:
    answer = solve_apart(two_lines())
    assert answer.status is ReferenceStatus.OPTIMAL
    assert answer.packs is not None and answer.packs.tolist() == [2, 8]
    # price and service value of tier C, 4 times the price: 5 (2·2 + 8·3)
    assert answer.objective_micros == 140 * MICROS
    assert answer.bound_micros == pytest.approx(140 * MICROS)


def test_promises_beyond_the_stock_are_infeasible() -> None:
    answer = solve_apart(two_lines(Strategy.WIN))
    assert answer.status is ReferenceStatus.INFEASIBLE
    assert answer.packs is None and answer.objective_micros is None


def test_one_process_answers_many_cycles_in_order() -> None:
    problems = [two_lines(), two_lines(Strategy.WIN), two_lines(Strategy.LOSE)]
    statuses = [a.status.value for a in solve_all_apart(problems)]
    assert statuses == ["optimal", "infeasible", "optimal"]


def test_a_time_limit_is_an_answer_and_its_bound_is_true() -> None:
    answer = solve_apart(hard_to_prove(), seconds=1.0)
    assert answer.status in (ReferenceStatus.FEASIBLE_LIMIT, ReferenceStatus.NO_SOLUTION_LIMIT)
    if answer.objective_micros is not None:
        assert answer.bound_micros is not None
        assert answer.bound_micros >= answer.objective_micros


def test_nothing_asked_is_nothing_answered() -> None:
    assert solve_all_apart([]) == []


@pytest.mark.parametrize("solver", ["nonsense", "cplex"])
def test_a_missing_solver_is_named(solver: str) -> None:
    with pytest.raises(ReferenceFailed, match=f"no solver '{solver}' here"):
        solve_apart(two_lines(), solver)


def test_a_cycle_without_any_arc_is_worth_nothing() -> None:
    facts = Facts(
        cycle_day=20_000,
        lots=Lots.of(id=["L"], product=["Q"], location=["W"], quantity=[1]),
        lines=Lines.of(id=["I"], product=["P"], quantity=[1], unit_price_micros=[MICROS]),
    )
    answer = solve_apart(intake(facts, Policy()))
    assert answer.status is ReferenceStatus.OPTIMAL
    assert answer.objective_micros == 0
    assert answer.packs is not None and np.array_equal(answer.packs, [])


def test_the_engine_name_says_which_pyomo_solver() -> None:
    assert solver_of("pyomo:highs") == "highs"
    assert solver_of("highs") is None


def test_the_process_ends_with_its_parent() -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "fairlead_solver.reference"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert child.stdin is not None
    child.stdin.close()
    assert child.wait(timeout=60) != 0


def test_the_door_loads_no_solver_library() -> None:
    program = (
        "import sys, fairlead_solver.reference.process;"
        "sys.exit(any(m in sys.modules for m in ('pyomo', 'highspy', 'ortools')))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
