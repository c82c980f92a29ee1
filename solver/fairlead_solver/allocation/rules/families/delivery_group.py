"""Delivery group: all lines of the group in full, or none of them.

    Σ_s x_is  =  q_i B_g,   B_g in {0, 1}        for every line i of group g

A line without an arc keeps its row: it forces B_g = 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from fairlead_solver.model.program.draft import Draft

from ...cycle.problem import Problem
from ...cycle.row_keys import About
from ..explanation import Limit, ReasonCode, RuleExplanation
from ..family import NO_MONEY, Breach, Wording
from ..plan import Plan
from ..terms import Term
from ..unit_totals import add_units

NAME = "delivery_group"
EXPLAINS = RuleExplanation(ReasonCode.GROUP_INCOMPLETE, Limit.ALL_OR_NOTHING, proven_without=True)


def applies(problem: Problem) -> bool:
    """Where a line names a group."""
    return bool((problem.facts.lines.delivery_group.codes >= 0).any())


def build(problem: Problem, draft: Draft) -> None:
    """Columns "complete" B, keys: groups; rows "lines", keys: lines."""
    codes = problem.facts.lines.delivery_group.codes
    lines = np.flatnonzero(codes >= 0)
    groups, group = np.unique(codes[lines], return_inverse=True)
    complete = draft.columns(NAME, "complete", groups, upper=1.0, integer=True, about=About.GROUPS)
    rows = draft.rows(NAME, "lines", lines, lower=0.0, upper=0.0, about=About.LINES)
    draft.entries(rows, complete[group], -problem.line.quantity[lines])
    add_units(draft, problem, rows, lines)


def money(problem: Problem, plan: Plan) -> Mapping[Term, int]:
    """None."""
    return NO_MONEY


def check(problem: Problem, plan: Plan) -> Sequence[Breach]:
    """If any line of a group gets something, every line of it gets all it asked for."""
    lines, given, asked = problem.facts.lines, plan.per_line(), problem.line.quantity
    codes = lines.delivery_group.codes
    served = np.unique(codes[(given != 0) & (codes >= 0)])
    return [
        Breach(
            NAME,
            lines.id[i],
            int(asked[i]),
            int(given[i]),
            f"delivery group {lines.delivery_group.word(int(i))} is served without all of its "
            f"line {lines.id[i]}",
        )
        for i in np.flatnonzero(np.isin(codes, served) & (given != asked))
    ]


def words(problem: Problem, name: str, key: int) -> Wording:
    """`key`: a line."""
    lines = problem.facts.lines
    line, group = lines.id[key], lines.delivery_group.word(key)
    sentence = f"line {line} is served in full with all of delivery group {group}, or not at all"
    looser = f"take {line} out of delivery group {group}"
    return Wording(line, f"lines[{line}].delivery_group", sentence, looser=looser)
