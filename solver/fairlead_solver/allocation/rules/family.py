"""What every rule offers. A rule is one module in `families/` with these names.

A family states its mathematics in its module docstring, writes its blocks into the draft, and can
check and price a finished plan in plain integer arithmetic, without a solver.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ...model.program.draft import Draft
from ..cycle.problem import Problem
from .explanation import RuleExplanation
from .plan import Plan
from .terms import Term

NO_MONEY: Mapping[Term, int] = {}


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule a plan breaks: which, about what, the limit and the use that breaks it."""

    family: str
    key: str  # id of the line, lot, contract … the row is about
    limit: int
    use: int
    text: str


@dataclass(frozen=True, slots=True)
class Wording:
    """How a planner calls one row: its key in ids, its policy leaf, and what it says.

    `key` is like "DC-1/pick_minutes"; `leaf` like "resources[DC-1/pick_minutes].capacity" or
    "policy.fefo.mode"; `sentence` like "DC-1 has 480 pick_minutes". `unit` names what the row
    counts ("units", "money", or the resource's name); `scale` is how many row units make one of
    it (1_000_000 for micro-units). `looser` is how it is loosened, "raise pick_minutes of DC-1" or
    "let SO-1 ship in part"; empty where no fix does that.
    """

    key: str
    leaf: str
    sentence: str
    unit: str = "units"
    scale: int = 1
    looser: str = ""


class Family(Protocol):
    """One rule. Modules implement it; `families.FAMILIES` registers them."""

    NAME: str
    EXPLAINS: RuleExplanation

    def applies(self, problem: Problem) -> bool:
        """Whether the rule can matter in this cycle at all."""

    def build(self, problem: Problem, draft: Draft) -> None:
        """Write columns and rows. Column k < len(problem.arcs) is the flow on arc k, in packs."""

    def money(self, problem: Problem, plan: Plan) -> Mapping[Term, int]:
        """The cycle-level terms of the objective this rule causes, recomputed from integers."""

    def check(self, problem: Problem, plan: Plan) -> Sequence[Breach]:
        """Every way the plan breaks this rule, in plain arithmetic."""

    def words(self, problem: Problem, name: str, key: int) -> Wording:
        """What a planner reads for row `key` of this family's row block `name`."""
