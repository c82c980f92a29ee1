"""Decisions read back: lines out of packed columns, and the plan that lines state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from google.protobuf.message import Message

from fairlead.v1.columns_pb2 import StringColumn
from fairlead.v1.decision_columns_pb2 import DecisionLineColumns
from fairlead.v1.decision_pb2 import DecisionLine
from fairlead_solver.api import NO_DAY, NO_INT, Faults, Finding, Ints, Problem

from .columns import coded_of

NESTED = ("sources", "terms", "reasons", "sentence")


def lines_of(columns: DecisionLineColumns) -> list[DecisionLine]:
    """Row messages for the lines of a chunk, with reasons and sentence where it has them.

    Raises InvalidInput where its columns do not fit together.
    """
    faults = Faults()
    size = len(columns.line)
    lines = [DecisionLine() for _ in range(size)]
    _spread(columns, lines, NESTED, "lines", faults)
    _spread_lists(columns.sources, [line.sources for line in lines], "lines.sources", faults)
    _spread(columns.terms, [line.terms for line in lines], (), "lines.terms", faults)
    if len(columns.reasons.count):
        _spread_reasons(columns, lines, faults)
    faults.stop()
    return lines


def _spread(
    columns: Any, rows: Sequence[Any], skipped: Iterable[str], path: str, faults: Faults
) -> None:
    """Give each row its value out of every column, by the field's name."""
    for field in columns.DESCRIPTOR.fields:
        if field.name in skipped:
            continue
        values = _plain(getattr(columns, field.name), f"{path}.{field.name}", faults)
        if len(values) not in (0, len(rows)):
            rule = f"one value per row: {len(rows)}"
            faults.add(Finding(f"{path}.{field.name}", "", f"{len(values)} values", rule))
            continue
        if not rows or not values:
            continue
        optional = rows[0].DESCRIPTOR.fields_by_name[field.name].has_presence
        absent = (NO_DAY, NO_INT) if optional else (0, "")  # a 0 set would make its parent present
        for row, value in zip(rows, values, strict=True):
            if value not in absent:
                setattr(row, field.name, value)


def _plain(column: Any, path: str, faults: Faults) -> Sequence[Any]:
    if not isinstance(column, StringColumn):
        return list(column)
    coded = coded_of(column, path, faults)
    return [] if coded is None else coded.words().tolist()


def _spread_lists(columns: Any, targets: Sequence[Any], path: str, faults: Faults) -> list[Any]:
    """Add `count[i]` messages to target i and fill them; returns all of them in order."""
    counts = list(columns.count)
    if len(counts) != len(targets) or min(counts, default=0) < 0:
        rule = f"one count of at least 0 per line: {len(targets)}"
        faults.add(Finding(f"{path}.count", "", f"{len(counts)} counts", rule))
        return []
    rows = [target.add() for target, n in zip(targets, counts, strict=True) for _ in range(n)]
    if rows and isinstance(rows[0], Message):
        skipped = {"count"} | {
            f.name
            for f in columns.DESCRIPTOR.fields
            if f.name not in rows[0].DESCRIPTOR.fields_by_name
        }
        _spread(columns, rows, skipped, path, faults)
    return rows


def _spread_reasons(
    columns: DecisionLineColumns, lines: list[DecisionLine], faults: Faults
) -> None:
    targets = [line.explanation.reasons for line in lines]
    reasons = _spread_lists(columns.reasons, targets, "lines.reasons", faults)
    rules = [reason.rule for reason in reasons]
    others = {f.name for f in columns.reasons.DESCRIPTOR.fields} - {"family", "key", "leaf"}
    _spread(columns.reasons, rules, others, "lines.reasons", faults)
    for line, sentence in zip(lines, columns.sentence, strict=False):
        line.explanation.line = line.line
        line.explanation.sentence = sentence


def packs_of(problem: Problem, lines: Iterable[DecisionLine]) -> Ints:
    """The plan that lines state: packs per arc of the problem.

    Raises InvalidInput where a source is no arc of the problem, or no whole number of packs.
    """
    facts, arcs = problem.facts, problem.arcs
    line_row = {id_: i for i, id_ in enumerate(facts.lines.id)}
    lot_row = {id_: i for i, id_ in enumerate(facts.lots.id)}
    width = max(1, len(facts.lots))
    known = arcs.line.astype(np.int64) * width + arcs.lot  # ascending: arcs sort by line, lot
    packs, faults = np.zeros(len(arcs), dtype=np.int64), Faults()
    for line in lines:
        for number, source in enumerate(line.sources):
            place = f"lines[{line.line}].sources[{number}]"
            row, lot = line_row.get(line.line, -1), lot_row.get(source.lot, -1)
            wanted = row * width + lot
            at = int(np.searchsorted(known, wanted))
            if row < 0 or lot < 0 or at == len(known) or known[at] != wanted:
                faults.add(Finding(place, line.line, source.lot, "a lot that may serve the line"))
            elif source.quantity <= 0 or source.quantity % int(arcs.pack[at]):
                rule = f"a positive multiple of the pack {arcs.pack[at]}"
                faults.add(Finding(f"{place}.quantity", line.line, str(source.quantity), rule))
            else:
                packs[at] += source.quantity // int(arcs.pack[at])
    faults.stop()
    return packs
