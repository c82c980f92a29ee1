"""Rows made of pieces are what the library would have written, and faults are told as before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from fairlead.v1.columns_pb2 import CycleColumns
from fairlead.v1.decision_columns_pb2 import DecisionLineColumns
from fairlead.v1.decision_pb2 import Decision, DecisionLine
from fairlead.v1.explanation_pb2 import Explanation, Reason, WaterfallStep
from fairlead.wire import decision_of_lines, lines_of
from fairlead.wire.shared.pieces import gathered, joined, message_pieces, number_pieces, word_pieces
from fairlead_solver.api.allocation import NO_DAY, NO_INT, InvalidInput

INT32 = st.integers(NO_DAY + 1, 2**31 - 1)
INT64 = st.integers(NO_INT + 1, 2**63 - 1)
DENSE = st.integers(0, 300)  # many that are equal, and lengths of one byte and of two


def field(kind: type[Message], name: str) -> Any:
    """The descriptor of a field."""
    return kind.DESCRIPTOR.fields_by_name[name]


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        (DecisionLine, "requested_quantity", INT64 | DENSE),
        (DecisionLine, "requested_day", INT32),
        (DecisionLine, "confirmed_day", INT32),
        (DecisionLine, "outcome", st.integers(0, 5)),
        (DecisionLine, "late", st.booleans()),
        (Reason, "delta_micros", INT64),
        (WaterfallStep, "units", DENSE),
    ],
)
@given(data=st.data())
def test_numbers_are_written_as_the_library_writes_them(
    kind: type[Message], name: str, value: st.SearchStrategy[int], data: st.DataObject
) -> None:
    values = data.draw(st.lists(value, max_size=20))
    wanted = [kind(**{name: v}).SerializeToString() for v in values]
    assert number_pieces(field(kind, name), values) == wanted


def test_many_different_numbers_are_written_as_each_alone() -> None:
    values = [s * (2**k + d) for k in range(62) for d in (-1, 0, 1) for s in (1, -1)]
    wanted = [DecisionLine(requested_quantity=v).SerializeToString() for v in values]
    assert number_pieces(field(DecisionLine, "requested_quantity"), values) == wanted


@given(st.lists(INT32, min_size=1, max_size=200))
def test_zigzag_numbers_are_written_as_the_library_reads_them(days: list[int]) -> None:
    described = CycleColumns.DESCRIPTOR.fields_by_name["lines"].message_type
    assert described is not None
    column: Any = described.fields_by_name["requested_day"]
    read = CycleColumns.FromString(
        b"".join(message_pieces(field(CycleColumns, "lines"), number_pieces(column, days)))
    )
    assert list(read.lines.requested_day) == [day for day in days if day]


@pytest.mark.parametrize(
    ("kind", "name", "absent"),
    [(DecisionLine, "confirmed_day", NO_DAY), (Reason, "delta_micros", NO_INT)],
)
def test_where_a_field_tells_presence_zero_is_there_and_what_is_missing_is_not(
    kind: type[Message], name: str, absent: int
) -> None:
    there, missing = number_pieces(field(kind, name), [0, absent])
    assert kind.FromString(there).HasField(name)
    assert missing == b""


def test_bug_money_that_equals_the_missing_day_is_not_lost() -> None:
    (piece,) = number_pieces(field(Reason, "delta_micros"), [NO_DAY])
    assert Reason.FromString(piece).delta_micros == NO_DAY


@given(st.lists(st.text(max_size=200), max_size=9))
def test_words_are_written_as_the_library_writes_them(words: list[str]) -> None:
    wanted = [DecisionLine(order=w).SerializeToString() for w in words]
    assert word_pieces(field(DecisionLine, "order"), words) == wanted


def test_an_empty_message_inside_another_is_there() -> None:
    (piece,) = message_pieces(field(DecisionLine, "explanation"), [b""])
    assert DecisionLine.FromString(piece).HasField("explanation")


def test_lists_are_gathered_and_columns_joined_row_by_row() -> None:
    assert gathered([b"a", b"b", b"c"], [0, 2, 0, 1]) == [b"", b"ab", b"", b"c"]
    assert gathered([], [0, 0]) is None
    assert joined([[b"a", b"b"], None, [b"", b"c"]], 2) == [b"a", b"bc"]
    assert joined([None], 2) == [b"", b""]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: number_pieces(field(DecisionLine, "order"), [1]),
        lambda: message_pieces(field(DecisionLine, "late"), [b""]),
    ],
)
def test_a_field_of_another_kind_is_refused(wrong: Callable[[], object]) -> None:
    with pytest.raises(TypeError):
        wrong()


def explained() -> DecisionLineColumns:
    """Two lines, the second short of 3 for a reason."""
    columns = DecisionLineColumns(line=["A", "B"], sentence=["all", "short"])
    columns.requested_quantity.extend([4, 7])
    columns.waterfall.on_hand_units.extend([4, 7])
    columns.reasons.count.extend([0, 1])
    columns.reasons.units.append(3)
    columns.fixes.add(row=1).fix.amount = 3
    return columns


def test_lines_come_out_named_whole_and_alone() -> None:
    lines = lines_of(explained(), ["n/A", "n/B"])
    assert [line.name for line in lines] == ["n/A", "n/B"]
    second = lines[1].explanation
    assert (second.line, second.sentence, second.fix.amount) == ("B", "short", 3)
    assert [r.units for r in second.reasons] == [3]
    assert second.reasons[0].HasField("rule")
    assert len(second.waterfall) == len(Explanation().waterfall) + 12
    assert not lines[0].explanation.reasons
    assert not lines[0].HasField("terms")
    together = Decision.FromString(decision_of_lines(explained(), ["n/A", "n/B"]))
    assert list(together.lines) == lines


def _bad_sources(columns: DecisionLineColumns) -> None:
    columns.sources.count.extend([1, 1])
    columns.sources.quantity.append(4)


@pytest.mark.parametrize(
    ("spoil", "path"),
    [
        (lambda c: c.requested_quantity.append(1), "lines.requested_quantity"),
        (_bad_sources, "lines.sources.quantity"),
        (lambda c: c.order.index.extend([0, 0]), "lines.order"),
        (lambda c: c.reasons.count.append(1), "lines.reasons.count"),
        (lambda c: c.reasons.units.append(1), "lines.reasons.units"),
        (lambda c: c.waterfall.given_units.append(1), "lines.waterfall.given_units"),
        (lambda c: c.competitors.contracts.count.append(1), "lines.competitors.contracts.count"),
        (lambda c: c.alternatives.count.extend([-1, 0]), "lines.alternatives.count"),
        (lambda c: c.fixes.add(row=2), "lines.fixes.row"),
    ],
)
def test_columns_that_do_not_fit_together_are_refused_by_path(
    spoil: Callable[[DecisionLineColumns], object], path: str
) -> None:
    columns = explained()
    spoil(columns)
    with pytest.raises(InvalidInput) as refused:
        lines_of(columns)
    assert path in [f.path for f in refused.value.findings]
