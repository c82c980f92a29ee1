"""A refused caller is advised to wait as long as the queue before it takes."""

from __future__ import annotations

import pytest

from fairlead_server.workers.wait_estimate import WaitEstimate


def estimate(*held: float) -> WaitEstimate:
    """An estimate between 1 and 60 seconds, after calls that held a worker so long."""
    made = WaitEstimate(1.0, 60.0)
    for seconds in held:
        made.note(seconds)
    return made


def test_before_a_call_has_ended_the_least_is_advised() -> None:
    assert estimate().seconds(waiting=50, workers=1) == 1.0


@pytest.mark.parametrize(
    ("waiting", "workers", "wait"), [(0, 1, 4.0), (9, 1, 40.0), (9, 4, 10.0), (0, 8, 1.0)]
)
def test_the_wait_grows_with_the_queue_and_shrinks_with_workers(
    waiting: int, workers: int, wait: float
) -> None:
    assert estimate(4.0).seconds(waiting, workers) == wait


def test_no_more_than_the_most_is_advised() -> None:
    assert estimate(600.0).seconds(waiting=3, workers=1) == 60.0


def test_the_usual_call_follows_the_last_ones() -> None:
    assert estimate(10.0, 5.0).usual_seconds == pytest.approx(9.0)
    assert estimate(10.0, *[5.0] * 40).usual_seconds == pytest.approx(5.0, abs=0.01)
