"""What a unit is worth to a line beside the terms of its arcs: what it was promised, and to whom.

    CHURN      a unit under the previous confirmation costs  ς v  when it is not given
    CONTRACT   a unit under a soft floor costs its penalty π
    FAIR_SHARE a pack more, or less, changes the line's shortfall or its group's smallest fill rate
               (`fair_share.worth_of_a_pack`), by the unit of the pack

To the line that gains the unit that is worth what it lacks of either; to the line that gives it up,
what it does not have beyond either. A floor that both count for, and that is met to the unit, is
still met when the unit passes from one to the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fairlead_solver.arrays import summed
from fairlead_solver.tables import Codes, Ints

from ...cycle.problem import Problem
from ...cycle.scopes import ByLine
from ...rules.families import churn, contract_floor, fair_share
from ...rules.plan import Plan
from ...rules.terms import Term


@dataclass(frozen=True, slots=True, eq=False)
class Owed:
    """Micro-units per unit of a line, one entry per line each: `churn_gained` to get one more,
    `churn_lost` to have one less; `missed`: of floors that are missed. `met`: floors that are met
    to the unit, with the penalty of each contract; `share_gained`, `share_lost`: of fair share."""

    churn_gained: Ints
    churn_lost: Ints
    missed: Ints
    met: ByLine
    penalty: Ints
    share_gained: Ints
    share_lost: Ints

    def gained(self, line: Codes | Ints) -> Mapping[Term, Ints]:
        """What one unit more is worth to each line given."""
        return {
            Term.CONTRACT: self.missed[line],
            Term.FAIR_SHARE: self.share_gained[line],
            Term.CHURN: self.churn_gained[line],
        }

    def lost(self, line: Codes | Ints, to: Codes | Ints) -> Mapping[Term, Ints]:
        """What each line given loses with a unit that passes `to` another."""
        contract = self.missed[line]
        if len(self.met.row):
            contract = contract + self.met.beyond(to, line, self.penalty)
        return {
            Term.CONTRACT: contract,
            Term.FAIR_SHARE: self.share_lost[line],
            Term.CHURN: self.churn_lost[line],
        }


def owed(problem: Problem, plan: Plan) -> Owed:
    """What every line is owed beside a plan."""
    given, previous = plan.per_line(), problem.line.previous
    cost = churn.unit_cost(problem)
    floor, scopes = contract_floor.floors(problem), problem.contract_scopes
    reached = summed(scopes.row, given[scopes.line], len(floor))
    contracts = problem.facts.contracts
    penalty = np.where(contracts.hard, 0, contracts.penalty_micros)
    missed = np.where(reached < floor, penalty, 0)
    return Owed(
        np.where(given < previous, cost, 0),
        np.where((given <= previous) & (given > 0), cost, 0),
        summed(scopes.line, missed[scopes.row], problem.num_lines),
        scopes.of((floor > 0) & (reached == floor) & (penalty > 0)).by_line(problem.num_lines),
        penalty,
        *fair_share.worth_of_a_pack(problem, given),
    )
