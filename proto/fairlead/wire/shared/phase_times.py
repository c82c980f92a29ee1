"""Where the time of a call goes: phases one after the other, written into the solve record."""

from __future__ import annotations

import time
from collections.abc import Callable

from fairlead.v1.decision_pb2 import SolveRecord

READ, CHECK, SOLVE, EXPLAIN, ENCODE = "read", "check", "solve", "explain", "encode"


class PhaseTimes:
    """Seconds of each phase. A phase lasts until the next one begins; begun again, it goes on."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._seconds: dict[str, float] = {}
        self._phase = ""
        self._since = clock()

    def begin(self, phase: str) -> None:
        """The phase before has ended, this one begins."""
        now = self._clock()
        if self._phase:
            self._seconds[self._phase] = self._seconds.get(self._phase, 0.0) + now - self._since
        self._phase, self._since = phase, now

    def write(self, record: SolveRecord) -> None:
        """End the last phase, and write the phases and their sum."""
        self.begin("")
        del record.phases[:]
        for phase, seconds in self._seconds.items():
            record.phases.add(phase=phase).duration.FromNanoseconds(round(seconds * 1e9))
        total = sum(self._seconds.values())
        record.total_duration.FromNanoseconds(round(total * 1e9))
