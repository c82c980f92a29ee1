"""What a planner reads of a short line: what stopped it is blamed, and nothing else."""

from __future__ import annotations

from fairlead_solver.allocation.cycle.facts import LotStatus, Strategy
from fairlead_solver.allocation.explain.vocabulary.values import Certainty
from fairlead_solver.allocation.policy.churn import ChurnPolicy
from fairlead_solver.allocation.policy.policy import TierMode
from fairlead_solver.allocation.policy.time_fence import TimeFencePolicy
from fairlead_solver.allocation.rules.explanation import ReasonCode
from fairlead_solver.allocation.rules.figure_text import amount, money
from fairlead_solver.allocation.rules.terms import Term
from fairlead_solver.api import allocation as api

from .cases import MICROS, TODAY, facts, line, lot, tell


def test_a_line_that_its_own_strategy_stops_does_not_blame_a_rival_with_a_strategy() -> None:
    told = tell(
        lines=[
            line("S1", 30, strategy=Strategy.WIN),
            line("S2", 30, previous_quantity=20, strategy=Strategy.LOSE),
            line("S3", 30, previous_quantity=10, strategy=Strategy.FILL),
        ],
        lots=[lot("L1", 90)],
    )
    assert told.story("S2").sentence == (
        "0 of 30 given. 30 short: line S2 has strategy LOSE: it gets nothing."
    )
    assert told.story("S3").sentence == (
        "10 of 30 given. 20 short: line S3 has strategy FILL: it gets at most the 10 confirmed "
        "before."
    )


def test_stock_outside_whole_packs_is_not_blamed_on_who_took_it() -> None:
    told = tell(
        lines=[line("S1", 48, pack=12), line("S2", 10, tier="C")],
        lots=[lot("L1", 30), lot("L2", 20)],
    )
    story = told.story("S1")
    assert [(r.code, r.units, r.certainty) for r in story.reasons] == [
        (ReasonCode.LOT_SPLIT_LIMIT, 12, Certainty.EXACT)
    ]
    assert "12 short: 14 of P make no whole pack of 12 in their lots." in story.sentence


def test_packs_that_others_broke_are_told_with_those_who_broke_them() -> None:
    told = tell(
        lines=[line("S1", 12, pack=12), line("S2", 3, tier="A", unit_price_micros=90 * MICROS)],
        lots=[lot("L1", 14)],
    )
    found = {r.code: r.units for r in told.story("S1").reasons}
    assert found == {ReasonCode.LOT_SPLIT_LIMIT: 9, ReasonCode.OUTRANKED_TIER: 3}


def test_what_no_plan_can_give_costs_nothing_but_is_impossible() -> None:
    problem = api.intake(
        facts(
            lines=[
                line("S1", 20, tier="A", locked_quantity=12),
                line("S2", 18, tier="B", requested_day=TODAY + 2, previous_quantity=10),
                line("S3", 40, tier="C", requested_day=TODAY + 7, previous_quantity=30),
            ],
            lots=[lot("L1", 50)],
        ),
        api.Policy(time_fence=TimeFencePolicy(days=3)),
    )
    (reason,) = api.explain(api.solve(problem)).story_of("S3").reasons
    assert (reason.code, reason.certainty) == (ReasonCode.LOCKED, Certainty.PROVEN)
    assert reason.delta_micros is None


def test_a_line_that_its_quota_stops_has_no_competitor_for_stock_that_is_left() -> None:
    told = tell(
        lines=[line("S1", 50, tier="A", channel="WEB"), line("S2", 60, unit_price_micros=MICROS)],
        lots=[lot("L1", 200)],
        quotas=[{"id": "Q", "channel": "WEB", "cap_quantity": 30}],
    )
    story = told.story("S1")
    assert [r.code for r in story.reasons] == [ReasonCode.QUOTA_EXHAUSTED]
    assert story.competitors == ()


def test_lines_worth_the_same_are_not_told_that_an_order_of_ids_decided() -> None:
    told = tell(lines=[line(f"S{k}", 30) for k in (1, 2, 3)], lots=[lot("L1", 40)])
    short = [told.story(f"S{k}") for k in (1, 2, 3)]
    for story in (s for s in short if s.reasons):
        assert "order" not in story.sentence
        worth = "cash 10.00, policy value 40.00 points for either"
        assert f"a unit: {worth}, worth the same; another plan as good" in story.sentence


def test_a_substitute_that_counts_two_for_one_is_compared_by_the_unit_of_the_lot() -> None:
    told = tell(
        products=[{"id": "HALF"}, {"id": "P"}],
        substitutes=[{"product": "P", "substitute": "HALF", "ratio": 2}],
        lines=[
            line("S1", 30, product="P", substitutes_allowed=True),
            line("S2", 8, product="HALF", unit_price_micros=6 * MICROS),
        ],
        lots=[lot("L1", 10), lot("L2", 15, product="HALF")],
    )
    (rival,) = told.story("S2").competitors
    assert (sum(rival.unit_value.values()), sum(rival.own_unit_value.values())) == (
        25 * MICROS,
        30 * MICROS,
    )
    assert (
        "(tier C, a unit: cash 5.00, policy value 20.00 points, against cash 6.00, policy value "
        "24.00 points; line S1 takes 2 of HALF for one of P; " in told.story("S2").sentence
    )


def test_what_a_line_was_promised_counts_in_what_a_unit_is_worth_to_it() -> None:
    told = tell(
        api.Policy(churn=ChurnPolicy(rate=0.5)),
        lines=[line("S1", 20, tier="A"), line("S2", 20, previous_quantity=15)],
        lots=[lot("L1", 30)],
    )
    (rival,) = told.story("S2").competitors
    assert rival.own_unit_value[Term.CHURN] == 5 * MICROS
    assert Term.CHURN not in rival.unit_value


def test_the_penalty_of_a_floor_counts_in_what_a_unit_is_worth_to_who_keeps_it() -> None:
    told = tell(
        lines=[line("S1", 60, tier="A"), line("S2", 40, customer="C")],
        lots=[lot("L1", 60)],
        customers=[{"id": "C"}],
        contracts=[
            {"id": "K", "customer": "C", "floor_quantity": 40, "penalty_micros": 99 * MICROS}
        ],
    )
    (rival,) = told.story("S1").competitors
    assert rival.unit_value[Term.CONTRACT] == 99 * MICROS
    assert (
        "40 went to S2 (tier C, a unit: cash 109.00, policy value 40.00 points, against cash "
        "10.00, policy value 90.00 points, for its contract's floor)" in told.story("S1").sentence
    )


def test_stock_that_does_not_serve_a_line_is_told_with_its_place_its_owner_and_its_lot() -> None:
    told = tell(
        lines=[line("S1", 20, customer="C", channel="STORE")],
        lots=[lot("R1", 10, owner_customer="D"), lot("R2", 10, location="DC-2")],
        customers=[{"id": "C"}, {"id": "D"}],
        locations=[{"id": "DC-1"}, {"id": "DC-2", "channels": ("WEB",)}],
    )
    assert told.story("S1").sentence == (
        "0 of 20 given. 20 short: 10: 10 of P are kept for D (lot R1); 10: 10 of P lie at DC-2, "
        "where channel STORE is not served."
    )


def test_a_line_that_nothing_in_reach_may_serve_is_told_all_that_is_refused() -> None:
    told = tell(
        lines=[line("S1", 20, latest_day=TODAY + 3)],
        lots=[lot("QA", 50, status=LotStatus.BLOCKED), lot("SHIP", 40, available_day=TODAY + 4)],
    )
    assert told.story("S1").sentence == (
        "0 of 20 given. 20 short: 40 of P come on 2024-10-08 (lot SHIP), after 2024-10-07; "
        "besides, 50 of P are blocked (lot QA)."
    )


def test_a_fixed_cost_that_is_not_worth_paying_is_named() -> None:
    told = tell(
        lines=[line("S1", 30, tier="A"), line("S2", 30, tier="C")],
        lots=[lot("L1", 40), lot("L2", 50, location="DC-2")],
        locations=[{"id": "DC-1"}, {"id": "DC-2", "fixed_cost_micros": 5000 * MICROS}],
    )
    assert (
        "50 are left, but serving it costs more than it is worth: a fixed cost of 5,000.00 to ship "
        "from DC-2, for 20 worth cash 200.00, policy value 800.00 points."
        in told.story("S2").sentence
    )


def test_what_may_stand_in_is_told_in_its_own_units() -> None:
    told = tell(
        products=[{"id": "HALF"}, {"id": "P"}],
        substitutes=[{"product": "P", "substitute": "HALF", "ratio": 2}],
        lines=[line("S1", 30, substitutes_allowed=True)],
        lots=[lot("L1", 10), lot("L2", 15, product="HALF")],
    )
    assert (
        "only 10 of P and 15 of its substitute HALF (2 for one) in reach"
        in told.story("S1").sentence
    )


def test_every_limit_that_leaves_too_little_is_named_with_who_uses_it() -> None:
    usages = [("pick", 2 * MICROS), ("volume", MICROS)]
    told = tell(
        lines=[line("S1", 30, tier="A"), line("S2", 20, tier="C")],
        lots=[lot("L1", 100)],
        usages=[{"product": "P", "resource": r, "usage_micros": u} for r, u in usages],
        resources=[
            {"location": "DC-1", "resource": "pick", "capacity_micros": 60 * MICROS},
            {"location": "DC-1", "resource": "volume", "capacity_micros": 35 * MICROS},
        ],
    )
    assert told.story("S2").sentence == (
        "0 of 20 given. 20 short: DC-1 has 60 pick, and has no room for more: S1 takes 60 of it; "
        "volume of DC-1 has room for 5."
    )


def test_the_rival_that_is_cheapest_to_displace_is_named_beside_the_one_that_took_most() -> None:
    told = tell(
        lines=[
            line("S1", 20),
            line("S2", 30, unit_price_micros=20 * MICROS),
            line("S3", 10, unit_price_micros=11 * MICROS),
        ],
        lots=[lot("L1", 40)],
    )
    assert told.story("S1").sentence == (
        "0 of 20 given. 20 short: DC-1 had 40; 30 went to S2 (tier C, a unit: cash 20.00, policy "
        "value 80.00 points, against cash 10.00, policy value 40.00 points) and 10 to 1 more line; "
        "least is lost with S3 (tier C, a unit: cash 11.00, policy value 44.00 points, against "
        "cash 10.00, policy value 40.00 points)."
    )


def test_strict_tiers_are_named_where_money_speaks_for_the_line() -> None:
    told = tell(
        api.Policy(tier_mode=TierMode.STRICT),
        lines=[line("S1", 20, tier="A"), line("S2", 20, unit_price_micros=90 * MICROS)],
        lots=[lot("L1", 30)],
    )
    assert (
        "(tier A, a unit: cash 10.00, policy value 90.00 points, against cash 90.00, policy value "
        "360.00 points; tiers are strict)" in told.story("S2").sentence
    )


def test_figures_are_the_same_in_a_sentence_and_in_a_table() -> None:
    assert money(915_775_000, "") == "915.78"
    assert money(844_012_000_000_000, "USD") == "844,012,000.00 USD"
    assert [amount(x) for x in (12299.28, 20.0, 0.035)] == ["12,299.28", "20", "0.035"]


def test_what_comes_late_and_what_is_still_to_come_are_told_with_their_days() -> None:
    told = tell(
        lines=[
            line("S1", 20, tier="A", requested_day=TODAY + 5),
            line("S2", 20, requested_day=TODAY + 1),
            line("S3", 20, tier="A", requested_day=TODAY + 5),
        ],
        lots=[lot("L1", 10), lot("L2", 20, available_day=TODAY + 3), lot("L3", 15)],
    )
    assert told.story("S1").sentence == "20 of 20 given."
    late = told.story("S2").sentence
    assert "DC-1 had 45 (20 of them by 2024-10-07)" in late
    onto = tell(
        lines=[line("S1", 20, requested_day=TODAY + 1)],
        lots=[lot("L2", 20, available_day=TODAY + 3)],
    )
    assert onto.story("S1").sentence == (
        "20 of 20 given, late: on 2024-10-07, asked for 2024-10-05."
    )
    assert onto.explanation.told(0, 1).sentences == [onto.story("S1").sentence]


def test_a_line_of_a_conflict_is_told_that_rules_conflict_and_others_that_they_are_elsewhere() -> (
    None
):
    problem = api.intake(
        facts(
            lines=[
                line("S1", 20, strategy=Strategy.WIN),
                line("S2", 20, strategy=Strategy.WIN),
                line("S3", 20, product="Q"),
                line("S4", 20, product="Q"),
            ],
            lots=[lot("L1", 30), lot("L2", 30, product="Q")],
        ),
        api.Policy(),
    )
    explanation = api.explain(api.solve(problem))
    assert explanation.story_of("S1").sentence.endswith(
        "nothing is decided for it, because rules that it depends on conflict."
    )
    others = (explanation.story_of(name).sentence for name in ("S3", "S4"))
    assert any("not proven, because rules of other lines conflict" in said for said in others)


def test_a_line_left_out_with_its_group_is_told_what_the_group_lacks() -> None:
    told = tell(
        lines=[
            line("S1", 1, delivery_group="G"),
            line("S2", 4, product="Q", delivery_group="G"),
        ],
        lots=[lot("L1", 1), lot("L2", 2, product="Q")],
    )
    assert "G, or not at all, and S2 can have only 2 of its 4 Q." in told.story("S1").sentence


def test_a_line_that_takes_all_or_nothing_says_so_where_a_lower_tier_is_served() -> None:
    told = tell(
        api.Policy(tier_mode=TierMode.STRICT),
        lines=[
            line("S1", 20, tier="A"),
            line("S2", 20, tier="B", ship_complete=True),
            line("S3", 20, tier="C"),
        ],
        lots=[lot("L1", 30)],
    )
    assert "; line S2 ships complete: 20, or nothing; tiers are strict)" in (
        told.story("S2").sentence
    )
