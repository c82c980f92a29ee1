"""The same cycle with one fact changed, written as a program again.

Changing a fact, rather than a row, moves everything that follows from it: bounds, big-M's, the
stock a protection leaves, entitlements. Which lot may serve which line never depends on the
quantities changed here, so arcs keep their numbers.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...model.draft import Draft, Model
from ..arcs import find_arcs
from ..facts import Facts
from ..families import FAMILIES
from ..problem import LineFacts, Problem


def program(problem: Problem) -> Model:
    """The cycle as a program, the way it is solved."""
    draft = Draft()
    for family in FAMILIES:
        if family.applies(problem):
            family.build(problem, draft)
    return draft.finish()


def same_layout(one: Model, other: Model) -> bool:
    """Whether two programs have the same columns, so that a plan of one is one of the other."""
    blocks = ([(b.family, b.name, b.start, b.stop) for b in m.column_blocks] for m in (one, other))
    first, second = blocks
    return first == second


def with_facts(problem: Problem, table: str, **columns: Any) -> Problem:
    """With columns of one table of the facts replaced."""
    changed = replace(getattr(problem.facts, table), **columns)
    facts: Facts = replace(problem.facts, **{table: changed})
    return _again(problem, facts, problem.line)


def with_line(problem: Problem, line: int, **values: int) -> Problem:
    """With derived facts of one line replaced, and the columns of `facts.lines` beside them."""
    columns = {n: moved(getattr(problem.line, n), line, to=v) for n, v in values.items()}
    return _again(problem, problem.facts, replace(problem.line, **columns))


def _again(problem: Problem, facts: Facts, line: LineFacts) -> Problem:
    arcs = find_arcs(facts, line.pack, line.destination)
    return replace(problem, facts=facts, line=line, arcs=arcs)


def moved(column: NDArray[Any], row: int, *, by: int = 0, to: int | None = None) -> NDArray[Any]:
    """A copy of a column with one row changed."""
    copy = np.array(column)
    copy[row] = copy[row] + by if to is None else to
    return copy
