"""Decision lines out of packed columns, as rows.

Driven by the descriptors: a column takes the field of its own name in the row. A columns message
with a `count` holds lists, one after the other; one without is a group of columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from fairlead.v1.columns_pb2 import StringColumn, StringListColumn
from fairlead.v1.decision_columns_pb2 import (
    AlternativeColumns,
    CompetingLineColumns,
    DecisionLineColumns,
    ReasonColumns,
    WaterfallColumns,
)
from fairlead.v1.decision_pb2 import Decision, DecisionLine, Source
from fairlead.v1.explanation_pb2 import (
    Alternative,
    CompetingLine,
    Explanation,
    Money,
    Reason,
    Rule,
    WaterfallKind,
    WaterfallStep,
)
from fairlead.v1.worth_pb2 import Worth
from fairlead_solver.api.allocation import Faults, Finding

from ..shared.pieces import Pieces, gathered, joined, message_pieces, number_pieces, word_pieces

_EXPLAINED = (
    "reasons",
    "competitors",
    "competitors_left_out",
    "alternatives",
    "sentence",
    "waterfall",
    "fixes",
)
_RULE = ("family", "key", "leaf")
_VALUES: dict[str, Any] = {
    "unit_value": Money,
    "own_unit_value": Money,
    "unit_worth": Worth,
    "own_unit_worth": Worth,
}
_NESTED = ("contracts", *_VALUES)


def lines_of(
    columns: DecisionLineColumns, names: Sequence[str] | None = None
) -> list[DecisionLine]:
    """Row messages for the lines of a chunk, with all that explains them where it has that, and
    with resource names where those are given.

    Raises InvalidInput where the columns do not fit together.
    """
    return [*map(DecisionLine.FromString, _rows(columns, names))]


def decision_of_lines(columns: DecisionLineColumns, names: Sequence[str] | None = None) -> bytes:
    """A serialized Decision of the same rows alone: no row is made as a message.

    Raises as `lines_of` does.
    """
    return b"".join(_inside(Decision, "lines", _rows(columns, names)))


def _rows(columns: DecisionLineColumns, names: Sequence[str] | None) -> Pieces:
    """The rows, each serialized."""
    faults, size = Faults(), len(columns.line)
    row = DecisionLine.DESCRIPTOR
    parts = [
        *_spread(columns, row, size, ("sources", "terms", "worth", *_EXPLAINED), "lines", faults),
        _sources(columns, size, faults),
        _values(columns, "terms", Money, size, faults),
        _values(columns, "worth", Worth, size, faults),
    ]
    if names is not None:
        parts.append(word_pieces(row.fields_by_name["name"], names))
    if len(columns.sentence) == size:
        parts.append(_explanations(columns, size, faults))
    faults.stop()
    return joined(parts, size)


def _sources(columns: DecisionLineColumns, size: int, faults: Faults) -> Pieces | None:
    path, counts = "lines.sources", _counts(columns.sources, size, "lines.sources", faults)
    bodies = _items(columns.sources, Source.DESCRIPTOR, sum(counts), (), path, faults)
    return gathered(_inside(DecisionLine, "sources", bodies), counts)


def _values(
    columns: DecisionLineColumns, name: str, kind: Any, size: int, faults: Faults
) -> Pieces | None:
    """What a line is worth, by term or by part; a line that has none has no message of it."""
    column = getattr(columns, name)
    parts = _spread(column, kind.DESCRIPTOR, size, (), f"lines.{name}", faults)
    if not parts:
        return None
    bodies = joined(parts, size)
    pieces = _inside(DecisionLine, name, bodies)
    return [piece if body else b"" for piece, body in zip(pieces, bodies, strict=True)]


def _explanations(columns: DecisionLineColumns, size: int, faults: Faults) -> Pieces:
    told = Explanation.DESCRIPTOR.fields_by_name
    parts = (
        word_pieces(told["line"], columns.line),
        word_pieces(told["sentence"], columns.sentence),
        *_waterfall(columns.waterfall, size, faults),
        _reasons_of_lines(columns.reasons, size, faults),
        _competitors(columns.competitors, size, faults),
        _alternatives(columns.alternatives, size, faults),
        _fixes(columns, size, faults),
        _left_out(columns, size, faults),
    )
    return _inside(DecisionLine, "explanation", joined(parts, size))


def _waterfall(columns: WaterfallColumns, size: int, faults: Faults) -> Iterable[Pieces]:
    """Every step of every line in order, those of 0 units too."""
    before = b""  # steps that no line has units of are the same in every line
    for kind in WaterfallKind.DESCRIPTOR.values[1:]:
        name = f"{kind.name.removeprefix('WATERFALL_KIND_').lower()}_units"
        units = getattr(columns, name)
        if not units:
            before += _steps(kind.number, [0])[0]
        elif _fits(f"lines.waterfall.{name}", len(units), size, faults):
            yield _steps(kind.number, units, before)
            before = b""
    yield [before] * size


def _steps(kind: int, units: Iterable[int], before: bytes = b"") -> Pieces:
    """Steps of one kind after those `before`; each distinct one is written once."""
    step: Any = WaterfallStep.DESCRIPTOR.fields_by_name
    (head,) = number_pieces(step["kind"], [kind])
    amounts = number_pieces(step["units"], units)
    distinct = [*set(amounts)]
    steps = _inside(Explanation, "waterfall", [head + amount for amount in distinct])
    made = {a: before + s for a, s in zip(distinct, steps, strict=True)}
    return [*map(made.__getitem__, amounts)]


def _reasons_of_lines(columns: ReasonColumns, size: int, faults: Faults) -> Pieces | None:
    counts = _counts(columns, size, "lines.reasons", faults)
    bodies = _reasons(columns, sum(counts), "lines.reasons", faults)
    return gathered(_inside(Explanation, "reasons", bodies), counts)


def _reasons(columns: ReasonColumns, size: int, path: str, faults: Faults) -> Pieces:
    """Every reason, each with its rule."""
    others = {f.name for f in columns.DESCRIPTOR.fields} - {*_RULE}
    rules = joined(_spread(columns, Rule.DESCRIPTOR, size, others, path, faults), size)
    more = [_inside(Reason, "rule", rules)]
    return _items(columns, Reason.DESCRIPTOR, size, _RULE, path, faults, more)


def _competitors(columns: CompetingLineColumns, size: int, faults: Faults) -> Pieces | None:
    path = "lines.competitors"
    counts = _counts(columns, size, path, faults)
    rivals = sum(counts)
    more = [_contracts(columns.contracts, rivals, f"{path}.contracts", faults)]
    for name, kind in _VALUES.items():
        place, part = f"{path}.{name}", getattr(columns, name)
        bodies = joined(_spread(part, kind.DESCRIPTOR, rivals, (), place, faults), rivals)
        more.append(_inside(CompetingLine, name, bodies))
    bodies = _items(columns, CompetingLine.DESCRIPTOR, rivals, _NESTED, path, faults, more)
    return gathered(_inside(Explanation, "competitors", bodies), counts)


def _contracts(columns: StringListColumn, size: int, path: str, faults: Faults) -> Pieces | None:
    counts = _counts(columns, size, path, faults)
    field = CompetingLine.DESCRIPTOR.fields_by_name["contracts"]
    words = _plain(columns.values, f"{path}.values", faults)
    if not _fits(path, len(columns.values.index), sum(counts), faults):
        return None
    return gathered(word_pieces(field, words), counts) if len(words) == sum(counts) else None


def _alternatives(columns: AlternativeColumns, size: int, faults: Faults) -> Pieces | None:
    path = "lines.alternatives"
    counts = _counts(columns, size, path, faults)
    tried = sum(counts)
    each = _counts(columns.reason, tried, f"{path}.reason", faults)
    reasons = _reasons(columns.reason, sum(each), f"{path}.reason", faults)
    more = [gathered(_inside(Alternative, "reason", reasons), each)]
    bodies = _items(columns, Alternative.DESCRIPTOR, tried, ("reason",), path, faults, more)
    return gathered(_inside(Explanation, "alternatives", bodies), counts)


def _fixes(columns: DecisionLineColumns, size: int, faults: Faults) -> Pieces | None:
    if not columns.fixes:
        return None
    pieces = [b""] * size
    for fix in columns.fixes:
        if 0 <= fix.row < size:
            (pieces[fix.row],) = _inside(Explanation, "fix", [fix.fix.SerializeToString()])
        else:
            faults.add(Finding("lines.fixes.row", "", str(fix.row), f"a place among {size} lines"))
    return pieces


def _left_out(columns: DecisionLineColumns, size: int, faults: Faults) -> Pieces | None:
    counts = columns.competitors_left_out
    if not counts or not _fits("lines.competitors_left_out", len(counts), size, faults):
        return None
    return number_pieces(Explanation.DESCRIPTOR.fields_by_name["competitors_left_out"], counts)


def _inside(kind: type[Message], name: str, bodies: Iterable[bytes]) -> Pieces:
    """Serialized messages as a field of another kind of message."""
    field: Any = kind.DESCRIPTOR.fields_by_name[name]
    return message_pieces(field, bodies)


def _items(
    columns: Any,
    row: Descriptor,
    size: int,
    leave: Iterable[str],
    path: str,
    faults: Faults,
    more: Iterable[Pieces | None] = (),
) -> Pieces:
    """Every item of a column of lists, serialized, with the pieces of what is nested in it."""
    parts = _spread(columns, row, size, ("count", *leave), path, faults)
    return joined([*parts, *more], size)


def _spread(
    columns: Any, row: Descriptor, size: int, skipped: Iterable[str], path: str, faults: Faults
) -> list[Pieces]:
    """The pieces of every column, by the name of its field in the row."""
    found = []
    for field in columns.DESCRIPTOR.fields:
        if field.name in skipped:
            continue
        place, column = f"{path}.{field.name}", getattr(columns, field.name)
        if isinstance(column, StringColumn):
            pieces = _words(column, row.fields_by_name[field.name], place, faults)
        elif field.type == field.TYPE_STRING:
            pieces = word_pieces(row.fields_by_name[field.name], column)
        else:
            pieces = number_pieces(row.fields_by_name[field.name], column)
        if _fits(place, len(pieces), size, faults) and any(pieces):
            found.append(pieces)
    return found


def _words(column: StringColumn, field: FieldDescriptor, path: str, faults: Faults) -> Pieces:
    """A column of words, each word of its dictionary written once."""
    codes = _codes(column, path, faults)
    pieces = [*word_pieces(field, column.dictionary), b""]  # -1 picks the trailing one
    return [*map(pieces.__getitem__, codes)]


def _plain(column: StringColumn, path: str, faults: Faults) -> Sequence[str]:
    """The words of a column spelled out."""
    words = [*column.dictionary, ""]
    return [words[code] for code in _codes(column, path, faults)]


def _codes(column: StringColumn, path: str, faults: Faults) -> Sequence[int]:
    """Its indexes; none, and a note, where one is outside the dictionary."""
    codes, size = [*column.index], len(column.dictionary)
    if codes and not -1 <= min(codes) <= max(codes) < size:
        rule = f"-1 to {size - 1}"
        faults.add(Finding(path, "", f"{min(codes)} to {max(codes)}", rule))
        return []
    return codes


def _fits(path: str, length: int, size: int, faults: Faults) -> bool:
    """Notes a column that has neither one value per row nor none."""
    fits = length in (0, size)
    if not fits:
        faults.add(Finding(path, "", f"{length} values", f"one value per row: {size}"))
    return fits


def _counts(columns: Any, size: int, path: str, faults: Faults) -> Sequence[int]:
    counts = [*columns.count]
    if len(counts) not in (0, size) or min(counts, default=0) < 0:
        rule = f"one count of at least 0 per line: {size}"
        faults.add(Finding(f"{path}.count", "", f"{len(counts)} counts", rule))
        return [0] * size
    return counts or [0] * size
