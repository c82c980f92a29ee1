"""What a rule says of itself in a sentence, and what that must be by the facts.

A pattern for each kind of rule; its groups must be a row of figures and ids that the rule has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from ..context.limits import FLOOR, SUPPLY
from ..context.shared_sums import Limits
from ..context.verification_context import MICRO, Ground, row_of

Row = tuple[str, ...]
Role = tuple[str, Collection[Row]]
Rule = tuple[str, str]  # family and key

OF_LINES = ("lot_size", "min_fill", "ship_complete", "lock", "time_fence")  # keyed by line
MONEY = r"-?\d[\d,]*\.\d{2,6}"
AMOUNT = r"[\d,]+(?:\.\d+)?(?:e-\d+)?"
_TOKEN = re.compile(r"(?:[^\s,;:()]|(?<=\d),(?=\d))+")
_NUMBER = re.compile(r"-?\d[\d,]*(\.\d+)?|\d{4}-\d\d-\d\d")
_SIGNS = ".,;:()"


def strangers(
    sentence: str,
    roles: Iterable[Role],
    figures: Collection[str],
    ids: Collection[str],
    known: Collection[str],
) -> Iterator[str]:
    """Figures and ids of no statement. Where a pattern of `roles` is found its groups must be one
    of its rows; any other figure must be of `figures`, any other of the `known` ids of `ids`."""
    rest = sentence
    for pattern, allowed in roles:
        rows = set(map(_bare, allowed))
        for match in re.finditer(pattern, sentence):
            if _bare(match.groups("")) not in rows:
                yield match.group(0)
            start, end = match.span()
            rest = f"{rest[:start]}{' ' * (end - start)}{rest[end:]}"
    for word in _TOKEN.findall(rest):
        token = word.rstrip(".").removesuffix("'s")
        if token in ids or token in figures:
            continue
        if _NUMBER.fullmatch(token) or (token in known and not token.islower()):
            yield token


def stands_in(sentence: str, text: str) -> bool:
    """Whether a figure or an id stands in a sentence, by itself."""
    return bool(re.search(rf"(?<![^\s(]){re.escape(text)}(?![^\s,;:.)])", sentence))


def as_written(number: int) -> tuple[str, str, str]:
    """A number as a sentence may write it: as units, as money, as an amount of a resource."""
    return f"{number}", money(number), amount(number / MICRO)


def money(micros: int) -> str:
    """Money as a sentence says it."""
    return f"{(Decimal(micros) / MICRO).quantize(Decimal('0.01')) + 0:,.2f}"


def side_by_side(one: int, other: int) -> tuple[str, str]:
    """Two sums of money with as many digits as tell them apart, two at least."""
    for digits in range(2, 7):
        exponent = Decimal(1).scaleb(-digits)
        pair = [(Decimal(n) / MICRO).quantize(exponent) + 0 for n in (one, other)]
        if one == other or pair[0] != pair[1]:
            break
    return f"{pair[0]:,}", f"{pair[1]:,}"


def signed(micros: int) -> str:
    """A change as a sentence says it: with its sign, unless it is none to the hundredth."""
    return f"+{money(micros)}" if micros > 0 and money(micros) != "0.00" else money(micros)


def amount(number: float) -> str:
    """An amount of a resource as a sentence says it."""
    if number and abs(number) < 1:
        return f"{number:g}"
    return f"{number:,.2f}".rstrip("0").rstrip(".")


def _bare(row: Row) -> Row:
    """Without the signs that end a phrase."""
    return tuple(text.rstrip(_SIGNS) for text in row)


def rule_roles(ground: Ground, limits: Limits, rules: Iterable[Rule]) -> Iterator[Role]:
    """The patterns of these rules' families, each with a row for each rule."""
    rules = sorted(set(rules))
    for family, (pattern, says) in _WORDS.items():
        rows = [row for of, key in rules if of == family and (row := says(ground, limits, key))]
        if any(of == family for of, _ in rules):
            yield pattern, rows


def _supply(ground: Ground, _: Limits, key: str) -> Row | None:
    lot = ground.lots.get(key)
    return None if lot is None else (key, f"{lot.quantity}", lot.product, lot.location)


def _capacity(ground: Ground, _: Limits, key: str) -> Row | None:
    for row in ground.cycle.rows("resources"):
        if f"{row['location']}/{row['resource']}" == key:
            extra = row["overtime_micros"] / MICRO
            has = amount(row["capacity_micros"] / MICRO)
            return row["location"], has, row["resource"], amount(extra) if extra else ""
    return None


def _limit(family: str, table: str, had: str) -> Callable[[Ground, Limits, str], Row | None]:
    """The key and what the limit allows; where more is gone already, that and the cap."""

    def says(ground: Ground, limits: Limits, key: str) -> Row | None:
        limit, row = limits.named(family, key), row_of(ground.cycle, table, key)
        if limit is None or row is None:
            return None
        exceeded = row[had] > row["cap_quantity"]
        gone = (f"{row[had]}", f"{row['cap_quantity']}") if exceeded else ("", "")
        return key, f"{limit.limit}", *gone

    return says


def _credit(ground: Ground, limits: Limits, key: str) -> Row | None:
    limit = limits.named("credit", key)
    return None if limit is None else (key, money(limit.limit), ground.facts.currency)


def _floor(ground: Ground, limits: Limits, key: str) -> Row | None:
    row, limit = row_of(ground.cycle, "contracts", key), limits.named(FLOOR, key)
    if row is None or limit is None:
        return None
    return key, "must get" if row["hard"] else "is owed", f"{limit.limit}"


def _protection(ground: Ground, limits: Limits, key: str) -> Row | None:
    row, limit = row_of(ground.cycle, "protections", key), limits.named("protection", key)
    if row is None or limit is None:
        return None
    tier = f"tier {row['group_tier']}" if row["group_tier"] else ""
    group = ", ".join(filter(None, (row["group_customer"], row["group_channel"], tier)))
    where = " and ".join(row["locations"])
    return f"{row['quantity']}", row["product"], where, group, f"{limit.limit}"


def _share(ground: Ground, _: Limits, key: str) -> Row | None:
    line = ground.lines.get(key)
    if line is None:
        return None
    return key, f"{float(ground.entitled[key]):.6g}", f"{line.quantity}"


def _sources(ground: Ground, _: Limits, key: str) -> Row | None:
    line, order = ground.lines.get(key), row_of(ground.cycle, "orders", key)
    if line is not None and line.max_sources:
        return key, f"{line.max_sources}"
    return None if order is None else (key, f"{order['max_sources']}")


def _of_line(figure: Callable[[Any], int | None]) -> Callable[[Ground, Limits, str], Row | None]:
    """The line and a figure of it."""

    def says(ground: Ground, _: Limits, key: str) -> Row | None:
        line = ground.lines.get(key)
        return None if line is None else (key, f"{figure(line)}")

    return says


def _fence(ground: Ground, _: Limits, key: str) -> Row | None:
    line = ground.lines.get(key)
    if line is None:
        return None
    return key, f"{ground.policy.time_fence.days}", f"{line.previous}"


_WORDS: Mapping[str, tuple[str, Callable[[Ground, Limits, str], Row | None]]] = {
    SUPPLY: (r"(?i:lot) (\S+) holds (\d+) of (\S+) at (\S+)", _supply),
    "capacity": (
        rf"(\S+) has ({AMOUNT}) (?!(?:left|of)\b)([^\s,;:]+)(?: and up to ({AMOUNT}) of overtime)?",
        _capacity,
    ),
    "contract_cap": (
        r"(?i:contract) (\S+) may take (\d+) more(?:(?:: | \()(\d+) are delivered of its (\d+))?",
        _limit("contract_cap", "contracts", "delivered_quantity"),
    ),
    FLOOR: (r"(?i:contract) (\S+) (must get|is owed) at least (\d+)", _floor),
    "credit": (rf"(?i:customer) (\S+) may still spend ({MONEY})(?: ([A-Z]{{3}}))?", _credit),
    "quota": (
        r"(?i:quota) (\S+) has (\d+) left(?:(?:: | \()(\d+) are consumed of its (\d+))?",
        _limit("quota", "quotas", "consumed_quantity"),
    ),
    "protection": (
        r"(\d+) of (\S+)(?: at ([^:;()]+?))? are kept for ([^:;()]+?)"
        r"(?:: | \()(\d+) are left for others",
        _protection,
    ),
    "fair_share": (r"(?i:line) (\S+)'s fair share is (\S+) of (\d+)", _share),
    "sources": (
        r"(?i:line|order) (\S+) is served from at most (\d+) locations?",
        _sources,
    ),
    "location_use": (
        r"(?i:at most) (\d+) locations? (?:is|are) used",
        lambda ground, _, key: (f"{ground.policy.location_use.max_locations}",),
    ),
    "lot_size": (
        r"(?i:line) (\S+) is served in packs of (\d+)",
        _of_line(lambda line: line.pack),
    ),
    "min_fill": (
        r"(?i:line) (\S+) takes nothing, or at least (\d+)",
        _of_line(lambda line: line.least),
    ),
    "ship_complete": (
        r"(?i:line) (\S+) ships complete(?:: | \()(\d+), or nothing",
        _of_line(lambda line: line.quantity),
    ),
    "lock": (r"(?i:line) (\S+) is locked at (\d+)", _of_line(lambda line: line.locked)),
    "time_fence": (
        r"(?i:line) (\S+) is within the fence of (\d+) days and keeps its (\d+)",
        _fence,
    ),
}
