"""Who loses by a fix: given back what they had, they leave no plan as good as the one told.

Each line that is certain to lose is forced by itself, the lines of which one loses all together. A
decision made before it was told who is certain names its losers as if all of them were.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from fairlead.v1 import decision_pb2, explanation_pb2
from fairlead_solver.reference.process import Held

from ..context.verification_context import MICRO, Ground, less
from ..trials.applied_fix import Changed, as_told
from ..trials.trial import Answer, Kind, Statement, Trial, impossible, made, optimum
from ..trials.trial_scope import Field


def loser_trials(
    ground: Ground, field: Field, said: decision_pb2.DecisionLine, changed: Changed
) -> Iterator[Trial]:
    """One for each line that is certain to lose, and for each group of which one does."""
    for says, lines in _told(said.explanation.fix):
        statement = Statement(Kind.FIX_LOSER, said.line, says)
        yield made(statement, partial(_trial, ground, field, said, changed, statement, lines))


def _told(fix: explanation_pb2.Fix) -> Iterator[tuple[str, Sequence[str]]]:
    effect = fix.effect
    settled = effect.HasField("gain")  # told since it is told who is certain to lose
    for line in effect.certain_losers if settled else [loser.line for loser in fix.losers]:
        yield f"{line} loses", [line]
    for group in effect.one_of:
        yield f"one of {', '.join(group.lines)} loses", list(group.lines)


def _trial(
    ground: Ground,
    field: Field,
    said: decision_pb2.DecisionLine,
    changed: Changed,
    statement: Statement,
    lines: Sequence[str],
) -> Trial:
    full = Held(said.line, said.explanation.fix.effect.quantity)
    kept = [Held(line, ground.given[line]) for line in lines]
    told = field.question(*changed, *as_told(ground, said, field.free))
    forced = field.question(*changed, full, *kept)
    return Trial(statement, lambda found: _wrong(ground, found), (told, forced))


def _wrong(ground: Ground, found: Sequence[Answer]) -> str:
    told, forced = found
    if impossible(forced) or impossible(told):  # the second is a failure of the fix itself
        return ""
    ours, theirs = ground.worth_of(optimum(told)), ground.worth_of(optimum(forced))
    if less(theirs, ours):
        return ""
    return f"they can keep what they had at no loss: {theirs[-1] / MICRO:.6f}"
