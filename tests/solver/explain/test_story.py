"""Sentences, competitors, alternatives and binding constraints of cycles known by heart."""

from __future__ import annotations

from fairlead_solver.allocation.explain.vocabulary.values import AlternativeKind
from fairlead_solver.allocation.rules.explanation import ReasonCode, Unit
from fairlead_solver.allocation.rules.terms import Term
from fairlead_solver.api import allocation as api

from .cases import MICROS, facts, line, lot, tell


def test_the_sentence_names_who_took_the_stock_and_both_values() -> None:
    told = tell(
        lines=[line("SO-880", 20, customer="C"), line("SO-881", 22, customer="D")],
        lots=[lot("S", 30)],
        customers=[{"id": "C", "tier": "B"}, {"id": "D", "tier": "A"}],
    )
    assert told.story("SO-880").sentence == (
        "8 of 20 given. 12 short: DC-1 had 30; "
        "22 went to SO-881 (tier A, a unit: cash 10.00, policy value 90.00 points, against cash "
        "10.00, policy value 60.00 points)."
    )


def test_a_rival_worth_less_a_unit_is_told_with_the_rule_by_which_it_keeps_the_stock() -> None:
    rival = line("R", 20, unit_price_micros=9 * MICROS, ship_complete=True)
    told = tell(lines=[line("L", 10), rival], lots=[lot("S", 25)])
    assert told.story("L").sentence == (
        "5 of 10 given. 5 short: DC-1 had 25; 20 went to R (tier C, a unit: cash 9.00, policy "
        "value 36.00 points, against cash 10.00, policy value 40.00 points; "
        "line R ships complete: 20, or nothing; the plan as a whole is worth more so)."
    )


def test_a_rule_that_does_not_keep_the_stock_with_the_rival_is_not_told() -> None:
    rival = line("R", 20, unit_price_micros=11 * MICROS, ship_complete=True)
    told = tell(lines=[line("L", 10), rival], lots=[lot("S", 25)])
    assert "ships complete" not in told.story("L").sentence


def test_many_places_are_summed_and_places_the_line_may_not_use_are_left_out() -> None:
    lots = [lot(f"S{k}", 10, location=f"DC-{k}") for k in range(1, 5)]
    rival = line("SO-2", 25, unit_price_micros=20 * MICROS)
    told = tell(
        lines=[line("SO-1", 20, locations=("DC-1", "DC-2", "DC-3")), rival],
        lots=[*lots, lot("S5", 90, status=2)],
    )
    assert told.story("SO-1").sentence.startswith("15 of 20 given. 5 short: 3 places had 30; 15 ")
    two = tell(lines=[line("SO-1", 20), rival], lots=lots[:2])
    assert "20 short: DC-1 had 10 and DC-2 had 10; 20 went to SO-2" in two.story("SO-1").sentence


def test_the_lines_that_took_most_are_told_and_the_others_counted() -> None:
    rivals = [line(f"M{k}", k, unit_price_micros=20 * MICROS) for k in range(1, 9)]
    lines = [line("L", 20, tier="B"), line("N", 2, tier="A"), *rivals]
    problem = api.intake(facts(lines=lines, lots=[lot("S", 38)]), api.Policy())
    story = api.explain(api.solve(problem), api.ExplainOptions(competitors=3)).story_of("L")
    assert [(c.line, c.units) for c in story.competitors] == [
        ("M8", 8),
        ("M7", 7),
        ("M6", 6),
        ("N", 2),  # of those that a tier decided for
    ]
    assert story.competitors_left_out == 5
    assert (
        "8 went to M8 (tier C, a unit: cash 20.00, policy value 80.00 points, against cash 10.00, "
        "policy value 60.00 points) and 28 to 7 more" in story.sentence
    )


def test_competitors_stand_side_by_side_term_by_term() -> None:
    told = tell(
        lines=[line("L", 20), line("M", 22, unit_price_micros=20 * MICROS)],
        lots=[lot("S", 30, unit_cost_micros=4 * MICROS)],
    )
    first = told.story("L").competitors[0]
    assert first.unit_value == {Term.MARGIN: 16 * MICROS, Term.SERVICE: 80 * MICROS}
    assert first.own_unit_value == {Term.MARGIN: 6 * MICROS, Term.SERVICE: 40 * MICROS}


def test_every_location_in_reach_is_told_as_an_alternative() -> None:
    told = tell(
        lines=[line("L", 20)],
        lots=[lot("S", 8), lot("T", 30, location="DC-2", status=2)],
    )
    one, two = told.story("L").alternatives
    assert (one.kind, one.value, one.units, one.reason) == (
        AlternativeKind.LOCATION,
        "DC-1",
        8,
        None,
    )
    assert two.value == "DC-2"
    assert two.reason is not None
    assert two.reason.code is ReasonCode.SUPPLY_BLOCKED


def test_an_emptied_lot_binds_with_the_lines_it_shortens() -> None:
    told = tell(
        lines=[line("L", 20), line("M", 22, unit_price_micros=20 * MICROS)], lots=[lot("S", 30)]
    )
    (binding,) = told.explanation.binding
    assert (binding.rule.family, binding.rule.key) == ("supply", "S")
    assert (binding.limit, binding.use, binding.slack, binding.unit) == (30, 30, 0, Unit.BASE)
    assert [(q.line, q.units) for q in binding.lines_shortened] == [("L", 12)]


def test_capacity_and_credit_are_told_in_micro_units() -> None:
    told = tell(
        lines=[line("L", 20, customer="C"), line("M", 20, product="Q")],
        lots=[lot("S", 30), lot("T", 30, product="Q")],
        customers=[{"id": "C", "credit_micros": 85 * MICROS}],
        usages=[{"product": "Q", "resource": "pick", "usage_micros": MICROS // 2}],
        resources=[{"location": "DC-1", "resource": "pick", "capacity_micros": 4 * MICROS}],
    )
    by_family = {b.rule.family: b for b in told.explanation.binding}
    credit, capacity = by_family["credit"], by_family["capacity"]
    assert (credit.limit, credit.use) == (85 * MICROS, 80 * MICROS)
    assert credit.unit is Unit.MONEY_MICROS
    assert (capacity.limit, capacity.use, capacity.slack) == (4 * MICROS, 4 * MICROS, 0)
    assert capacity.rule.key == "DC-1/pick"


def test_nothing_binds_where_nothing_is_short() -> None:
    assert tell(lines=[line("L", 20)], lots=[lot("S", 30)]).explanation.binding == ()


def test_a_limit_is_told_to_the_micro_unit_of_the_facts() -> None:
    told = tell(
        lines=[line("L", 20, customer="C")],
        lots=[lot("S", 30)],
        customers=[{"id": "C", "credit_micros": 53_230_000}],
    )
    (binding,) = told.explanation.binding
    assert (binding.limit, binding.use, binding.slack) == (53_230_000, 50_000_000, 3_230_000)
