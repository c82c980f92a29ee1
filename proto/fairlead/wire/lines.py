"""Lines of a decision -> rows or packed columns, from one table-like view of both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from google.protobuf.message import Message

from fairlead.v1.decision_columns_pb2 import DecisionLineColumns, ReasonColumns
from fairlead.v1.decision_pb2 import DecisionLine
from fairlead_solver.api import (
    NO_DAY,
    NO_INT,
    Coded,
    Decision,
    Ints,
    LineOutcomes,
    LineStory,
    OutcomeFlag,
    Plan,
    Term,
)

from .columns import write_plain_words, write_words
from .values import fill

CHUNK_LINES = 20_000


@dataclass(frozen=True)
class DecidedLines:
    """The lines of a decision that has a plan, with their stories where there are any.

    `stories[i]` belongs to line i of the problem's canonical order; it may be computed lazily.
    """

    plan: Plan
    outcomes: LineOutcomes
    stories: Sequence[LineStory] | None = None

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


def decided_lines(
    decision: Decision, stories: Sequence[LineStory] | None = None
) -> DecidedLines | None:
    """The lines of a decision; None where its status has no plan."""
    if decision.plan is None or decision.lines is None:
        return None
    return DecidedLines(decision.plan, decision.lines, stories)


def write_line(target: DecisionLine, lines: DecidedLines, row: int) -> None:
    """One line as a row, with its explanation where there are stories."""
    _write_row(target, lines.columns, row)
    for at in range(int(lines.offsets[row]), int(lines.offsets[row + 1])):
        _write_row(target.sources.add(), lines.sources, at)
    for term, micros in lines.outcomes.unit_money.items():
        if micros[row]:
            setattr(target.terms, _money(term), int(micros[row]))
    if lines.stories is not None:
        fill(target.explanation, lines.stories[row])


def _write_row(target: Message, columns: Mapping[str, Any], row: int) -> None:
    for name, column in columns.items():
        if isinstance(column, Coded):
            setattr(target, name, column.word(row))
        elif isinstance(column, tuple):
            setattr(target, name, column[row])
        elif (value := column[row].item()) != NO_DAY:
            setattr(target, name, value)


def line_chunks(
    lines: DecidedLines, chunk_lines: int = CHUNK_LINES, *, reasons: bool = True
) -> Iterator[DecisionLineColumns]:
    """All lines as packed columns, so many to a chunk."""
    for start in range(0, len(lines), chunk_lines):
        stop = min(start + chunk_lines, len(lines))
        yield line_columns(lines, start, stop, reasons=reasons)


def line_columns(
    lines: DecidedLines, start: int, stop: int, *, reasons: bool = True
) -> DecisionLineColumns:
    """Lines start to stop as packed columns."""
    message = DecisionLineColumns()
    _write_columns(message, lines.columns, slice(start, stop))
    bounds = lines.offsets[start : stop + 1]
    message.sources.count.extend(np.diff(bounds).tolist())
    _write_columns(message.sources, lines.sources, slice(int(bounds[0]), int(bounds[-1])))
    for term, micros in lines.outcomes.unit_money.items():
        if micros[start:stop].any():
            getattr(message.terms, _money(term)).extend(micros[start:stop].tolist())
    if reasons and lines.stories is not None:
        stories = [lines.stories[i] for i in range(start, stop)]
        _write_reasons(message.reasons, stories)
        message.sentence.extend(s.sentence for s in stories)
    return message


def _write_columns(target: Any, columns: Mapping[str, Any], rows: slice) -> None:
    for name, column in columns.items():
        field = getattr(target, name)
        if isinstance(column, Coded):
            write_words(field, Coded(column.names, column.codes[rows]))
        else:
            part = column[rows]
            field.extend(part if isinstance(part, tuple) else part.tolist())


def _write_reasons(target: ReasonColumns, stories: Sequence[LineStory]) -> None:
    reasons = [reason for story in stories for reason in story.reasons]
    target.count.extend(len(story.reasons) for story in stories)
    target.code.extend(int(r.code) for r in reasons)  # type: ignore[misc]
    target.units.extend(r.units for r in reasons)
    target.certainty.extend(int(r.certainty) for r in reasons)  # type: ignore[misc]
    write_plain_words(target.family, (r.rule.family for r in reasons))
    write_plain_words(target.key, (r.rule.key for r in reasons))
    write_plain_words(target.leaf, (r.rule.leaf for r in reasons))
    target.delta_micros.extend(
        NO_INT if r.delta_micros is None else r.delta_micros for r in reasons
    )


def _money(term: Term) -> str:
    return f"{term.value}_micros"
