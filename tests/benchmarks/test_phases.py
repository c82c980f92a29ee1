"""The benchmark measures what it says, and decides the same in every run."""

from __future__ import annotations

from benchmarks.phases import measure
from benchmarks.run import PHASES


def test_a_generated_cycle_goes_through_every_phase_to_a_proven_optimum() -> None:
    run = measure(300)
    assert tuple(run.seconds) == PHASES
    assert run.status == "OPTIMAL"
    assert run.arcs > 0 and run.rows > 0 and run.components > 0
    assert run.request_bytes > 0 and run.answer_bytes > 0


def test_two_runs_decide_the_same() -> None:
    first, second = measure(200), measure(200)
    assert (first.arcs, first.rows, first.answer_bytes) == (
        second.arcs,
        second.rows,
        second.answer_bytes,
    )
