"""Competing lines that are not told are counted in the answer, in columns and in rows."""

from __future__ import annotations

from fairlead.v1 import facts_pb2, policy_pb2
from fairlead.wire import decision_message, facts_of, policy_of
from fairlead_solver.api.allocation import ExplainOptions, explain, intake, solve


def test_what_is_left_out_is_counted_for_every_line() -> None:
    rivals = [
        facts_pb2.Line(id=f"M{k}", product="p", quantity=5, unit_price_micros=10**9)
        for k in range(4)
    ]
    cycle = facts_pb2.Cycle(
        cycle_day=20_000,
        lots=[facts_pb2.Lot(id="S", product="p", location="w", quantity=20)],
        lines=[facts_pb2.Line(id="L", product="p", quantity=5, unit_price_micros=1), *rivals],
    )
    solved = solve(intake(facts_of(cycle), policy_of(policy_pb2.Policy())))
    message = decision_message(solved, explain(solved, ExplainOptions(competitors=1)))
    counted = {line.line: line.explanation.competitors_left_out for line in message.lines}
    assert counted == {"L": 3, "M0": 0, "M1": 0, "M2": 0, "M3": 0}
