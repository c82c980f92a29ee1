"""The same cycle with one fact changed, written as a program again.

Changing a fact, rather than a row, moves everything that follows from it: bounds, big-M's, the
stock a protection leaves, entitlements. Which lot may serve which line never depends on the
quantities changed here, so arcs keep their numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairlead_solver.model.program.draft import Draft, Model
from fairlead_solver.model.program.layout import distinct_keys, positions_of_shared, same_layout
from fairlead_solver.tables import Coded, Ints, Lists

from ...cycle.eligibility import find_arcs
from ...cycle.facts import Facts
from ...cycle.line_facts import LineFacts
from ...cycle.problem import Problem
from ...decision.cash_columns import with_cash
from ...rules import families


def program(problem: Problem) -> Model:
    """The cycle as a program, the way it is solved, with cash as its subtotal."""
    draft = Draft()
    for family in families.FAMILIES:
        if family.applies(problem):
            family.build(problem, draft)
    return with_cash(problem, draft.finish())


def with_facts(problem: Problem, table: str, **columns: Any) -> Problem:
    """With columns of one table of the facts replaced."""
    changed = replace(getattr(problem.facts, table), **columns)
    facts: Facts = replace(problem.facts, **{table: changed})
    return _again(problem, facts, problem.line, {(table, column) for column in columns})


@dataclass(frozen=True, slots=True)
class Edit:
    """One fact with another value: `row` of `column` of `table`. Of a column of codes, the code;
    of a column of lists, a code more in the row's list."""

    table: str
    column: str
    row: int
    value: int


_DERIVED = {  # columns of facts.lines that `Problem.line` repeats under its own name
    "latest_day": "latest_day",
    "requested_day": "requested_day",
    "locked_quantity": "locked",
    "pack": "pack",
}


def edited(problem: Problem, edits: Sequence[Edit]) -> Problem:
    """With every edit made."""
    facts, line = problem.facts, problem.line
    for edit in edits:
        table = getattr(facts, edit.table)
        before = getattr(table, edit.column)
        changed = replace(table, **{edit.column: _edited(before, edit)})
        facts = replace(facts, **{edit.table: changed})
        if edit.table == "lines" and edit.column in _DERIVED:
            name = _DERIVED[edit.column]
            line = replace(line, **{name: _put(getattr(line, name), edit)})
    return _again(problem, facts, line, {(e.table, e.column) for e in edits})


def _edited(before: NDArray[Any] | Coded | Lists, edit: Edit) -> NDArray[Any] | Coded | Lists:
    if isinstance(before, Coded):
        return Coded(before.names, _put(before.codes, edit))
    if isinstance(before, Lists):
        end = int(before.offsets[edit.row + 1])
        codes = np.insert(before.values.codes, end, edit.value)
        offsets = before.offsets + (np.arange(len(before.offsets)) > edit.row)
        return Lists(offsets, Coded(before.values.names, codes))
    return _put(before, edit)


def _put(column: NDArray[Any], edit: Edit) -> NDArray[Any]:
    copy = np.array(column)
    copy[edit.row] = edit.value
    return copy


_QUANTITIES = {  # facts that only say how much
    ("contracts", "cap_quantity"),
    ("customers", "credit_micros"),
    ("lots", "quantity"),
    ("protections", "quantity"),
    ("quotas", "cap_quantity"),
    ("resources", "capacity_micros"),
}


def _again(
    problem: Problem, facts: Facts, line: LineFacts, changed: set[tuple[str, str]]
) -> Problem:
    if changed <= _QUANTITIES:
        return problem.with_quantities(facts)
    arcs = find_arcs(facts, line.pack, line.destination)
    return replace(problem, facts=facts, line=line, arcs=arcs)


def origin(before: Problem, model: Model, after: Problem, changed: Model) -> Ints:
    """For each column of a changed program the column of `model` it was; -1: it is new.

    Arcs are the same where line and lot are; other columns where block and key are, the first
    with the first of equal keys.
    """
    if same_layout(model, changed):
        return np.arange(changed.num_columns)
    found = np.full(changed.num_columns, -1)
    one, other = positions_of_shared(_pairs(before), _pairs(after))
    found[other] = one
    blocks = {(b.family, b.name): b for b in model.column_blocks}
    for block in changed.column_blocks:
        old = blocks.get((block.family, block.name))
        if old is not None and block.start >= len(after.arcs):
            one, other = positions_of_shared(distinct_keys(old.keys), distinct_keys(block.keys))
            found[block.start + other] = old.start + one
    return found


def _pairs(problem: Problem) -> Ints:
    arcs, lots = problem.arcs, len(problem.facts.lots)
    return arcs.line.astype(np.int64) * lots + arcs.lot
