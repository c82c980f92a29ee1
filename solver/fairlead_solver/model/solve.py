"""Solves a whole model: split, solve the components in batches, put together, prove.

The total bound is the sum of the components' true bounds. A component without a solution does
not stop the others: it is reported, and the vector is whole everywhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum

import numpy as np

from .activity import is_feasible
from .budget import UNLIMITED, Budget
from .draft import INFINITY, Bools, Floats, Ints, Model
from .engine import Answer, Engine, Limits, SolveStatus, accepted, box_bound, run
from .lexicographic import maximise
from .partition import Batch, Partition, partition
from .scale import LARGE_COLUMNS, applies, solve_by_prices

GAP_NOISE = 1e-9  # of the objective: what sums of doubles and of tolerances leave open
WHOLE_COLUMNS = 20_000  # up to here an engine may be tried on a whole component
Progress = Callable[["Standing"], None]


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

    COMPONENTS = "components"  # solving the independent components, a batch at a time
    PRICES = "prices"  # finding prices of the rows that join one large component
    REPAIR = "repair"  # closing the gap between the prices' bound and the best plan


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a solve is: components done of all, objective and bound so far.

    In phases within one large component, `done` and `components` count that phase's own steps:
    at most `components` of them will be taken.
    """

    phase: Phase
    done: int
    components: int
    objective: float
    bound: float


@dataclass(frozen=True, slots=True, eq=False)
class Contradiction:
    """Rows that no values of these columns can satisfy together: one component, whole."""

    columns: Ints
    rows: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """The outcome. `x` (columns,) is feasible; beside contradictions it is feasible wherever
    `decided` is true. Without a whole vector the objective is -inf; the bound is always true.

    `prices` (rows,) is the money per unit of the rows that were priced, 0 elsewhere; `priced`
    (rows,) tells which those are. With them left out the model falls into small components, and

        bound = offset + Σ_components max (cost - A'prices) x + Σ_priced rows max prices·side

    holds, up to the gap left in single components. Nothing is priced where goals come first.
    """

    status: SolveStatus
    x: Floats | None
    decided: Bools
    objective: float
    bound: float
    engine: Engine
    components: int
    prices: Floats
    priced: Bools
    contradictions: tuple[Contradiction, ...] = ()


def unpriced(
    model: Model,
    status: SolveStatus,
    x: Floats | None,
    objective: float,
    bound: float,
    engine: Engine,
    components: int,
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
        prices=np.zeros(model.num_rows),
        priced=np.zeros(model.num_rows, np.bool_),
    )


@dataclass(slots=True, eq=False)
class Ledger:
    """What the batches brought in so far."""

    x: Floats
    decided: Bools
    objective: float
    bound: float
    prices: Floats  # NaN where a row is not priced
    cut_short: bool = False
    cancelled: bool = False
    wide: list[tuple[Batch, Answer]] = field(default_factory=list)
    contradictions: list[Contradiction] = field(default_factory=list)

    def enter(self, batch: Batch, answer: Answer) -> None:
        """Book one batch's answer."""
        if answer.status is SolveStatus.INFEASIBLE:
            self.contradictions.append(Contradiction(batch.columns, batch.rows))
            return
        self.cut_short |= answer.status is not SolveStatus.OPTIMAL
        self._add(answer, 1.0)
        if answer.prices is not None:
            self.prices[batch.rows] = answer.prices
        if answer.x is not None:
            self.x[batch.columns] = answer.x
            self.decided[batch.columns] = True
            if answer.bound > answer.objective:
                self.wide.append((batch, answer))

    def better(self, batch: Batch, old: Answer, new: Answer) -> None:
        """Replace a batch's answer by one that was asked for a smaller gap."""
        if new.x is None or new.objective < old.objective:
            new = replace(old, bound=min(old.bound, max(new.bound, old.objective)))
        self._add(old, -1.0)
        self.enter(batch, new)

    def closed(self, relative_gap: float) -> bool:
        """Whether the whole is proven to the gap."""
        allowed = (relative_gap + GAP_NOISE) * max(1.0, abs(self.objective))
        near = self.bound - self.objective <= allowed
        return near or not self.wide

    def _add(self, answer: Answer, sign: float) -> None:
        self.bound += sign * answer.bound
        if answer.x is not None:
            self.objective += sign * answer.objective


def solve(
    model: Model,
    options: SolveOptions | None = None,
    budget: Budget = UNLIMITED,
    on_progress: Progress | None = None,
) -> Solution:
    """Maximise the goals of `model`, then its cost, to the gap asked or until the budget ends.

    Raises EngineError where the engine asked for cannot solve the model.
    """
    chosen = options or SolveOptions()
    parts = partition(model)
    size = model.num_columns
    unpriced = np.full(model.num_rows, np.nan)
    ledger = Ledger(np.zeros(size), np.zeros(size, np.bool_), model.offset, model.offset, unpriced)
    ledger.contradictions += _loose(parts)
    for first, last in parts.spans():
        for batch, answer in _batch(parts, first, last, chosen, budget):
            ledger.enter(batch, answer)
        ledger.cancelled |= budget.cancelled()
        if on_progress:
            on_progress(
                Standing(Phase.COMPONENTS, last, parts.count, ledger.objective, ledger.bound)
            )
    _narrow(ledger, chosen, budget)
    return _finish(parts, ledger, chosen)


def _batch(
    parts: Partition, first: int, last: int, options: SolveOptions, budget: Budget
) -> list[tuple[Batch, Answer]]:
    """Solve components first:last together; one by one where they cannot all be solved."""
    batch = parts.batch(first, last)
    answer = _greedy(batch) or _priced(batch, parts, options, budget)
    if answer.x is not None or last - first == 1:
        return [(batch, answer)]
    middle = (first + last) // 2
    return [
        *_batch(parts, first, middle, options, budget),
        *_batch(parts, middle, last, options, budget),
    ]


def _narrow(ledger: Ledger, options: SolveOptions, budget: Budget) -> None:
    """Batches that are each within the gap may not be so together, where losses offset gains:
    then solve them again, to the end."""
    if ledger.closed(options.relative_gap) or ledger.cut_short:
        return
    again, ledger.wide = ledger.wide, []
    for batch, old in again:
        ledger.better(batch, old, _bounded(batch, replace(options, relative_gap=0.0), budget))


def _greedy(batch: Batch) -> Answer | None:
    """Every column at its best bound, where no row minds: then no solver is needed."""
    model = batch.model
    if any(goal.weights.any() for goal in model.goals):
        return None
    best = np.where(model.cost > 0, model.upper, model.lower)
    if not np.all(np.isfinite(best)):
        return None
    best = np.where(model.integer, np.where(model.cost > 0, np.floor(best), np.ceil(best)), best)
    return accepted(model, best, box_bound(model), 0.0) if is_feasible(model, best) else None


def _priced(batch: Batch, parts: Partition, options: SolveOptions, budget: Budget) -> Answer:
    """By prices where the batch is large and they apply; whole where they do not or fall short
    and whole is within reach."""
    alone = batch.last == batch.first + 1
    if not alone or batch.model.num_columns <= LARGE_COLUMNS or _over(budget):
        return _bounded(batch, options, budget)
    coupling = parts.model.coupling_rows()[batch.rows]
    if not applies(batch.model, coupling):
        return _bounded(batch, options, budget)
    found = solve_by_prices(
        batch.model,
        coupling,
        options.engine,
        options.relative_gap / 2,
        options.seed,
        options.workers,
        budget,
    )
    short = found is None or found.status is not SolveStatus.OPTIMAL
    if _over(budget) or not short or (found and batch.model.num_columns > WHOLE_COLUMNS):
        return found or idle(batch.model)
    whole = _bounded(batch, options, budget)
    return _better(found, whole, options) if found else whole


def _better(one: Answer, other: Answer, options: SolveOptions) -> Answer:
    """The better vector of two answers to one model, and the smaller bound."""
    if other.status is SolveStatus.INFEASIBLE:
        return other
    best = max(one, other, key=lambda answer: answer.objective)
    bound = min(one.bound, other.bound)
    if best.x is None:
        return replace(best, bound=bound)
    near = bound - best.objective <= options.relative_gap * abs(best.objective)
    status = SolveStatus.OPTIMAL if near else SolveStatus.FEASIBLE_LIMIT
    return replace(best, status=status, bound=max(bound, best.objective))


def _over(budget: Budget) -> bool:
    return budget.cancelled() or budget.remaining_seconds() <= 0


def _bounded(batch: Batch, options: SolveOptions, budget: Budget) -> Answer:
    """By the engine, within what is left of the budget."""

    def call(model: Model, limits: Limits) -> Answer:
        left = budget.remaining_seconds()
        if _over(budget):
            return idle(model)
        return run(model, options.engine, replace(limits, seconds=left))

    limits = Limits(relative_gap=options.relative_gap / 2, seed=options.seed, nodes=options.nodes)
    return maximise(batch.model, batch.starts, limits, call)


def idle(model: Model) -> Answer:
    """What can be said of `model` without solving it: nothing chosen, if that is allowed."""
    rest = np.clip(np.zeros(model.num_columns), model.lower, model.upper)
    bound = box_bound(model)
    if is_feasible(model, rest):
        return accepted(model, rest, bound, 0.0)
    return Answer(SolveStatus.NO_SOLUTION_LIMIT, None, -INFINITY, bound)


def _loose(parts: Partition) -> list[Contradiction]:
    """Rows without columns that ask for something."""
    rows, model = parts.loose_rows, parts.model
    broken = rows[(model.row_lower[rows] > 0) | (model.row_upper[rows] < 0)]
    return [Contradiction(np.empty(0, np.int64), np.array([row])) for row in broken]


def _finish(parts: Partition, ledger: Ledger, options: SolveOptions) -> Solution:
    whole = bool(ledger.decided.all())
    if ledger.cancelled:
        status = SolveStatus.CANCELLED
    elif ledger.contradictions:
        status = SolveStatus.INFEASIBLE
    elif not whole:
        status = SolveStatus.NO_SOLUTION_LIMIT
    else:
        proven = ledger.closed(options.relative_gap) and not ledger.cut_short
        status = SolveStatus.OPTIMAL if proven else SolveStatus.FEASIBLE_LIMIT
    return Solution(
        status=status,
        x=ledger.x if whole or ledger.contradictions else None,
        decided=ledger.decided,
        objective=ledger.objective if whole and not ledger.contradictions else -INFINITY,
        bound=-INFINITY if ledger.contradictions else ledger.bound,
        engine=options.engine,
        components=parts.count,
        prices=np.nan_to_num(ledger.prices),
        priced=~np.isnan(ledger.prices),
        contradictions=tuple(ledger.contradictions),
    )
