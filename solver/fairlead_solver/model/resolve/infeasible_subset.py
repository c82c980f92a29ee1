"""One minimal set of rules of a component that cannot hold together.

First an elastic filter (Chinneck & Dravnieks 1991) points at candidates: the rows that give way may
be missed; those that are missed are enforced, and so on until nothing gives way any
more: the enforced ones clash with the other rules. Then halving (QuickXplain, Junker 2004) leaves
a set that is infeasible and of which every member, dropped, restores feasibility; both are checked
by a solve.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ..program.draft import Ints, Model
from .elastic import Part, Undecided, feasible, least_missed, without
from .reoptimizer import Resolve

Holds = Callable[[list[int]], bool]


def minimal_set(
    part: Part, rules: Ints, giving_way: Ints, first_missed: Ints, resolve: Resolve
) -> list[int]:
    """Positions in the part of a minimal set's rows, out of `rules`. `giving_way`: those of them
    that may be missed at a price; `first_missed`: those that the cheapest way out misses.

    Raises Undecided where a solve was stopped before its end.
    """
    suspects = _suspects(part.model, giving_way, first_missed, resolve)
    candidates = [*np.setdiff1d(rules, giving_way).tolist(), *suspects]

    def holds(kept: list[int]) -> bool:
        return feasible(without(part.model, np.setdiff1d(rules, kept)), resolve)

    found = sorted(_quick_xplain([], candidates, holds, changed=False))
    return found if _is_minimal(found, holds) else []


def _suspects(model: Model, hard: Ints, missed: Ints, resolve: Resolve) -> list[int]:
    """Rows of `hard` that, with all the other rules, cannot hold: those missed, until none is."""
    plain = replace(model, cost=np.zeros(model.num_columns), goals=())
    enforced = missed
    while len(enforced) < len(hard):
        elastic = np.setdiff1d(hard, enforced)
        again = least_missed(plain, elastic, np.ones(len(elastic)), resolve)
        if again is None:
            break
        more = elastic[(again.under + again.over) > 0]
        if not len(more):  # contradicts that the component is infeasible
            raise Undecided
        enforced = np.union1d(enforced, more)
    return [int(row) for row in enforced]


def _quick_xplain(kept: list[int], rules: list[int], holds: Holds, *, changed: bool) -> list[int]:
    """The part of `rules` that, with `kept`, makes a minimal infeasible set."""
    if changed and not holds(kept):
        return []
    if len(rules) == 1:
        return rules
    middle = len(rules) // 2
    first, second = rules[:middle], rules[middle:]
    of_second = _quick_xplain([*kept, *first], second, holds, changed=bool(first))
    of_first = _quick_xplain([*kept, *of_second], first, holds, changed=bool(of_second))
    return of_first + of_second


def _is_minimal(rows: list[int], holds: Holds) -> bool:
    """Infeasible together, feasible without any one."""
    return not holds(rows) and all(holds([r for r in rows if r != row]) for row in rows)
