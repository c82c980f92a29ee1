"""Sums over many lines that can run out: what the rest of a cycle leaves of them to a part."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from fairlead.v1 import explanation_pb2
from fairlead_solver.reference.cycle import Line

from .limits import FLOOR, Limit, Unknown, limit_named
from .verification_context import Ground, row_of

_TABLES = {
    "capacity": "resources",
    "quota": "quotas",
    "contract_cap": "contracts",
    FLOOR: "contracts",
    "credit": "customers",
    "protection": "protections",
}


@dataclass(frozen=True, slots=True, eq=False)
class Sum:
    """A limit over many lines: its family, its key, the ids of the lines that count.

    `can_run_out`: whether it could keep any plan from being made, or make one dearer.
    """

    family: str
    key: str
    limit: Limit
    lines: frozenset[str]
    can_run_out: bool

    def used_by(self, ground: Ground, lines: frozenset[str]) -> int:
        """What some of the lines take of it."""
        return sum(
            self.limit.per_unit(arc) * ground.flow[arc.line.id, arc.lot.id]
            for line in lines & self.lines
            for arc in ground.arcs[line]
        )


class Limits:
    """The limits of a cycle, each worked out once."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._known: dict[tuple[str, str], Limit | None] = {}
        self._least_valued: dict[tuple[str, str], list[str]] = {}
        self._scopes: dict[str, list[Line]] = {}
        self._by_id: dict[str, dict[str, dict[str, Any]]] = {}

    def named(self, family: str, key: str) -> Limit | None:
        """The limit of a family by its key; None where there is none."""
        if (family, key) not in self._known:
            self._known[family, key] = limit_named(self._ground, family, key)
        return self._known[family, key]

    def of(self, rule: explanation_pb2.Rule) -> Limit:
        """The limit a rule names. Raises Unknown."""
        limit = self.named(rule.family, rule.key)
        if limit is None:
            raise Unknown(f"{rule.family} {rule.key} names no limit of the cycle")
        return limit

    def over(self, line: Line) -> Iterator[Limit]:
        """Quotas, caps and credit that count the line."""
        for one in self.sums:
            if one.family in ("quota", "contract_cap", "credit") and line.id in one.lines:
                yield one.limit

    def scope(self, contract: str) -> list[Line]:
        """The lines a contract counts."""
        if contract not in self._scopes:
            row = row_of(self._ground.cycle, "contracts", contract)
            self._scopes[contract] = self._ground.cycle.scope(row) if row is not None else []
        return self._scopes[contract]

    def row(self, table: str, key: str) -> dict[str, Any] | None:
        """The row of a table with that id; None where there is none."""
        if table not in self._by_id:
            self._by_id[table] = {row["id"]: row for row in self._ground.cycle.rows(table)}
        return self._by_id[table].get(key)

    @cached_property
    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """Rows of the cycle's tables by the key that a rule names them by."""
        found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for table, rows in self._ground.cycle.tables.items():
            for row in rows:
                key = row.get("id") or f"{row.get('location')}/{row.get('resource')}"
                if "id" in row or table == "resources":
                    found[key].append(row)
        return dict(found)

    @cached_property
    def ids(self) -> frozenset[str]:
        """Every id of the cycle."""
        return frozenset(self.rows)

    def takers(self, lot: str) -> list[str]:
        """Lines that were given some of a lot."""
        return self._takers.get(lot, [])

    @cached_property
    def _takers(self) -> dict[str, list[str]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for (line, lot), units in self._ground.flow.items():
            if units:
                found[lot].append(line)
        return dict(found)

    @cached_property
    def sums(self) -> tuple[Sum, ...]:
        """Every limit over many lines."""
        return tuple(self._sums())

    def least_valued(self, one: Sum) -> list[str]:
        """Lines that use some of a sum, those first that get least value for a unit of it."""
        found = self._least_valued.get((one.family, one.key))
        if found is None:
            worth = {line: self._worth_in(one, line) for line in sorted(one.lines)}
            using = [line for line, value in worth.items() if value is not None]
            found = sorted(using, key=lambda line: worth[line] or Fraction(0))
            self._least_valued[one.family, one.key] = found
        return found

    def _worth_in(self, one: Sum, line: str) -> Fraction | None:
        """The least value a line gets for a unit of a sum; None where it uses none."""
        return min(
            (
                Fraction(arc.value, used)
                for arc in self._ground.arcs[line]
                if self._ground.flow[line, arc.lot.id] and (used := one.limit.per_unit(arc))
            ),
            default=None,
        )

    def sum_of(self, limit: Limit) -> Sum:
        """The sum that a limit is."""
        return next(one for one in self.sums if one.limit is limit)

    def _sums(self) -> Iterator[Sum]:
        for family, table in _TABLES.items():
            for row in self._ground.cycle.rows(table):
                key = f"{row['location']}/{row['resource']}" if table == "resources" else row["id"]
                limit = self.named(family, key)
                if limit is not None:
                    matters = family != FLOOR or bool(row["hard"] or row["penalty_micros"])
                    yield _sum(self._ground, key, limit, matters=matters)


def _sum(ground: Ground, key: str, limit: Limit, *, matters: bool) -> Sum:
    lines, most = [], 0
    for line, arcs in ground.arcs.items():
        taken = [limit.per_unit(arc) for arc in arcs]
        if any(taken):
            lines.append(line)
            by_arcs = sum(
                each * arc.most * arc.line.pack for each, arc in zip(taken, arcs, strict=True)
            )
            most += min(by_arcs, max(taken) * arcs[0].line.quantity)
    enough = limit.limit if limit.regular is None else limit.regular
    scarce = limit.limit > 0 if limit.least else most > enough
    return Sum(limit.family, key, limit, frozenset(lines), matters and scarce)
