"""Decision lines out of packed columns: rows, and chosen lines as columns again.

Driven by the descriptors: a column takes the field of its own name in the row. A columns message
with a `count` holds lists, one after the other; one without is a group of columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from fairlead.v1.columns_pb2 import StringColumn, StringListColumn
from fairlead.v1.decision_columns_pb2 import DecisionLineColumns, ReasonColumns, WaterfallColumns
from fairlead.v1.decision_pb2 import DecisionLine
from fairlead.v1.explanation_pb2 import Explanation, WaterfallKind
from fairlead_solver.api import NO_DAY, NO_INT, Faults, Finding

_EXPLAINED = ("reasons", "competitors", "alternatives", "sentence", "waterfall", "fixes")
_RULE = ("family", "key", "leaf")


def lines_of(columns: DecisionLineColumns) -> list[DecisionLine]:
    """Row messages for the lines of a chunk, with all that explains them where it has that.

    Raises InvalidInput where its columns do not fit together.
    """
    faults = Faults()
    lines = [DecisionLine() for _ in range(len(columns.line))]
    _spread(columns, lines, ("sources", "terms", *_EXPLAINED), "lines", faults)
    _spread_lists(columns.sources, [line.sources for line in lines], "lines.sources", faults)
    _spread(columns.terms, [line.terms for line in lines], (), "lines.terms", faults)
    if len(columns.sentence) == len(lines):
        _spread_explanations(columns, lines, faults)
    faults.stop()
    return lines


def _spread_explanations(
    columns: DecisionLineColumns, lines: Sequence[DecisionLine], faults: Faults
) -> None:
    told = [line.explanation for line in lines]
    for line, one, sentence in zip(lines, told, columns.sentence, strict=True):
        one.line, one.sentence = line.line, sentence
    _spread_waterfall(columns.waterfall, told, faults)
    reasons = [one.reasons for one in told]
    _spread_reasons(columns.reasons, reasons, "lines.reasons", faults)
    _spread_competitors(columns, told, faults)
    _spread_alternatives(columns, told, faults)
    for fix in columns.fixes:
        if 0 <= fix.row < len(told):
            told[fix.row].fix.CopyFrom(fix.fix)
        else:
            rule = f"a place among {len(told)} lines"
            faults.add(Finding("lines.fixes.row", "", str(fix.row), rule))


def _spread_waterfall(
    columns: WaterfallColumns, told: Sequence[Explanation], faults: Faults
) -> None:
    """Every step of every line, those of 0 units too."""
    for kind in WaterfallKind.DESCRIPTOR.values[1:]:
        name = f"{kind.name.removeprefix('WATERFALL_KIND_').lower()}_units"
        units = getattr(columns, name) or [0] * len(told)
        _fits(f"lines.waterfall.{name}", len(units), len(told), faults)
        for one, amount in zip(told, units, strict=False):
            one.waterfall.add(kind=kind.number, units=amount)


def _spread_reasons(
    columns: ReasonColumns, targets: Sequence[Any], path: str, faults: Faults
) -> None:
    reasons = _spread_lists(columns, targets, path, faults, leave=_RULE)
    rules = [reason.rule for reason in reasons]
    for rule in rules:
        rule.SetInParent()
    others = {f.name for f in columns.DESCRIPTOR.fields} - {*_RULE}
    _spread(columns, rules, others, path, faults)


def _spread_competitors(
    columns: DecisionLineColumns, told: Sequence[Explanation], faults: Faults
) -> None:
    path, part = "lines.competitors", columns.competitors
    nested = ("contracts", "unit_value", "own_unit_value")
    rivals = _spread_lists(part, [one.competitors for one in told], path, faults, leave=nested)
    contracts = [rival.contracts for rival in rivals]
    _spread_words(part.contracts, contracts, f"{path}.contracts", faults)
    for name in nested[1:]:
        values = [getattr(rival, name) for rival in rivals]
        for value in values:
            value.SetInParent()
        _spread(getattr(part, name), values, (), f"{path}.{name}", faults)


def _spread_alternatives(
    columns: DecisionLineColumns, told: Sequence[Explanation], faults: Faults
) -> None:
    path, part = "lines.alternatives", columns.alternatives
    targets = [one.alternatives for one in told]
    tried = _spread_lists(part, targets, path, faults, leave=("reason",))
    _spread_reasons(part.reason, [_One(each, "reason") for each in tried], f"{path}.reason", faults)


class _One:
    """A field that holds one message or none, filled as a list of at most one is."""

    def __init__(self, message: Any, name: str) -> None:
        self._message, self._name = message, name

    def add(self) -> Any:
        """The message of the field, now there."""
        part = getattr(self._message, self._name)
        part.SetInParent()
        return part


def _spread(
    columns: Any, rows: Sequence[Any], skipped: Iterable[str], path: str, faults: Faults
) -> None:
    """Give each row its value out of every column, by the field's name."""
    for field in columns.DESCRIPTOR.fields:
        if field.name in skipped:
            continue
        values = _plain(getattr(columns, field.name), f"{path}.{field.name}", faults)
        if not _fits(f"{path}.{field.name}", len(values), len(rows), faults) or not rows:
            continue
        optional = rows[0].DESCRIPTOR.fields_by_name[field.name].has_presence
        absent = (NO_DAY, NO_INT) if optional else (0, "")  # a 0 set would make its parent present
        for row, value in zip(rows, values, strict=False):
            if value not in absent:
                setattr(row, field.name, value)


def _fits(path: str, length: int, size: int, faults: Faults) -> bool:
    """Notes a column that has neither one value per row nor none."""
    fits = length in (0, size)
    if not fits:
        faults.add(Finding(path, "", f"{length} values", f"one value per row: {size}"))
    return fits


def _plain(column: Any, path: str, faults: Faults) -> Sequence[Any]:
    """The values of a column, words spelled out; none, and a note, where an index is none."""
    if not isinstance(column, StringColumn):
        return column  # type: ignore[no-any-return]
    words, codes = [*column.dictionary, ""], list(column.index)  # -1 picks the trailing ""
    if codes and not -1 <= min(codes) <= max(codes) < len(words) - 1:
        rule = f"-1 to {len(words) - 2}"
        faults.add(Finding(path, "", f"{min(codes)} to {max(codes)}", rule))
        return []
    return [words[code] for code in codes]


def _spread_lists(
    columns: Any,
    targets: Sequence[Any],
    path: str,
    faults: Faults,
    leave: Iterable[str] = (),
) -> list[Any]:
    """Add `count[i]` messages to target i and fill them; returns all of them in order."""
    counts = _counts(columns, len(targets), path, faults)
    rows = [target.add() for target, n in zip(targets, counts, strict=False) for _ in range(n)]
    _spread(columns, rows, ("count", *leave), path, faults)
    return rows


def _spread_words(
    columns: StringListColumn, targets: Sequence[Any], path: str, faults: Faults
) -> None:
    counts = _counts(columns, len(targets), path, faults)
    words = iter(_plain(columns.values, f"{path}.values", faults))
    if not _fits(path, len(columns.values.index), sum(counts), faults):
        return
    for target, n in zip(targets, counts, strict=False):
        target.extend(next(words, "") for _ in range(n))


def _counts(columns: Any, size: int, path: str, faults: Faults) -> Sequence[int]:
    counts = list(columns.count)
    if len(counts) not in (0, size) or min(counts, default=0) < 0:
        rule = f"one count of at least 0 per line: {size}"
        faults.add(Finding(f"{path}.count", "", f"{len(counts)} counts", rule))
        return []
    return counts


def matching(
    columns: DecisionLineColumns, *, short_only: bool, order: str, product: str, customer: str
) -> np.ndarray:
    """Places of the lines that match every filter given (not False, not "")."""
    chosen = np.ones(len(columns.line), dtype=np.bool_)
    if short_only:
        chosen &= np.array(columns.confirmed_quantity) < np.array(columns.requested_quantity)
    for name, wanted in (("order", order), ("product", product), ("customer", customer)):
        if wanted:
            column: StringColumn = getattr(columns, name)
            known = list(column.dictionary)
            code = known.index(wanted) if wanted in known else len(known)
            chosen &= np.array(column.index) == code
    return np.flatnonzero(chosen)
