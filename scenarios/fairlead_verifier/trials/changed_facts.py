"""Changed facts: one value moved, one rule dropped, so that the cycle can be solved without it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairlead.v1 import explanation_pb2
from fairlead_solver.api.allocation import NO_INT, Coded, Facts, Lists, Policy, Table

from .trial import NotTried

Ints = NDArray[np.int64]

_LEAF = re.compile(r"(\w+)\[(.*)\]\.(\w+)")
_FREE = 1  # Strategy.REDISTRIBUTE
_LINE_RULES = {
    "lock": ("locked_quantity", NO_INT),
    "strategy": ("strategy", _FREE),
    "min_fill": ("min_fill_rate", 0.0),
    "ship_complete": ("ship_complete", False),
    "delivery_group": ("delivery_group", -1),
    "lot_size": ("pack", 1),
}
_POLICY_RULES = ("fair_share", "location_use", "fefo", "tier_order", "churn")


@dataclass(frozen=True, slots=True)
class Cell:
    """A fact: table, row and column. `key` is the row's id."""

    table: str
    key: str
    row: int
    column: str

    def value(self, facts: Facts) -> int:
        """The number that stands there."""
        return int(getattr(getattr(facts, self.table), self.column)[self.row])


def cell_of(facts: Facts, leaf: str) -> Cell:
    """The fact a leaf names, such as lots[L1].quantity. Raises NotTried where there is none."""
    found = _LEAF.fullmatch(leaf)
    if found is None:
        raise NotTried(f"{leaf!r} names no fact")
    table, key, column = found.groups()
    row = _row(facts, table, key)
    names = {f.name for f in fields(getattr(facts, table))}
    for name in (column, f"{column}_micros"):
        if name in names:
            return Cell(table, key, row, name)
    raise NotTried(f"{leaf!r} names no fact")


def _row(facts: Facts, table: str, key: str) -> int:
    rows = getattr(facts, table, None)
    if isinstance(rows, Table):
        for row, name in enumerate(ids_of(rows)):
            if name == key:
                return row
    raise NotTried(f"{table}[{key}] names no row")


def ids_of(table: Any) -> Iterable[str]:
    """The id of every row; of resources location/resource."""
    if hasattr(table, "id"):
        ids: tuple[str, ...] = table.id
        return ids
    pairs = zip(table.location.words(), table.resource.words(), strict=True)
    return [f"{location}/{resource}" for location, resource in pairs]


def put(facts: Facts, cell: Cell, value: float) -> Facts:
    """With one value put in the place of a fact (a code, where the column holds words)."""
    table = getattr(facts, cell.table)
    column = getattr(table, cell.column)
    stored = column.codes if isinstance(column, Coded) else column
    changed = np.array(stored)
    changed[cell.row] = value
    if isinstance(column, Coded):
        return _with(facts, cell.table, cell.column, Coded(column.names, changed))
    return _with(facts, cell.table, cell.column, changed)


def add(facts: Facts, cell: Cell, amount: int) -> Facts:
    """With a fact raised by an amount."""
    return put(facts, cell, cell.value(facts) + amount)


def listed(facts: Facts, table: str, key: str, column: str, word: str) -> Facts:
    """With one word more in a row's list."""
    lists, row = getattr(getattr(facts, table), column), _row(facts, table, key)
    rows = [lists.row(k) for k in range(len(lists))]
    rows[row] = (*rows[row], word)
    return _with(facts, table, column, Lists.of(rows))


def _with(facts: Facts, table: str, column: str, values: Any) -> Facts:
    changed = replace(getattr(facts, table), **{column: values})
    return replace(facts, **{table: changed})


def without_rows(facts: Facts, table: str, gone: Iterable[int]) -> Facts:
    """With some rows of a table left out."""
    rows = np.arange(len(getattr(facts, table)))
    return kept_rows(facts, table, np.setdiff1d(rows, np.array(list(gone), dtype=np.int64)))


def kept_rows(facts: Facts, table: str, kept: Ints) -> Facts:
    """With these rows of a table alone."""
    whole = getattr(facts, table)
    columns = {f.name: _taken(getattr(whole, f.name), kept) for f in fields(whole)}
    return replace(facts, **{table: type(whole)(**columns)})


def _taken(column: Any, kept: Ints) -> Any:
    if isinstance(column, Coded):
        return Coded(column.names, column.codes[kept])
    if isinstance(column, Lists):
        return Lists.of([column.row(int(row)) for row in kept])
    if isinstance(column, tuple):
        return tuple(column[int(row)] for row in kept)
    return column[kept]


def dropped(
    facts: Facts, policy: Policy, rule: explanation_pb2.Rule, key: str | None = None
) -> tuple[Facts, Policy]:
    """The cycle without one rule; `key` stands in for the rule's own. Raises NotTried.

    Rules of the policy as a whole (fair share, FEFO, location use) are dropped as a whole.
    """
    family, key = rule.family, rule.key if key is None else key
    if family in _LINE_RULES:
        column, value = _LINE_RULES[family]
        return put(facts, Cell("lines", key, _row(facts, "lines", key), column), value), policy
    if family in _POLICY_RULES:
        return facts, without_policy(policy, family)
    if family == "time_fence":
        beyond = facts.cycle_day + policy.time_fence.days + 1
        cell = Cell("lines", key, _row(facts, "lines", key), "requested_day")
        return put(facts, cell, beyond), policy
    return _without_agreement(facts, rule, key), policy


def _without_agreement(facts: Facts, rule: explanation_pb2.Rule, key: str) -> Facts:
    family = rule.family
    if family == "contract_floor":
        row = _row(facts, "contracts", key)
        facts = put(facts, Cell("contracts", key, row, "floor_quantity"), 0)
        return put(facts, Cell("contracts", key, row, "floor_rate"), 0.0)
    if family == "contract_cap":
        row = _row(facts, "contracts", key)
        return put(facts, Cell("contracts", key, row, "cap_quantity"), NO_INT)
    if family == "credit":
        row = _row(facts, "customers", key)
        return put(facts, Cell("customers", key, row, "credit_micros"), NO_INT)
    if family == "sources":
        table = "orders" if rule.leaf.startswith("orders") else "lines"
        return put(facts, Cell(table, key, _row(facts, table, key), "max_sources"), 0)
    for name, table in (("quota", "quotas"), ("protection", "protections")):
        if family == name:
            return without_rows(facts, table, [_row(facts, table, key)])
    if family == "capacity":
        return without_rows(facts, "resources", [_row(facts, "resources", key)])
    raise NotTried(f"no way to drop a rule of {family!r}")


def without_policy(policy: Policy, family: str) -> Policy:
    """The policy without one of its rules."""
    if family == "fair_share":
        off = type(policy.fair_share.mode)["OFF"]
        return replace(policy, fair_share=replace(policy.fair_share, mode=off))
    if family == "location_use":
        return replace(policy, location_use=replace(policy.location_use, max_locations=0))
    if family == "fefo":
        prefer = type(policy.fefo.mode)["PREFER"]
        return replace(policy, fefo=replace(policy.fefo, mode=prefer))
    if family == "churn":
        return replace(policy, churn=replace(policy.churn, rate=0.0))
    return replace(policy, tier_mode=type(policy.tier_mode)["WEIGHTED"])
