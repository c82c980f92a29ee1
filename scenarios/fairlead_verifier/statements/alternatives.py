"""Alternatives: what a line got from each place in its reach, and why it did not get the rest.

Of every place (a location, or a product that stands in) the units in reach are shared out anew:
given, refused, taken by others, kept, under a pack, left unused. The reason told must be of the
largest share, with its units. Who took the stock, and what leaves stock unused, no arithmetic of
the place can show: it must be a reason of the line itself, known as well as it is there.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from fairlead.v1 import decision_pb2, explanation_pb2
from fairlead_scenarios.spelling.planner_words import word

from ..context.reachable_stock import Reach, Refused, Share
from ..context.verification_context import tells_a_difference
from ..trials.trial import Kind, Trial, arithmetic

_Place = tuple[str, str]

_CODE_OF = {
    Refused.BLOCKED: "SUPPLY_BLOCKED",
    Refused.RESERVED: "RESERVED_STOCK",
    Refused.SHELF_LIFE: "SHELF_LIFE_SHORT",
    Refused.TOO_LATE: "SUPPLY_TOO_LATE",
    Refused.LOCATION: "NO_SOURCE",
    Refused.CHANNEL: "CHANNEL",
    Refused.NO_LANE: "NO_SOURCE",
    Refused.HOLD: "CUSTOMER_HOLD",
}
_SUPPLY = frozenset({*_CODE_OF.values(), "NO_SUPPLY", "DATE_WINDOW"})
_TAKEN = frozenset(
    {
        "OUTRANKED_TIER",
        "OUTRANKED_VALUE",
        "FAIR_SHARE_RATIONED",
        "CONTRACT_FLOOR_OTHER",
        "TIE_BREAK",
        "NOT_PROVEN",
        "LOCKED",
        "TIME_FENCE",
        "STRATEGY",
    }
)


class _Lost:
    """Units of a place that did not come to the line: by the code that arithmetic shows, what
    others took, and what is left unused."""

    def __init__(self) -> None:
        self.by_code: Counter[str] = Counter()
        self.others = self.unused = 0

    def add(self, share: Share) -> None:
        """Count a lot of the place."""
        if share.refused is not None:
            code = "DATE_WINDOW" if share.outside_window else _CODE_OF[share.refused]
            self.by_code[code] += share.held
        self.by_code["LOT_SPLIT_LIMIT"] += share.remainder
        self.by_code["PROTECTED_STOCK"] += share.protected
        self.others += share.others
        self.unused += share.unused

    def most(self) -> int:
        """The largest share."""
        return max(self.others, self.unused, *self.by_code.values())

    def by(self, code: str) -> set[int]:
        """Units that a code may account for: what is left unused may have the code of another."""
        own = self.by_code[code] + (self.others if code in _TAKEN else 0)
        with_unused = own + (0 if code in _SUPPLY else self.unused)
        return {units for units in (own, with_unused) if units}


def alternative_trials(reach: Reach, said: decision_pb2.DecisionLine) -> Iterator[Trial]:
    """Every alternative of a line, and that none is left out."""
    told = said.explanation.alternatives
    given, lost = _places(reach)
    for tried in told:
        wrong = _wrong(said, tried, given, lost)
        yield arithmetic(Kind.ALTERNATIVE, said.line, _says(tried), wrong)
    if not told or said.confirmed_quantity >= said.requested_quantity:
        return
    places = [(word(tried, "kind"), tried.value) for tried in told]
    missing = lost.keys() - set(places)
    wrong = "" if len(set(places)) == len(places) else "a place is told twice"
    if missing:
        wrong = f"also in reach: {', '.join(sorted(value for _, value in missing))}"
    yield arithmetic(Kind.ALTERNATIVE, said.line, "these, and no others", wrong)


def _says(tried: explanation_pb2.Alternative) -> str:
    says = f"{tried.units} from {tried.value}"
    if not tried.HasField("reason"):
        return says
    return f"{says}: {word(tried.reason, 'code')} {tried.reason.units}"


def _places(reach: Reach) -> tuple[Counter[_Place], dict[_Place, _Lost]]:
    """Units the line got by place, and what did not come to it."""
    given: Counter[_Place] = Counter()
    lost: defaultdict[_Place, _Lost] = defaultdict(_Lost)
    for share in reach.shares:
        places = [("LOCATION", share.lot.location)]
        if share.lot.product != reach.line.product:
            places.append(("SUBSTITUTE", share.lot.product))
        for place in places:
            given[place] += share.given
            lost[place].add(share)
    return given, dict(lost)


def _wrong(
    said: decision_pb2.DecisionLine,
    tried: explanation_pb2.Alternative,
    given: Counter[_Place],
    lost: dict[_Place, _Lost],
) -> str:
    place = word(tried, "kind"), tried.value
    if place not in lost:
        return "it is not in reach"
    if given[place] != tried.units:
        return f"{given[place]} came from there"
    most = lost[place].most()
    if not tried.HasField("reason"):
        return f"{most} more were there" if most else ""
    code, units = word(tried.reason, "code"), tried.reason.units
    if units not in lost[place].by(code):
        return f"{code} accounts for {max(lost[place].by(code), default=0)} there"
    if units < most:
        return f"{most} were kept from it by something else"
    return _ill_founded(said, tried.reason, lost[place])


def _ill_founded(
    said: decision_pb2.DecisionLine, reason: explanation_pb2.Reason, lost: _Lost
) -> str:
    """What is told of a place is told as of the line; else arithmetic shows it, or it is likely."""
    code, certainty = word(reason, "code"), word(reason, "certainty")
    if reason.scope or tells_a_difference(reason):
        return "a place is never solved again for"
    for own in said.explanation.reasons:
        if own.code == reason.code:
            same = (own.certainty, own.rule) == (reason.certainty, reason.rule)
            return "" if same else f"of the line it is {word(own, 'certainty')}"
    if reason.rule != explanation_pb2.Rule():
        return "it names a rule that no reason of the line does"
    if reason.units == lost.by_code[code]:
        return "" if certainty == "EXACT" else "arithmetic shows it, and it is told as less"
    if code == "OUTRANKED_VALUE" and certainty == "INDICATED":
        return ""
    return "it is no reason of the line"
