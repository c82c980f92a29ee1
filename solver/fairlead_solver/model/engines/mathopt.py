"""The one place that speaks to OR-Tools MathOpt: arrays in, arrays out, no business, no policy.

Arrays are written into protos and read back whole; the object layer of MathOpt, one Python object
per column, is never built.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any

import numpy as np
from ortools.math_opt import (
    model_parameters_pb2,
    model_pb2,
    model_update_pb2,
    parameters_pb2,
    result_pb2,
    solution_pb2,
)
from ortools.math_opt.core.python import solver as core
from ortools.math_opt.python import mathopt
from pybind11_abseil.status import StatusNotOk

from ..program.draft import Floats, Ints, Model

_REASON = result_pb2.TerminationReasonProto


class EngineError(RuntimeError):
    """An engine refused the model or a parameter, failed, or found the model unbounded."""


class Kernel(Enum):
    """The programs inside MathOpt that are used."""

    HIGHS = "highs"
    SCIP = "scip"
    CP_SAT = "cp_sat"
    GLOP = "glop"  # linear programs only


_TYPE = {
    Kernel.HIGHS: parameters_pb2.SOLVER_TYPE_HIGHS,
    Kernel.SCIP: parameters_pb2.SOLVER_TYPE_GSCIP,
    Kernel.CP_SAT: parameters_pb2.SOLVER_TYPE_CP_SAT,
    Kernel.GLOP: parameters_pb2.SOLVER_TYPE_GLOP,
}


class End(Enum):
    """How a call to a kernel ended."""

    OPTIMAL = "optimal"
    LIMIT = "limit"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    UNCLEAR = "unclear"  # infeasible or unbounded
    TROUBLE = "trouble"  # numerical trouble


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """MathOpt's status of each column and row: where a simplex may start."""

    columns: Ints
    rows: Ints

    def widened(self, columns: int) -> Basis:
        """The same for a model with more columns at the end, which start at their lower bound."""
        new = np.full(columns - len(self.columns), solution_pb2.BASIS_STATUS_AT_LOWER_BOUND)
        return Basis(np.concatenate([self.columns, new]), self.rows)


@dataclass(frozen=True, slots=True, eq=False)
class Raw:
    """What a kernel said, in the units of the model it was given.

    `x` (columns,) or None; `bound` is the dual bound. Linear programs also have `duals` (rows,)
    and a `basis`.
    """

    end: End
    x: Floats | None
    duals: Floats | None
    bound: float
    basis: Basis | None = None


@dataclass(frozen=True, slots=True)
class Parameters:
    """What every kernel is told. `tight`: integrality and feasibility to 1e-9; `presolve`: may
    cost more than it saves in warm linear programs (GLOP) and near a plan (SCIP). `plain`: little
    presolve and no heuristics, for programs so small that these cost more than branching does
    (SCIP)."""

    seconds: float = float("inf")
    relative_gap: float = 0.0
    absolute_gap: float = 0.0
    seed: int = 1
    tight: bool = False
    presolve: bool = True
    plain: bool = False
    nodes: int | None = None  # of branch and bound; None: any number


def to_proto(model: Model, *, relaxed: bool = False) -> model_pb2.ModelProto:
    """The model as MathOpt reads it; `relaxed` drops integrality. Goals are not written.

    Columns are handed over as lists: a proto takes their numbers several times faster than an
    array's, truth values twenty times.
    """
    proto = model_pb2.ModelProto()
    integer = np.zeros_like(model.integer) if relaxed else model.integer
    proto.variables.ids.extend(range(model.num_columns))
    proto.variables.lower_bounds.extend(model.lower.tolist())
    proto.variables.upper_bounds.extend(model.upper.tolist())
    proto.variables.integers.extend(integer.tolist())
    proto.objective.maximize = True
    priced = np.flatnonzero(model.cost)
    proto.objective.linear_coefficients.ids.extend(priced.tolist())
    proto.objective.linear_coefficients.values.extend(model.cost[priced].tolist())
    proto.linear_constraints.ids.extend(range(model.num_rows))
    proto.linear_constraints.lower_bounds.extend(model.row_lower.tolist())
    proto.linear_constraints.upper_bounds.extend(model.row_upper.tolist())
    matrix = model.matrix
    if not matrix.has_sorted_indices:
        matrix = matrix.sorted_indices()
    rows = np.repeat(np.arange(model.num_rows), np.diff(matrix.indptr))
    entries = proto.linear_constraint_matrix
    entries.row_ids.extend(rows.tolist())
    entries.column_ids.extend(matrix.indices.tolist())
    entries.coefficients.extend(matrix.data.tolist())
    return proto


def call(
    proto: model_pb2.ModelProto,
    kernel: Kernel,
    parameters: Parameters,
    start: Basis | None = None,
    *,
    basis: bool = True,
    hint: Floats | None = None,
) -> Raw:
    """Solve from scratch; without reading the `basis` where it is not wanted. `hint` (columns,): a
    plan to begin with, for engines that take one. Raises EngineError where the kernel refuses."""
    reply = _guarded(
        kernel,
        core.solve,
        proto,
        _TYPE[kernel],
        parameters_pb2.SolverInitializerProto(),
        _parameters(kernel, parameters),
        _start(start, hint),
        None,
        mathopt.CallbackRegistration().to_proto(),
        None,
        None,
    )
    columns, rows = len(proto.variables.ids), len(proto.linear_constraints.ids)
    return _read(reply, columns, rows, basis=basis)


class Session:
    """A linear program kept warm: only its costs change between solves."""

    def __init__(self, model: Model, seed: int) -> None:
        self._shape = (model.num_columns, model.num_rows)
        self._update = model_update_pb2.ModelUpdateProto()
        self._costs = self._update.objective_updates.linear_coefficients
        self._costs.ids.extend(range(model.num_columns))
        self._parameters = _parameters(Kernel.GLOP, Parameters(seed=seed, presolve=False))
        self._solver = _guarded(
            Kernel.GLOP,
            core.new,
            _TYPE[Kernel.GLOP],
            to_proto(model, relaxed=True),
            parameters_pb2.SolverInitializerProto(),
        )

    def solve(self, cost: Floats) -> Raw:
        """Maximise cost'x over the same rows, from the basis of the solve before."""
        del self._costs.values[:]
        self._costs.values.extend(cost.tolist())
        if not _guarded(Kernel.GLOP, self._solver.update, self._update):
            raise EngineError("glop refused new costs")
        reply = _guarded(
            Kernel.GLOP,
            self._solver.solve,
            self._parameters,
            model_parameters_pb2.ModelSolveParametersProto(),
            None,
            mathopt.CallbackRegistration().to_proto(),
            None,
            None,
        )
        return _read(reply, *self._shape, basis=False)


def _start(
    basis: Basis | None, hint: Floats | None
) -> model_parameters_pb2.ModelSolveParametersProto:
    wanted = model_parameters_pb2.ModelSolveParametersProto()
    if hint is not None:
        values = wanted.solution_hints.add().variable_values
        values.ids.extend(range(len(hint)))
        values.values.extend(hint.tolist())
    if basis is not None:
        for status, target in (
            (basis.columns, wanted.initial_basis.variable_status),
            (basis.rows, wanted.initial_basis.constraint_status),
        ):
            target.ids.extend(range(len(status)))
            target.values.extend(status.tolist())
    return wanted


def _guarded(kernel: Kernel, function: Any, *arguments: Any) -> Any:
    try:
        return function(*arguments)
    except StatusNotOk as error:
        raise EngineError(f"{kernel.value} refused: {error}") from None


_SEEDS = 2**30  # SCIP adds small numbers to a seed for its subproblems, which must stay 32 bits


def _parameters(kernel: Kernel, wanted: Parameters) -> Any:
    chosen = mathopt.SolveParameters(random_seed=wanted.seed % _SEEDS)
    if np.isfinite(wanted.seconds):
        chosen.time_limit = timedelta(seconds=max(wanted.seconds, 0.001))
    if wanted.nodes is not None:
        chosen.node_limit = wanted.nodes
    if kernel is Kernel.GLOP:
        chosen.glop.use_dual_simplex = False
        chosen.glop.use_preprocessing = wanted.presolve
        return chosen.to_proto()
    chosen.relative_gap_tolerance = wanted.relative_gap
    chosen.absolute_gap_tolerance = wanted.absolute_gap
    if kernel is Kernel.CP_SAT:
        chosen.threads = 1
    if wanted.tight and kernel is Kernel.HIGHS:
        chosen.highs.double_options["mip_feasibility_tolerance"] = 1e-9
        chosen.highs.double_options["primal_feasibility_tolerance"] = 1e-9
    if not wanted.presolve and kernel is Kernel.SCIP:
        chosen.presolve = mathopt.Emphasis.OFF
    if wanted.plain and kernel is Kernel.SCIP:
        chosen.presolve, chosen.heuristics = mathopt.Emphasis.LOW, mathopt.Emphasis.OFF
    if wanted.tight and kernel is Kernel.SCIP:
        chosen.gscip.real_params["numerics/feastol"] = 1e-9
    return chosen.to_proto()


_ENDS = {
    _REASON.TERMINATION_REASON_OPTIMAL: End.OPTIMAL,
    _REASON.TERMINATION_REASON_FEASIBLE: End.LIMIT,
    _REASON.TERMINATION_REASON_NO_SOLUTION_FOUND: End.LIMIT,
    _REASON.TERMINATION_REASON_INFEASIBLE: End.INFEASIBLE,
    _REASON.TERMINATION_REASON_UNBOUNDED: End.UNBOUNDED,
    _REASON.TERMINATION_REASON_INFEASIBLE_OR_UNBOUNDED: End.UNCLEAR,
}


def _read(
    reply: result_pb2.SolveResultProto, columns: int, rows: int, *, basis: bool = True
) -> Raw:
    end = _ENDS.get(reply.termination.reason, End.TROUBLE)
    bound = reply.termination.objective_bounds.dual_bound
    if not reply.solutions:
        return Raw(end, None, None, bound)
    best = reply.solutions[0]
    x = None
    if best.HasField("primal_solution") and best.primal_solution.feasibility_status == 2:
        x = _dense(best.primal_solution.variable_values, columns)
    duals = None
    if best.HasField("dual_solution"):
        duals = _dense(best.dual_solution.dual_values, rows)
    start = None
    if basis and best.HasField("basis"):
        columns_status = _dense(best.basis.variable_status, columns).astype(np.int64)
        start = Basis(columns_status, _dense(best.basis.constraint_status, rows).astype(np.int64))
    return Raw(end, x, duals, bound, start)


def _dense(values: Any, size: int) -> Floats:
    """A sparse vector of a reply. Its ids ascend: all of them there means every place in order."""
    found = np.fromiter(values.values, np.float64, len(values.values))
    if len(found) == size:
        return found
    dense = np.zeros(size)
    dense[np.fromiter(values.ids, np.int64, len(values.ids))] = found
    return dense
