"""What a solve reports while it runs: events, only where something is new, not too often."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from fairlead.v1 import allocation_service_pb2 as pb
from fairlead.wire.shared.phase_times import SOLVE
from fairlead_solver.api import allocation as api

_PAUSE_SECONDS = 0.2
BUILD = "build"


class Reporter:
    """Sends AllocationEvents, without sequence and time, which the server adds."""

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send = send
        self._next = 0.0
        self._step = ""
        self._objective = -math.inf
        self._bound = math.inf

    def started(self, lines: int) -> None:
        """The cycle is read and checked."""
        self._event(pb.AllocationEvent(started=pb.Started(lines=lines)))

    def phase(self, name: str, done: int = 0, total: int = 0) -> None:
        """Work entered a phase, or went on in it: then not too often."""
        if done and done < total and time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _PAUSE_SECONDS
        progress = pb.Progress(phase=name, done=done, total=total)
        self._event(pb.AllocationEvent(progress=progress))

    def standing(self, standing: api.Standing) -> None:
        """The solver's progress; its last and every new step are always sent."""
        now, step = time.monotonic(), standing.phase.value
        if now < self._next and standing.done < standing.components and step == self._step:
            return
        self._next, self._step = now + _PAUSE_SECONDS, step
        done = pb.Progress(phase=SOLVE, done=standing.done, total=standing.components, step=step)
        self._event(pb.AllocationEvent(progress=done))
        if math.isfinite(standing.objective) and standing.objective != self._objective:
            self._objective = standing.objective
            incumbent = pb.Incumbent(objective_micros=round(standing.objective))
            self._event(pb.AllocationEvent(incumbent=incumbent))
        if math.isfinite(standing.bound) and standing.bound != self._bound:
            self._bound = standing.bound
            bound = pb.Bound(bound_micros=math.ceil(standing.bound))
            self._event(pb.AllocationEvent(bound=bound))

    def _event(self, event: pb.AllocationEvent) -> None:
        self._send(event.SerializeToString())
