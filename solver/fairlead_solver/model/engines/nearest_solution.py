"""The vector nearest to another among all that are worth enough.

Of a program, quantities that are sums of its columns, and where each of them was:

    min  sum |q_k x - a_k|   s.t.  the rows, bounds and goals of the program, each component worth
                                   at least w_c:  g x >= w_c for each goal g, and  c x >= w_c

It is the program itself with two columns more for each quantity, what it is above and below where
it was. Two solves of almost one program differ by which of many equal vectors an engine meets
first; of those this picks one that differs by least, so that what differs has a cause. Exact: for
the small components in which something changed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from ..program.draft import INFINITY, Floats, Ints, Model

UNIT = 1e6  # what a unit moved costs: any rounding of engines is far under one


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """`model`: the program to be maximised; its first columns are those of the program asked about,
    then for each quantity what it is `above` and `below` where it was (columns, one each).
    `owner` (columns,) and `row_owner` (rows,): the component of each."""

    model: Model
    above: Ints
    below: Ints
    owner: Ints
    row_owner: Ints


def nearest(
    model: Model,
    owner: Ints,
    row_owner: Ints,
    quantities: sp.csr_array,
    was: Floats,
    at_least: Floats,
) -> Nearest:
    """The program whose best vector is the nearest one.

    `owner` (columns,), `row_owner` (rows,): the component of each column and row, from 0;
    `quantities` (quantities, columns): what is counted, each within one component; `was`
    (quantities,): where each was; `at_least` (components, goals + 1): what each component has to be
    worth by every goal, then by the cost; minus infinity: anything.
    """
    columns, size, count = model.num_columns, len(was), len(at_least)
    above = columns + np.arange(size)
    below = above + size
    of_quantity = np.zeros(size, dtype=np.int64)
    entry = np.repeat(np.arange(size), np.diff(quantities.indptr))
    of_quantity[entry] = owner[quantities.indices]
    ones = sp.eye_array(size, format="csr")
    weights = [*(goal.weights for goal in model.goals), model.cost]
    worths = [
        sp.csr_array((w, (owner, np.arange(columns))), shape=(count, columns)) for w in weights
    ]
    matrix = sp.block_array(
        [[model.matrix, None, None], [quantities, -ones, ones], *([w, None, None] for w in worths)],
        format="csr",
    )
    worth, each = at_least.T.ravel(), np.tile(np.arange(count), len(weights))
    made = replace(
        model,
        lower=np.concatenate([model.lower, np.zeros(2 * size)]),
        upper=np.concatenate([model.upper, np.full(2 * size, INFINITY)]),
        cost=np.concatenate([np.zeros(columns), np.full(2 * size, -UNIT)]),
        integer=np.concatenate([model.integer, np.zeros(2 * size, dtype=np.bool_)]),
        row_lower=np.concatenate([model.row_lower, was, worth]),
        row_upper=np.concatenate([model.row_upper, was, np.full(len(worth), INFINITY)]),
        matrix=sp.csr_array(matrix),
        offset=0.0,
        goals=(),
        column_blocks=(),
        row_blocks=(),
        subtotal=None,
    )
    return Nearest(
        made,
        above,
        below,
        np.concatenate([owner, of_quantity, of_quantity]),
        np.concatenate([row_owner, of_quantity, each]),
    )
