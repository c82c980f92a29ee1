"""Pages of a decision's lines: complete, in order, within a message, whatever the filter."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fairlead import wire
from fairlead.v1.decision_columns_pb2 import DecisionLineColumns
from fairlead.v1.decision_pb2 import DecisionLine
from fairlead_scenarios.recipe.generator import Recipe
from fairlead_server.storage.decisions import LINE, Part
from fairlead_server.transport.packed_rows import rows_of
from fairlead_server.usecases.line_pages import LinePage
from fairlead_solver.api import allocation as api

NAME = "tenants/t/decisions/d"
LARGE = 1 << 30
Chosen = Callable[[DecisionLine], bool]


@pytest.fixture(scope="module")
def parts() -> list[Part]:
    """The lines of a decision in parts of 70."""
    recipe = Recipe.of({"lines": 300})
    policy = wire.policy_of(recipe.policy())
    solved = api.solve(api.intake(wire.facts_of(recipe.cycle()), policy))
    lines = wire.decided_lines(solved.decision, api.explain(solved))
    assert lines is not None
    chunks = wire.line_chunks(lines, 70)
    return [
        Part(LINE, 70 * i, len(c.line), c.SerializeToString(), c.line[0])
        for i, c in enumerate(chunks)
    ]


@pytest.fixture(scope="module")
def rows(parts: list[Part]) -> list[DecisionLine]:
    """All lines as rows."""
    columns = (DecisionLineColumns.FromString(part.body) for part in parts)
    return [row for chunk in columns for row in rows_of(NAME, chunk)]


def pages(
    parts: list[Part], wanted: wire.LineFilter, most: int, max_bytes: int = LARGE
) -> list[list[DecisionLine]]:
    """Page after page, until there is none."""
    found: list[list[DecisionLine]] = []
    first: int | None = 0
    while first is not None:
        page, start, first = LinePage(NAME, most, max_bytes), first, None
        for part in (p for p in parts if p.first_row + p.rows > start):
            first = page.add(part, wanted, start)
            if first is not None:
                break
        found.append(page.lines)
    return found


@pytest.mark.parametrize("most", [1, 7, 70, 71, 10_000])
def test_pages_hold_every_line_once_in_order(
    parts: list[Part], rows: list[DecisionLine], most: int
) -> None:
    found = pages(parts, wire.LineFilter(), most)
    assert [line for page in found for line in page] == rows
    assert all(len(page) == most for page in found[:-1])


def test_a_filter_finds_what_looking_at_every_row_finds(
    parts: list[Part], rows: list[DecisionLine]
) -> None:
    first, last = rows[0], rows[-1]
    cases: list[tuple[wire.LineFilter, Chosen]] = [
        (wire.LineFilter(short_only=True), lambda r: r.confirmed_quantity < r.requested_quantity),
        (wire.LineFilter(order=last.order), lambda r: r.order == last.order),
        (wire.LineFilter(product=first.product), lambda r: r.product == first.product),
        (
            wire.LineFilter(True, customer=first.customer),
            lambda r: r.customer == first.customer and r.confirmed_quantity < r.requested_quantity,
        ),
        (wire.LineFilter(order="no such order"), lambda r: False),
    ]
    for wanted, chosen in cases:
        found = [line for page in pages(parts, wanted, 5) for line in page]
        assert found == [row for row in rows if chosen(row)]


def test_a_page_ends_before_it_is_too_large_for_a_message(
    parts: list[Part], rows: list[DecisionLine]
) -> None:
    found = pages(parts, wire.LineFilter(), 10_000, max_bytes=100_000)
    assert len(found) > 1
    assert [line for page in found for line in page] == rows
    largest = max(sum(line.ByteSize() for line in part) for part in found)
    assert largest < 2 * 100_000


def test_a_part_without_a_match_is_not_parsed(parts: list[Part]) -> None:
    """Bytes that are no line at all behind the filtered columns would fail a whole parse."""
    page = LinePage(NAME, 5, LARGE)
    broken = Part(LINE, 0, 70, parts[0].body + b"\x12\x01\xff")  # a line id that is not UTF-8
    assert page.add(broken, wire.LineFilter(order="no such order"), 0) is None
    assert page.lines == []
