"""The cycle after a cycle: a small share of it changed, everything else as it was."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from fairlead_solver.api.allocation import Coded, Column, ColumnKind, Facts, Ints, Lists

MOST_UNITS = 3  # a line asks for at most so many more; the stock of a lot moves by at most so many


def following(facts: Facts, share: float = 0.01, seed: int = 1) -> Facts:
    """The next cycle: of `share` of the lines a third asks for more, a third is gone and a third is
    new, and of `share` of the lots the stock has moved. New lines are like old ones, under ids that
    end in NEW and the seed."""
    draw = np.random.default_rng(seed)
    lines, lots = facts.lines, facts.lots
    count = max(1, round(len(lines) * share / 3))
    more, gone, copied = draw.permutation(len(lines))[: 3 * count].reshape(3, count)
    quantity = lines.quantity.copy()
    quantity[more] += draw.integers(1, MOST_UNITS + 1, count)
    kept = np.setdiff1d(np.arange(len(lines)), gone)
    rows = np.concatenate([kept, copied])
    ids = (*(lines.id[row] for row in kept), *(f"{lines.id[row]}-NEW{seed}" for row in copied))
    columns: dict[str, Any] = {
        n: _taken(c, getattr(lines, n), rows) for n, c in type(lines).columns().items()
    }
    next_lines = type(lines).of(**columns | {"id": ids, "quantity": quantity[rows]})
    stock = lots.quantity.copy()
    moved = draw.permutation(len(stock))[: max(1, round(len(stock) * share))]
    stock[moved] += draw.integers(-MOST_UNITS, MOST_UNITS + 1, len(moved))
    return replace(facts, lines=next_lines, lots=replace(lots, quantity=np.maximum(stock, 0)))


def _taken(column: Column, values: object, rows: Ints) -> object:
    """A column's values in these rows."""
    if isinstance(values, Coded):
        return Coded(values.names, values.codes[rows])
    if isinstance(values, Lists):
        return Lists.of([values.row(row) for row in rows.tolist()])
    if column.kind is ColumnKind.KEY:
        assert isinstance(values, tuple)
        return tuple(values[row] for row in rows.tolist())
    assert isinstance(values, np.ndarray)
    return values[rows]
