"""What explains the lines of a decision -> packed columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from fairlead.v1.decision_columns_pb2 import (
    AlternativeColumns,
    CompetingLineColumns,
    DecisionLineColumns,
    MoneyColumns,
    ReasonColumns,
)
from fairlead.v1.worth_pb2 import WorthColumns
from fairlead_solver.api.allocation import (
    NO_INT,
    LineStory,
    Reason,
    Term,
    Told,
    WaterfallKind,
    Worth,
)

from ..shared.columns import write_plain_words
from ..shared.values import fill


def write_told(message: DecisionLineColumns, told: Told) -> None:
    """Waterfall and sentence of every line, and the stories of the short ones."""
    message.sentence.extend(told.sentences)
    for kind in WaterfallKind:
        units = told.waterfall[:, kind]
        if units.any():
            getattr(message.waterfall, f"{kind.name.lower()}_units").extend(units.tolist())
    stories, size = told.stories, len(told.sentences)
    _write_reasons(message.reasons, [r for s in stories for r in s.reasons])
    _write_competitors(message.competitors, stories)
    _write_alternatives(message.alternatives, stories)
    for target, lengths in (
        (message.reasons, [len(s.reasons) for s in stories]),
        (message.competitors, [len(s.competitors) for s in stories]),
        (message.alternatives, [len(s.alternatives) for s in stories]),
    ):
        counts = np.zeros(size, dtype=np.int64)
        counts[told.short] = lengths
        target.count.extend(counts.tolist())
    if any(s.competitors_left_out for s in stories):
        left_out = np.zeros(size, dtype=np.int64)
        left_out[told.short] = [s.competitors_left_out for s in stories]
        message.competitors_left_out.extend(left_out.tolist())
    for place, story in zip(told.short.tolist(), stories, strict=True):
        if story.fix is not None:
            fill(message.fixes.add(row=place).fix, story.fix)


def _write_reasons(target: ReasonColumns, reasons: Sequence[Reason]) -> None:
    target.code.extend(int(r.code) for r in reasons)  # type: ignore[misc]
    target.units.extend(r.units for r in reasons)
    target.certainty.extend(int(r.certainty) for r in reasons)  # type: ignore[misc]
    write_plain_words(target.family, (r.rule.family for r in reasons))
    write_plain_words(target.key, (r.rule.key for r in reasons))
    write_plain_words(target.leaf, (r.rule.leaf for r in reasons))
    target.delta_micros.extend(
        NO_INT if r.delta_micros is None else r.delta_micros for r in reasons
    )
    if any(r.delta_cash_micros is not None for r in reasons):
        target.delta_cash_micros.extend(
            NO_INT if r.delta_cash_micros is None else r.delta_cash_micros for r in reasons
        )
    target.delta_at_least.extend(r.delta_at_least for r in reasons)
    target.scope.extend(0 if r.scope is None else int(r.scope) for r in reasons)  # type: ignore[misc]


def _write_competitors(target: CompetingLineColumns, stories: Iterable[LineStory]) -> None:
    rivals = [c for s in stories for c in s.competitors]
    write_plain_words(target.line, (c.line for c in rivals))
    target.units.extend(c.units for c in rivals)
    write_plain_words(target.customer, (c.customer for c in rivals))
    write_plain_words(target.tier, (c.tier for c in rivals))
    target.contracts.count.extend(len(c.contracts) for c in rivals)
    write_plain_words(target.contracts.values, (k for c in rivals for k in c.contracts))
    _write_money(target.unit_value, [c.unit_value for c in rivals])
    _write_money(target.own_unit_value, [c.own_unit_value for c in rivals])
    _write_worth(target.unit_worth, [c.unit_worth for c in rivals])
    _write_worth(target.own_unit_worth, [c.own_unit_worth for c in rivals])
    target.decided_by.extend(int(c.decided_by) for c in rivals)  # type: ignore[misc]


def _write_alternatives(target: AlternativeColumns, stories: Iterable[LineStory]) -> None:
    tried = [a for s in stories for a in s.alternatives]
    target.kind.extend(int(a.kind) for a in tried)  # type: ignore[misc]
    write_plain_words(target.value, (a.value for a in tried))
    target.units.extend(a.units for a in tried)
    target.reason.count.extend(int(a.reason is not None) for a in tried)
    _write_reasons(target.reason, [a.reason for a in tried if a.reason is not None])


def _write_money(target: MoneyColumns, values: Sequence[Mapping[Term, int]]) -> None:
    """A term that is 0 everywhere is left out."""
    for term in {term for value in values for term in value}:
        micros: list[Any] = [value.get(term, 0) for value in values]
        getattr(target, f"{term.value}_micros").extend(micros)


def _write_worth(target: WorthColumns, values: Sequence[Worth]) -> None:
    """A part that is 0 everywhere is left out."""
    if any(value.cash_micros for value in values):
        target.cash_micros.extend(value.cash_micros for value in values)
    if any(value.policy_value_micros for value in values):
        target.policy_value_micros.extend(value.policy_value_micros for value in values)
