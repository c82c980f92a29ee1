"""A decision that nothing can better is not solved again as it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings

from fairlead_solver.allocation.explain import Again, Solving, explain
from fairlead_solver.api import allocation as api
from fairlead_solver.model.resolve.neighbourhoods import Scopes
from fairlead_solver.model.resolve.reoptimizer import State
from fairlead_solver.model.resolve.scope import Scope
from fairlead_solver.model.resolve.subproblems import Beside
from fairlead_solver.model.solve import SolveOptions
from tests.strategies import Drawn, cycles

from .cases import facts, line, lot


@settings(max_examples=40)
@given(cycles())
def test_limits_of_a_settled_decision_are_worth_what_solving_it_again_says(drawn: Drawn) -> None:
    problem = api.intake(drawn.facts(), drawn.policy)
    solved = api.solve(problem, SolveOptions(relative_gap=0.0))
    if solved.model.goals:
        return
    again = Again(nodes=100_000)
    x, prices = solved.decision.columns, solved.solution.prices
    one, other = (
        explain(problem, solved.model, solved.decision, solving=Solving(each, x, prices))
        for each in (again, replace(again, settled=True))
    )
    assert one.binding == other.binding


def test_a_decision_that_is_not_settled_is_solved_again() -> None:
    problem = api.intake(facts(lines=[line("L", 20)], lots=[lot("S", 30)]), api.Policy())
    model, idle = api.write(problem), np.zeros(1)
    scopes = Scopes(np.array([0]), np.array([0]), np.array([Scope.CYCLE]))
    every = scopes.copies(Beside.of(model, idle))
    assert Again().decided(every, idle).x.tolist() == [20]
    assert Again(settled=True).decided(every, idle).x.tolist() == [0]
    assert Again().decided(every, idle).state.tolist() == [State.CLOSED]
