"""A plan and what its explanation asks of it again and again, derived once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from fairlead_solver.model.program.draft import Block, Model
from fairlead_solver.tables import Bools, Floats, Ints

from ...cycle.problem import Problem
from ...rules import families
from ...rules.family import Family, Wording
from ...rules.plan import Plan
from .firm_quantities import Firm, firm
from .fixed_costs import Opened, opened
from .rivals import Stakes, stakes
from .row_slack import Limits, limits
from .stock_waterfall import Waterfall, waterfall


def family_named(name: str) -> Family:
    """The rule of that name. Raises KeyError where there is none."""
    return _by_name(families.FAMILIES)[name]


@cache
def _by_name(registered: tuple[Family, ...]) -> Mapping[str, Family]:
    return {family.NAME: family for family in registered}


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A plan beside its problem and model. `proven`: the run ended OPTIMAL. `undecided`: lines
    whose component has no solution."""

    problem: Problem
    plan: Plan
    proven: bool
    undecided: Bools
    given: Ints
    whole: Ints  # Q: whole packs of each line's quantity
    waterfall: Waterfall
    limits: Limits
    stakes: Stakes
    firm: Firm
    opened: Opened
    said: dict[int, tuple[Block, Wording]] = field(default_factory=dict)
    used: dict[int, tuple[Ints, Floats]] = field(default_factory=dict)

    def most_valuable_first(self, lines: Ints, first: tuple[int, ...]) -> Ints:
        """`lines` (ascending): those of `first`, then by the value of the units they lack."""
        facts = self.problem.line
        value = (facts.quantity - self.given)[lines] * facts.value_micros[lines]
        ordered: Ints = lines[np.lexsort((-value, ~np.isin(lines, first)))]
        return ordered

    def wording(self, row: int) -> tuple[Block, Wording]:
        """The block of a row and how its family words it, worked out once per row."""
        if row not in self.said:
            block, key = self.limits.model.row_block(row)
            words = family_named(block.family).words(self.problem, block.name, key)
            self.said[row] = (block, words)
        return self.said[row]

    def used_by_line(self, row: int) -> tuple[Ints, Floats]:
        """(lines, what each takes) of a row, in its units, worked out once per row."""
        if row not in self.used:
            matrix, arcs = self.limits.model.matrix, self.problem.arcs
            entries = slice(int(matrix.indptr[row]), int(matrix.indptr[row + 1]))
            flows = matrix.indices[entries] < len(arcs)
            arc = matrix.indices[entries][flows]
            taken = matrix.data[entries][flows] * self.plan.packs[arc]
            lines, at = np.unique(arcs.line[arc], return_inverse=True)
            use = np.bincount(at, taken, len(lines)).astype(np.float64)
            self.used[row] = lines.astype(np.int64), use
        return self.used[row]


def case_of(
    problem: Problem, model: Model, plan: Plan, undecided: Bools | None = None, *, proven: bool
) -> Case:
    """Everything the reasons are derived from."""
    if undecided is None:
        undecided = np.zeros(problem.num_lines, dtype=np.bool_)
    quantity, held = problem.line.quantity, firm(problem, model)
    return Case(
        problem=problem,
        plan=plan,
        proven=proven,
        undecided=undecided,
        given=plan.per_line(),
        whole=quantity - quantity % problem.line.pack,
        waterfall=waterfall(problem, plan),
        limits=limits(model, plan),
        stakes=stakes(problem, plan, held),
        firm=held,
        opened=opened(problem, plan),
    )
