"""Rules that cannot hold together: one minimal set of them, and the cheapest way out.

Rules are the LIMIT rows of a contradictory component but for supply and demand: stock, demand,
packs and dates never give way. A set is minimal when it is infeasible and dropping any one of it
restores feasibility; it is found by halving (QuickXplain, Junker 2004), every step checked by a
solve.

The way out: floors, locks, fences and strategies may be missed by s >= 0 units each; first the
total missed is the least, then the money is the most.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from ...model.draft import Goal, Ints, Model, RowKind
from ..families import contract_floor, demand, lock, strategy, supply, time_fence
from ..family import Wording
from ..problem import Problem
from .case import family_named
from .component import Resolve
from .values import Conflict, Relaxation, Rule, Unit

NEVER_RELAXED = (supply.NAME, demand.NAME)
GIVES_WAY = (contract_floor.NAME, lock.NAME, time_fence.NAME, strategy.NAME)
KEYED_BY_LINE = (lock.NAME, time_fence.NAME, strategy.NAME)
Holds = Callable[[list[int]], bool]


class Undecided(Exception):
    """A solve stopped before it could say whether rules hold together."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A contradictory component: its program, and its columns and rows in the whole."""

    model: Model
    columns: Ints
    rows: Ints


def conflict(
    problem: Problem,
    model: Model,
    contradictions: Sequence[tuple[Ints, Ints]],
    resolve: Resolve,
) -> Conflict | None:
    """The conflict of a cycle; `contradictions`: (columns, rows) of each such component.

    The minimal set is that of the first component, the relaxations are those of all.
    """
    if not contradictions:
        return None
    parts = [cut(model, columns, rows) for columns, rows in contradictions]
    rows, minimal = _minimal_rows(model, parts[0], resolve)
    rules = tuple(_rule(*_worded(problem, model, row)) for row in rows)
    relaxed = [r for part in parts for r in _relaxations(problem, model, part, resolve)]
    return Conflict(
        rules=rules,
        relaxations=tuple(relaxed),
        lines=_lines(problem, model, parts),
        minimal=minimal,
        sentence=_sentence([_worded(problem, model, row)[1] for row in rows], len(parts)),
    )


def cut(model: Model, columns: Ints, rows: Ints) -> Part:
    """Columns and rows of the whole program as a program of their own."""
    part = Model(
        lower=model.lower[columns],
        upper=model.upper[columns],
        cost=model.cost[columns],
        integer=model.integer[columns],
        row_lower=model.row_lower[rows],
        row_upper=model.row_upper[rows],
        matrix=sp.csr_array(model.matrix[rows][:, columns]),
        goals=tuple(Goal(g.name, g.weights[columns]) for g in model.goals),
    )
    return Part(part, columns, rows)


def _minimal_rows(model: Model, part: Part, resolve: Resolve) -> tuple[list[int], bool]:
    """Rows (of the whole program) of a minimal set, and whether it was checked to be one."""
    rules = [j for j, row in enumerate(part.rows.tolist()) if _is_rule(model, row)]

    def holds(kept: list[int]) -> bool:
        return _feasible(part.model, sorted(set(rules) - set(kept)), resolve)

    try:
        found = _quick_xplain([], rules, holds, changed=False)
    except Undecided:
        return part.rows[rules].tolist(), False
    return part.rows[sorted(found)].tolist(), True


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


def _feasible(model: Model, dropped: list[int], resolve: Resolve) -> bool:
    """Whether the program has a solution without the rows dropped."""
    lower, upper = model.row_lower.copy(), model.row_upper.copy()
    lower[dropped], upper[dropped] = -np.inf, np.inf
    plain = replace(
        model, row_lower=lower, row_upper=upper, cost=np.zeros(model.num_columns), goals=()
    )
    answer = resolve(plain)
    if not answer.closed:
        raise Undecided
    return answer.x is not None


def _relaxations(problem: Problem, model: Model, part: Part, resolve: Resolve) -> list[Relaxation]:
    """What gives way in one component, and by how much; empty where that was not found out."""
    rows = np.array(
        [j for j, r in enumerate(part.rows.tolist()) if _family(model, r) in GIVES_WAY],
        dtype=np.int64,
    )
    answer = resolve(_elastic(part.model, rows))
    if answer.x is None:
        return []
    missed = np.rint(answer.x[part.model.num_columns :]).astype(np.int64)
    missed = missed[: len(rows)] + missed[len(rows) :]
    return [
        _relaxation(problem, model, int(part.rows[rows[j]]), int(missed[j]))
        for j in np.flatnonzero(missed)
    ]


def _elastic(model: Model, rows: Ints) -> Model:
    """With two more columns for each row given: units missing, and units too many."""
    size = len(rows)
    signs = np.concatenate([np.ones(size), -np.ones(size)])
    both = np.concatenate([rows, rows])
    slack = sp.csr_array((signs, (both, np.arange(2 * size))), (model.num_rows, 2 * size))
    zeros, large = np.zeros(2 * size), np.full(2 * size, _largest_side(model, rows))
    missed = Goal("missed", np.concatenate([np.zeros(model.num_columns), zeros - 1]))
    goals = (Goal(g.name, np.concatenate([g.weights, zeros])) for g in model.goals)
    return Model(
        lower=np.concatenate([model.lower, zeros]),
        upper=np.concatenate([model.upper, large]),
        cost=np.concatenate([model.cost, zeros]),
        integer=np.concatenate([model.integer, np.ones(2 * size, dtype=np.bool_)]),
        row_lower=model.row_lower,
        row_upper=model.row_upper,
        matrix=sp.csr_array(sp.hstack([model.matrix, slack])),
        goals=(missed, *goals),
    )


def _largest_side(model: Model, rows: Ints) -> float:
    """The most any of the rows can be missed by."""
    sides = np.concatenate([model.row_lower[rows], model.row_upper[rows]])
    finite = np.abs(sides[np.isfinite(sides)])
    reach = float((abs(model.matrix[rows]) @ np.abs(model.upper)).max(initial=0.0))
    return float(finite.max(initial=0.0)) + reach


def _family(model: Model, row: int) -> str:
    return model.row_block(row)[0].family


def _is_rule(model: Model, row: int) -> bool:
    block, _ = model.row_block(row)
    return block.kind is RowKind.LIMIT and block.family not in NEVER_RELAXED


def _worded(problem: Problem, model: Model, row: int) -> tuple[str, Wording]:
    block, key = model.row_block(row)
    return block.family, family_named(block.family).words(problem, block.name, key)


def _rule(family: str, words: Wording) -> Rule:
    return Rule(family, words.key, words.leaf)


def _relaxation(problem: Problem, model: Model, row: int, units: int) -> Relaxation:
    family, words = _worded(problem, model, row)
    sentence = f"{words.sentence}: give way by {units}."
    return Relaxation(_rule(family, words), units, Unit.BASE, sentence)


def _lines(problem: Problem, model: Model, parts: Sequence[Part]) -> tuple[str, ...]:
    """Ids of the lines in the components, those without an arc too."""
    touched: set[int] = set()
    for part in parts:
        flows = part.columns[part.columns < len(problem.arcs)]
        touched.update(problem.arcs.line[flows].tolist())
        for row in part.rows.tolist():
            block, key = model.row_block(row)
            if block.family in KEYED_BY_LINE:
                touched.add(key)
    return tuple(problem.facts.lines.id[i] for i in sorted(touched))


def _sentence(words: Sequence[Wording], parts: int) -> str:
    said = "; ".join(w.sentence for w in words)
    more = f" {parts - 1} more conflicts stand apart from this one." if parts > 1 else ""
    return f"These cannot hold together with the stock there is: {said}.{more}"
