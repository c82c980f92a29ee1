"""How one batch of components is solved: by nothing, by prices, or by an engine."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .decomposition.price_and_repair import LARGE_COLUMNS, Tell, applies, solve_by_prices
from .decomposition.primal_repair import WHOLE_COLUMNS
from .engines.budget import Budget
from .engines.engine import Answer, GoalResult, Limits, SolveStatus, accepted, box_bound
from .engines.engine_alternation import run_in_turn
from .engines.lexicographic import goal_boxes, goal_results, maximise
from .engines.solution import SolveOptions, Start
from .execution.executor import Crew
from .program.components import BATCH_COLUMNS, Batch
from .program.draft import INFINITY, Bools, Floats, Model
from .program.feasibility import is_feasible
from .solution_accumulator import at_rest


@dataclass(frozen=True, slots=True)
class Means:
    """What a solve may use."""

    options: SolveOptions
    crew: Crew
    budget: Budget

    def over(self) -> bool:
        """Whether nothing more may be spent."""
        return self.budget.cancelled() or self.budget.remaining_seconds() <= 0


def solve_batch(
    batch: Batch, coupling: Bools, means: Means, tell: Tell, start: Start | None
) -> Answer:
    """Maximise over a batch; `coupling` (rows of the batch,) may be priced.

    Without a vector where several components are in it that should be tried one by one.
    """
    answer = _greedy(batch.model) or _large(batch, coupling, means, tell, start)
    return _with_goals(batch.model, answer)


def solve_exactly(batch: Batch, means: Means) -> Answer:
    """A batch by the engine, to gap zero."""
    exact = replace(means.options, relative_gap=0.0)
    return _by_engine(batch, replace(means, options=exact))


def idle(model: Model) -> Answer:
    """What can be said of `model` without solving it: nothing chosen, if that is allowed."""
    rest, bound = at_rest(model), box_bound(model)
    if is_feasible(model, rest):
        return accepted(model, rest, bound, 0.0)
    return Answer(SolveStatus.NO_SOLUTION_LIMIT, None, -INFINITY, bound)


def _with_goals(model: Model, answer: Answer) -> Answer:
    """The answer with what is known of each goal, where its solver did not look at goals: no more
    than the columns' bounds."""
    if not model.goals or answer.goals or answer.status is SolveStatus.INFEASIBLE:
        return answer
    boxes = goal_boxes(model)
    if answer.x is not None:
        return replace(answer, goals=goal_results(model, answer.x, boxes))
    pairs = zip(model.goals, boxes, strict=True)
    return replace(answer, goals=tuple(GoalResult(g.name, -INFINITY, b) for g, b in pairs))


def _greedy(model: Model) -> Answer | None:
    """Every column at its best bound, where no row minds: then no solver is needed."""
    if any(goal.weights.any() for goal in model.goals):
        return None
    best = np.where(model.cost > 0, model.upper, model.lower)
    if not np.all(np.isfinite(best)):
        return None
    best = np.where(model.integer, np.where(model.cost > 0, np.floor(best), np.ceil(best)), best)
    return accepted(model, best, box_bound(model), 0.0) if is_feasible(model, best) else None


def _large(batch: Batch, coupling: Bools, means: Means, tell: Tell, start: Start | None) -> Answer:
    """By prices where the batch is large and they apply; whole where they do not or fall short
    and whole is within reach."""
    model, alone = batch.model, batch.last == batch.first + 1
    if model.num_columns <= max(LARGE_COLUMNS, BATCH_COLUMNS) or means.over():
        return _by_engine(batch, means)
    found = _by_prices(batch, coupling, means, tell, start)
    proven = found is not None and found.status is SolveStatus.OPTIMAL
    if proven or means.over() or (found and model.num_columns > WHOLE_COLUMNS):
        return found or idle(model)
    if not alone and found is None:
        return Answer(SolveStatus.NO_SOLUTION_LIMIT, None, -INFINITY, box_bound(model))
    whole = _by_engine(batch, means)
    return _better(found, whole, means.options) if found else whole


def _by_prices(
    batch: Batch, coupling: Bools, means: Means, tell: Tell, start: Start | None
) -> Answer | None:
    return (
        solve_by_prices(batch.model, coupling, means.options, means.crew, means.budget, tell, start)
        if applies(batch.model)
        else None
    )


def _by_engine(batch: Batch, means: Means) -> Answer:
    """By the engine, within what is left of the budget."""
    options, budget = means.options, means.budget

    def call(model: Model, limits: Limits, plan: Floats | None) -> Answer:
        if means.over():
            return idle(model)
        return run_in_turn(model, options.engine, limits, budget.remaining_seconds, plan)

    limits = Limits(relative_gap=options.relative_gap / 2, seed=options.seed, nodes=options.nodes)
    return maximise(batch.model, batch.starts, limits, call)


def _better(one: Answer, other: Answer, options: SolveOptions) -> Answer:
    """The better plan of two answers to one model, tier by tier and then in money, and the smaller
    bounds."""
    if other.status is SolveStatus.INFEASIBLE:
        return other if one.x is None else one  # a checked plan refutes it
    best = max(one, other, key=lambda answer: answer.rank)
    bound = min(one.bound, other.bound)
    if best.x is None:
        return replace(best, bound=bound)
    bound = max(bound, best.objective)
    goals = tuple(
        replace(goal, bound=max(goal.value, min(pair.bound for pair in pairs)))
        for goal, *pairs in zip(best.goals, one.goals, other.goals, strict=True)
    )
    near = bound - best.objective <= options.relative_gap * abs(best.objective)
    proven = near and all(goal.proven for goal in goals)
    status = SolveStatus.OPTIMAL if proven else SolveStatus.FEASIBLE_LIMIT
    return replace(best, status=status, bound=bound, goals=goals)
