"""Goals first, one after the other, then money.

Each goal g'x is maximised to gap zero and then held, component by component, with a row
g'x >= best. A component's best is a sum over that component only, so one component can never pay
for another, and rows over integers are held exactly (see `scaling`, `activity`).

Let the goals before j be proven, and j be stopped at r_j. Every lexicographic optimum keeps the
proven values and has at least r_j of goal j, so a bound over {g_i x >= v_i for i < j, g_j x >= r_j}
is true for it. What is reached of a later goal k > j may exceed what the optimum has of it: a row
g_k x >= r_k can cut the optimum off. Such rows are held to find a good plan, and no bound is taken
over them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import scipy.sparse as sp

from ..program.draft import INFINITY, Floats, Goal, Ints, Model
from ..program.feasibility import EXACT_LIMIT
from .engine import Answer, GoalResult, Limits, SolveStatus, accepted, box_bound

Run = Callable[[Model, Limits, Floats | None], Answer]
HOLD_NOISE = 1e-9  # of the row's magnitude, where a goal is not made of integers
GOAL_SHARE = 0.5  # of the seconds left: a goal that cannot be proven leaves some to the next ones


def maximise(model: Model, starts: Ints, limits: Limits, run: Run) -> Answer:
    """Maximise the goals of `model` in order, then its cost.

    `starts` (components + 1,) delimits the independent components among the columns. `run` solves
    one stage, from a plan if there is one, within `limits.share` of the seconds that are left.
    """
    if not model.goals:
        return run(model, limits, None)
    owner = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    stages = Stages(model, lambda held, goal, answer: hold(held, goal, owner, answer.x))
    exact = replace(limits, relative_gap=0.0, share=GOAL_SHARE)
    for goal in model.goals:
        if not goal.weights.any():
            stages.skip(goal)
            continue
        answer = run(stages.program(goal), exact, stages.plan)
        if answer.status is SolveStatus.INFEASIBLE and stages.plan is None:
            return answer
        stages.enter(goal, answer, lambda program: _relaxed(program, limits, run))
    outside = INFINITY if stages.sure else _relaxed(stages.relaxed, limits, run)
    return stages.finish(run(stages.held, limits, stages.plan), outside, limits)


@dataclass(slots=True, eq=False)
class Stages:
    """The goals so far: what is held, the best plan, and what is known of each goal.

    `held` is the program that the next stage is solved on. `relaxed` is the last program that is
    sure to have the lexicographic optimum among its plans; `sure`: both are the same.
    """

    model: Model
    hold: Callable[[Model, Goal, Answer], Model]
    held: Model = field(init=False)
    relaxed: Model = field(init=False)
    sure: bool = True
    proven: bool = True
    plan: Floats | None = None
    engine: str = ""
    bounds: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.held = self.relaxed = replace(self.model, goals=())

    def program(self, goal: Goal) -> Model:
        """What to maximise for a goal."""
        return _for_goal(self.held, goal)

    def skip(self, goal: Goal) -> None:
        """A goal without weights is worth nothing, whatever is decided."""
        self.bounds.append(0.0)

    def enter(self, goal: Goal, answer: Answer, bound_of: Callable[[Model], float]) -> None:
        """Book what a goal's stage brought; `bound_of`: a true bound of a program, cheaply."""
        answer = self._no_worse(goal, answer)
        bound = answer.bound
        if not self.sure or bound == INFINITY:
            bound = bound_of(_for_goal(self.relaxed, goal))
        self.bounds.append(bound)
        if answer.x is not None:
            self.plan, self.engine = answer.x, answer.engine
            self.held = self.hold(self.held, goal, answer)
        if self.proven and self.sure:
            self.relaxed = self.held
        self.proven &= answer.status is SolveStatus.OPTIMAL
        self.sure = self.relaxed is self.held

    def _no_worse(self, goal: Goal, answer: Answer) -> Answer:
        """The answer, or with its bound the plan of the stages before where that is better."""
        if self.plan is None or not self._behind(answer.x, len(self.bounds) + 1):
            return answer
        infeasible = answer.status is SolveStatus.INFEASIBLE  # by tolerances: there is a plan
        bound = INFINITY if infeasible else answer.bound
        kept = accepted(_for_goal(self.held, goal), self.plan, bound, 0.0)
        return replace(kept, duals=answer.duals, engine=self.engine)

    def _behind(self, x: Floats | None, goals: int) -> bool:
        """Whether the plan at hand is better than `x` by that many goals in order, then money."""
        if x is None or self.plan is None:
            return x is None
        weights = [goal.weights for goal in self.model.goals[:goals]] + [self.model.cost]
        return [float(w @ self.plan) for w in weights] > [float(w @ x) for w in weights]

    def finish(self, money: Answer, outside: float, limits: Limits) -> Answer:
        """The answer for the whole: `money` is that of the last stage, `outside` a bound of the
        money of `relaxed`."""
        trusted = self.sure and money.status is not SolveStatus.INFEASIBLE
        bound = min(money.bound if trusted else box_bound(self.relaxed), outside)
        behind = self._behind(money.x, len(self.bounds))
        plan, engine = (self.plan, self.engine) if behind else (money.x, money.engine)
        if plan is None and money.status is SolveStatus.INFEASIBLE:
            return money
        if plan is None:
            none = tuple(
                GoalResult(goal.name, -INFINITY, bound)
                for goal, bound in zip(self.model.goals, self.bounds, strict=True)
            )
            status = SolveStatus.NO_SOLUTION_LIMIT
            return replace(money, status=status, bound=bound, x=None, goals=none)
        answer = accepted(replace(self.model, goals=()), plan, bound, limits.relative_gap)
        goals = goal_results(self.model, plan, self.bounds)
        if not all(goal.proven for goal in goals) or not self.proven:
            answer = replace(answer, status=SolveStatus.FEASIBLE_LIMIT)
        return replace(answer, goals=goals, engine=engine)


def goal_results(model: Model, plan: Floats, bounds: list[float]) -> tuple[GoalResult, ...]:
    """Each goal's value of a plan, and its bound."""
    values = [float(goal.weights @ plan) for goal in model.goals]
    return tuple(
        GoalResult(goal.name, value, max(bound, value))
        for goal, value, bound in zip(model.goals, values, bounds, strict=True)
    )


def goal_boxes(model: Model) -> list[float]:
    """The most that each goal can be by the columns' bounds alone."""
    return [box_bound(_for_goal(model, goal)) for goal in model.goals]


def _for_goal(model: Model, goal: Goal) -> Model:
    return replace(model, cost=goal.weights, offset=0.0, goals=())


def _relaxed(model: Model, limits: Limits, run: Run) -> float:
    """A bound by the linear relaxation, or where no time is left for it by the columns' bounds."""
    relaxed = replace(model, integer=np.zeros_like(model.integer))
    answer = run(relaxed, replace(limits, relative_gap=0.0, share=GOAL_SHARE), None)
    if answer.status is SolveStatus.INFEASIBLE:
        return box_bound(model)  # by the engine's tolerances alone: there is a plan
    return min(box_bound(model), answer.bound)


def hold(model: Model, goal: Goal, component: Ints, x: Floats | None) -> Model:
    """`model` with one row more per component (columns,), behind the others: its part of the goal
    stays at least as good as at x."""
    assert x is not None
    used = np.flatnonzero(goal.weights)
    owners, row = np.unique(component[used], return_inverse=True)
    weights = goal.weights[used]
    best = np.bincount(row, weights * x[used], len(owners))
    magnitude = np.bincount(row, np.abs(weights * x[used]), len(owners))
    odd = (weights != np.rint(weights)) | ~model.integer[used]
    exact = (np.bincount(row, odd, len(owners)) == 0) & (magnitude < EXACT_LIMIT)
    floor = np.where(exact, np.rint(best), best - HOLD_NOISE * magnitude)
    rows = sp.csr_array((weights, (row, used)), shape=(len(owners), model.num_columns))
    return replace(
        model,
        matrix=sp.csr_array(sp.vstack([model.matrix, rows], format="csr")),
        row_lower=np.concatenate([model.row_lower, floor]),
        row_upper=np.concatenate([model.row_upper, np.full(len(owners), INFINITY)]),
    )
