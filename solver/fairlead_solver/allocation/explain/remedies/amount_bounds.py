"""How little of what a change raises could do at all.

With the limit raised by `size`, a column takes back as much as can be spared:

    max s   s.t.  the changed part, s more in its limit's row, the line full, worth >= w,
                  0 <= s <= size

No amount under size - s can be worth w with the line full. A relaxation bounds it cheaply, parts of
units and all; solved to the end it is the truth, where no goal comes before money.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from fairlead_solver.model.program.draft import Floats, Ints
from fairlead_solver.model.resolve.subproblems import Copies, rounding

from .amounts import size_of
from .trial_programs import Made
from .trials import Tried, Trying

UNIT = 1e6  # of a step of the limit: what is left to rounding is far under one


@dataclass(frozen=True, slots=True, eq=False)
class Ask:
    """How little of step `step` of a change could do, beside its other steps: for each of the
    `worths` (goals + 1,) what could exceed it; None: what could be worth anything. `exact`: to the
    end, not by a relaxation."""

    result: Tried
    step: int
    worths: tuple[Floats | None, ...]
    exact: bool = False


def lowest(trying: Trying, asked: Sequence[Ask]) -> list[list[int]]:
    """The least size for each worth that is asked about; 0 where nothing is known of it."""
    found = [[0] * len(ask.worths) for ask in asked]
    places = [
        (k, j)
        for k, ask in enumerate(asked)
        if ask.result.made.limit_row(ask.result.copy, ask.step) is not None and _loosens(ask)
        for j in range(len(ask.worths))
    ]
    for exact in (False, True):
        some = [place for place in places if asked[place[0]].exact is exact]
        for (k, j), size in zip(some, _sizes(trying, asked, some, exact=exact), strict=True):
            found[k][j] = size
    return found


def _sizes(
    trying: Trying, asked: Sequence[Ask], places: Sequence[tuple[int, int]], *, exact: bool
) -> list[int]:
    if not places:
        return []
    made = Made.stacked([_one(asked[k].result) for k, _ in places])
    at = [made.limit_row(place, asked[k].step) for place, (k, _) in enumerate(places)]
    sizes = np.array([_size(asked[k]) for k, _ in places], dtype=np.float64)
    full = _worth_it(trying.filled(made), [asked[k].worths[j] for k, j in places])
    spared = _with_spare(full, np.array(at, dtype=np.int64), sizes)
    most = trying.most(spared, exact=exact) / UNIT
    least = np.ceil(sizes - np.clip(most, 0.0, sizes) - 1e-6)
    chosen: list[int] = least.astype(np.int64).tolist()
    return chosen


def _loosens(ask: Ask) -> bool:
    return bool(ask.result.made.loosens[ask.result.copy])


def _one(result: Tried) -> Made:
    return result.made.only(np.array([result.copy]))


def _size(ask: Ask) -> int:
    return size_of(ask.result.trial.change.steps[ask.step])


def _worth_it(copies: Copies, worths: Sequence[Floats | None]) -> Copies:
    """With the first goal, or without any the money, no less than it has to exceed."""
    goals = copies.model.goals
    weights = goals[0].weights if goals else copies.model.cost
    least = np.array([-np.inf if worth is None else worth[0] for worth in worths])
    noise = np.where(np.isfinite(least), rounding(np.where(np.isfinite(least), least, 0.0)), 0.0)
    used = np.flatnonzero(weights)
    return copies.with_least(used, weights[used], least + (-noise if goals else noise))


def _with_spare(copies: Copies, row: Ints, most: Floats) -> Copies:
    """With one more column for each copy, which takes from the room of its `row`, as the only
    thing that counts."""
    count = copies.count
    each = np.arange(count)
    entries = sp.csr_array((np.ones(count), (row, each)), (copies.model.num_rows, count))
    more = copies.with_columns(each, np.zeros(count), most, entries)
    last = np.searchsorted(more.part, each, side="right") - 1
    cost = np.zeros(more.model.num_columns)
    cost[last] = UNIT
    return replace(more, model=replace(more.model, cost=cost, goals=()))
