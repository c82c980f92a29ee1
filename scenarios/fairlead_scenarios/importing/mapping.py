"""A mapping file: which tables of the source make which table of the cycle.

    name: adventureworks
    parameters: {day: "2004-06-01"}             # may be set from the command line
    header: {cycle_date: {parameter: day}}      # fields of the cycle itself
    sources: {orders: sales/SalesOrderHeader.csv, …}
    tables:
      lines:
        from: details
        join: [{source: orders, on: {SalesOrderID: SalesOrderID}}]
        where: [{value: OrderQty, above: 0}]
        columns: {id: SalesOrderDetailID, product: ProductID, …}
    policy: {…}                                 # optional

A join adds the columns of the matching rows, named `source.Column`; `on: {}` pairs every row with
every row. Rows without a match are dropped, or with `keep: true` get empty cells.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..spelling.yaml_documents import read_yaml, refuse, refuse_model

SHIPPED = Path(__file__).parent / "mappings"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Join(_Part):
    """Columns of another source: `on` names our column (or `source.Column`) -> its column."""

    source: str
    on: dict[str, str]
    keep: bool = False


class Condition(_Part):
    """Keeps a row whose value passes every test given."""

    value: Any
    equals: Any = None
    among: list[str] | None = None
    above: float | None = None
    at_most: float | None = None
    filled: bool | None = None


class Expansion(_Part):
    """One row per word of a list in one column."""

    column: str
    separator: str = ";"


class TableRule(_Part):
    """How one table of the cycle is made.

    In this order: rows of `from`, expanded, joined, filtered, columns computed, then rows that
    agree in all but the `sum` columns are made one (`distinct` without sums).
    """

    source: str = Field(alias="from")
    expand: Expansion | None = None
    join: tuple[Join, ...] = ()
    where: tuple[Condition, ...] = ()
    columns: dict[str, Any]
    sum: tuple[str, ...] = ()
    distinct: bool = False


class Mapping(_Part):
    """The whole file."""

    name: str
    parameters: dict[str, str] = {}
    header: dict[str, Any]
    sources: dict[str, str]
    tables: dict[str, TableRule]
    policy: dict[str, Any] = {}

    @classmethod
    def read(cls, path: Path) -> Self:
        """A mapping file. Raises InvalidInput with everything that is wrong in it."""
        try:
            return cls.model_validate(read_yaml(path))
        except ValidationError as error:
            raise refuse_model("mapping", error) from error

    @classmethod
    def find(cls, name: str) -> Self:
        """A shipped mapping by its name, or a file. Raises InvalidInput."""
        shipped = {path.stem: path for path in sorted(SHIPPED.glob("*.yaml"))}
        path = shipped.get(name, Path(name))
        if not path.is_file():
            raise refuse("mapping", name, f"a mapping file, or one of {', '.join(shipped)}")
        return cls.read(path)
