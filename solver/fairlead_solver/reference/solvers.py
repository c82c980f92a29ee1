"""Pyomo solvers by name, with one meaning of gap, time and seed for all of them."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from enum import Enum
from typing import Any

import pyomo.environ as pyo
from pyomo.opt import TerminationCondition as Ended

from .answer import ReferenceFailed

SEED = 1


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one solver calls the relative gap and the time limit; what else it must be told."""

    gap: str
    seconds: str
    pyomo_name: str = ""
    always: tuple[tuple[str, Any], ...] = ()


HIGHS = Dialect(
    "mip_rel_gap",
    "time_limit",
    "appsi_highs",
    (
        ("mip_abs_gap", 0.0),
        ("mip_feasibility_tolerance", 1e-9),
        ("primal_feasibility_tolerance", 1e-9),
        ("random_seed", SEED),
        ("threads", 1),
    ),
)
DIALECTS = {
    "highs": HIGHS,
    "appsi_highs": HIGHS,
    "gurobi": Dialect("MIPGap", "TimeLimit", always=(("MIPGapAbs", 0.0), ("Seed", SEED))),
    "cplex": Dialect(
        "mip_tolerances_mipgap", "timelimit", always=(("mip_tolerances_absmipgap", 0.0),)
    ),
    "xpress": Dialect("miprelstop", "maxtime", always=(("mipabsstop", 0.0),)),
    "cbc": Dialect("ratioGap", "seconds", always=(("allowableGap", 0.0),)),
    "glpk": Dialect("mipgap", "tmlim"),
    "scip": Dialect("limits/gap", "limits/time"),
}


class Ending(Enum):
    """How a single solve ended."""

    OPTIMAL = "optimal"
    LIMIT = "limit"
    INFEASIBLE = "infeasible"


@dataclass(frozen=True, slots=True)
class Solved:
    """A single solve: whether values are loaded into the model, and the bound it proved."""

    ending: Ending
    has_values: bool
    upper_bound: float | None


def ready(name: str) -> Any:
    """The Pyomo solver of that name. Raises ReferenceFailed where this site has none."""
    logging.getLogger("pyomo").setLevel(logging.CRITICAL)
    dialect = DIALECTS.get(name)
    known = pyo.SolverFactory((dialect and dialect.pyomo_name) or name)
    if dialect is None or not known.available(exception_flag=False):
        names = ", ".join(sorted(DIALECTS))
        raise ReferenceFailed(f"Pyomo finds no solver {name!r} here; it may be one of {names}")
    return known


def run(model: Any, name: str, gap: float, seconds: float | None) -> Solved:
    """Maximise the model's objective and load the best solution found into it."""
    solver, dialect = ready(name), DIALECTS[name]
    options = {**dict(dialect.always), dialect.gap: gap}
    if seconds is not None:
        options[dialect.seconds] = seconds
    for option, setting in options.items():
        solver.options[option] = setting
    results = solver.solve(model, load_solutions=False)
    condition = results.solver.termination_condition
    if condition in (Ended.infeasible, Ended.infeasibleOrUnbounded, Ended.noSolution):
        return Solved(Ending.INFEASIBLE, False, None)
    if condition not in (Ended.optimal, Ended.maxTimeLimit, Ended.feasible):
        raise ReferenceFailed(f"{name} ended with {condition}")
    has_values = len(results.solution) > 0
    if has_values:
        model.solutions.load_from(results, default_variable_value=0.0)
    ending = Ending.OPTIMAL if condition == Ended.optimal else Ending.LIMIT
    return Solved(ending, has_values, _finite(results.problem.upper_bound))


def _finite(bound: Any) -> float | None:
    number = float(bound) if bound is not None else float("inf")
    return number if abs(number) < 1e30 else None
