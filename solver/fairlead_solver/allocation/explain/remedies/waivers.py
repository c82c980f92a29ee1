"""Rules that might be waived to fill a line: its own, its customer's, its lots', a rival's floor.

A lot that is blocked or kept for others is released, a hold lifted, a pack broken, a location
allowed that the line does not list; where a floor of another's contract holds the stock, the floor
gives way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from fairlead_solver.arrays import summed
from fairlead_solver.tables import NO_DAY, NO_INT

from ...cycle.eligibility import Refusal
from ...cycle.facts import LotStatus, Strategy
from ...cycle.problem import Problem
from ...rules.explanation import FixKind, ReasonCode, Unit
from ...rules.families import (
    contract_floor,
    delivery_group,
    location_use,
    lock,
    lot_size,
    sources,
    strategy,
    time_fence,
)
from ...rules.figure_text import day
from ..evidence.evidence import Case
from ..evidence.rivals import rivals
from ..reasons.attribution import Reasons
from ..variants.edited_problem import Edit
from ..vocabulary.values import FixPart, Rule
from .remedy import Change, Step, rows_waived, waived_of_line, waiver

NONE = -1  # the code of no word
PLACES_TRIED = 2  # that a line does not list


def waived(case: Case, reasons: Reasons, line: int) -> Iterator[Change]:
    """What might be waived for a line, out of its reasons."""
    for code in dict.fromkeys(reasons.code[reasons.of_line(line)].tolist()):
        waive = _WAIVERS.get(ReasonCode(code))
        if waive is not None:
            yield from waive(case, line)


def opened(case: Case, line: int) -> Iterator[Change]:
    """Locations the line does not list, those with most left for it first."""
    problem, arcs = case.problem, case.problem.arcs
    part = slice(int(arcs.refused_offsets[line]), int(arcs.refused_offsets[line + 1]))
    lots = arcs.refused_lot[part][arcs.refused_reason[part] == Refusal.LOCATION]
    if not len(lots):
        return
    left = (problem.facts.lots.quantity - case.plan.per_lot())[lots]
    where = problem.facts.lots.location.codes[lots]
    places, at = np.unique(where, return_inverse=True)
    order = np.argsort(-summed(at, left, len(places)), kind="stable")
    name = problem.facts.lines.id[line]
    rule = Rule("", name, f"lines[{name}].locations")
    for place in places[order][:PLACES_TRIED].tolist():
        location = problem.facts.locations.id[place]
        edit = Edit("lines", "locations", line, place)
        words = f"also ship {name} from {location}"
        yield Change((waiver(rule, words, edit, location=location),))


def _lot(case: Case, line: int, refusal: Refusal) -> int | None:
    """Of the lots refused so, the smallest that could fill the line, else the largest."""
    arcs = case.problem.arcs
    part = slice(int(arcs.refused_offsets[line]), int(arcs.refused_offsets[line + 1]))
    those = arcs.refused_reason[part] == refusal
    lots, units = arcs.refused_lot[part][those], case.waterfall.refused_units[part][those]
    if not units.any():
        return None
    missing = int(case.whole[line] - case.given[line])
    enough = np.flatnonzero(units >= missing)
    picked = enough[np.argmin(units[enough])] if len(enough) else np.argmax(units)
    return int(lots[picked])


def _released(case: Case, line: int) -> Iterator[Change]:
    lot = _lot(case, line, Refusal.BLOCKED)
    if lot is not None:
        name = case.problem.facts.lots.id[lot]
        rule = Rule("", name, f"lots[{name}].status")
        edit = Edit("lots", "status", lot, LotStatus.AVAILABLE)
        yield Change((waiver(rule, f"release lot {name}", edit),))


def _shared(case: Case, line: int) -> Iterator[Change]:
    """A lot that is kept for one other customer or channel."""
    lot, lots = _lot(case, line, Refusal.RESERVED), case.problem.facts.lots
    if lot is None:
        return
    kept = [c for c in ("owner_customer", "owner_channel") if getattr(lots, c).codes[lot] >= 0]
    if len(kept) == 1:
        name, owner = lots.id[lot], getattr(lots, kept[0]).word(lot)
        rule = Rule("", name, f"lots[{name}].{kept[0]}")
        edit = Edit("lots", kept[0], lot, NONE)
        yield Change((waiver(rule, f"share lot {name}, which is kept for {owner}", edit),))


def _lifted(case: Case, line: int) -> Iterator[Change]:
    facts, customer = case.problem.facts, int(case.problem.line.customer[line])
    name = facts.customers.id[customer]
    rule = Rule("", name, f"customers[{name}].on_hold")
    step = waiver(rule, f"lift the hold of {name}", Edit("customers", "on_hold", customer, 0))
    yield Change((step,), everywhere=True)


def _younger(case: Case, line: int) -> Iterator[Change]:
    lines = case.problem.facts.lines
    if lines.min_shelf_life_days[line]:
        name, leaf = lines.id[line], f"lines[{lines.id[line]}].min_shelf_life_days"
        words = f"accept less than {int(lines.min_shelf_life_days[line])} days of shelf life"
        edit = Edit("lines", "min_shelf_life_days", line, 0)
        yield Change((waiver(Rule("", name, leaf), words, edit),))


def _split(case: Case, line: int) -> Iterator[Change]:
    """Whatever limits sources: the line's own limit, its order's, the cycle's."""
    problem, order = case.problem, int(case.problem.line.order[line])
    limits = [("lines", line, bool(problem.facts.lines.max_sources[line]))]
    limits.append(("orders", order, bool(problem.order_max_sources[order])))
    for block, key, limited in limits:
        if limited:
            yield Change((rows_waived(sources, block, key, sources.words(problem, block, key)),))
    if problem.policy.location_use.max_locations:
        words = location_use.words(problem, "max_locations", 0)
        yield Change((rows_waived(location_use, "max_locations", 0, words),))


def _held(case: Case, line: int, code: ReasonCode) -> int | None:
    """Who is held: the line itself, or the rival that took most because it is."""
    return line if case.firm.code[line] == code else _rival(case, line, code)


def _rival(case: Case, line: int, code: ReasonCode) -> int | None:
    own = case.problem.arcs.of_line(line)
    found = rivals(case.problem, case.plan, case.stakes, np.arange(own.start, own.stop))
    those = np.flatnonzero(found.code == code)
    return int(found.rival[those[np.argmax(found.units[those])]]) if len(those) else None


def _unlocked(case: Case, line: int) -> Iterator[Change]:
    held = _held(case, line, ReasonCode.LOCKED)
    if held is not None:
        yield Change((waived_of_line(case.problem, held, lock, "locked_quantity", NO_INT),))


def _unbound(case: Case, line: int) -> Iterator[Change]:
    held = _held(case, line, ReasonCode.STRATEGY)
    if held is not None:
        free, now = Strategy.REDISTRIBUTE, Strategy(int(case.problem.facts.lines.strategy[held]))
        step = waived_of_line(case.problem, held, strategy, "strategy", free, now.name.lower())
        yield Change((step,))


def _unfenced(case: Case, line: int) -> Iterator[Change]:
    """Asked for beyond the fence a line is out of it. Where no delivery is late to the line, or
    lateness costs nothing, that is the fence waived and nothing else; where lateness is less by
    it, it is another date."""
    problem, held = case.problem, _held(case, line, ReasonCode.TIME_FENCE)
    if held is None:
        return
    beyond = problem.facts.cycle_day + problem.policy.time_fence.days + 1
    latest = int(problem.line.latest_day[held])
    if latest != NO_DAY and latest < beyond:
        return
    days = problem.arcs.delivery_day[problem.arcs.of_line(held)]
    late = bool((days > problem.line.requested_day[held]).any())
    if problem.lateness_rates()[held] and late:
        yield Change((_asked_later(problem, held, beyond),))
    else:
        words = time_fence.words(problem, "lines", held)
        yield Change((rows_waived(time_fence, "lines", held, words),))


def _asked_later(problem: Problem, line: int, by: int) -> Step:
    name = problem.facts.lines.id[line]
    rule = Rule(time_fence.NAME, name, f"lines[{name}].requested_day")
    later = by - int(problem.line.requested_day[line])
    part = FixPart(FixKind.LATER_DATE, rule, later, Unit.COUNT, by_day=by)
    words = f"ask for {name} by {day(by)}, {later} days later and beyond the time fence"
    return Step(part, words, (Edit("lines", "requested_day", line, by),))


def _floor(case: Case, line: int) -> Iterator[Change]:
    """The floor that the rival who took most counts for."""
    rival = _rival(case, line, ReasonCode.CONTRACT_FLOOR_OTHER)
    if rival is not None:
        contract = int(case.stakes.floors.of(rival)[0])
        words = contract_floor.words(case.problem, "contracts", contract)
        yield Change((rows_waived(contract_floor, "contracts", contract, words),))


def _unpacked(case: Case, line: int) -> Iterator[Change]:
    yield Change((waived_of_line(case.problem, line, lot_size, "pack", 1),))


def _alone(case: Case, line: int) -> Iterator[Change]:
    yield Change((waived_of_line(case.problem, line, delivery_group, "delivery_group", NONE),))


_WAIVERS: Mapping[ReasonCode, Callable[[Case, int], Iterator[Change]]] = {
    ReasonCode.LOT_SPLIT_LIMIT: _unpacked,
    ReasonCode.SPLIT_LIMIT: _split,
    ReasonCode.GROUP_INCOMPLETE: _alone,
    ReasonCode.LOCKED: _unlocked,
    ReasonCode.TIME_FENCE: _unfenced,
    ReasonCode.STRATEGY: _unbound,
    ReasonCode.SUPPLY_BLOCKED: _released,
    ReasonCode.RESERVED_STOCK: _shared,
    ReasonCode.CUSTOMER_HOLD: _lifted,
    ReasonCode.SHELF_LIFE_SHORT: _younger,
    ReasonCode.CONTRACT_FLOOR_OTHER: _floor,
}
