"""Suspicious but legal data: said in the answer, never in the way of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ..findings import MAX_FINDINGS, Finding
from ..intake import cell
from ..tables import NO_DAY, Table
from .arcs import overdue

if TYPE_CHECKING:
    from .problem import Problem

STALE_AFTER_DAYS = 1
NO_PRICE = "no line has a price: every figure of money and of policy value says little"


def warnings_about(problem: Problem) -> list[Finding]:
    """At most MAX_FINDINGS warnings per rule."""
    return [*_prices(problem), *_stock(problem), *_lines(problem), *_scopes(problem)]


def _at(table: Table, name: str, rows: np.ndarray, rule: str) -> Iterator[Finding]:
    for row in np.flatnonzero(rows)[:MAX_FINDINGS]:
        yield _about(table, name, int(row), rule)


def _about(table: Table, name: str, row: int, rule: str) -> Finding:
    """Named by id alone: rows are sorted by now, the giver's numbers would mislead."""
    return Finding(
        f"{table.NAME}.{name}", getattr(table, "id", ("",))[row], cell(table, name, row), rule
    )


def _stock(problem: Problem) -> Iterator[Finding]:
    facts = problem.facts
    lots = facts.lots
    perishable = facts.products.perishable[lots.product.codes]
    yield from _at(
        lots, "expiry_day", perishable & (lots.expiry_day == NO_DAY), "perishable without expiry"
    )
    past = (lots.expiry_day != NO_DAY) & (lots.expiry_day < facts.cycle_day)
    yield from _at(lots, "expiry_day", past, "expired before the cycle day")
    if facts.as_of_day is not None and facts.cycle_day - facts.as_of_day > STALE_AFTER_DAYS:
        yield Finding("as_of_day", "", str(facts.as_of_day), "stock older than a day")


def _prices(problem: Problem) -> Iterator[Finding]:
    facts, line = problem.facts, problem.line
    if not line.price_micros.any():
        yield Finding("lines.unit_price_micros", "", "0", NO_PRICE)
        return
    cost = facts.products.standard_cost_micros[line.product]
    under = line.price_micros < cost
    yield from _at(facts.lines, "unit_price_micros", under, "price under cost")


def _lines(problem: Problem) -> Iterator[Finding]:
    lines, line, facts = problem.facts.lines, problem.line, problem.facts
    pack_misfit = (line.least > 0) & (-(-line.least // line.pack) * line.pack > line.quantity)
    yield from _at(lines, "quantity", pack_misfit, "no whole packs reach the minimum fill")
    yield from _at(
        lines,
        "previous_quantity",
        line.previous > line.quantity,
        "more was confirmed than is asked now",
    )
    late = "before the cycle day: nothing can arrive in time"
    yield from _at(lines, "latest_day", overdue(facts), late)


def _scopes(problem: Problem) -> Iterator[Finding]:
    facts = problem.facts
    for table, scopes in (
        (facts.contracts, problem.contract_scopes),
        (facts.quotas, problem.quota_scopes),
    ):
        empty = np.bincount(scopes.row, minlength=len(table)) == 0
        yield from _at(table, "id", empty, "no line of this cycle is in its scope")
