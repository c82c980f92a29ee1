"""How long a solve may take: what was asked, what the server allows, what the caller has left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..foundation.errors import ServiceError
from ..foundation.reasons import Reason


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """The least of all limits, known when the solve starts.

    `time_left` says how long the caller still waits (None: no deadline); `margin_seconds` of it
    are kept for the answer.
    """

    asked_seconds: float | None
    server_seconds: float
    margin_seconds: float
    time_left: Callable[[], float | None]

    def now(self) -> float:
        """Seconds a solve that starts now may take. Raises ServiceError DEADLINE_EXCEEDED."""
        limit = self.server_seconds
        if self.asked_seconds is not None:
            limit = min(limit, self.asked_seconds)
        left = self.time_left()
        if left is None:
            return limit
        if left <= self.margin_seconds:
            raise ServiceError(
                Reason.DEADLINE_EXCEEDED,
                "the deadline leaves no time to solve",
                {"time_left_seconds": f"{max(left, 0):.3f}", "margin": f"{self.margin_seconds}"},
            )
        return min(limit, left - self.margin_seconds)
