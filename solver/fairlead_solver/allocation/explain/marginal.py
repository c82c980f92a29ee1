"""What one step more, or less, of a limit is worth: solved again both ways.

The step is one unit of what the planner counts; where that changes nothing, because packs or
sizes are larger, what a stopped arc's pack still lacks. A limit whose loosening changes nothing
by either step does not bind, whatever its slack.

The limit of a lot is its quantity, and other rules follow from it (bounds, protections, shares):
there the fact is changed and the cycle written and solved again, where it is small enough. Any
other limit is a row's, moved within its component.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ...model.draft import Model
from .binding import MICRO, MICRO_UNITS, Marginals, Shortened, unit_of
from .case import Case
from .component import Components, Resolve, Worth, difference, worth
from .values import Marginal, MarginalMethod
from .variant import moved, program, with_facts


@dataclass(frozen=True, slots=True, eq=False)
class _Trial:
    """What is solved to value one row: as it is, and with its limit moved (None: it cannot be)."""

    base: Model
    move: Callable[[float], Model | None]


def marginals(
    case: Case,
    found: Shortened,
    components: Components,
    resolve: Resolve,
    *,
    most: int,
    most_columns: tuple[int, int],
) -> Mapping[int, Marginals]:
    """By row, for the `most` rows that shorten lines most.

    `most_columns`: of a component, and of a whole cycle; what is larger is left out.
    """
    valued: dict[int, Marginals] = {}
    for start in found.starts()[:-1][:most].tolist():
        row = int(found.row[start])
        trial = _trial(case, components, row, most_columns)
        at = _marginals(case, row, trial, resolve) if trial is not None else None
        if at is not None:
            valued[row] = at
    return valued


def _trial(
    case: Case, components: Components, row: int, most_columns: tuple[int, int]
) -> _Trial | None:
    block, key = case.limits.model.row_block(row)
    if block.family == "supply":
        whole = case.limits.model
        fits = whole.num_columns <= most_columns[1]
        return _Trial(whole, lambda step: _with_stock(case, key, step)) if fits else None
    number = components.number_of_row(row)
    if components.size(number) > most_columns[0]:
        return None
    component = components.cut(number)
    local = component.row(row)
    return _Trial(component.model, lambda step: component.with_limit(local, step).model)


def _with_stock(case: Case, lot: int, step: float) -> Model | None:
    quantity = moved(case.problem.facts.lots.quantity, lot, by=round(step))
    if quantity[lot] < 0:
        return None
    return program(with_facts(case.problem, "lots", quantity=quantity))


def _marginals(case: Case, row: int, trial: _Trial, resolve: Resolve) -> Marginals | None:
    now = _worth(trial.base, resolve)
    if now is None:
        return None
    for step in _steps(case, row):
        up = _worth(trial.move(step), resolve)
        if up is None:
            return None
        gains, value = difference(up, now)
        if gains:
            amount = round(step * _contract_units(case, row))
            down = _worth(trial.move(-step), resolve)
            return Marginals(
                up=Marginal(round(value), amount, MarginalMethod.RESOLVED),
                down=None
                if down is None
                else Marginal(round(down[-1] - now[-1]), amount, MarginalMethod.RESOLVED),
            )
    return Marginals(changes_nothing=True)


def _worth(model: Model | None, resolve: Resolve) -> Worth | None:
    """What a program is worth at a closed gap; None where it is infeasible or was stopped."""
    if model is None:
        return None
    answer = resolve(model)
    return worth(model, answer.x) if answer.closed and answer.x is not None else None


def _steps(case: Case, row: int) -> Iterator[float]:
    """One planner's unit, then what the cheapest stopped pack lacks, in row units."""
    _, words = case.wording(row)
    one = float(words.scale)
    yield one
    matrix = case.limits.model.matrix
    part = slice(int(matrix.indptr[row]), int(matrix.indptr[row + 1]))
    flows = matrix.indices[part] < len(case.plan.packs)
    bare = float(case.limits.bare[row])
    lacking = [float(a) for a in matrix.data[part][flows] if a > bare]
    pack = math.ceil(min(lacking) - bare) if lacking else 0
    if pack > one:
        yield float(pack)


def _contract_units(case: Case, row: int) -> int:
    """What one unit of the row is in the contract's unit."""
    block, words = case.wording(row)
    return MICRO // words.scale if unit_of(block.family, words) in MICRO_UNITS else 1
