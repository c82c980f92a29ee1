"""Why a decision is what it is: statements that can be checked, each with how it is known.

    explanation = explain(problem, model, decision)
    explanation.story_of("L1").sentence

The waterfall, the reasons and the binding constraints are arithmetic over the whole cycle, in
columns. With `solving` given, statements are proven and limits valued by solving components of
the cycle again, the most valuable first and no more than the options allow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from ...model.program.draft import Bools, Floats, Ints, Model
from ...model.resolve.neighbourhoods import Effort, Parts
from ...model.resolve.reoptimizer import Again, Resolved
from ..cycle.problem import Problem
from ..decision.cash_columns import with_cash
from ..decision.decision import Decision, Status
from .conflict.explain_conflict import conflict
from .evidence.evidence import Case, case_of
from .explanation import Explanation
from .narrative.line_story import COMPETITORS, Findings
from .reasons.attribute import reasons
from .reasons.attribution import Reasons
from .reasons.proofs import prove
from .remedies.best_remedy import FixEffort, fixes
from .sensitivity.binding_constraints import Marginals, binding_constraints
from .sensitivity.exceeded_limits import exceeded
from .sensitivity.exhausted_limits import together, used_up, with_worth
from .sensitivity.limiting_rows import Shortened, shortened
from .sensitivity.limits_with_slack import with_slack
from .sensitivity.lines_held_back import held_back
from .sensitivity.marginal_values import Sought, marginals

__all__ = ["Again", "ExplainOptions", "Explanation", "Resolved", "Solving", "explain"]


@dataclass(frozen=True, slots=True)
class ExplainOptions:
    """Limits on what is solved again: counts, so that the words never depend on the clock.

    `binding`: binding constraints listed. `proofs`, `marginals`, `fixes`: lines and rows for
    which something is solved again. `used_up`: limits that no reason names, used up or with slack,
    for which it is tried whether more of them is worth something, beside the `marginals`, where
    that needs no search by an engine of the part with more room; the others are counted.
    `whole_columns`: of the largest component that is solved again whole; `columns`: of all of
    those together, for each kind of statement. Fixes are tried on the whole cycle up to
    `cycle_columns`; in larger ones on the part around the line, for `fixes_beside` lines.
    `competitors`: lines told that competed with one line, those that took most; the others are
    counted. `first`: lines that come before all others in proofs and fixes, and for which a fix is
    sought whatever its count.
    """

    binding: int = 1000
    proofs: int = 10_000
    marginals: int = 50
    used_up: int = 1000
    fixes: int = 10
    fixes_beside: int = 20
    whole_columns: int = 1000
    columns: int = 20_000
    cycle_columns: int = 150
    competitors: int = COMPETITORS
    first: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Solving:
    """What it takes to solve again: the engine, the solved vector of the whole program (columns,)
    and the prices it was solved at (rows,)."""

    again: Again
    x: Floats
    prices: Floats


def explain(
    problem: Problem,
    model: Model,
    decision: Decision,
    options: ExplainOptions | None = None,
    solving: Solving | None = None,
    contradictions: Sequence[tuple[Ints, Ints]] = (),
) -> Explanation:
    """Explain a decision. `model` is the program it was solved as (`decide.write(problem)`).

    Without `solving` nothing is PROVEN, RESOLVED or tried.
    `contradictions`: (columns, rows) of every component that has no solution.
    """
    chosen, model = options or ExplainOptions(), with_cash(problem, model)
    clash = conflict(problem, model, contradictions, solving.again) if solving is not None else None
    if decision.plan is None:
        return Explanation(None, None, conflict=clash)
    proven = decision.status is Status.OPTIMAL
    undecided = _undecided(problem, contradictions)
    case = case_of(problem, model, decision.plan, undecided, proven=proven)
    told = reasons(case)
    if solving is None or not proven:
        tight = shortened(case, told)
        listed = binding_constraints(case, tight, {}, chosen.binding)
        found = Findings(competitors=chosen.competitors)
        beyond = exceeded(case)
        stopping = used_up(case, tight).without(beyond)
        slack = with_slack(case, np.concatenate([tight.rows(), stopping.rows(), beyond]))
        untried = stopping.count() + slack.count()
        return Explanation(case, told, listed, clash, found, untried)
    return _solved_again(case, told, solving, chosen)


def _solved_again(
    case: Case, told: Reasons, solving: Solving, options: ExplainOptions
) -> Explanation:
    model, again = case.limits.model, solving.again
    parts = Parts(model, len(case.problem.arcs))

    def effort(statements: int) -> Effort:
        return Effort(statements, options.whole_columns, options.columns)

    proven = prove(case, told, parts, solving.x, again, effort(options.proofs), options.first)
    tight = shortened(case, proven.reasons)

    @cache
    def prices() -> Floats:
        """Those the cycle was solved at; of one solved without, its linear relaxation's."""
        return solving.prices if solving.prices.any() else again.prices(model)

    beyond = exceeded(case)
    stopping = used_up(case, tight).without(beyond)
    apart = np.concatenate([tight.rows(), stopping.rows(), beyond])
    slack = with_slack(case, apart, parts.depends_on(options.whole_columns))
    sought = _sought(tight, stopping, slack, options)
    tried = effort(options.marginals)
    valued = marginals(case, sought, parts, solving.x, prices, again, tried)
    valued |= {row: valued[row].without_value() for row in beyond.tolist() if row in valued}
    holding = held_back(case, slack, valued, parts, solving.x, again, tried)
    unnamed = together(case, with_worth(stopping, valued), holding)
    tight = together(case, tight, unnamed)
    wanted = FixEffort(options.fixes, options.fixes_beside, options.cycle_columns, options.first)
    repairs = fixes(case, proven.reasons, again, solving.x, parts, effort=wanted)
    return Explanation(
        case,
        proven.reasons,
        binding_constraints(case, tight, valued, options.binding),
        found=Findings(proven.proofs, repairs.of, options.competitors),
        limits_untried=_untried(valued, stopping, slack),
    )


def _untried(valued: Mapping[int, Marginals], *unnamed: Shortened) -> int:
    """Limits that no reason names and of which nothing is known."""
    return sum(int((~np.isin(rows.rows(), list(valued))).sum()) for rows in unnamed)


def _sought(
    tight: Shortened, stopping: Shortened, slack: Shortened, options: ExplainOptions
) -> Sought:
    """Values both ways for `tight` rows first; of those that only stop a line, or only might,
    mostly whether they bind."""
    named, unnamed = tight.rows(), np.concatenate([stopping.rows(), slack.rows()])
    both, left = np.split(unnamed, [max(0, options.marginals - len(named))])
    return Sought(
        np.concatenate([named[: options.marginals], both]),
        left[: options.used_up],
        np.concatenate([named, unnamed]),
    )


def _undecided(problem: Problem, contradictions: Sequence[tuple[Ints, Ints]]) -> Bools:
    """Lines with an arc in a component that has no solution."""
    undecided = np.zeros(problem.num_lines, dtype=np.bool_)
    for columns, _ in contradictions:
        undecided[problem.arcs.line[columns[columns < len(problem.arcs)]]] = True
    return undecided
