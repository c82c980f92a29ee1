"""Lines of a decision -> packed columns. Rows are made of these (`reading.lines_of`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from fairlead.v1.decision_columns_pb2 import DecisionLineColumns
from fairlead_solver.api.allocation import (
    CASH_TERMS,
    Coded,
    Decision,
    Ints,
    LineOutcomes,
    OutcomeFlag,
    Plan,
    Told,
)

from ..shared.columns import write_words
from .line_explanations import write_told

CHUNK_LINES = 20_000


class Telling(Protocol):
    """Who tells what explains lines; an `Explanation` does."""

    def told(self, start: int, stop: int) -> Told:
        """What is said of lines start to stop."""


@dataclass(frozen=True)
class DecidedLines:
    """The lines of a decision that has a plan, with what explains them where there is anything."""

    plan: Plan
    outcomes: LineOutcomes
    explanation: Telling | None = None

    def __len__(self) -> int:
        return self.plan.problem.num_lines

    @cached_property
    def used(self) -> Ints:
        """Arcs that carry anything, by line, then lot."""
        return np.flatnonzero(self.plan.used())

    @cached_property
    def offsets(self) -> Ints:
        """Line i's sources are `offsets[i]:offsets[i+1]`."""
        line = self.plan.problem.arcs.line[self.used]
        return np.searchsorted(line, np.arange(len(self) + 1)).astype(np.int64)

    @cached_property
    def columns(self) -> Mapping[str, Any]:
        """One value per line, by the name of its field in `DecisionLine`."""
        problem, out = self.plan.problem, self.outcomes
        facts, line = problem.facts.lines, problem.line
        tiers = tuple(t.id for t in problem.policy.tiers)
        return {
            "line": facts.id,
            "order": facts.order,
            "product": facts.product,
            "customer": facts.customer,
            "channel": facts.channel,
            "tier": Coded(tiers, line.tier.astype(np.int32)),
            "outcome": out.outcome,
            "late": (out.flags & OutcomeFlag.LATE) > 0,
            "substituted": (out.flags & OutcomeFlag.SUBSTITUTE) > 0,
            "split": (out.flags & OutcomeFlag.SPLIT) > 0,
            "change": out.change,
            "requested_quantity": line.quantity,
            "confirmed_quantity": out.confirmed,
            "previous_quantity": line.previous,
            "requested_day": line.requested_day,
            "confirmed_day": out.confirmed_day,
            "x12_ack_code": out.ack_code,
            "edifact_4221_code": out.edifact_code,
        }

    @cached_property
    def worth(self) -> Mapping[str, Ints]:
        """Cash and policy value of every line, by the name of the field in `Worth`."""
        money, size = self.outcomes.unit_money, len(self)
        cash, policy = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
        for term, micros in money.items():
            part = cash if term in CASH_TERMS else policy
            part += micros
        return {"cash_micros": cash, "policy_value_micros": policy}

    @cached_property
    def sources(self) -> Mapping[str, Any]:
        """One value per source, by the name of its field in `Source`."""
        facts, arcs, used = self.plan.problem.facts, self.plan.problem.arcs, self.used
        lot = arcs.lot[used]
        product = facts.lots.product
        return {
            "lot": Coded(facts.lots.id, lot),
            "location": Coded(facts.locations.id, arcs.location[used]),
            "product": Coded(product.names, product.codes[lot]),
            "quantity": self.plan.units[used],
            "shipped_quantity": self.plan.shipped[used],
            "delivery_day": arcs.delivery_day[used],
        }


def decided_lines(decision: Decision, explanation: Telling | None = None) -> DecidedLines | None:
    """The lines of a decision; None where its status has no plan."""
    if decision.plan is None or decision.lines is None:
        return None
    return DecidedLines(decision.plan, decision.lines, explanation)


def line_chunks(
    lines: DecidedLines, chunk_lines: int = CHUNK_LINES
) -> Iterator[DecisionLineColumns]:
    """All lines as packed columns, so many to a chunk."""
    for start in range(0, len(lines), chunk_lines):
        yield line_columns(lines, start, min(start + chunk_lines, len(lines)))


def line_columns(lines: DecidedLines, start: int, stop: int) -> DecisionLineColumns:
    """Lines start to stop as packed columns."""
    message = DecisionLineColumns()
    _write_columns(message, lines.columns, slice(start, stop))
    bounds = lines.offsets[start : stop + 1]
    message.sources.count.extend(np.diff(bounds).tolist())
    _write_columns(message.sources, lines.sources, slice(int(bounds[0]), int(bounds[-1])))
    for term, micros in lines.outcomes.unit_money.items():
        if micros[start:stop].any():
            getattr(message.terms, f"{term.value}_micros").extend(micros[start:stop].tolist())
    for name, micros in lines.worth.items():
        if micros[start:stop].any():
            getattr(message.worth, name).extend(micros[start:stop].tolist())
    if lines.explanation is not None:
        write_told(message, lines.explanation.told(start, stop))
    return message


def _write_columns(target: Any, columns: Mapping[str, Any], rows: slice) -> None:
    for name, column in columns.items():
        field = getattr(target, name)
        if isinstance(column, Coded):
            write_words(field, Coded(column.names, column.codes[rows]))
        else:
            part = column[rows]
            field.extend(part if isinstance(part, tuple) else part.tolist())
