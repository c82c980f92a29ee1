"""Each thing that may fill a line is tried: small cycles whole, large ones beside the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fairlead_solver.allocation.cycle.facts import Facts, LotStatus, Strategy, SupplyKind
from fairlead_solver.allocation.explain import ExplainOptions
from fairlead_solver.allocation.explain.remedies.candidates import changes
from fairlead_solver.allocation.explain.remedies.remedy import Change
from fairlead_solver.allocation.explain.vocabulary.values import Fix
from fairlead_solver.allocation.policy.fair_share import FairShareMode, FairSharePolicy
from fairlead_solver.allocation.policy.location_use import LocationUsePolicy
from fairlead_solver.allocation.policy.time_fence import TimeFencePolicy
from fairlead_solver.allocation.rules.explanation import FixKind
from fairlead_solver.api import allocation as api
from fairlead_solver.model.resolve.scope import Scope

from .cases import MICROS, TODAY, Row, facts, line, lot

WHOLE, BESIDE = ExplainOptions(), ExplainOptions(cycle_columns=0)
Cycle = tuple[Facts, api.Policy]


def fix_of(cycle: Cycle, options: ExplainOptions, name: str = "L") -> Fix:
    given, policy = cycle
    solved = api.solve(api.intake(given, policy), api.Options(relative_gap=0.0))
    fix = api.explain(solved, options).story_of(name).fix
    assert fix is not None
    return fix


def blocked() -> Cycle:
    lots = [
        lot("S", 5),
        lot("T", 9, status=LotStatus.BLOCKED),
        lot("U", 90, status=LotStatus.BLOCKED),
    ]
    return facts(lines=[line("L", 12)], lots=lots), api.Policy()


def kept_for_another() -> Cycle:
    lots = [lot("S", 5), lot("T", 9, owner_customer="D")]
    customers = [{"id": "C"}, {"id": "D"}]
    return facts(lines=[line("L", 12, customer="C")], lots=lots, customers=customers), api.Policy()


def on_hold() -> Cycle:
    customers = [{"id": "C", "on_hold": True}]
    lines = [line("L", 12, customer="C"), line("M", 3)]
    return facts(lines=lines, lots=[lot("S", 20)], customers=customers), api.Policy()


def too_young() -> Cycle:
    lots = [lot("S", 5), lot("T", 9, expiry_day=TODAY + 10)]
    return facts(lines=[line("L", 12, min_shelf_life_days=30)], lots=lots), api.Policy()


def one_location() -> Cycle:
    lots = [lot("S", 9), lot("T", 9, location="DC-2")]
    policy = api.Policy(location_use=LocationUsePolicy(max_locations=1))
    return facts(lines=[line("L", 12)], lots=lots), policy


def one_source() -> Cycle:
    lots = [lot("S", 9), lot("T", 9, location="DC-2")]
    return facts(lines=[line("L", 12, max_sources=1)], lots=lots), api.Policy()


def a_floor_of_another(**contract: Any) -> Cycle:
    lines = [line("L", 12, customer="C"), line("M", 12, customer="D", unit_price_micros=MICROS)]
    rule = contract or {"hard": True}
    contracts = [{"id": "K", "customer": "D", "floor_quantity": 12, **rule}]
    customers = [{"id": "C"}, {"id": "D"}]
    given = facts(lines=lines, lots=[lot("S", 12)], contracts=contracts, customers=customers)
    return given, api.Policy()


def a_rival_locked() -> Cycle:
    lines = [line("L", 12), line("M", 12, locked_quantity=12, unit_price_micros=MICROS)]
    return facts(lines=lines, lots=[lot("S", 12)]), api.Policy()


def a_rival_held_by_its_strategy() -> Cycle:
    rival = line("M", 12, strategy=Strategy.WIN, unit_price_micros=MICROS)
    return facts(lines=[line("L", 12), rival], lots=[lot("S", 12)]), api.Policy()


def a_rival_within_the_fence() -> Cycle:
    rival = line("M", 12, previous_quantity=12, unit_price_micros=MICROS)
    policy = api.Policy(
        tiers=(api.Tier(id="A", service_rate=1.0, lateness_rate=0.0),),
        time_fence=TimeFencePolicy(days=3),
    )
    return facts(lines=[line("L", 12), rival], lots=[lot("S", 12)]), policy


def a_rival_within_the_fence_that_is_late() -> Cycle:
    """Asked for later it is out of the fence, and less late."""
    rival = line("M", 12, previous_quantity=12, unit_price_micros=MICROS)
    policy = api.Policy(
        tiers=(api.Tier(id="A", service_rate=1.0, lateness_rate=0.01),),
        time_fence=TimeFencePolicy(days=3),
    )
    lots = [lot("S", 12, available_day=TODAY + 2, kind=SupplyKind.INBOUND)]
    return facts(lines=[line("L", 12), rival], lots=lots), policy


def beside_a_dearer_rival(*also: Row, **rule: Any) -> Cycle:
    """A unit is worth more with L, but 20 of R are worth more than 5 of L: 25 there are."""
    rival = line("R", 20, unit_price_micros=9 * MICROS, **rule)
    lots = [lot("S", 25), lot("T", 2, product="Q")]
    return facts(lines=[line("L", 10), rival, *also], lots=lots), api.Policy()


def a_rival_that_ships_complete() -> Cycle:
    return beside_a_dearer_rival(ship_complete=True)


def a_rival_with_a_minimum() -> Cycle:
    return beside_a_dearer_rival(min_fill_rate=1.0)


def a_rival_in_a_group() -> Cycle:
    with_it = line("R2", 2, product="Q", unit_price_micros=9 * MICROS, delivery_group="G")
    return beside_a_dearer_rival(with_it, delivery_group="G")


def a_rival_in_packs() -> Cycle:
    return beside_a_dearer_rival(pack=20)


def a_rival_with_one_source() -> Cycle:
    """R could have 10 of its 20 from DC-2, were it not to come from one place."""
    rival = line("R", 20, unit_price_micros=9 * MICROS, ship_complete=True, max_sources=1)
    lots = [lot("S", 20), lot("T", 12, location="DC-2")]
    return facts(lines=[line("L", 10, locations=["DC-1"]), rival], lots=lots), api.Policy()


def a_place_that_is_not_listed() -> Cycle:
    lots = [lot("S", 5), lot("T", 9, location="DC-2"), lot("U", 1, location="DC-3")]
    return facts(lines=[line("L", 12, locations=["DC-1"])], lots=lots), api.Policy()


def shared_with_another_place() -> Cycle:
    """X is in L's group and takes elsewhere: stock for L raises what X is entitled to. So does
    stock of Q for M, whose trial shares no line and no product with L's."""
    lines = [
        line("L", 12, locations=["DC-1"]),
        line("X", 12, locations=["DC-2"]),
        line("M", 8, product="Q", locations=["DC-1"]),
        line("Y", 8, product="Q", locations=["DC-2"]),
    ]
    lots = [
        lot("S", 5), lot("T", 9, location="DC-2"),
        lot("U", 3, product="Q"), lot("V", 6, product="Q", location="DC-2"),
    ]  # fmt: skip
    policy = api.Policy(fair_share=FairSharePolicy(mode=FairShareMode.PROPORTIONAL))
    return facts(lines=lines, lots=lots), policy


def too_late() -> Cycle:
    late = lot("T", 9, available_day=TODAY + 6, kind=SupplyKind.INBOUND)
    lines = [line("L", 12, latest_day=TODAY + 2)]
    return facts(lines=lines, lots=[lot("S", 5), late]), api.Policy()


def nothing_left() -> Cycle:
    rival = line("M", 3, unit_price_micros=MICROS)
    return facts(lines=[line("L", 12), rival], lots=[lot("S", 10)]), api.Policy()


def neither_stock_nor_hands() -> Cycle:
    resources = [{"location": "DC-1", "resource": "pick", "capacity_micros": 12 * MICROS}]
    usages = [
        {"product": product, "resource": "pick", "usage_micros": MICROS} for product in ("P", "Q")
    ]
    lines = [line("L", 12), line("M", 5, product="Q", unit_price_micros=MICROS)]
    lots = [lot("S", 10), lot("T", 5, product="Q")]
    return facts(lines=lines, lots=lots, resources=resources, usages=usages), api.Policy()


@pytest.mark.parametrize(("options", "scope"), [(WHOLE, Scope.CYCLE), (BESIDE, Scope.PART)])
@pytest.mark.parametrize(
    ("cycle", "kind", "leaf"),
    [
        (blocked, FixKind.WAIVE_RULE, "lots[T].status"),
        (kept_for_another, FixKind.WAIVE_RULE, "lots[T].owner_customer"),
        (on_hold, FixKind.WAIVE_RULE, "customers[C].on_hold"),
        (too_young, FixKind.WAIVE_RULE, "lines[L].min_shelf_life_days"),
        (one_location, FixKind.WAIVE_RULE, "policy.location_use.max_locations"),
        (one_source, FixKind.WAIVE_RULE, "lines[L].max_sources"),
        (a_floor_of_another, FixKind.WAIVE_RULE, "contracts[K].floor_quantity"),
        (a_rival_locked, FixKind.WAIVE_RULE, "lines[M].locked_quantity"),
        (a_rival_held_by_its_strategy, FixKind.WAIVE_RULE, "lines[M].strategy"),
        (a_rival_within_the_fence, FixKind.WAIVE_RULE, "policy.time_fence.days"),
        (a_rival_within_the_fence_that_is_late, FixKind.LATER_DATE, "lines[M].requested_day"),
        (a_rival_that_ships_complete, FixKind.WAIVE_RULE, "lines[R].ship_complete"),
        (a_rival_with_a_minimum, FixKind.WAIVE_RULE, "lines[R].min_fill_rate"),
        (a_rival_in_a_group, FixKind.WAIVE_RULE, "lines[R].delivery_group"),
        (a_rival_in_packs, FixKind.WAIVE_RULE, "lines[R].pack"),
        (a_rival_with_one_source, FixKind.WAIVE_RULE, "lines[R].max_sources"),
        (a_place_that_is_not_listed, FixKind.WAIVE_RULE, "lines[L].locations"),
        (too_late, FixKind.LATER_DATE, "lines[L].latest_day"),
        (nothing_left, FixKind.MORE_STOCK, "lots[S].quantity"),
    ],
)
def test_what_would_fill_the_line_is_found(
    cycle: Callable[[], Cycle], kind: FixKind, leaf: str, options: ExplainOptions, scope: Scope
) -> None:
    fix = fix_of(cycle(), options)
    assert (fix.kind, fix.rule.leaf, fix.scope) == (kind, leaf, scope)
    assert fix.also == ()


@pytest.mark.parametrize("options", [WHOLE, BESIDE])
def test_a_minimum_that_stands_under_ship_complete_is_waived_with_it(
    options: ExplainOptions,
) -> None:
    both = beside_a_dearer_rival(ship_complete=True, min_fill_rate=0.9)
    words = {change.words for change in _tried(both, "L")}
    assert "ship R in part and give R less than its minimum fill" in words
    assert "ship R in part" not in words
    fix = fix_of(both, options)
    assert (fix.kind, fix.amount) == (FixKind.MORE_STOCK, 5)  # one thing, where waiving takes two


def _tried(cycle: Cycle, name: str) -> list[Change]:
    given, policy = cycle
    explanation = api.explain(api.solve(api.intake(given, policy)), prove=False)
    assert explanation.case is not None and explanation.reasons is not None
    row = given.lines.id.index(name)
    return changes(explanation.case, explanation.reasons, row)


def test_a_fix_that_gives_whole_packs_and_no_more_says_so() -> None:
    given = facts(lines=[line("L", 40, pack=12)], lots=[lot("S", 30)])
    solved = api.solve(api.intake(given, api.Policy()), api.Options(relative_gap=0.0))
    story = api.explain(solved).story_of("L")
    assert story.fix is not None and (story.fix.amount, story.fix.effect.quantity) == (6, 36)
    assert " To give it 36, all whole packs: 6 more of P at DC-1 (the least): " in story.sentence


@pytest.mark.parametrize("options", [WHOLE, BESIDE])
def test_a_gain_with_a_floor_waived_is_told_with_the_penalties_that_would_be_due(
    options: ExplainOptions,
) -> None:
    """D would miss all 12 of its floor, at 50.00 each."""
    fix = fix_of(a_floor_of_another(penalty_micros=50 * MICROS), options)
    assert fix.effect.waived_micros == 600 * MICROS
    assert fix.sentence.startswith("waive the floor of contract K (D must agree): cash +108.00, ")
    assert "points with 600.00 of penalties waived; M loses 12" in fix.sentence


@pytest.mark.parametrize("options", [WHOLE, BESIDE])
def test_who_loses_by_a_rule_of_its_own_that_is_waived_is_told(options: ExplainOptions) -> None:
    fix = fix_of(a_rival_that_ships_complete(), options)
    assert [(lost.line, lost.units) for lost in fix.losers] == [("R", 5)]
    assert fix.gain_micros == 5 * 5 * MICROS  # 1.00 a unit more, and four times that for service


def test_a_place_that_was_not_listed_is_told_by_name() -> None:
    fix = fix_of(a_place_that_is_not_listed(), WHOLE)
    assert fix.location == "DC-2"
    assert fix.sentence.startswith("also ship L from DC-2: cash +70.00, policy value")


def test_asking_for_a_fenced_line_later_is_told_with_its_day() -> None:
    fix = fix_of(a_rival_within_the_fence_that_is_late(), WHOLE)
    assert fix.by_day == TODAY + 4 and fix.amount == 4


@pytest.mark.parametrize(("name", "amount"), [("L", 7), ("M", 5)])
def test_bug_fixes_that_move_fair_shares_elsewhere_are_tried_with_them(
    name: str, amount: int
) -> None:
    whole, beside = (
        fix_of(shared_with_another_place(), options, name) for options in (WHOLE, BESIDE)
    )
    assert (beside.kind, beside.amount, beside.scope) == (FixKind.MORE_STOCK, amount, Scope.PART)
    assert (whole.kind, whole.amount, whole.gain_micros) == (
        beside.kind,
        beside.amount,
        beside.gain_micros,
    )


def test_stock_that_nobody_could_pick_is_told_with_the_hands_it_takes() -> None:
    fix = fix_of(neither_stock_nor_hands(), BESIDE)
    assert (fix.kind, fix.amount) == (FixKind.MORE_STOCK, 2)
    assert [(p.kind, p.rule.key, p.amount) for p in fix.also] == [
        (FixKind.RAISE_CAPACITY, "DC-1/pick", 2 * MICROS)
    ]
    assert "2 more of P at DC-1 and raise pick of DC-1 by" in fix.sentence


def test_the_least_stock_that_fills_the_line_is_told() -> None:
    assert fix_of(nothing_left(), WHOLE).amount == 2


def test_bug_stock_that_a_rival_might_take_as_well_is_no_fix() -> None:
    given = facts(lines=[line("L", 12), line("M", 3)], lots=[lot("S", 10)])
    assert fix_of((given, api.Policy()), WHOLE).amount == 5
