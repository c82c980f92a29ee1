"""What a run's decision is worth, said without the solver; and what a client would be sent."""

from __future__ import annotations

from collections.abc import Callable

from fairlead.wire.decisions import decision_message
from fairlead.wire.lines import decided_lines, line_chunks
from fairlead_solver.api import (
    Budget,
    Mismatch,
    Solved,
    check,
    explain,
    objective_terms,
)

from ..remote import INLINE_ROWS
from ..sugar import MICRO
from .task import BoundSource, Ending, Run


def judge(run: Run, solved: Solved, workers: int = 1) -> None:
    """Write status, objective, bound, gap and sizes. Raises Mismatch where a rule is broken."""
    decision, record = solved.decision, solved.decision.record
    run.status = Ending(decision.status.value)
    run.arcs, run.columns, run.rows = len(solved.problem.arcs), record.columns, record.rows
    run.components = record.components
    if decision.bound_micros is not None:
        run.bound, run.bound_source = decision.bound_micros / MICRO, BoundSource.ENGINE
    if decision.plan is None:
        return
    packs = decision.plan.packs
    if broken := check(solved.problem, packs):
        raise Mismatch(broken)
    run.objective = sum(objective_terms(solved.problem, packs).values()) / MICRO
    if run.bound is not None:
        run.gap = max(0.0, run.bound - run.objective) / max(1.0, abs(run.objective))


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
