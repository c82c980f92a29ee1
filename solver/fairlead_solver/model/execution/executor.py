"""Who does the work that falls into independent pieces: threads of this process, or a cluster.

A crew never changes an answer: every piece is the same program, solved by the same sequence of
calls, whoever solves it; results come back in the order of the pieces.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

from ..engines.mathopt import Raw, Session
from ..program.draft import Floats, Model

T = TypeVar("T")
R = TypeVar("R")


class Programs(Protocol):
    """Linear programs kept warm; only their costs change."""

    def solve(self, costs: Sequence[Floats]) -> list[Raw]:
        """Maximise each program's costs (one vector of its columns each) from its last basis."""
        ...


class Crew(Protocol):
    """Does independent pieces of work, in any number at once."""

    def map(self, work: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """`work` of every item, in order. `work` is a function of a module, or a partial of one."""
        ...

    def programs(self, models: Sequence[Model], seed: int) -> Programs:
        """The relaxations of `models`, each kept warm by whoever holds it."""
        ...


class Threads:
    """`workers` threads; the engines release the interpreter's lock while they solve."""

    def __init__(self, workers: int = 1) -> None:
        self.workers = workers

    def map(self, work: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """`work` of every item, in order."""
        if self.workers <= 1:
            return [work(item) for item in items]
        with ThreadPoolExecutor(self.workers) as pool:
            return list(pool.map(work, items))

    def programs(self, models: Sequence[Model], seed: int) -> Programs:
        """The relaxations of `models`, kept warm in this process."""
        return _Local(self, self.map(lambda model: Session(model, seed), models))


class _Local:
    def __init__(self, crew: Crew, sessions: list[Session]) -> None:
        self._crew = crew
        self._sessions = sessions

    def solve(self, costs: Sequence[Floats]) -> list[Raw]:
        jobs = zip(self._sessions, costs, strict=True)
        return self._crew.map(lambda job: job[0].solve(job[1]), jobs)
