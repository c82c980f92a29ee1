"""Shipments and locations that a plan has opened, and what opening others would cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fairlead_solver.tables import Ints

from ...cycle.problem import Problem
from ...rules.plan import Plan


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """`shipments` (order and lane as one number) and `locations` that carry something."""

    problem: Problem
    shipments: Ints
    locations: Ints

    def costs_beside(self, arcs: Ints) -> Ints:
        """Per arc given: fixed costs that its first unit would cause, in micro-units."""
        lanes, locations = self.problem.facts.lanes, self.problem.facts.locations
        lane, location = self.problem.arcs.lane[arcs], self.problem.arcs.location[arcs]
        ships = (lane >= 0) & ~np.isin(_shipment(self.problem, arcs), self.shipments)
        opens = ~np.isin(location, self.locations)
        lane_cost = np.append(lanes.fixed_cost_micros, 0)[lane]
        location_cost = locations.fixed_cost_micros[location]
        cost: Ints = np.where(ships, lane_cost, 0) + np.where(opens, location_cost, 0)
        return cost


def opened(problem: Problem, plan: Plan) -> Opened:
    """What the plan has opened."""
    used = np.flatnonzero(plan.used())
    shipped = used[problem.arcs.lane[used] >= 0]
    locations = np.unique(problem.arcs.location[used]).astype(np.int64)
    return Opened(problem, np.unique(_shipment(problem, shipped)), locations)


def _shipment(problem: Problem, arcs: Ints) -> Ints:
    order = problem.line.order[problem.arcs.line[arcs]].astype(np.int64)
    shipment: Ints = order * max(len(problem.facts.lanes), 1) + problem.arcs.lane[arcs]
    return shipment
