"""The cheapest change that fills a short line: tried, by solving the cycle again with it.

Candidates follow from the line's reasons: the rule that shortens it is raised by what the line
lacks, or waived for it; and where stock is what it lacks, that much more of it in the lot that
could serve it best. Each is tried on the whole cycle. Of those that fill the line, the one that
changes least outside the line is told: first by the kind (waiving and releasing before more
resources before more stock), then by what the objective gains.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...tables import NO_INT, Coded
from ..facts import Lines, Strategy
from ..problem import Problem
from .again import Resolve
from .binding import MICRO, MICRO_UNITS, unit_of
from .case import Case
from .ledger import Reasons
from .sentences import day, money
from .values import Fix, FixKind, LineQuantity, ReasonCode, Rule, Unit, WaterfallKind
from .variant import money_of, moved, program, with_facts, with_line

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
class _Change:
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


def fixes(case: Case, reasons: Reasons, resolve: Resolve, *, most: int) -> Mapping[int, Fix]:
    """Fixes by line, sought for the `most` lines whose shortage is worth most."""
    line = case.problem.line
    value = (line.quantity - case.given) * line.price_micros
    short = np.flatnonzero(case.given < case.whole)
    order = short[np.argsort(-value[short], kind="stable")][:most]
    before = resolve(case.limits.model)
    if before.x is None or not before.closed:
        return {}
    now = money_of(case.limits.model, before.x)
    tried = ((i, _first_that_fills(case, reasons, i, resolve, now)) for i in order.tolist())
    return {i: fix for i, fix in tried if fix is not None}


def _first_that_fills(
    case: Case, reasons: Reasons, line: int, resolve: Resolve, now: float
) -> Fix | None:
    found = [
        fix
        for change in _changes(case, reasons, line)
        if (fix := _tried(case, change, line, resolve, now)) is not None
    ]
    ranked = sorted(found, key=lambda f: (f.kind is FixKind.MORE_STOCK, -f.gain_micros, f.kind))
    return ranked[0] if ranked else None


def _tried(case: Case, change: _Change, line: int, resolve: Resolve, now: float) -> Fix | None:
    """The change as a fix, if the line is full once the cycle is solved again with it."""
    model = program(change.problem)
    answer = resolve(model)
    if answer.x is None or not answer.closed:
        return None
    arcs = change.problem.arcs
    packs = np.rint(answer.x[: len(arcs)]).astype(np.int64)
    given = np.zeros(change.problem.num_lines, dtype=np.int64)
    np.add.at(given, arcs.line, packs * arcs.pack)
    if given[line] < case.whole[line]:
        return None
    lost = case.given - given
    losers = np.flatnonzero(lost > 0)
    ids = case.problem.facts.lines.id
    return Fix(
        kind=change.kind,
        rule=change.rule,
        product=change.product,
        location=change.location,
        by_day=change.by_day,
        amount=change.amount,
        unit=change.unit,
        gain_micros=round(money_of(model, answer.x) - now),
        losers=tuple(
            LineQuantity(ids[i], int(lost[i]))
            for i in losers[np.argsort(-lost[losers], kind="stable")].tolist()
        ),
        sentence=change.sentence,
    )


def _changes(case: Case, reasons: Reasons, line: int) -> Iterator[_Change]:
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
    yield from _waived(case, line, codes)


def _raised(case: Case, line: int, code: ReasonCode, row: int) -> _Change:
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
    return _Change(
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


def _released(case: Case, line: int) -> _Change:
    """What is protected from the line, released as far as it lacks units."""
    problem, key = case.problem, int(case.waterfall.keeper[line])
    table = problem.facts.protections
    kept = int(case.waterfall.units[line, WaterfallKind.PROTECTED])
    arcs = problem.arcs.ratio[problem.arcs.of_line(line)]
    amount = min(kept, int(case.whole[line] - case.given[line])) * int(arcs.max())
    amount = min(amount, int(table.quantity[key]))
    name = table.id[key]
    return _Change(
        with_facts(problem, "protections", quantity=moved(table.quantity, key, by=-amount)),
        FixKind.RELEASE_PROTECTION,
        Rule("protection", name, f"protections[{name}].quantity"),
        amount,
        Unit.BASE,
        f"release {amount} protected by {name}",
        product=table.product.word(key),
    )


def _more_stock(case: Case, line: int) -> Iterator[_Change]:
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


def _stock(problem: Problem, lot: int, amount: int) -> _Change:
    lots = problem.facts.lots
    product, location = lots.product.word(lot), lots.location.word(lot)
    by = int(lots.available_day[lot])
    ready = by if by > problem.facts.cycle_day else None
    when = f" by {day(ready)}" if ready is not None else ""
    return _Change(
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


def _waived(case: Case, line: int, codes: Sequence[ReasonCode]) -> Iterator[_Change]:
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
            yield _Change(
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
