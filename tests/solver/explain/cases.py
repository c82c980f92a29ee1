"""Small cycles in a few words: one product P at DC-1, lines of customers C and D."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fairlead_solver.allocation.cycle.facts import (
    Contracts,
    Customers,
    Facts,
    Lanes,
    Lines,
    Locations,
    Lots,
    Orders,
    Products,
    Protections,
    Quotas,
    Resources,
    Substitutes,
    Usages,
)
from fairlead_solver.allocation.explain import Explanation, explain
from fairlead_solver.allocation.explain.vocabulary.values import LineStory, Reason
from fairlead_solver.allocation.rules.explanation import ReasonCode
from fairlead_solver.api import allocation as api
from fairlead_solver.tables import Table

TODAY = 20_000
MICROS = 1_000_000
TABLES: dict[str, type[Table]] = {
    t.NAME: t
    for t in (
        Contracts,
        Customers,
        Lanes,
        Lines,
        Locations,
        Lots,
        Orders,
        Products,
        Protections,
        Quotas,
        Resources,
        Substitutes,
        Usages,
    )
}
Row = dict[str, Any]


@dataclass(frozen=True)
class Told:
    """A solved cycle and its explanation."""

    solved: api.Solved
    explanation: Explanation

    def story(self, line: str) -> LineStory:
        """The story of one line."""
        return self.explanation.story_of(line)

    def reason(self, line: str, code: ReasonCode) -> Reason:
        """The line's reason of that code."""
        return next(r for r in self.story(line).reasons if r.code is code)


def facts(**rows: list[Row]) -> Facts:
    """Rows per table as facts; a row leaves out what it does not say."""
    return Facts(cycle_day=TODAY, **{n: _table(TABLES[n], r) for n, r in rows.items()})  # type: ignore[arg-type]


def _table(table: type[Table], rows: list[Row]) -> Table:
    described = table.columns()
    names = {name for row in rows for name in row}
    blank: dict[str, Any] = {"text": "", "ref": "", "refs": ()}
    columns = {
        n: [row.get(n, blank.get(described[n].kind.value, described[n].default)) for row in rows]
        for n in names
    }
    return table.of(len(rows), **columns)


def line(name: str, quantity: int, **more: Any) -> Row:
    """A line for P at 10.00 a unit."""
    said = {"id": name, "product": "P", "quantity": quantity, "unit_price_micros": 10 * MICROS}
    return said | more


def lot(name: str, quantity: int, **more: Any) -> Row:
    """A lot of P at DC-1."""
    return {"id": name, "product": "P", "location": "DC-1", "quantity": quantity} | more


def tell(policy: api.Policy | None = None, **rows: list[Row]) -> Told:
    """Solve and explain a cycle."""
    problem = api.intake(facts(**rows), policy or api.Policy())
    solved = api.solve(problem)
    return Told(solved, explain(problem, solved.model, solved.decision))
