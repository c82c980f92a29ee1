"""What is said of the stock in a line's reach, where it is the facts that keep it from the line.

Units are the line's. Refused stock is told with its lots, up to NAMED of them, the largest first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from fairlead_solver.tables import Bools, Ints

from ...cycle.eligibility import Refusal, overdue, ready_days
from ...cycle.problem import Problem
from ...rules.explanation import ReasonCode
from ...rules.figure_text import day, money, parts
from ...rules.terms import Worth
from ..evidence.evidence import Case
from ..evidence.pack_remainders import packs
from ..vocabulary.values import WaterfallKind

NAMED = 2  # lots, places or owners; more are counted
_Telling = Callable[[Case, int], str]


def said_of_stock(case: Case, line: int, code: ReasonCode) -> str:
    """The words of a reason; "" where it is none of these."""
    telling = _REFUSED.get(code) or _TELLING.get(code)
    return telling(case, line) if telling is not None else ""


def untold_of_stock(case: Case, line: int, told: Sequence[ReasonCode]) -> str:
    """Refusals that no reason told of a line that nothing in its reach may serve: what is refused
    first accounts for no unit where what is refused last leaves too little by itself."""
    own = case.problem.arcs.of_line(line)
    if own.start < own.stop or _is_overdue(case, line):
        return ""
    others = [telling(case, line) for code, telling in _REFUSED.items() if code not in told]
    return " and ".join(words for words in others if words)


def _product(case: Case, line: int) -> str:
    return case.problem.facts.lines.product.word(line)


def _units(case: Case, line: int, *kinds: WaterfallKind) -> int:
    return int(case.waterfall.units[line, list(kinds)].sum())


class _Refused:
    """Lots that some refusals keep from a line, the largest first."""

    def __init__(self, case: Case, line: int, *why: Refusal, transit: bool | None = None) -> None:
        """`transit`: of those too late, those that are (not) late by the way alone."""
        arcs, self._facts = case.problem.arcs, case.problem.facts
        self._lots = self._facts.lots
        part = slice(int(arcs.refused_offsets[line]), int(arcs.refused_offsets[line + 1]))
        lots, units = arcs.refused_lot[part], case.waterfall.refused_units[part]
        kept = np.isin(arcs.refused_reason[part], why) & (units > 0)
        if transit is not None:
            in_time = ready_days(self._facts, lots) <= case.problem.line.latest_day[line]
            kept &= in_time == transit
        order = np.argsort(-units[kept], kind="stable")
        self.lot: Ints = lots[kept][order].astype(np.int64)
        self.told = _of_products(case, line, self.lot)
        self.many = int(self._lots.quantity[self.lot].sum()) != 1

    def __bool__(self) -> bool:
        return len(self.lot) > 0

    def verb(self, of_many: str, of_one: str) -> str:
        """The verb for what is told."""
        return of_many if self.many else of_one

    def lots(self) -> str:
        """Their names: (lot A), (lots A, B and 3 more)."""
        names = [self._lots.id[k] for k in self.lot[:NAMED].tolist()]
        more = len(self.lot) - len(names)
        several = "lots" if len(self.lot) > 1 else "lot"
        return f"({several} {', '.join(names)}{f' and {more} more' if more else ''})"

    def first_day(self) -> int:
        """The day the first of them can be shipped."""
        return int(ready_days(self._facts, self.lot).min())

    def places(self) -> str:
        """Where they lie, each place once."""
        words = (self._lots.location.word(lot) for lot in self.lot.tolist())
        return _listed([*dict.fromkeys(words)])


def _listed(words: Sequence[str]) -> str:
    if len(words) > NAMED:
        return f"{', '.join(words[:NAMED])} and {len(words) - NAMED} more"
    return " and ".join(words)


def _no_supply(case: Case, line: int) -> str:
    arcs = case.problem.arcs
    refused = slice(int(arcs.refused_offsets[line]), int(arcs.refused_offsets[line + 1]))
    lots = np.concatenate([arcs.lot[arcs.of_line(line)], arcs.refused_lot[refused]])
    held = _of_products(case, line, lots.astype(np.int64))
    return f"only {held} in reach" if held else f"no stock of {_product(case, line)}"


def _of_products(case: Case, line: int, lots: Ints) -> str:
    """What some lots hold, product by product, the line's own first; "" where that is nothing. Of a
    product that may stand in for it, how many count for one of the line's."""
    facts, own = case.problem.facts, int(case.problem.line.product[line])
    product = facts.lots.product.codes[lots]
    told = []
    for code in sorted(set(product.tolist()), key=lambda code: (code != own, code)):
        units = int(facts.lots.quantity[lots[product == code]].sum())
        pair = facts.substitutes.product.codes == own
        pair &= facts.substitutes.substitute.codes == code
        ratio = 1 if code == own else int(facts.substitutes.ratio[pair][0])
        name = "its substitute " * (code != own) + facts.products.id[code]
        if units:
            told.append(f"{units} of {name}" + f" ({ratio} for one)" * (ratio > 1))
    return " and ".join(told)


def _blocked(case: Case, line: int) -> str:
    found = _Refused(case, line, Refusal.BLOCKED)
    return f"{found.told} {found.verb('are', 'is')} blocked {found.lots()}" if found else ""


def _reserved(case: Case, line: int) -> str:
    found = _Refused(case, line, Refusal.RESERVED)
    if not found:
        return ""
    owners = [name for names in _owners(case, line).values() for name in names]
    kept = f"{found.told} {found.verb('are', 'is')} kept for {_listed(owners)}"
    return f"{kept} {found.lots()}"


def owner_column(case: Case, line: int) -> str:
    """The column that keeps lots from a line: their customer, or where none has one their
    channel."""
    return next(column for column, names in _owners(case, line).items() if names)


def _owners(case: Case, line: int) -> dict[str, list[str]]:
    """By column the others that lots are kept for, each once."""
    lines, lots = case.problem.facts.lines, case.problem.facts.lots
    found = _Refused(case, line, Refusal.RESERVED).lot.tolist()
    return {
        column: [*dict.fromkeys(w for w in map(kept.word, found) if w not in ("", own.word(line)))]
        for column, kept, own in (
            ("owner_customer", lots.owner_customer, lines.customer),
            ("owner_channel", lots.owner_channel, lines.channel),
        )
    }


def _channel(case: Case, line: int) -> str:
    found = _Refused(case, line, Refusal.CHANNEL)
    if not found:
        return ""
    channel = case.problem.facts.lines.channel.word(line)
    shut = f"channel {channel} is not served" if channel else "only other channels are served"
    return f"{found.told} {found.verb('lie', 'lies')} at {found.places()}, where {shut}"


def _shelf_life(case: Case, line: int) -> str:
    found = _Refused(case, line, Refusal.SHELF_LIFE)
    if not found:
        return ""
    wanted = int(case.problem.facts.lines.min_shelf_life_days[line])
    left = f"have under {wanted} days of shelf life left" if wanted else "be expired"
    return f"{found.told} would {left} at delivery {found.lots()}"


def _latest(case: Case, line: int) -> str:
    return day(int(case.problem.line.latest_day[line]))


def _is_overdue(case: Case, line: int) -> bool:
    """Whether its latest day was over before the cycle: then no lot says anything of it."""
    return bool(case.problem.once(_overdue)[line])


def _overdue(problem: Problem) -> Bools:
    return overdue(problem.facts)


def _too_late(case: Case, line: int) -> str:
    found = _Refused(case, line, Refusal.TOO_LATE, transit=False)
    if not found:
        return ""
    first = f"{found.told} {found.verb('come', 'comes')} on {day(found.first_day())}"
    come = first + " or later" * (len(found.lot) > 1)
    return f"{come} {found.lots()}, after {_latest(case, line)}"


def _date_window(case: Case, line: int) -> str:
    if _is_overdue(case, line):
        name, today = case.problem.facts.lines.id[line], day(case.problem.facts.cycle_day)
        return f"line {name} was wanted by {_latest(case, line)}, and it is {today} now"
    found = _Refused(case, line, Refusal.TOO_LATE, transit=True)
    return f"{found.told} cannot arrive by {_latest(case, line)} {found.lots()}" if found else ""


def _no_source(case: Case, line: int) -> str:
    found = _Refused(case, line, Refusal.LOCATION, Refusal.NO_LANE)
    if not found:
        return ""
    at = f"{found.told} {found.verb('lie', 'lies')} at {found.places()}"
    return f"{at}, from where this line may not be served"


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
    """With the fixed cost that stands against what is left, where there is one."""
    left = _units(case, line, WaterfallKind.UNUSED)
    told = f"{left} are left, but serving it costs more than it is worth"
    opening = _opening(case, line)
    return f"{told}: {opening}" if opening else told


def _opening(case: Case, line: int) -> str:
    """What it costs to open the place where most could be had, and what that would earn."""
    arcs = case.problem.arcs
    own = np.arange(*arcs.offsets[line : line + 2])
    own = own[case.waterfall.arcs.unused[own] > 0]
    if not len(own):
        return ""
    short = int(case.whole[line] - case.given[line])
    units = np.minimum(case.waterfall.arcs.unused[own], short)
    value = np.sum([micros[own] for micros in case.stakes.terms.values()], axis=0)
    total, cost = value * units, case.opened.costs_beside(own)
    best = int(np.argmax(total - cost))
    if not cost[best]:
        return ""
    place = case.problem.facts.locations.id[arcs.location[own[best]]]
    currency = case.problem.facts.currency
    worth = Worth.of({t: int(m[own[best]] * units[best]) for t, m in case.stakes.terms.items()})
    earned = f"{units[best]} worth {parts(worth, currency)}"
    return f"a fixed cost of {money(int(cost[best]), currency)} to ship from {place}, for {earned}"


def _not_proven(case: Case, line: int) -> str:
    if case.undecided[line]:
        return "nothing is decided for it, because rules that it depends on conflict"
    if case.undecided.any():
        return "not proven, because rules of other lines conflict"
    return "not proven, because the run stopped before it was"


_REFUSED: dict[ReasonCode, _Telling] = {
    ReasonCode.SUPPLY_BLOCKED: _blocked,
    ReasonCode.RESERVED_STOCK: _reserved,
    ReasonCode.CHANNEL: _channel,
    ReasonCode.SHELF_LIFE_SHORT: _shelf_life,
    ReasonCode.SUPPLY_TOO_LATE: _too_late,
    ReasonCode.DATE_WINDOW: _date_window,
    ReasonCode.NO_SOURCE: _no_source,
}
_TELLING: dict[ReasonCode, _Telling] = {
    ReasonCode.NO_SUPPLY: _no_supply,
    ReasonCode.CUSTOMER_HOLD: _on_hold,
    ReasonCode.LOT_SPLIT_LIMIT: _outside_packs,
    ReasonCode.UNPROFITABLE: _unprofitable,
    ReasonCode.NOT_PROVEN: _not_proven,
    ReasonCode.UNEXPLAINED: lambda case, line: "unexplained",
}
