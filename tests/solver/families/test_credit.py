"""Credit: no customer is given more than it can pay for."""

from __future__ import annotations

from typing import Any

from fairlead_solver.allocation.cycle.problem import Problem
from fairlead_solver.allocation.decision.decide import write
from fairlead_solver.allocation.rules.families import credit

from .cases import credit as case
from .cycles import cycle, given, line, lot, planned, row_keys


def spending(**customer: Any) -> Problem:
    return cycle(
        [line("a", 4, customer="C"), line("b", 3, 20)],
        [lot("s", 9)],
        customers=[{"id": "C", **customer}],
    )


def test_unlimited_credit_needs_no_rule() -> None:
    assert not credit.applies(spending())


def test_credit_that_suffices_writes_no_row() -> None:
    assert row_keys(spending(credit_micros=40_000_000), credit) == {}


def test_credit_limits_its_own_customer_only() -> None:
    assert given(spending(credit_micros=39_999_999)) == {"a": 3, "b": 3}
    assert given(spending(credit_micros=0)) == {"a": 0, "b": 3}


def test_the_best_use_of_the_credit_is_found() -> None:
    assert given(case()) == {"a": 1, "b": 2}  # 52.25 of 55.50


def test_rows_count_in_small_whole_numbers() -> None:
    problem = case()  # prices of 12.25 and 20: quarters
    model = write(problem)
    block = model.block_rows("credit", "customers")
    assert block is not None and block.coupling
    assert sorted(model.matrix[[block.start]].data) == [49.0, 80.0]
    assert model.row_upper[block.start] == 222.0
    assert credit.words(problem, "customers", 0).scale == 4


def test_more_than_the_credit_is_a_breach_in_micro_units() -> None:
    problem = case()
    breach = credit.check(problem, planned(problem, a_s=3, b_s=1))[0]
    assert (breach.key, breach.limit, breach.use) == ("C", 55_500_000, 56_750_000)
