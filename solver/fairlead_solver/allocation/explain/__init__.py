"""Why a decision is what it is: statements that can be checked, each with how it is known.

    explanation = explain(problem, model, decision)
    explanation.story_of("L1").sentence

The waterfall, the reasons and the binding constraints are arithmetic over the whole cycle, in
columns. With `resolve` given, statements are proven and limits valued by solving components of
the cycle again, the most valuable first and no more than the options allow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...model.draft import Bools, Ints, Model
from ..decision import Decision, Status
from ..problem import Problem
from .binding import Marginals, Shortened, binding_constraints, shortened
from .case import Case, case_of
from .component import Components, Resolve, Resolved
from .conflict import conflict
from .explanation import Explanation
from .fix import fixes
from .ledger import Reasons
from .marginal import marginals
from .prove import prove
from .reasons import reasons
from .story import Findings

__all__ = ["ExplainOptions", "Explanation", "Resolve", "Resolved", "explain"]


MOST_OPEN = 3


@dataclass(frozen=True, slots=True)
class ExplainOptions:
    """Limits on what is solved again: counts, so that the words never depend on the clock.

    `binding`: binding constraints listed. `proofs`, `marginals`, `fixes`: lines and rows for
    which something is solved again. `component_columns`: larger components are not solved again.
    `cycle_columns`: larger cycles get no fixes, and their lots no marginal values, since both
    solve the whole cycle again.
    """

    binding: int = 1000
    proofs: int = 500
    marginals: int = 50
    fixes: int = 10
    component_columns: int = 1000
    cycle_columns: int = 300


def explain(
    problem: Problem,
    model: Model,
    decision: Decision,
    options: ExplainOptions | None = None,
    resolve: Resolve | None = None,
    contradictions: Sequence[tuple[Ints, Ints]] = (),
) -> Explanation:
    """Explain a decision. `model` is the program it was solved as (`decide.write(problem)`).

    `resolve` solves a program to a closed gap; without it nothing is PROVEN or RESOLVED.
    `contradictions`: (columns, rows) of every component that has no solution.
    """
    chosen = options or ExplainOptions()
    clash = conflict(problem, model, contradictions, resolve) if resolve is not None else None
    if decision.plan is None:
        return Explanation(None, None, conflict=clash)
    proven = decision.status is Status.OPTIMAL
    case = case_of(problem, model, decision.plan, proven=proven)
    told = reasons(case, _undecided(problem, contradictions))
    tight = shortened(case, told)
    found, valued = Findings(), dict[int, Marginals]()
    if resolve is not None and proven:
        found, valued = _solved_again(case, told, tight, decision, resolve, chosen)
    return Explanation(
        case,
        told,
        binding_constraints(case, tight, valued, chosen.binding),
        conflict=clash,
        found=found,
    )


def _solved_again(
    case: Case,
    told: Reasons,
    tight: Shortened,
    decision: Decision,
    resolve: Resolve,
    options: ExplainOptions,
) -> tuple[Findings, dict[int, Marginals]]:
    components, columns = Components(case.limits.model), options.component_columns
    if len(decision.columns) != case.limits.model.num_columns:
        return Findings(), {}
    again = _remembering(case.limits.model, resolve)
    proofs = prove(
        case,
        told,
        components,
        decision.columns,
        again,
        most=options.proofs,
        most_columns=columns,
    )
    valued = marginals(
        case,
        tight,
        components,
        again,
        most=options.marginals,
        most_columns=(columns, options.cycle_columns),
    )
    small = case.limits.model.num_columns <= options.cycle_columns
    repairs = fixes(case, told, again, most=options.fixes) if small else {}
    return Findings(proofs, repairs), dict(valued)


def _undecided(problem: Problem, contradictions: Sequence[tuple[Ints, Ints]]) -> Bools:
    """Lines with an arc in a component that has no solution."""
    undecided = np.zeros(problem.num_lines, dtype=np.bool_)
    for columns, _ in contradictions:
        undecided[problem.arcs.line[columns[columns < len(problem.arcs)]]] = True
    return undecided


def _remembering(whole: Model, resolve: Resolve) -> Resolve:
    """Solves the whole cycle as it is but once, however often it is compared with, and gives up
    on programs as large as those that MOST_OPEN times did not close."""
    known: list[Resolved] = []
    opened: list[int] = []

    def answer(model: Model) -> Resolved:
        if model is not whole:
            if len(opened) >= MOST_OPEN and model.num_columns >= min(opened):
                return Resolved(None, closed=False)
            resolved = resolve(model)
            if not resolved.closed:
                opened.append(model.num_columns)
            return resolved
        if not known:
            known.append(resolve(whole))
        return known[0]

    return answer
