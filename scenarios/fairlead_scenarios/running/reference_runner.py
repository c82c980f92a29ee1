"""Deciding by the reference model: plain Pyomo in a process of its own, any solver it knows."""

from __future__ import annotations

from fairlead_solver.api.allocation import EngineError, Foreign, Problem, Solved, Status, adopt
from fairlead_solver.reference.process import PREFIX, ReferenceFailed, solve_apart


def solve_by_reference(
    problem: Problem, solver: str, relative_gap: float, seconds: float | None
) -> Solved:
    """The decision of the Pyomo solver of that name, checked and priced as any other.

    Raises EngineError where this site has no such solver, or its process fails.
    """
    try:
        answer = solve_apart(problem, solver, relative_gap, seconds)
    except ReferenceFailed as error:
        raise EngineError(str(error)) from error
    plan = Foreign(
        status=Status(answer.status.value),
        packs=answer.packs,
        bound_micros=answer.bound_micros,
        engine=PREFIX + solver,
        engine_version=answer.version,
        relative_gap=relative_gap,
    )
    return adopt(problem, plan)
