"""Verifies decisions: gathers every statement, solves what they need in one process, judges."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

from fairlead.v1 import decision_pb2
from fairlead_scenarios.spelling.planner_words import word
from fairlead_solver.api.allocation import Problem
from fairlead_solver.reference.process import Question, ask_apart

from .context.known_names import wrong_names
from .context.reachable_stock import Surroundings
from .context.verification_context import ground_of
from .statements.binding_constraints import binding_trials, list_trial
from .statements.conflicts import conflict_trials
from .statements.fixes import fix_trials
from .statements.lines import line_trials
from .statements.proven_reasons import proven_trials
from .statements.rivals import Contest
from .statements.status import status_trials
from .statements.unlisted_limits import unlisted_trials
from .statements.worth_parts import worth_trials
from .trials.trial import Answer, Kind, Outcome, Statement, Trial, Verdict, arithmetic, not_tried
from .trials.trial_scope import Fields

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One decision to verify, by the name of its scenario."""

    name: str
    problem: Problem
    decision: decision_pb2.Decision


@dataclass(frozen=True, slots=True)
class Effort:
    """`sample`: lines, and constraints, of a cycle for which something is solved again; None: all.
    `seconds`: what each solve may take, `together`: what all of them may; None: no limit."""

    sample: int | None = None
    seed: int = 0
    seconds: float | None = None
    together: float | None = None

    def of(self, rows: Sequence[T], chance: random.Random) -> set[int]:
        """Places of the rows to solve again for."""
        size = len(rows) if self.sample is None else min(self.sample, len(rows))
        return set(chance.sample(range(len(rows)), size))


ALL = Effort()


def verify(cases: Sequence[Case], effort: Effort = ALL) -> list[Verdict]:
    """What came of every statement of the decisions. Raises ReferenceFailed."""
    clock = _Clock(effort.together)
    named = [(case.name, trial) for case in cases for trial in trials_of(case, effort)]
    answers: dict[Question, Answer] = {}
    verdicts: dict[int, Verdict] = {}
    left = {at: trial for at, (_, trial) in enumerate(named)}
    while left:
        _ask(left.values(), answers, clock.left())
        for at, trial in left.items():
            verdict = trial.verdict(named[at][0], [answers[q] for q in trial.questions])
            if at not in verdicts or verdict.outcome is not Outcome.FAILED:
                verdicts[at] = verdict
        left = {
            at: trial.otherwise()
            for at, trial in left.items()
            if trial.otherwise is not None and verdicts[at].outcome is Outcome.FAILED
        }
    return [verdicts[at] for at in range(len(named))]


class _Clock:
    """What is left of the seconds given; None: no limit."""

    def __init__(self, seconds: float | None) -> None:
        self._end = None if seconds is None else time.monotonic() + seconds

    def left(self) -> float | None:
        """Seconds, 0 where none are left."""
        return None if self._end is None else max(0.0, self._end - time.monotonic())


def _ask(trials: Iterable[Trial], answers: dict[Question, Answer], seconds: float | None) -> None:
    """Ask, once each, what is not known yet: small cycles first, so that most are tried in time."""
    wanted = dict.fromkeys(q for trial in trials for q in trial.questions)
    new = [question for question in wanted if question not in answers]
    if new:
        new.sort(key=lambda question: len(question.facts.lines))
        answers.update(zip(new, ask_apart(new, seconds), strict=True))


def trials_of(case: Case, effort: Effort = ALL) -> Iterator[Trial]:
    """How every statement of a decision is tried."""
    ground = ground_of(case.problem, case.decision, effort.seconds)
    wrong = wrong_names(ground)
    yield arithmetic(Kind.NAMES, "all lines", f"{len(case.decision.lines)}, each once", wrong)
    if wrong:  # what is said of lines that are not there has nothing to be held against
        return
    fields, chance = Fields(ground), random.Random(effort.seed)
    status = chain(status_trials(fields), worth_trials(fields))
    yield from status if effort.sample != 0 else map(_left_out, status)
    around = Surroundings(ground, fields.limits)
    contest = Contest(ground, around)
    for line in case.decision.lines:
        yield from line_trials(ground, around, contest, line)
    lines = [line for line in case.decision.lines if _needs_solve(line)]
    chosen = effort.of(lines, chance)
    for place, line in enumerate(lines):
        trials = chain(proven_trials(fields, line), fix_trials(fields, around, line))
        yield from trials if place in chosen else map(_left_out, trials)
    constraints = case.decision.binding_constraints
    yield list_trial(fields)
    chosen = effort.of(constraints, chance)
    for place, constraint in enumerate(constraints):
        trials = chain(binding_trials(fields, constraint))
        yield from trials if place in chosen else map(_left_out, trials)
    if effort.sample is None:
        yield from unlisted_trials(fields)
    elif ground.optimal:
        others = Statement(Kind.UNLISTED, "all others", "none of them changes anything")
        yield not_tried(others, "not in the sample")
    if case.decision.HasField("conflict"):
        yield from conflict_trials(ground, fields.limits, case.decision.conflict)


def _needs_solve(line: decision_pb2.DecisionLine) -> bool:
    proven = any(word(r, "certainty") == "PROVEN" for r in line.explanation.reasons)
    return proven or line.explanation.HasField("fix")


def _left_out(trial: Trial) -> Trial:
    """Not solved for: it is not in the sample. What needs no solve is judged all the same."""
    return not_tried(trial.statement, "not in the sample") if trial.questions else trial


def unexplained(decision: decision_pb2.Decision) -> int:
    """Short lines without a reason, or whose only reason is that there is none."""
    return sum(
        line.confirmed_quantity < line.requested_quantity
        and all(word(reason, "code") == "UNEXPLAINED" for reason in line.explanation.reasons)
        for line in decision.lines
    )
