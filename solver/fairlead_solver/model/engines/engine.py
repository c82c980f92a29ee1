"""One call to an integer-programming engine, and the checks that make its answer ours.

Maximises c'x + offset over one `Model` (its goals are the business of `lexicographic`). The
model is scaled on the way in; on the way out the integer columns are rounded and every row is
checked again on the rounded vector. Where an engine's tolerances leaked (a binary at 1e-7 behind
a big M), the call is repeated tightly, then by another engine, then with the leaked integers
fixed; an infeasible vector is never returned.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from ..program.draft import Bools, Floats, Model
from ..program.feasibility import is_feasible, rounded
from ..program.scaling import integral_rows, objective_scale, scaled_rows
from .mathopt import End, EngineError, Kernel, Parameters, Raw, call, to_proto

GOAL_NOISE = 1e-9  # of a goal's value: what the engines' tolerances leave
TINY_COLUMNS = 200  # up to here SCIP's start-up is cheaper than HiGHS's


class Engine(Enum):
    """Who solves the integer programs."""

    AUTO = "auto"
    HIGHS = "highs"
    SCIP = "scip"
    CP_SAT = "cp_sat"


class SolveStatus(Enum):
    """How a solve ended; every one is an answer."""

    OPTIMAL = "optimal"  # gap <= asked, proven
    FEASIBLE_LIMIT = "feasible_limit"  # stopped early with a vector and a true bound
    INFEASIBLE = "infeasible"
    NO_SOLUTION_LIMIT = "no_solution_limit"  # stopped early without a vector
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Limits:
    """When to stop: seconds, or bound - objective within relative_gap * |objective| or within
    absolute_gap. `plain`: for very small programs, see `mathopt.Parameters`."""

    seconds: float = float("inf")
    relative_gap: float = 0.0
    seed: int = 1
    absolute_gap: float = 0.0
    nodes: int | None = None  # of branch and bound: an effort that repeats, unlike seconds
    plain: bool = False
    share: float = 1.0  # of the seconds that a budget has left, where one sets `seconds`


@dataclass(frozen=True, slots=True)
class GoalResult:
    """A goal that comes before money: `value` of the plan (-inf: no plan), and a true `bound` on
    what the lexicographic optimum has of it. `proven`: the value is the best there is."""

    name: str
    value: float
    bound: float

    @property
    def proven(self) -> bool:
        """Whether nothing is left between value and bound but the noise of doubles."""
        noise = GOAL_NOISE * max(1.0, abs(self.value))
        return bool(np.isfinite(self.value)) and self.bound - self.value <= noise

    def plus(self, other: GoalResult, sign: float = 1.0) -> GoalResult:
        """The same goal over two independent parts."""
        return GoalResult(
            self.name, self.value + sign * other.value, self.bound + sign * other.bound
        )


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """`x` (columns,) is feasible, or None. `bound` >= the optimum (-inf: infeasible). Where goals
    come first, `objective` and `bound` are those of money, and `goals` has one for each of them.

    Where the linear relaxation was solved on the way: its `duals` (rows,), and which rows were
    `priced` (rows, mask), i.e. left out of the components and sold at their duals.
    """

    status: SolveStatus
    x: Floats | None
    objective: float
    bound: float
    duals: Floats | None = None
    priced: Bools | None = None
    goals: tuple[GoalResult, ...] = ()
    engine: str = ""  # which engine's vector and bound this is; "": none was needed

    @property
    def rank(self) -> tuple[bool, tuple[float, ...], float]:
        """Orders the answers to one program: any plan first, then by each goal, then by money."""
        return self.x is not None, tuple(goal.value for goal in self.goals), self.objective


def run(
    model: Model,
    engine: Engine = Engine.AUTO,
    limits: Limits | None = None,
    hint: Floats | None = None,
) -> Answer:
    """Maximise over `model`; `hint` (columns,) is a plan to begin with.

    Raises EngineError where the engine asked for cannot or where the model is unbounded.
    """
    wanted = limits or Limits()
    if not model.num_columns:
        return _empty(model)
    box = box_bound(model)
    bound = box
    leaked: Floats | None = None
    for kernel, tight in _attempts(model, engine):
        raw, scale = _call(model, kernel, wanted, tight, hint)
        if raw.end in (End.UNCLEAR, End.UNBOUNDED):
            raw = _settle(model, kernel, wanted)
        if raw.end is End.INFEASIBLE:
            return Answer(SolveStatus.INFEASIBLE, None, -np.inf, -np.inf)
        if np.isfinite(raw.bound) and raw.end is not End.TROUBLE:
            bound = min(bound, raw.bound / scale + model.offset)
        if raw.x is not None:
            x = rounded(model, raw.x)
            if is_feasible(model, x):
                found = accepted(model, x, bound, wanted.relative_gap)
                return replace(found, engine=kernel.value)
            leaked = x
        elif raw.end is End.LIMIT:
            break
    if leaked is not None:
        repaired = _repair(model, leaked, wanted)
        if repaired is not None:
            found = accepted(model, repaired, bound, wanted.relative_gap)
            return replace(found, engine=Kernel.HIGHS.value)
    return Answer(SolveStatus.NO_SOLUTION_LIMIT, None, -np.inf, bound)


def box_bound(model: Model) -> float:
    """The best the bounds alone allow; infinity where a paying column is unbounded."""
    return float(column_bounds(model).sum()) + model.offset


def column_bounds(model: Model) -> Floats:
    """The most money each column can bring within its bounds (columns,)."""
    best = np.where(model.cost > 0, model.upper, model.lower)
    return model.cost * np.where(model.cost == 0, 0.0, best)


def accepted(model: Model, x: Floats, bound: float, relative_gap: float) -> Answer:
    """The answer of a feasible `x` and a true `bound`: its objective, and optimal or not."""
    objective = float(model.cost @ x) + model.offset
    bound = max(bound, objective)
    noise = 1e-9 * max(1.0, float(np.abs(model.cost) @ np.abs(x)))
    near = bound - objective <= relative_gap * abs(objective) + noise
    status = SolveStatus.OPTIMAL if near else SolveStatus.FEASIBLE_LIMIT
    return Answer(status, x, objective, bound)


def _attempts(model: Model, engine: Engine) -> Iterator[tuple[Kernel, bool]]:
    if engine is Engine.AUTO:
        tiny = model.num_columns <= TINY_COLUMNS
        first, second = (Kernel.SCIP, Kernel.HIGHS) if tiny else (Kernel.HIGHS, Kernel.SCIP)
        yield from ((first, False), (first, True), (second, True))
    else:
        kernel = Kernel(engine.value)
        yield from ((kernel, False), (kernel, True))


def _call(
    model: Model, kernel: Kernel, limits: Limits, tight: bool, hint: Floats | None = None
) -> tuple[Raw, float]:
    scale = objective_scale(model.cost)
    prepared = scaled_rows(replace(model, cost=model.cost * scale))
    if kernel is Kernel.CP_SAT:
        prepared = _for_cp_sat(prepared)
    if np.any(prepared.row_lower > prepared.row_upper) or np.any(prepared.lower > prepared.upper):
        return Raw(End.INFEASIBLE, None, None, -np.inf), scale
    parameters = Parameters(
        seconds=limits.seconds,
        relative_gap=limits.relative_gap,
        absolute_gap=limits.absolute_gap * scale,
        seed=limits.seed,
        tight=tight,
        presolve=not limits.absolute_gap,  # SCIP's was seen to take 5 s of a search of 0.02 s
        plain=limits.plain,
        nodes=limits.nodes,
    )
    return call(to_proto(prepared), kernel, parameters, hint=hint), scale


def _for_cp_sat(model: Model) -> Model:
    whole = integral_rows(model)
    if whole is None:
        raise EngineError("cp_sat needs integer columns and (decimal) integer coefficients")
    return whole


def _settle(model: Model, kernel: Kernel, limits: Limits) -> Raw:
    """Infeasible or unbounded? Without an objective nothing is unbounded."""
    raw, _ = _call(replace(model, cost=np.zeros(model.num_columns)), kernel, limits, False)
    if raw.end is End.OPTIMAL:
        raise EngineError("the model is unbounded: a paying column has no limit")
    return raw


def _repair(model: Model, leaked: Floats, limits: Limits) -> Floats | None:
    """Fix what looks like a switch at its rounded value and solve for the rest."""
    switch = model.integer & (model.upper - model.lower <= 1)
    fixed = replace(
        model,
        lower=np.where(switch, leaked, model.lower),
        upper=np.where(switch, leaked, model.upper),
    )
    raw, _ = _call(fixed, Kernel.HIGHS, limits, True)
    if raw.x is None:
        return None
    x = rounded(model, raw.x)
    return x if is_feasible(model, x) else None


def _empty(model: Model) -> Answer:
    if np.any(model.row_lower > 0) or np.any(model.row_upper < 0):
        return Answer(SolveStatus.INFEASIBLE, None, -np.inf, -np.inf)
    return Answer(SolveStatus.OPTIMAL, np.empty(0), model.offset, model.offset)
