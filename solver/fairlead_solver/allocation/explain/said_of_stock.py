"""What is said of the stock in a line's reach, where it is the facts that keep it from the line."""

from __future__ import annotations

from collections.abc import Callable

from .case import Case
from .packs import packs
from .sentences import day
from .values import ReasonCode, WaterfallKind

_Telling = Callable[[Case, int], str]


def said_of_stock(case: Case, line: int, code: ReasonCode) -> str:
    """The words of a reason; "" where it is none of these."""
    telling = _TELLING.get(code)
    return telling(case, line) if telling is not None else ""


def _product(case: Case, line: int) -> str:
    return case.problem.facts.lines.product.word(line)


def _units(case: Case, line: int, *kinds: WaterfallKind) -> int:
    return int(case.waterfall.units[line, list(kinds)].sum())


def _no_supply(case: Case, line: int) -> str:
    held = _units(case, line, WaterfallKind.ON_HAND, WaterfallKind.INBOUND)
    product = _product(case, line)
    return f"only {held} of {product} in reach" if held else f"no stock of {product}"


def _blocked(case: Case, line: int) -> str:
    return f"{_units(case, line, WaterfallKind.BLOCKED)} of {_product(case, line)} are blocked"


def _shelf_life(case: Case, line: int) -> str:
    wanted = int(case.problem.facts.lines.min_shelf_life_days[line])
    units = f"{_units(case, line, WaterfallKind.SHELF_LIFE)} of {_product(case, line)}"
    if not wanted:
        return f"{units} would be expired at delivery"
    return f"{units} would have under {wanted} days of shelf life left at delivery"


def _latest(case: Case, line: int) -> str:
    return day(int(case.problem.facts.lines.latest_day[line]))


def _no_source(case: Case, line: int) -> str:
    units = f"{_units(case, line, WaterfallKind.NOT_ALLOWED)} of {_product(case, line)}"
    return f"{units} lie where this line may not be served from"


def _on_hold(case: Case, line: int) -> str:
    return f"customer {case.problem.facts.lines.customer.word(line)} is on hold"


def _outside_packs(case: Case, line: int) -> str:
    """Of each lot what is under a pack, be it that others broke one."""
    own, pack = case.problem.arcs.of_line(line), int(case.problem.line.pack[line])
    apart = packs(case.waterfall.arcs.at(own), case.problem.arcs.pack[own])
    units, lots = int((apart.alone + apart.broken).sum()), own.stop - own.start
    told = f"{units} of {_product(case, line)} make no whole pack of {pack}"
    return told if lots == 1 else f"{told} in their lots"


def _unprofitable(case: Case, line: int) -> str:
    left = _units(case, line, WaterfallKind.UNUSED)
    return f"{left} are left, but serving it costs more than it is worth"


_TELLING: dict[ReasonCode, _Telling] = {
    ReasonCode.NO_SUPPLY: _no_supply,
    ReasonCode.SUPPLY_BLOCKED: _blocked,
    ReasonCode.CHANNEL: lambda case, line: "stock is kept for other customers or channels",
    ReasonCode.SHELF_LIFE_SHORT: _shelf_life,
    ReasonCode.SUPPLY_TOO_LATE: lambda c, i: f"stock comes after {_latest(c, i)}",
    ReasonCode.DATE_WINDOW: lambda c, i: f"stock cannot arrive by {_latest(c, i)}",
    ReasonCode.NO_SOURCE: _no_source,
    ReasonCode.CUSTOMER_HOLD: _on_hold,
    ReasonCode.LOT_SPLIT_LIMIT: _outside_packs,
    ReasonCode.UNPROFITABLE: _unprofitable,
    ReasonCode.NOT_PROVEN: lambda case, line: (
        "not decided to a proof: rules conflict, or the run stopped"
    ),
    ReasonCode.UNEXPLAINED: lambda case, line: "unexplained",
}
