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

from ...model.draft import Block, Draft, Model
from ...tables import Coded, Floats, Ints, Lists
from ..arcs import find_arcs
from ..cash import with_cash
from ..facts import Facts
from ..families import FAMILIES
from ..problem import LineFacts, Problem


def program(problem: Problem) -> Model:
    """The cycle as a program, the way it is solved, with cash as its subtotal."""
    draft = Draft()
    for family in FAMILIES:
        if family.applies(problem):
            family.build(problem, draft)
    return with_cash(problem, draft.finish())


def same_layout(one: Model, other: Model) -> bool:
    """Whether two programs have the same columns, so that a plan of one is one of the other."""
    blocks = ([(b.family, b.name, b.start, b.stop) for b in m.column_blocks] for m in (one, other))
    first, second = blocks
    return first == second


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
    one, other = _shared(_pairs(before), _pairs(after))
    found[other] = one
    blocks = {(b.family, b.name): b for b in model.column_blocks}
    for block in changed.column_blocks:
        old = blocks.get((block.family, block.name))
        if old is not None and block.start >= len(after.arcs):
            one, other = _shared(_numbered(old.keys), _numbered(block.keys))
            found[block.start + other] = old.start + one
    return found


def carried(x: Floats, old: Ints) -> Floats:
    """A plan of the program in the columns of a changed one; `old`: `origin`. New columns are 0."""
    held = np.zeros(len(old))
    held[old >= 0] = x[old[old >= 0]]
    return held


def dropped(origins: Ints, columns: int) -> Ints:
    """Which of a program's `columns` a changed one does without (`origin`), ascending."""
    kept = np.zeros(columns, dtype=np.bool_)
    kept[origins[origins >= 0]] = True
    return np.flatnonzero(~kept)


def origin_of_rows(model: Model, changed: Model) -> Ints:
    """For each row of a changed program the row of `model` it was, by block and key; -1: new."""
    found = np.full(changed.num_rows, -1)
    before = _named_rows(model)
    for name, (rows, keys) in _named_rows(changed).items():
        if name in before:
            old_rows, old_keys = before[name]
            one, other = _shared(_numbered(old_keys), _numbered(keys))
            found[rows[other]] = old_rows[one]
    return found


def _named_rows(model: Model) -> dict[tuple[str, str], tuple[Ints, Ints]]:
    """(rows, keys) of each family's blocks of one name."""
    blocks: dict[tuple[str, str], list[Block]] = {}
    for block in model.row_blocks:
        blocks.setdefault((block.family, block.name), []).append(block)
    return {
        name: (
            np.concatenate([np.arange(b.start, b.stop) for b in some]),
            np.concatenate([b.keys for b in some]),
        )
        for name, some in blocks.items()
    }


def _pairs(problem: Problem) -> Ints:
    arcs, lots = problem.arcs, len(problem.facts.lots)
    return arcs.line.astype(np.int64) * lots + arcs.lot


def _numbered(keys: Ints) -> Ints:
    """Keys made distinct by how often each came before."""
    order = np.argsort(keys, kind="stable")
    sorted_keys = keys[order]
    turn = np.empty(len(keys), dtype=np.int64)
    turn[order] = np.arange(len(keys)) - np.searchsorted(sorted_keys, sorted_keys)
    distinct: Ints = keys * _TURNS + turn
    return distinct


_TURNS = 1 << 20  # columns that may have one key


def _shared(one: Ints, other: Ints) -> tuple[Ints, Ints]:
    """Positions of what both hold; each holds a value once."""
    _, left, right = np.intersect1d(one, other, assume_unique=True, return_indices=True)
    return left, right
