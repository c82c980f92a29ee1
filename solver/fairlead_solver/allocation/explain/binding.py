"""Which rules bind, in words: the rows that shorten lines, and what one step more is worth.

Rows whose loosening was tried and changes nothing are left out; those with a known worth come
before the others. Limit and slack are those of the facts, to the micro-unit, where the row itself
counts in coarser grains.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ...tables import Ints
from ..family import Wording
from .case import Case
from .sentences import money
from .shortened import Shortened
from .values import (
    MAX_LINES,
    BindingConstraint,
    LineQuantity,
    Marginal,
    MarginalMethod,
    Rule,
    Unit,
)

MICRO = 1_000_000
MICRO_UNITS = (Unit.RESOURCE_MICROS, Unit.MONEY_MICROS)


@dataclass(frozen=True, slots=True)
class Marginals:
    """What a row's limit is worth each way; None: not sought. `changes_nothing`: both are 0."""

    up: Marginal | None = None
    down: Marginal | None = None
    changes_nothing: bool = False

    @property
    def known(self) -> bool:
        """Whether a step either way is known to be worth something."""
        return self.up is not None or self.down is not None


def binding_constraints(
    case: Case, found: Shortened, marginals: Mapping[int, Marginals], most: int
) -> tuple[BindingConstraint, ...]:
    """At most `most` rows, worded. `marginals`: of the rows that were solved again; those whose
    loosening changes nothing are left out."""
    found_at = [
        (marginals.get(int(found.row[start]), Marginals()), slice(start, stop))
        for start, stop in pairwise(found.starts().tolist())
    ]
    binding = [(at, part) for at, part in found_at if not at.changes_nothing]
    binding.sort(key=lambda row: not row[0].known)
    return tuple(_binding(case, found, part, at) for at, part in binding[:most])


def _binding(case: Case, found: Shortened, part: slice, at: Marginals) -> BindingConstraint:
    row = int(found.row[part.start])
    ids = case.problem.facts.lines.id
    block, words = case.wording(row)
    unit = unit_of(block.family, words)
    step = MICRO // words.scale if unit in MICRO_UNITS else 1
    use = round(float(case.limits.use[row]) * step)
    limit = _limit(case, row)
    units = found.units[part]
    return BindingConstraint(
        id=f"{block.family}/{block.name}/{words.key}",
        rule=Rule(block.family, words.key, words.leaf),
        scope=words.sentence,
        limit=limit,
        use=use,
        slack=limit - use if case.limits.loosening(np.array([row]))[0] > 0 else use - limit,
        unit=unit,
        scale=MICRO if unit in MICRO_UNITS else 1,
        lines_shortened=tuple(
            LineQuantity(ids[line], int(short))
            for line, short in list(zip(found.line[part], units, strict=True))[:MAX_LINES]
        ),
        marginal_up=at.up,
        marginal_down=at.down,
        sentence=f"{words.sentence}; {_shortens(units)}{_worth(case, row, unit, at)}.",
    )


def _limit(case: Case, row: int) -> int:
    """The limit as the facts have it: a row in grains is rounded down to a grain."""
    block, key = case.limits.model.row_block(row)
    facts = case.problem.facts
    if block.family == "capacity":
        regular, overtime = facts.resources.capacity_micros, facts.resources.overtime_micros
        return int(regular[key] + overtime[key])
    if block.family == "credit":
        return int(facts.customers.credit_micros[key])
    if case.limits.loosening(np.array([row]))[0] < 0:
        return round(float(case.limits.model.row_lower[row]))
    return round(float(case.limits.use[row] + case.limits.room[row]))


def unit_of(family: str, words: Wording) -> Unit:
    """What a row of a family counts."""
    if family == "capacity":
        return Unit.RESOURCE_MICROS
    return {"money": Unit.MONEY_MICROS, "locations": Unit.COUNT}.get(words.unit, Unit.BASE)


def _shortens(units: Ints) -> str:
    who = "1 line" if len(units) == 1 else f"{len(units)} lines"
    return f"{who} short by {int(units.sum())}"


def _worth(case: Case, row: int, unit: Unit, at: Marginals) -> str:
    """What a step of loosening is worth: more of a limit, less of a floor."""
    loosens_up = case.limits.loosening(np.array([row]))[0] > 0
    looser = at.up if loosens_up else at.down
    if looser is None:
        return ""
    amount = f"{looser.step / MICRO:g}" if unit in MICRO_UNITS else str(looser.step)
    step, worth = f"{amount} {'more' if loosens_up else 'less'}", money(looser.value_micros)
    if looser.method is MarginalMethod.DUAL:
        return f"; {step} is priced at {worth}"
    if looser.value_micros < 0 and case.limits.model.goals:  # they come before money
        return f"; {step} serves a tier better, and money changes by {worth}"
    if looser.value_micros < 0:  # more stock, of which fair shares are more than packs can give
        return f"; {step} costs {money(-looser.value_micros)}"
    more = " or more" if looser.method is MarginalMethod.BESIDE else ""
    return f"; {step} is worth {worth}{more}"
