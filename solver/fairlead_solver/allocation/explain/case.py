"""A plan and what its explanation asks of it again and again, derived once."""

from __future__ import annotations

from dataclasses import dataclass

from ...model.draft import Model
from ...tables import Ints
from ..plan import Plan
from ..problem import Problem
from .firm import Firm, firm
from .limits import Limits, limits
from .rivals import Stakes, stakes
from .waterfall import Waterfall, waterfall


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A plan beside its problem and model. `proven`: the run ended OPTIMAL."""

    problem: Problem
    plan: Plan
    proven: bool
    given: Ints
    whole: Ints  # Q: whole packs of each line's quantity
    waterfall: Waterfall
    limits: Limits
    stakes: Stakes
    firm: Firm


def case_of(problem: Problem, model: Model, plan: Plan, *, proven: bool) -> Case:
    """Everything the reasons are derived from."""
    quantity, held = problem.line.quantity, firm(problem, model)
    return Case(
        problem=problem,
        plan=plan,
        proven=proven,
        given=plan.per_line(),
        whole=quantity - quantity % problem.line.pack,
        waterfall=waterfall(problem, plan),
        limits=limits(model, plan),
        stakes=stakes(problem, plan, held),
        firm=held,
    )
