"""A plan of the reference becomes a decision that is checked, priced and explained like ours."""

from __future__ import annotations

import numpy as np
import pytest

from fairlead_solver.api.allocation import (
    Foreign,
    Mismatch,
    Options,
    Status,
    adopt,
    explain,
    intake,
    solve,
)
from fairlead_solver.reference.process import solve_all_apart
from tests.reference.test_agreement import drawn_cycles
from tests.strategies import cycles


def test_an_adopted_decision_equals_ours_in_status_and_objective() -> None:
    problems = [intake(d.facts(), d.policy) for d in drawn_cycles(cycles(), 40)]
    for problem, answer in zip(problems, solve_all_apart(problems), strict=True):
        foreign = Foreign(
            Status(answer.status.value),
            answer.packs,
            answer.bound_micros,
            "pyomo:highs",
            answer.version,
            0.0,
        )
        adopted, ours = adopt(problem, foreign), solve(problem, Options(relative_gap=0.0))
        assert adopted.decision.status is ours.decision.status
        assert adopted.decision.record.engine == "pyomo:highs"
        if answer.packs is not None:
            assert adopted.decision.plan is not None
            assert np.array_equal(adopted.decision.plan.packs, answer.packs)
            assert adopted.decision.objective_micros == pytest.approx(
                ours.decision.objective_micros, rel=1e-6, abs=1.0
            )
            explain(adopted)


def test_a_foreign_plan_that_breaks_a_rule_is_refused() -> None:
    drawn = next(d for d in drawn_cycles(cycles(), 40) if len(intake(d.facts(), d.policy).arcs))
    problem = intake(drawn.facts(), drawn.policy)
    packs = np.full(len(problem.arcs), 10**6)
    with pytest.raises(Mismatch):
        adopt(problem, Foreign(Status.OPTIMAL, packs, None, "pyomo:highs", "", 0.0))
