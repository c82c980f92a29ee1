"""Binding constraints: limit, use and slack by arithmetic; that it binds, and what one step is
worth, by moving the limit and solving again what it touches."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from fairlead.v1 import explanation_pb2
from fairlead_scenarios.spelling.planner_words import word
from fairlead_solver.reference.process import Question

from ..context.limits import FAIR_SHARE, SOURCES, Limit, Unknown
from ..context.verification_context import MICRO, Ground, less, near
from ..text.binding_text import binding_sentence, looser_of
from ..text.rule_names import wrong_rule
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
    not_tried,
    optimum,
)
from ..trials.trial_scope import Field, Fields
from .cash_splits import split_trial
from .worth_parts import total

_UNIT = {"capacity": "RESOURCE_MICROS", "credit": "MONEY_MICROS", SOURCES: "COUNT"}
BRIEF = 5.0  # seconds: a field that others give way in may be hard, and there may be hundreds


def list_trial(fields: Fields) -> Trial:
    """Whether each constraint is listed once, by what loosening it is worth, those of which that is
    not known last."""
    told = fields.ground.decision.binding_constraints
    rules = Counter((one.rule.family, one.rule.key) for one in told)
    twice = [" ".join(rule) for rule, times in rules.items() if times > 1]
    worth = [looser_of(one) for one in told]
    keys = [-math.inf if value is None else value.value_micros for value in worth]
    wrong = f"{twice[0]} is listed twice" if twice else ""
    if keys != sorted(keys, reverse=True):
        wrong = wrong or "those worth most do not come first"
    return arithmetic(Kind.LIMIT, "all constraints", f"{len(told)}, each once, in order", wrong)


def binding_trials(fields: Fields, said: explanation_pb2.BindingConstraint) -> Iterator[Trial]:
    """Everything said of a binding constraint."""
    yield binding_sentence(fields, said)
    figures = Statement(Kind.LIMIT, said.id, _figures(said))
    try:
        limit = fields.limits.of(said.rule)
    except Unknown as unknown:
        yield not_tried(figures, str(unknown))
        return
    wrong = next(_wrong_names(fields, limit, said), "") or _wrong_figures(fields, limit, said)
    yield arithmetic(figures.kind, said.id, figures.says, wrong)
    if said.HasField("marginal_up"):
        yield from _marginals(fields, limit, said, said.marginal_up, 1)
    if said.HasField("marginal_down"):
        yield from _marginals(fields, limit, said, said.marginal_down, -1)
    if fields.ground.optimal and looser_of(said) is None:
        yield _binds(fields, limit, said)


def _figures(said: explanation_pb2.BindingConstraint) -> str:
    return f"limit {said.limit}, use {said.use}, slack {said.slack}"


def _wrong_names(
    fields: Fields, limit: Limit, said: explanation_pb2.BindingConstraint
) -> Iterator[str]:
    """What is wrong in its names and its unit."""
    yield from filter(None, [wrong_rule(fields.ground, fields.limits, said.rule)])
    family, key = said.rule.family, said.rule.key
    if not said.id.startswith(f"{family}/") or not said.id.endswith(f"/{key}"):
        yield f"{said.id!r} is not made of {family} and {key}"
    unit = _UNIT.get(family, "BASE")
    if (word(said, "unit"), said.scale) != (unit, limit.scale):
        yield f"it counts {unit}, {limit.scale} to one"
    units = [one.units for one in said.lines_shortened]
    if len({one.line for one in said.lines_shortened}) != len(units):
        yield "a line is told twice"
    if units != sorted(units, reverse=True):
        yield f"not by what the lines lack: {units}"


def _wrong_figures(fields: Fields, limit: Limit, said: explanation_pb2.BindingConstraint) -> str:
    ground = fields.ground
    if limit.family == FAIR_SHARE:
        return _wrong_share(ground, limit, said) or _wrong_lines(ground, said)
    found = f"limit {limit.limit}, use {limit.use}, slack {limit.slack}"
    if _figures(said) != found:
        return found
    if limit.least:
        return _wrong_lines(ground, said)
    regular = limit.limit if limit.regular is None else limit.regular
    needs = [limit.need(ground, ground.lines[i.line]) for i in said.lines_shortened]
    looser = looser_of(
        said
    )  # where each line fits by itself, that more is worth something shows it
    if looser is None and all(need <= regular - limit.use for need in needs):
        return f"the lines need {max(needs, default=0)} at once, and that fits"
    if looser is not None and excess(ground, limit):
        return "it is exceeded already, and one more of it is still too little"
    return _wrong_lines(ground, said)


def _wrong_share(ground: Ground, limit: Limit, said: explanation_pb2.BindingConstraint) -> str:
    """A fair share is a fraction: it is told to the nearest unit."""
    share = ground.entitled[limit.cell[1]]
    told = abs(said.limit - share) <= 0.5 + 1e-6
    if told and said.use == limit.use and said.slack == said.use - said.limit:
        return ""
    return f"a fair share of {float(share):.6g}, use {limit.use}"


def _wrong_lines(ground: Ground, said: explanation_pb2.BindingConstraint) -> str:
    for one in said.lines_shortened:
        short = ground.lines[one.line].quantity - ground.given[one.line]
        if not 0 < one.units <= short:
            return f"{one.line} is said to be short by {one.units} of {short}"
    return ""


def _marginals(
    fields: Fields,
    limit: Limit,
    said: explanation_pb2.BindingConstraint,
    value: explanation_pb2.MarginalValue,
    sign: int,
) -> Iterator[Trial]:
    """Its value, and how that splits."""
    yield _marginal(fields, limit, said, value, sign)
    wrong = _wrong_parts(value)
    if wrong or not value.HasField("worth"):
        yield arithmetic(Kind.SPLIT, said.id, f"{value.worth}", wrong)
        return
    lines = fields.counted(limit)
    beside = word(value, "method") == "BESIDE"
    field: Field = fields.beside(lines) if beside else fields.cycle(lines)
    yield made(
        Statement(Kind.SPLIT, said.id, ""),
        lambda: split_trial(
            said.id,
            value.worth.cash_micros,
            field,
            moved(fields.ground, field, Move(limit, sign * value.step)),
        ),
    )


def _wrong_parts(value: explanation_pb2.MarginalValue) -> str:
    """A price alone is not split; what a plan gives is, to the unit."""
    if (word(value, "method") == "DUAL") == value.HasField("worth"):
        return "a value that a plan gives has its parts, and no other"
    apart = value.HasField("worth") and total(value.worth) != value.value_micros
    return f"the parts add up to {total(value.worth)}" if apart else ""


def _marginal(
    fields: Fields,
    limit: Limit,
    said: explanation_pb2.BindingConstraint,
    value: explanation_pb2.MarginalValue,
    sign: int,
) -> Trial:
    """RESOLVED: the objective changes by it. BESIDE: beside the rest as decided it changes by it
    or more."""
    says = f"{sign * value.step:+d}: {value.value_micros / MICRO:+.6f}"
    statement, method = Statement(Kind.MARGINAL, said.id, says), word(value, "method")
    if method == "UNSPECIFIED" or value.step < 1:
        return arithmetic(statement.kind, said.id, says, "no step, or no word of how it was found")
    if method == "DUAL":
        return not_tried(statement, "a dual is a hint")
    beside = method == "BESIDE"
    lines = fields.counted(limit)
    field: Field = fields.beside(lines) if beside else fields.cycle(lines)

    def judge(found: Sequence[Answer]) -> str:
        before, after = (optimum(answer).objective_micros or 0 for answer in found)
        change = after - before
        more = beside and change > value.value_micros  # told as that or more
        if more or near(change, value.value_micros):
            return ""
        return f"it changes by {change / MICRO:+.6f}"

    def build() -> Trial:
        before = field.own if beside else field.best
        after = moved(fields.ground, field, Move(limit, sign * value.step))
        return Trial(statement, judge, (before, after))

    return made(statement, build)


def _binds(fields: Fields, limit: Limit, said: explanation_pb2.BindingConstraint) -> Trial:
    """With room for all that the shortened lines lack, the decision is worth more."""
    ground = fields.ground
    lines = [ground.lines[one.line] for one in said.lines_shortened]
    room = limit.limit
    if limit.family == SOURCES:
        room = len({lot.location for lot in ground.lots.values()})
    elif not limit.least:
        room = sum(
            limit.step(ground, line) * -(-(line.quantity - ground.given[line.id]) // line.pack)
            for line in lines
        )
    less_or_more = "less" if limit.least else "more"
    statement = Statement(Kind.BINDS, said.id, f"{room} {less_or_more} would change the decision")
    concerned = frozenset(line.id for line in lines) | fields.held_by(limit)
    move = Move(limit, -room if limit.least else room)

    def judge(found: Sequence[Answer]) -> str:
        before, after = (ground.worth_of(optimum(answer)) for answer in found)
        return "" if less(before, after) else f"{room} {less_or_more} change nothing"

    def undecided(found: Sequence[Answer]) -> str:
        if judge(found):
            raise NotTried("nothing changes beside the rest, and it is too large to solve whole")
        return ""

    def tried(field: Field, judge: Judge, otherwise: Callable[[], Trial] | None = None) -> Trial:
        after = moved(ground, field, move)
        return Trial(statement, judge, (field.best, after), otherwise)

    def wider() -> Trial:
        trial = made(statement, lambda: tried(fields.giving_way(concerned), undecided))
        return replace(trial, questions=tuple(map(_briefly, trial.questions)))

    if not fields.large:
        return made(statement, lambda: tried(fields.whole, judge))
    return made(statement, lambda: tried(fields.beside(concerned), judge, wider))


def _briefly(question: Question) -> Question:
    seconds = question.seconds
    return replace(question, seconds=BRIEF if seconds is None else min(seconds, BRIEF))
