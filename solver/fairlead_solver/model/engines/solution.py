"""What a solve answers, and what it tells on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np

from ..program.draft import Bools, Floats, Ints, Model
from .engine import Engine, GoalResult, SolveStatus


@dataclass(frozen=True, slots=True)
class SolveOptions:
    """`relative_gap`: (bound - objective) / |objective| to reach. `workers` never changes the
    decision, only the time. `nodes`: of branch and bound per engine call, None: any number."""

    engine: Engine = Engine.AUTO
    relative_gap: float = 1e-4
    seed: int = 1
    workers: int = 1
    nodes: int | None = None


class Phase(Enum):
    """What a solve is busy with."""

    PLAN = "plan"  # a first plan was found without an engine
    COMPONENTS = "components"  # solving independent components, a batch at a time
    PRICES = "prices"  # finding prices of the rows that join the components
    REPAIR = "repair"  # closing the gap between the prices' bound and the best plan


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a solve is: steps done of at most so many in this phase, and the true objective of
    a plan (-inf: none yet) and bound of the whole so far.

    Where goals come first, both are of money, and unknown until the goals are done.
    """

    phase: Phase
    done: int
    components: int
    objective: float
    bound: float


Progress = Callable[[Standing], None]


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """What is left of the solve of a similar model: `x` (columns,) and `duals` (rows,), NaN where
    nothing is known. Nothing in it is trusted: it only saves work where it proves right."""

    x: Floats
    duals: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Contradiction:
    """Rows that no values of these columns can satisfy together: one component, whole."""

    columns: Ints
    rows: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """The outcome. `x` (columns,) is feasible; beside contradictions it is feasible wherever
    `decided` is true. Without a whole vector the objective is -inf; the bound is always true.

    `duals` (rows,) are multipliers of the linear relaxation, NaN where it was not solved; `priced`
    (rows,) are the coupling rows the bound was shown without. They are left out and sold at
    `prices` (rows,), which are their duals and 0 elsewhere. Then the model falls into small
    components, and

        bound = offset + Σ_components max (cost - A'prices) x + Σ_priced rows max prices·side

    holds, up to the gap left in single components. Nothing is priced where goals come first.

    `goals`: each goal that comes before money, in order. `solvers`: the engines that solved it,
    that of the most columns first; none where no engine was needed.
    """

    status: SolveStatus
    x: Floats | None
    decided: Bools
    objective: float
    bound: float
    engine: Engine
    components: int
    duals: Floats
    priced: Bools
    contradictions: tuple[Contradiction, ...] = ()
    goals: tuple[GoalResult, ...] = ()
    solvers: tuple[str, ...] = ()

    @property
    def prices(self) -> Floats:
        """Money per unit of each row that was priced, 0 elsewhere (rows,)."""
        return np.where(self.priced, np.nan_to_num(self.duals), 0.0)


def undivided(
    model: Model,
    status: SolveStatus,
    x: Floats | None,
    objective: float,
    bound: float,
    engine: Engine,
    components: int,
    goals: tuple[GoalResult, ...] = (),
    solvers: tuple[str, ...] = (),
) -> Solution:
    """The outcome of a solve that took nothing apart by prices: decided where there is an `x`."""
    return Solution(
        status=status,
        x=x,
        decided=np.full(model.num_columns, x is not None),
        objective=objective,
        bound=bound,
        engine=engine,
        components=components,
        duals=np.full(model.num_rows, np.nan),
        priced=np.zeros(model.num_rows, np.bool_),
        goals=goals,
        solvers=solvers,
    )
