"""Suspicious but legal data: said in the answer, never in the way of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np

from ...finding_collector import cell
from ...findings import MAX_FINDINGS, Finding
from ...similar_ids import alike
from ...tables import NO_DAY, Table
from .eligibility import overdue
from .problem import Problem

STALE_AFTER_DAYS = 1


def warnings_about(problem: Problem) -> list[Finding]:
    """At most MAX_FINDINGS warnings per rule; those about the cycle as a whole name no id."""
    return [
        *_prices(problem),
        *_stock(problem),
        *_lines(problem),
        *_scopes(problem),
        *_look_alikes(problem),
    ]


def _at(table: Table, name: str, rows: np.ndarray, rule: str) -> Iterator[Finding]:
    for row in np.flatnonzero(rows)[:MAX_FINDINGS]:
        yield _about(table, name, int(row), rule)


def _about(table: Table, name: str, row: int, rule: str) -> Finding:
    """Named by id alone: rows are sorted by now, the giver's numbers would mislead."""
    return Finding(
        f"{table.NAME}.{name}", getattr(table, "id", ("",))[row], cell(table, name, row), rule
    )


def _prices(problem: Problem) -> Iterator[Finding]:
    if not np.any(problem.line.price_micros):
        rule = "is the price of every line: no line has a price, so no figure counts what is sold"
        yield Finding("lines.unit_price_micros", "", "0", rule)


def _look_alikes(problem: Problem) -> Iterator[Finding]:
    facts = problem.facts
    for path, words in (
        ("products.id", facts.products.id),
        ("locations.id", facts.locations.id),
        ("customers.id", facts.customers.id),
        ("lines.channel", facts.lines.channel.names),
    ):
        for one, other in islice(alike(words), MAX_FINDINGS):
            yield Finding(path, other, other, f"is another word than {one!r}, which looks alike")


def _stock(problem: Problem) -> Iterator[Finding]:
    facts = problem.facts
    lots = facts.lots
    perishable = facts.products.perishable[lots.product.codes]
    yield from _at(
        lots,
        "expiry_day",
        perishable & (lots.expiry_day == NO_DAY),
        "is not given: the product is perishable",
    )
    past = (lots.expiry_day != NO_DAY) & (lots.expiry_day < facts.cycle_day)
    yield from _at(lots, "expiry_day", past, "is before the cycle day: the lot has expired")
    if facts.as_of_day is not None and facts.cycle_day - facts.as_of_day > STALE_AFTER_DAYS:
        yield Finding(
            "as_of_day",
            "",
            str(facts.as_of_day),
            "is more than a day before the cycle day: the stock may have changed",
        )


def _lines(problem: Problem) -> Iterator[Finding]:
    lines, line, facts = problem.facts.lines, problem.line, problem.facts
    cost = facts.products.standard_cost_micros[line.product]
    dear = (line.price_micros < cost) & np.any(line.price_micros)  # else it is said once for all
    yield from _at(lines, "unit_price_micros", dear, "is less than the standard cost")
    worthless = "is 0, as are price, list price and cost: no weight of the policy serves the line"
    yield from _at(lines, "value_micros", line.value_micros == 0, worthless)
    pack_misfit = (line.least > 0) & (-(-line.least // line.pack) * line.pack > line.quantity)
    yield from _at(
        lines, "quantity", pack_misfit, "is less than the whole packs that the minimum fill needs"
    )
    yield from _at(
        lines,
        "previous_quantity",
        line.previous > line.quantity,
        "is more than is asked now",
    )
    late = "is before the cycle day: nothing can arrive in time"
    yield from _at(lines, "latest_day", overdue(facts), late)


def _scopes(problem: Problem) -> Iterator[Finding]:
    facts = problem.facts
    for table, scopes in (
        (facts.contracts, problem.contract_scopes),
        (facts.quotas, problem.quota_scopes),
    ):
        empty = np.bincount(scopes.row, minlength=len(table)) == 0
        yield from _at(table, "id", empty, "is a scope without a line of this cycle")
