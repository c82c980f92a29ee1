from __future__ import annotations

from collections.abc import Iterator

from fairlead.v1.decision_pb2 import SolveRecord
from fairlead.wire.shared.phase_times import CHECK, READ, SOLVE, PhaseTimes


def ticking(*times: float) -> Iterator[float]:
    yield from times


def test_a_phase_lasts_until_the_next_begins_and_goes_on_when_begun_again() -> None:
    moments = ticking(0.0, 1.0, 3.0, 3.5, 6.0, 7.0)
    times = PhaseTimes(lambda: next(moments))
    for phase in (READ, CHECK, SOLVE, CHECK):
        times.begin(phase)
    record = SolveRecord()
    times.write(record)
    found = {one.phase: one.duration.ToMilliseconds() for one in record.phases}
    assert found == {READ: 2000, CHECK: 500 + 1000, SOLVE: 2500}
    assert record.total_duration.ToMilliseconds() == 6000
