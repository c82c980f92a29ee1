"""A component in which some rows may be missed at a price (elastic programming)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from ..program.draft import Bools, Floats, Goal, Ints, Model
from .reoptimizer import Resolve


class Undecided(Exception):
    """A solve stopped before it could say whether rules hold together."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A contradictory component: its program, and its columns and rows in the whole."""

    model: Model
    columns: Ints
    rows: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Missed:
    """Units by which rows (positions in the part) are under their least or over their most."""

    rows: Ints
    under: Ints
    over: Ints


def cut(model: Model, columns: Ints, rows: Ints) -> Part:
    """Columns and rows of the whole program as a program of their own."""
    part = Model(
        lower=model.lower[columns],
        upper=model.upper[columns],
        cost=model.cost[columns],
        integer=model.integer[columns],
        row_lower=model.row_lower[rows],
        row_upper=model.row_upper[rows],
        matrix=sp.csr_array(model.matrix[rows][:, columns]),
        goals=tuple(Goal(g.name, g.weights[columns]) for g in model.goals),
    )
    return Part(part, columns, rows)


def without(model: Model, dropped: Ints | Bools) -> Model:
    """With some rows dropped."""
    lower, upper = model.row_lower.copy(), model.row_upper.copy()
    lower[dropped], upper[dropped] = -np.inf, np.inf
    return replace(model, row_lower=lower, row_upper=upper)


def feasible(model: Model, resolve: Resolve) -> bool:
    """Whether the program has any solution. Raises Undecided where the solve was stopped."""
    answer = resolve(replace(model, cost=np.zeros(model.num_columns), goals=()))
    if not answer.closed:
        raise Undecided
    return answer.x is not None


def least_missed(model: Model, rows: Ints, prices: Floats, resolve: Resolve) -> Missed | None:
    """The cheapest way to miss `rows`, then the most goals and money; None: there is none.

    Raises Undecided where the solve was stopped.
    """
    answer = resolve(_elastic(model, rows, prices))
    if not answer.closed:
        raise Undecided
    if answer.x is None:
        return None
    under, over = np.rint(answer.x[model.num_columns :]).astype(np.int64).reshape(2, -1)
    return Missed(rows, under, over)


def _elastic(model: Model, rows: Ints, prices: Floats) -> Model:
    """With two more columns for each row given: units missing, and units too many."""
    size = len(rows)
    signs = np.concatenate([np.ones(size), -np.ones(size)])
    both = np.concatenate([rows, rows])
    slack = sp.csr_array((signs, (both, np.arange(2 * size))), (model.num_rows, 2 * size))
    zeros, large = np.zeros(2 * size), np.full(2 * size, _largest_side(model, rows))
    missed = Goal("missed", np.concatenate([np.zeros(model.num_columns), -prices, -prices]))
    goals = (Goal(g.name, np.concatenate([g.weights, zeros])) for g in model.goals)
    return Model(
        lower=np.concatenate([model.lower, zeros]),
        upper=np.concatenate([model.upper, large]),
        cost=np.concatenate([model.cost, zeros]),
        integer=np.concatenate([model.integer, np.ones(2 * size, dtype=np.bool_)]),
        row_lower=model.row_lower,
        row_upper=model.row_upper,
        matrix=sp.csr_array(sp.hstack([model.matrix, slack])),
        goals=(missed, *goals),
    )


def _largest_side(model: Model, rows: Ints) -> float:
    """The most any of the rows can be missed by."""
    sides = np.concatenate([model.row_lower[rows], model.row_upper[rows]])
    finite = np.abs(sides[np.isfinite(sides)])
    reach = float((abs(model.matrix[rows]) @ np.abs(model.upper)).max(initial=0.0))
    return float(finite.max(initial=0.0)) + reach
