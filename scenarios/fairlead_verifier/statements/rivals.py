"""Competing lines: what each took, what a unit is worth to both, and what decided between them.

What decided is read anew out of the facts, the first of these that holds: the rival's quantity is
held; the stock is kept for it; its tier is above, and strict or worth more for a unit; a floor that
is not exceeded counts it alone; both share fairly, and a unit is worth more with it by that term
alone; a unit is worth more with it, or as much.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cached_property

from fairlead.v1 import decision_pb2, explanation_pb2, worth_pb2
from fairlead_scenarios.spelling.planner_words import word
from fairlead_solver.reference.arcs import Arc
from fairlead_solver.reference.cycle import Line
from fairlead_solver.reference.readings import is_fenced, share_groups

from ..context.limits import FLOOR
from ..context.reachable_stock import Surroundings
from ..context.unit_worth import UnitWorth, gained, lost, of_fair_share
from ..context.verification_context import Ground
from ..trials.trial import Kind, Trial, arithmetic
from .worth_parts import total, wrong_parts

CUT = 10  # micro-units that terms may be off together
_AT_LEAST = {"WIN": "quantity", "GAIN": "previous", "SKIP": "previous"}


class Contest:
    """Who met whom over stock, and what was at stake."""

    def __init__(self, ground: Ground, around: Surroundings) -> None:
        self._ground, self._around = ground, around

    def trials(self, said: decision_pb2.DecisionLine) -> Iterator[Trial]:
        """Every competing line of one, and that none is left out but those that are counted."""
        told, left_out = said.explanation.competitors, said.explanation.competitors_left_out
        for rival in told:
            wrong = next(self._wrong(self._ground.lines[said.line], rival), "")
            says = f"{rival.units} went to {rival.line}"
            yield arithmetic(Kind.COMPETITOR, said.line, says, wrong)
        if told or left_out:
            wrong = next(self._wrong_list(said), "")
            yield arithmetic(Kind.COMPETITOR, said.line, f"these, and {left_out} others", wrong)

    def _wrong_list(self, said: decision_pb2.DecisionLine) -> Iterator[str]:
        told, left_out = said.explanation.competitors, said.explanation.competitors_left_out
        arcs, takers = self._ground.arcs.get(said.line, []), self._around.limits.takers
        took = {line for arc in arcs for line in takers(arc.lot.id)} - {said.line}
        if not told:  # those that took most are told first
            yield "none of them is told"
        if len({rival.line for rival in told}) != len(told):
            yield "one is told twice"
        if len(took) != len(told) + left_out:
            yield f"{len(took)} lines took from its reach"
        units = [rival.units for rival in told]
        if units != sorted(units, reverse=True):
            yield f"not by what they took: {units}"

    def _wrong(self, line: Line, rival: explanation_pb2.CompetingLine) -> Iterator[str]:
        other = self._ground.lines[rival.line]
        theirs = {arc.lot.id: arc for arc in self._ground.arcs.get(other.id, [])}
        met = [
            (self._took(theirs[own.lot.id], own), own, theirs[own.lot.id])
            for own in self._ground.arcs.get(line.id, [])
            if self._ground.flow[other.id, own.lot.id]
        ]
        units = [took for took, _, _ in met]
        if sum(units) != rival.units:
            yield f"it took {sum(units)} out of this line's reach"
        most = [(own, their) for took, own, their in met if took == max(units)]
        if not any(self._is_so(own, their, rival) for own, their in most):
            yield f"where they met most it is {' or '.join(self._says(*pair) for pair in most)}"
        tier = self._ground.policy.tiers[other.tier].id
        if tier != rival.tier or other.customer != rival.customer:
            yield f"it is of tier {tier}, customer {other.customer!r}"
        yield from wrong_parts(rival.unit_value, rival.unit_worth)
        yield from wrong_parts(rival.own_unit_value, rival.own_unit_worth)
        if list(rival.contracts) != self._contracts.get(other.id, []):
            yield f"it counts for the contracts {self._contracts.get(other.id, [])}"

    def _took(self, their: Arc, own: Arc) -> int:
        """Units of the line that the rival took out of a lot."""
        return self._ground.flow[their.line.id, their.lot.id] * their.ratio // own.ratio

    def _values(self, own: Arc, their: Arc) -> tuple[UnitWorth, UnitWorth]:
        """What a unit of the lot is worth to the rival, and to the line."""
        ground, limits = self._ground, self._around.limits
        return lost(ground, limits, their, own.line), gained(ground, limits, own)

    def _is_so(self, own: Arc, their: Arc, rival: explanation_pb2.CompetingLine) -> bool:
        theirs, mine = self._values(own, their)
        sides = (
            (rival.unit_worth, theirs, their.ratio),
            (rival.own_unit_worth, mine, own.ratio),
        )
        if not all(_near(self._ground, *side) for side in sides):
            return False
        gain = total(rival.unit_worth) - total(rival.own_unit_worth)
        by_share = rival.unit_value.fair_share_micros - rival.own_unit_value.fair_share_micros
        return word(rival, "decided_by") == self._decided_by(own, their, gain, by_share)

    def _says(self, own: Arc, their: Arc) -> str:
        theirs, mine = self._values(own, their)
        by_share = _by_share(self._ground, own, their)
        decided = self._decided_by(own, their, theirs.total - mine.total, by_share)
        return f"{_told(theirs)} against {_told(mine)}, {decided}"

    def _decided_by(
        self, own: Arc, their: Arc, gain: Fraction | int, by_share: Fraction | int
    ) -> str:
        """`gain`: what a unit of the lot is worth more with the rival, and what fair share makes of
        that."""
        line, other = own.line, their.line
        if held := _holds(self._ground, other):
            return held
        if self._is_kept(own, other):
            return "PROTECTED_STOCK"
        together = other.id in self._sharing.get(line.id, ())
        rationed = together and 0 < gain <= by_share
        strict = self._ground.policy.tier_mode.name == "STRICT"
        if other.tier < line.tier and (strict or (gain > 0 and not rationed)):
            return "OUTRANKED_TIER"
        if self._owed[other.id] - self._owed[line.id]:
            return "CONTRACT_FLOOR_OTHER"
        if rationed:
            return "FAIR_SHARE_RATIONED"
        return "OUTRANKED_VALUE" if gain else "TIE_BREAK"

    def _is_kept(self, own: Arc, other: Line) -> bool:
        """Whether a lot is kept for the rival and not for the line, and others took their part."""
        return any(
            own.lot.id in kept.lots
            and other.id in kept.group
            and own.line.id not in kept.group
            and not kept.open
            for kept in self._around.kept
        )

    @cached_property
    def _contracts(self) -> Mapping[str, list[str]]:
        """Ids of the contracts that count a line."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for contract in sorted(row["id"] for row in self._ground.cycle.rows("contracts")):
            for line in self._around.limits.scope(contract):
                found[line.id].append(contract)
        return found

    @cached_property
    def _owed(self) -> Mapping[str, set[str]]:
        """Those of them whose floor is not exceeded."""
        named = self._around.limits.named
        floors = {key: named(FLOOR, key) for keys in self._contracts.values() for key in keys}
        owed = {key for key, limit in floors.items() if limit and limit.use <= limit.limit > 0}
        return defaultdict(set, {i: owed.intersection(own) for i, own in self._contracts.items()})

    @cached_property
    def _sharing(self) -> Mapping[str, frozenset[str]]:
        """The lines that share fairly with a line."""
        if self._ground.policy.fair_share.mode.name == "OFF":
            return {}
        groups = (frozenset(i.id for i in group) for group in share_groups(self._ground.cycle))
        return {line: group for group in groups for line in group}


def _by_share(ground: Ground, own: Arc, their: Arc) -> Fraction:
    """What fair share makes a unit of the lot worth more with the rival."""
    lost = -of_fair_share(ground, their.line, -their.line.pack)
    return Fraction(lost, their.ratio) - Fraction(
        of_fair_share(ground, own.line, own.line.pack), own.ratio
    )


def _near(ground: Ground, stated: worth_pb2.Worth, found: UnitWorth, ratio: int) -> bool:
    """Of a unit of which several count for one, terms are cut to the micro-unit, one by one; those
    of fair share are rounded by the pack."""
    cut = ratio > 1
    rounded = cut or ground.policy.fair_share.mode.name != "OFF"
    cash, points = stated.cash_micros - found.cash, stated.policy_value_micros - found.policy_value
    return abs(cash) <= (CUT if cut else 0) and abs(points) <= (CUT if rounded else 0)


def _told(worth: UnitWorth) -> str:
    return f"cash {float(worth.cash):.0f}, policy value {float(worth.policy_value):.0f}"


def _holds(ground: Ground, line: Line) -> str:
    """The rule that holds all a line has; "" where none does."""
    fenced = is_fenced(ground.cycle, line)
    least = max(
        getattr(line, _AT_LEAST.get(line.strategy.name, ""), 0),
        line.previous if fenced else 0,
        line.locked or 0,
    )
    if not least or ground.given[line.id] > least:
        return ""
    if line.locked is not None:
        return "LOCKED"
    return "TIME_FENCE" if fenced else "STRATEGY"
