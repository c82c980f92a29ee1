"""Cash and policy value on the screen: by term and tier, by contract, and what weights cost.

Cash is in the cycle's currency, policy value in points: they stand apart, and their sum is shown
once, as the objective, in neither. Every column adds up exactly.
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from fairlead.v1 import decision_pb2, explanation_pb2

from ..spelling.planner_words import count, is_cash, money, percent, terms, word, worth_of

SHOWN = 20


def show_money(decision: decision_pb2.Decision) -> Iterator[RenderableType]:
    """By term and tier, then by contract."""
    yield Text("")
    yield _by_tier(decision)
    if decision.contracts:
        yield Text("\nBy contract", style="bold")
        yield _by_contract(decision)
        if sum(c.totals.lines for c in decision.contracts) > decision.totals.lines:
            yield Text("A line under several contracts counts for each; its worth is the first's.")


def columns_of(decision: decision_pb2.Decision) -> list[tuple[str, explanation_pb2.Money]]:
    """(heading, money): each tier that has lines, what belongs to no tier, and the whole.

    With one tier alone the whole is enough.
    """
    tiers = [(f"tier {t.tier}", t.terms) for t in decision.tiers if t.totals.lines]
    if len(tiers) < 2:
        return [("all", decision.terms)]
    return [*tiers, ("no tier", decision.terms_of_no_tier), ("all", decision.terms)]


def cash_heading(currency: str) -> str:
    """What a figure of cash is in."""
    return f"cash, {currency}" if currency else "cash"


POINTS_HEADING = "policy value, points"


def show_weights(console: Console, decision: decision_pb2.Decision) -> None:
    """What each weight of the policy cost."""
    if not decision.weights:
        console.print("No weight of the policy was weighed (of a scenario, they are).")
        return
    cash = f"cash in {decision.currency}, " if decision.currency else ""
    console.print(f"What each weight counts, and what all else gives up for it ({cash}points):")
    table = _table("weight", ">its points", ">cash given up", ">points given up", ">lines")
    for weight in decision.weights:
        found = weight.HasField("cost")
        ended = "" if word(weight, "status") == "OPTIMAL" else f" ({word(weight, 'status')})"
        table.add_row(
            weight.leaf + ended,
            money(weight.term_micros),
            money(weight.cost.cash_micros) if found else "",
            money(weight.cost.policy_value_micros) if found else "",
            count(weight.lines_changed),
        )
    console.print(table)


def _by_tier(decision: decision_pb2.Decision) -> Table:
    """The terms of cash with their sum, then those of policy value, then the objective."""
    columns = columns_of(decision)
    table = _table("", *(f">{name}" for name, _ in columns))
    worths = [worth_of(column) for _, column in columns]
    for cash, heading in ((True, cash_heading(decision.currency)), (False, POINTS_HEADING)):
        for name, _ in terms(decision.terms):
            if is_cash(name) is cash:
                field = f"{name.replace(' ', '_')}_micros"
                table.add_row(name, *(money(getattr(column, field)) for _, column in columns))
        sums = [w.cash_micros if cash else w.policy_value_micros for w in worths]
        table.add_row(heading, *map(money, sums), style="bold")
    together = [w.cash_micros + w.policy_value_micros for w in worths]
    table.add_row("objective", *map(money, together), style="dim")
    return table


def _by_contract(decision: decision_pb2.Decision) -> Table:
    cash = cash_heading(decision.currency)
    table = _table(
        "contract", ">lines", ">full", ">fill", ">penalty", f">{cash}", f">{POINTS_HEADING}"
    )
    for result in decision.contracts[:SHOWN]:
        totals = result.totals
        table.add_row(
            result.contract or "none",
            count(totals.lines),
            count(totals.lines_full),
            fill_of(totals),
            money(result.terms.contract_micros),
            *_both(result.terms),
        )
    if len(decision.contracts) > SHOWN:
        left = explanation_pb2.Money()
        for result in decision.contracts[SHOWN:]:
            for name, micros in terms(result.terms):
                field = f"{name.replace(' ', '_')}_micros"
                setattr(left, field, getattr(left, field) + micros)
        more = f"{len(decision.contracts) - SHOWN} more"
        table.add_row(more, *[""] * 4, *_both(left))
    table.add_row("no one contract", *[""] * 4, *_both(decision.terms_of_no_contract))
    table.add_row("all", *[""] * 4, *_both(decision.terms), style="bold")
    return table


def fill_of(totals: decision_pb2.Totals) -> str:
    """The share given: of the value at its price, or of the units of one product where nothing has
    a price. Units of several products are not added up."""
    if totals.requested_value_micros:
        return percent(totals.confirmed_value_micros / totals.requested_value_micros)
    if totals.products == 1 and totals.requested_quantity:
        return percent(totals.confirmed_quantity / totals.requested_quantity)
    return ""


def _both(message: explanation_pb2.Money) -> tuple[str, str]:
    worth = worth_of(message)
    return money(worth.cash_micros), money(worth.policy_value_micros)


def _table(*columns: str) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        right = column.startswith(">")
        table.add_column(column.removeprefix(">"), justify="right" if right else "left")
    return table
