"""From prices to a plan: fix what is settled, solve a small program over the rest.

Components whose answers agree at the prices found, and are integral, are done. The others (and
the columns that meet coupling rows only: overtime, missed floors) form one small integer program
over the room the settled ones leave. With x feasible and pi the prices,

    bound - objective = sum_components loss_c + sum_coupling rows (room_i - pi_i activity_i)

so the components with the largest loss are where a gap can be closed: the search after the first
repair opens those, with neighbours that use the same coupling rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from .activity import is_feasible, rounded, violated_rows
from .budget import Budget
from .draft import Bools, Floats, Ints, Model
from .engine import Answer, Engine, Limits, SolveStatus, accepted, run
from .oracle import Oracle, component_bounds, parallel
from .partition import Partition
from .prices import Prices

MAX_SEARCHES = 12
CHUNK_COLUMNS = 5000  # more open columns than this are first closed a chunk at a time
FIRST_GAP = 0.6  # of the gap asked, left to the first search; half as much to each later one


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of the repair: `gap` is relative to the whole objective."""

    engine: Engine
    gap: float
    seed: int
    workers: int


def repair(oracle: Oracle, prices: Prices, wish: Wish, budget: Budget) -> Answer:
    """A plan and a true bound, by the means above, until the gap is met or nothing improves."""
    parts = oracle.parts
    model = parts.model
    owner = np.repeat(np.arange(parts.count), np.diff(parts.column_starts))
    bounds = _integer_bounds(oracle, prices, owner, wish, budget)
    bound = float(bounds.sum()) + oracle.room_value(prices.reply.prices)
    start, opened = _settled(oracle, prices, owner)
    answer: Answer | None = None
    size = int(opened.sum())
    for effort in range(MAX_SEARCHES):
        left = budget.remaining_seconds()
        if left <= 0 or budget.cancelled():
            break
        room = FIRST_GAP * wish.gap * abs(bound) / 2**effort
        x = None
        if effort == 0 and opened[owner].sum() > CHUNK_COLUMNS:
            x = _in_chunks(
                parts, _blended(oracle, prices, start, opened), opened, room, wish, budget
            )
        if x is None:
            x = _search(parts, start, opened[owner], room, wish, left)
        if x is not None and (answer is None or model.cost @ x + model.offset > answer.objective):
            answer = accepted(model, x, bound, wish.gap)
        if answer is not None and answer.x is not None:
            if answer.status is SolveStatus.OPTIMAL:
                break
            start = answer.x
        size = 2 * size + 16
        opened = _worst(oracle, prices, bounds, owner, start, size)
    return answer or Answer(SolveStatus.NO_SOLUTION_LIMIT, None, -np.inf, bound)


def _integer_bounds(
    oracle: Oracle, prices: Prices, owner: Ints, wish: Wish, budget: Budget
) -> Floats:
    """True bounds of the components at the prices, those of fractional ones by integer programs."""
    parts, reply = oracle.parts, prices.reply
    reduced = oracle.reduced(reply.prices)
    bounds = component_bounds(parts, reduced, reply.duals)
    cost = np.empty_like(reduced)
    cost[parts.columns] = reduced
    fractional = np.unique(owner[_fractional(parts, reply.x)])
    limits = Limits(budget.remaining_seconds(), wish.gap / 10, wish.seed)

    def tighter(component: int) -> float:
        if budget.remaining_seconds() <= 0 or budget.cancelled():
            return float("inf")
        batch = parts.batch(component, component + 1, cost)
        return run(batch.model, Engine.AUTO, limits).bound

    found = parallel(tighter, [int(c) for c in fractional], wish.workers)
    bounds[fractional] = np.minimum(bounds[fractional], found)
    return bounds


def _fractional(parts: Partition, x: Floats) -> Bools:
    odd: Bools = parts.model.integer[parts.columns] & (np.abs(x - np.rint(x)) > 1e-6)
    return odd


def _settled(oracle: Oracle, prices: Prices, owner: Ints) -> tuple[Floats, Bools]:
    """The plan of the settled components (columns of the model,), and which are still open."""
    parts = oracle.parts
    opened = np.zeros(parts.count, np.bool_)
    opened[owner[~prices.settled | _fractional(parts, prices.mixture)]] = True
    opened |= np.diff(parts.row_starts) == 0
    mixed = np.empty(parts.model.num_columns)
    mixed[parts.columns] = prices.mixture
    x = rounded(parts.model, mixed)
    row_owner = np.repeat(np.arange(parts.count), np.diff(parts.row_starts))
    opened[row_owner[violated_rows(parts.model, x)[parts.rows]]] = True
    return x, opened


def _worst(
    oracle: Oracle, prices: Prices, bounds: Floats, owner: Ints, x: Floats, size: int
) -> Bools:
    """The `size` components that lose most at the prices, half of the places; the other half for
    those with the cheapest alternatives: columns whose reduced money is nearest to nothing."""
    parts = oracle.parts
    reduced = oracle.reduced(prices.reply.prices)
    mine = x[parts.columns]
    loss = bounds - np.bincount(owner, reduced * mine, parts.count)
    opened: Bools = np.equal(np.diff(parts.row_starts), 0)
    opened[np.argsort(-loss, kind="stable")[: size // 2]] = True
    slack = np.abs(reduced - parts.matrix.T @ prices.reply.duals)
    flat = np.where(parts.model.integer[parts.columns], slack, np.inf)
    second = np.full(parts.count, np.inf)
    np.minimum.at(second, owner, np.where(flat > 1e-6 * np.abs(oracle.cost).max(), flat, np.inf))
    opened[np.argsort(second, kind="stable")[: size // 2]] = True
    return opened


def _blended(oracle: Oracle, prices: Prices, x: Floats, opened: Bools) -> Floats:
    """`x` with the opened components at the master's mixture, which keeps the coupling rows."""
    parts = oracle.parts
    mine = np.repeat(opened, np.diff(parts.column_starts))
    mixed = x.copy()
    mixed[parts.columns[mine]] = prices.mixture[mine]
    return mixed


def _in_chunks(
    parts: Partition, mixed: Floats, opened: Bools, gap: float, wish: Wish, budget: Budget
) -> Floats | None:
    """The opened components a chunk at a time, the chunks to come held at the mixture: their
    share of the coupling rows stays kept for them. None where a chunk finds no way."""
    sizes = np.diff(parts.column_starts)
    alone = opened & (np.diff(parts.row_starts) == 0)
    waiting = np.flatnonzero(opened & ~alone)
    chunk = (np.cumsum(sizes[waiting]) - 1) // CHUNK_COLUMNS
    x = mixed
    for number in range(int(chunk[-1]) + 1 if len(chunk) else 0):
        now = alone.copy()
        now[waiting[chunk == number]] = True
        left = budget.remaining_seconds()
        if left <= 0 or budget.cancelled():
            return None
        share = gap / (int(chunk[-1]) + 1)
        found = _improved(parts, x, np.repeat(now, sizes), share, wish, left)
        if found is None:
            return None
        x = found
    return x if is_feasible(parts.model, x) else None


def _search(
    parts: Partition, x: Floats, opened: Bools, gap: float, wish: Wish, seconds: float
) -> Floats | None:
    """Best values of the opened columns (component order) beside the others, held at `x`."""
    whole = _improved(parts, x, opened, gap, wish, seconds)
    return whole if whole is not None and is_feasible(parts.model, whole) else None


def _improved(
    parts: Partition, x: Floats, opened: Bools, gap: float, wish: Wish, seconds: float
) -> Floats | None:
    columns = np.sort(parts.columns[opened])
    limits = Limits(seconds, 0.0, wish.seed, absolute_gap=gap)
    answer = run(restrict(parts.model, columns, x), wish.engine, limits)
    if answer.x is None:
        return None
    whole = x.copy()
    whole[columns] = answer.x
    return whole


def restrict(model: Model, columns: Ints, x: Floats) -> Model:
    """`model` over `columns` only, the other columns held at `x`; rows without them left out."""
    held = x.copy()
    held[columns] = 0.0
    used = model.matrix @ held
    matrix = sp.csr_array(model.matrix[:, columns])
    rows = np.flatnonzero(np.diff(matrix.indptr) > 0)
    return replace(
        model,
        lower=model.lower[columns],
        upper=model.upper[columns],
        cost=model.cost[columns],
        integer=model.integer[columns],
        row_lower=model.row_lower[rows] - used[rows],
        row_upper=model.row_upper[rows] - used[rows],
        matrix=sp.csr_array(matrix[rows]),
        offset=model.offset + float(model.cost @ held),
        goals=(),
        column_blocks=(),
        row_blocks=(),
    )
