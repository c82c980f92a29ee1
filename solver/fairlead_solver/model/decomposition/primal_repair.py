"""From prices to a plan: whole answers of the components, then small programs where they clash.

Every component starts at its answer to the prices: the relaxation's mixture where that is settled
and whole, an integer answer elsewhere. Together these break or waste some room of the coupling
rows. A small integer program over the components that can mend it at the least loss (`opening`)
closes most of the gap; larger ones follow until the gap asked is met.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ..engines.budget import Budget
from ..engines.engine import Answer, Engine, Limits, SolveStatus, accepted, run
from ..execution.executor import Crew
from ..program.components import Partition
from ..program.draft import Bools, Floats, Ints, Model
from ..program.feasibility import EXACT_LIMIT, is_feasible
from ..program.restriction import restrict
from .component_integers import Integers, fractional, integers
from .coupling import Coupling
from .lp_relaxation import Relaxation
from .neighbourhood_selection import Effort, Opening

MAX_SEARCHES = 12
NEAR = 0.02  # of the bound: a plan as near as this is a better beginning than the prices' answers
PATIENCE = 3  # searches in a row that find nothing better
MOST_COLUMNS = 40_000  # a search that opened more was the last
WHOLE_COLUMNS = 20_000  # up to here an engine may be tried on the whole model
WHOLE_SHARE = 0.25  # of the columns of such a model: opening more is no easier than the whole
CHUNK_COLUMNS = 6000  # more open columns than this are freed a chunk at a time
NEAR_COLUMNS = 8000  # of a search: beyond, SCIP's root is not quick
EFFORT = 200_000  # nodes times columns of one search: beyond, a wider one helps more
BOUND_SHARE = 0.05  # of the gap asked, left to the components' integer programs
FIRST_SHARE, LATER_SHARE = 0.5, 0.2  # of the gap asked, left to the first search and the later

OnSearch = Callable[[int, Answer], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of the repair: `gap` is relative to the whole objective."""

    engine: Engine
    gap: float
    seed: int


def repair(
    fine: Partition,
    relaxed: Relaxation,
    plan: Floats | None,
    wish: Wish,
    crew: Crew,
    budget: Budget,
    on_search: OnSearch,
    searches: int = MAX_SEARCHES,
) -> Answer:
    """A plan and a true bound, until the gap is met, nothing is left to open or the budget ends.

    `plan` (columns, model order) is a feasible plan to begin with, if there is one. Raises Stuck
    where a component has no integer solution.
    """
    coupling = Coupling(fine)
    prices, duals = relaxed.duals[fine.coupling], relaxed.duals[fine.rows]
    limits = Limits(budget.remaining_seconds(), wish.gap * BOUND_SHARE, wish.seed)
    found = integers(coupling, prices, relaxed.x[fine.columns], duals, limits, crew)
    opening = Opening(coupling, prices, duals, found.bounds)
    bound = floored(fine.model, found.bound)
    answer = Answer(SolveStatus.NO_SOLUTION_LIMIT, None, -np.inf, bound)
    if plan is not None:
        answer = accepted(fine.model, plan, bound, wish.gap)
    near = plan is not None and bound - answer.objective <= NEAR * abs(bound)
    x = plan[fine.columns] if plan is not None and near else _start(fine, relaxed, found)
    allowed = wish.gap * abs(bound)
    columns, stalled = fine.model.num_columns, 0
    most = WHOLE_SHARE * columns if columns <= WHOLE_COLUMNS else MOST_COLUMNS
    for number in range(searches):
        if budget.remaining_seconds() <= 0 or budget.cancelled():
            break
        effort = Effort(4.0 * 2**number, 4 * 2**number, allowed / 2 ** (number + 1))
        opened = opening.components(x, effort)
        opened[fractional(fine, x)] = True
        share = LATER_SHARE if number else FIRST_SHARE
        x = _searched(fine, x, opened, share * allowed, wish, budget)
        better = _kept(fine, answer, x, bound, wish)
        stalled = 0 if better is not answer or answer.x is None else stalled + 1
        answer = better
        on_search(number + 1, answer)
        wide = _columns(fine, opened) > most
        if answer.status is SolveStatus.OPTIMAL or wide or stalled == PATIENCE:
            break
    return answer


def floored(model: Model, bound: float) -> float:
    """`bound`, down to a multiple of what every plan's objective is a multiple of."""
    paying = model.cost[model.cost != 0]
    whole = model.integer[model.cost != 0].all() and np.all(paying == np.rint(paying))
    if not whole or not len(paying) or np.abs(paying).max() >= EXACT_LIMIT or model.offset:
        return bound
    grain = float(np.gcd.reduce(np.abs(paying).astype(np.int64)))
    noise = 1e-12 * abs(bound)
    return float(np.floor((bound + noise) / grain) * grain) if grain > 1 else bound


def _columns(fine: Partition, opened: Bools) -> int:
    return int(np.diff(fine.column_starts)[opened].sum())


def _start(fine: Partition, relaxed: Relaxation, found: Integers) -> Floats:
    """Every component at the mixture where it is settled and whole, else at its own answer."""
    mixture = relaxed.mixture[fine.columns]
    loose = np.zeros(fine.count, np.bool_)
    loose[fine.owner[~relaxed.settled[fine.columns]]] = True
    loose[fractional(fine, mixture)] = True
    x = np.where(loose[fine.owner], found.x, mixture)
    whole = fine.model.integer[fine.columns] & (np.abs(x - np.rint(x)) < 1e-6)
    return np.where(whole, np.rint(x), x)


def _kept(fine: Partition, answer: Answer, x: Floats, bound: float, wish: Wish) -> Answer:
    """The better of the answer so far and the plan `x`, if it is one."""
    model = fine.model
    plan = np.empty_like(x)
    plan[fine.columns] = x
    better = float(model.cost @ plan) + model.offset > answer.objective
    if not better or not is_feasible(model, plan, strict=True):
        return answer
    return accepted(model, plan, bound, wish.gap)


def _searched(
    fine: Partition, x: Floats, opened: Bools, gap: float, wish: Wish, budget: Budget
) -> Floats:
    """`x` (component order) after small programs over the opened components, a chunk at a time;
    columns that meet coupling rows only are in every chunk."""
    sizes = np.diff(fine.column_starts)
    alone = np.equal(np.diff(fine.row_starts), 0)
    waiting = np.flatnonzero(opened & ~alone)
    chunk = (np.cumsum(sizes[waiting]) - 1) // CHUNK_COLUMNS
    chunks = int(chunk[-1]) + 1 if len(chunk) else 1
    for number in range(chunks):
        if budget.remaining_seconds() <= 0 or budget.cancelled():
            break
        now = alone.copy()
        now[waiting[chunk == number]] = True
        free = np.flatnonzero(np.repeat(now, sizes))
        nodes = 1 + EFFORT // max(1, len(free))
        seconds = budget.remaining_seconds()
        limits = Limits(seconds, 0.0, wish.seed, absolute_gap=gap / chunks, nodes=nodes)
        x = _improved(fine, x, free, wish.engine, limits)
    return x


def _improved(fine: Partition, x: Floats, free: Ints, engine: Engine, limits: Limits) -> Floats:
    columns = fine.columns[free]
    order = np.argsort(columns)
    plan = np.empty_like(x)
    plan[fine.columns] = x
    answer = _near(restrict(fine.model, columns[order], plan), engine, limits)
    if answer.x is None:
        return x
    better = x.copy()
    better[free[order]] = answer.x[: len(free)]
    return better


def _near(small: Model, engine: Engine, limits: Limits) -> Answer:
    """A plan within the gap. SCIP's root mostly has one, long before HiGHS ends its own; where it
    has none, HiGHS's cuts find one in a fraction of the nodes."""
    if engine is not Engine.AUTO or small.num_columns > NEAR_COLUMNS:
        return run(small, engine, limits)
    quick = run(small, Engine.SCIP, replace(limits, nodes=1))
    if quick.x is not None and quick.bound - quick.objective <= limits.absolute_gap:
        return quick
    thorough = run(small, Engine.HIGHS, limits)
    return max(quick, thorough, key=lambda answer: answer.objective)
