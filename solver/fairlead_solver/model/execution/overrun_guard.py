"""Work that may not stop by itself is done in a thread, and left behind when the time is over.

Engines release the interpreter's lock while they solve, but do not always obey a time limit: a
presolve or a root node may go on for a minute. Whoever waits goes on without the result then. The
thread cannot be ended, only its process: `left_behind` tells how many such threads there are, so
that a server replaces the process and a command ends it, once the answer is out.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isinf
from threading import Lock, Thread
from typing import Generic, TypeVar

from ..engines.budget import Budget

Result = TypeVar("Result")

GRACE_SECONDS = 0.1  # after the end of a budget: engines look at their clock now and then
LOOK_SECONDS = 0.1  # between looks at the budget, which may be cancelled


class Apart(Generic[Result]):
    """Work in a thread of its own, begun at once."""

    def __init__(self, work: Callable[[], Result]) -> None:
        self._work = work
        self._result: list[Result] = []
        self._error: BaseException | None = None
        self._busy = Lock()
        self._busy.acquire()
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._result.append(self._work())
        except BaseException as error:  # the one who waits raises it
            self._error = error
        finally:
            self._busy.release()

    def wait(self, budget: Budget, rest: float = 0.0) -> bool:
        """Wait until the work has ended, but no longer than until `rest` seconds of the budget are
        left, with a grace where that is none; says whether it has ended."""
        while not budget.cancelled() and (left := budget.remaining_seconds() - rest) > 0:
            if self._ended(min(LOOK_SECONDS, left)):
                return True
        return self._ended(0.0 if rest else GRACE_SECONDS)

    def _ended(self, seconds: float) -> bool:
        if not self._busy.acquire(timeout=seconds):
            return False
        self._busy.release()
        return True

    def result(self) -> Result:
        """What came of it; raises what it raised. Only where it has ended."""
        if self._error is not None:
            raise self._error
        return self._result[0]

    def leave(self) -> None:
        """Go on without it."""
        _left.append(self._thread)


def within(budget: Budget, work: Callable[[], Result]) -> Result | None:
    """The result of `work`; None where the budget ended first, and the work is left behind."""
    if isinf(budget.remaining_seconds()):
        return work()
    apart = Apart(work)
    if apart.wait(budget):
        return apart.result()
    apart.leave()
    return None


_left: list[Thread] = []


def left_behind() -> int:
    """How many pieces of work that nobody waits for are still under way in this process."""
    _left[:] = [thread for thread in _left if thread.is_alive()]
    return len(_left)
