"""The lines and lots a decision speaks of: those of the cycle, each line once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from fairlead.v1 import decision_pb2

from .limits import FLOOR
from .verification_context import Ground


def wrong_names(ground: Ground) -> str:
    """What makes it a decision about another cycle; "" where it is about this one."""
    return next(_wrong(ground), "")


def _wrong(ground: Ground) -> Iterator[str]:
    decision = ground.decision
    told = Counter(line.line for line in decision.lines)
    for name in sorted(ground.lines.keys() ^ told.keys()):
        yield f"{name} is left out" if name in ground.lines else f"there is no line {name!r}"
    yield from (f"{name} is told twice" for name, times in told.items() if times > 1)
    for name in sorted(set(_lines(decision)) - ground.lines.keys()):
        yield f"there is no line {name!r}"
    lots = {source.lot for line in decision.lines for source in line.sources}
    yield from (f"there is no lot {name!r}" for name in sorted(lots - ground.lots.keys()))
    for line in decision.lines:
        if line.HasField("explanation") and line.explanation.line != line.line:
            yield f"{line.line} is explained as {line.explanation.line!r}"
    explained = sum(line.HasField("explanation") for line in decision.lines)
    if explained not in (0, len(decision.lines)):
        yield f"{explained} lines are explained, and the others are not"


def _lines(decision: decision_pb2.Decision) -> Iterator[str]:
    """Every line that a statement names."""
    for line in decision.lines:
        yield from (rival.line for rival in line.explanation.competitors)
        yield from (loser.line for loser in line.explanation.fix.losers)
        yield from (winner.line for winner in line.explanation.fix.effect.winners)
        yield from line.explanation.fix.effect.certain_losers
        for group in line.explanation.fix.effect.one_of:
            yield from group.lines
    for constraint in decision.binding_constraints:
        yield from (one.line for one in constraint.lines_shortened)
    yield from decision.conflict.lines
    ways = (way.rule for way in decision.conflict.relaxations)
    yield from (rule.key for rule in ways if rule.family != FLOOR)
