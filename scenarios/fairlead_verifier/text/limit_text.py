"""What a sentence says of a limit without room: who uses it, and what else has too little."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from fairlead_solver.reference.cycle import Line

from ..context.shared_sums import Limits, Sum
from ..context.verification_context import MICRO, Ground
from .rule_text import AMOUNT, Role, Row, Rule, amount
from .worth_text import of_cash

_USE = rf"{AMOUNT}(?: [A-Z]{{3}})?"
_TAKES = rf"(\S+) takes ({_USE}) of it(?: and (\d+) more lines? ({_USE}))?"
_ROOM = r"(?:(\S+) of )?(?:contract )?(\S+) has room for (\d+|none)"


def room_roles(
    ground: Ground, limits: Limits, line: Line, rules: Collection[Rule], sentence: str
) -> Iterator[Role]:
    """The patterns, with what the limits that are named and those beside them come to."""
    named = [match.group(1) for match in re.finditer(_TAKES, sentence)]
    own = [one for one in limits.sums if line.id in one.lines]
    told = [one for one in own if (one.family, one.key) in rules]
    yield _TAKES, {_takes(ground, one, line, first) for one in told for first in named}
    yield _ROOM, {row for one in own for row in _room(ground, one, line)}


def _takes(ground: Ground, one: Sum, line: Line, first: str) -> Row:
    own, most = (one.used_by(ground, frozenset([name])) for name in (line.id, first))
    rest = one.limit.use - own - most
    others = one.lines - {line.id, first}
    many = sum(one.used_by(ground, frozenset([name])) > 0 for name in others) if rest else 0
    currency = ground.facts.currency
    more = (f"{many}", _shown(one, rest, currency)) if rest else ("", "")
    return (first, _shown(one, most, currency), *more)


def _shown(one: Sum, use: int, currency: str) -> str:
    if one.family == "credit":
        return of_cash(use, currency)
    return amount(use / MICRO) if one.family == "capacity" else f"{use}"


def _room(ground: Ground, one: Sum, line: Line) -> Iterator[Row]:
    """Whole packs of the line that a limit has room for, by every way."""
    name = {
        "capacity": tuple(reversed(one.key.split("/"))),
        "contract_cap": ("cap", one.key),
        "credit": ("credit", one.key),
        "quota": ("", one.key),
    }.get(one.family)
    for arc in ground.arcs[line.id] if name is not None else ():
        each = one.limit.per_unit(arc) * line.pack
        if each and name is not None:
            yield (*name, f"{max(0, one.limit.slack // each) * line.pack or 'none'}")
