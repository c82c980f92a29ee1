"""What else a short line could have come from: each location, each substitute.

Every alternative is told with the units the line got from it and, where stock there did not come
to the line, the reason that kept most of it away: a refusal, a protection, a remainder under a
pack, the lines that took it, or, where stock is left unused, the line's own reason for that.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from ...cycle.eligibility import Refusal, ready_days
from ...rules.explanation import ReasonCode
from ..evidence.evidence import Case
from ..vocabulary.reason_catalogue import Kind, reasons_of
from ..vocabulary.values import Alternative, AlternativeKind, Certainty, Reason

CODE_OF_REFUSAL = {
    Refusal.BLOCKED: ReasonCode.SUPPLY_BLOCKED,
    Refusal.RESERVED: ReasonCode.RESERVED_STOCK,
    Refusal.SHELF_LIFE: ReasonCode.SHELF_LIFE_SHORT,
    Refusal.TOO_LATE: ReasonCode.SUPPLY_TOO_LATE,
    Refusal.LOCATION: ReasonCode.NO_SOURCE,
    Refusal.CHANNEL: ReasonCode.CHANNEL,
    Refusal.NO_LANE: ReasonCode.NO_SOURCE,
    Refusal.CUSTOMER_HOLD: ReasonCode.CUSTOMER_HOLD,
}
_Place = tuple[AlternativeKind, str]


LOST = reasons_of(Kind.OUTRANKED, Kind.OPEN, Kind.HELD)
REFUSED = reasons_of(Kind.REFUSED)


def alternatives(case: Case, line: int, told: Sequence[Reason]) -> tuple[Alternative, ...]:
    """Locations and substitutes in a short line's reach; `told` are its reasons, the first first.

    What others took and what is left unused is told with the reason the line itself has for that.
    Empty where there is but one place it could come from.
    """
    given: Counter[_Place] = Counter()
    lost: defaultdict[_Place, Counter[ReasonCode]] = defaultdict(Counter)
    others = next((r.code for r in told if r.code in LOST), ReasonCode.OUTRANKED_VALUE)
    apart = (*LOST, *REFUSED)
    unused = next((r.code for r in told if r.code not in apart), told[0].code)
    for place, units, code in _parts(case, line, others, unused):
        kept_away = lost[place]
        if code is None:
            given[place] += units
        else:
            kept_away[code] += units
    if len(lost) < 2:
        return ()
    return tuple(
        Alternative(kind, value, given[kind, value], _reason(lost[kind, value], told))
        for kind, value in sorted(lost)
    )


def _reason(lost: Counter[ReasonCode], told: Sequence[Reason]) -> Reason | None:
    """What kept most away; of equals the first code."""
    some = [(-units, code) for code, units in lost.items() if units]
    if not some:
        return None
    units, code = min(some)
    for reason in told:
        if reason.code is code:
            return Reason(code, -units, reason.certainty, reason.rule)
    indicated = code is ReasonCode.OUTRANKED_VALUE
    return Reason(code, -units, Certainty.INDICATED if indicated else Certainty.EXACT)


def _parts(
    case: Case, line: int, taken: ReasonCode, unused: ReasonCode
) -> Iterator[tuple[_Place, int, ReasonCode | None]]:
    """(place, units, what became of them: None is given) of every lot in reach."""
    arcs, units = case.problem.arcs, case.waterfall.arcs
    for k in range(int(arcs.refused_offsets[line]), int(arcs.refused_offsets[line + 1])):
        refused = _refused(case, line, k)
        for place in _places(case, line, int(arcs.refused_lot[k])):
            yield place, int(case.waterfall.refused_units[k]), refused
    for k in range(int(arcs.offsets[line]), int(arcs.offsets[line + 1])):
        for place in _places(case, line, int(arcs.lot[k])):
            yield place, int(units.given[k]), None
            yield place, int(units.others[k]), taken
            yield place, int(units.remainder[k]), ReasonCode.LOT_SPLIT_LIMIT
            yield place, int(units.protected[k]), ReasonCode.PROTECTED_STOCK
            yield place, int(units.unused[k]), unused


def _refused(case: Case, line: int, k: int) -> ReasonCode:
    """The code of a refused arc. What is ready in time is late by its way alone, and nothing is in
    time for a line whose latest day is over."""
    arcs, facts = case.problem.arcs, case.problem.facts
    refusal, lot = Refusal(int(arcs.refused_reason[k])), arcs.refused_lot[k : k + 1]
    if refusal is Refusal.TOO_LATE:
        latest, ready = int(case.problem.line.latest_day[line]), ready_days(facts, lot)[0]
        if ready <= latest or latest < facts.cycle_day:
            return ReasonCode.DATE_WINDOW
    return CODE_OF_REFUSAL[refusal]


def _places(case: Case, line: int, lot: int) -> Iterator[_Place]:
    lots = case.problem.facts.lots
    yield AlternativeKind.LOCATION, lots.location.word(lot)
    if lots.product.codes[lot] != case.problem.line.product[line]:
        yield AlternativeKind.SUBSTITUTE, lots.product.word(lot)
