"""The linear relaxation of a large model, solved by prices to a tolerance.

Found on batches in which narrow coupling rows are kept (`narrow`), told for the model as it is:
the duals of the narrow rows are their prices. With all coupling rows priced, the components are
as small as they can be, which is what integer programs want.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..engines.budget import Budget
from ..execution.executor import Crew
from ..program.components import Partition, partition
from ..program.draft import Bools, Floats
from .coupling_width import wide_rows
from .price_bundle import OnRound, find_prices
from .pricing_oracle import Oracle


@dataclass(frozen=True, slots=True, eq=False)
class Relaxation:
    """In the order of the model: `x` (columns,) a vertex of every batch at the prices; `mixture`
    (columns,) a blend that keeps the coupling rows too; `settled` (columns,) where all that was
    blended agrees; `duals` (rows,), prices of coupling rows among them."""

    x: Floats
    mixture: Floats
    settled: Bools
    duals: Floats


def relax(
    fine: Partition, tolerance: float, seed: int, crew: Crew, budget: Budget, on_round: OnRound
) -> Relaxation:
    """The relaxation of `fine.model`, whose coupling rows are those `fine` leaves out.

    Raises Stuck where it has no solution or an engine failed.
    """
    model = fine.model
    wide = wide_rows(fine)
    parts = fine if len(fine.coupling) == wide.sum() else partition(model, wide)
    oracle = Oracle(parts, seed, crew)
    found = find_prices(oracle, tolerance, budget, on_round)
    duals = np.zeros(model.num_rows)
    duals[parts.rows] = found.reply.duals
    duals[parts.coupling] = found.reply.prices
    return Relaxation(
        x=_in_model_order(parts, found.reply.x),
        mixture=_in_model_order(parts, found.mixture),
        settled=_in_model_order(parts, found.settled.astype(np.float64)) > 0,
        duals=duals,
    )


def _in_model_order(parts: Partition, values: Floats) -> Floats:
    ordered = np.empty_like(values)
    ordered[parts.columns] = values
    return ordered
