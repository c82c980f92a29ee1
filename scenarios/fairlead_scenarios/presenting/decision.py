"""A decision on the screen: summary, terms of the objective, short lines, what binds."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from fairlead.v1 import decision_pb2, explanation_pb2

from ..spelling.planner_words import (
    count,
    in_currency,
    money,
    named,
    parts,
    percent,
    scaled,
    seconds,
    spoken,
    word,
    worth_of,
)
from .money import fill_of, show_money
from .remarks import above_figures, below_figures

SHOWN = 20
_GOOD, _LIMIT, _BAD = "green", "yellow", "red"
_COLOURS = {"OPTIMAL": _GOOD, "FEASIBLE_LIMIT": _LIMIT}


def show_decision(console: Console, decision: decision_pb2.Decision, title: str) -> None:
    """Print a decision for a planner."""
    console.print(Group(*_parts(decision, title)))


def short_lines(decision: decision_pb2.Decision) -> list[decision_pb2.DecisionLine]:
    """Lines given less than asked, the most short first."""
    short = [line for line in decision.lines if line.confirmed_quantity < line.requested_quantity]
    return sorted(short, key=lambda line: line.confirmed_quantity - line.requested_quantity)


def short_count(decision: decision_pb2.Decision) -> int:
    """How many lines were given less than asked, whether or not the message holds them all."""
    return decision.totals.lines - decision.totals.lines_full


def _parts(decision: decision_pb2.Decision, title: str) -> Iterator[RenderableType]:
    yield _headline(decision, title)
    if decision.HasField("conflict"):
        yield from conflict_told(decision.conflict)
    yield from _apart(decision)
    if remarks := above_figures(decision):
        yield Text("\n".join(remarks), style=_LIMIT)
    if something_decided(decision):
        yield _totals(decision)
        yield from _tier_goals(decision)
        yield from show_money(decision)
    yield from _short(decision)
    yield from _binding(decision)
    if remarks := below_figures(decision):
        yield Text("\n" + "\n".join(remarks), style=_LIMIT)


def conflict_told(conflict: explanation_pb2.Conflict) -> Iterator[RenderableType]:
    """The rules that conflict, and the cheapest way out."""
    yield Text(conflict.sentence, style=_BAD)
    for rule in conflict.rules:
        yield Text(f"  {spoken(rule.family)} {rule.key}: {rule.leaf}", style="dim")


def something_decided(decision: decision_pb2.Decision) -> bool:
    """Whether there are figures to show: not where every line is in a conflict."""
    return decision.totals.lines > len(decision.conflict.lines)


def apart(decision: decision_pb2.Decision) -> str:
    """Of an infeasible cycle: what its figures are about. Else ""."""
    if decision.status != decision_pb2.DECISION_STATUS_INFEASIBLE:
        return ""
    left = len(decision.conflict.lines)
    if not something_decided(decision):
        return "Nothing is decided: every line is in the conflict."
    rest = decision.totals.lines - left
    others = "1 line is" if rest == 1 else f"{count(rest)} lines are"
    those = (
        "the 1 in the conflict is not; it counts"
        if left == 1
        else (f"the {count(left)} in the conflict are not; they count")
    )
    return f"Apart from the conflict: {others} decided, {those} below as given nothing."


def _apart(decision: decision_pb2.Decision) -> Iterator[RenderableType]:
    if words := apart(decision):
        yield Text(f"\n{words}", style=_LIMIT)


def _headline(decision: decision_pb2.Decision, title: str) -> Text:
    status = word(decision, "status")
    line = Text.assemble((title, "bold"), "  ", (status, f"bold {_COLOURS.get(status, _BAD)}"))
    if decision.HasField("relative_gap"):
        line.append(f"  gap {percent(decision.relative_gap, 3)}")
    if decision.totals.lines and decision.status != decision_pb2.DECISION_STATUS_INFEASIBLE:
        line.append(f"\n{parts(worth_of(decision.terms), decision.currency)}")
    return line


def _totals(decision: decision_pb2.Decision) -> Table:
    """Lines, and what they are worth at their price; units where all are of one product."""
    table, alike = _table(), decision.totals.products == 1
    value = f", {decision.currency}" if decision.currency else ""
    headings = ["", "lines", "full", "partial", f"asked{value}", f"given{value}", "fill"]
    headings += ["asked, units", "given, units"] if alike else []
    for column in headings:
        table.add_column(column, justify="left" if not column else "right")
    rows = [(f"tier {tier.tier}", tier.totals) for tier in decision.tiers if tier.totals.lines]
    for name, totals in [*rows, ("all", decision.totals)]:
        table.add_row(
            name,
            count(totals.lines),
            count(totals.lines_full),
            count(totals.lines_partial),
            money(totals.requested_value_micros),
            money(totals.confirmed_value_micros),
            fill_of(totals),
            *_units(totals, alike),
            style="bold" if name == "all" and rows else None,
        )
    return table


def _units(totals: decision_pb2.Totals, alike: bool) -> tuple[str, ...]:
    if not alike:
        return ()
    return count(totals.requested_quantity), count(totals.confirmed_quantity)


def with_unit(bound: explanation_pb2.BindingConstraint, number: int, currency: str) -> str:
    """A limit, or the use of one, with what it counts: 480 pick_minutes, 55.50 EUR, 80 units."""
    unit = word(bound, "unit")
    if unit == "MONEY_MICROS":
        return in_currency(number, currency)
    counted = {"RESOURCE_MICROS": bound.rule.key.rpartition("/")[2], "COUNT": "locations"}
    return f"{scaled(number, bound.scale)} {counted.get(unit, 'units')}"


def _tier_goals(decision: decision_pb2.Decision) -> Iterator[RenderableType]:
    """Under STRICT tiers: how much of each is served, and how much more it could be."""
    if not decision.tier_goals:
        return
    yield Text(f"\nTiers in strict order, value in {decision.currency or 'money'}", style="bold")
    table = _table()
    for column in ("", "served", "at most", "gap"):
        table.add_column(column, justify="left" if not column else "right")
    for goal in decision.tier_goals:
        gap = "proven" if goal.proven else percent(goal.relative_gap, 3)
        table.add_row(f"tier {goal.tier}", money(goal.value_micros), money(goal.bound_micros), gap)
    yield table
    if not all(goal.proven for goal in decision.tier_goals):
        yield Text("A tier is not proven: the objective's bound is that of the best plan in order.")


def _short(decision: decision_pb2.Decision) -> Iterator[RenderableType]:
    short = short_lines(decision)
    if not decision.totals.lines:
        return
    if not short:
        yield Text("\nNo line is short.", style="bold")
        return
    yield Text(f"\nShort lines ({count(short_count(decision))})", style="bold")
    table = _table()
    for column in ("line", "customer", "product", "tier", "why"):
        table.add_column(column, overflow="fold")
    for line in short[:SHOWN]:
        customer = named(line.customer, decision.customer_names)
        product = named(line.product, decision.product_names)
        table.add_row(line.line, customer, product, line.tier, _why(line))
    yield table
    yield from _more(short_count(decision))


def _why(line: decision_pb2.DecisionLine) -> str:
    given = f"{count(line.confirmed_quantity)} of {count(line.requested_quantity)} given."
    return line.explanation.sentence or given


def _binding(decision: decision_pb2.Decision) -> Iterator[RenderableType]:
    constraints, untried = decision.binding_constraints, decision.limits_untried
    if not constraints:
        if untried:
            yield Text(f"\nWhat binds: {_untried(untried)}", style="bold")
        return
    yield Text(f"\nWhat binds ({count(len(constraints))})", style="bold")
    table = _table()
    for column, right in (("rule", False), ("limit", True), ("used", True), ("says", False)):
        table.add_column(column, justify="right" if right else "left", overflow="fold")
    for bound in constraints[:SHOWN]:
        limit, use = (with_unit(bound, n, decision.currency) for n in (bound.limit, bound.use))
        table.add_row(spoken(bound.rule.family), limit, use, bound.sentence)
    yield table
    yield from _more(len(constraints))
    if untried:
        yield Text(f"  {_untried(untried)}", style="dim")


def _untried(limits: int) -> str:
    return f"{count(limits)} more {'limit was' if limits == 1 else 'limits were'} not tried"


def times_of(record: decision_pb2.SolveRecord) -> str:
    """Seconds by phase, in one line. They differ from run to run: no part of the page."""
    parts = ", ".join(f"{one.phase} {seconds(one.duration)}" for one in record.phases)
    return f"{seconds(record.total_duration)} s by {record.engine}: {parts}"


def _more(total: int) -> Iterator[RenderableType]:
    if total > SHOWN:
        yield Text(f"  … and {count(total - SHOWN)} more (--json or --out for all)", style="dim")


def _table(*, header: bool = True) -> Table:
    return Table(
        box=None, show_header=header, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0)
    )
