"""Who loses by a fix: who is certain to, who might in place of another, and nobody else."""

from __future__ import annotations

import pytest

from fairlead_solver.allocation.cycle.facts import Facts
from fairlead_solver.allocation.explain import ExplainOptions
from fairlead_solver.allocation.explain.vocabulary.values import Fix
from fairlead_solver.api import allocation as api

from .cases import MICROS, facts, line, lot

WHOLE, BESIDE = ExplainOptions(fixes=100), ExplainOptions(fixes_beside=100, cycle_columns=0)


def fixes_of(given: Facts, options: ExplainOptions) -> dict[str, Fix]:
    """The fix of every line that has one."""
    problem = api.intake(given, api.Policy())
    explanation = api.explain(api.solve(problem, api.Options(relative_gap=0.0)), options)
    assert explanation.stories is not None
    return {story.line: story.fix for story in explanation.stories if story.fix is not None}


def products_that_share_nothing(count: int) -> Facts:
    """Of every product four lines worth the same, and 10 of the 16 they ask for: whichever of many
    equal plans a solve meets, it meets another one when anything is changed."""
    names = [f"P{k}" for k in range(count)]
    lines = [line(f"{p}-{i}", 4, product=p) for p in names for i in range(4)]
    return facts(lines=lines, lots=[lot(f"S-{p}", 10, product=p) for p in names])


@pytest.mark.parametrize("options", [WHOLE, BESIDE])
def test_bug_a_fix_never_names_a_line_of_another_product_that_shares_nothing(
    options: ExplainOptions,
) -> None:
    fixes = fixes_of(products_that_share_nothing(12), options)
    assert fixes
    for name, fix in fixes.items():
        named = {one.line for one in (*fix.losers, *fix.effect.winners)}
        named |= {other for group in fix.effect.one_of for other in group.lines}
        assert {other.partition("-")[0] for other in named} <= {name.partition("-")[0]}


def a_place_that_others_have(*, pack: int) -> Facts:
    """L may not ship from DC-2, where A, B and C, worth the same and less than L, take all."""
    rivals = [
        line(name, 4, unit_price_micros=MICROS, pack=pack, locations=["DC-2"]) for name in "ABC"
    ]
    lots = [lot("S", 1), lot("T", 12, location="DC-2")]
    return facts(lines=[line("L", 5, locations=["DC-1"]), *rivals], lots=lots)


@pytest.mark.parametrize("options", [WHOLE, BESIDE])
@pytest.mark.parametrize("pack", [1, 2, 4])
def test_lines_that_might_lose_in_place_of_each_other_are_told_as_one_of_them(
    pack: int, options: ExplainOptions
) -> None:
    fix = fixes_of(a_place_that_others_have(pack=pack), options)["L"]
    assert fix.rule.leaf == "lines[L].locations"
    assert sum(one.units for one in fix.losers) == 4
    (group,) = fix.effect.one_of
    assert (group.lines, group.units) == (("A", "B", "C"), 4)
    assert fix.effect.certain_losers == ()
    assert "one of A, B, C" in fix.sentence


@pytest.mark.parametrize("options", [WHOLE, BESIDE])
def test_who_has_no_way_to_keep_its_units_at_no_loss_is_certain_to_lose(
    options: ExplainOptions,
) -> None:
    """N is worth less a unit than M: it is N that loses, whichever plan is taken."""
    lines = [
        line("L", 4, ship_complete=True),
        line("M", 2, unit_price_micros=5 * MICROS),
        line("N", 2, unit_price_micros=4 * MICROS),
    ]
    fix = fixes_of(facts(lines=lines, lots=[lot("S", 3)]), options)["L"]
    assert fix.effect.certain_losers == tuple(one.line for one in fix.losers)
    assert fix.effect.one_of == ()
