"""A solve and its explanation keep array sums to one thread, and leave the process as it was."""

from __future__ import annotations

from dataclasses import dataclass, field

from threadpoolctl import threadpool_info, threadpool_limits

from fairlead_solver.api import allocation as api
from tests.solver.explain.cases import facts, line, lot


def threads() -> set[int]:
    """What each BLAS of this process uses now."""
    return {int(one["num_threads"]) for one in threadpool_info() if one["user_api"] == "blas"}


@dataclass
class Watching:
    """A budget without end that notes what it sees whenever it is asked."""

    seen: set[int] = field(default_factory=set)

    def remaining_seconds(self) -> float:
        self.seen |= threads()
        return float("inf")

    def cancelled(self) -> bool:
        self.seen |= threads()
        return False


def test_sums_are_kept_to_one_thread_while_a_cycle_is_solved_and_explained() -> None:
    given = facts(lines=[line("L", 20), line("M", 20, tier="A")], lots=[lot("S", 30)])
    problem = api.intake(given, api.Policy())
    solving, explaining = Watching(), Watching()
    with threadpool_limits(limits=2, user_api="blas"):
        solved = api.solve(problem, budget=solving)
        assert threads() == {2}
        api.explain(solved, budget=explaining)
        assert threads() == {2}
    assert solving.seen == explaining.seen == {1}
