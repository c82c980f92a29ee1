"""What else a short line could have come from: each location, each substitute.

Every alternative is told with the units the line got from it and, where stock there did not come
to the line, the reason that kept most of it away: a refusal, a protection, a remainder under a
pack, the lines that took it, or, where stock is left unused, the line's own first reason.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from ..arcs import Refusal
from .case import Case
from .values import Alternative, AlternativeKind, Certainty, Reason, ReasonCode

CODE_OF_REFUSAL = {
    Refusal.BLOCKED: ReasonCode.SUPPLY_BLOCKED,
    Refusal.RESERVED: ReasonCode.CHANNEL,
    Refusal.SHELF_LIFE: ReasonCode.SHELF_LIFE_SHORT,
    Refusal.TOO_LATE: ReasonCode.SUPPLY_TOO_LATE,
    Refusal.LOCATION: ReasonCode.NO_SOURCE,
    Refusal.CHANNEL: ReasonCode.CHANNEL,
    Refusal.NO_LANE: ReasonCode.NO_SOURCE,
    Refusal.CUSTOMER_HOLD: ReasonCode.CUSTOMER_HOLD,
}
_Place = tuple[AlternativeKind, str]


def alternatives(case: Case, line: int, first: Reason) -> tuple[Alternative, ...]:
    """Locations and substitutes in a short line's reach; `first` is its first reason.

    Empty where there is but one place it could come from.
    """
    given: Counter[_Place] = Counter()
    lost: defaultdict[_Place, Counter[ReasonCode]] = defaultdict(Counter)
    for place, units, code in _parts(case, line, first.code):
        kept_away = lost[place]
        if code is None:
            given[place] += units
        else:
            kept_away[code] += units
    if len(lost) < 2:
        return ()
    return tuple(
        Alternative(kind, value, given[kind, value], _reason(lost[kind, value], first))
        for kind, value in sorted(lost)
    )


def _reason(lost: Counter[ReasonCode], first: Reason) -> Reason | None:
    """What kept most away; of equals the first code."""
    some = [(-units, code) for code, units in lost.items() if units]
    if not some:
        return None
    units, code = min(some)
    if code is first.code:
        return Reason(code, -units, first.certainty, first.rule)
    indicated = code is ReasonCode.OUTRANKED_VALUE
    return Reason(code, -units, Certainty.INDICATED if indicated else Certainty.EXACT)


def _parts(
    case: Case, line: int, unused: ReasonCode
) -> Iterator[tuple[_Place, int, ReasonCode | None]]:
    """(place, units, what became of them: None is given) of every lot in reach."""
    arcs, units = case.problem.arcs, case.waterfall.arcs
    for k in range(int(arcs.refused_offsets[line]), int(arcs.refused_offsets[line + 1])):
        refused = CODE_OF_REFUSAL[Refusal(int(arcs.refused_reason[k]))]
        for place in _places(case, line, int(arcs.refused_lot[k])):
            yield place, int(case.waterfall.refused_units[k]), refused
    for k in range(int(arcs.offsets[line]), int(arcs.offsets[line + 1])):
        for place in _places(case, line, int(arcs.lot[k])):
            yield place, int(units.given[k]), None
            yield place, int(units.others[k]), ReasonCode.OUTRANKED_VALUE
            yield place, int(units.remainder[k]), ReasonCode.LOT_SPLIT_LIMIT
            yield place, int(units.protected[k]), ReasonCode.PROTECTED_STOCK
            yield place, int(units.unused[k]), unused


def _places(case: Case, line: int, lot: int) -> Iterator[_Place]:
    lots = case.problem.facts.lots
    yield AlternativeKind.LOCATION, lots.location.word(lot)
    if lots.product.codes[lot] != case.problem.line.product[line]:
        yield AlternativeKind.SUBSTITUTE, lots.product.word(lot)
