"""Which columns and rows of a program another one has too: by block and key."""

from __future__ import annotations

import numpy as np

from .draft import Block, Floats, Ints, Model


def same_layout(one: Model, other: Model) -> bool:
    """Whether two programs have the same columns, so that a plan of one is one of the other."""
    blocks = ([(b.family, b.name, b.start, b.stop) for b in m.column_blocks] for m in (one, other))
    first, second = blocks
    return first == second


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
            one, other = positions_of_shared(distinct_keys(old_keys), distinct_keys(keys))
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


def distinct_keys(keys: Ints) -> Ints:
    """Keys made distinct by how often each came before."""
    order = np.argsort(keys, kind="stable")
    sorted_keys = keys[order]
    turn = np.empty(len(keys), dtype=np.int64)
    turn[order] = np.arange(len(keys)) - np.searchsorted(sorted_keys, sorted_keys)
    distinct: Ints = keys * _TURNS + turn
    return distinct


_TURNS = 1 << 20  # columns that may have one key


def positions_of_shared(one: Ints, other: Ints) -> tuple[Ints, Ints]:
    """Positions of what both hold; each holds a value once."""
    _, left, right = np.intersect1d(one, other, assume_unique=True, return_indices=True)
    return left, right
