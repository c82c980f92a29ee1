"""What the components do in whole numbers, at the prices of the relaxation.

Most components of a relaxation are integral already. The others are solved as integer programs,
many small ones in one call: an engine's fixed cost is larger than such a component.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from ..engines.engine import Answer, Engine, Limits, SolveStatus, run
from ..execution.executor import Crew
from ..program.components import Partition, part_of
from ..program.draft import Bools, Floats, Ints, Model
from .coupling import Coupling, component_bounds
from .pricing_oracle import Stuck

BATCH_COLUMNS = 500  # of one call: branching on more at once costs more than the calls it saves


@dataclass(frozen=True, slots=True, eq=False)
class Integers:
    """In component order: `x` (columns,) whole where `known`, the relaxation's elsewhere;
    `bounds` (components,) at the prices, which add up to `bound` with the coupling rows' room."""

    x: Floats
    known: Bools  # components,
    bounds: Floats
    bound: float


def integers(
    coupling: Coupling, prices: Floats, x: Floats, duals: Floats, limits: Limits, crew: Crew
) -> Integers:
    """Integer answers of every component to `prices`, near the relaxation's `x` (columns,).

    `duals` (rows,) of the components' rows; all in component order. `limits` hold for a call.
    Raises Stuck where a component has no integer solution at all.
    """
    parts = coupling.parts
    reduced = coupling.reduced(prices)
    bounds = component_bounds(parts, reduced, duals)
    x, known = x.copy(), np.ones(parts.count, np.bool_)
    broken = fractional(parts, x)
    some = part_of(parts, broken)
    spans = list(some.spans(BATCH_COLUMNS))
    cost = np.zeros(parts.model.num_columns)
    cost[parts.columns] = reduced
    models = [some.batch(first, last, cost).model for first, last in spans]
    answers = crew.map(partial(_solved, limits=limits), models)
    for (first, last), answer in zip(spans, answers, strict=True):
        if answer.status is SolveStatus.INFEASIBLE:
            raise Stuck
        _enter(parts, broken[first:last], answer, reduced, x, known, bounds)
    return Integers(x, known, bounds, float(bounds.sum()) + coupling.room_value(prices))


def fractional(parts: Partition, x: Floats) -> Ints:
    """Components (ascending) with a fractional integer column; `x` in component order."""
    odd = parts.model.integer[parts.columns] & (np.abs(x - np.rint(x)) > 1e-6)
    return np.unique(parts.owner[odd])


def _solved(model: Model, limits: Limits) -> Answer:
    return run(replace(model, offset=0.0), Engine.AUTO, limits)


def _enter(
    parts: Partition,
    components: Ints,
    answer: Answer,
    reduced: Floats,
    x: Floats,
    known: Bools,
    bounds: Floats,
) -> None:
    """Book one call: its vector and, shared out evenly over its components, what it left open."""
    if answer.x is None:
        known[components] = False
        return
    sizes = np.diff(parts.column_starts)[components]
    place = np.concatenate(
        [np.arange(parts.column_starts[c], parts.column_starts[c + 1]) for c in components]
    )
    x[place] = answer.x
    values = np.add.reduceat(
        reduced[place] * answer.x, np.concatenate([[0], np.cumsum(sizes)[:-1]])
    )
    left = max(0.0, answer.bound - float(values.sum())) / len(components)
    if answer.bound < float(bounds[components].sum()):
        bounds[components] = values + left
