"""How long one who is refused now would do well to wait: from the queue, and the usual call.

    wait = (waiting + 1) · usual / workers,    between `least` and `most`

`usual` is the exponential moving average of the seconds that calls held a worker; before the first
call has ended it is not known, and the wait is `least`.
"""

from __future__ import annotations

from dataclasses import dataclass

WEIGHT = 0.2  # of the call that ended last: about the last ten calls count


@dataclass
class WaitEstimate:
    """`usual_seconds` of a call; None before one has ended."""

    least_seconds: float
    most_seconds: float
    usual_seconds: float | None = None

    def note(self, held_seconds: float) -> None:
        """A call has ended that held a worker so long."""
        usual = self.usual_seconds
        self.usual_seconds = (
            held_seconds if usual is None else usual + WEIGHT * (held_seconds - usual)
        )

    def seconds(self, waiting: int, workers: int) -> float:
        """The wait advised where so many wait for so many workers."""
        wait = (waiting + 1) * (self.usual_seconds or 0.0) / max(1, workers)
        return min(max(wait, self.least_seconds), self.most_seconds)
