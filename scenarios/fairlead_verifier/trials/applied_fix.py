"""A fix made in the facts: the cycle with its changes, and the plan it tells."""

from __future__ import annotations

from collections.abc import Iterator

from fairlead.v1 import decision_pb2, explanation_pb2
from fairlead_scenarios.spelling.planner_words import word
from fairlead_solver.api.allocation import NO_DAY, Facts, Policy
from fairlead_solver.reference.process import Held

from ..context.verification_context import Ground
from .changed_facts import add, cell_of, dropped, listed, put

Changed = tuple[Facts, Policy]

_RAISED = ("MORE_STOCK", "RAISE_QUOTA", "RAISE_CAPACITY", "RAISE_CONTRACT_CAP", "RAISE_CREDIT")
_AVAILABLE = 1  # LotStatus
_FREE_VALUE = {
    "latest_day": NO_DAY,
    "min_shelf_life_days": 0,
    "on_hold": False,
    "status": _AVAILABLE,
    "owner_customer": -1,
    "owner_channel": -1,
}


def applied(ground: Ground, fix: explanation_pb2.Fix) -> tuple[Facts, Policy]:
    """The cycle with all changes made. Raises NotTried where one names no fact."""
    facts, policy = ground.facts, ground.policy
    for part in (fix, *fix.also):
        facts, policy = _made(facts, policy, part)
    return facts, policy


def _made(facts: Facts, policy: Policy, part: explanation_pb2.Fix) -> tuple[Facts, Policy]:
    kind = word(part, "kind")
    if kind in _RAISED:
        return add(facts, cell_of(facts, part.rule.leaf), part.amount), policy
    if kind == "RELEASE_PROTECTION":
        return add(facts, cell_of(facts, part.rule.leaf), -part.amount), policy
    if kind == "LATER_DATE":
        return put(facts, cell_of(facts, part.rule.leaf), part.by_day), policy
    if part.rule.leaf.endswith("].locations"):
        return listed(facts, "lines", part.rule.key, "locations", part.location), policy
    if part.rule.leaf.rpartition(".")[2] in _FREE_VALUE:
        cell = cell_of(facts, part.rule.leaf)
        if part.HasField("relaxed_to"):
            return put(facts, cell, part.relaxed_to), policy
        return put(facts, cell, _FREE_VALUE[cell.column]), policy
    return dropped(facts, policy, part.rule)


def as_told(
    ground: Ground, said: decision_pb2.DecisionLine, free: frozenset[str]
) -> Iterator[Held]:
    """The line and others as told, and all others as decided."""
    fix = said.explanation.fix
    more = {winner.line: winner.units for winner in fix.effect.winners}
    more |= {loser.line: -loser.units for loser in fix.losers}
    for line in (ground.lines[i] for i in sorted(free)):
        given = ground.given[line.id] + more.get(line.id, 0)
        if line.id == said.line:
            yield Held(line.id, fix.effect.quantity, fix.effect.quantity)
        else:
            yield Held(line.id, given, given)
