"""What a fix says in words: each change by what it is called, its amount and whom it is about, what
it earns or costs, who loses and who gets more.

How that is put is free; figures of no statement are found out with the sentence of the line.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from fairlead.v1 import explanation_pb2

from ..screen.words import word
from .rule_words import as_written, money, stands_in

_EPOCH = date(1970, 1, 1)
_NAMED = 3  # losers, and winners, in a sentence
_CALLED = {  # what cannot be said without these words: by kind, or by family or field
    "MORE_STOCK": "more of",
    "RELEASE_PROTECTION": "release",
    "RAISE_QUOTA": "raise",
    "RAISE_CAPACITY": "raise",
    "RAISE_CONTRACT_CAP": "raise",
    "RAISE_CREDIT": "raise",
    "LATER_DATE": "later",
    "lot_size": "pack",
    "lock": "unlock",
    "time_fence": "fence",
    "strategy": "strategy",
    "min_fill": "minimum",
    "ship_complete": "in part",
    "delivery_group": "group",
    "sources": "more locations",
    "location_use": "more locations",
    "contract_floor": "floor",
    "status": "release",
    "owner_customer": "share",
    "owner_channel": "share",
    "on_hold": "hold",
    "min_shelf_life_days": "shelf life",
    "locations": "from",
}
_OF_LINE = ("location_use", "min_shelf_life_days")  # of all, or of the line itself: not named


def left_out(fix: explanation_pb2.Fix) -> Iterator[str]:
    """What the sentence of a fix does not say."""
    for part in (fix, *fix.also):
        kind, matter = word(part, "kind"), part.rule.family or part.rule.leaf.rpartition(".")[2]
        called = _CALLED[matter if kind == "WAIVE_RULE" else kind]
        if called not in fix.sentence:
            yield called
        for one in _about(part, kind, matter):
            if not stands_in(fix.sentence, one):
                yield one
        if kind != "WAIVE_RULE" and not any(
            stands_in(fix.sentence, text) for text in as_written(part.amount)
        ):
            yield f"{part.amount}"
    yield from _outcome(fix)


def _about(part: explanation_pb2.Fix, kind: str, matter: str) -> Iterator[str]:
    """What a change is about, as it is named: product, place and day, or the key of its rule."""
    if kind == "MORE_STOCK":
        yield part.product
    elif kind != "LATER_DATE" and matter not in _OF_LINE:
        yield part.rule.key.rpartition("/")[2]
    if part.location:
        yield part.location
    if part.HasField("by_day"):
        yield (_EPOCH + timedelta(days=part.by_day)).isoformat()


def _outcome(fix: explanation_pb2.Fix) -> Iterator[str]:
    worth, waived = "gains" if fix.gain_micros >= 0 else "costs", fix.effect.waived_micros
    losers = [f"{loser.line} loses {loser.units}" for loser in fix.losers[:_NAMED]]
    winners = [f"{one.line} gets {one.units} more" for one in fix.effect.winners[:_NAMED]]
    needed = [f"{worth} {money(abs(fix.gain_micros))}", *(losers or ["nobody loses"]), *winners]
    if waived:
        needed.append(f"{money(waived)} of penalties")
    yield from (text for text in needed if text not in fix.sentence)
