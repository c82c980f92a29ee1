"""Published optimisation problems told as allocation cycles; nothing is simplified away.

The policy values nothing but margin, so that the objective is the published one: a profit, or a
cost with its sign turned. Every line must be filled whole (WIN), where the problem says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from fairlead_solver.allocation.cycle.facts import (
    Customers,
    Facts,
    Lanes,
    Lines,
    LineUsages,
    Locations,
    Lots,
    Resources,
    Strategy,
)
from fairlead_solver.allocation.policy.policy import Policy, Tier

Number = TypeVar("Number", int, float)
MICROS = 1_000_000
TODAY = 20_000
ONLY_MARGIN = Policy(tiers=(Tier("A", 0.0, 0.0),))
HALVES = 2  # units per job: more than one, so that only the rule of sources keeps it together


@dataclass(frozen=True, slots=True)
class Published:
    """A cycle, its published optimum in micro-units, and how far rounding may move it."""

    facts: Facts
    optimum_micros: int
    tolerance_micros: int


def assignment(path: Path, optimum: int) -> Published:
    """Generalised assignment: an agent is a location with a capacity, a job is a line of two
    units from one source; profit and usage depend on (line, location)."""
    numbers = [int(n) for n in path.read_text().split()]
    agents, jobs = numbers[:2]
    profit = _matrix(numbers[2:], agents, jobs)
    usage = _matrix(numbers[2 + agents * jobs :], agents, jobs)
    capacity = numbers[-agents:]
    places, lines = _names("agent", agents), _names("job", jobs)
    pairs = [(a, j) for a in range(agents) for j in range(jobs)]
    price = MICROS * max(max(row) for row in profit)
    facts = Facts(
        cycle_day=TODAY,
        locations=Locations.of(id=places),
        lots=Lots.of(
            id=places,
            product=["work"] * agents,
            location=places,
            quantity=[HALVES * jobs] * agents,
        ),
        resources=Resources.of(
            location=places,
            resource=["time"] * agents,
            capacity_micros=[c * MICROS for c in capacity],
        ),
        customers=Customers.of(id=lines),
        lines=Lines.of(
            id=lines,
            product=["work"] * jobs,
            quantity=[HALVES] * jobs,
            customer=lines,
            unit_price_micros=[price] * jobs,
            max_sources=[1] * jobs,
            strategy=[Strategy.WIN] * jobs,
        ),
        line_usages=LineUsages.of(
            line=[lines[j] for _, j in pairs],
            location=[places[a] for a, _ in pairs],
            resource=["time"] * len(pairs),
            usage_micros=[usage[a][j] * MICROS // HALVES for a, j in pairs],
        ),
        lanes=Lanes.of(
            location=[places[a] for a, _ in pairs],
            destination=[lines[j] for _, j in pairs],
            cost_micros=[price - profit[a][j] * MICROS // HALVES for a, j in pairs],
        ),
    )
    return Published(facts, optimum * MICROS, 0)


def knapsacks(path: Path) -> list[Published]:
    """Multidimensional knapsacks: a product per row with its stock, an order per item that ships
    complete or not at all; a token of which every order holds one carries its profit."""
    words = path.read_text().split()
    found, at = [], 1
    for _ in range(int(words[0])):
        items, rows = int(words[at]), int(words[at + 1])
        size = 3 + items + rows * items + rows
        found.append(_knapsack(words[at : at + size]))
        at += size
    return found


def _knapsack(words: list[str]) -> Published:
    items, rows = int(words[0]), int(words[1])
    profit = [_micros(w) for w in words[3 : 3 + items]]
    weights = _matrix([int(w) for w in words[3 + items : -rows]], rows, items)
    products, orders = _names("row", rows), _names("item", items)
    taken = [(i, j) for i in range(rows) for j in range(items) if weights[i][j]]
    facts = Facts(
        cycle_day=TODAY,
        lots=Lots.of(
            id=[*products, "token"],
            product=[*products, "token"],
            location=["store"] * (rows + 1),
            quantity=[*(int(w) for w in words[-rows:]), items],
        ),
        lines=Lines.of(
            id=[*orders, *(f"{orders[j]}/{products[i]}" for i, j in taken)],
            order=[*orders, *(orders[j] for _, j in taken)],
            product=[*["token"] * items, *(products[i] for i, _ in taken)],
            quantity=[*[1] * items, *(weights[i][j] for i, j in taken)],
            unit_price_micros=[*profit, *[0] * len(taken)],
            delivery_group=[*orders, *(orders[j] for _, j in taken)],
        ),
    )
    return Published(facts, _micros(words[2]), 0)


def facility(path: Path, optimum: str, *, single_source: bool) -> Published:
    """Capacitated facility location: the cost of a location is paid once if it is used at all;
    the published cost of serving all of a customer becomes a lane cost per unit."""
    words = path.read_text().split()
    places_count, customers_count = int(words[0]), int(words[1])
    capacity = [int(w) for w in words[2 : 2 + places_count]]
    opening = [_micros(w) for w in words[2 + places_count : 2 + 2 * places_count]]
    rest = words[2 + 2 * places_count :]
    demand = [int(w) for w in rest[:customers_count]]
    cost = _matrix([float(w) for w in rest[customers_count:]], customers_count, places_count)
    places, lines = _names("site", places_count), _names("customer", customers_count)
    pairs = [(i, j) for i in range(places_count) for j in range(customers_count)]
    facts = Facts(
        cycle_day=TODAY,
        locations=Locations.of(id=places, fixed_cost_micros=opening),
        lots=Lots.of(
            id=places, product=["goods"] * places_count, location=places, quantity=capacity
        ),
        customers=Customers.of(id=lines),
        lines=Lines.of(
            id=lines,
            product=["goods"] * customers_count,
            quantity=demand,
            customer=lines,
            max_sources=[int(single_source)] * customers_count,
            strategy=[Strategy.WIN] * customers_count,
        ),
        lanes=Lanes.of(
            location=[places[i] for i, _ in pairs],
            destination=[lines[j] for _, j in pairs],
            cost_micros=[round(cost[j][i] * MICROS / demand[j]) for i, j in pairs],
        ),
    )
    # a lane cost is half a micro-unit off at most, the printed optimum half of its last digit
    printed = MICROS // 10 ** len(optimum.partition(".")[2])
    return Published(facts, -_micros(optimum), sum(demand) // 2 + printed)


def _micros(number: str) -> int:
    return round(float(number) * MICROS)


def _names(kind: str, count: int) -> list[str]:
    return [f"{kind}-{i + 1:02}" for i in range(count)]


def _matrix(numbers: list[Number], rows: int, columns: int) -> list[list[Number]]:
    return [numbers[r * columns : (r + 1) * columns] for r in range(rows)]
