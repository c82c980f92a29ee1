"""What a line's sentence says of stock, dates and rivals is what the facts say, and grammatical."""

from __future__ import annotations

import re
from typing import Any

import pytest

from fairlead_solver.allocation.cycle.facts import LotStatus
from fairlead_solver.allocation.explain.remedies.remedy_text import fix_sentence
from fairlead_solver.allocation.explain.vocabulary.values import FixEffect, LineQuantity
from fairlead_solver.allocation.policy.fair_share import FairShareMode, FairSharePolicy
from fairlead_solver.allocation.policy.policy import Tier, TierMode
from fairlead_solver.allocation.rules.explanation import ReasonCode
from fairlead_solver.allocation.rules.families import fair_share
from fairlead_solver.allocation.rules.plan import Plan
from fairlead_solver.allocation.rules.terms import Term
from fairlead_solver.api import allocation as api

from .cases import MICROS, TODAY, Row, Told, line, lot, tell

SUBSTITUTE = {"product": "P", "substitute": "Q", "ratio": 2}
BLOCKED = {"status": LotStatus.BLOCKED}


@pytest.mark.parametrize("available", [{}, {"available_day": TODAY - 75}])
def test_bug_a_line_whose_latest_day_is_over_says_so_and_speaks_of_no_lot(available: Row) -> None:
    overdue = line("L", 5, requested_day=TODAY - 9, latest_day=TODAY - 2)
    told = tell(lines=[overdue], lots=[lot("S", 9, **available), lot("T", 9, **BLOCKED)])
    assert told.story("L").sentence == (
        "0 of 5 given. 5 short: line L was wanted by 2024-10-02, and it is 2024-10-04 now."
    )
    reason = told.reason("L", ReasonCode.DATE_WINDOW)
    assert (reason.units, reason.rule.leaf) == (5, "lines[L].latest_day")


def test_bug_a_lot_of_an_earlier_day_comes_no_sooner_than_today() -> None:
    """It has been there for long: what is late is the way, and no lot comes before it is asked."""
    lane = {"location": "DC-1", "destination": "C", "transit_days": 3}
    asked = line("L", 5, customer="C", latest_day=TODAY + 1)
    lots = [lot("S", 9, available_day=TODAY - 75), lot("T", 9, available_day=TODAY + 4)]
    told = tell(lines=[asked], lots=lots, lanes=[lane], customers=[{"id": "C"}])
    assert told.story("L").sentence == (
        "0 of 5 given. 5 short: 9 of P come on 2024-10-08 (lot T), after 2024-10-05; "
        "besides, 9 of P cannot arrive by 2024-10-05 (lot S)."
    )


def test_bug_blocked_stock_of_a_substitute_is_told_as_the_substitute_s() -> None:
    told = tell(
        products=[{"id": "P"}, {"id": "Q"}],
        substitutes=[SUBSTITUTE],
        lines=[line("L", 14, substitutes_allowed=True)],
        lots=[lot("S", 40, product="Q", **BLOCKED), lot("T", 1, **BLOCKED)],
    )
    assert told.story("L").sentence == (
        "0 of 14 given. 14 short: 1 of P and 40 of its substitute Q (2 for one) are blocked "
        "(lots S, T)."
    )


def test_one_unit_is_blocked_where_several_are() -> None:
    told = tell(lines=[line("L", 1)], lots=[lot("S", 1, **BLOCKED)])
    assert "1 of P is blocked (lot S)" in told.story("L").sentence


@pytest.mark.parametrize(
    ("owner", "column"),
    [({"owner_customer": "D"}, "owner_customer"), ({"owner_channel": "D"}, "owner_channel")],
)
def test_bug_a_lot_that_is_kept_for_another_has_a_reason_of_its_own(
    owner: Row, column: str
) -> None:
    told = tell(lines=[line("L", 20)], lots=[lot("S", 30, **owner)], customers=[{"id": "D"}])
    reason = told.reason("L", ReasonCode.RESERVED_STOCK)
    assert (reason.units, reason.rule.leaf) == (20, f"lots.{column}")
    assert "30 of P are kept for D (lot S)" in told.story("L").sentence


def test_a_lot_kept_for_a_channel_of_the_customer_itself_names_the_channel_alone() -> None:
    asked = line("L", 20, customer="C", channel="web")
    kept = lot("S", 30, owner_customer="C", owner_channel="shop")
    told = tell(lines=[asked], lots=[kept], customers=[{"id": "C"}])
    assert "30 of P are kept for shop (lot S)" in told.story("L").sentence
    assert told.reason("L", ReasonCode.RESERVED_STOCK).rule.leaf == "lots.owner_channel"


@pytest.mark.parametrize(
    ("count", "says"),
    [(3, "C gets 3 more"), (4, "and 1 more line gets more"), (5, "and 2 more lines get more")],
)
def test_bug_one_more_line_gets_more_and_two_get_more(count: int, says: str) -> None:
    winners = tuple(LineQuantity(name, k + 1) for k, name in enumerate("ABCDE"[:count]))
    told = fix_sentence("5 more of P", (), FixEffect(winners=winners), "EUR")
    assert told.endswith(says)


@pytest.mark.parametrize(
    ("asked", "whole", "says"),
    [
        (13, {"ship_complete": True}, "no number of packs makes 13: 12 or 18 would do"),
        (4, {"delivery_group": "G"}, "no number of packs makes 4: 6 would do"),
        (15, {"min_fill_rate": 0.9}, "no number of packs makes 14 to 15: 12 or 18 would do"),
    ],
)
def test_bug_a_quantity_that_no_packs_make_is_told_as_the_packs_and_nothing_else(
    asked: int, whole: Row, says: str
) -> None:
    told = tell(lines=[line("L", asked, pack=6, **whole)], lots=[lot("S", 50)])
    assert told.story("L").sentence == (
        f"0 of {asked} given. {asked} short: line L is served in packs of 6, and {says}."
    )
    (reason,) = told.story("L").reasons
    assert (reason.code, reason.units) == (ReasonCode.PACK_MULTIPLE, asked)


def test_a_quantity_of_which_packs_make_a_part_is_short_by_the_rest_alone() -> None:
    told = tell(lines=[line("L", 15, pack=6)], lots=[lot("S", 50)])
    says = "12 of 15 given. 3 short: line L is served in packs of 6."
    assert told.story("L").sentence == says


def contest(price: int, rival: int, policy: api.Policy | None = None, **more: Row) -> Told:
    """L and M want the same 5, at these prices in micro-units."""
    lines = [
        line("L", 5, unit_price_micros=price, **more.get("L", {})),
        line("M", 5, unit_price_micros=rival, **more.get("M", {})),
    ]
    return tell(policy, lines=lines, lots=[lot("S", 5)])


def told_of_loser(told: Told) -> str:
    """The sentence of the line that was given nothing."""
    return next(s.sentence for s in told.explanation.stories or () if "0 of 5" in s.sentence)


def test_bug_two_values_that_differ_are_written_with_the_digits_that_tell_them_apart() -> None:
    says = told_of_loser(contest(10 * MICROS, 10 * MICROS + 100))
    theirs, own = re.findall(r"cash (\S+), policy value (\S+) points", says)
    assert all(float(more) > float(less) for more, less in zip(theirs, own, strict=True))


@pytest.mark.parametrize("tiers", [{}, {"L": {"tier": "B"}, "M": {"tier": "A"}}])
def test_bug_a_unit_worth_the_same_to_both_is_a_tie_whatever_their_tiers(tiers: Any) -> None:
    """A tier decides by its rates alone where tiers are weighted: here they are the same."""
    policy = api.Policy(tiers=(Tier("A", 5.0, 0.1), Tier("B", 5.0, 0.1)), default_tier="B")
    told = contest(10 * MICROS, 10 * MICROS, policy, **tiers)
    says = told_of_loser(told)
    assert "points for either, worth the same" in says
    codes = {r.code for s in told.explanation.stories or () for r in s.reasons}
    assert ReasonCode.TIE_BREAK in codes and ReasonCode.OUTRANKED_TIER not in codes


def test_a_strict_tier_decides_though_a_unit_is_worth_the_same() -> None:
    policy = api.Policy(
        tiers=(Tier("A", 5.0, 0.1), Tier("B", 5.0, 0.1)),
        default_tier="B",
        tier_mode=TierMode.STRICT,
    )
    told = contest(10 * MICROS, 10 * MICROS, policy, L={"tier": "B"}, M={"tier": "A"})
    assert "points for either; tiers are strict)" in told_of_loser(told)


def test_bug_in_one_strict_tier_the_price_decides_and_is_told() -> None:
    """A tier is filled by value before money counts: the dearer unit goes first."""
    policy = api.Policy(tier_mode=TierMode.STRICT)
    lines = [line("L", 5), line("M", 5, unit_price_micros=12 * MICROS, product="Q")]
    costs = [
        {"id": "P"},
        {"id": "Q", "standard_cost_micros": 0},
        {"id": "R", "standard_cost_micros": 500 * MICROS},
    ]
    stand_ins = [{"product": "P", "substitute": "R"}, {"product": "Q", "substitute": "R"}]
    stand_ins[1]["penalty_rate"] = 1.0
    told = tell(
        policy,
        products=costs,
        substitutes=stand_ins,
        lines=[row | {"substitutes_allowed": True} for row in lines],
        lots=[lot("S", 5, product="R")],
    )
    says = told.story("L").sentence
    assert "tiers are strict, and a unit of M is valued at 12.00 against 10.00" in says


def fair(mode: FairShareMode) -> Told:
    """4 boxes of 2 for L, which asks for 12, and M, which asks for 4."""
    policy = api.Policy(fair_share=FairSharePolicy(mode=mode))
    lines = [line("L", 12, pack=2), line("M", 4, pack=2)]
    return tell(policy, lines=lines, lots=[lot("S", 8)])


@pytest.mark.parametrize("mode", [FairShareMode.PROPORTIONAL, FairShareMode.MAX_MIN])
def test_bug_what_fair_share_decided_is_told_with_the_term_that_decided(
    mode: FairShareMode,
) -> None:
    told = fair(mode)
    (rival,) = told.story("L").competitors
    assert rival.decided_by is ReasonCode.FAIR_SHARE_RATIONED
    theirs, own = (
        terms.get(Term.FAIR_SHARE, 0) for terms in (rival.unit_value, rival.own_unit_value)
    )
    assert theirs > own
    shown = f"by fair share ({theirs / MICROS:.2f} against {own / MICROS:.2f} points)"
    assert shown in told.story("L").sentence


def test_what_a_pack_changes_of_fair_share_is_what_the_objective_changes_by() -> None:
    """Both ways, in both modes, for every line of a plan, against the rule's own total."""
    for mode in (FairShareMode.PROPORTIONAL, FairShareMode.MAX_MIN):
        solved = fair(mode).solved
        problem, plan = solved.problem, solved.decision.plan
        assert plan is not None
        before = fair_share.money(problem, plan)[Term.FAIR_SHARE]
        more, less = fair_share.worth_of_a_pack(problem, plan.per_line())
        for arc in range(len(problem.arcs)):
            for step, each, sign in ((1, more, 1), (-1, less, -1)):
                packs = plan.packs.copy()
                packs[arc] += step
                then = fair_share.money(problem, Plan(problem, packs))[Term.FAIR_SHARE]
                line_of = int(problem.arcs.line[arc])
                assert then - before == pytest.approx(2 * sign * each[line_of], abs=2)
