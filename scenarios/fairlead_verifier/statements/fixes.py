"""Fixes: the change is made in the facts, and what is told is forced there, or its opposite.

A fix holds if no best plan of the changed cycle leaves the line short; if the plan told, which
takes from others what is told and changes no other line, is as good as any; and if it is worth what
is told. Who is certain to lose is given back what it had: then no plan may be as good, or possible
at all. So are all lines together of which one loses. For the least amount every smaller multiple of
what a pack needs is tried. The solve itself is never repeated: its choice among equals is no fact.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fairlead.v1 import decision_pb2, explanation_pb2
from fairlead_scenarios.spelling.planner_words import word
from fairlead_solver.reference.process import Held

from ..context.reachable_stock import Surroundings
from ..context.verification_context import MICRO, Ground, less, near
from ..text.fix_text import left_out
from ..trials.applied_fix import Changed, applied, as_told
from ..trials.trial import (
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
from ..trials.trial_scope import Field, Fields
from .cash_splits import split_trial
from .fix_facts import FixFacts
from .fix_least import least_trials
from .fix_losers import loser_trials


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
        changed = applied(fields.ground, fix)
    except NotTried as reason:
        wrong = f"it cannot be made: {reason}"
    if wrong:
        yield arithmetic(Kind.FIX, said.line, statement.says, wrong)
        return
    missing = next((f"{text!r} is left out" for text in left_out(fix, fields.ground)), "")
    yield arithmetic(Kind.SENTENCE, said.line, fix.sentence, missing)
    field = _field(fields, around, said)
    yield made(statement, lambda: _fills(fields.ground, field, said, statement, changed))
    if fix.effect.HasField("gain"):
        yield made(
            Statement(Kind.SPLIT, said.line, ""),
            lambda: _split(fields.ground, field, said, changed),
        )
    yield from loser_trials(fields.ground, field, said, changed)
    yield from least_trials(fields, field, said)


def _field(fields: Fields, around: Surroundings, said: decision_pb2.DecisionLine) -> Field:
    """All of a small cycle; else the line, who loses and who gets more with all that they meet,
    and with every lot a change could open to the line."""
    fix = said.explanation.fix
    named = [said.line, *(loser.line for loser in fix.losers)]
    named += [winner.line for winner in fix.effect.winners]
    named += [line for group in fix.effect.one_of for line in group.lines]
    if word(fix, "scope") != "PART":
        return fields.cycle(named)
    lots = [lot.id for lot, _ in around.candidates(fields.ground.lines[said.line])]
    return fields.beside(named, lots)


def _fills(
    ground: Ground,
    field: Field,
    said: decision_pb2.DecisionLine,
    statement: Statement,
    changed: Changed,
) -> Trial:
    """The line filled as told by some plan as good as any, and short by none as good."""
    fix = said.explanation.fix
    asked = (
        field.own,
        field.best,
        field.question(*changed),
        field.question(*changed, *as_told(ground, said, field.free)),
        field.question(*changed, Held(said.line, 0, ground.whole(ground.lines[said.line]) - 1)),
    )
    return Trial(statement, lambda found: _wrong(ground, fix, found), asked)


def _split(
    ground: Ground, field: Field, said: decision_pb2.DecisionLine, changed: Changed
) -> Trial:
    """The cash in what the fix gains, by the plan told."""
    told = field.question(*changed, *as_told(ground, said, field.free))
    cash = said.explanation.fix.effect.gain.cash_micros
    return split_trial(said.line, cash, field, told, decided=True)


def _wrong(ground: Ground, fix: explanation_pb2.Fix, found: Sequence[Answer]) -> str:
    own, before, after, told, short = found
    if impossible(after):
        return "with it no plan is possible"
    if impossible(told):
        return "with it the line is not filled as told: others have to get less, or more"
    decided, best_before, best = (ground.worth_of(optimum(a)) for a in (own, before, after))
    worth = ground.worth_of(optimum(told))
    gained = tuple(b - a for a, b in zip(best_before, best, strict=True))
    enough = tuple(d + g for d, g in zip(decided, gained, strict=True))
    if less(worth, enough):
        return f"with it another plan is worth {_money(best[-1])}, the one told {_money(worth[-1])}"
    if not impossible(short) and not less(ground.worth_of(optimum(short)), best):
        return "with it a plan as good leaves the line short"
    gain = worth[-1] - decided[-1]
    if near(gain, fix.gain_micros) or near(gained[-1], fix.gain_micros):
        return ""
    between = min(gain, gained[-1]) <= fix.gain_micros <= max(gain, gained[-1])
    return "" if between else f"it gains {_money(gain)}"


def _money(micros: int) -> str:
    return f"{micros / MICRO:.6f}"
