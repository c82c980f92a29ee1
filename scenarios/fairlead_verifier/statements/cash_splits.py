"""How a difference between two plans splits into cash and policy value, tried by solving.

Plans worth the same may split it differently. A split told holds where some best plan has it: the
plans that the reference finds by itself, or any between those of least and of most cash.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fairlead_solver.reference.process import Question, Reply

from ..context.verification_context import MICRO, near
from ..trials.trial import Answer, Kind, Statement, Trial, optimum
from ..trials.trial_scope import Field


def split_trial(
    about: str, said_cash: int, field: Field, after: Question, *, decided: bool = False
) -> Trial:
    """That the best plan of `after` has so much more cash than that of the field, or than what was
    `decided` there."""
    statement = Statement(Kind.SPLIT, about, f"cash {said_cash / MICRO:+.6f}")
    now = field.own if decided else field.best

    def judge(found: Sequence[Answer]) -> str:
        own, best, then = map(optimum, found)
        before = own if _same(own, best) else best
        return _outside(said_cash, (before, before), (then, then))

    def between(found: Sequence[Answer]) -> str:
        own, least, most, *then = map(optimum, found)
        before = (own, own) if _same(own, most) else (least, most)
        return _outside(said_cash, before, (then[0], then[1]))

    def otherwise() -> Trial:
        return Trial(statement, between, (field.own, *_ends(now), *_ends(after)))

    return Trial(statement, judge, (field.own, now, after), otherwise)


def _ends(question: Question) -> tuple[Question, Question]:
    return replace(question, cash=-1), replace(question, cash=1)


def _same(one: Reply, other: Reply) -> bool:
    return near(one.objective_micros or 0, other.objective_micros or 0)


def _outside(cash: int, before: tuple[Reply, Reply], after: tuple[Reply, Reply]) -> str:
    """Whether no plans between those of least and most cash differ by so much."""
    least = (after[0].cash_micros or 0) - (before[1].cash_micros or 0)
    most = (after[1].cash_micros or 0) - (before[0].cash_micros or 0)
    if least <= cash <= most or near(cash, least) or near(cash, most):
        return ""
    return f"cash changes by {least / MICRO:+.6f} to {most / MICRO:+.6f}"
