"""Solves again: programs as a whole, and copies of parts of the cycle many at a time.

Copies are bounded first by their linear relaxation: from any row duals y, weak duality in plain
arithmetic gives a true bound of every copy at once (`model.coupling.component_bounds`), whatever
the engine claimed. What that leaves open is solved to a closed gap as integer programs, in
batches; a batch that is infeasible or stopped is halved until the copies to blame stand alone.
Effort is bounded in nodes of branch and bound, so it repeats.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import IntEnum
from itertools import pairwise

import numpy as np
import scipy.sparse as sp

from ...model.activity import violated_rows
from ...model.budget import UNLIMITED, Budget
from ...model.coupling import component_bounds
from ...model.draft import Bools, Floats, Ints, Model
from ...model.engine import Answer, Engine, Limits, SolveStatus, run
from ...model.lexicographic import maximise
from ...model.mathopt import End, Kernel, Parameters, call, to_proto
from ...model.partition import Partition, partition
from ...model.scaling import scaled_rows
from ...model.solve import SolveOptions, solve
from ..arcs import expand
from .copies import Copies, stacked
from .relief import with_relief_bought

PENALTY = 1000.0  # times the dearest column: what a row that cannot be kept costs in a relaxation
BATCH_COLUMNS = 200  # of integer programs: small ones close at the root, and SCIP starts fast
ALONE_COLUMNS = 50  # larger ones may need a search, which side by side are searched as one
MOST_OPEN = 2  # programs that do not close before larger ones are not tried any more


class State(IntEnum):
    """How solving a copy again ended; the worst of its components counts."""

    CLOSED = 0
    OPEN = 1
    INFEASIBLE = 2


@dataclass(frozen=True, slots=True, eq=False)
class Resolved:
    """What solving a program again gave. `x` is None where it is infeasible or was stopped.

    `closed`: the gap is closed, or infeasibility is proven; else nothing follows from it.
    """

    x: Floats | None
    closed: bool


Resolve = Callable[[Model], Resolved]


@dataclass(frozen=True, slots=True, eq=False)
class Relaxed:
    """`bound` (copies,): no x of a copy is worth more money. `attained` (copies,): the relaxation's
    `x` (columns,) is itself a plan, so that its worth is exact. `duals` of all rows, those of copy
    p from `starts[p]` on, bound copies that differ in sides and bounds alone as well."""

    bound: Floats
    x: Floats
    attained: Bools
    duals: Floats
    starts: Ints

    def bounds(self, changed: Copies, of: Ints) -> Floats:
        """(copies of `changed`,): copy p is worth no more money, by the duals of copy `of[p]` here;
        infinity where its rows are others. Plain arithmetic: nothing is solved."""
        parts = _tightened(changed).apart()
        sizes = np.diff(parts.row_starts)
        alike = sizes == np.diff(self.starts)[of]
        counts = np.where(alike, sizes, 0)
        duals = np.zeros(len(parts.rows))
        own = expand(parts.row_starts[:-1], counts)
        duals[own] = self.duals[expand(self.starts[of], counts)]
        bound = component_bounds(parts, parts.model.cost[parts.columns], duals)
        return np.where(alike, bound, np.inf)


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """`state` (copies,): State of each; `x` (columns,) is the best of every CLOSED one."""

    state: Ints
    x: Floats

    def closed(self, copy: int) -> bool:
        """Whether a copy was solved to the end, with a plan."""
        return bool(self.state[copy] == State.CLOSED)


@dataclass(slots=True, eq=False)
class _Work:
    """What solving many components brought in; `opened`: columns of those that did not close."""

    x: Floats
    state: Ints
    opened: list[int] = field(default_factory=list)

    def hopeless(self, columns: int) -> bool:
        """Whether MOST_OPEN programs no larger than this did not close."""
        return len(self.opened) >= MOST_OPEN and columns >= min(self.opened)


@dataclass(frozen=True, slots=True)
class Again:
    """Solves to a closed gap, while the budget lasts and within `nodes` for each engine call.
    Copies of more than `copy_columns` are bounded, not solved: a hundred of them may be wanted.
    `settled`: no plan is worth more than the decision, so that every part is at its best."""

    engine: Engine = Engine.AUTO
    seed: int = 1
    nodes: int = 200
    budget: Budget = UNLIMITED
    copy_columns: int = 200
    settled: bool = False

    def __call__(self, model: Model) -> Resolved:
        """One program as a whole."""
        if self._over():
            return Resolved(None, closed=False)
        options = SolveOptions(self.engine, 0.0, self.seed, nodes=self.nodes)
        answer = solve(model, options, self.budget)
        whole = answer.status in (SolveStatus.OPTIMAL, SolveStatus.FEASIBLE_LIMIT)
        ended = answer.status in (SolveStatus.OPTIMAL, SolveStatus.INFEASIBLE)
        return Resolved(answer.x if whole else None, closed=ended)

    def relaxed(self, copies: Copies) -> Relaxed:
        """True bounds of the money of every copy, by one linear program for each batch.

        Rows that were added may be missed there at a penalty, so that every batch has a solution;
        the bounds are those of the copies as they are.
        """
        tightened = _tightened(copies)
        model, parts = tightened.model, tightened.apart()
        x, duals = self._duals(_elastic(tightened).apart())
        bound = component_bounds(parts, model.cost[parts.columns], duals[parts.rows])
        own = x[: model.num_columns]
        odd = model.integer & (np.abs(own - np.rint(own)) > 1e-7)
        own = np.where(model.integer, np.rint(own), own)
        broken = tightened.row_part[violated_rows(model, own)]
        attained = np.ones(copies.count, dtype=np.bool_)
        attained[copies.part[odd]] = False
        attained[broken] = False
        worth = np.bincount(copies.part, model.cost * own, copies.count)
        attained &= bound - worth <= np.maximum(1.0, 1e-9 * np.abs(worth))
        return Relaxed(bound, own, attained, duals[parts.rows], parts.row_starts)

    def prices(self, model: Model) -> Floats:
        """(rows,): what a unit of each limit is worth to the linear relaxation of a program without
        goals; zeros where there are some, for money does not come first there."""
        return np.zeros(model.num_rows) if model.goals else self._duals(partition(model))[1]

    def best(self, copies: Copies) -> Outcomes:
        """Every copy to a closed gap, by its relaxation where that is a plan already."""
        return self.bounded(copies, np.full(copies.count, -np.inf))[1]

    def decided(self, copies: Copies, x: Floats) -> Outcomes:
        """Copies as the cycle is, to a closed gap: what was decided, `x` (columns,), is that
        already where it is `settled`."""
        if self.settled:
            return Outcomes(np.full(copies.count, State.CLOSED, dtype=np.int64), x)
        return self.best(copies)

    def beside_decided(self, copies: Copies, now: Copies, x: Floats) -> tuple[Outcomes, Outcomes]:
        """The best of `copies`, and `decided(now, x)`: one program, where both are solved."""
        if self.settled:
            return self.best(copies), self.decided(now, x)
        both, cut = self.best(stacked([copies, now])), copies.model.num_columns
        first, then = np.split(both.state, [copies.count])
        return Outcomes(first, both.x[:cut]), Outcomes(then, both.x[cut:])

    def bounded(self, copies: Copies, enough: Floats) -> tuple[Floats, Outcomes]:
        """The same, but copies shown to be worth less money than `enough` (copies,) are left
        there: the first answer is their bound, infinity for the others."""
        bound = np.full(copies.count, np.inf)
        state = np.full(copies.count, State.OPEN, dtype=np.int64)
        x = np.zeros(copies.model.num_columns)
        if copies.count and copies.money_first():
            relaxed = self.relaxed(copies)
            under = enough - relaxed.bound > np.maximum(1.0, 1e-9 * np.abs(enough))
            state[relaxed.attained], x = State.CLOSED, relaxed.x.copy()
            under &= ~relaxed.attained
            bound[under] = relaxed.bound[under]
        open_still = (state == State.OPEN) & np.isinf(bound)
        if open_still.any():
            solved = self.exact(copies.only(np.flatnonzero(open_still)))
            state[open_still] = solved.state
            x[open_still[copies.part]] = solved.x
        return bound, Outcomes(state, x)

    def exact(self, copies: Copies) -> Outcomes:
        """Every copy to a closed gap, as far as budget and nodes allow."""
        parts = partition(copies.model)
        work = _Work(np.zeros(copies.model.num_columns), np.zeros(parts.count, dtype=np.int64))
        for first, last in _spans(parts):
            self._batch(parts, first, last, work)
        of_copy = np.zeros(copies.count, dtype=np.int64)
        np.maximum.at(of_copy, copies.part[parts.columns[parts.column_starts[:-1]]], work.state)
        return Outcomes(of_copy, work.x)

    def _batch(self, parts: Partition, first: int, last: int, work: _Work) -> None:
        size = int(parts.column_starts[last] - parts.column_starts[first])
        alone = last - first == 1
        if self._over() or work.hopeless(size) or (alone and size > self.copy_columns):
            work.state[first:last] = State.OPEN
            return
        batch = parts.batch(first, last)
        answer = maximise(batch.model, batch.starts, self._limits(), self._run)
        if answer.status is SolveStatus.OPTIMAL and answer.x is not None:
            work.x[batch.columns] = answer.x
        elif alone:
            infeasible = answer.status is SolveStatus.INFEASIBLE
            work.state[first] = State.INFEASIBLE if infeasible else State.OPEN
            if not infeasible:
                work.opened.append(size)
        else:
            middle = (first + last) // 2
            self._batch(parts, first, middle, work)
            self._batch(parts, middle, last, work)

    def _duals(self, parts: Partition) -> tuple[Floats, Floats]:
        """(x, row duals) of the linear relaxation; zeros where an engine gave none."""
        x, duals = np.zeros(parts.model.num_columns), np.zeros(parts.model.num_rows)
        for first, last in parts.spans():
            if self._over():
                break
            batch = parts.batch(first, last)
            parameters = Parameters(seed=self.seed, presolve=False)
            raw = call(to_proto(batch.model, relaxed=True), Kernel.GLOP, parameters)
            if raw.end is End.OPTIMAL and raw.x is not None and raw.duals is not None:
                x[batch.columns], duals[batch.rows] = raw.x, raw.duals
        return x, duals

    def _run(self, model: Model, limits: Limits) -> Answer:
        left = self.budget.remaining_seconds()
        return run(model, self.engine, replace(limits, seconds=max(left, 0.0)))

    def _limits(self) -> Limits:
        return Limits(relative_gap=0.0, seed=self.seed, nodes=self.nodes, plain=True)

    def _over(self) -> bool:
        return self.budget.cancelled() or self.budget.remaining_seconds() <= 0


def _spans(parts: Partition) -> Iterator[tuple[int, int]]:
    """Runs of components for one call; those of more than ALONE_COLUMNS stand alone."""
    sizes = np.diff(parts.column_starts)
    large = np.flatnonzero(sizes > ALONE_COLUMNS)
    for begin, end in pairwise([-1, *large.tolist(), parts.count]):
        first = begin + 1
        while first < end:
            most = parts.column_starts[first] + BATCH_COLUMNS
            last = int(np.searchsorted(parts.column_starts, most, side="right")) - 1
            yield first, min(last, end)
            first = min(last, end)
        if end < parts.count:
            yield end, end + 1


def _tightened(copies: Copies) -> Copies:
    """The same plans, fewer fractions: whole numbers in a row leave no room for parts of units."""
    bought = with_relief_bought(copies)
    return replace(bought, model=scaled_rows(bought.model))


def _elastic(copies: Copies) -> Copies:
    """With a column for each added row that stands in for what is missing of its least."""
    model, added = copies.model, np.flatnonzero(copies.row < 0)
    size = len(added)
    if not size:
        return copies
    dearest = float(np.abs(model.cost).max(initial=1.0))
    slack = sp.csr_array((np.ones(size), (added, np.arange(size))), (model.num_rows, size))
    least = np.maximum(model.row_lower[added], 0.0)
    relaxed = replace(
        model,
        lower=np.concatenate([model.lower, np.zeros(size)]),
        upper=np.concatenate([model.upper, least]),
        cost=np.concatenate([model.cost, np.full(size, -PENALTY * dearest)]),
        integer=np.concatenate([model.integer, np.zeros(size, dtype=np.bool_)]),
        matrix=sp.csr_array(sp.hstack([model.matrix, slack])),
        goals=(),
    )
    return replace(
        copies,
        model=relaxed,
        column=np.concatenate([copies.column, np.full(size, -1)]),
        part=np.concatenate([copies.part, copies.row_part[added]]),
    )
