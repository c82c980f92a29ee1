"""Cash and policy value as a sentence writes them: apart, and the currency at cash alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fairlead.v1 import worth_pb2

from .rule_text import money, side_by_side, signed

PARTS = r"(cash \S+(?: [A-Z]{3})?, policy value \S+ points)"
BOTH = rf"{PARTS}(?: for either|, against {PARTS})"
TOGETHER = r"(\S+) \(cash and policy value together\)"
_FIGURE = r"[+-]?\d[\d,]*(?:\.\d+)?"
_OF_MONEY = (  # what may come before a figure of money that has its currency
    r"cash", r"still spend", r"takes", r"more lines?", r"fixed cost of", r"by", r";", r"with",
    r"valued at", r"against",
)  # fmt: skip


def both(one: worth_pb2.Worth, other: worth_pb2.Worth, currency: str) -> tuple[str, str]:
    """What two are worth, with as many digits as tell them apart."""
    cash = side_by_side(one.cash_micros, other.cash_micros)
    points = side_by_side(one.policy_value_micros, other.policy_value_micros)
    theirs, own = (
        f"cash {_coded(c, currency)}, policy value {p} points"
        for c, p in zip(cash, points, strict=True)
    )
    return theirs, own


def change(worth: worth_pb2.Worth, currency: str) -> str:
    """By how much something changes."""
    cash, points = signed(worth.cash_micros), signed(worth.policy_value_micros)
    return f"cash {_coded(cash, currency)}, policy value {points} points"


def of_cash(micros: int, currency: str) -> str:
    """Money alone."""
    return _coded(money(micros), currency)


def misplaced(text: str, currency: str) -> Iterator[str]:
    """Where a text gives policy value a currency or no unit, or cash none."""
    for match in re.finditer(rf"policy value ({_FIGURE})(?! points\b)(?![\d,.])", text):
        yield f"{match.group(0)!r} is not in points"
    for match in re.finditer(r"(\S+ \S+ \S+) points\b", text):
        if not re.fullmatch(rf"policy value {_FIGURE}|\({_FIGURE} against {_FIGURE}", match[1]):
            yield f"{match.group(0)!r} is no policy value"
    if not currency:
        return
    code = re.escape(currency)
    for match in re.finditer(rf"\bcash ({_FIGURE})(?! {code}\b)(?![\d,.])", text):
        yield f"{match.group(0)!r} has no currency"
    before = rf"(?:{'|'.join(_OF_MONEY)}) {_FIGURE} {code}\b"
    if len(re.findall(before, text)) < len(re.findall(rf"{_FIGURE} {code}\b", text)):
        yield f"a figure that is not cash is in {currency}"


def _coded(figure: str, currency: str) -> str:
    return f"{figure} {currency}".rstrip()
