"""Verifies decisions: gathers every statement, solves what they need in one process, judges."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

from fairlead.v1 import decision_pb2
from fairlead_solver.api import Problem
from fairlead_solver.reference.process import ask_apart

from ..screen.words import word
from .binding import binding_trials
from .conflicts import conflict_trials
from .fixes import fix_trials
from .ground import MICRO, Ground, ground_of
from .lines import line_trials
from .proven import proven_trials
from .reach import Surroundings
from .trial import (
    Answer,
    Kind,
    NotTried,
    Statement,
    Trial,
    Verdict,
    impossible,
    optimum,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One decision to verify, by the name of its scenario."""

    name: str
    problem: Problem
    decision: decision_pb2.Decision


@dataclass(frozen=True, slots=True)
class Effort:
    """`sample`: lines, and constraints, of a cycle for which something is solved again; None: all,
    but none in a cycle over `large` lines. `seconds`: what each solve may take; None: no limit."""

    sample: int | None = None
    seed: int = 0
    seconds: float | None = None
    large: int = 500

    def of(self, rows: Sequence[T], lines: int, chance: random.Random) -> set[int]:
        """Places of the rows to solve again for."""
        size = len(rows) if self.sample is None else min(self.sample, len(rows))
        if self.sample is None and lines > self.large:
            size = 0
        return set(chance.sample(range(len(rows)), size))


ALL = Effort()


def verify(cases: Sequence[Case], effort: Effort = ALL) -> list[Verdict]:
    """What came of every statement of the decisions. Raises ReferenceFailed."""
    trials = [(case.name, trial) for case in cases for trial in trials_of(case, effort)]
    answers = iter(ask_apart(q for _, trial in trials for q in trial.questions))
    return [trial.verdict(name, [next(answers) for _ in trial.questions]) for name, trial in trials]


def trials_of(case: Case, effort: Effort = ALL) -> Iterator[Trial]:
    """How every statement of a decision is tried."""
    ground = ground_of(case.problem, case.decision, effort.seconds)
    chance, size = random.Random(effort.seed), len(case.decision.lines)
    if effort.of([None], size, chance):
        yield from _status(ground)
    around = Surroundings(ground)
    for line in case.decision.lines:
        yield from line_trials(ground, around, line)
    lines = [line for line in case.decision.lines if _needs_solve(line)]
    chosen = effort.of(lines, size, chance)
    for place, line in enumerate(lines):
        trials = chain(proven_trials(ground, line), fix_trials(ground, line))
        yield from trials if place in chosen else map(_left_out, trials)
    constraints = case.decision.binding_constraints
    chosen = effort.of(constraints, size, chance)
    for place, constraint in enumerate(constraints):
        trials = chain(binding_trials(ground, constraint))
        yield from trials if place in chosen else map(_left_out, trials)
    if case.decision.HasField("conflict"):
        yield from conflict_trials(ground, case.decision.conflict)


def _needs_solve(line: decision_pb2.DecisionLine) -> bool:
    proven = any(word(r, "certainty") == "PROVEN" for r in line.explanation.reasons)
    return proven or line.explanation.HasField("fix")


def _left_out(trial: Trial) -> Trial:
    """Not solved for: it is not in the sample. What needs no solve is judged all the same."""
    if not trial.questions:
        return trial

    def judge(_: Sequence[Answer]) -> str:
        raise NotTried("not in the sample")

    return Trial(trial.statement, judge)


def _status(ground: Ground) -> Iterator[Trial]:
    """OPTIMAL: no plan is worth more than the bound. INFEASIBLE: there is none."""
    says = word(ground.decision, "status")
    statement = Statement(Kind.STATUS, says, "")

    def none(found: Sequence[Answer]) -> str:
        return "" if impossible(found[0]) else "there is a plan"

    def best(found: Sequence[Answer]) -> str:
        if impossible(found[0]):
            return "there is no plan"
        worth = optimum(found[0]).objective_micros or 0
        ours, bound = ground.decision.objective_micros, ground.decision.bound_micros
        noise = max(1_000, abs(worth) // 10**8)
        if ours - noise <= worth <= bound + noise:
            return ""
        told = f"objective {ours / MICRO:.6f}, bound {bound / MICRO:.6f}"
        return f"the best plan is worth {worth / MICRO:.6f}; told are {told}"

    if says == "INFEASIBLE":
        yield Trial(statement, none, (ground.question(),))
    elif says == "OPTIMAL":
        yield Trial(statement, best, (ground.question(),))


def unexplained(decision: decision_pb2.Decision) -> int:
    """Short lines without a reason, or whose only reason is that there is none."""
    return sum(
        line.confirmed_quantity < line.requested_quantity
        and all(word(reason, "code") == "UNEXPLAINED" for reason in line.explanation.reasons)
        for line in decision.lines
    )
