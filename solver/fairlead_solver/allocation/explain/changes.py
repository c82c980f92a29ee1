"""What might fill a short line: candidates out of its reasons, each a changed cycle.

The rule that shortens the line is raised by what the line lacks, or waived for it; a later day is
accepted; and where stock is what it lacks, there is that much more of it in the lot that could
serve it best.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ...tables import NO_DAY, NO_INT, Coded
from ..facts import Lines, Strategy
from ..problem import Problem
from .binding import MICRO, MICRO_UNITS, unit_of
from .case import Case
from .ledger import Reasons
from .sentences import day, money
from .values import (
    FixKind,
    ReasonCode,
    Rule,
    Unit,
    WaterfallKind,
)
from .variant import moved, with_facts, with_line

_RAISED = {
    ReasonCode.QUOTA_EXHAUSTED: (FixKind.RAISE_QUOTA, "quotas", "cap_quantity"),
    ReasonCode.CONTRACT_CAP: (FixKind.RAISE_CONTRACT_CAP, "contracts", "cap_quantity"),
    ReasonCode.CREDIT_LIMIT: (FixKind.RAISE_CREDIT, "customers", "credit_micros"),
    ReasonCode.CAPACITY: (FixKind.RAISE_CAPACITY, "resources", "capacity_micros"),
}
_STOCK = (
    ReasonCode.NO_SUPPLY,
    ReasonCode.OUTRANKED_TIER,
    ReasonCode.OUTRANKED_VALUE,
    ReasonCode.FAIR_SHARE_RATIONED,
    ReasonCode.CONTRACT_FLOOR_OTHER,
    ReasonCode.TIE_BREAK,
    ReasonCode.LOT_SPLIT_LIMIT,
    ReasonCode.SHIP_COMPLETE,
    ReasonCode.MIN_FILL,
)


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """A changed cycle, and how the change is told."""

    problem: Problem
    kind: FixKind
    rule: Rule
    amount: int
    unit: Unit
    sentence: str
    product: str = ""
    location: str = ""
    by_day: int | None = None


def changes(case: Case, reasons: Reasons, line: int) -> Iterator[Change]:
    """What to try for a line, out of its reasons."""
    part = reasons.of_line(line)
    codes = [ReasonCode(int(c)) for c in reasons.code[part]]
    for code, row in zip(codes, reasons.row[part].tolist(), strict=True):
        if code in _RAISED and row >= 0:
            yield _raised(case, line, code, row)
    if ReasonCode.PROTECTED_STOCK in codes:
        yield _released(case, line)
    if any(code in _STOCK for code in codes):
        yield from _more_stock(case, line)
    if ReasonCode.SUPPLY_TOO_LATE in codes or ReasonCode.DATE_WINDOW in codes:
        yield from _later(case, line)
    yield from _waived(case, line, codes)


def _raised(case: Case, line: int, code: ReasonCode, row: int) -> Change:
    """The row's limit, raised by what the missing units use beyond its room."""
    kind, table, column = _RAISED[code]
    problem, model = case.problem, case.limits.model
    block, key = model.row_block(row)
    _, words = case.wording(row)
    unit = unit_of(block.family, words)
    per_unit = _use_of(case, row, line)
    micros = MICRO // words.scale if unit in MICRO_UNITS else 1
    missing = int(case.whole[line] - case.given[line])
    amount = max(1, round((missing * per_unit - float(case.limits.bare[row])) * micros))
    values = moved(getattr(getattr(problem.facts, table), column), key, by=amount)
    shown = money(amount) if unit in MICRO_UNITS else str(amount)
    return Change(
        with_facts(problem, table, **{column: values}),
        kind,
        Rule(block.family, words.key, words.leaf),
        amount,
        unit,
        f"raise {words.leaf} by {shown}",
        location=problem.facts.resources.location.word(key) if table == "resources" else "",
    )


def _use_of(case: Case, row: int, line: int) -> float:
    """The most a unit of the line uses of a row, by any of its arcs."""
    matrix, arcs = case.limits.model.matrix, case.problem.arcs
    part = slice(int(matrix.indptr[row]), int(matrix.indptr[row + 1]))
    columns, values = matrix.indices[part], matrix.data[part]
    own = (columns >= arcs.offsets[line]) & (columns < arcs.offsets[line + 1])
    return float(values[own].max()) / float(case.problem.line.pack[line])


def _released(case: Case, line: int) -> Change:
    """What is protected from the line, released as far as it lacks units."""
    problem, key = case.problem, int(case.waterfall.keeper[line])
    table = problem.facts.protections
    kept = int(case.waterfall.units[line, WaterfallKind.PROTECTED])
    arcs = problem.arcs.ratio[problem.arcs.of_line(line)]
    amount = min(kept, int(case.whole[line] - case.given[line])) * int(arcs.max())
    amount = min(amount, int(table.quantity[key]))
    name = table.id[key]
    return Change(
        with_facts(problem, "protections", quantity=moved(table.quantity, key, by=-amount)),
        FixKind.RELEASE_PROTECTION,
        Rule("protection", name, f"protections[{name}].quantity"),
        amount,
        Unit.BASE,
        f"release {amount} protected by {name}",
        product=table.product.word(key),
    )


def _more_stock(case: Case, line: int) -> Iterator[Change]:
    """More in the lot that serves the line best: what it lacks, then what its rivals lack too."""
    problem, arcs = case.problem, case.problem.arcs
    own = arcs.of_line(line)
    if own.start == own.stop:
        return
    value = case.stakes.value[own]
    best = own.start + int(np.argmax(value))
    lot, ratio = int(arcs.lot[best]), int(arcs.ratio[best])
    remainder = int(case.waterfall.arcs.remainder[best])
    missing = max(0, int(case.whole[line] - case.given[line]) - remainder)
    beside = np.unique(arcs.line[arcs.lot == lot])
    all_missing = int((case.whole - case.given)[beside].sum())
    for units in dict.fromkeys((missing, max(missing, all_missing))):
        yield _stock(problem, lot, units * ratio)


def _stock(problem: Problem, lot: int, amount: int) -> Change:
    lots = problem.facts.lots
    product, location = lots.product.word(lot), lots.location.word(lot)
    by = int(lots.available_day[lot])
    ready = by if by > problem.facts.cycle_day else None
    when = f" by {day(ready)}" if ready is not None else ""
    return Change(
        with_facts(problem, "lots", quantity=moved(lots.quantity, lot, by=amount)),
        FixKind.MORE_STOCK,
        Rule("supply", lots.id[lot], f"lots[{lots.id[lot]}].quantity"),
        amount,
        Unit.BASE,
        f"{amount} more of {product} at {location}{when}",
        product=product,
        location=location,
        by_day=ready,
    )


def _later(case: Case, line: int) -> Iterator[Change]:
    """The first later day by which what has then arrived could fill the line."""
    problem, name = case.problem, case.problem.facts.lines.id[line]
    latest = int(problem.line.latest_day[line])
    arcs = _latest_on(problem, line, NO_DAY).arcs
    own = arcs.of_line(line)
    days, units = arcs.delivery_day[own], (arcs.max_packs * arcs.pack)[own]
    order = np.argsort(days, kind="stable")
    enough = np.cumsum(units[order]) >= case.whole[line]
    for by in days[order][enough & (days[order] > latest)][:1].tolist():
        leaf = f"lines[{name}].latest_day"
        yield Change(
            _latest_on(problem, line, by),
            FixKind.LATER_DATE,
            Rule("", name, leaf),
            by - latest,
            Unit.COUNT,
            f"accept delivery by {day(by)}, {by - latest} days later",
            by_day=by,
        )


def _latest_on(problem: Problem, line: int, day_: int) -> Problem:
    """With another latest acceptable day of one line."""
    column = moved(problem.facts.lines.latest_day, line, to=day_)
    changed = with_facts(problem, "lines", latest_day=column)
    return with_line(changed, line, latest_day=day_)


def _waived(case: Case, line: int, codes: Sequence[ReasonCode]) -> Iterator[Change]:
    """A rule of the line itself, waived for it alone."""
    problem, lines = case.problem, case.problem.facts.lines
    name = lines.id[line]
    waivers: dict[ReasonCode, tuple[str, str, Callable[[], Problem]]] = {
        ReasonCode.LOT_SPLIT_LIMIT: (
            "lot_size",
            "pack",
            lambda: with_line(problem, line, pack=1),
        ),
        ReasonCode.SPLIT_LIMIT: (
            "sources",
            "max_sources",
            lambda: with_facts(problem, "lines", max_sources=moved(lines.max_sources, line, to=0)),
        ),
        ReasonCode.GROUP_INCOMPLETE: (
            "delivery_group",
            "delivery_group",
            lambda: with_facts(problem, "lines", delivery_group=_without(lines, line)),
        ),
        ReasonCode.LOCKED: (
            "lock",
            "locked_quantity",
            lambda: with_line(problem, line, locked=NO_INT),
        ),
        ReasonCode.STRATEGY: (
            "strategy",
            "strategy",
            lambda: with_facts(
                problem, "lines", strategy=moved(lines.strategy, line, to=Strategy.REDISTRIBUTE)
            ),
        ),
    }
    for code in codes:
        if code in waivers:
            family, field, changed = waivers[code]
            leaf = f"lines[{name}].{field}"
            yield Change(
                changed(),
                FixKind.WAIVE_RULE,
                Rule(family, name, leaf),
                1,
                Unit.COUNT,
                f"waive {leaf}",
            )


def _without(lines: Lines, line: int) -> Coded:
    column = lines.delivery_group
    return Coded(column.names, moved(column.codes, line, to=-1))
