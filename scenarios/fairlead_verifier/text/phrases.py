"""A line's sentence says all of its statements: what was given, every reason in its words, the fix.

Which figures and ids it may hold is judged elsewhere (`sentences`); here, that nothing is left out
and that the words are those of the reason's code, as sure as the reason is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from fairlead.v1 import decision_pb2, explanation_pb2
from fairlead_scenarios.spelling.planner_words import word

_WENT = r"\d+ went to \S+ \("
_SURE = (  # who took the stock is a fact, whatever made it so
    "OUTRANKED_TIER",
    "OUTRANKED_VALUE",
    "FAIR_SHARE_RATIONED",
    "CONTRACT_FLOOR_OTHER",
    "TIE_BREAK",
)
_HELD = {  # what holds the line itself, and what holds a rival
    "LOCKED": ("is locked", f"{_WENT}.*, locked"),
    "TIME_FENCE": ("is within the fence", f"{_WENT}.*, within the time fence"),
    "STRATEGY": ("has strategy", f"{_WENT}.*, by its strategy"),
}
_WORDS = {  # what cannot be said without these words
    "OUTRANKED_TIER": _WENT,
    "OUTRANKED_VALUE": _WENT,
    "FAIR_SHARE_RATIONED": rf"{_WENT}.*, by fair share",
    "CONTRACT_FLOOR_OTHER": rf"{_WENT}.*, for its contract's floor",
    "TIE_BREAK": "worth the same",
    "NO_SUPPLY": "only .* in reach|no stock of ",
    "SUPPLY_BLOCKED": "blocked",
    "RESERVED_STOCK": r"(?:are|is) kept for",
    "CHANNEL": "channel",
    "SHELF_LIFE_SHORT": "expired|shelf life",
    "SUPPLY_TOO_LATE": r"come.* after \d",
    "DATE_WINDOW": r"cannot arrive by|was wanted by \S+, and it is",
    "NO_SOURCE": "may not be served",
    "CUSTOMER_HOLD": "on hold",
    "PACK_MULTIPLE": "in packs of",
    "LOT_SPLIT_LIMIT": "no whole pack",
    "SHIP_COMPLETE": "ships complete",
    "MIN_FILL": "nothing, or at least",
    "GROUP_INCOMPLETE": "delivery group",
    "PROTECTED_STOCK": "kept for",
    "SPLIT_LIMIT": "at most .* location",
    "UNPROFITABLE": "left, but .* costs more than it is worth",
    "QUOTA_EXHAUSTED": "quota .* no room",
    "CONTRACT_CAP": "contract .* no room",
    "CREDIT_LIMIT": "spend .* no room",
    "NOT_PROVEN": "not ruled out|not proven|nothing is decided",
    "UNEXPLAINED": "unexplained",
}
_NO_CAPACITY = {  # where arithmetic shows it, and where it does not
    True: "has .* no room",
    False: "has .* too little or too dear",
}
_FIX = re.compile(r"\. To [^:]*: ")


def left_out(said: decision_pb2.DecisionLine) -> Iterator[str]:
    """What the sentence of a line does not say, or says otherwise."""
    told, sentence = said.explanation, said.explanation.sentence
    short = said.requested_quantity - said.confirmed_quantity
    opening = rf"{said.confirmed_quantity} of {said.requested_quantity} given\b.*?"
    if short <= 0:
        more = " short: " in sentence or _FIX.search(sentence)
        if more or not re.fullmatch(rf"{opening}\.", sentence):
            yield "it says more than what was given"
        return
    body, *fixes = _FIX.split(sentence)
    if not re.match(rf"{opening}\. {short} short: ", body):
        yield f"it does not begin with what was given, and {short} short"
    if fixes != ([f"{told.fix.sentence}."] if told.HasField("fix") else []):
        yield "it does not end with the fix, and no other"
    filled = told.fix.effect.quantity >= said.requested_quantity
    if fixes and not re.search(r"\. To fill it" if filled else r"\. To give it \d", sentence):
        yield "it does not say whether the fix fills the line"
    if not sentence.endswith("."):
        yield "it does not end"
    yield from _reasons([reason for reason in told.reasons if reason.units], body)


def _reasons(reasons: list[explanation_pb2.Reason], body: str) -> Iterator[str]:
    for reason in reasons:
        code = word(reason, "code")
        if not re.search(_words(reason, code), body):
            yield f"{code} is left out"
    units = [int(match) for match in re.findall(r"(?:short: |; )(\d+): ", body)]
    if len(reasons) > 1 and units != [reason.units for reason in reasons]:
        yield f"the units of its reasons are {units}"
    known = [(word(reason, "code"), word(reason, "certainty")) for reason in reasons]
    likely = sum(how == "INDICATED" and code not in _SURE for code, how in known)
    if len(re.findall(r"\blikely ", body)) != likely:
        yield f"{likely} of its reasons are likely"


def _words(reason: explanation_pb2.Reason, code: str) -> str:
    exact = word(reason, "certainty") == "EXACT"
    if code in _HELD:
        own, rival = _HELD[code]
        return own if exact else rival
    return _NO_CAPACITY[exact] if code == "CAPACITY" else _WORDS.get(code, "$.")  # never found
