"""Limits that are not listed as binding: loosened by one unit, the decision is worth no more.

Of a cycle that is solved whole, all of them are loosened at once: worth the same, none of them
matters. Where it is worth more, each is loosened alone. In a large cycle lots are loosened beside
the rest as decided, and sums over many lines together, against the bound of the decision.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from fairlead_solver.reference.process import Question

from ..context.limits import Limit
from ..context.verification_context import MICRO, Ground, less
from ..trials.moved_limits import Move, excess, moved
from ..trials.trial import (
    Answer,
    Judge,
    Kind,
    NotTried,
    Statement,
    Trial,
    arithmetic,
    made,
    optimum,
)
from ..trials.trial_scope import Field, Fields
from .status import above_the_bound, as_closely

MOST_LISTED = 1000  # binding constraints a decision lists
_ONE_BY_ONE = ("supply", "protection")  # more stock may also bind: it must go first, or be shared


@dataclass(frozen=True, slots=True, eq=False)
class Unlisted:
    """A limit that is not listed, by family and key, and whether any plan could exceed it."""

    family: str
    key: str
    limit: Limit
    can_run_out: bool

    @property
    def move(self) -> Move:
        """Looser by one of what a planner counts."""
        by = -self.limit.scale if self.limit.least else self.limit.scale
        return Move(self.limit, by, alone=self.family == "supply")

    @property
    def statement(self) -> Statement:
        """What is said by not listing it."""
        return Statement(
            Kind.UNLISTED, f"{self.family} {self.key}", f"{self.move.by:+d} changes nothing"
        )


def unlisted_trials(fields: Fields) -> Iterator[Trial]:
    """Every limit that is not listed. A list that was cut says nothing of the others."""
    ground = fields.ground
    if not ground.optimal:
        return
    limits = list(_unlisted(fields))
    for one in limits:
        if not one.can_run_out:
            yield arithmetic(one.statement.kind, one.statement.about, one.statement.says, "")
    moving = [one for one in limits if one.can_run_out]
    if len(ground.decision.binding_constraints) >= MOST_LISTED:
        yield from (_cut(one) for one in moving)
    elif fields.large:
        yield from _of_large(fields, moving)
    else:
        yield from _of_small(fields, moving)


def _unlisted(fields: Fields) -> Iterator[Unlisted]:
    listed = {(b.rule.family, b.rule.key) for b in fields.ground.decision.binding_constraints}
    for one in fields.limits.sums:
        if (one.family, one.key) not in listed:
            matters = one.can_run_out and not excess(fields.ground, one.limit)
            yield Unlisted(one.family, one.key, one.limit, matters)
    for key, lot in fields.ground.lots.items():
        if lot.quantity and ("supply", key) not in listed:  # an empty lot is no stock, told as such
            limit = fields.limits.named("supply", key)
            wanted = sum(
                min(arc.line.quantity, arc.line.pack * max(arc.most, 1)) * arc.ratio
                for line in fields.joined.at([key])
                for arc in fields.ground.arcs[line]
                if arc.lot.id == key
            )
            assert limit is not None
            yield Unlisted("supply", key, limit, wanted > lot.quantity)


def _cut(one: Unlisted) -> Trial:
    def judge(_: Sequence[Answer]) -> str:
        raise NotTried(f"{MOST_LISTED} constraints are listed, and no more ever are")

    return Trial(one.statement, judge)


def _of_small(fields: Fields, moving: list[Unlisted]) -> Iterator[Trial]:
    field = fields.whole
    alone = [one for one in moving if one.family in _ONE_BY_ONE and _stock_counts(fields.ground)]
    together = [one for one in moving if one not in alone]
    for one in alone:
        yield made(one.statement, partial(_alone, fields.ground, field, one))
    yield from _at_once(fields.ground, field, together)


def _stock_counts(ground: Ground) -> bool:
    """Whether more stock can make a plan worse: it is shared fairly, or must be taken first."""
    policy = ground.policy
    return policy.fair_share.mode.name != "OFF" or policy.fefo.mode.name == "STRICT"


def _at_once(ground: Ground, field: Field, limits: list[Unlisted]) -> Iterator[Trial]:
    """Loosened together; where that is worth something, each alone."""
    if not limits:
        return
    try:
        asked: tuple[Question, ...] = (field.best, moved(ground, field, *(i.move for i in limits)))
    except NotTried:
        asked = ()
    for one in limits:
        alone = partial(made, one.statement, partial(_alone, ground, field, one))
        if not asked:
            yield alone()
            continue
        judge = partial(_worth_more, ground)
        yield Trial(one.statement, judge, asked, alone if len(limits) > 1 else None)


def _alone(ground: Ground, field: Field, one: Unlisted) -> Trial:
    asked = field.best, moved(ground, field, one.move)
    return Trial(one.statement, partial(_worth_more, ground), asked)


def _worth_more(ground: Ground, found: Sequence[Answer]) -> str:
    """Whether a line that is short is given more. What only makes a plan cheaper shortens no line,
    and is not listed: raises NotTried with what it is worth."""
    before, after = map(optimum, found)
    if not less(ground.worth_of(before), ground.worth_of(after)):
        return ""
    gain = (after.objective_micros or 0) - (before.objective_micros or 0)
    given, then = ground.given_by(before), ground.given_by(after)
    missing, still = (_short(ground, units) for units in (given, then))
    if still < missing:
        return f"{missing - still} more are given, and the decision is worth {gain / MICRO:+.6f}"
    raise NotTried("the decision is worth more with it, but no line is any less short")


def _short(ground: Ground, given: Counter[str]) -> int:
    """Units that the lines of a plan are short."""
    return sum(ground.lines[line].quantity - units for line, units in given.items())


def _of_large(fields: Fields, moving: list[Unlisted]) -> Iterator[Trial]:
    """Lots beside the rest; sums over many lines together, in the whole, and alone where that is
    worth something."""
    ground = fields.ground
    sums = [one for one in moving if one.family != "supply"]
    for one in moving:
        if one.family == "supply":
            field = fields.beside(fields.counted(one.limit))
            trial = made(one.statement, partial(_alone, ground, field, one))
            yield replace(trial, judge=_as_claimed(ground, one, trial.judge))
    if not sums:
        return
    try:
        question = as_closely(ground, moved(ground, fields.whole, *(one.move for one in sums)))
    except NotTried as reason:
        yield from (made(one.statement, partial(_raise, reason)) for one in sums)
        return
    for one in sums:
        alone = partial(made, one.statement, partial(_sum_alone, fields, one))
        judge = partial(_above, ground)
        yield Trial(one.statement, judge, (question,), alone)


def _sum_alone(fields: Fields, one: Unlisted) -> Trial:
    ground = fields.ground
    question = as_closely(ground, moved(ground, fields.whole, one.move))
    judge = _as_claimed(ground, one, partial(_above, ground))
    return Trial(one.statement, judge, (question,))


def _above(ground: Ground, found: Sequence[Answer]) -> str:
    return above_the_bound(ground, found[0])


def _as_claimed(ground: Ground, one: Unlisted, judge: Judge) -> Judge:
    """Of a large cycle the list claims to hold every limit that stops a short line, but for those
    it counts as untried. What is worth something and not claimed is told as that."""

    def judged(found: Sequence[Answer]) -> str:
        wrong = judge(found)
        if wrong and ground.decision.limits_untried:
            count = ground.decision.limits_untried
            raise NotTried(f"worth something, and may be among the {count} told as untried")
        if wrong and not _stops_any(ground, one.limit):
            raise NotTried("worth something, though it stops no short line by itself")
        return wrong

    return judged


def _stops_any(ground: Ground, limit: Limit) -> bool:
    """Whether the limit by itself stops a line that is short."""
    return any(
        limit.stops(ground, line)
        for line in ground.cycle.lines
        if ground.given[line.id] < ground.whole(line)
    )


def _raise(reason: NotTried) -> Trial:
    raise reason
