"""Adds up what the batches of a model bring in: vectors, bounds, contradictions.

A solve may be cut off at any time. Its answer then is the best that is known of every part: what a
batch was solved to, the best plan that was told of the batch under way, or the part of a spare plan
of the whole, which is feasible in every part. A part without a bound gets that of its rows.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np

from .engines.engine import Answer, GoalResult, SolveStatus, column_bounds
from .engines.row_bounds import ceiling, ceilings
from .engines.solution import Contradiction, Phase, Solution, SolveOptions, Standing
from .program.components import Batch, Partition
from .program.draft import INFINITY, Bools, Floats, Ints, Model
from .program.feasibility import is_feasible

GAP_NOISE = 1e-9  # of the objective: what sums of doubles and of tolerances leave open


@dataclass(slots=True, eq=False)
class Ledger:
    """What the batches brought in so far. `waiting` (columns, mask): those of batches not entered
    yet; `open` batches were not solved to the end; `inside`: the batch under way and what was told
    of it. `spare` (columns,): a plan of the whole, None where none is known."""

    parts: Partition
    x: Floats
    decided: Bools
    objective: float
    bound: float
    duals: Floats  # NaN where the relaxation was not solved
    priced: Bools
    waiting: Bools
    spare: Floats | None
    inside: tuple[Batch, Answer] | None = None
    open: list[Batch] = field(default_factory=list)
    cut_short: bool = False
    cancelled: bool = False
    wide: list[tuple[Batch, Answer]] = field(default_factory=list)
    contradictions: list[Contradiction] = field(default_factory=list)
    goals: tuple[GoalResult, ...] = ()
    engines: Counter[str] = field(default_factory=Counter)  # columns by who solved them
    ways: Floats | None = None  # the model's row ceilings, once they are asked for

    @property
    def model(self) -> Model:
        """What is solved."""
        return self.parts.model

    @classmethod
    def of(cls, parts: Partition) -> Ledger:
        """Nothing is decided yet; rows without columns that ask for something are broken."""
        model = parts.model
        size, rest = model.num_columns, at_rest(model)
        return cls(
            parts=parts,
            x=np.zeros(size),
            decided=np.zeros(size, np.bool_),
            objective=model.offset,
            bound=model.offset,
            duals=np.full(model.num_rows, np.nan),
            priced=np.zeros(model.num_rows, np.bool_),
            waiting=np.ones(size, np.bool_),
            spare=rest if is_feasible(model, rest) else None,
            contradictions=_loose(parts),
            goals=tuple(GoalResult(goal.name, 0.0, 0.0) for goal in model.goals),
        )

    def enter(self, batch: Batch, answer: Answer) -> None:
        """Book one batch's answer."""
        self.inside = None
        self.waiting[batch.columns] = False
        if answer.status is SolveStatus.INFEASIBLE:
            self.contradictions.append(Contradiction(batch.columns, batch.rows))
            return
        if answer.status is not SolveStatus.OPTIMAL:
            self.cut_short = True
            self.open.append(batch)
        self._add(answer, 1.0)
        if answer.engine:
            self.engines[answer.engine] += len(batch.columns)
        if answer.duals is not None:
            self.duals[batch.rows] = answer.duals
        if answer.priced is not None:
            self.priced[batch.rows] = answer.priced
        if answer.x is not None:
            self.x[batch.columns] = answer.x
            self.decided[batch.columns] = True
            if answer.bound > answer.objective:
                self.wide.append((batch, answer))

    def better(self, batch: Batch, old: Answer, new: Answer) -> None:
        """Replace a batch's answer by one asked for a smaller gap, where that is better."""
        infeasible = new.status is SolveStatus.INFEASIBLE  # by tolerances: there is a plan
        bound = old.bound if infeasible else min(old.bound, new.bound)
        best = max(new, old, key=lambda answer: answer.rank)
        self._add(old, -1.0)
        self.enter(batch, replace(best, bound=max(bound, best.objective)))

    def closed(self, relative_gap: float) -> bool:
        """Whether the whole is proven to the gap."""
        allowed = (relative_gap + GAP_NOISE) * max(1.0, abs(self.objective))
        near = self.bound - self.objective <= allowed
        return near or not self.wide

    def hear(self, batch: Batch, answer: Answer) -> None:
        """Keep what is told of a batch under way: the best plan and the least bound."""
        known = self._inside(batch)
        if answer.x is not None and answer.x is not known.x:
            worth = self._worth(batch.columns, answer.x)
            if known.x is None or worth > self._worth(batch.columns, known.x):
                known = replace(known, x=answer.x, objective=worth[-1], engine=answer.engine)
        self.inside = batch, replace(known, bound=min(known.bound, answer.bound))

    def _inside(self, batch: Batch) -> Answer:
        """What was told so far of this batch."""
        if self.inside is not None and self.inside[0] is batch:
            return self.inside[1]
        return Answer(SolveStatus.NO_SOLUTION_LIMIT, None, -INFINITY, INFINITY)

    def offer(self, plan: Floats) -> None:
        """A plan of the whole (columns,): feasible, however it was found."""
        every = np.arange(len(plan))
        if self.spare is None or self._worth(every, plan) > self._worth(every, self.spare):
            self.spare = plan

    def cut_off(self) -> None:
        """Nothing more will be entered: the best that is known of every part is the answer."""
        self.cut_short = True
        if self.inside is not None:
            self._enter_inside(*self.inside)
        if self.waiting.any():
            self.bound += self._ceiling(self.waiting)
            self.goals = tuple(map(GoalResult.plus, self.goals, self._boxes(self.waiting)))
        self.take_spare()

    def take_spare(self) -> None:
        """The spare plan's parts, where none is known or one that was not solved to the end is
        worth less."""
        spare = self.spare
        if spare is None:
            return
        self._put(np.flatnonzero(~self.decided), spare)
        for batch in self.open:
            columns = batch.columns
            if self._worth(columns, spare[columns]) > self._worth(columns, self.x[columns]):
                self._put(columns, spare)

    def _put(self, columns: Ints, plan: Floats) -> None:
        """These columns as in the plan, whatever they were."""
        before = self._worth(columns, self.x[columns] * self.decided[columns])
        after = self._worth(columns, plan[columns])
        self.x[columns] = plan[columns]
        self.decided[columns] = True
        *goals, money = (new - old for new, old in zip(after, before, strict=True))
        self.objective += money
        self.goals = tuple(
            replace(goal, value=goal.value + more)
            for goal, more in zip(self.goals, goals, strict=True)
        )

    def _enter_inside(self, batch: Batch, known: Answer) -> None:
        goals = self._boxes(batch.columns)
        if known.x is not None:
            values = self._worth(batch.columns, known.x)
            goals = tuple(
                replace(goal, value=value) for goal, value in zip(goals, values, strict=False)
            )
        bound = max(known.objective, min(known.bound, self._ceiling(batch.columns)))
        status = SolveStatus.FEASIBLE_LIMIT
        self.enter(batch, replace(known, status=status, bound=bound, goals=goals))

    def _worth(self, columns: Ints, values: Floats) -> tuple[float, ...]:
        """What the columns bring of each goal, then of money."""
        goals = (goal.weights for goal in self.model.goals)
        return tuple(float(of[columns] @ values) for of in (*goals, self.model.cost))

    def _ceiling(self, columns: Ints | Bools) -> float:
        if self.ways is None:
            self.ways = ceilings(self.model)
        return ceiling(self.ways[:, columns])

    def _boxes(self, columns: Ints | Bools) -> tuple[GoalResult, ...]:
        """Each goal at nothing, and the most that the columns can have of it."""
        most = [column_bounds(replace(self.model, cost=g.weights)) for g in self.model.goals]
        return tuple(
            GoalResult(goal.name, 0.0, float(box[columns].sum()))
            for goal, box in zip(self.goals, most, strict=True)
        )

    def standing(self, phase: Phase, done: int, of: int) -> Standing:
        """Where the whole stands, the batch under way included."""
        missing, later = ~self.decided, self.waiting.copy()
        objective, bound = self.objective, self.bound
        if self.inside is not None:
            batch, known = self.inside
            later[batch.columns] = False
            bound += known.bound
            if known.x is not None:
                missing[batch.columns] = False
                objective += known.objective
        if missing.any():
            spare = self.spare
            money = self.model.cost[missing]
            objective += -INFINITY if spare is None else float(money @ spare[missing])
        if later.any():
            bound += self._ceiling(later)
        if self.model.goals and (self.inside is not None or later.any()):
            objective = -INFINITY  # of money nothing is known before the goals are reached
        return Standing(phase, done, of, objective, bound)

    def solution(self, options: SolveOptions) -> Solution:
        """The outcome of all that was booked."""
        whole = bool(self.decided.all())
        return Solution(
            status=self._status(whole, options),
            x=self.x if whole or self.contradictions else None,
            decided=self.decided,
            objective=self.objective if whole and not self.contradictions else -INFINITY,
            bound=-INFINITY if self.contradictions else self.bound,
            engine=options.engine,
            components=self.parts.count,
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
