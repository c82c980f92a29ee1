"""Lot size: whole packs, each from one lot."""

from __future__ import annotations

import numpy as np

from fairlead_solver.allocation.rules.families import lot_size
from fairlead_solver.allocation.rules.plan import Plan

from .cases import lot_size as case
from .cycles import cycle, given, line, lot


def test_single_units_need_no_rule() -> None:
    assert not lot_size.applies(cycle([line("a", 5)], [lot("s", 9)]))


def test_a_line_gets_whole_packs() -> None:
    assert given(case()) == {"a": 3}


def test_a_pack_is_not_filled_from_two_lots() -> None:
    assert given(cycle([line("a", 6, pack=3)], [lot("s", 2), lot("t", 4)])) == {"a": 3}


def test_a_line_without_a_pack_takes_that_of_its_product() -> None:
    problem = cycle([line("a", 5)], [lot("s", 9)], products=[{"id": "P", "pack": 2}])
    assert given(problem) == {"a": 4}
    assert lot_size.words(problem, "", 0).leaf == "products[P].pack"


def test_half_a_pack_is_a_breach() -> None:
    problem = case()
    assert lot_size.check(problem, Plan(problem, np.array([0.5])))
