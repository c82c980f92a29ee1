"""What a planner reads of a short line: what stopped it is blamed, and nothing else."""

from __future__ import annotations

from fairlead_solver.allocation.facts import Strategy

from .cases import line, lot, tell


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
