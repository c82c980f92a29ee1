"""A small request in which every table has a row and every rule something to do."""

from __future__ import annotations

from fairlead import wire
from fairlead.v1 import allocation_service_pb2 as pb
from fairlead.v1 import facts_pb2
from fairlead_solver.api.allocation import Policy

from .cycles import DAY, PARENT

MICRO = 1_000_000


def full_cycle() -> facts_pb2.Cycle:
    """Two products, two locations, two customers, five lines: feasible, and too little stock."""
    cycle = facts_pb2.Cycle(cycle_day=DAY, currency="EUR", as_of_day=DAY)
    for product in ("P", "Q"):
        cycle.products.add(
            id=product, family="food/cheese", standard_cost_micros=2 * MICRO, perishable=True
        )
        cycle.usages.add(product=product, resource="minutes", usage_micros=MICRO)
    cycle.substitutes.add(product="P", substitute="Q", ratio=1, penalty_rate=0.1)
    for location in ("W", "V"):
        cycle.locations.add(
            id=location, channels=["web"], handling_cost_micros=MICRO // 2, fixed_cost_micros=MICRO
        )
        cycle.resources.add(
            location=location,
            resource="minutes",
            capacity_micros=20 * MICRO,
            overtime_micros=10 * MICRO,
            overtime_cost_micros=MICRO,
        )
        cycle.lots.add(
            id=f"{location}1",
            product="P" if location == "W" else "Q",
            location=location,
            quantity=12,
            available_day=DAY,
            expiry_day=DAY + 40,
            received_day=DAY - 10,
            unit_cost_micros=2 * MICRO,
            owner_channel="web",
        )
    for customer, tier in (("clinic", "A"), ("shop", "B")):
        cycle.customers.add(id=customer, tier=tier, destination="town", credit_micros=1_000 * MICRO)
        cycle.orders.add(id=f"O-{customer}", max_sources=2)
    for location in ("W", "V"):
        cycle.lanes.add(
            location=location,
            destination="town",
            cost_micros=MICRO // 4,
            fixed_cost_micros=MICRO,
            transit_days=1,
        )
    for i, customer in enumerate(("clinic", "shop", "clinic", "shop")):
        cycle.lines.add(
            id=f"L{i}",
            order=f"O-{customer}",
            product="P",
            quantity=6 + i,
            customer=customer,
            channel="web",
            tier="A" if i == 3 else "",
            unit_price_micros=(10 + i) * MICRO,
            requested_day=DAY + 1,
            latest_day=DAY + 9,
            pack=1,
            min_fill_rate=0.1,
            locations=["W", "V"],
            max_sources=2,
            min_shelf_life_days=5,
            substitutes_allowed=True,
            previous_quantity=3,
        )
    cycle.line_usages.add(line="L0", location="W", resource="minutes", usage_micros=2 * MICRO)
    cycle.contracts.add(
        id="K",
        customer="clinic",
        family="food",
        channel="web",
        floor_quantity=8,
        floor_rate=0.1,
        cap_quantity=12,
        delivered_quantity=1,
        penalty_micros=MICRO,
    )
    cycle.quotas.add(id="U", customer="shop", family="food", cap_quantity=11, consumed_quantity=1)
    cycle.protections.add(id="R", product="P", locations=["W"], quantity=2, group_customer="clinic")
    return cycle


def full_policy() -> pb.SolveAllocationRequest:
    """A request with a policy in which every knob is set, and with every option."""
    request = pb.SolveAllocationRequest(parent=PARENT, priority=1)
    policy = wire.policy_message(Policy())
    policy.aging.expiry.add(days=30, rate=0.1)
    policy.aging.age.add(days=5, rate=0.1)
    policy.churn.rate = 0.1
    policy.fair_share.mode = 2  # type: ignore[assignment]  # PROPORTIONAL
    policy.time_fence.days = 0
    policy.time_fence.off_tiers.append("C")
    policy.time_fence.off_channels.append("desk")
    request.policy.CopyFrom(policy)
    options = request.options
    options.relative_gap, options.seed = 1e-4, 1
    options.time_limit.seconds = 20
    options.explain_first.append("L1")
    return request


def full_request(*, columns: bool = False) -> pb.SolveAllocationRequest:
    """All of it, the cycle in rows or in columns."""
    request = full_policy()
    cycle = full_cycle()
    request.cycle.CopyFrom(wire.cycle_of(wire.facts_of(cycle)) if columns else cycle)
    return request
