"""Every reason bites where its rule does, and says how it is known."""

from __future__ import annotations

from typing import Any

import pytest

from fairlead_solver.allocation.cycle.facts import LotStatus, Strategy
from fairlead_solver.allocation.explain import explain
from fairlead_solver.allocation.explain.vocabulary.values import Certainty
from fairlead_solver.allocation.policy.fair_share import FairShareMode, FairSharePolicy
from fairlead_solver.allocation.policy.time_fence import TimeFencePolicy
from fairlead_solver.allocation.rules.explanation import ReasonCode
from fairlead_solver.api import allocation as api

from .cases import MICROS, TODAY, Row, facts, line, lot, tell

C = {"customer": "C"}
CAPPED = {"id": "K", "customer": "C", "cap_quantity": 8}
LANE = {"location": "DC-1", "destination": "C", "transit_days": 3}
MINUTES = {"location": "DC-1", "resource": "pick"}

EXACT: dict[str, tuple[ReasonCode, int, dict[str, list[Row]]]] = {
    "no stock at all": (
        ReasonCode.NO_SUPPLY,
        20,
        {"lines": [line("L", 20)], "lots": [lot("S", 0)]},
    ),
    "too little stock": (
        ReasonCode.NO_SUPPLY,
        12,
        {"lines": [line("L", 20)], "lots": [lot("S", 8)]},
    ),
    "stock blocked": (
        ReasonCode.SUPPLY_BLOCKED,
        20,
        {"lines": [line("L", 20)], "lots": [lot("S", 30, status=LotStatus.BLOCKED)]},
    ),
    "stock of another customer": (
        ReasonCode.RESERVED_STOCK,
        20,
        {"lines": [line("L", 20)], "lots": [lot("S", 30, owner_customer="D")]},
    ),
    "expired before delivery": (
        ReasonCode.SHELF_LIFE_SHORT,
        20,
        {
            "lines": [line("L", 20, min_shelf_life_days=9)],
            "lots": [lot("S", 30, expiry_day=TODAY + 5)],
        },
    ),
    "stock after the latest day": (
        ReasonCode.SUPPLY_TOO_LATE,
        20,
        {
            "lines": [line("L", 20, latest_day=TODAY + 2)],
            "lots": [lot("S", 30, available_day=TODAY + 5)],
        },
    ),
    "latest day over": (
        ReasonCode.DATE_WINDOW,
        20,
        {
            "lines": [line("L", 20, requested_day=TODAY - 9, latest_day=TODAY - 1, **C)],
            "lots": [lot("S", 30), lot("T", 30, status=LotStatus.BLOCKED)],
        },
    ),
    "too long a way": (
        ReasonCode.DATE_WINDOW,
        20,
        {
            "lines": [line("L", 20, latest_day=TODAY + 2, **C)],
            "lots": [lot("S", 30)],
            "lanes": [LANE],
        },
    ),
    "another location only": (
        ReasonCode.NO_SOURCE,
        20,
        {
            "lines": [line("L", 20, locations=("DC-2",))],
            "lots": [lot("S", 30)],
            "locations": [{"id": "DC-1"}, {"id": "DC-2"}],
        },
    ),
    "another channel": (
        ReasonCode.CHANNEL,
        20,
        {
            "lines": [line("L", 20, channel="web")],
            "lots": [lot("S", 30)],
            "locations": [{"id": "DC-1", "channels": ("shop",)}],
        },
    ),
    "customer on hold": (
        ReasonCode.CUSTOMER_HOLD,
        20,
        {
            "lines": [line("L", 20, **C)],
            "lots": [lot("S", 30)],
            "customers": [{"id": "C", "on_hold": True}],
        },
    ),
    "locked": (
        ReasonCode.LOCKED,
        15,
        {"lines": [line("L", 20, locked_quantity=5)], "lots": [lot("S", 30)]},
    ),
    "loses what it had": (
        ReasonCode.STRATEGY,
        20,
        {"lines": [line("L", 20, strategy=Strategy.LOSE)], "lots": [lot("S", 30)]},
    ),
    "the rest of the quantity under a pack": (
        ReasonCode.PACK_MULTIPLE,
        2,
        {"lines": [line("L", 20, pack=6)], "lots": [lot("S", 30)]},
    ),
    "the rest of a lot under a pack": (
        ReasonCode.LOT_SPLIT_LIMIT,
        5,
        {"lines": [line("L", 10, pack=5)], "lots": [lot("S", 9), lot("T", 3)]},
    ),
    "ships complete": (
        ReasonCode.SHIP_COMPLETE,
        8,
        {"lines": [line("L", 20, ship_complete=True)], "lots": [lot("S", 8)]},
    ),
    "minimum fill": (
        ReasonCode.MIN_FILL,
        8,
        {"lines": [line("L", 20, min_fill_rate=0.5)], "lots": [lot("S", 8)]},
    ),
    "group incomplete": (
        ReasonCode.GROUP_INCOMPLETE,
        5,
        {
            "lines": [
                line("L", 5, delivery_group="G"),
                line("M", 5, product="Q", delivery_group="G"),
            ],
            "lots": [lot("S", 30)],
        },
    ),
    "quota": (
        ReasonCode.QUOTA_EXHAUSTED,
        12,
        {
            "lines": [line("L", 20, **C)],
            "lots": [lot("S", 30)],
            "quotas": [{"id": "Q", "customer": "C", "cap_quantity": 8}],
        },
    ),
    "contract cap": (
        ReasonCode.CONTRACT_CAP,
        12,
        {"lines": [line("L", 20, **C)], "lots": [lot("S", 30)], "contracts": [CAPPED]},
    ),
    "credit": (
        ReasonCode.CREDIT_LIMIT,
        12,
        {
            "lines": [line("L", 20, **C)],
            "lots": [lot("S", 30)],
            "customers": [{"id": "C", "credit_micros": 85 * MICROS}],
        },
    ),
    "a cap under what must be taken at once": (
        ReasonCode.CONTRACT_CAP,
        20,
        {
            "lines": [line("L", 20, ship_complete=True, **C)],
            "lots": [lot("S", 30)],
            "contracts": [CAPPED],
        },
    ),
    "capacity": (
        ReasonCode.CAPACITY,
        12,
        {
            "lines": [line("L", 20)],
            "lots": [lot("S", 30)],
            "usages": [{"product": "P", "resource": "pick", "usage_micros": MICROS}],
            "resources": [{**MINUTES, "capacity_micros": 8 * MICROS}],
        },
    ),
    "protected": (
        ReasonCode.PROTECTED_STOCK,
        12,
        {
            "lines": [line("L", 20, **C)],
            "lots": [lot("S", 30)],
            "customers": [{"id": "C"}, {"id": "D"}],
            "protections": [{"id": "R", "product": "P", "quantity": 22, "group_customer": "D"}],
        },
    ),
    "one source only": (
        ReasonCode.SPLIT_LIMIT,
        12,
        {
            "lines": [line("L", 20, max_sources=1)],
            "lots": [lot("S", 8), lot("T", 12, location="DC-2")],
            "locations": [
                {"id": "DC-1"},
                {"id": "DC-2", "handling_cost_micros": 90 * MICROS},
            ],
        },
    ),
    "worth less than it costs": (
        ReasonCode.UNPROFITABLE,
        20,
        {
            "lines": [line("L", 20)],
            "lots": [lot("S", 30, unit_cost_micros=99 * MICROS)],
        },
    ),
}


@pytest.mark.parametrize("name", EXACT)
def test_a_rule_that_bites_is_the_exact_reason(name: str) -> None:
    code, units, rows = EXACT[name]
    told = tell(**rows)
    reason = told.reason("L", code)
    assert (reason.units, reason.certainty) == (units, Certainty.EXACT)
    asked = next(r["quantity"] for r in rows["lines"] if r["id"] == "L")
    story = told.story("L")
    given = int(told.solved.decision.plan.per_line()[0])  # type: ignore[union-attr]
    assert sum(r.units for r in story.reasons) == asked - given
    assert [r.units for r in story.reasons] == sorted(
        (r.units for r in story.reasons), reverse=True
    )


def test_a_confirmation_within_the_fence_is_the_exact_reason() -> None:
    policy = api.Policy(time_fence=TimeFencePolicy(days=2))
    told = tell(policy, lines=[line("L", 20, previous_quantity=5)], lots=[lot("S", 30)])
    reason = told.reason("L", ReasonCode.TIME_FENCE)
    assert (reason.units, reason.certainty) == (15, Certainty.EXACT)


def rival(more: dict[str, Any], policy: api.Policy | None = None, **rows: list[Row]) -> Any:
    """L wants 20 of 30; M, which has `more`, wants 22."""
    return tell(
        policy, lines=[line("L", 20, **C), line("M", 22, **more)], lots=[lot("S", 30)], **rows
    )


CUSTOMERS: list[Row] = [{"id": "C", "tier": "B"}, {"id": "D", "tier": "A"}]


@pytest.mark.parametrize(
    ("code", "more", "rows"),
    [
        (ReasonCode.OUTRANKED_TIER, {"customer": "D"}, {"customers": CUSTOMERS}),
        (ReasonCode.OUTRANKED_VALUE, {"customer": "C", "unit_price_micros": 20 * MICROS}, {}),
        (ReasonCode.LOCKED, {"customer": "C", "locked_quantity": 22}, {}),
        (
            ReasonCode.CONTRACT_FLOOR_OTHER,
            {"customer": "D"},
            {
                "contracts": [
                    {"id": "K", "customer": "D", "floor_quantity": 22, "penalty_micros": 9 * MICROS}
                ]
            },
        ),
    ],
)
def test_what_a_rival_took_is_indicated(
    code: ReasonCode, more: dict[str, Any], rows: dict[str, list[Row]]
) -> None:
    told = rival(more, **rows)
    reason = told.reason("L", code)
    assert (reason.units, reason.certainty) == (12, Certainty.INDICATED)
    first = told.story("L").competitors[0]
    assert (first.line, first.units, first.decided_by) == ("M", 22, code)


def test_equal_lines_are_told_apart_by_their_order() -> None:
    told = tell(lines=[line("L", 20), line("M", 20)], lots=[lot("S", 20)])
    short = "L" if told.story("L").reasons else "M"
    assert told.story(short).reasons[0].code is ReasonCode.TIE_BREAK


def test_fair_share_rations_the_lines_of_a_group() -> None:
    policy = api.Policy(fair_share=FairSharePolicy(mode=FairShareMode.PROPORTIONAL))
    told = tell(policy, lines=[line("L", 20), line("M", 20)], lots=[lot("S", 20)])
    assert told.story("L").reasons[0].code is ReasonCode.FAIR_SHARE_RATIONED
    assert told.story("M").reasons[0].code is ReasonCode.FAIR_SHARE_RATIONED


def test_a_full_line_needs_no_reason() -> None:
    story = tell(lines=[line("L", 20)], lots=[lot("S", 30)]).story("L")
    assert story.reasons == ()
    assert story.sentence == "20 of 20 given."


def test_overtime_that_is_not_worth_its_cost_is_only_indicated() -> None:
    told = tell(
        lines=[line("L", 20)],
        lots=[lot("S", 30)],
        usages=[{"product": "P", "resource": "pick", "usage_micros": MICROS}],
        resources=[
            {
                **MINUTES,
                "capacity_micros": 8 * MICROS,
                "overtime_micros": 20 * MICROS,
                "overtime_cost_micros": 999 * MICROS,
            }
        ],
    )
    reason = told.reason("L", ReasonCode.CAPACITY)
    assert (reason.units, reason.certainty) == (12, Certainty.INDICATED)


class Spent:
    """A budget with nothing left."""

    def remaining_seconds(self) -> float:
        return 0.0

    def cancelled(self) -> bool:
        return False


def test_a_run_that_stopped_at_its_limit_says_not_proven() -> None:
    lines = [line("L", 20), line("M", 22, unit_price_micros=20 * MICROS)]
    problem = api.intake(facts(lines=lines, lots=[lot("S", 30)]), api.Policy())
    solved = api.solve(problem, budget=Spent())
    assert solved.decision.status is api.Status.FEASIBLE_LIMIT
    explanation = explain(problem, solved.model, solved.decision)
    assert explanation.reasons is not None
    known = zip(explanation.reasons.code, explanation.reasons.certainty, strict=True)
    assert set(known) == {(ReasonCode.NOT_PROVEN, Certainty.UNKNOWN)}
