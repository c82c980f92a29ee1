"""What the engines say of their versions."""

from __future__ import annotations

from importlib.metadata import version

from ortools.linear_solver import pywraplp  # type: ignore[attr-defined]

_NAMES = {"scip": "SCIP", "cp_sat": "SAT", "glop": "GLOP"}


def engine_versions() -> dict[str, str]:
    """Engine -> its own words. HiGHS has no such call in OR-Tools: the library's version is it."""
    found = {}
    for name, kind in _NAMES.items():
        solver = pywraplp.Solver.CreateSolver(kind)
        if solver is not None:
            found[name] = solver.SolverVersion()
    return found | {"highs": f"as built into OR-Tools {version('ortools')}"}
