"""The objective on the screen: by term and tier, and by contract. Every row adds up exactly."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from fairlead.v1 import decision_pb2, explanation_pb2

from .words import count, money, percent, terms, word

SHOWN = 20


def total(message: explanation_pb2.Money) -> int:
    """All terms together."""
    return sum(micros for _, micros in terms(message))


def show_money(decision: decision_pb2.Decision) -> Iterator[RenderableType]:
    """By term and tier, then by contract."""
    yield Text("\nObjective by term", style="bold")
    yield _by_tier(decision)
    if decision.contracts:
        yield Text("\nObjective by contract", style="bold")
        yield _by_contract(decision)
        if sum(c.totals.lines for c in decision.contracts) > decision.totals.lines:
            yield Text("A line under several contracts counts for each; its money is the first's.")


def columns_of(decision: decision_pb2.Decision) -> list[tuple[str, explanation_pb2.Money]]:
    """(heading, money): each tier that has lines, what belongs to no tier, and the whole.

    With one tier alone the whole is enough.
    """
    tiers = [(f"tier {t.tier}", t.terms) for t in decision.tiers if t.totals.lines]
    if len(tiers) < 2:
        return [("money", decision.terms)]
    return [*tiers, ("no tier", decision.terms_of_no_tier), ("all", decision.terms)]


def show_weights(console: Console, decision: decision_pb2.Decision) -> None:
    """What each weight of the policy cost."""
    if not decision.weights:
        console.print("No weight of the policy was weighed (of a scenario, they are).")
        return
    table = _table("weight", ">its term", ">the others", ">without it", ">it cost", ">lines", "")
    for weight in decision.weights:
        found = weight.HasField("cost_micros")
        table.add_row(
            weight.leaf,
            money(weight.term_micros),
            money(weight.other_terms_micros),
            money(weight.other_terms_without_micros) if found else "",
            money(weight.cost_micros) if found else "",
            count(weight.lines_changed),
            "" if word(weight, "status") == "OPTIMAL" else word(weight, "status"),
        )
    console.print(table)


def _by_tier(decision: decision_pb2.Decision) -> Table:
    columns = columns_of(decision)
    table = _table("term", *(f">{name}" for name, _ in columns))
    for name, _ in terms(decision.terms):
        field = f"{name.replace(' ', '_')}_micros"
        table.add_row(name, *(money(getattr(column, field)) for _, column in columns))
    together = [money(total(column)) for _, column in columns]
    table.add_row("objective", *together, style="bold")
    return table


def _by_contract(decision: decision_pb2.Decision) -> Table:
    table = _table("contract", ">lines", ">asked", ">given", ">fill", ">penalty", ">objective")
    for result in decision.contracts[:SHOWN]:
        totals = result.totals
        table.add_row(
            result.contract or "none",
            count(totals.lines),
            count(totals.requested_quantity),
            count(totals.confirmed_quantity),
            percent(totals.confirmed_quantity / max(1, totals.requested_quantity)),
            money(result.terms.contract_micros),
            money(total(result.terms)),
        )
    if len(decision.contracts) > SHOWN:
        more = sum(total(result.terms) for result in decision.contracts[SHOWN:])
        table.add_row(f"{len(decision.contracts) - SHOWN} more", *[""] * 5, money(more))
    rest = money(total(decision.terms_of_no_contract))
    table.add_row("no one contract", *[""] * 5, rest)
    table.add_row("all", *[""] * 5, money(total(decision.terms)), style="bold")
    return table


def _table(*columns: str) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        right = column.startswith(">")
        table.add_column(column.removeprefix(">"), justify="right" if right else "left")
    return table
