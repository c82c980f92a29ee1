"""`Cycle` <-> `Facts`: rows, columns, or a table in the one form and the next in the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from fairlead.v1.columns_pb2 import CycleColumns
from fairlead.v1.facts_pb2 import Cycle
from fairlead_solver.api.allocation import MAX_DAY, MIN_DAY, Facts, Faults, Finding, Table

from ..shared.columns import table_of_columns, write_columns
from ..shared.rows import table_of_rows, write_rows

MAX_ROWS = 20_000
"""Rows of one table in row form, by default; larger tables come as columns."""

TABLES: Mapping[str, type[Table]] = {t.NAME: type(t) for t in Facts(cycle_day=0).tables()}
"""Every table of a cycle by its name in the contract."""


class Header(Protocol):
    """What `Cycle` and `SnapshotHeader` say beside the tables."""

    cycle_day: int
    currency: str
    as_of_day: int

    def HasField(self, field_name: Any) -> bool:
        """As messages have it."""


def facts_of(cycle: Cycle, max_rows: int = MAX_ROWS) -> Facts:
    """The facts a cycle holds, in the giver's order.

    Raises InvalidInput with every fault of form; the values themselves are checked at intake.
    """
    faults = Faults()
    header = header_of(cycle, faults)
    tables = {name: _table(name, cycle, max_rows, faults) for name in TABLES}
    faults.stop()
    return Facts(**header, **tables)


def header_of(message: Header, faults: Faults, root: str = "") -> dict[str, Any]:
    """Day, currency and day of the stock, as arguments of `Facts`; paths begin with `root`."""
    if not message.HasField("cycle_day"):
        faults.add(Finding(f"{root}cycle_day", "", "", "is required"))
    for name in ("cycle_day", "as_of_day"):
        day = getattr(message, name)
        if not MIN_DAY <= day <= MAX_DAY:
            faults.add(Finding(f"{root}{name}", "", str(day), f"between {MIN_DAY} and {MAX_DAY}"))
    as_of = message.as_of_day if message.HasField("as_of_day") else None
    return {"cycle_day": message.cycle_day, "currency": message.currency, "as_of_day": as_of}


def _table(name: str, cycle: Cycle, max_rows: int, faults: Faults) -> Any:
    kind, rows = TABLES[name], getattr(cycle, name)
    columns = cycle.columns if cycle.columns.HasField(name) else None  # type: ignore[arg-type]
    if columns is not None and rows:
        rule = "is a table in two forms: give rows or columns, not both"
        faults.add(Finding(name, "", f"{len(rows)} rows beside columns.{name}", rule))
    elif columns is not None:
        return table_of_columns(kind, getattr(columns, name), f"columns.{name}", faults)
    elif len(rows) > max_rows:
        rule = f"at most {max_rows} rows; give larger tables as columns.{name}"
        faults.add(Finding(name, "", f"{len(rows)} rows", rule))
    else:
        return table_of_rows(kind, rows, faults)
    return kind.of()


def tables_of(columns: CycleColumns, path: str, faults: Faults) -> dict[str, Table]:
    """Every table a columns message holds, by name; those it leaves out are absent."""
    return {
        name: table_of_columns(kind, getattr(columns, name), f"{path}.{name}", faults)
        for name, kind in TABLES.items()
        if columns.HasField(name)  # type: ignore[arg-type]
    }


def cycle_of(facts: Facts) -> Cycle:
    """The cycle in columns."""
    cycle = _headed(facts)
    write_tables(cycle.columns, facts.tables())
    return cycle


def cycle_in_rows(facts: Facts) -> Cycle:
    """The cycle in rows, however many."""
    cycle = _headed(facts)
    for table in facts.tables():
        write_rows(getattr(cycle, table.NAME), table)
    return cycle


def _headed(facts: Facts) -> Cycle:
    return Cycle(cycle_day=facts.cycle_day, currency=facts.currency, as_of_day=facts.as_of_day)


def write_tables(columns: CycleColumns, tables: Iterable[Table]) -> None:
    """Write the tables that have rows."""
    for table in tables:
        if len(table):
            write_columns(getattr(columns, table.NAME), table)
