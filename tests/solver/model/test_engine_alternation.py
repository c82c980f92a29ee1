"""Two answers to one program: what is taken of each."""

from __future__ import annotations

import numpy as np

from fairlead_solver.model.engines.engine import Answer, SolveStatus, accepted
from fairlead_solver.model.engines.engine_alternation import better

from .programs import program

MODEL = program([3.0, 2.0], [[1, 1]], [2.0], upper=2.0)
INFEASIBLE = Answer(SolveStatus.INFEASIBLE, None, -np.inf, -np.inf)


def test_bug_a_checked_plan_refutes_an_engine_that_finds_none() -> None:
    plan = accepted(MODEL, np.array([1.0, 0.0]), 9.0, 0.0)
    assert better(MODEL, plan, INFEASIBLE, 0.0) is plan


def test_without_a_plan_infeasible_is_believed() -> None:
    nothing = Answer(SolveStatus.NO_SOLUTION_LIMIT, None, -np.inf, 9.0)
    assert better(MODEL, nothing, INFEASIBLE, 0.0).status is SolveStatus.INFEASIBLE


def test_bug_the_better_plan_and_the_smaller_bound_are_taken_whoever_brings_them() -> None:
    good = accepted(MODEL, np.array([2.0, 0.0]), 9.0, 0.0)
    near = accepted(MODEL, np.array([1.0, 1.0]), 6.0, 0.5)
    assert near.status is SolveStatus.OPTIMAL  # within the gap asked
    both = better(MODEL, good, near, 0.5)
    assert both.objective == 6
    assert both.bound == 6
    assert both.status is SolveStatus.OPTIMAL
