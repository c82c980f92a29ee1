"""A value that rows refuse, columns refuse, by the same cell and the same rule; and the reverse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from google.protobuf.descriptor import FieldDescriptor

from fairlead.v1.columns_pb2 import StringColumn, StringListColumn
from fairlead.v1.facts_pb2 import Cycle
from fairlead.wire import cycle_of, facts_of, places_of, table_path
from fairlead.wire.allocation.cycle import TABLES
from fairlead_solver.api.allocation import NO_DAY, NO_INT, InvalidInput, Policy, intake
from tests.server.edges import edges_of
from tests.server.full import full_cycle

LEFT_OUT = (NO_INT, NO_DAY)  # what columns write where a row leaves a value out
ROWS = full_cycle()
COLUMNS = cycle_of(facts_of(ROWS))


def findings(cycle: Cycle) -> list[tuple[str, str, str]]:
    """(cell, value, rule) of every finding, without the form in which the table came."""
    try:
        intake(facts_of(cycle), Policy())
    except InvalidInput as error:
        places = places_of(cycle)
        told = [(places.of(f.path), f.value, f.rule) for f in error.findings]
        return sorted((table_path(path), value, rule) for path, value, rule in told)
    return []


def of_row(table: str, name: str, value: Any) -> Cycle:
    """The value in the first row."""
    cycle = Cycle()
    cycle.CopyFrom(ROWS)
    row = getattr(cycle, table)[0]
    if row.DESCRIPTOR.fields_by_name[name].is_repeated:
        getattr(row, name)[:] = [value]
    else:
        setattr(row, name, value)
    return cycle


def of_column(table: str, name: str, value: Any) -> Cycle:
    """The same in the column of the table, the other rows as they are."""
    cycle = Cycle()
    cycle.CopyFrom(COLUMNS)
    rows = len(getattr(ROWS, table))
    column = getattr(getattr(cycle.columns, table), name)
    if isinstance(column, StringColumn):
        column.index[:] = column.index or [-1] * rows
        column.index[0] = _place(column, value)
    elif isinstance(column, StringListColumn):
        column.count[:] = column.count or [0] * rows
        rest = column.values.index[column.count[0] :]
        column.count[0] = 1
        column.values.index[:] = [_place(column.values, value), *rest]
    else:
        if not column:
            default = TABLES[table].columns()[name].default
            column.extend([default] * rows)
        column[0] = value
    return cycle


def _place(column: StringColumn, word: str) -> int:
    if word == "":
        return -1
    if word not in column.dictionary:
        column.dictionary.append(word)
    return [*column.dictionary].index(word)


def fields_of(table: str) -> list[FieldDescriptor]:
    described = Cycle.DESCRIPTOR.fields_by_name[table].message_type
    assert described is not None
    return [*described.fields]


@pytest.mark.parametrize("table", TABLES)
def test_rows_and_columns_refuse_the_same_values_by_the_same_rule(table: str) -> None:
    refused = 0
    for field in fields_of(table):
        for value in edges_of(field):
            if value in LEFT_OUT or (field.is_repeated and value == ""):
                continue  # each form has its own word for a value left out
            in_row = findings(of_row(table, field.name, value))
            in_column = findings(of_column(table, field.name, value))
            assert in_row == in_column, f"{table}.{field.name} = {value!r:.40}"
            refused += bool(in_row)
    assert refused


def test_a_cycle_in_order_is_refused_in_neither_form() -> None:
    assert findings(ROWS) == findings(COLUMNS) == []


@pytest.mark.parametrize("form", [of_row, of_column])
def test_an_empty_place_of_a_list_is_refused_in_both_forms(
    form: Callable[[str, str, Any], Cycle],
) -> None:
    cells = [cell for cell, _, _ in findings(form("lines", "locations", ""))]
    assert [cell.split(".")[0] for cell in cells] in (["lines[0]"], ["lines"])
