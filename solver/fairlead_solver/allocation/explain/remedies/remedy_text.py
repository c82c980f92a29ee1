"""A remedy in words: what it changes, what it is worth, who loses and who gains."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...rules.figure_text import change as worth_change
from ...rules.figure_text import money
from ...rules.terms import Worth
from ..vocabulary.values import FixAmount, FixEffect, LineQuantity

NAMED = 3  # losers, and winners, named in a sentence


def fix_sentence(
    change: str, losers: Sequence[LineQuantity], effect: FixEffect, currency: str
) -> str:
    """A fix with whether less of it would do, what it is worth, who loses by it, and who else gets
    more."""
    how_much = "" if effect.how_much is None else f" ({_HOW_MUCH[effect.how_much]})"
    worth = worth_change(effect.gain or Worth(), currency)
    if effect.waived_micros:
        worth += f" with {money(effect.waived_micros, currency)} of penalties waived"
    lost = "; ".join(_losses(losers, effect)) or "nobody loses"
    won = [f"{line.line} gets {line.units} more" for line in effect.winners]
    told = f"{change}{how_much}: {worth}; {lost}"
    return f"{told}; {_first_of(won, 'gets more', 'get more')}" if won else told


_HOW_MUCH = {
    FixAmount.LEAST: "the least",
    FixAmount.ENOUGH: "enough; less may do",
}


def _losses(losers: Sequence[LineQuantity], effect: FixEffect) -> Iterator[str]:
    """Who loses: those certain to, one of several, and those of whom that was not found out."""
    of = {line.line: line.units for line in losers}
    sure, grouped = set(effect.certain_losers), {i for g in effect.one_of for i in g.lines}
    certain = [f"{line} loses {of[line]}" for line in of if line in sure]
    if certain:
        yield _first_of(certain, "loses", "lose")
    for group in effect.one_of:
        names = ", ".join(group.lines[:NAMED])
        more = len(group.lines) - NAMED
        names += f" and {more} more" if more > 0 else ""
        several = sum(line in of for line in group.lines) > 1
        yield f"one of {names} " + ("or several lose" if several else "loses") + f" {group.units}"
    open_ = [f"{line} loses {of[line]}" for line in of if line not in sure | grouped]
    if open_:
        yield _first_of(open_, "loses", "lose") + " in the plan tried"


def _first_of(phrases: Sequence[str], one: str, many: str) -> str:
    """The first phrases, and how many other lines there are: `one` line does it, `many` do."""
    more = len(phrases) - NAMED
    others = f" and {more} more {f'line {one}' if more == 1 else f'lines {many}'}"
    return ", ".join(phrases[:NAMED]) + (others if more > 0 else "")
