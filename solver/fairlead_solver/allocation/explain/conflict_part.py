"""A contradictory component as a program: which rows are rules, and what missing one costs.

Rules are the LIMIT rows but for supply and demand: stock, demand, packs and dates never give way.
Only floors, locks, fences and strategies are ever missed; the other rules can always be kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from ...model.draft import Bools, Floats, Goal, Ints, Model, RowKind
from ..families import contract_floor, demand, lock, strategy, supply, time_fence
from ..problem import Problem
from .again import Resolve

NEVER_RELAXED = (supply.NAME, demand.NAME)
GIVES_WAY = (contract_floor.NAME, lock.NAME, time_fence.NAME, strategy.NAME)
KEYED_BY_LINE = (lock.NAME, time_fence.NAME, strategy.NAME)


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


def rules_of(whole: Model, part: Part) -> Ints:
    """Positions in the part of the rows that are business rules."""
    blocks = (whole.row_block(row)[0] for row in part.rows.tolist())
    is_rule = [b.kind is RowKind.LIMIT and b.family not in NEVER_RELAXED for b in blocks]
    return np.flatnonzero(np.array(is_rule, dtype=np.bool_))


def giving_way(whole: Model, part: Part) -> Ints:
    """Positions in the part of the rows that may be missed."""
    hard = [whole.row_block(row)[0].family in GIVES_WAY for row in part.rows.tolist()]
    return np.flatnonzero(np.array(hard, dtype=np.bool_))


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


def unit_prices(problem: Problem, whole: Model, part: Part, rows: Ints) -> Floats:
    """What a unit missed of each row costs, in whole grains of money (one scale for all rows).

    A lock, fence or strategy: its line's price. A floor: its contract's penalty, and without one
    the dearest price of its lines. Never nothing, so that no rule is missed by more than needed.
    """
    prices = [_price(problem, whole, int(part.rows[row])) for row in rows.tolist()]
    micros = np.array(prices, dtype=np.int64)
    return np.maximum(micros // max(1, int(np.gcd.reduce(micros))), 1).astype(np.float64)


def _price(problem: Problem, whole: Model, row: int) -> int:
    block, key = whole.row_block(row)
    if block.family in KEYED_BY_LINE:
        return int(problem.line.price_micros[key])
    penalty = int(problem.facts.contracts.penalty_micros[key])
    lines = lines_of_row(problem, whole, row)
    return penalty or int(problem.line.price_micros[lines].max(initial=0))


def lines_of_row(problem: Problem, whole: Model, row: int) -> Ints:
    """Lines with an arc in the row, or the line it is about."""
    block, key = whole.row_block(row)
    if block.family in KEYED_BY_LINE:
        return np.array([key], dtype=np.int64)
    matrix = whole.matrix
    columns = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]
    return np.unique(problem.arcs.line[columns[columns < len(problem.arcs)]]).astype(np.int64)


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


def joined(lines: Sequence[Ints]) -> Ints:
    """All lines of several rows, once each, in order."""
    return np.unique(np.concatenate([*lines, np.empty(0, dtype=np.int64)])).astype(np.int64)
