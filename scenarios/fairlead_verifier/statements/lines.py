"""Statements about a line that arithmetic can check: its waterfall, its sums, its exact reasons."""

from __future__ import annotations

from collections.abc import Iterator

from fairlead.v1 import decision_pb2
from fairlead_scenarios.spelling.planner_words import word

from ..context.reachable_stock import Reach, Surroundings
from ..context.verification_context import Ground, told
from ..text.sentences import sentence_trial
from ..trials.trial import Kind, Trial, arithmetic
from .alternatives import alternative_trials
from .exact_reasons import wrong_in
from .reasons import reason_trials
from .rivals import Contest

_TOGETHER = (
    "NO_SUPPLY",
    "SUPPLY_BLOCKED",
    "RESERVED_STOCK",
    "CHANNEL",
    "SHELF_LIFE_SHORT",
    "SUPPLY_TOO_LATE",
    "DATE_WINDOW",
    "NO_SOURCE",
    "PROTECTED_STOCK",
    "LOT_SPLIT_LIMIT",
)


def line_trials(
    ground: Ground, around: Surroundings, contest: Contest, said: decision_pb2.DecisionLine
) -> Iterator[Trial]:
    """Everything said of a line but what needs a solve."""
    reach = Reach(around, ground.lines[said.line])
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
    yield from contest.trials(said)
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
    past = reach.line.latest is not None and reach.line.latest < ground.cycle.day
    claimed = sum(
        reason.units
        for reason in said.explanation.reasons
        if word(reason, "code") in _TOGETHER
        and not (past and word(reason, "code") == "DATE_WINDOW")  # it speaks of the line alone
        and word(reason, "certainty") == "EXACT"
    )
    missing = max(0, ground.whole(reach.line) - reach.had_in_packs)
    wrong = "" if claimed <= missing else f"exact reasons of supply claim {claimed} of {missing}"
    return arithmetic(Kind.EXACT, said.line, "reasons of supply together", wrong)
