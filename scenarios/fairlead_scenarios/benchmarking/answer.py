"""What a run's decision is worth, said without the solver; and what a client would be sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from fairlead.v1.decision_columns_pb2 import DecisionLineColumns
from fairlead.wire.allocation.decision_lines import decision_of_lines
from fairlead.wire.allocation.decisions import decision_message
from fairlead.wire.allocation.packed_lines import CHUNK_LINES, decided_lines, line_chunks
from fairlead_solver.api.allocation import (
    Budget,
    Engine,
    Explanation,
    Mismatch,
    Solved,
    Told,
    bound_again,
    check,
    explain,
    objective_terms,
)

from ..spelling.message_reader import MICRO
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


@dataclass(frozen=True, slots=True, eq=False)
class Explained:
    """A decision with all that is told of it, put into words: what is left is to encode it."""

    solved: Solved
    explanation: Explanation
    words: Mapping[tuple[int, int], Told]

    @classmethod
    def of(cls, solved: Solved, budget: Budget) -> Self:
        """Explain, and tell every line."""
        explanation, size = explain(solved, budget=budget), solved.problem.num_lines
        starts = range(0, size if explanation.case is not None else 0, CHUNK_LINES)
        spans = [(start, min(start + CHUNK_LINES, size)) for start in starts]
        return cls(solved, explanation, {s: explanation.told(*s) for s in spans})

    def told(self, start: int, stop: int) -> Told:
        """What is said of the lines of a chunk."""
        return self.words[start, stop]

    def in_columns(self) -> tuple[list[DecisionLineColumns], int]:
        """The lines as packed columns, and the bytes of the whole answer with them."""
        message = decision_message(self.solved, self.explanation, with_lines=False)
        lines = decided_lines(self.solved.decision, self)
        chunks = [] if lines is None else [*line_chunks(lines)]
        return chunks, sum(len(m.SerializeToString()) for m in (message, *chunks))


def bytes_in_rows(chunks: Iterable[DecisionLineColumns]) -> int:
    """How many bytes the same lines are as rows."""
    return sum(len(decision_of_lines(chunk)) for chunk in chunks)
