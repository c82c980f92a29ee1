"""Adds up what the batches of a model bring in: vectors, bounds, contradictions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np

from .activity import is_feasible
from .draft import INFINITY, Bools, Floats, Model
from .engine import Answer, GoalResult, SolveStatus, column_bounds
from .partition import Batch, Partition
from .solution import Contradiction, Phase, Solution, SolveOptions, Standing

GAP_NOISE = 1e-9  # of the objective: what sums of doubles and of tolerances leave open


@dataclass(slots=True, eq=False)
class Ledger:
    """What the batches brought in so far. `pending` (columns,): the most each column could bring
    by its bounds alone; `rest`: every column at its bound nearest to nothing."""

    x: Floats
    decided: Bools
    objective: float
    bound: float
    duals: Floats  # NaN where the relaxation was not solved
    priced: Bools
    pending: Floats
    rest: Floats
    rest_allowed: bool
    cut_short: bool = False
    cancelled: bool = False
    wide: list[tuple[Batch, Answer]] = field(default_factory=list)
    contradictions: list[Contradiction] = field(default_factory=list)
    goals: tuple[GoalResult, ...] = ()
    engines: Counter[str] = field(default_factory=Counter)  # columns by who solved them

    @classmethod
    def of(cls, parts: Partition) -> Ledger:
        """Nothing is decided yet; rows without columns that ask for something are broken."""
        model = parts.model
        size, rest = model.num_columns, at_rest(model)
        return cls(
            x=np.zeros(size),
            decided=np.zeros(size, np.bool_),
            objective=model.offset,
            bound=model.offset,
            duals=np.full(model.num_rows, np.nan),
            priced=np.zeros(model.num_rows, np.bool_),
            pending=column_bounds(model),
            rest=rest * model.cost,
            rest_allowed=is_feasible(model, rest),
            contradictions=_loose(parts),
            goals=tuple(GoalResult(goal.name, 0.0, 0.0) for goal in model.goals),
        )

    def enter(self, batch: Batch, answer: Answer) -> None:
        """Book one batch's answer."""
        if answer.status is SolveStatus.INFEASIBLE:
            self.contradictions.append(Contradiction(batch.columns, batch.rows))
            return
        self.cut_short |= answer.status is not SolveStatus.OPTIMAL
        self._add(answer, 1.0)
        if answer.engine:
            self.engines[answer.engine] += len(batch.columns)
        if answer.duals is not None:
            self.duals[batch.rows] = answer.duals
        if answer.priced is not None:
            self.priced[batch.rows] = answer.priced
        self.pending[batch.columns] = 0.0
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

    def standing(
        self, phase: Phase, done: int, of: int, inside: tuple[Batch, Answer] | None = None
    ) -> Standing:
        """Where the whole stands; `inside`: a batch not booked yet, and where that stands."""
        waiting, objective, bound = ~self.decided, self.objective, self.bound
        if inside is not None:
            batch, answer = inside
            waiting[batch.columns] = False
            objective, bound = objective + answer.objective, bound + answer.bound
        whole = self.rest_allowed or not waiting.any()
        objective += float(self.rest[waiting].sum())
        bound += float(self.pending[waiting].sum())
        return Standing(phase, done, of, objective if whole else -INFINITY, bound)

    def solution(self, components: int, options: SolveOptions) -> Solution:
        """The outcome of all that was booked."""
        whole = bool(self.decided.all())
        return Solution(
            status=self._status(whole, options),
            x=self.x if whole or self.contradictions else None,
            decided=self.decided,
            objective=self.objective if whole and not self.contradictions else -INFINITY,
            bound=-INFINITY if self.contradictions else self.bound,
            engine=options.engine,
            components=components,
            duals=self.duals,
            priced=self.priced,
            contradictions=tuple(self.contradictions),
            goals=() if self.contradictions else self.goals,
            solvers=tuple(name for name, _ in sorted(self.engines.items(), key=_most_columns)),
        )

    def _status(self, whole: bool, options: SolveOptions) -> SolveStatus:
        if self.cancelled:
            return SolveStatus.CANCELLED
        if self.contradictions:
            return SolveStatus.INFEASIBLE
        if not whole:
            return SolveStatus.NO_SOLUTION_LIMIT
        proven = self.closed(options.relative_gap) and not self.cut_short
        proven &= all(goal.proven for goal in self.goals)
        return SolveStatus.OPTIMAL if proven else SolveStatus.FEASIBLE_LIMIT

    def _add(self, answer: Answer, sign: float) -> None:
        self.bound += sign * answer.bound
        if answer.goals:
            pairs = zip(self.goals, answer.goals, strict=True)
            self.goals = tuple(mine.plus(other, sign) for mine, other in pairs)
        if answer.x is not None:
            self.objective += sign * answer.objective


def _most_columns(counted: tuple[str, int]) -> tuple[int, str]:
    name, columns = counted
    return -columns, name


def at_rest(model: Model) -> Floats:
    """Every column at the value within its bounds that is nearest to nothing (columns,)."""
    rest: Floats = np.clip(np.zeros(model.num_columns), model.lower, model.upper)
    return rest


def _loose(parts: Partition) -> list[Contradiction]:
    """Rows without columns that ask for something."""
    rows, model = parts.loose_rows, parts.model
    broken = rows[(model.row_lower[rows] > 0) | (model.row_upper[rows] < 0)]
    return [Contradiction(np.empty(0, np.int64), np.array([row])) for row in broken]
