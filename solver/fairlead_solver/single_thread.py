"""Keeps the sums of arrays to one thread while a cycle is decided or explained.

BLAS gives a sum of more than some ten thousand numbers to a thread for each core. That saves
nothing here, its threads go on waiting busily for work that does not come (two cores spent 0.41 s
of processor on 0.24 s of solving), and where the sum is cut depends on the machine: its last digits
would, too.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from typing import ParamSpec, TypeVar

from threadpoolctl import ThreadpoolController

P = ParamSpec("P")
R = TypeVar("R")


def one_thread(function: Callable[P, R]) -> Callable[P, R]:
    """`function`, while which runs BLAS uses one thread in all of this process."""

    @wraps(function)
    def alone(*args: P.args, **kwargs: P.kwargs) -> R:
        with _libraries().limit(limits=1, user_api="blas"):
            return function(*args, **kwargs)

    return alone


@cache
def _libraries() -> ThreadpoolController:
    """Those loaded when first asked for: NumPy and SciPy have brought theirs by then."""
    return ThreadpoolController()
