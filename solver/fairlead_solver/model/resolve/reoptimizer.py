"""Solves again: programs as a whole, and copies of parts of the cycle many at a time.

Copies are bounded first by their linear relaxation (`relaxation`). What that leaves open is
solved to a closed gap: small copies are branched side by side (`branching`), others searched by
an engine in batches; a batch that is infeasible or stopped is halved until the copies to blame
stand alone. Effort is bounded in nodes of branch and bound, so it repeats.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise

import numpy as np

from ..engines.budget import UNLIMITED, Budget
from ..engines.engine import Answer, Engine, Limits, SolveStatus, run
from ..engines.lexicographic import maximise
from ..engines.mathopt import End, Kernel, Parameters, call, to_proto
from ..execution.overrun_guard import within
from ..program.components import Partition, partition
from ..program.draft import Bools, Floats, Ints, Model
from ..solve import SolveOptions, solve
from .lp_bounds import bounds_of_looser, relaxed
from .outcomes import Outcomes, Relaxed, State
from .parallel_branching import branched
from .subproblems import Copies, rounding, stacked

BRANCHED_COLUMNS = 60  # of a copy that is branched: larger ones are rather searched
BATCH_COLUMNS = 200  # of integer programs: small ones close at the root, and SCIP starts fast
ALONE_COLUMNS = 50  # larger ones may need a search, which side by side are searched as one
MOST_OPEN = 2  # programs that do not close before larger ones are not tried any more


@dataclass(frozen=True, slots=True, eq=False)
class Resolved:
    """What solving a program again gave. `x` is None where it is infeasible or was stopped.

    `closed`: the gap is closed, or infeasibility is proven; else nothing follows from it.
    """

    x: Floats | None
    closed: bool


Resolve = Callable[[Model], Resolved]


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

    def relaxed(self, copies: Copies, *, may_be_empty: bool = False) -> Relaxed:
        """True bounds of the money of every copy, and plans that attain them."""
        return relaxed(copies, self._duals, may_be_empty=may_be_empty)

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
        if not copies.count or not copies.money_first():
            return bound, self.exact(copies)
        found = self.relaxed(copies)
        under = enough - found.bound > rounding(enough)
        under &= ~found.attained & ~found.empty
        bound[under] = found.bound[under]
        state = np.select(
            [found.attained, found.empty], [State.CLOSED, State.INFEASIBLE], State.OPEN
        ).astype(np.int64)
        left = np.flatnonzero((state == State.OPEN) & ~under)
        solved = self.exact(copies.only(left), found.of(copies, left))
        state[left], x = solved.state, found.x.copy()
        x[np.isin(copies.part, left)] = solved.x
        return bound, Outcomes(state, x)

    def exact(
        self, copies: Copies, root: Relaxed | None = None, searched: Bools | None = None
    ) -> Outcomes:
        """Every copy to a closed gap, as far as budget and nodes allow. `root`: their relaxation,
        where money comes first; small copies are then branched, others searched. `searched`: the
        copies that may be, if not all."""
        state = np.full(copies.count, State.OPEN, dtype=np.int64)
        x = np.zeros(copies.model.num_columns)
        sizes = np.bincount(copies.part, minlength=copies.count)
        small = np.flatnonzero(sizes <= BRANCHED_COLUMNS)
        if root is not None and len(small):
            relax = partial(self.relaxed, may_be_empty=True)
            found = branched(copies.only(small), root.of(copies, small), relax)
            state[small], x[np.isin(copies.part, small)] = found.state, found.x
        left = np.flatnonzero((state == State.OPEN) & (True if searched is None else searched))
        if len(left):
            found = self._searched(copies.only(left))
            state[left], x[np.isin(copies.part, left)] = found.state, found.x
        return Outcomes(state, x)

    def bounds_of_looser(self, free: Copies, looser: Copies, of: Ints) -> tuple[Floats, Floats]:
        """True bounds of the money of copies and of the same with more room, by one relaxation."""
        return bounds_of_looser(free, looser, of, self._duals)

    def _searched(self, copies: Copies) -> Outcomes:
        """By the engine, component by component."""
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
            proto = to_proto(batch.model, relaxed=True)
            raw = within(self.budget, partial(call, proto, Kernel.GLOP, parameters, basis=False))
            if raw is None:
                break
            if raw.end is End.OPTIMAL and raw.x is not None and raw.duals is not None:
                x[batch.columns], duals[batch.rows] = raw.x, raw.duals
        return x, duals

    def _run(self, model: Model, limits: Limits, plan: Floats | None) -> Answer:
        wanted = replace(limits, seconds=max(self.budget.remaining_seconds(), 0.0))
        found = within(self.budget, lambda: run(model, self.engine, wanted, plan))
        return (
            Answer(SolveStatus.NO_SOLUTION_LIMIT, None, -np.inf, np.inf) if found is None else found
        )

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
