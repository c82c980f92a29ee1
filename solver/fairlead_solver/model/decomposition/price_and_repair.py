"""The method for models too large to be solved whole: price the coupling rows, repair, prove.

Only worth it where the model falls into many small components once its coupling rows are left
out. Goals are reached one after the other by the same method: where a goal needs no price it is
held component by component, else by one row over all of them, which is then priced like others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ..engines.budget import Budget
from ..engines.engine import Answer, Limits, SolveStatus, box_bound
from ..engines.lexicographic import Stages, hold
from ..engines.solution import Phase, SolveOptions, Start
from ..execution.executor import Crew
from ..program.components import Partition, partition
from ..program.draft import INFINITY, Bools, Floats, Goal, Ints, Model
from ..program.saturate import saturate
from .coupling import Coupling, component_bounds
from .lp_relaxation import relax
from .price_bundle import MAX_ROUNDS
from .pricing_oracle import Stuck
from .primal_repair import MAX_SEARCHES, Wish, repair
from .spanning_branching import MOST_NODES, Tree, spanning_columns
from .warm_start import resume

DECOMPOSITION = "decomposition"  # who solved it: prices, and small programs by HiGHS and SCIP
LARGE_COLUMNS = 1000
MIN_COMPONENTS = 50
RESUMED_SEARCHES = 4  # old prices that need more are better found anew
GOAL_GAP = 1e-6  # of a goal: what is searched for; only what meets its bound is called reached
PRICE_SHARE = 0.2  # of the gap asked, given to imprecise prices

Tell = Callable[[Phase, int, int, Answer], None]


def applies(model: Model) -> bool:
    """Whether `model` is large and all its columns are bounded, so that any prices give a bound."""
    bounded = bool(np.all(np.isfinite(model.lower + model.upper)))
    return model.num_columns > LARGE_COLUMNS and bounded


def solve_by_prices(
    model: Model,
    coupling: Bools,
    options: SolveOptions,
    crew: Crew,
    budget: Budget,
    tell: Tell,
    start: Start | None = None,
) -> Answer | None:
    """Maximise the goals of `model`, then its cost, rows in `coupling` (mask) priced; None where
    prices are of no help."""
    wish = Wish(options.engine, options.relative_gap / 2, options.seed)
    pricing = Pricing(wish, crew, budget, tell)
    try:
        if not any(goal.weights.any() for goal in model.goals):
            return pricing.maximise(model, coupling, start)
        return _in_order(model, coupling, pricing)
    except Stuck:
        return None


@dataclass(frozen=True, slots=True)
class Pricing:
    """What is asked, and what may be used for it."""

    wish: Wish
    crew: Crew
    budget: Budget
    tell: Tell

    def maximise(
        self,
        model: Model,
        coupling: Bools,
        start: Start | None = None,
        plan: Floats | None = None,
    ) -> Answer:
        """Maximise the cost of `model`; `plan` is feasible and the least that is answered.

        Raises Stuck.
        """
        fine = partition(model, coupling)
        spanning = spanning_columns(fine)
        if len(spanning):
            return self._branched(model, coupling, spanning)
        if fine.count < MIN_COMPONENTS:
            raise Stuck
        if start is not None and not np.isnan(start.duals).all():
            answer = self._resumed(fine, start)
            if answer is not None and answer.status is SolveStatus.OPTIMAL:
                return answer
        tolerance = max(PRICE_SHARE * self.wish.gap, 1e-7)
        relaxed = relax(
            fine, tolerance, self.wish.seed, self.crew, self.budget, self._on_round(model)
        )
        answer = repair(fine, relaxed, plan, self.wish, self.crew, self.budget, self._on_search)
        return replace(answer, duals=relaxed.duals, priced=coupling, engine=DECOMPOSITION)

    def bound(self, model: Model, coupling: Bools) -> float:
        """A true bound by weak duality, or where no time is left for it by the columns' bounds."""
        box = box_bound(model)
        if self._over():
            return box
        tolerance = max(PRICE_SHARE * self.wish.gap, 1e-7)
        try:
            fine = partition(model, coupling)
            relaxed = relax(fine, tolerance, self.wish.seed, self.crew, self.budget, _no_rounds)
        except Stuck:
            return box
        coupled, prices = Coupling(fine), relaxed.duals[fine.coupling]
        parts = component_bounds(fine, coupled.reduced(prices), relaxed.duals[fine.rows])
        return min(box, float(parts.sum()) + coupled.room_value(prices))

    def _branched(self, model: Model, coupling: Bools, spanning: Ints) -> Answer:
        """Over the columns that join everything first."""
        finer = replace(
            self, wish=replace(self.wish, gap=self.wish.gap / 2), tell=_steps_of(self.tell)
        )
        tree = Tree(model, spanning, self.wish.gap, lambda node: finer.maximise(node, coupling))
        return tree.search(self._over, self._on_node)

    def _over(self) -> bool:
        return self.budget.cancelled() or self.budget.remaining_seconds() <= 0

    def _resumed(self, fine: Partition, start: Start) -> Answer | None:
        """From the old prices; None where they lead nowhere."""
        try:
            relaxed = resume(fine, start, self.wish.gap, self.wish.seed, self.crew)
        except Stuck:
            return None
        answer = repair(
            fine,
            relaxed,
            None,
            self.wish,
            self.crew,
            self.budget,
            self._on_search,
            RESUMED_SEARCHES,
        )
        mask = np.zeros(fine.model.num_rows, np.bool_)
        mask[fine.coupling] = True
        return replace(answer, duals=relaxed.duals, priced=mask)

    def _on_round(self, model: Model) -> Callable[[int, float], None]:
        def on_round(rounds: int, bound: float) -> None:
            nothing = Answer(SolveStatus.NO_SOLUTION_LIMIT, None, -np.inf, bound)
            self.tell(Phase.PRICES, rounds, MAX_ROUNDS, nothing)

        return on_round

    def _on_search(self, searches: int, answer: Answer) -> None:
        self.tell(Phase.REPAIR, searches, MAX_SEARCHES, answer)

    def _on_node(self, nodes: int, answer: Answer) -> None:
        self.tell(Phase.REPAIR, nodes, MOST_NODES, answer)


def _in_order(model: Model, coupling: Bools, pricing: Pricing) -> Answer:
    """Each goal as high as it goes and held, then money. Raises Stuck.

    Bounds are taken as in `lexicographic`: over the proven goals and the first that is not.
    """
    quiet = replace(pricing, tell=_plans_of(pricing.tell))  # figures are of money
    close = replace(quiet, wish=replace(pricing.wish, gap=GOAL_GAP))
    mask = coupling  # of the rows of what is held

    def hold_goal(held: Model, goal: Goal, answer: Answer) -> Model:
        nonlocal mask
        program, mask = _held(held, mask, goal, answer)
        return program

    def bound_of(program: Model) -> float:
        return pricing.bound(program, mask[: program.num_rows])

    stages = Stages(model, hold_goal)
    for goal in model.goals:
        if not goal.weights.any():
            stages.skip(goal)
            continue
        program = stages.program(goal)
        answer = close.maximise(program, mask, plan=stages.plan)
        if answer.x is None:
            raise Stuck
        plan = saturate(program, answer.x)
        reached = float(goal.weights @ plan) >= answer.bound
        status = SolveStatus.OPTIMAL if reached else SolveStatus.FEASIBLE_LIMIT
        answer = replace(answer, x=plan, status=status)
        stages.enter(goal, answer, bound_of)
        quiet.tell(Phase.REPAIR, MAX_SEARCHES, MAX_SEARCHES, answer)
    last = pricing if stages.sure else quiet
    outside = INFINITY if stages.sure else bound_of(stages.relaxed)
    money = last.maximise(stages.held, mask, plan=stages.plan)
    limits = Limits(relative_gap=2 * pricing.wish.gap)
    return stages.finish(money, outside, limits)


def _no_rounds(rounds: int, bound: float) -> None:
    """Nothing to tell of."""


def _steps_of(tell: Tell) -> Tell:
    """Steps alone, of a program whose plans and bounds are not those of the whole."""
    nothing = Answer(SolveStatus.NO_SOLUTION_LIMIT, None, -INFINITY, INFINITY)
    return lambda phase, done, of, answer: tell(phase, done, of, nothing)


def _plans_of(tell: Tell) -> Tell:
    """Plans alone, without objective and bound: they are those of a goal."""

    def plans(phase: Phase, done: int, of: int, answer: Answer) -> None:
        tell(phase, done, of, replace(answer, objective=-INFINITY, bound=INFINITY))

    return plans


def _held(model: Model, coupling: Bools, goal: Goal, answer: Answer) -> tuple[Model, Bools]:
    """`model` with the goal held at the answer's plan, and which rows are coupling now.

    Where nothing was priced and the goal is reached, every component is at its own best, and no
    other plan that reaches the goal can have it otherwise: then it is held in each by itself.
    """
    plan = answer.x
    assert plan is not None and answer.duals is not None
    apart = answer.status is SolveStatus.OPTIMAL and not answer.duals[coupling].any()
    owner = _owner(model, coupling) if apart else np.zeros(model.num_columns, np.int64)
    held = hold(model, goal, owner, plan)
    added = held.num_rows - model.num_rows
    return held, np.concatenate([coupling, np.full(added, not apart)])


def _owner(model: Model, coupling: Bools) -> Ints:
    """The component of every column once the coupling rows are left out (columns,)."""
    parts = partition(model, coupling)
    owner = np.empty(model.num_columns, np.int64)
    owner[parts.columns] = parts.owner
    return owner
