"""The least any method that takes a model apart must do: one cold pass over its batches.

Rows that couple components are left out, integrality too; every batch is then one small linear
program, solved once from nothing. Benchmarks compare a whole solve with it.
"""

from __future__ import annotations

import numpy as np

from ..engines.mathopt import End, Kernel, Parameters, call, to_proto
from ..execution.executor import Threads
from ..program.components import partition
from ..program.draft import INFINITY, Model
from ..program.scaling import objective_scale


def cold_pass(model: Model, seed: int = 1, workers: int = 1) -> float:
    """The sum of the batches' optima: a true bound of the model's money, seldom a tight one.

    -infinity where a batch has no solution. Raises EngineError where the kernel fails.
    """
    parts = partition(model, model.coupling_rows())
    scale = objective_scale(model.cost)
    parameters = Parameters(seed=seed, presolve=False)

    def optimum(span: tuple[int, int]) -> float:
        batch = parts.batch(*span, model.cost * scale).model
        raw = call(to_proto(batch, relaxed=True), Kernel.GLOP, parameters)
        if raw.end is not End.OPTIMAL or raw.x is None:
            return -INFINITY
        return float(batch.cost @ raw.x) / scale

    return model.offset + float(np.sum(Threads(workers).map(optimum, parts.spans())))
