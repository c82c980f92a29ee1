"""The objective shared out by contract: money once, lines for every contract they are under."""

from __future__ import annotations

from fairlead_solver.allocation.decision.objective_shares import by_contract
from fairlead_solver.api import allocation as api

from .cases import MICROS, facts, line, lot


def test_a_line_under_two_contracts_counts_for_both_and_its_money_for_the_first() -> None:
    contracts = [
        {"id": "K", "product": "P", "floor_quantity": 1, "penalty_micros": MICROS},
        {"id": "L", "customer": "C", "floor_quantity": 1, "penalty_micros": MICROS},
    ]
    lines = [line("A", 3, customer="C"), line("B", 4, customer="C", product="Q")]
    lots = [lot("S", 3), lot("T", 4, product="Q")]
    given = facts(lines=lines, lots=lots, contracts=contracts, customers=[{"id": "C"}])
    solved = api.solve(api.intake(given, api.Policy()), api.Options())
    shares = by_contract(solved.decision)
    assert [shares.counted(k).tolist() for k in range(3)] == [
        [True, False],
        [True, True],
        [False, False],
    ]
    assert shares.of_line.tolist() == [0, 1]
