"""Finds prices of the coupling rows: a disaggregated bundle inside a moving box.

Components are put into groups. Master (Dantzig-Wolfe, primal form): choose a mixture of the
answers each group g has given so far,

    max  sum_gk v_gk l_gk - hi'over + lo'under
    s.t. row_lower <= sum_gk U_gk l_gk - over + under <= row_upper      (dual: prices)
         sum_k l_gk = 1 for every group g;   l, over, under >= 0        (dual: worth of g)

The elastic columns keep the prices within [lo, hi] around the best prices so far (boxstep:
Marsten, Hogan and Blankenship 1975), so the first rounds do not swing. The batches answer the
new prices; an answer enters the master only where it is worth more than its group's dual says.
With the box slack, the master's value and L(pi) close in on the relaxation's optimum from both
sides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from ..engines.budget import Budget
from ..engines.mathopt import Basis, End, Kernel, Parameters, Raw, call, to_proto
from ..program.draft import INFINITY, Bools, Floats, Model
from ..program.scaling import objective_scale
from .pricing_oracle import Oracle, Reply, Stuck

MAX_ROUNDS = 60
PRICE_LIMIT = 1e4  # times the natural price: no sane price is higher
FIRST_RADIUS = 0.5  # of the natural price: the first box around no price at all
USED = 1e-7

OnRound = Callable[[int, float], None]  # rounds so far, the bound


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """`reply` at the best prices found; `mixture` (columns,) the master's blend of answers, which
    keeps the coupling rows; `settled` (columns,) tells where all blended answers agree."""

    reply: Reply
    mixture: Floats
    settled: Bools
    rounds: int


@dataclass(frozen=True, slots=True, eq=False)
class _Mastered:
    prices: Floats
    value: float
    at_box: bool


def find_prices(
    oracle: Oracle, tolerance: float, budget: Budget, on_round: OnRound = lambda rounds, bound: None
) -> Prices:
    """Prices within `tolerance` (relative) of the relaxation's optimum, or the best until the
    budget or the rounds end. Raises Stuck where the relaxation itself has no answer."""
    natural = _natural_prices(oracle)
    center = oracle.ask(np.zeros(len(natural)))
    master = _Master(oracle)
    master.add(center)
    radius, rounds = FIRST_RADIUS * natural, 1
    while rounds < MAX_ROUNDS and budget.remaining_seconds() > 0 and not budget.cancelled():
        on_round(rounds, center.bound)
        low, high = center.prices - radius, center.prices + radius
        found = master.solve(low, high, budget.remaining_seconds())
        if found is None:
            break
        if found.at_box and np.any(radius > PRICE_LIMIT * natural):
            raise Stuck  # no price is high enough: the coupling rows cannot all hold
        promised = center.bound - found.value
        if promised <= tolerance * abs(center.bound):
            if not found.at_box:
                break
            radius = radius * 4.0
            continue
        reply = oracle.ask(found.prices)
        master.add(reply)
        rounds += 1
        if reply.bound <= center.bound - 0.1 * promised:
            radius = radius * (2.0 if found.at_box else 1.0)
            center = reply
        else:
            radius = radius * 0.5
    return Prices(center, *master.blend(center), rounds)


def _natural_prices(oracle: Oracle) -> Floats:
    """For each coupling row, the median money per unit of it, of columns that bring or cost money
    (coupling rows,)."""
    matrix = oracle.coupling.matrix
    per_unit = np.abs(oracle.coupling.cost[matrix.indices] / matrix.data)
    spans = zip(matrix.indptr, matrix.indptr[1:], strict=False)
    medians = np.array([_median(per_unit[a:b]) for a, b in spans])
    paid = medians[medians > 0]
    typical = float(np.median(paid)) if len(paid) else 1.0
    natural: Floats = np.maximum(medians, 0.01 * max(typical, 1e-6))
    return natural


def _median(money: Floats) -> float:
    paid = money[money > 0]
    return float(np.median(paid)) if len(paid) else 0.0


def _solve(model: Model, start: Basis | None, seconds: float) -> Raw | None:
    """Warm; from scratch, and by another program, where the one before lost its footing."""
    proto = to_proto(model)
    for kernel, basis in ((Kernel.GLOP, start), (Kernel.GLOP, None), (Kernel.HIGHS, None)):
        raw = call(proto, kernel, Parameters(seconds=seconds), basis)
        if raw.end is End.OPTIMAL:
            return raw
        if raw.end is End.LIMIT:
            return None
    raise Stuck


class _Master:
    """The answers so far and the last mixture of them. Columns: over, under, then answers."""

    def __init__(self, oracle: Oracle) -> None:
        rows, count = len(oracle.coupling.row_lower), len(oracle.group_starts) - 1
        self._oracle = oracle
        self._scale = objective_scale(oracle.coupling.cost)
        self._replies: list[Floats] = []
        self._reply = np.empty(0, np.int64)  # which reply an answer is from
        self._group = np.empty(0, np.int64)
        self._money = np.empty(0)
        self._weight = np.empty(0)
        self._worth = np.full(count, -INFINITY)  # duals of the groups
        self._basis: Basis | None = None
        eye = sp.eye_array(rows)
        self._usage = sp.csc_array(sp.hstack([-eye, eye]))

    def add(self, reply: Reply) -> None:
        """Take in the answers that improve on what their groups are worth at these prices."""
        oracle = self._oracle
        usage = oracle.usage(reply.x)
        money = np.add.reduceat(oracle.coupling.cost * reply.x, oracle.group_starts[:-1])
        gain = money - usage.T @ reply.prices - self._worth
        better = np.flatnonzero(gain > 1e-9 * np.maximum(1.0, np.abs(money)))
        self._usage = sp.csc_array(sp.hstack([self._usage, usage[:, better]]))
        self._money = np.concatenate([self._money, money[better]])
        self._group = np.concatenate([self._group, better])
        self._reply = np.concatenate([self._reply, np.full(len(better), len(self._replies))])
        self._replies.append(reply.x)

    def solve(self, low: Floats, high: Floats, seconds: float) -> _Mastered | None:
        """The best mixture, prices kept within [low, high]; None when time ran out."""
        rows = len(low)
        model, low, high = self._model(low, high)
        start = self._basis.widened(model.num_columns) if self._basis else None
        raw = _solve(model, start, seconds)
        if raw is None or raw.x is None or raw.duals is None:
            return None
        self._basis = raw.basis
        self._weight = raw.x[2 * rows :]
        self._worth = raw.duals[rows:] / self._scale
        value = float(model.cost @ raw.x) / self._scale + self._oracle.parts.model.offset
        prices = np.clip(raw.duals[:rows] / self._scale, low, high)
        # at price zero an elastic column is only the slack of a one-sided row
        at_box = (raw.x[: 2 * rows] > 1e-6) & (np.concatenate([high, low]) != 0)
        return _Mastered(prices, value, bool(at_box.any()))

    def _model(self, low: Floats, high: Floats) -> tuple[Model, Floats, Floats]:
        oracle = self._oracle.coupling
        low = np.where(np.isinf(oracle.row_lower), np.maximum(low, 0.0), low)
        high = np.where(np.isinf(oracle.row_upper), np.minimum(high, 0.0), high)
        count, answers = len(self._worth), len(self._group)
        columns = 2 * len(low) + answers
        mixing = sp.csr_array(
            (np.ones(answers), (self._group, 2 * len(low) + np.arange(answers))),
            shape=(count, columns),
        )
        model = Model(
            lower=np.zeros(columns),
            upper=np.full(columns, INFINITY),
            cost=np.concatenate([-high, low, self._money]) * self._scale,
            integer=np.zeros(columns, np.bool_),
            row_lower=np.concatenate([oracle.row_lower, np.ones(count)]),
            row_upper=np.concatenate([oracle.row_upper, np.ones(count)]),
            matrix=sp.csr_array(sp.vstack([self._usage, mixing], format="csr")),
        )
        return model, low, high

    def blend(self, center: Reply) -> tuple[Floats, Bools]:
        """The last mixture per column, and where its parts agree; `center` where there is none."""
        if not len(self._weight):
            return center.x, np.ones(len(center.x), np.bool_)
        sizes = np.diff(self._oracle.group_starts)
        total = np.zeros(int(sizes.sum()))
        least, most = np.full_like(total, INFINITY), np.full_like(total, -INFINITY)
        for number, x in enumerate(self._replies):
            mine = np.flatnonzero(self._reply[: len(self._weight)] == number)
            weight = np.zeros(len(sizes))
            weight[self._group[mine]] = self._weight[mine]
            weight = np.repeat(weight, sizes)
            total += weight * x
            used = weight > USED
            least[used] = np.minimum(least[used], x[used])
            most[used] = np.maximum(most[used], x[used])
        return total, most - least <= 1e-6
