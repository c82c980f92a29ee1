"""What a sentence says of stock that is refused: how much of which product, in which lots, why.

Worked out anew from the line's reach: base units by product, the line's own first; the lots with
most units of the line first, two of them by name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from ..context.reachable_stock import Reach, Refused, Share
from ..context.verification_context import Ground
from .rule_text import Role

_NAMED = 2
_EPOCH = date(1970, 1, 1)
_HELD = r"(?:[:;] |besides, |\) and )(\d+ of (?:[^;:()]|\(\d+ for one\))*?)"
_LOTS = r"(\(lots? [^)]*\))"
_WORDS = {  # the verb for many units, for one, and what follows it
    Refused.BLOCKED: ("are", "is", "blocked"),
    Refused.RESERVED: ("are", "is", r"kept for \S[^(;:]*?"),
    Refused.SHELF_LIFE: (
        "would",
        "would",
        r"(?:be expired|have under \d+ days of shelf life left) at delivery",
    ),
}


def refused_roles(ground: Ground, reach: Reach) -> Iterator[Role]:
    """The patterns of what is said of refused lots, each with what must stand there."""
    lots = [share for share in reach.shares if share.refused is not None and share.held]
    for why, words in _WORDS.items():
        yield _named(reach, [s for s in lots if s.refused is why], *words)
    late = [s for s in lots if s.refused is Refused.TOO_LATE]
    yield _named(reach, [s for s in late if s.outside_window], "cannot", "cannot", r"arrive by \S+")
    yield _coming(ground, reach, [s for s in late if not s.outside_window])
    yield _lying(reach, [s for s in lots if s.refused is Refused.CHANNEL], "where ")
    elsewhere = [s for s in lots if s.refused in (Refused.LOCATION, Refused.NO_LANE)]
    yield _lying(reach, elsewhere, "from where ")


def _named(reach: Reach, lots: Sequence[Share], many: str, one: str, words: str) -> Role:
    """With the names of the lots."""
    rows = {(_held(reach, lots), _verb(lots, many, one), _names(lots))} if lots else set()
    return rf"{_HELD} ({many}|{one}) {words} {_LOTS}", rows


def _lying(reach: Reach, lots: Sequence[Share], words: str) -> Role:
    """By place, without the names of the lots."""
    rows = {(_held(reach, lots), _verb(lots, "lie", "lies"))} if lots else set()
    return rf"{_HELD} (lies?) at \S[^;:]*?, {words}", rows


def _coming(ground: Ground, reach: Reach, lots: Sequence[Share]) -> Role:
    """Lots that come after the latest day, with the first day one can be shipped."""
    rows = set()
    if lots and reach.line.latest is not None:
        first = _day(max(ground.cycle.day, min(share.lot.available for share in lots)))
        later, latest = " or later" if len(lots) > 1 else "", _day(reach.line.latest)
        held, verb = _held(reach, lots), _verb(lots, "come", "comes")
        rows.add((held, verb, first, later, _names(lots), latest))
    return rf"{_HELD} (comes?) on (\S+)( or later)? {_LOTS}, after (\S+)", rows


def _held(reach: Reach, lots: Sequence[Share]) -> str:
    """What the lots hold by product."""
    held: Counter[str] = Counter()
    for share in lots:
        held[share.lot.product] += share.lot.quantity
    own, ratio = reach.line.product, {share.lot.product: share.ratio for share in lots}
    names = sorted(held, key=lambda name: (name != own, name))
    return " and ".join(
        f"{held[name]} of {'' if name == own else 'its substitute '}{name}"
        + (f" ({ratio[name]} for one)" if ratio[name] > 1 else "")
        for name in names
    )


def _verb(lots: Sequence[Share], many: str, one: str) -> str:
    return one if sum(share.lot.quantity for share in lots) == 1 else many


def _names(lots: Sequence[Share]) -> str:
    ranked = sorted(lots, key=lambda share: (-share.held, share.lot.id))
    names = ", ".join(share.lot.id for share in ranked[:_NAMED])
    more = f" and {len(lots) - _NAMED} more" if len(lots) > _NAMED else ""
    return f"({'lots' if len(lots) > 1 else 'lot'} {names}{more})"


def _day(days: int) -> str:
    return (_EPOCH + timedelta(days=days)).isoformat()
