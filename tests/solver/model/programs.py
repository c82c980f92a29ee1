"""Small programs for tests: drawn at random, and solved by brute force."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from hypothesis import strategies as st

from fairlead_solver.model.program.draft import Goal, Model
from fairlead_solver.model.program.feasibility import is_feasible


def program(
    cost: list[float],
    rows: list[list[float]],
    row_upper: list[float],
    *,
    upper: float | list[float] = 1.0,
    row_lower: list[float] | None = None,
    integer: bool | list[bool] = True,
    goals: tuple[list[float], ...] = (),
) -> Model:
    """A model from lists; columns start at zero."""
    columns = len(cost)
    matrix = np.array(rows, dtype=np.float64).reshape(len(rows), columns)
    return Model(
        lower=np.zeros(columns),
        upper=np.broadcast_to(np.asarray(upper, dtype=np.float64), (columns,)).copy(),
        cost=np.array(cost, dtype=np.float64),
        integer=np.broadcast_to(np.asarray(integer, dtype=np.bool_), (columns,)).copy(),
        row_lower=np.array(
            [-np.inf] * len(rows) if row_lower is None else row_lower, dtype=np.float64
        ),
        row_upper=np.array(row_upper, dtype=np.float64),
        matrix=sp.csr_array(matrix),
        goals=tuple(Goal(f"goal {i}", np.array(g, dtype=float)) for i, g in enumerate(goals)),
    )


@dataclass(frozen=True, slots=True)
class Truth:
    """The optimum by trying everything; None where nothing is feasible."""

    goals: tuple[float, ...] | None
    money: float | None


def brute_force(model: Model) -> Truth:
    """Every integer point in the box."""
    ranges = [range(int(a), int(b) + 1) for a, b in zip(model.lower, model.upper, strict=True)]
    best: tuple[float, ...] | None = None
    for point in itertools.product(*ranges):
        x = np.array(point, dtype=np.float64)
        if is_feasible(model, x):
            value = (*(float(g.weights @ x) for g in model.goals), float(model.cost @ x))
            best = value if best is None or value > best else best
    return Truth(None, None) if best is None else Truth(best[:-1], best[-1] + model.offset)


@st.composite
def small_models(draw: st.DrawFn, max_goals: int = 0) -> Model:
    """Up to 6 integer columns and 5 sparse rows, some of them floors or equations."""
    columns = draw(st.integers(1, 6))
    count = draw(st.integers(0, 5))
    cell = st.sampled_from([0, 0, 0, 1, 1, 2, 3, -1])
    rows = [draw(st.lists(cell, min_size=columns, max_size=columns)) for _ in range(count)]
    uppers = [draw(st.integers(0, 8)) for _ in range(count)]
    lowers = [draw(st.sampled_from([-np.inf, -np.inf, -np.inf, 1.0, u])) for u in uppers]
    amounts = st.lists(st.integers(-9, 9), min_size=columns, max_size=columns)
    goals = [draw(amounts) for _ in range(draw(st.integers(0, max_goals)))]
    return program(
        [c * draw(st.sampled_from([1.0, 12_500_000.0])) for c in draw(amounts)],
        rows,
        [float(u) for u in uppers],
        upper=[float(draw(st.integers(0, 3))) for _ in range(columns)],
        row_lower=[float(min(a, u)) for a, u in zip(lowers, uppers, strict=True)],
        goals=tuple(goals),
    )
