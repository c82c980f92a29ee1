"""One line's story on the screen: sentence, waterfall, reasons, competing lines, fix."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from fairlead.v1 import decision_pb2, explanation_pb2

from ..spelling.message_reader import as_date
from ..spelling.planner_words import (
    count,
    in_currency,
    is_cash,
    money,
    named,
    spoken,
    terms,
    word,
    worth_of,
)
from .money import POINTS_HEADING, cash_heading
from .reason_phrases import phrase_of

_INFLOWS = ("ON_HAND", "INBOUND")


def show_story(
    console: Console, line: decision_pb2.DecisionLine, decision: decision_pb2.Decision
) -> None:
    """Print why a line of the decision is as it is."""
    console.print(Group(*_parts(line, decision)))


def _parts(
    line: decision_pb2.DecisionLine, decision: decision_pb2.Decision
) -> Iterator[RenderableType]:
    product = named(line.product, decision.product_names)
    given = f"{count(line.confirmed_quantity)} of {count(line.requested_quantity)} {product}"
    customer = named(line.customer, decision.customer_names)
    who = " ".join(filter(None, (customer, line.tier and f"tier {line.tier}")))
    yield Text.assemble((line.line, "bold"), f"  {who}  {given}  {spoken(word(line, 'outcome'))}")
    why = line.explanation
    if why.sentence:
        yield Text(why.sentence)
    yield from _sources(line)
    yield from _waterfall(why)
    yield from _reasons(why, decision.currency)
    for rival in why.competitors:
        yield from _rival(line, rival, decision)
    if why.competitors_left_out:
        yield Text(f"\nand {count(why.competitors_left_out)} more lines took some")
    if why.HasField("fix"):
        yield Text("\nFix", style="bold")
        yield Text(f"  {why.fix.sentence}")
    yield from _alternatives(why)


def _sources(line: decision_pb2.DecisionLine) -> Iterator[RenderableType]:
    if not line.sources:
        return
    yield Text("\nComes from", style="bold")
    table = _table("lot", "location", ">units", "delivered")
    for source in line.sources:
        other = source.product != line.product
        product = f" ({count(source.shipped_quantity)} {source.product})" if other else ""
        when = as_date(source.delivery_day)
        table.add_row(source.lot + product, source.location, count(source.quantity), when)
    yield table


def _waterfall(why: explanation_pb2.Explanation) -> Iterator[RenderableType]:
    if not why.waterfall:
        return
    yield Text("\nStock in reach", style="bold")
    table = _table("step", ">units", ">left")
    left = 0
    for step in why.waterfall:
        kind = word(step, "kind")
        if not step.units:
            continue
        change = step.units if kind in _INFLOWS else -step.units
        left += change
        table.add_row(spoken(kind), f"{change:+,}", count(left))
    yield table


def _reasons(why: explanation_pb2.Explanation, currency: str) -> Iterator[RenderableType]:
    if not why.reasons:
        return
    yield Text("\nReasons", style="bold")
    table = _table("reason", ">units", "known", ">the opposite", "about")
    tiers = {word(rival, "decided_by"): rival.tier for rival in reversed(why.competitors)}
    for reason in why.reasons:
        rule = " ".join(filter(None, (spoken(reason.rule.family), reason.rule.key)))
        known, code = word(reason, "certainty").lower(), word(reason, "code")
        phrase, opposite = phrase_of(code, tiers.get(code, "")), _opposite(reason, currency)
        table.add_row(phrase, count(reason.units), known, opposite, rule)
    yield table


def _opposite(reason: explanation_pb2.Reason, currency: str) -> str:
    """What a proven reason's opposite costs: cash and policy value, where a plan splits it."""
    if word(reason, "certainty") != "PROVEN":
        return ""
    if not reason.HasField("delta_micros"):
        return "impossible"
    if reason.HasField("delta_cash_micros"):
        cash = reason.delta_cash_micros
        points = money(reason.delta_micros - cash)
        return f"costs cash {in_currency(cash, currency)}, policy value {points} points"
    least = "at least " if reason.delta_at_least else ""
    return f"costs {least}{money(reason.delta_micros)}, cash and policy value together"


def _rival(
    line: decision_pb2.DecisionLine,
    rival: explanation_pb2.CompetingLine,
    decision: decision_pb2.Decision,
) -> Iterator[RenderableType]:
    """Who took some, and what a unit is worth with both, term by term."""
    customer = named(rival.customer, decision.customer_names)
    who = " ".join(filter(None, (customer, rival.tier and f"tier {rival.tier}")))
    contracts = f", contract {', '.join(rival.contracts)}" if rival.contracts else ""
    decided = phrase_of(word(rival, "decided_by"), rival.tier)
    yield Text.assemble(
        f"\n{count(rival.units)} went to ",
        (rival.line, "bold"),
        f" ({who}{contracts}): {decided}",
    )
    table = _table("a unit is worth", f">{rival.line}", f">{line.line}")
    sides = rival.unit_value, rival.own_unit_value
    by_term, worths = [dict(terms(side)) for side in sides], [worth_of(side) for side in sides]
    for cash, heading in ((True, cash_heading(decision.currency)), (False, POINTS_HEADING)):
        for name in dict.fromkeys(name for side in by_term for name in side):
            if is_cash(name) is cash:
                table.add_row(name, *(money(side.get(name, 0)) for side in by_term))
        sums = [w.cash_micros if cash else w.policy_value_micros for w in worths]
        table.add_row(heading, *map(money, sums), style="bold")
    yield table


def _alternatives(why: explanation_pb2.Explanation) -> Iterator[RenderableType]:
    if not why.alternatives:
        return
    yield Text("\nTried", style="bold")
    table = _table("what", "value", ">units", "why not more")
    for tried in why.alternatives:
        reason = phrase_of(word(tried.reason, "code")) if tried.HasField("reason") else ""
        table.add_row(spoken(word(tried, "kind")), tried.value, count(tried.units), reason)
    yield table


def _table(*columns: str) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        right = column.startswith(">")
        table.add_column(column.removeprefix(">"), justify="right" if right else "left")
    return table
