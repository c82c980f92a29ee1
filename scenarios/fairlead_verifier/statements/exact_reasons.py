"""EXACT reasons, by arithmetic over the facts and the units decided; no solve.

Each check answers one question: can this rule really account for as many units as it says?
"""

from __future__ import annotations

from collections.abc import Callable

from fairlead.v1 import explanation_pb2
from fairlead_scenarios.spelling.planner_words import word
from fairlead_solver.reference.arcs import Arc
from fairlead_solver.reference.cycle import Line
from fairlead_solver.reference.readings import is_fenced

from ..context.limits import Limit, Unknown
from ..context.reachable_stock import Reach, Refused, Surroundings
from ..context.verification_context import Ground

_Check = Callable[["_Claim"], str]


class _Claim:
    """One reason of one line, with all it is held against."""

    def __init__(
        self, ground: Ground, around: Surroundings, reach: Reach, reason: explanation_pb2.Reason
    ) -> None:
        self.ground, self.around, self.reach, self.reason = ground, around, reach, reason
        self.line = reach.line
        self.given = ground.given[self.line.id]
        self.whole = ground.whole(self.line)

    def at_most(self, units: int, of: str) -> str:
        """The reason accounts for no more than these units, and not for none at all."""
        if self.reason.units > units:
            return f"claims {self.reason.units}, but {of} {units}"
        return ""

    @property
    def arcs(self) -> list[Arc]:
        """Lots that may serve the line."""
        return self.ground.arcs.get(self.line.id, [])


def wrong_in(
    ground: Ground, around: Surroundings, reach: Reach, reason: explanation_pb2.Reason
) -> str:
    """What is wrong in an EXACT reason; "" where it holds."""
    code = word(reason, "code")
    check = _CHECKS.get(code)
    if check is None:
        return f"{code} is told as exact, but no arithmetic shows it"
    return check(_Claim(ground, around, reach, reason))


def _hold(claim: _Claim) -> str:
    return "" if claim.line.held else "the customer is not on hold"


def _pack(claim: _Claim) -> str:
    if claim.whole < claim.ground.least(claim.line):  # no number of packs will do
        return claim.at_most(claim.line.quantity, "asked for are")
    return claim.at_most(claim.line.quantity - claim.whole, "under a pack are")


def _no_supply(claim: _Claim) -> str:
    return claim.at_most(max(0, claim.whole - claim.reach.held), "missing in reach are")


def _refused(*why: Refused) -> _Check:
    return lambda claim: claim.at_most(claim.reach.refused(*why), "so refused are")


def _too_late(claim: _Claim) -> str:
    late = claim.reach.refused(Refused.TOO_LATE) - claim.reach.outside_window
    return claim.at_most(late, "too late are")


def _date_window(claim: _Claim) -> str:
    line, today = claim.line, claim.ground.cycle.day
    if line.latest is not None and line.latest < today:
        return claim.at_most(line.quantity, "asked for are")
    return claim.at_most(claim.reach.outside_window, "late by the way are")


def _step(step: str) -> _Check:
    return lambda claim: claim.at_most(claim.reach.sum(step), f"{step} are")


def _outside_packs(claim: _Claim) -> str:
    return claim.at_most(claim.reach.outside_packs, "outside whole packs are")


def _held(code: str) -> _Check:
    def check(claim: _Claim) -> str:
        most = _most_by(claim.ground, claim.line, code)
        if most is None:
            return "no such rule holds the line"
        return claim.at_most(claim.line.quantity - most, "beyond the rule are")

    return check


def _most_by(ground: Ground, line: Line, code: str) -> int | None:
    """The most a line may get by its lock, its fence or its strategy; None: the rule is not."""
    if code == "LOCKED":
        return line.locked
    if code == "TIME_FENCE":
        return line.previous if is_fenced(ground.cycle, line) else None
    name = line.strategy.name
    return {"LOSE": 0, "FILL": line.previous, "SKIP": line.previous}.get(name)


def _own_most(ground: Ground, line: Line) -> int:
    """The most a line may get by all that is said of it alone."""
    held = (_most_by(ground, line, code) for code in ("LOCKED", "TIME_FENCE", "STRATEGY"))
    return min([ground.whole(line), *(most for most in held if most is not None)])


def _beside(claim: _Claim, line: Line) -> int:
    """What a line can get beside what the others got."""
    reach = claim.reach if line.id == claim.line.id else Reach(claim.around, line)
    return min(_own_most(claim.ground, line), reach.sum("given") + reach.sum("unused"))


def _all_or_nothing(claim: _Claim) -> str:
    least = claim.line.quantity if claim.line.whole else claim.line.least
    if claim.given:
        return f"it was given {claim.given}"
    if _stopped(claim, claim.line):
        return ""
    beside = _beside(claim, claim.line)
    return "" if beside < least else f"it could get {beside}, and needs {least}"


def _group(claim: _Claim) -> str:
    members = [i for i in claim.ground.cycle.lines if i.group and i.group == claim.line.group]
    for member in members:
        if _beside(claim, member) < member.quantity or _stopped(claim, member):
            return ""
    return "every line of its group could be had in full"


def _stopped(claim: _Claim, line: Line) -> bool:
    """Whether a quota, cap or credit leaves no room for what the line must take at once."""
    return any(limit.stops(claim.ground, line) for limit in claim.around.limits.over(line))


def _no_room(claim: _Claim) -> str:
    try:
        limit = claim.around.limits.of(claim.reason.rule)
    except Unknown as unknown:
        return str(unknown)
    if limit.stops(claim.ground, claim.line):
        return ""
    return f"{limit.slack} are left, and the line needs {limit.step(claim.ground, claim.line)}"


def _capacity(claim: _Claim) -> str:
    try:
        limit = claim.around.limits.of(claim.reason.rule)
    except Unknown as unknown:
        return str(unknown)
    stopped = {arc.lot.id for arc in claim.arcs if _over(limit, arc)}
    unused = sum(share.unused for share in claim.reach.shares if share.lot.id in stopped)
    return claim.at_most(unused, "unused where it has no room are")


def _over(limit: Limit, arc: Arc) -> bool:
    return limit.per_unit(arc) * arc.line.pack > limit.slack


def _split(claim: _Claim) -> str:
    """Unused stock at locations that the line, its order or the cycle may not open any more."""
    ground, line = claim.ground, claim.line
    orders = {("order", r["id"]): r["max_sources"] for r in ground.cycle.rows("orders")}
    everyone = ground.cycle.lines
    of_order = [i for i in everyone if i.order == line.order]
    shut: set[str] = set()
    for most, owners in (
        (line.max_sources, [line]),
        (orders.get(line.order, 0), of_order),
        (ground.policy.location_use.max_locations, list(everyone)),
    ):
        used = {a.lot.location for i in owners for a in _used(ground, i)}
        if most and len(used) >= most:
            shut |= {arc.lot.location for arc in claim.arcs} - used
    unused = sum(s.unused for s in claim.reach.shares if s.lot.location in shut)
    return claim.at_most(unused, "unused at locations it may not open are")


def _used(ground: Ground, line: Line) -> list[Arc]:
    return [arc for arc in ground.arcs.get(line.id, []) if ground.flow[line.id, arc.lot.id]]


def _unprofitable(claim: _Claim) -> str:
    policy, line = claim.ground.policy, claim.line
    rewarded = (
        bool(claim.ground.cycle.rows("contracts"))
        or policy.fair_share.mode.name != "OFF"
        or (policy.churn.rate > 0 and line.previous > claim.given)
        or policy.tier_mode.name == "STRICT"
    )
    if rewarded:
        return "more than the value of its units may reward serving it"
    free = {share.lot.id for share in claim.reach.shares if share.unused}
    best = max((arc.value for arc in claim.arcs if arc.lot.id in free), default=None)
    if best is None:
        return "no stock is left that it may use"
    return "" if best < 0 else f"a unit is worth {best} micro-units"


_CHECKS: dict[str, _Check] = {
    "CUSTOMER_HOLD": _hold,
    "PACK_MULTIPLE": _pack,
    "NO_SUPPLY": _no_supply,
    "SUPPLY_BLOCKED": _refused(Refused.BLOCKED),
    "RESERVED_STOCK": _refused(Refused.RESERVED),
    "CHANNEL": _refused(Refused.CHANNEL),
    "SHELF_LIFE_SHORT": _refused(Refused.SHELF_LIFE),
    "SUPPLY_TOO_LATE": _too_late,
    "DATE_WINDOW": _date_window,
    "NO_SOURCE": _refused(Refused.LOCATION, Refused.NO_LANE),
    "PROTECTED_STOCK": _step("protected"),
    "LOT_SPLIT_LIMIT": _outside_packs,
    "LOCKED": _held("LOCKED"),
    "TIME_FENCE": _held("TIME_FENCE"),
    "STRATEGY": _held("STRATEGY"),
    "SHIP_COMPLETE": _all_or_nothing,
    "MIN_FILL": _all_or_nothing,
    "GROUP_INCOMPLETE": _group,
    "QUOTA_EXHAUSTED": _no_room,
    "CONTRACT_CAP": _no_room,
    "CREDIT_LIMIT": _no_room,
    "CAPACITY": _capacity,
    "SPLIT_LIMIT": _split,
    "UNPROFITABLE": _unprofitable,
}
