"""Time fence: close to its requested day, a line keeps what was confirmed.

    Σ_s x_is  =  prev_i        for lines with prev_i > 0, requested_i <= cycle day + days

The policy may switch the fence off for tiers and for channels. Lines without an arc keep the row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from fairlead_solver.model.program.draft import Draft
from fairlead_solver.tables import Ints

from ...cycle.problem import Problem
from ...cycle.row_keys import About
from ..explanation import Limit, ReasonCode, RuleExplanation
from ..family import NO_MONEY, Breach, Wording
from ..plan import Plan
from ..terms import Term
from ..unit_totals import add_units

NAME = "time_fence"
EXPLAINS = RuleExplanation(
    ReasonCode.TIME_FENCE, Limit.HELD, gives_way=True, of_line=True, proven_without=True
)


def _lines(problem: Problem) -> Ints:
    policy, line = problem.policy.time_fence, problem.line
    if policy.days < 0:
        return np.empty(0, dtype=np.int64)
    free_tiers = [policy_tier.id in policy.off_tiers for policy_tier in problem.policy.tiers]
    names = problem.facts.lines.channel.names
    free_channels = np.array([*(n in policy.off_channels for n in names), False])
    fence = problem.facts.cycle_day + policy.days
    return np.flatnonzero(
        (line.previous > 0)
        & (line.requested_day <= fence)
        & ~np.array(free_tiers)[line.tier]
        & ~free_channels[line.channel]
    )


def applies(problem: Problem) -> bool:
    """Where a confirmed line is within the fence."""
    return len(_lines(problem)) > 0


def build(problem: Problem, draft: Draft) -> None:
    """Rows "lines", keys: lines."""
    lines = _lines(problem)
    previous = problem.line.previous[lines]
    rows = draft.rows(NAME, "lines", lines, lower=previous, upper=previous, about=About.LINES)
    add_units(draft, problem, rows, lines)


def money(problem: Problem, plan: Plan) -> Mapping[Term, int]:
    """None."""
    return NO_MONEY


def check(problem: Problem, plan: Plan) -> Sequence[Breach]:
    """Every line within the fence keeps its confirmation."""
    given, previous, ids = plan.per_line(), problem.line.previous, problem.facts.lines.id
    return [
        Breach(NAME, ids[i], int(previous[i]), int(given[i]), f"line {ids[i]} is within the fence")
        for i in _lines(problem)
        if given[i] != previous[i]
    ]


def words(problem: Problem, name: str, key: int) -> Wording:
    """`key`: a line."""
    line, previous = problem.facts.lines.id[key], problem.line.previous[key]
    days = problem.policy.time_fence.days
    sentence = f"line {line} is within the fence of {days} days and keeps its {previous}"
    looser = f"take {line} out of the time fence"
    return Wording(line, "policy.time_fence.days", sentence, looser=looser)
