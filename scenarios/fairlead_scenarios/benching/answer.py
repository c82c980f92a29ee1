"""What a run's decision is worth, said without the solver; and what a client would be sent."""

from __future__ import annotations

from collections.abc import Callable

from fairlead.wire.decisions import decision_message
from fairlead.wire.lines import decided_lines, line_chunks
from fairlead_solver.api import (
    Budget,
    Engine,
    Mismatch,
    Solved,
    bound_again,
    check,
    explain,
    objective_terms,
)

from ..remote import INLINE_ROWS
from ..sugar import MICRO
from .task import Ending, Run

SECOND_ENGINE = Engine.SCIP  # the solve itself uses HiGHS for all but the smallest programs


def judge(run: Run, solved: Solved, workers: int = 1) -> None:
    """Write status, objective, bounds, gaps and sizes. Raises Mismatch where a rule is broken."""
    decision, record = solved.decision, solved.decision.record
    run.status = Ending(decision.status.value)
    run.arcs, run.columns, run.rows = len(solved.problem.arcs), record.columns, record.rows
    run.components = record.components
    run.bound = _money(decision.bound_micros)
    run.recomputed_bound = _money(bound_again(solved, SECOND_ENGINE, workers))
    if decision.plan is None:
        return
    packs = decision.plan.packs
    if broken := check(solved.problem, packs):
        raise Mismatch(broken)
    run.objective = sum(objective_terms(solved.problem, packs).values()) / MICRO
    run.gap = _gap(run.bound, run.objective)
    run.recomputed_gap = _gap(run.recomputed_bound, run.objective)


def _money(micros: float | None) -> float | None:
    return None if micros is None else micros / MICRO


def _gap(bound: float | None, objective: float) -> float | None:
    if bound is None:
        return None
    return max(0.0, bound - objective) / max(1.0, abs(objective))


def explained_bytes(solved: Solved, budget: Budget) -> Callable[[], int]:
    """Explain now, all that a client gets; the function encodes it and tells how many bytes.

    A small decision is one message of rows, a large one a summary and chunks of columns.
    """
    told = explain(solved, budget=budget)

    def encode() -> int:
        small = solved.problem.num_lines <= INLINE_ROWS
        message = decision_message(solved, told, with_lines=small)
        lines = None if small else decided_lines(solved.decision, told)
        chunks = line_chunks(lines) if lines is not None else ()
        return sum(len(m.SerializeToString()) for m in (message, *chunks))

    return encode
