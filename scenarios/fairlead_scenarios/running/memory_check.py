"""Refuses a cycle that memory cannot hold, before it is solved: by the server's own estimate."""

from __future__ import annotations

from fairlead_solver.api.allocation import Facts, size_of

from .process_memory import available_bytes

SHARE = 0.9  # of what is available; the rest is everybody else's
_GIB = 2**30


class ExceedsMemory(Exception):
    """The cycle would take more memory than it may."""


def check_memory(facts: Facts, limit_bytes: float | None) -> None:
    """Raises ExceedsMemory where the cycle is estimated to take more than the limit; None: than
    `SHARE` of what this machine has available now."""
    most = SHARE * available_bytes() if limit_bytes is None else limit_bytes
    needed = size_of(facts).memory_bytes()
    if needed > most:
        raise ExceedsMemory(
            f"CYCLE_EXCEEDS_MEMORY: the cycle would take about {needed / _GIB:.1f} GiB, "
            f"{most / _GIB:.1f} GiB may be used: nothing was solved (--memory-limit GIB, 0: none)"
        )
