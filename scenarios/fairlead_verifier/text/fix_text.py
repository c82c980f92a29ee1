"""What a fix says in words: each change by what it is called, its amount and whom it is about, what
it earns or costs, who loses and who gets more.

How that is put is free; figures of no statement are found out with the sentence of the line.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from fairlead.v1 import explanation_pb2
from fairlead_scenarios.spelling.planner_words import word

from ..context.verification_context import Ground
from .rule_text import MONEY, Role, Row, as_written, money, stands_in
from .worth_text import PARTS, change, of_cash

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
_HOW_MUCH = {"LEAST": "the least", "ENOUGH": "enough"}
_OF_LINE = ("location_use", "min_shelf_life_days")  # of all, or of the line itself: not named


def left_out(fix: explanation_pb2.Fix, ground: Ground) -> Iterator[str]:
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
    yield from _outcome(fix, ground.decision.currency)


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


def _outcome(fix: explanation_pb2.Fix, currency: str) -> Iterator[str]:
    effect = fix.effect
    winners = [f"{one.line} gets {one.units} more" for one in effect.winners[:_NAMED]]
    needed = [*_worth(fix, currency), *_losses(fix), *winners]
    if word(effect, "how_much") in _HOW_MUCH:
        needed.append(_HOW_MUCH[word(effect, "how_much")])
    if effect.waived_micros:
        needed.append(f"{of_cash(effect.waived_micros, currency)} of penalties")
    yield from (text for text in needed if text not in fix.sentence)


def _worth(fix: explanation_pb2.Fix, currency: str) -> Iterator[str]:
    """Cash and policy value; of a decision made before these stood apart, what it gains in all."""
    if fix.effect.HasField("gain"):
        yield change(fix.effect.gain, currency)
    else:
        worth = "gains" if fix.gain_micros >= 0 else "costs"
        yield f"{worth} {money(abs(fix.gain_micros))}"


def _losses(fix: explanation_pb2.Fix) -> Iterator[str]:
    grouped = {line for group in fix.effect.one_of for line in group.lines}
    alone = [one for one in fix.losers if one.line not in grouped]
    sure = [one for one in alone if one.line in fix.effect.certain_losers]
    open_ = [one for one in alone if one not in sure]
    for some in (sure, open_):
        yield from (f"{one.line} loses {one.units}" for one in some[:_NAMED])
    if open_ and fix.effect.HasField("gain"):
        yield "in the plan tried"
    for group in fix.effect.one_of:
        yield "one of " + ", ".join(group.lines[:_NAMED])
        yield f" {group.units}"
    if not fix.losers:
        yield "nobody loses"


def fix_roles(fix: explanation_pb2.Fix, currency: str) -> Iterator[Role]:
    """The patterns of what a fix comes to, each with the figures and ids that it has."""
    lost = {(one.line, f"{one.units}") for one in fix.losers}
    groups = set[Row]()
    for group in fix.effect.one_of:
        names = group.lines[:_NAMED]
        groups.add((", ".join(names), f"{group.units}"))
        lost |= {(names[-1], f"{group.units}"), ("more", f"{group.units}")}
    yield r"(\S+) loses (\d+)", lost
    yield r"one of (.+?)(?: and \d+ more)?(?: or several lose| loses) (\d+)", groups
    yield r"(\S+) gets (\d+) more", {(i.line, f"{i.units}") for i in fix.effect.winners}
    gain = fix.gain_micros
    yield rf"(gains|costs) ({MONEY})", {("gains" if gain >= 0 else "costs", money(abs(gain)))}
    yield rf"(?<=: )(?<!a unit: ){PARTS}", {(change(fix.effect.gain, currency),)}
    yield r"To give it (\d+)", {(f"{fix.effect.quantity}",)}
    waived = money(fix.effect.waived_micros), currency
    yield rf"with ({MONEY})(?: ([A-Z]{{3}}))? of penalties waived", {waived}


def fix_numbers(fix: explanation_pb2.Fix) -> Iterator[int]:
    """Units that a fix tells of others, and how many of them its sentence does not name."""
    effect = fix.effect
    for some in (fix.losers, effect.winners, effect.certain_losers):
        yield len(some) - _NAMED
    yield len(fix.losers) - len(effect.certain_losers) - _NAMED
    for group in effect.one_of:
        yield from (group.units, len(group.lines) - _NAMED)
    yield from (one.units for one in fix.losers)


def fix_money(fix: explanation_pb2.Fix) -> Iterator[str]:
    """What a fix of a decision made before cash and policy value stood apart gains."""
    if not fix.effect.HasField("gain"):
        yield money(abs(fix.gain_micros))
