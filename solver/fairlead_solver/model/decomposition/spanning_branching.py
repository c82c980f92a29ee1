"""Columns that join everything, such as the switch of a location, are branched on first.

With such a column y at its best for every row and for the money at once, the model loses y and
falls apart, and its optimum is a true bound; with y fixed it falls apart and is exact. So a small
tree over these few columns alone, the best bound first, leads to the optimum: each node is a model
that prices can solve.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import scipy.sparse as sp

from ..engines.engine import Answer, Limits, SolveStatus, accepted, run
from ..program.components import Partition, partition
from ..program.draft import Floats, Ints, Model
from ..program.feasibility import is_feasible

MOST_SPANNING = 64
LEAST_ROWS = 200  # of a column that is said to span
MOST_NODES = 80
SMALL_SHARE = 0.1  # of all columns: components this small need no branching

Solve = Callable[[Model], Answer]
OnNode = Callable[[int, Answer], None]  # nodes so far, the best plan and bound of the whole


def spanning_columns(fine: Partition) -> Ints:
    """The integer columns, few and in many rows each, without which the model of `fine` falls
    apart though with them it does not, its coupling rows left out; none where there are none."""
    none, model = np.empty(0, np.int64), fine.model
    if _largest(fine) <= SMALL_SHARE * model.num_columns:
        return none
    met = np.bincount(model.matrix.indices, minlength=model.num_columns)
    found = np.flatnonzero(model.integer & (met >= LEAST_ROWS))
    if not 0 < len(found) <= MOST_SPANNING:
        return none
    coupling = np.zeros(model.num_rows, np.bool_)
    coupling[fine.coupling] = True
    apart = loosened(model, found, model.lower[found], model.upper[found])
    return found if _largest(partition(apart, coupling)) <= SMALL_SHARE * len(met) else none


def loosened(model: Model, columns: Ints, lower: Floats, upper: Floats) -> Model:
    """`model` without `columns`, each row and the money as if they were at their best for it
    within [lower, upper] (one entry per column): a relaxation, exact where lower = upper.

    The columns stay in place, fixed at 0 and in no row.
    """
    part = sp.csr_array(model.matrix[:, columns])
    plus, minus = part.maximum(0), part.minimum(0)
    least = plus @ lower + minus @ upper
    most = plus @ upper + minus @ lower
    kept = np.ones(model.num_columns)
    kept[columns] = 0.0
    matrix = sp.csr_array(model.matrix @ sp.diags_array(kept))
    matrix.eliminate_zeros()
    cost = model.cost[columns]
    best = np.maximum(cost * lower, cost * upper)
    return replace(
        model,
        lower=np.where(kept > 0, model.lower, 0.0),
        upper=np.where(kept > 0, model.upper, 0.0),
        cost=model.cost * kept,
        row_lower=model.row_lower - most,
        row_upper=model.row_upper - least,
        matrix=matrix,
        offset=model.offset + float(best.sum()),
    )


@dataclass(order=True, slots=True)
class _Node:
    """Columns between `lower` and `upper`; `sign` orders the heap by the bound known so far.

    `like`: the answer of the parent, where both have the same rows and differ by an offset only.
    """

    sign: float
    number: int
    lower: Floats = field(compare=False)
    upper: Floats = field(compare=False)
    like: Answer | None = field(compare=False, default=None)


class Tree:
    """Branch and bound over `columns` of `model`, each node solved by `solve` to `gap`."""

    def __init__(self, model: Model, columns: Ints, gap: float, solve: Solve) -> None:
        self._model = model
        self._columns = columns
        self._gap = gap
        self._solve = solve
        self._nodes = 0
        self._best = Answer(SolveStatus.NO_SOLUTION_LIMIT, None, -np.inf, np.inf)

    def search(
        self, over: Callable[[], bool], on_node: OnNode = lambda nodes, best: None
    ) -> Answer:
        """The best plan found and a true bound; stops at the gap, when `over`, or after
        MOST_NODES. `on_node` is told both as they get better."""
        lower, upper = self._model.lower[self._columns], self._model.upper[self._columns]
        heap = [_Node(-np.inf, 0, lower, upper)]
        closed = -np.inf  # bounds of nodes that need no branching
        while heap and self._nodes < MOST_NODES and not over():
            if self._near(max(closed, -heap[0].sign)):
                break
            node = heapq.heappop(heap)
            answer = self._visit(node)
            free = np.flatnonzero(node.lower < node.upper)
            bound = min(answer.bound, -node.sign)
            if answer.status is SolveStatus.INFEASIBLE:
                continue
            if not len(free):
                closed = max(closed, bound)
            for child in self._children(node, answer, bound, free):
                heapq.heappush(heap, child)
            on_node(self._nodes, self._answer(_most(closed, heap)))
        return self._answer(_most(closed, heap))

    def _visit(self, node: _Node) -> Answer:
        """The relaxation's answer at a node; what its plan is worth in truth is remembered."""
        if node.like is not None:
            answer = node.like
        else:
            self._nodes += 1
            answer = self._solve(loosened(self._model, self._columns, node.lower, node.upper))
        if answer.x is not None:
            y = self._needed(answer.x, node)
            self._offer(answer.x, y)
            if self._nodes == 1 and node.like is None:
                self._offer_allowed(answer.x, y, node)
        return answer

    def _needed(self, x: Floats, node: _Node) -> Floats:
        """Each column at its dearer end only where a row would break without it."""
        model, columns = self._model, self._columns
        cheap = np.where(model.cost[columns] >= 0, node.upper, node.lower)
        dear = node.lower + node.upper - cheap
        at = x.copy()
        at[columns] = cheap
        activity = model.matrix @ at
        broken = (activity > model.row_upper + 1e-6) | (activity < model.row_lower - 1e-6)
        touched = abs(sp.csr_array(model.matrix[np.flatnonzero(broken)][:, columns])).sum(axis=0)
        return np.where(touched > 0, dear, cheap)

    def _offer(self, x: Floats, y: Floats) -> None:
        plan = x.copy()
        plan[self._columns] = y
        model = self._model
        if model.cost @ plan + model.offset > self._best.objective and is_feasible(model, plan):
            self._best = accepted(model, plan, np.inf, self._gap)

    def _offer_allowed(self, x: Floats, y: Floats, node: _Node) -> None:
        """Rows over these columns alone may forbid `y`: then what is allowed and keeps most of
        the plan's money is fixed and solved."""
        model, columns = self._model, self._columns
        inside = np.isin(model.matrix.indices, columns)
        sums = np.concatenate([[0], np.cumsum(~inside)])
        alone = np.flatnonzero(np.diff(sums[model.matrix.indptr]) == 0)
        rows = sp.csr_array(model.matrix[alone][:, columns])
        use = abs(sp.csr_array(model.matrix[:, columns])).T @ (abs(model.matrix) @ np.abs(x))
        small = Model(
            lower=node.lower,
            upper=node.upper,
            cost=np.where(y > node.lower, 1.0 + use / max(1.0, float(use.max())), 0.0),
            integer=model.integer[columns],
            row_lower=model.row_lower[alone],
            row_upper=model.row_upper[alone],
            matrix=rows,
        )
        chosen = run(small, limits=Limits()).x
        if chosen is None or np.array_equal(chosen, y):
            return
        self._nodes += 1
        answer = self._solve(loosened(model, columns, chosen, chosen))
        if answer.x is not None:
            self._offer(answer.x, chosen)

    def _children(self, node: _Node, answer: Answer, bound: float, free: Ints) -> list[_Node]:
        """The dearest free column at its lower end, and above it."""
        if not len(free):
            return []
        column = free[np.argmax(np.abs(self._model.cost[self._columns])[free])]
        middle = np.floor((node.lower[column] + node.upper[column]) / 2)
        below, above = node.upper.copy(), node.lower.copy()
        below[column], above[column] = middle, middle + 1
        ends = ((node.lower, below), (above, node.upper))
        parent = loosened(self._model, self._columns, node.lower, node.upper)
        return [self._child(2 * self._nodes + i, parent, answer, bound, *ends[i]) for i in range(2)]

    def _child(
        self,
        number: int,
        parent: Model,
        answer: Answer,
        bound: float,
        lower: Floats,
        upper: Floats,
    ) -> _Node:
        """A node; where it has its parent's rows it has its answer too, but for the offset."""
        model = loosened(self._model, self._columns, lower, upper)
        same = np.array_equal(model.row_lower, parent.row_lower) and np.array_equal(
            model.row_upper, parent.row_upper
        )
        if not same:
            return _Node(-bound, number, lower, upper)
        shift = model.offset - parent.offset
        like = replace(answer, objective=answer.objective + shift, bound=answer.bound + shift)
        return _Node(-min(bound, like.bound), number, lower, upper, like)

    def _near(self, bound: float) -> bool:
        known = self._best.x is not None
        return known and bound - self._best.objective <= self._gap * abs(self._best.objective)

    def _answer(self, bound: float) -> Answer:
        if self._best.x is None:
            infeasible = bound == -np.inf
            status = SolveStatus.INFEASIBLE if infeasible else SolveStatus.NO_SOLUTION_LIMIT
            return replace(self._best, status=status, bound=bound)
        return accepted(self._model, self._best.x, bound, self._gap)


def _most(closed: float, heap: list[_Node]) -> float:
    """The most that closed and open nodes allow."""
    return max([closed, *(-node.sign for node in heap)])


def _largest(parts: Partition) -> int:
    """Columns of the largest component."""
    return int(np.diff(parts.column_starts).max(initial=0))
