"""Which rules bind, in words: the rows that shorten lines, and what one step more is worth.

Rows whose loosening was tried and changes nothing are left out. The others come by what a step of
loosening is worth, cash and policy value together, then those of which that is not known. Limit and
slack are those of the facts, to the micro-unit, where the row itself counts in coarser grains.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ...rules.explanation import Unit
from ...rules.figure_text import amount, change, together
from ..evidence.evidence import Case
from ..evidence.units import MICRO, MICRO_UNITS, unit_of
from ..vocabulary.values import (
    MAX_LINES,
    BindingConstraint,
    LineQuantity,
    Marginal,
    MarginalMethod,
    Rule,
)
from .limiting_rows import Shortened


@dataclass(frozen=True, slots=True)
class Marginals:
    """What a row's limit is worth each way; None: not sought. `changes_nothing`: both are 0."""

    up: Marginal | None = None
    down: Marginal | None = None
    changes_nothing: bool = False

    def without_value(self) -> Marginals:
        """Of a limit that is exceeded already: whether it binds, and no value of one more."""
        return Marginals(changes_nothing=self.changes_nothing)


def binding_constraints(
    case: Case, found: Shortened, marginals: Mapping[int, Marginals], most: int
) -> tuple[BindingConstraint, ...]:
    """At most `most` rows, worded. `marginals`: of the rows that were solved again; those whose
    loosening changes nothing are left out."""
    rows, starts = found.rows(), found.starts().tolist()
    loosened_up = (case.limits.loosening(rows) > 0).tolist()
    found_at = [
        _Row(row, slice(*part), up, marginals.get(row, Marginals()))
        for row, part, up in zip(rows.tolist(), pairwise(starts), loosened_up, strict=True)
    ]
    binding = [row for row in found_at if not row.worth.changes_nothing]
    binding.sort(key=lambda row: -row.loosened())
    return tuple(_binding(case, found, row) for row in binding[:most])


@dataclass(frozen=True, slots=True)
class _Row:
    """A row with its triples; `up`: more of its limit loosens it, else less does."""

    row: int
    part: slice
    up: bool
    worth: Marginals

    def loosened(self) -> float:
        """What a step of loosening is worth in all; nothing is less than what is not known."""
        looser = self.worth.up if self.up else self.worth.down
        return -math.inf if looser is None else looser.value_micros


def _binding(case: Case, found: Shortened, at: _Row) -> BindingConstraint:
    block, words = case.wording(at.row)
    unit = unit_of(block.family, words)
    step = MICRO // words.scale if unit in MICRO_UNITS else 1
    limit = _limit(case, at)
    # of locations, which no flow counts in, all that may be used are where the rule shortens a line
    use = limit if unit is Unit.COUNT else round(float(case.limits.use[at.row]) * step)
    lines, units = found.line[at.part].tolist(), found.units[at.part].tolist()
    ids = case.problem.facts.lines.id
    return BindingConstraint(
        id=f"{block.family}/{block.name}/{words.key}",
        rule=Rule(block.family, words.key, words.leaf),
        scope=words.sentence,
        limit=limit,
        use=use,
        slack=limit - use if at.up else use - limit,
        unit=unit,
        scale=MICRO if unit in MICRO_UNITS else 1,
        lines_shortened=tuple(
            LineQuantity(ids[line], short)
            for line, short in zip(lines[:MAX_LINES], units, strict=False)
        ),
        marginal_up=at.worth.up,
        marginal_down=at.worth.down,
        sentence=f"{words.sentence}; {_shortens(case, lines, units)}{_worth(case, at, unit)}.",
    )


def _limit(case: Case, at: _Row) -> int:
    """The limit as the facts have it: a row in grains is rounded down to a grain."""
    limits, facts = case.limits, case.problem.facts
    block, key = limits.model.row_block(at.row)
    if block.family == "capacity":
        regular, overtime = facts.resources.capacity_micros, facts.resources.overtime_micros
        return int(regular[key] + overtime[key])
    if block.family == "credit":
        return int(facts.customers.credit_micros[key])
    if not at.up:
        return round(float(limits.model.row_lower[at.row]))
    return round(float(limits.use[at.row] + limits.room[at.row]))


def _shortens(case: Case, lines: Sequence[int], units: Sequence[int]) -> str:
    """How many lines are short, and by how much where they ask for one product: units of several
    add up to nothing."""
    counted = "1 line" if len(lines) == 1 else f"{len(lines)} lines"
    product = case.problem.facts.lines.product
    products = {product.word(line) for line in lines}
    if len(products) > 1:
        return f"{counted} short"
    return f"{counted} short by {sum(units)} of {products.pop()}"


def _worth(case: Case, at: _Row, unit: Unit) -> str:
    """What a step of loosening is worth: more of a limit, less of a floor."""
    looser = at.worth.up if at.up else at.worth.down
    if looser is None:
        return ""
    currency = case.problem.facts.currency
    moved = amount(looser.step / MICRO) if unit in MICRO_UNITS else str(looser.step)
    if unit is Unit.MONEY_MICROS:
        moved = f"{moved} {currency}".rstrip()
    step = f"{moved} {'more' if at.up else 'less'}"
    if looser.worth is None:
        return f"; {step} is priced at {together(looser.value_micros)}"
    if looser.value_micros < 0 and case.limits.model.goals:  # they come before both
        step += " serves a tier better"
    more = ", or more in all" if looser.method is MarginalMethod.BESIDE else ""
    return f"; {step}: {change(looser.worth, currency)}{more}"
