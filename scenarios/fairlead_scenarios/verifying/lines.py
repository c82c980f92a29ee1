"""Statements about a line that arithmetic can check: its waterfall, its sums, who got its stock."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from fairlead.v1 import decision_pb2, explanation_pb2
from fairlead_solver.reference.cycle import Line

from ..screen.words import word
from .alternatives import alternative_trials
from .exact import wrong_in
from .ground import Ground, told
from .reach import Reach, Surroundings
from .reasons import reason_trials
from .sentences import sentence_trial
from .sums import Limits
from .trial import Kind, Trial, arithmetic
from .unit_worth import gained, lost

CUT = 10  # micro-units that terms may be off together

_TOGETHER = (
    "NO_SUPPLY",
    "SUPPLY_BLOCKED",
    "CHANNEL",
    "SHELF_LIFE_SHORT",
    "SUPPLY_TOO_LATE",
    "DATE_WINDOW",
    "NO_SOURCE",
    "PROTECTED_STOCK",
    "LOT_SPLIT_LIMIT",
)


def line_trials(
    ground: Ground, around: Surroundings, said: decision_pb2.DecisionLine
) -> Iterator[Trial]:
    """Everything said of a line but what needs a solve."""
    line = ground.lines[said.line]
    reach = Reach(around, line)
    if not said.HasField("explanation"):
        return
    yield _waterfall(around, reach, said)
    yield _sum(said)
    yield from reason_trials(ground, around.limits, reach, said)
    for reason in said.explanation.reasons:
        if word(reason, "certainty") == "EXACT":
            wrong = wrong_in(ground, around, reach, reason)
            yield arithmetic(Kind.EXACT, said.line, told(reason), wrong)
    yield _supply_together(ground, reach, said)
    for rival in said.explanation.competitors:
        yield _competitor(ground, around.limits, line, rival)
    yield sentence_trial(ground, around.limits, reach, said)
    yield from alternative_trials(reach, said)


def _waterfall(around: Surroundings, reach: Reach, said: decision_pb2.DecisionLine) -> Trial:
    found = reach.waterfall(around.inbound)
    told_steps = [(word(step, "kind"), step.units) for step in said.explanation.waterfall]
    stated = dict(told_steps)
    wrong = [
        f"{kind} {stated.get(kind, 0)}, found {found.get(kind, 0)}"
        for kind in dict.fromkeys([*found, *stated])
        if stated.get(kind, 0) != found.get(kind, 0)
    ]
    into = stated.get("ON_HAND", 0) + stated.get("INBOUND", 0)
    if 2 * into != sum(stated.values()):
        wrong.append(f"{into} come in, {sum(stated.values()) - into} go out")
    if not wrong and told_steps != list(found.items()):
        wrong.append("not every step once, in order")
    return arithmetic(Kind.WATERFALL, said.line, f"{into} in reach", "; ".join(wrong))


def _sum(said: decision_pb2.DecisionLine) -> Trial:
    short = said.requested_quantity - said.confirmed_quantity
    total = sum(reason.units for reason in said.explanation.reasons)
    wrong = "" if total == short else f"reasons account for {total} of {short} short"
    return arithmetic(Kind.REASONS_SUM, said.line, f"{short} short", wrong)


def _supply_together(ground: Ground, reach: Reach, said: decision_pb2.DecisionLine) -> Trial:
    """What is missing, refused, kept back and left over cannot account for more than is missing
    once all of it is taken from the reach."""
    claimed = sum(
        reason.units
        for reason in said.explanation.reasons
        if word(reason, "code") in _TOGETHER and word(reason, "certainty") == "EXACT"
    )
    missing = max(0, ground.whole(reach.line) - reach.had_in_packs)
    wrong = "" if claimed <= missing else f"exact reasons of supply claim {claimed} of {missing}"
    return arithmetic(Kind.EXACT, said.line, "reasons of supply together", wrong)


def _competitor(
    ground: Ground, limits: Limits, line: Line, rival: explanation_pb2.CompetingLine
) -> Trial:
    says = f"{rival.units} went to {rival.line}"
    return arithmetic(Kind.COMPETITOR, line.id, says, _wrong_rival(ground, limits, line, rival))


def _wrong_rival(
    ground: Ground, limits: Limits, line: Line, rival: explanation_pb2.CompetingLine
) -> str:
    other = ground.lines.get(rival.line)
    if other is None:
        return "no such line"
    theirs = {arc.lot.id: arc for arc in ground.arcs.get(other.id, [])}
    shared = [arc for arc in ground.arcs.get(line.id, []) if ground.flow[other.id, arc.lot.id]]
    units = sum(
        ground.flow[other.id, arc.lot.id] * theirs[arc.lot.id].ratio // arc.ratio for arc in shared
    )
    if units != rival.units:
        return f"it took {units} out of this line's reach"
    stated = _total(rival.unit_value), _total(rival.own_unit_value)
    pairs = [(theirs[arc.lot.id], arc) for arc in shared]
    if not any(
        _near(stated[0], lost(ground, limits, one, line), one.ratio)
        and _near(stated[1], gained(ground, limits, arc), arc.ratio)
        for one, arc in pairs
    ):
        return f"values a unit {stated} are those of no lot shared"
    tiers = ground.policy.tiers
    if tiers[other.tier].id != rival.tier or other.customer != rival.customer:
        return f"it is of tier {tiers[other.tier].id}, customer {other.customer!r}"
    if word(rival, "decided_by") == "OUTRANKED_TIER" and other.tier >= line.tier:
        return "its tier is not above"
    return ""


def _near(stated: int, found: Fraction, ratio: int) -> bool:
    """Of a unit of which several count for one, terms are cut to the micro-unit, one by one."""
    return stated == found or (ratio > 1 and abs(stated - found) <= CUT)


def _total(money: explanation_pb2.Money) -> int:
    return sum(getattr(money, field.name) for field in money.DESCRIPTOR.fields)
