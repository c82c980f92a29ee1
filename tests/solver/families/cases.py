"""One small cycle per rule in which the rule bites. A new rule needs its case here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from fairlead_solver.allocation.cycle.facts import LotStatus, Strategy
from fairlead_solver.allocation.cycle.problem import Problem
from fairlead_solver.allocation.policy.churn import ChurnPolicy
from fairlead_solver.allocation.policy.fair_share import FairShareMode, FairSharePolicy
from fairlead_solver.allocation.policy.fefo import FefoMode, FefoPolicy
from fairlead_solver.allocation.policy.location_use import LocationUsePolicy
from fairlead_solver.allocation.policy.policy import Policy, TierMode
from fairlead_solver.allocation.policy.time_fence import TimeFencePolicy

from .cycles import MICRO, TODAY, cycle, line, lot

TWO_LINES = [line("a", 4, 10), line("b", 3, 20)]
TWO_SITES = [lot("s", 3, "V"), lot("t", 3, "W")]


def flow() -> Problem:
    """One line and two lots, of which one is blocked."""
    return cycle([line("a", 3)], [lot("s", 2), lot("t", 2, status=LotStatus.BLOCKED)])


def supply() -> Problem:
    """Seven asked, five there; one line takes two of another product for one."""
    return cycle(
        [line("a", 4), line("b", 3, product="Q", substitutes_allowed=True)],
        [lot("s", 5)],
        substitutes=[{"product": "Q", "substitute": "P", "ratio": 2, "penalty_rate": 0.1}],
        products=[{"id": "P"}, {"id": "Q"}],
    )


def demand() -> Problem:
    """Two lots that hold more than the line asks for."""
    return cycle([line("a", 5, pack=2)], [lot("s", 4), lot("t", 4)])


def lot_size() -> Problem:
    """Packs of three against five asked."""
    return cycle([line("a", 5, pack=3)], [lot("s", 9)])


def min_fill() -> Problem:
    """The dearer line leaves too little for the other's least quantity."""
    return cycle([line("a", 6, min_fill_rate=0.5, pack=2), line("b", 3, 50)], [lot("s", 6)])


def ship_complete() -> Problem:
    """Not enough for both, and one takes all or nothing."""
    return cycle([line("a", 4, ship_complete=True), line("b", 3, 20)], [lot("s", 5)])


def delivery_group() -> Problem:
    """Two products in one group, of which one is scarce."""
    return cycle(
        [
            line("a", 2, delivery_group="G"),
            line("b", 3, product="Q", delivery_group="G"),
            line("c", 2),
        ],
        [lot("s", 3), lot("t", 3, product="Q")],
    )


def sources() -> Problem:
    """Three sites of two units each; the line may use two of them, its order one."""
    return cycle(
        [line("a", 6, order="O", max_sources=2), line("b", 2, order="O2", max_sources=3)],
        [lot("s", 2, "U"), lot("t", 2, "V"), lot("u", 2, "W")],
        orders=[{"id": "O2", "max_sources": 1}],
    )


def shipment() -> Problem:
    """Two sites in reach; a shipment out of either costs a fixed sum."""
    return cycle(
        [line("a", 3, order="O", customer="C"), line("b", 2, order="O", customer="C")],
        TWO_SITES,
        lanes=[
            {"location": "V", "destination": "C", "fixed_cost_micros": 7 * MICRO},
            {"location": "W", "destination": "C", "fixed_cost_micros": 5 * MICRO},
        ],
    )


def location_use() -> Problem:
    """Three sites, at most two of them used, each at its cost."""
    return cycle(
        TWO_LINES,
        [*TWO_SITES, lot("u", 2, "U")],
        Policy(location_use=LocationUsePolicy(max_locations=2)),
        locations=[
            {"id": "U", "fixed_cost_micros": 9 * MICRO},
            {"id": "V", "fixed_cost_micros": 4 * MICRO},
            {"id": "W"},
        ],
    )


def capacity() -> Problem:
    """1.5 minutes a unit, 4.1 minutes and 2 of overtime; one line is quicker to pick."""
    return cycle(
        TWO_LINES,
        [lot("s", 7)],
        usages=[{"product": "P", "resource": "minutes", "usage_micros": 1_500_000}],
        resources=[
            {
                "location": "W",
                "resource": "minutes",
                "capacity_micros": 4_100_000,
                "overtime_micros": 2_000_000,
                "overtime_cost_micros": 3 * MICRO,
            }
        ],
        line_usages=[
            {"line": "a", "location": "W", "resource": "minutes", "usage_micros": 700_000}
        ],
    )


def contract_floor() -> Problem:
    """A hard floor by quantity, partly delivered, and a soft one by rate."""
    return cycle(
        [line("a", 4, 1, customer="C"), line("b", 3, 20, customer="D")],
        [lot("s", 5)],
        contracts=[
            {
                "id": "K",
                "customer": "C",
                "floor_quantity": 5,
                "delivered_quantity": 3,
                "hard": True,
            },
            {"id": "L", "customer": "D", "floor_rate": 0.7, "penalty_micros": 2 * MICRO},
        ],
    )


def contract_cap() -> Problem:
    """A cap of five, two of them delivered."""
    return cycle(
        [line("a", 4, customer="C"), line("b", 3, customer="C")],
        [lot("s", 7)],
        contracts=[{"id": "K", "customer": "C", "cap_quantity": 5, "delivered_quantity": 2}],
    )


def quota() -> Problem:
    """A quota on a family path, and one that is used up."""
    return cycle(
        [line("a", 4), line("b", 3, product="Q", channel="web")],
        [lot("s", 4), lot("t", 3, product="Q")],
        products=[{"id": "P", "family": "x/y"}, {"id": "Q", "family": "x"}],
        quotas=[
            {"id": "all", "family": "x", "cap_quantity": 6, "consumed_quantity": 1},
            {"id": "web", "channel": "web", "cap_quantity": 2, "consumed_quantity": 3},
        ],
    )


def protection() -> Problem:
    """Four of six kept for tier A, at one of two sites."""
    return cycle(
        [line("a", 4, tier="A"), line("b", 5, 20, tier="B")],
        [lot("s", 4, "V"), lot("t", 3, "V", status=LotStatus.BLOCKED), lot("u", 2, "W")],
        protections=[
            {"id": "R", "product": "P", "locations": ["V"], "quantity": 3, "group_tier": "A"}
        ],
    )


def credit() -> Problem:
    """55.50 to spend on lines of 12.25 and 20."""
    lines = [
        line("a", 4, customer="C", unit_price_micros=12_250_000),
        line("b", 3, 20, customer="C"),
    ]
    return cycle(lines, [lot("s", 7)], customers=[{"id": "C", "credit_micros": 55_500_000}])


def fefo() -> Problem:
    """Three lots by expiry; the line for long shelf life cannot take the first."""
    return cycle(
        [line("a", 4, pack=2), line("b", 2, min_shelf_life_days=20)],
        [
            lot("s", 3, expiry_day=TODAY + 10),
            lot("t", 3, expiry_day=TODAY + 30, unit_cost_micros=9 * MICRO),
            lot("u", 3),
        ],
        Policy(fefo=FefoPolicy(FefoMode.STRICT)),
    )


def fair_share() -> Problem:
    """Seven asked, four there, and one line without any lot."""
    return cycle(
        [*TWO_LINES, line("c", 2, product="Q")],
        [lot("s", 4)],
        Policy(fair_share=FairSharePolicy(FairShareMode.PROPORTIONAL, shortfall_rate=0.3)),
    )


def fair_share_max_min() -> Problem:
    """The same under MAX_MIN."""
    return replace_policy(
        fair_share(), fair_share=FairSharePolicy(FairShareMode.MAX_MIN, fill_rate=0.5)
    )


def replace_policy(problem: Problem, **knobs: object) -> Problem:
    """The same facts under another policy."""
    return replace(problem, policy=replace(problem.policy, **knobs))  # type: ignore[arg-type]


def lock() -> Problem:
    """The cheaper line is locked."""
    return cycle([line("a", 4, locked_quantity=2), line("b", 3, 20)], [lot("s", 4)])


def time_fence() -> Problem:
    """One line due tomorrow and one in a month, both confirmed."""
    return cycle(
        [
            line("a", 4, requested_day=TODAY + 1, previous_quantity=2),
            line("b", 3, 20, requested_day=TODAY + 30, previous_quantity=3),
        ],
        [lot("s", 4)],
        Policy(time_fence=TimeFencePolicy(days=3)),
    )


def strategy() -> Problem:
    """Every strategy, each on a product of its own."""
    wanted = (Strategy.WIN, Strategy.GAIN, Strategy.FILL, Strategy.LOSE, Strategy.SKIP)
    names = [s.name for s in wanted]
    return cycle(
        [
            line(n, 2, product=n, strategy=s, previous_quantity=1)
            for n, s in zip(names, wanted, strict=True)
        ],
        [lot(n, 2, product=n) for n in names],
    )


def churn() -> Problem:
    """The cheaper line had everything confirmed."""
    return cycle(
        [line("a", 4, 10, previous_quantity=4), line("b", 3, 12)],
        [lot("s", 4)],
        Policy(churn=ChurnPolicy(rate=1.05)),
    )


def tier_order() -> Problem:
    """A cheap line of the best tier against a dear one of the last."""
    return cycle(
        [line("a", 4, 1, tier="A"), line("b", 3, 1000, tier="C")],
        [lot("s", 4)],
        Policy(tier_mode=TierMode.STRICT),
    )


CASES: dict[str, tuple[Callable[[], Problem], ...]] = {
    "flow": (flow,),
    "supply": (supply,),
    "demand": (demand,),
    "lot_size": (lot_size,),
    "min_fill": (min_fill,),
    "ship_complete": (ship_complete,),
    "delivery_group": (delivery_group,),
    "sources": (sources,),
    "shipment": (shipment,),
    "location_use": (location_use,),
    "capacity": (capacity,),
    "contract_floor": (contract_floor,),
    "contract_cap": (contract_cap,),
    "quota": (quota,),
    "protection": (protection,),
    "credit": (credit,),
    "fefo": (fefo,),
    "fair_share": (fair_share, fair_share_max_min),
    "lock": (lock,),
    "time_fence": (time_fence,),
    "strategy": (strategy,),
    "churn": (churn,),
    "tier_order": (tier_order,),
}
