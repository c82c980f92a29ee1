"""A statement, how it is tried, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from fairlead_solver.reference.process import (
    OutOfTime,
    Question,
    ReferenceFailed,
    ReferenceStatus,
    Reply,
)

Answer = Reply | ReferenceFailed


class Kind(Enum):
    """What is stated."""

    NAMES = "lines named"
    STATUS = "status"
    WATERFALL = "waterfall"
    REASONS_SUM = "reasons add up"
    REASON = "reason and rule"
    EXACT = "exact reason"
    PROVEN = "proven reason"
    COMPETITOR = "competing line"
    ALTERNATIVE = "alternative"
    FIX = "fix"
    FIX_LOSER = "who loses by a fix"
    FIX_LEAST = "least amount of a fix"
    LIMIT = "limit, use and slack"
    BINDS = "limit binds"
    MARGINAL = "marginal value"
    SPLIT = "cash and policy value"
    UNLISTED = "limit not listed"
    SENTENCE = "sentence"
    CONFLICT = "conflict set"
    RELAXATION = "relaxation"


class Outcome(Enum):
    """What a trial showed."""

    HELD = "held"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: its kind, the line or constraint it is about, and what it says."""

    kind: Kind
    about: str
    says: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a statement; `note` says what was found instead, or why it was not tried."""

    scenario: str
    statement: Statement
    outcome: Outcome
    note: str = ""


class NotTried(Exception):
    """The statement could not be tried; the text says why."""


Judge = Callable[[Sequence[Answer]], str]


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """A statement, the questions to solve for it, and the judge of their answers.

    The judge returns "" where the statement holds, else what was found instead. Raises NotTried.
    `otherwise`: what would still make the statement hold, tried only where this does not.
    """

    statement: Statement
    judge: Judge
    questions: tuple[Question, ...] = ()
    otherwise: Callable[[], Trial] | None = None

    def verdict(self, scenario: str, answers: Sequence[Answer]) -> Verdict:
        """What the answers show."""
        try:
            wrong = self.judge(answers)
        except NotTried as reason:
            return Verdict(scenario, self.statement, Outcome.SKIPPED, str(reason))
        outcome = Outcome.FAILED if wrong else Outcome.HELD
        return Verdict(scenario, self.statement, outcome, wrong)


def arithmetic(kind: Kind, about: str, says: str, wrong: str) -> Trial:
    """A statement that needed no solve; `wrong`: what was found instead, "" where it holds."""
    return Trial(Statement(kind, about, says), lambda _: wrong)


def not_tried(statement: Statement, why: str) -> Trial:
    """A statement that cannot be tried."""

    def judge(_: Sequence[Answer]) -> str:
        raise NotTried(why)

    return Trial(statement, judge)


def made(statement: Statement, build: Callable[[], Trial]) -> Trial:
    """The trial that `build` makes, or one that says why none can be made."""
    try:
        return build()
    except NotTried as reason:
        return not_tried(statement, str(reason))


def impossible(answer: Answer) -> bool:
    """Whether there is no plan at all. Raises NotTried where that was not found out."""
    reply = replied(answer)
    if reply.status is ReferenceStatus.INFEASIBLE:
        return True
    if reply.status is ReferenceStatus.NO_SOLUTION_LIMIT:
        raise NotTried("the reference stopped at its time limit without a plan")
    return False


def optimum(answer: Answer) -> Reply:
    """A best plan. Raises NotTried where none is proven to be the best."""
    reply = replied(answer)
    if reply.status is not ReferenceStatus.OPTIMAL:
        raise NotTried(f"the reference ended {reply.status.value.replace('_', ' ')}")
    return reply


def replied(answer: Answer) -> Reply:
    """The reply. Raises NotTried where there is none."""
    if isinstance(answer, OutOfTime):
        raise NotTried("the time given for all statements ran out")
    if isinstance(answer, ReferenceFailed):
        raise NotTried(f"the reference failed: {answer}")
    return answer
