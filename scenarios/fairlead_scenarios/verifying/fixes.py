"""Fixes: the change is made in the facts, and the cycle, or the part told, is solved with it.

A fix holds if some best plan of the changed cycle fills the line and takes from others what is
told, and nothing more; and if the objective changes by what is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fairlead.v1 import decision_pb2, explanation_pb2
from fairlead_solver.api import NO_DAY, Facts, Policy
from fairlead_solver.reference.process import Held

from ..screen.words import word
from .changes import add, cell_of, dropped, listed, put
from .field import Field, Fields
from .fix_facts import FixFacts
from .fix_words import left_out
from .ground import MICRO, Ground, less, near
from .reach import Surroundings
from .trial import (
    Answer,
    Kind,
    NotTried,
    Statement,
    Trial,
    arithmetic,
    impossible,
    made,
    optimum,
)

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


def fix_trials(
    fields: Fields, around: Surroundings, said: decision_pb2.DecisionLine
) -> Iterator[Trial]:
    """The fix of a line, where there is one."""
    if not said.explanation.HasField("fix"):
        return
    fix = said.explanation.fix
    statement = Statement(Kind.FIX, said.line, f"{fix.sentence} ({fix.gain_micros / MICRO:+.6f})")
    try:
        wrong = next(FixFacts(fields.ground, fields.limits, said).wrong(), "")
        facts, policy = applied(fields.ground, fix)
    except NotTried as reason:
        wrong = f"it cannot be made: {reason}"
    if wrong:
        yield arithmetic(Kind.FIX, said.line, statement.says, wrong)
        return
    missing = next((f"{text!r} is left out" for text in left_out(fix)), "")
    yield arithmetic(Kind.SENTENCE, said.line, fix.sentence, missing)
    yield made(statement, lambda: _trial(fields, around, said, statement, facts, policy))


def _trial(
    fields: Fields,
    around: Surroundings,
    said: decision_pb2.DecisionLine,
    statement: Statement,
    facts: Facts,
    policy: Policy,
) -> Trial:
    fix, ground = said.explanation.fix, fields.ground
    whole = word(fix, "scope") != "PART"
    field = fields.whole if whole else _beside(fields, around, said)
    told = field.question(facts, policy, *_as_told(ground, said, field.free))
    if whole:
        questions = (field.best, field.question(facts, policy), told)
        return Trial(statement, lambda found: _wrong(ground, fix, found), questions)
    return Trial(statement, lambda found: _wrong_in_part(fix, found), (field.own, told))


def _beside(fields: Fields, around: Surroundings, said: decision_pb2.DecisionLine) -> Field:
    """The line, who loses and who gets more, with every lot a change could open to the line."""
    lots = [lot.id for lot, _ in around.candidates(fields.ground.lines[said.line])]
    fix = said.explanation.fix
    losers = [loser.line for loser in fix.losers]
    winners = [winner.line for winner in fix.effect.winners]
    return fields.beside([said.line, *losers, *winners], lots)


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
        return put(facts, cell, _FREE_VALUE[cell.column]), policy
    return dropped(facts, policy, part.rule)


def _as_told(
    ground: Ground, said: decision_pb2.DecisionLine, free: frozenset[str]
) -> Iterator[Held]:
    """The line and others as told, and the rest with no less than before."""
    fix = said.explanation.fix
    more = {winner.line: winner.units for winner in fix.effect.winners}
    more |= {loser.line: -loser.units for loser in fix.losers}
    for line in (ground.lines[i] for i in sorted(free)):
        given = ground.given[line.id]
        if line.id == said.line:
            yield Held(line.id, fix.effect.quantity)
        elif line.id in more:
            yield Held(line.id, given + more[line.id], given + more[line.id])
        else:
            yield Held(line.id, given)


def _wrong(ground: Ground, fix: explanation_pb2.Fix, found: Sequence[Answer]) -> str:
    if impossible(found[1]):
        return "with it no plan is possible"
    before, after = optimum(found[0]), optimum(found[1])
    if impossible(found[2]):
        return "with it the line is not filled, or others lose more than is told"
    told = optimum(found[2])
    if less(ground.worth_of(told), ground.worth_of(after)):
        return (
            "with it the best plan does not fill the line with the losers told: "
            f"{_money(told.objective_micros)} against {_money(after.objective_micros)}"
        )
    assert before.objective_micros is not None and after.objective_micros is not None
    gain = after.objective_micros - before.objective_micros
    return "" if near(gain, fix.gain_micros) else f"it gains {gain / MICRO:.6f}"


def _wrong_in_part(fix: explanation_pb2.Fix, found: Sequence[Answer]) -> str:
    """Of a change tried beside the rest as decided: it gains as much there, or more."""
    if impossible(found[1]):
        return "with it the line is not filled, or others lose more than is told"
    before, after = (optimum(answer).objective_micros or 0 for answer in found)
    gain = after - before
    enough = gain > fix.gain_micros or near(gain, fix.gain_micros)
    return "" if enough else f"it gains {gain / MICRO:.6f}"


def _money(micros: int | None) -> str:
    return f"{(micros or 0) / MICRO:.6f}"
