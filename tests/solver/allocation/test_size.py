"""The size of a cycle is known before anything is built, and grows as what is built does."""

from __future__ import annotations

from hypothesis import given, settings

from fairlead_solver.allocation.cycle.size import CycleSize
from fairlead_solver.api.allocation import intake, size_of
from tests.strategies import Drawn, cycles


@settings(max_examples=60)
@given(cycles())
def test_pairs_counted_beforehand_are_the_pairs_that_become_arcs_or_are_refused(
    drawn: Drawn,
) -> None:
    facts = drawn.facts()
    size, arcs = size_of(facts), intake(facts, drawn.policy).arcs
    assert size.pairs == len(arcs) + len(arcs.refused_line)
    assert (size.lines, size.lots) == (len(facts.lines), len(facts.lots))


def test_every_line_lot_and_pair_makes_the_estimate_larger() -> None:
    least = CycleSize(1, 1, 1).memory_bytes()
    for larger in (CycleSize(2, 1, 1), CycleSize(1, 2, 1), CycleSize(1, 1, 2)):
        assert larger.memory_bytes() > least
