"""Why a decision is what it is: statements that can be checked, each with how it is known.

    explanation = explain(problem, model, decision)
    explanation.story_of("L1").sentence

The waterfall, the reasons and the binding constraints are arithmetic over the whole cycle, in
columns. With `resolve` given, statements are proven by solving again (see `prove`).
"""

from __future__ import annotations

from dataclasses import dataclass

from ...model.draft import Model
from ..decision import Decision, Status
from ..problem import Problem
from .binding import binding_constraints, shortened
from .case import case_of
from .explanation import Explanation
from .reasons import reasons

__all__ = ["ExplainOptions", "Explanation", "explain"]


@dataclass(frozen=True, slots=True)
class ExplainOptions:
    """`most_binding`: how many binding constraints are listed."""

    most_binding: int = 1000


def explain(
    problem: Problem,
    model: Model,
    decision: Decision,
    options: ExplainOptions | None = None,
) -> Explanation:
    """Explain a decision. `model` is the program it was solved as (`decide.write(problem)`)."""
    chosen = options or ExplainOptions()
    if decision.plan is None:
        return Explanation(None, None)
    proven = decision.status is Status.OPTIMAL
    case = case_of(problem, model, decision.plan, proven=proven)
    told = reasons(case)
    binding = binding_constraints(case, shortened(case, told), {}, chosen.most_binding)
    return Explanation(case, told, binding)
